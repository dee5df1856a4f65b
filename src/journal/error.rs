//! What can go wrong with a journal or an incident's folder.
//!
//! Every variant names the path it is about.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Fault;
use super::lock::Holder;
use crate::domain::Term;
use crate::domain::state::Illegal;

/// Why a journal or a folder could not be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The system refused.
    #[error("{doing} `{}`", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A path that others could change under us.
    #[error("trust `{}`: {why}", path.display())]
    Unsafe {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        why: Loose,
    },
    /// Another process performs on this incident.
    #[error("lock `{}`: held by {holder}", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it.
        holder: Holder,
    },
    /// The journal does not verify; nobody writes on.
    #[error("trust `{}`: line {line}, at byte {offset}: {why}", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The first line that does not verify, from 1.
        line: u64,
        /// Where that line begins.
        offset: u64,
        /// What is wrong with it.
        why: Fault,
    },
    /// A newer version of this program wrote to the journal; this one only reads it.
    #[error("write to `{}`: a newer version of this program wrote line {line} (`{kind}`)", path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// The first line that this version does not know.
        line: u64,
        /// Its kind.
        kind: String,
    },
    /// A write or a sync failed before; what is on the disk is uncertain and nothing more is written.
    #[error("write to `{}`: an earlier write failed and its state is uncertain", path.display())]
    Lost {
        /// The journal.
        path: PathBuf,
        /// What the system said then, where that is known.
        source: Option<Arc<io::Error>>,
    },
    /// An entry may not follow what the journal says already; nothing was written.
    #[error("append to `{}`: {why}", path.display())]
    Illegal {
        /// The journal.
        path: PathBuf,
        /// What does not fit.
        why: Illegal,
    },
    /// What was to be begun rests on authority that somebody took away meanwhile, or that has ended; nothing was written.
    #[error("append to `{}`: the authority for it has ended meanwhile", path.display())]
    Lapsed {
        /// The journal.
        path: PathBuf,
    },
    /// An entry opens another incident than the journal's; nothing was written.
    #[error("append to `{}`: the entry opens another incident", path.display())]
    Foreign {
        /// The journal.
        path: PathBuf,
    },
    /// Somebody else was first; nothing was written, and what they wrote comes before.
    #[error("append to `{}`: somebody else was first", path.display())]
    Overtaken {
        /// The journal.
        path: PathBuf,
    },
    /// Somebody else performs on the shared incident; nothing was written.
    #[error("go on with `{}`: {} took over", path.display(), who(term.as_deref()))]
    TakenOver {
        /// The journal.
        path: PathBuf,
        /// Who; nobody where it was never taken.
        term: Option<Box<Term>>,
    },
    /// A further sink may hold entries that nobody here has seen.
    #[error("go on with `{}`: `{sink}` may hold entries that nobody here has seen", path.display())]
    Unseen {
        /// The journal.
        path: PathBuf,
        /// Which sink, or what its mark says where no sink is called so.
        sink: String,
    },
    /// The place in which a shared incident lives could not be used.
    #[error("{doing} `{place}`: {why}")]
    Elsewhere {
        /// What was tried, as a verb.
        doing: &'static str,
        /// Which place.
        place: String,
        /// What came back.
        why: String,
    },
    /// There is no such incident.
    #[error("find incident `{id}` in `{}`", root.display())]
    Absent {
        /// The id.
        id: String,
        /// Where it was looked for.
        root: PathBuf,
    },
    /// A name that cannot be a file's or a folder's.
    #[error("use `{name}` as a name: letters, digits, `-`, `_` and `.` only")]
    Name {
        /// The name.
        name: String,
    },
    /// A stored file is not what its name says.
    #[error("trust `{}`: its content does not match its digest", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// A value without a JSON form, or a file that holds none.
    #[error("understand `{}`", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: Arc<serde_json::Error>,
    },
}

impl Error {
    /// Wraps what the system said with what was tried on which path.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }

    /// What every append is told after this one.
    pub(super) fn lost(&self, path: PathBuf) -> Self {
        let source = match self {
            Self::Io { source, .. } => Some(Arc::clone(source)),
            Self::Lost { source, .. } => source.clone(),
            Self::Unsafe { .. }
            | Self::Locked { .. }
            | Self::Damaged { .. }
            | Self::Newer { .. }
            | Self::Illegal { .. }
            | Self::Lapsed { .. }
            | Self::Foreign { .. }
            | Self::Overtaken { .. }
            | Self::TakenOver { .. }
            | Self::Elsewhere { .. }
            | Self::Unseen { .. }
            | Self::Absent { .. }
            | Self::Name { .. }
            | Self::Altered { .. }
            | Self::Json { .. } => None,
        };
        Self::Lost { path, source }
    }

    /// Wraps a JSON error with the path it is about.
    pub(super) fn json(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Json {
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }
}

fn who(term: Option<&Term>) -> String {
    term.map_or_else(|| "nobody".to_owned(), ToString::to_string)
}

/// Why a path is not to be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Loose {
    /// It is a symbolic link.
    #[error("it is a symbolic link")]
    Symlink,
    /// It is neither a directory nor a plain file.
    #[error("it is not what it should be: a plain file or a directory")]
    Special,
    /// Somebody else owns it.
    #[error("it belongs to another user")]
    Foreign,
    /// Its group or everybody may write to it.
    #[error("its group or everybody may write to it; take that away with `chmod go-w`")]
    Writable,
    /// It has a second name.
    #[error("it has a second name (a hard link)")]
    Linked,
}
