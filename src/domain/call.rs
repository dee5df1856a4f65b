//! One call to a provider and what came of it.
//!
//! The outcomes are closed: whoever executes decides what follows, never the provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ActionId, Fields, ItemKey, Locator, Secret, SecretRef, Time, Why};

/// A mark that finds again what a call made: derived from incident and item, stable over attempts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(pub String);

/// A call, ready to be authorised; [`Arg::AtCall`] and [`Arg::Before`] are resolved before the intent is written.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    /// What to do.
    pub action: ActionId,
    /// To what.
    pub target: Locator,
    /// With which arguments.
    pub with: BTreeMap<String, Arg>,
    /// The secret it needs, by reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretRef>,
    /// What finds again whatever it makes.
    pub tag: Tag,
}

impl Call {
    /// The arguments that have a value, by name.
    #[must_use]
    pub fn said(&self) -> Fields {
        let said = |(name, arg): (&String, &Arg)| match arg {
            Arg::Is(value) => Some((name.clone(), value.clone())),
            Arg::AtCall | Arg::Of(..) | Arg::Before(_) => None,
        };
        self.with.iter().filter_map(said).collect()
    }

    /// An argument's value, once resolved.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        match self.with.get(name)? {
            Arg::Is(value) => Some(value),
            Arg::AtCall | Arg::Of(..) | Arg::Before(_) => None,
        }
    }
}

/// An argument.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arg {
    /// This value.
    Is(Value),
    /// The time of the call.
    AtCall,
    /// A field of an item's answer: `made` is the locator of what it made, `made.id` its id alone. In a delivery the item
    /// is its own.
    Of(ItemKey, String),
    /// What the receipt says the field held.
    Before(String),
}

/// What came of a call.
#[derive(Debug)]
pub enum Outcome {
    /// The provider did it.
    Done(Answer),
    /// It was so already.
    AlreadySo,
    /// The provider said no; nothing happened.
    Refused(Why),
    /// Too many requests; nothing happened.
    Throttled {
        /// When to try again, where the provider said.
        until: Option<Time>,
    },
    /// The request did not reach the provider; nothing happened.
    Unavailable(Why),
    /// It may have happened.
    InDoubt(Why),
}

/// What a provider answered to a call that it did.
#[derive(Debug, Default)]
pub struct Answer {
    /// Whether the effect is said to be in force already; `false` for "accepted, later".
    pub applied: bool,
    /// What the call made.
    pub made: Vec<Locator>,
    /// Harmless facts from the answer, e.g. a request id.
    pub fields: Fields,
    /// A new secret, on its way to a store.
    pub secret: Option<Secret>,
}
