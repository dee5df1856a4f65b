//! Items of a frozen plan in short, as the journal keeps them.
//!
//! Enough to say where everything stands from the journal alone; the plan itself is a file of the folder.

use serde::{Deserialize, Serialize};

use super::item::Asked;
use super::{ActionId, AfterFailure, Duration, ItemKey, Locator, Relation, Rung, Stake, Tier};

/// An item of a frozen plan, in short: enough to say where everything stands from the journal alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlannedItem {
    /// Its name.
    pub key: ItemKey,
    /// The action, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// The target, where it has one.
    #[serde(default)]
    pub target: Option<Locator>,
    /// The principal that the target belongs to, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Locator>,
    /// How hard it cuts, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// How the target hangs on the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Risk.
    pub tier: Tier,
    /// Whether it can be given back.
    pub reversible: bool,
    /// Whether the credential itself is to be tried.
    pub probe: bool,
    /// What sort of work it is.
    pub does: Does,
    /// When the cut reaches everywhere, counted from the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Duration>,
    /// Whether that bound is our assumption.
    #[serde(default)]
    pub assumed: bool,
    /// The condition under which it is done, where that was not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// What happens to what needs it, once it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_failure: Option<AfterFailure>,
    /// What a check, a gate or a manual task asks; boxed, as most items ask nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Box<Asked>>,
    /// Whether giving back is proposed when the review of its cut falls due.
    #[serde(default, skip_serializing_if = "super::item::is_false")]
    pub proposes_restore: bool,
    /// For an item that gives back: the action that made what it lifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifts: Option<ActionId>,
    /// For an item that watches: the item whose making it watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watches: Option<Box<ItemKey>>,
    /// Whose the target is, and whom the item hurts, where an estate was loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stake: Option<Box<Stake>>,
}

/// What sort of work an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// It calls an action.
    Act,
    /// It makes a new credential and hands it over.
    Issue,
    /// It waits until what another item made is in use.
    Watch,
    /// Its goal is true already, or a rule holds it back.
    Nothing,
    /// It asks a question.
    Read,
    /// It decides, from what is recorded.
    Check,
    /// It asks people.
    Gate,
    /// A person has to do it.
    Manual,
}

impl Does {
    /// Whether it is decided rather than called or asked of a provider.
    #[must_use]
    pub fn is_decided(self) -> bool {
        match self {
            Self::Check | Self::Gate | Self::Manual => true,
            Self::Act | Self::Issue | Self::Watch | Self::Nothing | Self::Read => false,
        }
    }
}

impl PlannedItem {
    /// Whether a person has to make a cut that no provider of this build can; older journals knew no other manual task.
    #[must_use]
    pub fn is_cut_by_hand(&self) -> bool {
        self.does == Does::Manual && self.asked.as_ref().is_none_or(|asked| asked.cuts)
    }

    /// Whether it cuts what isolate and inventory are to cut: the set.
    #[must_use]
    pub fn is_of_set(&self) -> bool {
        self.rung.is_some() && self.key.phase <= super::Phase::Inventory
    }

    /// The target in words.
    #[must_use]
    pub fn on(&self) -> String {
        self.target
            .as_ref()
            .map_or_else(|| self.key.about(), ToString::to_string)
    }
}
