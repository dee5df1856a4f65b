//! A journal that lives in a place where others write too: an incident that several machines share.
//!
//! Who puts the next segment there comes next; whoever was slower takes that in first. What is here is a copy, and never
//! ahead. Never acknowledges what the place does not hold.

mod files;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use files::{Files, key_of};

use super::commit::refusal;
use super::entry::seq_of;
use super::error::Error;
use super::fold::length;
use super::history::{History, Segments, usize_of};
use super::mirror::{Mirror, first_of, name_of, spelled};
use super::several::{Loss, Tell, required};
use super::sink::{ASIDE, Sink};
use crate::domain::Digest;

/// How often the place is asked for one thing before it is taken to be out of reach.
const TRIES: u32 = 3;
/// What is put twice where incidents are to be shared.
const PROBE: &str = "probe";

/// The shared journal, and the copy of it here.
pub struct SharedSink {
    store: Mirror,
    copy: Box<dyn Sink>,
    path: PathBuf,
    files: Option<Files>,
    /// All whole lines.
    bytes: Vec<u8>,
    /// The number of the next entry.
    next: u64,
    /// Why the copy is not written any more, where that is so.
    left: Option<Error>,
    /// Whether a call leaves once the next group is there.
    lets_leave: bool,
    /// Whether the place was seen to keep what is there.
    is_proven: bool,
    tell: Tell,
}

/// Asks a place, again where that failed: it is the only one. Where it is in a hurry, once.
pub(super) fn ask<T>(
    store: &mut Mirror,
    doing: &'static str,
    mut job: impl FnMut(&mut Mirror) -> Result<T, String>,
) -> Result<T, Error> {
    let mut last = String::new();
    let tries = if store.is_hurried() { 1 } else { TRIES };
    for _ in 0..tries {
        match job(store) {
            Ok(done) => return Ok(done),
            Err(why) => last = why,
        }
        store.forgive();
    }
    Err(elsewhere(store, doing, last))
}

/// Makes sure that a place takes nothing under a name that it has: all turns and entries rest on that, and who serves it may
/// ignore the condition.
///
/// # Errors
/// It took the same name twice, or did not answer.
pub fn prove(store: &mut Mirror) -> Result<(), Error> {
    let mut takes = |bytes: &'static [u8]| {
        ask(store, "write to", |store| {
            store.ask(move |place| place.put(PROBE, bytes))
        })
    };
    // One that is there from earlier is refused at once.
    if takes(b"first\n")? && takes(b"second\n")? {
        let why = format!(
            "it took `{PROBE}` twice though told to only where there is none (put-if-absent, `If-None-Match: *`), so two machines could perform at once"
        );
        return Err(elsewhere(store, "share incidents in", why));
    }
    Ok(())
}

fn elsewhere(store: &Mirror, doing: &'static str, why: String) -> Error {
    let place = store.name().to_owned();
    Error::Elsewhere { doing, place, why }
}

impl SharedSink {
    /// Opens the shared journal, and takes into the copy what others wrote.
    ///
    /// # Errors
    /// Refuses a copy that does not verify, and a place that does not answer or that holds another history.
    pub fn open(
        store: Mirror,
        copy: Box<dyn Sink>,
        files: Option<Files>,
        tell: Tell,
    ) -> Result<Self, Error> {
        let mut shared = Self {
            path: copy.path(),
            store,
            copy,
            files,
            bytes: Vec::new(),
            next: 1,
            left: None,
            lets_leave: false,
            is_proven: false,
            tell,
        };
        shared.copy.lock()?;
        let merged = shared.merge();
        shared.copy.unlock();
        merged.map(|()| shared)
    }

