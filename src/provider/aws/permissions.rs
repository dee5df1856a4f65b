//! What a principal is granted and what of it it used, service by service: the stuff of over-privilege.
//!
//! Never calls a grant unused where use could not be seen: that takes AWS's own access data, or a use in the log.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::JobStatusType;
use serde_json::{Value, json};

use super::client::{Handle, Me};
use super::failure::Failure;
use super::graph;
use super::keys::{owner, time};
use super::policy::{Grant, grants};
use super::trail::budget;
use super::{activity, kind};
use crate::domain::{
    Because, Duration, Fields, Found, Locator, NotSeen, Query, Reading, Time, Why,
};

/// How often AWS is asked whether its report is ready.
const POLL: Duration = Duration::from_millis(400);

/// When each service was last accessed, as AWS tracks it: up to four hours late, denied attempts included.
type Accessed = BTreeMap<String, Option<Time>>;

pub(super) async fn read(on: &Handle, me: &Me, query: &Query) -> Result<Reading, Why> {
    let principal = match query.target.kind().noun() {
        "access-key" => {
            let user = owner(on, query.target.id()).await?;
            Locator::new(&kind("user"), &user, Some(&me.account))
        }
        _ => query.target.clone(),
    };
    let until = budget(on, query, 1).until;
    let left = || until.duration_since(on.link.clock.now()).unsigned_abs();
    let graph = tokio::time::timeout(left(), graph::read(on, &me.account)).await;
    let (graph, mut not_seen) = graph.unwrap_or_else(|_| graph::unread());
    let Some((arn, policies)) = graph.granted(&principal) else {
        let text = format!("the policies of {principal} could not be read");
        return Err(not_seen
            .pop()
            .map_or(Why::new(Because::Missing, text), |blind| blind.why));
    };
    let accessed = match tokio::time::timeout(left(), accessed(on, &arn)).await {
        Ok(Ok(accessed)) => Some(accessed),
        Ok(Err(failure)) => {
            not_seen.push(unseen("when services were last accessed", failure.why()));
            None
        }
        Err(_) => {
            let why = Why::new(
                Because::Timeout,
                "the report was not ready in the time allowed",
            );
            not_seen.push(unseen("when services were last accessed", why));
            None
        }
    };
    let log = activity::read(on, me, query).await?;
    not_seen.extend(log.not_seen);
    let used = log.found.iter().filter_map(use_of).collect();
    let summed = sum(&grants(&policies), accessed.as_ref(), &used);
    let found = summed.into_iter().map(|(service, fields)| Found {
        what: principal.clone(),
        relation: None,
        evidence: format!("policies of {arn} on {service}"),
        at: None,
        fields,
    });
    Ok(Reading {
        found: found.collect(),
        not_seen: not_seen
            .into_iter()
            // What somebody may do beyond need keeps nothing alive.
            .map(|blind| NotSeen {
                withholds: false,
                ..blind
            })
            .collect(),
        back_to: log.back_to,
        ..Reading::default()
    })
}

fn unseen(what: &str, why: Why) -> NotSeen {
    NotSeen {
        what: what.to_owned(),
        why,
        withholds: false,
    }
}

/// The service and operation of an accepted event.
fn use_of(event: &Found) -> Option<(String, String)> {
    let accepted = event.fields.get("accepted").and_then(Value::as_bool);
    let label = event.fields.get("event")?.as_str()?;
    let (service, operation) = label.split_once('.')?;
    (accepted == Some(true)).then(|| (service.to_owned(), operation.to_owned()))
}

