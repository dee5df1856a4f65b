//! Evidence, exported logs and pasted leaks through the program, against MiniStack.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::{Desk, Server, Told, World};

fn export(world: &World, more: &[&str]) -> Vec<u8> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/make-cloudtrail-export");
    let arn = world.0["role_a"]["arn"].as_str().unwrap();
    let until = contain::domain::Clock::wall().now().to_string();
    let made = Command::new(script)
        .args(["--events", "400", "--user", "ci-deploy", "--role", "role-a"])
        .args([
            "--key",
            world.id("leaked"),
            "--until",
            &until[..19].to_owned().add("Z"),
        ])
        .args(["--account", arn.split(':').nth(4).unwrap()])
        .args(more)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    made.stdout
}

trait Add {
    fn add(self, text: &str) -> String;
}

impl Add for String {
    fn add(mut self, text: &str) -> String {
        self.push_str(text);
        self
    }
}

fn store(desk: &Desk, name: &str, bytes: &[u8]) {
    std::fs::write(desk.path().join("here").join(name), bytes).unwrap();
}

fn never_says(told: &Told, secret: &str) {
    assert!(
        !told.out.contains(secret) && !told.err.contains(secret),
        "a secret is shown"
    );
}

fn listed(desk: &Desk) -> Vec<Value> {
    let told = desk.run(&["evidence", "list", "--json"]);
    told.json["data"]["evidence"].as_array().unwrap().clone()
}

#[test]
fn a_role_that_only_an_exported_log_tells_of_is_cut() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    for (number, form) in [
        ["--form", "lookup"].as_slice(),
        &["--form", "lines"],
        &["--gzip"],
    ]
    .into_iter()
    .enumerate()
    {
        store(&desk, &format!("export-{number}"), &export(&world, form));
    }
    let bytes = std::fs::read(desk.path().join("here/export-2")).unwrap();
    let digest: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let key = world.key("leaked");
    for number in 0..2 {
        let name = format!("export-{number}");
        let told = desk.run(&[
            "inventory",
            &key,
            "--since",
            "48h",
            "--activity",
            &name,
            "--json",
        ]);
        let found = told.json["data"]["found"].to_string();
        for expected in [
            "role/role-a",
            "sts.AssumeRole",
            "\"records\":400",
            "\"broken\":0",
        ] {
            assert!(found.contains(expected), "{name}: no {expected} in {found}");
        }
    }
    let told = desk.run(&[
        "isolate",
        &key,
        "--since",
        "48h",
        "--activity",
        "export-2",
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(
        told.item("role-a", "aws.end-role-sessions")["verdict"],
        "observed"
    );
    assert_eq!(
        server.accepted(&world, &["leaked", "role_a", "role_b"]),
        [false, false, true]
    );
    let orders = desk.entries("run-opened");
    let order = &orders.last().unwrap()["body"]["order"];
    assert!(
        order["activity"][0].as_str().unwrap().ends_with("export-2"),
        "{order}"
    );
    let answers = desk.entries("found");
    let answer = answers.last().unwrap();
    assert_eq!(
        answer["body"]["reading"]["sources"][0]["digest"], digest,
        "{answer}"
    );
    // What would be waited for without an end is refused before anything is sent.
    let pipe = desk.path().join("here/pipe");
    let made = std::process::Command::new("mkfifo").arg(pipe).status();
    assert!(made.unwrap().success());
    let waits = desk.run(&["isolate", &key, "--activity", "pipe", "--yes", "--json"]);
    assert_eq!(waits.exit, 2, "{waits:?}");
    assert!(waits.error().contains("no regular file"), "{waits:?}");
    let missing = desk.run(&["isolate", &key, "--activity", "nowhere", "--yes", "--json"]);
    missing.assert(2, "failed");
    assert!(missing.error().contains("cannot be read"), "{missing:?}");
}

#[test]
fn a_pasted_leak_is_isolated_as_if_key_and_secret_had_been_named() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let (id, secret) = (world.id("leaked"), world.secret("leaked"));
    let leak = format!(
        "# oops\nAWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nDB_PASSWORD=CANARYCANARY99\n"
    );
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .with("RUST_LOG", "trace");
    store(&desk, "leak.env", leak.as_bytes());
    let told = desk.run(&["identify", "--from", "leak.env", "--json"]);
    let data = &told.json["data"];
    assert_eq!(data["identified"][0]["line"], 2, "{data}");
    assert_eq!(data["identified"][0]["id"], id);
    assert_eq!(data["identified"][0]["secret"], true);
    assert_eq!(data["unknown"], 1);
    let isolated = desk.run(&[
        "isolate",
        "--from",
        "leak.env",
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(isolated.exit, 0, "{isolated:?}");
    let item = isolated.item(id, "aws.deactivate-access-key");
    assert_eq!(item["verdict"], "probed-dead");
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [false, true]
    );
    let again = desk.run(&["resume", "--json"]);
    assert!(!again.err.contains("cannot be read again"), "{again:?}");
    let journal = json!(desk.journal()).to_string();
    assert!(journal.contains("leak.env"), "the reference is noted");
    for told in [&told, &isolated, &again] {
        never_says(told, secret);
        never_says(told, "CANARY");
    }
    assert!(!journal.contains(secret) && !journal.contains("CANARY"));
    for file in walk(&desk.incidents()[0]) {
        let bytes = std::fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(secret), "{}", file.display());
    }
}

