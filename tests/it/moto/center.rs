//! A user of IAM Identity Center against moto, which has its directory and the organisation's policies and enforces
//! neither: what was written is read by an independent client.

use serde_json::{Value, json};

use crate::harness::{Desk, Server};

const USER: &str = "alice@corp.example";

fn call(server: &Server, service: &str, operation: &str, parameters: &Value) -> Value {
    let asked = json!({"parameters": parameters});
    server.world(&["call", service, operation], &asked)
}

/// A member account, a directory with one user in one group, and what both are assigned.
struct Center {
    server: Server,
    member: String,
    root: String,
    user: String,
    membership: String,
    set: String,
}

impl Center {
    fn new() -> Self {
        let server = Server::start("moto", &[]);
        let made = |service: &str, operation: &str, parameters: Value| {
            call(&server, service, operation, &parameters)
        };
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("{value}"))
                .to_owned()
        };
        made(
            "organizations",
            "create_organization",
            json!({"FeatureSet": "ALL"}),
        );
        let member = json!({"Email": "m@corp.example", "AccountName": "member"});
        let member = made("organizations", "create_account", member);
        let member = text(&member["CreateAccountStatus"]["AccountId"]);
        let root = text(&made("organizations", "list_roots", json!({}))["Roots"][0]["Id"]);
        let instance = &made("sso-admin", "list_instances", json!({}))["Instances"][0];
        let (arn, store) = (&instance["InstanceArn"], &instance["IdentityStoreId"]);
        let user = json!({"IdentityStoreId": store, "UserName": USER, "DisplayName": "Alice",
            "Name": {"FamilyName": "A", "GivenName": "Alice"}});
        let user = text(&made("identitystore", "create_user", user)["UserId"]);
        let group = json!({"IdentityStoreId": store, "DisplayName": "operators"});
        let group = text(&made("identitystore", "create_group", group)["GroupId"]);
        let membership =
            json!({"IdentityStoreId": store, "GroupId": group, "MemberId": {"UserId": user}});
        let membership = made("identitystore", "create_group_membership", membership);
        let set = json!({"InstanceArn": arn, "Name": "Operator"});
        let set = text(
            &made("sso-admin", "create_permission_set", set)["PermissionSet"]["PermissionSetArn"],
        );
        for (account, of, id) in [
            (&member, "USER", &user),
            (&HOME.to_owned(), "GROUP", &group),
        ] {
            let assigned = json!({"InstanceArn": arn, "TargetId": account, "TargetType": "AWS_ACCOUNT",
                "PermissionSetArn": set, "PrincipalType": of, "PrincipalId": id});
            made("sso-admin", "create_account_assignment", assigned);
        }
        let membership = text(&membership["MembershipId"]);
        Self {
            server,
            member,
            root,
            user,
            membership,
            set,
        }
    }

    fn desk(&self) -> Desk {
        Desk::at(self.server.endpoint(), ("test", "test")).bounded()
    }

    /// What the root's policies of ours say.
    fn denied(&self) -> Vec<Value> {
        let query = json!({"TargetId": self.root, "Filter": "SERVICE_CONTROL_POLICY"});
        let said = call(
            &self.server,
            "organizations",
            "list_policies_for_target",
            &query,
        );
        let all = said["Policies"].as_array().unwrap().iter();
        let ours = all.filter(|policy| policy["Name"] == "contain-deny-identity-center");
        let content = |policy: &Value| {
            let query = json!({"PolicyId": policy["Id"]});
            let said = call(&self.server, "organizations", "describe_policy", &query);
            let text = said["Policy"]["Content"].as_str().unwrap();
            serde_json::from_str::<Value>(text).unwrap()["Statement"].clone()
        };
        ours.map(content).collect()
    }
}

/// The account that moto gives everybody: the management account here.
const HOME: &str = "123456789012";

#[test]
fn a_user_of_identity_center_is_denied_by_the_organisation_and_what_it_does_not_bind_is_owed() {
    let center = Center::new();
    let desk = center.desk();
    let named = "aws:identity-center-user/alice%40corp.example";
    let identified = desk.run(&["identify", named, "--json"]);
    let row = &identified.json["data"]["identified"][0];
    let locator = format!("aws:identity-center-user/us-east-1:{}@{HOME}", center.user);
    assert_eq!(row["locator"], locator, "{identified:?}");
    let fields = &row["seen"]["fact"]["present"];
    assert_eq!(fields["user_name"], USER, "{row}");
    assert_eq!(fields["organization_deny"], Value::Null);

    let told = desk.run(&["isolate", named, "--yes", "--json"]);
    let item = told.item(&center.user, "aws.deny-identity-center-user");
    assert_eq!(item["verdict"], "observed", "{told:?}");
    let denied = center.denied();
    let condition = json!({"StringEquals": {"identitystore:UserId": [center.user]}});
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0][0]["Condition"], condition);
    assert_eq!(denied[0][0]["Action"], "*");
    // The management account is not bound, so it is never called isolated before a person has been there.
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    let owed = told.json["items"].as_array().unwrap().iter();
    let owed: Vec<&Value> = owed
        .filter(|item| item["target"] == format!("aws:resource/{}@{HOME}", center.set))
        .collect();
    assert_eq!(owed.len(), 1, "{told:?}");
    let steps = owed[0].to_string();
    assert!(steps.contains("delete-group-membership"), "{steps}");
    assert!(steps.contains(&center.membership), "{steps}");
    assert!(
        told.json
            .to_string()
            .contains(&format!("CloudTrail of {}", center.member)),
        "{told:?}"
    );

    let back = desk.run(&["restore", &locator, "--yes", "--json"]);
    back.assert(0, "restored");
    let item = back.item(&center.user, "aws.lift-identity-center-user-deny");
    assert_eq!(item["status"], "confirmed", "{back:?}");
    assert!(center.denied().is_empty());
}

#[test]
fn what_a_user_of_identity_center_is_assigned_is_read_by_itself_and_by_its_groups() {
    let center = Center::new();
    let playbook = "contain: 1\nplaybook: assigned\nsummary: What a user is assigned\ninputs:\n  subject: {type: locator, required: true}\nphases:\n  inventory:\n    - {id: grants, read: grants, target: \"${subject}\"}\n";
    let desk = center.desk().file("assigned.yaml", playbook);
    let named = format!("aws:identity-center-user/{}", center.user);
    let told = desk.run(&[
        "run",
        "./assigned.yaml",
        "--subject",
        &named,
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let read = desk.entries("found");
    let found: Vec<(Value, Value, bool)> = read
        .iter()
        .flat_map(|entry| {
            entry["body"]["reading"]["found"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .map(|found| {
            let fields = &found["fields"];
            (
                fields["account"].clone(),
                fields["name"].clone(),
                fields["group"].is_string(),
            )
        })
        .collect();
    let wanted = [
        (json!(HOME), json!("Operator"), true),
        (json!(center.member), json!("Operator"), false),
    ];
    let sorted = {
        let mut found = found.clone();
        found.sort_by_key(|(_, _, by_group)| !by_group);
        found
    };
    assert_eq!(sorted, wanted, "{read:?}");
}
