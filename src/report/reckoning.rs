//! What became of everything that was found: found = dead + consciously accepted + unreachable, or it is open.
//!
//! Over every reading of every run, from the journal alone. Never kinder than the proof, and forgets nothing.

pub(super) mod cut;

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use crate::domain::case::{Case, Run};
use crate::domain::event::{Does, Event};
use crate::domain::shell::quoted;
use crate::domain::why::plain;
use crate::domain::{Found, Locator, Relation, State, Time};
use crate::plan::restore::Wanted;
use crate::plan::scope;
use crate::provider::Catalogue;
use cut::Cuts;

/// Something that was named, cut or found, and what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Thing {
    /// What it is.
    pub what: Locator,
    /// How it hangs on the subjects, by all that was ever read; empty for what was named or cut itself.
    pub relations: BTreeSet<Relation>,
    /// On which subjects it hangs.
    pub subjects: BTreeSet<Locator>,
    /// Why we believe it, by the first reading that found it.
    pub evidence: Option<String>,
    /// The runs that knew of it.
    pub runs: BTreeSet<u32>,
    /// What became of it.
    pub became: Became,
}

/// What became of a thing.
#[derive(Clone, PartialEq, Debug)]
pub enum Became {
    /// It is refused, gone, or cut as far as it was to be; with what shows that.
    Dead(String),
    /// Somebody took on themselves that it stays.
    Accepted {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// Nothing here can look at it or cut it.
    Unreachable(String),
    /// Nobody accounts for it yet.
    Open {
        /// Why.
        why: String,
        /// The commands that would settle it, the best first.
        settle: Vec<String>,
    },
}

impl Became {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Dead(_) => "dead",
            Self::Accepted { .. } => "accepted",
            Self::Unreachable(_) => "unreachable",
            Self::Open { .. } => "open",
        }
    }

    /// What is told of it.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Dead(why) | Self::Unreachable(why) | Self::Open { why, .. } => why.clone(),
            Self::Accepted { by, why } => format!("by {by}: {why}"),
        }
    }
}

/// What is known of a thing while the journal is read.
#[derive(Default)]
struct Known<'a> {
    relations: BTreeSet<Relation>,
    subjects: BTreeSet<&'a Locator>,
    evidence: Option<&'a str>,
    runs: BTreeSet<u32>,
    /// What the latest reading said of it.
    latest: Option<&'a Found>,
    /// The latest time at which it was issued, by any reading.
    issued: Option<Time>,
}

/// Accounts for everything that an incident named, cut or found.
#[must_use]
pub fn reckon(entries: &[Entry<'_>], case: &Case, catalogue: &Catalogue, now: Time) -> Vec<Thing> {
    let cuts = Cuts::of(case, catalogue, now);
    let books = Books {
        case,
        catalogue,
        now,
        cuts: &cuts,
        healthy: healthy(case),
        replaced: replaced(case),
        cutting: case
            .runs_that_cut()
            .map(|(_, run)| (run, run.order.subjects.iter().collect()))
            .collect(),
    };
    let known = known(entries, case);
    let things = known.into_iter().map(|(what, known)| Thing {
        what: what.clone(),
        became: books.became(what, &known),
        relations: known.relations,
        subjects: known.subjects.into_iter().cloned().collect(),
        evidence: known.evidence.map(str::to_owned),
        runs: known.runs,
    });
    things.collect()
}

/// Everything that was named, cut or found; what this incident issued itself is no part of it.
fn known<'a>(entries: &[Entry<'a>], case: &'a Case) -> BTreeMap<&'a Locator, Known<'a>> {
    let issued = case.issued();
    let mut known: BTreeMap<&Locator, Known<'_>> = BTreeMap::new();
    for (run, entry) in case.runs_that_cut().filter(|(_, run)| run.order.cuts) {
        for subject in &entry.order.subjects {
            known.entry(subject).or_default().runs.insert(run);
        }
    }
    for (item, life) in &case.lives {
        let planned = &life.planned;
        let is_cut = planned.is_of_set() || planned.is_cut_by_hand();
        if let Some(target) = planned.target.as_ref().filter(|_| is_cut)
            && counts(case, item.run)
            && !matches!(life.state, State::Skipped(_))
        {
            known.entry(target).or_default().runs.insert(item.run);
        }
    }
    for entry in entries {
        let Event::Found { item, reading } = entry.event else {
            continue;
        };
        for found in &reading.found {
            let Some(relation) = found.relation else {
                continue;
            };
            if issued.contains(&found.what) {
                continue;
            }
            let thing = known.entry(&found.what).or_default();
            // What is found of a subject about itself makes it no other thing.
            if Some(&found.what) != item.key.subject.as_ref() {
                thing.relations.insert(relation);
                thing.subjects.extend(item.key.subject.as_ref());
            }
            thing.evidence.get_or_insert(&found.evidence);
            thing.runs.insert(item.run);
            thing.latest = Some(found);
            thing.issued = thing.issued.max(found.at);
        }
    }
    known
}

