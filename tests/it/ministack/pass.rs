//! Sessions of our own: under one, nothing is let through that its plan does not do; MiniStack enforces session policies.

use contain::domain::{Because, Call, Fields, Locator, Outcome, Pass};
use contain::provider::aws::Settings;
use contain::provider::{Provider as _, Remit};
use serde_json::{Value, json};

use super::phases::{SECRET, accepted, call, run_to, store, stored};
use super::{ALL, STOP, wish};
use crate::bench::Bench;
use crate::harness::{Desk, Proxy, Server, World};

const ROLE: &str = "arn:aws:iam::000000000000:role/contain-responder";

/// Makes the responder's role: it may do anything, and the responder may enter it.
fn role(server: &Server) {
    let call = |operation: &str, parameters: Value| {
        let input = json!({"parameters": parameters});
        server.world(&["call", "iam", operation], &input)
    };
    let document =
        |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let trust = document(json!({
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/responder"},
        "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    }));
    call(
        "create_role",
        json!({"RoleName": "contain-responder", "AssumeRolePolicyDocument": trust}),
    );
    let all = document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    call(
        "put_role_policy",
        json!({"RoleName": "contain-responder", "PolicyName": "all", "PolicyDocument": all}),
    );
}

fn start() -> (Server, World) {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    role(&server);
    (server, world)
}

fn workspace(more: &str) -> String {
    format!(
        "contain: 1\nproviders:\n  aws:\n    role: {ROLE}\n    bounds: {{propagation: 2s, audit_lag: 0s}}\n{more}"
    )
}

fn desk(world: &World, endpoint: &str) -> Desk {
    Desk::of(world, endpoint).file("contain.yaml", &workspace(""))
}

/// Makes users, and answers their names.
fn users(server: &Server, count: usize) -> Vec<String> {
    let make = |at| {
        let name = format!("bot-with-a-rather-long-name-{at:02}");
        let user = json!({"parameters": {"UserName": name}});
        server.world(&["call", "iam", "create_user"], &user);
        format!("aws:user/{name}")
    };
    (0..count).map(make).collect()
}

/// The sessions that were journaled.
fn passes(desk: &Desk) -> Vec<Pass> {
    let entries = desk.entries("assumed").into_iter();
    let pass = |entry: Value| serde_json::from_value(entry["body"]["pass"].clone()).unwrap();
    entries.map(pass).collect()
}

/// What is permitted, as (action, resource).
fn permitted(policy: &Value) -> Vec<(String, String)> {
    let several = |value: &Value| match value {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let mut pairs = Vec::new();
    for statement in policy["Statement"].as_array().unwrap() {
        for action in several(&statement["Action"]) {
            for resource in several(&statement["Resource"]) {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                pairs.push((text(&action), text(&resource)));
            }
        }
    }
    pairs
}

/// The adapter as the responder, with its role.
fn bench(world: &World, endpoint: &str) -> Bench {
    let settings = Settings {
        role: Some(ROLE.to_owned()),
        ..Settings::default()
    };
    Bench::at(endpoint, world, "responder", settings)
}

fn plain(bench: &Bench, action: &str, target: &Locator) -> Call {
    bench.call(action, target, &Fields::new(), &Fields::new())
}

async fn performed(bench: &Bench, remit: &Remit, call: &Call) -> Outcome {
    // The permissions are declared, so that it is not our own transport that refuses.
    let only = bench.permissions(call);
    let actor = bench.aws.actor_under(remit, call.target.account(), &only);
    actor.perform(std::slice::from_ref(call)).await.remove(0)
}

#[tokio::test]
async fn the_assumed_session_is_refused_whatever_its_plan_does_not_do() {
    let (server, world) = start();
    let bench = bench(&world, server.endpoint());
    let user = bench.resolve("aws:user/ci-deploy").await;
    let plan = [plain(&bench, "aws.deny-user", &user)];
    let remit = bench.remit(&plan).unwrap();
    // Before it is entered nothing is sent at all.
    let early = performed(&bench, &remit, &plan[0]).await;
    assert!(matches!(early, Outcome::Unavailable(_)), "{early:?}");
    let before = server.snapshot();
    let passes = bench.aws.enter(&remit, "inc-1").await.unwrap();
    assert_eq!(passes.len(), 1);
    assert_eq!(
        passes[0].of.to_string(),
        "aws:role/contain-responder@000000000000"
    );
    assert_eq!(passes[0].source.as_deref(), Some("inc-1"));
    assert!(passes[0].notes.is_empty(), "{passes:?}");
    // Held, it is not taken again.
    assert!(bench.aws.enter(&remit, "inc-1").await.unwrap().is_empty());

    let other = bench.resolve("aws:user/release-bot").await;
    let role = bench.resolve("aws:role/role-a").await;
    let key = bench.resolve(&world.key("bot")).await;
    for (action, target) in [
        // The same on another target, and something else on the same one.
        ("aws.deny-user", &other),
        ("aws.deny-role", &role),
        (STOP, &key),
        ("aws.create-access-key", &user),
    ] {
        let outcome = performed(&bench, &remit, &plain(&bench, action, target)).await;
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.because == Because::Denied),
            "{action} {target}: {outcome:?}"
        );
    }
    assert_eq!(server.snapshot(), before);
    let done = performed(&bench, &remit, &plan[0]).await;
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    assert_ne!(server.snapshot(), before);
}

#[tokio::test]
async fn what_reads_is_refused_every_change_at_the_provider_too() {
    let (server, world) = start();
    let bench = bench(&world, server.endpoint());
    let user = bench.resolve("aws:user/ci-deploy").await;
    let call = plain(&bench, "aws.deny-user", &user);
    let before = server.snapshot();
    // Without a remit the role's session is the one that reads, whatever the handle declares.
    let actor = bench.aws.actor(None, &bench.permissions(&call));
    let outcome = actor.perform(&[call]).await.remove(0);
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Denied),
        "{outcome:?}"
    );
    assert_eq!(server.snapshot(), before);
}

