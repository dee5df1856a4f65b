//! The folders of incidents and drills: where the journal, plans, evidence, mandates and reports lie.
//!
//! Owns names and layout. Never decides which incident a command is about; it only says what there is.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::file::{self, Purpose};
use super::lock::RunLock;
use super::sink::{FileSink, Sink as _};
use super::{Record, read};
use crate::domain::plan::Plan;
use crate::domain::{Clock, Digest};

mod list;
mod shared;

pub use list::{Summary, default_of, open_with_any};

const JOURNAL: &str = "journal.jsonl";
pub(super) const KEY: &str = "fingerprint.key";
const ROOMS: [&str; 5] = ["plans", "evidence", "mandates", "report", CHECKPOINTS];
/// Where signed checkpoints lie.
pub const CHECKPOINTS: &str = "checkpoints";

/// What a folder is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shelf {
    /// Incidents.
    Incidents,
    /// Rehearsals.
    Drills,
}

impl Shelf {
    fn name(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Drills => "drills",
        }
    }
}

/// The directory that holds `incidents/` and `drills/`.
#[derive(Clone, Debug)]
pub struct Root(PathBuf);

/// One incident's or drill's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    id: String,
    shelf: Shelf,
    path: PathBuf,
    is_fresh: bool,
}

impl Root {
    /// Uses a directory that is there already, e.g. a workspace's.
    ///
    /// # Errors
    /// Refuses one that somebody else could change.
    pub fn at(path: &Path) -> Result<Self, Error> {
        file::anchor(path).map(Self)
    }

