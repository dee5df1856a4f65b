//! What a user of Identity Center did, and what hangs on it, as the logs tell that can be read from here.
//!
//! Never takes a session for the user's by its name alone, and says of which accounts the log was not read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::client::{Handle, Me};
use super::super::event::{Event, unique, unpublished};
use super::super::follow::follow;
use super::super::trail::{By, budget, log, regions};
use super::assigned::{Assignment, assignments, ending, owed, unbound};
use super::center::{ROLES, User, of};
use crate::domain::{
    Because, Fields, Found, Locator, NotSeen, Query, Reading, Relation, Time, Why,
};

/// Whether an event is the user's: it says so by the user's id, or it is a session of Identity Center's by its name.
fn is_of(event: &Event, id: &str, name: &str) -> bool {
    let said = |pointer: &str| event.said(pointer).and_then(Value::as_str);
    if let Some(user) = said("/userIdentity/onBehalfOf/userId") {
        return user == id;
    }
    let is_role = event
        .principal
        .as_ref()
        .is_some_and(|role| role.kind().noun() == "role" && role.id().starts_with(ROLES));
    let arn = said("/userIdentity/arn").unwrap_or_default();
    is_role && arn.rsplit('/').next() == Some(name)
}

/// What its logs gave.
#[derive(Default)]
struct Logs {
    events: Vec<Event>,
    not_seen: Vec<NotSeen>,
    back_to: Option<Time>,
}

/// Its events in our account, in the one of the organisation, and in the files that were given.
async fn logs(on: &Handle, query: &Query, user: &User, withholds: bool) -> Result<Logs, Why> {
    let mut logs = Logs::default();
    let Some(name) = user.name() else {
        let text = "the directory does not tell its name, by which its sessions are logged";
        logs.not_seen.push(NotSeen {
            what: format!("what {} did", query.target),
            why: Why::new(Because::Missing, text),
            withholds,
        });
        return Ok(logs);
    };
    let by = By {
        attribute: "Username",
        value: name.to_owned(),
    };
    let there = on.link.organization.get().map(|_| on.of_organization());
    for (on, withholds) in
        std::iter::once((on, true)).chain(there.as_ref().map(|on| (on, withholds)))
    {
        for region in regions(on).await? {
            let mut budget = budget(on, query, 1);
            let log = log(on, &region, &by, query.since, &mut budget).await;
            logs.not_seen.extend(unpublished(&log.events));
            if let Some(why) = log.failed {
                logs.not_seen.push(NotSeen {
                    what: format!("CloudTrail events in {region}"),
                    withholds: withholds && why.because != Because::NotImplemented,
                    why,
                });
            }
            if log.truncated {
                let oldest = log.events.iter().filter_map(|event| event.at).min();
                logs.back_to = logs.back_to.max(oldest);
            }
            logs.events.extend(log.events);
        }
    }
    let budget = budget(on, query, 1);
    let exports = &on.link.exports;
    let log = exports
        .latest(&by, query.since, &budget, &on.link.clock)
        .await;
    if log.truncated {
        let oldest = log.events.iter().filter_map(|event| event.at).min();
        logs.back_to = logs.back_to.max(oldest);
    }
    logs.events.extend(log.events);
    logs.events = unique(logs.events);
    logs.events.retain(|event| is_of(event, &user.id, name));
    logs.events.sort_by_key(|event| std::cmp::Reverse(event.at));
    logs.not_seen.dedup();
    Ok(logs)
}

/// Says of which accounts the log was not read.
fn elsewhere(
    on: &Handle,
    me: &Me,
    user: &User,
    assigned: &BTreeSet<Assignment>,
) -> Option<NotSeen> {
    let is_read = |account: &str| {
        account == me.account || on.link.organization.get().is_some() && account == user.of.owner
    };
    let accounts: BTreeSet<&str> = assigned
        .iter()
        .map(|one| one.account.as_str())
        .filter(|account| !is_read(account))
        .collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    (!accounts.is_empty()).then(|| NotSeen {
        what: format!(
            "CloudTrail of {}, where it is assigned",
            accounts.join(", ")
        ),
        why: Why::new(
            Because::Foreign,
            "it is not read from here; give the organisation's trail with --activity FILE",
        ),
        withholds: on.link.settings.activity.is_empty(),
    })
}

/// What a user did.
pub(in super::super) async fn activity(
    on: &Handle,
    me: &Me,
    query: &Query,
) -> Result<Reading, Why> {
    let (place, user) = of(on, &query.target)
        .await
        .map_err(|failure| failure.why())?;
    let (assigned, _) = assignments(on, &place, &user, &query.target).await;
    let mut logs = logs(on, query, &user, true).await?;
    logs.not_seen.extend(elsewhere(on, me, &user, &assigned));
    let found = |event: &Event| Found {
        what: event
            .credential(event.account().unwrap_or(&me.account))
            .unwrap_or_else(|| query.target.clone()),
        relation: None,
        evidence: event.evidence(),
        at: event.at,
        fields: event.fields(),
    };
    Ok(Reading {
        found: logs.events.iter().map(found).collect(),
        not_seen: logs.not_seen,
        back_to: logs.back_to,
        ..Reading::default()
    })
}

