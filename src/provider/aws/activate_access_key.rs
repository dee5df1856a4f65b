//! `aws.activate-access-key`: gives an access key the status back that it had.
//!
//! Never makes a key; one that was deleted stays gone.

use super::{action, key_bound, kind, words};
use crate::domain::{Becomes, Effect, Repeat, Spec, Tier, Touch, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Call, Outcome};

pub(super) fn spec() -> Spec {
    Spec {
        id: action("activate-access-key"),
        title: "switch the key back on".to_owned(),
        on: kind("access-key"),
        effect: Effect::Open,
        hurts: "Nobody, unless the key is still in other hands: then it works for them again."
            .to_owned(),
        touches: vec![Touch {
            field: "status".to_owned(),
            becomes: Becomes::Before,
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("deactivate-access-key")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&[
            "iam:UpdateAccessKey",
            "iam:ListAccessKeys",
            "iam:ListUsers",
            "iam:GetAccessKeyLastUsed",
        ]),
        bound: key_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ULA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
            .to_owned(),
    }
}

#[cfg(feature = "aws")]
pub(super) async fn perform(on: &super::client::Handle, call: &Call) -> Outcome {
    super::inline::set_status(on, call, &["Active", "Inactive"]).await
}
