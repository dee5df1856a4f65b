//! People through the binary: a protected key is cut once somebody else has signed, by `contain` or by `ssh-keygen` alone.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{isolate, refused};
use crate::harness::{Desk, Server, Told, World};

/// A workspace of alice, who operates, and bob and carol, who agree, bob with two keys; what leaked is protected.
struct Office {
    desk: Desk,
}

impl Office {
    fn new(server: &Server, world: &World) -> Self {
        let key = world.key("leaked");
        let config = format!(
            "contain: 1\n\
             providers:\n  aws:\n    bounds: {{propagation: 2s, audit_lag: 0s}}\n\
             protected: [\"{key}@000000000000\"]\n\
             people:\n  \
               alice: {{accounts: [\"os:alice\"], roles: [responder, approver]}}\n  \
               bob: {{accounts: [\"os:bob\"], signs_as: [bob@example.com], roles: [approver]}}\n  \
               carol: {{roles: [approver]}}\n\
             agents:\n  triage: {{owner: alice}}\n"
        );
        let desk = Desk::of(world, server.endpoint()).file("contain.yaml", &config);
        let office = Self {
            desk: desk.with("USER", "alice"),
        };
        let lines = ["alice", "bob", "bob-too", "carol"].map(|name| {
            let file = office.key(name);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&file)
                .status();
            assert!(made.unwrap().success());
            let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
            let signs_as = if name.starts_with("bob") {
                "bob@example.com"
            } else {
                name
            };
            format!("{signs_as} namespaces=\"contain\" {public}")
        });
        let allowed = office.desk.path().join("here/allowed_signers");
        std::fs::write(allowed, lines.concat()).unwrap();
        office
    }

    fn key(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    fn approve(&self, arguments: &[&str]) -> Told {
        self.desk.run(&[&["approve", "--json"], arguments].concat())
    }

    fn by(&self, name: &str) -> Told {
        let key = self.key(name);
        self.approve(&["--key", key.to_str().unwrap(), "--yes"])
    }
}

fn status(told: &Told, world: &World) -> String {
    told.item(world.id("leaked"), super::STOP)["why"].to_string()
}

#[test]
fn a_protected_key_is_cut_once_somebody_else_has_signed() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let office = Office::new(&server, &world);
    let told = isolate(&office.desk, &world, &["--yes"]);
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(status(&told, &world).contains("two-people"), "{told:?}");
    assert_eq!(server.accepted(&world, &["leaked"]), [true]);

    let own = office.by("alice");
    assert_eq!(own.exit, 4, "{own:?}");
    assert!(own.error().contains("among those who ask"), "{own:?}");
    let asked = office.approve(&[]);
    asked.assert(0, "done");
    let data = &asked.json["data"];
    assert_eq!(
        data["request"]["requested_by"],
        serde_json::json!(["alice"])
    );

    // Bob has `ssh-keygen` and a chat window, and nothing else.
    let line = data["sign_with"].as_str().unwrap();
    let line = line.replace("~/.ssh/id_ed25519", office.key("bob").to_str().unwrap());
    let signed = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert!(signed.status.success(), "{signed:?}");
    let pasted = office.desk.path().join("pasted");
    std::fs::write(&pasted, &signed.stdout).unwrap();
    let taken = office.approve(&["--import", pasted.to_str().unwrap()]);
    taken.assert(0, "done");
    assert_eq!(taken.json["data"]["by"], "bob");
    let again = office.approve(&["--import", pasted.to_str().unwrap()]);
    refused(&again, 4, "not-admitted");

    let code = data["request"]["plan"].as_str().unwrap()[..8].to_owned();
    let told = office.desk.run(&["apply", &code, "--yes", "--json"]);
    assert_eq!(server.accepted(&world, &["leaked"]), [false], "{told:?}");

    // What is kept is enough for anybody with `ssh-keygen`.
    let kept = taken.json["data"]["kept"].as_str().unwrap();
    let kept = office.desk.incidents()[0].join(kept);
    let checked = Command::new("sh")
        .arg("-c")
        .arg("ssh-keygen -Y verify -f \"$1\" -I bob@example.com -n contain -s \"$2.sig\" < \"$2\"")
        .arg("sh")
        .arg(office.desk.path().join("here/allowed_signers"))
        .arg(&kept)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let granted = office.desk.entries("granted");
    let is_bobs = |entry: &&Value| entry["body"]["mandate"]["by"] == "bob";
    assert_eq!(granted.iter().filter(is_bobs).count(), 1);
    assert!(
        office
            .desk
            .journal()
            .iter()
            .all(|entry| entry["actor"] == "alice")
    );
    office.desk.assert_journal_verifies();
}

