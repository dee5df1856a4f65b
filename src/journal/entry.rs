//! The wire line: one entry as JSON with members in a frozen order, sealed by a hash over its own bytes.
//!
//! `sed` and `sha256sum` are enough to check a line, and nothing here may change that.
//! Never decides whether an entry may follow another.

use std::io::Write as _;

use serde_json::de::Deserializer;
use sha2::{Digest as _, Sha256};

use super::Fault;
use crate::domain::event::Event;
use crate::domain::{Digest, Time};

/// The version of the journal format that this program writes.
pub const VERSION: u8 = 1;

const HASH: &[u8] = b",\"hash\":\"";
const END: &[u8] = b"\"}";
const PREV: &str = ",\"prev\":\"";
const HEX: usize = 64;
/// What a line takes beside its actor and its event, at most.
const FRAME: usize = 320;

/// What follows the sealed bytes of a line: `,"hash":"<64>"}`.
pub(super) const TRAILER: usize = HASH.len() + HEX + END.len();

/// The kinds that this version knows, as on the wire.
const KINDS: &[&str] = &[
    "opened",
    "run-opened",
    "plan-frozen",
    "requested",
    "vetoed",
    "declared",
    "reviewed",
    "handed-over",
    "proposed",
    "dismissed",
    "granted",
    "ended",
    "assumed",
    "lapsed",
    "blocked",
    "denied",
    "skipped",
    "stale",
    "failed",
    "intended",
    "made",
    "delivered",
    "discarding",
    "discarded",
    "answered",
    "resolved",
    "verified",
    "found",
    "decided",
    "waived",
    "in-force",
    "extended",
    "released",
    "undo-failed",
    "round-closed",
    "run-closed",
    "attached",
    "noted",
    "by-hand",
    "set-aside",
    "checkpoint",
    "accepted",
    "closed",
    "reopened",
    "shared",
    "taken",
];

/// One entry with its place in the chain.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// The format's version.
    pub v: u8,
    /// Its number, from 1.
    pub seq: u64,
    /// When it was written, in whole milliseconds.
    pub at: Time,
    /// Who wrote it.
    pub actor: String,
    /// What happened.
    pub event: Event,
    /// The hash of the line before; zeros for the first.
    pub prev: Digest,
    /// Its own hash.
    pub hash: Digest,
}

impl Line {
    /// Renders the line, newline included; `hash` is computed afresh.
    ///
    /// # Errors
    /// Fails only on an event that has no JSON form.
    pub fn render(&self) -> Result<Vec<u8>, serde_json::Error> {
        let actor = serde_json::to_string(&self.actor)?;
        let event = fragment(&self.event)?;
        let mut line = Vec::new();
        seal(&mut line, self.seq, self.at, (&actor, &event), &self.prev)?;
        Ok(line)
    }

    /// Reads one line, without its newline, and checks its hash.
    ///
    /// # Errors
    /// Refuses a line that is not in the frozen form, whose hash does not match, or that a newer version wrote.
    pub fn parse(raw: &[u8]) -> Result<Self, Fault> {
        let framed = Framed::of(raw)?;
        let event = framed.event()?.ok_or_else(|| Fault::Newer {
            kind: framed.kind.to_owned(),
        })?;
        Ok(framed.line(event))
    }
}

/// Renders an event's two members, `"kind":…,"body":…`, which do not depend on its place.
pub(super) fn fragment(event: &Event) -> Result<String, serde_json::Error> {
    let mut object = serde_json::to_string(event)?;
    // A frozen plan can be megabytes: taken out of its braces in place, not copied.
    object.truncate(object.len().saturating_sub(1));
    object.drain(..object.len().min(1));
    object.shrink_to_fit();
    Ok(object)
}

/// Renders a whole line behind what is there, from its parts; `actor` and `event` are JSON already. Answers its hash.
pub(super) fn seal(
    to: &mut Vec<u8>,
    seq: u64,
    at: Time,
    (actor, event): (&str, &str),
    prev: &Digest,
) -> Result<Digest, serde_json::Error> {
    let (from, at) = (to.len(), stamp(at));
    // A frozen plan can be megabytes: growing by doubling would hold it twice over.
    to.reserve(actor.len() + event.len() + FRAME);
    write!(
        to,
        r#"{{"v":{VERSION},"seq":{seq},"at":"{at}","actor":{actor},{event},"prev":"{prev}""#
    )
    .map_err(serde_json::Error::io)?;
    let hash = Digest::of(to.get(from..).unwrap_or_default());
    to.extend_from_slice(HASH);
    to.extend_from_slice(hash.to_string().as_bytes());
    to.extend_from_slice(END);
    to.push(b'\n');
    Ok(hash)
}

