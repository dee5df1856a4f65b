//! Access keys: whose they are, how they stand, when they were last used; in as few requests as the API allows.
//!
//! Never calls a key gone unless the search was complete.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};

use aws_smithy_types::DateTime;
use futures_util::StreamExt as _;
use serde_json::json;

use super::client::Handle;
use super::failure::Failure;
use super::kind;
use super::observe::{gone, present, unreadable};
use crate::domain::{Because, Duration, Fields, Locator, Seen, Time, Why};

/// How many look-ups are under way at once.
const AT_ONCE: usize = 32;
/// How many targets are worth a request each for when they were last used.
const FEW: usize = 5;
/// How long the listing of a look-up may stand in for the one that would follow at once.
const FRESH: Duration = Duration::from_secs(2);

/// What reads taught, kept for the life of the process.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Whose a key is.
    owners: BTreeMap<String, String>,
    /// Listings of the latest look-up, each used once.
    listed: BTreeMap<String, (Time, Vec<Key>)>,
    /// When keys were last used, as first seen.
    last: BTreeMap<String, Option<Last>>,
    /// Keys first looked at among many: when they were last used is not worth a request each, then or later.
    passed_over: BTreeSet<String>,
    /// Whose sessions are, as CloudTrail told.
    pub(super) sessions: BTreeMap<String, Locator>,
}

/// A key as listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) created: Option<Time>,
}

/// When a key was last used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Last {
    at: Option<Time>,
    service: Option<String>,
    region: Option<String>,
}

impl Last {
    /// Adds what is known to a key's fields.
    pub(super) fn tell(&self, fields: &mut Fields) {
        let known = |text: &Option<String>| text.clone().filter(|text| text != "N/A");
        let told = [
            ("last_used", self.at.map(|at| at.to_string())),
            ("last_used_service", known(&self.service)),
            ("last_used_region", known(&self.region)),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
    }
}

/// A time of the SDK's, in ours.
pub(super) fn time(there: Option<&DateTime>) -> Option<Time> {
    Time::from_millisecond(there?.to_millis().ok()?).ok()
}

fn known(on: &Handle) -> MutexGuard<'_, Known> {
    on.link.known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops a listing that a write makes old.
pub(super) fn forget(on: &Handle, user: &str) {
    known(on).listed.remove(user);
}

/// Forgets whose a key was; tells whether it was known.
pub(super) fn disown(on: &Handle, key: &str) -> bool {
    known(on).owners.remove(key).is_some()
}

/// Whose a key is.
pub(super) async fn owner(on: &Handle, key: &str) -> Result<String, Why> {
    let mut answers = owners(on, &[key]).await;
    answers
        .remove(key)
        .unwrap_or_else(|| Err(Why::new(Because::Missing, format!("there is no key {key}"))))
}

/// Whose keys are: from memory, else one request each for a few, else one pass over all users.
pub(super) async fn owners(on: &Handle, keys: &[&str]) -> BTreeMap<String, Result<String, Why>> {
    let mut missing = BTreeSet::new();
    if unknown(on, keys).len() <= FEW {
        missing = ask_each(on, unknown(on, keys)).await;
    }
    let mut left = unknown(on, keys);
    left.retain(|key| !missing.contains(key));
    let sought = if left.is_empty() {
        Ok(())
    } else {
        look_up(on, &left).await
    };
    let found = known(on);
    let answer = |key: &str| match (found.owners.get(key), &sought) {
        (Some(user), _) => Ok(user.clone()),
        (None, Err(why)) if !missing.contains(key) => Err(why.clone()),
        (None, Ok(()) | Err(_)) => Err(Why::new(
            Because::Missing,
            format!("no user of this account holds the key {key}"),
        )),
    };
    keys.iter()
        .map(|&key| (key.to_owned(), answer(key)))
        .collect()
}

fn unknown(on: &Handle, keys: &[&str]) -> Vec<String> {
    let known = known(on);
    let new: BTreeSet<&str> = keys
        .iter()
        .copied()
        .filter(|key| !known.owners.contains_key(*key))
        .collect();
    new.into_iter().map(str::to_owned).collect()
}

/// Asks for each key when it was last used, which also tells whose it is; answers the keys that do not exist.
async fn ask_each(on: &Handle, keys: Vec<String>) -> BTreeSet<String> {
    let asked = futures_util::stream::iter(keys)
        .map(|key| async move {
            // AWS answers AccessDenied for a key that does not exist; only a plain "no such entity" settles it.
            let gone = last_used(on, &key)
                .await
                .is_err_and(|failure| failure.is_missing());
            gone.then_some(key)
        })
        .buffer_unordered(AT_ONCE);
    asked.filter_map(std::future::ready).collect().await
}

async fn last_used(on: &Handle, key: &str) -> Result<(), Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let request = clients.iam.get_access_key_last_used().access_key_id(key);
    let said = request
        .send()
        .await
        .map_err(|failed| Failure::of(&failed, "iam:GetAccessKeyLastUsed"))?;
    let last = said.access_key_last_used().map(|last| Last {
        at: time(last.last_used_date()),
        service: Some(last.service_name().to_owned()),
        region: Some(last.region().to_owned()),
    });
    let mut known = known(on);
    known.last.insert(key.to_owned(), last);
    if let Some(user) = said.user_name().filter(|user| *user != "N/A") {
        known.owners.insert(key.to_owned(), user.to_owned());
    }
    Ok(())
}

