//! From the first cut to a closed incident, through the program: measures, what is owed, closing, the report.

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
    assert_eq!(
        status.json["close_lacks"].as_array().unwrap().len(),
        lacks.len(),
        "{status:?}"
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
