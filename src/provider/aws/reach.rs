//! What hangs on a key, user, role or session: held, minted, entered, could-enter, could-read.
//!
//! Asks the listings, the logs and the account's graph; never leaves out silently what it did not read.

use std::collections::BTreeSet;

use super::client::{Handle, Me};
use super::credential::WITH_STATUS;
use super::follow::follow;
use super::held::{credentials, held};
use super::keys::{Key, list, owner};
use super::service::{assigned, center, portal, readable};
use super::trail::{By, budget, by, by_arn, regions};
use super::whose::{principal_by_log, principal_of_session};
use super::{activity, graph, kind, permissions};
use crate::domain::{Because, Locator, NotSeen, Query, ReadKind, Reading, Relation, Why};

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let me = on.me().await?;
    let is_of_organization = query.target.kind().noun() == center::NOUN;
    if !is_of_organization && query.target.account() != Some(&me.account) {
        return Err(super::accounts::foreign(&query.target, &me.account));
    }
    let (before, named) = (on.link.heard.requests(), on.link.heard.names());
    let exported = on.link.exports.sources(&on.link.clock, query).await;
    let mut reading = match query.read {
        ReadKind::Reach if is_of_organization => portal::reach(on, me, query).await?,
        ReadKind::Activity if is_of_organization => portal::activity(on, me, query).await?,
        ReadKind::Grants if is_of_organization => assigned::grants(on, query).await?,
        ReadKind::Reach => reach(on, me, query).await?,
        ReadKind::Activity => activity::read(on, me, query).await?,
        ReadKind::Credentials => credentials(on, query).await?,
        ReadKind::Permissions => permissions::read(on, me, query).await?,
        ReadKind::State | ReadKind::Grants => {
            let text = format!("aws answers no such question about {}", query.target);
            return Err(Why::new(Because::NotImplemented, text));
        }
    };
    reading.requests = on.link.heard.requests().saturating_sub(before);
    reading.request_ids = on.link.heard.names_since(named);
    if matches!(query.read, ReadKind::Reach | ReadKind::Activity) {
        let (sources, not_seen) = exported;
        reading.sources = sources;
        reading.not_seen.extend(not_seen);
    }
    Ok(reading)
}

async fn reach(on: &Handle, me: &Me, query: &Query) -> Result<Reading, Why> {
    let wants =
        |relation: Relation| query.relations.is_empty() || query.relations.contains(&relation);
    let mut reading = Reading::default();
    let (target, noun) = (&query.target, query.target.kind().noun());
    if !matches!(noun, "access-key" | "user" | "role" | "session") {
        return beside(on, query).await;
    }
    let principal = match noun {
        "access-key" => match owner(on, target.id()).await {
            Ok(user) => Some(Locator::new(&kind("user"), &user, Some(&me.account))),
            Err(why) => {
                // Its log can still be read, and names its user: a deleted key leaves sessions and what it made.
                let told = principal_by_log(on, target, query.since).await;
                if told.is_none() || why.because != Because::Missing {
                    reading.not_seen.push(NotSeen {
                        what: format!("the user that holds {target}"),
                        withholds: why.because != Because::Missing,
                        why,
                    });
                }
                told
            }
        },
        "session" => principal_of_session(on, target).await,
        _ => Some(target.clone()),
    };
    let user = principal
        .as_ref()
        .filter(|found| found.kind().noun() == "user");
    let mut keys = Vec::new();
    if let Some(user) = user
        && noun != "session"
        && (noun == "user" || wants(Relation::Held) || wants(Relation::Minted))
    {
        match list(on, user.id()).await {
            Ok(listed) => keys = listed,
            Err(failure) => reading.not_seen.push(NotSeen {
                what: format!("the keys of {user}"),
                why: failure.why(),
                withholds: !failure.is_missing(),
            }),
        }
        let held = held(on, query, user.id(), &keys).await;
        reading.found.extend(held.found);
        reading.not_seen.extend(held.not_seen);
    }
    let mut entered = BTreeSet::new();
    let logs = [
        Relation::Minted,
        Relation::Entered,
        Relation::Exposed,
        Relation::CouldEnter,
        Relation::CouldRead,
    ];
    if logs.into_iter().any(&wants) {
        let mut start = start(target, &keys);
        start.extend(by_arn(on, target).await);
        let followed = follow(on, query, &start, principal.as_ref()).await?;
        entered = followed.entered;
        reading.found.extend(followed.found);
        reading.not_seen.extend(followed.not_seen);
        reading.back_to = followed.back_to;
    }
    if wants(Relation::CouldEnter) || wants(Relation::CouldRead) {
        let from: Vec<Locator> = principal.iter().chain(&entered).cloned().collect();
        could(on, me, query, (&from, &entered), &mut reading).await?;
        if principal.is_none() {
            reading.not_seen.push(NotSeen {
                what: format!("what {target} could enter and read"),
                why: Why::new(Because::Missing, "its principal is not known"),
                withholds: false,
            });
        }
    }
    let mut named = BTreeSet::new();
    reading.found.retain(|found| {
        found.what != *target
            && found.relation.is_none_or(&wants)
            && named.insert((
                found.what.clone(),
                found.relation == Some(Relation::CouldEnter),
            ))
    });
    Ok(reading)
}

