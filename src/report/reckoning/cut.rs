//! The cuts of an incident over all its runs: which are proven, which reach what was issued from their target.
//!
//! The latest life of each goal counts, as it is what was seen last.

use std::collections::BTreeMap;

use super::{Became, counts};
use crate::domain::case::Case;
use crate::domain::state::Life;
use crate::domain::{ActionId, Cut, Fate, ItemRef, KindId, Locator, Rung, Spec, State, Time};
use crate::plan::due::Goals;
use crate::provider::Catalogue;
use crate::report::unproven::unproven;

/// The latest life of one cut.
struct Goal<'a> {
    item: &'a ItemRef,
    life: &'a Life,
    spec: Option<&'a Spec>,
    /// Why it is not proven, or how it is.
    stands: Result<String, String>,
    /// Up to when what was issued is refused, where it is a cut of sessions.
    cut_off: Option<Time>,
}

/// The cuts of an incident, by target.
pub(in crate::report) struct Cuts<'a>(BTreeMap<&'a Locator, Vec<Goal<'a>>>);

/// The cuts on one target.
pub(in crate::report) struct On<'c, 'a>(&'c [Goal<'a>]);

impl<'a> Cuts<'a> {
    pub(in crate::report) fn of(case: &'a Case, catalogue: &'a Catalogue, now: Time) -> Self {
        let mut latest: BTreeMap<(&Locator, &ActionId), (&ItemRef, &Life)> = BTreeMap::new();
        for (item, life) in &case.lives {
            let planned = &life.planned;
            let (Some(target), Some(action), Some(_)) =
                (&planned.target, &planned.action, planned.rung)
            else {
                continue;
            };
            // A step that was not needed cut nothing.
            if counts(case, item.run) && !matches!(life.state, State::Skipped(_)) {
                latest.insert((target, action), (item, life));
            }
        }
        let cut_offs: BTreeMap<u32, Goals<'_>> = case
            .runs
            .keys()
            .map(|run| (*run, Goals::of(case, catalogue, *run)))
            .collect();
        let mut cuts: BTreeMap<&Locator, Vec<Goal<'_>>> = BTreeMap::new();
        for ((target, action), (item, life)) in latest {
            let spec = catalogue.action(action);
            let of_runs = cut_offs
                .values()
                .filter_map(|goals| goals.cut_off(spec?, target));
            cuts.entry(target).or_default().push(Goal {
                item,
                life,
                spec,
                stands: stands(life, now),
                cut_off: of_runs.max(),
            });
        }
        Self(cuts)
    }

    pub(in crate::report) fn on(&self, target: &Locator) -> On<'_, 'a> {
        On(self.0.get(target).map_or(&[], Vec::as_slice))
    }

    /// How the cuts of a principal reach what was issued there, where one that is proven does. What is narrowed only is
    /// reached where that was all that was asked for.
    pub(in crate::report) fn reaches(
        &self,
        holder: &Locator,
        (kind, issued): (&KindId, Option<Time>),
        is_of_set: bool,
    ) -> Option<String> {
        let goals = self.0.get(holder)?;
        let reaches = |goal: &&Goal<'_>| {
            let Some(cut) = goal.spec.and_then(Spec::cut) else {
                return false;
            };
            let is_old = match (goal.cut_off, issued) {
                (Some(cut_off), Some(issued)) => issued <= cut_off,
                (Some(_), None) | (None, _) => true,
            };
            let is_ended = cut.ends_issued() || is_of_set && cut.issued != Fate::Lives;
            is_ended && cut.of.contains(kind) && (!cut.before_call || is_old)
        };
        let mut proven = goals.iter().rev().filter(|goal| goal.stands.is_ok());
        let found = proven.find(reaches)?;
        found.stands.as_ref().ok().cloned()
    }
}

impl On<'_, '_> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How it is dead, where what was cut there is proven.
    pub(in crate::report) fn dead(&self) -> Option<String> {
        let proven = || self.0.iter().filter(|goal| goal.stands.is_ok());
        let is_covered = |goal: &Goal<'_>| proven().any(|other| covers(other, goal));
        let is_dead = !self.0.is_empty()
            && self
                .0
                .iter()
                .all(|goal| goal.stands.is_ok() || is_covered(goal));
        // The best proof says most, and of equal ones the hardest cut.
        let says = |goal: &&Goal<'_>| {
            let verdict = goal.life.verdict.as_ref();
            let is_tried = verdict.is_some_and(crate::domain::Verdict::is_probed_dead);
            (is_tried, goal.life.planned.rung)
        };
        let best = proven().max_by_key(says)?;
        best.stands.as_ref().ok().filter(|_| is_dead).cloned()
    }

    /// Why it is not dead, where it was to be cut.
    pub(super) fn why(&self) -> Option<String> {
        let mut open = self.0.iter().filter_map(|goal| goal.stands.as_ref().err());
        open.next().cloned()
    }

    /// Whose word it was that it came back, where it was given back.
    pub(super) fn given_back(&self, case: &Case) -> Option<Became> {
        let back = |goal: &&Goal<'_>| matches!(goal.life.state, State::Undone);
        let goal = self.0.iter().find(back)?;
        let all = self.0.iter().all(|goal| goal.stands.is_ok() || back(&goal));
        let mut later = case.runs.range(goal.item.run.saturating_add(1)..);
        let (run, _) = later.find(|(_, run)| run.order.gives_back())?;
        all.then(|| Became::Accepted {
            by: approver(case, *run),
            why: format!("given back in run {run}"),
        })
    }
}

/// Whether a proven cut makes it of no account that another on the same target is not.
fn covers(by: &Goal<'_>, other: &Goal<'_>) -> bool {
    let cut = |goal: &Goal<'_>| goal.spec.and_then(Spec::cut).cloned();
    let (Some(by), Some(other)) = (cut(by), cut(other)) else {
        return false;
    };
    let Cut { target, of, .. } = &other;
    let kills = by.target != Fate::Lives || *target == Fate::Lives;
    let reaches = of.iter().all(|kind| by.of.contains(kind));
    kills && reaches && (!by.before_call || other.before_call)
}

/// How a cut is proven, or why it is not.
fn stands(life: &Life, now: Time) -> Result<String, String> {
    if let Some(why) = unproven(life) {
        return Err(why);
    }
    let Some(verdict) = &life.verdict else {
        return Err("nothing shows it".to_owned());
    };
    if now < verdict.settles.at {
        return Err(format!(
            "it has not reached everywhere before {}",
            verdict.settles.at
        ));
    }
    let how = match life.planned.rung {
        Some(Rung::Narrow) => "access narrowed",
        Some(Rung::EndSessions) => "sessions ended",
        Some(Rung::Suspend) => "suspended",
        Some(Rung::Revoke) => "revoked",
        Some(Rung::Delete) => "deleted",
        None => "cut",
    };
    Ok(format!("{how}, {}", verdict.word()))
}

/// By whose authority a run did what it did.
pub(super) fn approver(case: &Case, run: u32) -> String {
    let mut spent = case.lives_of(run).flat_map(|(_, life)| &life.spent);
    let mandate = spent.find_map(|nonce| {
        let mut all = case.mandates.iter();
        all.find(|mandate| mandate.nonce == *nonce)
    });
    mandate.map_or_else(|| "solo".to_owned(), |mandate| mandate.by.clone())
}
