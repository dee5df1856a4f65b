//! The estate: who owns what, who uses it, and what breaks with it, as `estate.yaml` says.
//!
//! Owns the file's form and its index. What it leads to is data for plans; it never reads a provider, and never decides.

pub mod model;

mod grammar;

mod read;

mod json_schema;

mod lead;

pub use lead::BY;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::stake::{Dependant, Owner, Stake};
use crate::domain::{Digest, KindId, Locator, nearest};
use crate::yaml::{Problem, Refused};

pub use json_schema::schema;
pub use model::{Credential, Identity, Use};
pub use read::{MAX_BYTES, PREFIX};

/// What others know that the file is held against.
pub struct Known<'a> {
    /// Whether a kind is a credential; nothing where no provider knows the kind.
    pub kind: &'a dyn Fn(&KindId) -> Option<bool>,
    /// Whether the id of a name is a secret itself.
    pub is_secret: &'a dyn Fn(&Locator) -> bool,
    /// Who is configured; nobody where an operator is alone.
    pub people: Option<&'a Directory>,
}

/// How people and teams are reached, as `contain.yaml` says.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The people, by name.
    pub people: BTreeMap<String, Option<String>>,
    /// The teams that people are of, by name.
    pub teams: BTreeMap<String, Option<String>>,
}

/// An estate that was read.
#[derive(Clone, Debug)]
pub struct Estate {
    /// In the order of their names; the index speaks of them by their place here.
    identities: Vec<Identity>,
    by_name: BTreeMap<String, usize>,
    /// Who holds a thing, as a credential or as what it is.
    holders: BTreeMap<Locator, Vec<usize>>,
    /// Who uses a thing without holding it: it is shared with them, or they work with it.
    users: BTreeMap<Locator, Vec<usize>>,
    /// The credentials that lie in a place.
    stored: BTreeMap<Locator, Vec<Locator>>,
    /// Who depends on each identity; nothing where nobody said.
    dependants: Vec<Option<Vec<Dependant>>>,
    digest: Digest,
    notes: Vec<Problem>,
}

impl Estate {
    /// Reads the file; `file` is what messages call it.
    ///
    /// # Errors
    /// Gives everything that is wrong with it.
    pub fn read(file: &str, text: &str, known: &Known<'_>) -> Result<Self, Refused> {
        let mut draft = read::read(text, known);
        read::between(&mut draft);
        if !draft.problems.is_empty() {
            return Err(Refused::new(file, text, draft.problems));
        }
        let mut identities = draft.identities;
        identities.sort_by(|one, two| one.name.cmp(&two.name));
        let mut estate = Self {
            dependants: vec![None; identities.len()],
            identities,
            digest: Digest::of(text.as_bytes()),
            notes: draft.notes,
            by_name: BTreeMap::new(),
            holders: BTreeMap::new(),
            users: BTreeMap::new(),
            stored: BTreeMap::new(),
        };
        estate.index();
        Ok(estate)
    }

    fn index(&mut self) {
        let names = self.identities.iter().enumerate();
        self.by_name = names.map(|(at, one)| (one.name.clone(), at)).collect();
        let place = |name: &String| self.by_name.get(name).copied();
        // Identities that depend on another, beside those that the other names itself.
        let mut on: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (at, identity) in self.identities.iter().enumerate() {
            for held in identity.holds() {
                self.holders.entry(held.clone()).or_default().push(at);
                for other in identity.shared_with.iter().filter_map(place) {
                    self.users.entry(held.clone()).or_default().push(other);
                    on.entry(at).or_default().insert(other);
                }
            }
            for credential in &identity.credentials {
                for other in credential.shared_with.iter().filter_map(place) {
                    let users = self.users.entry(credential.what.clone()).or_default();
                    users.push(other);
                    on.entry(at).or_default().insert(other);
                }
                for stored in &credential.stored_in {
                    let lie = self.stored.entry(stored.clone()).or_default();
                    lie.push(credential.what.clone());
                }
            }
            for used in &identity.uses {
                match used {
                    Use::Thing(thing) => self.users.entry(thing.clone()).or_default().push(at),
                    Use::Identity(name) => {
                        let used = place(name).map(|used| on.entry(used).or_default());
                        used.map(|users| users.insert(at));
                    }
                }
            }
            // Who lets another act on its behalf depends on that other.
            for other in identity.delegates_to.iter().filter_map(place) {
                on.entry(other).or_default().insert(at);
            }
        }
        for users in self.users.values_mut() {
            users.sort_unstable();
            users.dedup();
        }
        for (at, identity) in self.identities.iter().enumerate() {
            let by_identity = on.get(&at);
            if identity.consumers.is_none() && by_identity.is_none() {
                continue;
            }
            let others = by_identity.into_iter().flatten();
            let others = others.filter_map(|other| self.identities.get(*other));
            let named = |other: &Identity| Dependant {
                name: other.name.clone(),
                contact: other.owner.as_ref().map(ToString::to_string),
            };
            let said = identity.consumers.iter().flatten().cloned();
            let all: BTreeSet<Dependant> = said.chain(others.map(named)).collect();
            if let Some(dependants) = self.dependants.get_mut(at) {
                *dependants = Some(all.into_iter().collect());
            }
        }
    }

    /// What plans record of it: a plan that was made with another is stale.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The identities, in the order of their names.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// What is no mistake and still worth saying, each with its place.
    #[must_use]
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// An identity by name.
    #[must_use]
    pub fn identity(&self, name: &str) -> Option<&Identity> {
        self.identities.get(*self.by_name.get(name)?)
    }

