//! `aws.widen-role`: puts back the permissions boundary that a role had, or none.
//!
//! Never removes the policy that our boundary was made of: others may carry it too.

use super::{Action, narrowed, shape, words};
#[cfg(feature = "aws")]
use super::{boundary, inline::Holder};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(boundary::set(on, Holder::Role, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "give the role the boundary back that it had".to_owned(),
        hurts: "Nobody, unless the role is still in other hands.".to_owned(),
        permissions: words(&[
            "iam:PutRolePermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:CreatePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(&super::narrow_role::ACTION, "widen-role")
    }
}

fn commands(call: &Call) -> Vec<String> {
    narrowed(call, "role")
}
