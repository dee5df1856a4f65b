//! From the first cut to a closed incident, through the program: measures, what is owed, closing, the report.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{isolate, refused};
use crate::harness::{Desk, Server, Told, World};

/// Isolates the leaked key with reviews that fall due almost at once.
fn isolated_and_overdue(desk: &Desk, world: &World) {
    let key = world.key("leaked");
    let told = desk.run(&[
        "run",
        "isolate",
        "--subject",
        &key,
        "--since",
        world.since(),
        "--input",
        "review=1s",
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    std::thread::park_timeout(std::time::Duration::from_secs(2));
}

fn measures(told: &Told) -> Vec<Value> {
    let measures = told.json["data"]["measures"].as_array();
    measures.unwrap_or_else(|| panic!("{told:?}")).clone()
}

#[test]
fn measures_are_listed_reviewed_and_given_back_and_what_is_overdue_warns_everywhere() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolated_and_overdue(&desk, &world);

    let listed = desk.run(&["measures", "list", "--json"]);
    assert_eq!(listed.exit, 10, "{listed:?}");
    let all = measures(&listed);
    assert_eq!(all.len(), 2, "{listed:?}");
    assert!(all.iter().all(|measure| measure["overdue"] == true));
    assert!(
        all.iter()
            .all(|measure| measure["runs"] == serde_json::json!([1]))
    );
    let stop = all.iter().find(|one| one["action"] == super::STOP).unwrap();
    let stop = stop["measure"].as_str().unwrap();
    let end = all.iter().find(|one| one["action"] == super::END).unwrap();
    let end = end["measure"].as_str().unwrap();

    for verb in [
        &["status", "--json"][..],
        &["report", "--print", "--json"],
        &["evidence", "list", "--json"],
        &["journal", "show", "--json"],
        &["verify", "--json"],
        &["incident", "note", "x", "--json"],
        &[
            "measures", "extend", "nobody", "--until", "2h", "--reason", "x", "--json",
        ],
    ] {
        let told = desk.run(verb);
        let said = told.json["warnings"][0].as_str().unwrap_or_default();
        assert!(
            said.contains("the reviews of 2 measures are overdue"),
            "{verb:?}: {told:?}"
        );
        assert_eq!(told.exit == 10, verb[0] == "status", "{verb:?}: {told:?}");
    }
    let told = desk.run(&["status"]);
    assert_eq!(told.exit, 10, "{told:?}");
    assert_eq!(
        told.err
            .lines()
            .filter(|line| line.starts_with("warning: "))
            .count(),
        1,
        "{told:?}"
    );

    let extend = |measure: &str, until: &str| {
        desk.run(&[
            "measures",
            "extend",
            measure,
            "--until",
            until,
            "--reason",
            "still needed",
            "--json",
        ])
    };
    refused(&extend(stop, "1s ago"), 2, "usage");
    refused(&extend(stop, "400d"), 2, "usage");
    refused(&extend("aws:user/nobody", "2h"), 2, "unknown-measure");
    assert_eq!(extend(stop, "24h").exit, 0);
    assert!(
        desk.run(&["status", "--json"]).json["warnings"][0]
            .as_str()
            .unwrap()
            .contains("the review of a measure")
    );
    assert_eq!(extend(end, "24h").exit, 0);
    let told = desk.run(&["status", "--json"]);
    told.assert(0, told.outcome());
    assert_eq!(told.json["warnings"], serde_json::json!([]));
    refused(&extend(stop, "2h"), 2, "usage");
    let extended = desk.entries("extended");
    assert!(
        extended
            .iter()
            .all(|entry| entry["body"]["reason"] == "still needed"),
        "{extended:?}"
    );

    // A key that is compromised is given back by the code of its plan alone; that is what `restore` asks for.
    let told = desk.run(&["measures", "release", stop, "--yes", "--json"]);
    told.assert(3, "waiting");
    let (code, held) = (
        told.json["confirm"].as_str().unwrap(),
        told.json["items"].as_array().unwrap(),
    );
    assert_eq!(held.len(), 1, "one measure was named: {told:?}");
    desk.run(&["apply", code, "--confirm", code, "--json"])
        .assert(0, "restored");
    assert_eq!(
        server.accepted(&world, &["leaked", "session"]),
        [true, false]
    );
    let left = measures(&desk.run(&["measures", "list", "--json"]));
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["measure"], end);
    assert_ne!(server.snapshot(), before, "the cut-off stays");
    desk.assert_journal_verifies();
}

