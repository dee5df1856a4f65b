//! Checking a journal from its bytes alone, as `journal verify` does.
//!
//! Uses the same walk and the same transition table as writing. Never changes a byte, and never calls a chain without an
//! anchor more than unanchored.

use std::fmt;

use super::checkpoint::Anchor;
use super::fold::{Chain, Fault, Newer, walk};
use crate::domain::Digest;
use crate::domain::case::Case;

/// What checking found.
#[derive(Clone, PartialEq, Debug)]
pub enum Report {
    /// Every line verifies, and the last ends with a newline.
    Intact(Intact),
    /// Every whole line verifies; what follows was never acknowledged, and the next writer sets it aside.
    Torn {
        /// What the whole lines say.
        whole: Intact,
        /// How many bytes follow the last newline.
        bytes: u64,
    },
    /// A line does not verify.
    Damaged {
        /// The first such line, from 1.
        line: u64,
        /// The offset of its first byte.
        offset: u64,
        /// What is wrong with it.
        why: Fault,
    },
}

/// What verifies.
#[derive(Clone, PartialEq, Debug)]
pub struct Intact {
    /// The incident, where its first entry is there.
    pub incident: Option<String>,
    /// How many entries there are.
    pub entries: u64,
    /// How many of them a newer version wrote; their place in the chain is checked, their meaning is not.
    pub opaque: u64,
    /// The hash of the last line.
    pub head: Digest,
    /// Who vouches for how much of it; without that, a tail cut at the end of a line goes unseen.
    pub anchored: Option<Anchor>,
}

impl fmt::Display for Intact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, head {}, ", self.entries, self.head)?;
        match &self.anchored {
            Some(anchor) => {
                let after = self.entries.saturating_sub(anchor.checkpoint.entries);
                write!(f, "anchored to {anchor}, and {after} entries after it")
            }
            None => f.write_str("unanchored"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intact(intact) => write!(f, "intact: {intact}"),
            Self::Torn { whole, bytes } => {
                write!(f, "torn: {bytes} bytes without an end after {whole}")
            }
            Self::Damaged { line, offset, why } => {
                write!(f, "damaged: line {line}, at byte {offset}: {why}")
            }
        }
    }
}

