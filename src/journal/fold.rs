//! Reading a chain of lines: the one walk that opening, following another writer and checking share.
//!
//! Never writes, and never guesses: what does not verify is a [`Fault`].

use super::entry::{Framed, Line, begins_with_whole_line};
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::state::Illegal;
use crate::domain::{Digest, Time};

/// What is wrong with a line.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Fault {
    /// It is not in the frozen form.
    #[error("it is not in the form of a journal line")]
    Shape,
    /// Its hash is not that of its bytes.
    #[error("its hash does not match its content")]
    Hash,
    /// Its number is not the next one.
    #[error("its number is {found} where {expected} is due")]
    Seq {
        /// The number that is due.
        expected: u64,
        /// The number written.
        found: u64,
    },
    /// It follows another line than the one before it.
    #[error("it does not follow the line before it")]
    Prev,
    /// It is older than the line before it.
    #[error("it is older than the line before it")]
    Older,
    /// It belongs to another incident.
    #[error("it opens another incident")]
    Foreign,
    /// Its body cannot be read.
    #[error("its body cannot be read: {0}")]
    Body(String),
    /// What it says cannot have happened.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// A whole line is followed by something else than a newline.
    #[error("a whole line is followed by something else than a newline")]
    Overrun,
    /// It ends before what was vouched for.
    #[error("it ends there, and a signed checkpoint vouches for {entries} entries")]
    Cut {
        /// For how many entries is vouched.
        entries: u64,
    },
    /// It is another history than the one vouched for.
    #[error("its first {entries} entries are not those that a signed checkpoint vouches for")]
    Forked {
        /// For how many entries is vouched.
        entries: u64,
    },
    /// A newer version wrote it.
    #[error("a newer version of this program wrote it (`{kind}`)")]
    Newer {
        /// Its kind.
        kind: String,
    },
}

/// Where a chain stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Chain {
    /// The number of the last line; 0 before the first.
    pub(super) seq: u64,
    /// The hash of the last line.
    pub(super) head: Digest,
    /// The time of the last line.
    pub(super) at: Option<Time>,
}

impl Chain {
    /// Before the first line.
    pub(super) const START: Self = Self {
        seq: 0,
        head: Digest::ZERO,
        at: None,
    };

    /// Checks that a line, without its newline, is the next one.
    pub(super) fn check_line<'a>(&self, raw: &'a [u8]) -> Result<Framed<'a>, Fault> {
        let framed = Framed::of(raw)?;
        if framed.seq != self.seq + 1 {
            return Err(Fault::Seq {
                expected: self.seq + 1,
                found: framed.seq,
            });
        }
        if framed.prev != self.head {
            return Err(Fault::Prev);
        }
        if self.at.is_some_and(|at| framed.at < at) {
            return Err(Fault::Older);
        }
        Ok(framed)
    }

    /// Moves on to a line that was checked.
    pub(super) fn advance(&mut self, framed: &Framed<'_>) {
        *self = Self {
            seq: framed.seq,
            head: framed.hash,
            at: Some(framed.at),
        };
    }
}

/// Where and why a walk stopped.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Stop {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) why: Fault,
}

/// How far a walk came.
#[derive(Default)]
pub(super) struct Walked {
    /// The entries that this version knows.
    pub(super) lines: Vec<Line>,
    /// How many entries it does not know.
    pub(super) opaque: u64,
    /// How many bytes the whole lines take.
    pub(super) whole: u64,
    /// How many bytes follow the last newline.
    pub(super) tail: u64,
}

/// What a walk does with an entry that a newer version wrote.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Newer {
    /// Stops: one does not write after what one cannot read.
    Refuse,
    /// Checks its place in the chain and goes on.
    Pass,
}

/// Walks over bytes that follow `chain`, folding them into `case`; `base` is the offset of the first byte.
pub(super) fn walk(
    chain: &mut Chain,
    case: &mut Case,
    bytes: &[u8],
    base: u64,
    newer: Newer,
) -> Result<Walked, Stop> {
    let mut walked = Walked::default();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (raw, after) = rest.split_at(end);
        let stop = |why| Stop {
            line: chain.seq + 1,
            offset: base + walked.whole,
            why,
        };
        let framed = chain.check_line(raw).map_err(stop)?;
        match framed.event().map_err(stop)? {
            Some(event) => {
                if is_foreign(case, &event) {
                    return Err(stop(Fault::Foreign));
                }
                match case.apply(framed.at, &event) {
                    Ok(()) => {}
                    // What a newer version wrote before may have made this legal.
                    Err(_) if walked.opaque > 0 => {}
                    Err(illegal) => return Err(stop(illegal.into())),
                }
                chain.advance(&framed);
                walked.lines.push(framed.line(event));
            }
            None if newer == Newer::Pass => {
                chain.advance(&framed);
                walked.opaque += 1;
            }
            None => {
                let kind = framed.kind.to_owned();
                return Err(stop(Fault::Newer { kind }));
            }
        }
        walked.whole += length(raw) + 1;
        rest = after.get(1..).unwrap_or_default();
    }
    if begins_with_whole_line(rest) {
        return Err(Stop {
            line: chain.seq + 1,
            offset: base + walked.whole,
            why: Fault::Overrun,
        });
    }
    walked.tail = length(rest);
    Ok(walked)
}

/// Whether an entry opens another incident than the one that is open already.
pub(super) fn is_foreign(case: &Case, event: &Event) -> bool {
    matches!(event, Event::Opened { incident, .. }
        if case.opened_at.is_some() && *incident != case.incident)
}

/// The length of a slice, as an offset.
pub(super) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
