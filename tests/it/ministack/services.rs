//! AWS beyond IAM against MiniStack, through the adapter itself: what was done is seen by an independent client.
//!
//! Runs no playbook: how steps issue and deliver is the engine's, and proven there.

use std::collections::BTreeMap;
use std::sync::Arc;

use contain::domain::{
    Arg, Because, Call, Clock, Fact, Fields, Locator, Named, Outcome, Secret, Seen, Tag,
};
use contain::provider::aws::{Aws, Given, Settings};
use contain::provider::{Observe, Provider as _};
use serde_json::{Value, json};

use crate::harness::{Contract, Server, World};

/// The adapter, as somebody of a world.
struct Bench {
    aws: Aws,
    account: String,
}

impl Bench {
    fn of(server: &Server, world: &World) -> Self {
        Self::as_key(server, world, "responder", Settings::default())
    }

    fn as_key(server: &Server, world: &World, who: &str, settings: Settings) -> Self {
        let secret = Secret::new(world.secret(who).to_owned());
        let settings = Settings {
            endpoints: [(String::new(), server.endpoint().to_owned())].into(),
            given: Some(Arc::new(Given::new(world.id(who), secret))),
            ..settings
        };
        Self {
            aws: Aws::new(settings, Clock::wall()),
            account: world.0["account"].as_str().unwrap().to_owned(),
        }
    }

    /// Against the fixture of ours, which knows one account and one key.
    fn of_contract(contract: &Contract) -> Self {
        let secret = Secret::new("test".to_owned());
        let settings = Settings {
            endpoints: [(String::new(), contract.endpoint().to_owned())].into(),
            given: Some(Arc::new(Given::new("test", secret))),
            ..Settings::default()
        };
        Self {
            aws: Aws::new(settings, Clock::wall()),
            account: "000000000000".to_owned(),
        }
    }

    fn reader(&self) -> Arc<dyn Observe> {
        self.aws.reader(None)
    }

    async fn resolve(&self, text: &str) -> Locator {
        let named: Named = text.parse().unwrap();
        let mut answers = self.reader().resolve(&[named]).await;
        answers.remove(0).unwrap()
    }

    async fn look(&self, target: &Locator) -> Seen {
        let mut seen = self.reader().observe(std::slice::from_ref(target)).await;
        seen.remove(0)
    }

    async fn field(&self, target: &Locator, field: &str) -> Value {
        let seen = self.look(target).await;
        let fields = seen.fields().unwrap_or_else(|| panic!("{seen:?}"));
        fields.get(field).cloned().unwrap_or_default()
    }

    /// The call of an action, as a plan would make it; `before` is what the receipt kept.
    fn call(&self, action: &str, target: &Locator, with: &Fields, before: &Fields) -> Call {
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id.to_string() == action);
        let spec = spec.unwrap_or_else(|| panic!("{action}"));
        let resolved = |(name, arg)| match arg {
            Arg::Before(field) => (
                name,
                Arg::Is(before.get(&field).cloned().unwrap_or_default()),
            ),
            other => (name, other),
        };
        Call {
            action: spec.id.clone(),
            target: target.clone(),
            with: spec.arguments(with).into_iter().map(resolved).collect(),
            secret: None,
            tag: Tag(format!("contain-test-{action}")),
        }
    }

    /// Performs a call with exactly the permissions that its action declares.
    async fn perform(&self, call: &Call) -> Outcome {
        let actor = self
            .aws
            .actor(call.target.account(), &self.permissions(call));
        actor.perform(std::slice::from_ref(call)).await.remove(0)
    }

    async fn deliver(&self, call: &Call, what: &Secret) -> Outcome {
        let actor = self
            .aws
            .actor(call.target.account(), &self.permissions(call));
        actor.deliver(call, what).await
    }

    fn permissions(&self, call: &Call) -> Vec<String> {
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id == call.action);
        spec.unwrap().permissions.clone()
    }

    /// Does it, and holds what is then seen against what the action says it would become; answers the receipt.
    async fn done(&self, action: &str, target: &Locator, with: &Value, before: &Fields) -> Fields {
        let with: Fields = serde_json::from_value(with.clone()).unwrap();
        let receipt = self.look(target).await.fields().cloned().unwrap();
        let call = self.call(action, target, &with, before);
        let outcome = self.perform(&call).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{action}: {outcome:?}");
        let seen = self.look(target).await;
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id == call.action)
            .unwrap();
        assert!(spec.shows(&call, &seen), "{action}: {seen:?}");
        receipt
    }
}

fn made(server: &Server, service: &str, operation: &str, parameters: &Value) -> Value {
    server.world(
        &["call", service, operation],
        &json!({"parameters": parameters}),
    )
}

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
    let rotate = bench.call("aws.rotate-secret", &secret, &Fields::new(), &Fields::new());
    let outcome = bench.perform(&rotate).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.text.contains("no rotation")),
        "{outcome:?}"
    );
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
    let said = made(
        &server,
        "lambda",
        "get_function_configuration",
        &json!({"FunctionName": "hook"}),
    );
    assert_eq!(
        said["Environment"]["Variables"],
        json!({"TOKEN": "new", "MODE": "live"})
    );
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

