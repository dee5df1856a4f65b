//! `aws.attach-policy`: puts a managed policy back on a user, role or group.
//!
//! Never grants what did not stand there before.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, attachment_command, shape, words};
use crate::domain::{Call, Spec, Tier};

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
        title: "put the policy back".to_owned(),
        hurts: "Nobody, unless it was granted by who should not have.".to_owned(),
        floor: Tier::DISRUPTIVE,
        permissions: words(&[
            "iam:AttachUserPolicy",
            "iam:AttachRolePolicy",
            "iam:AttachGroupPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListAttachedRolePolicies",
            "iam:ListAttachedGroupPolicies",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(&super::detach_policy::ACTION, "attach-policy")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![attachment_command(call)]
}
