//! Signed checkpoints: written with an SSH key, copied elsewhere, and read back as what vouches for a journal.
//!
//! Who may vouch stands in `allowed_signers` of the workspace, or in a file that is named. Never touches a private key.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Ended;
use super::evidence::spelled;
use super::failure::{Failure, exit};
use super::people::{REVOKED, SIGNERS, signers_of};
use super::session::{Session, bounded};
use super::sign::sign;
use super::signing::in_time;
use super::work;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Digest, Time};
use crate::journal::folder::CHECKPOINTS;
use crate::journal::{Anchor, Checkpoint, Folder, Journal, file};
use crate::signature::{AllowedSigners, Revoked, verify};

const LARGEST: u64 = 1024 * 1024;
/// How long one copy elsewhere may take.
const COPYING: Duration = Duration::from_secs(30);

/// What `contain journal sign` is told.
#[derive(clap::Args, Debug)]
pub(super) struct Sign {
    /// Sign with this SSH key: a file with a private key, or the .pub of one that an agent or a FIDO key holds
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Copy the checkpoint and its signature into DIR, out of reach of whoever can write here (can be repeated)
    #[arg(long, value_name = "DIR")]
    to: Vec<PathBuf>,
    /// The incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

/// Who may sign, and whose keys count no more.
pub(super) struct Signers {
    allowed: AllowedSigners,
    revoked: Revoked,
    /// Where the first of them stand; `None` where nobody is allowed.
    from: Option<PathBuf>,
}

impl Signers {
    /// Those of a file, or of the workspace.
    pub(super) fn read(named: Option<&Path>, session: &Session) -> Result<Self, Box<Failure>> {
        let workspace = &session.workspace;
        let from = named
            .map(Path::to_owned)
            .or_else(|| workspace.beside(SIGNERS));
        let revoked = workspace.beside(REVOKED);
        let (allowed, revoked) = signers_of(from.as_deref(), revoked.as_deref())?;
        Ok(Self {
            allowed,
            revoked,
            from,
        })
    }

    /// All of them, as signatures are verified with them.
    pub(super) fn known(&self) -> (&AllowedSigners, &Revoked) {
        (&self.allowed, &self.revoked)
    }

