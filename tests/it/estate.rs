//! The estate through the binary: its verbs, and that one which cannot be read refuses.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const ESTATE: &str = r##"estate: 1
teams:
  payments: {contact: "#payments"}
identities:
  payments-bot:
    kind: agent
    owner: {team: payments}
    environment: production
    criticality: high
    runs_as: ["aws:role/payments@123456789012"]
    credentials:
      - what: aws:access-key/AKIAIOSFODNN7EXAMPLE@123456789012
        stored_in: ["aws:secret/us-east-1:bot@123456789012"]
        shared_with: [reports]
    consumers: [{name: "check\e[2Jout", contact: "#shop"}]
  reports: {kind: pipeline}
"##;

fn contain(workspace: &Path, arguments: &[&str]) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_contain"))
        .arg("--workspace")
        .arg(workspace)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    let told = [stdout, stderr].concat();
    (status.code().unwrap(), String::from_utf8(told).unwrap())
}

fn workspace(estate: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("contain.yaml"), "contain: 1\n").unwrap();
    std::fs::write(place.path().join("estate.yaml"), estate).unwrap();
    place
}

fn data(told: &str) -> Value {
    let whole: Value = serde_json::from_str(told).unwrap();
    whole["data"].clone()
}

#[test]
fn an_estate_is_checked_listed_and_shown_and_no_name_in_it_moves_the_cursor() {
    let place = workspace(ESTATE);
    let run = |arguments: &[&str]| {
        let (exit, told) = contain(place.path(), arguments);
        assert_eq!(exit, 0, "{told}");
        assert!(!told.contains('\u{1b}'), "{told}");
        told
    };
    let told = run(&["estate", "lint"]);
    assert!(told.contains("no problems"), "{told}");
    assert!(told.contains("1 identities have no owner"), "{told}");
    let told = run(&["estate", "list"]);
    assert!(
        told.contains("payments-bot") && told.contains("team payments (#payments)"),
        "{told}"
    );
    for what in ["payments-bot", "identity:payments-bot"] {
        let told = run(&["estate", "show", what]);
        for part in [
            "agent payments-bot",
            "aws:access-key/AKIAIOSFODNN7EXAMPLE@123456789012",
            "lies in aws:secret/us-east-1:bot@123456789012",
            "shared with reports",
            "check\\u{1b}[2Jout (#shop)",
            "contain isolate identity:payments-bot",
        ] {
            assert!(told.contains(part), "{part} in\n{told}");
        }
    }
    // Whose a thing is, told from the thing.
    let told = run(&["estate", "show", "aws:role/payments@123456789012", "--json"]);
    assert_eq!(data(&told)["stake"]["identities"][0], "payments-bot");
    let told = run(&["identify", "--offline", "aws:role/payments@123456789012"]);
    assert!(told.contains("payments"), "{told}");
    let told = run(&["estate", "schema", "--json"]);
    let data = data(&told);
    assert_eq!(data["title"], "contain estate, version 1");
    assert_eq!(data["properties"]["identities"]["type"], "object");
}

#[test]
fn an_unknown_identity_is_refused_with_the_one_that_was_meant() {
    let place = workspace(ESTATE);
    for arguments in [
        &["estate", "show", "payments-bto"][..],
        &["estate", "show", "identity:payments-bto"],
        &["isolate", "identity:payments-bto", "--yes"],
        &["plan", "identity:payments-bto"],
    ] {
        let (exit, told) = contain(place.path(), arguments);
        assert_eq!(exit, 2, "{told}");
        assert!(told.contains("did you mean `payments-bot`?"), "{told}");
    }
    // Without an estate there is no identity to name.
    std::fs::remove_file(place.path().join("estate.yaml")).unwrap();
    let (exit, told) = contain(place.path(), &["isolate", "identity:payments-bot", "--yes"]);
    assert_eq!(exit, 2, "{told}");
    assert!(told.contains("there is no estate.yaml"), "{told}");
}

#[test]
fn an_estate_that_cannot_be_read_refuses_and_is_never_taken_for_none() {
    let key = "aws:access-key/AKIAIOSFODNN7EXAMPLE";
    let place = workspace(&ESTATE.replace("owner: {team: payments}", "ownr: {team: payments}"));
    let file = place.path().join("estate.yaml");
    let refuses = |part: &str| {
        for arguments in [
            &["isolate", key, "--yes"][..],
            &["plan", key],
            &["run", "isolate", "--subject", key],
            &["identify", "--offline", key],
            &["estate", "list"],
        ] {
            let (exit, told) = contain(place.path(), arguments);
            assert_eq!(exit, 2, "{arguments:?}: {told}");
            assert!(
                told.contains("estate.yaml") && told.contains(part),
                "{part} in {told}"
            );
        }
        let (exit, told) = contain(place.path(), &["doctor"]);
        assert_ne!(exit, 0, "{told}");
        assert!(told.contains("FAILS estate"), "{told}");
        let incidents = place.path().join("incidents");
        assert!(!incidents.exists(), "something was begun");
    };
    refuses("did you mean `owner`?");
    let (exit, told) = contain(place.path(), &["estate", "lint"]);
    assert_eq!(exit, 2, "{told}");
    assert!(
        told.contains("estate.yaml:7:5") && told.contains("1 problem"),
        "{told}"
    );
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    refuses("folder");
    std::fs::remove_dir(&file).unwrap();
    std::os::unix::fs::symlink("nowhere", &file).unwrap();
    refuses("failed to read");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"estate: 1 \xff").unwrap();
    refuses("no text");
}

#[test]
fn owners_are_held_against_the_people_of_the_workspace() {
    let place = workspace(&ESTATE.replace("{team: payments}", "{person: alcie}"));
    let people = "contain: 1\npeople:\n  alice: {roles: [owner], contact: \"+1\"}\n";
    std::fs::write(place.path().join("contain.yaml"), people).unwrap();
    let (exit, told) = contain(place.path(), &["estate", "lint"]);
    assert_eq!(exit, 2, "{told}");
    assert!(told.contains("did you mean `alice`?"), "{told}");
    let right = ESTATE.replace("{team: payments}", "{person: alice}");
    std::fs::write(place.path().join("estate.yaml"), right).unwrap();
    let (exit, told) = contain(place.path(), &["estate", "show", "payments-bot"]);
    assert_eq!(exit, 0, "{told}");
    assert!(told.contains("alice (+1)"), "{told}");
}
