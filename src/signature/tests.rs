//! What `ssh-keygen` makes is accepted, what it refuses is refused, and nothing that is not understood is passed over.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// A place with a key of its own.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new(kind: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
        let place = Self { dir };
        let key = place.path("key");
        let key = key.to_str().unwrap_or_default();
        let all = [&["-q", "-N", "", "-C", "test", "-f", key], kind].concat();
        assert!(keygen(&all, b"").0, "ssh-keygen {all:?}");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn key(&self) -> String {
        let text = std::fs::read_to_string(self.path("key.pub"));
        text.unwrap_or_default().trim().to_owned()
    }

    /// What `ssh-keygen -Y sign` makes of a message.
    fn sign(&self, namespace: &str, message: &[u8]) -> String {
        let key = self.path("key");
        let all = [
            "-q",
            "-Y",
            "sign",
            "-n",
            namespace,
            "-f",
            key.to_str().unwrap_or_default(),
        ];
        let (is_good, signature) = keygen(&all, message);
        assert!(is_good);
        signature
    }

    /// Whether `ssh-keygen -Y verify` accepts it as of a principal.
    fn accepts(&self, allowed: &str, principal: &str, message: &[u8], signature: &str) -> bool {
        let write = |name: &str, text: &str| {
            let path = self.path(name);
            assert!(std::fs::write(&path, text).is_ok());
            path
        };
        let (allowed, signature) = (write("allowed", allowed), write("signature", signature));
        let [allowed, signature] =
            [&allowed, &signature].map(|path| path.to_str().unwrap_or_default());
        let all = [
            "-q", "-Y", "verify", "-f", allowed, "-I", principal, "-n", NAMESPACE, "-s", signature,
        ];
        keygen(&all, message).0
    }
}

fn keygen(arguments: &[&str], input: &[u8]) -> (bool, String) {
    use std::io::Write as _;
    let run = Command::new("ssh-keygen")
        .args(arguments)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut run = run.unwrap_or_else(|error| unreachable!("ssh-keygen is needed here: {error}"));
    if let Some(mut stdin) = run.stdin.take() {
        drop(stdin.write_all(input));
    }
    let output = run
        .wait_with_output()
        .unwrap_or_else(|error| unreachable!("{error}"));
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

const KINDS: [&[&str]; 2] = [&["-t", "ed25519"], &["-t", "ecdsa", "-b", "256"]];
const MESSAGE: &[u8] = b"{\"head\":\"a\"}";

fn now() -> Time {
    "2026-11-25T12:00:00Z".parse().unwrap_or_default()
}

fn told(allowed: &str, message: &[u8], signature: &str) -> Result<Signed, Refused> {
    let allowed = AllowedSigners::parse(allowed).unwrap_or_else(|error| unreachable!("{error}"));
    verify((&allowed, &Revoked::default()), message, signature, now())
}

#[test]
fn what_ssh_keygen_signs_is_accepted_and_every_changed_byte_of_it_is_not() {
    for kind in KINDS {
        let place = Place::new(kind);
        let allowed = format!("alice@example.com {}", place.key());
        let signature = place.sign(NAMESPACE, MESSAGE);
        let signed = told(&allowed, MESSAGE, &signature);
        assert!(signed.is_ok_and(|signed| signed.by == "alice@example.com"));
        for at in 0..MESSAGE.len() {
            let mut changed = MESSAGE.to_vec();
            if let Some(byte) = changed.get_mut(at) {
                *byte ^= 1;
            }
            assert_eq!(
                told(&allowed, &changed, &signature),
                Err(Refused::Changed),
                "{at}"
            );
        }
        let elsewhere = place.sign("file", MESSAGE);
        assert_eq!(
            told(&allowed, MESSAGE, &elsewhere),
            Err(Refused::Elsewhere("file".into()))
        );
        let other = Place::new(kind);
        let stranger = told(&format!("bob {}", other.key()), MESSAGE, &signature);
        assert!(matches!(stranger, Err(Refused::Unknown(_))), "{stranger:?}");
        let revoked = Revoked::parse(&format!("# gone\n{}\n", place.key()));
        let all = AllowedSigners::parse(&allowed).unwrap_or_default();
        let refused = verify(
            (&all, &revoked.unwrap_or_default()),
            MESSAGE,
            &signature,
            now(),
        );
        assert!(matches!(refused, Err(Refused::Revoked(_))), "{refused:?}");
    }
}

#[test]
fn a_line_counts_exactly_where_ssh_keygen_lets_it() {
    let place = Place::new(&["-t", "ed25519"]);
    let signature = place.sign(NAMESPACE, MESSAGE);
    let key = place.key();
    // Long ago, and long to come: `ssh-keygen` looks at the clock of this machine.
    for (line, counts) in [
        (format!("alice {key}"), true),
        (format!("  alice   {key}"), true),
        (format!("\"alice\" {key}"), true),
        (format!("bob,alice {key}"), true),
        (format!("al* {key}"), true),
        (format!("alice namespaces=\"contain\" {key}"), true),
        (format!("alice namespaces=\"git,con*\" {key}"), true),
        (format!("alice NAMESPACES=\"contain\" {key}"), true),
        (format!("alice namespaces=\"git\" {key}"), false),
        (format!("alice namespaces=\"*,!contain\" {key}"), false),
        (format!("alice valid-after=\"20200101Z\" {key}"), true),
        (format!("alice valid-after=\"20900101Z\" {key}"), false),
        (
            format!("alice valid-before=\"20900101000000Z\" {key}"),
            true,
        ),
        (format!("alice valid-before=\"202001010000Z\" {key}"), false),
        (
            format!(
                "alice valid-after=\"20200101Z\",valid-before=\"20900101Z\",namespaces=\"contain\" {key}"
            ),
            true,
        ),
        (
            format!("# first\n\nalice namespaces=\"git\" {key}\nalice {key}"),
            true,
        ),
    ] {
        assert_eq!(
            place.accepts(&line, "alice", MESSAGE, &signature),
            counts,
            "ssh-keygen: {line}"
        );
        let ours = told(&line, MESSAGE, &signature);
        assert_eq!(ours.is_ok(), counts, "{line}: {ours:?}");
    }
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBO8N8vQvq0nqZ4wUB4Oq1rK3qKm0bTqj0Qe6qJ7a2Yk";
    for (line, column, text) in [
        (
            format!("alice no-touch {key}"),
            7,
            "no option that is understood",
        ),
        (
            format!("alice cert-authority {key}"),
            7,
            "certificates are not read",
        ),
        (format!("alice namespaces={key}"), 18, "stands in quotes"),
        (format!("alice namespaces {key}"), 7, "needs a value"),
        (
            format!("alice valid-after=\"20260101\" {key}"),
            7,
            "with a Z",
        ),
        (
            format!("alice valid-before=\"20261301Z\" {key}"),
            7,
            "is no time",
        ),
        (
            format!("alice namespaces=\"contain {key}"),
            18,
            "does not end",
        ),
        ("alice ssh-ed25519 AAAA".to_owned(), 7, "no public key"),
        ("alice".to_owned(), 6, "expected here"),
    ] {
        let refused = AllowedSigners::parse(&format!("# one\n{line}\n")).err();
        assert!(
            refused.as_ref().is_some_and(|invalid| {
                (invalid.line, invalid.column) == (2, column) && invalid.text.contains(text)
            }),
            "{line}: {refused:?}"
        );
    }
    assert!(Revoked::parse("SSHKRL").is_err());
}
