//! What a subject really read: secrets and parameters, as CloudTrail names them.
//!
//! Never counts a refused read, and never guesses a name that the log does not give.

use serde_json::Value;

use super::super::event::Event;
use super::super::kind;
use crate::domain::{Because, Found, Locator, NotSeen, Relation, Why};

/// What an event shows to have been read.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Read {
    /// This secret or parameter.
    One(Locator),
    /// Several, whose names are not in the log.
    Unnamed(String),
}

/// Adds what an event handed out to what is found; of several events that did, the first that is read is the evidence.
pub(in super::super) fn take_in(
    event: &Event,
    found: &mut Vec<Found>,
    not_seen: &mut Vec<NotSeen>,
) {
    for read in exposed(event) {
        match read {
            Read::One(what) => {
                if !found.iter().any(|known| known.what == what) {
                    found.push(Found {
                        what,
                        relation: Some(Relation::Exposed),
                        evidence: event.evidence(),
                        at: event.at,
                        fields: event.fields(),
                    });
                }
            }
            Read::Unnamed(what) => {
                let text = "the log says that they were read and not which they are";
                let unseen = NotSeen {
                    what,
                    why: Why::new(Because::NotImplemented, text),
                    withholds: false,
                };
                if !not_seen.contains(&unseen) {
                    not_seen.push(unseen);
                }
            }
        }
    }
}

/// The secrets and parameters that an accepted event handed out.
fn exposed(event: &Event) -> Vec<Read> {
    if event.error.is_some() {
        return Vec::new();
    }
    let text = |pointer: &str| event.said(pointer).and_then(Value::as_str);
    let texts = |pointer: &str| {
        let all = event.said(pointer).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str)
    };
    let region = text("/awsRegion").unwrap_or_default();
    let secret = |id: &str| named(event, "secret", region, id);
    let parameter = |id: &str| named(event, "parameter", region, id);
    match (event.service.as_str(), event.name.as_str()) {
        ("secretsmanager", "GetSecretValue") => text("/requestParameters/secretId")
            .map(secret)
            .into_iter()
            .collect(),
        ("secretsmanager", "BatchGetSecretValue") => {
            let mut all: Vec<Read> = texts("/requestParameters/secretIdList")
                .map(secret)
                .collect();
            if all.is_empty() {
                all.push(Read::Unnamed(format!(
                    "secrets in {region} that match a filter"
                )));
            }
            all
        }
        ("ssm", "GetParameter" | "GetParameterHistory") => text("/requestParameters/name")
            .map(parameter)
            .into_iter()
            .collect(),
        ("ssm", "GetParameters") => texts("/requestParameters/names").map(parameter).collect(),
        ("ssm", "GetParametersByPath") => {
            let path = text("/requestParameters/path").unwrap_or("/");
            vec![Read::Unnamed(format!(
                "parameters in {region} under {path}"
            ))]
        }
        _ => Vec::new(),
    }
}

/// The canonical name of what a request named by its name or its ARN, with or without a version.
fn named(event: &Event, noun: &str, region: &str, id: &str) -> Read {
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    let (region, account, name) = match parts.as_slice() {
        ["arn", _, _, region, account, resource] => {
            let name = match resource.strip_prefix("secret:") {
                Some(name) => without_suffix(name),
                None => {
                    let path = resource.strip_prefix("parameter").unwrap_or(resource);
                    let flat = path.trim_start_matches('/');
                    if flat.contains('/') { path } else { flat }
                }
            };
            (*region, Some(*account), name)
        }
        _ => (region, event.account(), id),
    };
    // A parameter may be asked for by version or label: name:3.
    let name = name.split(':').next().unwrap_or_default();
    if region.is_empty() || name.is_empty() {
        return Read::Unnamed(format!("a {noun} that the log names `{id}`"));
    }
    Read::One(Locator::new(
        &kind(noun),
        &format!("{region}:{name}"),
        account,
    ))
}

/// A secret's name without the hyphen and six characters that AWS puts behind it in an ARN.
fn without_suffix(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((name, end)) if end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            name
        }
        Some(_) | None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::event::page;
    use super::*;

    #[test]
    fn secrets_and_parameters_that_were_read_are_named_and_refused_reads_are_not() {
        let answer = include_str!("../../../../tests/fixtures/aws/cloudtrail-exposed.json");
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_default();
        let told: Vec<String> = events
            .iter()
            .flat_map(exposed)
            .map(|read| match read {
                Read::One(what) => what.to_string(),
                Read::Unnamed(what) => what,
            })
            .collect();
        assert_eq!(
            told,
            [
                "aws:secret/eu-west-1:prod/db@123456789012",
                "aws:secret/us-east-1:prod/api-key@123456789012",
                "aws:parameter/eu-west-1:/ci/token@123456789012",
                "aws:parameter/eu-west-1:flat@123456789012",
                "parameters in eu-west-1 under /ci",
            ]
        );
    }
}
