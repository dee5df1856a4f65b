//! A place elsewhere that takes a journal segment by segment, each once, with a deadline for every call.
//!
//! Never waits for one that hangs, and never asks again one that failed.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use super::error::Error;
use super::file;

/// Where segments of a journal are kept: each under the number of its first entry, written whole and once.
pub trait Place: Send {
    /// Keeps a segment durably where none of this name is yet; `false` where there is one. Who serves a bucket may ignore
    /// that: see [`super::shared::prove`].
    ///
    /// # Errors
    /// Says why not; whether it is kept is then unknown.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String>;

    /// The names of what is kept, with their lengths; those in a folder with its name before them, as in `plans/NAME`.
    ///
    /// # Errors
    /// Says why that cannot be told.
    fn list(&mut self) -> Result<Vec<(String, u64)>, String>;

    /// What is kept under a name; nothing where there is none.
    ///
    /// # Errors
    /// Says why it cannot be had.
    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String>;

    /// Says something under a name, over what was said there before: it is no part of the record.
    ///
    /// # Errors
    /// Says why not; whether it is said is then unknown.
    fn say(&mut self, name: &str, bytes: &[u8]) -> Result<(), String>;

    /// What was last said under a name, and how long ago by the place's own clock.
    ///
    /// # Errors
    /// Says why it cannot be had.
    fn heard(&mut self, name: &str) -> Result<Option<Said>, String>;
}

/// What was said, and how long ago.
pub type Said = (Vec<u8>, Duration);

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
    /// How long it is waited for otherwise, while it is waited for only shortly.
    otherwise: Option<Duration>,
    jobs: mpsc::Sender<Job>,
    bad: Option<String>,
    /// Segments that are on their way, by their first entry.
    under_way: VecDeque<(u64, mpsc::Receiver<Result<bool, String>>)>,
    is_required: bool,
}

/// How many segments may be on their way before the oldest is waited for.
const BACKLOG: usize = 64;

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
            otherwise: None,
            jobs,
            bad: None,
            under_way: VecDeque::new(),
            is_required: false,
        }
    }

    /// The same, which has to hold an intent before its call leaves.
    #[must_use]
    pub fn required(mut self, is_required: bool) -> Self {
        self.is_required = is_required;
        self
    }

    /// The same, waited for no longer than this, and asked once, until what was asked of it is answered.
    #[must_use]
    pub fn hurried(mut self, within: Duration) -> Self {
        self.otherwise = Some(self.within);
        self.within = self.within.min(within);
        self
    }

    /// Waits for it again as long as was said.
    pub(super) fn be_patient(&mut self) {
        self.within = self.otherwise.take().unwrap_or(self.within);
    }

    pub(super) fn is_hurried(&self) -> bool {
        self.otherwise.is_some()
    }

    pub(super) fn is_required(&self) -> bool {
        self.is_required
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
        let name = name_of(first);
        let found = self.find(name.clone())?;
        found.ok_or_else(|| format!("`{name}` is not there any more"))
    }

    /// What is kept under a name.
    pub(super) fn find(&mut self, name: String) -> Result<Option<Vec<u8>>, String> {
        self.ask(move |place| place.get(&name))
    }

    /// Asks again from now on, though something failed.
    pub(super) fn forgive(&mut self) {
        self.bad = None;
    }

    /// Keeps lines of a record that exists already; `false` where other ones have their place.
    pub(super) fn keep(&mut self, first: u64, bytes: &[u8]) -> Result<bool, String> {
        let bytes = bytes.to_vec();
        self.ask(move |place| kept(place, first, &bytes))
    }

    /// Makes lines the next of a record that lives there; `false` where anything else came first.
    pub(super) fn claim(&mut self, first: u64, bytes: &[u8]) -> Result<bool, String> {
        let bytes = bytes.to_vec();
        self.ask(move |place| {
            let name = name_of(first);
            // An answer that was lost on the way leaves our own there.
            Ok(place.put(&name, &bytes)? || place.get(&name)?.is_some_and(|there| there == bytes))
        })
    }

    /// Begins to keep a segment; how that went is found out later.
    pub(super) fn start(&mut self, first: u64, bytes: &[u8]) {
        let (answer, answered) = mpsc::sync_channel(1);
        let bytes = bytes.to_vec();
        let job: Job = Box::new(move |place| drop(answer.send(kept(place, first, &bytes))));
        // A thread that ended drops it, and that is its answer.
        drop(self.jobs.send(job));
        self.under_way.push_back((first, answered));
    }

    /// Says how segments went that were begun: those that have ended, or all of them, each waited for as long as one may
    /// take.
    pub(super) fn settle(&mut self, waits: bool) -> Result<(), String> {
        while let Some((first, answered)) = self.under_way.front() {
            let waits = waits || self.under_way.len() > BACKLOG;
            let answer = match answered.try_recv() {
                Err(mpsc::TryRecvError::Empty) if !waits => return Ok(()),
                Err(mpsc::TryRecvError::Empty) => answered.recv_timeout(self.within).ok(),
                answer => answer.ok(),
            };
            let (first, within) = (*first, self.within.as_secs_f32());
            self.under_way.pop_front();
            match answer {
                Some(Ok(true)) => {}
                Some(Ok(false)) => return Err(super::history::another(first)),
                Some(Err(why)) => return Err(why),
                None => return Err(format!("it did not answer within {within} s")),
            }
        }
        Ok(())
    }
}

