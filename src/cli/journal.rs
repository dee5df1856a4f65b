//! `contain journal`: show the record, or verify it.

use crate::report::page::Page;
use clap::Subcommand;

use super::Ended;
use super::evidence::{damage, standing};
use super::failure::{Failure, exit};
use super::session::Session;
use crate::domain::why::plain;
use crate::journal::{Report, check};

/// Show an incident's journal, or verify it
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
    /// Check the hash chain, the order and the legality of every entry, and the files attached to it; ends 0 intact, 11 damaged
    Verify {
        /// The incident, or a drill; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
        /// Check this file instead of an incident's
        #[arg(value_name = "FILE", conflicts_with = "incident")]
        file: Option<std::path::PathBuf>,
    },
}

pub(super) fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Show { incident } => {
            let folder = session.folder(incident.as_deref())?;
            let record = session.read(&folder)?;
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
            let rows: Vec<_> = record.lines.iter().map(|line| serde_json::json!({"seq": line.seq, "at": line.at, "actor": line.actor, "event": line.event})).collect();
            let mut ended = Ended::data(
                serde_json::json!({"entries": rows, "torn": record.torn}),
                text,
            );
            ended.output.incident = Some(folder.id().to_owned());
            ended.output.drill = folder.is_drill();
            Ok(ended)
        }
        Verb::Verify { incident, file } => {
            let (bytes, folder) = match file {
                Some(file) => {
                    let failed = |error: std::io::Error| {
                        Failure::usage(format!("failed to read `{}`: {error}", file.display()))
                    };
                    (std::fs::read(&file).map_err(failed)?, None)
                }
                None => {
                    let folder = session.folder(incident.as_deref())?;
                    (folder.bytes()?, Some(folder))
                }
            };
            let (data, text, code) = match check(&bytes) {
                Report::Intact(intact) => {
                    let said = format!(
                        "intact: {} entries, head {}, {}\n",
                        intact.entries,
                        intact.head,
                        intact
                            .anchored
                            .as_deref()
                            .map_or("unanchored".to_owned(), |to| format!("anchored to {to}"))
                    );
                    (
                        serde_json::json!({"verdict": "intact", "entries": intact.entries, "head": intact.head, "anchored": intact.anchored}),
                        said,
                        0,
                    )
                }
                Report::Torn { whole, bytes } => {
                    let said = format!(
                        "torn: {} entries are intact, and {bytes} bytes after them were never acknowledged; the next writer sets them aside\n",
                        whole.entries
                    );
                    (
                        serde_json::json!({"verdict": "torn", "entries": whole.entries, "head": whole.head, "torn": bytes}),
                        said,
                        exit::DAMAGED,
                    )
                }
                Report::Damaged { line, offset, why } => {
                    let said = format!(
                        "DAMAGED at line {line}, byte {offset}: {why}\nNothing after that line can be trusted, and nobody writes on.\n"
                    );
                    (
                        serde_json::json!({"verdict": "damaged", "line": line, "offset": offset, "why": why.to_string()}),
                        said,
                        exit::DAMAGED,
                    )
                }
            };
            let (mut data, mut text, mut code) = (data, text, code);
            // A record that cannot be read has no list of files that could be trusted.
            if let Some(folder) = &folder
                && let Ok(record) = folder.read()
            {
                let files = standing(folder, &record.case.attached);
                let wrong = damage(&files);
                for wrong in &wrong {
                    text.extend(["EVIDENCE ", wrong.as_str(), "\n"]);
                }
                if wrong.is_empty() && !files.is_empty() {
                    let count = files.len().to_string();
                    text.extend([
                        "evidence: ",
                        count.as_str(),
                        " attached files are as they were
",
                    ]);
                }
                if !wrong.is_empty() {
                    code = exit::DAMAGED;
                }
                if let Some(data) = data.as_object_mut() {
                    data.insert("attached".to_owned(), files.len().into());
                    data.insert("evidence".to_owned(), serde_json::json!(wrong));
                }
            }
            let mut ended = Ended::data(data, text);
            ended.output.incident = folder.map(|folder| folder.id().to_owned());
            ended.exit = Some(code);
            Ok(ended)
        }
    }
}
