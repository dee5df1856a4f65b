//! The credentials that a user holds, as siblings of one of them or all of them.
//!
//! Never calls one its user's own choice where it was made inside the incident window.

use serde_json::json;

use super::client::Handle;
use super::credential::{WITH_STATUS, list as listed};
use super::failure::Failure;
use super::keys::{Key, last, list};
use super::kind;
use crate::domain::{
    Because, Fields, Found, Locator, NotSeen, Query, Reading, Relation, Time, Why,
};

/// How something hangs on the target: of the siblings of a credential, one made inside the window counts as minted.
fn relation(query: &Query, created: Option<Time>, listing: &str) -> (Relation, String) {
    let is_sibling = !matches!(query.target.kind().noun(), "user" | "role");
    if is_sibling && created.is_some_and(|created| created >= query.since) {
        let text = "created inside the incident window";
        (Relation::Minted, text.to_owned())
    } else {
        (Relation::Held, format!("listed by {listing}"))
    }
}

/// The access keys of the same user.
async fn keys_held(on: &Handle, query: &Query, keys: &[Key]) -> Vec<Found> {
    let mut found = Vec::new();
    for key in keys.iter().filter(|key| key.id != query.target.id()) {
        let (relation, evidence) = relation(query, key.created, "iam:ListAccessKeys");
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
            evidence,
            at: key.created,
            fields,
        });
    }
    found
}

/// What could not be listed; whoever does not offer a kind of credential has none.
fn unlisted(what: &str, user: &str, failure: &Failure) -> NotSeen {
    let why = failure.why();
    NotSeen {
        what: format!("the {what} of aws:user/{user}"),
        withholds: why.because != Because::NotImplemented && !failure.is_missing(),
        why,
    }
}

/// The console password of a user, where there is one.
async fn login_profile(on: &Handle, query: &Query, user: &str, reading: &mut Reading) {
    let what = Locator::new(&kind("login-profile"), user, query.target.account());
    match super::grant::look(on, &what).await {
        Ok(fields) => {
            let seen = |field| fields.get(field).and_then(|value| value.as_str());
            let created = seen("created").and_then(|text| text.parse::<Time>().ok());
            let (relation, evidence) = relation(query, created, "iam:GetLoginProfile");
            let mut told: Fields = ["status", "created"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), fields.get(name)?.clone())))
                .collect();
            told.insert("credential".to_owned(), json!(true));
            reading.found.push(Found {
                what,
                relation: Some(relation),
                evidence,
                at: created,
                fields: told,
            });
        }
        Err(failure) if failure.is_missing() => {}
        Err(failure) => reading
            .not_seen
            .push(unlisted("console password", user, &failure)),
    }
}

/// Every credential of a user but the target itself; what could not be listed is said.
pub(super) async fn held(on: &Handle, query: &Query, user: &str, keys: &[Key]) -> Reading {
    let mut reading = Reading {
        found: keys_held(on, query, keys).await,
        ..Reading::default()
    };
    let others = WITH_STATUS.map(|noun| async move { (noun, listed(on, noun, user).await) });
    for (noun, listed) in futures_util::future::join_all(others).await {
        match listed {
            Ok(listed) => {
                for one in listed {
                    let what = one.name(query.target.account());
                    let (relation, evidence) =
                        relation(query, one.created, &format!("the {noun}s of the user"));
                    let mut fields = one.fields();
                    fields.insert("credential".to_owned(), json!(true));
                    reading.found.push(Found {
                        what,
                        relation: Some(relation),
                        evidence,
                        at: one.created,
                        fields,
                    });
                }
            }
            Err(failure) => {
                let what = format!("{noun}s");
                reading.not_seen.push(unlisted(&what, user, &failure));
            }
        }
    }
    login_profile(on, query, user, &mut reading).await;
    reading.found.retain(|found| found.what != query.target);
    reading
}

/// What a user holds, MFA devices included: they prove nothing by themselves, so nothing here cuts one.
pub(super) async fn credentials(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let user = query.target.id();
    if query.target.kind().noun() != "user" {
        let unlisted = NotSeen {
            what: format!("the sessions of {}", query.target),
            why: Why::new(Because::NotImplemented, "AWS does not list sessions"),
            withholds: false,
        };
        return Ok(Reading {
            not_seen: vec![unlisted],
            ..Reading::default()
        });
    }
    let keys = list(on, user).await;
    let keys = keys.map_err(|failure: Failure| failure.why())?;
    let mut reading = held(on, query, user, &keys).await;
    match listed(on, "mfa-device", user).await {
        Ok(devices) => reading.found.extend(devices.into_iter().map(|one| Found {
            what: one.name(query.target.account()),
            relation: Some(Relation::Held),
            evidence: "listed by iam:ListMFADevices".to_owned(),
            at: one.created,
            fields: one.fields(),
        })),
        Err(failure) => reading
            .not_seen
            .push(unlisted("MFA devices", user, &failure)),
    }
    Ok(reading)
}
