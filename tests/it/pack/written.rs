//! What people write without an account means every account; and what is said of it, and of secrets, in words.

use std::sync::Arc;

use contain::domain::{Duration, Locator, Probe, Secret};
use contain::pack::{load, stage};
use contain::provider::Provider as _;
use serde_json::json;

use super::OURS;
use super::readme::workspace;
use super::vendor::{Came, Vendor};
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
    let estate = "estate: 1\nteams: {payments: {contact: \"#pay\"}}\nidentities:\n  ci: {kind: bot, owner: {team: payments}, protected: true, credentials: [\"acme:key/k-1\"], shared_with: [web]}\n  web: {kind: workload}\n";
    let desk = with(&acme, "").file("estate.yaml", estate);
    let told = desk.run(&["plan", "acme:key/k-1"]);
    let all = format!("{}{}", told.out, told.err);
    for said in ["team payments (#pay)", "shared", "protected"] {
        assert!(all.contains(said), "{said}: {told:?}");
    }
    assert!(!all.contains("nobody whom the estate names"), "{told:?}");
    let told = desk.run(&["isolate", "acme:key/k-1", "--yes", "--json"]);
    assert_eq!(told.exit, 3, "{told:?}");
    assert_eq!(acme.state()["keys"]["k-1"]["status"], "on");
}

#[test]
fn a_plan_that_gives_back_says_so_and_a_report_leaves_no_cell_empty() {
    let acme = Acme::start();
    let desk = with(&acme, "");
    let told = desk.run(&["isolate", "acme:key/k-1", "--yes"]);
    assert!([0, 3].contains(&told.exit), "{told:?}");
    // Acme does not tell who we are.
    let report = desk.run(&["report"]);
    assert!(report.out.contains("| run | verb |"), "{report:?}");
    assert!(!report.out.contains("``"), "{report:?}");
    let why = ["--false-positive", "--reason", "our own test", "--yes"];
    let told = desk.run(&[&["restore", "acme:key/k-1"][..], &why].concat());
    let all = format!("{}{}", told.out, told.err);
    assert!(all.contains("\nRESTORE\n"), "{told:?}");
    assert!(!all.contains("REISSUE"), "{told:?}");
}

#[test]
fn what_tells_whose_a_secret_is_is_told_where_it_was_to_be_cut() {
    let acme = Acme::start();
    let leaked = "acme_aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let desk = with(&acme, "").file("leak.txt", &format!("one {leaked}\n"));
    let told = desk.run(&["isolate", "--from", "leak.txt", "--yes", "--json"]);
    let message = told.json["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("The list of keys shows whose each is"),
        "{told:?}"
    );
    assert!(!format!("{told:?}").contains(leaked), "{told:?}");
}

#[tokio::test]
async fn a_secret_that_answers_for_something_else_is_told_to_be_another_ones() {
    let (desk, _) = workspace(&Acme::start());
    let text = here(&desk, "providers/acme.yaml");
    let foreign =
        "\n        - {status: 200, when: body.key == 'k-9', is: unclear, because: foreign}";
    let alive = "is: alive}";
    let (head, tail) = text.split_once(alive).unwrap();
    let text = format!("{head}{alive}{foreign}{tail}");
    let pack = load("acme.yaml", &text).map_err(|refused| refused.render(false));
    let pack = Arc::new(pack.unwrap_or_else(|told| panic!("{told}")));
    for (answers_for, said) in [
        ("k-2", "not as it does for k-1 at work"),
        ("k-9", "for something else than k-1"),
    ] {
        let vendor = Vendor::start(move |came: &Came| {
            let body = match came.line.contains("/v1/self") {
                true => json!({"key": answers_for}),
                false => json!({"id": "a-1"}),
            };
            (200, String::new(), body.to_string())
        });
        let packed = stage(&pack, &vendor.base, Duration::from_secs(10), OURS).await;
        let target: Locator = "acme:key/k-1@a-1".parse().unwrap();
        let secret = Secret::new("acme_bbbbbbbbbbbbbbbbbbbbbbbbbbbb".to_owned());
        let probe = packed.reader(None).probe(&target, &secret).await;
        let Probe::Unclear(why) = &probe else {
            panic!("{answers_for}: {probe:?}");
        };
        assert!(why.text.contains(said), "{why}");
    }
}
