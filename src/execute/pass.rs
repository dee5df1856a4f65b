//! Our own authority at the providers: a session for what is performed, taken before the intent, and its end.
//!
//! Never falls back on more than a session permits; what cannot be entered is not sent.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use super::Ground;
use super::attempt::{Next, unreadable};
use super::gather::{Gatherings, Way};
use crate::domain::event::Event;
use crate::domain::{Call, Item};
use crate::journal;
use crate::plan::least::Remits;
use crate::provider::{Catalogue, Remit};

/// The sessions under which the items of one execution are performed.
pub struct Passes<'a> {
    remits: Remits<'a>,
    /// What is sent together.
    gatherings: Gatherings,
    /// Whose turn it is to take and to note the sessions of a remit.
    turns: BTreeMap<String, Mutex<()>>,
}

impl<'a> Passes<'a> {
    pub(super) fn of(items: &[&'a Item], catalogue: &Catalogue) -> Self {
        let remits = Remits::of(items.iter().copied(), catalogue);
        let turn = |remit: &Remit| (remit.policy.clone(), Mutex::default());
        Self {
            turns: remits.all().map(turn).collect(),
            gatherings: Gatherings::of(items, catalogue, &remits),
            remits,
        }
    }

    /// The way of an item to those that are sent with it; none where it is sent by itself.
    pub(super) fn way(&self, item: &Item, call: &Call) -> Option<Way> {
        self.gatherings.way(item, call, &self.remits)
    }

    /// The same, for one that begins at once.
    pub(super) fn begins(&self, item: &Item) -> Option<Way> {
        self.gatherings.begins(item, &self.remits)
    }

    /// The remit that a call is made under; none where we act with what we hold.
    #[must_use]
    pub fn under(&self, call: &Call) -> Option<&Remit> {
        self.remits.under(call)
    }

    /// Sees to it that we hold the sessions of these calls. Those that are new are in the journal before anything is
    /// sent under them, with those that ended meanwhile.
    ///
    /// # Errors
    /// The journal could not be written; nothing may be sent.
    pub(super) async fn enter(
        &self,
        ground: &Ground<'_>,
        calls: impl IntoIterator<Item = &Call>,
    ) -> Result<Option<Next>, journal::Error> {
        for call in calls {
            let provider = ground.catalogue.provider(call.target.provider());
            let (Some(provider), Some(remit)) = (provider, self.under(call)) else {
                continue;
            };
            let _turn = match self.turns.get(&remit.policy) {
                Some(turn) => Some(turn.lock().await),
                None => None,
            };
            let passes = match provider.enter(remit, &ground.around.incident).await {
                Ok(passes) => passes,
                Err(why) => {
                    let text = format!("no session to act under could be taken: {why}");
                    return Ok(Some(unreadable(&why, text)));
                }
            };
            if !passes.is_empty() {
                let now = ground.clock.now();
                let mut events = ground.journal.with_case(|case| case.ended_passes(now));
                events.extend(passes.into_iter().map(|pass| Event::Assumed { pass }));
                ground.write(events).await?;
            }
        }
        Ok(None)
    }
}

/// Ends the sessions of ours that can be ended before their time, and notes those that ended.
///
/// # Errors
/// The journal could not be written.
pub async fn leave(ground: &Ground<'_>) -> Result<(), journal::Error> {
    let mut ended = Vec::new();
    for provider in ground.catalogue.providers() {
        ended.extend(provider.leave().await);
    }
    // What only read was never noted.
    let noted = ground
        .journal
        .with_case(|case| case.passes_that_live(&ended));
    if noted.is_empty() {
        return Ok(());
    }
    let lapsed = noted.into_iter().map(|session| Event::Lapsed { session });
    ground.write(lapsed.collect()).await
}

/// Notes which of our sessions have ended by their time.
///
/// # Errors
/// The journal could not be written.
pub async fn note_ended(ground: &Ground<'_>) -> Result<(), journal::Error> {
    let now = ground.clock.now();
    let ended = ground.journal.with_case(|case| case.ended_passes(now));
    if ended.is_empty() {
        return Ok(());
    }
    ground.write(ended).await
}
