//! Items of a plan: what they do, what they need and what keeps them from starting.
//!
//! Pure data; where an item stands is [`super::state`]'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::key::{ItemKey, ItemRef, Phase};

use super::{
    ActionId, Call, Duration, Fields, Locator, Manner, Query, Relation, Rung, Seen, Stake, Tier,
    Undo,
};

/// The mark of a cut beyond a playbook's limit: only an exact confirmation covers it.
pub const BEYOND_LIMIT: &str = "beyond-limit";
/// The mark of a cut beyond the organisation's cap on what was discovered: it is carried out in waves over all of them.
pub const BEYOND_CAP: &str = "beyond-cap";
/// The fact of such a cut that says how many discovered cuts there are.
pub const DISCOVERED: &str = "discovered";
/// The fact of such a cut that says what the cap is.
pub const CAP: &str = "cap";

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
    /// The condition under which it is done, where that could not be known when this was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// How many items of its step may be under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// How it is carried out, where its step says.
    #[serde(default, skip_serializing_if = "Manner::is_plain")]
    pub manner: Arc<Manner>,
    /// How long until a cut in force is due for review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Duration>,
    /// Whether giving back is proposed when that review falls due; it is never done by itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub proposes_restore: bool,
    /// How long reading back may take until it is told as unproven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_within: Option<Duration>,
    /// Whether the credential itself is tried afterwards.
    #[serde(default)]
    pub probe: bool,
    /// Marks that raise eyebrows: `own`, `protected`, `shared`, `beyond-limit`, `beyond-cap`.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Facts for the reader and for policies: collateral, who uses it.
    #[serde(default)]
    pub facts: Fields,
    /// Whose the target is, and whom the item hurts, where an estate is loaded; boxed, as most incidents have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stake: Option<Box<Stake>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to what decides on skipping"
)]
pub(super) fn is_false(truth: &bool) -> bool {
    !*truth
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

/// What is asked of somebody: of the record by a check, of people by a gate or a manual task.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Asked {
    /// The target, where it has one.
    pub target: Option<Locator>,
    /// The expression, the question, or what to do.
    #[serde(alias = "steps")]
    pub text: String,
    /// What the expression of a check means, in words; absent where a part of it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<String>,
    /// How many people of which role it takes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub of: BTreeMap<String, u32>,
    /// How long there is for an answer, counted from when it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// Whether it stands in for a cut that no provider of this build can make.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cuts: bool,
    /// Whether an answer counts only with evidence.
    #[serde(default, skip_serializing_if = "is_false")]
    pub evidence: bool,
    /// Whether what waits for it is denied when nobody answers in time; otherwise it is told again, higher up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub denies: bool,
}

impl Asked {
    /// What it asks, as people read it: the words of an expression rather than the expression.
    #[must_use]
    pub fn told(&self) -> &str {
        self.means.as_ref().unwrap_or(&self.text)
    }

    /// How many people it takes, at least one.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.of.values().sum::<u32>().max(1)
    }

    /// Who is asked, in words.
    #[must_use]
    pub fn spell(&self) -> String {
        let each = |(role, count): (&String, &u32)| match count {
            1 => role.clone(),
            _ => format!("{count} of {role}"),
        };
        if self.of.is_empty() {
            "a person".to_owned()
        } else {
            self.of.iter().map(each).collect::<Vec<_>>().join(" and ")
        }
    }
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
    /// Decide, from what is recorded.
    Check(Asked),
    /// Ask people whether what needs it may go on.
    Gate(Asked),
    /// A person has to do it.
    Manual(Asked),
}

impl Item {
    /// An item of which nothing more is known than its name and what it does.
    #[must_use]
    pub fn new(key: ItemKey, work: Work) -> Self {
        Self {
            key,
            work,
            before: None,
            relation: None,
            evidence: None,
            tier: Tier::READ,
            reasons: Vec::new(),
            rung: None,
            undo: None,
            needs: Vec::new(),
            only_if: None,
            parallel: None,
            manner: Manner::plain(),
            review: None,
            proposes_restore: false,
            verify_within: None,
            probe: false,
            marks: Vec::new(),
            facts: Fields::new(),
            stake: None,
        }
    }

    /// The action, where it has one.
    #[must_use]
    pub fn action(&self) -> Option<&ActionId> {
        match &self.work {
            Work::Act(call) | Work::Issue { make: call, .. } => Some(&call.action),
            Work::Nothing { action, .. } => Some(action),
            Work::Watch { .. }
            | Work::Read(_)
            | Work::Check(_)
            | Work::Gate(_)
            | Work::Manual(_) => None,
        }
    }

    /// The target, where it has one.
    #[must_use]
    pub fn target(&self) -> Option<&Locator> {
        match &self.work {
            Work::Act(call) | Work::Issue { make: call, .. } => Some(&call.target),
            Work::Read(query) => Some(&query.target),
            Work::Nothing { target, .. } | Work::Watch { target, .. } => Some(target),
            Work::Check(asked) | Work::Gate(asked) | Work::Manual(asked) => asked.target.as_ref(),
        }
    }

    /// The target in words.
    #[must_use]
    pub fn on(&self) -> String {
        self.target()
            .map_or_else(|| self.key.about(), ToString::to_string)
    }

    /// What it asks of somebody, where it does.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        match &self.work {
            Work::Check(asked) | Work::Gate(asked) | Work::Manual(asked) => Some(asked),
            Work::Act(_)
            | Work::Issue { .. }
            | Work::Watch { .. }
            | Work::Read(_)
            | Work::Nothing { .. } => None,
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
            Work::Watch { .. }
            | Work::Read(_)
            | Work::Nothing { .. }
            | Work::Check(_)
            | Work::Gate(_)
            | Work::Manual(_) => (None, [].as_slice()),
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
