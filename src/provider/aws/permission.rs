//! Least policies: which resource each permission is about, and documents that permit exactly what is needed.
//!
//! The resource types are those of AWS's Service Authorization Reference. Never permits by wildcard what it can name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::guard::READS;
use super::wildcard::matches;
use crate::domain::{Locator, ReadKind, Seen};
use crate::provider::Need;

/// What every command asks first.
const WHO: &str = "sts:GetCallerIdentity";

/// The permissions of IAM that are about one user.
const USER: [&str; 34] = [
    "AttachUserPolicy",
    "CreateAccessKey",
    "CreateLoginProfile",
    "CreateServiceSpecificCredential",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "DeleteSSHPublicKey",
    "DeleteServiceSpecificCredential",
    "DeleteSigningCertificate",
    "DeleteUserPermissionsBoundary",
    "DeleteUserPolicy",
    "DetachUserPolicy",
    "GetLoginProfile",
    "GetSSHPublicKey",
    "GetUser",
    "GetUserPolicy",
    "ListAccessKeys",
    "ListAttachedUserPolicies",
    "ListGroupsForUser",
    "ListMFADevices",
    "ListSSHPublicKeys",
    "ListServiceSpecificCredentials",
    "ListSigningCertificates",
    "ListUserPolicies",
    "ListUserTags",
    "PutUserPermissionsBoundary",
    "PutUserPolicy",
    "TagUser",
    "UntagUser",
    "UpdateAccessKey",
    "UpdateLoginProfile",
    "UpdateSSHPublicKey",
    "UpdateServiceSpecificCredential",
    "UpdateSigningCertificate",
];

/// The permissions of IAM that are about one role.
const ROLE: [&str; 14] = [
    "AttachRolePolicy",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListInstanceProfilesForRole",
    "ListRolePolicies",
    "ListRoleTags",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "TagRole",
    "UpdateAssumeRolePolicy",
];

/// What else has a resource type, as `SERVICE:` and the beginning of its operations, with the form of its resources.
/// Listings have none, nor has what asks for the owner of a key, since the owner is what it asks for.
const OTHERS: [(&str, &[&str], &str); 5] = [
    (
        "secretsmanager",
        &[
            "Describe",
            "Get",
            "Put",
            "Update",
            "Rotate",
            "Delete",
            "ListSecretVersionIds",
            "TagResource",
            "CreateSecret",
        ],
        "secret:*",
    ),
    (
        "ssm",
        &["Put", "GetParameter", "DeleteParameter"],
        "parameter/*",
    ),
    (
        "lambda",
        &[
            "GetFunction",
            "PutFunction",
            "DeleteFunction",
            "UpdateFunction",
        ],
        "function:*",
    ),
    (
        "bedrock",
        &["GetAgentAlias", "UpdateAgentAlias"],
        "agent-alias/*",
    ),
    ("rolesanywhere", &["Get", "Enable", "Disable"], "*"),
];

/// What a permission is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum About {
    /// One user.
    User,
    /// One role.
    Role,
    /// One resource of this service and form.
    Own(&'static str, &'static str),
    /// No resource: the reference has no type for it.
    Nothing,
}

fn about(permission: &str) -> About {
    let Some((service, operation)) = permission.split_once(':') else {
        return About::Nothing;
    };
    if service == "iam" {
        return if USER.contains(&operation) {
            About::User
        } else if ROLE.contains(&operation) {
            About::Role
        } else {
            About::Nothing
        };
    }
    let begins = |starts: &[&str]| starts.iter().any(|start| operation.starts_with(start));
    let found = OTHERS
        .iter()
        .find(|(known, starts, _)| *known == service && begins(starts));
    found.map_or(About::Nothing, |(service, _, form)| {
        About::Own(service, form)
    })
}

/// The permissions that a question needs, or that all questions and looks need.
pub(super) fn reads(asked: Option<ReadKind>) -> Vec<String> {
    let some: &[&str] = match asked {
        Some(ReadKind::Activity) => &["cloudtrail:LookupEvents", "iam:GetRole"],
        Some(ReadKind::Credentials) => &["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"],
        Some(ReadKind::State | ReadKind::Reach | ReadKind::Grants | ReadKind::Permissions)
        | None => READS,
    };
    some.iter().map(|&read| read.to_owned()).collect()
}

