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
