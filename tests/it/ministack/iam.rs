//! IAM beside keys and sessions: each way in is closed and opened again, and an independent client sees it.

use serde_json::{Value, json};

use crate::harness::{Desk, Server, Told, World};

pub(super) fn call(server: &Server, operation: &str, parameters: &Value) -> Value {
    let asked = json!({"parameters": parameters});
    server.world(&["call", "iam", operation], &asked)
}

/// Whether a call is let through, made with somebody's credentials.
fn may(server: &Server, who: &Value, service: &str, operation: &str, parameters: &Value) -> bool {
    let asked = json!({"credentials": who, "parameters": parameters});
    server.world(&["call", service, operation], &asked)["refused"] != true
}

fn lists_buckets(server: &Server, who: &Value) -> bool {
    may(server, who, "s3", "list_buckets", &json!({}))
}

fn enters(server: &Server, who: &Value, arn: &Value) -> bool {
    let parameters = json!({"RoleArn": arn, "RoleSessionName": "again"});
    may(server, who, "sts", "assume_role", &parameters)
}

/// Isolates one thing; what its user held before is older than the window and stays.
fn isolate(desk: &Desk, what: &str) -> Told {
    let since = contain::domain::Clock::wall().now().to_string();
    let told = desk.run(&["isolate", what, "--since", &since, "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    told
}

/// Gives one thing back, by the code of the plan where a plain yes is not enough.
fn restore(desk: &Desk, what: &str) -> Told {
    let asked = desk.run(&["restore", what, "--yes", "--json"]);
    if asked.exit != 3 {
        return asked;
    }
    let code = asked.json["confirm"].as_str().unwrap().to_owned();
    desk.run(&["apply", &code, "--confirm", &code, "--json"])
}

fn start() -> (Server, World, Desk) {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    (server, world, desk)
}

pub(super) fn document(actions: &[&str]) -> String {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// A new temporary session of the leaked key, signed as the console signs.
fn console(server: &Server, world: &World) -> Value {
    let asked = json!({"credentials": world.0["leaked"], "parameters": {"DurationSeconds": 900}});
    let made = server.world(&["call", "sts", "get_session_token"], &asked);
    let made = &made["Credentials"];
    json!({
        "access_key_id": made["AccessKeyId"],
        "secret_access_key": made["SecretAccessKey"],
        "session_token": made["SessionToken"],
    })
}

#[test]
fn a_console_log_in_is_of_no_use_while_blocked_and_its_password_stays() {
    let (server, world, desk) = start();
    let profile = json!({"UserName": "ci-deploy", "Password": "made-by-a-test-1"});
    call(&server, "create_login_profile", &profile);
    assert!(lists_buckets(&server, &console(&server, &world)));
    let told = isolate(&desk, "aws:login-profile/ci-deploy");
    let item = told.item("login-profile/ci-deploy", "aws.block-console-login");
    assert_eq!(item["verdict"], "observed");
    let later = console(&server, &world);
    assert!(
        !lists_buckets(&server, &later),
        "a session taken after the cut"
    );
    assert!(
        lists_buckets(&server, &world.0["leaked"]),
        "the key is not the console"
    );
    let there = call(
        &server,
        "get_login_profile",
        &json!({"UserName": "ci-deploy"}),
    );
    assert_eq!(there["LoginProfile"]["UserName"], "ci-deploy");
    let back = restore(&desk, "aws:login-profile/ci-deploy@000000000000");
    assert_eq!(back.exit, 0, "{back:?}");
    back.item("login-profile/ci-deploy", "aws.allow-console-login");
    let policies = call(
        &server,
        "list_user_policies",
        &json!({"UserName": "ci-deploy"}),
    );
    assert!(
        !policies.to_string().contains("contain-console"),
        "{policies}"
    );
}

#[test]
fn a_user_is_isolated_with_its_password_and_a_key_lists_it_as_a_sibling() {
    let (server, world, desk) = start();
    let profile = json!({"UserName": "ci-deploy", "Password": "made-by-a-test-1"});
    call(&server, "create_login_profile", &profile);
    let key = world.key("leaked");
    // Inside the window it would count as made by whoever holds the key.
    let since = contain::domain::Clock::wall().now().to_string();
    let told = desk.run(&["isolate", &key, "--since", &since, "--yes", "--json"]);
    let sibling = told.alive("aws:login-profile/ci-deploy");
    let command = sibling["cut_with"].as_str().unwrap();
    assert!(command.contains("aws:login-profile/ci-deploy"), "{command}");
    let told = desk.run(&["isolate", "aws:user/ci-deploy", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let item = told.item("login-profile/ci-deploy", "aws.block-console-login");
    assert_eq!(
        (&item["relation"], &item["verdict"]),
        (&json!("held"), &json!("observed"))
    );
}

#[test]
fn nobody_enters_a_role_whose_trust_is_closed_and_the_document_comes_back_to_the_letter() {
    let (server, world, desk) = start();
    let (bot, arn) = (&world.0["bot"], &world.0["role_b"]["arn"]);
    let trust = |server: &Server| server.snapshot()["roles"]["role-b"]["trust"].clone();
    let before = trust(&server);
    assert!(enters(&server, bot, arn));
    let told = isolate(&desk, "aws:role-trust/role-b");
    let item = told.item("role-trust/role-b", "aws.close-role-trust");
    assert_eq!(item["verdict"], "observed");
    assert!(!enters(&server, bot, arn));
    let back = restore(&desk, "aws:role-trust/role-b@000000000000");
    assert_eq!(back.exit, 0, "{back:?}");
    back.item("role-trust/role-b", "aws.reopen-role-trust");
    assert!(enters(&server, bot, arn));
    assert_eq!(trust(&server), before);
}

#[test]
fn a_trust_policy_that_somebody_else_wrote_meanwhile_is_not_overwritten() {
    let (server, world, desk) = start();
    isolate(&desk, "aws:role-trust/role-b");
    let theirs = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Theirs", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": format!("arn:aws:iam::{}:user/release-bot", world.0["account"].as_str().unwrap())},
    }]});
    let parameters = json!({"RoleName": "role-b", "PolicyDocument": theirs.to_string()});
    call(&server, "update_assume_role_policy", &parameters);
    let back = restore(&desk, "aws:role-trust/role-b@000000000000");
    assert_ne!(back.exit, 0, "{back:?}");
    assert!(
        back.json.to_string().contains("changed by somebody else"),
        "{back:?}"
    );
    let now = &server.snapshot()["roles"]["role-b"]["trust"];
    assert_eq!(now["Statement"][0]["Sid"], "Theirs");
}

