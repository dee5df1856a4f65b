//! The files of a shared incident's folder: they stand in the place before any entry that names them, and come from there.
//!
//! Never takes in what is no file of a folder, and never writes over one.

use std::collections::BTreeSet;
use std::io::Read as _;

use super::ask;
use crate::journal::Mirror;
use crate::journal::error::Error;
use crate::journal::folder::{Folder, KEY};

/// The files of a folder, and which of them stand in the place.
#[derive(Debug)]
pub struct Files {
    folder: Folder,
    there: BTreeSet<String>,
}

/// The key that secrets of a shared incident are fingerprinted with, for whoever joins it.
///
/// # Errors
/// The place did not answer, or holds none.
pub fn key_of(store: &mut Mirror) -> Result<[u8; 32], Error> {
    let found = ask(store, "read", |store| store.find(KEY.to_owned()))?;
    let key = found.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.ok_or_else(|| super::elsewhere(store, "trust", format!("`{KEY}` is not there")))
}

impl Files {
    /// Those of a folder.
    #[must_use]
    pub fn of(folder: &Folder) -> Self {
        Self {
            folder: folder.clone(),
            there: BTreeSet::new(),
        }
    }

    /// Notes what stands there already.
    pub(super) fn mark(&mut self, listed: &[(String, u64)]) {
        self.there
            .extend(listed.iter().map(|(name, _)| name.clone()));
    }

    /// Puts there what is new here. One of the same name stays as it was: names hold digests, and whoever reads one checks it.
    pub(super) fn send(&mut self, store: &mut Mirror) -> Result<(), Error> {
        if !self.there.contains(KEY) {
            let key = self.folder.key()?;
            self.put(store, KEY.to_owned(), &key)?;
        }
        for path in self.folder.contents()? {
            if self.there.contains(&path) {
                continue;
            }
            let mut bytes = Vec::new();
            let mut file = self.folder.attached(&path)?;
            file.read_to_end(&mut bytes)
                .map_err(Error::io("read", &self.folder.path().join(&path)))?;
            self.put(store, path, &bytes)?;
        }
        Ok(())
    }

    fn put(&mut self, store: &mut Mirror, name: String, bytes: &[u8]) -> Result<(), Error> {
        ask(store, "write to", |store| {
            let (name, bytes) = (name.clone(), bytes.to_vec());
            store.ask(move |place| place.put(&name, &bytes))
        })?;
        self.there.insert(name);
        Ok(())
    }

    /// Takes from there what is new.
    pub(super) fn fetch(
        &mut self,
        store: &mut Mirror,
        listed: &[(String, u64)],
    ) -> Result<(), Error> {
        for (name, _) in listed {
            if !self.folder.lacks(name) {
                continue;
            }
            let found = ask(store, "read", |store| store.find(name.clone()))?;
            if let Some(bytes) = found {
                self.folder.take_in(name, &bytes)?;
            }
        }
        self.mark(listed);
        Ok(())
    }
}
