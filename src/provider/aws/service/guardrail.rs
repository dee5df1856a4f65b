//! The organisation's guardrail: the service control policies of ours, by name and as documents.
//!
//! Never names a principal by an id of AWS's: the deny holds for who is made anew under the name, too.

use serde_json::{Value, json};

#[cfg(feature = "aws")]
use super::super::kind;
use crate::domain::Locator;
#[cfg(feature = "aws")]
use crate::provider::Guardrail;

/// The field of an account that tells whether the guardrail is on it.
#[cfg(feature = "aws")]
pub(in super::super) const SHOWN_IN: &str = "guardrail";

/// Whom the policy of peacetime names: an SCP must name somebody, and nobody has this name.
#[cfg(feature = "aws")]
const NOBODY: &str = "arn:*:iam::*:user/contain/nobody";

/// The name of the policy that denies principals of an account.
pub(in super::super) fn deny_name(account: &str) -> String {
    format!("contain-deny-{account}")
}

/// The name of the policy that stops an account.
pub(in super::super) fn stop_name(account: &str) -> String {
    format!("contain-stop-{account}")
}

/// What a principal is named by in the condition; the path is not part of its name.
pub(in super::super) fn patterns(principal: &Locator) -> [String; 2] {
    let account = principal.account().unwrap_or_default();
    let noun = principal.kind().noun();
    let of = |path: &str| format!("arn:*:iam::{account}:{noun}/{path}{}", principal.id());
    [of(""), of("*/")]
}

/// The policy that denies everything to these principals.
pub(in super::super) fn deny(principals: &[String]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ContainDeny", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": principals}},
    }]})
}

/// The name of the policy that denies users of Identity Center, in every account but the management account.
pub(in super::super) const USERS_NAME: &str = "contain-deny-identity-center";

/// The policy that denies everything to these users of Identity Center (its User Guide, "Use a Deny policy to revoke
/// active user permissions").
pub(in super::super) fn deny_users(ids: &[String]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ContainDeny", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"identitystore:UserId": ids}},
    }]})
}

/// The policy that denies everything to everybody but one role.
pub(in super::super) fn stop(but: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ContainStop", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": [but]}},
    }]})
}

/// The role that a policy of ours leaves free, where it is as we write it.
#[cfg(feature = "aws")]
pub(in super::super) fn left_free(document: &Value) -> Option<&str> {
    let pointer = "/Statement/0/Condition/ArnNotLike/aws:PrincipalArn/0";
    let but = document.pointer(pointer)?.as_str()?;
    (stop(but) == *document && !but.contains(['*', '?'])).then_some(but)
}

/// Whether a policy denies everything to everybody but this role at most, whoever wrote it and whatever its
/// statements are called: no other statement of it takes anything from that.
#[cfg(feature = "aws")]
pub(in super::super) fn stops(document: &Value, but: &str) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    statements
        .iter()
        .filter_map(Value::as_object)
        .any(|statement| {
            let all = |key: &str| listed(statement.get(key)).contains(&"*");
            let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
            statement.get("Effect") == Some(&json!("Deny"))
                && all("Action")
                && all("Resource")
                && statement.keys().all(|key| known.contains(&key.as_str()))
                && is_met_by_all_but(statement.get("Condition"), but)
        })
}

/// Whether a condition holds for everybody, but for this role at most.
#[cfg(feature = "aws")]
fn is_met_by_all_but(condition: Option<&Value>, but: &str) -> bool {
    let Some(condition) = condition else {
        return true;
    };
    let one = |value: &Value| {
        let mut all = value.as_object()?.clone().into_iter();
        all.next().filter(|_| all.next().is_none())
    };
    let Some((operator, keys)) = one(condition) else {
        return false;
    };
    let Some((key, value)) = one(&keys) else {
        return false;
    };
    let free = listed(Some(&value));
    matches!(operator.as_str(), "ArnNotLike" | "ArnNotEquals")
        && key.eq_ignore_ascii_case("aws:PrincipalArn")
        && !free.is_empty()
        && free.iter().all(|free| *free == but)
}

/// The texts of a member that is one or a list.
#[cfg(feature = "aws")]
fn listed(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    }
}

