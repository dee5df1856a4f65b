//! The audit log of the organisations that are ours: what a credential or a user did there.
//!
//! A token is looked for by the digest of its text, so that it is never sent. Only Enterprise Cloud keeps such a log.

use serde_json::{Value, json};

use super::action::Request;
use super::adapter::Handle;
use super::exchange;
use super::id::Id;
use super::taken::Of;
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Query, Reading, Time, Why};

/// What the log is asked for about a target.
fn phrase(target: &Locator, id: &Id) -> Option<String> {
    Some(match target.kind().noun() {
        "token" | "installation-token" => format!("hashed_token:\"{}\"", id.text()),
        "user" => format!("actor:{}", id.at(0)),
        "repository" => format!("repo:{}/{}", id.at(0), id.at(1)),
        "organization" => String::new(),
        _ => return None,
    })
}

/// The events about a target, of every organisation that is ours, newest first.
pub(super) async fn activity(on: &Handle, query: &Query, id: &Id) -> Result<Reading, Why> {
    let before = on.requests();
    let mut reading = Reading::default();
    let phrase = phrase(&query.target, id).ok_or_else(|| {
        Why::new(
            Because::NotImplemented,
            "GitHub's audit log cannot be asked about this",
        )
    })?;
    let owners = match id.owner() {
        Some(owner) => vec![owner.to_owned()],
        None => on.link.owners(),
    };
    if owners.is_empty() {
        reading.not_seen.push(NotSeen {
            what: "GitHub's audit log".to_owned(),
            why: Why::new(
                Because::Unauthenticated,
                "contain.yaml names no organisation whose log could be read",
            ),
            withholds: true,
        });
    }
    let mut actors = Vec::new();
    for owner in owners {
        if on.link.has_no_log() {
            reading.not_seen.push(NotSeen {
                what: format!("GitHub's audit log of {owner}"),
                why: Why::new(
                    Because::NotImplemented,
                    "contain.yaml says that there is none: it is for Enterprise Cloud",
                ),
                // Nothing else tells what was done there.
                withholds: true,
            });
            continue;
        }
        let items = one(on, query, (&owner, &phrase), &mut reading).await;
        actors.extend(items.iter().filter_map(|item| actor_of(item, id)));
    }
    if matches!(query.target.kind().noun(), "token" | "installation-token") {
        was_at_work(on, &query.target, &actors);
        reading.not_seen.push(NotSeen {
            what: "clones and pushes with the token".to_owned(),
            why: Why::new(
                Because::NotImplemented,
                "GitHub's log does not find git events by a token; export them",
            ),
            withholds: false,
        });
    }
    reading.requests = on.requests().saturating_sub(before);
    reading.clock_ahead_ms = on.ahead().map_or(0, |ahead| {
        i64::try_from(ahead.as_millis()).unwrap_or_default()
    });
    Ok(reading)
}

/// Who was at work with a token, where an event says that it was this one; nothing where it names another, or none.
fn actor_of(item: &Value, id: &Id) -> Option<Option<String>> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let is_its = text("hashed_token") == Some(id.text().as_str());
    is_its.then(|| text("actor").map(str::to_ascii_lowercase))
}

/// Keeps that a token was taken, and whose it is, where all its events say the same: the log tells only what was done with it.
fn was_at_work(on: &Handle, target: &Locator, actors: &[Option<String>]) {
    let Some((first, others)) = actors.split_first() else {
        return;
    };
    let told = Of {
        owner: first
            .clone()
            .filter(|_| others.iter().all(|one| one == first)),
        ..Of::default()
    };
    on.taken().note(target, told);
}

/// The log of one organisation; what it told, as it told it.
async fn one(
    on: &Handle,
    query: &Query,
    (owner, phrase): (&str, &str),
    into: &mut Reading,
) -> Vec<Value> {
    let Some(id) = Id::read("organization", owner) else {
        return Vec::new();
    };
    let phrase = format!("{phrase} created:>={}", query.since);
    let request = Request::get(&["orgs", owner, "audit-log"])
        .asking("phrase", phrase.trim())
        .asking("include", "all")
        .asking("per_page", "100");
    let pages = usize::try_from(query.pages).unwrap_or(usize::MAX);
    let listed = match on.unread(owner) {
        Some(why) => Err(why),
        None => exchange::list(on, &request, (None, pages), Some(&id)).await,
    };
    match listed {
        Ok(listed) => {
            let events: Vec<Found> = listed
                .items
                .iter()
                .filter_map(|item| event(item, query))
                .collect();
            if listed.is_cut {
                // What is older than the oldest page that was read is not known.
                let oldest = events.iter().filter_map(|event| event.at).min();
                into.back_to = into.back_to.max(oldest.or(Some(on.clock().now())));
            }
            into.found.extend(events);
            listed.items
        }
        Err(why) => {
            // Without Enterprise Cloud there is no such log, and GitHub says the same of one that we may not read.
            on.note_unread(owner, &why);
            into.not_seen.push(NotSeen {
                what: format!("GitHub's audit log of {owner}"),
                why,
                withholds: true,
            });
            Vec::new()
        }
    }
}

/// One event of the log.
fn event(item: &Value, query: &Query) -> Option<Found> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let at = item
        .get("@timestamp")
        .or(item.get("created_at"))?
        .as_i64()?;
    let at = Time::from_millisecond(at).ok()?;
    let name = text("action")?;
    // The log holds what was done; what was refused stands in none of GitHub's.
    let mut fields = Fields::from([
        ("event".to_owned(), json!(name)),
        ("accepted".to_owned(), json!(true)),
    ]);
    for (field, member) in [
        ("actor", "actor"),
        ("source_ip", "actor_ip"),
        ("user_agent", "user_agent"),
        ("repository", "repo"),
        ("organization", "org"),
    ] {
        fields.extend(text(member).map(|value| (field.to_owned(), json!(value))));
    }
    Some(Found {
        what: query.target.clone(),
        relation: None,
        evidence: format!("audit log: {name}"),
        at: Some(at),
        fields,
    })
}

/// The organisations that events were in, as far as they are ours.
pub(super) fn organizations(on: &Handle, reading: &Reading) -> Vec<Id> {
    let owners = on.link.owners();
    let mut ids: Vec<Id> = Vec::new();
    for found in &reading.found {
        let text = |name: &str| found.fields.get(name)?.as_str();
        let owner = text("repository").and_then(|name| name.split_once('/'));
        let named = [text("organization"), owner.map(|(owner, _)| owner)];
        let read = named.into_iter().flatten();
        for id in read.filter_map(|name| Id::read("organization", name)) {
            if owners.iter().any(|owner| owner == id.at(0)) && !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

/// The repositories that events were about, as far as they are ours.
pub(super) fn repositories(on: &Handle, reading: &Reading) -> Vec<Id> {
    let names = reading
        .found
        .iter()
        .filter_map(|found| found.fields.get("repository")?.as_str());
    let mut ids: Vec<Id> = Vec::new();
    for id in names.filter_map(|name| Id::read("repository", name)) {
        let is_ours = on
            .link
            .owners()
            .iter()
            .any(|owner| Some(owner.as_str()) == id.owner());
        if is_ours && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