const NARROW: &str = "contain: 1
playbook: narrow
summary: Leave only reading
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - id: narrow
      do: narrow
      target: \"${subject}\"
";

#[test]
fn a_user_and_a_role_are_left_only_reading_until_their_own_boundary_is_back() {
    let (server, world, desk) = start();
    let desk = desk.file("narrow.yaml", NARROW);
    let made = json!({"PolicyName": "theirs", "PolicyDocument": document(&["*"])});
    let theirs = call(&server, "create_policy", &made)["Policy"]["Arn"].clone();
    let bound = json!({"UserName": "ci-deploy", "PermissionsBoundary": theirs});
    call(&server, "put_user_permissions_boundary", &bound);
    let before = server.snapshot();
    let (leaked, session) = (&world.0["leaked"], &world.0["role_a"]);
    let mints = |who: &Value| {
        let parameters = json!({"UserName": "ci-deploy"});
        may(&server, who, "iam", "create_access_key", &parameters)
    };
    assert!(lists_buckets(&server, leaked) && lists_buckets(&server, session));
    for (subject, action) in [
        ("aws:user/ci-deploy", "aws.narrow-user"),
        ("aws:role/role-a", "aws.narrow-role"),
    ] {
        let told = desk.run(&[
            "run",
            "narrow.yaml",
            "--subject",
            subject,
            "--yes",
            "--json",
        ]);
        assert_eq!(told.exit, 0, "{told:?}");
        let name = subject.rsplit('/').next().unwrap();
        assert_eq!(told.item(name, action)["verdict"], "observed");
    }
    assert!(
        lists_buckets(&server, leaked) && lists_buckets(&server, session),
        "reading is left"
    );
    assert!(!mints(leaked), "minting is not");
    assert!(
        !enters(&server, leaked, &world.0["role_a"]["arn"]),
        "tokens are not"
    );
    for (subject, action) in [
        ("aws:user/ci-deploy@000000000000", "aws.widen-user"),
        ("aws:role/role-a@000000000000", "aws.widen-role"),
    ] {
        let incidents: Value = desk.run(&["incident", "list", "--json"]).json;
        let text = incidents.to_string();
        assert!(text.contains("incident"), "{text}");
        let back = restore_in_any(&desk, subject);
        assert_eq!(back.exit, 0, "{back:?}");
        back.item(subject.split('@').next().unwrap(), action);
    }
    assert_eq!(
        server.snapshot(),
        before,
        "the boundary of theirs is back, and none where none was"
    );
    assert!(enters(&server, leaked, &world.0["role_a"]["arn"]));
}

