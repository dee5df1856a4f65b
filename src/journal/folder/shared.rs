//! The folder of an incident that lives elsewhere too: made by whoever joins it, and filled from there.
//!
//! Never takes in a name that leads out of it.

use std::io::Read as _;

use super::{Folder, ROOMS, Root, Shelf, named};
use crate::domain::event::Event;
use crate::journal::entry::Line;
use crate::journal::error::Error;
use crate::journal::file::{self, Purpose};

/// Where an incident says that it is shared: in one of its first entries, within so many bytes.
const TERM: &str = "term";
const BEGINNING: (usize, u64) = (3, 64 * 1024);

impl Root {
    /// Makes a folder for an incident that began elsewhere, with its key; its journal is empty yet.
    ///
    /// # Errors
    /// As [`Root::create`].
    pub fn join(&self, id: &str, key: &[u8; 32]) -> Result<Folder, Error> {
        self.make_folder(Shelf::Incidents, id, key)
    }
}

impl Folder {
    /// The place in which the incident is shared, by its first entries.
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
        Ok(first.find_map(|line| {
            let Event::Shared { at } = line.event else {
                return None;
            };
            Some(at)
        }))
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
