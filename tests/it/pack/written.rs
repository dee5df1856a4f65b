//! What people write without an account means every account.

use super::readme::workspace;
use crate::harness::{Acme, Desk};

fn here(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path().join("here").join(name)).unwrap()
}

/// The workspace of the README with more in its `contain.yaml`.
fn with(acme: &Acme, more: &str) -> Desk {
    let (desk, _) = workspace(acme);
    let text = here(&desk, "contain.yaml");
    desk.file("contain.yaml", &format!("{text}{more}"))
}

#[test]
fn what_is_protected_without_account_is_protected_in_the_one_that_it_is_of() {
    let acme = Acme::start();
    let protected = "protected: [\"acme:key/k-1\", \"acme:key/k-2@a-1\"]\n";
    let desk = with(&acme, protected);
    for key in ["acme:key/k-1", "acme:key/k-2"] {
        let told = desk.run(&["isolate", key, "--yes", "--json"]);
        assert_eq!(told.exit, 3, "{key}: {told:?}");
        assert!(
            told.err.contains("[protected]") || told.out.contains("protected"),
            "{key}: {told:?}"
        );
    }
    for key in ["k-1", "k-2"] {
        assert_eq!(acme.state()["keys"][key]["status"], "on", "{key}");
    }
    let told = desk.run(&["doctor"]);
    for said in [
        "2 identities are protected",
        "acme:key/k-1@a-1 is there, and no cut is in force on it",
        "acme:key/k-2@a-1 is there, and no cut is in force on it",
    ] {
        assert!(told.out.contains(said), "{said}: {told:?}");
    }
    // Written twice, it is one way back in and not two.
    let twice = "protected: [\"acme:key/k-1\", \"acme:key/k-1@a-1\"]\n";
    let told = with(&acme, twice).run(&["doctor"]);
    assert!(told.out.contains("one identity is protected"), "{told:?}");
}

#[test]
fn what_the_estate_writes_without_account_is_owned_and_shared_in_the_one_that_it_is_of() {
    let acme = Acme::start();
    let estate = "estate: 1\nteams: {payments: {contact: \"#pay\"}}\nidentities:\n  ci: {kind: bot, owner: {team: payments}, protected: true, credentials: [\"acme:key/k-1\"]}\n  web: {kind: workload, credentials: [\"acme:key/k-1@a-1\"]}\n";
    let desk = with(&acme, "").file("estate.yaml", estate);
    let told = desk.run(&["plan", "acme:key/k-1"]);
    let all = format!("{}{}", told.out, told.err);
    for said in ["ci", "web", "protected"] {
        assert!(all.contains(said), "{said}: {told:?}");
    }
    assert!(!all.contains("nobody whom the estate names"), "{told:?}");
    let told = desk.run(&["isolate", "acme:key/k-1", "--yes", "--json"]);
    assert_eq!(told.exit, 3, "{told:?}");
    assert_eq!(acme.state()["keys"]["k-1"]["status"], "on");
}
