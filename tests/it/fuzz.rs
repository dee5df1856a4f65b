//! The corpus of the fuzz targets, without a fuzzer: what once was interesting stays so.

use contain::bench::fuzz::{allowed_signers, journal, plan, playbook, report};

use crate::tidy::{files, read, root};

/// Runs a target's body over its corpus; answers of how many files it said yes.
fn run(target: &str, body: fn(&[u8]) -> bool) -> usize {
    let corpus = files(&format!("fuzz/corpus/{target}"));
    assert!(corpus.len() >= 10, "{target}: only {}", corpus.len());
    let holds = |file: &String| {
        let bytes = std::fs::read(root().join(file)).unwrap();
        let held = std::panic::catch_unwind(|| body(&bytes));
        held.unwrap_or_else(|_| panic!("{file} breaks what its target holds"))
    };
    corpus.iter().filter(|file| holds(file)).count()
}

#[test]
fn any_text_is_a_playbook_or_is_refused_where_it_is_wrong() {
    assert!(run("playbook", playbook) >= 3);
}

#[test]
fn any_bytes_are_a_journal_to_all_who_read_it_or_to_none() {
    assert!(run("journal", journal) >= 3, "none is as it was written");
}

#[test]
fn any_plan_that_is_read_is_written_with_the_same_digest() {
    assert!(run("plan", plan) >= 3);
}

#[test]
fn any_text_lists_allowed_signers_or_is_refused_where_it_is_wrong() {
    assert!(run("allowed_signers", allowed_signers) >= 3);
}

#[test]
fn any_bytes_are_read_for_what_leaked_and_no_secret_is_shown() {
    assert!(run("report", report) >= 8);
}

#[test]
fn every_target_has_its_corpus_and_every_corpus_its_target() {
    let names = |below: &str| {
        let told = root().join(below).read_dir().unwrap();
        let mut names: Vec<_> = told
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let targets = names("fuzz/fuzz_targets");
    assert_eq!(
        targets,
        ["allowed_signers", "journal", "plan", "playbook", "report"]
    );
    assert_eq!(names("fuzz/corpus"), targets);
    // Nothing here builds a target, which wants a fuzzer: each is one call of what is tested above.
    for target in targets {
        let text = read(&format!("fuzz/fuzz_targets/{target}.rs"));
        let call = format!("contain::bench::fuzz::{target}(bytes);");
        assert!(text.contains(&call), "{target}");
    }
}
