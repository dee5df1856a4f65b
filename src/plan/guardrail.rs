//! The guardrail: a cut that what it cuts cannot edit, beside the ordinary one; and what is said where there is none.
//!
//! Which cuts those are is declared by the provider. Never waits for the ordinary cut, and nothing waits for it.

use std::collections::{BTreeMap, BTreeSet};

use super::Ask;
use super::candidate::Candidate;
use super::issue::part;
use crate::domain::case::{Case, Goal};
use crate::domain::event::Order;
use crate::domain::plan::Outside;
use crate::domain::state::Life;
use crate::domain::{Fields, Locator, Phase, Relation, Rung, Seen, State, Time, Verdict};
use crate::playbook::{Mode, Verb, What};
use crate::provider::Catalogue;

/// A cut that was acknowledged and did not show may be slow; one that did so more often than this is being undone.
const ONCE: u32 = 1;

/// A cut that was made and was not there when it was made again, though nothing of ours gave it back.
#[derive(Clone, PartialEq, Debug)]
pub struct Undone {
    /// How often it had been seen in force.
    pub times: u32,
    /// How often it had been acknowledged and was never seen in force.
    pub unshown: u32,
    /// When that was last seen.
    pub seen: Time,
    /// Whose the target is, where it has a principal.
    pub principal: Option<Locator>,
}

impl Undone {
    /// Whether somebody undoes it: it was seen in force once, or not even made twice it stays.
    #[must_use]
    pub fn is_by_somebody(&self) -> bool {
        self.times > 0 || self.unshown > ONCE
    }
}

/// The cuts of an incident that did not stay, by goal.
#[must_use]
pub fn undone(case: &Case, catalogue: &Catalogue) -> BTreeMap<Goal, Undone> {
    let mut undone: BTreeMap<Goal, Undone> = BTreeMap::new();
    let mut made: BTreeMap<Goal, (bool, &Life)> = BTreeMap::new();
    for (item, life) in &case.lives {
        let planned = &life.planned;
        let (Some(action), Some(target), Some(_)) =
            (&planned.action, &planned.target, planned.rung)
        else {
            continue;
        };
        let (Some(spec), Some((_, before))) = (catalogue.action(action), life.sent()) else {
            continue;
        };
        let goal = (action.clone(), target.clone());
        // What was seen before it was made again, and after the earlier one had been: that no longer showed.
        let lost = made.get(&goal).filter(|(_, first)| {
            let is_open = |(earlier, _)| !spec.shows(earlier, before);
            first.acted_at.is_some_and(|at| at <= before.at)
                && before.fields().is_some()
                && first.sent().is_some_and(is_open)
        });
        if let Some((was_seen, _)) = lost {
            let now = again(undone.get(&goal), life, (*was_seen, before.at));
            undone.insert(goal.clone(), now);
        }
        match life.state {
            // What came into force has a review, whatever became of it.
            State::Confirmed { .. } | State::Acted { .. } => {
                let is_confirmed = matches!(life.state, State::Confirmed { .. });
                let was_in_force = case.reviews.contains_key(item) && is_late(life);
                let was_seen = is_confirmed || was_in_force;
                made.insert(goal, (was_seen, life));
            }
            State::Planned
            | State::Blocked(_)
            | State::Intended { .. }
            | State::InDoubt { .. }
            | State::Failed(_)
            | State::Skipped(_)
            | State::Stale(_)
            | State::Denied(_)
            | State::Undone
            | State::UndoFailed(_) => drop(made.remove(&goal)),
        }
    }
    // What nobody made again, and is open longer than any front end is late.
    for (goal, (_, life)) in made.into_iter().filter(|(_, (was_seen, _))| *was_seen) {
        // A cut-off that something newer was found after is open, and nobody undid it.
        let cut = catalogue.action(&goal.0).and_then(|spec| spec.cut());
        let is_cut_off = cut.is_some_and(|cut| cut.before_call);
        let is_open = !life.verdict.as_ref().is_some_and(Verdict::is_observed);
        if is_open && is_late(life) && !is_cut_off {
            let now = again(undone.get(&goal), life, (true, life.at));
            undone.insert(goal, now);
        }
    }
    undone
}