/// Sets what was granted against what was used; a service that is only used stands there too.
fn sum(
    granted: &BTreeMap<String, Grant>,
    accessed: Option<&Accessed>,
    used: &BTreeSet<(String, String)>,
) -> BTreeMap<String, Fields> {
    let nothing = Grant::default();
    let services: BTreeSet<&String> = granted
        .keys()
        .chain(used.iter().map(|(service, _)| service))
        .collect();
    let one = |service: &String| {
        let grant = granted.get(service).unwrap_or(&nothing);
        let operations: BTreeSet<&String> = used
            .iter()
            .filter(|(of, _)| of == service || service == "*")
            .map(|(_, operation)| operation)
            .collect();
        let last = accessed.and_then(|accessed| accessed.get(service).copied().flatten());
        let unused = if !operations.is_empty() || last.is_some() {
            json!(false)
        } else if accessed.is_some() && service != "*" {
            json!(true)
        } else {
            Value::Null
        };
        let fields = Fields::from([
            ("service".to_owned(), json!(service)),
            ("granted".to_owned(), json!(grant.actions)),
            ("everywhere".to_owned(), json!(grant.everywhere)),
            ("conditional".to_owned(), json!(grant.conditional)),
            ("used".to_owned(), json!(operations)),
            ("last_accessed".to_owned(), json!(last)),
            ("unused".to_owned(), unused),
        ]);
        (service.clone(), fields)
    };
    services.into_iter().map(one).collect()
}

async fn accessed(on: &Handle, arn: &str) -> Result<Accessed, Failure> {
    let iam = &on.clients().await.map_err(Failure::Unsent)?.iam;
    let asked = iam.generate_service_last_accessed_details().arn(arn);
    let asked = asked.send().await;
    let asked =
        asked.map_err(|failed| Failure::of(&failed, "iam:GenerateServiceLastAccessedDetails"))?;
    let job = asked.job_id.unwrap_or_default();
    let mut accessed = Accessed::new();
    let mut marker = None;
    loop {
        let page = iam.get_service_last_accessed_details().job_id(&job);
        let page = page.set_marker(marker.clone()).send().await;
        let page =
            page.map_err(|failed| Failure::of(&failed, "iam:GetServiceLastAccessedDetails"))?;
        if page.job_status == JobStatusType::InProgress {
            on.link.clock.sleep(POLL).await;
            continue;
        }
        if page.job_status != JobStatusType::Completed {
            let text = "AWS could not make its report of last access";
            return Err(Failure::Unsent(Why::new(Because::Unavailable, text)));
        }
        for service in page.services_last_accessed {
            let last = time(service.last_authenticated.as_ref());
            accessed.insert(service.service_namespace, last);
        }
        if !page.is_truncated || page.marker.is_none() || page.marker == marker {
            return Ok(accessed);
        }
        marker = page.marker;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summed(accessed: Option<&Accessed>) -> BTreeMap<String, Fields> {
        let policy = json!({"Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"], "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"a": "true"}}},
            {"Effect": "Deny", "Action": "kms:*", "Resource": "*"},
        ]});
        let used = [("s3".to_owned(), "GetObject".to_owned())].into();
        sum(&grants(&[policy]), accessed, &used)
    }

    #[test]
    fn what_was_granted_is_set_against_what_was_used() {
        let seen = [
            ("ec2".to_owned(), None),
            ("sqs".to_owned(), Some(Time::UNIX_EPOCH)),
        ]
        .into();
        let summed = summed(Some(&seen));
        let field =
            |service: &str, name: &str| summed.get(service).and_then(|f| f.get(name)).cloned();
        assert_eq!(summed.keys().collect::<Vec<_>>(), ["ec2", "s3", "sqs"]);
        assert_eq!(field("s3", "used"), Some(json!(["GetObject"])));
        assert_eq!(field("s3", "unused"), Some(json!(false)));
        assert_eq!(field("ec2", "unused"), Some(json!(true)));
        assert_eq!(field("ec2", "everywhere"), Some(json!(true)));
        assert_eq!(field("sqs", "unused"), Some(json!(false)));
        assert_eq!(field("sqs", "conditional"), Some(json!(true)));
    }

    #[test]
    fn without_access_data_nothing_is_called_unused() {
        let summed = summed(None);
        let unused = |service: &str| summed.get(service).and_then(|f| f.get("unused")).cloned();
        assert_eq!(unused("ec2"), Some(Value::Null));
        assert_eq!(unused("s3"), Some(json!(false)));
    }
}
