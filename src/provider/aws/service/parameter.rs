//! Parameters of Parameter Store: putting a new value.
//!
//! Never reads a value, and never puts a secret where it would stand in clear.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::signed::{Ask, SSM, send};
use super::{Looked, Place};
use crate::domain::{Answer, Because, Call, Fields, Outcome, Secret, Time, Why};

/// What DescribeParameters says of one.
async fn described(on: &Handle, place: &Place) -> Result<Value, Failure> {
    let body = json!({
        "ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": [place.name]}],
    });
    let permission = "ssm:DescribeParameters";
    let said = send(on, &Ask::json(SSM, permission, &place.region, body)).await?;
    let Some(all) = said.get("Parameters").and_then(Value::as_array) else {
        let text = "ssm:DescribeParameters answered no list";
        return Err(Failure::Lost(Why::new(Because::Garbled, text)));
    };
    let is_it = |one: &&Value| one.get("Name").and_then(Value::as_str) == Some(&place.name);
    all.iter()
        .find(is_it)
        .cloned()
        .ok_or_else(|| Failure::Refused {
            code: "ParameterNotFound".to_owned(),
            why: Why::new(
                Because::Missing,
                format!("there is no parameter {} in {}", place.name, place.region),
            ),
        })
}

pub(super) async fn look(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let said = described(on, place).await?;
    let told = [
        ("version", "/Version"),
        ("type", "/Type"),
        ("key_id", "/KeyId"),
        ("changed_by", "/LastModifiedUser"),
    ];
    let mut fields: Fields = told
        .into_iter()
        .filter_map(|(field, at)| Some((field.to_owned(), said.pointer(at)?.clone())))
        .collect();
    if let Some(at) = said.get("LastModifiedDate").and_then(seconds) {
        fields.insert("changed".to_owned(), json!(at.to_string()));
    }
    Ok(Looked {
        name: place.name.clone(),
        fields,
    })
}

/// A time in seconds, as JSON services write it.
pub(super) fn seconds(value: &Value) -> Option<Time> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float out of range saturates, and no such time is then made of it"
    )]
    let at = Time::from_millisecond((value.as_f64()? * 1000.0) as i64);
    at.ok()
}

/// Puts a value as the next version.
pub(in super::super) async fn put(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let there = match described(on, &place).await {
        Ok(there) => there,
        Err(failure) => return unsent(failure.why()),
    };
    if there.get("Type").and_then(Value::as_str) != Some("SecureString") {
        let text = format!(
            "{} is no SecureString: a secret would stand in it in clear",
            call.target
        );
        return Outcome::Refused(Why::new(Because::Conflict, text));
    }
    let mut body = json!({"Name": place.name, "Value": what.expose(), "Type": "SecureString", "Overwrite": true});
    // Without its key AWS would encrypt the new version with the account's default one (API_PutParameter, KeyId).
    if let (Some(body), Some(key)) = (body.as_object_mut(), there.get("KeyId")) {
        body.insert("KeyId".to_owned(), key.clone());
    }
    let sent = send(on, &Ask::json(SSM, "ssm:PutParameter", &place.region, body)).await;
    match sent {
        Ok(said) => {
            let version = said.get("Version").cloned().unwrap_or_default();
            let before = there.get("Version").cloned().unwrap_or_default();
            Outcome::Done(Answer {
                applied: true,
                fields: [
                    ("version".to_owned(), version),
                    ("version_before".to_owned(), before),
                ]
                .into(),
                ..Answer::default()
            })
        }
        Err(failure) => failure.outcome(&on.link.clock),
    }
}
