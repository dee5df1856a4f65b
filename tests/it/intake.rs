//! What leaked, as a person hands it over: reports of every scanner, transcripts, single secrets; all offline here.
//!
//! The secrets are made up, and no eight characters of one are ever told, however the file is cut off.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::tidy::root;

/// Tokens that the fixtures hold, and what stands for them where the built program's own providers are asked.
const TOKENS: [(&str, &str); 4] = [
    (
        "acme_CANARY0one0Tq7Zr2Xw9Kd4Fh8Ls6P3liwGN",
        "xoxb-CANARY0one0Tq7Zr2Xw9Kd4Fh8Ls6P",
    ),
    (
        "acme_CANARY0two0Mb3Vn5Gj1Rt8Yc2Wq9E2NUOdK",
        "xoxp-CANARY0two0Mb3Vn5Gj1Rt8Yc2Wq9",
    ),
    (
        "acme_CANARY0one0Tq7Zr2Xw9Kd4Fh8Ls6P3liwGa",
        "xapp-CANARY0six0Pp4Vt2Kk8Wm5Zz1Qq",
    ),
    ("beta-CANARY0three0Hs6Dk2Lp8", "xoxb-CANARY0three0Hs6Dk2Lp8"),
];
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYCANARYKEY1";
const UNKNOWN: &str = "CANARYunknown0zQ81mXo5TtB2";

fn fixture(name: &str) -> String {
    let path = root().join("tests/fixtures/leak").join(name);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (held, stands) in TOKENS {
        text = text.replace(held, stands);
    }
    text
}

fn fixtures() -> Vec<String> {
    let folder = root().join("tests/fixtures/leak").read_dir().unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert!(names.len() >= 9, "{names:?}");
    names
}

/// Runs the program where nothing is configured; answers the exit code, the document, and all that was said.
fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, Value, String) {
    let ended = Command::new(env!("CARGO_BIN_EXE_contain"))
        .args(arguments)
        .env_clear()
        .env("CONTAIN_STATE", folder.join("state"))
        .env("RUST_LOG", "trace")
        .envs(environment.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    let said = format!("{out}{}", String::from_utf8_lossy(&ended.stderr));
    let document = serde_json::from_str(&out).unwrap_or(Value::Null);
    (ended.status.code().unwrap(), document, said)
}

/// No eight characters of a secret are in a text.
fn assert_untold(said: &str, what: &str) {
    let tokens = TOKENS.iter().map(|(_, token)| *token);
    for secret in tokens.chain([SECRET, UNKNOWN]) {
        let inner = &secret[secret.find("CANARY").unwrap()..];
        for part in inner.as_bytes().windows(8) {
            let part = std::str::from_utf8(part).unwrap();
            assert!(!said.contains(part), "{what} tells {part}: {said}");
        }
    }
}

#[test]
fn every_report_is_told_by_what_it_holds_and_none_of_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    for name in fixtures() {
        let text = fixture(&name);
        std::fs::write(folder.path().join(&name), &text).unwrap();
        let (exit, told, said) = run(folder.path(), &["identify", "--from", &name, "--json"], &[]);
        assert_eq!(exit, 0, "{name}: {said}");
        let found = told["data"]["identified"].as_array().unwrap();
        let lacking = told["data"]["lacking"].as_array().unwrap();
        assert!(!found.is_empty() || !lacking.is_empty(), "{name}: {told:#}");
        assert!(
            found.iter().all(|one| one["line"].as_u64() > Some(0)),
            "{told:#}"
        );
        assert_untold(&said, &name);
        let (_, _, said) = run(folder.path(), &["identify", "--from", &name], &[]);
        assert_untold(&said, &name);
        // Cut off anywhere it is refused where it ends, or read as far as it goes.
        for part in 1..8 {
            let cut = text.len() * part / 8;
            let cut = (0..=cut)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap();
            std::fs::write(folder.path().join("cut"), &text[..cut]).unwrap();
            let (exit, _, said) = run(folder.path(), &["identify", "--from", "cut", "--json"], &[]);
            assert!([0, 2].contains(&exit), "{name} cut at {cut}: {said}");
            assert!(exit == 0 || said.contains("line "), "{said}");
            assert_untold(&said, &format!("{name} cut at {cut}"));
        }
    }
}