    /// Makes the directory where it is absent, with what leads to it, and uses it.
    ///
    /// # Errors
    /// As [`Root::at`].
    pub fn make(path: &Path) -> Result<Self, Error> {
        let absent: Vec<_> = path
            .ancestors()
            .take_while(|directory| !directory.as_os_str().is_empty() && !directory.exists())
            .collect();
        for directory in absent.into_iter().rev() {
            file::directory(directory)?;
        }
        Self::at(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes a folder with an empty journal and a fresh fingerprint key.
    ///
    /// # Errors
    /// Refuses an id that is taken or that cannot be a folder's name.
    pub fn create(&self, shelf: Shelf, id: &str, clock: &Clock) -> Result<Folder, Error> {
        let mut folder = self.folder(shelf, id)?;
        file::directory(&self.0.join(shelf.name()))?;
        folder.furnish(&clock.fresh::<32>())?;
        folder.is_fresh = true;
        Ok(folder)
    }

    /// Finds a folder by its id, among incidents first.
    ///
    /// # Errors
    /// [`Error::Absent`] where there is none; refuses folders that somebody else could change.
    pub fn open(&self, id: &str) -> Result<Folder, Error> {
        for shelf in [Shelf::Incidents, Shelf::Drills] {
            let folder = self.folder(shelf, id)?;
            if folder.journal().symlink_metadata().is_ok() {
                file::inspect_directory(&self.0.join(shelf.name()))?;
                file::inspect_directory(&folder.path)?;
                return Ok(folder);
            }
        }
        Err(Error::Absent {
            id: id.to_owned(),
            root: self.0.clone(),
        })
    }

    fn folder(&self, shelf: Shelf, id: &str) -> Result<Folder, Error> {
        named(id)?;
        Ok(Folder {
            id: id.to_owned(),
            shelf,
            path: self.0.join(shelf.name()).join(id),
            is_fresh: false,
        })
    }
}

impl Folder {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is a drill's.
    #[must_use]
    pub fn is_drill(&self) -> bool {
        self.shelf == Shelf::Drills
    }

    /// Whether this process made it, so that nobody else can have begun anything in it.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Makes what belongs into it, with an empty journal.
    fn furnish(&self, key: &[u8; 32]) -> Result<(), Error> {
        file::directory(&self.path)?;
        for room in ROOMS {
            file::directory(&self.path.join(room))?;
        }
        let path = self.path.join(KEY);
        if path.symlink_metadata().is_err() {
            file::store(&path, key)?;
        }
        // Invariant: the journal is made last, so a folder that has one is whole.
        file::create(&self.journal())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the journal is.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    /// The journal, for appending.
    ///
    /// # Errors
    /// As [`FileSink::open`].
    pub fn sink(&self) -> Result<FileSink, Error> {
        FileSink::open(&self.journal())
    }

    /// Reads the journal without changing it.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self) -> Result<Record, Error> {
        read(&mut FileSink::reading(&self.journal())?)
    }

    /// The journal's bytes, for checking.
    ///
    /// # Errors
    /// As [`FileSink::reading`].
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        let mut sink = FileSink::reading(&self.journal())?;
        sink.lock()?;
        let bytes = sink.read_from(0);
        sink.unlock();
        bytes
    }

    /// How long the journal is.
    ///
    /// # Errors
    /// As [`FileSink::reading`].
    pub fn length(&self) -> Result<u64, Error> {
        FileSink::reading(&self.journal())?.len()
    }

    /// Takes the run lock.
    ///
    /// # Errors
    /// [`Error::Locked`] names who holds it.
    pub fn lock(&self, clock: &Clock) -> Result<RunLock, Error> {
        RunLock::take(&self.path.join("run.lock"), clock)
    }

    /// The key that secrets of this incident are fingerprinted with; it never leaves this folder, but for the place in which
    /// a shared incident lives.
    ///
    /// # Errors
    /// Names the file.
    pub fn key(&self) -> Result<[u8; 32], Error> {
        let path = self.path.join(KEY);
        let bytes = file::read(&path)?;
        bytes.try_into().map_err(|_| Error::Altered { path })
    }

    /// Stores a plan as canonical JSON under its digest.
    ///
    /// # Errors
    /// Names the file.
    pub fn store_plan(&self, plan: &Plan) -> Result<Digest, Error> {
        let plans = self.path.join("plans");
        let digest = plan
            .digest()
            .map_err(Error::io("write a plan into", &plans))?;
        file::store_from(&self.plan(&digest), |to| plan.write(to))?;
        Ok(digest)
    }

    /// Loads the plan that has this digest.
    ///
    /// # Errors
    /// [`Error::Altered`] where the file is not what its name says.
    pub fn load_plan(&self, digest: &Digest) -> Result<Plan, Error> {
        let path = self.plan(digest);
        let bytes = digested(&path, digest)?;
        serde_json::from_slice(&bytes).map_err(Error::json(&path))
    }

    /// Where the plan with this digest is.
    #[must_use]
    pub fn plan(&self, digest: &Digest) -> PathBuf {
        self.path.join("plans").join(format!("{digest}.json"))
    }

    /// Stores a playbook's text under its digest.
    ///
    /// # Errors
    /// Names the file.
    pub fn store_text(&self, text: &str) -> Result<Digest, Error> {
        let digest = Digest::of(text.as_bytes());
        file::store(&self.text(&digest), text.as_bytes())?;
        Ok(digest)
    }

    /// Loads the text that has this digest.
    ///
    /// # Errors
    /// [`Error::Altered`] where the file is not what its name says.
    pub fn load_text(&self, digest: &Digest) -> Result<String, Error> {
        let path = self.text(digest);
        String::from_utf8(digested(&path, digest)?).map_err(|_| Error::Altered { path })
    }

    fn text(&self, digest: &Digest) -> PathBuf {
        self.path.join("plans").join(format!("{digest}.yaml"))
    }

    /// Keeps a file in one of the rooms (`plans`, `evidence`, `mandates`, `report`, `checkpoints`); the path within the folder and the
    /// digest belong into an `Attached` entry.
    ///
    /// # Errors
    /// Refuses other rooms and names that cannot be a file's.
    pub fn keep(&self, room: &str, name: &str, bytes: &[u8]) -> Result<(String, Digest), Error> {
        named(name)?;
        if !ROOMS.contains(&room) {
            let name = room.to_owned();
            return Err(Error::Name { name });
        }
        // An older version made fewer rooms.
        file::directory(&self.path.join(room))?;
        file::store(&self.path.join(room).join(name), bytes)?;
        Ok((format!("{room}/{name}"), Digest::of(bytes)))
    }

    /// The journal, for copying: as long as it is now, at a moment when no line of it is half-written.
    ///
    /// # Errors
    /// As [`FileSink::reading`].
    pub fn snapshot(&self) -> Result<io::Take<File>, Error> {
        let mut sink = FileSink::reading(&self.journal())?;
        sink.lock()?;
        let length = sink.len();
        sink.unlock();
        Ok(file::open(&self.journal(), Purpose::Read)?.take(length?))
    }

    /// A file of the record, for reading, by its path within the folder; as long as it is now.
    ///
    /// # Errors
    /// Refuses a path that leads elsewhere; names the file where it cannot be opened.
    pub fn attached(&self, path: &str) -> Result<io::Take<File>, Error> {
        let outside = || Error::Name {
            name: path.escape_debug().take(128).collect(),
        };
        let (room, name) = path.split_once('/').ok_or_else(outside)?;
        named(name)?;
        if !ROOMS.contains(&room) {
            return Err(outside());
        }
        let path = self.path.join(room).join(name);
        let opened = file::open(&path, Purpose::Read)?;
        let found = opened.metadata().map_err(Error::io("look at", &path))?;
        Ok(opened.take(found.len()))
    }

    /// The paths within the folder of everything but the journal, the lock and the key, in order.
    ///
    /// # Errors
    /// Names what cannot be listed.
    pub fn contents(&self) -> Result<Vec<String>, Error> {
        let mut paths = Vec::new();
        for room in ROOMS {
            let path = self.path.join(room);
            let listed = match path.read_dir() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                listed => listed.map_err(Error::io("list", &path))?,
            };
            for entry in listed {
                let entry = entry.map_err(Error::io("list", &path))?;
                // What is half-written begins with a dot, and is no part of the record.
                if let Some(name) = entry
                    .file_name()
                    .to_str()
                    .filter(|name| named(name).is_ok())
                {
                    paths.push(format!("{room}/{name}"));
                }
            }
        }
        paths.sort();
        Ok(paths)
    }
}

