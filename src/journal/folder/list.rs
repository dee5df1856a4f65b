//! What incidents there are, in short, and which one is meant where none is named.
//!
//! Never lets one folder that cannot be read or trusted take the others with it.

use std::collections::BTreeSet;

use super::{Folder, Root, Shelf};
use crate::domain::{Locator, Time};
use crate::journal::error::{Error, Loose};
use crate::journal::file;

/// What an incident is, in short.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// Whether it is a drill.
    pub drill: bool,
    /// When it was opened.
    pub opened_at: Option<Time>,
    /// Whether it was closed.
    pub closed: bool,
    /// What any run of it was given, canonical.
    pub subjects: Vec<Locator>,
    /// What is wrong with it, where its journal does not verify or its folder is not to be trusted.
    pub damaged: Option<String>,
}

impl Root {
    /// Lists what was opened, oldest first; one that cannot be read or trusted is listed with what is wrong.
    ///
    /// # Errors
    /// Names the directory that could not be read.
    pub fn list(&self, shelf: Shelf) -> Result<Vec<Summary>, Error> {
        let directory = self.0.join(shelf.name());
        if directory.symlink_metadata().is_err() {
            return Ok(Vec::new());
        }
        file::inspect_directory(&directory)?;
        let mut listed = Vec::new();
        for found in directory
            .read_dir()
            .map_err(Error::io("list", &directory))?
        {
            let name = found.map_err(Error::io("list", &directory))?.file_name();
            let Some(folder) = name.to_str().and_then(|id| self.folder(shelf, id).ok()) else {
                continue;
            };
            match file::inspect_directory(&folder.path) {
                Ok(()) if folder.journal().symlink_metadata().is_ok() => {
                    listed.extend(folder.summary());
                }
                Ok(())
                | Err(Error::Unsafe {
                    why: Loose::Special,
                    ..
                }) => {}
                Err(error) => listed.push(folder.damaged(&error)),
            }
        }
        listed.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
        Ok(listed)
    }
}

impl Folder {
    /// What it is, in short; `None` where nothing was ever written to its journal.
    fn summary(&self) -> Option<Summary> {
        let case = match self.read() {
            Ok(record) if record.lines.is_empty() => return None,
            Ok(record) => record.case,
            Err(error) => return Some(self.damaged(&error)),
        };
        Some(Summary {
            id: self.id.clone(),
            drill: self.is_drill(),
            opened_at: case.opened_at,
            closed: case.closed,
            subjects: case.subjects().into_iter().cloned().collect(),
            damaged: None,
        })
    }

    fn damaged(&self, why: &Error) -> Summary {
        let source = std::error::Error::source(why);
        Summary {
            id: self.id.clone(),
            drill: self.is_drill(),
            opened_at: None,
            closed: false,
            subjects: Vec::new(),
            damaged: Some(match source {
                Some(source) => format!("failed to {why}: {source}"),
                None => format!("failed to {why}"),
            }),
        }
    }
}

/// The incident meant where none is named: the only open one, else the latest; never a damaged one.
#[must_use]
pub fn default_of(listed: &[Summary]) -> Option<&Summary> {
    let sound = || listed.iter().filter(|summary| summary.damaged.is_none());
    let mut open = sound().filter(|summary| !summary.closed);
    match (open.next(), open.next()) {
        (Some(only), None) => Some(only),
        (Some(_) | None, _) => sound().max_by_key(|summary| summary.opened_at),
    }
}

/// The open and sound incidents that were given this subject, oldest first.
fn open_with<'a>(listed: &'a [Summary], subject: &'a Locator) -> impl Iterator<Item = &'a Summary> {
    let has = move |summary: &&Summary| is_open(summary) && summary.subjects.contains(subject);
    listed.iter().filter(has)
}

/// The first open and sound incident that was given one of these subjects, in their order.
#[must_use]
pub fn open_with_any<'a>(listed: &'a [Summary], subjects: &'a [Locator]) -> Option<&'a Summary> {
    let open = listed.iter().filter(|summary| is_open(summary));
    // Each is looked up, not looked for: there may be many of both.
    let known: BTreeSet<&Locator> = open.flat_map(|summary| &summary.subjects).collect();
    let first = subjects.iter().find(|subject| known.contains(subject))?;
    open_with(listed, first).next()
}

fn is_open(summary: &Summary) -> bool {
    summary.damaged.is_none() && !summary.closed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clock;
    use crate::journal::Journal;
    use crate::journal::laws::events;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    type Tried = Result<(), Box<dyn std::error::Error>>;

    #[tokio::test]
    async fn listing_says_what_is_open_and_what_is_damaged() -> Tried {
        let base = tempfile::tempdir()?;
        let root = Root::at(base.path())?;
        assert!(root.list(Shelf::Incidents)?.is_empty());
        let clock = Clock::wall();
        for id in ["a", "b", "never-used"] {
            let folder = root.create(Shelf::Incidents, id, &clock)?;
            if id != "never-used" {
                let (journal, _) = Journal::open(Box::new(folder.sink()?), clock.clone(), "solo")?;
                journal.append(events(1)).await?;
            }
        }
        let listed = root.list(Shelf::Incidents)?;
        assert_eq!(
            listed.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(listed.iter().all(|s| !s.closed && s.subjects.len() == 1));
        assert_eq!(default_of(&listed).map(|s| s.id.as_str()), Some("b"));
        let subject = listed.iter().find_map(|s| s.subjects.first()).cloned();
        assert_eq!(
            subject.as_ref().map(|s| open_with(&listed, s).count()),
            Some(2)
        );

        let journal = root.open("a")?.journal();
        let mut bytes = file::read(&journal)?;
        bytes.iter_mut().take(1).for_each(|byte| *byte = b'x');
        file::store(&journal, &bytes)?;
        let listed = root.list(Shelf::Incidents)?;
        assert!(listed.iter().any(|s| s.id == "a" && s.damaged.is_some()));

        // One that is loose or linked takes no other with it.
        root.create(Shelf::Incidents, "loose", &clock)?;
        let shelf = base.path().join("incidents");
        std::fs::set_permissions(shelf.join("loose"), Permissions::from_mode(0o777))?;
        symlink(shelf.join("b"), shelf.join("linked"))?;
        symlink("nowhere", shelf.join("dangling"))?;
        std::fs::remove_file(root.open("never-used")?.journal())?;
        symlink(
            shelf.join("b/journal.jsonl"),
            shelf.join("never-used/journal.jsonl"),
        )?;
        let listed = root.list(Shelf::Incidents)?;
        let is_damaged = |s: &&Summary| s.damaged.is_some();
        let damaged: Vec<_> = listed
            .iter()
            .filter(is_damaged)
            .map(|s| s.id.as_str())
            .collect();
        assert_eq!(damaged, ["a", "dangling", "linked", "loose", "never-used"]);
        assert_eq!(default_of(&listed).map(|s| s.id.as_str()), Some("b"));
        assert_eq!(subject.map(|s| open_with(&listed, &s).count()), Some(1));
        Ok(())
    }
}
