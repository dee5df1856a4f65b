//! The branch that somebody sits on: what would stop them if it were cut, and why.
//!
//! Pure data, answered by a provider as far as it could read; what it could not read is said.

use std::collections::BTreeMap;

use super::{Locator, NotSeen};

/// What somebody stands on.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Branch {
    parts: BTreeMap<Locator, String>,
    /// What may belong to it and could not be read.
    pub not_seen: Vec<NotSeen>,
}

impl Branch {
    /// These alone, each with the reason that is given for it.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a Locator>, why: &str) -> Self {
        let parts = names.into_iter();
        Self {
            parts: parts.map(|name| (name.clone(), why.to_owned())).collect(),
            not_seen: Vec::new(),
        }
    }

    /// Takes a thing in, with the reason why its cut would be felt; answers whether it is news. The first reason stands.
    pub fn add(&mut self, what: Locator, why: impl FnOnce() -> String) -> bool {
        match self.parts.entry(what) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(why());
                true
            }
            std::collections::btree_map::Entry::Occupied(_) => false,
        }
    }

    /// Takes in another's, behind what is known already.
    pub fn join(&mut self, other: Self) {
        for (what, why) in other.parts {
            self.parts.entry(what).or_insert(why);
        }
        self.not_seen.extend(other.not_seen);
    }

    /// Why a thing belongs to it, where it does: by its own name, or by one that a person wrote without account.
    #[must_use]
    pub fn why(&self, what: &Locator) -> Option<&str> {
        let written = || self.parts.get(&what.bare());
        self.parts.get(what).or_else(written).map(String::as_str)
    }

    /// All that belongs to it, in order of their names.
    pub fn parts(&self) -> impl Iterator<Item = (&Locator, &str)> {
        self.parts.iter().map(|(what, why)| (what, why.as_str()))
    }
}
