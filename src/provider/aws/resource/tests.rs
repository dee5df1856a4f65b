//! The resource of each permission, as the Service Authorization Reference has it.

use serde_json::{Value, json};

use super::super::guard::READS;
use super::*;
use crate::domain::{Fact, Fields, Time};

fn seen(target: &Locator, fields: Value) -> Seen {
    let fields: Fields = serde_json::from_value(fields).unwrap_or_default();
    Seen {
        target: target.clone(),
        at: Time::UNIX_EPOCH,
        fact: Fact::Present(fields),
    }
}

fn locator(text: &str) -> Locator {
    text.parse().unwrap_or_else(|_| unreachable!("{text}"))
}

fn on(permission: &str, target: Option<&Locator>, seen: Option<&Seen>) -> Vec<String> {
    let need = Need {
        permissions: &[],
        target,
        seen,
    };
    of(permission, &need, ("aws", "*"))
}

#[test]
fn every_permission_that_is_declared_has_the_resource_that_the_reference_gives_it() {
    let specs = super::super::actions();
    let declared = specs
        .iter()
        .flat_map(|spec| spec.permissions.iter().map(String::as_str));
    // What the reference has no resource type for, and GetAccessKeyLastUsed, which asks for the owner.
    let without = [
        "cloudtrail:LookupEvents",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountSummary",
        "iam:GetServiceLastAccessedDetails",
        "iam:ListRoles",
        "iam:ListUsers",
        "organizations:CreatePolicy",
        "organizations:ListPolicies",
        "organizations:ListRoots",
        "rolesanywhere:ListProfiles",
        "rolesanywhere:ListTrustAnchors",
        "secretsmanager:ListSecrets",
        "ssm:DescribeParameters",
        "sso:ListInstances",
        "sts:GetAccessKeyInfo",
        "sts:GetCallerIdentity",
    ];
    for permission in declared.chain(READS.iter().copied()) {
        assert_eq!(
            about(permission) == About::Nothing,
            without.contains(&permission),
            "{permission}: which resource type does the Service Authorization Reference give it?"
        );
    }
}

#[test]
fn what_is_named_is_named_and_nothing_beside_it() {
    let user = locator("aws:user/bot@123456789012");
    let either = [
        "arn:aws:iam::123456789012:user/bot",
        "arn:aws:iam::123456789012:user/*/bot",
    ];
    assert_eq!(on("iam:PutUserPolicy", Some(&user), None), either);
    let key = locator("aws:access-key/AKIARZPUZDIKNAJLN7ON@123456789012");
    let of_bot = seen(&key, json!({"principal": "aws:user/bot@123456789012"}));
    assert_eq!(on("iam:UpdateAccessKey", Some(&key), Some(&of_bot)), either);
    // A document that names somebody else's ARN does not widen anything.
    let lying = seen(&user, json!({"arn": "arn:aws:iam::123456789012:user/*"}));
    assert_eq!(on("iam:PutUserPolicy", Some(&user), Some(&lying)), either);
    assert_eq!(
        on("iam:PutRolePolicy", Some(&locator("aws:role/a*$?@1")), None),
        [
            "arn:aws:iam::1:role/a${*}${$}${?}",
            "arn:aws:iam::1:role/*/a${*}${$}${?}"
        ]
    );
    assert_eq!(on("iam:GetUser", None, None), ["arn:aws:iam::*:user/*"]);
    assert_eq!(on("iam:ListUsers", Some(&user), None), ["*"]);
    for (permission, target, wanted) in [
        (
            "lambda:PutFunctionConcurrency",
            "aws:function/eu-west-1:hook@1",
            "arn:aws:lambda:eu-west-1:1:function:hook",
        ),
        (
            "ssm:PutParameter",
            "aws:parameter/eu-west-1:/ci/token@1",
            "arn:aws:ssm:eu-west-1:1:parameter/ci/token",
        ),
        (
            "secretsmanager:PutSecretValue",
            "aws:secret/eu-west-1:a*@1",
            "arn:aws:secretsmanager:eu-west-1:1:secret:a${*}-??????",
        ),
        (
            "lambda:InvokeFunction",
            "aws:secret/eu-west-1:a@1",
            "arn:aws:lambda:eu-west-1:1:function:*",
        ),
        (
            "kms:GenerateDataKey",
            "aws:parameter/eu-west-1:/ci/token@1",
            "arn:aws:kms:eu-west-1:*:key/*",
        ),
        (
            "organizations:ListPoliciesForTarget",
            "aws:account/1@1",
            "arn:aws:organizations::*:account/*/1",
        ),
        (
            "organizations:ListPoliciesForTarget",
            "aws:identity-center-user/eu-west-1:u@1",
            "arn:aws:organizations::*:root/*/*",
        ),
    ] {
        assert_eq!(on(permission, Some(&locator(target)), None), [wanted]);
    }
    assert_eq!(
        on("lambda:PutFunctionConcurrency", None, None),
        ["arn:aws:lambda:*:*:function:*"]
    );
}

#[test]
fn a_grant_of_one_holder_needs_nothing_on_holders_of_other_kinds() {
    let attached = locator("aws:policy-attachment/group/ops/arn:aws:iam::aws:policy/X@1");
    let group = ["arn:aws:iam::1:group/ops", "arn:aws:iam::1:group/*/ops"];
    assert_eq!(on("iam:DetachGroupPolicy", Some(&attached), None), group);
    for other in ["iam:DetachUserPolicy", "iam:DetachRolePolicy"] {
        assert_eq!(on(other, Some(&attached), None), [""; 0], "{other}");
        assert_eq!(on(other, None, None).len(), 1, "{other}");
    }
    let member = locator("aws:group-membership/ops/bot@1");
    assert_eq!(on("iam:RemoveUserFromGroup", Some(&member), None), group);
    let of_bot = on("iam:ListGroupsForUser", Some(&member), None);
    assert_eq!(
        of_bot,
        ["arn:aws:iam::1:user/bot", "arn:aws:iam::1:user/*/bot"]
    );
}
