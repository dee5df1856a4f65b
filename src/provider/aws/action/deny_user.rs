//! `aws.deny-user`: puts an explicit deny of everything on a user.
//!
//! Never reaches roles that the user assumed: they are other principals.

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
        id: action("deny-user"),
        title: "deny the user everything".to_owned(),
        on: kind("user"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Pauses,
            of: vec![kind("access-key"), kind("session")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Everything that uses this user: its keys, its console, its sessions; roles it assumed earlier go on.".to_owned(),
        touches: vec![Touch {
            field: "deny".to_owned(),
            becomes: Becomes::Is(json!("in-force")),
        }],
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("lift-user-deny")),
        params: Vec::new(),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["iam:PutUserPolicy", "iam:GetUser", "iam:GetUserPolicy"]),
        bound: policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL", "MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(call, "user", DENY_NAME, deny_document(call))]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    inline::deny(on, inline::Holder::User, call).await
}
