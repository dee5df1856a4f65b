//! The record: signed checkpoints, and what an outsider finds with the tools of every system.

mod golden;
mod word;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Desk, Told};

/// A desk with a workspace, an incident with some entries, and keys.
struct Place {
    desk: Desk,
    keys: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let desk = Desk::at("http://127.0.0.1:1", ("x", "x")).file("contain.yaml", "contain: 1\n");
        let keys = tempfile::tempdir().unwrap();
        let place = Self { desk, keys };
        place.make_key("alice");
        let told = place.run(&["incident", "open", "--reason", "a leak"]);
        assert_eq!(told.exit, 0, "{told:?}");
        for note in ["one", "two", "three"] {
            place.note(note);
        }
        place.allow(&format!("alice@example.com {}", place.public("alice")));
        place
    }

    fn run(&self, arguments: &[&str]) -> Told {
        self.desk.run(arguments)
    }

    fn note(&self, text: &str) {
        let told = self.run(&["incident", "note", text]);
        assert_eq!(told.exit, 0, "{told:?}");
    }

    fn key(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    fn make_key(&self, name: &str) {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(self.key(name))
            .status();
        assert!(made.unwrap().success());
    }

    fn public(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.key(name).with_extension("pub")).unwrap();
        let words: Vec<&str> = text.split_whitespace().take(2).collect();
        words.join(" ")
    }

    /// A file beside `contain.yaml`.
    fn beside(&self, name: &str, text: &str) {
        std::fs::write(self.desk.path().join("here").join(name), text).unwrap();
    }

    fn allow(&self, lines: &str) {
        self.beside("allowed_signers", lines);
    }

    fn sign(&self, key: &str, to: &[&Path]) -> Told {
        let key = self.key(key);
        let mut arguments = vec!["journal", "sign", "--json", "--key", key.to_str().unwrap()];
        for to in to {
            arguments.extend(["--to", to.to_str().unwrap()]);
        }
        self.run(&arguments)
    }

    /// Signs, and answers the copy elsewhere.
    fn signed(&self, elsewhere: &Path) -> PathBuf {
        let told = self.sign("alice", &[elsewhere]);
        assert_eq!(told.exit, 0, "{told:?}");
        PathBuf::from(told.json["data"]["copies"][0].as_str().unwrap())
    }

    fn verify(&self, more: &[&str]) -> Told {
        self.run(&[&["journal", "verify"], more].concat())
    }

    fn folder(&self) -> PathBuf {
        self.desk.incidents().remove(0)
    }

    fn journal(&self) -> PathBuf {
        self.folder().join("journal.jsonl")
    }
}

/// The lines of the README that an auditor is given, about this checkpoint.
fn auditors_check(checkpoint: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let readme = readme.unwrap();
    let (_, rest) = readme.split_once("```sh\ncheckpoint=").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let (_, lines) = block.split_once('\n').unwrap();
    format!("set -e -o pipefail\ncheckpoint={checkpoint}\n{lines}")
}

fn is_content(script: &str, at: &Path) -> bool {
    let ended = Command::new("bash")
        .args(["-c", script])
        .current_dir(at)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ended.unwrap().success()
}

