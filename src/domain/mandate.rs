//! By whose authority, for what, until when: typed confirmation, approval and standing authorisation in one shape.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Digest, ItemKey, Locator, Relation, Rung, Tier, Time};

/// Authority for certain items until a certain time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Mandate {
    /// Who gave it; `solo` where no people are configured, `unattended` without a terminal.
    pub by: String,
    /// How it was given: `prompt`, `--yes`, `--confirm`.
    pub how: String,
    /// For what.
    pub scope: Scope,
    /// The highest tier it covers.
    pub tier: Tier,
    /// Until when.
    pub until: Time,
    /// What makes it one of a kind.
    pub nonce: String,
}

/// What a mandate covers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// These items of this plan.
    Exact {
        /// The plan's digest.
        plan: Digest,
        /// The items; each may be begun once.
        items: BTreeSet<ItemKey>,
    },
    /// Further reversible cuts of one run, on its subjects and on what hangs on them in these ways.
    Reach {
        /// The run.
        run: u32,
        /// The relations: what is held, minted and entered, and what the operator included.
        relations: BTreeSet<Relation>,
        /// The subjects.
        subjects: BTreeSet<Locator>,
        /// The rungs.
        rungs: BTreeSet<Rung>,
        /// How many items at most.
        at_most: u32,
    },
}