fn stamp(at: Time) -> String {
    jiff::fmt::temporal::DateTimePrinter::new()
        .precision(Some(3))
        .timestamp_to_string(&at)
}

/// A line taken apart, its hash checked, its body not yet understood.
pub(super) struct Framed<'a> {
    pub(super) v: u64,
    pub(super) seq: u64,
    pub(super) at: Time,
    pub(super) kind: &'a str,
    pub(super) prev: Digest,
    pub(super) hash: Digest,
    actor: String,
    body: &'a str,
}

impl<'a> Framed<'a> {
    /// Checks the hash first, so that a changed byte costs no more than hashing.
    pub(super) fn of(raw: &'a [u8]) -> Result<Self, Fault> {
        let (head, hash) = sealed(raw).ok_or(Fault::Shape)?;
        if !is_sealed(raw) {
            return Err(Fault::Hash);
        }
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Fault::Shape);
        let hash = text(hash)?.parse().map_err(|_| Fault::Shape)?;
        Self::members(text(head)?, hash).ok_or(Fault::Shape)
    }

    fn members(head: &'a str, hash: Digest) -> Option<Self> {
        let (v, rest) = head.strip_prefix("{\"v\":")?.split_once(",\"seq\":")?;
        let (seq, rest) = rest.split_once(",\"at\":\"")?;
        let (written, rest) = rest.split_once("\",\"actor\":")?;
        let at: Time = written.parse().ok()?;
        if stamp(at) != written || !rest.starts_with('"') {
            return None;
        }
        let mut stream = Deserializer::from_str(rest).into_iter::<String>();
        let actor = stream.next()?.ok()?;
        let rest = rest.get(stream.byte_offset()..)?;
        let (kind, rest) = rest
            .strip_prefix(",\"kind\":\"")?
            .split_once("\",\"body\":")?;
        let rest = rest.strip_suffix('"')?;
        let (rest, prev) = rest.split_at_checked(rest.len().checked_sub(HEX)?)?;
        let body = rest.strip_suffix(PREV)?;
        let is_word = kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let is_object = body.starts_with('{')
            && body.ends_with('}')
            && serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
        (is_word && is_object).then_some(Self {
            v: number(v)?,
            seq: number(seq)?,
            at,
            kind,
            prev: prev.parse().ok()?,
            hash,
            actor,
            body,
        })
    }

    /// Understands the body; `None` where a newer version wrote what this one does not know.
    pub(super) fn event(&self) -> Result<Option<Event>, Fault> {
        if self.v != u64::from(VERSION) || !KINDS.contains(&self.kind) {
            return Ok(None);
        }
        let object = format!(r#"{{"kind":"{}","body":{}}}"#, self.kind, self.body);
        serde_json::from_str(&object)
            .map(Some)
            .map_err(|error| Fault::Body(error.to_string()))
    }

    /// Joins the frame with its event.
    pub(super) fn line(self, event: Event) -> Line {
        Line {
            v: VERSION,
            seq: self.seq,
            at: self.at,
            actor: self.actor,
            event,
            prev: self.prev,
            hash: self.hash,
        }
    }
}

/// Splits a line into the sealed bytes and the hash as written.
fn sealed(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, trailer) = raw.split_at_checked(raw.len().checked_sub(TRAILER)?)?;
    let hash = trailer.strip_prefix(HASH)?.strip_suffix(END)?;
    Some((head, hash))
}

/// Whether a line ends in the hash of what comes before; the first thing that reading a line asks.
pub(super) fn is_sealed(raw: &[u8]) -> bool {
    sealed(raw).is_some_and(|(head, hash)| is_hash_of(hash, head))
}

