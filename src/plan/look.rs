//! What a plan reads beside its targets: a glance at the neighbours, the questions of read steps, what they left unseen.
//!
//! Only asks and gathers; nothing here decides what is cut.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ask, candidate, scope};
use crate::domain::event::Order;
use crate::domain::plan::Outside;
use crate::domain::{
    Found, Item, Kind, Locator, NotSeen, Query, ReadKind, Reading, Relation, Work,
};
use crate::playbook::Step;
use crate::provider::{Catalogue, Observer};

/// How long the glance before the first plan may take.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(2500);
/// For more subjects than this the first plan does without a glance at each.
const GLANCE_SUBJECTS: usize = 20;

/// A first look at a subject: its neighbours and who uses it.
#[derive(Clone, Debug, Default)]
pub struct Glance {
    /// What the same principal holds.
    pub held: Vec<Found>,
    /// The latest page of its activity.
    pub events: Vec<Found>,
    /// What could not be seen.
    pub not_seen: Vec<NotSeen>,
}

/// Looks at the neighbours and the latest activity of a few subjects, within a short time.
pub async fn glance(
    observer: &Observer,
    catalogue: &Catalogue,
    order: &Order,
) -> BTreeMap<Locator, Glance> {
    if order.subjects.len() > GLANCE_SUBJECTS {
        return BTreeMap::new();
    }
    let looks = order.subjects.iter().map(|subject| async move {
        let kind = catalogue.kind(subject.kind());
        let ask = |read, relations| async move {
            if !kind.is_some_and(|kind| kind.reads.contains(&read)) {
                return Reading::default();
            }
            let query = Query {
                read,
                target: subject.clone(),
                relations,
                since: order.since,
                pages: 1,
                budget_ms: 2000,
            };
            match tokio::time::timeout(GLANCE, observer.read(&query)).await {
                Ok(Ok(reading)) => reading,
                Ok(Err(why)) => unseen(format!("{read:?} of {subject}").to_lowercase(), why),
                Err(_) => Reading::default(),
            }
        };
        let (held, used) = futures_util::join!(
            ask(ReadKind::Reach, vec![Relation::Held]),
            ask(ReadKind::Activity, vec![])
        );
        let not_seen = held.not_seen.into_iter().chain(used.not_seen).collect();
        (
            subject.clone(),
            Glance {
                held: held.found,
                events: used.found,
                not_seen,
            },
        )
    });
    futures_util::future::join_all(looks)
        .await
        .into_iter()
        .collect()
}

/// A reading that holds only what could not be seen.
#[must_use]
pub fn unseen(what: String, why: crate::domain::Why) -> Reading {
    let withholds = why.because != crate::domain::Because::NotImplemented;
    Reading {
        not_seen: vec![NotSeen {
            what,
            why,
            withholds,
        }],
        ..Reading::default()
    }
}

/// The read items of the playbook, one per subject.
pub(super) fn reads(ask: &Ask<'_>) -> Vec<Item> {
    let read = |step: &Step, subject: &Locator| {
        let query = query(ask.catalogue, ask.order, step, subject)?;
        Some(Item {
            key: candidate::key(step, None, subject),
            work: Work::Read(query),
            before: None,
            relation: None,
            evidence: None,
            tier: crate::domain::Tier::READ,
            reasons: Vec::new(),
            rung: None,
            undo: None,
            needs: Vec::new(),
            parallel: None,
            manner: Default::default(),
            review: None,
            verify_within: None,
            probe: false,
            marks: Vec::new(),
            facts: BTreeMap::new(),
        })
    };
    let subjects = &ask.order.subjects;
    ask.playbook
        .steps
        .iter()
        .flat_map(|step| {
            subjects
                .iter()
                .filter_map(move |subject| read(step, subject))
        })
        .collect()
}

/// The question that a read step asks about a subject, where it is one and the kind can answer it.
#[must_use]
pub fn query(
    catalogue: &Catalogue,
    order: &Order,
    step: &Step,
    subject: &Locator,
) -> Option<Query> {
    let read = step.work.read()?;
    let knows = |kind: &Kind| kind.reads.contains(&read);
    if !catalogue.kind(subject.kind()).is_some_and(knows) {
        return None;
    }
    let relations = match step
        .with
        .get("relations")
        .and_then(|with| with.as_literal())
    {
        Some(list) => serde_json::from_value(list.clone()).unwrap_or_default(),
        None => Vec::new(),
    };
    Some(Query {
        read,
        target: subject.clone(),
        relations,
        since: order.since,
        pages: 20,
        budget_ms: 60_000,
    })
}

/// The answers of all reads of one kind, with their subjects.
pub(super) fn readings<'a>(
    ask: &'a Ask<'_>,
    read: ReadKind,
) -> impl Iterator<Item = (&'a Locator, &'a Reading)> {
    let steps = ask
        .playbook
        .steps
        .iter()
        .filter(move |step| step.work.read() == Some(read));
    steps.flat_map(move |step| {
        ask.order.subjects.iter().filter_map(move |subject| {
            let (_, reading) = ask
                .case
                .reading(ask.at.0, &candidate::key(step, None, subject))?;
            Some((subject, reading))
        })
    })
}

pub(super) fn outside(ask: &Ask<'_>) -> Vec<Outside> {
    let glanced = ask
        .glance
        .iter()
        .flat_map(|(subject, glance)| glance.held.iter().map(move |found| (subject, found)));
    let read = readings(ask, ReadKind::Reach)
        .flat_map(|(subject, reading)| reading.found.iter().map(move |found| (subject, found)));
    scope::all_outside(
        glanced.chain(read),
        ask.order,
        &ask.case.incident,
        ask.catalogue,
    )
}

pub(super) fn not_seen(ask: &Ask<'_>) -> Vec<NotSeen> {
    let glanced = ask.glance.values().flat_map(|glance| &glance.not_seen);
    let read = [ReadKind::Reach, ReadKind::Activity]
        .into_iter()
        .flat_map(|read| readings(ask, read).flat_map(|(_, reading)| &reading.not_seen));
    BTreeSet::from_iter(glanced.chain(read).cloned())
        .into_iter()
        .collect()
}
