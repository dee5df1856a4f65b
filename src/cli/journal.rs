//! `contain journal`: show the record, verify it, or sign what it is now.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Ended;
use super::checkpoint::{self, Signers, Witnesses};
use super::evidence::{damage, standing};
use super::failure::{Failure, exit};
use super::session::Session;
use super::work;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::journal::{Anchor, Folder, Intact, Report, check, check_with, several, vouched};
use crate::report::page::Page;

/// Show an incident's journal, verify it, or sign it
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Print the entries in short, one a line
    Show {
        /// The incident, or a drill; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Check the hash chain, the order and the legality of every entry, the files attached to it, and what signed checkpoints vouch for; ends 0 intact, 11 damaged
    Verify(Verify),
    /// Go on without what a further sink may hold alone: it does not answer, and a command wrote there while the disk here
    /// did not take it, or was killed
    GiveUp {
        /// The sink, as the message that refused names it
        #[arg(value_name = "SINK")]
        sink: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Sign what the journal is now with an SSH key, so that cutting or rewriting it is seen
    Sign(checkpoint::Sign),
}

#[derive(clap::Args, Debug)]
struct Verify {
    /// The incident, or a drill; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Hold it against this signed checkpoint, kept elsewhere, with its .sig beside it (can be repeated)
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Who may sign, as `ssh-keygen` reads it; otherwise allowed_signers of the workspace
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
    /// Check this file instead of an incident's
    #[arg(value_name = "FILE", conflicts_with = "incident")]
    file: Option<PathBuf>,
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Show { incident } => show(session, &session.folder(incident.as_deref())?),
        Verb::Verify(wanted) => verify(&wanted, session),
        Verb::GiveUp {
            sink,
            reason,
            incident,
        } => give_up(session, incident.as_deref(), (&sink, &reason)).await,
        Verb::Sign(wanted) => checkpoint::run(wanted, session).await,
    }
}

/// Gives up what a sink may hold alone, and writes that down.
async fn give_up(
    session: &Session,
    incident: Option<&str>,
    (sink, reason): (&str, &str),
) -> Result<Ended, Box<Failure>> {
    let folder = session.folder(incident)?;
    if !several::give_up(&folder, sink)? {
        let message = format!("there is nothing that `{}` may hold alone", plain(sink));
        let failure = Failure::usage(message);
        let hint = format!("contain journal verify --incident {}", folder.id());
        return Err(Box::new(failure.hint(hint)));
    }
    let work = work::open(session, folder, false)?;
    let text = format!("what `{sink}` may hold alone was given up: {reason}");
    work.journal.append(vec![Event::Noted { text }]).await?;
    let id = work.folder.id().to_owned();
    let text = format!(
        "Incident {id} goes on without what `{}` may hold alone.\n",
        plain(sink)
    );
    let mut ended = Ended::data(json!({ "given_up": sink }), text);
    ended.output.incident = Some(id);
    Ok(ended)
}

fn show(session: &Session, folder: &Folder) -> Result<Ended, Box<Failure>> {
    let record = session.read(folder)?;
    let mut text = Page::default();
    for line in &record.lines {
        let about = line
            .event
            .item()
            .map(|item| item.key.to_string())
            .unwrap_or_default();
        text.add(&format!(
            "{:>5}  {}  {:<10}  {:<12}  {}\n",
            line.seq,
            line.at,
            plain(&line.actor),
            line.event.kind(),
            plain(&about)
        ));
    }
    if record.torn > 0 {
        text.add(&format!(
            "       a torn tail of {} bytes follows; the next writer sets it aside\n",
            record.torn
        ));
    }
    let rows: Vec<_> = record
        .lines
        .iter()
        .map(|line| {
            json!({"seq": line.seq, "at": line.at, "actor": line.actor, "event": line.event})
        })
        .collect();
    let mut ended = Ended::data(json!({"entries": rows, "torn": record.torn}), text);
    ended.output.incident = Some(folder.id().to_owned());
    ended.output.drill = folder.is_drill();
    Ok(ended)
}

fn verify(wanted: &Verify, session: &Session) -> Result<Ended, Box<Failure>> {
    let (bytes, folder) = match &wanted.file {
        Some(file) => {
            let failed = |error: std::io::Error| {
                Failure::usage(format!("failed to read `{}`: {error}", file.display()))
            };
            (std::fs::read(file).map_err(failed)?, None)
        }
        None => {
            let folder = session.folder(wanted.incident.as_deref())?;
            (folder.bytes()?, Some(folder))
        }
    };
    let signers = Signers::read(wanted.allowed_signers.as_deref(), session)?;
    let witnesses = witnesses(wanted, (&bytes, folder.as_ref()), &signers, session)?;
    let mut verdict = Verdict::of(&bytes, &witnesses.anchors);
    verdict.add_ignored(&witnesses, &signers);
    // A record that cannot be read has no list of files that could be trusted.
    if let Some(folder) = &folder
        && let Ok(record) = folder.read()
    {
        let files = standing(folder, &record.case.attached);
        verdict.add_files(files.len(), &damage(&files));
    }
    if let Some(folder) = &folder {
        verdict.add_sinks(session.beside(folder, &bytes)?);
    }
    let mut ended = Ended::data(verdict.data, verdict.text);
    ended.output.incident = folder.map(|folder| folder.id().to_owned());
    ended.exit = Some(verdict.exit);
    Ok(ended)
}

