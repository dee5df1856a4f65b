//! Clearing one call right before its intent, by the latest time that anything says, and anew where authority went meanwhile.
//!
//! Never lengthens authority: what has ended by any reading of a clock is noted as ended, and does not come back.

use super::Ground;
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::{Digest, Duration, Item, ItemRef, Spec, Time};
use crate::gate::{self, Blocked, Clearance};
use crate::journal;

/// So far may the clocks of those who work on one incident be apart.
const CLOCKS_DIFFER: Duration = Duration::from_mins(5);

impl Ground<'_> {
    /// Whether one attempt at an item may be made now.
    pub(super) async fn clear(
        &self,
        about: (&Item, &ItemRef),
        how: (&Spec, Digest),
    ) -> Result<Result<Clearance, Blocked>, journal::Error> {
        self.sifted(|case, latest| {
            let rules = (self.policy, self.around);
            gate::clear(about, how, (case, self.pledges), rules, latest)
        })
        .await
    }

    /// Judges by what holds: what is over has ended, and every signature was looked at, also of what others wrote meanwhile.
    ///
    /// # Errors
    /// The journal could not be written.
    pub(crate) async fn sifted<T>(
        &self,
        judge: impl Fn(&Case, Time) -> T,
    ) -> Result<T, journal::Error> {
        loop {
            self.sift().await?;
            let latest = self.clock.latest();
            let judged = self.journal.with_case(|case| {
                let is_known = self.witness.has_looked(case, latest);
                is_known.then(|| judge(case, latest))
            });
            if let Some(judged) = judged {
                return Ok(judged);
            }
        }
    }

    /// Ends the authority that is over by any reading of a clock, and what somebody signed whose signature does not count.
    ///
    /// # Errors
    /// The journal could not be written.
    pub(crate) async fn sift(&self) -> Result<(), journal::Error> {
        // Invariant I7: a clock that was turned forwards ends authority, and turning it back again revives none of it.
        let (now, latest) = (self.clock.now(), self.clock.latest());
        let over = |case: &Case| case.over_by(now, latest);
        self.end(self.journal.with_case(over)).await?;
        self.end_by_providers(now).await?;
        // What is shared is copied by whoever appends meanwhile, so it is shared only where there is something to look at.
        let is_known = |case: &Case| self.witness.has_looked(case, latest);
        if self.journal.with_case(is_known) {
            return Ok(());
        }
        let fallen = self.witness.look(&self.journal.snapshot(), latest);
        self.end(fallen).await
    }

    /// Ends what was not given here and is over by a provider's clock: ours may have been set back while nothing ran.
    async fn end_by_providers(&self, now: Time) -> Result<(), journal::Error> {
        let ahead = self.observer.agreed_ahead();
        let there = now.saturating_add(ahead).unwrap_or(Time::MAX);
        let over = |case: &Case| self.witness.over_by(case, now, there);
        let over = self.journal.with_case(over);
        if over.is_empty() {
            return Ok(());
        }
        let text = format!(
            "the clocks of the providers are {} ahead of the one here: what it says is over of authority that was given before has ended, and is given anew",
            crate::domain::clock::spell(ahead)
        );
        self.end_saying(text, over).await
    }

    async fn end_saying(&self, text: String, nonces: Vec<String>) -> Result<(), journal::Error> {
        self.write(vec![Event::Noted { text }]).await?;
        self.end(nonces).await
    }

    async fn end(&self, nonces: Vec<String>) -> Result<(), journal::Error> {
        if nonces.is_empty() {
            return Ok(());
        }
        let ended = nonces.into_iter().map(|nonce| Event::Ended { nonce });
        self.write(ended.collect()).await
    }
}

/// Ends all authority that was given before, where the wall's clock lies behind the record: somebody turned it back, and how
/// long ago anything was given cannot be told.
///
/// # Errors
/// The journal could not be written.
pub async fn note_turned_back(ground: &Ground<'_>) -> Result<(), journal::Error> {
    let (latest, given) = ground.journal.with_case(|case| {
        let at = case.latest.unwrap_or_default();
        (at, case.in_force(at))
    });
    let behind = ground.clock.behind(latest);
    if behind <= CLOCKS_DIFFER || given.is_empty() {
        return Ok(());
    }
    let text = format!(
        "the clock here lies {} behind this record: authority that was given before has ended, and is given anew",
        crate::domain::clock::spell(behind)
    );
    ground.end_saying(text, given).await
}

/// Whether what was to be begun is to be cleared anew: its authority has ended since it was cleared.
pub(super) fn has_lapsed<T>(written: &Result<T, journal::Error>) -> bool {
    matches!(written, Err(journal::Error::Lapsed { .. }))
}
