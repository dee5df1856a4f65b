//! Documents: what they name exists, what they show works.

use std::collections::BTreeSet;

use regex::Regex;

use super::{files, none, read, root, sources};

/// The documents at the top.
const DOCUMENTS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "tests/counterparties/README.md",
];

#[test]
fn paths_that_documents_name_exist() {
    let named =
        Regex::new(r"[`(]((?:src|tests|playbooks|completions|\.ci|\.github)/[A-Za-z0-9_./-]*)[`)]")
            .unwrap();
    let files_at_the_top =
        Regex::new(r"[`(]([A-Z][A-Za-z]*\.(?:md|toml|lock)|clippy\.toml|deny\.toml|LICENSE)[`)]")
            .unwrap();
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let both = named
            .captures_iter(&text)
            .chain(files_at_the_top.captures_iter(&text));
        for path in both.map(|found| found[1].to_owned()) {
            // Names in capitals stand for what the reader fills in.
            let placeholder = path.split('/').any(|part| part == "NAME");
            if !placeholder && !root().join(&path).exists() {
                wrong.push(format!("{document} names `{path}`"));
            }
        }
    }
    none("paths that do not exist", &wrong);
}

#[test]
fn tests_that_documents_name_exist() {
    let named = Regex::new(r"`(?:[a-z_]+::)+([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap();
    let all: String = sources()
        .into_iter()
        .map(|(_, text)| text)
        .chain(files("tests/it").iter().map(|file| read(file)))
        .collect();
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        for found in named.captures_iter(&read(document)) {
            if !all.contains(&format!("fn {}(", &found[1])) {
                wrong.push(format!("{document} names {}", &found[0]));
            }
        }
    }
    none("tests that do not exist", &wrong);
}

#[test]
fn the_readme_has_the_parts_that_a_responder_looks_for() {
    let readme = read("README.md");
    let headings: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(
        headings,
        [
            "Quick start",
            "An isolation, read line by line",
            "Four phases",
            "Before you confirm, and instead of confirming",
            "With people",
            "Giving back",
            "Measures, and closing",
            "Evidence",
            "A record that others can check",
            "Who owns what",
            "Playbooks",
            "What it promises",
            "What it can cut",
            "Add a provider",
            "Exit codes",
            "JSON",
            "Files and environment",
            "What it does not do yet",
        ]
    );
    let start = readme
        .split("## Quick start")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let commands: Vec<&str> = start.split("```").nth(1).unwrap().lines().skip(1).collect();
    assert_eq!(
        commands,
        [
            "cargo run --release -- drill leaked-aws-access-key",
            "tests/run"
        ]
    );
}

#[test]
fn the_readme_lists_every_exit_code_as_the_help_does() {
    let help = contain::cli::command()
        .get_after_help()
        .unwrap()
        .to_string();
    let readme = read("README.md");
    let codes = help
        .trim_start_matches("Exit codes:")
        .split('·')
        .map(str::trim);
    let mut count = 0;
    for code in codes {
        let (number, meaning) = code.split_once(' ').unwrap();
        let row = format!("| {number} | {meaning} |");
        assert!(readme.contains(&row), "README.md lacks the row `{row}`");
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn the_workspace_of_the_readme_is_understood() {
    let readme = read("README.md");
    let (_, files) = readme.split_once("## Files and environment").unwrap();
    let example = files
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let keys: BTreeSet<&str> = example
        .lines()
        .filter_map(|line| line.trim().split_once(':'))
        .map(|(key, _)| key)
        .collect();
    for key in [
        "contain",
        "providers",
        "aws",
        "profile",
        "role",
        "regions",
        "endpoints",
        "default",
        "bounds",
        "propagation",
        "audit_lag",
        "protected",
    ] {
        assert!(keys.contains(key), "the example lacks `{key}`");
    }
    let try_it = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "a file as a person would write it"
        )]
        std::fs::write(folder.path().join("contain.yaml"), text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_contain"));
        command.env_clear().env("HOME", folder.path());
        command
            .args(["incident", "list", "--json", "--workspace"])
            .arg(folder.path());
        command.output().unwrap().status.code()
    };
    assert_eq!(try_it(example), Some(0));
    let (_, settings) = readme.split_once("<!-- generated: settings -->").unwrap();
    let all = settings.split("```yaml\n").nth(1).unwrap();
    let (all, _) = all.split_once("```").unwrap();
    assert!(all.contains("  okta: {"), "{all}");
    assert_eq!(try_it(all), Some(0), "{all}");
    assert_eq!(try_it("contain: 1\nsurprise: true\n"), Some(2));
}
