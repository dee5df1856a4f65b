//! Texts of any length, in pieces: each is cleaned and gleaned, and overlaps the next so that nothing is cut in two.
//!
//! Never holds more than a piece.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::clean::clean;
use super::gather::Gather;
use super::wrap;
use super::{Said, Sighting};

/// How much of a text is looked at, at once.
const PIECE: usize = 128 * 1024;
/// How much of a piece is looked at again with the next: what belongs together stands nearer.
const OVERLAP: usize = 4 * 1024;
/// How much is read to tell what it is.
const BEGINNING: u64 = 64 * 1024;

/// What it begins with.
pub(super) fn prefix(from: &mut impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut begin = Zeroizing::new(Vec::new());
    from.take(BEGINNING).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Reads it all.
pub(super) fn read(gather: &mut Gather<'_>, mut from: impl Read) -> io::Result<()> {
    let mut held = Zeroizing::new(Vec::new());
    let mut line = 1;
    loop {
        let wanted = u64::try_from(PIECE.saturating_sub(held.len())).unwrap_or_default();
        let more = from.by_ref().take(wanted).read_to_end(&mut held)?;
        let is_last = u64::try_from(more).is_ok_and(|more| more < wanted);
        let cut = if is_last { held.len() } else { end(&held) };
        piece(gather, held.get(..cut).unwrap_or_default(), line);
        if is_last {
            return Ok(());
        }
        let kept = begin(&held, cut);
        let done = held.get(..kept).unwrap_or_default();
        line += done.iter().filter(|byte| **byte == b'\n').count();
        held.drain(..kept);
    }
}

/// Where a piece ends: at the end of a line, else of a word.
fn end(held: &[u8]) -> usize {
    let last = |is: fn(u8) -> bool| {
        let place = held.iter().rposition(|byte| is(*byte))?;
        (place > 2 * OVERLAP).then_some(place + 1)
    };
    last(|byte| byte == b'\n')
        .or_else(|| last(parts))
        .unwrap_or(held.len())
}

/// Where the next piece begins: at a line, else at a word, not long before this one ends.
fn begin(held: &[u8], cut: usize) -> usize {
    let from = cut.saturating_sub(OVERLAP);
    let overlap = held.get(from..cut).unwrap_or_default();
    let first = |is: fn(u8) -> bool| overlap.iter().position(|byte| is(*byte));
    let place = first(|byte| byte == b'\n').or_else(|| first(parts));
    place.map_or(from, |place| from + place + 1)
}

/// Whether a byte is in no credential.
fn parts(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b';' | b'<' | b'>' | b'&')
}

fn piece(gather: &mut Gather<'_>, bytes: &[u8], line: usize) {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let text = clean(&text);
    let ends: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
    let seen = |at: usize| Sighting {
        line: line + ends.partition_point(|end| *end < at),
        ..Sighting::default()
    };
    gather.glean(&text, ("", Said::Nothing), &seen);
    wrap::join(gather, &text, &seen);
}