#[test]
fn an_incident_is_closed_on_evidence_and_opened_again_by_an_entry() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    let close = || desk.run(&["incident", "close", "--reason", "over", "--json"]);

    // Isolated is not enough, and what stays alive is taken on by nobody yet: each is named with its command.
    let told = close();
    assert_eq!((told.exit, told.kind()), (5, "cannot-close"), "{told:?}");
    let lacks = told.json["data"]["lacks"].as_array().unwrap();
    let sorts: Vec<_> = lacks
        .iter()
        .map(|lack| lack["sort"].as_str().unwrap())
        .collect();
    assert!(sorts.contains(&"unaccounted"), "{told:?}");
    assert!(
        lacks
            .iter()
            .all(|lack| lack["settle"][0].as_str().unwrap().starts_with("contain "))
    );
    assert!(told.error().ends_with("Nothing was changed."), "{told:?}");
    let status = desk.run(&["status", "--json"]);
    // Between the two a bound may have passed, after which less is missing.
    let later = status.json["close_lacks"].as_array().unwrap();
    assert!(
        (1..=lacks.len()).contains(&later.len()),
        "{status:?}, and before: {lacks:?}"
    );

    desk.run(&["verify", "--wait", "--json"])
        .assert(0, "contained");
    let accept = |what: &[&str]| {
        desk.run(
            &[
                &["incident", "accept"],
                what,
                &["--reason", "healthy", "--json"],
            ]
            .concat(),
        )
    };
    refused(&accept(&["aws:user/nobody"]), 2, "nothing-to-accept");
    assert_eq!(accept(&[&world.key("sibling")]).exit, 0);
    let told = close();
    assert_eq!(told.exit, 5, "the roles are open still: {told:?}");
    assert_eq!(accept(&["--relation", "could-enter"]).exit, 0);
    let closed = close();
    assert_eq!(closed.exit, 0, "{closed:?}");
    let totals = &closed.json["data"]["totals"];
    let count = |word: &str| totals[word].as_u64().unwrap();
    assert_eq!(
        count("found"),
        count("dead") + count("accepted") + count("unreachable"),
        "{closed:?}"
    );
    assert_eq!((count("open"), count("dead") > 0), (0, true), "{closed:?}");
    assert!(!desk.entries("ended").is_empty(), "authority ends with it");

    // The final report stands there in three forms for two audiences, and the record vouches for each.
    let stored = closed.json["data"]["report"].as_array().unwrap();
    assert_eq!(stored.len(), 6, "{closed:?}");
    for path in stored {
        let (path, text) = (
            path.as_str().unwrap(),
            std::fs::read_to_string(path.as_str().unwrap()).unwrap(),
        );
        let is_outside = path.contains("-external.");
        assert_eq!(text.contains(world.id("leaked")), !is_outside, "{path}");
        assert!(!is_outside || !text.contains("000000000000"), "{path}");
    }
    desk.assert_journal_verifies();
    let outside = desk.run(&["report", "--audience", "external", "--print", "--json"]);
    assert!(!outside.out.contains(world.id("leaked")), "{outside:?}");

    // Nothing acts in it, and says so; to look and to note is not to act.
    let (key, before) = (world.key("leaked"), server.snapshot());
    let incident = desk.incidents().remove(0);
    let incident = incident.file_name().unwrap().to_str().unwrap();
    for verb in [
        &["resume", "--json"][..],
        &["restore", "--yes", "--json"],
        &["verify", "--json"],
        &["apply", "--json"],
        &["isolate", &key, "--incident", incident, "--yes", "--json"],
        &["incident", "accept", "x", "--reason", "x", "--json"],
        &["incident", "close", "--json"],
    ] {
        let told = desk.run(verb);
        refused(&told, 2, "closed");
        assert!(told.hints().contains("contain incident reopen"), "{told:?}");
    }
    assert_eq!(server.snapshot(), before);
    assert_eq!(
        desk.run(&["incident", "note", "afterwards", "--json"]).exit,
        0
    );
    let status = desk.run(&["status", "--json"]);
    assert_eq!(status.json["closed"], true, "{status:?}");

    let reopen = || desk.run(&["incident", "reopen", "--reason", "more was found", "--json"]);
    assert_eq!(reopen().exit, 0);
    refused(&reopen(), 2, "usage");
    desk.run(&["verify", "--wait", "--json"])
        .assert(0, "contained");
    assert_eq!(close().exit, 0, "what was accepted stays accepted");
    desk.assert_journal_verifies();
}

