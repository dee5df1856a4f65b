//! What is kept, what is replaced in it, and that other programs read the archive.

use serde_json::{Value, json};

use super::archive::{Archive, copy, sums};
use super::*;
use crate::domain::{Because, Digest, Kind, ReadKind, Secret, Why};

const KEY: [u8; 32] = [7; 32];
const CANARY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYCANARYKEY0";

fn kinds() -> Vec<Kind> {
    let kind = json!([{
        "id": "aws:access-key", "title": "access key", "credential": true, "readable": "by-id",
        "recognise": [
            {"is": "^AKIA[A-Z0-9]{16}$", "secret": false},
            {"is": "^[A-Za-z0-9/+]{40}$", "secret": true},
        ],
    }]);
    serde_json::from_value(kind).unwrap_or_default()
}

fn redactor() -> Redactor {
    Redactor::new(KEY, &kinds())
}

fn target() -> Locator {
    let key = "aws:access-key/AKIAIOSFODNN7EXAMPLE@123456789012";
    key.parse().unwrap_or_else(|_| unreachable!())
}

fn item() -> ItemRef {
    let item = json!({"run": 1, "round": 2, "key": "inventory/reach"});
    serde_json::from_value(item).unwrap_or_else(|why| unreachable!("{why}"))
}

fn time(second: i64) -> Time {
    Time::from_second(second).unwrap_or_default()
}

fn reading() -> Reading {
    let fields = json!({
        "event": "iam.CreateAccessKey", "source_ip": "198.51.100.7",
        "user_agent": format!("curl/8 {CANARY}"), "SecretAccessKey": "short-one", "secret_id": "prod/db",
        "tokens": {"session_token": ["one", "two"], "n": 3},
    });
    Reading {
        found: vec![Found {
            what: target(),
            relation: None,
            evidence: format!("CloudTrail: said {CANARY}."),
            at: Some(time(5)),
            fields: serde_json::from_value(fields).unwrap_or_default(),
        }],
        requests: 3,
        request_ids: vec!["00000000-0000-4000-8000-000000000001".to_owned()],
        ..Reading::default()
    }
}

fn query() -> Query {
    Query {
        read: ReadKind::Activity,
        target: target(),
        relations: Vec::new(),
        since: time(1),
        pages: 10,
        budget_ms: 1000,
    }
}

fn kept(reading: &Reading) -> (String, Vec<u8>) {
    let (query, item) = (query(), item());
    let kept = Kept {
        what: What::Answer(&query, reading),
        item: &item,
        began: time(10),
        ended: time(12),
        clock_ahead: Duration::from_millis(-1500),
    };
    redactor().file(&kept).unwrap_or_default()
}

#[test]
fn a_kept_reading_says_what_was_asked_and_seen_and_is_named_by_its_digest() {
    let (name, bytes) = kept(&reading());
    assert_eq!(name, format!("{}.json", Digest::of(&bytes)));
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    for (place, expected) in [
        ("/v", json!(1)),
        ("/provider", json!("aws")),
        ("/about", json!(target())),
        ("/clock_ahead_ms", json!(-1500)),
        ("/complete", json!(true)),
        ("/answer/pages", json!(3)),
        ("/answer/query/read", json!("activity")),
        ("/answer/range/from", json!("1970-01-01T00:00:01Z")),
        ("/answer/range/until", json!("1970-01-01T00:00:12Z")),
        (
            "/answer/request_ids/0",
            json!("00000000-0000-4000-8000-000000000001"),
        ),
        ("/answer/found/0/fields/source_ip", json!("198.51.100.7")),
        ("/answer/found/0/fields/secret_id", json!("prod/db")),
        ("/answer/found/0/fields/tokens/n", json!(3)),
    ] {
        assert_eq!(said.pointer(place), Some(&expected), "{place}");
    }
    let canonical = crate::domain::digest::canonical(&said).unwrap_or_default();
    assert_eq!(canonical.as_bytes(), bytes);
}

