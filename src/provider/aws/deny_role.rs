//! `aws.deny-role`: puts an explicit deny of everything on a role.
//!
//! Never edits service-linked or `AWSReservedSSO_` roles: AWS refuses that.

use serde_json::json;

use super::{action, kind, policy_bound, words};
use crate::domain::{Access, Becomes, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Call, Outcome};

pub(super) fn spec() -> Spec {
    Spec {
        id: action("deny-role"),
        title: "deny the role everything".to_owned(),
        on: kind("role"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Pauses,
            of: vec![kind("session")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every workload that runs as this role.".to_owned(),
        touches: vec![Touch {
            field: "deny".to_owned(),
            becomes: Becomes::Is(json!("in-force")),
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-role-deny")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["iam:PutRolePolicy", "iam:GetRole", "iam:GetRolePolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL", "MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html".to_owned(),
    }
}

#[cfg(feature = "aws")]
pub(super) async fn perform(on: &super::client::Handle, call: &Call) -> Outcome {
    super::inline::deny(on, super::inline::Holder::Role, call).await
}
