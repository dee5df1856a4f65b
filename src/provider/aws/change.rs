//! Which field of which target an event of CloudTrail wrote, in the words of what observing it answers.
//!
//! Pure: reads an event's name, request and answer. Writes that touch no field of ours are nothing here.

use std::sync::LazyLock;

use serde::Deserialize;

use super::event::Event;
use super::persistence::Said;
use crate::domain::Changed;

/// The table as it is read.
const TABLE: &str = include_str!("change.yaml");

/// One row of the table.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Write {
    event: String,
    policy: Option<String>,
    on: String,
    field: String,
}

#[expect(
    clippy::expect_used,
    reason = "the table is part of the program, and a test reads it all"
)]
static WRITES: LazyLock<Vec<Write>> =
    LazyLock::new(|| serde_yaml::from_str(TABLE).expect("the table of written fields"));

/// What an event wrote.
pub(super) fn of(event: &Event) -> Vec<Changed> {
    let said = Said(event);
    let asked = event.request().get("policyName");
    let is_about = |write: &&Write| {
        let policy = write.policy.as_deref();
        policy.is_none_or(|policy| asked.and_then(|name| name.as_str()) == Some(policy))
    };
    let writes = WRITES.iter().filter(|write| event.is_called(&write.event));
    let changed = writes.filter(is_about).filter_map(|write| {
        Some(Changed {
            target: said.named(&write.on)?,
            field: write.field.clone(),
        })
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::super::event::of_record;
    use super::super::ours::{CONSOLE_NAME, DENY_NAME, END_NAME};
    use super::*;
    use crate::domain::Undo;

    fn told(event: &str, request: &Value, answer: &Value) -> Vec<(String, String)> {
        let (service, name) = event.split_once('.').unwrap_or_default();
        let event = of_record(json!({
            "eventName": name, "eventSource": format!("{service}.amazonaws.com"), "awsRegion": "eu-west-1",
            "requestParameters": request, "responseElements": answer, "recipientAccountId": "123456789012",
        }));
        let pair = |one: Changed| (one.target.to_string(), one.field);
        of(&event).into_iter().map(pair).collect()
    }

    #[test]
    fn every_field_that_can_be_given_back_is_told_of_when_somebody_writes_it() {
        // The organisation's policies are written in its management account, by an id that names no principal.
        let untold = [
            ("user", "organization_deny"),
            ("role", "organization_deny"),
            ("identity-center-user", "organization_deny"),
            ("account", "stopped"),
        ];
        let noun = |write: &Write| write.on.split('/').next().unwrap_or_default().to_owned();
        let told: BTreeSet<(String, String)> = WRITES
            .iter()
            .map(|write| (noun(write), write.field.clone()))
            .collect();
        let specs = super::super::actions();
        let reversible = specs
            .iter()
            .filter(|spec| spec.cut().is_some() && matches!(spec.undo, Undo::By(_)));
        let touched: BTreeSet<(String, String)> = reversible
            .flat_map(|spec| {
                let noun = spec.on.noun();
                let fields = spec.touches.iter();
                fields.map(move |touch| (noun.to_owned(), touch.field.clone()))
            })
            .collect();
        let mut all = told.clone();
        all.extend(untold.map(|(noun, field)| (noun.to_owned(), field.to_owned())));
        assert_eq!(all, touched);
        assert_eq!(all.len(), told.len() + untold.len());
        let policies = WRITES.iter().filter_map(|write| write.policy.as_deref());
        let named: BTreeSet<&str> = policies.collect();
        assert_eq!(named, [CONSOLE_NAME, DENY_NAME, END_NAME].into());
    }

    #[test]
    fn an_event_says_which_field_of_what_it_wrote() {
        let secret = "aws:secret/eu-west-1:ci/deploy@123456789012";
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf";
        for (event, request, wanted) in [
            (
                "iam.UpdateAccessKey",
                json!({"accessKeyId": "AKIA1", "status": "Active"}),
                vec![("aws:access-key/AKIA1@123456789012", "status")],
            ),
            (
                "iam.UpdateSSHPublicKey",
                json!({"userName": "ci", "sSHPublicKeyId": "APKA1"}),
                vec![("aws:ssh-key/ci/APKA1@123456789012", "status")],
            ),
            // What cuts the trust of a role is on the trust, and so is what is told of it.
            (
                "iam.UpdateAssumeRolePolicy",
                json!({"roleName": "deploy", "policyDocument": "{}"}),
                vec![("aws:role-trust/deploy@123456789012", "trust")],
            ),
            (
                "iam.PutUserPermissionsBoundary",
                json!({"userName": "ci"}),
                vec![("aws:user/ci@123456789012", "boundary")],
            ),
            (
                "iam.PutUserPolicy",
                json!({"userName": "ci", "policyName": "contain-deny"}),
                vec![
                    ("aws:user/ci@123456789012", "deny"),
                    (
                        "aws:inline-policy/user/ci/contain-deny@123456789012",
                        "document",
                    ),
                ],
            ),
            (
                "iam.DeleteUserPolicy",
                json!({"userName": "ci", "policyName": "contain-console"}),
                vec![
                    ("aws:login-profile/ci@123456789012", "console"),
                    (
                        "aws:inline-policy/user/ci/contain-console@123456789012",
                        "document",
                    ),
                ],
            ),
            (
                "iam.DeleteRolePolicy",
                json!({"roleName": "deploy", "policyName": "contain-end-sessions"}),
                vec![
                    ("aws:role/deploy@123456789012", "end_sessions"),
                    (
                        "aws:inline-policy/role/deploy/contain-end-sessions@123456789012",
                        "document",
                    ),
                ],
            ),
            (
                "iam.PutUserPolicy",
                json!({"userName": "ci", "policyName": "theirs"}),
                vec![("aws:inline-policy/user/ci/theirs@123456789012", "document")],
            ),
            (
                "secretsmanager.PutResourcePolicy",
                json!({"secretId": arn}),
                vec![(secret, "deny"), (secret, "denied_reader")],
            ),
            (
                "secretsmanager.PutSecretValue",
                json!({"secretId": "ci/deploy"}),
                vec![(secret, "current")],
            ),
            (
                "lambda.PutFunctionConcurrency20171031",
                json!({"functionName": "arn:aws:lambda:eu-west-1:123456789012:function:hook:live"}),
                vec![(
                    "aws:function/eu-west-1:hook@123456789012",
                    "reserved_concurrency",
                )],
            ),
            (
                "bedrock.UpdateAgentAlias",
                json!({"agentId": "AGENT", "agentAliasId": "ALIAS"}),
                vec![(
                    "aws:agent-alias/eu-west-1:AGENT/ALIAS@123456789012",
                    "invocations",
                )],
            ),
            (
                "rolesanywhere.EnableProfile",
                json!({"profileId": "p-1"}),
                vec![(
                    "aws:roles-anywhere-profile/eu-west-1:p-1@123456789012",
                    "enabled",
                )],
            ),
        ] {
            let mut wanted: Vec<_> = wanted
                .into_iter()
                .map(|(target, field)| (target.to_owned(), field.to_owned()))
                .collect();
            let mut all = told(event, &request, &Value::Null);
            all.sort();
            wanted.sort();
            assert_eq!(all, wanted, "{event}");
        }
        // What the service itself calls the secret counts more than what it was asked by.
        let answer = json!({"name": "ci/deploy", "aRN": arn});
        let asked =
            json!({"secretId": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/dep"});
        let all = told("secretsmanager.PutSecretValue", &asked, &answer);
        assert_eq!(all, [(secret.to_owned(), "current".to_owned())]);
    }

    #[test]
    fn what_writes_no_field_or_names_nothing_changes_nothing() {
        for (event, request) in [
            ("iam.GetRole", json!({"roleName": "deploy"})),
            ("iam.PutUserPolicy", json!({"userName": "ci"})),
            ("iam.PutUserPolicy", json!({"policyName": "contain-deny"})),
            ("iam.UpdateAccessKey", json!({"accessKeyId": []})),
            ("iam.UpdateAccessKey", Value::Null),
            ("other.UpdateAccessKey", json!({"accessKeyId": "AKIA1"})),
            (
                "lambda.PutFunctionConcurrencyOther",
                json!({"functionName": "hook"}),
            ),
        ] {
            assert_eq!(told(event, &request, &Value::Null), Vec::new(), "{event}");
        }
    }
}
