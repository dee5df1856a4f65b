//! What was planned once and has not ended: performed from its frozen plan when its turn comes, in whatever invocation.
//!
//! Never plans anything; what a plan does not hold is not done by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::perform::{tried, unplanned};
use super::proof::beside;
use super::{Error, Loop};
use crate::domain::case::Case;
use crate::domain::event::Does;
use crate::domain::plan::Plan;
use crate::domain::{Cause, Digest, Item, ItemKey, Phase, State};
use crate::execute;
use crate::plan;
use crate::playbook::Playbook;

impl Loop<'_> {
    /// Whether isolate and inventory have nothing left to do, as far as a fresh plan tells.
    pub(super) fn is_converged(&self, fresh: &Plan) -> bool {
        let cuts = |id: &str| {
            let step = self.means.playbook.step(id);
            step.is_some_and(plan::recurs)
        };
        let acts = fresh
            .items
            .iter()
            .any(|item| item.call().is_some() && cuts(&item.key.step));
        let waits = fresh
            .pending
            .iter()
            .any(|step| step.phase <= Phase::Inventory && cuts(&step.step));
        !acts && !waits && self.slow.is_empty() && self.open_in(fresh).is_empty()
    }

    /// Gives its turn to what this run planned once and has not ended; answers whether something did end by it.
    pub(super) async fn go_on(
        &mut self,
        fresh: &Plan,
        converged: bool,
        last: bool,
    ) -> Result<bool, Error> {
        let before = (self.ended(), self.failed_checks());
        for (plan, digest) in self.frozen_and_open() {
            // What is being carried out has its turn.
            if self.slow.contains_key(&plan.round) {
                continue;
            }
            let items: Vec<&Item> = plan
                .items
                .iter()
                .filter(|item| self.has_turn(&plan, item))
                .collect();
            if items.is_empty() {
                continue;
            }
            // Whoever may say yes now said it when the plan was made, or is asked when it goes on.
            if last && self.means.ground.clock.latest() < plan.expires {
                self.authorise((&plan, digest), &items).await?;
            }
            let now = self.turns((digest, plan.expires), unplanned(fresh), converged, last);
            let (ground, run) = (&self.means.ground, (plan.run, plan.round));
            let acts = execute::execute(ground, run, digest, &items, &now);
            beside(self.means, &mut self.probes, acts).await??;
            self.note_stuck(&plan, &items);
        }
        Ok(self.ended() > before.0 || self.failed_checks() != before.1)
    }

    /// The plans of this run that still hold something open, oldest first.
    fn frozen_and_open(&mut self) -> Vec<(Arc<Plan>, Digest)> {
        let plans: Vec<(u32, Digest)> = self.means.ground.journal.with_case(|case| {
            let rounds = case.runs.get(&self.run).map(|run| &run.plans);
            let all = rounds
                .into_iter()
                .flatten()
                .map(|(round, (digest, _))| (*round, *digest));
            let open = open_rounds(case, self.run, self.means.playbook);
            all.filter(|(round, _)| open.contains(round)).collect()
        });
        let mut found = Vec::new();
        for (round, digest) in plans {
            let known = self.frozen.get(&round).cloned();
            let plan = known.or_else(|| Some((Arc::new((self.means.recall)(&digest)?), digest)));
            if let Some(plan) = plan {
                self.frozen.insert(round, plan.clone());
                found.push(plan);
            }
        }
        found
    }

    pub(super) fn has_turn(&self, plan: &Plan, item: &Item) -> bool {
        let named = plan.named(item);
        let recurs = self
            .means
            .playbook
            .step(&item.key.step)
            .is_some_and(plan::recurs);
        let was_tried =
            tried(item).is_some_and(|tried| item.call().is_some() && self.stuck.contains(&tried));
        let journal = self.means.ground.journal;
        !recurs
            && !was_tried
            && journal.with_case(|case| {
                let last = case.last_life(self.run, &item.key);
                last.is_some_and(|(last, life)| {
                    *last == named && may_have_turn(&life.state, life.planned.does)
                })
            })
    }

    /// How many items of this run have ended, well or badly.
    fn ended(&self) -> usize {
        let journal = self.means.ground.journal;
        journal.with_case(|case| {
            case.lives_of(self.run)
                .filter(|(_, life)| !life.state.is_open())
                .count()
        })
    }

    /// The checks of this run that have failed so far; one that was decided anew may bring back what waits for its failure.
    fn failed_checks(&self) -> Vec<ItemKey> {
        let journal = self.means.ground.journal;
        journal.with_case(|case| {
            let last = case.last_lives(self.run).into_values();
            let failed = last.filter(|(_, life)| {
                life.planned.does == Does::Check && matches!(life.state, State::Failed(_))
            });
            failed.map(|(item, _)| item.key.clone()).collect()
        })
    }

    /// The plan that is told at the end: one that waits for its confirmation comes first.
    pub(super) fn told(
        &self,
        otherwise: Option<(Plan, Option<Digest>)>,
    ) -> Option<(Plan, Option<Digest>)> {
        let waits = self.means.ground.journal.with_case(|case| {
            let waiting = case
                .last_lives(self.run)
                .into_values()
                .find(|(item, life)| {
                    let recurs = self
                        .means
                        .playbook
                        .step(&item.key.step)
                        .is_some_and(plan::recurs);
                    let wants_word = matches!(life.planned.does, Does::Act | Does::Issue)
                        || life.planned.asked.as_ref().is_some_and(|asked| {
                            life.planned.does == Does::Gate && asked.people() == 1
                        });
                    !recurs
                        && wants_word
                        && matches!(life.state, State::Blocked(Cause::Approval(_)))
                });
            waiting.map(|(item, _)| item.round)
        });
        let plan = waits.and_then(|round| self.frozen.get(&round));
        let alive = plan.filter(|(plan, _)| self.means.ground.clock.latest() < plan.expires);
        match alive {
            Some((plan, digest)) => Some(((**plan).clone(), Some(*digest))),
            None => otherwise,
        }
    }
}

/// The rounds of a run whose plans still hold something that may have its turn.
#[must_use]
pub fn open_rounds(case: &Case, run: u32, playbook: &Playbook) -> BTreeSet<u32> {
    let last = case.last_lives(run).into_values();
    let open = last.filter(|(item, life)| {
        may_have_turn(&life.state, life.planned.does)
            && !playbook.step(&item.key.step).is_some_and(plan::recurs)
    });
    open.map(|(item, _)| item.round).collect()
}

/// Whether something may still become of it: it waits, it is in doubt, or it is a check that the record may decide anew.
fn may_have_turn(state: &State, does: Does) -> bool {
    // What cannot begin as something is missing says what: no turn changes that.
    if does == Does::Nothing {
        return false;
    }
    match state {
        State::Planned | State::Blocked(_) | State::Intended { .. } | State::InDoubt { .. } => true,
        State::Confirmed { .. } | State::Failed(_) => does == Does::Check,
        State::Acted { .. }
        | State::Skipped(_)
        | State::Stale(_)
        | State::Denied(_)
        | State::Undone
        | State::UndoFailed(_) => false,
    }
}
