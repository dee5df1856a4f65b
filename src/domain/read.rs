//! Reads beyond plain state: what hangs on a subject, and what it did.
//!
//! A reading always says what it could not see.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Digest, Duration, Fields, Locator, Time, Why};

/// What can be read about a target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadKind {
    /// Its present fields.
    State,
    /// What hangs on it, and how.
    Reach,
    /// The credentials that a principal holds.
    Credentials,
    /// What was granted to it.
    Grants,
    /// What it may do.
    Permissions,
    /// What it did.
    Activity,
}

impl ReadKind {
    /// What it answers.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::State => "Its present fields.",
            Self::Reach => "What hangs on it, and how.",
            Self::Credentials => "The credentials that a principal holds.",
            Self::Grants => "What was granted to it.",
            Self::Permissions => "What it may do.",
            Self::Activity => "What it did.",
        }
    }
}

/// How a reached thing hangs on the subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The principal holds it.
    Held,
    /// The subject made it.
    Minted,
    /// A role that the subject really assumed.
    Entered,
    /// A secret that the subject really read.
    Exposed,
    /// A role that the subject could assume.
    CouldEnter,
    /// A secret that the subject could read.
    CouldRead,
    /// A thing that a healthy identity uses too.
    Shared,
}

impl Relation {
    /// All relations.
    pub const ALL: [Self; 7] = [
        Self::Held,
        Self::Minted,
        Self::Entered,
        Self::Exposed,
        Self::CouldEnter,
        Self::CouldRead,
        Self::Shared,
    ];

    /// Whether naming the subject means it too, without anything being included.
    #[must_use]
    pub fn is_of_set(self) -> bool {
        match self {
            Self::Held | Self::Minted | Self::Entered => true,
            Self::Exposed | Self::CouldEnter | Self::CouldRead | Self::Shared => false,
        }
    }

    /// The word, as written in playbooks and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Minted => "minted",
            Self::Entered => "entered",
            Self::Exposed => "exposed",
            Self::CouldEnter => "could-enter",
            Self::CouldRead => "could-read",
            Self::Shared => "shared",
        }
    }
}

/// A question to a provider.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Query {
    /// What to read.
    pub read: ReadKind,
    /// About what.
    pub target: Locator,
    /// Which relations are wanted; empty means all.
    #[serde(default)]
    pub relations: Vec<Relation>,
    /// The start of the incident window.
    pub since: Time,
    /// How many pages of a log may be read.
    pub pages: u32,
    /// How long it may take, in whole milliseconds.
    pub budget_ms: u64,
}

/// One thing that was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub what: Locator,
    /// How it hangs on the subject; absent for events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Why we believe it: a log event, a policy, a listing.
    pub evidence: String,
    /// When it came to be or happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Harmless facts: `created`, `last_used`, `status`; for events `event`, `source_ip`, `user_agent`, `accepted`,
    /// `changed`.
    #[serde(default)]
    pub fields: Fields,
}

impl Found {
    /// Whose it is, where the provider that found it says so.
    #[must_use]
    pub fn principal(&self) -> Option<Locator> {
        self.fields.get("principal")?.as_str()?.parse().ok()
    }
}

/// A field that an event in an audit log wrote, in the words of what observing the target answers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// Of what.
    pub target: Locator,
    /// Which field.
    pub field: String,
}

impl Found {
    /// The member of `fields` in which a provider says what an event wrote.
    pub const CHANGED: &'static str = "changed";

    /// What an event wrote, as its provider understood it; nothing where it was refused.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed> {
        let refused = self.fields.get("accepted") == Some(&Value::Bool(false));
        let told = self.fields.get(Self::CHANGED).filter(|_| !refused);
        told.and_then(|told| serde_json::from_value(told.clone()).ok())
            .unwrap_or_default()
    }
}

/// Something that could not be seen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct NotSeen {
    /// What was not seen.
    pub what: String,
    /// Why not.
    pub why: Why,
    /// Whether *contained* must be withheld for it.
    pub withholds: bool,
}

/// The answer to a [`Query`].
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Reading {
    /// What was found.
    pub found: Vec<Found>,
    /// What could not be seen.
    #[serde(default)]
    pub not_seen: Vec<NotSeen>,
    /// Logs are complete back to here; absent where no log was asked or all of it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<Time>,
    /// How many requests it took.
    #[serde(default)]
    pub requests: u32,
    /// How the provider names the requests; those of other reads at the same time may be among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// Files that were read beside the provider's API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// How many milliseconds the clock that the times in it are told by was ahead of ours.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_ahead_ms: i64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

impl Reading {
    /// A time that stands in it, by our clock.
    #[must_use]
    pub fn ours(&self, at: Time) -> Time {
        let ahead = Duration::from_millis(self.clock_ahead_ms);
        at.saturating_sub(ahead).unwrap_or(at)
    }
}

/// A file that a reading drew on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The file, as it was named.
    pub name: String,
    /// Its digest, as far as it was read.
    pub digest: Digest,
    /// How many records it holds.
    pub records: u64,
    /// How many more could not be understood.
    pub broken: u64,
    /// The time of the earliest record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// The time of the latest record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
}
