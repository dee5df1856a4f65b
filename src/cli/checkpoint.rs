//! Signed checkpoints: written with an SSH key, copied elsewhere, and read back as what vouches for a journal.
//!
//! Who may vouch stands in `allowed_signers` of the workspace, or in a file that is named. Never touches a private key.

use std::path::{Path, PathBuf};

use super::Ended;
use super::evidence::spelled;
use super::failure::{Failure, exit};
use super::people::{REVOKED, SIGNERS, signers_of};
use super::session::{Session, bounded};
use super::sign::sign;
use super::work;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Digest, Time};
use crate::journal::folder::CHECKPOINTS;
use crate::journal::{Anchor, Checkpoint, Folder, file};
use crate::signature::{AllowedSigners, Revoked, verify};

const LARGEST: u64 = 1024 * 1024;

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
        let who = (&self.allowed, &self.revoked);
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
    // Opening sets a torn tail aside, so what is vouched for ends with an entry.
    let work = work::open(session, session.folder(args.incident.as_deref())?, false)?;
    let id = work.folder.id().to_owned();
    let made = Checkpoint::of(&work.folder.bytes()?, session.clock.now());
    let checkpoint = made.map_err(|found| {
        Failure::usage(format!(
            "there is nothing to sign in incident `{id}`: {found}"
        ))
        .hint(format!("contain journal verify --incident {id}"))
    })?;
    let said = checkpoint.render().map_err(Failure::internal)?;
    let signature = sign(said.as_bytes(), &args.key)?;
    let digest = Digest::of(said.as_bytes());
    let name = format!("{}-{}.json", checkpoint.entries, digest.code());
    let (path, digest) = work.folder.keep(CHECKPOINTS, &name, said.as_bytes())?;
    let beside = format!("{name}.sig");
    let (_, sealed) = work
        .folder
        .keep(CHECKPOINTS, &beside, signature.as_bytes())?;
    let (mut copies, mut failed) = (Vec::new(), Vec::new());
    for to in &to {
        let copy = to.join(format!("{id}-{name}"));
        let written = file::store(&to.join(format!("{id}-{beside}")), signature.as_bytes())
            .and_then(|()| file::store(&copy, said.as_bytes()));
        match written {
            Ok(()) => copies.push(copy.display().to_string()),
            Err(error) => failed.push(spelled(&error)),
        }
    }
    work.journal
        .append(vec![Event::Checkpoint {
            entries: checkpoint.entries,
            head: checkpoint.head,
            path: path.clone(),
            digest,
            signature: sealed,
            to: copies.clone(),
        }])
        .await?;
    Ok(told(
        &id,
        (&checkpoint, &work.folder.path().join(&path)),
        &copies,
        &failed,
    ))
}

/// What is said of a checkpoint that was made.
fn told(
    id: &str,
    (checkpoint, path): (&Checkpoint, &Path),
    copies: &[String],
    failed: &[String],
) -> Ended {
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
