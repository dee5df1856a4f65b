//! `aws.delete-workload-identity`: deletes a workload identity of AgentCore.
//!
//! Never touches tokens that were handed out already, nor the token vault.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::agent;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, words};
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
        id: action("delete-workload-identity"),
        title: "delete the workload identity".to_owned(),
        on: kind("workload-identity"),
        effect: Effect::Cut(Cut {
            rung: Rung::Delete,
            target: Fate::Dies,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every agent that takes its tokens by this identity.".to_owned(),
        touches: vec![Touch {
            field: "status".to_owned(),
            becomes: Becomes::Is(json!("Deleted")),
        }],
        params: Vec::new(),
        floor: Tier::GRAVE,
        undo: Undo::None("AgentCore knows no disabled identity, and one made anew under the name is another".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["bedrock-agentcore:DeleteWorkloadIdentity", "bedrock-agentcore:GetWorkloadIdentity"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["what becomes of tokens that the identity was given already"]),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_DeleteWorkloadIdentity.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    vec![format!(
        "aws bedrock-agentcore-control delete-workload-identity --region {region} --name {name}"
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    agent::delete_workload_identity(on, call).await
}