/// Whether it was last looked at when every front end had it.
fn is_late(life: &Life) -> bool {
    let verdict = life.verdict.as_ref();
    verdict.is_some_and(|verdict| verdict.settles.at <= life.at)
}

/// The same goal, once more seen open.
fn again(known: Option<&Undone>, life: &Life, (was_seen, seen): (bool, Time)) -> Undone {
    let count =
        |of: fn(&Undone) -> u32, more: bool| known.map_or(0, of).saturating_add(u32::from(more));
    let principal = life.principal.clone();
    Undone {
        times: count(|undone| undone.times, was_seen),
        unshown: count(|undone| undone.unshown, !was_seen),
        seen,
        principal: principal.or_else(|| known.and_then(|known| known.principal.clone())),
    }
}

/// Adds, beside the cuts of principals, the cuts that those cannot edit: at once for a principal that is to be stopped, and
/// for what is cut softer or by its credential alone once that is being undone. Where a lone credential is the subject,
/// its principal is not in the set: it is offered.
pub(super) fn beside(
    ask: &Ask<'_>,
    seen: &BTreeMap<Locator, Seen>,
    candidates: &mut Vec<Candidate<'_>>,
) {
    if !ask.catalogue.has_guards() {
        return;
    }
    let undone = undone(ask.case, ask.catalogue);
    let subjects: BTreeSet<&Locator> = ask.order.subjects.iter().collect();
    let more: Vec<_> = candidates
        .iter()
        .filter_map(|beside| {
            let What::Verb(Verb::Cut(rung)) = &beside.what else {
                return None;
            };
            let cuts = beside.step.mode == Mode::Stop && beside.key.phase <= Phase::Inventory;
            let target =
                behind(ask, (seen, &subjects), (&undone, *rung), beside).filter(|_| cuts)?;
            let spec = ask.catalogue.guard(target.kind())?;
            Some(Candidate {
                step: beside.step,
                key: part(&beside.key, "guardrail"),
                what: What::Action(spec.id.clone()),
                target,
                relation: beside.relation,
                evidence: beside.evidence.clone(),
                review: beside.review,
                facts: Fields::new(),
                with: Fields::new(),
                only_if: beside.only_if.clone(),
                principal: beside.principal.clone(),
                subject_principal: beside.subject_principal.clone(),
            })
        })
        .collect();
    candidates.extend(more);
}

/// Which principal goes behind the guardrail beside a cut.
fn behind(
    ask: &Ask<'_>,
    (seen, subjects): (&BTreeMap<Locator, Seen>, &BTreeSet<&Locator>),
    (undone, rung): (&BTreeMap<Goal, Undone>, Rung),
    cut: &Candidate<'_>,
) -> Option<Locator> {
    let is_credential = |what: &Locator| {
        ask.catalogue
            .kind(what.kind())
            .is_some_and(|kind| kind.credential)
    };
    let is_included = cut
        .relation
        .is_some_and(|relation| ask.order.include.contains(&relation));
    let is_lone = cut.key.subject.as_ref().is_none_or(is_credential);
    if is_lone && !is_included {
        return None;
    }
    let is_subject = subjects.contains(&cut.target);
    let is_stopped = rung >= Rung::Suspend && !is_credential(&cut.target);
    if is_stopped && (is_subject || cut.relation == Some(Relation::Minted)) {
        return Some(cut.target.clone());
    }
    let principal = || {
        let seen = seen.get(&cut.target).and_then(Seen::principal);
        seen.or_else(|| cut.principal.clone())
    };
    let owner = if is_credential(&cut.target) {
        principal()?
    } else {
        cut.target.clone()
    };
    let mut of_target = undone
        .iter()
        .filter(|((_, target), _)| *target == cut.target || *target == owner);
    if !of_target.any(|(_, undone)| undone.is_by_somebody()) {
        return None;
    }
    // Whoever is neither named, nor whose it is, nor made by it may be healthy: for that one it is offered.
    let is_named = subjects.contains(&owner)
        || subjects
            .iter()
            .any(|subject| ask.case.principal_of(subject) == Some(&owner));
    let is_made = owner == cut.target && cut.relation == Some(Relation::Minted);
    (is_named || is_made).then_some(owner)
}

