//! AWS beyond IAM against MiniStack, through the adapter itself: what was done is seen by an independent client.
//!
//! Runs no playbook: how steps issue and deliver is the engine's, and proven there.

use std::collections::BTreeMap;

use contain::domain::{Arg, Because, Call, Fact, Fields, Locator, Named, Outcome, Secret, Tag};
use contain::provider::Provider as _;
use contain::provider::aws::Settings;
use serde_json::{Value, json};

use crate::bench::{Bench, made};
use crate::harness::{Server, World};

fn may(server: &Server, who: &Value, service: &str, operation: &str, parameters: &Value) -> bool {
    let input = json!({"credentials": who, "parameters": parameters});
    let told = server.world(&["may", service, operation], &input);
    told["accepted"].as_bool().unwrap()
}

fn let_read_secrets(server: &Server, user: &str) {
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "ssm:GetParameter*"], "Resource": "*"},
    ]});
    let parameters =
        json!({"UserName": user, "PolicyName": "secrets", "PolicyDocument": document.to_string()});
    made(server, "iam", "put_user_policy", &parameters);
}

#[tokio::test]
async fn a_new_key_goes_into_a_secret_and_is_nowhere_else_and_the_old_one_is_deleted() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    made(
        &server,
        "secretsmanager",
        "create_secret",
        &json!({"Name": "ci/deploy", "SecretString": "old"}),
    );
    let store = bench.resolve("aws:secret/ci/deploy").await;
    assert_eq!(store.id(), "us-east-1:ci/deploy");
    let user = bench.resolve("aws:user/ci-deploy").await;
    let issue = bench.call(
        "aws.create-access-key",
        &user,
        &Fields::new(),
        &Fields::new(),
    );

    // Two keys are there: AWS would allow no third, and MiniStack would.
    let refused = bench.perform(&issue).await;
    assert!(
        matches!(&refused, Outcome::Refused(why) if why.because == Because::Conflict && why.text.contains("aws.delete-access-key")),
        "{refused:?}"
    );
    let sibling = bench.resolve(&world.key("sibling")).await;
    bench
        .done(
            "aws.delete-access-key",
            &sibling,
            &json!({}),
            &Fields::new(),
        )
        .await;
    assert_eq!(bench.look(&sibling).await.fact, Fact::Gone);
    assert_eq!(
        server.accepted(&world, &["sibling", "leaked"]),
        [false, true]
    );
    let again = bench.call(
        "aws.delete-access-key",
        &sibling,
        &Fields::new(),
        &Fields::new(),
    );
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));

    assert_eq!(bench.reader().made(&issue).await, Ok(Vec::new()));
    let Outcome::Done(answer) = bench.perform(&issue).await else {
        panic!("no key")
    };
    let secret = answer.secret.unwrap();
    assert_eq!(bench.reader().made(&issue).await, Ok(answer.made.clone()));
    let put = bench.call(
        "aws.put-secret-value",
        &store,
        &Fields::new(),
        &Fields::new(),
    );
    let mut versions = Vec::new();
    for _ in 0..2 {
        let Outcome::Done(answer) = bench.deliver(&put, &secret).await else {
            panic!("not put")
        };
        versions.push(answer.fields["version"].clone());
    }
    assert_eq!(versions[0], versions[1], "a repeat is the same version");
    assert_eq!(bench.field(&store, "current").await, versions[0]);
    // Whoever reads the store signs with the new key.
    let stored = made(
        &server,
        "secretsmanager",
        "get_secret_value",
        &json!({"SecretId": "ci/deploy"}),
    );
    let stored: Value = serde_json::from_str(stored["SecretString"].as_str().unwrap()).unwrap();
    let key = json!({"access_key_id": stored["aws_access_key_id"], "secret_access_key": stored["aws_secret_access_key"]});
    let tried = server.world(&["try"], &json!({"new": key}));
    assert_eq!(tried["new"]["accepted"], true);
    assert_eq!(answer.made[0].id(), key["access_key_id"]);
    assert_eq!(bench.field(&answer.made[0], "status").await, "Active");
    assert!(!format!("{answer:?}", answer = answer.fields).contains(secret.expose()));

    // The vendor's own program comes to the same.
    let shown = bench.type_in("printf %s typed-in | ", &put);
    let now = json!({"SecretId": "ci/deploy"});
    let now = made(&server, "secretsmanager", "get_secret_value", &now);
    assert_eq!(now["SecretString"], "typed-in");
    assert!(!shown.contains("typed-in"), "{shown}");
    let leaked = bench.resolve(&world.key("leaked")).await;
    let delete = bench.call(
        "aws.delete-access-key",
        &leaked,
        &Fields::new(),
        &Fields::new(),
    );
    bench.type_in("", &delete);
    assert_eq!(bench.look(&leaked).await.fact, Fact::Gone);

    // The mark is told, and goes with the key.
    let marks = || {
        let said = made(
            &server,
            "iam",
            "get_user",
            &json!({"UserName": "ci-deploy"}),
        );
        let tags = said["User"]["Tags"].as_array().cloned().unwrap_or_default();
        tags.into_iter()
            .map(|tag| tag["Key"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(marks(), [answer.fields["tag_on_user"].clone()]);
    let theirs = json!({"UserName": "ci-deploy", "Tags": [{"Key": "team", "Value": "made up"}]});
    made(&server, "iam", "tag_user", &theirs);
    bench
        .done(
            "aws.delete-access-key",
            &answer.made[0],
            &json!({}),
            &Fields::new(),
        )
        .await;
    assert_eq!(marks(), ["team"]);
}

#[tokio::test]
async fn a_key_that_a_kill_left_is_found_by_the_mark_on_its_user_and_never_guessed() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    let tag = Tag("contain-test-killed".to_owned());
    let issue = Call {
        action: "aws.create-access-key".parse().unwrap(),
        target: bench.resolve("aws:user/release-bot").await,
        with: BTreeMap::new(),
        secret: None,
        tag: tag.clone(),
    };
    let mark = |at: &str, user: &str| {
        let value = format!("before {at} {}", world.id("bot"));
        let parameters = json!({"UserName": user, "Tags": [{"Key": tag.0, "Value": value}]});
        made(&server, "iam", "tag_user", &parameters);
    };
    let now = contain::domain::Time::now().to_string();
    mark(&now, "release-bot");
    assert_eq!(bench.reader().made(&issue).await, Ok(Vec::new()));
    // As if the call had been answered to nobody.
    let new = made(
        &server,
        "iam",
        "create_access_key",
        &json!({"UserName": "release-bot"}),
    );
    let id = new["AccessKey"]["AccessKeyId"].as_str().unwrap();
    let found = bench.reader().made(&issue).await.unwrap();
    assert_eq!(found.iter().map(Locator::id).collect::<Vec<_>>(), [id]);
    // One that came long after the mark may be anybody's.
    mark("2020-01-01T00:00:00Z", "release-bot");
    let why = bench.reader().made(&issue).await.unwrap_err();
    assert!(
        why.because == Because::Ambiguous && why.text.contains(id),
        "{why:?}"
    );
}

#[tokio::test]
async fn a_call_that_was_refused_leaves_no_mark_on_its_user() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    // Somebody who may mark users and make no keys.
    let half = json!({"UserName": "half"});
    made(&server, "iam", "create_user", &half);
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"},
    ]});
    let policy =
        json!({"UserName": "half", "PolicyName": "half", "PolicyDocument": document.to_string()});
    made(&server, "iam", "put_user_policy", &policy);
    let key = made(&server, "iam", "create_access_key", &half);
    let key = json!({
        "access_key_id": key["AccessKey"]["AccessKeyId"],
        "secret_access_key": key["AccessKey"]["SecretAccessKey"],
    });
    let theirs = World(json!({"half": key, "account": world.0["account"]}));
    let bench = Bench::as_key(&server, &theirs, "half", Settings::default());
    let user = bench.resolve("aws:user/release-bot").await;
    let issue = bench.call(
        "aws.create-access-key",
        &user,
        &Fields::new(),
        &Fields::new(),
    );
    let outcome = bench.perform(&issue).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Denied),
        "{outcome:?}"
    );
    let name = json!({"UserName": "release-bot"});
    let said = made(&server, "iam", "get_user", &name);
    assert_eq!(
        said["User"]["Tags"].as_array().map_or(0, Vec::len),
        0,
        "{said}"
    );
    assert_eq!(bench.reader().made(&issue).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_secret_is_denied_to_one_reader_then_to_all_and_given_back_exactly() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    made(
        &server,
        "secretsmanager",
        "create_secret",
        &json!({"Name": "db", "SecretString": "v"}),
    );
    let theirs = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*",
    }]});
    let policy = json!({"SecretId": "db", "ResourcePolicy": theirs.to_string()});
    made(&server, "secretsmanager", "put_resource_policy", &policy);
    for user in ["ci-deploy", "release-bot"] {
        let_read_secrets(&server, user);
    }
    let readers = || {
        ["leaked", "bot"].map(|who| {
            let read = json!({"SecretId": "db"});
            may(
                &server,
                &world.0[who],
                "secretsmanager",
                "get_secret_value",
                &read,
            )
        })
    };
    assert_eq!(readers(), [true, true]);
    let secret = bench.resolve("aws:secret/db").await;
    let reader = format!("aws:user/ci-deploy@{}", bench.account);
    let deny = "aws.deny-secret-reader";
    let before = bench
        .done(deny, &secret, &json!({"reader": reader}), &Fields::new())
        .await;
    assert_eq!(readers(), [false, true]);
    let other = json!({"reader": format!("aws:user/release-bot@{}", bench.account)});
    let call = bench.call(
        deny,
        &secret,
        &serde_json::from_value(other).unwrap(),
        &Fields::new(),
    );
    let outcome = bench.perform(&call).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Conflict),
        "{outcome:?}"
    );
    let all = bench
        .done("aws.deny-secret", &secret, &json!({}), &Fields::new())
        .await;
    assert_eq!(readers(), [false, false]);
    bench
        .done("aws.lift-secret-deny", &secret, &json!({}), &all)
        .await;
    assert_eq!(readers(), [false, true]);
    bench
        .done("aws.lift-secret-reader-deny", &secret, &json!({}), &before)
        .await;
    assert_eq!(readers(), [true, true]);
    // The vendor's own program comes to the same.
    let reader = json!({"reader": reader});
    let before = bench.by_hand(deny, &secret, &reader, &Fields::new()).await;
    assert_eq!(readers(), [false, true]);
    let all = bench
        .by_hand("aws.deny-secret", &secret, &json!({}), &Fields::new())
        .await;
    assert_eq!(readers(), [false, false]);
    bench
        .by_hand("aws.lift-secret-deny", &secret, &json!({}), &all)
        .await;
    bench
        .by_hand("aws.lift-secret-reader-deny", &secret, &json!({}), &before)
        .await;
    assert_eq!(readers(), [true, true]);
    let left = made(
        &server,
        "secretsmanager",
        "get_resource_policy",
        &json!({"SecretId": "db"}),
    );
    let left: Value = serde_json::from_str(left["ResourcePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(left, theirs);
}

#[tokio::test]
async fn the_previous_version_of_a_secret_becomes_current_and_back() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    made(
        &server,
        "secretsmanager",
        "create_secret",
        &json!({"Name": "db", "SecretString": "first"}),
    );
    made(
        &server,
        "secretsmanager",
        "put_secret_value",
        &json!({"SecretId": "db", "SecretString": "second"}),
    );
    let read = || {
        let said = made(
            &server,
            "secretsmanager",
            "get_secret_value",
            &json!({"SecretId": "db"}),
        );
        said["SecretString"].as_str().unwrap().to_owned()
    };
    let secret = bench.resolve("aws:secret/db").await;
    let stages = bench.look(&secret).await;
    let with = json!({"version": stages.text("previous").unwrap()});
    let before = bench
        .done("aws.return-secret-version", &secret, &with, &Fields::new())
        .await;
    assert_eq!(read(), "first");
    bench
        .done("aws.reinstate-secret-version", &secret, &json!({}), &before)
        .await;
    assert_eq!(read(), "second");
    let after = bench.look(&secret).await;
    assert_eq!(
        (after.text("current"), after.text("previous")),
        (stages.text("current"), stages.text("previous"))
    );
    // The vendor's own program comes to the same.
    let back = bench
        .by_hand("aws.return-secret-version", &secret, &with, &Fields::new())
        .await;
    assert_eq!(read(), "first");
    bench
        .by_hand("aws.reinstate-secret-version", &secret, &json!({}), &back)
        .await;
    assert_eq!(read(), "second");
}

