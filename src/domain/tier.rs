//! Risk, in four tiers.
//!
//! Never computes one: that is the plan's, from the action's floor and the marks on its target.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Risk: 0 read · 1 reversible with known dependants · 2 reversible and disruptive · 3 irreversible, privileged or broad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Tier(u8);

impl Tier {
    /// Reading.
    pub const READ: Self = Self(0);
    /// Reversible, dependants known.
    pub const LOW: Self = Self(1);
    /// Reversible and disruptive.
    pub const DISRUPTIVE: Self = Self(2);
    /// Irreversible, privileged or broad.
    pub const GRAVE: Self = Self(3);

    /// One tier higher, at most 3.
    #[must_use]
    pub fn raised(self) -> Self {
        Self((self.0 + 1).min(3))
    }
}

impl TryFrom<u8> for Tier {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        if number <= 3 {
            Ok(Self(number))
        } else {
            Err(format!("`{number}` is no tier; tiers are 0 to 3"))
        }
    }
}

impl From<Tier> for u8 {
    fn from(tier: Tier) -> Self {
        tier.0
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
