//! `aws.lift-user-deny`: puts back what stood in the place of our deny.
//!
//! Never touches a policy of another name.

use super::{action, kind, policy_bound, words};
use crate::domain::{Becomes, Effect, Repeat, Spec, Tier, Touch, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Call, Outcome};

pub(super) fn spec() -> Spec {
    Spec {
        id: action("lift-user-deny"),
        title: "lift the deny from the user".to_owned(),
        on: kind("user"),
        effect: Effect::Open,
        hurts: "Nobody, unless the user's credentials are still in other hands.".to_owned(),
        touches: vec![Touch {
            field: "deny".to_owned(),
            becomes: Becomes::Before,
        }],
        floor: Tier::LOW,
        undo: Undo::By(action("deny-user")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:PutUserPolicy",
            "iam:GetUser",
            "iam:GetUserPolicy",
        ]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html"
            .to_owned(),
    }
}

#[cfg(feature = "aws")]
pub(super) async fn perform(on: &super::client::Handle, call: &Call) -> Outcome {
    super::inline::lift_deny(on, super::inline::Holder::User, call).await
}
