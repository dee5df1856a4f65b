//! What `contain.yaml` says has to stay in reach, and how much is cut before somebody is asked for more.
//!
//! Only reads it; what it comes to is decided where plans are made.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde::Deserialize;

use super::workspace::{Config, Workspace};
use crate::domain::Locator;
use crate::estate::{Estate, Identity};
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
    /// The protected identities, each once: those of `contain.yaml`, and all that those of the estate hold.
    pub(super) fn protected(&self, estate: Option<&Estate>) -> Vec<Locator> {
        let of_estate = estate.into_iter().flat_map(Estate::protected);
        let held = of_estate.flat_map(Identity::holds);
        let distinct: BTreeSet<&Locator> = self.config.protected.iter().chain(held).collect();
        distinct.into_iter().cloned().collect()
    }

    /// How many identities are protected; one of the estate is one, whatever it holds, and what is written twice, with its
    /// account and without, is one too.
    pub(super) fn protected_count(&self, estate: Option<&Estate>) -> u32 {
        let own: BTreeSet<&Locator> = self.config.protected.iter().collect();
        let of_estate = estate.into_iter().flat_map(Estate::protected);
        let is_same = |one: &Locator, other: &Locator| one.means(other) || other.means(one);
        let is_of_own = |held: &&Locator| own.iter().any(|one| is_same(one, held));
        let is_known = |one: &Identity| one.holds().iter().any(is_of_own);
        let is_twice = |one: &Locator| one.account().is_some() && own.contains(&one.bare());
        let once = own.iter().filter(|one| !is_twice(one)).count();
        let more = of_estate.filter(|one| !is_known(one)).count();
        u32::try_from(once + more).unwrap_or(u32::MAX)
    }

    /// What is not cut unasked: our own branch, what is guarded, and what is protected.
    pub(super) fn branches(&self, own: &[Locator], estate: Option<&Estate>) -> Branches {
        let guarded = self.config.guarded.iter().map(|keep| Guarded {
            what: keep.what.clone(),
            because: keep.because.clone(),
        });
        Branches::new(own.to_vec(), guarded.collect(), self.protected(estate))
    }
}
