//! Against MiniStack, which enforces: what is said to be dead is refused, and nothing else is.

mod adversary;
mod agent;
mod awscli;
mod branch;
mod canary;
mod closing;
mod estate;
mod organization;
mod pass;
mod people;
mod permit;
mod phases;
#[cfg(feature = "postgres")]
mod postgres;
mod reads;
mod restore;
mod services;
mod shared;
mod sinks;
mod steps;
mod storage;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Desk, Proxy, Server, Told, World};

mod iam;
mod intake;

const STOP: &str = "aws.deactivate-access-key";
const END: &str = "aws.end-user-sessions";
const END_ROLE: &str = "aws.end-role-sessions";

/// What a world of one leaked key holds, beside `responder`.
const ALL: [&str; 5] = ["leaked", "session", "sibling", "role_a", "role_b"];

fn isolate(desk: &Desk, world: &World, more: &[&str]) -> Told {
    desk.run(&wish(world, more))
}

fn wish<'a>(world: &'a World, more: &[&'a str]) -> Vec<&'a str> {
    let subject: &str = Box::leak(world.key("leaked").into_boxed_str());
    let mut arguments = vec!["isolate", subject, "--since", world.since(), "--json"];
    arguments.extend(more);
    arguments
}

fn put_policy(server: &Server, name: &str, statement: &Value) {
    let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let parameters = json!({"parameters": {
        "UserName": "ci-deploy", "PolicyName": name, "PolicyDocument": document,
    }});
    server.world(&["call", "iam", "put_user_policy"], &parameters);
}

#[test]
fn a_leaked_key_and_its_sessions_are_dead_and_everything_else_is_listed_alive() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint());
    let told = isolate(&desk, &world, &["--secret", "env:LEAKED", "--yes"]);
    told.assert(0, "isolated");
    let key = told.item(world.id("leaked"), STOP);
    assert_eq!(key["verdict"], "probed-dead");
    assert!(key["probe"]["n"].as_u64() >= Some(135), "{key}");
    assert_eq!(key["settled"], "assumed");
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, true, true]
    );
    let sibling = told.alive(&world.key("sibling"));
    assert!(sibling["why"].as_str().unwrap().contains("created"));
    assert!(
        sibling["cut_with"]
            .as_str()
            .unwrap()
            .contains(world.id("sibling"))
    );
    for role in ["role-a", "role-b"] {
        let role = told.alive(&format!("aws:role/{role}"));
        let command = role["cut_with"].as_str().unwrap();
        assert!(command.contains("--include could-enter"), "{command}");
    }
    assert!(told.json["next"].to_string().contains("verify"));
    desk.assert_journal_verifies();
    assert!(!desk.entries("intended").is_empty());
}

#[test]
fn the_roles_that_could_be_entered_are_cut_when_they_are_included_and_it_becomes_contained() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let more = [
        "--secret",
        "env:LEAKED",
        "--yes",
        "--include",
        "could-enter",
    ];
    let told = isolate(&desk, &world, &more);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, false, false]
    );
    assert_eq!(told.item("role-a", END_ROLE)["verdict"], "observed");
    assert_eq!(told.item("role-b", END_ROLE)["verdict"], "observed");
    // The bot did nothing wrong: it gets a new session of the same role.
    let again = server.world(
        &["assume", world.0["role_b"]["arn"].as_str().unwrap()],
        &world.0["bot"],
    );
    let tried = server.world(&["try"], &json!({"again": again}));
    assert_eq!(tried["again"]["accepted"], true);
    let verified = desk.run(&["verify", "--wait", "--json"]);
    verified.assert(0, "contained");
    assert!(
        verified.took < Duration::from_secs(60),
        "{:?}",
        verified.took
    );
}

