//! `aws.put-agent-api-key`: replaces the API key that AgentCore hands to agents.
//!
//! Never reads the key that is there.

#[cfg(feature = "aws")]
use super::super::service::agent;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, words};
use crate::domain::{Call, Effect, Repeat, Spec, Tier, Undo};
#[cfg(feature = "aws")]
use crate::domain::{Outcome, Secret};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |_, call| Box::pin(std::future::ready(super::needs_a_secret(call))),
    #[cfg(feature = "aws")]
    deliver: Some(|on, call, what| Box::pin(deliver(on, call, what))),
};

fn spec() -> Spec {
    Spec {
        id: action("put-agent-api-key"),
        title: "put the new key where AgentCore hands it to agents".to_owned(),
        on: kind("api-key-provider"),
        effect: Effect::Deliver,
        hurts: "Agents that keep the former key.".to_owned(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::None("the former key is the one that leaked, and AgentCore keeps no version of it to go back to".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["bedrock-agentcore:UpdateApiKeyCredentialProvider"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_UpdateApiKeyCredentialProvider.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    vec![format!(
        "aws bedrock-agentcore-control update-api-key-credential-provider --region {region} --name {name} --api-key file:///dev/stdin"
    )]
}

#[cfg(feature = "aws")]
async fn deliver(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    agent::put_api_key(on, call, what).await
}
