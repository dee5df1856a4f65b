//! `aws.activate-access-key`: gives an access key the status back that it had.
//!
//! Never makes a key; one that was deleted stays gone.

use super::{Action, action, key_bound, kind, quoted, set_status, text, words};
#[cfg(feature = "aws")]
use super::{Handle, inline};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{Becomes, Call, Effect, Repeat, Spec, Tier, Touch, Undo};

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
        standards: words(&["MITRE D3FEND 1.2.0 D3-ULA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
            .to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![set_status(call, &quoted(&text(call, "status")))]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::set_status(on, call, &["Active", "Inactive"]).await
}