#[test]
fn secrets_become_fingerprints_wherever_they_stand() {
    let (_, bytes) = kept(&reading());
    let text = String::from_utf8_lossy(&bytes);
    for secret in [CANARY, "short-one", "\"one\"", "\"two\""] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let known = Secret::new(CANARY.to_owned()).fingerprint(&KEY);
    let shown = format!("redacted:{known}");
    assert_eq!(
        text.matches(&shown).count(),
        2,
        "the same secret is the same words"
    );
    assert!(text.contains("curl/8 ") && text.contains("AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn what_could_not_be_seen_makes_it_incomplete() {
    let mut partial = reading();
    partial.not_seen.push(NotSeen {
        what: "the log".to_owned(),
        why: Why::new(Because::Denied, "no"),
        withholds: true,
    });
    let (_, bytes) = kept(&partial);
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    assert_eq!(said.pointer("/complete"), Some(&json!(false)));
    assert_eq!(
        said.pointer("/answer/not_seen/0/what"),
        Some(&json!("the log"))
    );
}

#[test]
fn what_cannot_be_kept_is_noted_and_holds_nothing_up() {
    let (query, item, reading) = (query(), item(), reading());
    let kept = Kept {
        what: What::Answer(&query, &reading),
        item: &item,
        began: time(10),
        ended: time(12),
        clock_ahead: Duration::ZERO,
    };
    let full = |_: &Kept<'_>| Err("the disk is full".to_owned());
    let noted = entry(&full, &kept);
    assert!(matches!(noted, Event::Noted { text } if text.contains("the disk is full")));
    let attached = entry(&|kept| redactor().nowhere(kept), &kept);
    let Event::Attached {
        about: Some(about),
        path,
        ..
    } = attached
    else {
        unreachable!("it is attached")
    };
    assert!(path.starts_with("evidence/"));
    assert_eq!((about.complete, about.state), (Some(true), None));
}

#[test]
fn tar_and_sha256sum_read_what_was_taken_out() -> Result<(), Box<dyn std::error::Error>> {
    let place = tempfile::tempdir()?;
    let files = [
        ("journal.jsonl", b"{}\n".to_vec()),
        ("evidence/empty", Vec::new()),
        ("evidence/block.json", vec![b'x'; 512]),
    ];
    let digests = files.iter().map(|(name, bytes)| (*name, Digest::of(bytes)));
    let sums = sums(digests);
    let out = open_new(place.path().join("out.tar"))?;
    let mut archive = Archive::new(out, time(1_772_334_420));
    for (name, bytes) in &files {
        let added = archive.add(name, all(bytes))?;
        assert_eq!(added, Digest::of(bytes));
    }
    archive.add("SHA256SUMS", all(sums.as_bytes()))?;
    assert!(archive.add(&"x".repeat(101), all(b"")).is_err());
    archive.finish()?;
    let run = |program: &str, arguments: &[&str]| {
        #[expect(clippy::disallowed_methods, reason = "programs that anybody has")]
        let mut command = std::process::Command::new(program);
        command.args(arguments).current_dir(place.path());
        command.output().map(|ended| ended.status.success())
    };
    assert!(run("tar", &["-xf", "out.tar"])?);
    assert!(run("sha256sum", &["--strict", "-c", "SHA256SUMS"])?);
    open_new(place.path().join("evidence/empty"))
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"y"))?;
    assert!(!run("sha256sum", &["--strict", "-c", "SHA256SUMS"])?);
    Ok(())
}

#[test]
fn what_is_shorter_than_it_was_is_not_copied_as_if_whole() {
    let short = std::io::Read::take(b"four".as_slice(), 5);
    let copied = copy(short, &mut std::io::sink());
    assert_eq!(
        copied.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::UnexpectedEof)
    );
}

fn all(bytes: &[u8]) -> std::io::Take<&[u8]> {
    std::io::Read::take(bytes, bytes.len() as u64)
}

fn open_new(path: impl AsRef<std::path::Path>) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true).open(path)
}
