//! The organisation's policies against MiniStack, which keeps them and enforces none: what stands there is what is
//! proven here, and that AWS denies by it is AWS's word.

use contain::domain::{Because, Clock, Fields, Outcome};
use contain::provider::Provider as _;
use contain::provider::aws::{Aws, Settings};
use serde_json::{Value, json};

use crate::bench::{Bench, RESPONDER, made, typed};
use crate::harness::{Desk, Proxy, Server, World};

const DENY: &str = "aws.deny-user-in-organization";
const LIFT: &str = "aws.lift-user-deny-in-organization";

/// An organisation whose management account is ours, with a role that may write its policies.
struct Organization {
    server: Server,
    world: World,
}

impl Organization {
    fn start() -> Self {
        let server = Server::start("ministack", &[]);
        let world = server.build();
        assert_eq!(world.0["account"], "000000000000");
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole",
        }]});
        let role = json!({"RoleName": "policies", "AssumeRolePolicyDocument": trust.to_string()});
        made(&server, "iam", "create_role", &role);
        let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}]});
        let policy =
            json!({"RoleName": "policies", "PolicyName": "all", "PolicyDocument": all.to_string()});
        made(&server, "iam", "put_role_policy", &policy);
        let features = json!({"FeatureSet": "ALL"});
        made(&server, "organizations", "create_organization", &features);
        Self { server, world }
    }

    fn settings() -> Settings {
        Settings {
            organization: Some(RESPONDER.to_owned()),
            ..Settings::default()
        }
    }

    fn bench(&self) -> Bench {
        Bench::as_key(&self.server, &self.world, "responder", Self::settings())
    }

    fn call(&self, operation: &str, parameters: &Value) -> Value {
        made(&self.server, "organizations", operation, parameters)
    }

    /// The policies of ours in this listing.
    fn named(&self, operation: &str, query: &Value) -> Vec<Value> {
        let said = self.call(operation, query);
        let mut all = said["Policies"].as_array().unwrap().clone();
        all.retain(|policy| policy["Name"].as_str().unwrap().starts_with("contain-"));
        all
    }

    fn on(&self) -> Vec<Value> {
        let query = json!({"TargetId": "000000000000", "Filter": "SERVICE_CONTROL_POLICY"});
        self.named("list_policies_for_target", &query)
    }

    fn anywhere(&self) -> Vec<Value> {
        self.named(
            "list_policies",
            &json!({"Filter": "SERVICE_CONTROL_POLICY"}),
        )
    }

    fn document(&self, policy: &Value) -> Value {
        let said = self.call("describe_policy", &json!({"PolicyId": policy["Id"]}));
        serde_json::from_str(said["Policy"]["Content"].as_str().unwrap()).unwrap()
    }

    fn denied(&self, policy: &Value) -> Value {
        let document = self.document(policy);
        document["Statement"][0]["Condition"]["ArnLike"]["aws:PrincipalArn"].clone()
    }

    /// Makes a policy and attaches it; answers its id.
    fn install(&self, name: &str, document: &Value) -> String {
        let policy = json!({"Name": name, "Type": "SERVICE_CONTROL_POLICY", "Description": "x", "Content": document.to_string()});
        let said = self.call("create_policy", &policy);
        let id = said["Policy"]["PolicySummary"]["Id"].as_str().unwrap();
        let on = json!({"PolicyId": id, "TargetId": "000000000000"});
        self.call("attach_policy", &on);
        id.to_owned()
    }
}