#[test]
fn a_denied_role_is_refused_in_every_session_until_the_deny_is_lifted() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&["isolate", "aws:role/role-b", "--yes", "--json"]);
    told.assert(0, "isolated");
    assert_eq!(told.item("role-b", "aws.deny-role")["verdict"], "observed");
    let fresh = || {
        let arn = world.0["role_b"]["arn"].as_str().unwrap();
        let fresh = server.world(&["assume", arn], &world.0["bot"]);
        let tried = server.world(&["try"], &json!({"fresh": fresh}));
        tried["fresh"]["accepted"] == true
    };
    assert!(!fresh(), "a session taken after the deny is denied too");
    assert_eq!(
        server.accepted(&world, &["role_a", "role_b"]),
        [true, false]
    );
    let restored = desk.run(&["restore", "--yes", "--json"]);
    restored.assert(0, "restored");
    let lifted = restored.item("role-b", "aws.lift-role-deny");
    assert_eq!(lifted["status"], "confirmed");
    // The cut-off of its sessions stays, and lies up to three seconds ahead of the call.
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !fresh() {
        assert!(std::time::Instant::now() < deadline, "no new session works");
    }
    assert_eq!(
        server.accepted(&world, &["role_b"]),
        [false],
        "an old session stays cut"
    );
}

#[test]
fn a_denied_user_hides_no_role_that_it_could_enter() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        "aws:user/ci-deploy",
        "--since",
        world.since(),
        "--include",
        "could-enter",
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(server.accepted(&world, &ALL), [false; 5]);
    assert_eq!(told.item("role-a", END_ROLE)["verdict"], "observed");
    assert_eq!(told.item("role-b", END_ROLE)["verdict"], "observed");
}

#[test]
fn with_the_bounds_of_a_workspace_it_is_contained_within_a_minute() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    let told = isolate(&desk, &world, &["--secret", "env:LEAKED", "--yes"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(told.item(world.id("leaked"), STOP)["settled"], "yes");
    let acted = proxy.mutations().len();
    let verified = desk.run(&["verify", "--wait", "--json"]);
    verified.assert(0, "contained");
    assert!(
        verified.took < Duration::from_secs(60),
        "{:?}",
        verified.took
    );
    assert_eq!(proxy.mutations().len(), acted, "verify changed something");
    assert_intended_before(&desk, &proxy);
}

#[test]
fn event_names_that_no_vendor_publishes_are_listed_and_withhold_nothing() {
    let server = Server::start("ministack", &["CLOUDTRAIL_RECORDING=1"]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = isolate(&desk, &world, &["--yes", "--wait"]);
    told.assert(0, "contained");
    let not_seen = told.json["not_seen"].as_array().unwrap();
    assert!(!not_seen.is_empty(), "{told:?}");
    assert!(not_seen.iter().all(|blind| blind["withholds"] == false));
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, true, true]
    );
}

#[test]
fn a_key_that_the_leaked_one_mints_meanwhile_is_cut_without_a_new_confirmation() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    proxy.faults(&["UpdateAccessKey/1:late:60".to_owned()]);
    let running = desk.spawn(&wish(&world, &["--yes"]));
    assert_eq!(proxy.held()["action"], "UpdateAccessKey");
    let minted = server.world(&["mint-key"], &world.0["leaked"]);
    proxy.faults(&[]);
    proxy.release();
    let told = running.end();
    assert_eq!(told.exit, 0, "{told:?}");
    let id = minted["access_key_id"].as_str().unwrap();
    let item = told.item(id, STOP);
    assert_eq!(
        (&item["relation"], &item["verdict"]),
        (&json!("minted"), &json!("observed"))
    );
    let tried = server.world(&["try"], &json!({"minted": minted}));
    assert_eq!(tried["minted"]["accepted"], false);
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, true, true]
    );
    let granted = desk.entries("granted");
    assert!(
        granted
            .iter()
            .all(|entry| entry["seq"].as_u64() < desk.entries("intended")[0]["seq"].as_u64()),
        "{granted:?}"
    );
    assert_eq!(granted.len(), 2, "one exact, one of reach: {granted:?}");
}

#[test]
fn what_was_minted_is_only_planned_when_the_reach_mandate_is_withheld() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let minted = server.world(&["mint-key"], &world.0["leaked"]);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = isolate(&desk, &world, &["--yes", "--exact"]);
    let tried = server.world(&["try"], &json!({"minted": minted}));
    if tried["minted"]["accepted"] == true {
        assert_ne!(told.exit, 0, "{told:?}");
        told.alive(&format!(
            "aws:access-key/{}",
            minted["access_key_id"].as_str().unwrap()
        ));
    } else {
        // It was found in the first round, and so in the plan that was confirmed.
        assert_eq!(told.exit, 0, "{told:?}");
    }
}

