//! Calls of one action that a provider takes together: gathered until all that are on their way have come, then sent as one.
//!
//! Never waits for what has not begun: what needs something else first, or has to be asked for, joins a later call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::intent::Cleared;
use crate::domain::{ActionId, Call, Item, ItemKey, Outcome, Work};
use crate::journal;
use crate::plan::least::Remits;
use crate::plan::needs::waits_for_phases;
use crate::provider::Catalogue;

/// What calls have to share to be sent together: the action, the account, and the session that they are made under.
type Key = (ActionId, Option<String>, Option<String>);

/// The calls of one execution that may be sent together.
#[derive(Default)]
pub(super) struct Gatherings {
    all: BTreeMap<Key, Arc<Gathering>>,
    /// The place of each item in the plan, which puts the most powerful first.
    places: BTreeMap<ItemKey, usize>,
    /// The actions whose items the barrier between phases holds back.
    ordered: BTreeSet<ActionId>,
}

/// Calls that are sent together.
struct Gathering {
    size: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// How many are on their way.
    coming: usize,
    waiting: Vec<Waiting>,
}

struct Waiting {
    place: usize,
    cleared: Cleared,
    tell: oneshot::Sender<Sent>,
}

/// What came of the one call: no outcome where nobody could tell, and nothing at all where it was not sent.
type Sent = Result<Option<Vec<Outcome>>, journal::Error>;

/// One item's way to the others; whoever lets go of it has left.
pub(super) struct Way {
    gathering: Arc<Gathering>,
    place: usize,
}

fn key(call: &Call, remits: &Remits<'_>) -> Key {
    let account = call.target.account().map(str::to_owned);
    let remit = remits.under(call).map(|remit| remit.policy.clone());
    (call.action.clone(), account, remit)
}

impl Gatherings {
    pub(super) fn of(items: &[&Item], catalogue: &Catalogue, remits: &Remits<'_>) -> Self {
        let mut gatherings = Self::default();
        for (place, item) in items.iter().enumerate() {
            let Work::Act(call) = &item.work else {
                continue;
            };
            let size = catalogue.action(&call.action).map_or(1, |spec| spec.batch);
            let size = usize::try_from(size).unwrap_or(1);
            if size < 2 {
                continue;
            }
            if waits_for_phases(item, catalogue) {
                gatherings.ordered.insert(call.action.clone());
            }
            gatherings.places.insert(item.key.clone(), place);
            gatherings.all.entry(key(call, remits)).or_insert_with(|| {
                Arc::new(Gathering {
                    size,
                    state: Mutex::default(),
                    changed: Notify::new(),
                })
            });
        }
        gatherings
    }

    /// The way of an item; none where its provider takes each call by itself.
    pub(super) fn way(&self, item: &Item, call: &Call, remits: &Remits<'_>) -> Option<Way> {
        let place = *self.places.get(&item.key)?;
        let gathering = Arc::clone(self.all.get(&key(call, remits))?);
        gathering.state().coming += 1;
        Some(Way { gathering, place })
    }

    /// The way of an item that begins at once: nothing that it needs can keep the others waiting.
    pub(super) fn begins(&self, item: &Item, remits: &Remits<'_>) -> Option<Way> {
        let Work::Act(call) = &item.work else {
            return None;
        };
        let manner = &item.manner;
        let is_free = item.needs.is_empty()
            && item.parallel.is_none()
            && item.marks.is_empty()
            && manner.wave == 0
            && manner.undoes.is_none()
            && !self.ordered.contains(&call.action);
        is_free.then(|| self.way(item, call, remits)).flatten()
    }
}

impl Gathering {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something is sent now: nobody else is on the way, or as many have come as one call takes.
    fn is_ready(&self, state: &State) -> bool {
        state.waiting.len() >= self.size || state.coming == 0
    }

    /// What is sent now: all that have come, or as many as one call takes.
    fn take(&self) -> Vec<Waiting> {
        let mut state = self.state();
        if !self.is_ready(&state) {
            return Vec::new();
        }
        state.waiting.sort_by_key(|waiting| waiting.place);
        let size = self.size.min(state.waiting.len());
        state.waiting.drain(..size).collect()
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let is_ready = {
            let mut state = self.gathering.state();
            state.coming -= 1;
            self.gathering.is_ready(&state)
        };
        // Whoever waits is woken for nothing else: each waking all the others takes too long where they are many.
        if is_ready {
            self.gathering.changed.notify_waiters();
        }
    }
}

impl Way {
    /// Joins the others, and sends for all of them where it is the one to see that nobody else comes: `send` answers one
    /// outcome each, none for what it did not send. Answers what came of the one call: no outcome where whoever sent it could
    /// not tell, and nothing at all where it was not sent.
    ///
    /// # Errors
    /// The journal could not be written.
    pub(super) async fn send<F>(self, cleared: Cleared, send: F) -> Sent
    where
        F: AsyncFn(Vec<Cleared>) -> Result<Vec<Option<Outcome>>, journal::Error>,
    {
        let gathering = Arc::clone(&self.gathering);
        let (tell, mut told) = oneshot::channel();
        gathering.state().waiting.push(Waiting {
            place: self.place,
            cleared,
            tell,
        });
        drop(self);
        loop {
            let changed = gathering.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match told.try_recv() {
                Ok(sent) => return sent,
                Err(oneshot::error::TryRecvError::Closed) => return Ok(Some(Vec::new())),
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let some = gathering.take();
            if some.is_empty() {
                tokio::select! {
                    sent = &mut told => return sent.unwrap_or_else(|_| Ok(Some(Vec::new()))),
                    () = changed => {}
                }
                continue;
            }
            let (cleared, tells): (Vec<_>, Vec<_>) =
                some.into_iter().map(|one| (one.cleared, one.tell)).unzip();
            let mut sent = send(cleared).await.map(Vec::into_iter);
            for tell in tells {
                let own = match &mut sent {
                    Ok(outcomes) => Ok(outcomes.next().flatten().map(|outcome| vec![outcome])),
                    Err(error) => Err(error.clone()),
                };
                // Whoever no longer waits needs no answer.
                drop(tell.send(own));
            }
        }
    }
}