#[test]
fn an_auditor_checks_a_checkpoint_with_ssh_keygen_and_sha256sum_alone() {
    let place = Place::new();
    let told = place.sign("alice", &[]);
    let data = &told.json["data"];
    assert_eq!((told.exit, &data["entries"]), (0, &4.into()), "{told:?}");
    let name = Path::new(data["checkpoint"].as_str().unwrap()).to_owned();
    let name = name.file_name().unwrap().to_str().unwrap();
    place.note("and something after it");
    let out = place.desk.path().join("out");
    let told = place.run(&["evidence", "export", out.to_str().unwrap()]);
    assert_eq!(told.exit, 0, "{told:?}");
    let signers = place.desk.path().join("here/allowed_signers");
    std::fs::copy(signers, out.join("allowed_signers")).unwrap();
    let script = auditors_check(&format!("checkpoints/{name}"));
    assert!(is_content(&script, &out), "{script}");
    assert!(is_content("sha256sum -c SHA256SUMS", &out));

    let journal = out.join("journal.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let checkpoint = out.join("checkpoints").join(name);
    let said = std::fs::read_to_string(&checkpoint).unwrap();
    let mut changed = whole.clone();
    changed[200] ^= 1;
    for bytes in [&whole[..300], &changed] {
        std::fs::write(&journal, bytes).unwrap();
        assert!(!is_content(&script, &out));
    }
    std::fs::write(&journal, &whole).unwrap();
    std::fs::write(&checkpoint, said.replace("\"entries\":4", "\"entries\":3")).unwrap();
    assert!(!is_content(&script, &out));
    std::fs::write(&checkpoint, said).unwrap();
    assert!(is_content(&script, &out));
}

#[test]
fn a_journal_is_anchored_to_who_signed_it_and_damaged_once_it_was_cut_or_rewritten() {
    let place = Place::new();
    let told = place.verify(&[]);
    assert!(
        told.exit == 0 && told.out.contains("unanchored"),
        "{told:?}"
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = place.signed(elsewhere.path());
    let copy = copy.to_str().unwrap();
    place.note("after");
    let told = place.verify(&[]);
    assert_eq!(told.exit, 0, "{told:?}");
    let anchored = "anchored to entry 4 by alice@example.com (SHA256:";
    assert!(told.out.contains(anchored), "{told:?}");
    assert!(told.out.contains("and 2 entries after it"), "{told:?}");
    assert!(
        told.out.contains("2 attached files are as they were"),
        "{told:?}"
    );
    let told = place.verify(&["--json", "--checkpoint", copy]);
    assert_eq!(told.json["data"]["anchored"]["after"], 2, "{told:?}");
    let log = place.run(&["journal", "show"]);
    assert!(log.out.contains("checkpoint"), "{log:?}");

    // Whoever cuts the journal takes the checkpoints beside it with it; the copy elsewhere tells.
    let whole = std::fs::read(place.journal()).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    std::fs::write(place.journal(), lines[..3].concat()).unwrap();
    let told = place.verify(&[]);
    assert!(
        told.exit == 11 && told.out.contains("vouches for 4 entries"),
        "{told:?}"
    );
    std::fs::remove_dir_all(place.folder().join("checkpoints")).unwrap();
    let told = place.verify(&[]);
    assert!(
        told.exit == 0 && told.out.contains("unanchored"),
        "{told:?}"
    );
    let told = place.verify(&["--checkpoint", copy]);
    assert!(
        told.exit == 11 && told.out.contains("vouches for 4 entries"),
        "{told:?}"
    );
    // The program itself writes another history after the cut: well chained, and found out.
    for note in ["three, they say", "four"] {
        place.note(note);
    }
    let told = place.verify(&[]);
    assert!(
        told.exit == 0 && told.out.contains("unanchored"),
        "{told:?}"
    );
    let told = place.verify(&["--checkpoint", copy]);
    assert!(
        told.exit == 11 && told.out.contains("are not those"),
        "{told:?}"
    );
    let journal = place.journal();
    let told = place.verify(&[journal.to_str().unwrap(), "--checkpoint", copy]);
    assert_eq!(told.exit, 11, "{told:?}");
}

#[test]
fn a_key_that_is_unknown_expired_revoked_or_for_something_else_anchors_nothing() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = place.signed(elsewhere.path());
    let copy = copy.to_str().unwrap();
    place.make_key("eve");
    let alice = place.public("alice");
    for (lines, revoked, why) in [
        (String::new(), "", "no line of the allowed signers"),
        (format!("eve {}", place.public("eve")), "", "no line"),
        (
            format!("alice namespaces=\"git\" {alice}"),
            "",
            "is allowed for git",
        ),
        (
            format!("alice valid-before=\"20200101Z\" {alice}"),
            "",
            "was valid until",
        ),
        (
            format!("alice valid-after=\"21200101Z\" {alice}"),
            "",
            "is valid from",
        ),
        (format!("alice {alice}"), alice.as_str(), "is revoked"),
    ] {
        place.allow(&lines);
        place.beside("revoked_keys", revoked);
        let told = place.verify(&[]);
        assert_eq!(told.exit, 0, "{told:?}");
        assert!(told.out.contains("unanchored"), "{told:?}");
        assert!(told.out.contains("CHECKPOINT checkpoints/4-"), "{told:?}");
        assert!(told.out.contains(why), "{why}: {told:?}");
        // One that was named counts, or nothing was verified.
        let told = place.verify(&["--checkpoint", copy]);
        assert!(told.exit == 2 && told.err.contains(why), "{why}: {told:?}");
    }
    place.beside("revoked_keys", "");
    let named = place.keys.path().join("others");
    std::fs::write(&named, format!("alice {alice}")).unwrap();
    let named = named.to_str().unwrap();
    let told = place.verify(&["--checkpoint", copy, "--allowed-signers", named]);
    assert!(
        told.exit == 0 && told.out.contains("anchored to"),
        "{told:?}"
    );

    // Another incident's checkpoint is none of this one.
    place.allow(&format!("alice {alice}"));
    let first = place.folder();
    place.run(&["incident", "open"]);
    let other = place.desk.incidents();
    let other = other.iter().find(|folder| **folder != first).unwrap();
    let other = other.file_name().unwrap().to_str().unwrap();
    let told = place.verify(&["--incident", other, "--checkpoint", copy]);
    assert!(
        told.exit == 2 && told.err.contains("is of incident"),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_signed_or_copied_is_said() {
    let place = Place::new();
    let before = std::fs::read(place.journal()).unwrap();
    let told = place.sign("nobody", &[]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert_eq!(told.json["error"]["kind"], "unsigned", "{told:?}");
    let told = place.sign("alice", &[Path::new("/nowhere/at/all")]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert_eq!(std::fs::read(place.journal()).unwrap(), before);
    // A full or refused place elsewhere takes nothing from the checkpoint here, and the ending says so.
    let elsewhere = tempfile::tempdir().unwrap();
    let told = place.sign("alice", &[elsewhere.path(), Path::new("/proc")]);
    assert_eq!(told.exit, 1, "{told:?}");
    let data = &told.json["data"];
    let count = |name: &str| data[name].as_array().unwrap().len();
    assert_eq!((count("copies"), count("failed")), (1, 1), "{told:?}");
    let told = place.verify(&[]);
    assert!(
        told.exit == 0 && told.out.contains("anchored to entry 4"),
        "{told:?}"
    );
}
