//! Secrets of Secrets Manager: who may read them, and which version is current.
//!
//! Never asks for a value, and never touches a statement of a resource policy that is not ours.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::config::{Builder, Region};
use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::{Clients, Handle};
use super::super::failure::Failure;
use super::super::keys::time;
use super::super::ours::IN_FORCE;
use super::statement::Statement;
use super::{Looked, Place};
use crate::domain::{Answer, Because, Call, Digest, Fields, Outcome, Secret, Why};

/// What the field of a statement of ours holds for what stands there.
pub(super) fn shown(which: Statement, policy: Option<&Value>, region: &str) -> Value {
    let Some(there) = policy.and_then(|policy| statements(policy).find(|s| is(s, which))) else {
        return Value::Null;
    };
    let value = match which {
        Statement::All => Some(IN_FORCE.to_owned()),
        Statement::One => named(there),
    };
    let fits = |value: &String| which.written(value, region).as_ref() == Some(there);
    // What somebody altered is shown as it stands.
    value
        .filter(fits)
        .map_or_else(|| json!(there.to_string()), Value::from)
}

fn first_arn(statement: &Value) -> Option<&str> {
    statement
        .pointer("/Condition/ArnLike/aws:PrincipalArn/0")?
        .as_str()
}

/// The principal that our statement names.
fn named(statement: &Value) -> Option<String> {
    let principal = super::super::resolve::principal(first_arn(statement)?)?;
    Some(principal.to_string())
}

fn is(statement: &Value, which: Statement) -> bool {
    statement.get("Sid").and_then(Value::as_str) == Some(which.sid())
}

/// The statements of a policy; one alone may stand without a list.
fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
    .iter()
}

/// The policy with our statement in it, or without; nothing where no statement is left.
fn with(policy: Option<&Value>, which: Statement, statement: Option<Value>) -> Option<Value> {
    let mut all: Vec<Value> =
        policy.map_or_else(Vec::new, |policy| statements(policy).cloned().collect());
    all.retain(|there| !is(there, which));
    all.extend(statement);
    let mut whole = policy
        .cloned()
        .unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    if all.is_empty() {
        return None;
    }
    whole
        .as_object_mut()?
        .insert("Statement".to_owned(), Value::Array(all));
    Some(whole)
}

pub(super) fn in_region(place: &Place) -> Builder {
    Builder::new().region(Region::new(place.region.clone()))
}

pub(super) async fn policy(clients: &Clients, place: &Place) -> Result<Option<Value>, Failure> {
    let request = clients.secrets.get_resource_policy().secret_id(&place.name);
    let said = request
        .customize()
        .config_override(in_region(place))
        .send()
        .await;
    let said = said.map_err(|failed| Failure::of(&failed, "secretsmanager:GetResourcePolicy"))?;
    match said.resource_policy() {
        None | Some("") => Ok(None),
        Some(text) => serde_json::from_str(text).map(Some).map_err(|_| {
            let text = "secretsmanager:GetResourcePolicy answered no policy";
            Failure::Lost(Why::new(Because::Garbled, text))
        }),
    }
}

/// The versions that carry a label.
fn labelled(
    versions: Option<&std::collections::HashMap<String, Vec<String>>>,
    stage: &str,
) -> Option<String> {
    let sorted: BTreeMap<_, _> = versions?.iter().collect();
    let has = |(_, stages): &(&String, &Vec<String>)| stages.iter().any(|one| one == stage);
    sorted
        .into_iter()
        .find(has)
        .map(|(version, _)| version.clone())
}

pub(super) async fn look(on: &Handle, place: &Place) -> Result<Looked, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let described = async {
        let request = clients.secrets.describe_secret().secret_id(&place.name);
        let said = request
            .customize()
            .config_override(in_region(place))
            .send()
            .await;
        said.map_err(|failed| Failure::of(&failed, "secretsmanager:DescribeSecret"))
    };
    let (said, policy) = futures_util::join!(described, policy(clients, place));
    let said = said?;
    let policy = policy?;
    let name = said.name().unwrap_or_default().to_owned();
    let versions = said.version_ids_to_stages();
    let mut fields = Fields::from([
        ("arn".to_owned(), json!(said.arn())),
        (
            "deny".to_owned(),
            shown(Statement::All, policy.as_ref(), &place.region),
        ),
        (
            "denied_reader".to_owned(),
            shown(Statement::One, policy.as_ref(), &place.region),
        ),
        (
            "current".to_owned(),
            json!(labelled(versions, "AWSCURRENT")),
        ),
        (
            "previous".to_owned(),
            json!(labelled(versions, "AWSPREVIOUS")),
        ),
        (
            "rotates".to_owned(),
            json!(said.rotation_enabled().unwrap_or(false)),
        ),
    ]);
    let times = [
        ("created", time(said.created_date())),
        ("rotated", time(said.last_rotated_date())),
        ("deleted", time(said.deleted_date())),
        // AWS keeps the day only.
        ("last_used", time(said.last_accessed_date())),
    ];
    for (field, at) in times {
        if let Some(at) = at {
            fields.insert(field.to_owned(), json!(at.to_string()));
        }
    }
    if name.is_empty() {
        let text = "secretsmanager:DescribeSecret answered no secret";
        return Err(Failure::Lost(Why::new(Because::Garbled, text)));
    }
    Ok(Looked { name, fields })
}