#[test]
fn a_key_that_was_deleted_can_be_isolated_where_its_account_is_named() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let id = world.id("leaked");
    let parameters = json!({"parameters": {"UserName": "ci-deploy", "AccessKeyId": id}});
    server.world(&["call", "iam", "delete_access_key"], &parameters);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let bare = format!("aws:access-key/{id}");
    let told = desk.run(&["isolate", &bare, "--yes", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    assert!(told.error().contains("@ACCOUNT"), "{told:?}");
    let named = format!("{bare}@000000000000");
    let told = desk.run(&[
        "isolate",
        &named,
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
}

#[test]
fn under_a_chosen_role_its_source_is_ours_too() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint());
    let role = format!("aws=role:{}", world.0["role_b"]["arn"].as_str().unwrap());
    let told = desk.run(&["doctor", "--as", &role, "--json"]);
    let text = told.json.to_string();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    let responder = format!("aws:access-key/{}", world.id("responder"));
    assert!(at("aws:session/") < at("aws:role/role-b"));
    assert!(at("aws:role/role-b") < at(&responder));
    assert!(at(&responder) < at("aws:user/responder"));
}

// --- giving back

#[test]
fn what_may_come_back_comes_back_and_the_compromised_key_only_by_its_code() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    let cut = server.snapshot();
    assert_ne!(before, cut);

    let held = desk.run(&["restore", "--yes", "--json"]);
    held.assert(0, "restored");
    assert_eq!(server.snapshot(), cut, "all of it is held: {held:?}");
    let text = held.json["items"].to_string();
    assert!(text.contains("held until 20"), "{text}");
    assert!(text.contains("stays off unless it is named"), "{text}");

    let key = world.key("leaked");
    let asked = desk.run(&["restore", &key, "--json"]);
    asked.assert(3, "waiting");
    assert_eq!(server.snapshot(), cut);
    let code = asked.json["confirm"].as_str().unwrap().to_owned();
    let plain = desk.run(&["restore", &key, "--yes", "--json"]);
    assert_eq!(plain.exit, 3, "{plain:?}");
    assert_eq!(
        server.snapshot(),
        cut,
        "a plain yes gave a compromised key back"
    );
    let code = plain.json["confirm"].as_str().map_or(code, str::to_owned);
    let wrong = desk.run(&["apply", "--confirm", "00000000", "--json"]);
    assert_eq!(wrong.exit, 4, "{wrong:?}");
    assert_eq!(server.snapshot(), cut);
    let next = plain.json["next"][0].as_str().unwrap().to_owned();
    let incident = plain.json["incident"].as_str().unwrap();
    let wanted = format!("contain apply {code} --incident {incident} --confirm {code}");
    assert_eq!(next, wanted);
    let mut pasted: Vec<&str> = next.split(' ').skip(1).collect();
    pasted.push("--json");
    let given = desk.run(&pasted);
    given.assert(0, "restored");
    let items = given.json["items"].to_string();
    assert!(items.contains("aws.activate-access-key"), "{items}");
    assert_eq!(server.accepted(&world, &["leaked"]), [true]);
    let mut back = server.snapshot();
    let policies = back["users"]["ci-deploy"]["policies"]
        .as_object_mut()
        .unwrap();
    assert_eq!(policies.len(), 2, "the session cut stays: {policies:?}");
    policies.retain(|name, _| name == "work");
    assert_eq!(back, before);
    desk.assert_journal_verifies();
}

