//! Every file that this program makes: directories 0700, files 0600, never followed, never half.
//!
//! Refuses paths that another user could change under us. Never says what a file means.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::error::{Error, Loose};

const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Makes a directory that only we may enter, unless it is there; refuses one that others could change.
///
/// # Errors
/// Names the path.
pub fn directory(path: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("make the directory", path)(error)),
    }?;
    inspect_directory(path)
}

/// Makes a directory that only we may enter; it must not be there yet.
///
/// # Errors
/// Names the path.
pub fn new_directory(path: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().mode(0o700).create(path);
    made.map_err(Error::io("make the directory", path))?;
    sync_parent(path)
}

/// Gives a directory another name, under which there is none yet: readers see all of it or nothing.
///
/// # Errors
/// Names the path that it should have.
pub fn move_directory(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(Error::io("make the directory", to))?;
    sync_parent(to)
}

/// Refuses a directory that is a link, that is not ours, or that others may write to.
///
/// # Errors
/// Says what is wrong with it.
pub fn inspect_directory(path: &Path) -> Result<(), Error> {
    let found = path
        .symlink_metadata()
        .map_err(Error::io("look at", path))?;
    let why = if found.is_symlink() {
        Loose::Symlink
    } else if !found.is_dir() {
        Loose::Special
    } else if found.uid() != us() {
        Loose::Foreign
    } else if found.mode() & OTHERS_WRITE != 0 {
        Loose::Writable
    } else {
        return Ok(());
    };
    Err(refusal(path, why))
}

/// Resolves a directory and refuses it where somebody else could exchange it or what leads to it.
///
/// # Errors
/// Names the first directory on the way that is not to be trusted.
pub fn anchor(path: &Path) -> Result<PathBuf, Error> {
    let resolved = path.canonicalize().map_err(Error::io("find", path))?;
    for directory in resolved.ancestors() {
        let found = directory
            .metadata()
            .map_err(Error::io("look at", directory))?;
        if !found.is_dir() {
            return Err(refusal(directory, Loose::Special));
        }
        if found.uid() != us() && found.uid() != 0 {
            return Err(refusal(directory, Loose::Foreign));
        }
        if found.mode() & OTHERS_WRITE != 0 && found.mode() & STICKY == 0 {
            return Err(refusal(directory, Loose::Writable));
        }
    }
    Ok(resolved)
}

/// What an opened file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Reading only.
    Read,
    /// Reading, and appending to what is there.
    Append,
    /// Reading and writing; made where it is absent.
    Hold,
}

/// Opens a plain file of ours without following a link.
///
/// # Errors
/// Refuses links, second names, special files, foreign owners and files that others may write to.
pub fn open(path: &Path, purpose: Purpose) -> Result<File, Error> {
    let mut options = plain();
    match purpose {
        Purpose::Read => options.read(true),
        Purpose::Append => options.read(true).append(true),
        Purpose::Hold => options.read(true).write(true).create(true),
    };
    let file = options.open(path).map_err(|error| {
        if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            refusal(path, Loose::Symlink)
        } else {
            Error::io("open", path)(error)
        }
    })?;
    let found = file.metadata().map_err(Error::io("look at", path))?;
    inspect(path, &found)?;
    Ok(file)
}

fn inspect(path: &Path, found: &Metadata) -> Result<(), Error> {
    let why = if !found.is_file() {
        Loose::Special
    } else if found.uid() != us() {
        Loose::Foreign
    } else if found.mode() & OTHERS_WRITE != 0 {
        Loose::Writable
    } else if found.nlink() > 1 {
        Loose::Linked
    } else {
        return Ok(());
    };
    Err(refusal(path, why))
}

/// Reads a whole file of ours.
///
/// # Errors
/// As [`open`], and where reading fails.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    open(path, Purpose::Read)?
        .read_to_end(&mut bytes)
        .map_err(Error::io("read", path))?;
    Ok(bytes)
}

/// Makes a new, empty file; it must not be there yet.
///
/// # Errors
/// Names the path.
pub fn create(path: &Path) -> Result<(), Error> {
    let made = plain().write(true).create_new(true).open(path);
    made.and_then(|file| file.sync_all())
        .map_err(Error::io("create", path))?;
    sync_parent(path)
}

/// Writes a file whole: readers see all of it or what was there before, also after a crash.
///
/// # Errors
/// Names the path; nothing half-written is left under it.
pub fn store(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    store_from(path, |to| to.write_all(bytes))
}