/// When a key was last used, where it is known or one request tells.
pub(super) async fn last(on: &Handle, key: &str) -> Option<Last> {
    if !known(on).last.contains_key(key) {
        // Only a nicety: a failure leaves it out.
        drop(last_used(on, key).await);
    }
    known(on).last.get(key).cloned().flatten()
}

/// One pass over all users and their keys; fails where it was not complete and something sought was not found.
async fn look_up(on: &Handle, sought: &[String]) -> Result<(), Why> {
    let clients = on.clients().await?;
    let pages = clients.iam.list_users().into_paginator().items().send();
    let listed: Result<Vec<_>, _> = pages.collect().await;
    let users: Vec<String> = listed
        .map_err(|failed| Failure::of(&failed, "iam:ListUsers").why())?
        .into_iter()
        .map(|user| user.user_name)
        .collect();
    if on.link.settings.is_vendor("iam") && users.len() > sought.len().saturating_mul(4) {
        ask_each(on, sought.to_vec()).await;
        if sought.iter().all(|key| known(on).owners.contains_key(key)) {
            return Ok(());
        }
    }
    let listings: Vec<(String, Result<Vec<Key>, Failure>)> = futures_util::stream::iter(users)
        .map(|user| async move {
            let listed = list(on, &user).await;
            (user, listed)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let now = on.link.clock.now();
    let mut known = known(on);
    let mut failed = None;
    for (user, listing) in listings {
        match listing {
            Ok(keys) => {
                for key in &keys {
                    known.owners.insert(key.id.clone(), user.clone());
                }
                known.listed.insert(user, (now, keys));
            }
            Err(failure) if failure.is_missing() => {}
            Err(failure) => failed = Some(failure),
        }
    }
    match failed {
        Some(failure) if !sought.iter().all(|key| known.owners.contains_key(key)) => {
            Err(failure.why())
        }
        Some(_) | None => Ok(()),
    }
}

/// The keys of a user.
pub(super) async fn list(on: &Handle, user: &str) -> Result<Vec<Key>, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let request = clients.iam.list_access_keys().user_name(user);
    let pages = request.into_paginator().items().send();
    let listed: Result<Vec<_>, _> = pages.collect().await;
    let listed = listed.map_err(|failed| Failure::of(&failed, "iam:ListAccessKeys"))?;
    let keys = listed.into_iter().filter_map(|key| {
        Some(Key {
            created: time(key.create_date()),
            status: key.status()?.as_str().to_owned(),
            id: key.access_key_id?,
        })
    });
    Ok(keys.collect())
}

pub(super) async fn seen(on: &Handle, targets: &[&Locator]) -> BTreeMap<String, Seen> {
    let ids: Vec<&str> = targets.iter().map(|target| target.id()).collect();
    let owners = owners(on, &ids).await;
    let users: BTreeSet<String> = owners.values().flatten().cloned().collect();
    let listings: BTreeMap<String, (Time, Result<Vec<Key>, Failure>)> =
        futures_util::stream::iter(users)
            .map(|user| async move {
                let now = on.link.clock.now();
                let fresh = known(on).listed.remove(&user);
                if let Some((at, keys)) = fresh.filter(|(at, _)| now.duration_since(*at) <= FRESH) {
                    return (user, (at, Ok(keys)));
                }
                let listed = list(on, &user).await;
                (user, (now, listed))
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
    let worth_asking: Vec<&str> = {
        let mut known = known(on);
        if ids.len() > FEW {
            known
                .passed_over
                .extend(ids.iter().map(|&id| id.to_owned()));
        }
        let passed_over = |id: &&&str| known.passed_over.contains(**id);
        ids.iter().filter(|id| !passed_over(id)).copied().collect()
    };
    let asked = worth_asking.into_iter().map(|id| last(on, id));
    futures_util::future::join_all(asked).await;
    let known = known(on);
    let look = |target: &Locator| match owners.get(target.id()) {
        Some(Ok(user)) => match listings.get(user) {
            Some((at, listed)) => {
                let last = known.last.get(target.id()).cloned().flatten();
                let fields = listed.clone().map(|keys| {
                    let key = keys.into_iter().find(|key| key.id == target.id());
                    key.map(|key| key_fields(&key, target, user, last.as_ref()))
                });
                match fields {
                    Ok(Some(fields)) => present(target, *at, fields),
                    Ok(None) => gone(target, *at),
                    Err(failure) if failure.is_missing() => gone(target, *at),
                    Err(failure) => unreadable(target, *at, failure.why()),
                }
            }
            None => gone(target, on.link.clock.now()),
        },
        Some(Err(why)) if why.because == Because::Missing => gone(target, on.link.clock.now()),
        Some(Err(why)) => unreadable(target, on.link.clock.now(), why.clone()),
        None => gone(target, on.link.clock.now()),
    };
    targets
        .iter()
        .map(|target| (target.id().to_owned(), look(target)))
        .collect()
}

fn key_fields(key: &Key, target: &Locator, user: &str, last: Option<&Last>) -> Fields {
    let principal = Locator::new(&kind("user"), user, target.account());
    let mut fields = Fields::from([
        ("status".to_owned(), json!(key.status)),
        ("principal".to_owned(), json!(principal)),
        ("user".to_owned(), json!(user)),
    ]);
    if let Some(created) = key.created {
        fields.insert("created".to_owned(), json!(created.to_string()));
    }
    if let Some(last) = last {
        last.tell(&mut fields);
    }
    fields
}
