//! Identities as the file has them.
//!
//! Never looks anything up: what follows from them together is the index's.

use std::collections::BTreeSet;

use crate::domain::Locator;
use crate::domain::stake::{Criticality, Dependant, Environment, Owner};
use crate::yaml::Span;

/// A non-human identity of the organisation.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// What sort of thing it is, one of [`SORTS`].
    pub kind: &'static str,
    /// What it is for, in a line.
    pub summary: Option<String>,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Where it runs.
    pub environment: Option<Environment>,
    /// How much hangs on it.
    pub criticality: Option<Criticality>,
    /// Whether it is cut only by the code of an exact plan.
    pub protected: bool,
    /// What proves it, wherever that is accepted.
    pub credentials: Vec<Credential>,
    /// The principals that it is, at whatever provider.
    pub runs_as: Vec<Locator>,
    /// What it works with.
    pub uses: Vec<Use>,
    /// The identities that act on its behalf, by name.
    pub delegates_to: Vec<String>,
    /// Other identities that use all of its credentials too, by name.
    pub shared_with: Vec<String>,
    /// Who depends on it beside other identities; absent where nobody said.
    pub consumers: Option<Vec<Dependant>>,
    /// The identity that takes its place, by name.
    pub replaced_by: Option<String>,
    /// Where its name stands in the file.
    pub(super) span: Span,
}

/// What identities are, in the glossary's words.
pub const SORTS: [&str; 6] = [
    "agent",
    "workload",
    "service-account",
    "app",
    "bot",
    "pipeline",
];

/// One credential of an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// Its canonical name.
    pub what: Locator,
    /// The places where its secret lies: who reads one of them holds it.
    pub stored_in: Vec<Locator>,
    /// Other identities that use it too, by name.
    pub shared_with: Vec<String>,
}

/// Something that an identity works with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Use {
    /// Another identity, by name.
    Identity(String),
    /// A tool, a store, a secret.
    Thing(Locator),
}

impl Identity {
    /// All that it holds: its principals first, then its credentials, each once.
    #[must_use]
    pub fn holds(&self) -> Vec<&Locator> {
        let credentials = self.credentials.iter().map(|credential| &credential.what);
        let all = self.runs_as.iter().chain(credentials);
        let mut known = BTreeSet::new();
        all.filter(|one| known.insert(*one)).collect()
    }
}
