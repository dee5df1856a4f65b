//! `contain playbook` through the binary, in a workspace.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn contain(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contain"));
    command
        .env_clear()
        .env("CONTAIN_STATE", folder.join("state"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let all: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let ended = contain(folder, &all);
    let document = serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|why| unreachable!("{why}: {}", String::from_utf8_lossy(&ended.stderr)));
    (ended.status.code().unwrap_or(-1), document)
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("contain.yaml"), "contain: 1\n");
    folder
}

#[test]
fn a_new_playbook_lints_clean_is_listed_and_never_overwritten() {
    let folder = workspace();
    let at = folder.path();
    let (code, made) = json(at, &["playbook", "new", "ours"]);
    assert_eq!(code, 0, "{made:#}");
    let path = at.join("playbooks/ours.yaml");
    let before = std::fs::read_to_string(&path).unwrap();
    let (code, linted) = json(at, &["playbook", "lint", "playbooks/ours.yaml"]);
    assert_eq!(
        (code, linted["data"]["problems"].as_array().map(Vec::len)),
        (0, Some(0)),
        "{linted:#}"
    );
    let (_, listed) = json(at, &["playbook", "list"]);
    let rows = listed["data"]["playbooks"].as_array().unwrap();
    let named = |name: &str| rows.iter().find(|row| row["name"] == name).cloned();
    assert!(
        named("ours").is_some() && named("isolate").is_some(),
        "{listed:#}"
    );
    let (code, again) = json(at, &["playbook", "new", "ours"]);
    assert_eq!(code, 2, "{again:#}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    for refused in ["isolate", "Not-A-Name", "../x"] {
        let (code, _) = json(at, &["playbook", "new", refused]);
        assert_eq!(code, 2, "{refused}");
    }
    let shown = contain(at, &["playbook", "show", "ours"]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout), before);
    let none = tempfile::tempdir().unwrap();
    assert_eq!(json(none.path(), &["playbook", "new", "x"]).0, 2);
}

#[test]
fn lint_tells_everything_and_ends_two() {
    let folder = workspace();
    let at = folder.path();
    let text = "contain: 1\nplaybook: a\nsummary: s\nphases:\n  isolate:\n    - {id: a, do: suspnd, target: \"aws:user/x@1\"}\n    - {id: b, do: suspend}\n";
    write(&at.join("a.yaml"), text);
    write(
        &at.join("b.yaml"),
        &text
            .replace("suspnd", "suspend")
            .replace("do: suspend}", "do: revoke}"),
    );
    let (code, told) = json(at, &["playbook", "lint", "a.yaml", "b.yaml"]);
    assert_eq!(code, 2);
    let problems = told["data"]["problems"].as_array().unwrap();
    let places: Vec<String> = problems
        .iter()
        .map(|row| {
            format!(
                "{}:{}:{} {}",
                row["file"].as_str().unwrap(),
                row["line"],
                row["column"],
                row["code"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "a.yaml:6:19 unknown-verb",
            "a.yaml:7:7 missing-key",
            "b.yaml:7:7 missing-key"
        ]
    );
    assert_eq!(problems[0]["nearest"], "suspend");
    let shown = contain(at, &["playbook", "lint", "a.yaml", "b.yaml"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    for part in [
        "a.yaml:6:19",
        "did you mean `suspend`?",
        "do: suspnd",
        "3 problems",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    write(
        &at.join("playbooks/isolate.yaml"),
        "contain: 1\nplaybook: isolate\nsummary: s\nphases: {}\n",
    );
    assert_eq!(
        json(at, &["playbook", "lint", "playbooks/isolate.yaml"]).0,
        2
    );
    write(
        &at.join("playbooks/other.yaml"),
        "contain: 1\nplaybook: another\nsummary: s\nphases: {}\n",
    );
    assert_eq!(json(at, &["playbook", "lint", "playbooks/other.yaml"]).0, 2);
}

#[test]
fn schema_and_reference_are_printed_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let schema = contain(folder.path(), &["playbook", "schema"]);
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema, contain::playbook::schema());
    let reference = contain(folder.path(), &["playbook", "reference"]);
    assert_eq!(
        String::from_utf8_lossy(&reference.stdout),
        contain::playbook::reference()
    );
}
