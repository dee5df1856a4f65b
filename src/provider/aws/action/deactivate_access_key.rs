//! `aws.deactivate-access-key`: switches one access key off.
//!
//! Never touches sessions minted with the key; they outlive it.

use serde_json::json;

#[cfg(feature = "aws")]
use super::inline;
use super::{Action, key_bound, set_status, shape, words};
use crate::domain::{Becomes, Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::set_status(on, call, &["Inactive"])),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "switch the key off".to_owned(),
        hurts: "Every workload that signs with this key; sessions minted with it go on.".to_owned(),
        floor: Tier::LOW,
        permissions: words(&[
            "iam:UpdateAccessKey",
            "iam:ListAccessKeys",
            "iam:ListUsers",
            "iam:GetAccessKeyLastUsed",
        ]),
        bound: key_bound(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
            .to_owned(),
        ..shape::cut(
            "deactivate-access-key",
            "access-key",
            "activate-access-key",
            shape::suspends(),
            ("status", Becomes::Is(json!("Inactive"))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![set_status(call, "Inactive")]
}