/// What is not guaranteed: cuts that somebody else undoes, or credentials made after the cut, where no guardrail is in
/// force. For each principal: why, and the command that would use the guardrail.
#[must_use]
pub fn not_guaranteed(
    case: &Case,
    catalogue: &Catalogue,
    run: u32,
) -> BTreeMap<Locator, (String, Option<String>)> {
    let mut told = BTreeMap::new();
    let mut tell = |what: &Locator, principal: Option<&Locator>, why: String| {
        let owner = principal.unwrap_or(what);
        if !is_behind(case, catalogue, owner) {
            let command = catalogue
                .guard(owner.kind())
                .map(|_| format!("contain isolate {owner} --incident {}", case.incident));
            told.entry(owner.clone()).or_insert((why, command));
        }
    };
    let undone = undone(case, catalogue).into_iter();
    for ((action, target), undone) in undone.filter(|(_, undone)| undone.is_by_somebody()) {
        let why = format!(
            "{action} on {target} did not stay, last looked at {}: {} times it was in force and then no longer, {} times it was acknowledged and never seen",
            undone.seen, undone.times, undone.unshown
        );
        tell(&target, undone.principal.as_ref(), why);
    }
    let settled = dead_since(case, run);
    for (item, (_, reading)) in case.readings(run) {
        let Some(subject) = &item.key.subject else {
            continue;
        };
        let Some((dead, principal)) = settled.get(subject) else {
            continue;
        };
        let late = reading.found.iter().find(|found| {
            found.relation == Some(Relation::Minted)
                && found.at.is_some_and(|at| reading.ours(at) > *dead)
        });
        if let Some(late) = late {
            let why = format!(
                "{} was made after {subject} was cut and that had settled at {dead}",
                late.what
            );
            tell(subject, *principal, why);
        }
    }
    told
}

/// Offers the guardrail for the principals of lone credentials, with the command that would use it.
pub fn offer(
    case: &Case,
    catalogue: &Catalogue,
    (run, order): (u32, &Order),
    outside: &mut Vec<Outside>,
) {
    for (what, (why, cut_with)) in not_guaranteed(case, catalogue, run) {
        if cut_with.is_some() && !order.subjects.contains(&what) {
            outside.retain(|known| known.what != what);
            let (why, until) = (format!("not guaranteed: {why}"), None);
            outside.push(Outside {
                what,
                why,
                cut_with,
                until,
            });
        }
    }
}

/// When what was done to each target first had reached everywhere, and whose the target is.
fn dead_since(case: &Case, run: u32) -> BTreeMap<&Locator, (Time, Option<&Locator>)> {
    let mut dead = BTreeMap::new();
    for (_, life) in case.lives_of(run) {
        let stops = life.planned.rung.is_some_and(|rung| rung >= Rung::Suspend);
        let (Some(target), Some(verdict)) = (&life.planned.target, &life.verdict) else {
            continue;
        };
        if stops && matches!(life.state, State::Confirmed { .. }) {
            let settled = (verdict.settles.at, life.principal.as_ref());
            let first = dead.entry(target).or_insert(settled);
            if settled.0 < first.0 {
                *first = settled;
            }
        }
    }
    dead
}

/// Whether a principal is behind a guardrail: seen in force, and nothing since says otherwise.
fn is_behind(case: &Case, catalogue: &Catalogue, principal: &Locator) -> bool {
    let Some(guard) = catalogue.guard(principal.kind()) else {
        return false;
    };
    let lives = case.lives.values();
    let mut lives = lives.filter(|life| {
        life.planned.action.as_ref() == Some(&guard.id)
            && life.planned.target.as_ref() == Some(principal)
    });
    lives
        .next_back()
        .is_some_and(|life| matches!(life.state, State::Confirmed { .. }))
}

/// The sentence for what is not guaranteed.
#[must_use]
pub fn spell(principal: &Locator, why: &str, command: Option<&str>) -> String {
    match command {
        Some(command) => {
            format!("not guaranteed: {why}; a guardrail that it cannot edit ends that: {command}")
        }
        None => format!(
            "not guaranteed: {why}; only a guardrail that {principal} cannot edit ends that for good, and none is configured (contain provider guardrail {} prints it, where there is one)",
            principal.provider()
        ),
    }
}
