//! Carrying a plan out: intent, call, answer, look, and again where that is safe.
//!
//! Every step is an entry. Never decides authority, never rates proof, never gives anything back by itself.

pub mod intent;
pub mod lanes;

mod pace;

mod attempt;
mod proof;

mod shown;

mod discard;
mod issue;
mod watch;

mod order;

use std::collections::BTreeMap;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{Semaphore, watch as channel};

use crate::domain::event::Event;
use crate::domain::item::{Ended, Need};
use crate::domain::{Cause, Clock, Digest, Item, ItemKey, ItemRef, State, Why, Work};
use crate::gate::{Circumstances, Policy};
use crate::journal::{self, Journal};
use crate::provider::{Catalogue, Observer};
pub use attempt::cut_off;
use lanes::Lanes;
use order::{How, Order};
pub use proof::{is_unsettled, review_of, settle};

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
    /// The key of fingerprints; it never leaves the incident's folder.
    pub key: &'a [u8; 32],
}

impl Ground<'_> {
    async fn write(&self, events: Vec<Event>) -> Result<(), journal::Error> {
        self.journal.append(events).await.map(drop)
    }

    /// Notes that nothing happened, and that it will not be tried again.
    async fn fail(&self, item: &ItemRef, why: Why) -> Result<(), journal::Error> {
        let item = item.clone();
        self.write(vec![Event::Failed { item, why }]).await
    }
}

/// Performs the items of one plan that change anything, all that can at once.
///
/// # Errors
/// The journal could not be written; what was begun stands in it, and nothing further was sent.
pub async fn execute(
    ground: &Ground<'_>,
    run: (u32, u32),
    plan: Digest,
    items: &[Item],
) -> Result<(), journal::Error> {
    let acts = |item: &&Item| item.call().is_some() || matches!(item.work, Work::Watch { .. });
    let acting: Vec<&Item> = items.iter().filter(acts).collect();
    let ends: Ends<'_> = acting
        .iter()
        .map(|item| (&item.key, channel::Sender::new(None)))
        .collect();
    let steps: BTreeMap<&str, Semaphore> = acting
        .iter()
        .filter_map(|item| {
            let at_once = usize::try_from(item.parallel?).ok()?;
            Some((item.key.step.as_str(), Semaphore::new(at_once.max(1))))
        })
        .collect();
    let order = Order::of(&acting, &ends);
    let mut under_way: FuturesUnordered<_> = acting
        .iter()
        .map(|item| async {
            let (run, round) = run;
            let named = ItemRef {
                run,
                round,
                key: item.key.clone(),
            };
            let waited = wait_for(ground, item, &ends).await;
            order.turn(item).await;
            let place = match steps.get(item.key.step.as_str()) {
                Some(step) => step.acquire().await.ok(),
                None => None,
            };
            let waited = match waited {
                Ok(()) => order.start(ground, item, &named),
                Err(need) => Err(Box::new(unmet(named.clone(), need))),
            };
            let ended = match waited {
                Ok(()) => carry_out(ground, (item, &named), plan).await,
                Err(event) => ground.write(vec![*event]).await,
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
    plan: Digest,
) -> Result<(), journal::Error> {
    match &item.work {
        Work::Act(call) => {
            attempt::perform(ground, item, named, call, plan).await?;
            order::released(ground, item, named).await
        }
        Work::Issue { make, deliver } => {
            issue::issue(ground, (item, named), (make, deliver), plan).await
        }
        Work::Watch { of, target } => watch::watch(ground, (item, named), (of, target)).await,
        Work::Read(_) | Work::Nothing { .. } | Work::Manual { .. } => Ok(()),
    }
}

type Ends<'a> = BTreeMap<&'a ItemKey, channel::Sender<Option<How>>>;

async fn wait_for<'a>(
    ground: &Ground<'_>,
    item: &'a Item,
    ends: &Ends<'_>,
) -> Result<(), &'a Need> {
    for need in &item.needs {
        let ok = match ends.get(&need.key) {
            Some(end) => {
                let mut end = end.subscribe();
                end.wait_for(Option::is_some)
                    .await
                    .is_ok_and(|ended| ended.is_some_and(How::counts_as_ok))
            }
            None => ground.journal.with_case(|case| {
                let last = case.lives.iter().rfind(|(named, _)| named.key == need.key);
                last.is_none_or(|(_, life)| {
                    matches!(life.state, State::Confirmed { .. } | State::Skipped(_))
                })
            }),
        };
        let met = match need.ended {
            Ended::Ok => ok,
            Ended::Done => true,
            Ended::Failed => !ok,
        };
        if !met {
            return Err(need);
        }
    }
    Ok(())
}

fn unmet(item: ItemRef, need: &Need) -> Event {
    match need.ended {
        Ended::Ok | Ended::Done => Event::Blocked {
            item,
            cause: Cause::Dependency(format!("{} has not ended well", need.key)),
        },
        Ended::Failed => Event::Skipped {
            item,
            why: format!("{} has ended well", need.key),
        },
    }
}