#[test]
fn an_isolate_through_the_role_is_verified_and_given_back() {
    let (server, world) = start();
    let before = server.snapshot();
    let fixture = Server::sessions(&server, &[]);
    let desk = desk(&world, fixture.endpoint());
    let told = desk.run(&wish(&world, &["--include", "could-enter", "--yes"]));
    told.assert(0, "isolated");
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, false, false]
    );
    let taken = passes(&desk);
    assert!(!taken.is_empty());
    let incident = told.json["incident"].as_str().unwrap();
    for pass in &taken {
        assert_eq!(pass.source.as_deref(), Some(incident));
        assert_eq!(pass.name, format!("contain-{incident}"));
        let left = pass
            .until
            .duration_since(contain::domain::Clock::wall().now());
        assert!(left.as_secs() <= 900 && left.as_secs() > 700, "{left}");
        for (action, resource) in permitted(&pass.policy) {
            let is_read = ["iam:Get", "iam:List", "sts:GetCallerIdentity"]
                .iter()
                .any(|read| action.starts_with(read));
            assert!(
                is_read || !resource.contains("release-bot"),
                "{action} {resource}"
            );
            assert!(is_read || resource != "*", "{action} on everything");
            assert!(!action.contains('*'), "{action}");
        }
    }
    // What AWS was asked for: each session with a policy, those that act with their incident.
    let asked = fixture.assumed();
    let acts = |said: &&Value| said["RoleSessionName"] != "contain";
    assert_eq!(asked.iter().filter(acts).count(), taken.len());
    for said in &asked {
        assert_eq!(said["DurationSeconds"], "900");
        assert_eq!(said["by"], world.id("responder"));
        let policy: Value = serde_json::from_str(said["Policy"].as_str().unwrap()).unwrap();
        let known = taken.iter().any(|pass| pass.policy == policy);
        assert_eq!(known, acts(&said));
        assert_eq!(said["SourceIdentity"] == incident, acts(&said));
    }
    // The intents come after the session that they are sent under.
    let entries = desk.journal();
    let first = |kind: &str| entries.iter().position(|entry| entry["kind"] == kind);
    assert!(first("assumed") < first("intended"));

    let key = world.key("leaked");
    let asked = desk.run(&["restore", &key, "--json"]);
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap().to_owned();
    let given = desk.run(&["apply", "--confirm", &code, "--json"]);
    given.assert(0, "restored");
    assert!(server.accepted(&world, &["leaked"])[0]);
    assert_eq!(
        server.snapshot()["users"]["ci-deploy"]["keys"],
        before["users"]["ci-deploy"]["keys"]
    );
    assert!(
        passes(&desk).len() > taken.len(),
        "it has a policy of its own"
    );
    desk.assert_journal_verifies();
    let report = desk.run(&["report", "--print"]);
    assert!(report.out.contains("## Sessions of our own"), "{report:?}");
    assert!(
        report.out.contains(&taken[0].session.to_string()),
        "{report:?}"
    );
    // Nothing of what the sessions are made of is anywhere.
    let secrets = fixture.given();
    assert!(secrets.len() > 4);
    let mut kept = format!("{told:?}{given:?}{report:?}");
    let mut folders = vec![desk.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                kept.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            }
        }
    }
    assert!(kept.contains("contain-responder"));
    assert!(!secrets.iter().any(|secret| kept.contains(secret)));
}