#[tokio::test]
async fn a_secret_is_rotated_by_its_own_rotation_and_by_nothing_where_it_has_none() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    let secret = json!({"Name": "db", "SecretString": "first"});
    made(&server, "secretsmanager", "create_secret", &secret);
    let secret = bench.resolve("aws:secret/db").await;
    let rotate = bench.call("aws.rotate-secret", &secret, &Fields::new(), &Fields::new());
    let outcome = bench.perform(&rotate).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.text.contains("no rotation")),
        "{outcome:?}"
    );
    // MiniStack runs no function: what it calls the new version holds what the former one held.
    let set_up = json!({
        "SecretId": "db", "RotationLambdaARN": "arn:aws:lambda:us-east-1:000000000000:function:rotate",
        "RotationRules": {"AutomaticallyAfterDays": 30},
    });
    made(&server, "secretsmanager", "rotate_secret", &set_up);
    let before = bench.field(&secret, "current").await;
    let Outcome::Done(answer) = bench.perform(&rotate).await else {
        panic!("not rotated")
    };
    assert!(!answer.applied, "the function works after the answer");
    let after = bench.field(&secret, "current").await;
    assert_ne!(after, before);
    assert_eq!(after, answer.fields["version"]);
    // The vendor's own program asks for one version more.
    bench.type_in("", &rotate);
    assert_ne!(bench.field(&secret, "current").await, after);
}

