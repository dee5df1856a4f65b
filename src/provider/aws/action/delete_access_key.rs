//! `aws.delete-access-key`: deletes an access key for good.
//!
//! Never touches sessions minted with the key; they outlive it.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::issue;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, key_bound, kind, owner, quoted, words};
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
        id: action("delete-access-key"),
        title: "delete the key".to_owned(),
        on: kind("access-key"),
        effect: Effect::Cut(Cut {
            rung: Rung::Delete,
            target: Fate::Dies,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every workload that signs with this key, for good; sessions minted with it go on.".to_owned(),
        touches: vec![Touch {
            field: "status".to_owned(),
            becomes: Becomes::Is(json!("Deleted")),
        }],
        params: Vec::new(),
        floor: Tier::GRAVE,
        undo: Undo::None("AWS makes no key with the same id or secret again, and when it was last used is gone with it".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:ListUsers", "iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:UntagUser"]),
        bound: key_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let key = quoted(call.target.id());
    vec![format!(
        "aws iam delete-access-key --user-name {} --access-key-id {key}",
        owner(&key)
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    issue::delete(on, call).await
}