#[test]
fn status_is_watched_until_interrupted_and_tells_what_is_new() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    refused(&desk.run(&["status", "--watch", "--json"]), 2, "usage");
    let watching = desk.spawn(&["status", "--watch"]);
    std::thread::park_timeout(std::time::Duration::from_secs(2));
    let restored = [
        "restore",
        &world.key("leaked"),
        "--false-positive",
        "--sessions-too",
    ];
    let told = desk.run(&[&restored[..], &["--reason", "x", "--yes", "--json"]].concat());
    told.assert(0, "restored");
    std::thread::park_timeout(std::time::Duration::from_secs(2));
    let told = watching.interrupt();
    assert_eq!((told.exit, told.err.as_str()), (0, ""), "{told:?}");
    for said in ["ISOLATED.", "By phase:", "given back", "RESTORED."] {
        assert!(told.out.contains(said), "{said}: {told:?}");
    }
    assert!(!told.out.contains('\u{1b}'), "{told:?}");
}

/// A workspace whose journals are signed at the end of whatever acted, by this key, and copied elsewhere.
fn signing(desk: Desk, key: &Path) -> Desk {
    let elsewhere = desk.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let config = format!(
        "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 2s, audit_lag: 0s}}\nsigning: {{key: {}, copies: [{}, /proc]}}\n",
        key.display(),
        elsewhere.display()
    );
    desk.file("contain.yaml", &config)
}

/// Makes a key, and answers its public half.
fn make_key(at: &Path, passphrase: &str) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", passphrase, "-f"])
        .arg(at)
        .status();
    assert!(made.unwrap().success());
    let text = std::fs::read_to_string(at.with_extension("pub")).unwrap();
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    words.join(" ")
}

fn is_content(lines: &[&str], at: &Path) -> bool {
    let ended = Command::new("bash")
        .args(["-c", &format!("set -e -o pipefail\n{}", lines.join("\n"))])
        .current_dir(at)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ended.unwrap().success()
}