/// Gives something back in whichever incident it was cut.
fn restore_in_any(desk: &Desk, what: &str) -> Told {
    for incident in desk.incidents() {
        let id = incident.file_name().unwrap().to_str().unwrap().to_owned();
        let told = desk.run(&["restore", what, "--incident", &id, "--yes", "--json"]);
        if told.exit == 0 && told.json["items"].to_string().contains("aws.widen") {
            return told;
        }
    }
    panic!("{what} was cut in no incident")
}

#[test]
fn what_grants_access_is_taken_away_and_put_back_as_it_stood() {
    let (server, world, desk) = start();
    let bot = &world.0["bot"];
    let made = json!({"PolicyName": "more", "PolicyDocument": document(&["iam:ListUsers"])});
    let arn = call(&server, "create_policy", &made)["Policy"]["Arn"].clone();
    let arn = arn.as_str().unwrap();
    let on = json!({"UserName": "release-bot", "PolicyArn": arn});
    call(&server, "attach_user_policy", &on);
    call(&server, "create_group", &json!({"GroupName": "readers"}));
    let group = json!({"GroupName": "readers", "PolicyName": "read", "PolicyDocument": document(&["iam:ListRoles"])});
    call(&server, "put_group_policy", &group);
    let member = json!({"GroupName": "readers", "UserName": "release-bot"});
    call(&server, "add_user_to_group", &member);
    call(
        &server,
        "create_instance_profile",
        &json!({"InstanceProfileName": "web"}),
    );
    let role = json!({"InstanceProfileName": "web", "RoleName": "role-b"});
    call(&server, "add_role_to_instance_profile", &role);
    let profile = |server: &Server| {
        let told = call(
            server,
            "get_instance_profile",
            &json!({"InstanceProfileName": "web"}),
        );
        told["InstanceProfile"]["Roles"]
            .as_array()
            .map_or(0, Vec::len)
    };
    let none = json!({});
    let lists = |what: &str| may(&server, bot, "iam", what, &none);
    let before = server.snapshot();
    assert!(lists("list_users") && lists("list_roles") && profile(&server) == 1);

    let attachment = format!("aws:policy-attachment/user/release-bot/{arn}");
    let cuts = [
        (
            attachment.as_str(),
            "aws.detach-policy",
            "aws.attach-policy",
        ),
        (
            "aws:inline-policy/user/release-bot/work",
            "aws.remove-inline-policy",
            "aws.put-inline-policy",
        ),
        (
            "aws:group-membership/readers/release-bot",
            "aws.remove-group-member",
            "aws.add-group-member",
        ),
        (
            "aws:instance-profile/web",
            "aws.empty-instance-profile",
            "aws.fill-instance-profile",
        ),
    ];
    let subjects = cuts.map(|(what, ..)| what).join("\n");
    let desk = desk.file("subjects", &subjects);
    let told = desk.run(&["isolate", "--subjects", "subjects", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    for (what, cut, _) in &cuts {
        assert_eq!(told.item(what, cut)["verdict"], "observed", "{what}");
    }
    assert!(!lists("list_users") && !lists("list_roles") && !lists_buckets(&server, bot));
    assert_eq!(profile(&server), 0);
    let user = server.snapshot()["users"]["release-bot"].clone();
    assert_eq!(user["attached"], json!([]));

    let back = desk.run(&["restore", "--yes", "--json"]);
    assert_eq!(back.exit, 0, "{back:?}");
    for (what, _, inverse) in &cuts {
        assert_eq!(back.item(what, inverse)["status"], "confirmed", "{what}");
    }
    assert!(lists("list_users") && lists("list_roles") && lists_buckets(&server, bot));
    assert_eq!(profile(&server), 1);
    let (was, is) = (before, server.snapshot());
    for field in ["attached", "boundary", "keys"] {
        assert_eq!(
            is["users"]["release-bot"][field],
            was["users"]["release-bot"][field]
        );
    }
    let work = |of: &Value| of["users"]["release-bot"]["policies"]["work"].clone();
    assert_eq!(work(&is), work(&was));
}
