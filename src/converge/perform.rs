//! Gating and performing one plan: the authority it lacks, its cuts, and the reads beside them.
//!
//! Grants only what the operator said; what stays uncovered is blocked by the gate.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::proof::beside;
use super::slow::Rest;
use super::turn::Now;
use super::{Answer, Error, Loop, Tried, again, turn};
use crate::domain::event::Event;
use crate::domain::plan::Plan;
use crate::domain::{Cause, Digest, Item, State, Time, Work};
use crate::execute;
use crate::gate::{self, Confirmation, Ruling, mandate};
use crate::plan;

impl<'a> Loop<'a> {
    /// Asks for the authority that the plan still lacks; what stays uncovered is journaled as blocked by the gate.
    pub(super) async fn authorise(
        &mut self,
        (plan, digest): (&Plan, Digest),
        items: &[&Item],
    ) -> Result<(), Error> {
        let ground = &self.means.ground;
        ground.sift().await?;
        let now = self.clock().now();
        let uncovered = ground.journal.with_case(|case| {
            items
                .iter()
                .filter(|item| item.call().is_some() || item.asked().is_some())
                .any(|item| {
                    let named = plan.named(item);
                    if let Work::Gate(asked) = &item.work {
                        let waits = case.lives.get(&named).is_some_and(|life| {
                            matches!(life.state, State::Planned | State::Blocked(_))
                        });
                        let is_asked = asked.people() == 1 || !ground.around.roster.is_empty();
                        let mut own = turn::confirmed(case, digest, &named, now);
                        return waits && is_asked && !own.any(|mandate| mandate.signed.is_none());
                    }
                    let spec = item
                        .action()
                        .and_then(|action| ground.catalogue.action(action));
                    spec.is_some_and(|spec| {
                        gate::clear(
                            (item, &named),
                            (spec, digest),
                            (case, &gate::Pledges::default()),
                            (ground.policy, ground.around),
                            now,
                        )
                        .is_err()
                    })
                })
        });
        // Nobody is asked twice about one plan.
        if !uncovered || !self.asked.insert(digest) {
            return Ok(());
        }
        let specs = plan
            .items
            .iter()
            .filter_map(|item| Some((item, ground.catalogue.action(item.action()?)?)));
        let case = ground.journal.snapshot();
        let rules = (ground.policy, ground.around);
        let open = gate::preview(specs, rules, (&case, plan, digest), now);
        // A word given in advance is given once: what is found later needs a reach mandate or another word.
        let answer = match self.answered {
            Some(Confirmation::Yes | Confirmation::Code) => Answer::Nobody,
            Some(Confirmation::Prompt) | None => (self.means.confirm)(plan, digest, &open),
        };
        let how = match answer {
            Answer::Yes(how) => {
                self.answered = Some(how);
                how
            }
            Answer::No | Answer::Nobody => {
                self.wants_code = true;
                return Ok(());
            }
        };
        self.wants_code = how != Confirmation::Code
            && open
                .iter()
                .any(|(_, ruling)| matches!(ruling, Ruling::NeedsMandate(_)));
        let who = (ground.around.operator(), &self.order);
        let mandates = mandate::grant(plan, digest, how, who, self.clock());
        ground.witness.gave(&mandates);
        ground
            .journal
            .append(
                mandates
                    .into_iter()
                    .map(|mandate| Event::Granted { mandate })
                    .collect(),
            )
            .await?;
        Ok(())
    }

