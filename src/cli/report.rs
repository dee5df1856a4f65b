//! `contain report`: the report of an incident, from its journal alone.

use super::Ended;
use super::failure::Failure;
use super::session::Session;
use crate::domain::event::Event;
use crate::domain::{Digest, Time};
use crate::journal::{Journal, check};
use crate::report::markdown::{self, Entry};

/// Write the report of an incident: what was done, by whose authority, with what proof
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The incident, or a drill; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Print it only; otherwise it is stored in the incident's folder too, and noted in the journal
    #[arg(long)]
    print: bool,
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    let folder = session.folder(args.incident.as_deref())?;
    let record = folder.read()?;
    let catalogue = super::drill::catalogue_of(session, &folder);
    let now = if folder.is_drill() {
        record.case.latest.unwrap_or(Time::MIN)
    } else {
        session.clock.now()
    };
    let Some(output) = super::status::describe(&record.case, (&catalogue, now), session, &folder)
    else {
        return Err(Box::new(Failure::usage(format!(
            "incident `{}` has no run yet",
            folder.id()
        ))));
    };
    let head = match check(&folder.bytes()?) {
        crate::journal::Report::Intact(intact) => intact.head,
        crate::journal::Report::Torn { whole, .. } => whole.head,
        crate::journal::Report::Damaged { .. } => Digest::ZERO,
    };
    let entries: Vec<Entry<'_>> = record
        .lines
        .iter()
        .map(|line| Entry {
            seq: line.seq,
            at: line.at,
            actor: &line.actor,
            event: &line.event,
        })
        .collect();
    let text = markdown::render(&output, &entries, head);
    let mut output = output;
    if !args.print {
        let name = format!("report-{}.md", head.code());
        let (path, digest) = folder.keep("report", &name, text.as_bytes())?;
        let (journal, _) = Journal::open(
            session.sink(&folder)?,
            session.clock.clone(),
            session.actor(),
        )?;
        journal
            .append(vec![Event::Attached {
                path: path.clone(),
                digest,
                about: None,
            }])
            .await?;
        output.data =
            Some(serde_json::json!({"stored": folder.path().join(path), "digest": digest}));
    }
    let mut ended = Ended::told(output);
    ended.text = Some(text);
    ended.exit = Some(0);
    Ok(ended)
}
