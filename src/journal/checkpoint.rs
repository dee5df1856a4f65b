//! Checkpoints: what a journal was at a moment, small enough to be signed, carried elsewhere, and checked with `sha256sum`.
//!
//! Holds what was vouched for against bytes. Never signs, and never says who may vouch.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::{Report, check};
use super::fold::{Fault, length};
use crate::domain::{Digest, Time};

const VERSION: u8 = 1;

/// What a journal was at a moment; its rendering is what is signed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    checkpoint: u8,
    /// The incident.
    pub incident: String,
    /// How many entries it had.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: Digest,
    /// How many bytes these entries take.
    pub bytes: u64,
    /// The SHA-256 of these bytes, as `head -c BYTES journal.jsonl | sha256sum` prints it.
    pub sha256: Digest,
    /// When that was.
    pub at: Time,
}

/// A checkpoint for which somebody vouches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// What is vouched for.
    pub checkpoint: Checkpoint,
    /// Whose signature it carries.
    pub by: String,
    /// The fingerprint of the key.
    pub key: String,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checkpoint { entries, at, .. } = &self.checkpoint;
        write!(f, "entry {entries} by {} ({}) at {at}", self.by, self.key)
    }
}

impl Checkpoint {
    /// The checkpoint of a journal as it is now.
    ///
    /// # Errors
    /// What checking found, where that is no whole journal of an incident.
    pub fn of(bytes: &[u8], at: Time) -> Result<Self, Box<Report>> {
        match check(bytes) {
            Report::Intact(intact) => match intact.incident {
                Some(incident) => Ok(Self {
                    checkpoint: VERSION,
                    incident,
                    entries: intact.entries,
                    head: intact.head,
                    bytes: length(bytes),
                    sha256: Digest::of(bytes),
                    at,
                }),
                None => Err(Box::new(Report::Intact(intact))),
            },
            other @ (Report::Torn { .. } | Report::Damaged { .. }) => Err(Box::new(other)),
        }
    }

    /// The bytes that are signed: one line.
    ///
    /// # Errors
    /// Never, but for what a JSON writer could refuse.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }

    /// Reads what [`Checkpoint::render`] wrote, and nothing else.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let read: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if read.checkpoint != VERSION {
            return Err(format!("version {} is not known", read.checkpoint));
        }
        // Two spellings of one checkpoint would be two files that claim to be the same.
        match read.render() {
            Ok(rendered) if rendered.as_bytes() == bytes => Ok(read),
            Ok(_) | Err(_) => Err("it is spelled otherwise than it was written".to_owned()),
        }
    }

    /// Whether a journal begins with exactly what was vouched for.
    ///
    /// # Errors
    /// It was cut, or it is another history.
    pub fn holds(&self, bytes: &[u8]) -> Result<(), Fault> {
        let entries = self.entries;
        let vouched = usize::try_from(self.bytes)
            .ok()
            .and_then(|end| bytes.get(..end));
        match vouched {
            None => Err(Fault::Cut { entries }),
            Some(vouched) if Digest::of(vouched) == self.sha256 => Ok(()),
            Some(_) => Err(Fault::Forked { entries }),
        }
    }
}

/// The anchor that vouches for most of what is there.
#[must_use]
pub fn vouched<'a>(bytes: &[u8], anchors: &'a [Anchor]) -> Option<&'a Anchor> {
    let holds = anchors
        .iter()
        .filter(|anchor| anchor.checkpoint.holds(bytes).is_ok());
    holds.max_by_key(|anchor| (anchor.checkpoint.entries, anchor.checkpoint.at))
}

