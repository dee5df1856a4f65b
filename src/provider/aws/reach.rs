//! What hangs on a key, user, role or session: held, minted, entered, could-enter.
//!
//! Follows CloudTrail from credential to credential within the budget; never leaves out silently what it did not read.

use std::collections::{BTreeSet, VecDeque};

use serde_json::json;

use super::client::{Handle, Me};
use super::event::{Effect, Event, unpublished};
use super::held::{credentials, held};
use super::keys::{Key, list, owner};
use super::trail::{Budget, By, Log, by, by_arn, log, regions, unasked};
use super::whose::{principal_by_log, principal_of_session};
use super::{activity, graph, kind};
use crate::domain::{
    Because, Duration, Fields, Found, Locator, NotSeen, Query, ReadKind, Reading, Relation, Time,
    Why,
};

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let me = on.me().await?;
    if query.target.account() != Some(&me.account) {
        let text = format!("{} is not in our account {}", query.target, me.account);
        return Err(Why::new(Because::Foreign, text));
    }
    let (before, named) = (on.link.heard.requests(), on.link.heard.names());
    let exported = on.link.exports.sources(&on.link.clock, query).await;
    let mut reading = match query.read {
        ReadKind::Reach => reach(on, me, query).await?,
        ReadKind::Activity => activity::read(on, me, query).await?,
        ReadKind::Credentials => credentials(on, query).await?,
        ReadKind::State | ReadKind::Grants | ReadKind::Permissions => {
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

/// How much a query allows.
pub(super) fn budget(on: &Handle, query: &Query, regions: usize) -> Budget {
    let length = Duration::from_millis(i64::try_from(query.budget_ms).unwrap_or(i64::MAX));
    let pages = query
        .pages
        .saturating_mul(u32::try_from(regions).unwrap_or(1));
    Budget {
        pages,
        until: on
            .link
            .clock
            .now()
            .saturating_add(length)
            .unwrap_or(Time::MAX),
    }
}

async fn reach(on: &Handle, me: &Me, query: &Query) -> Result<Reading, Why> {
    let wants =
        |relation: Relation| query.relations.is_empty() || query.relations.contains(&relation);
    let mut reading = Reading::default();
    let (target, noun) = (&query.target, query.target.kind().noun());
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
        let found = held(on, query, &keys).await;
        reading.found.extend(found);
    }
    let mut entered = BTreeSet::new();
    let logs = [Relation::Minted, Relation::Entered, Relation::CouldEnter];
    if logs.into_iter().any(&wants) {
        let mut start = start(target, &keys);
        start.extend(by_arn(on, target).await);
        let followed = follow(on, query, &start, principal.as_ref()).await?;
        entered = followed.entered;
        reading.found.extend(followed.found);
        reading.not_seen.extend(followed.not_seen);
        reading.back_to = followed.back_to;
    }
    if wants(Relation::CouldEnter) {
        let length = budget(on, query, 1)
            .until
            .duration_since(on.link.clock.now());
        let graph = graph::read(on, &me.account);
        let read = tokio::time::timeout(length.unsigned_abs(), graph).await;
        let (graph, not_seen) = read.unwrap_or_else(|_| graph::unread());
        let from: Vec<Locator> = principal.iter().chain(&entered).cloned().collect();
        let here = graph.could_enter(&from, &entered);
        let (abroad, unlisted) = graph.could_enter_abroad(&from, &here, &entered);
        reading.found.extend(here.into_iter().chain(abroad));
        reading.not_seen.extend(unlisted);
        reading.not_seen.extend(not_seen);
        if principal.is_none() {
            reading.not_seen.push(NotSeen {
                what: format!("roles that {target} could enter"),
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

/// The logs to begin with.
fn start(target: &Locator, keys: &[Key]) -> Vec<By> {
    let keys = keys.iter().filter(|_| target.kind().noun() == "user");
    let keys = keys.map(|key| super::resolve::credential(&key.id, target.account()));
    std::iter::once(by(target))
        .chain(keys.map(|key| by(&key)))
        .collect()
}

/// What following the logs gave.
#[derive(Default)]
struct Followed {
    found: Vec<Found>,
    entered: BTreeSet<Locator>,
    not_seen: Vec<NotSeen>,
    back_to: Option<Time>,
}

async fn follow(
    on: &Handle,
    query: &Query,
    start: &[By],
    principal: Option<&Locator>,
) -> Result<Followed, Why> {
    let mut regions = regions(on).await?;
    let mut budget = budget(on, query, regions.len());
    let mut followed = Followed::default();
    followed.not_seen.extend(unasked(on, &regions));
    let mut queue: VecDeque<By> = start.iter().cloned().collect();
    let mut asked: BTreeSet<By> = BTreeSet::new();
    let mut unread = 0_u32;
    while let Some(by) = queue.pop_front() {
        if !asked.insert(by.clone()) {
            continue;
        }
        for region in regions.clone() {
            let log = log(on, &region, &by, query.since, &mut budget).await;
            if let Some(why) = log.failed.clone() {
                let withholds = why.because != Because::NotImplemented;
                followed.not_seen.push(NotSeen {
                    what: format!("CloudTrail events in {region}"),
                    why,
                    withholds,
                });
                regions.retain(|left| *left != region);
            }
            if log.truncated {
                unread += 1;
                let oldest = log.events.iter().filter_map(|event| event.at).min();
                followed.back_to = followed.back_to.max(oldest);
            }
            take_in(on, query, principal, (&by, &log), &mut followed, &mut queue);
        }
        let log = on
            .link
            .exports
            .effects(&by, query.since, budget.until, &on.link.clock)
            .await;
        unread += u32::from(log.truncated);
        take_in(on, query, principal, (&by, &log), &mut followed, &mut queue);
    }
    if unread > 0 {
        followed.not_seen.push(NotSeen {
            what: format!("{unread} CloudTrail logs to their end"),
            why: Why::new(
                Because::Timeout,
                "the pages or the time allowed are used up",
            ),
            withholds: true,
        });
    }
    Ok(followed)
}

fn take_in(
    on: &Handle,
    query: &Query,
    principal: Option<&Locator>,
    (by, log): (&By, &Log),
    followed: &mut Followed,
    queue: &mut VecDeque<By>,
) {
    if let Some(unpublished) = unpublished(&log.events)
        && !followed.not_seen.contains(&unpublished)
    {
        followed.not_seen.push(unpublished);
    }
    for event in log
        .events
        .iter()
        .filter(|event| concerns(event, by, principal))
    {
        for effect in event.effects() {
            let mut tell = |what: Locator, relation: Relation| {
                let known = |found: &Found| found.what == what;
                if what == query.target || followed.found.iter().any(known) {
                    return;
                }
                let mut fields = Fields::new();
                if what.kind().noun() != "role" {
                    let credential = what.kind().noun() != "user";
                    fields.insert("credential".to_owned(), json!(credential));
                }
                if let Some(principal) = on.link.principal_of(&what) {
                    fields.insert("principal".to_owned(), json!(principal));
                }
                followed.found.push(Found {
                    what,
                    relation: Some(relation),
                    evidence: event.evidence(),
                    at: event.at,
                    fields,
                });
            };
            match effect {
                Effect::Session(session, of) => {
                    // A role's own log also tells of others' sessions.
                    if by.attribute == "ResourceName" && of.as_ref() != Some(&query.target) {
                        continue;
                    }
                    if let Some(of) = of {
                        on.link.learn(&session, &of);
                    }
                    queue.push_back(By {
                        attribute: "AccessKeyId",
                        value: session.id().to_owned(),
                    });
                    tell(session, Relation::Minted);
                }
                Effect::Entered(role) => {
                    if role != query.target && by.attribute != "ResourceName" {
                        tell(role.clone(), Relation::Entered);
                        followed.entered.insert(role);
                    }
                }
                Effect::Made(made) => {
                    if by.attribute == "ResourceName" {
                        continue;
                    }
                    if made.kind().noun() == "access-key" {
                        queue.push_back(By {
                            attribute: "AccessKeyId",
                            value: made.id().to_owned(),
                        });
                    }
                    tell(made, Relation::Minted);
                }
                Effect::Beyond(what) => {
                    let text = "contain has no action for it; remove it by hand";
                    let unseen = NotSeen {
                        what,
                        why: Why::new(Because::NotImplemented, text),
                        withholds: true,
                    };
                    if by.attribute != "ResourceName" && !followed.not_seen.contains(&unseen) {
                        followed.not_seen.push(unseen);
                    }
                }
            }
        }
    }
}

/// Whether an event is the subject's: a user name may also be the name of somebody's role session.
fn concerns(event: &Event, by: &By, principal: Option<&Locator>) -> bool {
    by.attribute != "Username" || event.principal.is_none() || event.principal.as_ref() == principal
}

#[cfg(test)]
mod tests {
    use super::super::adapter::Settings;
    use super::super::client::{Handle, Link};
    use super::super::event::page;
    use super::super::resolve::principal;
    use super::super::whose::signer;
    use super::*;
    use crate::domain::Clock;

    const KEY: &str = "AKIARZPUZDIKNAJLN7ON";

    /// Follows fixtures (made here) instead of a server: `by` AccessKeyId answers the events signed with it.
    fn followed(fixture: &str) -> Followed {
        let answer = serde_json::from_str(fixture).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_else(|| unreachable!("no fixture"));
        let link = Link::new(Settings::default(), Clock::wall());
        let on = Handle::new(std::sync::Arc::new(link), None, None);
        let target: Locator = format!("aws:access-key/{KEY}@123456789012")
            .parse()
            .unwrap_or_else(|_| unreachable!());
        let query = Query {
            read: ReadKind::Reach,
            target,
            relations: Vec::new(),
            since: Time::UNIX_EPOCH,
            pages: 10,
            budget_ms: 1000,
        };
        let mut followed = Followed::default();
        let mut queue: VecDeque<By> = start(&query.target, &[]).into();
        let mut asked = BTreeSet::new();
        while let Some(by) = queue.pop_front() {
            if asked.insert(by.clone()) {
                let signed = |event: &&Event| event.key.as_deref() == Some(&by.value);
                let log = Log {
                    events: events.iter().filter(signed).cloned().collect(),
                    ..Log::default()
                };
                take_in(&on, &query, None, (&by, &log), &mut followed, &mut queue);
            }
        }
        followed
    }

    fn names(followed: &Followed, relation: Relation) -> Vec<String> {
        let found = followed.found.iter();
        let wanted = found.filter(|found| found.relation == Some(relation));
        wanted.map(|found| found.what.to_string()).collect()
    }

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

    #[test]
    fn roles_are_found_through_sessions_and_through_one_another() {
        let followed = followed(include_str!(
            "../../../tests/fixtures/aws/cloudtrail-chained.json"
        ));
        assert_eq!(
            names(&followed, Relation::Entered),
            [
                "aws:role/deploy@123456789012",
                "aws:role/admin@210987654321",
            ]
        );
        assert_eq!(
            names(&followed, Relation::Minted),
            [
                "aws:session/ASIARZPUZDIKAAAAAAA1@123456789012",
                "aws:session/ASIARZPUZDIKAAAAAAA2@123456789012",
                "aws:session/ASIARZPUZDIKAAAAAAA3@210987654321",
            ]
        );
        let last = followed.found.last();
        assert!(last.is_some_and(|found| found.evidence.contains("sts.AssumeRole")));
        assert!(followed.not_seen.is_empty());
    }

    #[test]
    fn a_roles_logs_by_name_and_by_arn_tell_each_session_once() {
        let answer = include_str!("../../../tests/fixtures/aws/cloudtrail-role.json");
        let answer = serde_json::from_str(answer).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_default();
        let link = Link::new(Settings::default(), Clock::wall());
        let on = Handle::new(std::sync::Arc::new(link), None, None);
        let query = Query {
            read: ReadKind::Reach,
            target: principal("arn:aws:iam::123456789012:role/ci/deploy")
                .unwrap_or_else(|| unreachable!()),
            relations: Vec::new(),
            since: Time::UNIX_EPOCH,
            pages: 10,
            budget_ms: 1000,
        };
        let (mut followed, mut queue) = (Followed::default(), VecDeque::new());
        let by = by(&query.target);
        for events in events.chunks(2) {
            let log = Log {
                events: events.to_vec(),
                ..Log::default()
            };
            take_in(&on, &query, None, (&by, &log), &mut followed, &mut queue);
        }
        assert_eq!(
            names(&followed, Relation::Minted),
            [
                "aws:session/ASIARZPUZDIKCCCCCCC1@123456789012",
                "aws:session/ASIARZPUZDIKCCCCCCC2@123456789012",
            ]
        );
        assert!(names(&followed, Relation::Entered).is_empty());
    }

    #[test]
    fn what_was_made_is_minted_and_what_was_refused_is_not() {
        let followed = followed(include_str!(
            "../../../tests/fixtures/aws/cloudtrail-persistence.json"
        ));
        assert_eq!(
            names(&followed, Relation::Minted),
            [
                "aws:user/backdoor@123456789012",
                "aws:access-key/AKIARZPUZDIKBBBBBBB1@123456789012",
                "aws:role/shadow@123456789012",
            ]
        );
        assert!(names(&followed, Relation::Entered).is_empty());
        assert_eq!(followed.not_seen.len(), 1);
        let beyond = followed.not_seen.first();
        assert!(beyond.is_some_and(|not| not.withholds && not.what.contains("alice")));
    }

    #[test]
    fn names_that_no_vendor_publishes_are_said_once_and_withhold_nothing() {
        let followed = followed(include_str!(
            "../../../tests/fixtures/aws/cloudtrail-unpublished.json"
        ));
        assert!(followed.found.is_empty());
        let [not_seen] = followed.not_seen.as_slice() else {
            unreachable!("{:?}", followed.not_seen)
        };
        assert!(!not_seen.withholds && not_seen.why.because == Because::NotImplemented);
    }
}