#[test]
fn a_field_that_somebody_else_changed_meanwhile_is_not_overwritten() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        "aws:user/ci-deploy",
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let cut = server.snapshot();
    let policies = cut["users"]["ci-deploy"]["policies"].as_object().unwrap();
    let deny = policies
        .iter()
        .find(|(name, document)| {
            *name != "work"
                && document.to_string().contains("\"*\"")
                && !document.to_string().contains("TokenIssueTime")
        })
        .map(|(name, _)| name.clone())
        .unwrap_or_else(|| panic!("{policies:?}"));
    put_policy(
        &server,
        &deny,
        &json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Sid": "ByHand"}),
    );
    let changed = server.snapshot();
    let told = desk.run(&["restore", "--yes", "--json"]);
    let after = server.snapshot();
    assert_eq!(
        after["users"]["ci-deploy"]["policies"][&deny],
        changed["users"]["ci-deploy"]["policies"][&deny],
        "{told:?}"
    );
    let text = told.json["items"].to_string();
    assert!(text.contains("changed by somebody else"), "{text}");
}

#[test]
fn a_whole_user_is_cut_and_given_back_except_what_is_held() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        "aws:user/ci-deploy",
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let items = told.json["items"].to_string();
    assert!(items.contains("\"aws.deny-user\""), "{items}");
    assert_eq!(
        server.accepted(&world, &["leaked", "session", "sibling", "role_b", "bot"]),
        [false, false, false, true, true]
    );
    let restored = desk.run(&["restore", "--yes", "--json"]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    let (mut before, mut after) = (before, server.snapshot());
    let held = restored.json["items"].to_string();
    assert!(held.contains("\"aws.lift-user-deny\""), "{held}");
    // What is held is listed, and differs; everything else is as it was.
    let user = after["users"]["ci-deploy"].as_object_mut().unwrap();
    user["policies"]
        .as_object_mut()
        .unwrap()
        .retain(|name, document| {
            let kept = name == "work";
            assert!(
                kept || document.to_string().contains("TokenIssueTime"),
                "{name}: {held}"
            );
            kept
        });
    for (id, status) in user["keys"].as_object().unwrap() {
        assert!(
            status == "Active" || held.contains(id.as_str()),
            "{id}: {held}"
        );
    }
    before["users"]["ci-deploy"]["keys"] = after["users"]["ci-deploy"]["keys"].clone();
    assert_eq!(after, before, "{restored:?}");
}

// --- nothing leaves

#[test]
fn a_proxy_that_only_the_environment_names_sees_nothing() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let mut desk = Desk::of(&world, server.endpoint());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        desk = desk.with(name, &proxy).with(&name.to_lowercase(), &proxy);
    }
    let key = world.key("leaked");
    let told = desk.run(&["plan", &key, "--since", world.since(), "--json"]);
    assert!([0, 3].contains(&told.exit), "{told:?}");
    assert!(told.json["items"].to_string().contains(STOP), "{told:?}");
    let came = listener.accept().map(|(_, from)| from);
    assert_eq!(came.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn planning_sends_no_request_that_changes_anything() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint());
    let before = server.snapshot();
    let told = desk.run(&[
        "plan",
        &world.key("leaked"),
        "--since",
        world.since(),
        "--json",
    ]);
    assert!([0, 3].contains(&told.exit), "{told:?}");
    assert!(told.json["items"].to_string().contains(STOP));
    assert!(!proxy.log().is_empty());
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
    assert_eq!(server.snapshot(), before);
}