#[test]
fn a_pasted_credential_that_is_left_alone_keeps_the_others_from_being_called_isolated() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let (id, secret) = (world.id("leaked"), world.secret("leaked"));
    let unknown = "AKIARZPUZDIKMADEBY09";
    let leak = format!("AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\nOTHER={unknown}\n");
    let desk = Desk::of(&world, server.endpoint()).bounded();
    store(&desk, "leak.env", leak.as_bytes());
    let wish = ["isolate", "--from", "leak.env", "--since", world.since()];
    let told = desk.run(&[&wish[..], &["--yes", "--json"]].concat());
    told.assert(5, "partly-contained");
    let later = desk.run(&["status", "--json"]);
    assert_eq!(later.outcome(), "partly-contained", "{later:?}");
    for told in [&told, &later] {
        let not_seen = told.json["not_seen"].to_string();
        assert!(not_seen.contains(unknown), "{told:?}");
        never_says(told, secret);
    }
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [false, true]
    );
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn evidence_is_listed_added_and_taken_out_and_what_is_altered_is_told() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        &world.key("leaked"),
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let kept = listed(&desk);
    assert!(kept.len() >= 2, "reach and activity: {kept:?}");
    assert!(
        kept.iter()
            .all(|file| file["from"] == "aws" && file["standing"] == "intact")
    );
    store(&desk, "mail.txt", b"they wrote to us");
    let added = desk.run(&[
        "evidence",
        "add",
        "mail.txt",
        "--about",
        "the ransom mail",
        "--json",
    ]);
    assert_eq!(added.exit, 0, "{added:?}");
    assert_eq!(listed(&desk).len(), kept.len() + 1);

    for to in ["out", "out.tar"] {
        let told = desk.run(&["evidence", "export", to, "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
        let again = desk.run(&["evidence", "export", to, "--json"]);
        again.assert(2, "failed");
    }
    let here = desk.path().join("here");
    let run = |folder: &str, program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(here.join(folder))
            .output()
            .unwrap()
            .status
            .success()
    };
    std::fs::create_dir(here.join("unpacked")).unwrap();
    assert!(run("unpacked", "tar", &["-xf", "../out.tar"]));
    for folder in ["out", "unpacked"] {
        assert!(
            run(
                folder,
                "sha256sum",
                &["--strict", "--quiet", "-c", "SHA256SUMS"]
            ),
            "{folder}"
        );
        assert!(here.join(folder).join("journal.jsonl").exists());
        assert!(!here.join(folder).join("fingerprint.key").exists());
        let sums = std::fs::read_to_string(here.join(folder).join("SHA256SUMS")).unwrap();
        let files = walk(&here.join(folder)).len();
        assert_eq!(
            sums.lines().count() + 1,
            files,
            "every file but the list itself"
        );
    }
    desk.assert_journal_verifies();
    let incident = &desk.incidents()[0];
    let path = incident.join(kept[0]["path"].as_str().unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    std::fs::remove_file(incident.join(kept[1]["path"].as_str().unwrap())).unwrap();
    let verified = desk.run(&["journal", "verify", "--json"]);
    assert_eq!(verified.exit, 11, "{verified:?}");
    let data = &verified.json["data"];
    assert_eq!(data["verdict"], "intact", "the journal itself is");
    let wrong = data["evidence"].to_string();
    assert!(
        wrong.contains("altered") && wrong.contains("missing"),
        "{wrong}"
    );
    let list = desk.run(&["evidence", "list"]);
    assert_eq!(list.exit, 11);
    assert!(
        list.out.contains("ALTERED") && list.out.contains("MISSING"),
        "{}",
        list.out
    );
}
