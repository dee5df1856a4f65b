//! What a person is told who typed something that names nothing: what was meant, of the provider that was meant.

use crate::harness::{Desk, Told};

/// Refused with these parts in its hints, without any of AWS.
fn assert_hints(arguments: &[&str], parts: &[&str]) -> Told {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let told = Desk::bare().run(&arguments);
    assert_eq!(told.exit, 2, "{arguments:?}: {told:?}");
    for part in parts {
        assert!(told.hints().contains(part), "{part}: {told:?}");
    }
    assert!(!told.hints().contains("aws:"), "{arguments:?}: {told:?}");
    told
}

#[test]
fn a_name_that_is_none_is_answered_with_what_its_provider_knows() {
    assert_hints(
        &["isolate", "okta:usr/abc"],
        &["did you mean `okta:user`?", "kinds of okta: okta:"],
    );
    // Another provider may have a kind of this name; this one was meant.
    let told = assert_hints(&["isolate", "okta:token/abc"], &["kinds of okta: okta:"]);
    assert!(!told.hints().contains("oauth:"), "{told:?}");
    assert_hints(
        &["isolate", "oktta:user/abc"],
        &["did you mean `okta:user`?", "kinds of okta: okta:"],
    );
    assert_hints(
        &["isolate", "oktta:zzzzzzzz/abc"],
        &["kinds of okta: okta:"],
    );
    assert_hints(
        &["isolate", "zzzzzzzz:user/abc"],
        &["providers: ", "github"],
    );
    let told = assert_hints(&["isolate", "github:token"], &["write it as github:"]);
    assert!(told.hints().contains("/ID"), "{told:?}");
    assert_hints(
        &["identify", "identity:agent"],
        &["contain estate show agent"],
    );
}

#[test]
fn a_playbook_says_which_subjects_it_takes_before_anybody_is_asked() {
    let hint = "contain run leaked-ci-token --subject github:token/ID";
    let told = assert_hints(&["run", "leaked-ci-token"], &[hint]);
    assert!(told.error().contains("no subject was named"), "{told:?}");
    let told = assert_hints(
        &["run", "leaked-ci-token", "--subject", "aws:user/a"],
        &[hint],
    );
    let wrong =
        "`aws:user/a` is of kind aws:user; expected github:token or github:installation-token";
    assert!(told.error().contains(wrong), "{told:?}");
    assert_hints(&["drill", "bulk"], &["did you mean `bulk-leak`?"]);
}
