//! Gating and performing one plan: the authority it lacks, its cuts, and the reads beside them.
//!
//! Grants only what the operator said; what stays uncovered is blocked by the gate.

use super::proof::beside;
use super::{Answer, Error, Loop, reading};
use crate::domain::case::Goal;
use crate::domain::event::Event;
use crate::domain::plan::Plan;
use crate::domain::{Digest, Item, ItemRef, State, Work};
use crate::execute;
use crate::gate::{self, Confirmation, Ruling, mandate};

impl Loop<'_> {
    /// Asks for the authority that the plan still lacks; what stays uncovered is journaled as blocked by the gate.
    pub(super) async fn authorise(&mut self, plan: &Plan, digest: Digest) -> Result<(), Error> {
        let ground = &self.means.ground;
        let now = self.clock().now();
        let uncovered = ground.journal.with_case(|case| {
            plan.items
                .iter()
                .filter(|item| item.call().is_some())
                .any(|item| {
                    let named = ItemRef {
                        run: plan.run,
                        round: plan.round,
                        key: item.key.clone(),
                    };
                    let spec = item
                        .action()
                        .and_then(|action| ground.catalogue.action(action));
                    spec.is_some_and(|spec| {
                        gate::clear(
                            (item, &named),
                            (spec, digest),
                            case,
                            (ground.policy, ground.around),
                            now,
                        )
                        .is_err()
                    })
                })
        });
        if !uncovered {
            return Ok(());
        }
        let granted = gate::Authority {
            tier: Some(Confirmation::Yes.tier()),
            exact: true,
        };
        let specs = plan
            .items
            .iter()
            .filter_map(|item| Some((item, ground.catalogue.action(item.action()?)?)));
        let open = gate::preview(specs, (ground.policy, ground.around), granted);
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
        let who = (ground.around.unattended, &self.order);
        let mandates = mandate::grant(plan, digest, how, who, self.clock());
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

    /// Gates and performs one plan, with the reads beside the cuts; answers whether anything went forward.
    pub(super) async fn perform(&mut self, plan: &Plan, digest: Digest) -> Result<(), Error> {
        self.authorise(plan, digest).await?;
        let means = self.means;
        let reads = plan
            .items
            .iter()
            .any(|item| matches!(item.work, Work::Read(_)));
        let acts = execute::execute(&means.ground, (plan.run, plan.round), digest, &plan.items);
        let both = async {
            let questions = async {
                if reads {
                    reading::read(means, self.run).await
                } else {
                    Ok(())
                }
            };
            let (acted, read) = futures_util::join!(acts, questions);
            acted.and(read)
        };
        beside(means, &mut self.probes, both).await??;
        self.note_stuck(plan);
        Ok(())
    }

    /// Notes the goals that this round brought no further; trying them again at once would change nothing.
    fn note_stuck(&mut self, plan: &Plan) {
        let stuck: Vec<Goal> = self.means.ground.journal.with_case(|case| {
            let acting = plan.items.iter().filter(|item| item.call().is_some());
            let stuck = acting.filter(|item| {
                let named = ItemRef {
                    run: plan.run,
                    round: plan.round,
                    key: item.key.clone(),
                };
                !case.lives.get(&named).is_some_and(|life| {
                    matches!(
                        life.state,
                        State::Confirmed { .. } | State::Skipped(_) | State::Stale(_)
                    )
                })
            });
            stuck.filter_map(goal).collect()
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
                .filter_map(goal)
                .all(|goal| self.stuck.contains(&goal))
    }

    pub(super) async fn read(&mut self) -> Result<(), Error> {
        let means = self.means;
        Ok(beside(means, &mut self.probes, reading::read(means, self.run)).await??)
    }
}

fn goal(item: &Item) -> Option<Goal> {
    Some((item.action()?.clone(), item.target().clone()))
}