    /// The name that was probably meant.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.by_name.keys().map(String::as_str))
    }

    /// Who depends on an identity; nothing where nobody said.
    #[must_use]
    pub fn dependants(&self, name: &str) -> Option<&[Dependant]> {
        self.dependants.get(*self.by_name.get(name)?)?.as_deref()
    }

    fn at(&self, places: BTreeSet<usize>) -> impl Iterator<Item = &Identity> {
        let places = places.into_iter();
        places.filter_map(|at| self.identities.get(at))
    }

    /// The identities that hold a thing.
    pub fn holders<'a>(&'a self, what: &Locator) -> impl Iterator<Item = &'a Identity> + use<'a> {
        self.at(of(&self.holders, what).copied().collect())
    }

    /// The identities that hold a thing or use it, each once.
    #[must_use]
    pub fn users(&self, what: &Locator) -> BTreeSet<&str> {
        let users = self.at(of(&self.users, what).copied().collect());
        let all = self.holders(what).chain(users);
        all.map(|one| one.name.as_str()).collect()
    }

    /// The protected identities that hold anything.
    pub fn protected(&self) -> impl Iterator<Item = &Identity> {
        let protected = self.identities.iter().filter(|one| one.protected);
        protected.filter(|one| !one.holds().is_empty())
    }

    /// The providers that it speaks of.
    #[must_use]
    pub fn providers(&self) -> BTreeSet<&str> {
        let all = self.holders.keys().chain(self.stored.keys());
        all.chain(self.users.keys())
            .map(Locator::provider)
            .collect()
    }

    /// What is at stake where a target is cut that was reached from a subject. What the estate does not name may belong to
    /// a principal that it does; what was made in the incident belonged to nobody before it.
    #[must_use]
    pub fn stake<'a>(&'a self, about: &About<'a>) -> Stake {
        let named = |what: &'a Locator| {
            let held: BTreeSet<usize> = of(&self.holders, what).copied().collect();
            let at = match held.is_empty() {
                true => of(&self.users, what).copied().collect(),
                false => held,
            };
            (!at.is_empty()).then_some((what, at))
        };
        let named = named(about.target).or_else(|| named(about.principal?));
        let Some((named, held)) = named else {
            return Stake {
                is_new: about.is_minted,
                ..Stake::default()
            };
        };
        let mut stake = Stake::default();
        let mut owners: BTreeSet<&Owner> = BTreeSet::new();
        let mut dependants: Option<BTreeSet<&Dependant>> = Some(BTreeSet::new());
        let mut unowned = false;
        for at in held {
            let Some(identity) = self.identities.get(at) else {
                continue;
            };
            stake.identities.push(identity.name.clone());
            unowned |= identity.owner.is_none();
            owners.extend(&identity.owner);
            stake.environment = stake.environment.max(identity.environment);
            stake.criticality = stake.criticality.max(identity.criticality);
            // What one of them does not say is not known of the thing.
            let known = self.dependants.get(at).and_then(Option::as_ref);
            dependants = match (dependants, known) {
                (Some(mut all), Some(more)) => {
                    all.extend(more);
                    Some(all)
                }
                (Some(_) | None, _) => None,
            };
        }
        // A thing of which one holder has no owner is not known to be owned.
        if !unowned {
            stake.owners = owners.into_iter().cloned().collect();
        }
        stake.dependants = dependants.map(|all| all.into_iter().cloned().collect());
        let compromised = self.compromised(about);
        let users = self.users(named).into_iter();
        let healthy = users.filter(|name| !compromised.contains(name));
        stake.shared_with = healthy.map(str::to_owned).collect();
        stake
    }

    /// The identities that are contained: those that were named, and the only holder of the subject. Whose a thing with
    /// several holders was when it was abused is not known, so all of them count as healthy.
    fn compromised<'a>(&'a self, about: &About<'a>) -> BTreeSet<&'a str> {
        let mut all: BTreeSet<&str> = about.named.iter().map(String::as_str).collect();
        let alone = |what: &Locator| {
            let mut holders = self.holders(what);
            holders.next().filter(|_| holders.next().is_none())
        };
        let subject = about.subject.and_then(alone);
        let subject = subject.or_else(|| about.subject_principal.and_then(alone));
        all.extend(subject.map(|one| one.name.as_str()));
        all
    }
}

/// What an index holds of a thing: under its own name, and under one that the file wrote without account, which means it in
/// every account; and so does one that is asked about without.
fn of<'a, T>(
    index: &'a BTreeMap<Locator, Vec<T>>,
    what: &Locator,
) -> impl Iterator<Item = &'a T> + use<'a, T> {
    let namesakes = index.range(what.bare()..);
    let namesakes = namesakes.take_while(|(name, _)| name.is_namesake(what));
    let meant = namesakes.filter(|(name, _)| name.means(what) || what.means(name));
    let meant: Vec<&'a Vec<T>> = meant.map(|(_, all)| all).collect();
    meant.into_iter().flatten()
}

/// What is asked about a target.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The target.
    pub target: &'a Locator,
    /// Whose it is at its provider, where that is known.
    pub principal: Option<&'a Locator>,
    /// The subject that it was reached from.
    pub subject: Option<&'a Locator>,
    /// Whose the subject is at its provider, where that is known.
    pub subject_principal: Option<&'a Locator>,
    /// The identities that the operator named.
    pub named: &'a [String],
    /// Whether the subject made it in the incident.
    pub is_minted: bool,
}

#[cfg(test)]
mod tests;