#[test]
fn a_stranger_an_agent_and_a_changed_office_change_nothing() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let office = Office::new(&server, &world);
    let sibling = world.key("sibling");
    let since = ["--since", world.since(), "--yes", "--json"];
    let by = |who: &[&str]| {
        let wish = [&["isolate", sibling.as_str()], &since[..], who].concat();
        office.desk.run(&wish)
    };
    let agent = by(&["--operator", "triage"]);
    assert_eq!(agent.exit, 3, "{agent:?}");
    let agent = agent.json.to_string();
    assert!(agent.contains("people-agree-to-automation"), "{agent}");
    let typo = by(&["--operator", "alise"]);
    refused(&typo, 2, "usage");
    assert!(typo.hints().contains("did you mean `alice`?"), "{typo:?}");
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [true, true]
    );

    // Elsewhere, where nobody is named, nobody is alone with this incident.
    let elsewhere = office.desk.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::write(elsewhere.join("contain.yaml"), "contain: 1\n").unwrap();
    let there = ["--workspace", elsewhere.to_str().unwrap(), "--journal"];
    let here = office.desk.path().join("here");
    let alone = [
        &there[..],
        &[here.to_str().unwrap(), "apply", "--yes", "--json"],
    ]
    .concat();
    refused(&office.desk.run(&alone), 4, "another-workspace");

    // Alice plans; then bob is no approver any more: what was planned among other people is stale.
    let subject = world.key("leaked");
    let plan = ["plan", &subject, "--since", world.since(), "--json"];
    assert_eq!(office.desk.run(&plan).exit, 0);
    office.by("bob").assert(0, "done");
    let file = office.desk.path().join("here/contain.yaml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace("roles: [approver]", "roles: [owner]")).unwrap();
    let stale = office.desk.run(&["apply", "--yes", "--json"]);
    refused(&stale, 9, "stale-plan");
    assert!(stale.error().contains("people"), "{stale:?}");
    assert_eq!(server.accepted(&world, &["leaked"]), [true]);
}

#[test]
fn what_an_agent_asks_for_is_done_once_two_people_have_signed_one_request() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let office = Office::new(&server, &world);
    let sibling = world.key("sibling");
    let since = world.since();
    let wish = ["isolate", &sibling, "--since", since, "--yes", "--json"];
    let asked = office
        .desk
        .run(&[&wish[..], &["--operator", "triage"]].concat());
    assert_eq!(asked.exit, 3, "{asked:?}");
    let request = office.approve(&[]);
    let data = &request.json["data"];
    let code = data["request"]["plan"].as_str().unwrap()[..8].to_owned();
    let apply = || {
        let wish = ["apply", &code, "--yes", "--json", "--operator", "triage"];
        office.desk.run(&wish)
    };
    let is_alive = || server.accepted(&world, &["sibling"]) == [true];
    let waits = |told: &Told| {
        assert_eq!(told.exit, 3, "{told:?}");
        assert!(is_alive(), "{told:?}");
        let why = told.item(world.id("sibling"), super::STOP)["why"].to_string();
        assert!(why.contains("people-agree-to-automation"), "{told:?}");
        why
    };
    // Nobody has signed; then one of the two whom it takes.
    assert!(waits(&apply()).contains("may still sign: bob, carol"));
    let bobs = office.by("bob");
    bobs.assert(0, "done");
    let why = waits(&apply());
    assert!(
        why.contains("signed by bob; may still sign: carol"),
        "{why}"
    );
    // Another key makes nobody another person, and whoever owns the agent asked for it.
    for (key, told) in [
        ("bob-too", "`bob` has answered this request already"),
        ("alice", "among those who ask"),
    ] {
        let again = office.by(key);
        refused(&again, 4, "not-admitted");
        assert!(again.error().contains(told), "{again:?}");
    }
    waits(&apply());
    // The second signs the same bytes as the first.
    let carols = office.by("carol");
    carols.assert(0, "done");
    let kept = [&bobs, &carols].map(|told| {
        let kept = told.json["data"]["kept"].as_str().unwrap();
        std::fs::read(office.desk.incidents()[0].join(kept)).unwrap()
    });
    assert_eq!(kept[0], kept[1]);
    let told = apply();
    assert!(!is_alive(), "{told:?}");
    let spent = office.desk.entries("intended");
    let spent = spent[0]["body"]["spent"].as_array().unwrap().len();
    assert_eq!(
        spent, 3,
        "both signatures, and the word of whoever operates"
    );
    office.desk.assert_journal_verifies();
}
