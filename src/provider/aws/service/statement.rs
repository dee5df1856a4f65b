//! The two statements of ours in a secret's resource policy, as text that anybody can check.
//!
//! Never names a principal by an id of AWS's: the deny holds for who is made anew under the name, too.

use serde_json::{Value, json};

use super::super::ours::IN_FORCE;
use crate::domain::Locator;

/// One of our two statements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Statement {
    /// Denies reading to everybody.
    All,
    /// Denies reading to one principal.
    One,
}

impl Statement {
    /// Its id in the policy.
    pub(in super::super) fn sid(self) -> &'static str {
        match self {
            Self::All => "ContainDeny",
            Self::One => "ContainDenyReader",
        }
    }

    /// The field that tells of it.
    pub(in super::super) fn field(self) -> &'static str {
        match self {
            Self::All => "deny",
            Self::One => "denied_reader",
        }
    }

    /// The statement that a field's value stands for; nothing where the value is not in our own form.
    pub(in super::super) fn written(self, value: &str, region: &str) -> Option<Value> {
        let mut statement = json!({
            "Sid": self.sid(), "Effect": "Deny", "Principal": "*",
            "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        });
        let reader: Locator = match self {
            Self::All => return (value == IN_FORCE).then_some(statement),
            Self::One => value.parse().ok()?,
        };
        let (account, noun) = (reader.account()?, reader.kind().noun());
        if !matches!(noun, "user" | "role") {
            return None;
        }
        let partition = partition(region);
        // The path is not part of the name: either form is this principal, and no other.
        let of = |path: &str| {
            format!(
                "arn:{partition}:iam::{account}:{noun}/{path}{}",
                reader.id()
            )
        };
        let condition = json!({"ArnLike": {"aws:PrincipalArn": [of(""), of("*/")]}});
        statement
            .as_object_mut()?
            .insert("Condition".to_owned(), condition);
        Some(statement)
    }
}

/// The partition in the ARNs of a region.
pub(in super::super) fn partition(region: &str) -> &'static str {
    match region.split('-').collect::<Vec<_>>().as_slice() {
        ["cn", ..] => "aws-cn",
        ["us", "gov", ..] => "aws-us-gov",
        ["us", "iso", ..] => "aws-iso",
        ["us", "isob", ..] => "aws-iso-b",
        _ => "aws",
    }
}
