//! What the subjects wrote themselves inside the window, as far as audit logs tell: a receipt may hold an attacker's
//! state.
//!
//! Only reads, within a budget; what could not be read is said.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;

use super::measure::Measure;
use crate::domain::{
    Because, Changed, Found, Kind, Locator, Query, ReadKind, Reading, Relation, Time, clock,
};
use crate::plan::Ask;

/// How long one log may take, and all of them together.
const ONE: std::time::Duration = std::time::Duration::from_secs(20);
const ALL: std::time::Duration = std::time::Duration::from_secs(60);
/// How many pages of one log are read.
const PAGES: u32 = 20;
/// How many logs are read for one subject, its own first.
const ACTORS: usize = 40;
/// How many are read at once.
const AT_ONCE: usize = 8;

/// A field that a subject wrote.
pub(super) struct Write {
    changed: Changed,
    pub(super) at: Time,
    /// The event, and with what it was done.
    pub(super) evidence: String,
}

/// What could not be seen of a subject's writes.
pub(super) struct Blind {
    pub(super) text: String,
    /// Whether the log exists and was not seen; a source that the provider does not have is only told.
    pub(super) counts: bool,
}

/// What subjects, and what they minted or entered, wrote inside the window.
#[derive(Default)]
pub(super) struct Told<'a> {
    writes: BTreeMap<&'a Locator, Vec<Write>>,
    blind: BTreeMap<&'a Locator, Vec<Blind>>,
}

impl<'a> Told<'a> {
    /// Asks the logs, beside what earlier rounds read in them.
    pub(super) async fn read(ask: &Ask<'a>, subjects: &BTreeSet<&'a Locator>) -> Self {
        let since = ask.case.runs.values().map(|run| run.order.since).min();
        let since = since.unwrap_or(ask.order.since);
        let mut told = Self::default();
        let mut asked = Vec::new();
        for subject in subjects {
            let actors = actors(ask, subject);
            if actors.len() > ACTORS {
                let text = format!("{} more logs were not asked", actors.len() - ACTORS);
                told.miss(subject, text, true);
            }
            let wanted = actors.into_iter().take(ACTORS);
            asked.extend(wanted.map(|actor| (*subject, actor)));
            told.keep(ask, (subject, since), known(ask, subject));
            // A log that an earlier round found to be of no use is of none now, even where it answers nothing at all.
            let useless = readings(ask, subject)
                .flat_map(|reading| &reading.not_seen)
                .filter(|blind| !blind.withholds);
            for blind in useless.collect::<BTreeSet<_>>() {
                told.miss(subject, format!("{}: {}", blind.what, blind.why), false);
            }
        }
        let mut open: BTreeSet<(&Locator, &Locator)> = asked.iter().copied().collect();
        let reads = asked.into_iter().map(|(subject, actor)| async move {
            let query = Query {
                read: ReadKind::Activity,
                target: actor.clone(),
                relations: Vec::new(),
                since,
                pages: PAGES,
                budget_ms: u64::try_from(ONE.as_millis()).unwrap_or(u64::MAX),
            };
            let answer = tokio::time::timeout(ONE * 2, ask.observer.read(&query)).await;
            (subject, actor, answer)
        });
        let mut reads = futures_util::stream::iter(reads).buffer_unordered(AT_ONCE);
        let all = async {
            while let Some((subject, actor, answer)) = reads.next().await {
                open.remove(&(subject, actor));
                match answer {
                    Ok(Ok(reading)) => {
                        told.miss_in(subject, actor, (&reading, since));
                        told.keep(ask, (subject, since), reading.found.iter());
                    }
                    Ok(Err(why)) => {
                        let counts = why.because != Because::NotImplemented;
                        told.miss(subject, format!("the log of {actor}: {why}"), counts);
                    }
                    Err(_) => {
                        let text = format!("the log of {actor} took longer than its budget");
                        told.miss(subject, text, true);
                    }
                }
            }
        };
        drop(tokio::time::timeout(ALL, all).await);
        for (subject, actor) in open {
            let text = format!("the log of {actor} was not read in the time allowed");
            told.miss(subject, text, true);
        }
        told
    }

    fn miss(&mut self, subject: &'a Locator, text: String, counts: bool) {
        let blind = self.blind.entry(subject).or_default();
        blind.push(Blind { text, counts });
    }

