//! What `contain.yaml` says has to stay in reach, and how much is cut before somebody is asked for more.
//!
//! Only reads it; what it comes to is decided where plans are made.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde::Deserialize;

use super::workspace::{Config, Workspace};
use crate::domain::Locator;
use crate::plan::branch::{Branches, Guarded};
use crate::plan::cap;

/// Something that approvers, the journal or whoever else acts with, and must not lose.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Keep {
    what: Locator,
    because: String,
}

/// How much of what was only discovered is cut before somebody is asked for more.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Caps {
    discovered: Option<NonZeroU32>,
    per_cent: Option<PerCent>,
}

/// A share, from 1 to 100.
#[derive(Deserialize, Debug)]
#[serde(try_from = "u8")]
struct PerCent(u8);

impl TryFrom<u8> for PerCent {
    type Error = &'static str;

    fn try_from(share: u8) -> Result<Self, Self::Error> {
        match share {
            1..=100 => Ok(Self(share)),
            _ => Err("a share is a whole number from 1 to 100"),
        }
    }
}

impl Config {
    /// The caps, with what counts where the file is silent.
    pub(super) fn caps(&self) -> cap::Caps {
        let usual = cap::Caps::default();
        let Caps {
            discovered,
            per_cent,
        } = &self.caps;
        cap::Caps {
            discovered: discovered.map_or(usual.discovered, NonZeroU32::get),
            per_cent: per_cent.as_ref().map_or(usual.per_cent, |share| share.0),
        }
    }
}

impl Workspace {
    /// The protected identities, each once.
    pub(super) fn protected(&self) -> Vec<Locator> {
        let distinct: BTreeSet<&Locator> = self.config.protected.iter().collect();
        distinct.into_iter().cloned().collect()
    }

    /// How many identities are protected.
    pub(super) fn protected_count(&self) -> u32 {
        u32::try_from(self.protected().len()).unwrap_or(u32::MAX)
    }

    /// What is not cut unasked: our own branch, what is guarded, and what is protected.
    pub(super) fn branches(&self, own: &[Locator]) -> Branches {
        let guarded = self.config.guarded.iter().map(|keep| Guarded {
            what: keep.what.clone(),
            because: keep.because.clone(),
        });
        Branches::new(
            own.to_vec(),
            guarded.collect(),
            self.config.protected.clone(),
        )
    }
}
