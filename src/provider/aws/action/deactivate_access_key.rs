//! `aws.deactivate-access-key`: switches one access key off.
//!
//! Never touches sessions minted with the key; they outlive it.

use serde_json::json;

use super::{Action, action, key_bound, kind, set_status, words};
#[cfg(feature = "aws")]
use super::{Handle, inline};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{
    Access, Becomes, Call, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo,
};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(perform(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
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
        params: Vec::new(),
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

fn commands(call: &Call) -> Vec<String> {
    vec![set_status(call, "Inactive")]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::set_status(on, call, &["Inactive"]).await
}
