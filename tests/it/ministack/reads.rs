//! What a leaked key could read: found by policy, listed with the command that cuts it, and cut when it is included.

use serde_json::{Value, json};

use crate::harness::{Desk, Server, World};

/// A world where the leaked key's user and the bot may read what is named so, and the bot one more by its own policy.
fn world() -> (Server, World) {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let account = world.0["account"].as_str().unwrap();
    let call = |service: &str, operation: &str, parameters: Value| {
        server.world(
            &["call", service, operation],
            &json!({"parameters": parameters}),
        )
    };
    for name in ["ci/db", "ci/api", "ops/root"] {
        call(
            "secretsmanager",
            "create_secret",
            json!({"Name": name, "SecretString": "v"}),
        );
    }
    for (name, kind) in [
        ("/ci/token", "SecureString"),
        ("/ci/plain", "String"),
        ("/ops/key", "SecureString"),
    ] {
        call(
            "ssm",
            "put_parameter",
            json!({"Name": name, "Value": "v", "Type": kind}),
        );
    }
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:*:*:secret:ci/*"},
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": format!("arn:aws:ssm:*:{account}:parameter/ci/*")},
    ]});
    for user in ["ci-deploy", "release-bot"] {
        let policy = json!({"UserName": user, "PolicyName": "secrets", "PolicyDocument": document.to_string()});
        call("iam", "put_user_policy", policy);
    }
    (server, world)
}

/// Whether these credentials may read these secrets.
fn reads(server: &Server, who: &Value, names: &[&str]) -> Vec<bool> {
    let read = |name: &&str| {
        let asked = json!({"credentials": who, "parameters": {"SecretId": name}});
        server.world(&["may", "secretsmanager", "get_secret_value"], &asked)["accepted"] == true
    };
    names.iter().map(read).collect()
}

const SECRETS: [&str; 3] = ["ci/db", "ci/api", "ops/root"];

#[test]
fn what_could_be_read_is_listed_with_its_command_and_denied_to_the_reader_alone_when_included() {
    let (server, world) = world();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let key = world.key("leaked");
    let told = desk.run(&["isolate", &key, "--since", world.since(), "--yes", "--json"]);
    told.assert(0, "isolated");
    for name in [
        "secret/us-east-1:ci/db",
        "secret/us-east-1:ci/api",
        "parameter/us-east-1:/ci/token",
    ] {
        let alive = told.alive(&format!("aws:{name}"));
        let why = alive["why"].as_str().unwrap();
        assert!(
            why.contains("nothing shows that it was") && why.contains("user/ci-deploy is allowed"),
            "{why}"
        );
        assert!(
            alive["cut_with"]
                .as_str()
                .unwrap()
                .ends_with("--include could-read")
        );
    }
    let listed = told.json["still_alive"].to_string();
    for never in ["ops/root", "/ci/plain", "/ops/key"] {
        assert!(!listed.contains(never), "{never}: {listed}");
    }
    // The sibling of the leaked key is alive, and reads on.
    assert_eq!(
        reads(&server, &world.0["sibling"], &SECRETS),
        [true, true, false]
    );

    let more = ["--include", "could-read", "--yes", "--json"];
    let told = desk.run(&[&["isolate", &key, "--since", world.since()], &more[..]].concat());
    for name in ["ci/db", "ci/api"] {
        let item = told.item(
            &format!("secret/us-east-1:{name}"),
            "aws.deny-secret-reader",
        );
        assert_eq!(item["verdict"], "observed", "{told:?}");
    }
    assert_eq!(
        reads(&server, &world.0["sibling"], &SECRETS),
        [false, false, false]
    );
    assert_eq!(
        reads(&server, &world.0["bot"], &SECRETS),
        [true, true, false]
    );
    // No call of AWS's denies a reader of a parameter by itself: a person does.
    let owed = told.json["obligations"].to_string() + &told.json["items"].to_string();
    assert!(owed.contains("deny ssm:GetParameter*"), "{owed}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );

    let verified = desk.run(&["verify", "--json"]);
    let listed = verified.json["still_alive"].to_string();
    assert!(!listed.contains("nothing shows that it was (arn:aws:iam::000000000000:user/ci-deploy is allowed secretsmanager"), "{verified:?}");
}

#[test]
fn who_may_not_look_for_secrets_says_so_and_contains_all_the_same() {
    let (server, world) = world();
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": ["secretsmanager:ListSecrets", "ssm:DescribeParameters"], "Resource": "*"},
    ]});
    let policy =
        json!({"UserName": "responder", "PolicyName": "blind", "PolicyDocument": deny.to_string()});
    server.world(
        &["call", "iam", "put_user_policy"],
        &json!({"parameters": policy}),
    );
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let key = world.key("leaked");
    let told = desk.run(&[
        "isolate",
        &key,
        "--since",
        world.since(),
        "--yes",
        "--wait",
        "--json",
    ]);
    told.assert(0, "contained");
    let blind: Vec<&Value> = told.json["not_seen"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|blind| blind["what"].as_str().unwrap().ends_with("in us-east-1"))
        .collect();
    let secrets = blind
        .iter()
        .any(|blind| blind["what"] == "secrets in us-east-1");
    let parameters = blind
        .iter()
        .any(|blind| blind["what"] == "encrypted parameters in us-east-1");
    assert!(secrets && parameters, "{told:?}");
    assert!(
        blind.iter().all(|blind| blind["withholds"] == false),
        "{blind:?}"
    );
}
