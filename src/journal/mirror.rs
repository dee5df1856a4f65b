//! A place elsewhere that takes a journal segment by segment, each once, with a deadline for every call.
//!
//! Never waits for one that hangs, and never asks again one that failed.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use super::error::Error;
use super::file;

/// Where segments of a journal are kept: each under the number of its first entry, written whole and once.
pub trait Place: Send {
    /// Keeps a segment durably where none of this name is yet; `false` where there is one.
    ///
    /// # Errors
    /// Says why not; whether it is kept is then unknown.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String>;

    /// The names of what is kept, with their lengths.
    ///
    /// # Errors
    /// Says why that cannot be told.
    fn list(&mut self) -> Result<Vec<(String, u64)>, String>;

    /// One segment.
    ///
    /// # Errors
    /// Says why it cannot be had.
    fn get(&mut self, name: &str) -> Result<Vec<u8>, String>;
}

/// The name of the segment that begins with an entry; in the order of names a `cat` makes the journal of them.
pub(super) fn name_of(first: u64) -> String {
    format!("{first:020}.jsonl")
}

/// The number of the first entry of a segment, by its name.
pub(super) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".jsonl")?;
    let first = digits.parse().ok()?;
    (name_of(first) == name).then_some(first)
}

type Job = Box<dyn FnOnce(&mut dyn Place) + Send>;

/// A place with a thread of its own, so that whoever writes never waits longer than was said.
#[derive(Debug)]
pub struct Mirror {
    name: String,
    within: Duration,
    jobs: mpsc::Sender<Job>,
    bad: Option<String>,
}

impl Mirror {
    /// Gives a place a thread. `open` runs there, with the first call.
    #[must_use]
    pub fn new(
        name: String,
        within: Duration,
        open: impl FnOnce() -> Result<Box<dyn Place>, String> + Send + 'static,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>();
        // It ends with the sender; one that hangs ends with the process.
        std::thread::spawn(move || {
            let mut place = open().unwrap_or_else(|why| Box::new(Closed(why)));
            while let Ok(job) = waiting.recv() {
                job(place.as_mut());
            }
        });
        Self {
            name,
            within,
            jobs,
            bad: None,
        }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why it is not asked any more, where that is so.
    #[must_use]
    pub fn bad(&self) -> Option<&str> {
        self.bad.as_deref()
    }

    /// Asks nothing of it any more.
    pub(super) fn leave(&mut self, why: String) {
        self.bad.get_or_insert(why);
    }

    /// Asks the place, for no longer than its deadline; after a failure nothing more is asked of it.
    ///
    /// # Errors
    /// Says why there is no answer, the same from then on.
    pub fn ask<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut dyn Place) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        if let Some(why) = &self.bad {
            return Err(why.clone());
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |place| drop(answer.send(job(place))));
        let ended = |_| "its thread ended".to_owned();
        let asked = self.jobs.send(job).map_err(ended);
        let asked = asked.and_then(|()| match answered.recv_timeout(self.within) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let within = self.within.as_secs_f32();
                Err(format!("it did not answer within {within} s"))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("its thread ended".to_owned()),
        });
        if let Err(why) = &asked {
            self.bad = Some(why.clone());
        }
        asked
    }

    /// The segments it has: first entry and length, in order. What is named otherwise is none of ours.
    pub(super) fn segments(&mut self) -> Result<Vec<(u64, u64)>, String> {
        let listed = self.ask(|place| place.list())?;
        let ours = |(name, length): (String, u64)| first_of(&name).map(|first| (first, length));
        let mut segments: Vec<_> = listed.into_iter().filter_map(ours).collect();
        segments.sort_unstable();
        Ok(segments)
    }

    /// One segment.
    pub(super) fn segment(&mut self, first: u64) -> Result<Vec<u8>, String> {
        self.ask(move |place| place.get(&name_of(first)))
    }

    /// Keeps a segment; `false` where another one has its place.
    pub(super) fn keep(&mut self, first: u64, bytes: &[u8]) -> Result<bool, String> {
        let bytes = bytes.to_vec();
        self.ask(move |place| {
            let name = name_of(first);
            // An answer that was lost on the way leaves our own there.
            Ok(place.put(&name, &bytes)? || place.get(&name)? == bytes)
        })
    }
}

/// A place that could not be opened.
struct Closed(String);

impl Place for Closed {
    fn put(&mut self, _: &str, _: &[u8]) -> Result<bool, String> {
        Err(self.0.clone())
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        Err(self.0.clone())
    }

    fn get(&mut self, _: &str) -> Result<Vec<u8>, String> {
        Err(self.0.clone())
    }
}

/// A folder elsewhere, such as a mounted share.
#[derive(Debug)]
pub struct FolderPlace(PathBuf);

impl FolderPlace {
    /// A folder of an incident in a folder that is there: one that is not mounted is not made.
    ///
    /// # Errors
    /// Says why it cannot be used.
    pub fn open(folder: &std::path::Path, incident: &str) -> Result<Self, String> {
        let folder = file::anchor(folder).map_err(|error| spelled(&error))?;
        let own = folder.join(incident);
        file::directory(&own).map_err(|error| spelled(&error))?;
        Ok(Self(own))
    }
}

impl Place for FolderPlace {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        match file::store_new_from(&self.0.join(name), |to| to.write_all(bytes)) {
            Ok(()) => Ok(true),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Ok(false)
            }
            Err(error) => Err(spelled(&error)),
        }
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        let failed = |error| spelled(&Error::io("list", &self.0)(error));
        let mut found = Vec::new();
        for entry in self.0.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if let Ok(name) = entry.file_name().into_string() {
                let length = entry.metadata().map_err(failed)?.len();
                found.push((name, length));
            }
        }
        Ok(found)
    }

    fn get(&mut self, name: &str) -> Result<Vec<u8>, String> {
        file::read(&self.0.join(name)).map_err(|error| spelled(&error))
    }
}

/// An error with its cause, in one line.
pub(super) fn spelled(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("failed to {error}: {source}"),
        None => format!("failed to {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written_and_sorts_as_its_number() {
        assert_eq!(first_of(&name_of(42)), Some(42));
        assert!(name_of(9) < name_of(10) && name_of(10) < name_of(u64::MAX));
        for other in [
            "42.jsonl",
            "journal.jsonl",
            ".new-x",
            "0000000000000000004x.jsonl",
        ] {
            assert_eq!(first_of(other), None, "{other}");
        }
    }

    #[test]
    fn one_that_hangs_is_waited_for_once() {
        let (held, holds) = mpsc::channel::<()>();
        let mut mirror = Mirror::new("m".to_owned(), Duration::from_millis(50), move || {
            let why = holds.recv().map_or("too late", |()| "too early");
            Err(why.to_owned())
        });
        let why = mirror.segments().err();
        assert_eq!(why.as_deref(), Some("it did not answer within 0.05 s"));
        drop(held);
        assert_eq!(mirror.keep(1, b"x").err(), why, "it is asked again");
    }
}
