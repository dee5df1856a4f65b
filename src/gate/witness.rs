//! What this process itself saw of the authority in the record: what was given here, and whose signatures it looked at.
//!
//! Never takes the record's word for a signature: others write there too, also while a run goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::case::Case;
use crate::domain::mandate::Mandate;
use crate::domain::{Duration, Time};

/// How long a look at a signature lasts: a key that was revoked meanwhile counts no longer than that.
const LASTS: Duration = Duration::from_mins(1);

/// Whether a signature counts: it verifies now, is of whoever it is said to be of, and says what the record says of it.
pub type Stands<'a> = dyn Fn(&Case, &Mandate) -> bool + Sync + 'a;

/// What this process saw.
pub struct Witness<'a> {
    stands: &'a Stands<'a>,
    given: Mutex<BTreeSet<String>>,
    looked_at: Mutex<BTreeMap<String, Time>>,
}

impl<'a> Witness<'a> {
    /// One that has seen nothing yet, and looks at signatures in this way.
    #[must_use]
    pub fn new(stands: &'a Stands<'a>) -> Self {
        Self {
            stands,
            given: Mutex::default(),
            looked_at: Mutex::default(),
        }
    }

    /// Notes what is given in this process: nothing but its own clock, which nobody turns, tells how long ago that was.
    pub fn gave<'m>(&self, mandates: impl IntoIterator<Item = &'m Mandate>) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.extend(mandates.into_iter().map(|mandate| mandate.nonce.clone()));
    }

    /// What of mandates and modes was not given here, would be in force at `now` and is over at `latest`, by nonce.
    #[must_use]
    pub fn over_by(&self, case: &Case, now: Time, latest: Time) -> Vec<String> {
        let mut over = case.over_by(now, latest);
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        over.retain(|nonce| !given.contains(nonce));
        over
    }

    /// Whether all signatures in force were looked at a short while ago.
    #[must_use]
    pub fn has_looked(&self, case: &Case, now: Time) -> bool {
        self.unseen(case, now).is_empty()
    }

    /// Looks at the signatures in force that were not looked at a short while ago; the nonces of those that do not count.
    #[must_use]
    pub fn look(&self, case: &Case, now: Time) -> Vec<String> {
        let unseen = self.unseen(case, now).into_iter();
        let (stand, fall): (Vec<&Mandate>, Vec<&Mandate>) =
            unseen.partition(|mandate| (self.stands)(case, mandate));
        let nonce = |one: &Mandate| one.nonce.clone();
        let mut looked_at = self
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        looked_at.extend(stand.into_iter().map(|one| (nonce(one), now)));
        fall.into_iter().map(nonce).collect()
    }

    fn unseen<'c>(&self, case: &'c Case, now: Time) -> Vec<&'c Mandate> {
        let looked_at = self
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_seen = |nonce: &str| {
            let at = looked_at.get(nonce);
            at.is_some_and(|at| now.duration_since(*at) < LASTS)
        };
        let signed = case.mandates.iter().filter(|one| one.signed.is_some());
        let old = signed.filter(|one| !is_seen(&one.nonce));
        old.filter(|one| case.is_in_force(one, now)).collect()
    }
}
