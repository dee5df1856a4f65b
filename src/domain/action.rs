//! What an action is, in data: its effect, its risk, its inverse, how it is proven.
//!
//! Plan text, policy input, permissions, tables and the simulated world all read a [`Spec`]; none of them knows vendors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ActionId, Arg, Call, Digest, Duration, Fact, Fields, KindId, ReadKind, Seen, Tier, Time,
};

/// Everything that is known about an action before it is called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its id.
    pub id: ActionId,
    /// What it does, as a clause without a subject: `switch the key off`.
    pub title: String,
    /// The kind it works on.
    pub on: KindId,
    /// What it does, as data.
    pub effect: Effect,
    /// Whom it hurts, as a sentence.
    pub hurts: String,
    /// The fields it overwrites and what they become; the receipt keeps exactly these.
    pub touches: Vec<Touch>,
    /// What a playbook's `with` may say to it.
    #[serde(default)]
    pub params: Vec<Param>,
    /// The lowest tier it can have.
    pub floor: Tier,
    /// How it is given back.
    pub undo: Undo,
    /// What a second send would do.
    pub repeat: Repeat,
    /// How many targets one provider call can carry.
    #[serde(default = "one")]
    pub batch: u32,
    /// Provider permissions that the responder needs, reads included.
    pub permissions: Vec<String>,
    /// How long the effect may take to reach everywhere.
    pub bound: Bound,
    /// A published limit on how often it may be called.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// Whom the vendor notifies, where it does.
    #[serde(default)]
    pub tells: Option<String>,
    /// What the vendor's documents leave open; said in the plan and never relied on.
    #[serde(default)]
    pub unconfirmed: Vec<String>,
    /// Framework, version and id of what this is called elsewhere.
    #[serde(default)]
    pub standards: Vec<String>,
    /// The vendor's page that says so.
    pub docs: String,
}

fn one() -> u32 {
    1
}

/// What an action does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It only reads.
    Read(ReadKind),
    /// It takes access away.
    Cut(Cut),
    /// It gives access back: the inverse of a cut, fed by a receipt only.
    Open,
    /// It makes a new credential of a kind.
    Issue(KindId),
    /// It hands a new credential to a consumer.
    Deliver,
    /// It tells somebody.
    Tell,
}

impl Effect {
    /// The word of the closed vocabulary that policies use.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Cut(_) => "cut",
            Self::Open => "open",
            Self::Issue(_) => "issue",
            Self::Deliver => "deliver",
            Self::Tell => "tell",
        }
    }
}

/// How a cut cuts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// How hard.
    pub rung: Rung,
    /// What becomes of the target itself.
    pub target: Fate,
    /// What becomes of what was issued from the target.
    pub issued: Fate,
    /// The kinds of issued things it reaches.
    #[serde(default)]
    pub of: Vec<KindId>,
    /// Whether it reaches only what was issued before the call.
    #[serde(default)]
    pub before_call: bool,
    /// Whether nothing new can be issued while it is in force.
    pub stops_issue: bool,
    /// What access remains to what it reaches.
    pub allows: Access,
}

impl Cut {
    /// Tells whether its target goes on existing and running, and reaches nothing: no access is left, and none that is
    /// younger than the call.
    #[must_use]
    pub fn quarantines(&self) -> bool {
        self.target == Fate::Lives && self.allows == Access::Nothing && !self.before_call
    }

    /// Whether what it reaches is refused while it is in force; what is only narrowed goes on.
    #[must_use]
    pub fn ends_issued(&self) -> bool {
        self.issued != Fate::Lives && self.allows == Access::Nothing
    }
}

/// How hard a cut cuts, softest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// Less is allowed.
    Narrow,
    /// What was issued ends; the issuer lives.
    EndSessions,
    /// It stops until it is given back.
    Suspend,
    /// It stops for good.
    Revoke,
    /// It is gone, and what hung on it too.
    Delete,
}