fn is_hash_of(written: &[u8], head: &[u8]) -> bool {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut sum = [0; 32];
    // Into place: `digest` makes and moves arrays, which without optimisation takes longer than hashing.
    Sha256::new_with_prefix(head).finalize_into((&mut sum).into());
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble));
    // The first difference ends it; nothing here is secret.
    written.len() == HEX
        && written
            .chunks_exact(2)
            .zip(&sum)
            .all(|(pair, byte)| pair.first() == digit(byte >> 4) && pair.last() == digit(byte & 15))
}

/// The number of the first of some lines, by its frame alone.
pub(super) fn seq_of(lines: &[u8]) -> Option<u64> {
    let head = lines.get(..lines.len().min(48)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let (_, rest) = head.strip_prefix("{\"v\":")?.split_once(",\"seq\":")?;
    number(rest.split_once(',')?.0)
}

fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain)
}

/// Whether a proper prefix of these bytes is a whole line with a hash that matches.
pub(super) fn begins_with_whole_line(bytes: &[u8]) -> bool {
    (TRAILER..bytes.len()).any(|end| {
        bytes
            .get(..end)
            .is_some_and(|prefix| sealed(prefix).is_some_and(|(head, hash)| is_hash_of(hash, head)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(text: &str) -> Line {
        let mut line = Line {
            v: VERSION,
            seq: 7,
            at: Time::UNIX_EPOCH,
            actor: "o\"b\n".into(),
            event: Event::Noted { text: text.into() },
            prev: Digest::ZERO,
            hash: Digest::ZERO,
        };
        let raw = line.render().unwrap_or_default();
        if let Some((head, _)) = sealed(raw.trim_ascii_end()) {
            line.hash = Digest::of(head);
        }
        line
    }

    fn resealed(line: &Line, from: &str, to: &str) -> Vec<u8> {
        let raw = line.render().unwrap_or_default();
        let head = sealed(raw.trim_ascii_end()).map_or(&b""[..], |(head, _)| head);
        let head = String::from_utf8_lossy(head).replacen(from, to, 1);
        format!("{head},\"hash\":\"{}\"}}", Digest::of(head.as_bytes())).into_bytes()
    }

    #[test]
    fn a_line_survives_writing_and_reading() {
        let line = noted("a \u{202e} b, \"hash\":\"x\"} \n");
        let raw = line.render().unwrap_or_default();
        assert!(raw.ends_with(b"\"}\n"));
        assert_eq!(Line::parse(raw.trim_ascii_end()), Ok(line));
        assert!(raw.starts_with(br#"{"v":1,"seq":7,"at":"1970-01-01T00:00:00.000Z","actor":"o\"b\n","kind":"noted","body":{"text":"#));
    }

    #[test]
    fn members_out_of_order_or_added_are_refused_even_under_a_good_hash() {
        let line = noted("text");
        for (from, to) in [
            ("{\"v\":1,\"seq\":7", "{\"seq\":7,\"v\":1"),
            ("\"seq\":7", "\"seq\":07"),
            ("\"seq\":7", "\"seq\": 7"),
            (".000Z", "Z"),
            ("\"body\":{", "\"x\":1,\"body\":{"),
            ("},\"prev\"", "},\"x\":{},\"prev\""),
            ("},\"prev\"", "} ,\"prev\""),
            ("\"kind\":\"noted\"", "\"kind\":\"Noted\""),
        ] {
            let raw = resealed(&line, from, to);
            assert_eq!(Line::parse(&raw), Err(Fault::Shape), "{to}");
        }
    }

    #[test]
    fn a_kind_of_a_newer_version_is_named() {
        let raw = resealed(&noted("text"), "\"noted\"", "\"sung\"");
        let refusal = Line::parse(&raw);
        assert_eq!(
            refusal,
            Err(Fault::Newer {
                kind: "sung".into()
            })
        );
        let raw = resealed(&noted("text"), "\"text\":", "\"words\":");
        assert!(matches!(Line::parse(&raw), Err(Fault::Body(_))));
    }

    #[test]
    fn every_kind_of_event_is_known() {
        let refusal = serde_json::from_str::<Event>(r#"{"kind":"?","body":{}}"#)
            .map_or_else(|error| error.to_string(), |_| String::new());
        let listed: Vec<_> = refusal.split('`').skip(3).step_by(2).collect();
        assert_eq!(listed, KINDS);
    }
}
