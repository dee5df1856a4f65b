//! Kinds: what sorts of things a provider knows.
//!
//! Pure data, answered by a catalogue that needs no credentials.

use serde::{Deserialize, Serialize};

use super::{Duration, KindId, ReadKind};

/// One sort of target.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its id, e.g. `aws:access-key`.
    pub id: KindId,
    /// What a person calls it, e.g. `access key`.
    pub title: String,
    /// Whether it proves an identity; otherwise it is a principal or a container.
    pub credential: bool,
    /// How its ids and secrets look, for recognising a pasted leak offline.
    #[serde(default)]
    pub recognise: Vec<Pattern>,
    /// Kinds that stop working while a cut is in force on a thing of this kind.
    #[serde(default)]
    pub governs: Vec<KindId>,
    /// Kinds that a holder can make with it; they outlive it unless a cut says otherwise.
    #[serde(default)]
    pub mints: Vec<KindId>,
    /// What can be read about it.
    #[serde(default)]
    pub reads: Vec<ReadKind>,
    /// How its state can be looked up.
    pub readable: Readable,
    /// Whether the credential itself can be tried, with a call that needs no permission and changes nothing.
    #[serde(default)]
    pub probe: bool,
    /// The longest it can live by itself; absent where it never lapses.
    #[serde(default)]
    pub lifetime: Option<Duration>,
    /// How many one owner may have at once.
    #[serde(default)]
    pub at_most: Option<u32>,
    /// What a holder of this kind can use instead of a new long-lived credential, best first.
    #[serde(default)]
    pub short_lived: Vec<ShortLived>,
    /// What people do, exactly, where the vendor has no call that cuts it, and what shows that they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
}

/// Something short-lived that a principal can use instead of a long-lived credential.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortLived {
    /// What it is, as a clause: `an instance profile instead of a key`.
    pub title: String,
    /// What a person does to use it, exactly.
    pub steps: String,
    /// The vendor's page that says so.
    pub docs: String,
}

/// A form that ids or secrets of a kind take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// A regular expression for the whole text. Where it carries a checksum, the group `checked` holds what that is of, and
    /// `crc32_base62` or `crc32_base36` the checksum itself. Where a secret's own text holds the id, the group `id` does.
    pub is: String,
    /// Whether a match is itself secret, so that it must never be shown.
    pub secret: bool,
}

/// How the state of a thing can be looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readable {
    /// By its id.
    ById,
    /// Only by holding its secret.
    BySecret,
    /// Not at all: only what governs it can be read.
    Never,
}
