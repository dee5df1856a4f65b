//! Carrying a plan out: intent, call, answer, look, and again where that is safe.
//!
//! Every step is an entry. Never decides authority, never rates proof, never gives anything back by itself.

pub mod intent;
pub mod lanes;

mod attempt;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{Semaphore, watch};

use crate::domain::event::Event;
use crate::domain::{Cause, Clock, Digest, Item, ItemKey, ItemRef, Phase, State, Work};
use crate::gate::{Circumstances, Policy};
use crate::journal::{self, Journal};
use crate::plan::needs;
use crate::provider::{Catalogue, Observer};
pub use attempt::cut_off;
use lanes::Lanes;
pub use proof::{review_of, settle};

/// What executing needs.
pub struct Ground<'a> {
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// The read handles.
    pub observer: &'a Observer,
    /// The record.
    pub journal: &'a Journal,
    /// The rules.
    pub policy: &'a Policy,
    /// The circumstances that policies ask about.
    pub around: &'a Circumstances,
    /// The lanes, shared by all rounds.
    pub lanes: &'a Lanes,
    /// The time.
    pub clock: &'a Clock,
}

impl Ground<'_> {
    pub(crate) async fn write(&self, events: Vec<Event>) -> Result<(), journal::Error> {
        self.journal.append(events).await.map(drop)
    }
}

/// What the loop knows about the items of a plan, and executing does not.
pub trait Turns: Sync {
    /// The steps that a later round will plan: what needs them waits.
    fn unplanned(&self) -> &BTreeSet<String>;
    /// Whether an item whose needs have ended may start now.
    fn turn(&self, item: &Item, named: &ItemRef) -> Turn;
    /// Whether it is noted why an item does not start; otherwise it is left for a later turn as it is.
    fn notes(&self, item: &Item) -> bool;
    /// Carries out an item that calls no action: asks, decides, or hands it to people.
    fn answer<'a>(&'a self, item: &'a Item, named: &'a ItemRef) -> BoxFuture<'a, Written>;
}

/// Whether what was to be noted is durable.
pub type Written = Result<(), journal::Error>;

/// Whether an item may start.
#[derive(Clone, PartialEq, Debug)]
pub enum Turn {
    /// Now.
    Now,
    /// Not yet, or not as long as this holds.
    Later(Cause),
    /// Not at all: it is not needed.
    Skip(String),
}

/// Carries out items of one plan, all that can at once; each starts when what it needs has ended.
///
/// # Errors
/// The journal could not be written; what was begun stands in it, and nothing further was sent.
pub async fn execute(
    ground: &Ground<'_>,
    run: (u32, u32),
    plan: Digest,
    items: &[&Item],
    turns: &dyn Turns,
) -> Written {
    let ends = Ends::of(items);
    let steps: BTreeMap<&str, Semaphore> = items
        .iter()
        .filter_map(|item| {
            let at_once = usize::try_from(item.parallel?).ok()?;
            Some((item.key.step.as_str(), Semaphore::new(at_once.max(1))))
        })
        .collect();
    let mut under_way: FuturesUnordered<_> = items
        .iter()
        .copied()
        .map(|item| async {
            let (run, round) = run;
            let named = ItemRef {
                run,
                round,
                key: item.key.clone(),
            };
            ends.wait_for(ground.catalogue, item).await;
            let place = match steps.get(item.key.step.as_str()) {
                Some(step) => step.acquire().await.ok(),
                None => None,
            };
            let ended = match turn(ground, item, &named, turns) {
                Turn::Now => carry_out(ground, item, &named, plan, turns).await,
                Turn::Skip(why) => skip(ground, named, why).await,
                Turn::Later(cause) if turns.notes(item) => block(ground, named, cause).await,
                Turn::Later(_) => Ok(()),
            };
            drop(place);
            ends.note(&item.key);
            ended
        })
        .collect();
    let mut first_error = None;
    while let Some(ended) = under_way.next().await {
        if let Err(error) = ended {
            first_error.get_or_insert(error);
        }
    }
    first_error.map_or(Ok(()), Err)
}

