//! The one loop: fold, read, plan, gate, execute, verify, again.
//!
//! `isolate`, `run`, `apply`, `resume`, `verify`, `restore` and every drill are calls of [`converge`].
//! Containment is convergence to an empty plan.

mod across;
mod again;
mod asking;
mod giving_back;
mod later;
mod looking;
mod perform;
mod proof;
mod reading;
mod round;
mod slow;
mod turn;
mod waiting;

pub use later::open_rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::domain::case::Goal;
use crate::domain::event::{Event, Order, PlannedItem};
use crate::domain::plan::Plan;
use crate::domain::{Cause, Clock, Digest, Item, ItemKey, ItemRef, Locator, Secret, Verdict, Work};
use crate::estate::Estate;
use crate::execute::{self, Ground};
use crate::gate::{self, Confirmation, Ruling};
use crate::journal;
use crate::plan::{self, Ask, Glance};
use crate::playbook::Playbook;
use crate::report::standing::{Standing, standing};
use crate::verify;
use round::Round;
use slow::Rests;

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
    /// Give back what is wanted.
    Restore(plan::restore::Wanted),
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
    /// Who asks for what is planned, where people are configured: the operator, and the person behind every account in use.
    pub requested_by: Vec<String>,
    /// How much of what was only discovered is cut before somebody is asked for more.
    pub caps: plan::cap::Caps,
    /// Who owns what, and what that leads to, where it is known.
    pub estate: Option<&'a Estate>,
    /// Digests of what plans are made from.
    pub made_from: BTreeMap<String, Digest>,
    /// Secrets to probe with, by target.
    pub secrets: BTreeMap<Locator, Secret>,
    /// Stores a plan, durably, and answers its digest.
    pub keep: &'a (dyn Fn(&Plan) -> Result<Digest, journal::Error> + Sync),
    /// Finds a stored plan again, where it still is what its digest says.
    pub recall: &'a (dyn Fn(&Digest) -> Option<Plan> + Sync),
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
    /// The journal knows no such run.
    #[error("find run {0} in the journal")]
    NoRun(u32),
}

/// A goal that was tried; of what issues, by which item.
type Tried = (Goal, Option<ItemKey>);

type Probes<'a> = FuturesUnordered<BoxFuture<'a, (ItemRef, Verdict, verify::Tried)>>;

struct Loop<'a> {
    means: &'a Means<'a>,
    run: u32,
    /// Whether it only looks, and somebody else may be performing meanwhile.
    looks: bool,
    order: Order,
    probes: Probes<'a>,
    probed: BTreeSet<ItemRef>,
    glance: BTreeMap<Locator, Glance>,
    wants_code: bool,
    /// What the operator said in this invocation.
    answered: Option<Confirmation>,
    /// Goals that a round of this invocation brought no further.
    stuck: BTreeSet<Tried>,
    /// The plans that this run froze, by round.
    frozen: BTreeMap<u32, (Arc<Plan>, Digest)>,
    /// The plans that the operator was asked about in this invocation.
    asked: BTreeSet<Digest>,
    /// The plans of earlier rounds that are still being carried out, by round.
    slow: BTreeMap<u32, Arc<Plan>>,
}

