//! `aws.put-inline-policy`: puts back an inline policy of a user, role or group, to the letter.
//!
//! Never grants what did not stand there before.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, inline_command, shape, words};
use crate::domain::{Call, Spec, Tier};

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
        title: "put the inline policy back".to_owned(),
        hurts: "Nobody, unless it was granted by who should not have.".to_owned(),
        floor: Tier::DISRUPTIVE,
        permissions: words(&[
            "iam:PutUserPolicy",
            "iam:PutRolePolicy",
            "iam:PutGroupPolicy",
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
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(&super::remove_inline_policy::ACTION, "put-inline-policy")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![inline_command(call)]
}
