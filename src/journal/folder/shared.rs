//! The folder of an incident that lives elsewhere too: made by whoever joins it, and filled from there.
//!
//! Never takes in a name that leads out of it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Folder, ROOMS, Root, Shelf, named};
use crate::domain::event::Event;
use crate::journal::entry::Line;
use crate::journal::error::Error;
use crate::journal::file::{self, Purpose};

const TERM: &str = "term";
/// How the name of a folder begins in which an incident is joined, and the file in it that whoever joins holds.
const JOINING: &str = ".joining-";
const ALIVE: &str = "alive";
/// The same, until whoever joins holds that file: nobody takes such a folder away.
const BEGINNING_TO_JOIN: &str = ".begun-";
/// The place in which it is shared, for as long as its journal here does not say so.
const PLACE: &str = "shared";
/// Where an incident says that it is shared: in one of its first entries, within so many bytes.
const BEGINNING: (usize, u64) = (3, 64 * 1024);

impl Root {
    /// Makes a folder for an incident that began elsewhere, with its key, and what `fill` takes in from its place: all of
    /// it, or nothing is there.
    ///
    /// # Errors
    /// As [`Root::create`], and what `fill` says.
    pub fn join<E: From<Error>>(
        &self,
        (id, key): (&str, &[u8; 32]),
        at: &str,
        fill: impl FnOnce(&Folder) -> Result<(), E>,
    ) -> Result<Folder, E> {
        let folder = self.folder(Shelf::Incidents, id)?;
        let shelf = self.0.join(Shelf::Incidents.name());
        file::directory(&shelf)?;
        // What begins with a dot is no incident, and goes away with this whatever happens.
        sweep(&shelf);
        let (beside, alive) = Beside::begin(&shelf)?;
        let new = Folder {
            path: beside.0.join(id),
            ..folder.clone()
        };
        new.furnish(key)?;
        new.note_place(at)?;
        fill(&new)?;
        file::move_directory(&new.path, &folder.path)?;
        drop(alive);
        Ok(folder)
    }
}

/// The folder in which an incident is joined; it goes away with this.
struct Beside(PathBuf);

impl Beside {
    /// Makes one, with a sign of life that is held before the folder has a name that is swept. What is killed before leaves
    /// an empty file, and nothing of an incident.
    fn begin(shelf: &Path) -> Result<(Self, File), Error> {
        let made = tempfile::Builder::new()
            .prefix(BEGINNING_TO_JOIN)
            .tempdir_in(shelf)
            .map_err(Error::io("make a directory in", shelf))?;
        let sign = made.path().join(ALIVE);
        file::create(&sign)?;
        let alive = file::open(&sign, Purpose::Hold)?;
        alive.lock().map_err(Error::io("lock", &sign))?;
        let name = made.path().file_name().unwrap_or_default();
        let name = format!("{JOINING}{}", name.to_string_lossy());
        let beside = shelf.join(name);
        file::move_directory(made.path(), &beside)?;
        // It is no longer where it was made, so that nothing is left to take away there.
        drop(made.keep());
        Ok((Self(beside), alive))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // What cannot be taken away now is swept by the next join.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Takes away what was begun by joins that were killed. The system freed the sign of life of each; one that goes on holds
/// its own, and where there is none nobody knows.
fn sweep(shelf: &Path) {
    let Ok(found) = shelf.read_dir() else {
        return;
    };
    let begun = found.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(JOINING))
    });
    for path in begun {
        let sign = file::open(&path.join(ALIVE), Purpose::Append);
        if sign.is_ok_and(|sign| sign.try_lock().is_ok()) {
            // What cannot be taken away now is tried again with the next join.
            drop(std::fs::remove_dir_all(&path));
        }
    }
}

impl Folder {
    /// The place in which the incident is shared, by its first entries, or by what was noted before there were any.
    ///
    /// # Errors
    /// The journal could not be read.
    pub fn shared_at(&self) -> Result<Option<String>, Error> {
        let path = self.journal();
        let mut beginning = Vec::new();
        let opened = file::open(&path, Purpose::Read)?;
        opened
            .take(BEGINNING.1)
            .read_to_end(&mut beginning)
            .map_err(Error::io("read", &path))?;
        let lines = beginning.split(|byte| *byte == b'\n').take(BEGINNING.0);
        let mut first = lines.filter_map(|line| Line::parse(line).ok());
        let said = first.find_map(|line| {
            let Event::Shared { at } = line.event else {
                return None;
            };
            Some(at)
        });
        match said {
            Some(at) => Ok(Some(at)),
            None => self.noted_place(),
        }
    }

    fn noted_place(&self) -> Result<Option<String>, Error> {
        let path = self.path.join(PLACE);
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let noted = String::from_utf8(file::read(&path)?);
        noted.map(Some).map_err(|_| Error::Altered { path })
    }

    /// Notes in which place the incident is shared, before that place hears of it: whatever breaks off then, nobody goes on
    /// with it alone.
    ///
    /// # Errors
    /// Names the file.
    pub fn note_place(&self, at: &str) -> Result<(), Error> {
        file::store(&self.path.join(PLACE), at.as_bytes())
    }

    /// Takes that back: the place did not answer, and holds nothing of it.
    ///
    /// # Errors
    /// Names the file.
    pub fn forget_place(&self) -> Result<(), Error> {
        let path = self.path.join(PLACE);
        std::fs::remove_file(&path).map_err(Error::io("remove", &path))
    }

