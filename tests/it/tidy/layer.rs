//! Layers: who may import, print, tell the time, act.

use std::collections::BTreeSet;

use regex::Regex;

use super::{code, module, none, read, sources};

/// The rows of DESIGN section 2, lowest first; what people write is read the same way by all that stand above.
const ROWS: [&[&str]; 12] = [
    &["domain"],
    &["yaml"],
    &[
        "playbook",
        "estate",
        "provider",
        "journal",
        "evidence",
        "signature",
    ],
    &["pack", "plan"],
    &["gate"],
    &["verify"],
    &["execute", "report"],
    &["converge"],
    &["drill"],
    &["bench"],
    &["cli"],
    &["main"],
];

fn row(module: &str) -> usize {
    ROWS.iter()
        .position(|row| row.contains(&module))
        .unwrap_or_else(|| {
            unreachable!("`{module}` stands in no row of ARCHITECTURE.md and of this test")
        })
}

#[test]
fn imports_point_down_and_nothing_imports_its_neighbour() {
    let path = Regex::new(r"\bcrate::(\{[^}]*\}|[a-z_]+)").unwrap();
    let word = Regex::new(r"(?:^\{|,)\s*([a-z_]+)").unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let own = module(&file);
        if own == "lib" {
            continue;
        }
        for found in path.captures_iter(&text) {
            let found = &found[1];
            let imported: Vec<String> = if found.starts_with('{') {
                word.captures_iter(found)
                    .map(|word| word[1].to_owned())
                    .collect()
            } else {
                vec![found.to_owned()]
            };
            for other in imported.iter().filter(|other| *other != own) {
                if row(other) >= row(own) {
                    wrong.push(format!("{file} imports crate::{other}"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    none("imports that do not point down", &wrong);
}

#[test]
fn the_library_lists_its_modules_from_the_bottom_up() {
    let modules: Vec<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| {
            line.strip_prefix("pub mod ")?
                .strip_suffix(';')
                .map(str::to_owned)
        })
        .collect();
    assert!(modules.len() > 5);
    let rows: Vec<usize> = modules.iter().map(|module| row(module)).collect();
    assert!(rows.is_sorted(), "{modules:?}");
    let there: BTreeSet<String> = sources()
        .iter()
        .map(|(file, _)| module(file).to_owned())
        .collect();
    let listed: BTreeSet<String> = modules
        .into_iter()
        .chain(["lib".to_owned(), "main".to_owned()])
        .collect();
    assert_eq!(there, listed);
}

#[test]
fn only_the_command_line_prints_or_reads_environment_and_arguments() {
    let forbidden = Regex::new(
        r"\b(e?print(ln)?!|dbg!|std::env::|env::(var|args)|std::io::std(in|out|err)|io::std(in|out|err)\(|anstream::)",
    )
    .unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if matches!(module(&file), "cli" | "main") {
            continue;
        }
        for (at, line) in code(&text) {
            if forbidden.is_match(line) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("printing or reading the environment outside of cli", &wrong);
}

#[test]
fn the_clock_is_the_only_source_of_time() {
    let reads = Regex::new(
        r"\b(SystemTime|Instant|Timestamp|Zoned|Time)::now\(|tokio::time::(sleep|interval)",
    )
    .unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        // Measuring how long a test took is not telling the time.
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        if file == "src/domain/clock.rs" {
            continue;
        }
        for (at, line) in code(shipped) {
            if reads.is_match(line) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("time from elsewhere than domain::clock", &wrong);
}

#[test]
fn only_the_intent_obtains_a_mutate_handle_or_performs() {
    let acts = Regex::new(r"(\w+)\.(perform|actor|actor_under)\((\)?)").unwrap();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        // The bench hands on what the intent sends, to a simulated world alone.
        let hands_on = ["src/execute/intent.rs", "src/bench/watch.rs"];
        if module(&file) == "provider" || hands_on.contains(&file.as_str()) {
            continue;
        }
        for (at, line) in code(&text) {
            let calls = |found: regex::Captures<'_>| &found[1] != "self" && found[3].is_empty();
            if acts.captures_iter(line).any(calls) {
                wrong.push(format!("{file}:{at}: {}", line.trim()));
            }
        }
    }
    none("acting outside of execute/intent.rs", &wrong);
}

#[test]
fn the_bans_of_clippy_are_lifted_only_where_they_are_known() {
    let lifted: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.contains("clippy::disallowed_methods"))
        .map(|(file, _)| file)
        .collect();
    let known = [
        "src/bench/watch.rs",               // hands on what the intent sends
        "src/cli/session.rs",               // reads the environment
        "src/cli/sign.rs",                  // runs ssh-keygen
        "src/domain/clock.rs",              // reads the wall clock
        "src/evidence/tests.rs",            // a test runs tar and sha256sum
        "src/execute/intent.rs",            // acts
        "src/journal/check.rs",             // a test runs the check of a shell
        "src/playbook/expr.rs",             // a test measures
        "src/provider/aws/export/tests.rs", // a test makes a pipe with a name
        "src/provider/http.rs",             // builds the one HTTP client
        "src/provider/mod.rs",              // hands on what the intent asked for
        "src/provider/notify/tests.rs",     // tests of the mutate handle
        "src/provider/simulated/act.rs",    // a test of the simulated world acts in it
        "src/provider/simulated/mod.rs",    // the same
        "src/signature/mod.rs",             // tests compare with ssh-keygen
        "src/yaml/mod.rs",                  // a test measures
    ];
    let unknown: Vec<String> = lifted
        .into_iter()
        .filter(|file| !known.contains(&file.as_str()))
        .collect();
    none("a ban of clippy.toml is lifted in", &unknown);
    let bans = read("clippy.toml");
    for ban in [
        "contain::provider::Provider::actor",
        "contain::provider::Provider::actor_under",
        "contain::provider::Act::perform",
        "std::time::SystemTime::now",
        "jiff::Timestamp::now",
        "std::env::var",
        "std::fs::write",
        "std::process::Command::new",
        "reqwest::Client::new",
    ] {
        assert!(
            bans.contains(&format!("\"{ban}\"")),
            "clippy.toml no longer bans {ban}"
        );
    }
}

#[test]
fn the_lints_that_carry_promises_are_denied() {
    let cargo = read("Cargo.toml");
    for lint in [
        "unsafe_code = \"forbid\"",
        "missing_docs = \"deny\"",
        "unwrap_used = \"deny\"",
        "expect_used = \"deny\"",
        "panic = \"deny\"",
        "indexing_slicing = \"deny\"",
        "print_stdout = \"deny\"",
        "print_stderr = \"deny\"",
        "exit = \"deny\"",
        "wildcard_enum_match_arm = \"deny\"",
        "let_underscore_must_use = \"deny\"",
        "allow_attributes = \"deny\"",
        "allow_attributes_without_reason = \"deny\"",
    ] {
        assert!(
            cargo.lines().any(|line| line == lint),
            "Cargo.toml no longer says {lint}"
        );
    }
}