#[tokio::test]
async fn the_end_of_sessions_is_lifted_and_what_it_ended_is_alive_again() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    let user = bench.resolve("aws:user/ci-deploy").await;
    let role = bench.resolve("aws:role/role-a").await;
    let held = |kind: &str, operation: &str, name: &Value| {
        let said = made(&server, "iam", operation, name);
        said["PolicyNames"]
            .as_array()
            .unwrap()
            .iter()
            .any(|name| name == kind)
    };
    for (target, end, lift, operation, name) in [
        (
            &user,
            "aws.end-user-sessions",
            "aws.lift-user-session-end",
            "list_user_policies",
            json!({"UserName": "ci-deploy"}),
        ),
        (
            &role,
            "aws.end-role-sessions",
            "aws.lift-role-session-end",
            "list_role_policies",
            json!({"RoleName": "role-a"}),
        ),
    ] {
        for by_hand in [false, true] {
            let before = bench.look(target).await.fields().cloned().unwrap();
            let mut call = bench.call(end, target, &Fields::new(), &Fields::new());
            let soon = contain::domain::Time::now() + std::time::Duration::from_secs(3);
            call.with
                .insert("end_sessions".to_owned(), Arg::Is(json!(soon.to_string())));
            let outcome = bench.perform(&call).await;
            assert!(matches!(outcome, Outcome::Done(_)), "{end}: {outcome:?}");
            assert!(held("contain-end-sessions", operation, &name), "{end}");
            if *target == user {
                assert_eq!(
                    server.accepted(&world, &["session", "leaked"]),
                    [false, true]
                );
            }
            let nothing = json!({});
            if by_hand {
                bench.by_hand(lift, target, &nothing, &before).await;
            } else {
                bench.done(lift, target, &nothing, &before).await;
            }
            assert!(!held("contain-end-sessions", operation, &name), "{lift}");
            assert_eq!(server.accepted(&world, &["session"]), [true]);
        }
    }
}