/// Adds what these principals could enter, and what they could read, as policies say.
async fn could(
    on: &Handle,
    me: &Me,
    query: &Query,
    (from, entered): (&[Locator], &BTreeSet<Locator>),
    reading: &mut Reading,
) -> Result<(), Why> {
    let wants =
        |relation: Relation| query.relations.is_empty() || query.relations.contains(&relation);
    let until = budget(on, query, 1).until;
    let length = until.duration_since(on.link.clock.now()).unsigned_abs();
    let read = tokio::time::timeout(length, graph::read(on, &me.account)).await;
    let (graph, not_seen) = read.unwrap_or_else(|_| graph::unread());
    if wants(Relation::CouldRead) {
        let exposed = reading.found.iter();
        let exposed = exposed.filter(|found| found.relation == Some(Relation::Exposed));
        let exposed: BTreeSet<Locator> = exposed.map(|found| found.what.clone()).collect();
        let regions = regions(on).await?;
        let asked =
            readable::could_read(on, (&graph, &me.account), from, &regions, (until, &exposed));
        let (found, unlisted) = asked.await;
        reading.found.extend(found);
        reading.not_seen.extend(unlisted);
    }
    if wants(Relation::CouldEnter) {
        let here = graph.could_enter(from, entered);
        let (abroad, unlisted) = graph.could_enter_abroad(from, &here, entered);
        reading.found.extend(here.into_iter().chain(abroad));
        reading.not_seen.extend(unlisted);
        reading.not_seen.extend(not_seen);
    }
    Ok(())
}

/// What hangs on a credential that is no key: its siblings, and of a console password what the console did. Nothing
/// hangs on a grant but its principal.
async fn beside(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let target = &query.target;
    let user = match target.kind().noun() {
        "login-profile" => target.id(),
        noun if WITH_STATUS.contains(&noun) => super::halves(target.id()).0,
        _ => return Ok(Reading::default()),
    };
    let mut reading = match list(on, user).await {
        Ok(keys) => held(on, query, user, &keys).await,
        Err(failure) => Reading {
            not_seen: vec![NotSeen {
                what: format!("the keys of aws:user/{user}"),
                why: failure.why(),
                withholds: !failure.is_missing(),
            }],
            ..Reading::default()
        },
    };
    if target.kind().noun() == "login-profile" {
        let user = Locator::new(&kind("user"), user, target.account());
        let followed = follow(on, query, &[by(&user)], Some(&user)).await?;
        reading.found.extend(followed.found);
        reading.not_seen.extend(followed.not_seen);
        reading.back_to = followed.back_to;
    }
    let wants = |relation| query.relations.is_empty() || query.relations.contains(&relation);
    let mut named = BTreeSet::new();
    reading.found.retain(|found| {
        found.what != *target
            && found.relation.is_none_or(wants)
            && named.insert(found.what.clone())
    });
    Ok(reading)
}

/// The logs to begin with.
fn start(target: &Locator, keys: &[Key]) -> Vec<By> {
    let keys = keys.iter().filter(|_| target.kind().noun() == "user");
    let keys = keys.map(|key| super::resolve::credential(&key.id, target.account()));
    std::iter::once(by(target))
        .chain(keys.map(|key| by(&key)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::event::page;
    use super::super::whose::signer;

    const KEY: &str = "AKIARZPUZDIKNAJLN7ON";

    #[test]
    fn a_deleted_keys_log_names_its_user() {
        let answer = include_str!("../../../tests/fixtures/aws/cloudtrail-persistence.json");
        let answer = serde_json::from_str(answer).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_default();
        let signer = |account: &str| {
            let key = super::super::resolve::credential(KEY, Some(account));
            let of_key = events.iter().filter(|e| e.key.as_deref() == Some(KEY));
            signer(&of_key.cloned().collect::<Vec<_>>(), &key).map(|user| user.to_string())
        };
        let user = signer("123456789012");
        assert!(user.is_some_and(|user| user.starts_with("aws:user/")));
        assert_eq!(signer("1"), None);
    }
}
