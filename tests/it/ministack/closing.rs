//! From the first cut to a closed incident, through the program: measures, what is owed, closing, the report.

use serde_json::Value;

use super::refused;
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