fn digested(path: &Path, digest: &Digest) -> Result<Vec<u8>, Error> {
    let bytes = file::read(path)?;
    if Digest::of(&bytes) == *digest {
        Ok(bytes)
    } else {
        let path = path.to_owned();
        Err(Error::Altered { path })
    }
}

fn named(name: &str) -> Result<(), Error> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > 128 || name.starts_with('.') || !name.bytes().all(is_plain) {
        let name = name.escape_debug().take(128).collect();
        return Err(Error::Name { name });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Loose;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    type Tried = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn a_folder_has_the_promised_layout_and_modes() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::make(&base.path().join("state/contain"))?;
        let folder = root.create(Shelf::Incidents, "inc-1", &Clock::wall())?;
        let mut pending = vec![folder.path().to_owned(), root.path().to_owned()];
        while let Some(path) = pending.pop() {
            let found = path.symlink_metadata()?;
            let expected = if found.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(found.mode() & 0o7777, expected, "{}", path.display());
            if found.is_dir() {
                for inner in path.read_dir()? {
                    pending.push(inner?.path());
                }
            }
        }
        assert_ne!(folder.key()?, [0; 32]);
        assert_eq!(folder.key()?, root.open("inc-1")?.key()?);
        assert!(
            root.create(Shelf::Incidents, "inc-1", &Clock::wall())
                .is_err()
        );
        assert!(matches!(root.open("inc-2"), Err(Error::Absent { .. })));
        for id in ["", "..", ".x", "a/b", "a b", "a\u{202e}"] {
            assert!(matches!(root.open(id), Err(Error::Name { .. })), "{id}");
        }
        Ok(())
    }

    #[test]
    fn a_symlinked_journal_or_folder_is_refused() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        let folder = root.create(Shelf::Incidents, "a", &Clock::wall())?;
        let elsewhere = base.path().join("elsewhere");
        std::fs::rename(folder.journal(), &elsewhere)?;
        symlink(&elsewhere, folder.journal())?;
        for refused in [folder.sink().map(drop), folder.read().map(drop)] {
            let why = match refused {
                Err(Error::Unsafe { why, .. }) => Some(why),
                Ok(()) | Err(_) => None,
            };
            assert_eq!(why, Some(Loose::Symlink));
        }
        symlink(folder.path(), base.path().join("incidents/b"))?;
        assert!(matches!(root.open("b"), Err(Error::Unsafe { .. })));
        Ok(())
    }

    #[test]
    fn a_plan_is_found_by_its_digest_and_refused_once_altered() -> Tried {
        let base = tempfile::tempdir()?;
        let folder = Root::at(base.path())?.create(Shelf::Drills, "d", &Clock::wall())?;
        let plan: Plan = serde_json::from_value(serde_json::json!({
            "v": 1, "incident": "d", "run": 1, "round": 1, "made_from": {}, "acting_as": [], "subjects": [],
            "at": "2026-01-01T00:00:00Z", "expires": "2026-01-01T01:00:00Z", "items": [],
        }))?;
        let digest = folder.store_plan(&plan)?;
        assert_eq!(digest, plan.digest()?);
        assert_eq!(folder.load_plan(&digest)?, plan);
        file::store(&folder.plan(&digest), b"{}")?;
        assert!(matches!(
            folder.load_plan(&digest),
            Err(Error::Altered { .. })
        ));
        let text = folder.store_text("contain: 1\n")?;
        assert_eq!(folder.load_text(&text)?, "contain: 1\n");
        assert!(folder.keep("secrets", "x", b"").is_err());
        assert!(folder.keep("evidence", "../x", b"").is_err());
        assert_eq!(
            folder.keep("evidence", "x.json", b"{}")?.0,
            "evidence/x.json"
        );
        Ok(())
    }
}