#[test]
fn a_drill_sends_nothing_at_all() {
    let server = Server::start("ministack", &[]);
    let proxy = Proxy::before(&server);
    let desk = Desk::at(proxy.endpoint(), ("test", "test"));
    let told = desk.run(&["drill", "leaked-aws-access-key", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(proxy.log(), Vec::<Value>::new());
}

#[test]
fn without_a_yes_and_without_a_terminal_it_waits_and_nothing_is_sent() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    let told = isolate(&desk, &world, &[]);
    told.assert(3, "waiting");
    assert!(
        told.json["confirm"]
            .as_str()
            .is_some_and(|code| code.len() == 8)
    );
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
    let code = told.json["confirm"].as_str().unwrap();
    let applied = desk.run(&["apply", "--confirm", code, "--json"]);
    assert_eq!(applied.exit, 0, "{applied:?}");
    assert_eq!(
        server.accepted(&world, &["leaked", "session"]),
        [false, false]
    );
}

// --- bad weather

/// Every mutating request has an earlier intent of its own in the journal.
fn assert_intended_before(desk: &Desk, proxy: &Proxy) {
    let intended: Vec<(String, f64)> = desk
        .entries("intended")
        .iter()
        .map(|entry| {
            let at: jiff::Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
            let call = &entry["body"]["call"];
            assert!(call["target"].is_string() && call["action"].is_string());
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
            let at = at.as_millisecond() as f64 / 1000.0;
            (call["action"].as_str().unwrap().to_owned(), at)
        })
        .collect();
    let mut sent = std::collections::BTreeMap::<&str, usize>::new();
    for request in proxy.mutations() {
        let action = match request["action"].as_str().unwrap() {
            "UpdateAccessKey" => STOP,
            "PutUserPolicy" => END,
            "PutRolePolicy" => END_ROLE,
            other => panic!("{other} is none of ours"),
        };
        let at = request["at"].as_f64().unwrap() + 0.001;
        let earlier = intended
            .iter()
            .filter(|(of, intended)| of == action && *intended <= at)
            .count();
        let count = sent.entry(action).or_default();
        *count += 1;
        assert!(earlier >= *count, "{action} {count}: {intended:?}");
    }
}

const REACHING: [&str; 3] = ["--yes", "--include", "could-enter"];

/// The world as an isolation that nothing disturbed leaves it, and how many requests that took.
fn undisturbed(server: &Server, proxy: &Proxy) -> (Value, usize) {
    let world = server.build();
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    isolate(&desk, &world, &REACHING).assert(0, "isolated");
    assert_intended_before(&desk, proxy);
    let done = (server.comparable(&world), proxy.mutations().len());
    server.world(&["reset"], &Value::Null);
    proxy.reset();
    done
}

fn killed_at_every_request(fault: &str) {
    let server = Server::start("ministack", &[]);
    let proxy = Proxy::before(&server);
    let (wanted, requests) = undisturbed(&server, &proxy);
    assert!(requests >= 4, "{requests}");
    for n in 1..=requests {
        let world = server.build();
        let desk = Desk::of(&world, proxy.endpoint()).bounded();
        proxy.faults(&[format!("{n}:{fault}:60")]);
        let running = desk.spawn(&wish(&world, &REACHING));
        proxy.held();
        let intents = desk.entries("intended").len();
        assert!(intents >= n, "{fault} {n}: only {intents} intents on disk");
        running.kill();
        proxy.release();
        proxy.faults(&[]);
        let told = desk.run(&["resume", "--yes", "--json"]);
        assert_eq!(told.exit, 0, "{fault} {n}: {told:?}");
        assert_eq!(server.comparable(&world), wanted, "{fault} {n}: {told:?}");
        assert_eq!(
            server.accepted(&world, &ALL),
            [false, false, true, false, false],
            "{fault} {n}"
        );
        desk.assert_journal_verifies();
        assert_intended_before(&desk, &proxy);
        server.world(&["reset"], &Value::Null);
        proxy.reset();
    }
}

#[test]
fn killed_before_any_request_reaches_the_server_it_resumes_to_the_same_world() {
    killed_at_every_request("hang-before");
}

#[test]
fn killed_after_the_server_has_acted_on_any_request_it_resumes_to_the_same_world() {
    killed_at_every_request("hang-after");
}

/// Breaks the first sending of every request; `after` says that the server has acted by then.
fn broken_at_every_request(faults: &[&str], after: bool) {
    let server = Server::start("ministack", &[]);
    let proxy = Proxy::before(&server);
    let (wanted, requests) = undisturbed(&server, &proxy);
    // What never arrived is sent again; what has arrived is seen by looking, so that the next one is another cut.
    let (user, roles) = if after {
        ([1, 2], [1, 2, 3, 4])
    } else {
        ([1, 3], [1, 2, 5, 6])
    };
    for fault in faults {
        let world = server.build();
        let desk = Desk::of(&world, proxy.endpoint()).bounded();
        let mut broken = vec![format!("UpdateAccessKey/1:{fault}")];
        broken.extend(user.map(|nth| format!("PutUserPolicy/{nth}:{fault}")));
        broken.extend(roles.map(|nth| format!("PutRolePolicy/{nth}:{fault}")));
        proxy.faults(&broken);
        let told = isolate(&desk, &world, &REACHING);
        assert_eq!(told.exit, 0, "{fault}: {told:?}");
        assert_eq!(server.comparable(&world), wanted, "{fault}: {told:?}");
        let sent = proxy.mutations();
        let met = sent.iter().filter(|one| !one["fault"].is_null()).count();
        assert_eq!(met, requests, "{fault} has to meet every request once");
        let again = if after { 0 } else { met };
        assert_eq!(sent.len(), requests + again, "{fault}: {sent:?}");
        desk.assert_journal_verifies();
        assert_intended_before(&desk, &proxy);
        server.world(&["reset"], &Value::Null);
        proxy.reset();
    }
}

#[test]
fn what_broke_before_the_server_acted_is_sent_again_once() {
    let faults = [
        "drop-before",
        "reset-before",
        "500-before",
        "html",
        "throttle",
        "throttle:1",
    ];
    broken_at_every_request(&faults, false);
}

#[test]
fn what_broke_after_the_server_acted_is_looked_at_and_not_sent_again() {
    let faults = [
        "drop-after",
        "reset-after",
        "500-after",
        "html-after",
        "truncate",
    ];
    broken_at_every_request(&faults, true);
}

#[test]
fn a_server_that_never_answers_properly_is_told_as_it_is() {
    let server = Server::start("ministack", &[]);
    let proxy = Proxy::before(&server);
    let world = server.build();
    let before = server.snapshot();
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    proxy.faults(&["*:drop-before".to_owned()]);
    let told = isolate(&desk, &world, &["--yes"]);
    assert!([5, 6].contains(&told.exit), "{told:?}");
    assert!(told.json["next"].to_string().contains("resume"), "{told:?}");
    assert_eq!(server.snapshot(), before);
    proxy.faults(&[]);
    let told = desk.run(&["resume", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, true, true]
    );
}

// --- bad input

/// Refused with this exit code and kind, and nothing was changed or asked to be.
#[track_caller]
fn refused(told: &Told, exit: i32, kind: &str) {
    assert_eq!((told.exit, told.kind()), (exit, kind), "{told:?}");
    assert!(told.error().ends_with("Nothing was changed."), "{told:?}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_nearest_name() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint());
    let with = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--yes", "--json"]);
        desk.run(&all)
    };
    let told = with(&["isolate", "aws:acces-key/AKIAIOSFODNN7EXAMPLE"]);
    refused(&told, 2, "unknown-locator");
    assert!(told.hints().contains("aws:access-key"), "{told:?}");
    for malformed in [
        "aws:",
        "aws:user/",
        ":user/x",
        "nonsense",
        "aws:user/a@b@c",
        "aws:user/\u{202e}x",
    ] {
        let told = with(&["isolate", malformed]);
        assert_eq!(told.exit, 2, "{malformed}: {told:?}");
        assert!(told.error().contains("Nothing was changed."), "{told:?}");
        assert!(!told.out.contains('\u{202e}') && !told.err.contains('\u{202e}'));
    }
    let told = with(&["isolate", "aws:user/nobody"]);
    refused(&told, 2, "unknown-locator");
    let told = with(&["isolate", &format!("{}@111122223333", world.key("leaked"))]);
    refused(&told, 2, "wrong-account");
    assert!(told.hints().contains("--as"), "{told:?}");
    let told = with(&["isolate", &world.key("responder")]);
    refused(&told, 4, "own-branch");
    assert!(told.hints().contains("--as"), "{told:?}");
    refused(&with(&["isolate"]), 2, "usage");
    refused(
        &with(&["isolate", &world.key("leaked"), "--since", "yesteryear"]),
        2,
        "usage",
    );
    refused(
        &with(&["isolate", &world.key("leaked"), "--secret", "env:NOT_SET"]),
        2,
        "usage",
    );
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
    assert!(
        desk.incidents().is_empty(),
        "an incident was opened for nothing"
    );
}

#[test]
fn credentials_that_do_not_work_change_nothing() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let id = world.id("responder");
    for credentials in [
        (id, "wrong"),
        ("AKIAIOSFODNN7EXAMPLE", "wrong"),
        (world.id("bot"), world.secret("bot")),
    ] {
        let desk = Desk::at(server.endpoint(), credentials);
        let told = isolate(&desk, &world, &["--yes"]);
        assert_eq!(told.exit, 4, "{told:?}");
        assert!(
            told.error().contains("Nothing was changed") || told.outcome() == "denied",
            "{told:?}"
        );
    }
    let mut desk = Desk::at(
        server.endpoint(),
        (world.id("session"), world.secret("session")),
    );
    desk = desk.with("AWS_SESSION_TOKEN", "garbage");
    let told = isolate(&desk, &world, &["--yes"]);
    assert_eq!(told.exit, 4, "{told:?}");
    assert_eq!(server.snapshot(), before);
}