/// Whether what a run planned counts: a what-if plan that nobody applied does not.
pub(super) fn counts(case: &Case, run: u32) -> bool {
    let order = case.runs.get(&run).map(|run| &run.order);
    order.is_some_and(|order| order.verb != "plan" || case.has_acted(run))
}

/// Subjects that were declared healthy all along, and given back: by which run, why.
fn healthy(case: &Case) -> BTreeMap<&Locator, (u32, String)> {
    let mut healthy = BTreeMap::new();
    for (number, run) in case.runs.iter().filter(|(_, run)| run.order.gives_back()) {
        let wanted = Wanted::of(&run.order);
        // A run that gave nothing back says nothing.
        let is_over = run.outcome.is_some() && case.has_acted(*number);
        let Some(word) = wanted.healthy.filter(|_| is_over) else {
            continue;
        };
        for subject in &run.order.subjects {
            // What was cut again since is not healthy by that word any more.
            let mut later = case.runs.range(number.saturating_add(1)..);
            let is_cut_again = later.any(|(later, run)| {
                counts(case, *later)
                    && !run.order.gives_back()
                    && run.order.cuts
                    && run.order.subjects.contains(subject)
            });
            if !is_cut_again {
                healthy.insert(subject, (*number, word.reason.clone()));
            }
        }
    }
    healthy
}

/// What accounts for things.
struct Books<'a> {
    case: &'a Case,
    catalogue: &'a Catalogue,
    now: Time,
    cuts: &'a Cuts<'a>,
    healthy: BTreeMap<&'a Locator, (u32, String)>,
    /// What was replaced by something new.
    replaced: BTreeSet<&'a Locator>,
    /// The runs that cut, with the subjects of each.
    cutting: Vec<(&'a Run, BTreeSet<&'a Locator>)>,
}

/// What was replaced by something new.
fn replaced(case: &Case) -> BTreeSet<&Locator> {
    let made = case.lives.values().filter(|life| {
        life.planned.does == Does::Issue && matches!(life.state, State::Confirmed { .. })
    });
    made.filter_map(|life| life.planned.target.as_ref())
        .collect()
}

