//! Storage that fails by lot: errors of write and sync, torn and lost tails, a full disk, the end of the process.
//!
//! What was synced stays; of what was not, a prefix of any length may be left when the process ends.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::chance::Chance;
use crate::journal::{Error, MemorySink, Sink};

/// How bad the storage is: of ten thousand operations so many fail, and so many end the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Odds {
    /// How many fail.
    pub fails: u64,
    /// How many end the process.
    pub kills: u64,
}

/// A journal on bad storage.
#[derive(Debug)]
pub struct Stormy {
    inner: MemorySink,
    lots: Chance,
    odds: Odds,
    /// What was written and not synced.
    loose: Vec<u8>,
    is_dead: bool,
}

/// What befalls one operation.
enum Befalls {
    Nothing,
    Fails,
    Kills,
}

impl Stormy {
    /// The same bytes, on storage as bad as this.
    #[must_use]
    pub fn new(inner: MemorySink, lots: Chance, odds: Odds) -> Self {
        Self {
            inner,
            lots,
            odds,
            loose: Vec::new(),
            is_dead: false,
        }
    }

    fn befalls(&mut self) -> Befalls {
        let lot = self.lots.below(10_000);
        match () {
            () if lot < self.odds.kills => Befalls::Kills,
            () if lot < self.odds.kills + self.odds.fails => Befalls::Fails,
            () => Befalls::Nothing,
        }
    }

    fn error(&self, doing: &'static str) -> Error {
        let kind = if self.is_dead {
            io::ErrorKind::BrokenPipe
        } else {
            io::ErrorKind::StorageFull
        };
        Error::Io {
            doing,
            path: Path::new("memory").to_owned(),
            source: std::sync::Arc::new(io::Error::from(kind)),
        }
    }

    fn while_alive(&mut self) -> Result<&mut MemorySink, Error> {
        if self.is_dead {
            Err(self.error("go on with"))
        } else {
            Ok(&mut self.inner)
        }
    }

    /// Leaves a prefix of what was not synced, of any length.
    fn tear(&mut self) -> Result<(), Error> {
        let all = u64::try_from(self.loose.len()).unwrap();
        let kept = usize::try_from(self.lots.below(all + 1)).unwrap();
        let loose = std::mem::take(&mut self.loose);
        self.inner.write(&loose[..kept])
    }
}

impl Sink for Stormy {
    fn path(&self) -> PathBuf {
        self.inner.path()
    }

    fn len(&mut self) -> Result<u64, Error> {
        self.while_alive()?.len()
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        self.while_alive()?.read_from(offset)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.while_alive()?;
        self.loose.extend_from_slice(bytes);
        match self.befalls() {
            Befalls::Nothing => Ok(()),
            Befalls::Fails => {
                self.tear()?;
                Err(self.error("write to"))
            }
            Befalls::Kills => {
                self.tear()?;
                self.is_dead = true;
                Err(self.error("write to"))
            }
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.while_alive()?;
        let befalls = self.befalls();
        if matches!(befalls, Befalls::Nothing) {
            let loose = std::mem::take(&mut self.loose);
            return self.inner.write(&loose);
        }
        self.tear()?;
        self.is_dead = matches!(befalls, Befalls::Kills);
        Err(self.error("sync"))
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.while_alive()?.set_aside(name, offset)
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        self.while_alive()?.kept()
    }

    fn lock(&mut self) -> Result<(), Error> {
        self.while_alive()?.lock()
    }

    fn unlock(&mut self) {
        self.inner.unlock();
    }
}
