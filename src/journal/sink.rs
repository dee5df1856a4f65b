//! Where the bytes of a journal live: a file, or memory for drills and laws.
//!
//! Knows nothing of lines. Never retries after a failed sync, and never shortens what was acknowledged.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::error::Error;
use super::file::{self, Purpose};
use super::fold::length;

/// A store of bytes that only grows, but for a tail that nobody acknowledged.
pub trait Sink: Send {
    /// What errors call it.
    fn path(&self) -> PathBuf;

    /// How many bytes there are.
    ///
    /// # Errors
    /// Names the path.
    fn len(&mut self) -> Result<u64, Error>;

    /// Whether there are none.
    ///
    /// # Errors
    /// Names the path.
    fn is_empty(&mut self) -> Result<bool, Error> {
        self.len().map(|bytes| bytes == 0)
    }

    /// Reads everything from `offset` on.
    ///
    /// # Errors
    /// Names the path.
    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error>;

    /// Writes at the end; durable only after [`Sink::sync`].
    ///
    /// # Errors
    /// Names the path; any part of the bytes may have been written.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// Makes durable what was written. A failure is final for this sink.
    ///
    /// # Errors
    /// Names the path; nobody knows what is on the disk.
    fn sync(&mut self) -> Result<(), Error>;

    /// Writes at the end, durably.
    ///
    /// # Errors
    /// As [`Sink::write`] and [`Sink::sync`].
    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes)?;
        self.sync()
    }

    /// Makes sure that there is room to record what is under way; asked before an entry lets a call leave.
    ///
    /// # Errors
    /// There is too little room: what is under way can be recorded, and nothing new may begin.
    fn reserve(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// A further sink that has to hold an entry before it lets a call leave, where there is one.
    fn required(&self) -> Option<&str> {
        None
    }

    /// Keeps everything from `offset` on under `name`, durably, and only then cuts it off.
    ///
    /// # Errors
    /// Names the path; the bytes are in at least one of the two places.
    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error>;

    /// What was set aside, by name.
    ///
    /// # Errors
    /// Names the path.
    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error>;

    /// Looks for what others wrote where that is not seen by itself.
    ///
    /// # Errors
    /// Names the path or the place.
    fn look(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Takes the append lock; waits for it.
    ///
    /// # Errors
    /// Names the path.
    fn lock(&mut self) -> Result<(), Error>;

    /// Gives the append lock back.
    fn unlock(&mut self);
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn path(&self) -> PathBuf {
        self.as_ref().path()
    }

    fn len(&mut self) -> Result<u64, Error> {
        self.as_mut().len()
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        self.as_mut().read_from(offset)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.as_mut().write(bytes)
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.as_mut().sync()
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.as_mut().append(bytes)
    }

    fn reserve(&mut self) -> Result<(), Error> {
        self.as_mut().reserve()
    }

    fn required(&self) -> Option<&str> {
        self.as_ref().required()
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.as_mut().set_aside(name, offset)
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        self.as_mut().kept()
    }

    fn look(&mut self) -> Result<(), Error> {
        self.as_mut().look()
    }

    fn lock(&mut self) -> Result<(), Error> {
        self.as_mut().lock()
    }

    fn unlock(&mut self) {
        self.as_mut().unlock();
    }
}

/// The prefix of what is set aside.
pub(super) const ASIDE: &str = "torn-";

/// How much room is set aside for the answers of what is under way.
const RESERVE: u64 = 1024 * 1024;

/// A journal in a file.
#[derive(Debug)]
pub struct FileSink {
    path: PathBuf,
    file: File,
    /// Up to where the disk has set room aside; nothing where it does not do that.
    reserved: Option<u64>,
    reads_only: bool,
    is_bad: bool,
}

impl FileSink {
    /// Opens a journal for appending; it must be there.
    ///
    /// # Errors
    /// As [`file::open`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::with(path, Purpose::Append)
    }

    /// Opens a journal for reading only.
    ///
    /// # Errors
    /// As [`file::open`].
    pub fn reading(path: &Path) -> Result<Self, Error> {
        Self::with(path, Purpose::Read)
    }

    fn with(path: &Path, purpose: Purpose) -> Result<Self, Error> {
        Ok(Self {
            file: file::open(path, purpose)?,
            path: path.to_owned(),
            reserved: Some(0),
            reads_only: purpose == Purpose::Read,
            is_bad: false,
        })
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    fn unless_bad(&self) -> Result<(), Error> {
        if self.is_bad {
            let path = self.path.clone();
            Err(Error::Lost { path, source: None })
        } else {
            Ok(())
        }
    }
}

impl Sink for FileSink {
    fn path(&self) -> PathBuf {
        self.path.clone()
    }

    fn len(&mut self) -> Result<u64, Error> {
        let found = self.file.metadata();
        found
            .map(|found| found.len())
            .map_err(Error::io("look at", &self.path))
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.file.read_to_end(&mut bytes))
            .map_err(Error::io("read", &self.path))?;
        Ok(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.unless_bad()?;
        let written = self.file.write_all(bytes);
        self.is_bad = written.is_err();
        written.map_err(Error::io("write to", &self.path))
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.unless_bad()?;
        // Invariant: after a failed sync the kernel may have dropped the pages and would call a second one a success.
        let synced = self.file.sync_data();
        self.is_bad = synced.is_err();
        synced.map_err(Error::io("sync", &self.path))
    }

    fn reserve(&mut self) -> Result<(), Error> {
        self.unless_bad()?;
        let (Some(reserved), end) = (self.reserved, self.len()?) else {
            return Ok(());
        };
        if reserved >= end + RESERVE / 2 {
            return Ok(());
        }
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, end, RESERVE) {
            Ok(()) => self.reserved = Some(end + RESERVE),
            Err(full @ (Errno::NOSPC | Errno::DQUOT)) => {
                return Err(Error::io("reserve room for", &self.path)(full.into()));
            }
            // A file system that sets no room aside.
            Err(_) => self.reserved = None,
        }
        Ok(())
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.unless_bad()?;
        let tail = self.read_from(offset)?;
        file::store(&self.beside(name), &tail)?;
        let cut = self
            .file
            .set_len(offset)
            .and_then(|()| self.file.sync_all());
        self.is_bad = cut.is_err();
        cut.map_err(Error::io("cut the torn end of", &self.path))
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let folder = self.beside("");
        let mut kept = BTreeMap::new();
        for found in folder.read_dir().map_err(Error::io("list", &folder))? {
            let found = found.map_err(Error::io("list", &folder))?;
            if let Ok(name) = found.file_name().into_string()
                && name.starts_with(ASIDE)
            {
                let bytes = file::read(&found.path())?;
                kept.insert(name, bytes);
            }
        }
        Ok(kept)
    }

    fn lock(&mut self) -> Result<(), Error> {
        let locked = if self.reads_only {
            // A reader waits so as not to see half a line, but not for a writer that was stopped.
            (0..100)
                .find_map(|_| match self.file.try_lock_shared() {
                    Err(TryLockError::WouldBlock) => {
                        std::thread::sleep(Duration::from_millis(10));
                        None
                    }
                    Err(TryLockError::Error(error)) => Some(Err(error)),
                    Ok(()) => Some(Ok(())),
                })
                .unwrap_or(Ok(()))
        } else {
            self.file.lock()
        };
        locked.map_err(Error::io("lock", &self.path))
    }

    fn unlock(&mut self) {
        // A lock that cannot be given back ends with the process; what was written stays as it is.
        drop(self.file.unlock());
    }
}

