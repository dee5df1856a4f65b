//! Least policies: what is printed is enough, and nothing else is.

use serde_json::{Value, json};

use crate::harness::{Desk, Server, Told, World};

/// Makes a user with one policy, which the test changes as it goes on.
struct Fresh<'a> {
    server: &'a Server,
    name: String,
    key: Value,
}

impl<'a> Fresh<'a> {
    fn new(server: &'a Server, name: &str) -> Self {
        let user = json!({"parameters": {"UserName": name}});
        server.world(&["call", "iam", "create_user"], &user);
        let made = server.world(&["call", "iam", "create_access_key"], &user);
        Self {
            server,
            name: name.to_owned(),
            key: json!({
                "access_key_id": made["AccessKey"]["AccessKeyId"],
                "secret_access_key": made["AccessKey"]["SecretAccessKey"],
            }),
        }
    }

    fn permit(&self, document: &Value) {
        let parameters = json!({"parameters": {
            "UserName": self.name, "PolicyName": "least", "PolicyDocument": document.to_string(),
        }});
        self.server
            .world(&["call", "iam", "put_user_policy"], &parameters);
    }

    fn desk(&self) -> Desk {
        let text = |name: &str| self.key[name].as_str().unwrap();
        let who = (text("access_key_id"), text("secret_access_key"));
        Desk::at(self.server.endpoint(), who).bounded()
    }

    /// Tries a call as this user; tells whether it was refused for want of permission.
    fn is_refused(&self, service: &str, operation: &str, parameters: &Value) -> bool {
        let input = json!({"credentials": self.key, "parameters": parameters});
        let told = self.server.world(&["call", service, operation], &input);
        told["refused"] == true && told["code"].as_str().unwrap().starts_with("AccessDenied")
    }

    fn arn(&self) -> String {
        format!("arn:aws:iam::000000000000:user/{}", self.name)
    }

    /// What the server's own simulator says about one action on one resource.
    fn simulated(&self, action: &str, resource: &str) -> String {
        let parameters = json!({"parameters": {
            "PolicySourceArn": self.arn(), "ActionNames": [action], "ResourceArns": [resource],
        }});
        let told = self
            .server
            .world(&["call", "iam", "simulate_principal_policy"], &parameters);
        told["EvaluationResults"][0]["EvalDecision"]
            .as_str()
            .unwrap_or_else(|| panic!("{told}"))
            .to_owned()
    }
}

fn least(desk: &Desk, more: &[&str]) -> Value {
    let mut arguments = vec!["provider", "permissions", "aws", "--json"];
    arguments.extend(more);
    let told = desk.run(&arguments);
    assert_eq!(told.exit, 0, "{told:?}");
    told.json["data"]["permissions"].clone()
}

fn statements(document: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for statement in document["Statement"].as_array().unwrap() {
        for action in statement["Action"].as_array().unwrap() {
            for resource in statement["Resource"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                pairs.push((text(action), text(resource)));
            }
        }
    }
    pairs
}