/// All that vouches: the checkpoints of the folder, and those that are named.
fn witnesses(
    wanted: &Verify,
    (bytes, folder): (&[u8], Option<&Folder>),
    signers: &Signers,
    session: &Session,
) -> Result<Witnesses, Box<Failure>> {
    let now = session.clock.now();
    let mut witnesses = match folder {
        Some(folder) => checkpoint::of_folder(folder, signers, now)?,
        None => Witnesses::default(),
    };
    let told = match check(bytes) {
        Report::Intact(whole) | Report::Torn { whole, .. } => whole.incident,
        Report::Damaged { .. } => None,
    };
    let incident = folder.map(Folder::id).or(told.as_deref());
    for file in &wanted.checkpoint {
        let anchor = checkpoint::of_file(file, incident, signers, now)?;
        witnesses.anchors.push(anchor);
    }
    Ok(witnesses)
}

/// What is said of a journal.
struct Verdict {
    data: serde_json::Value,
    text: String,
    exit: u8,
}

impl Verdict {
    fn of(bytes: &[u8], anchors: &[Anchor]) -> Self {
        let standing = |whole: &Intact, word: &str, torn: u64| {
            let anchor = whole.anchored.as_ref().map(|anchor| {
                json!({
                    "entries": anchor.checkpoint.entries, "head": anchor.checkpoint.head,
                    "at": anchor.checkpoint.at, "by": anchor.by, "key": anchor.key,
                    "after": whole.entries.saturating_sub(anchor.checkpoint.entries),
                })
            });
            json!({
                "verdict": word, "entries": whole.entries, "head": whole.head, "anchored": anchor,
                "torn": torn,
            })
        };
        let (data, text, exit) = match check_with(bytes, anchors) {
            Report::Intact(whole) => (
                standing(&whole, "intact", 0),
                format!("intact: {whole}\n"),
                0,
            ),
            Report::Torn { whole, bytes } => {
                let text = format!(
                    "torn: {bytes} bytes without an end were never acknowledged, and the next writer sets them aside; before them {whole}\n"
                );
                (standing(&whole, "torn", bytes), text, exit::DAMAGED)
            }
            Report::Damaged { line, offset, why } => {
                let trusted = vouched(bytes, anchors);
                let before = trusted.map_or_else(
                    || "Nothing after that line can be trusted".to_owned(),
                    |anchor| {
                        let entries = anchor.checkpoint.entries;
                        format!("The first {entries} entries are vouched for ({anchor}); nothing after them can be trusted")
                    },
                );
                let text = format!(
                    "DAMAGED at line {line}, byte {offset}: {why}\n{before}, and nobody writes on.\n"
                );
                let vouched = trusted.map(|anchor| anchor.checkpoint.entries);
                let data = json!({"verdict": "damaged", "line": line, "offset": offset, "why": why.to_string(), "vouched": vouched});
                (data, text, exit::DAMAGED)
            }
        };
        Self { data, text, exit }
    }

    fn add(&mut self, name: &str, value: serde_json::Value) {
        if let Some(data) = self.data.as_object_mut() {
            data.insert(name.to_owned(), value);
        }
    }

    /// Checkpoints that count for nothing are told, or one would be missed by nobody.
    fn add_ignored(&mut self, witnesses: &Witnesses, signers: &Signers) {
        for ignored in &witnesses.ignored {
            self.text.extend(["CHECKPOINT ", &plain(ignored), "\n"]);
        }
        if !witnesses.ignored.is_empty() && !signers.are_known() {
            let place = signers.place();
            self.text
                .extend(["Nobody may sign: write who may into ", &place, "\n"]);
        }
        self.add("ignored", json!(witnesses.ignored));
    }

    /// How the further sinks stand: a journal that is behind one of them, or another history there, is damage.
    fn add_sinks(&mut self, sinks: Vec<(String, bool)>) {
        for (said, is_wrong) in &sinks {
            self.text.extend(["sink: ", &plain(said), "\n"]);
            if *is_wrong {
                self.exit = exit::DAMAGED;
            }
        }
        let said: Vec<_> = sinks.into_iter().map(|(said, _)| said).collect();
        self.add("sinks", json!(said));
    }

    fn add_files(&mut self, count: usize, wrong: &[String]) {
        for wrong in wrong {
            self.text.extend(["EVIDENCE ", wrong.as_str(), "\n"]);
        }
        if wrong.is_empty() && count > 0 {
            let count = count.to_string();
            self.text
                .extend(["evidence: ", &count, " attached files are as they were\n"]);
        }
        if !wrong.is_empty() {
            self.exit = exit::DAMAGED;
        }
        self.add("attached", count.into());
        self.add("evidence", json!(wrong));
    }
}
