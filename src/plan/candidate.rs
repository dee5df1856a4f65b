//! What a playbook's steps come to for each subject: targets, before an action is chosen for each.
//!
//! Evaluates expressions over what is known; what is not known yet becomes pending, never a guess.

use super::slot::{Known, Slot, known, slots};
use super::{Ask, Error, step};
use crate::domain::event::Does;
use crate::domain::item::Ended;
use crate::domain::mandate;
use crate::domain::plan::Pending;
use crate::domain::{Duration, Fields, Item, ItemKey, Locator, Phase, Relation, Seen, State, Time};
use crate::playbook::{Step, StepWork, What};

/// One target of one step.
pub(super) struct Candidate<'a> {
    pub(super) step: &'a Step,
    pub(super) key: ItemKey,
    pub(super) what: What,
    pub(super) target: Locator,
    pub(super) relation: Option<Relation>,
    pub(super) evidence: Option<String>,
    pub(super) review: Option<Duration>,
    pub(super) facts: Fields,
    /// What the step says to the action.
    pub(super) with: Fields,
    /// The condition under which it is done, where that is not known yet.
    pub(super) only_if: Option<String>,
    pub(super) principal: Option<Locator>,
    /// Whose its subject is.
    pub(super) subject_principal: Option<Locator>,
}

/// What the steps come to.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    /// What calls an action.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// What reads, checks, asks, or is done by people.
    pub(super) items: Vec<Item>,
    /// What a later round plans.
    pub(super) pending: Vec<Pending>,
}

const UNSAID: &str = "waits for what it says to its target";

/// Whether a step is planned again in every round; all others are planned once and stand in that frozen plan.
#[must_use]
pub fn recurs(step: &Step) -> bool {
    step.work.what().is_some() && step.phase <= Phase::Inventory
}