async fn carry_out(
    ground: &Ground<'_>,
    item: &Item,
    named: &ItemRef,
    plan: Digest,
    turns: &dyn Turns,
) -> Written {
    match &item.work {
        Work::Act(_) | Work::Issue { .. } | Work::Watch { .. } => {
            attempt::perform(ground, item, named, plan).await
        }
        Work::Read(_) | Work::Check(_) | Work::Gate(_) | Work::Manual(_) => {
            turns.answer(item, named).await
        }
        Work::Nothing { .. } => Ok(()),
    }
}

fn turn(ground: &Ground<'_>, item: &Item, named: &ItemRef, turns: &dyn Turns) -> Turn {
    let met = ground
        .journal
        .with_case(|case| needs::met(case, named.run, &item.needs, turns.unplanned()));
    match met {
        needs::Met::Yes => turns.turn(item, named),
        needs::Met::No(why) => Turn::Later(Cause::Dependency(why)),
        needs::Met::NotNeeded(why) => Turn::Skip(why),
    }
}

/// Notes why an item does not start, where that is news.
pub(crate) async fn block(ground: &Ground<'_>, item: ItemRef, cause: Cause) -> Written {
    let is_news = ground.journal.with_case(|case| {
        let state = case.lives.get(&item).map(|life| &life.state);
        state.is_some_and(|state| is_fresh(state) && *state != State::Blocked(cause.clone()))
    });
    if is_news {
        ground.write(vec![Event::Blocked { item, cause }]).await
    } else {
        Ok(())
    }
}

async fn skip(ground: &Ground<'_>, item: ItemRef, why: String) -> Written {
    let fresh = ground.journal.with_case(|case| {
        case.lives
            .get(&item)
            .is_some_and(|life| is_fresh(&life.state))
    });
    if fresh {
        ground.write(vec![Event::Skipped { item, why }]).await
    } else {
        Ok(())
    }
}

fn is_fresh(state: &State) -> bool {
    matches!(state, State::Planned | State::Blocked(_))
}

/// Which items that are under way together have come to an end of their turn.
struct Ends<'a> {
    all: BTreeMap<&'a ItemKey, watch::Sender<bool>>,
    steps: BTreeMap<(Phase, &'a str), Vec<&'a ItemKey>>,
}

impl<'a> Ends<'a> {
    fn of(items: &[&'a Item]) -> Self {
        let mut ends = Self {
            all: BTreeMap::new(),
            steps: BTreeMap::new(),
        };
        for item in items {
            ends.all.insert(&item.key, watch::Sender::new(false));
            let step = (item.key.phase, item.key.step.as_str());
            ends.steps.entry(step).or_default().push(&item.key);
        }
        ends
    }

    /// Waits until the turn of all that an item needs is over; what issues or gives back also waits for earlier phases.
    async fn wait_for(&self, catalogue: &Catalogue, item: &Item) {
        let waits = needs::waits_for_phases(item, catalogue);
        for ((phase, step), keys) in &self.steps {
            let named = item
                .needs
                .iter()
                .filter(|need| need.key.phase == *phase && need.key.step == *step);
            let named: Vec<_> = named.collect();
            let is_earlier = waits && *phase < item.key.phase;
            if named.is_empty() && !is_earlier {
                continue;
            }
            for key in keys.iter().filter(|key| ***key != item.key) {
                let is_needed = named.iter().any(|need| key.is_of(&need.key));
                if (is_needed || is_earlier)
                    && let Some(end) = self.all.get(*key)
                {
                    // The sender lives as long as this: an error cannot come.
                    drop(end.subscribe().wait_for(|ended| *ended).await);
                }
            }
        }
    }

    fn note(&self, key: &ItemKey) {
        if let Some(end) = self.all.get(key) {
            end.send_replace(true);
        }
    }
}