/// Writes one of our statements, or takes it off, as the call says; what others wrote stays.
///
/// Secrets Manager offers no condition on the policy's present state: what somebody writes between our reading and
/// our writing is lost.
pub(in super::super) async fn deny(on: &Handle, call: &Call, which: Statement) -> Outcome {
    match set(on, call, which).await {
        Ok(outcome) => outcome,
        Err(why) => unsent(why),
    }
}

async fn set(on: &Handle, call: &Call, which: Statement) -> Result<Outcome, Why> {
    let place = Place::of(&call.target)?;
    let clients = on.clients().await?;
    let looked = look(on, &place).await.map_err(|failure| failure.why())?;
    let statement = match call.value(which.field()) {
        Some(Value::Null) => None,
        Some(Value::String(text)) => {
            let ours = which.written(text, &place.region);
            let theirs = || serde_json::from_str(text).ok();
            let statement = ours.or_else(theirs).ok_or_else(|| {
                Why::new(
                    Because::Invalid,
                    format!("`{text}` is no principal whose account is known"),
                )
            })?;
            Some(statement)
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
            let text = format!("{} was not told what to write", call.action);
            return Err(Why::new(Because::Invalid, text));
        }
    };
    let present = looked
        .fields
        .get(which.field())
        .cloned()
        .unwrap_or_default();
    let is_other = which == Statement::One
        && statement.is_some()
        && !present.is_null()
        && call.value(which.field()) != Some(&present);
    if is_other {
        let text = format!(
            "reading it is denied to {} already, and one principal is denied by name at a time; aws.deny-secret denies all",
            present.as_str().unwrap_or_default()
        );
        return Err(Why::new(Because::Conflict, text));
    }
    let before = policy(clients, &place)
        .await
        .map_err(|failure| failure.why())?;
    let sent = match with(before.as_ref(), which, statement) {
        Some(after) if before.as_ref() == Some(&after) => return Ok(Outcome::AlreadySo),
        Some(after) => {
            let request = clients.secrets.put_resource_policy();
            let request = request
                .secret_id(&place.name)
                .resource_policy(after.to_string());
            let sent = request
                .customize()
                .config_override(in_region(&place))
                .send()
                .await;
            sent.map(drop)
                .map_err(|failed| Failure::of(&failed, "secretsmanager:PutResourcePolicy"))
        }
        None if before.is_none() => return Ok(Outcome::AlreadySo),
        None => {
            let request = clients
                .secrets
                .delete_resource_policy()
                .secret_id(&place.name);
            let sent = request
                .customize()
                .config_override(in_region(&place))
                .send()
                .await;
            sent.map(drop)
                .map_err(|failed| Failure::of(&failed, "secretsmanager:DeleteResourcePolicy"))
        }
    };
    Ok(match sent {
        Ok(()) => done(Fields::new()),
        Err(failure) => failure.outcome(&on.link.clock),
    })
}

fn done(fields: Fields) -> Outcome {
    Outcome::Done(Answer {
        applied: true,
        fields,
        ..Answer::default()
    })
}

/// The id of the version that a call makes: the same for every attempt, so that a repeat is the same version.
pub(in super::super) fn version(call: &Call) -> String {
    Digest::of(call.tag.0.as_bytes()).to_string()
}

/// The id of the version that holds a value which a call puts: the same value of the same call is the same version, and AWS
/// refuses another value under the id of an earlier one.
fn version_of(call: &Call, what: &Secret) -> String {
    Digest::of(format!("{}\n{}", call.tag.0, what.expose()).as_bytes()).to_string()
}

/// Puts a value as the new current version.
pub(in super::super) async fn put(on: &Handle, call: &Call, what: &Secret) -> Outcome {
    let (place, clients) = match ready(on, call).await {
        Ok(ready) => ready,
        Err(why) => return unsent(why),
    };
    let request = clients.secrets.put_secret_value().secret_id(&place.name);
    let request = request
        .client_request_token(version_of(call, what))
        .secret_string(what.expose());
    let sent = request
        .customize()
        .config_override(in_region(&place))
        .send()
        .await;
    let sent = sent.map_err(|failed| Failure::of(&failed, "secretsmanager:PutSecretValue"));
    answered(on, sent.map(|said| said.version_id))
}