#[test]
fn whatever_acted_is_signed_at_the_end_and_the_final_report_is_checked_by_an_auditor_alone() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).with("PATH", "/usr/bin:/bin");
    let key = desk.path().join("key");
    let desk = signing(desk, &key);
    let public = make_key(&key, "");
    let desk = desk.file("allowed_signers", &format!("alice@example.com {public}\n"));

    // One entry for all that was done, a copy elsewhere, and a warning about the place that takes none.
    let told = isolate(&desk, &world, &["--yes"]);
    told.assert(0, "isolated");
    let warned = told.json["warnings"].to_string();
    assert!(warned.contains("the checkpoint was not copied"), "{told:?}");
    let signed = desk.entries("checkpoint");
    assert_eq!(signed.len(), 1, "{told:?}");
    let copies = std::fs::read_dir(desk.path().join("elsewhere")).unwrap();
    assert_eq!(copies.count(), 2, "the checkpoint and its signature");
    let verified = desk.run(&["journal", "verify"]);
    let anchored = "anchored to entry ";
    assert!(
        verified.exit == 0 && verified.out.contains(anchored),
        "{verified:?}"
    );
    assert!(
        verified.out.contains("and 1 entry after it")
            || verified.out.contains("and 1 entries after it"),
        "all that was done is vouched for: {verified:?}"
    );
    // What only looks or notes something is not signed for.
    assert_eq!(desk.run(&["incident", "note", "x", "--json"]).exit, 0);
    assert_eq!(desk.entries("checkpoint").len(), 1);

    desk.run(&["verify", "--wait", "--json"])
        .assert(0, "contained");
    for accepted in [
        &[&world.key("sibling")[..]][..],
        &["--relation", "could-enter"],
    ] {
        let arguments = [
            &["incident", "accept"],
            accepted,
            &["--reason", "x", "--json"],
        ];
        assert_eq!(desk.run(&arguments.concat()).exit, 0);
    }
    let closed = desk.run(&["incident", "close", "--json"]);
    assert_eq!(closed.exit, 0, "{closed:?}");
    assert_eq!(desk.entries("checkpoint").len(), 2, "closing is signed for");
    let data = &closed.json["data"];
    assert_eq!(data["signed_by"], "alice@example.com", "{closed:?}");
    assert_eq!(data["unsigned"], Value::Null);
    desk.assert_journal_verifies();

    // An auditor has the files of that folder and the file of signers, and two programs.
    let list = Path::new(data["list"].as_str().unwrap());
    let handed = tempfile::tempdir().unwrap();
    for file in list.parent().unwrap().read_dir().unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), handed.path().join(file.file_name())).unwrap();
    }
    let signers = desk.path().join("here/allowed_signers");
    std::fs::copy(signers, handed.path().join("allowed_signers")).unwrap();
    let check = data["check"].as_array().unwrap();
    let check: Vec<&str> = check.iter().map(|line| line.as_str().unwrap()).collect();
    assert!(is_content(&check, handed.path()), "{check:?}");
    let mut tampered = 0;
    for file in handed.path().read_dir().unwrap() {
        let file = file.unwrap().path();
        let whole = std::fs::read(&file).unwrap();
        for at in [whole.len() / 3, whole.len() / 2] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&file, &bytes).unwrap();
            assert!(!is_content(&check, handed.path()), "{at}: {file:?}");
            tampered += 1;
        }
        std::fs::write(&file, &whole).unwrap();
        assert!(is_content(&check, handed.path()), "{file:?}");
    }
    assert_eq!(
        tampered,
        2 * (6 + 1 + 2 + 1),
        "reports, checkpoint, list, signers"
    );
    // The journal begins with what the report tells of.
    let checkpoint = std::fs::read_to_string(data["checkpoint"].as_str().unwrap()).unwrap();
    let checkpoint: Value = serde_json::from_str(&checkpoint).unwrap();
    let journal = std::fs::read(desk.incidents()[0].join("journal.jsonl")).unwrap();
    let bytes = usize::try_from(checkpoint["bytes"].as_u64().unwrap()).unwrap();
    let beginning = contain::domain::Digest::of(&journal[..bytes]).to_string();
    assert_eq!(checkpoint["sha256"], beginning.as_str());
}

#[test]
fn a_key_that_wants_somebody_signs_nothing_unasked_and_holds_nothing_back() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).with("PATH", "/usr/bin:/bin");
    let locked = desk.path().join("locked");
    let desk = signing(desk, &locked);
    make_key(&locked, "a passphrase");
    let told = isolate(&desk, &world, &["--yes"]);
    told.assert(0, "isolated");
    let warned = told.json["warnings"].to_string();
    assert!(warned.contains("nobody vouches for"), "{told:?}");
    assert!(
        warned.contains("contain journal sign --key FILE"),
        "{told:?}"
    );
    assert!(desk.entries("checkpoint").is_empty());
    let verified = desk.run(&["journal", "verify"]);
    assert!(
        verified.exit == 0 && verified.out.contains("unanchored"),
        "{verified:?}"
    );
    // Nor does one on hardware, which is not even tried.
    let touch = desk.path().join("touch.pub");
    std::fs::write(&touch, "sk-ssh-ed25519@openssh.com AAAA nobody\n").unwrap();
    let desk = desk.with("CONTAIN_SIGNING_KEY", touch.to_str().unwrap());
    let key = world.key("sibling");
    let told = desk.run(&["isolate", &key, "--since", world.since(), "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let warned = told.json["warnings"].to_string();
    assert!(warned.contains("wants to be touched"), "{told:?}");
    // The report is stored, says that it is unsigned, and is signed later by who has a key.
    let told = desk.run(&["report", "--sign", "--json"]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(told.json["data"]["unsigned"].is_string(), "{told:?}");
    assert_eq!(told.json["data"]["signature"], Value::Null);
    let key = desk.path().join("key");
    make_key(&key, "");
    let told = desk.run(&["report", "--sign", "--key", key.to_str().unwrap(), "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(told.json["data"]["signature"].is_string(), "{told:?}");
    assert_eq!(
        told.json["data"]["signed_by"],
        Value::Null,
        "nobody allows that key"
    );
    desk.assert_journal_verifies();
}
