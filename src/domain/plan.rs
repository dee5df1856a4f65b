//! A plan: canonical JSON with a digest, complete enough to be approved and applied by somebody else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Item, Locator, NotSeen, Phase, Time};

/// The version of the plan format that this program writes.
pub const VERSION: u8 = 1;

/// One round, planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The format's version.
    pub v: u8,
    /// The incident.
    pub incident: String,
    /// The run.
    pub run: u32,
    /// The round within the run, from 1.
    pub round: u32,
    /// The digest of the run's previous plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
    /// Digests of what it was made from: playbook, policy, tool.
    pub made_from: BTreeMap<String, Digest>,
    /// Who acts, as the providers see it.
    pub acting_as: Vec<Locator>,
    /// What the operator named.
    pub subjects: Vec<Locator>,
    /// When it was made.
    pub at: Time,
    /// When it may no longer be applied.
    pub expires: Time,
    /// What would be done.
    pub items: Vec<Item>,
    /// What a later round will plan.
    #[serde(default)]
    pub pending: Vec<Pending>,
    /// What is outside the set and stays alive.
    #[serde(default)]
    pub outside: Vec<Outside>,
    /// What could not be seen.
    #[serde(default)]
    pub not_seen: Vec<NotSeen>,
}

/// A step that a later round will plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// Its phase.
    pub phase: Phase,
    /// Its id.
    pub step: String,
    /// What it waits for.
    pub why: String,
}

/// Something alive that is not in the set.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outside {
    /// What it is.
    pub what: Locator,
    /// Why it is alive, with created and last used.
    pub why: String,
    /// The command that would cut it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_with: Option<String>,
    /// When it lapses by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Plan {
    /// The digest: SHA-256 of the canonical JSON of all of it.
    ///
    /// # Errors
    /// Fails only where the plan has no JSON form.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_json(self)
    }

    /// Whether nothing in it changes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.iter().all(|item| item.call().is_none())
    }

    /// The highest tier among the items that change anything.
    #[must_use]
    pub fn tier(&self) -> super::Tier {
        self.items
            .iter()
            .filter(|item| item.call().is_some())
            .map(|item| item.tier)
            .max()
            .unwrap_or(super::Tier::READ)
    }
}
