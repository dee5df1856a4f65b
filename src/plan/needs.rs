//! Whether what an item needs has ended, and what of earlier phases is still open for its subject.
//!
//! Asked of the record alone, at plan time and while a plan is carried out. Nothing here makes anything start.

use std::collections::BTreeSet;

use crate::domain::case::Case;
use crate::domain::event::{Does, PlannedItem};
use crate::domain::item::{Ended, ItemKey, Need};
use crate::domain::state::Life;
use crate::domain::{AfterFailure, Effect, Item, ItemRef, State};
use crate::provider::Catalogue;

/// Whether needs have ended as they must.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Met {
    /// All of them.
    Yes,
    /// Not yet, or not as it must; and why. What is open may still end, and a check may be decided anew.
    No(String),
    /// They ended the other way for good, so that this is not needed.
    NotNeeded(String),
}

/// Whether all of these have ended as they must; `unplanned` are the steps that a later round will plan,
/// and `settled` says whether what the record says of a check stands.
#[must_use]
pub fn met(
    case: &Case,
    asks: &ItemRef,
    needs: &[Need],
    (unplanned, settled): (&BTreeSet<String>, bool),
) -> Met {
    let answers = needs
        .iter()
        .map(|need| one(case, asks, need, (unplanned, settled)));
    let mut open = None;
    for answer in answers {
        match answer {
            Met::Yes => {}
            Met::No(why) => open = open.or(Some(Met::No(why))),
            Met::NotNeeded(why) => return Met::NotNeeded(why),
        }
    }
    open.unwrap_or(Met::Yes)
}

/// Whether an item is one that another needs: within a step exactly that one, of another step all that are meant.
#[must_use]
pub fn means(asks: &ItemKey, needed: &ItemKey, item: &ItemKey) -> bool {
    if is_of_one_step(asks, needed) {
        item == needed
    } else {
        item.is_of(needed)
    }
}

fn is_of_one_step(one: &ItemKey, other: &ItemKey) -> bool {
    (one.phase, &one.step) == (other.phase, &other.step)
}

fn one(
    case: &Case,
    asks: &ItemRef,
    need: &Need,
    (unplanned, settled): (&BTreeSet<String>, bool),
) -> Met {
    let on = &need.key;
    let lives = if is_of_one_step(&asks.key, on) {
        let life = case.last_life(asks.run, on);
        life.map(|(_, life)| life).into_iter().collect()
    } else {
        of(case, asks.run, on)
    };
    if unplanned.contains(&on.step) && !is_of_one_step(&asks.key, on) {
        return Met::No(format!("{on} has not begun: a later round plans it"));
    }
    if lives.is_empty() {
        return match need.ended {
            Ended::Ok | Ended::Done => Met::Yes,
            Ended::Failed => Met::NotNeeded(format!("{on} had nothing to do")),
        };
    }
    let all = |so: fn(&Life) -> bool| lives.iter().all(|life| so(life));
    // Until isolate and inventory have converged the record grows, and a check may be decided anew.
    let decides_again = !settled && lives.iter().any(|life| life.planned.does == Does::Check);
    match need.ended {
        Ended::Ok if all(is_well) => Met::Yes,
        Ended::Ok => Met::No(format!("{on} has not ended well")),
        Ended::Done if all(has_ended) => Met::Yes,
        Ended::Done => Met::No(format!("{on} has not ended")),
        Ended::Failed if lives.iter().any(|life| is_badly(life)) => Met::Yes,
        Ended::Failed if all(|life| life.state.is_ok()) && !decides_again => {
            Met::NotNeeded(format!("{on} has ended well"))
        }
        Ended::Failed => Met::No(format!("{on} has not failed")),
    }
}

