//! `aws.deny-role`: puts an explicit deny of everything on a role.
//!
//! Never edits service-linked or `AWSReservedSSO_` roles: AWS refuses that.

use serde_json::json;

use super::{Action, DENY_NAME, action, deny_document, kind, policy_bound, put_or_delete, words};
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
        params: Vec::new(),
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

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(call, "role", DENY_NAME, deny_document(call))]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::deny(on, inline::Holder::Role, call).await
}
