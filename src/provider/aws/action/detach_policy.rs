//! `aws.detach-policy`: takes a managed policy off a user, role or group.
//!
//! Never touches another grant of the same holder.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, attachment_command, shape, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_attached(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "take the policy off".to_owned(),
        hurts: "Whoever works with what this policy allows.".to_owned(),
        permissions: words(&[
            "iam:DetachUserPolicy",
            "iam:DetachRolePolicy",
            "iam:DetachGroupPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListAttachedRolePolicies",
            "iam:ListAttachedGroupPolicies",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html"
            .to_owned(),
        ..shape::cut(
            "detach-policy",
            "policy-attachment",
            "attach-policy",
            shape::suspends(),
            ("attached", Becomes::Is(json!(false))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![attachment_command(call)]
}
