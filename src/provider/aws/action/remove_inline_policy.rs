//! `aws.remove-inline-policy`: removes an inline policy from a user, role or group, its document saved.
//!
//! Never touches another grant of the same holder.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, inline_command, shape, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_inline(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "remove the inline policy".to_owned(),
        hurts: "Whoever works with what this policy allows.".to_owned(),
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:DeleteRolePolicy",
            "iam:DeleteGroupPolicy",
            "iam:GetUserPolicy",
            "iam:GetRolePolicy",
            "iam:GetGroupPolicy",
            "iam:GetUser",
            "iam:GetRole",
            "iam:GetGroup",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html"
            .to_owned(),
        ..shape::cut(
            "remove-inline-policy",
            "inline-policy",
            "put-inline-policy",
            shape::suspends(),
            ("document", Becomes::Is(json!(""))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![inline_command(call)]
}
