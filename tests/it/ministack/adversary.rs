//! An intruder with every right, against `isolate --wait`: the tool wins the race, or says that it did not.

use serde_json::{Value, json};

use super::{isolate, put_policy};
use crate::harness::{Adversary, Desk, Proxy, Server};

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

/// Makes an organisation, and a role that may write its policies; answers the role.
fn organization(server: &Server) -> String {
    let call = |service: &str, operation: &str, parameters: Value| {
        let parameters = json!({"parameters": parameters});
        server.world(&["call", service, operation], &parameters);
    };
    let everybody = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole",
    }]});
    let trust = everybody.to_string();
    let role = json!({"RoleName": "policies", "AssumeRolePolicyDocument": trust});
    call("iam", "create_role", role);
    let all = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "organizations:*", "Resource": "*"},
    ]});
    let policy =
        json!({"RoleName": "policies", "PolicyName": "all", "PolicyDocument": all.to_string()});
    call("iam", "put_role_policy", policy);
    call(
        "organizations",
        "create_organization",
        json!({"FeatureSet": "ALL"}),
    );
    "arn:aws:iam::000000000000:role/policies".to_owned()
}

#[test]
fn where_an_organisation_is_configured_its_guardrail_and_the_ordinary_cut_of_a_user_leave_together_and_both_come_back()
 {
    const ORDINARY: &str = "aws.deny-user";
    const GUARDRAIL: &str = "aws.deny-user-in-organization";
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let role = organization(&server);
    let with = format!(
        "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 2s, audit_lag: 0s}}\n    organization: {{role: \"{role}\"}}\n"
    );
    let key = world.key("leaked");
    let since = ["--since", world.since(), "--json"];
    // A lone key leaves its user alone.
    let desk = Desk::of(&world, server.endpoint()).file("contain.yaml", &with);
    let of_key = desk.run(&[&["plan", &key][..], &since].concat());
    assert!(
        !of_key.json["items"].to_string().contains(GUARDRAIL),
        "{of_key:?}"
    );
    let user = "aws:user/ci-deploy@000000000000";
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).file("contain.yaml", &with);
    // While the one is still under way, the other is done.
    proxy.faults(&["PutUserPolicy/1:late:60".to_owned()]);
    let running = desk.spawn(&[&["isolate", user, "--yes"][..], &since].concat());
    assert_eq!(proxy.held()["action"], "PutUserPolicy");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(25);
    let is_done = |entry: &Value| entry["action"] == "AttachPolicy" && entry["status"] == 200;
    while !proxy.log().iter().any(is_done) {
        assert!(std::time::Instant::now() < deadline, "{:?}", proxy.log());
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    proxy.faults(&[]);
    proxy.release();
    let told = running.end();
    told.assert(0, "isolated");
    for action in [ORDINARY, GUARDRAIL] {
        let item = told.item(user, action);
        assert_eq!(item["verdict"], "observed", "{item}");
    }
    // MiniStack knows the organisation's policies by other names than AWS's reference, and refuses the exact session: the
    // next one is broader, and says so.
    let sessions = desk.entries("assumed");
    let notes: Vec<String> = sessions
        .iter()
        .map(|entry| entry["body"]["pass"]["notes"].to_string())
        .collect();
    assert_eq!(notes[0], "null", "{sessions:?}");
    assert!(notes[1].contains("refused what is done"), "{sessions:?}");
    let restored = desk.run(&["restore", "--yes", "--json"]);
    for lifted in ["aws.lift-user-deny", "aws.lift-user-deny-in-organization"] {
        let item = restored.item(user, lifted);
        assert_eq!(item["status"], "confirmed", "{item}");
    }
    desk.assert_journal_verifies();
}
