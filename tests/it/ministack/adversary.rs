//! An intruder with every right, against `isolate --wait`: the tool wins the race, or says that it did not.

use serde_json::{Value, json};

use super::{isolate, put_policy};
use crate::harness::{Adversary, Desk, Server};

/// How many races are run: CONTAIN_RACES, else this many.
const RACES: u32 = 2;

fn races() -> u32 {
    let asked = std::env::var("CONTAIN_RACES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(RACES)
}

/// Races once.
fn race() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    put_policy(&server, "every-right", &everything);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let arn = world.0["role_a"]["arn"].as_str().unwrap();
    let arguments = [
        "--endpoint",
        server.endpoint(),
        "--user",
        "ci-deploy",
        "--role",
        arn,
    ];
    let adversary = Adversary::with(&world.0["leaked"], &arguments);
    let more = ["--yes", "--wait", "--include", "could-enter"];
    let told = isolate(&desk, &world, &more);
    // What is tried first is what it said; the intruder goes on meanwhile.
    let (held, did) = adversary.call_off();
    let tried = server.world(&["try"], &held);
    let alive: Vec<&String> = tried
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, tried)| tried["accepted"] == true)
        .map(|(name, _)| name)
        .collect();
    assert!(did["minted"].as_u64() > Some(0), "it never fought: {did}");
    if ["contained", "isolated"].contains(&told.outcome()) {
        assert!(
            alive.is_empty(),
            "{alive:?} of {did} live on after: {told:?}"
        );
    } else {
        let says = [&told.json["still_alive"], &told.json["not_seen"]];
        let says_why = |list: &&Value| list.as_array().is_some_and(|list| !list.is_empty());
        assert!(says.iter().any(says_why), "nothing is said: {told:?}");
    }
    desk.assert_journal_verifies();
}

#[test]
fn an_intruder_with_every_right_is_beaten_or_is_said_to_be_alive() {
    for _ in 0..races() {
        race();
    }
}
