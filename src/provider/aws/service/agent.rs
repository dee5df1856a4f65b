//! Agents: aliases of Bedrock agents, and what AgentCore keeps for them.
//!
//! Never resets a token vault: that deletes the stored tokens of every agent for good.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::signed::{AGENTCORE, Ask, BEDROCK_AGENT, segment, send};
use super::{Looked, Place};
use crate::domain::{Answer, Because, Call, Fields, Outcome, Secret, Why};

/// The path of an alias, whose name is `AGENT/ALIAS`.
fn path(place: &Place) -> Result<String, Why> {
    let (agent, alias) = place.name.split_once('/').ok_or_else(|| {
        let text = format!("`{}` is no alias of an agent: AGENT/ALIAS", place.name);
        Why::new(Because::Invalid, text)
    })?;
    Ok(format!(
        "/agents/{}/agentaliases/{}/",
        segment(agent),
        segment(alias)
    ))
}

async fn read(on: &Handle, place: &Place) -> Result<Value, Failure> {
    let route = ("GET", path(place).map_err(Failure::Unsent)?);
    let permission = "bedrock:GetAgentAlias";
    let said = send(
        on,
        &Ask::rest(BEDROCK_AGENT, permission, &place.region, route, None),
    )
    .await?;
    said.get("agentAlias").cloned().ok_or_else(|| {
        let text = "bedrock:GetAgentAlias answered no alias";
        Failure::Lost(Why::new(Because::Garbled, text))
    })
}

fn told(said: &Value, wanted: &[(&str, &str)]) -> Fields {
    wanted
        .iter()
        .filter_map(|(field, at)| Some(((*field).to_owned(), said.pointer(at)?.clone())))
        .collect()
}

pub(super) async fn alias(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let said = read(on, place).await?;
    let mut fields = told(
        &said,
        &[
            ("arn", "/agentAliasArn"),
            ("title", "/agentAliasName"),
            ("status", "/agentAliasStatus"),
            ("invocations", "/aliasInvocationState"),
            ("created", "/createdAt"),
        ],
    );
    // An alias that never was told otherwise accepts.
    fields
        .entry("invocations".to_owned())
        .or_insert_with(|| json!("ACCEPT_INVOCATIONS"));
    Ok(Looked {
        name: place.name.clone(),
        fields,
    })
}

/// Sets whether an alias takes invocations; its name, description and routing are sent back as they stand.
pub(in super::super) async fn set_invocations(
    on: &Handle,
    call: &Call,
    allowed: &[&str],
) -> Outcome {
    let state = call.value("invocations").and_then(Value::as_str);
    let Some(state) = state.filter(|state| allowed.contains(state)) else {
        let text = format!("{} was not told which state to set", call.action);
        return Outcome::Refused(Why::new(Because::Invalid, text));
    };
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let said = match read(on, &place).await {
        Ok(said) => said,
        Err(failure) => return unsent(failure.why()),
    };
    let route = match path(&place) {
        Ok(path) => ("PUT", path),
        Err(why) => return unsent(why),
    };
    let mut body = told(
        &said,
        &[
            ("agentAliasName", "/agentAliasName"),
            ("description", "/description"),
            ("routingConfiguration", "/routingConfiguration"),
        ],
    );
    body.insert("aliasInvocationState".to_owned(), json!(state));
    let ask = Ask::rest(
        BEDROCK_AGENT,
        "bedrock:UpdateAgentAlias",
        &place.region,
        route,
        Some(json!(body)),
    );
    match send(on, &ask).await {
        // The alias is updated after the answer (202).
        Ok(_) => Outcome::Done(Answer {
            applied: false,
            ..Answer::default()
        }),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

async fn named(
    on: &Handle,
    place: &Place,
    permission: &'static str,
    path: &str,
) -> Result<Value, Failure> {
    let route = ("POST", path.to_owned());
    let body = Some(json!({"name": place.name}));
    send(
        on,
        &Ask::rest(AGENTCORE, permission, &place.region, route, body),
    )
    .await
}

pub(super) async fn workload_identity(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let permission = "bedrock-agentcore:GetWorkloadIdentity";
    let said = named(on, place, permission, "/identities/GetWorkloadIdentity").await?;
    let mut fields = told(
        &said,
        &[
            ("arn", "/workloadIdentityArn"),
            ("return_urls", "/allowedResourceOauth2ReturnUrls"),
        ],
    );
    fields.insert("status".to_owned(), json!("Present"));
    Ok(Looked {
        name: place.name.clone(),
        fields,
    })
}

/// Deletes a workload identity.
pub(in super::super) async fn delete_workload_identity(on: &Handle, call: &Call) -> Outcome {
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let route = ("POST", "/identities/DeleteWorkloadIdentity".to_owned());
    let ask = Ask::rest(
        AGENTCORE,
        "bedrock-agentcore:DeleteWorkloadIdentity",
        &place.region,
        route,
        Some(json!({"name": place.name})),
    );
    match send(on, &ask.silent()).await {
        Ok(_) => done(),
        Err(failure) if failure.is_missing() => Outcome::AlreadySo,
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

pub(super) async fn api_key_provider(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let permission = "bedrock-agentcore:GetApiKeyCredentialProvider";
    let said = named(
        on,
        place,
        permission,
        "/identities/GetApiKeyCredentialProvider",
    )
    .await?;
    let fields = told(
        &said,
        &[
            ("arn", "/credentialProviderArn"),
            ("secret_arn", "/apiKeySecretArn/secretArn"),
        ],
    );
    Ok(Looked {
        name: place.name.clone(),
        fields,
    })
}

/// Replaces the key that a provider hands to agents.
pub(in super::super) async fn put_api_key(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let route = (
        "POST",
        "/identities/UpdateApiKeyCredentialProvider".to_owned(),
    );
    let ask = Ask::rest(
        AGENTCORE,
        "bedrock-agentcore:UpdateApiKeyCredentialProvider",
        &place.region,
        route,
        Some(json!({"name": place.name, "apiKey": what.expose()})),
    );
    match send(on, &ask).await {
        Ok(_) => done(),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

fn done() -> Outcome {
    Outcome::Done(Answer {
        applied: true,
        ..Answer::default()
    })
}