/// The least policy that permits what is needed, its reads apart from its changes.
pub(super) fn policy(needs: &[Need<'_>], partition: &str) -> Value {
    let seen = needs.iter().filter_map(|need| need.seen?.text("arn"));
    let seen = seen.filter_map(|arn| {
        arn.strip_prefix("arn:")?
            .split(':')
            .next()
            .map(str::to_owned)
    });
    let partition = seen
        .into_iter()
        .next()
        .unwrap_or_else(|| partition.to_owned());
    let accounts = needs.iter().filter_map(|need| need.target?.account());
    let accounts: BTreeSet<&str> = accounts.collect();
    let account = match Vec::from_iter(accounts).as_slice() {
        [only] => *only,
        _ => "*",
    };
    let mut resources: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    resources.insert(WHO, ["*".to_owned()].into());
    for need in needs {
        for permission in need.permissions {
            let found = of(permission, need, (&partition, account));
            resources.entry(permission).or_default().extend(found);
        }
    }
    let mut grouped: BTreeMap<(bool, &str, Vec<String>), Vec<&str>> = BTreeMap::new();
    for (permission, on) in resources {
        // What is permitted on all of a kind needs no single one of it.
        let is_covered = |one: &String| {
            let mut others = on.iter().filter(|other| *other != one);
            others.any(|other| other.ends_with('*') && matches(other, one))
        };
        let on: Vec<String> = on.iter().filter(|one| !is_covered(one)).cloned().collect();
        let service = permission
            .split_once(':')
            .map_or("", |(service, _)| service);
        let changes = !READS.contains(&permission);
        grouped
            .entry((changes, service, on))
            .or_default()
            .push(permission);
    }
    let statements = grouped.into_iter().enumerate();
    let statements = statements.map(|(at, ((changes, _, on), permissions))| {
        let sid = if changes { "Change" } else { "Read" };
        json!({
            "Sid": format!("Contain{sid}{}", at + 1),
            "Effect": "Allow",
            "Action": permissions,
            "Resource": on,
        })
    });
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
}

/// The resources that a permission has to be given on.
fn of(permission: &str, need: &Need<'_>, (partition, account): (&str, &str)) -> Vec<String> {
    let account = need.target.and_then(Locator::account).unwrap_or(account);
    match about(permission) {
        About::Nothing => vec!["*".to_owned()],
        About::User => principal(need, "user", partition, account),
        About::Role => principal(need, "role", partition, account),
        About::Own(service, form) => {
            let arn = |text: &str| text.starts_with("arn:").then(|| literal(text));
            let seen = need.seen.and_then(|seen| seen.text("arn")).and_then(arn);
            let own = || need.target.and_then(|target| arn(target.id()));
            let all = || format!("arn:{partition}:{service}:*:{account}:{form}");
            vec![seen.or_else(own).unwrap_or_else(all)]
        }
    }
}

/// The ARNs of the user or role that a need is about; all of them, where it is not told which.
fn principal(need: &Need<'_>, noun: &str, partition: &str, account: &str) -> Vec<String> {
    let all = || vec![format!("arn:{partition}:iam::{account}:{noun}/*")];
    let Some(target) = need.target else {
        return all();
    };
    let named = if target.kind().noun() == noun {
        Some(target.clone())
    } else {
        need.seen.and_then(Seen::principal)
    };
    let Some(named) = named.filter(|named| named.kind().noun() == noun) else {
        return all();
    };
    let own = |arn: &&str| {
        arn.starts_with(&format!("arn:{partition}:iam::{account}:{noun}/"))
            && arn.ends_with(&format!("/{}", named.id()))
    };
    match need.seen.and_then(|seen| seen.text("arn")).filter(own) {
        Some(arn) if *target == named => vec![literal(arn)],
        // Its path is not known. Names hold no slash and are unique over all paths, so these two are it and no other.
        Some(_) | None => ["", "*/"]
            .map(|path| {
                format!(
                    "arn:{partition}:iam::{account}:{noun}/{path}{}",
                    literal(named.id())
                )
            })
            .to_vec(),
    }
}

/// Text in a resource that stands for itself: `*`, `?` and `$` have their variables (IAM User Guide, policy variables).
fn literal(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, c| {
        match c {
            '*' | '?' | '$' => safe.extend(["${", &c.to_string(), "}"]),
            _ => safe.push(c),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
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
            "iam:ListRoles",
            "iam:ListUsers",
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
    fn a_permission_is_given_on_the_target_and_on_nothing_else() {
        let user = locator("aws:user/bot@123456789012");
        let pathed = seen(
            &user,
            json!({"arn": "arn:aws-cn:iam::123456789012:user/ci/bot"}),
        );
        let need = Need {
            permissions: &["iam:PutUserPolicy".to_owned()],
            target: Some(&user),
            seen: Some(&pathed),
        };
        assert_eq!(
            policy(&[need], "aws").pointer("/Statement/1/Resource"),
            Some(&json!(["arn:aws-cn:iam::123456789012:user/ci/bot"]))
        );
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
        assert_eq!(
            on("lambda:PutFunctionConcurrency", None, None),
            ["arn:aws:lambda:*:*:function:*"]
        );
    }

    #[test]
    fn reads_stand_apart_from_changes_and_what_is_given_on_all_is_not_given_again() {
        let user = locator("aws:user/bot@1");
        let (change, look) = (["iam:PutUserPolicy".to_owned()], ["iam:GetUser".to_owned()]);
        let need = |permissions, target| Need {
            permissions,
            target,
            seen: None,
        };
        let needs = [
            need(&change, Some(&user)),
            need(&look, Some(&user)),
            need(&look, None),
        ];
        let document = policy(&needs, "aws");
        let statements = document.get("Statement").and_then(Value::as_array);
        let member = |one: &Value, name: &str| one.get(name).cloned().unwrap_or_default();
        let said: Vec<_> = statements
            .into_iter()
            .flatten()
            .map(|one| ["Sid", "Action", "Resource"].map(|name| member(one, name)))
            .collect();
        let wanted = [
            [
                json!("ContainRead1"),
                json!(["iam:GetUser"]),
                json!(["arn:aws:iam::1:user/*"]),
            ],
            [
                json!("ContainRead2"),
                json!(["sts:GetCallerIdentity"]),
                json!(["*"]),
            ],
            [
                json!("ContainChange3"),
                json!(["iam:PutUserPolicy"]),
                json!(["arn:aws:iam::1:user/*/bot", "arn:aws:iam::1:user/bot"]),
            ],
        ];
        assert_eq!(said, wanted);
    }
}