impl Rung {
    /// The generic verb of playbooks.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::EndSessions => "end-sessions",
            Self::Suspend => "suspend",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
        }
    }

    /// All rungs, softest first.
    pub const ALL: [Self; 5] = [
        Self::Narrow,
        Self::EndSessions,
        Self::Suspend,
        Self::Revoke,
        Self::Delete,
    ];
}

/// What becomes of a thing while a cut is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It goes on working.
    Lives,
    /// It stops, and works again after the undo.
    Pauses,
    /// It never works again.
    Dies,
}

/// What access remains to what a cut reaches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// None.
    Nothing,
    /// Reading.
    ReadOnly,
    /// What there was: it holds back something else, as new log-ins, or how much.
    AsBefore,
    /// What the named parameter says.
    Param(String),
}

/// A field that an action overwrites.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touch {
    /// The field's name in what observing the target answers.
    pub field: String,
    /// What it holds afterwards.
    pub becomes: Becomes,
}

/// What a touched field holds after the action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Becomes {
    /// This value.
    Is(Value),
    /// The time of the call by the provider's clock, rounded up with a margin; a later time serves as well.
    TimeOfCall,
    /// What the parameter of this name says.
    Param(String),
    /// What the receipt of the action's inverse kept.
    Before,
    /// Something that it did not hold before; a delivery is seen by it.
    Anew,
}

/// Something that a playbook may, or must, say to an action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name in `with` and in a call's arguments; `[a-z][a-z0-9_]*`.
    pub name: String,
    /// What it says, as a clause.
    pub about: String,
    /// What values it takes.
    pub takes: Takes,
    /// What counts where the playbook is silent; without one it must be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// The values that a parameter takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// True or false.
    Truth,
    /// A duration.
    Duration,
    /// One of these words.
    OneOf(Vec<String>),
    /// A locator of one of these kinds; of any, where none is named.
    Locator(Vec<KindId>),
}

/// How an action is given back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// By another action, fed by the receipt.
    By(ActionId),
    /// Not at all, and why.
    None(String),
}

/// What sending an action a second time would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// Nothing more.
    SetLike,
    /// Something new, which its tag finds.
    Tagged,
    /// Something new, which nothing finds.
    Once,
}

/// How long an effect may take to reach everywhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The vendor publishes it.
    Published {
        /// The longest time.
        within: Duration,
        /// The page that says so.
        source: String,
    },
    /// The workspace sets it for an endpoint that is not the vendor's.
    Configured {
        /// The longest time.
        within: Duration,
    },
    /// Nobody publishes it; this is our assumption.
    Assumed {
        /// The longest time we assume.
        within: Duration,
        /// What the assumption rests on.
        because: String,
    },
}

impl Bound {
    /// The longest time the effect may take.
    #[must_use]
    pub fn within(&self) -> Duration {
        match self {
            Self::Published { within, .. }
            | Self::Configured { within }
            | Self::Assumed { within, .. } => *within,
        }
    }

    /// Whether nobody vouches for it.
    #[must_use]
    pub fn is_assumed(&self) -> bool {
        matches!(self, Self::Assumed { .. })
    }
}

/// A published limit on calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// How many calls.
    pub calls: u32,
    /// In which time.
    pub per: Duration,
}

impl Spec {
    /// The cut, where this action is one.
    #[must_use]
    pub fn cut(&self) -> Option<&Cut> {
        match &self.effect {
            Effect::Cut(cut) => Some(cut),
            Effect::Read(_) | Effect::Open | Effect::Issue(_) | Effect::Deliver | Effect::Tell => {
                None
            }
        }
    }

    /// Whether it can be given back.
    #[must_use]
    pub fn is_reversible(&self) -> bool {
        matches!(self.undo, Undo::By(_))
    }

    /// Whether looking never shows that it was done: what was told shows nowhere, and a second time tells twice.
    #[must_use]
    pub fn leaves_no_trace(&self) -> bool {
        matches!(self.effect, Effect::Tell)
    }

