//! Giving back: the plan of what may come back, performed, and the measures noted as released.
//!
//! Never lifts what the plan holds.

use super::{End, Error, Loop};
use crate::domain::event::Event;
use crate::domain::plan::Plan;
use crate::domain::{Item, State};
use crate::gate::Who;
use crate::plan;
use crate::plan::restore::Wanted;

impl Loop<'_> {
    pub(super) async fn restore(&mut self, wanted: &Wanted) -> Result<End, Error> {
        // Whoever may not give back ends nobody's authority either.
        if matches!(self.means.ground.around.who, Who::Solo | Who::Person(_)) {
            self.end_mandates().await?;
        }
        let case = self.means.ground.journal.snapshot();
        let round = self.rounds() + 1;
        let began = self.clock().now();
        let plan = plan::restore::make(&self.ask(&case, &self.order, round), wanted).await;
        let digest = self.freeze(&plan).await?;
        let items: Vec<&Item> = plan.items.iter().collect();
        self.perform(&plan, digest, &items).await?;
        self.release(&plan, &case).await?;
        self.close_round(round, began, plan.is_empty()).await?;
        Ok(self.end(Some((plan, Some(digest)))))
    }

    /// Authority to cut ends when giving back begins: what is given back is not cut again on an old word.
    async fn end_mandates(&self) -> Result<(), Error> {
        let (journal, now) = (self.means.ground.journal, self.clock().now());
        let ended: Vec<Event> = journal.with_case(|case| {
            let live = case
                .mandates
                .iter()
                .filter(|mandate| case.is_live(mandate, now));
            let nonces = live.map(|mandate| mandate.nonce.clone());
            nonces.map(|nonce| Event::Ended { nonce }).collect()
        });
        if !ended.is_empty() {
            journal.append(ended).await?;
        }
        Ok(())
    }

    /// Notes which measures are given back now, and which could not be.
    pub(super) async fn release(
        &self,
        plan: &Plan,
        before: &crate::domain::case::Case,
    ) -> Result<(), Error> {
        let ground = &self.means.ground;
        let measures = plan::restore::Measures::of(before);
        let mut events = Vec::new();
        for item in &plan.items {
            let by = plan.named(item);
            if item.call().is_none() {
                let back = measures.back(ground.catalogue, item);
                events.extend(back.into_iter().map(|made| Event::Released {
                    item: made.clone(),
                    by: by.clone(),
                }));
                continue;
            }
            let planned = plan::in_short(item, ground.catalogue);
            let Some(lifts) = planned.lifts else { continue };
            let state = ground
                .journal
                .with_case(|case| case.lives.get(&by).map(|life| life.state.clone()));
            for made in item
                .target()
                .into_iter()
                .flat_map(|target| measures.lifted(&lifts, target))
            {
                match &state {
                    Some(State::Confirmed { .. }) => events.push(Event::Released {
                        item: made.clone(),
                        by: by.clone(),
                    }),
                    Some(State::Failed(why)) => events.push(Event::UndoFailed {
                        item: made.clone(),
                        why: why.clone(),
                    }),
                    Some(
                        State::Planned
                        | State::Blocked(_)
                        | State::Intended { .. }
                        | State::InDoubt { .. }
                        | State::Acted { .. }
                        | State::Skipped(_)
                        | State::Stale(_)
                        | State::Denied(_)
                        | State::Undone
                        | State::UndoFailed(_),
                    )
                    | None => {}
                }
            }
        }
        if !events.is_empty() {
            ground.journal.append(events).await?;
        }
        Ok(())
    }
}
