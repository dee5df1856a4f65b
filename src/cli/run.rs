//! `contain run`: carry out a playbook.

use std::collections::BTreeMap;

use super::Ended;
use super::failure::Failure;
use super::library::Shelf;
use super::operation::begin;
use super::paste::Activity;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Wish};
use crate::converge::Limit;
use crate::domain::Relation;

/// Carry out a playbook on one subject or on several
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A playbook's name, shipped or of the workspace, or a file's path ending in .yaml
    #[arg(value_name = "PLAYBOOK")]
    playbook: String,
    /// What is compromised (can be repeated)
    #[arg(long = "subject", value_name = "LOCATOR")]
    subject: Vec<String>,
    /// Read further subjects from FILE, one per line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    subjects: Option<String>,
    /// Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every
    /// credential in it is a subject, its secret is tried, and nothing of it is shown but ids
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Give an input of the playbook a value (can be repeated)
    #[arg(long = "input", value_name = "NAME=VALUE")]
    input: Vec<String>,
    /// The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h
    #[arg(long, value_name = "TIME|DURATION")]
    since: Option<String>,
    /// Cut these relations too (can be repeated)
    #[arg(long, value_name = "RELATION", value_parser = super::isolate::relation)]
    include: Vec<Relation>,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    consent: Consent,
    /// Go on until contained, cutting what appears meanwhile
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    activity: Activity,
    #[command(flatten)]
    incident: Incident,
}

/// Whether a word names a playbook rather than a subject.
pub(super) fn is_playbook(session: &Session, word: &str) -> bool {
    let named = || Shelf::of(&session.workspace).names();
    super::library::is_path(word) || named().iter().any(|name| name == word)
}

pub(super) fn inputs(given: &[String]) -> Result<BTreeMap<String, String>, Box<Failure>> {
    let mut inputs = BTreeMap::new();
    for given in given {
        let Some((name, value)) = given.split_once('=') else {
            return Err(Box::new(Failure::usage(
                "an `--input` has no `=`; write --input NAME=VALUE",
            )));
        };
        inputs.insert(name.to_owned(), value.to_owned());
    }
    Ok(inputs)
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let session = args.activity.in_session(session)?;
    let subjects = Subjects {
        locators: args.subject,
        subjects: args.subjects,
        from: args.from,
        since: args.since,
    };
    let wish = Wish {
        verb: "run",
        playbook: Shelf::of(&session.workspace).text(&args.playbook)?,
        subjects: &subjects,
        inputs: inputs(&args.input)?,
        include: args.include,
        secrets: &args.secrets,
        incident: &args.incident,
        consent: &args.consent,
        wait: args.wait,
        limit: if args.wait {
            Limit::Contained
        } else {
            Limit::Isolated
        },
        proposal: None,
    };
    begin(&session, wish).await
}
