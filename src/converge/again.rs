//! Whether a cut that did not stay is made again: somebody may be undoing it as fast as it is made.
//!
//! Only answers. Never plans anything, and never grants the authority for it.

use super::Loop;
use crate::domain::case::Case;
use crate::domain::plan::Plan;
use crate::domain::{Item, Locator, State, Time};
use crate::verify::READ_BACK_WITHIN;

impl Loop<'_> {
    /// Whether a guardrail came into force just now: behind it, what was undone before may stay.
    pub(super) fn is_helped(&self, plan: &Plan, items: &[&Item]) -> bool {
        let ground = &self.means.ground;
        let guards = items.iter().filter(|item| {
            let guard = |target: &Locator| ground.catalogue.guard(target.kind());
            let spec = item.target().and_then(guard);
            item.call().is_some() && spec.is_some_and(|spec| Some(&spec.id) == item.action())
        });
        let mut named = guards.map(|item| plan.named(item));
        ground.journal.with_case(|case| {
            named.any(|named| {
                let state = case.lives.get(&named).map(|life| &life.state);
                matches!(state, Some(State::Confirmed { .. }))
            })
        })
    }
}

/// Whether a cut that is only acknowledged was given its time, which is what the playbook gives its proof, where it says:
/// making it once more would change nothing.
pub(super) fn is_over(case: &Case, run: u32, item: &Item, now: Time) -> bool {
    let within = item.verify_within.unwrap_or(READ_BACK_WITHIN);
    began(case, run, item).is_none_or(|began| now.duration_since(began) >= within)
}

/// When a cut that is only acknowledged was first acknowledged since it was last seen in force.
fn began(case: &Case, run: u32, item: &Item) -> Option<Time> {
    let (action, target) = (item.action()?, item.target()?);
    let lives = case.lives_of(run).map(|(_, life)| life).filter(|life| {
        life.planned.action.as_ref() == Some(action) && life.planned.target.as_ref() == Some(target)
    });
    lives.fold(None, |began, life| match life.state {
        State::Acted { .. } => began.or(life.acted_at),
        State::Confirmed { .. } => None,
        State::Planned
        | State::Blocked(_)
        | State::Intended { .. }
        | State::InDoubt { .. }
        | State::Failed(_)
        | State::Skipped(_)
        | State::Stale(_)
        | State::Denied(_)
        | State::Undone
        | State::UndoFailed(_) => began,
    })
}