/// The sessions that events were signed with; those of the management account are bound by no service control policy.
fn sessions(events: &[Event], user: &User, target: &Locator, home: &str) -> Vec<Found> {
    let mut found: BTreeMap<Locator, Found> = BTreeMap::new();
    // The earliest event is the evidence.
    for event in events.iter().rev() {
        let account = event.account().unwrap_or(home);
        let session = event.credential(account);
        let session = session.filter(|session| session.kind().noun() == "session");
        let Some(session) = session else { continue };
        let one = if account == user.of.owner {
            let pointer = "/userIdentity/sessionContext/sessionIssuer/arn";
            let role = event.said(pointer).and_then(Value::as_str);
            let why = "it has sessions in the management account, which service control policies do not bind";
            owed(
                role.unwrap_or(session.id()),
                account,
                (why, ending(&user.id)),
                event.evidence(),
            )
        } else {
            Found {
                what: session,
                relation: Some(Relation::Minted),
                evidence: event.evidence(),
                at: event.at,
                fields: Fields::from([
                    ("credential".to_owned(), json!(true)),
                    ("principal".to_owned(), json!(target)),
                ]),
            }
        };
        found.entry(one.what.clone()).or_insert(one);
    }
    found.into_values().collect()
}

/// What hangs on a user: its sessions, what they made and entered, and what no service control policy binds.
pub(in super::super) async fn reach(on: &Handle, me: &Me, query: &Query) -> Result<Reading, Why> {
    let target = &query.target;
    let (place, user) = of(on, target).await.map_err(|failure| failure.why())?;
    let (assigned, mut not_seen) = assignments(on, &place, &user, target).await;
    let unbound = unbound(&place, &user, &assigned);
    let logs = logs(on, query, &user, !unbound.is_empty()).await?;
    not_seen.extend(logs.not_seen);
    not_seen.extend(elsewhere(on, me, &user, &assigned));
    let mut found = unbound;
    let sessions = sessions(&logs.events, &user, target, &me.account);
    // They are cut with the user, not with the role that AWS reserves for it and lets nobody edit.
    for session in sessions
        .iter()
        .filter(|one| one.what.kind().noun() == "session")
    {
        on.link.learn(&session.what, target);
    }
    found.extend(sessions);
    let start: BTreeSet<By> = logs
        .events
        .iter()
        .filter_map(|event| event.key.clone())
        .map(|value| By {
            attribute: "AccessKeyId",
            value,
        })
        .collect();
    let start: Vec<By> = start.into_iter().collect();
    let followed = follow(on, query, &start, None).await?;
    found.extend(followed.found);
    not_seen.extend(followed.not_seen);
    let mut named = BTreeSet::new();
    let wants = |relation| query.relations.is_empty() || query.relations.contains(&relation);
    found.retain(|found| {
        found.what != *target
            && found.relation.is_none_or(wants)
            && named.insert(found.what.clone())
    });
    not_seen.sort();
    not_seen.dedup();
    Ok(Reading {
        found,
        not_seen,
        back_to: logs.back_to.max(followed.back_to),
        ..Reading::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::event::page;
    use super::super::center::Instance;
    use super::*;

    const ID: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";

    fn alice() -> User {
        let of = Instance {
            arn: "arn:aws:sso:::instance/ssoins-1".to_owned(),
            store: "d-1234567890".to_owned(),
            owner: "999999999999".to_owned(),
        };
        User::new(of, ID, json!({"UserName": "alice@corp.example"}))
    }

    #[test]
    fn a_users_sessions_are_told_from_others_of_the_same_name_and_those_that_nothing_binds_are_owed()
     {
        let answer = include_str!("../../../../tests/fixtures/aws/cloudtrail-identity-center.json");
        let answer = serde_json::from_str(answer).unwrap_or_default();
        let (mut events, _) = page(&answer).unwrap_or_default();
        assert_eq!(events.len(), 7);
        events.retain(|event| is_of(event, ID, "alice@corp.example"));
        let told: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(
            told,
            [
                "ListBuckets",
                "ListUsers",
                "ListUsers",
                "GetRoleCredentials"
            ]
        );
        let target: Locator = format!("aws:identity-center-user/eu-west-1:{ID}@999999999999")
            .parse()
            .unwrap_or_else(|_| unreachable!());
        let found = sessions(&events, &alice(), &target, "123456789012");
        let [owed, session] = found.as_slice() else {
            unreachable!("{found:?}")
        };
        assert_eq!(
            session.what.to_string(),
            "aws:session/ASIARZPUZDIKDDDDDDD1@123456789012"
        );
        assert_eq!(session.relation, Some(Relation::Minted));
        assert_eq!(session.fields.get("principal"), Some(&json!(target)));
        // The earliest of its events.
        assert!(
            session.evidence.contains("09:04:00"),
            "{}",
            session.evidence
        );
        assert!(
            owed.what
                .id()
                .ends_with("AWSReservedSSO_Operator_0123456789abcdef")
        );
        let steps = owed.fields.get("steps").and_then(Value::as_str);
        assert!(steps.is_some_and(|steps| steps.contains(ID)));
    }
}
