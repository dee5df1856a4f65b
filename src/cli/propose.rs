//! `contain propose`: an agent or a pipeline puts a plan before people. Plans only.

use super::Ended;
use super::failure::Failure;
use super::library::Shelf;
use super::operation::begin;
use super::run::inputs;
use super::session::Session;
use super::wish::{Consent, Incident, Proposal, Secrets, Subjects, Wish};
use crate::converge::Limit;

/// Put the isolation of something, or a playbook, before people: planned, with why, and done by nobody until two agree
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Subjects,
    /// Why, in your words; kept in the journal as what you say, never as more
    #[arg(long, value_name = "TEXT")]
    rationale: String,
    /// What it rests on: a reference, a link, an id (can be repeated)
    #[arg(long, value_name = "REFERENCE")]
    evidence: Vec<String>,
    /// A playbook instead of isolate
    #[arg(long, value_name = "NAME|PATH")]
    playbook: Option<String>,
    /// Give an input of the playbook a value (can be repeated)
    #[arg(long = "input", value_name = "NAME=VALUE")]
    input: Vec<String>,
    #[command(flatten)]
    incident: Incident,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let Some(by) = session.who.name() else {
        let message = "a proposal says whose it is, and nobody who is configured operates";
        return Err(Box::new(Failure::usage(message).hint(
            "name agents and pipelines in contain.yaml, then: contain propose --operator NAME",
        )));
    };
    let wish = Wish {
        verb: "plan",
        playbook: Shelf::of(&session.workspace)
            .text(args.playbook.as_deref().unwrap_or("isolate"))?,
        subjects: &args.subjects,
        inputs: inputs(&args.input)?,
        include: Vec::new(),
        secrets: &Secrets::default(),
        incident: &args.incident,
        consent: &Consent::default(),
        wait: false,
        limit: Limit::Plan,
        proposal: Some(Proposal {
            by: by.to_owned(),
            rationale: args.rationale,
            evidence: args.evidence,
        }),
    };
    begin(&session, wish).await
}
