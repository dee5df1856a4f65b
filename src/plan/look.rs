//! What a plan reads beside its targets: a glance at the neighbours, the questions of read steps, what they left unseen.
//!
//! Only asks and gathers; nothing here decides what is cut.

use std::collections::{BTreeMap, BTreeSet};

use super::view::key;
use super::{Ask, scope};
use crate::domain::event::Order;
use crate::domain::plan::Outside;
use crate::domain::{
    Cut, Found, Item, Kind, Locator, NotSeen, Phase, Query, ReadKind, Reading, Relation, Spec, Work,
};
use crate::estate::Estate;
use crate::playbook::{Evaluated, Scope, Step};
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

/// The question that a read step asks about a target, where its kind can answer it, or the estate does.
#[must_use]
pub fn query(
    catalogue: &Catalogue,
    (order, estate): (&Order, Option<&Estate>),
    step: &Step,
    target: &Locator,
    scope: &Scope,
) -> Option<Query> {
    let read = step.work.read()?;
    let knows = |kind: &Kind| kind.reads.contains(&read);
    // What hangs on it may be known of the estate alone.
    let leads = || read == ReadKind::Reach && estate.is_some_and(|known| known.leads_on(target));
    if !catalogue.kind(target.kind()).is_some_and(knows) && !leads() {
        return None;
    }
    // Where the file names the action that reads, what that action is not about is not asked.
    if let Some(by) = &step.reads_by {
        catalogue
            .action(by)
            .filter(|spec| spec.on == *target.kind())?;
    }
    let said = |name: &str| match step.with.get(name)?.eval(scope) {
        Evaluated::Known(value) => Some(value),
        Evaluated::Unknown(_) | Evaluated::Failed(_) => None,
    };
    let relations = said("relations").and_then(|list| serde_json::from_value(list).ok());
    let since = said("since").and_then(|since| since.as_str()?.parse().ok());
    Some(Query {
        read,
        target: target.clone(),
        relations: relations.unwrap_or_default(),
        since: since.unwrap_or(order.since),
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
            let (_, reading) = ask.case.reading(ask.at.0, &key(step, None, subject))?;
            Some((subject, reading))
        })
    })
}

/// What lies outside of what was asked for, is alive, and is not reached by what is planned.
pub(super) fn outside(ask: &Ask<'_>, items: &[Item]) -> Vec<Outside> {
    let issued = ask.case.issued();
    let glanced = ask
        .glance
        .iter()
        .flat_map(|(subject, glance)| glance.held.iter().map(move |found| (subject, found)));
    let read = readings(ask, ReadKind::Reach)
        .flat_map(|(subject, reading)| reading.found.iter().map(move |found| (subject, found)));
    let subjects: BTreeSet<&Locator> = ask.order.subjects.iter().collect();
    // The estate may write a name without account.
    let is_subject = |what: &Locator| {
        let any = || subjects.iter().any(|subject| what.means(subject));
        subjects.contains(what) || (what.account().is_none() && any())
    };
    // What the estate knows is told before anything is read.
    let led = ask.order.subjects.iter().flat_map(|subject| {
        let leads = |estate: &Estate| estate.leads(subject, &is_subject, &[]);
        let leads = ask.estate.map(leads).unwrap_or_default();
        leads.into_iter().map(move |found| (subject, found))
    });
    let led: Vec<(&Locator, Found)> = led.collect();
    let planned = Ends::of(ask, items);
    scope::all_outside(
        led.iter()
            .map(|(subject, found)| (*subject, found))
            .chain(glanced)
            .chain(read)
            .filter(|(_, found)| !issued.contains(&found.what)),
        ask.order,
        &ask.case.incident,
        ask.catalogue,
        // What a later round cuts of the set is not known yet; the ending tells what none did.
        |subject, found, is_in| is_in || planned.end(subject, found),
    )
}

/// What the items of a plan end at their targets.
struct Ends<'a> {
    ask: &'a Ask<'a>,
    cuts: BTreeMap<&'a Locator, Vec<&'a Cut>>,
    principals: BTreeMap<&'a Locator, Locator>,
}

impl<'a> Ends<'a> {
    fn of(ask: &'a Ask<'_>, items: &'a [Item]) -> Self {
        let (mut cuts, mut principals) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::new());
        for item in items {
            if let Some(seen) = &item.before
                && let Some(principal) = seen.principal()
            {
                principals.insert(&seen.target, principal);
            }
            let (action, target, is_new) = match &item.work {
                Work::Act(call) => (&call.action, &call.target, true),
                Work::Nothing { action, target, .. } => (action, target, false),
                Work::Issue { .. }
                | Work::Watch { .. }
                | Work::Read(_)
                | Work::Check(_)
                | Work::Gate(_)
                | Work::Manual(_) => continue,
            };
            let cut = ask.catalogue.action(action).and_then(Spec::cut);
            // What was issued after a cut that is in force already is not known to be reached by it.
            let ends = cut.filter(|cut| cut.ends_issued() && (is_new || !cut.before_call));
            let is_of_set = item.rung.is_some() && item.key.phase <= Phase::Inventory;
            if let Some(cut) = ends.filter(|_| is_of_set && item.only_if.is_none()) {
                cuts.entry(target).or_default().push(cut);
            }
        }
        Self {
            ask,
            cuts,
            principals,
        }
    }

    fn end(&self, subject: &Locator, found: &Found) -> bool {
        let principal_of = |what: &Locator| {
            let seen = self.principals.get(what);
            seen.or_else(|| self.ask.case.principal_of(what))
        };
        let named = found.principal();
        let known = named.as_ref().or_else(|| principal_of(&found.what));
        let at = known.or_else(|| {
            let hangs = (found, found.relation?);
            scope::lives_at(hangs, subject, self.ask.catalogue, principal_of)
        });
        let mut cuts = at.and_then(|at| self.cuts.get(at)).into_iter().flatten();
        cuts.any(|cut| cut.of.contains(found.what.kind()))
    }
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
