//! `contain reissue`: replace a credential that was cut, and rotate what was read with it.

use super::Ended;
use super::failure::Failure;
use super::operation::begin;
use super::paste::Activity;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Text, Wish};
use crate::converge::Limit;

/// Replace a credential that was cut: the new one goes straight to its consumers, and nobody sees it
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Subjects,
    /// Give an input of the playbook a value: deliver_to=LOCATOR says where consumers read it (can be repeated)
    #[arg(long = "input", value_name = "NAME=VALUE")]
    input: Vec<String>,
    #[command(flatten)]
    consent: Consent,
    /// Go on until done, or until people are needed
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
        verb: "reissue",
        playbook: Text::find("reissue")?,
        subjects: &args.subjects,
        inputs: super::run::inputs(&args.input)?,
        include: Vec::new(),
        secrets: &Secrets::default(),
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