#[test]
fn the_url_of_a_database_tells_who_logs_in_and_never_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = ("CANARYone0zQ81mXo5TtB2", "CANARYtwo0p%40ss%2Fw0rd");
    let text = format!(
        "DATABASE_URL=postgres://billing:{one}@db.internal:5432/orders?sslmode=require\n\
         \"cache\": \"rediss://:{two}@cache\",\n\
         later: postgresql+psycopg2://app:${{PASSWORD}}@db/orders\n\
         none: postgres://db/orders\n"
    );
    std::fs::write(folder.path().join("leak"), text).unwrap();
    let identify = ["identify", "--from", "leak", "--json"];
    let (exit, told, mut all) = run(folder.path(), &identify, &[]);
    assert_eq!(exit, 0, "{all}");
    let found = told["data"]["identified"].as_array().unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|one| (&one["kind"], &one["id"], &one["line"], &one["secret"]))
        .map(|(kind, id, line, secret)| format!("{kind} {id} {line} {secret}"))
        .collect();
    assert_eq!(
        found,
        [
            "\"postgres:role\" \"billing\" 1 true",
            "\"redis:user\" \"default\" 2 true"
        ]
    );
    let url = format!("redis://app:{one}@cache");
    let identify = ["identify", "--secret", "env:URL"];
    let (exit, _, said) = run(folder.path(), &identify, &[("URL", &url)]);
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("redis:user/app"), "{said}");
    all.push_str(&said);
    let (exit, _, said) = run(folder.path(), &["identify", &url], &[]);
    assert_eq!(exit, 2, "{said}");
    all.push_str(&said);
    assert!(!all.contains("CANARY"), "{all}");
}

#[test]
fn a_report_tells_kind_place_time_and_what_works_first() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report"), fixture("github.json")).unwrap();
    let (_, told, _) = run(
        folder.path(),
        &["identify", "--from", "report", "--json"],
        &[],
    );
    assert_eq!(told["data"]["format"], "github");
    let found = told["data"]["identified"].as_array().unwrap();
    let said: Vec<_> = found
        .iter()
        .map(|one| one["scanner"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["active", "nothing", "inactive"], "{told:#}");
    assert_eq!(found[0]["kind"], "slack:token");
    assert_eq!(found[0]["places"][0]["repository"], "team/app");
    assert_eq!(found[0]["first"], "2026-01-02T08:00:00Z");
    assert_eq!(told["data"]["lacking"][0]["lacks"], "secret");
    let (_, _, said) = run(folder.path(), &["identify", "--from", "report"], &[]);
    for words in [
        "alerts of GitHub secret scanning",
        "which the scanner saw working",
        "only slack tells when it is asked with the secret",
        "the report leaves the secret out",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn one_secret_is_told_by_its_form_and_what_is_none_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let identify = |secret: &str| {
        let arguments = ["identify", "--secret", "env:IT", "--json"];
        let (exit, told, said) = run(folder.path(), &arguments, &[("IT", secret)]);
        assert_eq!(exit, 0, "{said}");
        assert_untold(&said, "a single secret");
        let (_, _, said) = run(folder.path(), &arguments[..3], &[("IT", secret)]);
        assert_untold(&said, "a single secret");
        (told["data"].clone(), said)
    };
    let (told, _) = identify(TOKENS[0].1);
    assert_eq!(told["identified"][0]["kind"], "slack:token", "{told:#}");
    assert_eq!(told["identified"][0]["checksum"], "none");
    let (told, said) = identify(SECRET);
    assert_eq!(told["identified"], Value::Array(Vec::new()));
    let may_be = told["may_be"].as_array().unwrap();
    assert_eq!(
        may_be,
        &["aws:access-key", "aws:session"].map(Value::from),
        "{told:#}"
    );
    assert!(said.contains("Its form alone does not tell"), "{said}");
    let (told, said) = identify("6f1c2d3e-0000-4000-8000-000000000000");
    assert_eq!(told["identified"], Value::Array(Vec::new()));
    assert!(
        said.contains("no credential of a form that a provider here knows"),
        "{said}"
    );
}

#[test]
fn a_secret_that_was_typed_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        ["identify", TOKENS[0].1],
        ["isolate", TOKENS[1].1],
        ["identify", UNKNOWN],
    ] {
        let (exit, _, said) = run(folder.path(), &arguments, &[]);
        assert_eq!(exit, 2, "{said}");
        assert_untold(&said, "a typed secret");
        assert!(
            said.contains("contain identify --secret env:NAME"),
            "{said}"
        );
    }
    let (exit, _, said) = run(folder.path(), &["identify", "--secret", TOKENS[0].1], &[]);
    assert_eq!(exit, 2, "{said}");
    assert_untold(&said, "a typed secret");
}

#[test]
fn a_malformed_report_is_refused_at_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("[{{\"RuleID\": \"x\",\n \"other\": {}", "[".repeat(300));
    std::fs::write(folder.path().join("deep.json"), deep).unwrap();
    let (exit, told, _) = run(
        folder.path(),
        &["identify", "--from", "deep.json", "--json"],
        &[],
    );
    assert_eq!(exit, 2);
    let message = told["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("`deep.json`: line 2, column "),
        "{message}"
    );
    assert!(message.contains("too deep"), "{message}");
}
