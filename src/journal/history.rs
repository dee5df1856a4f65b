//! Entries in order, and how what stands elsewhere segment by segment stands to them.
//!
//! Takes in only what follows the chain and may have happened. Never changes what a mirror has.

use std::fmt;

use super::fold::{Chain, Newer, Stop, length, walk};
use super::mirror::Mirror;
use crate::domain::case::Case;

/// First entry and length of each segment, in order.
pub(super) type Segments = Vec<(u64, u64)>;

/// Entries that verify, and where each ends.
pub(super) struct History {
    pub(super) bytes: Vec<u8>,
    ends: Vec<u64>,
    chain: Chain,
    case: Case,
}

impl History {
    /// The whole lines of a journal, and the tail after them.
    pub(super) fn of(bytes: &[u8]) -> Result<(Self, &[u8]), Stop> {
        let mut history = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            chain: Chain::START,
            case: Case::default(),
        };
        let walked = walk(&mut history.chain, &mut history.case, bytes, 0, Newer::Pass)?;
        let (whole, tail) = bytes
            .split_at_checked(usize_of(walked.whole))
            .unwrap_or((bytes, b""));
        history.add(whole);
        Ok((history, tail))
    }

    fn add(&mut self, lines: &[u8]) {
        let from = self.length();
        self.bytes.extend_from_slice(lines);
        let ends = (1..).zip(lines).filter(|(_, byte)| **byte == b'\n');
        self.ends.extend(ends.map(|(end, _)| from + end));
    }

    pub(super) fn entries(&self) -> u64 {
        length_of(self.ends.len())
    }

    pub(super) fn length(&self) -> u64 {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Where an entry begins; nothing where the one before it is not there.
    fn start(&self, entry: u64) -> Option<u64> {
        match entry.checked_sub(2) {
            Some(before) => self.ends.get(usize_of(before)).copied(),
            None => Some(0),
        }
    }

    /// How many entries end at or before a place, which is where one ends.
    fn ending_at(&self, place: u64) -> Option<u64> {
        let found = self.ends.binary_search(&place).ok();
        found.map(|at| length_of(at) + 1)
    }

    /// Goes on with what a mirror has beyond it, where that follows.
    pub(super) fn take_in(
        &mut self,
        mirror: &mut Mirror,
        segments: &[(u64, u64)],
    ) -> Result<(), String> {
        for (at, (first, size)) in segments.iter().enumerate() {
            let Some(start) = self.start(*first) else {
                // Nobody knows what comes before it; another mirror may.
                return Ok(());
            };
            let is_last = at + 1 == segments.len();
            let is_inside = self.ending_at(start + size).is_some();
            // The chain vouches for everything before a segment that is ours.
            if is_inside && !is_last {
                continue;
            }
            let segment = mirror.segment(*first)?;
            let ours = self.bytes.get(usize_of(start)..).unwrap_or_default();
            let shared = ours.len().min(segment.len());
            if length(&segment) != *size || ours.get(..shared) != segment.get(..shared) {
                return Err(another(*first));
            }
            let more = segment.get(shared..).unwrap_or_default();
            if more.is_empty() && !is_inside {
                return Err(another(*first));
            }
            self.go_on(more).map_err(|()| another(*first))?;
        }
        Ok(())
    }

    /// Takes lines that follow.
    fn go_on(&mut self, more: &[u8]) -> Result<(), ()> {
        if more.is_empty() {
            return Ok(());
        }
        let (mut chain, mut case) = (self.chain, self.case.clone());
        let walked = walk(&mut chain, &mut case, more, 0, Newer::Pass).map_err(drop)?;
        if walked.tail > 0 {
            return Err(());
        }
        (self.chain, self.case) = (chain, case);
        self.add(more);
        Ok(())
    }

    /// The entries that a mirror lacks, from and to, both included.
    pub(super) fn lacking(&self, segments: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let (mut next, mut holes) = (1, Vec::new());
        for (first, size) in segments {
            if *first > next {
                holes.push((next, first - 1));
            }
            let end = self
                .start(*first)
                .and_then(|start| self.ending_at(start + size));
            next = next.max(end.unwrap_or(*first) + 1);
        }
        if next <= self.entries() {
            holes.push((next, self.entries()));
        }
        holes
    }

    /// Gives a mirror what it lacks.
    pub(super) fn give(&self, mirror: &mut Mirror, segments: &[(u64, u64)]) -> Result<(), String> {
        if mirror.bad().is_some() {
            return Ok(());
        }
        for (from, to) in self.lacking(segments) {
            if to > self.entries() {
                return Err(format!("nobody has its entries {from} to {to}"));
            }
            let start = self.start(from).map(usize_of);
            let end = self.start(to + 1).map(usize_of);
            let lines = start
                .zip(end)
                .and_then(|(start, end)| self.bytes.get(start..end));
            if !mirror.keep(from, lines.unwrap_or_default())? {
                return Err(another(from));
            }
        }
        Ok(())
    }
}

/// How a mirror stands to a journal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// How many entries the journal has.
    pub entries: u64,
    /// The entries that the mirror lacks, from and to.
    pub lacking: Vec<(u64, u64)>,
    /// How many entries the mirror has after the journal's last.
    pub ahead: u64,
    /// The first entry of a segment that is not the journal's.
    pub other: Option<u64>,
}

impl Compared {
    /// Whether the journal is behind, or the mirror has another history.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.ahead > 0 || self.other.is_some()
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.other {
            return write!(
                f,
                "has ANOTHER HISTORY: its entry {first} is not this journal's"
            );
        }
        if self.ahead > 0 {
            let ahead = self.ahead;
            return write!(
                f,
                "has {ahead} entries MORE; the next command that writes here takes them in"
            );
        }
        if self.lacking.is_empty() {
            return write!(f, "has all {} entries", self.entries);
        }
        let spans = self.lacking.iter().map(|(from, to)| match from == to {
            true => from.to_string(),
            false => format!("{from} to {to}"),
        });
        let spans = spans.collect::<Vec<_>>().join(", ");
        write!(
            f,
            "lacks {spans}; the next command that writes gives them to it"
        )
    }
}

/// Reads all that a mirror has, and holds it against a journal.
///
/// # Errors
/// Says why it could not be read, or that the journal does not verify itself.
pub fn compare(bytes: &[u8], mirror: &mut Mirror) -> Result<Compared, String> {
    let damaged = |stop: Stop| format!("the journal is damaged: {}", stop.why);
    let (mut history, _) = History::of(bytes).map_err(damaged)?;
    let entries = history.entries();
    let segments = mirror.segments()?;
    let mut other = None;
    for (first, size) in &segments {
        let segment = mirror.segment(*first)?;
        let start = history.start(*first).map(usize_of);
        let ours = start.and_then(|start| history.bytes.get(start..));
        let shared = ours.map_or(0, <[u8]>::len).min(segment.len());
        let is_ours = ours.is_some_and(|ours| ours.get(..shared) == segment.get(..shared));
        let more = segment.get(shared..).unwrap_or_default();
        if !is_ours || length(&segment) != *size || history.go_on(more).is_err() {
            other.get_or_insert(*first);
        }
    }
    let mut lacking = history.lacking(&segments);
    lacking.retain(|(from, _)| *from <= entries);
    Ok(Compared {
        entries,
        lacking,
        ahead: history.entries() - entries,
        other,
    })
}

pub(super) fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn length_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Why a mirror is left.
pub(super) fn another(first: u64) -> String {
    format!("it has another entry {first} than this journal, so somebody else writes there")
}