/// Runs the loop as far as `limit` says.
///
/// # Errors
/// The journal could not be written, or a round could not be planned; what was begun stands in the journal.
pub async fn converge(means: &Means<'_>, run: u32, limit: Limit) -> Result<End, Error> {
    let order = means
        .ground
        .journal
        .with_case(|case| case.runs.get(&run).map(|run| run.order.clone()));
    let order = order.ok_or(Error::NoRun(run))?;
    let mut this = Loop {
        means,
        run,
        looks: matches!(limit, Limit::Verify(_)),
        order,
        probes: FuturesUnordered::new(),
        probed: BTreeSet::new(),
        glance: BTreeMap::new(),
        wants_code: false,
        answered: None,
        stuck: BTreeSet::new(),
        frozen: BTreeMap::new(),
        asked: BTreeSet::new(),
        slow: BTreeMap::new(),
    };
    if !this.looks {
        execute::note_ended(&means.ground).await?;
    }
    if !this.looks && !matches!(limit, Limit::Plan) {
        execute::note_turned_back(&means.ground).await?;
        means.ground.sift().await?;
    }
    let end = this.go(&limit).await?;
    if !this.looks {
        execute::leave(&means.ground).await?;
        execute::note_ended(&means.ground).await?;
        let outcome = end.standing.told().word().to_owned();
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

    /// The latest round of this run that has a plan.
    fn last_plan(&self) -> Option<u32> {
        self.means.ground.journal.with_case(|case| {
            let run = case.runs.get(&self.run)?;
            run.plans.keys().next_back().copied()
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
                let before = self.means.ground.journal.snapshot();
                // Of a plan that a later round replaced, only what is planned once goes on.
                let is_last = self.last_plan() == Some(plan.round);
                let all = plan.items.iter();
                let items: Vec<&Item> = all
                    .filter(|item| is_last || self.has_turn(plan, item))
                    .collect();
                self.perform(plan, digest, &items).await?;
                self.release(plan, &before).await?;
                self.finish_probes().await?;
                if self.order.gives_back() {
                    return Ok(self.end(Some(((**plan).clone(), Some(digest)))));
                }
                let next = self.look_again().await?;
                let plan = Arc::new((**plan).clone());
                self.frozen.insert(plan.round, (Arc::clone(&plan), digest));
                // What waited for this round may start once a fresh look finds nothing left to cut.
                let next = if self.go_on(&next, self.is_converged(&next), true).await? {
                    self.look_again().await?
                } else {
                    next
                };
                let mut end = self.end(self.told(Some(((*plan).clone(), Some(digest)))));
                self.take_in(&mut end.standing, &next);
                Ok(end)
            }
            Limit::Restore(wanted) => self.restore(wanted).await,
            Limit::Plan | Limit::Isolated | Limit::Contained | Limit::Verify(_) => {
                self.rounds_until(limit).await
            }
        }
    }

    async fn rounds_until(&mut self, limit: &Limit) -> Result<End, Error> {
        if self.rounds() == 0 {
            let ground = &self.means.ground;
            let patience = plan::branch::PATIENCE;
            // What we stand on is read beside it, so that the first plan does not wait for one after the other.
            let (glance, _) = futures_util::join!(
                plan::glance(ground.observer, ground.catalogue, &self.order),
                ground.branches.now(ground.observer, ground.clock, patience)
            );
            self.glance = glance;
        }
        let mut rests = Rests::new();
        loop {
            // On the heap: debug builds move futures through the stack, and a thread's is small.
            let round = Box::pin(self.round(limit));
            let (round, ended) = slow::alongside(&mut rests, round).await?;
            for round in &ended {
                self.caught_up(*round);
            }
            match round? {
                Round::Another => {}
                Round::Waits if !ended.is_empty() => {}
                Round::Slow(rest) => rests.push(rest),
                Round::Waits => self.wait_for_slow(&mut rests).await?,
                Round::Last(end) => return Ok(*end),
            }
        }
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

    async fn plan(&self, round: u32) -> Result<(Plan, Vec<Item>), Error> {
        let ground = &self.means.ground;
        let patience = plan::branch::PATIENCE;
        let known = ground
            .branches
            .now(ground.observer, ground.clock, patience)
            .await;
        let case = ground.journal.snapshot();
        let ask = Ask {
            known,
            ..self.ask(&case, &self.order, round)
        };
        Ok(plan::make(&ask).await?)
    }

    async fn look_again(&mut self) -> Result<Plan, Error> {
        let (next, reached) = self.plan(self.rounds() + 1).await?;
        self.add_late_proof(&reached).await?;
        Ok(next)
    }

    fn ask<'b>(
        &'b self,
        case: &'b crate::domain::case::Case,
        order: &'b crate::domain::event::Order,
        round: u32,
    ) -> Ask<'b> {
        let known = self.means.ground.branches.known();
        Ask {
            catalogue: self.means.ground.catalogue,
            observer: self.means.ground.observer,
            playbook: self.means.playbook,
            order,
            case,
            at: (self.run, round),
            own: &self.means.own,
            requested_by: &self.means.requested_by,
            known,
            asked: &self.asked,
            estate: self.means.estate,
            caps: self.means.caps,
            made_from: self.means.made_from.clone(),
            glance: &self.glance,
            now: self.clock().now(),
        }
    }

    async fn freeze(&self, plan: &Plan) -> Result<Digest, Error> {
        let digest = (self.means.keep)(plan)?;
        let catalogue = self.means.ground.catalogue;
        let short = |item| Arc::new(plan::in_short(item, catalogue));
        let items: Vec<Arc<PlannedItem>> = plan.items.iter().map(short).collect();
        let mut events = vec![Event::PlanFrozen {
            run: plan.run,
            round: plan.round,
            digest,
            expires: plan.expires,
            items,
        }];
        // People who could agree are told what they are asked, whether or not it will take one of them.
        if !plan.requested_by.is_empty() && gate::approval::asked(plan).next().is_some() {
            events.push(Event::Requested {
                run: plan.run,
                round: plan.round,
                request: gate::approval::request(plan, digest, self.clock()),
            });
        }
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
                (Some(_) | None, _)
                    if item
                        .marks
                        .iter()
                        .any(|mark| mark == plan::restore::COULD_NOT) =>
                {
                    let cause = Cause::Provider(why.clone());
                    Event::Blocked { item: named, cause }
                }
                (Some(_) | None, _) if item.marks.iter().any(|mark| mark == plan::issue::LACKS) => {
                    let cause = Cause::Authority(why.clone());
                    Event::Blocked { item: named, cause }
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
}