#[tokio::test]
async fn by_the_vendors_contract_an_agents_alias_refuses_and_takes_invocations_and_loses_nothing() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let alias = bench.resolve("aws:agent-alias/AGENT12345/ALIAS12345").await;
    let kept = contract.state()["alias"].clone();
    let reject = "aws.reject-agent-invocations";
    let before = bench.done(reject, &alias, &json!({}), &Fields::new()).await;
    assert_eq!(before["invocations"], "ACCEPT_INVOCATIONS");
    assert_eq!(
        contract.state()["alias"]["aliasInvocationState"],
        "REJECT_INVOCATIONS"
    );
    let accept = "aws.accept-agent-invocations";
    bench.done(accept, &alias, &json!({}), &before).await;
    let mut now = contract.state()["alias"].clone();
    let state = now.as_object_mut().unwrap().remove("aliasInvocationState");
    assert_eq!((now, state), (kept, Some(json!("ACCEPT_INVOCATIONS"))));
    let absent: Named = "aws:agent-alias/AGENT12345/NONE".parse().unwrap();
    let why = bench
        .reader()
        .resolve(&[absent])
        .await
        .remove(0)
        .unwrap_err();
    assert_eq!(
        why.because,
        Because::Invalid,
        "too short for the contract: {why:?}"
    );
}

#[tokio::test]
async fn by_the_vendors_contract_anchors_and_profiles_are_switched_off_and_on() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    for (what, id, word) in [
        (
            "anchor",
            "aws:trust-anchor/11111111-2222-4333-8444-555555555555",
            "trust-anchor",
        ),
        (
            "profile",
            "aws:roles-anywhere-profile/66666666-7777-4888-9999-000000000000",
            "roles-anywhere-profile",
        ),
    ] {
        let target = bench.resolve(id).await;
        let before = bench
            .done(
                &format!("aws.disable-{word}"),
                &target,
                &json!({}),
                &Fields::new(),
            )
            .await;
        assert_eq!(contract.state()[what]["enabled"], false);
        bench
            .done(&format!("aws.enable-{word}"), &target, &json!({}), &before)
            .await;
        assert_eq!(contract.state()[what]["enabled"], true);
    }
}

#[tokio::test]
async fn by_the_vendors_contract_an_agents_identity_is_deleted_and_its_key_replaced() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let provider = bench.resolve("aws:api-key-provider/crm").await;
    let put = bench.call(
        "aws.put-agent-api-key",
        &provider,
        &Fields::new(),
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    assert_eq!(contract.state()["keys"]["crm"], "new");
    let identity = bench.resolve("aws:workload-identity/shop-agent").await;
    let delete = "aws.delete-workload-identity";
    bench
        .done(delete, &identity, &json!({}), &Fields::new())
        .await;
    assert_eq!(contract.state()["identities"], json!({}));
    assert_eq!(bench.look(&identity).await.fact, Fact::Gone);
    let again = bench.call(delete, &identity, &Fields::new(), &Fields::new());
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));
}

#[tokio::test]
async fn what_is_signed_by_hand_obeys_the_guard_and_a_lost_answer_is_in_doubt() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let anchor = bench
        .resolve("aws:trust-anchor/11111111-2222-4333-8444-555555555555")
        .await;
    let call = bench.call(
        "aws.disable-trust-anchor",
        &anchor,
        &Fields::new(),
        &Fields::new(),
    );
    let other = ["rolesanywhere:EnableTrustAnchor".to_owned()];
    let outcome = bench
        .aws
        .actor(anchor.account(), &other)
        .perform(std::slice::from_ref(&call))
        .await
        .remove(0);
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
        "{outcome:?}"
    );
    assert_eq!(contract.state()["anchor"]["enabled"], true);

    let elsewhere = |url: &str| {
        let secret = Secret::new("test".to_owned());
        let settings = Settings {
            endpoints: [
                ("sts".to_owned(), contract.endpoint().to_owned()),
                ("rolesanywhere".to_owned(), url.to_owned()),
            ]
            .into(),
            given: Some(Arc::new(Given::new("test", secret))),
            ..Settings::default()
        };
        Aws::new(settings, Clock::wall())
    };
    let declared = ["rolesanywhere:DisableTrustAnchor".to_owned()];
    let sent = async |url: &str| {
        let actor = elsewhere(url).actor(anchor.account(), &declared);
        actor.perform(std::slice::from_ref(&call)).await.remove(0)
    };
    // The endpoint of the one service is honoured: this one takes the request and hangs up.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hangs_up = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        tokio::io::AsyncReadExt::read(&mut socket, &mut request)
            .await
            .unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    let outcome = sent(&url).await;
    assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
    let request = hangs_up.await.unwrap();
    assert!(
        request.starts_with("POST /trustanchor/11111111-2222-4333-8444-555555555555/disable "),
        "{request}"
    );
    // Nobody listens there any more.
    let outcome = sent(&url).await;
    assert!(matches!(outcome, Outcome::Unavailable(_)), "{outcome:?}");
}

