//! `aws.lift-role-deny`: puts back what stood in the place of our deny.
//!
//! Never touches a policy of another name.

use super::{action, kind, policy_bound, words};
use crate::domain::{Becomes, Effect, Repeat, Spec, Tier, Touch, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Call, Outcome};

pub(super) fn spec() -> Spec {
    Spec {
        id: action("lift-role-deny"),
        title: "lift the deny from the role".to_owned(),
        on: kind("role"),
        effect: Effect::Open,
        hurts: "Nobody, unless the role is still entered by others.".to_owned(),
        touches: vec![Touch {
            field: "deny".to_owned(),
            becomes: Becomes::Before,
        }],
        floor: Tier::LOW,
        undo: Undo::By(action("deny-role")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&[
            "iam:DeleteRolePolicy",
            "iam:PutRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
        ]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html"
            .to_owned(),
    }
}

#[cfg(feature = "aws")]
pub(super) async fn perform(on: &super::client::Handle, call: &Call) -> Outcome {
    super::inline::lift_deny(on, super::inline::Holder::Role, call).await
}
