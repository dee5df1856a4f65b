//! Secrets that a terminal or a mail program wrapped: put together where their form leaves no doubt.
//!
//! Joins only what begins as a form does that tells by itself, and is of that form together and not alone.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Sighting;
use super::gather::Gather;
use crate::domain::Checksum;

/// Over how many lines one is put together.
const LINES: usize = 8;
/// What may stand before the rest of it in a line.
const QUOTED: [char; 5] = [' ', '\t', '>', '|', '\u{2502}'];

/// Takes what was wrapped in a text.
pub(super) fn join(gather: &mut Gather<'_>, text: &str, seen: &dyn Fn(usize) -> Sighting) {
    let recogniser = Arc::clone(&gather.recogniser);
    for start in recogniser.starts(text) {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let Some(rest) = text
            .get(start..)
            .filter(|_| !before.is_some_and(is_of_word))
        else {
            continue;
        };
        let (first, mut rest) = word(rest);
        let has = |word: &str, is: fn(Checksum) -> bool| {
            let fits = recogniser.whole(word).into_iter();
            fits.into_iter().any(|fit| fit.telling && is(fit.checksum))
        };
        let is_right = |checksum| checksum == Checksum::Right;
        if first.is_empty() || has(first, is_right) {
            continue;
        }
        let is_whole = has(first, |_| true);
        let mut joined = Zeroizing::new(first.to_owned());
        let mut parts = vec![first];
        for _ in 1..LINES {
            let Some(next) = rest
                .strip_prefix('\n')
                .or_else(|| rest.strip_prefix("\r\n"))
            else {
                break;
            };
            let (more, after) = word(next.trim_start_matches(QUOTED));
            if more.is_empty() {
                break;
            }
            joined.push_str(more.trim_end_matches('.'));
            parts.push(more);
            let may_be = |checksum| checksum != Checksum::Wrong;
            // Half of it was found as a whole already: then only a checksum tells that it was half.
            if has(&joined, is_right) || (!is_whole && has(&joined, may_be)) {
                gather.wrapped(&joined, &parts, seen(start));
                break;
            }
            rest = after;
        }
    }
}

/// The word that a text begins with, and what follows.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '=')
}
