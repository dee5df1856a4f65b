//! `aws.deactivate-access-key`: switches one access key off.
//!
//! Never touches sessions minted with the key; they outlive it.

use serde_json::json;

use super::{action, key_bound, kind, words};
use crate::domain::{Access, Becomes, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Call, Outcome};

pub(super) fn spec() -> Spec {
    Spec {
        id: action("deactivate-access-key"),
        title: "switch the key off".to_owned(),
        on: kind("access-key"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every workload that signs with this key; sessions minted with it go on.".to_owned(),
        touches: vec![Touch {
            field: "status".to_owned(),
            becomes: Becomes::Is(json!("Inactive")),
        }],
        floor: Tier::LOW,
        undo: Undo::By(action("activate-access-key")),
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
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
            .to_owned(),
    }
}

#[cfg(feature = "aws")]
pub(super) async fn perform(on: &super::client::Handle, call: &Call) -> Outcome {
    super::inline::set_status(on, call, &["Inactive"]).await
}