/// Checks the bytes of a journal: form, numbers, hashes, chain, and that each entry may follow the ones before.
#[must_use]
pub fn check(bytes: &[u8]) -> Report {
    let (mut chain, mut case) = (Chain::START, Case::default());
    match walk(&mut chain, &mut case, bytes, 0, Newer::Pass) {
        Err(stop) => Report::Damaged {
            line: stop.line,
            offset: stop.offset,
            why: stop.why,
        },
        Ok(walked) => {
            let whole = Intact {
                incident: case.opened_at.map(|_| case.incident),
                entries: chain.seq,
                opaque: walked.opaque,
                head: chain.head,
                anchored: None,
            };
            match walked.tail {
                0 => Report::Intact(whole),
                bytes => Report::Torn { whole, bytes },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::domain::event::{Answered, Event};
    use crate::journal::entry::{self, Framed, is_sealed};
    use crate::journal::laws::{Sample, journal_of, lines_of};

    fn is_damaged(bytes: &[u8]) -> bool {
        matches!(check(bytes), Report::Damaged { .. })
    }

    /// Splits into lines, each with its newline.
    fn whole_lines(bytes: &[u8]) -> Vec<&[u8]> {
        bytes.split_inclusive(|byte| *byte == b'\n').collect()
    }

    /// Does what [`check`] does from the line on where the chain stands: it stops at the first line that does not verify,
    /// and no line verifies that is not sealed. Returns how many changes were tried.
    fn changes_of_line_are_seen(lines: &[&[u8]], nth: usize, chain: &Chain) -> usize {
        let (Some(line), next) = (lines.get(nth), lines.get(nth + 1)) else {
            unreachable!("line {nth}")
        };
        let mut changed = [line, *next.unwrap_or(&&b""[..])].concat();
        let mut seen = 0;
        for at in 0..line.len() {
            let was = changed.get(at).copied().unwrap_or_default();
            let is_newline = at + 1 == line.len();
            for step in 1..=u8::MAX {
                let other = was.wrapping_add(step);
                if let Some(byte) = changed.get_mut(at) {
                    *byte = other;
                }
                let end = match other {
                    b'\n' => Some(at),
                    _ if is_newline => changed.iter().position(|byte| *byte == b'\n'),
                    _ => Some(line.len() - 1),
                };
                let first = end.and_then(|end| changed.get(..end));
                if first.is_some_and(|first| is_sealed(first) && chain.check_line(first).is_ok()) {
                    unreachable!("line {nth}, byte {at} became {other}");
                }
                seen += 1;
            }
            if let Some(byte) = changed.get_mut(at) {
                *byte = was;
            }
        }
        seen
    }

    #[test]
    fn every_change_of_every_byte_is_seen() {
        let bytes = journal_of(Sample::AtLeast(64 * 1024));
        let lines = whole_lines(&bytes);
        let mut chains = vec![Chain::START];
        for line in &lines {
            let mut chain = chains.last().copied().unwrap_or(Chain::START);
            let framed = chain.check_line(line.trim_ascii_end());
            assert!(framed.is_ok());
            framed.iter().for_each(|framed| chain.advance(framed));
            chains.push(chain);
        }
        let seen: usize = std::thread::scope(|scope| {
            let (lines, chains) = (&lines, &chains);
            let workers: Vec<_> = (0..4)
                .map(|worker| {
                    scope.spawn(move || {
                        let mine = chains.iter().take(lines.len()).enumerate();
                        mine.skip(worker)
                            .step_by(4)
                            .map(|(nth, chain)| changes_of_line_are_seen(lines, nth, chain))
                            .sum::<usize>()
                    })
                })
                .collect();
            workers.into_iter().filter_map(|w| w.join().ok()).sum()
        });
        assert_eq!(seen, bytes.len() * 255);

        for at in (0..bytes.len()).step_by(1009).chain([bytes.len() - 1]) {
            for flip in [0x01, 0x0a, 0x80] {
                let mut changed = bytes.clone();
                changed.iter_mut().skip(at).take(1).for_each(|b| *b ^= flip);
                assert!(is_damaged(&changed), "byte {at} ^ {flip}");
            }
        }
        for other in (0..=u8::MAX).filter(|other| *other != b'\n') {
            let mut changed = bytes.clone();
            changed
                .iter_mut()
                .last()
                .into_iter()
                .for_each(|b| *b = other);
            assert!(is_damaged(&changed), "the last newline became {other}");
        }
    }

    #[test]
    fn entries_deleted_doubled_swapped_or_spliced_are_seen() {
        let bytes = journal_of(Sample::Entries(12));
        let other = journal_of(Sample::OtherIncident(12));
        let (lines, others) = (whole_lines(&bytes), whole_lines(&other));
        for at in 0..lines.len() {
            let mut deleted = lines.clone();
            deleted.remove(at);
            assert_eq!(is_damaged(&deleted.concat()), at + 1 < lines.len());
            let mut doubled = lines.clone();
            doubled.insert(at, lines.get(at).copied().unwrap_or_default());
            assert!(is_damaged(&doubled.concat()));
            let mut spliced = lines.clone();
            spliced.splice(at..=at, others.get(at).copied());
            assert!(is_damaged(&spliced.concat()) || at + 1 == lines.len() || at == 0);
            let tail_of_other = [lines.get(..at), others.get(at..)].map(Option::unwrap_or_default);
            assert_eq!(is_damaged(&tail_of_other.concat().concat()), at > 0);
            for with in 0..at {
                let mut swapped = lines.clone();
                swapped.swap(at, with);
                assert!(is_damaged(&swapped.concat()));
            }
        }
    }

    #[test]
    fn a_tail_cut_anywhere_is_torn_or_unanchored() {
        let bytes = journal_of(Sample::Entries(3));
        for cut in 0..bytes.len() {
            let left = bytes.get(..cut).unwrap_or_default();
            match check(left) {
                Report::Intact(intact) => {
                    assert!(left.is_empty() || left.ends_with(b"\n"));
                    assert!(intact.to_string().ends_with("unanchored"));
                }
                Report::Torn { bytes, .. } => assert!(bytes > 0 && !left.ends_with(b"\n")),
                Report::Damaged { .. } => unreachable!("cut at {cut}"),
            }
        }
    }

    #[test]
    fn an_answer_without_its_intent_is_damage() {
        let mut events = crate::journal::laws::events(2);
        for event in &mut events {
            if let Event::Answered {
                attempt, outcome, ..
            } = event
            {
                (*attempt, *outcome) = (2, Answered::AlreadySo);
            }
        }
        let bytes = lines_of("a", &events);
        assert!(matches!(
            check(&bytes),
            Report::Damaged {
                why: Fault::Illegal(_),
                ..
            }
        ));
    }

    #[test]
    fn what_a_newer_version_wrote_is_kept_as_it_is() {
        let bytes = journal_of(Sample::Entries(1));
        let Some(Ok(first)) = whole_lines(&bytes)
            .first()
            .map(|l| Framed::of(l.trim_ascii_end()))
        else {
            unreachable!("no first line")
        };
        let newer = r#""kind":"sung","body":{}"#;
        let mut line = Vec::new();
        let parts = ("\"x\"", newer);
        assert!(entry::seal(&mut line, 2, first.at, parts, &first.hash).is_ok());
        match check(&[whole_lines(&bytes).concat(), line].concat()) {
            Report::Intact(intact) => assert_eq!((intact.entries, intact.opaque), (2, 1)),
            other @ (Report::Torn { .. } | Report::Damaged { .. }) => unreachable!("{other}"),
        }
    }

    /// Runs the shell script on the bytes; `true` where it finds nothing wrong.
    fn script_is_content(bytes: &[u8]) -> bool {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check-journal.sh");
        let Ok(file) = tempfile::NamedTempFile::new() else {
            unreachable!("no temporary file")
        };
        assert!(crate::journal::file::store(file.path(), bytes).is_ok());
        #[expect(clippy::disallowed_methods, reason = "the check that anybody can run")]
        let run = Command::new("bash").arg(script).arg(file.path()).output();
        match run.map(|output| output.status.code()) {
            Ok(Some(0)) => true,
            Ok(Some(1)) => false,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_shell_script_agrees() {
        let bytes = journal_of(Sample::Entries(6));
        let lines = whole_lines(&bytes);
        let mut corpus = vec![
            bytes.clone(),
            Vec::new(),
            [&bytes[..], b"{\"v\":1"].concat(),
        ];
        for at in (0..bytes.len())
            .step_by(bytes.len() / 24)
            .chain([bytes.len() - 1])
        {
            for other in [b'\n', 0, b'x', 0xff] {
                let mut changed = bytes.clone();
                changed.iter_mut().skip(at).take(1).for_each(|b| *b = other);
                corpus.push(changed);
            }
            corpus.push(
                [bytes.get(..at), Some(b"\0"), bytes.get(at..)]
                    .map(Option::unwrap_or_default)
                    .concat(),
            );
        }
        for at in 1..lines.len() {
            let mut deleted = lines.clone();
            deleted.remove(at);
            corpus.push(deleted.concat());
            let mut swapped = lines.clone();
            swapped.swap(at - 1, at);
            corpus.push(swapped.concat());
        }
        for bytes in corpus {
            let intact = matches!(check(&bytes), Report::Intact(_));
            assert_eq!(script_is_content(&bytes), intact, "{}", check(&bytes));
        }
    }
}
