//! A journal in several places: the local one, which comes first, and mirrors elsewhere that take the same entries.
//!
//! The local one makes entries durable and mirrors follow in the background; where it fails, what a mirror holds is
//! acknowledged. Never takes in what does not follow the chain, and never writes over what a mirror has.

mod marks;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

pub use marks::{Marks, give_up, unseen};

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
    /// A local journal that was given up. Its append lock stays with it until the end: nobody else writes there meanwhile,
    /// or the record would part.
    lost: Arc<Mutex<Option<Box<dyn Sink>>>>,
    /// Why nothing more can be written: what others wrote here last is not known.
    barred: Option<Error>,
    marks: Option<Marks>,
    /// Whether a call leaves once the next group is durable.
    lets_leave: bool,
    /// Whether anything may stand in mirrors alone.
    is_ahead: bool,
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
        marks: Option<Marks>,
        (within, tell): (Duration, Tell),
    ) -> Result<Self, Error> {
        let mut several = Self {
            path: local.path(),
            local: Some(local),
            lost: Arc::default(),
            barred: None,
            marks,
            lets_leave: false,
            is_ahead: false,
            within,
            end: 0,
            beyond: Vec::new(),
            mirrors,
            tell,
        };
        several.lock()?;
        let merged = several.merge().and_then(|()| several.mark());
        several.unlock();
        merged.map(|()| several)
    }

    /// Refuses where a sink may hold what nobody here has seen; else leaves marks, for whoever comes next.
    fn mark(&mut self) -> Result<(), Error> {
        let Some(marks) = &mut self.marks else {
            return Ok(());
        };
        let read = self.mirrors.iter().filter(|mirror| mirror.bad().is_none());
        let read: Vec<&str> = read.map(Mirror::name).collect();
        let named: Vec<&str> = self.mirrors.iter().map(Mirror::name).collect();
        marks.refuse_unseen(&read, &named)?;
        marks.leave(&named);
        Ok(())
    }

    fn merge(&mut self) -> Result<(), Error> {
        if self.local.is_none() {
            return Ok(());
        }
        let bytes = self.asked(|local| local.read_from(0))?;
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
    fn within_deadline<T: Send + 'static>(
        &mut self,
        ask: impl FnOnce(&mut dyn Sink) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(mut local) = self.local.take() else {
            let path = self.path.clone();
            return Err(Error::Lost { path, source: None });
        };
        // Nothing is handed over that nobody takes.
        let (answer, answered) = mpsc::sync_channel(0);
        let lost = Arc::clone(&self.lost);
        // A thread of its own: a disk that hangs takes along whoever waits for it.
        std::thread::spawn(move || {
            let done = ask(local.as_mut());
            if let Err(mpsc::SendError((local, _))) = answer.send((local, done)) {
                keep(&lost, local);
            }
        });
        let (local, done) = answered.recv_timeout(self.within).map_err(|_| {
            let why = format!("it did not answer within {} s", self.within.as_secs_f32());
            let why = io::Error::new(io::ErrorKind::TimedOut, why);
            Error::io("use", &self.path)(why)
        })?;
        self.local = Some(local);
        done
    }

    /// The same, where nothing can be written by whoever gets no answer: others may have written meanwhile.
    fn asked<T: Send + 'static>(
        &mut self,
        ask: impl FnOnce(&mut dyn Sink) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = self.within_deadline(ask);
        if let Err(why) = &answer {
            self.barred.get_or_insert_with(|| why.clone());
        }
        answer
    }

    /// Gives the local journal up, and keeps its lock: what follows stands in mirrors alone.
    fn lose(&mut self, why: &Error) {
        self.is_ahead = true;
        if let Some(local) = self.local.take() {
            keep(&self.lost, local);
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

    /// Hands a group to every mirror that is still asked, and waits; answers whether one has it.
    fn mirror(&mut self, bytes: &[u8]) -> bool {
        let first = seq_of(bytes).unwrap_or_default();
        let mut is_kept = false;
        for mirror in &mut self.mirrors {
            if mirror.bad().is_some() {
                continue;
            }
            let kept = mirror.settle(true).and_then(|()| {
                let kept = mirror.keep(first, bytes)?;
                if kept { Ok(()) } else { Err(another(first)) }
            });
            is_kept |= kept.is_ok();
            leave(mirror, kept, &self.tell);
        }
        is_kept
    }

    /// Hands a group that is durable here to every mirror that is still asked, and waits only for those that are required:
    /// where one of them has it not, no call leaves.
    fn copy(&mut self, bytes: &[u8], leaves: bool) -> Result<(), Error> {
        let first = seq_of(bytes).unwrap_or_default();
        let mut missed = Ok(());
        for mirror in &mut self.mirrors {
            if mirror.bad().is_some() {
                continue;
            }
            mirror.start(first, bytes);
            let settled = mirror.settle(mirror.is_required());
            if let (Err(why), true, true) = (&settled, mirror.is_required(), leaves) {
                missed = Err(required(mirror.name(), why));
            }
            leave(mirror, settled, &self.tell);
        }
        missed
    }

    /// Why nothing begins: a required mirror that was given up.
    fn missing(&self) -> Result<(), Error> {
        let mut required_ones = self.mirrors.iter().filter(|mirror| mirror.is_required());
        let missing = required_ones.find_map(|mirror| Some(required(mirror.name(), mirror.bad()?)));
        missing.map_or(Ok(()), Err)
    }
}

fn keep(lost: &Mutex<Option<Box<dyn Sink>>>, local: Box<dyn Sink>) {
    *lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(local);
}

/// Why nothing begins.
pub(super) fn required(place: &str, why: &str) -> Error {
    Error::Elsewhere {
        doing: "write to",
        place: place.to_owned(),
        why: format!("{why}; that sink is `required`"),
    }
}

impl Drop for Several {
    fn drop(&mut self) {
        for mirror in &mut self.mirrors {
            if mirror.bad().is_none() {
                let settled = mirror.settle(true);
                leave(mirror, settled, &self.tell);
            }
        }
        if let (Some(marks), false) = (&mut self.marks, self.is_ahead) {
            marks.clear();
        }
        let lost = self
            .lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut lost) = lost {
            lost.unlock();
        }
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
        if self.local.is_some() {
            self.end = self.asked(|local| local.len())?;
        }
        Ok(self.end + length(&self.beyond))
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        if self.local.is_some() {
            return self.asked(move |local| local.read_from(offset));
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
        let leaves = std::mem::take(&mut self.lets_leave);
        // Before it: what a failed write leaves behind belongs to nobody.
        let end = self.len()?;
        let mut refused = None;
        if self.local.is_some() {
            let group = bytes.to_vec();
            match self.within_deadline(move |local| local.append(&group)) {
                Ok(()) => {
                    self.end = end + length(bytes);
                    return self.copy(bytes, leaves);
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
            return if leaves { self.missing() } else { Ok(()) };
        }
        let path = self.path.clone();
        Err(refused.unwrap_or(Error::Lost { path, source: None }))
    }

    fn reserve(&mut self) -> Result<(), Error> {
        self.lets_leave = true;
        self.missing()?;
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

    fn required(&self) -> Option<&str> {
        let mut mirrors = self.mirrors.iter();
        mirrors
            .find(|mirror| mirror.is_required())
            .map(Mirror::name)
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        if self.local.is_none() {
            return Ok(());
        }
        let name = name.to_owned();
        self.asked(move |local| local.set_aside(&name, offset))
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        if self.local.is_none() {
            return Ok(BTreeMap::new());
        }
        self.asked(|local| local.kept())
    }

    fn lock(&mut self) -> Result<(), Error> {
        if let Some(why) = &self.barred {
            return Err(why.clone());
        }
        // Whoever lost it holds its lock.
        if self.local.is_none() {
            return Ok(());
        }
        self.asked(|local| local.lock())
    }

    fn unlock(&mut self) {
        if let Some(local) = &mut self.local {
            local.unlock();
        }
    }
}

#[cfg(test)]
mod tests;
