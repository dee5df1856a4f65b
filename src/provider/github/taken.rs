//! What is known of credentials that this server took once, as this process saw, its log tells, or the journal says.
//!
//! Never forgets: that it does not know one now means something only where it took that one before.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::domain::{Fields, Locator};

/// What was told of one while it was taken.
#[derive(Clone, Default)]
pub(super) struct Of {
    /// The login of its user.
    pub(super) owner: Option<String>,
    /// Its scopes, where tokens of its form have some.
    pub(super) scopes: Option<String>,
}

impl Of {
    /// Reads the fields of a token that was looked at.
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            owner: text("owner"),
            scopes: text("scopes"),
        }
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Taken(Mutex<BTreeMap<Locator, Of>>);

impl Taken {
    fn open(&self) -> MutexGuard<'_, BTreeMap<Locator, Of>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps that one was taken; what is told anew counts.
    pub(super) fn note(&self, target: &Locator, told: Of) {
        let mut taken = self.open();
        let known = taken.entry(target.clone()).or_default();
        known.owner = told.owner.or(known.owner.take());
        known.scopes = told.scopes.or(known.scopes.take());
    }

    /// What was told of one, where it ever was taken.
    pub(super) fn of(&self, target: &Locator) -> Option<Of> {
        self.open().get(target).cloned()
    }
}
