//! One round of the loop: read, plan, gate, execute, verify.
//!
//! Never ends a run while something of an earlier round is still being carried out.

use std::sync::Arc;

use super::asking::Until;
use super::slow::Rest;
use super::{End, Error, Limit, Loop, ROUNDS};
use crate::domain::Time;
use crate::domain::plan::Plan;

/// What follows a round.
pub(super) enum Round<'a> {
    /// Another one.
    Another,
    /// Another one, beside what is left of this one's plan.
    Slow(Rest<'a>),
    /// Nothing, until what is left of an earlier one has ended.
    Waits,
    /// The end.
    Last(Box<End>),
}

impl Round<'_> {
    fn last(end: End) -> Self {
        Self::Last(Box::new(end))
    }
}

impl<'a> Loop<'a> {
    /// One pass: read, plan, gate, execute; each cut is verified as it is made.
    pub(super) async fn round(&mut self, limit: &Limit) -> Result<Round<'a>, Error> {
        let (began, round) = (self.clock().now(), self.rounds() + 1);
        self.start_probes();
        let waits = self.looks || matches!(limit, Limit::Plan);
        let until = if waits {
            Until::Answered
        } else {
            Until::Silent
        };
        let is_whole = round == 1 || Box::pin(self.read(until)).await?;
        let mut plan = Box::pin(self.fresh(round)).await?;
        if self.has_no_news(round, &plan) && !self.slow.is_empty() {
            return Ok(Round::Waits);
        }
        if self.has_no_news(round, &plan) && !is_whole {
            Box::pin(self.read(Until::Answered)).await?;
            plan = Box::pin(self.fresh(round)).await?;
        }
        let is_stuck = self.is_stuck(&plan);
        if self.looks || self.has_no_news(round, &plan) {
            return Box::pin(self.quiet(limit, (round, began), plan, is_stuck)).await;
        }
        let digest = self.freeze(&plan).await?;
        if matches!(limit, Limit::Plan) {
            return Ok(Round::last(self.end(Some((plan, Some(digest))))));
        }
        let plan = Arc::new(plan);
        self.frozen.insert(round, (Arc::clone(&plan), digest));
        if let Some(rest) = Box::pin(self.perform_beside(&plan, digest)).await? {
            self.goes_on_beside(&plan);
            self.close_round(round, began, plan.is_empty()).await?;
            return Ok(Round::Slow(rest));
        }
        Box::pin(self.go_on(&plan, false, false)).await?;
        self.close_round(round, began, plan.is_empty()).await?;
        let is_over = round >= ROUNDS || self.is_late();
        if is_over && !self.slow.is_empty() {
            return Ok(Round::Waits);
        }
        if is_over {
            self.go_on(&plan, false, true).await?;
            self.finish_probes().await?;
            let next = self.look_again().await?;
            let mut end = self.end(self.told(Some(((*plan).clone(), Some(digest)))));
            self.take_in(&mut end.standing, &next);
            return Ok(Round::last(end));
        }
        Ok(Round::Another)
    }

    /// A plan made from a fresh look, without what an earlier round is still at.
    async fn fresh(&mut self, round: u32) -> Result<Plan, Error> {
        let (mut plan, reached) = self.plan(round).await?;
        self.add_late_proof(&reached).await?;
        self.leave_to_earlier(&mut plan);
        Ok(plan)
    }

    /// Whether a plan holds nothing but what was tried already; in the first round, without success.
    fn has_no_news(&self, round: u32, plan: &Plan) -> bool {
        self.is_stuck(plan) || (round > 1 && plan.items.is_empty())
    }

    /// A round that has nothing new to do.
    async fn quiet(
        &mut self,
        limit: &Limit,
        (round, began): (u32, Time),
        plan: Plan,
        is_stuck: bool,
    ) -> Result<Round<'a>, Error> {
        self.note_open(&plan).await?;
        self.close_round(round, began, plan.is_empty()).await?;
        let converged = self.is_converged(&plan);
        let goes_on = round < ROUNDS && !self.is_late();
        if !self.looks && self.go_on(&plan, converged, true).await? && goes_on {
            return Ok(Round::Another);
        }
        if !is_stuck && self.wait(limit, &plan).await? && goes_on {
            return Ok(Round::Another);
        }
        if !self.looks {
            self.finish_probes().await?;
        }
        let mut standing = self.standing();
        self.take_in(&mut standing, &plan);
        let frozen = self.frozen.values().next_back().filter(|_| is_stuck);
        let told = match frozen {
            Some((frozen, digest)) => ((**frozen).clone(), Some(*digest)),
            None => (plan, None),
        };
        Ok(Round::last(End {
            standing,
            ..self.end(self.told(Some(told)))
        }))
    }
}