#[tokio::test]
async fn a_value_goes_into_an_encrypted_parameter_and_into_no_other() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    for (name, kind) in [("/ci/token", "SecureString"), ("/ci/url", "String")] {
        made(
            &server,
            "ssm",
            "put_parameter",
            &json!({"Name": name, "Type": kind, "Value": "old"}),
        );
    }
    let token = bench.resolve("aws:parameter//ci/token").await;
    let put = bench.call(
        "aws.put-parameter-value",
        &token,
        &Fields::new(),
        &Fields::new(),
    );
    let Outcome::Done(answer) = bench.deliver(&put, &Secret::new("new".to_owned())).await else {
        panic!("not put")
    };
    assert_eq!(
        (&answer.fields["version_before"], &answer.fields["version"]),
        (&json!(1), &json!(2))
    );
    let said = made(
        &server,
        "ssm",
        "get_parameter",
        &json!({"Name": "/ci/token", "WithDecryption": true}),
    );
    assert_eq!(said["Parameter"]["Value"], "new");
    assert_eq!(said["Parameter"]["Type"], "SecureString");
    let shown = bench.type_in("printf %s typed-in | ", &put);
    let decrypted = json!({"Name": "/ci/token", "WithDecryption": true});
    let said = made(&server, "ssm", "get_parameter", &decrypted);
    assert_eq!(said["Parameter"]["Value"], "typed-in");
    assert!(!shown.contains("typed-in"), "{shown}");
    let clear = bench.resolve("aws:parameter//ci/url").await;
    let put = bench.call(
        "aws.put-parameter-value",
        &clear,
        &Fields::new(),
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.text.contains("in clear")),
        "{outcome:?}"
    );
    let without = bench.perform(&put).await;
    assert!(
        matches!(&without, Outcome::Refused(why) if why.because == Because::Invalid),
        "{without:?}"
    );
    let gone = Locator::new(token.kind(), "us-east-1:/ci/none", token.account());
    assert_eq!(bench.look(&gone).await.fact, Fact::Gone);
}

