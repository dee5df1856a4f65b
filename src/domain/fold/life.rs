//! Taking what befalls the items of a plan into their lives.
//!
//! Nothing befalls an item that no plan holds.

use std::sync::Arc;

use crate::domain::case::Case;
use crate::domain::event::{Answered, Event, PlannedItem};
use crate::domain::state::{Illegal, Life, next};
use crate::domain::{Digest, Fact, ItemRef, Seen, State, Time};

impl Case {
    /// Takes in what a frozen plan holds: each item begins a life.
    pub(super) fn freeze(
        &mut self,
        at: Time,
        (run, round): (u32, u32),
        plan: (Digest, Time),
        items: &[Arc<PlannedItem>],
    ) {
        if let Some(run) = self.runs.get_mut(&run) {
            run.plans.insert(round, plan);
            run.outcome = None;
        }
        for planned in items {
            if let (Some(target), Some(principal)) = (&planned.target, &planned.principal) {
                let known = self.principals.entry(target.clone());
                known.or_insert_with(|| principal.clone());
            }
            let life = Life {
                state: State::Planned,
                planned: Arc::clone(planned),
                principal: planned.principal.clone(),
                gone: false,
                sent: None,
                then: Vec::new(),
                made: Vec::new(),
                delivered: Vec::new(),
                lost_at: None,
                intended_at: None,
                acted_at: None,
                verdict: None,
                unshown: None,
                at,
                attempts: 0,
                spent: Vec::new(),
            };
            self.lives.insert(
                ItemRef {
                    run,
                    round,
                    key: planned.key.clone(),
                },
                life,
            );
        }
    }

    /// Takes in what befell an item.
    pub(super) fn step(&mut self, at: Time, item: &ItemRef, event: &Event) -> Result<(), Illegal> {
        let Some(life) = self.lives.get_mut(item) else {
            return Err(Illegal {
                item: item.key.to_string(),
                state: "never planned".into(),
                event: event.kind(),
            });
        };
        if event.is_unresolved() {
            return Err(Illegal {
                item: item.key.to_string(),
                state: "unresolved".into(),
                event: event.kind(),
            });
        }
        // Nothing but what is decided may be decided, or a decision could call a failed cut done.
        if matches!(event, Event::Decided { .. }) && !life.planned.does.is_decided() {
            return Err(Illegal {
                item: item.key.to_string(),
                state: "not to be decided".into(),
                event: event.kind(),
            });
        }
        let was = life.state.clone();
        life.state = next(&life.state, event)?;
        life.at = at;
        // What ended well and is open again later is another matter than what was waived.
        if life.state.is_ok() && !self.waived.is_empty() {
            self.waived.remove(&(item.run, item.key.clone()));
        }
        if let Some(seen) = event.seen() {
            life.gone = matches!(seen.fact, Fact::Gone);
        }
        if let Some(principal) = event.seen().and_then(Seen::principal) {
            if let Some(target) = &life.planned.target {
                self.principals.insert(target.clone(), principal.clone());
            }
            life.principal = Some(principal);
        }
        if matches!(life.state, State::Acted { .. })
            && !matches!(was, State::Acted { .. } | State::Confirmed { .. })
        {
            life.acted_at = Some(at);
        }
        match event {
            Event::Intended {
                call,
                before,
                then,
                spent,
                attempt,
                ..
            } => {
                life.sent = Some(Box::new((call.clone(), before.clone())));
                life.intended_at = Some(at);
                life.attempts = *attempt;
                life.then.clone_from(then);
                life.delivered.clear();
                life.lost_at = Some(at);
                for nonce in spent {
                    self.spent_at.insert(nonce.clone(), at);
                    if !life.spent.contains(nonce) {
                        life.spent.push(nonce.clone());
                        *self.spent.entry(nonce.clone()).or_default() += 1;
                    }
                }
            }
            // A process that was stopped may have sent it long after its intent.
            Event::Answered {
                outcome: Answered::InDoubt(_),
                ..
            } if life.made.is_empty() => life.lost_at = Some(at),
            Event::Made { made, .. } => {
                life.made.extend(made.iter().cloned());
                life.lost_at = None;
            }
            Event::Delivered {
                to,
                outcome: Answered::Done { .. } | Answered::AlreadySo,
                ..
            } => life.delivered.push(to.clone()),
            Event::Delivered {
                outcome: Answered::InDoubt(_),
                ..
            } => life.lost_at = Some(at),
            Event::Verified { verdict, seen, .. } => {
                life.verdict = Some(verdict.clone());
                let unshown = seen.clone().filter(|_| !verdict.is_observed());
                life.unshown = unshown.map(Box::new);
            }
            Event::Found { item, reading } => {
                self.found.insert(item.clone(), (at, reading.clone()));
            }
            Event::Decided { item, decision } => {
                self.decided.insert(item.clone(), (at, decision.clone()));
            }
            Event::Waived { item, .. } => {
                let waived = (item.run, item.key.clone());
                self.waived.insert(waived, life.planned.target.clone());
            }
            Event::InForce { item, review } | Event::Extended { item, review, .. } => {
                self.reviews.insert(item.clone(), *review);
            }
            Event::Released { item, .. } => {
                self.reviews.remove(item);
            }
            // What an earlier life of the item left is taken away by a later one.
            Event::Discarded { what, outcome, .. } => {
                if matches!(outcome, Answered::Done { .. } | Answered::AlreadySo) {
                    for life in self.lives.values_mut() {
                        life.made.retain(|made| made != what);
                    }
                }
            }
            Event::Opened { .. }
            | Event::RunOpened { .. }
            | Event::PlanFrozen { .. }
            | Event::Requested { .. }
            | Event::Vetoed { .. }
            | Event::Declared { .. }
            | Event::Reviewed { .. }
            | Event::HandedOver { .. }
            | Event::Proposed { .. }
            | Event::Dismissed { .. }
            | Event::Granted { .. }
            | Event::Ended { .. }
            | Event::Assumed { .. }
            | Event::Lapsed { .. }
            | Event::Blocked { .. }
            | Event::Denied { .. }
            | Event::Skipped { .. }
            | Event::Stale { .. }
            | Event::Failed { .. }
            | Event::Delivered { .. }
            | Event::Discarding { .. }
            | Event::Answered { .. }
            | Event::Resolved { .. }
            | Event::UndoFailed { .. }
            | Event::RoundClosed { .. }
            | Event::RunClosed { .. }
            | Event::Attached { .. }
            | Event::Noted { .. }
            | Event::ByHand { .. }
            | Event::SetAside { .. }
            | Event::Checkpoint { .. }
            | Event::Accepted { .. }
            | Event::Closed { .. }
            | Event::Reopened { .. }
            | Event::Shared { .. }
            | Event::Taken { .. } => {}
        }
        Ok(())
    }
}
