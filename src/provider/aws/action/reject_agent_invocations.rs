//! `aws.reject-agent-invocations`: lets an alias of a Bedrock agent refuse invocations.
//!
//! Never changes the alias's name, description or routing, and never touches the role of the agent.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::agent;
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, quoted, setting_bound, text, words};
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
        id: action("reject-agent-invocations"),
        title: "let the alias of the agent refuse invocations".to_owned(),
        on: kind("agent-alias"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: false,
            allows: Access::Nothing,
        }),
        hurts: "Whoever invokes the agent by this alias; other aliases go on.".to_owned(),
        touches: vec![Touch {
            field: "invocations".to_owned(),
            becomes: Becomes::Is(json!("REJECT_INVOCATIONS")),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("accept-agent-invocations")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["bedrock:UpdateAgentAlias", "bedrock:GetAgentAlias"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: words(&["whether the test alias TSTALIASID obeys"]),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgentAlias.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = super::place(call);
    let (agent, alias) = name.split_once('/').unwrap_or_default();
    let on = format!(
        "--region {} --agent-id {} --agent-alias-id {}",
        quoted(region),
        quoted(agent),
        quoted(alias)
    );
    let state = quoted(&text(call, "invocations"));
    vec![format!(
        "aws bedrock-agent update-agent-alias {on} --cli-input-json \"$(aws bedrock-agent get-agent-alias {on} --query 'agentAlias.{{agentAliasName:agentAliasName,description:description,routingConfiguration:routingConfiguration}}' | jq -c 'with_entries(select(.value != null))')\" --alias-invocation-state {state}"
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    agent::set_invocations(on, call, &["REJECT_INVOCATIONS"]).await
}
