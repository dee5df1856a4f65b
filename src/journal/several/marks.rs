//! Marks in an incident's folder: whoever may go on elsewhere alone leaves one for each further sink, and takes it away once
//! it did not. One that is left and whose owner is no more says that the sink may hold what nobody here has seen.
//!
//! Never says what a sink holds.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::domain::Digest;
use crate::journal::error::Error;
use crate::journal::file::{self, Purpose};
use crate::journal::folder::Folder;

const MARK: &str = "ahead-";
/// How many processes may be at work in one folder at once.
const MOST: u32 = 1_000;

/// The marks of a folder.
#[derive(Debug)]
pub struct Marks {
    journal: PathBuf,
    ours: Vec<(PathBuf, File)>,
}

/// What a mark calls a sink: its name may be none of a file.
fn code_of(sink: &str) -> String {
    Digest::of(sink.as_bytes()).code()
}

/// The marks whose owner is no more, each with the code of its sink.
fn left(folder: &Path) -> Vec<(PathBuf, String)> {
    let listed = folder.read_dir().into_iter().flatten().flatten();
    let named = listed.filter_map(|found| {
        let name = found.file_name().into_string().ok()?;
        let (code, _) = name.strip_prefix(MARK)?.split_once('-')?;
        Some((found.path(), code.to_owned()))
    });
    // Whoever is at work holds the lock of theirs.
    let is_left = |path: &Path| {
        let opened = file::open(path, Purpose::Hold);
        opened.is_ok_and(|mark| mark.try_lock().is_ok())
    };
    named.filter(|(path, _)| is_left(path)).collect()
}

/// The sinks that may hold what nobody here has seen: of these names, and a code where it is none of them.
#[must_use]
pub fn unseen(folder: &Folder, named: &[String]) -> Vec<String> {
    let mut unseen: Vec<_> = left(folder.path())
        .into_iter()
        .map(|(_, code)| spelled(&code, named.iter().map(String::as_str)))
        .collect();
    unseen.sort();
    unseen.dedup();
    unseen
}

fn spelled<'a>(code: &str, mut named: impl Iterator<Item = &'a str>) -> String {
    let name = named.find(|name| code_of(name) == code);
    name.unwrap_or(code).to_owned()
}

/// Takes away the marks for a sink, given as its name or its code: what it may hold alone is given up. Answers whether there
/// was one.
///
/// # Errors
/// Names the file.
pub fn give_up(folder: &Folder, sink: &str) -> Result<bool, Error> {
    let mut found = false;
    for (path, code) in left(folder.path()) {
        if code == sink || code == code_of(sink) {
            std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            found = true;
        }
    }
    Ok(found)
}

impl Marks {
    /// Those of a folder.
    #[must_use]
    pub fn of(folder: &Folder) -> Self {
        Self {
            journal: folder.journal(),
            ours: Vec::new(),
        }
    }

    fn folder(&self) -> &Path {
        self.journal.parent().unwrap_or(Path::new("."))
    }

    /// Takes away what others left about sinks that were read just now; refuses where one was not.
    pub(super) fn refuse_unseen(&self, read: &[&str], named: &[&str]) -> Result<(), Error> {
        let read: Vec<String> = read.iter().map(|name| code_of(name)).collect();
        for (path, code) in left(self.folder()) {
            if !read.contains(&code) {
                return Err(Error::Unseen {
                    path: self.journal.clone(),
                    sink: spelled(&code, named.iter().copied()),
                });
            }
            // One that stays costs the next command a look.
            drop(std::fs::remove_file(path));
        }
        Ok(())
    }

    /// Leaves one for each sink. Where the disk takes none, whatever follows is told all the same.
    pub(super) fn leave(&mut self, sinks: &[&str]) {
        for sink in sinks {
            let places = (0..MOST).map(|nth| {
                let name = format!("{MARK}{}-{}-{nth}", code_of(sink), std::process::id());
                self.folder().join(name)
            });
            let free = places.into_iter().find(|path| file::create(path).is_ok());
            let held = free.and_then(|path| {
                let mark = file::open(&path, Purpose::Hold).ok()?;
                mark.try_lock().ok()?;
                Some((path, mark))
            });
            self.ours.extend(held);
        }
    }

    /// Takes ours away.
    pub(super) fn clear(&mut self) {
        for (path, _) in self.ours.drain(..) {
            drop(std::fs::remove_file(path));
        }
    }
}