#[test]
fn the_policy_of_a_plan_is_enough_for_it_and_for_nothing_else() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let fresh = Fresh::new(&server, "fresh");
    let desk = fresh.desk();
    fresh.permit(&least(&desk, &["--reads"]));
    let subject = world.key("leaked");
    let plan = ["plan", &subject, "--since", world.since(), "--permissions"];
    let printed = desk.run(&plan);
    assert_eq!(printed.exit, 0, "{printed:?}");
    let document: Value = serde_json::from_str(&printed.out).unwrap();
    // What reads plans, and does nothing else.
    let refused = desk.run(&["apply", "--yes", "--json"]);
    assert_ne!(refused.exit, 0, "{refused:?}");
    assert!(server.accepted(&world, &["leaked"])[0]);
    let planned = desk.run(&[&plan[..], &["--json"]].concat());
    planned.assert(0, "planned");
    assert_eq!(planned.json["data"]["permissions"]["aws"], document);

    fresh.permit(&document);
    desk.run(&["apply", "--yes", "--json"])
        .assert(0, "isolated");
    assert_eq!(
        server.accepted(&world, &super::ALL),
        [false, false, true, true, true]
    );
    let after = server.snapshot();
    let deny = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    let bot =
        json!({"UserName": "release-bot", "AccessKeyId": world.id("bot"), "Status": "Inactive"});
    for (service, operation, parameters) in [
        // The same actions on other targets.
        ("iam", "update_access_key", bot),
        (
            "iam",
            "put_user_policy",
            json!({"UserName": "release-bot", "PolicyName": "contain-end-sessions", "PolicyDocument": deny}),
        ),
        (
            "iam",
            "put_user_policy",
            json!({"UserName": "responder", "PolicyName": "x", "PolicyDocument": deny}),
        ),
        // Itself.
        (
            "iam",
            "put_user_policy",
            json!({"UserName": "fresh", "PolicyName": "more", "PolicyDocument": deny}),
        ),
        // Other actions on the same target.
        ("iam", "create_access_key", json!({"UserName": "ci-deploy"})),
        (
            "iam",
            "delete_access_key",
            json!({"UserName": "ci-deploy", "AccessKeyId": world.id("leaked")}),
        ),
        (
            "iam",
            "delete_user_policy",
            json!({"UserName": "ci-deploy", "PolicyName": "work"}),
        ),
        (
            "iam",
            "attach_user_policy",
            json!({"UserName": "ci-deploy", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ),
        // Other things.
        (
            "iam",
            "put_role_policy",
            json!({"RoleName": "role-a", "PolicyName": "x", "PolicyDocument": deny}),
        ),
        ("iam", "create_user", json!({"UserName": "another"})),
        ("iam", "delete_role", json!({"RoleName": "role-b"})),
        (
            "sts",
            "assume_role",
            json!({"RoleArn": world.0["role_a"]["arn"], "RoleSessionName": "other"}),
        ),
        ("s3", "list_buckets", json!({})),
        ("dynamodb", "list_tables", json!({})),
    ] {
        assert!(
            fresh.is_refused(service, operation, &parameters),
            "{service}:{operation} {parameters}"
        );
    }
    assert_eq!(server.snapshot(), after);

    // The simulator of the server is a second opinion about the same document.
    for (action, resource) in statements(&document) {
        let concrete = resource
            .replace("/*/", "/some/path/")
            .replace("user/*", "user/x");
        assert_eq!(
            fresh.simulated(&action, &concrete),
            "allowed",
            "{action} {resource}"
        );
    }
    for (action, resource) in [
        ("iam:UpdateAccessKey", "user/release-bot"),
        ("iam:UpdateAccessKey", "user/ci-deploy2"),
        ("iam:UpdateAccessKey", "user/not-ci-deploy"),
        ("iam:PutUserPolicy", "user/release-bot"),
        ("iam:PutUserPolicy", "user/fresh"),
        ("iam:DeleteUserPolicy", "user/ci-deploy"),
        ("iam:CreateAccessKey", "user/ci-deploy"),
        ("iam:PutRolePolicy", "role/role-a"),
        ("iam:PassRole", "role/role-a"),
    ] {
        let resource = format!("arn:aws:iam::000000000000:{resource}");
        assert_eq!(
            fresh.simulated(action, &resource),
            "implicitDeny",
            "{action} {resource}"
        );
    }
}

#[test]
fn the_policy_of_this_build_is_enough_to_contain_and_to_give_back() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let fresh = Fresh::new(&server, "fresh");
    let desk = fresh.desk();
    fresh.permit(&least(&desk, &[]));
    let user = ["isolate", "aws:user/ci-deploy", "--since", world.since()];
    let told = desk.run(&[&user[..], &["--include", "could-enter", "--yes", "--json"]].concat());
    told.assert(0, "isolated");
    assert_eq!(server.accepted(&world, &super::ALL), [false; 5]);
    desk.run(&["restore", "--yes", "--json"])
        .assert(0, "restored");
    assert!(fresh.is_refused("iam", "create_user", &json!({"UserName": "another"})));
}

/// One action by itself, by a playbook of one step.
fn alone(action: &str) -> String {
    format!(
        "contain: 1\nplaybook: alone\nsummary: One action, and nothing else\ninputs:\n  subject: {{type: locator, required: true}}\n\
         phases:\n  isolate:\n    - id: alone\n      do: {action}\n      target: \"${{subject}}\"\n"
    )
}

fn subject(world: &World, action: &str) -> String {
    match action {
        "aws.deactivate-access-key" => world.key("leaked"),
        "aws.deny-role" | "aws.end-role-sessions" => "aws:role/role-b".to_owned(),
        _ => "aws:user/ci-deploy".to_owned(),
    }
}