    fn miss_in(
        &mut self,
        subject: &'a Locator,
        actor: &Locator,
        (reading, since): (&Reading, Time),
    ) {
        for blind in &reading.not_seen {
            let text = format!("{}: {}", blind.what, blind.why);
            self.miss(subject, text, blind.withholds);
        }
        if let Some(back_to) = reading.back_to.filter(|back_to| *back_to > since) {
            let text = format!("the log of {actor} was read back to {back_to} only");
            self.miss(subject, text, true);
        }
    }

    fn keep<'f>(
        &mut self,
        ask: &Ask<'_>,
        (subject, since): (&'a Locator, Time),
        found: impl Iterator<Item = &'f Found>,
    ) {
        let writes = self.writes.entry(subject).or_default();
        for event in found.filter(|event| !ask.own.contains(&event.what)) {
            let Some(at) = event.at.filter(|at| *at >= since) else {
                continue;
            };
            let evidence = format!("{}, with {}", event.evidence, event.what);
            let write = |changed| Write {
                changed,
                at,
                evidence: evidence.clone(),
            };
            writes.extend(event.changed().into_iter().map(write));
        }
    }

    /// The latest write of a field of a target before its receipt was taken: what was seen there then is the subject's.
    pub(super) fn wrote(
        &self,
        ask: &Ask<'_>,
        (target, field): (&Locator, &str),
        measure: &Measure<'_>,
    ) -> Option<&Write> {
        let ahead = ask.observer.clock_ahead(target.provider());
        let taken = measure.oldest.at.saturating_add(ahead).unwrap_or(Time::MAX);
        let of = |write: &&Write| {
            write.changed.target == *target && write.changed.field == field && write.at <= taken
        };
        let writes = self.writes.values().flatten().filter(of);
        writes.max_by_key(|write| write.at)
    }

    /// Why it is not known whether the subjects wrote something before a receipt was taken.
    pub(super) fn unknown(
        &self,
        ask: &Ask<'_>,
        target: &Locator,
        measure: &Measure<'_>,
    ) -> Vec<Blind> {
        let of = measure.subjects.iter();
        let mut blind: Vec<Blind> = of
            .filter_map(|subject| self.blind.get(subject))
            .flatten()
            .map(|blind| Blind {
                text: blind.text.clone(),
                counts: blind.counts,
            })
            .collect();
        let lag = ask.catalogue.provider(target.provider());
        let lag = lag.map(|provider| provider.audit_lag().within());
        let taken = measure.oldest.at;
        let caught_up = lag.and_then(|lag| taken.checked_add(lag).ok());
        if let (Some(lag), Some(at)) = (lag, caught_up.filter(|at| ask.now < *at)) {
            let text = format!(
                "the audit log may lag behind by {}; it shows all until {taken} at {at}",
                clock::spell(lag)
            );
            blind.push(Blind { text, counts: true });
        }
        blind
    }
}

/// What earlier rounds read about a subject.
fn readings<'a>(ask: &Ask<'a>, subject: &'a Locator) -> impl Iterator<Item = &'a Reading> {
    let found = ask.case.found.iter();
    let of = found.filter(move |(item, _)| item.key.subject.as_ref() == Some(subject));
    of.map(|(_, (_, reading))| reading)
}

/// What earlier rounds found about a subject.
fn known<'a>(ask: &Ask<'a>, subject: &'a Locator) -> impl Iterator<Item = &'a Found> {
    readings(ask, subject).flat_map(|reading| &reading.found)
}

/// Whose doings are a subject's: itself, what it minted, what it entered. What cannot be asked is left out.
fn actors<'a>(ask: &Ask<'a>, subject: &'a Locator) -> Vec<&'a Locator> {
    let is_theirs = |relation: Option<Relation>| match relation {
        Some(Relation::Minted | Relation::Entered) => true,
        Some(
            Relation::Held
            | Relation::Exposed
            | Relation::CouldEnter
            | Relation::CouldRead
            | Relation::Shared,
        )
        | None => false,
    };
    let found = known(ask, subject).filter(|found| is_theirs(found.relation));
    let lives = ask.case.lives.values().filter(|life| {
        life.planned.key.subject.as_ref() == Some(subject) && is_theirs(life.planned.relation)
    });
    let others: BTreeSet<&Locator> = found
        .map(|found| &found.what)
        .chain(lives.filter_map(|life| life.planned.target.as_ref()))
        .filter(|other| *other != subject)
        .collect();
    let knows = |kind: &Kind| kind.reads.contains(&ReadKind::Activity);
    std::iter::once(subject)
        .chain(others)
        .filter(|actor| ask.catalogue.kind(actor.kind()).is_some_and(knows))
        .collect()
}
