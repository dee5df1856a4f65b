//! `contain validate`: whether what was cut is out of use, and what more it could do and did. Reads only.

use super::Ended;
use super::failure::Failure;
use super::operation::begin;
use super::paste::Activity;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Text, Wish};
use crate::converge::Limit;

/// Check an identity or credential after its cut: use since, more rights than it needs, what it moved on to
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Subjects,
    /// Go on until the checks can be answered: until every cut is in force everywhere
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    activity: Activity,
    #[command(flatten)]
    incident: Incident,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let session = args.activity.in_session(session)?;
    let wish = Wish {
        verb: "validate",
        playbook: Text::find("validate")?,
        subjects: &args.subjects,
        inputs: Default::default(),
        include: Vec::new(),
        secrets: &Secrets::default(),
        incident: &args.incident,
        consent: &Consent::default(),
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
