//! The one loop: fold, read, plan, gate, execute, verify, again.
//!
//! `isolate`, `run`, `apply`, `resume`, `verify`, `restore` and every drill are calls of [`converge`].
//! Containment is convergence to an empty plan.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::FuturesUnordered;

use crate::domain::event::{Event, PlannedItem};
use crate::domain::plan::Plan;
use crate::domain::{
    Clock, Digest, Duration, Found, Item, ItemRef, Locator, Reading, Rung, Secret, State, Time,
    Verdict, Work,
};
use crate::execute::{self, Ground};
use crate::gate::{self, Confirmation, Ruling, mandate};
use crate::journal;
use crate::plan::{self, Ask, Glance};
use crate::playbook::Playbook;
use crate::report::standing::{Outcome, Standing, standing};
use crate::verify;

/// How often a run that waits for something looks again.
const POLL: Duration = Duration::from_secs(5);
/// How often a run that waits until contained looks again.
const SLOW_POLL: Duration = Duration::from_secs(20);
/// A second writing that falls due this soon is waited for, even without `--wait`.
const SOON: Duration = Duration::from_secs(30);
/// More rounds than this mean that something undoes our work faster than we do it.
const ROUNDS: u32 = 500;

/// How far a run goes.
#[derive(Clone, Debug)]
pub enum Limit {
    /// Make the first plan and stop.
    Plan,
    /// Perform exactly this plan, then stop.
    OneRound(Box<Plan>),
    /// Go on until isolated.
    Isolated,
    /// Go on until contained, or until waiting cannot change the answer.
    Contained,
    /// Read only; with `true` wait until the answer cannot change.
    Verify(bool),
    /// Give back; an empty list means all that may come back.
    Restore(Vec<Locator>),
}

/// Asks the operator about a plan, told what even a plain yes leaves open.
pub type Confirm<'a> = dyn Fn(&Plan, Digest, &[(&Item, Ruling)]) -> Answer + Sync + 'a;

/// What a run needs beside the ground it stands on.
pub struct Means<'a> {
    /// What executing needs.
    pub ground: Ground<'a>,
    /// What is to be done.
    pub playbook: &'a Playbook,
    /// The credential chain that contain itself acts with.
    pub own: Vec<Locator>,
    /// What the workspace protects.
    pub protected: Vec<Locator>,
    /// Digests of what plans are made from.
    pub made_from: BTreeMap<String, Digest>,
    /// Secrets to probe with, by target.
    pub secrets: BTreeMap<Locator, Secret>,
    /// Stores a plan, durably, and answers its digest.
    pub keep: &'a (dyn Fn(&Plan) -> Result<Digest, journal::Error> + Sync),
    /// Asks the operator; shown the plan, its digest, and what even a plain yes leaves open.
    pub confirm: &'a Confirm<'a>,
}

/// What the operator said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Go on, on this authority.
    Yes(Confirmation),
    /// No.
    No,
    /// Nobody is there to ask.
    Nobody,
}

/// How a run ended.
#[derive(Debug)]
pub struct End {
    /// Where it stands.
    pub standing: Standing,
    /// The last plan that was made, with its digest where it was frozen.
    pub plan: Option<(Plan, Option<Digest>)>,
    /// How many rounds it took.
    pub rounds: u32,
    /// Whether the plan waits for its code.
    pub wants_code: bool,
}

/// Why a run broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record could not be written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// A round could not be planned.
    #[error(transparent)]
    Plan(#[from] plan::Error),
}

type Probes<'a> = FuturesUnordered<BoxFuture<'a, (ItemRef, Verdict, verify::Tried)>>;

struct Loop<'a> {
    means: &'a Means<'a>,
    run: u32,
    probes: Probes<'a>,
    probed: BTreeSet<ItemRef>,
    glance: BTreeMap<Locator, Glance>,
    wants_code: bool,
}

/// Runs the loop as far as `limit` says.
///
/// # Errors
/// The journal could not be written, or a round could not be planned; what was begun stands in the journal.
pub async fn converge(means: &Means<'_>, run: u32, limit: Limit) -> Result<End, Error> {
    let mut this = Loop {
        means,
        run,
        probes: FuturesUnordered::new(),
        probed: BTreeSet::new(),
        glance: BTreeMap::new(),
        wants_code: false,
    };
    let end = this.go(&limit).await?;
    if !matches!(limit, Limit::Plan | Limit::Verify(_)) {
        let outcome = end.standing.outcome.word().to_owned();
        means
            .ground
            .journal
            .append(vec![Event::RunClosed { run, outcome }])
            .await?;
    }
    Ok(end)
}

