//! The run lock: held by the one process that performs on an incident.
//!
//! Says who holds it; never waits for it, and never guards appends, which have a lock of their own.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::file::{self, Purpose};
use crate::domain::{Clock, Time};

/// Who holds a run lock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// Since when; absent where the holder has not written it yet.
    pub since: Option<Time>,
}

impl Holder {
    /// This process.
    pub(super) fn here() -> Self {
        Self {
            pid: std::process::id(),
            host: rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
            since: None,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.since {
            Some(since) => write!(
                f,
                "process {} on {} since {since}",
                self.pid,
                self.host.escape_debug()
            ),
            None => f.write_str("another process"),
        }
    }
}

/// The run lock, held until dropped or until the process ends in any way.
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the lock, or names who holds it.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process holds it; otherwise what the system said.
    pub fn take(path: &Path, clock: &Clock) -> Result<Self, Error> {
        let mut file = file::open(path, Purpose::Hold)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked {
                    path: path.to_owned(),
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
        }
        let us = Holder {
            since: Some(clock.now()),
            ..Holder::here()
        };
        let text = serde_json::to_string(&us).map_err(Error::json(path))?;
        file.set_len(0)
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(Error::io("write", path))?;
        Ok(Self { file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // The system frees the lock anyway; an empty file only spares the next holder a stale name.
        drop(self.file.set_len(0));
    }
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(4096).read_to_string(&mut text));
    read.ok()
        .and_then(|_| serde_json::from_str(&text).ok())
        .unwrap_or(Holder {
            pid: 0,
            host: String::new(),
            since: None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_lock_is_refused_and_names_its_holder() -> Result<(), Box<dyn std::error::Error>>
    {
        let root = tempfile::tempdir()?;
        let path = root.path().join("run.lock");
        let clock = Clock::wall();
        let first = RunLock::take(&path, &clock)?;
        match RunLock::take(&path, &clock) {
            Err(Error::Locked { holder, .. }) => {
                assert_eq!(holder.pid, std::process::id());
                assert!(!holder.host.is_empty());
                assert!(holder.since.is_some_and(|since| since <= clock.now()));
                assert!(holder.to_string().starts_with("process "));
            }
            other => unreachable!("{other:?}"),
        }
        drop(first);
        assert!(RunLock::take(&path, &clock).is_ok());
        Ok(())
    }
}