#[test]
fn an_endpoint_that_does_not_answer_or_answers_nonsense_changes_nothing() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    let told = isolate(&Desk::of(&world, &closed), &world, &["--yes"]);
    refused(&told, 5, "provider");
    assert!(told.hints().contains("NOT contained"), "{told:?}");
    let proxy = Proxy::before(&server);
    for fault in [
        "html",
        "html-after",
        "truncate",
        "reset-before",
        "500-before",
    ] {
        proxy.faults(&[
            format!("GetCallerIdentity:{fault}"),
            format!("ListAccessKeys:{fault}"),
        ]);
        let told = isolate(&Desk::of(&world, proxy.endpoint()), &world, &["--yes"]);
        refused(&told, 5, "provider");
    }
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
    assert_eq!(server.snapshot(), before);
}

#[test]
fn a_second_operator_on_the_same_subject_is_told_that_it_is_locked() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    proxy.faults(&["1:late:60".to_owned()]);
    let first = desk.spawn(&wish(&world, &["--yes"]));
    proxy.held();
    let second = isolate(&desk, &world, &["--yes"]);
    refused(&second, 8, "locked");
    let noted = desk.run(&[
        "incident",
        "note",
        "seen by a second pair of eyes",
        "--json",
    ]);
    assert_eq!(noted.exit, 0, "{noted:?}");
    proxy.faults(&[]);
    proxy.release();
    assert_eq!(first.end().exit, 0);
    desk.assert_journal_verifies();
}

