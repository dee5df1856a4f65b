//! How a call ended, as the journal keeps it.
//!
//! Never holds a secret.

use serde::{Deserialize, Serialize};

use super::{Fields, Locator, Outcome, Time, Why};

/// A call's outcome, without secrets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// The provider did it.
    Done {
        /// Whether the effect is said to be in force already.
        applied: bool,
        /// What the call made.
        made: Vec<Locator>,
        /// Harmless facts from the answer.
        fields: Fields,
    },
    /// It was so already.
    AlreadySo,
    /// The provider said no; nothing happened.
    Refused(Why),
    /// Too many requests; nothing happened.
    Throttled {
        /// When to try again.
        until: Option<Time>,
    },
    /// The request did not reach the provider; nothing happened.
    Unavailable(Why),
    /// It may have happened.
    InDoubt(Why),
}

impl From<&Outcome> for Answered {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done(answer) => Self::Done {
                applied: answer.applied,
                made: answer.made.clone(),
                fields: answer.fields.clone(),
            },
            Outcome::AlreadySo => Self::AlreadySo,
            Outcome::Refused(why) => Self::Refused(why.clone()),
            Outcome::Throttled { until } => Self::Throttled { until: *until },
            Outcome::Unavailable(why) => Self::Unavailable(why.clone()),
            Outcome::InDoubt(why) => Self::InDoubt(why.clone()),
        }
    }
}
