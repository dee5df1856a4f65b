//! `contain evidence`: list what was kept, add a person's file, take everything out with its digests.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Ended;
use super::failure::{Failure, exit};
use super::session::Session;
use super::work;
use crate::domain::case::{About, Attached};
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Digest, Time};
use crate::evidence::Standing;
use crate::evidence::archive::{Archive, SUMS, copy, sums};
use crate::journal::{Error, Folder, file};
use crate::report::page::Page;

/// The journal's name among what is taken out.
const JOURNAL: &str = "journal.jsonl";
/// The largest file that a person may add.
const LARGEST: u64 = 64 * 1024 * 1024;

/// List, add to, or take out the evidence of an incident
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// List what was kept: what, when, from where, its digest, complete or not; ends 11 where a file is missing or altered
    List {
        /// The incident, or a drill; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Keep a file of yours with the record, hashed and journaled; at most 64 MiB
    Add {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What it is evidence of, in your words or as a locator
        #[arg(long, value_name = "TEXT")]
        about: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Write journal, plans, evidence, mandates and reports to a new folder or .tar file, with a SHA256SUMS that `sha256sum -c` checks
    Export {
        /// A folder that is not there yet, or a file ending in .tar
        #[arg(value_name = "DIR|FILE.tar")]
        to: PathBuf,
        /// The incident, or a drill; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::List { incident } => list(&session, &session.folder(incident.as_deref())?),
        Verb::Add {
            file,
            about,
            incident,
        } => add(&session, &file, about, incident.as_deref()).await,
        Verb::Export { to, incident } => {
            export(&session, &session.folder(incident.as_deref())?, &to)
        }
    }
}

/// The files of a record, and how each stands.
pub(super) fn standing(folder: &Folder, attached: &[Attached]) -> Vec<(Attached, Standing)> {
    let stands = |file: &Attached| {
        let opened = folder.attached(&file.path).ok();
        let found = opened.and_then(|opened| copy(opened, &mut io::sink()).ok());
        (file.clone(), Standing::of(found, file.digest))
    };
    attached.iter().map(stands).collect()
}

/// Those that are not as they were attached, in words.
pub(super) fn damage(files: &[(Attached, Standing)]) -> Vec<String> {
    let wrong = files
        .iter()
        .filter(|(_, stands)| *stands != Standing::Intact);
    wrong
        .map(|(file, stands)| format!("{} is {}", plain(&file.path), stands.word()))
        .collect()
}

fn list(session: &Session, folder: &Folder) -> Result<Ended, Box<Failure>> {
    let record = session.read(folder)?;
    let files = standing(folder, &record.case.attached);
    let mut text = Page::default();
    let mut rows = Vec::new();
    for (file, stands) in &files {
        let about = file.about.as_ref();
        let complete = about.and_then(|about| about.complete);
        let told = match complete {
            Some(true) => "complete",
            Some(false) => "INCOMPLETE",
            None => "",
        };
        let what = about.map_or_else(|| file.path.clone(), |about| about.what.clone());
        let from = about.map_or("contain", |about| about.from.as_str());
        let state = match stands {
            Standing::Intact => String::new(),
            Standing::Missing | Standing::Altered => format!("  {}", stands.word().to_uppercase()),
        };
        text.add(&format!(
            "{}  {:<10}  {} from {}{state}\n  {}  {}\n",
            file.at,
            told,
            plain(&what),
            plain(from),
            file.digest,
            plain(&file.path)
        ));
        rows.push(serde_json::json!({
            "at": file.at, "path": file.path, "digest": file.digest, "what": what, "from": from,
            "item": about.and_then(|about| about.item.as_ref()).map(|item| item.key.to_string()),
            "snapshot": about.is_some_and(|about| about.state.is_some()),
            "complete": complete, "standing": stands,
        }));
    }
    if files.is_empty() {
        text.add("No evidence was kept yet: reads that decide something keep theirs.\n");
    }
    let mut ended = Ended::data(serde_json::json!({ "evidence": rows }), text);
    ended.output.incident = Some(folder.id().to_owned());
    ended.output.drill = folder.is_drill();
    ended.exit = (!damage(&files).is_empty()).then_some(exit::DAMAGED);
    Ok(ended)
}

async fn add(
    session: &Session,
    file: &Path,
    about: String,
    incident: Option<&str>,
) -> Result<Ended, Box<Failure>> {
    let bytes = super::session::bounded(file, LARGEST)?;
    if about.trim().is_empty() {
        let message = "`--about` says nothing; write what the file is evidence of";
        return Err(Box::new(Failure::usage(message)));
    }
    let work = work::open(session, session.folder(incident)?, false)?;
    let digest = Digest::of(&bytes);
    // The name is ours: a person's could be anything, and stands in the journal as data.
    let (path, digest) = work
        .folder
        .keep("evidence", &format!("{digest}.bin"), &bytes)?;
    let from = file.file_name().unwrap_or_default().to_string_lossy();
    let about = About {
        what: about,
        from: format!("file {from}"),
        item: None,
        complete: None,
        state: None,
    };
    let stamps = work
        .journal
        .append(vec![Event::Attached {
            path: path.clone(),
            digest,
            about: Some(Box::new(about)),
        }])
        .await?;
    let seq = stamps.first().map(|stamp| stamp.seq);
    let id = work.folder.id().to_owned();
    let text = format!(
        "Kept {} bytes in incident {id} as entry {}.\n  {digest}  {path}\n",
        bytes.len(),
        seq.unwrap_or_default()
    );
    let data =
        serde_json::json!({"path": path, "digest": digest, "bytes": bytes.len(), "seq": seq});
    let mut ended = Ended::data(data, text);
    ended.output.incident = Some(id);
    Ok(ended)
}

fn export(session: &Session, folder: &Folder, to: &Path) -> Result<Ended, Box<Failure>> {
    let there = || {
        let message = format!(
            "`{}` is there already, and nothing is written over",
            plain(&to.display().to_string())
        );
        Box::new(Failure::usage(message))
    };
    if to.symlink_metadata().is_ok() {
        return Err(there());
    }
    let record = session.read(folder)?;
    let is_archive = to.extension().is_some_and(|extension| extension == "tar");
    let written = if is_archive {
        pack(folder, to, record.case.latest.unwrap_or_default())
    } else {
        lay_out(folder, to)
    };
    let (files, head) = written.map_err(|error| {
        if let Error::Io { source, .. } = &error
            && source.kind() == io::ErrorKind::AlreadyExists
        {
            return there();
        }
        unwritten(&error)
    })?;
    let wrong = damage(&standing(folder, &record.case.attached));
    let mut text = Page::default();
    text.add(&format!(
        "Wrote {} files of incident {} to {}\n  {head}  {SUMS}\n",
        files,
        folder.id(),
        plain(&to.display().to_string())
    ));
    for wrong in &wrong {
        text.add(&format!("  NOT AS ATTACHED: {wrong}\n"));
    }
    text.add(if is_archive {
        "\nUnpacked, it is checked with: sha256sum -c SHA256SUMS\n"
    } else {
        "\nThere, it is checked with: sha256sum -c SHA256SUMS\n"
    });
    let data = serde_json::json!({"written": to, "files": files, "sums": head, "wrong": wrong});
    let mut ended = Ended::data(data, text);
    ended.output.incident = Some(folder.id().to_owned());
    ended.output.drill = folder.is_drill();
    ended.exit = (!wrong.is_empty()).then_some(exit::DAMAGED);
    Ok(ended)
}

/// Everything of a record, opened one after the other, the journal first.
fn each<E>(
    folder: &Folder,
    failed: impl Fn(Error) -> E,
    mut take: impl FnMut(&str, io::Take<File>) -> Result<Digest, E>,
) -> Result<Vec<(String, Digest)>, E> {
    let journal = folder.snapshot().map_err(&failed)?;
    let mut digests = vec![(JOURNAL.to_owned(), take(JOURNAL, journal)?)];
    for path in folder.contents().map_err(&failed)? {
        let opened = folder.attached(&path).map_err(&failed)?;
        let digest = take(&path, opened)?;
        digests.push((path, digest));
    }
    Ok(digests)
}

/// The list of digests, with its own.
fn listing(digests: &[(String, Digest)]) -> (Vec<u8>, Digest) {
    let named = digests
        .iter()
        .map(|(name, digest)| (name.as_str(), *digest));
    let list = sums(named).into_bytes();
    let digest = Digest::of(&list);
    (list, digest)
}

/// Writes one archive; it appears whole or not at all. Answers how many files it has, and the digest of its list.
fn pack(folder: &Folder, to: &Path, at: Time) -> Result<(usize, Digest), Error> {
    let mut told = (0, Digest::ZERO);
    file::store_new_from(to, |out| {
        let mut archive = Archive::new(out, at);
        let failed = |error| io::Error::other(spelled(&error));
        let digests = each(folder, failed, |name, opened| archive.add(name, opened))?;
        let (list, head) = listing(&digests);
        told = (digests.len() + 1, head);
        archive.add(SUMS, list.as_slice().take(list.len() as u64))?;
        archive.finish()
    })?;
    Ok(told)
}

/// Writes a folder; the list of digests is written last, so a folder that has one is whole.
fn lay_out(folder: &Folder, to: &Path) -> Result<(usize, Digest), Error> {
    file::new_directory(to)?;
    let digests = each(folder, std::convert::identity, |name, opened| {
        if let Some((room, _)) = name.split_once('/') {
            file::directory(&to.join(room))?;
        }
        let mut digest = Digest::ZERO;
        file::store_new_from(&to.join(name), |out| {
            digest = copy(opened, out)?;
            Ok(())
        })?;
        Ok(digest)
    })?;
    let (list, head) = listing(&digests);
    file::store_new_from(&to.join(SUMS), |out| out.write_all(&list))?;
    Ok((digests.len() + 1, head))
}

pub(super) fn spelled(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("failed to {error}: {source}"),
        None => format!("failed to {error}"),
    }
}

fn unwritten(error: &Error) -> Box<Failure> {
    let message = spelled(error);
    Box::new(Failure::usage(message).hint("contain evidence export DIR"))
}
