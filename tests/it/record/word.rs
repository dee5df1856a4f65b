//! A second person's word: a name is a claim, and where somebody has a key only that makes them another person.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Desk, Told};

/// A workspace of alice and bob, each with a key, and carol, who has none.
struct Office {
    desk: Desk,
}

impl Office {
    fn new() -> Self {
        let config = "contain: 1\npeople:\n  \
            alice: {accounts: [\"os:alice\"], roles: [responder, lead]}\n  \
            bob: {accounts: [\"os:bob\"], signs_as: [bob@example.com], roles: [approver]}\n  \
            carol: {accounts: [\"os:carol\"], roles: [approver]}\n";
        let desk = Desk::at("http://127.0.0.1:1", ("x", "x")).file("contain.yaml", config);
        let office = Self { desk };
        let lines = ["alice", "bob"].map(|name| {
            let file = office.key(name);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&file)
                .status();
            assert!(made.unwrap().success());
            let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
            let signs_as = if name == "bob" {
                "bob@example.com"
            } else {
                name
            };
            format!("{signs_as} {public}")
        });
        let allowed = office.desk.path().join("here/allowed_signers");
        std::fs::write(allowed, lines.concat()).unwrap();
        office
    }

    fn key(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    fn run(&self, who: &str, arguments: &[&str]) -> Told {
        let operator = ["--operator", who, "--json"];
        self.desk.run(&[arguments, &operator].concat())
    }
}

#[test]
fn a_review_counts_by_the_reviewers_own_key_wherever_they_have_one() {
    let office = Office::new();
    assert_eq!(office.run("alice", &["incident", "open"]).exit, 0);
    let declare = ["incident", "declare", "major-incident", "--reason", "x"];
    let told = office.run("alice", &declare);
    assert_eq!(told.exit, 0, "{told:?}");
    let nonce = office.desk.entries("declared")[0]["body"]["declared"]["nonce"].clone();
    let nonce = nonce.as_str().unwrap().to_owned();
    let review = |who: &str, key: Option<&str>| {
        let key = key.map(|key| office.key(key).display().to_string());
        let mut arguments = vec!["incident", "review", &nonce[..24], "--reason", "fine"];
        if let Some(key) = &key {
            arguments.extend(["--key", key]);
        }
        office.run(who, &arguments)
    };
    for (who, key, why) in [
        ("bob", None, "counts only with its signature"),
        ("bob", Some("alice"), "is not one of `bob`"),
        (
            "alice",
            Some("alice"),
            "nobody reviews what they did themselves",
        ),
    ] {
        let told = review(who, key);
        assert_eq!(told.exit, 4, "{told:?}");
        assert!(told.error().contains(why), "{why}: {told:?}");
    }
    assert!(office.desk.entries("reviewed").is_empty());
    let told = review("bob", Some("bob"));
    assert_eq!(told.exit, 0, "{told:?}");
    let entry = &office.desk.entries("reviewed")[0]["body"];
    let document = entry["signed"]["document"].as_str().unwrap();
    // What was signed is kept, and anybody verifies it.
    let name = format!("mandates/word-{}-bob.json", &document[..8]);
    let kept = office.desk.incidents()[0].join(name);
    let checked = Command::new("sh")
        .args([
            "-c",
            "ssh-keygen -Y verify -f \"$1\" -I bob@example.com -n contain -s \"$2.sig\" < \"$2\"",
            "sh",
        ])
        .arg(office.desk.path().join("here/allowed_signers"))
        .arg(&kept)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
    office.desk.assert_journal_verifies();

    // Who has no key is taken at their word, and the entry shows that it was nothing more.
    assert_eq!(office.run("alice", &declare).exit, 0);
    let declared = office.desk.entries("declared");
    let nonce = declared[1]["body"]["declared"]["nonce"].as_str().unwrap();
    let told = office.run("carol", &["incident", "review", nonce, "--reason", "fine"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(
        office.desk.entries("reviewed")[1]["body"]["signed"],
        Value::Null
    );
}
