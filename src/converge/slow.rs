//! What is left of a plan at a provider that is slow, throttles us or fails: it goes on beside the rounds that follow.
//!
//! Never leaves anything undone: a run ends only when all of it has ended. Nothing of it is planned a second time meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use super::perform::tried;
use super::proof::note_probe;
use super::{Error, Loop, Tried};
use crate::domain::plan::Plan;
use crate::domain::state::Life;
use crate::domain::{Duration, Item, ItemRef, Phase, State, Work};
use crate::execute::Written;

/// How long a round waits for a cut or an answer of which nothing is heard, before others go on without it.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked what else is to be done, while something is left.
const POLL: Duration = Duration::from_secs(20);

/// What carries out the rest of a round's plan; tells which round's.
pub(super) type Rest<'a> = LocalBoxFuture<'a, (u32, Written)>;

/// All that is left of earlier rounds.
pub(super) type Rests<'a> = FuturesUnordered<Rest<'a>>;

impl<'a> Loop<'a> {
    /// Carries a plan out; gives back what is left of it once only slow providers are left, and others have their turn.
    pub(super) async fn until_slow(
        &mut self,
        plan: &Plan,
        mut work: Rest<'a>,
    ) -> Result<Option<Rest<'a>>, Error> {
        let (means, clock) = (self.means, self.clock());
        let mut left = self.left_of(plan);
        let mut until = clock.now().saturating_add(PATIENCE).unwrap_or_default();
        loop {
            // Invariant I10: in a fixed order, or equal seeds would give unequal journals.
            tokio::select! {
                biased;
                (_, ended) = &mut work => {
                    ended?;
                    return Ok(None);
                }
                Some(tried) = self.probes.next(), if !self.probes.is_empty() => note_probe(means, tried).await?,
                () = clock.sleep_until(until) => {
                    let still = self.left_of(plan);
                    let is_slow = |was: &Items, is: &Items| was == is && is_elsewhere(plan, is);
                    if is_slow(&left.cuts, &still.cuts) || is_slow(&left.all, &still.all) {
                        return Ok(Some(work));
                    }
                    left = still;
                    until = clock.now().saturating_add(PATIENCE).unwrap_or_default();
                }
            }
        }
    }

    /// What of a plan has not ended.
    fn left_of(&self, plan: &Plan) -> Left {
        let is_cut = |item: &Item| item.call().is_some() && item.key.phase <= Phase::Inventory;
        let journal = self.means.ground.journal;
        journal.with_case(|case| {
            let mut left = Left::default();
            for item in &plan.items {
                let named = plan.named(item);
                let is_left = matches!(
                    case.lives.get(&named).map(|life| &life.state),
                    Some(State::Planned | State::Intended { .. } | State::InDoubt { .. })
                );
                let Some(target) = item.target().filter(|_| is_left) else {
                    continue;
                };
                let one = (target.provider().to_owned(), named);
                if is_cut(item) {
                    left.cuts.insert(one.clone());
                    left.all.insert(one);
                } else if matches!(item.work, Work::Read(_)) {
                    left.all.insert(one);
                }
            }
            left
        })
    }

    /// Takes out of a fresh plan what is still being done for an earlier one.
    pub(super) fn leave_to_earlier(&self, fresh: &mut Plan) {
        let plans = self.slow.values();
        let items = plans.flat_map(|plan| plan.items.iter().map(move |item| (plan, item)));
        let busy: BTreeSet<Tried> = self.means.ground.journal.with_case(|case| {
            let left = items.filter(|(plan, item)| {
                let named = plan.named(item);
                let life = case.lives.get(&named);
                life.is_some_and(|life| self.is_left(&named, life))
            });
            left.filter_map(|(_, item)| tried(item)).collect()
        });
        fresh
            .items
            .retain(|item| tried(item).is_none_or(|tried| !busy.contains(&tried)));
    }

    /// Waits until something of what is left has ended, or it is time to look what else is to be done.
    pub(super) async fn wait_for_slow(&mut self, rests: &mut Rests<'a>) -> Result<(), Error> {
        let (means, clock) = (self.means, self.clock());
        let until = clock.now().saturating_add(POLL).unwrap_or_default();
        loop {
            tokio::select! {
                biased;
                Some((round, ended)) = rests.next() => {
                    ended?;
                    self.caught_up(round);
                    return Ok(());
                }
                Some(tried) = self.probes.next(), if !self.probes.is_empty() => note_probe(means, tried).await?,
                () = clock.sleep_until(until) => return Ok(()),
            }
        }
    }

    /// What was left of a round has ended.
    pub(super) fn caught_up(&mut self, round: u32) {
        if let Some(plan) = self.slow.remove(&round) {
            let items: Vec<&Item> = plan.items.iter().collect();
            self.note_stuck(&plan, &items);
        }
    }

    /// Whether an item is being carried out beside this round. What was acknowledged and does not show is not: it is made
    /// again, however long the rest of its plan takes.
    pub(super) fn is_left(&self, named: &ItemRef, life: &Life) -> bool {
        let is_beside = named.run == self.run && self.slow.contains_key(&named.round);
        is_beside
            && match life.state {
                State::Planned
                | State::Blocked(_)
                | State::Intended { .. }
                | State::InDoubt { .. } => true,
                State::Acted { .. } => life.verdict.is_none(),
                State::Confirmed { .. }
                | State::Failed(_)
                | State::Skipped(_)
                | State::Stale(_)
                | State::Denied(_)
                | State::Undone
                | State::UndoFailed(_) => false,
            }
    }

    /// Notes that the rest of a plan goes on beside what follows.
    pub(super) fn goes_on_beside(&mut self, plan: &Arc<Plan>) {
        self.slow.insert(plan.round, Arc::clone(plan));
    }
}

/// Items, each with its provider.
type Items = BTreeSet<(String, ItemRef)>;

/// What of a plan has not ended: an answer that hangs is not to hide a cut that does, nor the other way round.
#[derive(Default)]
struct Left {
    cuts: Items,
    /// The cuts and the questions.
    all: Items,
}

/// Whether a plan is about something at another provider than those that something is left at.
fn is_elsewhere(plan: &Plan, left: &Items) -> bool {
    let slow: BTreeSet<&str> = left.iter().map(|(provider, _)| provider.as_str()).collect();
    let targets = plan.items.iter().filter_map(Item::target);
    let mut all = targets.chain(&plan.subjects).map(|what| what.provider());
    !slow.is_empty() && all.any(|provider| !slow.contains(provider))
}

/// Awaits something while what is left of earlier rounds goes on beside it; tells which of them ended meanwhile.
pub(super) async fn alongside<T>(
    rests: &mut Rests<'_>,
    work: impl Future<Output = T>,
) -> Result<(T, Vec<u32>), Error> {
    futures_util::pin_mut!(work);
    let mut ended = Vec::new();
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Ok((done, ended)),
            Some((round, written)) = rests.next(), if !rests.is_empty() => {
                written?;
                ended.push(round);
            }
        }
    }
}