    /// Asks for the authority that these items of a fresh plan lack; whose turn it is then.
    async fn gated(
        &mut self,
        (plan, digest): (&Plan, Digest),
        items: &[&Item],
    ) -> Result<Now<'a>, Error> {
        self.authorise((plan, digest), items).await?;
        Ok(self.turns((digest, plan.expires), unplanned(plan), false, false))
    }

    /// Gates and performs these items of one plan, with the reads, checks and questions beside the cuts.
    pub(super) async fn perform(
        &mut self,
        plan: &Plan,
        digest: Digest,
        items: &[&Item],
    ) -> Result<(), Error> {
        let now = self.gated((plan, digest), items).await?;
        let (ground, run) = (&self.means.ground, (plan.run, plan.round));
        let acts = execute::execute(ground, run, digest, items, &now);
        beside(self.means, &mut self.probes, acts).await??;
        self.note_stuck(plan, items);
        Ok(())
    }

    /// The same for a whole plan, until nothing is left of it but what is slow; gives that back.
    pub(super) async fn perform_beside(
        &mut self,
        plan: &Arc<Plan>,
        digest: Digest,
    ) -> Result<Option<Rest<'a>>, Error> {
        let items: Vec<&Item> = plan.items.iter().collect();
        let now = self.gated((plan, digest), &items).await?;
        let (ground, run) = (&self.means.ground, (plan.run, plan.round));
        let held = Arc::clone(plan);
        let work: Rest<'a> = Box::pin(async move {
            let items: Vec<&Item> = held.items.iter().collect();
            let ended = execute::execute(ground, run, digest, &items, &now).await;
            (held.round, ended)
        });
        let rest = self.until_slow(plan, work).await?;
        if rest.is_none() {
            self.note_stuck(plan, &items);
        }
        Ok(rest)
    }

    /// Whose turn it is.
    pub(super) fn turns(
        &self,
        plan: (Digest, Time),
        unplanned: BTreeSet<String>,
        converged: bool,
        last: bool,
    ) -> Now<'a> {
        Now {
            means: self.means,
            run: self.run,
            plan,
            unplanned,
            converged,
            last,
            late: self.is_late(),
        }
    }

    /// Notes the goals that these items brought no further; trying them again at once would change nothing.
    pub(super) fn note_stuck(&mut self, plan: &Plan, items: &[&Item]) {
        let (playbook, now) = (self.means.playbook, self.clock().now());
        if self.is_helped(plan, items) {
            self.stuck.clear();
            return;
        }
        let unanswered = self.wants_code && self.answered.is_none();
        let stuck: Vec<Tried> = self.means.ground.journal.with_case(|case| {
            let acting = items.iter().filter(|item| item.call().is_some());
            let stuck = acting.filter(|item| {
                let named = plan.named(item);
                let recurs = playbook.step(&item.key.step).is_some_and(plan::recurs);
                case.lives.get(&named).is_none_or(|life| match life.state {
                    State::Confirmed { .. } | State::Skipped(_) | State::Stale(_) => false,
                    // What is planned once and has not had its turn yet was not tried, unless nobody said a word.
                    State::Planned | State::Blocked(Cause::Dependency(_)) => recurs || unanswered,
                    State::Blocked(
                        Cause::Approval(_)
                        | Cause::Policy(_)
                        | Cause::Lock(_)
                        | Cause::Authority(_)
                        | Cause::Provider(_),
                    )
                    | State::Intended { .. }
                    | State::InDoubt { .. }
                    | State::Failed(_)
                    | State::Denied(_)
                    | State::Undone
                    | State::UndoFailed(_) => true,
                    // It may be undone as fast as it is made, or not shown yet: it is made again for a while.
                    State::Acted { .. } => again::is_over(case, plan.run, item, now),
                })
            });
            stuck.filter_map(|item| tried(item)).collect()
        });
        self.stuck.extend(stuck);
    }

    /// Whether a plan holds nothing but what was tried already, without success.
    pub(super) fn is_stuck(&self, plan: &Plan) -> bool {
        let mut acting = plan
            .items
            .iter()
            .filter(|item| item.call().is_some())
            .peekable();
        acting.peek().is_some()
            && acting
                .filter_map(tried)
                .all(|tried| self.stuck.contains(&tried))
    }
}

/// The steps that a later round will plan.
pub(super) fn unplanned(plan: &Plan) -> BTreeSet<String> {
    plan.pending.iter().map(|step| step.step.clone()).collect()
}

/// What trying an item again would try: its goal; of what issues, the item itself, as others make theirs for the same target.
pub(super) fn tried(item: &Item) -> Option<Tried> {
    let goal = (item.action()?.clone(), item.target()?.clone());
    let issues = matches!(item.work, Work::Issue { .. });
    Some((goal, issues.then(|| item.key.clone())))
}