#[test]
fn what_is_issued_under_the_role_is_delivered_and_what_its_place_refuses_is_taken_away() {
    for refuses in [false, true] {
        let (server, world) = start();
        let sibling = json!({"UserName": "ci-deploy", "AccessKeyId": world.id("sibling")});
        call(&server, "iam", "delete_access_key", &sibling);
        let place = if refuses {
            // A place that is not encrypted takes no secret.
            let plain = json!({"Name": "/ci/deploy", "Type": "String", "Value": "x"});
            call(&server, "ssm", "put_parameter", &plain);
            "aws:parameter/us-east-1:/ci/deploy".to_owned()
        } else {
            store(&server, &world);
            format!("aws:secret/us-east-1:{SECRET}")
        };
        let desk = desk(&world, server.endpoint());
        let told = run_to(&place, &desk, &world, &["--yes", "--wait"]);
        assert!(!accepted(&server, &world.0["leaked"]), "{told:?}");
        if refuses {
            assert_eq!(desk.entries("discarded").len(), 1, "{told:?}");
            let name = json!({"UserName": "ci-deploy"});
            let keys = call(&server, "iam", "list_access_keys", &name);
            assert_eq!(keys["AccessKeyMetadata"].as_array().unwrap().len(), 1);
        } else {
            let new = stored(&server);
            assert_ne!(new["access_key_id"], world.id("leaked"), "{told:?}");
            assert!(accepted(&server, &new), "{told:?}");
        }
        let taken = passes(&desk);
        assert!(taken.iter().all(|pass| pass.notes.is_empty()), "{taken:?}");
        desk.assert_journal_verifies();
    }
}

#[test]
fn a_run_that_was_killed_goes_on_under_a_new_session() {
    let (server, world) = start();
    let proxy = Proxy::before(&server);
    let desk = desk(&world, proxy.endpoint());
    proxy.faults(&["UpdateAccessKey/1:late:60".to_owned()]);
    let running = desk.spawn(&wish(&world, &["--yes"]));
    assert_eq!(proxy.held()["action"], "UpdateAccessKey");
    running.kill();
    proxy.faults(&[]);
    proxy.release();
    let killed = passes(&desk);
    assert_eq!(killed.len(), 1);
    let told = desk.run(&["resume", "--json"]);
    told.assert(0, "isolated");
    let all = passes(&desk);
    assert!(all.len() > 1 && all[1].session != all[0].session, "{all:?}");
    assert_eq!(
        server.accepted(&world, &ALL),
        [false, false, true, true, true]
    );
    desk.assert_journal_verifies();
}

