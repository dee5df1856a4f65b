//! Lambda functions: whether they may run, and what their environment holds.
//!
//! Never shows a value of an environment variable: names only.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::signed::{Ask, LAMBDA, segment, send};
use super::{Looked, Place};
use crate::domain::{Answer, Because, Call, Fields, Outcome, Secret, Why};

fn configuration(place: &Place) -> String {
    format!(
        "/2015-03-31/functions/{}/configuration",
        segment(&place.name)
    )
}

async fn configured(on: &Handle, place: &Place) -> Result<Value, Failure> {
    let permission = "lambda:GetFunctionConfiguration";
    let route = ("GET", configuration(place));
    send(
        on,
        &Ask::rest(LAMBDA, permission, &place.region, route, None),
    )
    .await
}

pub(super) async fn look(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let concurrency = async {
        let path = format!("/2019-09-30/functions/{}/concurrency", segment(&place.name));
        let permission = "lambda:GetFunctionConcurrency";
        send(
            on,
            &Ask::rest(LAMBDA, permission, &place.region, ("GET", path), None),
        )
        .await
    };
    let (said, concurrency) = futures_util::join!(configured(on, place), concurrency);
    let (said, concurrency) = (said?, concurrency?);
    let told = [
        ("arn", "/FunctionArn"),
        ("role", "/Role"),
        ("changed", "/LastModified"),
    ];
    let mut fields: Fields = told
        .into_iter()
        .filter_map(|(field, at)| Some((field.to_owned(), said.pointer(at)?.clone())))
        .collect();
    let role = said.get("Role").and_then(Value::as_str);
    if let Some(role) = role.and_then(super::super::resolve::principal) {
        fields.insert("principal".to_owned(), json!(role));
    }
    let reserved = concurrency.get("ReservedConcurrentExecutions");
    fields.insert(
        "reserved_concurrency".to_owned(),
        reserved.cloned().unwrap_or_default(),
    );
    let variables = said
        .pointer("/Environment/Variables")
        .and_then(Value::as_object);
    let names: std::collections::BTreeSet<&String> =
        variables.into_iter().flat_map(|all| all.keys()).collect();
    fields.insert("variables".to_owned(), json!(names));
    let name = said.get("FunctionName").and_then(Value::as_str);
    let name = name.ok_or_else(|| {
        let text = "lambda:GetFunctionConfiguration answered no function";
        Failure::Lost(Why::new(Because::Garbled, text))
    })?;
    Ok(Looked {
        name: name.to_owned(),
        fields,
    })
}

/// Sets or takes off the reserved concurrency, as the call says.
pub(in super::super) async fn reserve(on: &Handle, call: &Call) -> Outcome {
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let path = format!("/2017-10-31/functions/{}/concurrency", segment(&place.name));
    let ask = match call.value("reserved_concurrency") {
        Some(Value::Null) => {
            let permission = "lambda:DeleteFunctionConcurrency";
            Ask::rest(LAMBDA, permission, &place.region, ("DELETE", path), None).silent()
        }
        Some(Value::Number(wanted)) if wanted.is_u64() => {
            let body = json!({"ReservedConcurrentExecutions": wanted});
            let permission = "lambda:PutFunctionConcurrency";
            Ask::rest(LAMBDA, permission, &place.region, ("PUT", path), Some(body))
        }
        Some(_) | None => {
            let text = format!("{} was not told which concurrency to reserve", call.action);
            return Outcome::Refused(Why::new(Because::Invalid, text));
        }
    };
    match send(on, &ask).await {
        Ok(_) => done(Fields::new()),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

/// Replaces one variable of the environment; only one that is there, and only if nobody changed the function since.
pub(in super::super) async fn put_variable(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let said = match configured(on, &place).await {
        Ok(said) => said,
        Err(failure) => return unsent(failure.why()),
    };
    let name = call
        .value("variable")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut variables = said
        .pointer("/Environment/Variables")
        .cloned()
        .unwrap_or_default();
    let Some(slot) = variables.get_mut(name) else {
        let text = format!("{} has no variable `{name}`", call.target);
        return Outcome::Refused(Why::new(Because::Missing, text));
    };
    *slot = json!(what.expose());
    let mut body = json!({"Environment": {"Variables": variables}});
    if let (Some(body), Some(revision)) = (body.as_object_mut(), said.get("RevisionId")) {
        body.insert("RevisionId".to_owned(), revision.clone());
    }
    let permission = "lambda:UpdateFunctionConfiguration";
    let route = ("PUT", configuration(&place));
    match send(
        on,
        &Ask::rest(LAMBDA, permission, &place.region, route, Some(body)),
    )
    .await
    {
        Ok(said) => {
            let revision = said.get("RevisionId").cloned().unwrap_or_default();
            done(Fields::from([("revision".to_owned(), revision)]))
        }
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

fn done(fields: Fields) -> Outcome {
    Outcome::Done(Answer {
        applied: true,
        fields,
        ..Answer::default()
    })
}
