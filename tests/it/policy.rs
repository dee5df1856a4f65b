//! Policies through the binary: cases that hold, cases that do not, and sets that cannot be used.

use std::path::Path;
use std::process::{Command, Output};

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

fn fixture() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/policy"
    ))
}

#[test]
fn the_default_policies_say_what_the_cases_say() {
    let cases = fixture().join("cases.yaml");
    let (exit, told) = contain(fixture(), &["policy", "test", cases.to_str().unwrap()]);
    assert_eq!(exit, 0, "{told}");
    let (exit, told) = contain(fixture(), &["policy", "check"]);
    assert_eq!(exit, 0, "{told}");
    let text = std::fs::read_to_string(&cases).unwrap();
    // Every rule that forbids is in the way in one case at least.
    for rule in told.lines().filter_map(|line| line.strip_prefix("forbid")) {
        let id = rule.trim().split(':').next().unwrap();
        let is_shown = text.contains(&format!("\"{id}\""));
        let without_people = [
            "strangers-read",
            "grave-changes-are-exact",
            "giving-back-is-exact",
            "discovered-cuts-are-reversible",
            "mass-cuts-keep-a-way-back",
        ];
        assert!(is_shown || without_people.contains(&id), "{id}");
    }
}

#[test]
fn a_case_that_does_not_hold_is_named_with_what_is_said_instead() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(place.path().join(name), text).unwrap();
        place.path().join(name).display().to_string()
    };
    write("contain.yaml", "contain: 1\n");
    let case = "- {name: wrong, effect: cut, action: aws.deactivate-access-key, target: \"aws:access-key/A@123456789012\", tier: 1, expect: allow}\n";
    let wrong = write("wrong.yaml", case);
    let (exit, told) = contain(place.path(), &["policy", "test", &wrong]);
    assert_eq!(exit, 5, "{told}");
    assert!(
        told.contains("FAILED  wrong: it says needs (mandate-for-every-change)"),
        "{told}"
    );
    for (text, why) in [
        (case.replace("tier: 1", "tier: 9"), "case `wrong`"),
        (
            case.replace("expect: allow", "expect: maybe"),
            "allow, needs, forbidden",
        ),
        (case.replace("tier: 1", "teir: 1"), "unreadable.yaml:1"),
    ] {
        let file = write("unreadable.yaml", &text);
        let (exit, told) = contain(place.path(), &["policy", "test", &file]);
        assert_eq!(exit, 2, "{told}");
        assert!(told.contains(why), "{why}: {told}");
    }
    std::fs::create_dir(place.path().join("policy")).unwrap();
    write(
        "policy/x.cedar",
        "@id(\"x\") forbid (principal, action, resource) when { context.teir > 1 };",
    );
    let (exit, told) = contain(place.path(), &["policy", "check"]);
    assert_eq!(exit, 2, "{told}");
}