/// Checks a journal as [`check`] does, and against those who vouch for what it was.
#[must_use]
pub fn check_with(bytes: &[u8], anchors: &[Anchor]) -> Report {
    let report = check(bytes);
    if matches!(report, Report::Damaged { .. }) {
        return report;
    }
    let anchor = vouched(bytes, anchors);
    let broken = anchors
        .iter()
        .find_map(|anchor| anchor.checkpoint.holds(bytes).err());
    if let Some(why) = broken {
        let last = anchor.map(|anchor| &anchor.checkpoint);
        return Report::Damaged {
            line: last.map_or(1, |last| last.entries + 1),
            offset: last.map_or(0, |last| last.bytes),
            why,
        };
    }
    match report {
        Report::Intact(mut intact) => {
            intact.anchored = anchor.cloned();
            Report::Intact(intact)
        }
        Report::Torn { mut whole, bytes } => {
            whole.anchored = anchor.cloned();
            Report::Torn { whole, bytes }
        }
        damaged @ Report::Damaged { .. } => damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::laws::{Sample, journal_of};

    fn anchor_of(bytes: &[u8]) -> Anchor {
        let Ok(checkpoint) = Checkpoint::of(bytes, Time::UNIX_EPOCH) else {
            unreachable!("no checkpoint")
        };
        Anchor {
            checkpoint,
            by: "alice".to_owned(),
            key: "SHA256:x".to_owned(),
        }
    }

    #[test]
    fn a_tail_cut_at_every_byte_is_seen_with_a_checkpoint_and_unanchored_without() {
        let bytes = journal_of(Sample::Entries(9));
        let at = |entries| journal_of(Sample::Entries(entries)).len();
        let vouched = bytes.get(..at(6)).unwrap_or_default();
        let anchors = [anchor_of(vouched)];
        for cut in 0..=bytes.len() {
            let left = bytes.get(..cut).unwrap_or_default();
            match check_with(left, &anchors) {
                Report::Damaged { why, .. } => {
                    assert_eq!(why, Fault::Cut { entries: 6 }, "cut at {cut}");
                    assert!(cut < vouched.len(), "cut at {cut}");
                }
                Report::Intact(whole) | Report::Torn { whole, .. } => {
                    assert!(cut >= vouched.len(), "cut at {cut}");
                    assert_eq!(whole.anchored.as_ref(), anchors.first());
                    let after = whole.entries - 6;
                    let told = format!("and {after} entries after it");
                    assert!(whole.to_string().ends_with(&told), "{whole}");
                }
            }
            match check_with(left, &[]) {
                Report::Intact(whole) | Report::Torn { whole, .. } => {
                    assert!(whole.to_string().ends_with("unanchored"), "cut at {cut}");
                }
                Report::Damaged { .. } => unreachable!("cut at {cut}"),
            }
        }
    }

    #[test]
    fn another_history_is_seen_however_well_it_is_chained() {
        let ours = journal_of(Sample::Entries(6));
        let other = journal_of(Sample::OtherIncident(9));
        let anchors = [anchor_of(&ours)];
        let Report::Damaged { line: 1, why, .. } = check_with(&other, &anchors) else {
            unreachable!("a fork passed")
        };
        assert_eq!(why, Fault::Forked { entries: 6 });
        assert!(matches!(check(&other), Report::Intact(_)));

        // Two heads after a common beginning: whichever was vouched for, the other is none.
        let begun = journal_of(Sample::Entries(3));
        let more = crate::journal::laws::events(8);
        let fork = crate::journal::laws::lines_of("solo", &more);
        let common = [anchor_of(&begun), anchor_of(&fork)];
        for (bytes, anchors) in [(&ours, &common[..]), (&fork, &anchors[..])] {
            let found = check_with(bytes, anchors);
            assert!(matches!(found, Report::Damaged { .. }), "{found}");
        }
        assert_eq!(super::vouched(&ours, &common), common.first());
    }

    #[test]
    fn what_is_signed_is_read_as_it_was_written_and_in_no_other_spelling() {
        let anchor = anchor_of(&journal_of(Sample::Entries(4)));
        let rendered = anchor.checkpoint.render().unwrap_or_default();
        assert_eq!(
            Checkpoint::parse(rendered.as_bytes()),
            Ok(anchor.checkpoint)
        );
        assert!(rendered.starts_with(r#"{"checkpoint":1,"incident":"inc-1","entries":4,"head":""#));
        for (from, to) in [
            ("\n", ""),
            ("\":4", "\": 4"),
            ("\"checkpoint\":1", "\"checkpoint\":2"),
            ("{", "{\"x\":1,"),
            ("\"at\"", "\"entries\":4,\"at\""),
        ] {
            let changed = rendered.replacen(from, to, 1);
            assert!(Checkpoint::parse(changed.as_bytes()).is_err(), "{to}");
        }
        assert!(Checkpoint::of(b"", Time::UNIX_EPOCH).is_err());
        assert!(Checkpoint::of(b"{}\n", Time::UNIX_EPOCH).is_err());
    }
}
