//! What contain itself stands on at AWS, read from a server that enforces: group, policy, trust and whom it names.

use serde_json::json;

use super::iam::{call, document};
use crate::harness::{Desk, Server, Told};

/// Isolates something old enough that nothing else comes with it.
fn isolate(desk: &Desk, what: &str, more: &[&str]) -> Told {
    let since = contain::domain::Clock::wall().now().to_string();
    let mut arguments = vec!["isolate", what, "--since", &since, "--yes", "--json"];
    arguments.extend(more);
    desk.run(&arguments)
}

/// Whether it waits for the code, because contain itself would be stopped, and says how.
fn assert_kept(told: &Told, action: &str, what: &str, why: &str) {
    let item = told.item(what, action);
    assert_eq!(
        (&item["tier"], &item["status"]),
        (&json!(3), &json!("blocked")),
        "{item}"
    );
    assert_eq!(item["changed"], false, "{item}");
    let reasons = item["why"].to_string();
    assert!(reasons.contains("[own-branch]"), "{item}");
    assert!(
        reasons.contains("contain itself") && reasons.contains(why),
        "{reasons}"
    );
}

#[test]
fn what_our_user_has_through_a_group_is_taken_away_only_by_the_code() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    for (group, user) in [("responders", "responder"), ("readers", "release-bot")] {
        call(&server, "create_group", &json!({"GroupName": group}));
        let policy = json!({"GroupName": group, "PolicyName": "act", "PolicyDocument": document(&["iam:*"])});
        call(&server, "put_group_policy", &policy);
        call(
            &server,
            "add_user_to_group",
            &json!({"GroupName": group, "UserName": user}),
        );
    }
    for (what, action, why) in [
        (
            "aws:group-membership/responders/responder",
            "aws.remove-group-member",
            "has through it what group responders is granted",
        ),
        (
            "aws:inline-policy/group/responders/act",
            "aws.remove-inline-policy",
            "it grants group responders",
        ),
        (
            "aws:inline-policy/user/responder/work",
            "aws.remove-inline-policy",
            "it grants aws:user/responder",
        ),
    ] {
        assert_kept(&isolate(&desk, what, &[]), action, what, why);
    }
    // The same of somebody else is an ordinary cut.
    let told = isolate(&desk, "aws:inline-policy/group/readers/act", &[]);
    assert_eq!(told.exit, 0, "{told:?}");
}

#[test]
fn whom_the_trust_of_our_role_names_alone_is_cut_only_by_the_code() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let policy =
        json!({"RoleName": "role-b", "PolicyName": "work", "PolicyDocument": document(&["*"])});
    call(&server, "put_role_policy", &policy);
    let arn =
        |user: &str| call(&server, "get_user", &json!({"UserName": user}))["User"]["Arn"].clone();
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": arn("release-bot")}, "Action": "sts:AssumeRole"},
    ]});
    let trusted = json!({"RoleName": "role-b", "PolicyDocument": trust.to_string()});
    call(&server, "update_assume_role_policy", &trusted);
    // Our session was taken before; nobody told us by whom.
    let session = &world.0["role_b"];
    let text = |name: &str| session[name].as_str().unwrap().to_owned();
    let (id, secret, token) = (
        text("access_key_id"),
        text("secret_access_key"),
        text("session_token"),
    );
    let desk = Desk::at(server.endpoint(), (&id, &secret)).with("AWS_SESSION_TOKEN", &token);
    let desk = desk.bounded();
    let bot = world.key("bot");
    for (what, action, why) in [
        (
            "aws:user/release-bot",
            "aws.deny-user",
            "the trust of aws:role/role-b",
        ),
        (
            bot.as_str(),
            "aws.deactivate-access-key",
            "it is a key of aws:user/release-bot",
        ),
        (
            "aws:role-trust/role-b",
            "aws.close-role-trust",
            "it is named itself",
        ),
    ] {
        assert_kept(&isolate(&desk, what, &[]), action, what, why);
    }
    assert!(server.accepted(&world, &["bot", "role_b"]) == [true, true]);

    // Once it names somebody else too, either may go and we still come in: a colleague who is compromised is cut like
    // anybody, and the trust itself is kept.
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": [arn("release-bot"), arn("responder")]}, "Action": "sts:AssumeRole"},
    ]});
    let trusted = json!({"RoleName": "role-b", "PolicyDocument": trust.to_string()});
    call(&server, "update_assume_role_policy", &trusted);
    let told = isolate(&desk, &bot, &[]);
    let item = told.item(world.id("bot"), "aws.deactivate-access-key");
    assert_eq!(item["verdict"], "observed", "{told:?}");
    assert!(server.accepted(&world, &["bot", "role_b"]) == [false, true]);
    let told = isolate(&desk, "aws:role-trust/role-b", &[]);
    assert_kept(
        &told,
        "aws.close-role-trust",
        "aws:role-trust/role-b",
        "it is named itself",
    );
}

#[test]
fn what_others_need_is_kept_like_our_own_branch() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&["doctor", "--json"]).json.to_string();
    let account = told.split("aws:user/responder@").nth(1).unwrap();
    let account: String = account.chars().take_while(char::is_ascii_digit).collect();
    let bot = format!("{}@{account}", world.key("bot"));
    let kept = format!(
        "guarded:\n  - {{what: {bot}, because: Ada approves with it}}\nprotected: [\"aws:user/ci-deploy@{account}\"]\n"
    );
    let text = std::fs::read_to_string(desk.path().join("here/contain.yaml")).unwrap();
    let desk = desk.file("contain.yaml", &format!("{text}{kept}"));
    for (what, action, why) in [
        (
            "aws:user/release-bot",
            "aws.deny-user",
            "(Ada approves with it)",
        ),
        (
            &world.key("leaked"),
            "aws.deactivate-access-key",
            "is held by aws:user/ci-deploy",
        ),
    ] {
        let told = isolate(&desk, what, &[]);
        let item = told.item(what, action);
        assert_eq!(item["status"], "blocked", "{item}");
        assert!(item["why"].to_string().contains(why), "{item}");
    }
    assert!(server.accepted(&world, &["bot", "leaked"]) == [true, true]);
}
