//! Carrying a plan out: intent, call, answer, look, and again where that is safe.
//!
//! Every step is an entry. Never decides authority, never rates proof, never gives anything back by itself.

pub mod intent;
pub mod lanes;

mod pace;

mod answer;
mod attempt;
mod branch;
mod clear;
mod pass;
mod preserve;
mod proof;
mod receipt;

mod shown;

mod discard;
mod gather;
mod issue;
mod watch;

mod order;
mod wave;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{Semaphore, watch as channel};

use crate::domain::event::Event;
use crate::domain::{Cause, Clock, Digest, Item, ItemKey, ItemRef, Phase, State, Why, Work};
use crate::evidence::Keeper;
use crate::gate::{self, Circumstances, Policy};
use crate::journal::{self, Journal};
use crate::plan::branch::Branches;
use crate::plan::needs;
use crate::provider::{Catalogue, Observer};
pub use clear::note_turned_back;
use lanes::Lanes;
use order::{How, Order};
pub use pass::{Passes, leave, note_ended};
pub use proof::{is_unsettled, review_of, settle};
pub use receipt::cut_off;

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
    /// What is not cut unasked.
    pub branches: &'a Branches,
    /// What is cleared and not in the record yet.
    pub pledges: &'a gate::Pledges,
    /// What was seen of the authority in the record.
    pub witness: &'a gate::Witness<'a>,
    /// The lanes, shared by all rounds.
    pub lanes: &'a Lanes,
    /// The time.
    pub clock: &'a Clock,
    /// The key of fingerprints; it never leaves the incident's folder.
    pub key: &'a [u8; 32],
    /// Keeps what was read.
    pub evidence: &'a Keeper<'a>,
}

impl Ground<'_> {
    pub(crate) async fn write(&self, events: Vec<Event>) -> Result<(), journal::Error> {
        self.journal.append(events).await.map(drop)
    }

    /// Notes that nothing happened, and that it will not be tried again.
    async fn fail(&self, item: &ItemRef, why: Why) -> Result<(), journal::Error> {
        let item = item.clone();
        self.write(vec![Event::Failed { item, why }]).await
    }
}

/// What the loop knows about the items of a plan, and executing does not.
pub trait Turns: Sync {
    /// The steps that a later round will plan: what needs them waits.
    fn unplanned(&self) -> &BTreeSet<String>;
    /// Whether an item whose needs have ended may start now.
    fn turn(&self, item: &Item, named: &ItemRef) -> Turn;
    /// Whether what the record says of a check stands: isolate and inventory have converged.
    fn settled(&self) -> bool;
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

impl Turn {
    fn and_then(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Now => next(),
            Self::Later(_) | Self::Skip(_) => self,
        }
    }
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
    let ends: Ends<'_> = items
        .iter()
        .map(|item| (&item.key, channel::Sender::new(None)))
        .collect();
    let (of_steps, order) = (by_step(items), Order::of(items, &ends, ground.catalogue));
    let passes = Passes::of(items, ground.catalogue);
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
        .map(|item| (item, passes.begins(item)))
        .map(|(item, way)| async {
            let way = way;
            let (run, round) = run;
            let named = ItemRef {
                run,
                round,
                key: item.key.clone(),
            };
            wait_for(ground.catalogue, item, (&of_steps, &ends)).await;
            order.turn(item).await;
            let place = match steps.get(item.key.step.as_str()) {
                Some(step) => step.acquire().await.ok(),
                None => None,
            };
            let turn = match order.passes(ground, item, &named).await {
                Turn::Now => turn(ground, item, &named, turns),
                stopped @ (Turn::Later(_) | Turn::Skip(_)) => stopped,
            };
            let ended = match turn.and_then(|| order.start(ground, item, &named)) {
                Turn::Now => carry_out(ground, (item, &named), (plan, &passes, way), turns).await,
                Turn::Skip(why) => skip(ground, named.clone(), why).await,
                Turn::Later(cause) if turns.notes(item) => {
                    block(ground, named.clone(), cause).await
                }
                Turn::Later(_) => Ok(()),
            };
            drop(place);
            if let Some(end) = ends.get(&item.key) {
                end.send_replace(Some(How::of(ground, item, &named)));
            }
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
    (item, named): (&Item, &ItemRef),
    (plan, passes, way): (Digest, &Passes<'_>, Option<gather::Way>),
    turns: &dyn Turns,
) -> Written {
    let under = (plan, passes);
    match &item.work {
        Work::Act(call) => {
            attempt::perform(ground, (item, named), (call, way), under).await?;
            order::released(ground, item, named).await
        }
        Work::Issue { make, deliver } => {
            issue::issue(ground, (item, named), (make, deliver), under).await
        }
        Work::Watch { of, target } => watch::watch(ground, (item, named), (of, target)).await,
        Work::Read(_) | Work::Check(_) | Work::Gate(_) | Work::Manual(_) => {
            turns.answer(item, named).await
        }
        Work::Nothing { .. } => Ok(()),
    }
}

fn turn(ground: &Ground<'_>, item: &Item, named: &ItemRef, turns: &dyn Turns) -> Turn {
    // What gives back what its own step did asks only how that step ended.
    if item.manner.undoes.is_some() {
        return Turn::Now;
    }
    let met = ground.journal.with_case(|case| {
        needs::met(
            case,
            named,
            &item.needs,
            (turns.unplanned(), turns.settled()),
        )
    });
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
        let life = case.lives.get(&item);
        life.is_some_and(|life| is_fresh(&life.state))
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

/// How each item that is under way with others ended its turn; nothing while it has not.
type Ends<'a> = BTreeMap<&'a ItemKey, channel::Sender<Option<How>>>;

type BySteps<'a> = BTreeMap<(Phase, &'a str), Vec<&'a ItemKey>>;

fn by_step<'a>(items: &[&'a Item]) -> BySteps<'a> {
    let mut steps = BySteps::new();
    for item in items {
        let step = (item.key.phase, item.key.step.as_str());
        steps.entry(step).or_default().push(&item.key);
    }
    steps
}

/// Waits until the turn of all that an item needs is over; what issues or gives back also waits for earlier phases.
async fn wait_for(catalogue: &Catalogue, item: &Item, (steps, ends): (&BySteps<'_>, &Ends<'_>)) {
    let waits = item.manner.undoes.is_none() && needs::waits_for_phases(item, catalogue);
    for ((phase, step), keys) in steps {
        let of_step = |key: &ItemKey| key.phase == *phase && key.step == *step;
        let named: Vec<_> = item
            .needs
            .iter()
            .filter(|need| of_step(&need.key))
            .collect();
        let is_earlier = waits && *phase < item.key.phase;
        if named.is_empty() && !is_earlier {
            continue;
        }
        for key in keys.iter().filter(|key| ***key != item.key) {
            let is_needed = named
                .iter()
                .any(|need| needs::means(&item.key, &need.key, key));
            if (is_needed || is_earlier)
                && let Some(end) = ends.get(*key)
            {
                // The sender lives as long as this: an error cannot come.
                drop(end.subscribe().wait_for(Option::is_some).await);
            }
        }
    }
}
