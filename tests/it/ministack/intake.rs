//! Reports of scanners against a real server: what was found is cut, and where it was found is kept.

use serde_json::{Value, json};

use crate::harness::{Desk, Server};

/// What TruffleHog writes about a key that it found in two commits and tried.
fn report(id: &str, secret: &str) -> String {
    let finding = |commit: &str, at: &str| {
        json!({
            "SourceMetadata": {"Data": {"Git": {"commit": commit, "file": "deploy/ci.env", "line": 7,
                "repository": "https://git.example/team/app", "timestamp": at}}},
            "SourceID": 1, "SourceType": 16, "SourceName": "trufflehog - git", "DetectorType": 2,
            "DetectorName": "AWS", "DecoderName": "PLAIN", "Verified": true, "Raw": id,
            "RawV2": format!("{id}:{secret}"), "Redacted": id, "ExtraData": null, "StructuredData": null,
        })
    };
    let unknown = json!({"DetectorName": "Other", "Verified": true, "Raw": "CANARYother0Aa1Bb2Cc3",
        "SourceMetadata": {"Data": {"Git": {"file": "x.env", "line": 1}}}});
    format!(
        "{}\n{}\n{unknown}\n",
        finding("aa1c0a9d5b7e", "2026-01-05 10:00:00 +0000"),
        finding("bb1c0a9d5b7e", "2026-01-04 09:30:00 +0000")
    )
}

fn texts(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn a_scanners_report_is_cut_and_where_it_was_found_is_evidence() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let text = report(world.id("leaked"), world.secret("leaked"));
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .file("report.json", &text);
    let told = desk.run(&["isolate", "--from", "report.json", "--yes", "--json"]);
    // A credential that works and that nobody here can cut keeps it from being called isolated.
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(
        told.err
            .contains("Other (x.env:1) is no subject and is left alone"),
        "{told:?}"
    );
    assert!(
        told.err
            .contains("the window begins at 2026-01-04T09:30:00Z"),
        "{told:?}"
    );
    // Its sibling was made inside the window that the report opens, so it counts as minted.
    assert_eq!(
        server.accepted(&world, &["leaked", "responder"]),
        [false, true]
    );
    let id = told.json["incident"].as_str().unwrap();
    let listed = desk.run(&["evidence", "list", "--incident", id, "--json"]);
    let rows = listed.json["data"]["evidence"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["what"] == "what leaked, and where it was seen")
        .unwrap_or_else(|| panic!("{rows:#?}"));
    assert_eq!(
        (&row["from"], &row["standing"]),
        (&json!("file report.json"), &json!("intact"))
    );
    let folder = desk.path().join("here/incidents").join(id);
    let kept = std::fs::read_to_string(folder.join(row["path"].as_str().unwrap())).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let found = &kept["found"][0];
    assert_eq!(found["id"], world.id("leaked"));
    assert_eq!(
        (&found["count"], &found["scanner"]),
        (&json!(2), &json!("active"))
    );
    assert_eq!(found["places"][1]["commit"], "bb1c0a9d5b7e");
    assert_eq!(kept["lacking"][0]["lacks"], "provider");
    // Who comes back reads the secret again from the report, by its reference.
    let told = desk.run(&["resume", "--json"]);
    assert!(!told.err.contains("cannot be read again"), "{told:?}");
    let mut all = Vec::new();
    texts(desk.path(), &mut all);
    all.retain(|(path, _)| !path.ends_with("report.json"));
    assert!(all.iter().any(|(path, _)| path.ends_with("journal.jsonl")));
    for (path, text) in all {
        for secret in [world.secret("leaked"), "CANARYother0Aa1Bb2Cc3"] {
            assert!(!text.contains(secret), "{path} holds a secret");
        }
    }
}
