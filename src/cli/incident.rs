//! `contain incident`: open one, list them, write something down.

use crate::report::page::Page;
use clap::Subcommand;

use super::Ended;
use super::failure::Failure;
use super::session::{self, Session};
use super::{task, wish, work};
use crate::domain::event::Event;
use crate::domain::why::plain;

/// Open an incident, list incidents, or note something in one
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Open an incident without cutting anything yet
    Open {
        /// The incident began then: a time, or a duration ago
        #[arg(long, value_name = "TIME|DURATION", default_value = "24h")]
        since: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// A ticket elsewhere; kept in the journal
        #[arg(long, value_name = "ID")]
        ticket: Option<String>,
    },
    /// List incidents, oldest first
    List,
    /// Say where an incident stands, what is owed, and what is lacking before it can be closed
    Show {
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Say that a manual task was done
    Done {
        /// The item, as the plan and `contain status` name it
        #[arg(value_name = "ITEM")]
        item: String,
        /// What was done, in your words
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Keep a file that shows it, in the incident's folder (can be repeated)
        #[arg(long, value_name = "FILE")]
        evidence: Vec<std::path::PathBuf>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Take on yourself that an open item holds back nothing any more
    Waive {
        /// The item, as the plan and `contain status` name it
        #[arg(value_name = "ITEM")]
        item: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Write something down in an incident's journal
    Note {
        /// What to write down
        #[arg(value_name = "TEXT")]
        text: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Open {
            since,
            reason,
            ticket,
        } => {
            let since = session::since(&since, session.clock.now())?;
            let wanted = wish::Incident {
                id: None,
                reason,
                ticket,
            };
            let work = work::create(&session, since, &wanted).await?;
            let id = work.folder.id().to_owned();
            let mut ended = Ended::data(
                serde_json::json!({"incident": id, "folder": work.folder.path()}),
                format!(
                    "Opened incident {id} in {}\n\nNext:\n  contain isolate LOCATOR --incident {id}\n",
                    work.folder.path().display()
                ),
            );
            ended.output.incident = Some(id);
            Ok(ended)
        }
        Verb::List => list(&session),
        Verb::Show { incident } => super::status::of(incident.as_deref(), &session),
        Verb::Done {
            item,
            note,
            evidence,
            incident,
        } => task::done(&session, incident.as_deref(), &item, note, &evidence).await,
        Verb::Waive {
            item,
            reason,
            incident,
        } => task::waive(&session, incident.as_deref(), &item, reason).await,
        Verb::Note { text, incident } => {
            let work = work::open(&session, session.folder(incident.as_deref())?, false)?;
            let stamps = work.journal.append(vec![Event::Noted { text }]).await?;
            let seq = stamps.first().map(|stamp| stamp.seq);
            let id = work.folder.id().to_owned();
            let text = format!(
                "Noted in incident {id} as entry {}.\n",
                seq.unwrap_or_default()
            );
            let mut ended = Ended::data(serde_json::json!({ "seq": seq }), text);
            ended.output.incident = Some(id);
            Ok(ended)
        }
    }
}

fn list(session: &Session) -> Result<Ended, Box<Failure>> {
    let listed = session.incidents()?;
    let row = |summary: &crate::journal::Summary| {
        serde_json::json!({
            "incident": summary.id,
            "opened_at": summary.opened_at,
            "closed": summary.closed,
            "subjects": summary.subjects,
            "damaged": summary.damaged,
        })
    };
    let mut text = Page::default();
    for summary in &listed {
        let state = match (&summary.damaged, summary.closed) {
            (Some(_), _) => "DAMAGED",
            (None, true) => "closed",
            (None, false) => "open",
        };
        let opened = summary
            .opened_at
            .map(|at| at.to_string())
            .unwrap_or_default();
        text.add(&format!(
            "{}  {state:<7}  {opened}  {}\n",
            summary.id,
            session::listed(&summary.subjects)
        ));
        if let Some(damage) = &summary.damaged {
            text.add(&format!("    {}\n", plain(damage)));
        }
    }
    if listed.is_empty() {
        text.add(&format!("No incidents in {}.\n", session.place().display()));
    }
    Ok(Ended::data(
        serde_json::json!({ "incidents": listed.iter().map(row).collect::<Vec<_>>() }),
        text,
    ))
}
