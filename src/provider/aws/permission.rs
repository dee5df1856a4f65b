//! Least policies: documents that permit exactly what is needed, on what it is needed on.
//!
//! Never permits an action by wildcard.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::guard::READS;
use super::resource;
use crate::domain::ReadKind;
use crate::domain::wildcard::matches;
use crate::provider::Need;

/// What every command asks first.
const WHO: &str = "sts:GetCallerIdentity";

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

/// What is asked to find out what a user or role stands on: see [`super::branch`].
const BRANCH: [&str; 16] = [
    "iam:GetAccessKeyLastUsed",
    "iam:GetRole",
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
    "iam:ListUsers",
    "rolesanywhere:ListProfiles",
    "rolesanywhere:ListTrustAnchors",
    "sts:GetAccessKeyInfo",
];

/// The permissions that finding out needs what we ourselves stand on.
pub(super) fn branch() -> Vec<String> {
    BRANCH.iter().map(|&read| read.to_owned()).collect()
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
            let found = resource::of(permission, need, (&partition, account));
            // What is about another holder than this target's is not needed for it.
            if !found.is_empty() {
                resources.entry(permission).or_default().extend(found);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fact, Fields, Locator, Seen, Time};

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

    #[test]
    fn what_we_stand_on_is_found_out_by_reads_alone() {
        assert!(BRANCH.iter().all(|read| READS.contains(read)));
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
