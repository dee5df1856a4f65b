//! The journal's entries, read from its bytes without the engine's reader or fold.
//!
//! Reads what was added since the last look; what was whole once must stand there for ever.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::domain::event::{Event, PlannedItem};
use crate::domain::{Digest, ItemRef, Time};

/// One line of a journal, read without the engine's fold.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
    /// The offset behind its newline.
    pub end: usize,
}

/// A journal, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) entries: Vec<Entry>,
    bytes: Vec<u8>,
    head: String,
}

#[derive(Deserialize)]
struct Line<'a> {
    seq: usize,
    at: Time,
    #[serde(borrow)]
    kind: &'a RawValue,
    #[serde(borrow)]
    body: &'a RawValue,
    prev: &'a str,
    hash: &'a str,
}

impl Record {
    /// Reads what is new, and checks its numbers, hashes and chain. A tail without a newline was never acknowledged.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        assert!(
            bytes.starts_with(&self.bytes),
            "DUR: what was written once is gone or changed"
        );
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |at| at + 1);
        for line in bytes[self.bytes.len()..whole].split_inclusive(|byte| *byte == b'\n') {
            self.bytes.extend_from_slice(line);
            self.add(line.trim_ascii_end());
        }
    }

    fn add(&mut self, raw: &[u8]) {
        let text = std::str::from_utf8(raw).unwrap();
        let line: Line<'_> = serde_json::from_str(text).unwrap();
        let sealed = text.rfind(",\"hash\":").unwrap();
        let hash: String = Sha256::digest(&raw[..sealed])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if self.entries.is_empty() {
            self.head = "0".repeat(64);
        }
        assert_eq!(line.seq, self.entries.len() + 1);
        assert!(line.prev.ends_with(&self.head), "{text}");
        assert!(line.hash.ends_with(&hash), "{text}");
        self.head = hash;
        let event = format!("{{\"kind\":{},\"body\":{}}}", line.kind, line.body);
        self.entries.push(Entry {
            at: line.at,
            event: serde_json::from_str(&event).unwrap(),
            end: self.bytes.len(),
        });
    }
}

/// Every item that was ever planned, by name, with the digest of its plan.
pub(super) fn planned(entries: &[Entry]) -> BTreeMap<ItemRef, (Digest, &PlannedItem)> {
    let mut all = BTreeMap::new();
    for entry in entries {
        let Event::PlanFrozen {
            run,
            round,
            digest,
            items,
            ..
        } = &entry.event
        else {
            continue;
        };
        all.extend(items.iter().map(|item| {
            let (run, round, key) = (*run, *round, item.key.clone());
            (ItemRef { run, round, key }, (*digest, item.as_ref()))
        }));
    }
    all
}

/// Reads and checks a whole journal from its bytes.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let mut record = Record::default();
    record.take_in(bytes);
    assert_eq!(record.bytes.len(), bytes.len(), "its tail is torn");
    record.entries
}