impl<'a> Loop<'a> {
    fn clock(&self) -> &'a Clock {
        self.means.ground.clock
    }

    fn standing(&self) -> Standing {
        let (now, catalogue) = (self.clock().now(), self.means.ground.catalogue);
        self.means
            .ground
            .journal
            .with_case(|case| standing(case, catalogue, self.run, now))
    }

    fn rounds(&self) -> u32 {
        self.means.ground.journal.with_case(|case| {
            case.runs.get(&self.run).map_or(0, |run| {
                let (planned, closed) =
                    (run.plans.keys().next_back(), run.rounds.keys().next_back());
                planned.max(closed).copied().unwrap_or(0)
            })
        })
    }

    fn end(&self, plan: Option<(Plan, Option<Digest>)>) -> End {
        End {
            standing: self.standing(),
            plan,
            rounds: self.rounds(),
            wants_code: self.wants_code,
        }
    }

    async fn go(&mut self, limit: &Limit) -> Result<End, Error> {
        self.settle_doubts(limit).await?;
        match limit {
            Limit::OneRound(plan) => {
                let digest = plan.digest().unwrap_or(Digest::ZERO);
                let before = self.means.ground.journal.with_case(Clone::clone);
                self.perform(plan, digest).await?;
                self.release(plan, &before).await?;
                self.finish_probes().await?;
                let mut end = self.end(Some(((**plan).clone(), Some(digest))));
                if self.order().verb != plan::restore::STEP {
                    let (next, reached) = self.plan(plan.round + 1).await?;
                    self.add_late_proof(&reached).await?;
                    end.standing = self.standing();
                    end.standing.reopen(self.open_in(&next));
                }
                Ok(end)
            }
            Limit::Restore(named) => self.restore(named).await,
            Limit::Plan | Limit::Isolated | Limit::Contained | Limit::Verify(_) => {
                self.rounds_until(limit).await
            }
        }
    }

    async fn rounds_until(&mut self, limit: &Limit) -> Result<End, Error> {
        if self.rounds() == 0 {
            let ground = &self.means.ground;
            let order = self.order();
            self.glance = plan::glance(ground.observer, ground.catalogue, &order).await;
        }
        loop {
            let (began, round) = (self.clock().now(), self.rounds() + 1);
            self.start_probes();
            if round > 1 {
                self.read().await?;
            }
            let (plan, reached) = self.plan(round).await?;
            self.add_late_proof(&reached).await?;
            let reads_only = matches!(limit, Limit::Verify(_));
            if reads_only || (round > 1 && plan.is_empty()) {
                if plan.is_empty() {
                    self.close_round(round, began, true).await?;
                }
                if self.wait(limit, &plan).await? && round < ROUNDS && !self.is_late() {
                    continue;
                }
                let open = self.open_in(&plan);
                let mut end = self.end(Some((plan, None)));
                end.standing.reopen(open);
                return Ok(end);
            }
            let digest = self.freeze(&plan).await?;
            if matches!(limit, Limit::Plan) {
                return Ok(self.end(Some((plan, Some(digest)))));
            }
            let progress = self.perform(&plan, digest).await?;
            self.close_round(round, began, plan.is_empty()).await?;
            if !progress || round >= ROUNDS || self.is_late() {
                self.finish_probes().await?;
                return Ok(self.end(Some((plan, Some(digest)))));
            }
        }
    }

    /// What a fresh plan would cut that is not merely the second writing of a cut in force.
    fn open_in(&self, plan: &Plan) -> Vec<Locator> {
        self.means.ground.journal.with_case(|case| {
            let goals = case.goals(self.run);
            let cuts = plan
                .items
                .iter()
                .filter(|item| item.call().is_some() && item.rung.is_some());
            let open = cuts.filter(|item| {
                let goal = item
                    .action()
                    .map(|action| (action.clone(), item.target().clone()));
                let known = goal.and_then(|goal| goals.get(&goal).copied());
                let again = item.rung == Some(Rung::EndSessions);
                !known
                    .is_some_and(|(_, life)| again && matches!(life.state, State::Confirmed { .. }))
            });
            open.map(|item| item.target().clone()).collect()
        })
    }

    /// Whether the playbook's wall-clock limit has passed.
    fn is_late(&self) -> bool {
        let Some(deadline) = self.means.playbook.limits.deadline else {
            return false;
        };
        let opened = self
            .means
            .ground
            .journal
            .with_case(|case| case.runs.get(&self.run).map(|run| run.opened_at));
        opened.is_some_and(|opened| self.clock().now().duration_since(opened) >= deadline)
    }

    fn order(&self) -> crate::domain::event::Order {
        self.means.ground.journal.with_case(|case| {
            case.runs
                .get(&self.run)
                .map(|run| run.order.clone())
                .unwrap_or_else(|| crate::domain::event::Order {
                    verb: String::new(),
                    playbook: String::new(),
                    digest: Digest::ZERO,
                    subjects: Vec::new(),
                    inputs: BTreeMap::new(),
                    include: Vec::new(),
                    exact: true,
                    wait: false,
                    since: Time::MIN,
                    secrets: Vec::new(),
                    acting_as: Vec::new(),
                    endpoints: BTreeMap::new(),
                    tool: String::new(),
                    policy: Digest::ZERO,
                })
        })
    }

    async fn plan(&self, round: u32) -> Result<(Plan, Vec<Item>), Error> {
        let case = self.means.ground.journal.with_case(Clone::clone);
        let order = self.order();
        Ok(plan::make(&self.ask(&case, &order, round)).await?)
    }

    fn ask<'b>(
        &'b self,
        case: &'b crate::domain::case::Case,
        order: &'b crate::domain::event::Order,
        round: u32,
    ) -> Ask<'b> {
        Ask {
            catalogue: self.means.ground.catalogue,
            observer: self.means.ground.observer,
            playbook: self.means.playbook,
            order,
            case,
            at: (self.run, round),
            own: &self.means.own,
            protected: &self.means.protected,
            made_from: self.means.made_from.clone(),
            glance: &self.glance,
            now: self.clock().now(),
        }
    }

    async fn freeze(&self, plan: &Plan) -> Result<Digest, Error> {
        let digest = (self.means.keep)(plan)?;
        let catalogue = self.means.ground.catalogue;
        let items: Vec<PlannedItem> = plan
            .items
            .iter()
            .map(|item| plan::in_short(item, catalogue))
            .collect();
        let mut events = vec![Event::PlanFrozen {
            run: plan.run,
            round: plan.round,
            digest,
            expires: plan.expires,
            items,
        }];
        for item in &plan.items {
            let Work::Nothing { action, why, .. } = &item.work else {
                continue;
            };
            let named = ItemRef {
                run: plan.run,
                round: plan.round,
                key: item.key.clone(),
            };
            let spec = catalogue.action(action).filter(|spec| spec.cut().is_some());
            events.push(match (spec, &item.before) {
                (Some(spec), Some(seen)) => {
                    let verdict = verify::observed(seen.at, spec, true);
                    Event::Verified {
                        item: named,
                        verdict,
                        seen: Some(seen.clone()),
                    }
                }
                (Some(_) | None, _) => Event::Skipped {
                    item: named,
                    why: why.clone(),
                },
            });
        }
        self.means.ground.journal.append(events).await?;
        Ok(digest)
    }

    async fn close_round(&self, round: u32, began: Time, empty: bool) -> Result<(), Error> {
        self.means
            .ground
            .journal
            .append(vec![Event::RoundClosed {
                run: self.run,
                round,
                began,
                empty,
            }])
            .await?;
        Ok(())
    }

    /// Asks for the authority that the plan still lacks; what stays uncovered is journaled as blocked by the gate.
    async fn authorise(&mut self, plan: &Plan, digest: Digest) -> Result<(), Error> {
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
        let how = match (self.means.confirm)(plan, digest, &open) {
            Answer::Yes(how) => how,
            Answer::No | Answer::Nobody => {
                self.wants_code = true;
                return Ok(());
            }
        };
        self.wants_code = how != Confirmation::Code
            && open
                .iter()
                .any(|(_, ruling)| matches!(ruling, Ruling::NeedsMandate(_)));
        let order = self.order();
        let mandates = mandate::grant(
            plan,
            digest,
            how,
            ground.around.unattended,
            order.exact,
            self.clock(),
        );
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
    async fn perform(&mut self, plan: &Plan, digest: Digest) -> Result<bool, Error> {
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
                    read(means, self.run).await
                } else {
                    Ok(())
                }
            };
            let (acted, read) = futures_util::join!(acts, questions);
            acted.and(read)
        };
        beside(means, &mut self.probes, both).await??;
        let went_forward = means.ground.journal.with_case(|case| {
            plan.items
                .iter()
                .filter(|item| item.call().is_some())
                .any(|item| {
                    let named = ItemRef {
                        run: plan.run,
                        round: plan.round,
                        key: item.key.clone(),
                    };
                    case.lives.get(&named).is_some_and(|life| {
                        matches!(
                            life.state,
                            State::Confirmed { .. }
                                | State::Acted { .. }
                                | State::Skipped(_)
                                | State::Stale(_)
                        )
                    })
                })
        });
        Ok(went_forward || plan.is_empty())
    }

    async fn read(&mut self) -> Result<(), Error> {
        let means = self.means;
        Ok(beside(means, &mut self.probes, read(means, self.run)).await??)
    }

    /// What an earlier look could not confirm and this one does, and what a kill kept from being noted.
    async fn add_late_proof(&self, reached: &[Item]) -> Result<(), Error> {
        let ground = &self.means.ground;
        let events = ground.journal.with_case(|case| {
            let goals = case.goals(self.run);
            let late = |item: &Item| {
                let action = item.action()?;
                let (named, life) = goals.get(&(action.clone(), item.target().clone()))?;
                let (spec, seen) = (ground.catalogue.action(action)?, item.before.clone()?);
                let acted = life.acted_at.or(life.intended_at).unwrap_or(seen.at);
                let verdict = verify::observed(acted, spec, true);
                let verified = Event::Verified {
                    item: (*named).clone(),
                    verdict,
                    seen: Some(seen.clone()),
                };
                match life.state {
                    State::Acted { .. }
                        if !life.verdict.as_ref().is_some_and(Verdict::is_alive) =>
                    {
                        Some(vec![verified])
                    }
                    State::Intended { .. } | State::InDoubt { .. } => {
                        // The doubt is about this call: a goal that is met some other way does not say that it happened.
                        let (call, _) = life.sent.as_ref()?;
                        if !verify::shows(spec, call, &seen) {
                            return None;
                        }
                        let (item, attempt) = ((*named).clone(), life.attempts);
                        Some(vec![
                            Event::Resolved {
                                item,
                                attempt,
                                happened: Some(true),
                                seen,
                            },
                            verified,
                        ])
                    }
                    State::Acted { .. }
                    | State::Planned
                    | State::Blocked(_)
                    | State::Confirmed { .. }
                    | State::Failed(_)
                    | State::Skipped(_)
                    | State::Stale(_)
                    | State::Denied(_)
                    | State::Undone
                    | State::UndoFailed(_) => None,
                }
            };
            // A kill between an answer and its proof leaves a cut that nobody is to review.
            let measure = |item: &Item| {
                let (named, life) = goals.get(&(item.action()?.clone(), item.target().clone()))?;
                let changed = matches!(
                    life.state,
                    State::Acted { changed: true }
                        | State::Confirmed { changed: true }
                        | State::Intended { .. }
                        | State::InDoubt { .. }
                );
                let is_cut = changed && life.planned.rung.is_some();
                (is_cut && !case.reviews.contains_key(*named)).then(|| Event::InForce {
                    item: (*named).clone(),
                    review: execute::review_of(item, self.clock().now()),
                })
            };
            let proofs = reached.iter().filter_map(late).flatten();
            proofs
                .chain(reached.iter().filter_map(measure))
                .collect::<Vec<_>>()
        });
        if !events.is_empty() {
            ground.journal.append(events).await?;
        }
        Ok(())
    }

    /// Looks at what an earlier process left in doubt, before anything else is tried on it.
    async fn settle_doubts(&self, limit: &Limit) -> Result<(), Error> {
        if matches!(limit, Limit::Verify(_) | Limit::Plan) {
            return Ok(());
        }
        let ground = &self.means.ground;
        let doubts: Vec<(ItemRef, PlannedItem)> = ground.journal.with_case(|case| {
            let doubtful = case
                .lives
                .iter()
                .filter(|(_, life)| life.state.is_in_doubt());
            doubtful
                .map(|(named, life)| (named.clone(), life.planned.clone()))
                .collect()
        });
        let looks = doubts
            .iter()
            .map(|(named, planned)| execute::settle(ground, planned, named));
        for looked in futures_util::future::join_all(looks).await {
            looked?;
        }
        Ok(())
    }

    fn start_probes(&mut self) {
        let means = self.means;
        let ready: Vec<(ItemRef, Locator, Verdict)> = means.ground.journal.with_case(|case| {
            let wanted = case.goals(self.run).into_values().filter(|(named, life)| {
                life.planned.probe
                    && matches!(life.state, State::Confirmed { .. })
                    && !self.probed.contains(*named)
            });
            let wanted = wanted.filter_map(|(named, life)| {
                let verdict = life
                    .verdict
                    .clone()
                    .filter(|verdict| !verdict.is_probed_dead())?;
                Some((named.clone(), life.planned.target.clone(), verdict))
            });
            wanted.collect()
        });
        for (named, target, verdict) in ready {
            let Some(provider) = means.ground.catalogue.provider(target.provider()) else {
                continue;
            };
            if !means.secrets.contains_key(&target) {
                continue;
            }
            let pause = provider.probe_pause();
            self.probed.insert(named.clone());
            let trying = async move {
                let settles = verdict.settles.at;
                let bound = settles.duration_since(means.ground.clock.now());
                let tried = match means.secrets.get(&target) {
                    Some(secret) => {
                        let eyes = (means.ground.observer, means.ground.clock);
                        verify::probe(eyes, (&target, secret), settles, bound, pause).await
                    }
                    None => {
                        return (
                            named,
                            verdict.clone(),
                            verify::nothing_tried(means.ground.clock.now()),
                        );
                    }
                };
                (named, verdict, tried)
            };
            self.probes.push(trying.boxed());
        }
    }

    async fn finish_probes(&mut self) -> Result<(), Error> {
        self.start_probes();
        while let Some(done) = self.probes.next().await {
            note_probe(self.means, done).await?;
        }
        Ok(())
    }

    /// After a round that had nothing to do: waits for what may still change the answer; `false` when nothing may.
    async fn wait(&mut self, limit: &Limit, plan: &Plan) -> Result<bool, Error> {
        let now = self.clock().now();
        let standing = self.standing();
        let soon = now.saturating_add(SOON).unwrap_or(now);
        let due = standing.owed.iter().filter_map(|(at, _)| *at).min();
        self.start_probes();
        let waits = match limit {
            Limit::Plan | Limit::OneRound(_) | Limit::Restore(_) | Limit::Verify(false) => false,
            Limit::Isolated => {
                !self.probes.is_empty()
                    || due.is_some_and(|due| due <= soon && standing.outcome == Outcome::Isolated)
            }
            Limit::Contained => !self.probes.is_empty() || !standing.is_final,
            Limit::Verify(true) => {
                plan.is_empty()
                    && !standing.is_final
                    && standing.outcome == Outcome::Isolated
                    && due.is_none_or(|due| due > now)
            }
        };
        if !waits {
            return Ok(false);
        }
        let poll = if self.probes.is_empty() {
            SLOW_POLL
        } else {
            POLL
        };
        let poll = now.saturating_add(poll).unwrap_or(now);
        let settles = standing.settles_at.filter(|at| *at > now);
        let due = due.filter(|at| *at > now);
        let wake = [Some(poll), settles, due]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(poll);
        let means = self.means;
        if self.probes.is_empty() {
            means.ground.clock.sleep_until(wake).await;
        } else {
            tokio::select! {
                biased;
                done = self.probes.next() => if let Some(done) = done { note_probe(means, done).await?; },
                () = means.ground.clock.sleep_until(wake) => {}
            }
        }
        Ok(true)
    }

    async fn restore(&mut self, named: &[Locator]) -> Result<End, Error> {
        let case = self.means.ground.journal.with_case(Clone::clone);
        let order = self.order();
        let round = self.rounds() + 1;
        let began = self.clock().now();
        let plan = plan::restore::make(&self.ask(&case, &order, round), named).await;
        let digest = self.freeze(&plan).await?;
        self.perform(&plan, digest).await?;
        self.release(&plan, &case).await?;
        self.close_round(round, began, plan.is_empty()).await?;
        Ok(self.end(Some((plan, Some(digest)))))
    }

    /// Notes which measures are given back now, and which could not be.
    async fn release(&self, plan: &Plan, before: &crate::domain::case::Case) -> Result<(), Error> {
        let ground = &self.means.ground;
        let mut events = Vec::new();
        for item in &plan.items {
            let by = ItemRef {
                run: plan.run,
                round: plan.round,
                key: item.key.clone(),
            };
            if item.call().is_none() {
                let back = plan::restore::is_back(before, ground.catalogue, item);
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
            for made in plan::restore::lifted(before, &lifts, item.target()) {
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

/// Awaits something while probes go on beside it.
async fn beside<T>(
    means: &Means<'_>,
    probes: &mut Probes<'_>,
    work: impl Future<Output = T>,
) -> Result<T, Error> {
    futures_util::pin_mut!(work);
    loop {
        // Invariant I10: in a fixed order, or equal seeds would give unequal journals.
        tokio::select! {
            biased;
            done = &mut work => return Ok(done),
            Some(tried) = probes.next(), if !probes.is_empty() => note_probe(means, tried).await?,
        }
    }
}

async fn note_probe(
    means: &Means<'_>,
    (item, before, tried): (ItemRef, Verdict, verify::Tried),
) -> Result<(), Error> {
    let verdict = verify::probed(&before, tried);
    means
        .ground
        .journal
        .append(vec![Event::Verified {
            item,
            verdict,
            seen: None,
        }])
        .await?;
    Ok(())
}

/// Asks the read steps' questions again; an answer that says nothing new leaves no entry.
async fn read(means: &Means<'_>, run: u32) -> Result<(), journal::Error> {
    let ground = &means.ground;
    let asked: Vec<(ItemRef, crate::domain::Query, Option<Reading>)> =
        ground.journal.with_case(|case| {
            let Some(entry) = case.runs.get(&run) else {
                return Vec::new();
            };
            let order = &entry.order;
            let question = |item: &ItemRef| {
                let step = means
                    .playbook
                    .steps
                    .iter()
                    .find(|step| step.id == item.key.step)?;
                let subject = item.key.subject.as_ref().or(order.subjects.first())?;
                plan::query(ground.catalogue, order, step, subject)
            };
            let reads = case
                .lives_of(run)
                .filter(|(_, life)| life.planned.does == crate::domain::event::Does::Read);
            let reads = reads.filter_map(|(item, _)| {
                Some((
                    item.clone(),
                    question(item)?,
                    case.found.get(&item.key).map(|(_, r)| r.clone()),
                ))
            });
            reads.collect()
        });
    let mut under_way: FuturesUnordered<_> = asked
        .into_iter()
        .map(|(item, query, known)| async move {
            let budget = std::time::Duration::from_millis(query.budget_ms.saturating_mul(2));
            let reading = match tokio::time::timeout(budget, ground.observer.read(&query)).await {
                Ok(Ok(reading)) => reading,
                Ok(Err(why)) => plan::unseen(
                    format!("{:?} of {}", query.read, query.target).to_lowercase(),
                    why,
                ),
                Err(_) => {
                    let why = crate::domain::Why::new(
                        crate::domain::Because::Timeout,
                        "the read took longer than its budget",
                    );
                    plan::unseen(
                        format!("{:?} of {}", query.read, query.target).to_lowercase(),
                        why,
                    )
                }
            };
            if known.as_ref().is_some_and(|known| same(known, &reading)) {
                return Ok(());
            }
            ground
                .journal
                .append(vec![Event::Found { item, reading }])
                .await
                .map(drop)
        })
        .collect();
    while let Some(noted) = under_way.next().await {
        noted?;
    }
    Ok(())
}

/// Whether a reading says the same as an earlier one; how many requests it took does not matter.
fn same(known: &Reading, new: &Reading) -> bool {
    let found = |reading: &Reading| -> BTreeMap<String, Found> {
        reading
            .found
            .iter()
            .map(|found| {
                (
                    format!(
                        "{} {:?} {:?} {}",
                        found.what, found.relation, found.at, found.evidence
                    ),
                    found.clone(),
                )
            })
            .collect()
    };
    known.not_seen == new.not_seen
        && known.found.len() == new.found.len()
        && found(known) == found(new)
}