/// Writes a file whole, from what `fill` writes.
///
/// # Errors
/// As [`store`].
pub fn store_from(
    path: &Path,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Error> {
    whole(path, fill, |new| new.persist(path))
}

/// Writes a file whole, from what `fill` writes, where there is none yet: whoever was first keeps theirs.
///
/// # Errors
/// As [`store`].
pub fn store_new_from(
    path: &Path,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Error> {
    whole(path, fill, |new| new.persist_noclobber(path))
}

fn whole(
    path: &Path,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    persist: impl FnOnce(tempfile::NamedTempFile) -> Result<File, tempfile::PersistError>,
) -> Result<(), Error> {
    let directory = parent(path);
    let write = || {
        let mut new = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(directory)?;
        let mut buffered = io::BufWriter::new(&mut new);
        fill(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        new.as_file().sync_all()?;
        persist(new).map_err(|kept| kept.error)?;
        Ok(())
    };
    write().map_err(Error::io("write", path))?;
    sync_parent(path)
}

fn plain() -> OpenOptions {
    let mut options = OpenOptions::new();
    let no_follow = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options
        .mode(0o600)
        .custom_flags(i32::try_from(no_follow.bits()).unwrap_or_default());
    options
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

fn sync_parent(path: &Path) -> Result<(), Error> {
    let directory = parent(path);
    File::open(directory)
        .and_then(|opened| opened.sync_all())
        .map_err(Error::io("sync the directory", directory))
}

fn refusal(path: &Path, why: Loose) -> Error {
    Error::Unsafe {
        path: path.to_owned(),
        why,
    }
}

fn us() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path) -> u32 {
        path.metadata().map_or(0, |found| found.mode() & 0o7777)
    }

    fn chmod(path: &Path, mode: u32) {
        let set = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        assert!(set.is_ok());
    }

    fn why(result: Result<impl Sized, Error>) -> Option<Loose> {
        match result {
            Err(Error::Unsafe { why, .. }) => Some(why),
            Ok(_) | Err(_) => None,
        }
    }

    #[test]
    fn files_are_0600_and_directories_0700() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let inside = root.path().join("inside");
        directory(&inside)?;
        create(&inside.join("made"))?;
        store(&inside.join("stored"), b"x")?;
        open(&inside.join("held"), Purpose::Hold)?;
        assert_eq!(mode(&inside), 0o700);
        for name in ["made", "stored", "held"] {
            assert_eq!(mode(&inside.join(name)), 0o600, "{name}");
        }
        assert!(create(&inside.join("made")).is_err(), "create is exclusive");
        assert!(new_directory(&inside).is_err(), "and so is a new directory");
        let stored = inside.join("stored");
        assert!(store_new_from(&stored, |to| to.write_all(b"y")).is_err());
        assert_eq!(read(&stored)?, b"x", "what was there stays");
        let new = inside.join("new");
        store_new_from(&new, |to| to.write_all(b"y"))?;
        assert_eq!((read(&new)?, mode(&new)), (b"y".to_vec(), 0o600));
        assert_eq!(inside.read_dir()?.count(), 4, "nothing half-written stays");
        Ok(())
    }

    #[test]
    fn what_others_could_change_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let file = root.path().join("file");
        let link = root.path().join("link");
        store(&file, b"x")?;
        symlink(&file, &link)?;
        assert_eq!(why(open(&link, Purpose::Append)), Some(Loose::Symlink));
        assert_eq!(why(read(&link)), Some(Loose::Symlink));
        std::fs::hard_link(&file, root.path().join("second"))?;
        assert_eq!(why(read(&file)), Some(Loose::Linked));
        std::fs::remove_file(root.path().join("second"))?;
        chmod(&file, 0o620);
        assert_eq!(why(read(&file)), Some(Loose::Writable));

        let below = root.path().join("below");
        directory(&below)?;
        chmod(&below, 0o770);
        assert_eq!(why(directory(&below)), Some(Loose::Writable));
        assert_eq!(why(anchor(&below)), Some(Loose::Writable));
        chmod(&below, 0o700);
        assert_eq!(anchor(&below)?, below.canonicalize()?);
        let detour = root.path().join("detour");
        symlink(&below, &detour)?;
        assert_eq!(why(directory(&detour)), Some(Loose::Symlink));
        Ok(())
    }
}