/// Evaluates the steps of all phases for every subject.
pub(super) fn gather<'a>(ask: &Ask<'a>, subjects: &[Seen]) -> Result<Gathered<'a>, Error> {
    let mut all = Gathered::default();
    let view = ask.view();
    for (nth, seen) in subjects.iter().enumerate() {
        let subject = &seen.target;
        // A look that no longer tells does not unsay whose it is.
        let principal = seen.principal();
        let principal = principal.or_else(|| ask.case.principal_of(subject).cloned());
        let scope = view.scope(subject, principal.as_ref());
        for step in &ask.playbook.steps {
            // What mentions no subject exists once.
            if nth > 0 && !step.per_subject {
                continue;
            }
            let slots = slots(ask, &view, step, (subject, principal.as_ref()), &scope);
            let planned = slots.and_then(|slots| take_in(ask, step, slots, &mut all));
            match planned {
                Ok(()) => {}
                // Before anything was done a plan that cannot be made is told as that. Afterwards the step alone waits: what
                // a provider says, or how much of it, must not end containment.
                Err(error) if ask.at.1 > 1 => wait(&mut all.pending, step, &error.to_string()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(all)
}

/// Takes in what one step comes to for one subject.
fn take_in<'a>(
    ask: &Ask<'a>,
    step: &'a Step,
    slots: Known<Vec<Slot>>,
    all: &mut Gathered<'a>,
) -> Result<(), Error> {
    match slots {
        Err(unknown) => {
            let why = format!("waits for {}", unknown.join(", "));
            wait(&mut all.pending, step, &why);
            Ok(())
        }
        Ok(slots) if recurs(step) => {
            let mut candidates = Vec::with_capacity(slots.len());
            for slot in slots {
                match candidate(ask, step, slot)? {
                    Some(candidate) => candidates.push(candidate),
                    None => wait(&mut all.pending, step, UNSAID),
                }
            }
            for candidate in &candidates {
                all.items
                    .extend(step::asked_first(ask, step, &candidate.key)?);
            }
            all.candidates.extend(candidates);
            Ok(())
        }
        Ok(slots) => once(ask, step, slots, all),
    }
}

/// Plans what is planned once, as far as no earlier round did.
fn once<'a>(
    ask: &Ask<'a>,
    step: &'a Step,
    slots: Vec<Slot>,
    all: &mut Gathered<'a>,
) -> Result<(), Error> {
    let limit = step.for_each.as_ref().and_then(|for_each| for_each.limit);
    if let Some(limit) = limit
        && usize::try_from(limit).is_ok_and(|limit| slots.len() > limit)
    {
        let step = step.id.clone();
        return Err(Error::TooManyFor {
            step,
            items: slots.len(),
            limit,
        });
    }
    for slot in slots.into_iter().filter(|slot| !is_begun(ask, &slot.key)) {
        match &step.work {
            StepWork::Do(_) | StepWork::Notify(_) => {
                all.items.extend(step::asked_first(ask, step, &slot.key)?);
                match candidate(ask, step, slot)? {
                    Some(candidate) => all.candidates.push(candidate),
                    None => wait(&mut all.pending, step, UNSAID),
                }
            }
            StepWork::Read(_) | StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_) => {
                match step::item(ask, step, &slot)? {
                    Ok(item) => all.items.extend(item),
                    Err(unknown) => {
                        let why = format!("waits for {}", unknown.join(", "));
                        wait(&mut all.pending, step, &why);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whether an earlier round of this run planned an item, and that plan still stands or was begun.
pub(super) fn is_begun(ask: &Ask<'_>, key: &ItemKey) -> bool {
    let life = ask.case.last_life(ask.at.0, key);
    let plans = ask.case.runs.get(&ask.at.0).map(|run| &run.plans);
    life.is_some_and(|(item, life)| {
        // A plan that expired, or that nobody ever confirmed, holds nothing: what it asked for is planned and asked anew,
        // but not by whoever asked already, whose word would come too late in every round.
        let stands = || {
            let plan = plans.and_then(|plans| plans.get(&item.round));
            plan.is_some_and(|(digest, expires)| {
                let confirmed = ask.case.mandates.iter().any(|given| {
                    matches!(&given.scope, mandate::Scope::Exact { plan, .. } if plan == digest)
                });
                ask.now < *expires && (confirmed || ask.asked.contains(digest))
            })
        };
        let asks_nobody = match life.planned.does {
            Does::Check | Does::Manual | Does::Read | Does::Watch | Does::Nothing => true,
            Does::Act | Does::Issue | Does::Gate => false,
        };
        // What drifted returns in the next round, with a confirmation of its own.
        match life.state {
            State::Stale(_) => false,
            State::Skipped(_) => !is_needed_after_all(ask, key, life.at),
            State::Planned | State::Blocked(_) => asks_nobody || stands(),
            State::Intended { .. }
            | State::InDoubt { .. }
            | State::Acted { .. }
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Denied(_)
            | State::Undone
            | State::UndoFailed(_) => true,
        }
    })
}

/// Whether what an item waits for has failed since the item was skipped for not failing: a check is decided anew.
fn is_needed_after_all(ask: &Ask<'_>, key: &ItemKey, skipped: Time) -> bool {
    let steps = &ask.playbook.steps;
    let Some(step) = ask.playbook.step(&key.step) else {
        return false;
    };
    let named = step.needs.iter();
    let named = named.filter(|need| need.ended == Ended::Failed);
    let named = named.filter_map(|need| ask.playbook.step(&need.step));
    let after = step::after_failure(steps).get(step.id.as_str()).copied();
    named.chain(after).any(|needed| {
        let meant = ItemKey {
            phase: needed.phase,
            step: needed.id.clone(),
            each: None,
            subject: key.subject.clone().filter(|_| needed.per_subject),
        };
        let lives = ask.case.lives_meant(ask.at.0, &meant);
        lives.iter().any(|(_, life)| {
            life.at > skipped && matches!(life.state, State::Failed(_) | State::Denied(_))
        })
    })
}

pub(super) fn wait(pending: &mut Vec<Pending>, step: &Step, why: &str) {
    if !pending.iter().any(|known| known.step == step.id) {
        pending.push(Pending {
            phase: step.phase,
            step: step.id.clone(),
            why: why.to_owned(),
        });
    }
}

/// What a slot of an acting step comes to; `None` while what it says to its target is not known.
fn candidate<'a>(
    ask: &Ask<'a>,
    step: &'a Step,
    slot: Slot,
) -> Result<Option<Candidate<'a>>, Error> {
    let review = match step.review.as_ref() {
        Some(review) => known(ask, step, review.due_after(&slot.scope))?.ok(),
        None => None,
    };
    let mut with = Fields::new();
    for (name, expr) in &step.with {
        match known(ask, step, expr.eval(&slot.scope))? {
            Ok(value) => drop(with.insert(name.clone(), value)),
            Err(_) => return Ok(None),
        }
    }
    let (what, target) = match &step.work {
        StepWork::Do(what) => (what.clone(), slot.target),
        StepWork::Notify(notify) => {
            match known(ask, step, notify.text.eval_text(&slot.scope))? {
                Ok(text) => drop(with.insert(super::notify::TEXT.to_owned(), text.into())),
                Err(_) => return Ok(None),
            }
            let (action, channel) = super::notify::channel(&step.id, &notify.to)?;
            (What::Action(action), Some(channel))
        }
        StepWork::Read(_) | StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_) => {
            return Ok(None);
        }
    };
    let Some(target) = target else {
        return Ok(None);
    };
    // Invariant I5: only what was found hangs on the subject as the finding says; an expression that leads elsewhere finds
    // nothing, and no reach mandate covers it.
    let found = slot.found.filter(|found| found.what == target);
    Ok(Some(Candidate {
        step,
        key: slot.key,
        what,
        target,
        relation: found.as_ref().and_then(|found| found.relation),
        evidence: found.as_ref().map(|found| found.evidence.clone()),
        review,
        facts: found.map(|found| found.fields).unwrap_or_default(),
        with,
        only_if: slot.only_if,
        principal: slot.principal,
        subject_principal: slot.subject_principal,
    }))
}
