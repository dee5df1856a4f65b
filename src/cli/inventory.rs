//! `contain inventory`: what hangs on a subject, who uses it, and what cannot be seen. Reads only.

use super::Ended;
use super::failure::Failure;
use super::operation::begin;
use super::paste::Activity;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Text, Wish};
use crate::converge::Limit;
use crate::domain::why::plain;
use crate::report::human;
use crate::report::page::Page;

/// List what hangs on an identity or credential, and what it did; changes nothing
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Subjects,
    #[command(flatten)]
    activity: Activity,
    #[command(flatten)]
    incident: Incident,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let session = args.activity.in_session(session)?;
    let wish = Wish {
        verb: "inventory",
        playbook: Text::find("inventory")?,
        subjects: &args.subjects,
        inputs: Default::default(),
        include: Vec::new(),
        secrets: &Secrets::default(),
        incident: &args.incident,
        consent: &Consent::default(),
        wait: false,
        limit: Limit::Isolated,
        proposal: None,
    };
    let mut ended = begin(&session, wish).await?;
    let folder = session.folder(ended.output.incident.as_deref())?;
    let record = session.read(&folder)?;
    let readings: Vec<_> = record
        .case
        .readings(ended.output.run.unwrap_or_default())
        .map(|(item, (at, reading))| (item.key.to_string(), at, reading))
        .collect();
    let mut text = Page::default();
    for (key, at, reading) in &readings {
        text.add(&format!("{key} at {at}: {} found\n", reading.found.len()));
        for found in &reading.found {
            let relation = found
                .relation
                .map(|relation| relation.word())
                .or_else(|| found.fields.get("event").and_then(|event| event.as_str()));
            let at = found.at.map(|at| format!("  {at}")).unwrap_or_default();
            text.add(&format!(
                "  {:<12} {}{at}\n               {}\n",
                plain(relation.unwrap_or_default()),
                found.what,
                plain(&found.evidence)
            ));
        }
        for source in &reading.sources {
            let time =
                |at: Option<crate::domain::Time>| at.map_or("?".to_owned(), |at| at.to_string());
            text.add(&format!(
                "  read beside the API: {} events from {} to {}, {} not understood, in {}\n               sha256 {}\n",
                source.records,
                time(source.from),
                time(source.to),
                source.broken,
                plain(&source.name),
                source.digest
            ));
        }
        if let Some(back_to) = reading.back_to {
            text.add(&format!("  complete only back to {back_to}\n"));
        }
    }
    let found: Vec<_> = readings
        .iter()
        .map(|(key, at, reading)| serde_json::json!({"read": key, "at": at, "reading": reading}))
        .collect();
    ended.output.data = Some(serde_json::json!({ "found": found }));
    // It cuts nothing, so nothing keeps it from having cut.
    ended.output.withheld.clear();
    ended.text = Some(format!("{text}\n{}", human::ending(&ended.output)));
    Ok(ended)
}
