//! Where playbooks are found: those that ship, those of the workspace, files by path, and what an incident has pinned.
//!
//! A playbook of the workspace never stands for a shipped one. Never writes.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use super::session::Session;
use super::wish::Text;
use super::workspace::Workspace;
use crate::domain::event::Order;
use crate::domain::{Digest, nearest};
use crate::journal::Folder;
use crate::playbook::{self, Library, Missing, Playbook, Source, Vocabulary, Wanted};
use crate::provider::Catalogue;

/// The folder of a workspace that holds its playbooks.
pub(super) const FOLDER: &str = "playbooks";

/// The shipped playbooks and those of a workspace.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    folder: Option<PathBuf>,
}

/// Whether a word is a path rather than a name.
pub(super) fn is_path(named: &str) -> bool {
    let extension = Path::new(named).extension();
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

pub(super) fn is_shipped(name: &str) -> bool {
    playbook::shipped().iter().any(|(known, _)| *known == name)
}

impl Shelf {
    pub(super) fn of(workspace: &Workspace) -> Self {
        let folder = workspace.folder.as_ref();
        Self {
            folder: folder.map(|folder| folder.join(FOLDER)),
        }
    }

    /// The workspace's own playbooks, by name, in order; a file that has a shipped name is told by `list`.
    pub(super) fn own(&self) -> Vec<(String, PathBuf)> {
        let entries = self
            .folder
            .as_ref()
            .and_then(|folder| folder.read_dir().ok());
        let mut own: Vec<(String, PathBuf)> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path
                    .file_name()?
                    .to_str()?
                    .strip_suffix(".yaml")?
                    .to_owned();
                path.is_file().then_some((name, path))
            })
            .collect();
        own.sort();
        own
    }

    /// All names that can be called.
    pub(super) fn names(&self) -> Vec<String> {
        let shipped = playbook::shipped()
            .iter()
            .map(|(name, _)| (*name).to_owned());
        let own = self.own().into_iter().map(|(name, _)| name);
        let mut names: Vec<String> = shipped
            .chain(own.filter(|name| !is_shipped(name)))
            .collect();
        names.sort();
        names
    }

    fn own_path(&self, name: &str) -> Option<PathBuf> {
        let mut own = self.own().into_iter();
        own.find(|(known, _)| known == name).map(|(_, path)| path)
    }

    /// A playbook by name, or a file by path.
    pub(super) fn text(&self, named: &str) -> Result<Text, Box<Failure>> {
        if !is_shipped(named)
            && let Some(path) = self.own_path(named)
        {
            return Ok(Text {
                name: path.display().to_string(),
                text: super::workspace::read(&path)?,
            });
        }
        Text::find(named).map_err(|mut failure| {
            let names = self.names();
            if let Some(near) = nearest(named, names.iter().map(String::as_str))
                && !is_shipped(near)
            {
                failure.hints.insert(0, format!("did you mean `{near}`?"));
            }
            if self.own().iter().any(|(name, _)| !is_shipped(name)) {
                failure.hints.push("contain playbook list".to_owned());
            }
            failure
        })
    }
}

impl Library for Shelf {
    fn find(&self, wanted: Wanted<'_>) -> Result<Source, Missing> {
        let missing = |why: String| Missing {
            why,
            names: self.names(),
            changed: false,
        };
        if is_path(wanted.named) {
            let beside = Path::new(wanted.from).parent().unwrap_or(Path::new(""));
            let path = plain(&beside.join(wanted.named));
            let text = super::workspace::read(&path).map_err(|failure| missing(failure.message))?;
            return Ok(Source {
                file: path.display().to_string(),
                text,
            });
        }
        if is_shipped(wanted.named) {
            return playbook::Shipped.find(wanted);
        }
        let Some(path) = self.own_path(wanted.named) else {
            return Err(missing(format!("there is no playbook `{}`", wanted.named)));
        };
        let text = super::workspace::read(&path).map_err(|failure| missing(failure.message))?;
        Ok(Source {
            file: path.display().to_string(),
            text,
        })
    }
}

/// A path without the parts that only lead in a circle, so that one file has one name.
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.file_name().is_some() => {
                parts.pop();
            }
            Component::Prefix(_)
            | Component::RootDir
            | Component::ParentDir
            | Component::Normal(_) => parts.push(part),
        }
    }
    parts
}

/// The called playbooks of a run, as they were when it began.
struct Pinned<'a> {
    calls: &'a BTreeMap<String, Digest>,
    folder: &'a Folder,
    /// Where they are found now, where a change since is to be refused.
    against: Option<Shelf>,
}

impl Library for Pinned<'_> {
    fn find(&self, wanted: Wanted<'_>) -> Result<Source, Missing> {
        let missing = |why: String| Missing {
            why,
            names: Vec::new(),
            changed: false,
        };
        let digest = self
            .calls
            .get(wanted.id)
            .ok_or_else(|| missing(format!("the run has not pinned what `{}` calls", wanted.id)))?;
        let text = self
            .folder
            .load_text(digest)
            .map_err(|error| missing(format!("failed to {error}")))?;
        let now = self
            .against
            .as_ref()
            .and_then(|shelf| shelf.find(wanted).ok());
        if let Some(now) = &now
            && Digest::of(now.text.as_bytes()) != *digest
        {
            return Err(Missing {
                changed: true,
                ..missing(format!(
                    "the playbook `{}` changed since the plan was made",
                    wanted.named
                ))
            });
        }
        let file = now.map_or_else(|| wanted.named.to_owned(), |now| now.file);
        Ok(Source { file, text })
    }
}