    /// Notes that somebody performs on the shared incident from this folder, by what its signs of life are called.
    ///
    /// # Errors
    /// Names the file.
    pub fn note_term(&self, sign: &str) -> Result<(), Error> {
        file::store(&self.path.join(TERM), sign.as_bytes())
    }

    /// What the signs of life of whoever performed last from this folder are called.
    #[must_use]
    pub fn last_term(&self) -> Option<String> {
        let noted = file::read(&self.path.join(TERM)).ok()?;
        String::from_utf8(noted).ok()
    }

    /// Whether a name is one of a file of the folder, and the file is not there.
    pub(in crate::journal) fn lacks(&self, name: &str) -> bool {
        let is_plain = |(room, file): (&str, &str)| ROOMS.contains(&room) && named(file).is_ok();
        name.split_once('/').is_some_and(is_plain)
            && self.path.join(name).symlink_metadata().is_err()
    }

    /// Takes in a file that the folder lacks.
    pub(in crate::journal) fn take_in(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        if !self.lacks(name) {
            return Ok(());
        }
        if let Some((room, _)) = name.split_once('/') {
            file::directory(&self.path.join(room))?;
        }
        file::store(&self.path.join(name), bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clock;
    use crate::journal::{Journal, MemorySink, Sink as _};

    type Tried = Result<(), Box<dyn std::error::Error>>;

    fn listed(root: &Root) -> std::io::Result<Vec<std::ffi::OsString>> {
        let found = root.path().join("incidents").read_dir()?;
        found.map(|entry| Ok(entry?.file_name())).collect()
    }

    #[test]
    fn joining_is_whole_or_was_not() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        let broken = root.join(("inc-1", &[7; 32]), "place", |folder| {
            // It broke off midway: somebody else would find no incident yet.
            assert!(folder.journal().exists() && root.open("inc-1").is_err());
            let path = folder.journal();
            Err(Error::Lost { path, source: None })
        });
        assert!(matches!(broken, Err(Error::Lost { .. })), "{broken:?}");
        assert!(matches!(root.open("inc-1"), Err(Error::Absent { .. })));
        assert_eq!(listed(&root)?, [""; 0]);
        let joined = root.join(("inc-1", &[7; 32]), "place", |folder| {
            folder.sink()?.append(b"a line\n")
        })?;
        assert_eq!(joined.path(), root.open("inc-1")?.path());
        assert_eq!((joined.length()?, joined.key()?), (7, [7; 32]));
        assert_eq!(listed(&root)?, ["inc-1"]);
        // One that is here already is not written over.
        assert!(
            root.join(("inc-1", &[8; 32]), "other", |_| Ok::<_, Error>(()))
                .is_err()
        );
        assert_eq!((joined.length()?, joined.key()?), (7, [7; 32]));
        Ok(())
    }

    #[test]
    fn what_a_killed_join_left_goes_away_with_the_next_and_one_that_goes_on_stays() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        let shelf = root.path().join("incidents");
        file::directory(&shelf)?;
        let left = shelf.join(".joining-killed");
        file::new_directory(&left)?;
        for name in [ALIVE, "part"] {
            file::create(&left.join(name))?;
        }
        root.join(("inc-1", &[7; 32]), "place", |_| {
            // Somebody else joins meanwhile.
            let joined = root.join(("inc-2", &[7; 32]), "place", |_| Ok::<_, Error>(()));
            joined.map(drop)
        })?;
        let mut listed = listed(&root)?;
        listed.sort();
        assert_eq!(listed, ["inc-1", "inc-2"]);
        Ok(())
    }

    #[test]
    fn a_join_that_begins_is_not_swept_by_others() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        let shelf = root.path().join("incidents");
        file::directory(&shelf)?;
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                        sweep(&shelf);
                    }
                });
            }
            let joins = (0..300).map(|at| {
                let id = format!("inc-{at}");
                let joined = root.join((&id, &[7; 32]), "place", |_| Ok::<_, Error>(()));
                joined.map(drop)
            });
            let joined: Result<(), Error> = joins.collect();
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            joined
        })?;
        assert_eq!(listed(&root)?.len(), 300);
        Ok(())
    }

    #[tokio::test]
    async fn where_it_is_shared_is_known_before_its_journal_says_so() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        let folder = root.create(super::Shelf::Incidents, "inc-1", &Clock::wall())?;
        assert_eq!(folder.shared_at()?, None);
        assert!(folder.is_fresh() && !root.open("inc-1")?.is_fresh());
        folder.note_place("place")?;
        assert_eq!(folder.shared_at()?.as_deref(), Some("place"));
        // Cut in the middle of its first entries too.
        let whole = MemorySink::default();
        let (journal, _) = Journal::open(Box::new(whole.clone()), Clock::wall(), "solo")?;
        let at = "place".to_owned();
        let opened = Event::Opened {
            incident: "inc-1".to_owned(),
            drill: false,
            since: crate::domain::Time::UNIX_EPOCH,
            reason: None,
            ticket: None,
        };
        journal.append(vec![opened, Event::Shared { at }]).await?;
        let whole = whole.bytes();
        for end in 0..=whole.len() {
            file::store(&folder.journal(), whole.get(..end).unwrap_or_default())?;
            assert_eq!(
                folder.shared_at()?.as_deref(),
                Some("place"),
                "cut at {end}"
            );
        }
        file::store(&folder.journal(), b"")?;
        folder.forget_place()?;
        assert_eq!(folder.shared_at()?, None);
        Ok(())
    }
}