#[tokio::test]
async fn a_function_is_stopped_and_gets_back_exactly_the_concurrency_that_it_had() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let bench = Bench::of(&server, &world);
    // An empty archive, in base64 as the SDK would send it.
    let role = world.0["role_a"]["arn"].clone();
    let parameters = json!({
        "FunctionName": "hook", "Runtime": "python3.12", "Role": role, "Handler": "a.b",
        "Code": {"ZipFile": "PK\u{5}\u{6}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
        "Environment": {"Variables": {"TOKEN": "old", "MODE": "live"}},
    });
    made(&server, "lambda", "create_function", &parameters);
    let function = bench.resolve("aws:function/hook").await;
    assert_eq!(
        bench.field(&function, "variables").await,
        json!(["MODE", "TOKEN"])
    );
    assert_eq!(
        bench.field(&function, "principal").await,
        format!("aws:role/role-a@{}", bench.account)
    );
    let reserved = || {
        let said = made(
            &server,
            "lambda",
            "get_function_concurrency",
            &json!({"FunctionName": "hook"}),
        );
        said["ReservedConcurrentExecutions"].clone()
    };
    for had in [Value::Null, json!(7)] {
        if !had.is_null() {
            let parameters = json!({"FunctionName": "hook", "ReservedConcurrentExecutions": had});
            made(&server, "lambda", "put_function_concurrency", &parameters);
        }
        let before = bench
            .done("aws.stop-function", &function, &json!({}), &Fields::new())
            .await;
        assert_eq!(reserved(), 0);
        bench
            .done("aws.start-function", &function, &json!({}), &before)
            .await;
        assert_eq!(reserved(), had);
        // The vendor's own program comes to the same.
        let before = bench
            .by_hand("aws.stop-function", &function, &json!({}), &Fields::new())
            .await;
        assert_eq!(reserved(), 0);
        bench
            .by_hand("aws.start-function", &function, &json!({}), &before)
            .await;
        assert_eq!(reserved(), had);
    }
    let with = serde_json::from_value(json!({"variable": "TOKEN"})).unwrap();
    let put = bench.call(
        "aws.put-function-variable",
        &function,
        &with,
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let variables = || {
        let name = json!({"FunctionName": "hook"});
        let said = made(&server, "lambda", "get_function_configuration", &name);
        said["Environment"]["Variables"].clone()
    };
    assert_eq!(variables(), json!({"TOKEN": "new", "MODE": "live"}));
    let shown = bench.type_in("printf %s typed-in | ", &put);
    assert_eq!(variables(), json!({"TOKEN": "typed-in", "MODE": "live"}));
    assert!(
        !shown.contains("typed-in") && !shown.contains("live"),
        "{shown}"
    );
    bench.deliver(&put, &Secret::new("new".to_owned())).await;
    let seen = bench.look(&function).await;
    assert!(!format!("{seen:?}").contains("new"), "{seen:?}");
    let with = serde_json::from_value(json!({"variable": "ABSENT"})).unwrap();
    let put = bench.call(
        "aws.put-function-variable",
        &function,
        &with,
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Missing),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn another_account_is_reached_by_its_role_and_without_one_it_is_named() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let home = world.0["account"].as_str().unwrap();
    let there = json!({"access_key_id": "222222222222", "secret_access_key": "test"});
    let as_root = |service: &str, operation: &str, parameters: &Value| {
        let input = json!({"credentials": there, "parameters": parameters});
        server.world(&["call", service, operation], &input)
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{home}:root")}, "Action": "sts:AssumeRole",
    }]});
    let role = json!({"RoleName": "responder", "AssumeRolePolicyDocument": trust.to_string()});
    as_root("iam", "create_role", &role);
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let policy =
        json!({"RoleName": "responder", "PolicyName": "all", "PolicyDocument": all.to_string()});
    as_root("iam", "put_role_policy", &policy);
    as_root("iam", "create_user", &json!({"UserName": "ci-deploy"}));
    let key = as_root(
        "iam",
        "create_access_key",
        &json!({"UserName": "ci-deploy"}),
    );
    let id = key["AccessKey"]["AccessKeyId"].as_str().unwrap();
    as_root(
        "ssm",
        "put_parameter",
        &json!({"Name": "/there", "Type": "SecureString", "Value": "old"}),
    );

    let alone = Bench::of(&server, &world);
    let foreign: Named = "aws:user/ci-deploy@222222222222".parse().unwrap();
    let why = alone
        .reader()
        .resolve(std::slice::from_ref(&foreign))
        .await
        .remove(0)
        .unwrap_err();
    assert_eq!(why.because, Because::Foreign);
    assert!(
        why.text
            .contains("providers.aws.accounts.\"222222222222\".role"),
        "{why:?}"
    );

    let arn = "arn:aws:iam::222222222222:role/responder".to_owned();
    let settings = Settings {
        accounts: [("222222222222".to_owned(), arn)].into(),
        ..Settings::default()
    };
    let bench = Bench::as_key(&server, &world, "responder", settings);
    let ours = bench.resolve("aws:user/ci-deploy").await;
    assert_eq!(ours.account(), Some(home));
    let key = bench
        .resolve(&format!("aws:access-key/{id}@222222222222"))
        .await;
    let seen = bench.reader().observe(&[ours.clone(), key.clone()]).await;
    assert_eq!((&seen[0].target, &seen[1].target), (&ours, &key));
    assert_eq!(seen[1].text("status"), Some("Active"));
    bench
        .done(
            "aws.deactivate-access-key",
            &key,
            &json!({}),
            &Fields::new(),
        )
        .await;
    let said = as_root("iam", "list_access_keys", &json!({"UserName": "ci-deploy"}));
    assert_eq!(said["AccessKeyMetadata"][0]["Status"], "Inactive");
    // Requests that are signed by hand go there with the same credentials.
    let parameter = bench.resolve("aws:parameter//there@222222222222").await;
    let put = bench.call(
        "aws.put-parameter-value",
        &parameter,
        &Fields::new(),
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let said = as_root(
        "ssm",
        "get_parameter",
        &json!({"Name": "/there", "WithDecryption": true}),
    );
    assert_eq!(said["Parameter"]["Value"], "new");

    let whole = bench.reader().whoami().await.unwrap();
    let names = |all: &[Locator]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(
        names(&whole).contains(&"aws:role/responder@222222222222".to_owned()),
        "{whole:?}"
    );
    let there = bench
        .aws
        .reader(Some("222222222222"))
        .whoami()
        .await
        .unwrap();
    let told = names(&there);
    assert_eq!(told[1], "aws:role/responder@222222222222");
    assert!(
        told.contains(&format!("aws:user/responder@{home}")),
        "{told:?}"
    );
}