/// The policy to install in peacetime: it denies nobody, and in an incident one request adds who is to be denied.
#[cfg(feature = "aws")]
fn peacetime() -> Value {
    deny(&[NOBODY.to_owned()])
}

/// The guardrail as it is installed in peacetime: on each account, where looking at the account tells.
#[cfg(feature = "aws")]
pub(in super::super) fn installed() -> Guardrail {
    Guardrail {
        document: peacetime(),
        notes: notes(),
        on: kind("account"),
        shown_in: SHOWN_IN.to_owned(),
    }
}

/// How it is put in force, and what it does not reach.
#[cfg(feature = "aws")]
fn notes() -> Vec<String> {
    [
        "for each account, from the management account or a delegated administrator: aws organizations create-policy --type SERVICE_CONTROL_POLICY --name contain-deny-ACCOUNT --description contain --content file://guardrail.json, then attach-policy --target-id ACCOUNT",
        "in an incident aws.deny-user-in-organization and aws.deny-role-in-organization add a principal to it; whoever acts needs providers.aws.organization.role in contain.yaml",
        "it does not reach the management account, nor service-linked roles (both not confirmed by AWS's documents here)",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;

    #[test]
    fn what_stops_an_account_is_known_by_what_it_does_and_not_by_its_name() {
        let ours = "arn:aws:iam::123456789012:role/responder";
        let with = |edits: &[(&str, Value)]| {
            let mut document = stop(ours);
            let statement = document
                .pointer_mut("/Statement/0")
                .and_then(Value::as_object_mut);
            let statement = statement.unwrap_or_else(|| unreachable!());
            for (key, value) in edits {
                if value.is_null() {
                    statement.remove(*key);
                } else {
                    statement.insert((*key).to_owned(), value.clone());
                }
            }
            document
        };
        let but = |operator: &str, value: Value| json!({operator: {"aws:PrincipalArn": value}});
        let plain = stop(ours).pointer("/Statement/0").cloned();
        let another = json!({"Sid": "Theirs", "Effect": "Allow", "Action": "*", "Resource": "*"});
        for (document, is_stopped) in [
            (stop(ours), true),
            (with(&[("Sid", json!("Anything"))]), true),
            (with(&[("Sid", Value::Null)]), true),
            (with(&[("Action", json!(["s3:*", "*"]))]), true),
            (
                with(&[("Condition", but("ArnNotEquals", json!(ours)))]),
                true,
            ),
            (with(&[("Condition", Value::Null)]), true),
            (json!({"Statement": [another, plain]}), true),
            (json!({"Statement": plain}), true),
            // The name alone stops nobody.
            (with(&[("Effect", json!("Allow"))]), false),
            (with(&[("Action", json!("s3:*"))]), false),
            (with(&[("Resource", json!("arn:aws:s3:::x"))]), false),
            (
                with(&[("Action", Value::Null), ("NotAction", json!("iam:*"))]),
                false,
            ),
            (with(&[("NotResource", json!("arn:aws:s3:::x"))]), false),
            (with(&[("Condition", but("ArnLike", json!([ours])))]), false),
            (
                with(&[(
                    "Condition",
                    but(
                        "ArnNotLike",
                        json!([ours, "arn:aws:iam::123456789012:role/theirs"]),
                    ),
                )]),
                false,
            ),
            (
                with(&[(
                    "Condition",
                    but("ArnNotLike", json!("arn:aws:iam::*:role/*")),
                )]),
                false,
            ),
            (with(&[("Condition", but("ArnNotLike", json!([])))]), false),
            (
                with(&[(
                    "Condition",
                    json!({"ArnNotLike": {"aws:PrincipalArn": ours}, "Bool": {"aws:SecureTransport": "false"}}),
                )]),
                false,
            ),
            (json!({"Statement": []}), false),
        ] {
            assert_eq!(stops(&document, ours), is_stopped, "{document}");
        }
        assert_eq!(left_free(&stop(ours)), Some(ours));
        assert_eq!(left_free(&stop("*")), None);
        assert_eq!(left_free(&with(&[("Sid", json!("Anything"))])), None);
    }
}
