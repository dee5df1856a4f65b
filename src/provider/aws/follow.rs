//! From log to log: what the subject and its sessions made, entered and left open.
//!
//! Follows CloudTrail from credential to credential within the budget; never leaves out silently what it did not read.

use std::collections::{BTreeSet, VecDeque};

use serde_json::json;

use super::client::Handle;
use super::event::{Effect, Event, unpublished};
use super::persistence::Owed;
use super::service::exposed::take_in as take_in_exposed;
use super::trail::{By, Log, budget, log, regions, unasked};
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Query, Relation, Time, Why};

/// What following the logs gave.
#[derive(Default)]
pub(super) struct Followed {
    pub(super) found: Vec<Found>,
    pub(super) entered: BTreeSet<Locator>,
    pub(super) not_seen: Vec<NotSeen>,
    pub(super) back_to: Option<Time>,
}

/// Follows logs from credential to credential.
pub(super) async fn follow(
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
        .filter(|event| concerns(event, by, &query.target, principal))
    {
        // A role's own log tells who entered it, not what was read with it.
        if by.attribute != "ResourceName" {
            take_in_exposed(event, &mut followed.found, &mut followed.not_seen);
        }
        for effect in event.effects() {
            let mut tell = |what: Locator, relation: Relation| {
                let known = |found: &Found| found.what == what;
                if what == query.target || followed.found.iter().any(known) {
                    return;
                }
                let mut fields = Fields::new();
                if what.kind().noun() != "role" {
                    let credential = is_credential(what.kind().noun());
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
                Effect::Owed(owed) => {
                    if by.attribute != "ResourceName" {
                        owe(&mut followed.found, owed, event);
                    }
                }
            }
        }
    }
}

/// Whether a kind proves an identity.
fn is_credential(noun: &str) -> bool {
    matches!(
        noun,
        "access-key"
            | "session"
            | "login-profile"
            | "service-credential"
            | "ssh-key"
            | "signing-certificate"
    )
}

/// Adds what a person has to close; a second event about the same thing adds its own steps.
fn owe(found: &mut Vec<Found>, owed: Owed, event: &Event) {
    let step = format!("{} ({})", owed.steps, event.evidence());
    let known = found.iter_mut().find(|found| found.what == owed.what);
    let Some(known) = known else {
        let fields = [
            ("arn", owed.what.id().to_owned()),
            ("event", event.label()),
            ("why", owed.why),
            ("steps", step),
        ];
        let fields = fields.map(|(name, text)| (name.to_owned(), json!(text)));
        found.push(Found {
            what: owed.what,
            relation: Some(Relation::Minted),
            evidence: event.evidence(),
            at: event.at,
            fields: fields.into(),
        });
        return;
    };
    for (name, text, joint) in [("why", owed.why, "; "), ("steps", step, "\n")] {
        let before = known.fields.get(name).and_then(|said| said.as_str());
        let before = before.unwrap_or_default();
        if !before.contains(&text) {
            let both = format!("{before}{joint}{text}");
            known.fields.insert(name.to_owned(), json!(both));
        }
    }
}

/// Whether an event is the subject's: a user name may also be the name of somebody's role session, and of a user's own
/// events only those signed with temporary credentials can be the console's.
fn concerns(event: &Event, by: &By, target: &Locator, principal: Option<&Locator>) -> bool {
    let is_temporary = || {
        event
            .key
            .as_deref()
            .is_some_and(|key| key.starts_with("ASIA"))
    };
    by.attribute != "Username"
        || (target.kind().noun() != "login-profile" || is_temporary())
            && (event.principal.is_none() || event.principal.as_ref() == principal)
}

#[cfg(test)]
mod tests {
    use super::super::adapter::Settings;
    use super::super::client::{Handle, Link};
    use super::super::event::page;
    use super::super::resolve::principal;
    use super::super::trail::by;
    use super::*;
    use crate::domain::{Clock, ReadKind};

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
        let mut queue = VecDeque::from([by(&query.target)]);
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
                "aws:login-profile/alice@123456789012",
                "aws:role/shadow@123456789012",
            ]
        );
        assert!(names(&followed, Relation::Entered).is_empty());
        assert!(followed.not_seen.is_empty());
    }

    #[test]
    fn two_writes_on_one_thing_are_one_obligation_with_the_steps_of_both() {
        let followed = followed(include_str!(
            "../../../tests/fixtures/aws/cloudtrail-owed.json"
        ));
        assert_eq!(
            names(&followed, Relation::Minted),
            [
                "aws:resource/arn:aws:s3:::backups@123456789012",
                "aws:role-trust/deploy@123456789012",
            ]
        );
        assert_eq!(
            names(&followed, Relation::Entered),
            ["aws:role/deploy@123456789012"]
        );
        let bucket = followed.found.first();
        let bucket = bucket.unwrap_or_else(|| unreachable!());
        let text = |field: &str| {
            let text = bucket.fields.get(field).and_then(|text| text.as_str());
            text.unwrap_or_default().to_owned()
        };
        assert!(text("why").contains("policy may name anybody"));
        assert!(text("why").contains("access list may name anybody"));
        assert_eq!(text("steps").lines().count(), 2, "{}", text("steps"));
        assert_eq!(text("arn"), "arn:aws:s3:::backups");
        assert!(bucket.at.is_some() && bucket.evidence.contains("s3.Put"));
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
