//! A journal in several places: the local one, which comes first, and mirrors elsewhere that take the same entries.
//!
//! What one of them holds durably is acknowledged; one that fails, hangs or is full is told of once and not asked again.
//! Never takes in what does not follow the chain, and never writes over what a mirror has.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use super::commit::refusal;
use super::entry::seq_of;
use super::error::Error;
use super::fold::length;
use super::history::{History, Segments, another, usize_of};
use super::mirror::{Mirror, spelled};
use super::sink::{ASIDE, Sink};
use crate::domain::Digest;

/// A sink that is not written to any more in this session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Which.
    pub sink: String,
    /// Why.
    pub why: String,
    /// Whether it is the local journal, which is then behind the others.
    pub is_local: bool,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sink, why, .. } = self;
        write!(f, "`{sink}` is not written to any more: {why}")
    }
}

/// What is told of a loss.
pub type Tell = Box<dyn Fn(&Loss) + Send>;

/// The local journal and its mirrors, as one sink.
pub struct Several {
    /// Absent once it failed; with a write that hangs it is gone for good.
    local: Option<Box<dyn Sink>>,
    path: PathBuf,
    within: Duration,
    /// Where the local journal ended when it was last seen.
    end: u64,
    /// What only mirrors have, from there on.
    beyond: Vec<u8>,
    mirrors: Vec<Mirror>,
    tell: Tell,
}

impl Several {
    /// Opens the local journal with its mirrors: what only some of them have goes to the others, so that none has a gap.
    ///
    /// # Errors
    /// Refuses a local journal that does not verify.
    pub fn open(
        local: Box<dyn Sink>,
        mirrors: Vec<Mirror>,
        within: Duration,
        tell: Tell,
    ) -> Result<Self, Error> {
        let mut several = Self {
            path: local.path(),
            local: Some(local),
            within,
            end: 0,
            beyond: Vec::new(),
            mirrors,
            tell,
        };
        several.lock()?;
        let merged = several.merge();
        several.unlock();
        merged.map(|()| several)
    }

    fn merge(&mut self) -> Result<(), Error> {
        let Some(local) = &mut self.local else {
            return Ok(());
        };
        let bytes = local.read_from(0)?;
        let (mut history, tail) =
            History::of(&bytes).map_err(|stop| refusal(self.path.clone(), stop))?;
        self.end = history.length();
        let mut held = self.segments();
        // What one lacks another may have, so each is asked again after any got further.
        loop {
            let before = history.entries();
            for (at, segments) in &held {
                if let Some(mirror) = self.mirrors.get_mut(*at) {
                    let taken = history.take_in(mirror, segments);
                    leave(mirror, taken, &self.tell);
                }
            }
            if history.entries() == before {
                break;
            }
        }
        self.beyond = history.bytes.split_off(usize_of(self.end));
        if !self.beyond.is_empty() {
            self.catch_up(tail);
        }
        history.bytes.extend_from_slice(&self.beyond);
        (self.end, self.beyond) = match self.local {
            Some(_) => (history.length(), Vec::new()),
            // Whoever folds it now reads all of it from here.
            None => (0, history.bytes.clone()),
        };
        for (at, segments) in std::mem::take(&mut held) {
            if let Some(mirror) = self.mirrors.get_mut(at) {
                let given = history.give(mirror, &segments);
                leave(mirror, given, &self.tell);
            }
        }
        Ok(())
    }

    /// What each mirror that answers has.
    fn segments(&mut self) -> BTreeMap<usize, Segments> {
        let mut held = BTreeMap::new();
        for (at, mirror) in self.mirrors.iter_mut().enumerate() {
            match mirror.segments() {
                Ok(segments) => {
                    held.insert(at, segments);
                }
                Err(why) => leave(mirror, Err(why), &self.tell),
            }
        }
        held
    }

    /// Writes to the local journal what only mirrors have; a torn tail makes room, and is noted by whoever opens.
    fn catch_up(&mut self, tail: &[u8]) {
        let (end, beyond) = (self.end, self.beyond.clone());
        let name = format!("{ASIDE}{end}-{}", Digest::of(tail).code());
        let is_torn = !tail.is_empty();
        let written = self.within_deadline(move |local| {
            if is_torn {
                local.set_aside(&name, end)?;
            }
            local.append(&beyond)
        });
        if let Err(why) = written {
            self.lose(&why);
        }
    }