#[test]
fn each_action_is_done_with_exactly_its_permissions_and_without_any_of_them_is_not() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let specs = contain::provider::aws::actions();
    for (cut, lift) in [
        ("aws.deactivate-access-key", Some("aws.activate-access-key")),
        ("aws.deny-user", Some("aws.lift-user-deny")),
        ("aws.deny-role", Some("aws.lift-role-deny")),
        // Their inverses wait for the longest session: they send what the two above send.
        ("aws.end-user-sessions", None),
        ("aws.end-role-sessions", None),
    ] {
        let fresh = Fresh::new(&server, &cut.replace('.', "-"));
        let desk = fresh.desk().file("alone.yaml", &alone(cut));
        let spec = specs
            .iter()
            .find(|spec| spec.id.to_string() == cut)
            .unwrap();
        let exact = least(&desk, &["--action", cut]);
        let subject = subject(&world, cut);
        let run = [
            "run",
            "alone.yaml",
            "--subject",
            &subject,
            "--yes",
            "--json",
        ];
        let before = server.snapshot();
        let others: std::collections::BTreeSet<String> = spec.permissions.iter().cloned().collect();
        let changes: Vec<&String> = others
            .iter()
            .filter(|one| !one.starts_with("iam:Get") && !one.starts_with("iam:List"))
            .collect();
        assert!(!changes.is_empty());
        for missing in changes {
            let mut less = exact.clone();
            for statement in less["Statement"].as_array_mut().unwrap() {
                let actions = statement["Action"].as_array_mut().unwrap();
                actions.retain(|action| action.as_str() != Some(missing));
            }
            let statements = less["Statement"].as_array_mut().unwrap();
            statements.retain(|one| !one["Action"].as_array().unwrap().is_empty());
            fresh.permit(&less);
            let told: Told = desk.run(&run);
            assert_ne!(told.exit, 0, "{cut} without {missing}: {told:?}");
            let after = server.snapshot();
            assert_eq!(after["roles"], before["roles"], "{cut} without {missing}");
            assert_eq!(after["users"]["ci-deploy"], before["users"]["ci-deploy"]);
        }
        fresh.permit(&exact);
        let told = desk.run(&run);
        assert_eq!(told.exit, 0, "{cut}: {told:?}");
        assert_eq!(
            told.item(spec_target(&subject), cut)["verdict"],
            "observed",
            "{told:?}"
        );
        let Some(lift) = lift else { continue };
        fresh.permit(&least(&desk, &["--action", lift]));
        let asked = desk.run(&["restore", &subject, "--yes", "--json"]);
        let given = match asked.json["confirm"].as_str() {
            Some(code) if asked.exit == 3 => desk.run(&["apply", "--confirm", code, "--json"]),
            _ => asked,
        };
        given.assert(0, "restored");
        let lifted = given.item(spec_target(&subject), lift);
        assert_eq!(lifted["status"], "confirmed", "{given:?}");
        let after = server.snapshot();
        assert_eq!(after["users"]["ci-deploy"], before["users"]["ci-deploy"]);
        assert_eq!(after["roles"], before["roles"]);
    }
}

fn spec_target(subject: &str) -> &str {
    subject.split_once('/').map_or(subject, |(_, id)| id)
}

#[test]
fn doctor_says_whether_the_guardrail_is_installed_or_what_it_may_not_look_at() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let account = world.0["account"].as_str().unwrap();
    let desk = Desk::of(&world, server.endpoint());
    let rail = |desk: &Desk| {
        let told = desk.run(&["doctor", "--json"]);
        assert_eq!(told.exit, 0, "nothing stands in the way: {told:?}");
        let rows = told.json["data"]["checks"].as_array().unwrap();
        let row = rows.iter().find(|row| row["what"] == "aws guardrail");
        let row = row.unwrap_or_else(|| panic!("{told:?}"));
        (
            row["advice"] == true,
            row["said"].as_str().unwrap().to_owned(),
        )
    };
    let call = |operation: &str, parameters: &Value| {
        let input = json!({"parameters": parameters});
        server.world(&["call", "organizations", operation], &input)
    };
    call("create_organization", &json!({"FeatureSet": "ALL"}));
    let may_not = Desk::at(server.endpoint(), (world.id("bot"), world.secret("bot")));
    let (advice, said) = rail(&may_not);
    assert!(advice && said.contains("is not known"), "{said}");
    assert!(
        said.contains("organizations:ListPoliciesForTarget is not permitted"),
        "{said}"
    );
    assert!(said.contains("providers.aws.organization.role"), "{said}");

    let (advice, said) = rail(&desk);
    assert!(advice && said.contains("is not installed"), "{said}");
    assert!(said.contains("contain provider guardrail aws"), "{said}");
    // As its notes say.
    let printed = desk.run(&["provider", "guardrail", "aws"]).out;
    let policy = json!({
        "Type": "SERVICE_CONTROL_POLICY", "Name": format!("contain-deny-{account}"), "Description": "contain",
        "Content": printed,
    });
    let made = call("create_policy", &policy);
    let id = &made["Policy"]["PolicySummary"]["Id"];
    assert!(
        rail(&desk).1.contains("is not installed"),
        "it is attached to nothing"
    );
    call(
        "attach_policy",
        &json!({"PolicyId": id, "TargetId": account}),
    );
    assert_eq!(
        rail(&desk),
        (false, format!("it is installed in {account}"))
    );
}