#[test]
fn a_session_that_ends_while_work_is_open_is_taken_anew_and_its_end_is_journaled() {
    let (server, world) = start();
    for (more, is_told) in [
        (&["--tells", "3", "--lives", "3"][..], true),
        // It ends and nothing said so: AWS refuses it, and another is taken.
        (&["--lives", "3"][..], false),
    ] {
        let fixture = Server::sessions(&server, more);
        let proxy = Proxy::before(&fixture);
        let desk = desk(&world, proxy.endpoint());
        let who = if is_told { "leaked" } else { "bot" };
        let subject = world.key(who);
        proxy.faults(&["PutUserPolicy/1:late:60".to_owned()]);
        let running = desk.spawn(&[
            "isolate",
            &subject,
            "--since",
            world.since(),
            "--yes",
            "--wait",
            "--json",
        ]);
        assert_eq!(proxy.held()["action"], "PutUserPolicy");
        // The second writing of the cut-off follows once the bound of two seconds has passed after this.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(4);
        while std::time::Instant::now() < deadline {
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        proxy.faults(&[]);
        proxy.release();
        let told = running.end();
        assert!(matches!(told.exit, 0 | 5), "{told:?}");
        assert!(!server.accepted(&world, &[who])[0]);
        let taken = passes(&desk);
        assert!(taken.len() > 1, "{is_told}: {taken:?}");
        let sessions: std::collections::BTreeSet<_> =
            taken.iter().map(|pass| pass.session.clone()).collect();
        assert_eq!(sessions.len(), taken.len());
        assert_eq!(desk.entries("lapsed").is_empty(), !is_told);
        assert!(
            told.json["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|item| item["status"] != "failed")
        );
        desk.assert_journal_verifies();
    }
}

#[test]
fn where_no_source_identity_may_be_set_it_goes_on_and_says_so() {
    let (server, world) = start();
    let fixture = Server::sessions(&server, &["--nameless"]);
    let desk = desk(&world, fixture.endpoint());
    desk.run(&wish(&world, &["--yes"])).assert(0, "isolated");
    let taken = passes(&desk);
    assert!(!taken.is_empty());
    for pass in &taken {
        assert_eq!(pass.source, None);
        assert!(pass.notes[0].contains("sts:SetSourceIdentity"), "{pass:?}");
    }
    let refused = fixture.assumed();
    let refused = refused.iter().filter(|said| said["status"] == 403);
    assert_eq!(refused.count(), 1, "it is tried once");
    let told = desk.run(&["doctor", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let said = checks(&told.json, "aws role");
    assert_eq!(said.len(), 1);
    assert!(
        said[0].0 && said[0].1.contains("sts:SetSourceIdentity"),
        "{said:?}"
    );
}

#[test]
fn a_policy_that_aws_cannot_pack_is_broader_and_bounded_and_that_is_journaled() {
    let (server, world) = start();
    let fixture = Server::sessions(&server, &["--packs", "1150"]);
    let subjects = users(&server, 10);
    let desk = desk(&world, fixture.endpoint()).file("subjects", &subjects.join("\n"));
    let told = desk.run(&["isolate", "--subjects", "subjects", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let mut taken = passes(&desk);
    taken.retain(|pass| {
        pass.notes
            .iter()
            .any(|note| note.contains("did not take the policy"))
    });
    assert!(!taken.is_empty());
    for pass in &taken {
        for (action, resource) in permitted(&pass.policy) {
            assert!(
                resource == "*" && !action.contains('*'),
                "{action} {resource}"
            );
        }
        assert!(!pass.policy.to_string().contains("CreateAccessKey"));
    }
}

#[test]
fn more_than_one_session_holds_is_split_and_each_permits_only_its_own() {
    let (server, world) = start();
    let subjects = users(&server, 30);
    let desk = desk(&world, server.endpoint()).file("subjects", &subjects.join("\n"));
    let run = ["isolate", "--subjects", "subjects", "--yes", "--json"];
    let told = desk.run(&run);
    assert_eq!(told.exit, 0, "{told:?}");
    let taken = passes(&desk);
    assert!(taken.len() > 2, "{}", taken.len());
    let mut changed = Vec::new();
    for pass in &taken {
        assert!(pass.policy.to_string().len() <= 2048 && pass.notes.is_empty());
        let put = permitted(&pass.policy).into_iter();
        let put = put.filter(|(action, _)| action == "iam:PutUserPolicy");
        changed.extend(put.map(|(_, resource)| resource));
    }
    for subject in &subjects {
        let name = subject.trim_start_matches("aws:");
        assert!(
            changed.iter().any(|resource| resource.ends_with(name)),
            "{subject}"
        );
    }
    assert!(!changed.iter().any(|resource| resource == "*"));
}

fn checks(json: &Value, what: &str) -> Vec<(bool, String)> {
    let rows = json["data"]["checks"].as_array().unwrap().iter();
    rows.filter(|row| row["what"] == what)
        .map(|row| {
            (
                row["advice"] == true,
                row["said"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

#[test]
fn doctor_says_what_lasts_and_whether_the_role_can_be_entered() {
    let (server, world) = start();
    let proxy = Proxy::before(&server);
    let plain = Desk::of(&world, proxy.endpoint());
    let told = plain.run(&["doctor", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let lasts = checks(&told.json, "aws lifetime");
    assert!(
        lasts[0].0 && lasts[0].1.contains("long-lived access key"),
        "{lasts:?}"
    );
    let role = checks(&told.json, "aws role");
    assert!(
        role[0].0 && role[0].1.contains("providers.aws.role"),
        "{role:?}"
    );

    let with_role = desk(&world, proxy.endpoint());
    let told = with_role.run(&["doctor", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let role = checks(&told.json, "aws role");
    assert!(
        !role[0].0 && role[0].1.contains("source identity"),
        "{role:?}"
    );
    let lasts = checks(&told.json, "aws lifetime");
    assert!(
        lasts[0].0 && lasts[0].1.contains("the key behind them"),
        "{lasts:?}"
    );

    let root = Desk::at(proxy.endpoint(), ("test", "test"));
    let told = root.run(&["doctor", "--json"]);
    let lasts = checks(&told.json, "aws lifetime");
    assert!(lasts[0].0 && lasts[0].1.contains("root"), "{lasts:?}");

    let session = &world.0["role_b"];
    let token = session["session_token"].as_str().unwrap();
    let short = Desk::at(
        proxy.endpoint(),
        (world.id("role_b"), world.secret("role_b")),
    )
    .with("AWS_SESSION_TOKEN", token);
    let told = short.run(&["doctor", "--json"]);
    let lasts = checks(&told.json, "aws lifetime");
    assert!(
        !lasts[0].0 && lasts[0].1.contains("ends by itself"),
        "{lasts:?}"
    );

    let nobody = Desk::of(&world, proxy.endpoint()).file(
        "contain.yaml",
        &workspace("").replace("contain-responder", "no-such-role"),
    );
    let told = nobody.run(&["doctor", "--json"]);
    assert_eq!(told.exit, 5, "{told:?}");
    let role = checks(&told.json, "aws role");
    assert!(role[0].1.contains("cannot be entered"), "{role:?}");
    assert!(proxy.mutations().is_empty(), "doctor changed something");
}
