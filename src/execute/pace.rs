//! How often one item is tried, with which pauses, and for how long: what its step says, else what is safe.
//!
//! Never sends anything, and never makes an attempt safe that is not.

use super::intent::DEADLINE;
use super::lanes::LONGEST_REST;
use crate::domain::{Clock, Duration, Item, RetryOn, Time};

/// How many attempts one item gets in one round where its step does not say.
const ATTEMPTS: u32 = 8;
/// However little of a step's time is left: a call that leaves is given this long to answer.
const LEAST: Duration = Duration::from_millis(100);
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// The attempts at one item in one round.
pub(super) struct Pace<'a> {
    item: &'a Item,
    left: u32,
    backoff: Duration,
    /// No attempt begins at or after this.
    until: Option<Time>,
    /// Until when being throttled counts for nothing.
    patient_until: Option<Time>,
}

impl<'a> Pace<'a> {
    pub(super) fn of(item: &'a Item, now: Time) -> Self {
        let retry = item.manner.retry.as_ref();
        let within = [
            retry.and_then(|retry| retry.within),
            item.manner.timeout.step,
        ];
        let within = within.into_iter().flatten().min();
        Self {
            item,
            left: retry.map_or(ATTEMPTS, |retry| retry.attempts.max(1)),
            backoff: retry
                .and_then(|retry| retry.backoff)
                .unwrap_or(FIRST_BACKOFF),
            until: within.and_then(|within| now.saturating_add(within).ok()),
            patient_until: match retry {
                Some(_) => None,
                None => now.saturating_add(LONGEST_REST).ok(),
            },
        }
    }

    /// Whether another attempt may begin; counts it.
    pub(super) fn goes_on(&mut self, now: Time) -> bool {
        let goes_on = self.left > 0 && self.until.is_none_or(|until| now < until);
        self.left = self.left.saturating_sub(1);
        goes_on
    }

    /// Whoever is too busy did nothing, and says when to come again: where the step does not say how often, that is no attempt.
    pub(super) fn was_turned_away(&mut self, now: Time) {
        if self.patient_until.is_some_and(|until| now < until) {
            self.left += 1;
        }
    }

    /// Whether its step lets it be tried again after this; what the step cannot name, safety decides.
    pub(super) fn allows(&self, after: Option<RetryOn>) -> bool {
        let retry = self.item.manner.retry.as_ref();
        match (retry, after) {
            (Some(retry), Some(after)) => retry.is_after(after),
            (None, Some(RetryOn::Conflict)) => false,
            (None, Some(RetryOn::Throttled | RetryOn::Unavailable)) | (_, None) => true,
        }
    }

    /// Waits before the next attempt; each time twice as long.
    pub(super) async fn rest(&mut self, clock: &Clock) {
        clock.sleep(self.backoff).await;
        let longest = LONGEST_BACKOFF.max(self.backoff);
        self.backoff = (self.backoff * 2).min(longest);
    }

    /// How long one call may take before it is in doubt.
    pub(super) fn deadline(&self, now: Time) -> Duration {
        let attempt = self.item.manner.timeout.attempt.unwrap_or(DEADLINE);
        match self.until {
            Some(until) => attempt.min(until.duration_since(now)).max(LEAST),
            None => attempt,
        }
    }
}