    /// Whether it takes its cut-off from the time of the call.
    #[must_use]
    pub fn takes_time_of_call(&self) -> bool {
        self.touches
            .iter()
            .any(|touch| touch.becomes == Becomes::TimeOfCall)
    }

    /// The arguments of a fresh call: what the parameters say, and what each touched field becomes.
    #[must_use]
    pub fn arguments(&self, with: &Fields) -> BTreeMap<String, Arg> {
        let said = self.params.iter().filter_map(|param| {
            let value = self.said(&param.name, with)?;
            Some((param.name.clone(), Arg::Is(value.clone())))
        });
        let touched = self.touches.iter().filter_map(|touch| {
            let argument = match &touch.becomes {
                Becomes::Is(value) => Arg::Is(value.clone()),
                Becomes::TimeOfCall => Arg::AtCall,
                Becomes::Param(name) => Arg::Is(self.said(name, with).cloned().unwrap_or_default()),
                Becomes::Before => Arg::Before(touch.field.clone()),
                Becomes::Anew => return None,
            };
            Some((touch.field.clone(), argument))
        });
        said.chain(touched).collect()
    }

    /// What a parameter says: what was given, else its default.
    fn said<'a>(&'a self, name: &str, with: &'a Fields) -> Option<&'a Value> {
        with.get(name).or_else(|| {
            let param = self.params.iter().find(|param| param.name == name)?;
            param.default.as_ref()
        })
    }

    /// Tells whether what was seen already is what this action would make with these parameters; a cut-off counts
    /// from `cut_off` on.
    #[must_use]
    pub fn is_done(&self, seen: &Fields, with: &Fields, cut_off: Time) -> bool {
        !self.touches.is_empty()
            && self
                .touches
                .iter()
                .all(|touch| match (&touch.becomes, seen.get(&touch.field)) {
                    (Becomes::Is(wanted), Some(present)) => wanted == present,
                    (Becomes::TimeOfCall, Some(Value::String(present))) => present
                        .parse::<Time>()
                        .is_ok_and(|present| present >= cut_off),
                    (Becomes::Param(name), Some(present)) => self.said(name, with) == Some(present),
                    (
                        Becomes::Is(_)
                        | Becomes::TimeOfCall
                        | Becomes::Param(_)
                        | Becomes::Before
                        | Becomes::Anew,
                        _,
                    ) => false,
                })
    }

    /// Tells whether what was seen is what a call of this action wrote; a later cut-off serves as well.
    #[must_use]
    pub fn shows(&self, call: &Call, seen: &Seen) -> bool {
        let fields = match &seen.fact {
            Fact::Present(fields) => fields,
            // What no longer exists is cut as far as a cut can go; it cannot have been given back.
            Fact::Gone => return self.cut().is_some(),
            Fact::Unreadable(_) => return false,
        };
        let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Time>().ok());
        !self.leaves_no_trace()
            && self.touches.iter().all(|touch| {
                let wanted = call.value(&touch.field).unwrap_or(&Value::Null);
                let present = fields.get(&touch.field).unwrap_or(&Value::Null);
                match (&touch.becomes, time(wanted), time(present)) {
                    (Becomes::TimeOfCall, Some(wanted), Some(present)) => present >= wanted,
                    (
                        Becomes::Is(_)
                        | Becomes::TimeOfCall
                        | Becomes::Param(_)
                        | Becomes::Before
                        | Becomes::Anew,
                        _,
                        _,
                    ) => wanted == present,
                }
            })
    }

    /// Hashes the fields that this action would overwrite, and nothing else.
    #[must_use]
    pub fn fingerprint(&self, seen: &Seen) -> Digest {
        let touched: Option<BTreeMap<&str, Option<&Value>>> = match &seen.fact {
            Fact::Present(fields) => Some(
                self.touches
                    .iter()
                    .map(|touch| (touch.field.as_str(), fields.get(&touch.field)))
                    .collect(),
            ),
            Fact::Gone | Fact::Unreadable(_) => None,
        };
        Digest::of_json(&(&seen.target, touched)).unwrap_or(Digest::ZERO)
    }
}