    /// Asks the local journal for no longer than the deadline; one that hangs is gone.
    fn within_deadline(
        &mut self,
        ask: impl FnOnce(&mut dyn Sink) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let Some(mut local) = self.local.take() else {
            let path = self.path.clone();
            return Err(Error::Lost { path, source: None });
        };
        let (answer, answered) = mpsc::sync_channel(1);
        // A thread of its own: a disk that hangs takes along whoever waits for it.
        std::thread::spawn(move || {
            let done = ask(local.as_mut());
            drop(answer.send((local, done)));
        });
        let (local, done) = answered.recv_timeout(self.within).map_err(|_| {
            let why = format!("it did not answer within {} s", self.within.as_secs_f32());
            let why = io::Error::new(io::ErrorKind::TimedOut, why);
            Error::io("write to", &self.path)(why)
        })?;
        self.local = Some(local);
        done
    }

    /// Gives the local journal up: what follows stands in mirrors alone.
    fn lose(&mut self, why: &Error) {
        if let Some(mut local) = self.local.take() {
            local.unlock();
        }
        (self.tell)(&Loss {
            sink: self.path.display().to_string(),
            why: spelled(why),
            is_local: true,
        });
    }

    fn has_mirror(&self) -> bool {
        self.mirrors.iter().any(|mirror| mirror.bad().is_none())
    }

    /// Hands a group to every mirror that is still asked; answers whether one has it.
    fn mirror(&mut self, bytes: &[u8]) -> bool {
        let first = seq_of(bytes).unwrap_or_default();
        let mut is_kept = false;
        for mirror in &mut self.mirrors {
            if mirror.bad().is_some() {
                continue;
            }
            let kept = mirror.keep(first, bytes).and_then(|kept| match kept {
                true => Ok(()),
                false => Err(another(first)),
            });
            is_kept |= kept.is_ok();
            leave(mirror, kept, &self.tell);
        }
        is_kept
    }
}

/// Gives a mirror up where something failed, and tells it.
fn leave(mirror: &mut Mirror, outcome: Result<(), String>, tell: &Tell) {
    if let Err(why) = outcome {
        mirror.leave(why.clone());
        tell(&Loss {
            sink: mirror.name().to_owned(),
            why,
            is_local: false,
        });
    }
}

impl Sink for Several {
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn len(&mut self) -> Result<u64, Error> {
        if let Some(local) = &mut self.local {
            self.end = local.len()?;
        }
        Ok(self.end + length(&self.beyond))
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        if let Some(local) = &mut self.local {
            return local.read_from(offset);
        }
        let from = offset.checked_sub(self.end).map(usize_of);
        let rest = from.and_then(|from| self.beyond.get(from..));
        rest.map(<[u8]>::to_vec).ok_or_else(|| Error::Lost {
            path: self.path.clone(),
            source: None,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.append(bytes)
    }

    fn sync(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        // Before it: what a failed write leaves behind belongs to nobody.
        let end = self.len()?;
        let mut refused = None;
        if self.local.is_some() {
            let group = bytes.to_vec();
            match self.within_deadline(move |local| local.append(&group)) {
                Ok(()) => {
                    self.end = end + length(bytes);
                    self.mirror(bytes);
                    return Ok(());
                }
                Err(why) => {
                    self.end = end;
                    self.lose(&why);
                    refused = Some(why);
                }
            }
        }
        if self.mirror(bytes) {
            self.beyond.extend_from_slice(bytes);
            return Ok(());
        }
        let path = self.path.clone();
        Err(refused.unwrap_or(Error::Lost { path, source: None }))
    }

    fn reserve(&mut self) -> Result<(), Error> {
        if self.local.is_none() {
            return Ok(());
        }
        let reserved = self.within_deadline(|local| local.reserve());
        if let (Err(why), true) = (&reserved, self.local.is_none()) {
            self.lose(why);
        }
        // What the local disk has no room for, another sink takes.
        match self.has_mirror() {
            true => Ok(()),
            false => reserved,
        }
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        match &mut self.local {
            Some(local) => local.set_aside(name, offset),
            None => Ok(()),
        }
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        match &mut self.local {
            Some(local) => local.kept(),
            None => Ok(BTreeMap::new()),
        }
    }

    fn lock(&mut self) -> Result<(), Error> {
        match &mut self.local {
            Some(local) => local.lock(),
            None => Ok(()),
        }
    }

    fn unlock(&mut self) {
        if let Some(local) = &mut self.local {
            local.unlock();
        }
    }
}

#[cfg(test)]
mod tests;