/// Starts the secret's own rotation.
pub(in super::super) async fn rotate(on: &Handle, call: &Call) -> Outcome {
    let (place, clients) = match ready(on, call).await {
        Ok(ready) => ready,
        Err(why) => return unsent(why),
    };
    match look(on, &place).await {
        Ok(looked) if looked.fields.get("rotates") != Some(&json!(true)) => {
            let text = "no rotation is set up for this secret, so AWS cannot make a new value; put one with aws.put-secret-value";
            return Outcome::Refused(Why::new(Because::Conflict, text));
        }
        Ok(_) => {}
        Err(failure) => return unsent(failure.why()),
    }
    let request = clients.secrets.rotate_secret().secret_id(&place.name);
    let request = request
        .client_request_token(version(call))
        .rotate_immediately(true);
    let sent = request
        .customize()
        .config_override(in_region(&place))
        .send()
        .await;
    let sent = sent.map_err(|failed| Failure::of(&failed, "secretsmanager:RotateSecret"));
    match answered(on, sent.map(|said| said.version_id)) {
        // The rotation function works after the answer.
        Outcome::Done(answer) => Outcome::Done(Answer {
            applied: false,
            ..answer
        }),
        other @ (Outcome::AlreadySo
        | Outcome::Refused(_)
        | Outcome::Throttled { .. }
        | Outcome::Unavailable(_)
        | Outcome::InDoubt(_)) => other,
    }
}

/// Makes another version current; only the one labelled AWSPREVIOUS, so that the way back is exact.
pub(in super::super) async fn set_current(on: &Handle, call: &Call) -> Outcome {
    let (place, clients) = match ready(on, call).await {
        Ok(ready) => ready,
        Err(why) => return unsent(why),
    };
    let Some(wanted) = call.value("current").and_then(Value::as_str) else {
        let text = format!("{} was not told which version to make current", call.action);
        return Outcome::Refused(Why::new(Because::Invalid, text));
    };
    let looked = match look(on, &place).await {
        Ok(looked) => looked,
        Err(failure) => return unsent(failure.why()),
    };
    let there = |field: &str| looked.fields.get(field).and_then(Value::as_str);
    if there("current") == Some(wanted) {
        return Outcome::AlreadySo;
    }
    let (Some(current), true) = (there("current"), there("previous") == Some(wanted)) else {
        let text = format!(
            "only the previous version can be made current: {}",
            there("previous").unwrap_or("there is none")
        );
        return Outcome::Refused(Why::new(Because::Conflict, text));
    };
    let request = clients
        .secrets
        .update_secret_version_stage()
        .secret_id(&place.name);
    let request = request
        .version_stage("AWSCURRENT")
        .move_to_version_id(wanted)
        .remove_from_version_id(current);
    let sent = request
        .customize()
        .config_override(in_region(&place))
        .send()
        .await;
    let sent =
        sent.map_err(|failed| Failure::of(&failed, "secretsmanager:UpdateSecretVersionStage"));
    match sent {
        Ok(_) => done(Fields::new()),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

async fn ready<'a>(on: &'a Handle, call: &Call) -> Result<(Place, &'a Clients), Why> {
    Ok((Place::of(&call.target)?, on.clients().await?))
}

fn answered(on: &Handle, sent: Result<Option<String>, Failure>) -> Outcome {
    match sent {
        Ok(version) => done(Fields::from([("version".to_owned(), json!(version))])),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_statement_comes_and_goes_and_others_stay() {
        let theirs = json!({"Version": "2012-10-17", "Id": "x", "Statement": {"Sid": "Theirs", "Effect": "Allow"}});
        for (which, value) in [
            (Statement::All, IN_FORCE),
            (Statement::One, "aws:user/bot@123456789012"),
            (Statement::One, "aws:role/deploy@123456789012"),
        ] {
            for before in [None, Some(&theirs)] {
                let statement = which.written(value, "us-gov-west-1");
                assert!(statement.is_some());
                let after = with(before, which, statement.clone());
                assert_eq!(shown(which, after.as_ref(), "us-gov-west-1"), json!(value));
                assert_eq!(with(after.as_ref(), which, statement), after);
                let left = with(after.as_ref(), which, None);
                let count =
                    |policy: Option<&Value>| policy.map_or(0, |policy| statements(policy).count());
                assert_eq!(count(left.as_ref()), count(before));
                assert_eq!(shown(which, left.as_ref(), "us-gov-west-1"), Value::Null);
                assert_eq!(
                    left.as_ref().and_then(|left| left.get("Id")),
                    before.and_then(|b| b.get("Id"))
                );
            }
        }
        let altered =
            json!({"Statement": [{"Sid": "ContainDeny", "Effect": "Allow", "Principal": "*"}]});
        assert_ne!(
            shown(Statement::All, Some(&altered), "eu-west-1"),
            json!(IN_FORCE)
        );
        assert!(Statement::One.written("bot", "eu-west-1").is_none());
    }

    #[test]
    fn a_version_is_the_same_for_every_attempt() {
        let call = |tag: &str| Call {
            action: "aws.put-secret-value"
                .parse()
                .unwrap_or_else(|_| unreachable!()),
            target: "aws:secret/eu-west-1:x@1"
                .parse()
                .unwrap_or_else(|_| unreachable!()),
            with: BTreeMap::new(),
            secret: None,
            tag: crate::domain::Tag(tag.to_owned()),
        };
        let one = version(&call("contain-a-1"));
        assert_eq!(one, version(&call("contain-a-1")));
        assert_ne!(one, version(&call("contain-a-2")));
        assert!((32..=64).contains(&one.len()));
    }
}