/// A journal in memory; clones share the bytes, so a "killed" writer's successor opens a clone.
#[derive(Clone, Debug, Default)]
pub struct MemorySink(Arc<Memory>);

#[derive(Debug, Default)]
struct Memory {
    stored: Mutex<Stored>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Stored {
    bytes: Vec<u8>,
    aside: BTreeMap<String, Vec<u8>>,
    is_locked: bool,
}

impl MemorySink {
    /// A journal that already holds these bytes.
    #[must_use]
    pub fn holding(bytes: &[u8]) -> Self {
        let sink = Self::default();
        sink.stored().bytes.extend_from_slice(bytes);
        sink
    }

    /// All bytes, as they are now.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.stored().bytes.clone()
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        let locked = self.0.stored.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn path(&self) -> PathBuf {
        PathBuf::from("memory")
    }

    fn len(&mut self) -> Result<u64, Error> {
        Ok(length(&self.stored().bytes))
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        let stored = self.stored();
        let rest = usize::try_from(offset).map(|from| stored.bytes.get(from..));
        Ok(rest.ok().flatten().unwrap_or_default().to_vec())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stored().bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        let tail = self.read_from(offset)?;
        let mut stored = self.stored();
        stored.aside.insert(name.to_owned(), tail);
        stored
            .bytes
            .truncate(usize::try_from(offset).unwrap_or(usize::MAX));
        Ok(())
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        Ok(self.stored().aside.clone())
    }

    fn lock(&mut self) -> Result<(), Error> {
        let free = self
            .0
            .freed
            .wait_while(self.stored(), |stored| stored.is_locked);
        free.unwrap_or_else(PoisonError::into_inner).is_locked = true;
        Ok(())
    }

    fn unlock(&mut self) {
        self.stored().is_locked = false;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_in_a_box_is_that_sink() -> Result<(), Error> {
        let bare = MemorySink::default();
        let mut boxed: Box<dyn Sink> = Box::new(bare.clone());
        boxed.write(b"a line\n")?;
        boxed.sync()?;
        assert_eq!(boxed.len()?, 7);
        assert_eq!(boxed.read_from(2)?, b"line\n");
        assert_eq!(
            (boxed.path(), bare.bytes()),
            (bare.path(), b"a line\n".to_vec())
        );
        Ok(())
    }
}