#[tokio::test]
async fn the_organisation_denies_a_principal_by_name_and_what_was_there_in_peacetime_stays() {
    let organization = Organization::start();
    let bench = organization.bench();
    let account = "000000000000";
    let (user, role) = (
        bench.resolve("aws:user/ci-deploy").await,
        bench.resolve("aws:role/role-a").await,
    );
    // Nothing was installed: it is made and attached, and it goes with the last that it denies.
    let first = bench.done(DENY, &user, &json!({}), &Fields::new()).await;
    let policies = organization.on();
    assert_eq!(policies.len(), 1);
    assert_eq!(
        policies[0]["Name"],
        json!(format!("contain-deny-{account}"))
    );
    let arn = format!("arn:*:iam::{account}:user/");
    assert_eq!(
        organization.denied(&policies[0]),
        json!([format!("{arn}ci-deploy"), format!("{arn}*/ci-deploy")])
    );
    let again = bench.call(DENY, &user, &Fields::new(), &Fields::new());
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));
    let deny_role = "aws.deny-role-in-organization";
    let second = bench
        .done(deny_role, &role, &json!({}), &Fields::new())
        .await;
    assert_eq!(
        organization.on().len(),
        1,
        "one policy for all of an account"
    );
    bench.done(LIFT, &user, &json!({}), &first).await;
    assert_eq!(bench.field(&role, "organization_deny").await, "in-force");
    let lift_role = "aws.lift-role-deny-in-organization";
    bench.done(lift_role, &role, &json!({}), &second).await;
    assert!(organization.anywhere().is_empty());
    // The vendor's own program comes to the same.
    let none = json!({});
    let first = bench.by_hand(DENY, &user, &none, &Fields::new()).await;
    let second = bench.by_hand(deny_role, &role, &none, &Fields::new()).await;
    let denied = organization.denied(&organization.on()[0]);
    assert_eq!(denied.as_array().unwrap().len(), 4);
    bench.by_hand(LIFT, &user, &none, &first).await;
    bench.by_hand(lift_role, &role, &none, &second).await;
    assert!(organization.anywhere().is_empty());
    let again = bench.call(lift_role, &role, &Fields::new(), &second);
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));

    // What peacetime installs stays, and is what one more request makes of it.
    let rail = Aws::new(Settings::default(), Clock::wall()).guardrail();
    let peacetime = rail.unwrap().document;
    let itself = bench.resolve(&format!("aws:account/{account}")).await;
    assert_eq!(bench.field(&itself, "guardrail").await, false);
    organization.install(&format!("contain-deny-{account}"), &peacetime);
    assert_eq!(bench.field(&itself, "guardrail").await, true);
    let before = bench.done(DENY, &user, &json!({}), &Fields::new()).await;
    bench.done(LIFT, &user, &json!({}), &before).await;
    assert_eq!(organization.document(&organization.on()[0]), peacetime);

    // Without a role that would be left, nobody could let the account work again.
    let stop = bench.call("aws.stop-account", &itself, &Fields::new(), &Fields::new());
    let outcome = bench.perform(&stop).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_account_is_stopped_and_let_work_again_and_is_known_to_be_by_what_its_policy_does() {
    let organization = Organization::start();
    let account = "000000000000";
    let settings = Settings {
        accounts: [(account.to_owned(), RESPONDER.to_owned())].into(),
        ..Organization::settings()
    };
    let bench = Bench::as_key(
        &organization.server,
        &organization.world,
        "responder",
        settings,
    );
    let itself = bench.resolve(&format!("aws:account/{account}")).await;
    let (stop, release) = ("aws.stop-account", "aws.release-account");
    let before = bench.done(stop, &itself, &json!({}), &Fields::new()).await;
    assert_eq!(before["stopped"], Value::Null);
    let [policy] = organization.on().try_into().unwrap();
    let document = organization.document(&policy);
    let free = &document["Statement"][0]["Condition"]["ArnNotLike"]["aws:PrincipalArn"];
    assert_eq!(*free, json!([RESPONDER]));
    let again = bench.call(stop, &itself, &Fields::new(), &Fields::new());
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));

    let rewrite = |document: &Value| {
        let content = json!({"PolicyId": policy["Id"], "Content": document.to_string()});
        organization.call("update_policy", &content);
    };
    // Called otherwise it does the same; under our name it may do nothing.
    let mut renamed = document.clone();
    renamed["Statement"][0]["Sid"] = json!("Quarantine");
    rewrite(&renamed);
    assert_eq!(bench.field(&itself, "stopped").await, "in-force");
    let mut emptied = document.clone();
    emptied["Statement"][0]["Action"] = json!("s3:DeleteBucket");
    rewrite(&emptied);
    assert_eq!(bench.field(&itself, "stopped").await, emptied.to_string());
    let outcome = bench.perform(&again).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Conflict),
        "{outcome:?}"
    );
    rewrite(&document);
    bench.done(release, &itself, &json!({}), &before).await;
    assert!(organization.anywhere().is_empty());
    // The vendor's own program comes to the same, and does nothing where it is not told who stays free.
    let lines = bench
        .aws
        .commands(&bench.call(stop, &itself, &Fields::new(), &Fields::new()));
    let untold = format!(
        "unset RESPONDER_ROLE_ARN; if ({}); then exit 1; fi",
        lines.join("\n")
    );
    let root = (account, "test");
    let shown = typed(organization.server.endpoint(), root, &untold, &[]);
    assert!(shown.contains("role that stays free"), "{shown}");
    assert!(organization.anywhere().is_empty());
    bench
        .by_hand(stop, &itself, &json!({}), &Fields::new())
        .await;
    assert_eq!(organization.document(&organization.on()[0]), document);
    bench.by_hand(release, &itself, &json!({}), &before).await;
    assert!(organization.anywhere().is_empty());
    let again = bench.call(release, &itself, &Fields::new(), &before);
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));
}

