//! Evidence: what was read and decided something, kept redacted, one file each, named by its digest.
//!
//! Owns the form of a kept file, its redaction, and the archive that everything leaves in. Never writes a file itself: it
//! is handed who keeps one, and never holds a secret longer than the moment in which its fingerprint is taken.

pub mod archive;
pub mod redact;

use serde::Serialize;

use crate::domain::case::About;
use crate::domain::event::Event;
use crate::domain::{
    Digest, Duration, Fact, Found, ItemRef, Locator, NotSeen, Query, Reading, Seen, Source, Time,
};

pub use redact::Redactor;

/// The version of a kept file.
pub const VERSION: u8 = 1;

/// Something that was read, about to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// What was read.
    pub what: What<'a>,
    /// The item that it was read for.
    pub item: &'a ItemRef,
    /// When reading began.
    pub began: Time,
    /// When it ended.
    pub ended: Time,
    /// How far the provider's clock was ahead of ours.
    pub clock_ahead: Duration,
}

/// What was read.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// An answer to a question.
    Answer(&'a Query, &'a Reading),
    /// The state of a target.
    State(&'a Seen),
}

/// A file that was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its path within the folder.
    pub path: String,
    /// Its digest.
    pub digest: Digest,
}

/// Keeps one file, durably; answers why not where it cannot.
pub type Keeper<'a> = dyn Fn(&Kept<'_>) -> Result<File, String> + Sync + 'a;

/// Keeps a reading and answers the entry that says so. Evidence that cannot be kept holds nothing up: that is noted.
#[must_use]
pub fn entry(keeper: &Keeper<'_>, kept: &Kept<'_>) -> Event {
    match keeper(kept) {
        Ok(File { path, digest }) => Event::Attached {
            path,
            digest,
            about: Some(Box::new(kept.about())),
        },
        Err(why) => {
            let text = format!(
                "what was read of {} could not be kept: {why}",
                kept.target()
            );
            Event::Noted { text }
        }
    }
}

/// The digest that a snapshot of a target is known by.
#[must_use]
pub fn state(seen: &Seen) -> Option<Digest> {
    Digest::of_json(&(&seen.target, &seen.fact)).ok()
}

impl Kept<'_> {
    fn target(&self) -> &Locator {
        match self.what {
            What::Answer(query, _) => &query.target,
            What::State(seen) => &seen.target,
        }
    }

    /// What the journal says about it.
    #[must_use]
    pub fn about(&self) -> About {
        About {
            what: self.target().to_string(),
            from: self.target().provider().to_owned(),
            item: Some(self.item.clone()),
            complete: Some(self.is_complete()),
            state: match self.what {
                What::Answer(..) => None,
                What::State(seen) => state(seen),
            },
        }
    }

    fn is_complete(&self) -> bool {
        match self.what {
            What::Answer(_, reading) => {
                reading.back_to.is_none() && !reading.not_seen.iter().any(|blind| blind.withholds)
            }
            What::State(seen) => !matches!(seen.fact, Fact::Unreadable(_)),
        }
    }
}

/// The wire form.
#[derive(Serialize)]
struct Wire<'a> {
    v: u8,
    about: &'a Locator,
    provider: &'a str,
    item: &'a ItemRef,
    began: Time,
    ended: Time,
    /// How far the provider's clock was ahead of ours.
    clock_ahead_ms: i64,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a Seen>,
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a Query,
    range: Range,
    pages: u32,
    request_ids: &'a [String],
    sources: &'a [Source],
    found: &'a [Found],
    not_seen: &'a [NotSeen],
}

/// The time that an answer is about.
#[derive(Serialize)]
struct Range {
    from: Time,
    until: Time,
    /// Logs are complete back to here only, where that is later than `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    back_to: Option<Time>,
}

impl<'a> Kept<'a> {
    fn wire(&self) -> Wire<'a> {
        let about = match self.what {
            What::Answer(query, _) => &query.target,
            What::State(seen) => &seen.target,
        };
        let (answer, state) = match self.what {
            What::State(seen) => (None, Some(seen)),
            What::Answer(query, reading) => {
                let answer = Answer {
                    query,
                    range: Range {
                        from: query.since,
                        until: self.ended,
                        back_to: reading.back_to,
                    },
                    pages: reading.requests,
                    request_ids: &reading.request_ids,
                    sources: &reading.sources,
                    found: &reading.found,
                    not_seen: &reading.not_seen,
                };
                (Some(answer), None)
            }
        };
        Wire {
            v: VERSION,
            about,
            provider: about.provider(),
            item: self.item,
            began: self.began,
            ended: self.ended,
            clock_ahead_ms: i64::try_from(self.clock_ahead.as_millis()).unwrap_or(i64::MAX),
            complete: self.is_complete(),
            answer,
            state,
        }
    }
}

/// Whether a file of the record is as it was attached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is there and has its digest.
    Intact,
    /// It is not there, or cannot be read.
    Missing,
    /// It is there with other bytes.
    Altered,
}

impl Standing {
    /// Compares the digest of what is there now with the one that the journal holds.
    #[must_use]
    pub fn of(found: Option<Digest>, attached: Digest) -> Self {
        match found {
            None => Self::Missing,
            Some(found) if found == attached => Self::Intact,
            Some(_) => Self::Altered,
        }
    }

    /// The word, as shown and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Missing => "missing",
            Self::Altered => "altered",
        }
    }
}

#[cfg(test)]
mod tests;