/// The last lives in a run of what a key means; of other subjects where this one's target was merged with theirs.
fn of<'a>(case: &'a Case, run: u32, needed: &ItemKey) -> Vec<&'a Life> {
    let of = |needed: &ItemKey| -> Vec<&'a Life> {
        let known = case.lives_meant(run, needed).into_iter();
        known.map(|(_, life)| life).collect()
    };
    let own = of(needed);
    if own.is_empty() && needed.subject.is_some() {
        let subject = None;
        return of(&ItemKey {
            subject,
            ..needed.clone()
        });
    }
    own
}

/// In doubt is never well, whatever the step says about failing.
fn is_well(life: &Life) -> bool {
    let goes_on = life.planned.after_failure == Some(AfterFailure::Continue);
    life.state.is_ok() || (goes_on && is_badly(life))
}

fn is_badly(life: &Life) -> bool {
    matches!(life.state, State::Failed(_) | State::Denied(_))
}

fn has_ended(life: &Life) -> bool {
    !matches!(
        life.state,
        State::Planned | State::Blocked(_) | State::Intended { .. }
    )
}

/// Whether the barrier between phases holds an item back: it issues or gives back. Nothing that cuts ever waits for it.
#[must_use]
pub fn waits_for_phases(item: &Item, catalogue: &Catalogue) -> bool {
    let spec = item.action().and_then(|action| catalogue.action(action));
    spec.is_some_and(|spec| match spec.effect {
        Effect::Issue(_) | Effect::Deliver | Effect::Open => true,
        Effect::Read(_) | Effect::Cut(_) | Effect::Tell => false,
    })
}

/// What of the phases before an item's own is open for its subject, and not waived: in its own run, and of the runs before
/// it the cuts that no later run took up and what people were asked to do.
#[must_use]
pub fn open_before<'a>(case: &'a Case, run: u32, key: &ItemKey) -> Vec<&'a ItemKey> {
    let mine = |other: &ItemKey| {
        other.subject.is_none() || key.subject.is_none() || other.subject == key.subject
    };
    // A cut that is known not to have happened is as open as one that was not tried.
    let is_open =
        |life: &Life| life.state.is_open() || (life.planned.rung.is_some() && is_badly(life));
    let is_before = |item: &ItemRef, life: &Life| {
        item.key.phase < key.phase
            && mine(&item.key)
            && is_open(life)
            && !case.is_waived(item, life)
            && !is_reached(case, life)
    };
    let earlier = case.runs_that_cut().map(|(number, _)| number);
    let earlier: Vec<u32> = earlier.filter(|number| *number < run).collect();
    let of_earlier = earlier.iter().flat_map(|number| {
        let last = case.last_lives(*number).into_values();
        last.filter(|(item, life)| {
            is_before(item, life)
                && !case.is_given_back(item)
                && is_left(case, &earlier, (item, life))
        })
    });
    let own = case.last_lives(run).into_values();
    let own = own.filter(|(item, life)| is_before(item, life));
    own.chain(of_earlier).map(|(item, _)| &item.key).collect()
}

/// Whether what a cut is for was seen in force later, by whatever item made it.
fn is_reached(case: &Case, life: &Life) -> bool {
    life.planned.rung.is_some()
        && case.lives.values().any(|other| {
            matches!(other.state, State::Confirmed { .. })
                && other.at > life.at
                && is_same_cut(&other.planned, &life.planned)
        })
}

/// Whether an open item of an earlier run is still to be done: a task of people, or a cut that no later run took up.
fn is_left(case: &Case, runs: &[u32], (item, life): (&ItemRef, &Life)) -> bool {
    let planned = &life.planned;
    if planned.rung.is_none() {
        return planned.does == Does::Manual;
    }
    let mut later = runs.iter().filter(|run| **run > item.run);
    !later.any(|run| {
        case.lives_of(*run)
            .any(|(_, later)| is_same_cut(&later.planned, planned))
    })
}

/// Whether an item is a cut that does to the same target the same as another.
fn is_same_cut(item: &PlannedItem, other: &PlannedItem) -> bool {
    item.rung.is_some() && (&item.action, &item.target) == (&other.action, &other.target)
}