impl Books<'_> {
    fn became(&self, what: &Locator, known: &Known<'_>) -> Became {
        let own = self.cuts.on(what);
        if let Some(dead) = own.dead() {
            return Became::Dead(dead);
        }
        let holder = self.holder(what, known);
        let reached = holder.and_then(|holder| {
            let is_of_set = self.is_of_set(what, known);
            self.cuts
                .reaches(&holder, (what.kind(), known.issued), is_of_set)
                .map(|how| format!("{how}, at {holder}"))
        });
        if let Some(how) = reached.or_else(|| self.ended(what, known)) {
            return Became::Dead(how);
        }
        if let Some(accepted) = self.case.accepted.get(&what.to_string())
            && accepted.relations.is_superset(&known.relations)
        {
            let (by, why) = (accepted.by.clone(), accepted.why.clone());
            return Became::Accepted { by, why };
        }
        if let Some(given_back) = own.given_back(self.case) {
            return given_back;
        }
        if let Some(healthy) = self.declared_healthy(what, known) {
            return healthy;
        }
        if let Some(word) = self.by_hand(what) {
            return Became::Unreachable(word);
        }
        self.open(what, known, own.why())
    }

    /// Whose it is: the one that is named, else by how it hangs on the subjects.
    fn holder(&self, what: &Locator, known: &Known<'_>) -> Option<Locator> {
        let named = known.latest.and_then(Found::principal);
        let named = named.or_else(|| self.case.principal_of(what).cloned());
        named.or_else(|| {
            let mut hangs = [Relation::Minted, Relation::Held].into_iter();
            let relation = hangs.find(|one| known.relations.contains(one))?;
            let hangs = (known.latest?, relation);
            let principal_of = |subject: &Locator| self.case.principal_of(subject);
            let mut at = known
                .subjects
                .iter()
                .map(|subject| scope::lives_at(hangs, subject, self.catalogue, principal_of));
            at.next()?.cloned()
        })
    }

    /// Whether it ended without a cut of ours, or was made worthless.
    fn ended(&self, what: &Locator, known: &Known<'_>) -> Option<String> {
        let text = |field: &str| known.latest?.fields.get(field)?.as_str();
        // What a reading saw of our own cut is no more than that cut is.
        let is_ours = !self.cuts.on(what).is_empty();
        let status = text("status").filter(|status| !status.eq_ignore_ascii_case("active"));
        if let Some(status) = status.filter(|_| !is_ours) {
            return Some(format!("it was {} when it was read last", plain(status)));
        }
        let expires: Option<Time> = text("expires").and_then(|text| text.parse().ok());
        let lifetime = self
            .catalogue
            .kind(what.kind())
            .and_then(|kind| kind.lifetime);
        let longest = known.issued.zip(lifetime);
        let longest = longest.and_then(|(issued, lives)| issued.saturating_add(lives).ok());
        let expires = expires.or(longest);
        if let Some(expires) = expires.filter(|expires| *expires <= self.now) {
            return Some(format!("it lapsed at {expires}"));
        }
        let is_read = known.relations.contains(&Relation::Exposed)
            || known.relations.contains(&Relation::CouldRead);
        (is_read && self.replaced.contains(what))
            .then(|| "what was read of it is worthless: it was replaced".to_owned())
    }

    fn declared_healthy(&self, what: &Locator, known: &Known<'_>) -> Option<Became> {
        let own = self.healthy.get(what);
        let mut of_subjects = known
            .subjects
            .iter()
            .map(|subject| self.healthy.get(subject));
        let by_all = || -> Option<&(u32, String)> {
            let first = of_subjects.next()??;
            of_subjects
                .all(|healthy| healthy.is_some())
                .then_some(first)
        };
        let (run, reason) = own.or_else(by_all)?;
        let by = cut::approver(self.case, *run);
        let why = format!("declared healthy in run {run}: {reason}");
        Some(Became::Accepted { by, why })
    }

    /// Somebody's word that they cut by hand what nothing here can look at.
    fn by_hand(&self, what: &Locator) -> Option<String> {
        let mut decided = self
            .case
            .decided
            .iter()
            .rev()
            .filter(|(item, (_, decision))| {
                let life = self.case.lives.get(*item);
                decision.passed
                    && life.is_some_and(|life| {
                        life.planned.is_cut_by_hand() && life.planned.target.as_ref() == Some(what)
                    })
            });
        let (_, (at, decision)) = decided.next()?;
        Some(format!(
            "cut by hand on the word of {} at {at}; nothing here can look at it",
            plain(&decision.by)
        ))
    }

    fn open(&self, what: &Locator, known: &Known<'_>, own: Option<String>) -> Became {
        let incident = &self.case.incident;
        let typed = quoted(&what.to_string());
        let accept = format!("contain incident accept {typed} --reason TEXT --incident {incident}");
        if let Some(why) = own {
            let settle = vec![format!("contain resume --incident {incident}"), accept];
            return Became::Open { why, settle };
        }
        if known.relations.is_empty() {
            let why = "nothing of it was cut yet".to_owned();
            let settle = vec![format!("contain resume --incident {incident}"), accept];
            return Became::Open { why, settle };
        }
        let words: Vec<&str> = known.relations.iter().map(|one| one.word()).collect();
        let evidence = known.evidence.unwrap_or_default();
        let is_of_set = self.is_of_set(what, known);
        let why = match is_of_set {
            true => format!(
                "{} ({}), and no cut of it is proven",
                words.join(", "),
                plain(evidence)
            ),
            false => format!(
                "{} ({}), and alive as far as is known",
                words.join(", "),
                plain(evidence)
            ),
        };
        let cut = match is_of_set {
            true => format!("contain resume --wait --incident {incident}"),
            false => format!("contain isolate {what} --incident {incident}"),
        };
        let settle = vec![cut, accept];
        Became::Open { why, settle }
    }

    /// Whether a run that cuts was to cut it.
    fn is_of_set(&self, what: &Locator, known: &Known<'_>) -> bool {
        let Some(found) = known.latest.filter(|found| found.what == *what) else {
            return false;
        };
        self.cutting.iter().any(|(run, of_run)| {
            let mut subjects = known.subjects.iter().copied();
            subjects.any(|subject| {
                of_run.contains(subject)
                    && known.relations.iter().any(|relation| {
                        let found = Found {
                            relation: Some(*relation),
                            ..found.clone()
                        };
                        scope::is_in(&found, subject, &run.order.include, self.catalogue)
                    })
            })
        })
    }
}

/// How many things became what, by the words of [`Became::word`].
#[must_use]
pub fn totals(things: &[Thing]) -> BTreeMap<&'static str, usize> {
    let mut totals = BTreeMap::from([
        ("found", things.len()),
        ("dead", 0),
        ("accepted", 0),
        ("unreachable", 0),
        ("open", 0),
    ]);
    for thing in things {
        *totals.entry(thing.became.word()).or_default() += 1;
    }
    totals
}
