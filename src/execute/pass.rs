//! Our own authority at the providers: a session for what is performed, taken before the intent, and its end.
//!
//! Never falls back on more than a session permits; what cannot be entered is not sent.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use super::Ground;
use super::attempt::{Next, unreadable};
use crate::domain::event::Event;
use crate::domain::{Call, Item};
use crate::journal;
use crate::plan::least::Remits;
use crate::provider::{Catalogue, Remit};

/// The sessions under which the items of one execution are performed.
pub struct Passes<'a> {
    remits: Remits<'a>,
    /// Whose turn it is to take and to note the sessions of a remit.
    turns: BTreeMap<String, Mutex<()>>,
}

impl<'a> Passes<'a> {
    pub(super) fn of(items: &[&'a Item], catalogue: &Catalogue) -> Self {
        let remits = Remits::of(items.iter().copied(), catalogue);
        let turn = |remit: &Remit| (remit.policy.clone(), Mutex::default());
        Self {
            turns: remits.all().map(turn).collect(),
            remits,
        }
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