#[test]
fn where_nothing_can_be_recorded_nothing_is_changed_and_the_way_out_is_named() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint());
    let file = desk.path().join("file");
    std::fs::write(&file, "").unwrap();
    for place in [
        file.join("state").display().to_string(),
        "/proc/nowhere".to_owned(),
    ] {
        let told = isolate(&desk, &world, &["--yes", "--journal", &place]);
        refused(&told, 1, "record-unwritable");
        assert!(told.hints().contains("--journal DIR"), "{told:?}");
    }
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
}

#[test]
fn a_playbook_that_is_not_understood_runs_not_at_all() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let head = "contain: 1\nname: mine\ntitle: Mine\nphases:\n  isolate:\n";
    let step = "    - id: stop\n      do: aws.deactivate-access-key\n";
    let huge = format!("{head}{step}# {}\n", "x".repeat(2 * 1024 * 1024));
    let desk = Desk::of(&world, proxy.endpoint())
        .file("unknown.yaml", &format!("{head}{step}      tarhet: x\n"))
        .file("twice.yaml", &format!("{head}{step}      id: again\n"))
        .file(
            "anchor.yaml",
            &format!("{head}    - &a\n      id: stop\n      do: x\n    - *a\n"),
        )
        .file("huge.yaml", &huge);
    for (file, said) in [
        ("unknown.yaml", "target"),
        ("twice.yaml", "id"),
        ("anchor.yaml", "anchor"),
        ("huge.yaml", "bytes"),
        ("absent.yaml", "absent.yaml"),
        ("isolat", "isolate"),
    ] {
        let told = desk.run(&[
            "run",
            file,
            "--subject",
            &world.key("leaked"),
            "--yes",
            "--json",
        ]);
        assert_eq!(told.exit, 2, "{file}: {told:?}");
        assert!(told.error().contains("Nothing was changed"), "{told:?}");
        let error = told.json["error"].to_string();
        assert!(error.contains(said), "{file}: {error}");
    }
    assert_eq!(proxy.log(), Vec::<Value>::new());
}
