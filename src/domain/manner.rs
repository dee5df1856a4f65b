//! How an item is carried out: in which wave, how often, how long, and what follows a failure.
//!
//! Pure data, from the fields of a playbook's step; carrying it out is `execute`'s.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::{Duration, ItemKey};

/// How an item is carried out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Manner {
    /// Which wave of its step it belongs to, from 0; a wave starts when the one before has ended.
    #[serde(default, skip_serializing_if = "is_first")]
    pub wave: u32,
    /// After how many failures in its step no new wave starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_failures: Option<u32>,
    /// Whether and how it is tried again; absent where the effect decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// How long an attempt, and all of it, may take.
    #[serde(default, skip_serializing_if = "Timeout::is_open")]
    pub timeout: Timeout,
    /// What becomes of what was done, and of the rest, after a failure; absent where the effect decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_failure: Option<AfterFailure>,
    /// The item that this one takes back, where that item's step failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Box<ItemKey>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to what decides on skipping"
)]
fn is_first(wave: &u32) -> bool {
    *wave == 0
}

impl Manner {
    /// The one of which nothing was said, shared by all that have it.
    #[must_use]
    pub fn plain() -> Arc<Self> {
        static PLAIN: LazyLock<Arc<Manner>> = LazyLock::new(Arc::default);
        Arc::clone(&PLAIN)
    }

    /// Whether nothing was said: the effect decides everything.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// How a step is tried again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Retry {
    /// How many attempts at most.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Duration>,
    /// No attempt begins later than this after the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// After what it is tried again; empty means all of them.
    #[serde(default)]
    pub on: Vec<RetryOn>,
}

impl Retry {
    /// Whether it is tried again after this.
    #[must_use]
    pub fn is_after(&self, what: RetryOn) -> bool {
        self.on.is_empty() || self.on.contains(&what)
    }
}

/// What a step may be tried again after.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryOn {
    /// The provider asked to wait.
    Throttled,
    /// The provider was not reached.
    Unavailable,
    /// Somebody else was changing the same thing.
    Conflict,
}

/// How long a step may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Timeout {
    /// One attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Duration>,
    /// All of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Duration>,
}

impl Timeout {
    /// Whether it limits nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of what was done, and of the rest, after a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterFailure {
    /// What is done stays done, the rest goes on.
    Keep,
    /// What depends on it, and what of the step has not begun, does not start.
    Stop,
    /// As if it had ended well.
    Continue,
    /// What the step itself did is given back.
    UndoSelf,
}