    /// Makes sure once that nobody's entries are written over there.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn prove(&mut self) -> Result<(), Error> {
        if !self.is_proven {
            prove(&mut self.store)?;
            self.is_proven = true;
        }
        self.store.be_patient();
        Ok(())
    }

    fn merge(&mut self) -> Result<(), Error> {
        let here = self.copy.read_from(0)?;
        let (mut history, tail) =
            History::of(&here).map_err(|stop| refusal(self.path.clone(), stop))?;
        let whole = history.length();
        let listed = self.list()?;
        let ours = |(name, length): &(String, u64)| Some((first_of(name)?, *length));
        let mut segments: Segments = listed.iter().filter_map(ours).collect();
        segments.sort_unstable();
        ask(&mut self.store, "read", |store| {
            history.take_in(store, &segments)
        })?;
        if !history.lacking(&segments).is_empty() {
            self.prove()?;
        }
        // What it lacks of ours was there once: it is given back, and nobody's is written over.
        ask(&mut self.store, "write to", |store| {
            history.give(store, &segments)
        })?;
        self.next = history.entries() + 1;
        self.bytes = history.bytes;
        if let Some(files) = &mut self.files {
            files.mark(&listed);
            files.fetch(&mut self.store, &listed)?;
        }
        if !tail.is_empty() {
            let name = format!("{ASIDE}{whole}-{}", Digest::of(tail).code());
            self.copy.set_aside(&name, whole)?;
        }
        // Nothing begins by opening; whatever does asks first.
        drop(self.copy_on());
        Ok(())
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, Error> {
        let list = |store: &mut Mirror| store.ask(|place| place.list());
        ask(&mut self.store, "list", list)
    }

    /// Goes on with lines that stand in the place.
    fn go_on(&mut self, lines: &[u8]) {
        let more = lines.iter().filter(|byte| **byte == b'\n').count();
        self.next += u64::try_from(more).unwrap_or(u64::MAX);
        self.bytes.extend_from_slice(lines);
    }

    /// Writes here, and into further sinks, what only the place has. A copy that cannot be written is told of once, and left
    /// behind; only one that is required is answered for.
    fn copy_on(&mut self) -> Result<(), Error> {
        if self.left.is_some() {
            return self.missing();
        }
        let copied = self.copy.len().and_then(|end| {
            // Another process here may have been faster: it wrote the same.
            let rest = self.bytes.get(usize_of(end)..).unwrap_or_default();
            match rest.is_empty() {
                true => Ok(()),
                false => self.copy.append(rest),
            }
        });
        match copied {
            // It stands in the local file all the same.
            Err(why @ Error::Elsewhere { .. }) => Err(why),
            Err(why) => {
                self.leave_the_copy(why);
                self.missing()
            }
            Ok(()) => Ok(()),
        }
    }

    fn leave_the_copy(&mut self, why: Error) {
        (self.tell)(&Loss {
            sink: self.path.display().to_string(),
            why: spelled(&why),
            is_local: true,
        });
        self.left = Some(why);
    }

    /// Why nothing begins: a required sink that is given up with the copy.
    fn missing(&self) -> Result<(), Error> {
        match (&self.left, self.copy.required()) {
            (Some(why), Some(place)) => Err(required(place, &spelled(why))),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }
}

impl Sink for SharedSink {
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn len(&mut self) -> Result<u64, Error> {
        Ok(length(&self.bytes))
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        let rest = self.bytes.get(usize_of(offset)..).unwrap_or_default();
        Ok(rest.to_vec())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.append(bytes)
    }

    fn sync(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let leaves = std::mem::take(&mut self.lets_leave);
        self.prove()?;
        // Invariant: what an entry may name is there before the entry is.
        if let Some(files) = &mut self.files {
            files.send(&mut self.store)?;
        }
        let first = self.next;
        let is_kept = ask(&mut self.store, "write to", |store| {
            store.claim(first, bytes)
        })?;
        if !is_kept {
            let path = self.path.clone();
            return Err(Error::Overtaken { path });
        }
        self.go_on(bytes);
        let copied = self.copy_on();
        if leaves { copied } else { Ok(()) }
    }

    fn reserve(&mut self) -> Result<(), Error> {
        self.lets_leave = true;
        self.missing()?;
        match self.copy.reserve() {
            Err(why @ Error::Elsewhere { .. }) => Err(why),
            // What the local disk has no room for, the place takes.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn required(&self) -> Option<&str> {
        self.copy.required()
    }

    fn set_aside(&mut self, _: &str, _: u64) -> Result<(), Error> {
        // Segments are whole.
        Ok(())
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        // A torn tail of the copy is no part of the record.
        Ok(BTreeMap::new())
    }

    fn look(&mut self) -> Result<(), Error> {
        let before = self.next;
        loop {
            let name = name_of(self.next);
            let found = ask(&mut self.store, "read", |store| store.find(name.clone()))?;
            let Some(segment) = found else { break };
            if seq_of(&segment) != Some(self.next) || !segment.ends_with(b"\n") {
                let why = format!("`{name}` is no segment of a journal");
                return Err(elsewhere(&self.store, "trust", why));
            }
            self.go_on(&segment);
        }
        if self.next == before {
            return Ok(());
        }
        if self.files.is_some() {
            let listed = self.list()?;
            if let Some(files) = &mut self.files {
                files.fetch(&mut self.store, &listed)?;
            }
        }
        // What follows them here asks again.
        drop(self.copy_on());
        Ok(())
    }

    fn lock(&mut self) -> Result<(), Error> {
        if self.left.is_none()
            && let Err(why) = self.copy.lock()
        {
            self.leave_the_copy(why);
        }
        Ok(())
    }

    fn unlock(&mut self) {
        if self.left.is_none() {
            self.copy.unlock();
        }
    }
}

#[cfg(test)]
mod tests;