    /// Whether anybody may sign.
    pub(super) fn are_known(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Where they stand, in words.
    pub(super) fn place(&self) -> String {
        let from = self.from.as_deref().map(Path::display);
        from.map_or_else(
            || format!("{SIGNERS} of the workspace"),
            |at| at.to_string(),
        )
    }

    /// Takes a checkpoint for what it says, where its signature counts: when it was made, and now.
    fn accept(&self, said: &[u8], signature: &[u8], now: Time) -> Result<Anchor, String> {
        let checkpoint =
            Checkpoint::parse(said).map_err(|why| format!("it is no checkpoint: {why}"))?;
        let armoured = String::from_utf8_lossy(signature);
        let who = self.known();
        // A stolen key that expired can be used to sign what is dated back.
        let signed = verify(who, said, &armoured, checkpoint.at)
            .and_then(|_| verify(who, said, &armoured, now))
            .map_err(|why| format!("its signature does not count: {why}"))?;
        Ok(Anchor {
            checkpoint,
            by: plain(&signed.by),
            key: signed.key,
        })
    }
}

/// What vouches for a journal.
#[derive(Default)]
pub(super) struct Witnesses {
    pub(super) anchors: Vec<Anchor>,
    /// The checkpoints that count for nothing, and why.
    pub(super) ignored: Vec<String>,
}

/// Reads the checkpoints of a folder; what does not count is told, and is no damage.
pub(super) fn of_folder(
    folder: &Folder,
    signers: &Signers,
    now: Time,
) -> Result<Witnesses, Box<Failure>> {
    let mut found = Witnesses::default();
    let prefix = format!("{CHECKPOINTS}/");
    let paths = folder.contents()?;
    for path in paths
        .iter()
        .filter(|path| path.starts_with(&prefix) && path.ends_with(".json"))
    {
        let read = |path: &str| -> Result<Vec<u8>, String> {
            use std::io::Read as _;
            let opened = folder.attached(path).map_err(|error| error.to_string())?;
            let mut bytes = Vec::new();
            let read = opened.take(LARGEST).read_to_end(&mut bytes);
            read.map(|_| bytes).map_err(|error| error.to_string())
        };
        let accepted = read(path)
            .and_then(|said| Ok((said, read(&format!("{path}.sig"))?)))
            .and_then(|(said, signature)| signers.accept(&said, &signature, now))
            .and_then(|anchor| match anchor.checkpoint.incident.as_str() {
                of if of == folder.id() => Ok(anchor),
                of => Err(format!("it is of incident `{}`", plain(of))),
            });
        match accepted {
            Ok(anchor) => found.anchors.push(anchor),
            Err(why) => found.ignored.push(format!("{path}: {why}")),
        }
    }
    Ok(found)
}

/// Reads a checkpoint that a person named, with the signature beside it; it counts, or nothing is verified.
pub(super) fn of_file(
    file: &Path,
    incident: Option<&str>,
    signers: &Signers,
    now: Time,
) -> Result<Anchor, Box<Failure>> {
    let mut signature = file.as_os_str().to_owned();
    signature.push(".sig");
    let said = bounded(file, LARGEST)?;
    let signature = bounded(Path::new(&signature), LARGEST)?;
    let refused = |why: String| {
        let message = format!("checkpoint `{}`: {why}", file.display());
        Failure::new(exit::USAGE, "checkpoint", message)
    };
    let anchor = signers.accept(&said, &signature, now).map_err(|why| {
        refused(why).hint(format!(
            "who may sign stands in {}; name another file with `--allowed-signers FILE`",
            signers.place()
        ))
    })?;
    match incident {
        Some(of) if of != anchor.checkpoint.incident => {
            let named = plain(&anchor.checkpoint.incident);
            Err(Box::new(refused(format!(
                "it is of incident `{named}`, not of `{}`",
                plain(of)
            ))))
        }
        Some(_) | None => Ok(anchor),
    }
}

/// `contain journal sign`.
pub(super) async fn run(args: Sign, session: &Session) -> Result<Ended, Box<Failure>> {
    let to: Vec<PathBuf> = args
        .to
        .iter()
        .map(|to| std::path::absolute(to).unwrap_or_else(|_| to.clone()))
        .collect();
    if let Some(wrong) = to.iter().find(|to| !to.is_dir()) {
        let message = format!("`--to {}` is no folder", wrong.display());
        return Err(Box::new(Failure::usage(message)));
    }
    let work = work::open(session, session.folder(args.incident.as_deref())?, false)?;
    let on = (&work.folder, &work.journal);
    let made = make(session, on, (&to, COPYING), |said| sign(said, &args.key)).await?;
    Ok(told(work.folder.id(), &made))
}

/// A checkpoint that was made.
pub(super) struct Made {
    pub(super) checkpoint: Checkpoint,
    path: PathBuf,
    /// Where it was copied to.
    pub(super) copies: Vec<String>,
    /// Why it was not copied elsewhere.
    pub(super) failed: Vec<String>,
}

/// Makes a checkpoint of a journal that is open, which set a torn tail aside, so that what is vouched for ends with an entry;
/// copies it into folders, each within so long, and notes it.
pub(super) async fn make(
    session: &Session,
    (folder, journal): (&Folder, &Journal),
    (to, within): (&[PathBuf], Duration),
    sign: impl FnOnce(&[u8]) -> Result<String, Box<Failure>>,
) -> Result<Made, Box<Failure>> {
    let (_, bytes) = journal.whole().await?;
    let checkpoint = now_of(session, folder, &bytes)?;
    let said = checkpoint.render().map_err(Failure::internal)?;
    let signature = sign(said.as_bytes())?;
    let digest = Digest::of(said.as_bytes());
    let name = format!("{}-{}.json", checkpoint.entries, digest.code());
    let (path, digest) = folder.keep(CHECKPOINTS, &name, said.as_bytes())?;
    let beside = format!("{name}.sig");
    let (_, sealed) = folder.keep(CHECKPOINTS, &beside, signature.as_bytes())?;
    let (mut copies, mut failed) = (Vec::new(), Vec::new());
    let id = folder.id();
    for to in to {
        let copy = to.join(format!("{id}-{name}"));
        let both = [
            (to.join(format!("{id}-{beside}")), signature.clone()),
            (copy.clone(), said.clone()),
        ];
        let store = move || {
            let mut both = both.iter();
            both.try_for_each(|(at, text)| file::store(at, text.as_bytes()))
        };
        match in_time(within, store) {
            Some(Ok(())) => copies.push(copy.display().to_string()),
            Some(Err(error)) => failed.push(spelled(&error)),
            None => failed.push(format!(
                "write `{}`: it took longer than {} s",
                copy.display(),
                within.as_secs()
            )),
        }
    }
    let noted = Event::Checkpoint {
        entries: checkpoint.entries,
        head: checkpoint.head,
        path: path.clone(),
        digest,
        signature: sealed,
        to: copies.clone(),
    };
    journal.append(vec![noted]).await?;
    Ok(Made {
        checkpoint,
        path: folder.path().join(path),
        copies,
        failed,
    })
}

/// What a journal is now, as a checkpoint that nobody has signed.
pub(super) fn now_of(
    session: &Session,
    folder: &Folder,
    bytes: &[u8],
) -> Result<Checkpoint, Box<Failure>> {
    let made = Checkpoint::of(bytes, session.clock.now());
    made.map_err(|found| {
        let id = folder.id();
        let message = format!("there is nothing to sign in incident `{id}`: {found}");
        let verify = format!("contain journal verify --incident {id}");
        Box::new(Failure::usage(message).hint(verify))
    })
}

/// What is said of a checkpoint that was made.
fn told(id: &str, made: &Made) -> Ended {
    let Made {
        checkpoint,
        path,
        copies,
        failed,
    } = made;
    let Checkpoint { entries, head, .. } = checkpoint;
    let mut text = format!(
        "Signed entry {entries} of incident {id}, head {head}\n  {}\n",
        path.display()
    );
    for copy in copies {
        text.extend(["  ", &plain(copy), "\n"]);
    }
    for failed in failed {
        text.extend(["  NOT COPIED: ", &plain(failed), "\n"]);
    }
    if copies.is_empty() {
        text.push_str(
            "\nWhoever can cut the journal can take this away with it: copy it out of their reach with `--to DIR`.\n",
        );
    }
    let data = serde_json::json!({
        "entries": entries, "head": head, "checkpoint": path, "copies": copies, "failed": failed,
    });
    let mut ended = Ended::data(data, text);
    ended.output.incident = Some(id.to_owned());
    ended.exit = (!failed.is_empty()).then_some(exit::INTERNAL);
    ended
}
