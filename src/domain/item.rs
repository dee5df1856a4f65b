//! Items of a plan: their names, what they do, what they need and what keeps them from starting.
//!
//! Pure data; where an item stands is [`super::state`]'s.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    ActionId, Call, Duration, Fields, Locator, Manner, Query, Relation, Rung, Seen, Tier, Undo,
};

/// The four phases, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Cut what is known.
    Isolate,
    /// Find what else there is, and cut it.
    Inventory,
    /// Find out whether it worked and why it happened.
    Validate,
    /// Give back and replace.
    Reissue,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 4] = [
        Self::Isolate,
        Self::Inventory,
        Self::Validate,
        Self::Reissue,
    ];

    /// The word, as written in playbooks.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Isolate => "isolate",
            Self::Inventory => "inventory",
            Self::Validate => "validate",
            Self::Reissue => "reissue",
        }
    }
}

/// What an item is called in every round: `phase/step[each]@subject`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemKey {
    /// The phase.
    pub phase: Phase,
    /// The step's id.
    pub step: String,
    /// The key within a `for_each`.
    pub each: Option<String>,
    /// The subject, where the step exists once per subject.
    pub subject: Option<Locator>,
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.phase.word(), self.step)?;
        if let Some(each) = &self.each {
            write!(f, "[{each}]")?;
        }
        if let Some(subject) = &self.subject {
            write!(f, "@{subject}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ItemKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = || format!("`{text}` is no item key; write <phase>/<step>[each]@<subject>");
        let (phase, rest) = text.split_once('/').ok_or_else(refusal)?;
        let phase = Phase::ALL
            .into_iter()
            .find(|known| known.word() == phase)
            .ok_or_else(refusal)?;
        let end = rest.find(['[', '@']).unwrap_or(rest.len());
        let (step, rest) = rest.split_at_checked(end).ok_or_else(refusal)?;
        let (each, rest) = match rest.strip_prefix('[') {
            Some(inner) => {
                let close = inner
                    .rfind("]@")
                    .or_else(|| inner.strip_suffix(']').map(str::len))
                    .ok_or_else(refusal)?;
                let (each, rest) = inner.split_at_checked(close).ok_or_else(refusal)?;
                (
                    Some(each.to_owned()),
                    rest.strip_prefix(']').ok_or_else(refusal)?,
                )
            }
            None => (None, rest),
        };
        let subject = match rest.strip_prefix('@') {
            Some(subject) => Some(subject.parse().map_err(|_| refusal())?),
            None if rest.is_empty() => None,
            None => return Err(refusal()),
        };
        if step.is_empty() {
            Err(refusal())
        } else {
            Ok(Self {
                phase,
                step: step.to_owned(),
                each,
                subject,
            })
        }
    }
}

impl TryFrom<String> for ItemKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ItemKey> for String {
    fn from(key: ItemKey) -> Self {
        key.to_string()
    }
}

/// One life of an item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
pub struct ItemRef {
    /// The run.
    pub run: u32,
    /// The round within the run, from 1.
    pub round: u32,
    /// The item.
    pub key: ItemKey,
}

/// One action, read or task on one target, in a plan.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub key: ItemKey,
    /// What is done.
    pub work: Work,
    /// What the target looked like when this was planned.
    pub before: Option<Seen>,
    /// How the target hangs on the subject; absent for the subject itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Why it is in the plan, where it was discovered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Risk.
    pub tier: Tier,
    /// Why the tier is what it is.
    pub reasons: Vec<String>,
    /// How hard it cuts, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// How it is given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// Items that must have ended before this one starts, and how.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// How many items of its step may be under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// How it is carried out, where its step says.
    #[serde(default, skip_serializing_if = "Manner::is_plain")]
    pub manner: Manner,
    /// How long until a cut in force is due for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Duration>,
    /// How long reading back may take until it is told as unproven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_within: Option<Duration>,
    /// Whether the credential itself is tried afterwards.
    #[serde(default)]
    pub probe: bool,
    /// Marks that raise eyebrows: `own`, `protected`, `shared`.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Facts for the reader and for policies: owner, environment, collateral.
    #[serde(default)]
    pub facts: Fields,
}