#[tokio::test]
async fn the_role_that_writes_the_policies_is_ours_and_is_cut_only_as_our_own() {
    let organization = Organization::start();
    let bench = organization.bench();
    let whole = bench.reader().whoami().await.unwrap();
    let names: Vec<String> = whole.iter().map(ToString::to_string).collect();
    for ours in [
        "aws:role/policies@000000000000",
        "aws:role-trust/policies@000000000000",
    ] {
        assert!(names.contains(&ours.to_owned()), "{names:?}");
    }
    let workspace =
        format!("contain: 1\nproviders:\n  aws:\n    organization: {{role: \"{RESPONDER}\"}}\n");
    let desk = Desk::of(&organization.world, organization.server.endpoint())
        .file("contain.yaml", &workspace);
    for (role, is_ours) in [("aws:role/policies", true), ("aws:role/role-a", false)] {
        let planned = desk.run(&["plan", role, "--json"]);
        let deny = planned.item(role, "aws.deny-role");
        assert_eq!(deny["tier"] == 3, is_ours, "{planned:?}");
    }

    // An account in which it stands is not stopped: nobody could let it work again.
    let settings = Settings {
        accounts: [(
            "000000000000".to_owned(),
            "arn:aws:iam::000000000000:role/role-a".to_owned(),
        )]
        .into(),
        ..Organization::settings()
    };
    let bench = Bench::as_key(
        &organization.server,
        &organization.world,
        "responder",
        settings,
    );
    let itself = "aws:account/000000000000@000000000000".parse().unwrap();
    let stop = bench.call("aws.stop-account", &itself, &Fields::new(), &Fields::new());
    let outcome = bench.perform(&stop).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.text.contains(RESPONDER)),
        "{outcome:?}"
    );
    assert!(organization.anywhere().is_empty());
}

#[tokio::test]
async fn principals_of_one_account_that_are_denied_at_once_are_all_denied() {
    let organization = Organization::start();
    let bench = organization.bench();
    let mut users = Vec::new();
    for name in ["ci-deploy", "release-bot", "responder"] {
        users.push(bench.resolve(&format!("aws:user/{name}")).await);
    }
    let all = async |action: &str| {
        let none = Fields::new();
        let calls: Vec<_> = users
            .iter()
            .map(|user| bench.call(action, user, &none, &none))
            .collect();
        for outcome in bench.perform_all(&calls).await {
            assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        }
    };
    all(DENY).await;
    let policies = organization.on();
    assert_eq!(policies.len(), 1);
    assert_eq!(
        organization.denied(&policies[0]).as_array().unwrap().len(),
        6
    );
    all(LIFT).await;
    assert!(organization.anywhere().is_empty());
}

#[test]
fn a_deny_that_somebody_wrote_over_meanwhile_is_in_doubt() {
    let organization = Organization::start();
    let id = organization.install(
        "contain-deny-000000000000",
        &json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "ContainDeny", "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": ["arn:*:iam::000000000000:user/other"]}},
        }]}),
    );
    let before = organization.document(&json!({"Id": id}));
    let proxy = Proxy::before(&organization.server);
    let bench = Bench::at(
        proxy.endpoint(),
        &organization.world,
        "responder",
        Organization::settings(),
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let user = runtime.block_on(bench.resolve("aws:user/ci-deploy"));
    let deny = bench.call(DENY, &user, &Fields::new(), &Fields::new());
    // The second look is the one after the writing.
    proxy.faults(&["DescribePolicy/2:late:60".to_owned()]);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(proxy.held()["action"], "DescribePolicy");
            let over = json!({"PolicyId": id, "Content": before.to_string()});
            organization.call("update_policy", &over);
            proxy.release();
        });
        runtime.block_on(bench.perform(&deny))
    });
    assert!(
        matches!(&outcome, Outcome::InDoubt(why) if why.because == Because::Conflict),
        "{outcome:?}"
    );
    proxy.reset();
    runtime.block_on(bench.done(DENY, &user, &json!({}), &Fields::new()));
}
