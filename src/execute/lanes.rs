//! Lanes: how many calls are under way at one provider, adapted to what it bears.
//!
//! Never drops or reorders work; it only makes it wait.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::{Clock, Duration, Time};

const START: usize = 16;
const MOST: usize = 32;
const LEAST: usize = 1;
/// How long a lane rests after being throttled without a hint; twice as long each time that nothing went well in between.
const REST: Duration = Duration::from_millis(500);
/// The longest such rest.
const UNHINTED: Duration = Duration::from_secs(30);
/// The longest rest that is waited for: what was confirmed is worth no more than twice that.
pub(super) const LONGEST_REST: Duration = Duration::from_mins(15);
/// The longest hint that is believed: vendors count by the minute, the hour or the day.
const LONGEST_HINT: Duration = Duration::from_hours(24);
/// How long a lane rests after a hint that is not believed; an absurd one must not stop containment.
const ABSURD: Duration = Duration::from_secs(60);

/// All lanes, one per provider.
#[derive(Default)]
pub struct Lanes(Mutex<BTreeMap<String, Arc<Lane>>>);

/// One provider's lane.
pub struct Lane {
    free: Semaphore,
    limit: AtomicUsize,
    well: AtomicUsize,
    /// How often it was throttled since a call last went well.
    in_vain: AtomicU32,
    rests_until: Mutex<Option<Time>>,
    /// Until when the provider lets nobody in, where that is too long to wait for.
    shut_until: Mutex<Option<Time>>,
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
                in_vain: AtomicU32::new(0),
                rests_until: Mutex::new(None),
                shut_until: Mutex::new(None),
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

    /// Until when the provider lets nobody in: longer than is waited for here.
    #[must_use]
    pub fn shut_until(&self, now: Time) -> Option<Time> {
        let shut_until = *self
            .shut_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        shut_until.filter(|until| *until > now)
    }

    /// Notes that a call went well; now and then that widens the lane.
    pub fn went_well(&self) {
        self.in_vain.store(0, Ordering::Relaxed);
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
        let mut rests_until = self
            .rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Calls that left together are turned away together, which is once.
        let in_vain = match rests_until.is_some_and(|until| until > now) {
            true => self.in_vain.load(Ordering::Relaxed),
            false => self.in_vain.fetch_add(1, Ordering::Relaxed),
        };
        let unhinted = UNHINTED.min(REST * 2_i32.pow(in_vain.min(6)));
        let rest = hint.map_or(unhinted, |until| until.duration_since(now));
        if rest > LONGEST_REST && rest <= LONGEST_HINT {
            *self
                .shut_until
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = hint;
            return;
        }
        let rest = match rest > LONGEST_HINT {
            true => ABSURD,
            false => rest.max(REST),
        };
        let until = now.saturating_add(rest).unwrap_or(Time::MAX);
        *rests_until = Some(rests_until.map_or(until, |set| set.max(until)));
    }
}