/// An item that another one waits for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Need {
    /// The item.
    pub key: ItemKey,
    /// How it must have ended.
    pub ended: Ended,
}

/// How a step or item that another one needs must have ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Well.
    Ok,
    /// Anyhow.
    Done,
    /// Not well.
    Failed,
}

/// What an item does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Call an action.
    Act(Call),
    /// Make a new credential and hand it over; one item, as neither is of use without the other.
    Issue {
        /// The call that makes it.
        make: Call,
        /// The calls that hand it over, in order; each may refer to what was made with [`super::Arg::Of`] and the item's
        /// own key. Empty where what is made needs no handing over, as it lies where its consumers read.
        deliver: Vec<Call>,
    },
    /// Wait until what another item made is in use.
    Watch {
        /// The item that made it.
        of: ItemKey,
        /// Where its consumers read it.
        target: Locator,
    },
    /// Ask a question.
    Read(Query),
    /// Nothing: the goal is true already.
    Nothing {
        /// The action that would have made it so.
        action: ActionId,
        /// The target.
        target: Locator,
        /// Why nothing is done.
        why: String,
    },
    /// A person has to do it.
    Manual {
        /// The target.
        target: Locator,
        /// Exact steps.
        steps: String,
    },
}

impl Item {
    /// The action, where it has one.
    #[must_use]
    pub fn action(&self) -> Option<&ActionId> {
        match &self.work {
            Work::Act(call) | Work::Issue { make: call, .. } => Some(&call.action),
            Work::Nothing { action, .. } => Some(action),
            Work::Watch { .. } | Work::Read(_) | Work::Manual { .. } => None,
        }
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> &Locator {
        match &self.work {
            Work::Act(call) | Work::Issue { make: call, .. } => &call.target,
            Work::Read(query) => &query.target,
            Work::Nothing { target, .. }
            | Work::Watch { target, .. }
            | Work::Manual { target, .. } => target,
        }
    }

    /// The call, where it changes anything; of an issuing item, the one that makes.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        self.calls().next()
    }

    /// All calls, in the order in which they leave.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let (first, then) = match &self.work {
            Work::Act(call) => (Some(call), [].as_slice()),
            Work::Issue { make, deliver } => (Some(make), deliver.as_slice()),
            Work::Watch { .. } | Work::Read(_) | Work::Nothing { .. } | Work::Manual { .. } => {
                (None, [].as_slice())
            }
        };
        first.into_iter().chain(then)
    }
}

/// What keeps an item from starting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody has to confirm or approve it.
    Approval(String),
    /// A policy forbids it.
    Policy(String),
    /// Something it needs has not ended well.
    Dependency(String),
    /// Another process holds the lock.
    Lock(String),
    /// An input, a secret or a mandate is missing.
    Authority(String),
    /// The provider does not answer, or answers too slowly.
    Provider(String),
}

impl Cause {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approval(_) => "approval",
            Self::Policy(_) => "policy",
            Self::Dependency(_) => "dependency",
            Self::Lock(_) => "lock",
            Self::Authority(_) => "authority",
            Self::Provider(_) => "provider",
        }
    }

    /// What exactly.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Approval(text)
            | Self::Policy(text)
            | Self::Dependency(text)
            | Self::Lock(text)
            | Self::Authority(text)
            | Self::Provider(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_key_survives_writing_and_reading() {
        for text in [
            "isolate/stop",
            "isolate/stop@aws:access-key/AKIA@123456789012",
            "inventory/end[aws:role/a@1]@aws:user/b@1",
            "inventory/end[x]",
        ] {
            assert_eq!(
                text.parse::<ItemKey>()
                    .map(|key| key.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
        for text in [
            "stop",
            "nothing/stop",
            "isolate/",
            "isolate/a[b",
            "isolate/a@b",
        ] {
            assert!(text.parse::<ItemKey>().is_err(), "{text}");
        }
    }
}