pub(super) fn vocabulary(catalogue: &Catalogue) -> Vocabulary<'_> {
    Vocabulary {
        kinds: catalogue.kinds().collect(),
        actions: catalogue.actions().collect(),
    }
}

/// Reads a playbook; it may call shipped ones and those of the workspace.
pub(super) fn load(session: &Session, text: &Text) -> Result<Playbook, Box<Failure>> {
    let shelf = Shelf::of(&session.workspace);
    let vocabulary = vocabulary(&session.catalogue);
    Ok(playbook::load_among(
        &text.name,
        &text.text,
        &vocabulary,
        &shelf,
    )?)
}

/// Reads the playbook of a run as it was when the run began, with what it called then.
pub(super) fn pinned(
    session: &Session,
    folder: &Folder,
    order: &Order,
    refuse_changed: bool,
) -> Result<Playbook, Box<Failure>> {
    let shelf = Shelf::of(&session.workspace);
    let own = shelf
        .own_path(&order.playbook)
        .filter(|_| !is_shipped(&order.playbook));
    let name = own.map_or_else(
        || format!("{}.yaml", order.playbook),
        |path| path.display().to_string(),
    );
    let text = folder.load_text(&order.digest)?;
    let library = Pinned {
        calls: &order.calls,
        folder,
        against: refuse_changed.then_some(shelf),
    };
    let vocabulary = vocabulary(&session.catalogue);
    Ok(playbook::load_among(&name, &text, &vocabulary, &library)?)
}

/// Keeps what a playbook calls beside its own text, so that the run stays what it was; answers the pins.
pub(super) fn pin(
    folder: &Folder,
    playbook: &Playbook,
) -> Result<BTreeMap<String, Digest>, Box<Failure>> {
    let mut pins = BTreeMap::new();
    for called in &playbook.calls {
        pins.insert(called.id.clone(), folder.store_text(&called.text)?);
    }
    Ok(pins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_name() {
        for (path, expected) in [
            ("a/./b.yaml", "a/b.yaml"),
            ("a/../b.yaml", "b.yaml"),
            ("../b.yaml", "../b.yaml"),
            ("/a/../../b.yaml", "/b.yaml"),
        ] {
            let found = plain(Path::new(path));
            // What leads above the root leads nowhere else.
            let found = found.display().to_string().replace("/../", "/");
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_called_playbook_that_changed_since_the_plan_is_refused()
    -> Result<(), Box<dyn std::error::Error>> {
        use crate::domain::Clock;
        use crate::journal::folder::Shelf as Place;
        use crate::journal::{Root, file};
        let base = tempfile::tempdir()?;
        let own = base.path().join(FOLDER);
        file::directory(&own)?;
        let inner = "contain: 1\nplaybook: inner\nsummary: s\nphases: {}\n";
        file::store(&own.join("inner.yaml"), inner.as_bytes())?;
        let outer = "contain: 1\nplaybook: outer\nsummary: s\nphases:\n  isolate:\n    - {id: a, call: inner}\n";
        let shelf = Shelf {
            folder: Some(own.clone()),
        };
        let vocabulary = Vocabulary::default();
        let whole = playbook::load_among("outer.yaml", outer, &vocabulary, &shelf)?;
        let folder = Root::at(base.path())?.create(Place::Drills, "d", &Clock::wall())?;
        let calls = pin(&folder, &whole).map_err(|failure| failure.render())?;
        let read = |against: Option<Shelf>| {
            let library = Pinned {
                calls: &calls,
                folder: &folder,
                against,
            };
            playbook::load_among("outer.yaml", outer, &vocabulary, &library)
        };
        assert!(read(Some(shelf.clone())).is_ok());
        file::store(&own.join("inner.yaml"), b"contain: 1\n")?;
        // The run itself goes on as it was; a plan that is yet to be applied is made anew.
        assert_eq!(
            read(None)?.calls.first().map(|called| called.text.as_str()),
            Some(inner)
        );
        let refused = read(Some(shelf)).err().ok_or("it changed")?;
        let shown = refused.render(false);
        for part in [
            "error[changed]",
            "outer.yaml:6:21",
            "`inner` changed since the plan",
            "plan again",
        ] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
        Ok(())
    }

    #[test]
    fn a_shipped_name_is_never_taken_by_a_workspace() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let folder = root.path().join(FOLDER);
        std::fs::create_dir(&folder)?;
        for name in ["isolate.yaml", "ours.yaml", "notes.txt"] {
            crate::journal::file::create(&folder.join(name))?;
        }
        let shelf = Shelf {
            folder: Some(folder),
        };
        let wanted = |named| Wanted {
            named,
            from: "x.yaml",
            id: "x",
        };
        let shipped = playbook::Shipped.find(wanted("isolate"));
        assert_eq!(shelf.find(wanted("isolate")), shipped);
        assert!(shelf.names().contains(&"ours".to_owned()));
        assert!(!shelf.names().contains(&"notes".to_owned()));
        let missing = shelf.find(wanted("our"));
        assert!(missing.is_err_and(|missing| missing.names.contains(&"ours".to_owned())));
        Ok(())
    }
}