#[tokio::test]
async fn the_organisation_denies_a_principal_by_name_and_what_was_there_in_peacetime_stays() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let settings = Settings {
        organization: Some("arn:aws:iam::000000000000:role/policies".to_owned()),
        ..Settings::default()
    };
    let account = world.0["account"].as_str().unwrap();
    assert_eq!(account, "000000000000");
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "sts:AssumeRole",
    }]});
    made(
        &server,
        "iam",
        "create_role",
        &json!({"RoleName": "policies", "AssumeRolePolicyDocument": trust.to_string()}),
    );
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}]});
    made(
        &server,
        "iam",
        "put_role_policy",
        &json!({"RoleName": "policies", "PolicyName": "all", "PolicyDocument": all.to_string()}),
    );
    made(
        &server,
        "organizations",
        "create_organization",
        &json!({"FeatureSet": "ALL"}),
    );
    let bench = Bench::as_key(&server, &world, "responder", settings);
    let on = || {
        let query = json!({"TargetId": account, "Filter": "SERVICE_CONTROL_POLICY"});
        let said = made(&server, "organizations", "list_policies_for_target", &query);
        let all = said["Policies"].as_array().unwrap().clone();
        let named = |policy: &Value| policy["Name"].as_str().unwrap().starts_with("contain-");
        all.into_iter().filter(named).collect::<Vec<_>>()
    };
    let document = |policy: &Value| {
        let said = made(
            &server,
            "organizations",
            "describe_policy",
            &json!({"PolicyId": policy["Id"]}),
        );
        serde_json::from_str::<Value>(said["Policy"]["Content"].as_str().unwrap()).unwrap()
    };
    let (user, role) = (
        bench.resolve("aws:user/ci-deploy").await,
        bench.resolve("aws:role/role-a").await,
    );
    let deny = "aws.deny-user-in-organization";
    // Nothing was installed: it is made, attached, and detached again.
    let first = bench.done(deny, &user, &json!({}), &Fields::new()).await;
    let policies = on();
    assert_eq!(policies.len(), 1);
    let named =
        document(&policies[0])["Statement"][0]["Condition"]["ArnLike"]["aws:PrincipalArn"].clone();
    let arn = format!("arn:*:iam::{account}:user/");
    assert_eq!(
        named,
        json!([format!("{arn}ci-deploy"), format!("{arn}*/ci-deploy")])
    );
    let again = bench.call(deny, &user, &Fields::new(), &Fields::new());
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));
    let second = bench
        .done(
            "aws.deny-role-in-organization",
            &role,
            &json!({}),
            &Fields::new(),
        )
        .await;
    assert_eq!(on().len(), 1, "one policy for all of an account");
    bench
        .done(
            "aws.lift-user-deny-in-organization",
            &user,
            &json!({}),
            &first,
        )
        .await;
    assert_eq!(bench.field(&role, "organization_deny").await, "in-force");
    bench
        .done(
            "aws.lift-role-deny-in-organization",
            &role,
            &json!({}),
            &second,
        )
        .await;
    assert!(on().is_empty());

    // What peacetime installs stays, and is what one more request makes of it.
    let rail = Aws::new(Settings::default(), Clock::wall()).guardrail();
    let peacetime = rail.unwrap().document;
    let id = &policies[0]["Id"];
    assert_eq!(
        policies[0]["Name"],
        json!(format!("contain-deny-{account}"))
    );
    made(
        &server,
        "organizations",
        "update_policy",
        &json!({"PolicyId": id, "Content": peacetime.to_string()}),
    );
    let itself = bench.resolve(&format!("aws:account/{account}")).await;
    assert_eq!(bench.field(&itself, "guardrail").await, false);
    made(
        &server,
        "organizations",
        "attach_policy",
        &json!({"PolicyId": id, "TargetId": account}),
    );
    assert_eq!(bench.field(&itself, "guardrail").await, true);
    let before = bench.done(deny, &user, &json!({}), &Fields::new()).await;
    bench
        .done(
            "aws.lift-user-deny-in-organization",
            &user,
            &json!({}),
            &before,
        )
        .await;
    assert_eq!(document(&on()[0]), peacetime);

    // Without a role that would be left, nobody could let the account work again.
    let stop = bench.call("aws.stop-account", &itself, &Fields::new(), &Fields::new());
    let outcome = bench.perform(&stop).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
        "{outcome:?}"
    );
}
