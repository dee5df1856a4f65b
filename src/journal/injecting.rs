//! A sink that goes wrong at a chosen append, for laws and drills.
//!
//! Never goes wrong of its own accord: what it does is told beforehand.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::error::Error;
use super::sink::Sink;

/// How an append goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fails {
    /// Nothing is written.
    Before,
    /// So many bytes are written.
    Partly(usize),
    /// All is written; the sync fails.
    AtSync,
    /// All is written and durable; the answer is lost.
    After,
}

/// A sink that goes wrong once, at a chosen append: an error, or the end of the process.
#[derive(Debug)]
pub struct Injecting<S> {
    inner: S,
    left: u64,
    how: Fails,
    error: Option<io::ErrorKind>,
    syncs_badly: bool,
    is_dead: bool,
}

impl<S: Sink> Injecting<S> {
    /// Fails the `nth` append, from 1, with an error such as [`io::ErrorKind::StorageFull`]; later ones go well.
    pub fn error(inner: S, nth: u64, how: Fails, error: io::ErrorKind) -> Self {
        Self::new(inner, nth, how, Some(error))
    }

    /// Ends the process at the `nth` append, from 1: from then on everything fails.
    pub fn kill(inner: S, nth: u64, how: Fails) -> Self {
        Self::new(inner, nth, how, None)
    }

    fn new(inner: S, nth: u64, how: Fails, error: Option<io::ErrorKind>) -> Self {
        Self {
            inner,
            left: nth,
            how,
            error,
            syncs_badly: false,
            is_dead: false,
        }
    }

    fn fail(&mut self, doing: &'static str) -> Error {
        self.is_dead |= self.error.is_none();
        let kind = self.error.unwrap_or(io::ErrorKind::BrokenPipe);
        Error::io(doing, &self.inner.path())(io::Error::from(kind))
    }

    fn while_alive(&mut self) -> Result<&mut S, Error> {
        if self.is_dead {
            Err(self.fail("go on with"))
        } else {
            Ok(&mut self.inner)
        }
    }
}

impl<S: Sink> Sink for Injecting<S> {
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
        self.left = self.left.wrapping_sub(1);
        if self.left != 0 {
            return self.inner.write(bytes);
        }
        match self.how {
            Fails::Before => Err(self.fail("write to")),
            Fails::Partly(at) => {
                self.inner.write(bytes.get(..at).unwrap_or(bytes))?;
                Err(self.fail("write to"))
            }
            Fails::AtSync | Fails::After => {
                self.syncs_badly = true;
                self.inner.write(bytes)
            }
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.while_alive()?;
        if !std::mem::take(&mut self.syncs_badly) {
            return self.inner.sync();
        }
        if self.how == Fails::After {
            self.inner.sync()?;
        }
        Err(self.fail("sync"))
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