/// Keeps lines where they are not yet: who else copies the same record may have cut it into other segments, and an answer
/// that was lost on the way leaves our own there.
fn kept(place: &mut dyn Place, mut first: u64, mut lines: &[u8]) -> Result<bool, String> {
    loop {
        let name = name_of(first);
        if place.put(&name, lines)? {
            return Ok(true);
        }
        let Some(there) = place.get(&name)? else {
            return Ok(false);
        };
        if there.starts_with(lines) {
            return Ok(true);
        }
        match lines.strip_prefix(there.as_slice()) {
            Some(rest) if there.ends_with(b"\n") => lines = rest,
            Some(_) | None => return Ok(false),
        }
        first += there
            .iter()
            .map(|byte| u64::from(*byte == b'\n'))
            .sum::<u64>();
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

    fn get(&mut self, _: &str) -> Result<Option<Vec<u8>>, String> {
        Err(self.0.clone())
    }

    fn say(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Err(self.0.clone())
    }

    fn heard(&mut self, _: &str) -> Result<Option<Said>, String> {
        Err(self.0.clone())
    }
}

/// A folder elsewhere, such as a mounted share.
#[derive(Debug)]
pub struct FolderPlace(PathBuf);

impl FolderPlace {
    /// A folder of an incident in a folder that is there: one that is not mounted is not made. Of no incident it is that
    /// folder itself, which need not be ours alone.
    ///
    /// # Errors
    /// Says why it cannot be used.
    pub fn open(folder: &std::path::Path, incident: &str) -> Result<Self, String> {
        let folder = file::anchor(folder).map_err(|error| spelled(&error))?;
        if incident.is_empty() {
            return Ok(Self(folder));
        }
        let own = folder.join(incident);
        file::directory(&own).map_err(|error| spelled(&error))?;
        Ok(Self(own))
    }
}

impl Place for FolderPlace {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        let path = self.path(name)?;
        match file::store_new_from(&path, |to| to.write_all(bytes)) {
            Ok(()) => Ok(true),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Ok(false)
            }
            Err(error) => Err(spelled(&error)),
        }
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        let mut found = Vec::new();
        for (name, is_folder, length) in listed(&self.0)? {
            if !is_folder {
                found.push((name, length));
                continue;
            }
            let inner = listed(&self.0.join(&name))?.into_iter();
            let files = inner.filter(|(_, is_folder, _)| !is_folder);
            found.extend(files.map(|(inner, _, length)| (format!("{name}/{inner}"), length)));
        }
        Ok(found)
    }

    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        absent(file::read(&self.path(name)?))
    }

    fn say(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.path(name)?;
        file::store(&path, bytes).map_err(|error| spelled(&error))
    }

    fn heard(&mut self, name: &str) -> Result<Option<Said>, String> {
        let path = self.path(name)?;
        let Some(bytes) = absent(file::read(&path))? else {
            return Ok(None);
        };
        let failed = |error| spelled(&Error::io("look at", &path)(error));
        // Whoever serves the folder stamps both.
        let now = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(&self.0);
        let now = now.and_then(|now| now.as_file().metadata()?.modified());
        let then = path.metadata().and_then(|found| found.modified());
        let age = now.map_err(failed)?.duration_since(then.map_err(failed)?);
        Ok(Some((bytes, age.unwrap_or_default())))
    }
}

impl FolderPlace {
    /// Where something is kept; the folder that its name begins with is made.
    fn path(&self, name: &str) -> Result<PathBuf, String> {
        if let Some((folder, _)) = name.split_once('/') {
            file::directory(&self.0.join(folder)).map_err(|error| spelled(&error))?;
        }
        Ok(self.0.join(name))
    }
}

/// The names of the folders in a folder.
///
/// # Errors
/// Says why it cannot be listed.
pub fn folders(folder: &std::path::Path) -> Result<Vec<String>, String> {
    let inner = listed(folder)?.into_iter();
    let folders = inner.filter(|(_, is_folder, _)| *is_folder);
    Ok(folders.map(|(name, ..)| name).collect())
}

/// What is in a folder: names, whether each is a folder itself, and lengths.
fn listed(folder: &std::path::Path) -> Result<Vec<(String, bool, u64)>, String> {
    let failed = |error| spelled(&Error::io("list", folder)(error));
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Ok(name) = entry.file_name().into_string() {
            let about = entry.metadata().map_err(failed)?;
            found.push((name, about.is_dir(), about.len()));
        }
    }
    Ok(found)
}

/// Nothing, where there is no such file.
fn absent(read: Result<Vec<u8>, Error>) -> Result<Option<Vec<u8>>, String> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(spelled(&error)),
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

    #[cfg(unix)]
    #[test]
    fn a_share_need_not_be_ours_alone_and_the_folder_of_an_incident_in_it_is()
    -> Result<(), Box<dyn std::error::Error>> {
        use std::os::unix::fs::PermissionsExt as _;
        let share = tempfile::tempdir()?;
        // As a share for everybody: nobody takes away what is another's.
        std::fs::set_permissions(share.path(), std::fs::Permissions::from_mode(0o1777))?;
        let mut root = FolderPlace::open(share.path(), "")?;
        assert!(root.put("probe", b"first")?);
        assert!(!root.put("probe", b"second")?);
        let mut own = FolderPlace::open(share.path(), "inc-1")?;
        assert!(own.put("probe", b"first")?);
        Ok(())
    }

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
