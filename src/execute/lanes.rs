//! Lanes: how many calls are under way at one provider, adapted to what it bears.
//!
//! Never drops or reorders work; it only makes it wait.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::{Clock, Duration, Time};

const START: usize = 16;
const MOST: usize = 32;
const LEAST: usize = 1;
/// How long a lane rests after being throttled without a hint.
const REST: Duration = Duration::from_millis(500);
/// The longest hint that is believed; an absurd one must not stop containment for hours.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// All lanes, one per provider.
#[derive(Default)]
pub struct Lanes(Mutex<BTreeMap<String, Arc<Lane>>>);

/// One provider's lane.
pub struct Lane {
    free: Semaphore,
    limit: AtomicUsize,
    well: AtomicUsize,
    rests_until: Mutex<Option<Time>>,
}

impl Lanes {
    /// The lane of a provider.
    #[must_use]
    pub fn of(&self, provider: &str) -> Arc<Lane> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            Arc::new(Lane {
                free: Semaphore::new(START),
                limit: AtomicUsize::new(START),
                well: AtomicUsize::new(0),
                rests_until: Mutex::new(None),
            })
        };
        Arc::clone(lanes.entry(provider.to_owned()).or_insert_with(fresh))
    }
}

impl Lane {
    /// Waits for a place, and for the lane's rest to end.
    pub async fn enter(&self, clock: &Clock) -> Option<SemaphorePermit<'_>> {
        let place = self.free.acquire().await.ok();
        loop {
            let rests_until = *self
                .rests_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match rests_until {
                Some(until) if until > clock.now() => clock.sleep_until(until).await,
                Some(_) | None => return place,
            }
        }
    }

    /// Notes that a call went well; now and then that widens the lane.
    pub fn went_well(&self) {
        let well = self.well.fetch_add(1, Ordering::Relaxed) + 1;
        let limit = self.limit.load(Ordering::Relaxed);
        if well.is_multiple_of(limit.max(1)) && limit < MOST {
            self.limit.fetch_add(1, Ordering::Relaxed);
            self.free.add_permits(1);
        }
    }

    /// Notes that the provider wants less: the lane halves and rests, for all calls at once.
    pub fn throttled(&self, clock: &Clock, hint: Option<Time>) {
        let now = clock.now();
        let limit = self.limit.load(Ordering::Relaxed);
        let fewer = (limit / 2).max(LEAST);
        let taken = self.free.forget_permits(limit - fewer);
        self.limit.fetch_sub(taken, Ordering::Relaxed);
        let rest = hint
            .map_or(REST, |until| until.duration_since(now))
            .clamp(REST, LONGEST_REST);
        let until = now.saturating_add(rest).unwrap_or(Time::MAX);
        let mut rests_until = self
            .rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *rests_until = Some(rests_until.map_or(until, |set| set.max(until)));
    }
}
