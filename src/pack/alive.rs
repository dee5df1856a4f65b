//! Which credentials were seen to work: only of those can a refusal mean that they died.
//!
//! A value that was mistyped, or that never was a credential, is refused in the same words. Never written down; that it
//! worked stands in the receipt of its call, from which another process is told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::{Locator, Secret};

/// What was seen of credentials, by target.
#[derive(Default)]
pub(super) struct Alive(Mutex<BTreeMap<Locator, Tried>>);

/// One credential, and whether it was accepted.
struct Tried {
    secret: Secret,
    works: bool,
}

impl Alive {
    /// Whether this very value was accepted; nothing where it was never tried.
    pub(super) fn told(&self, target: &Locator, secret: &Secret) -> Option<bool> {
        let tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = tried.get(target)?;
        (tried.secret.expose() == secret.expose()).then_some(tried.works)
    }

    /// Keeps what came of a try; what was accepted once was a credential, whatever comes later.
    pub(super) fn note(&self, target: &Locator, secret: &Secret, works: bool) {
        let works = works || self.told(target, secret) == Some(true);
        let copy = Secret::new(secret.expose().to_owned());
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.insert(
            target.clone(),
            Tried {
                secret: copy,
                works,
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worked_once_was_a_credential_and_another_value_never_was() {
        let alive = Alive::default();
        let target: Locator = "acme:key/k1@here"
            .parse()
            .unwrap_or_else(|why| unreachable!("{why}"));
        let [one, other] = ["one", "other"].map(|text| Secret::new(text.to_owned()));
        assert_eq!(alive.told(&target, &one), None);
        alive.note(&target, &one, false);
        assert_eq!(alive.told(&target, &one), Some(false));
        alive.note(&target, &one, true);
        alive.note(&target, &one, false);
        assert_eq!(alive.told(&target, &one), Some(true));
        assert_eq!(alive.told(&target, &other), None);
    }
}
