//! The keys that a user holds, as siblings of a key or all of them.
//!
//! Never calls a key its user's own choice where it was made inside the incident window.

use serde_json::json;

use super::client::Handle;
use super::failure::Failure;
use super::keys::{Key, last, list};
use super::kind;
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Query, Reading, Relation, Why};

/// The keys of the same user; one that was made inside the window counts as minted.
pub(super) async fn held(on: &Handle, query: &Query, keys: &[Key]) -> Vec<Found> {
    let siblings = query.target.kind().noun() == "access-key";
    let mut found = Vec::new();
    for key in keys.iter().filter(|key| key.id != query.target.id()) {
        let young = siblings && key.created.is_some_and(|created| created >= query.since);
        let (relation, evidence) = if young {
            (Relation::Minted, "created inside the incident window")
        } else {
            (Relation::Held, "listed by iam:ListAccessKeys")
        };
        let mut fields = Fields::from([
            ("status".to_owned(), json!(key.status)),
            ("credential".to_owned(), json!(true)),
        ]);
        if let Some(created) = key.created {
            fields.insert("created".to_owned(), json!(created.to_string()));
        }
        if let Some(last) = last(on, &key.id).await {
            last.tell(&mut fields);
        }
        found.push(Found {
            what: Locator::new(&kind("access-key"), &key.id, query.target.account()),
            relation: Some(relation),
            evidence: evidence.to_owned(),
            at: key.created,
            fields,
        });
    }
    found
}

pub(super) async fn credentials(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let mut reading = Reading::default();
    match query.target.kind().noun() {
        "user" => {
            let keys = list(on, query.target.id()).await;
            let keys = keys.map_err(|failure: Failure| failure.why())?;
            reading.found = held(on, query, &keys).await;
        }
        _ => reading.not_seen.push(NotSeen {
            what: format!("the sessions of {}", query.target),
            why: Why::new(Because::NotImplemented, "AWS does not list sessions"),
            withholds: false,
        }),
    }
    Ok(reading)
}
