//! `contain isolate`: cut what is compromised, and what hangs on it.

use super::Ended;
use super::failure::Failure;
use super::operation::begin;
use super::paste::Activity;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Text, Wish};
use crate::converge::Limit;
use crate::domain::Relation;

/// Cut the access of a compromised identity or credential, and of what it minted or entered
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    subjects: Subjects,
    /// Cut these relations too: could-enter, could-read, held, exposed, shared (can be repeated)
    #[arg(long, value_name = "RELATION", value_parser = relation)]
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

pub(super) fn relation(text: &str) -> Result<Relation, String> {
    let words = || Relation::ALL.into_iter().map(Relation::word);
    Relation::ALL
        .into_iter()
        .find(|relation| relation.word() == text)
        .ok_or_else(|| {
            let near = crate::domain::nearest(text, words())
                .map(|near| format!("; did you mean `{near}`?"));
            format!(
                "there is no relation `{text}`{}",
                near.unwrap_or_else(|| format!(
                    "; relations: {}",
                    words().collect::<Vec<_>>().join(", ")
                ))
            )
        })
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let session = args.activity.in_session(session)?;
    let limit = if args.wait {
        Limit::Contained
    } else {
        Limit::Isolated
    };
    let wish = Wish {
        verb: "isolate",
        playbook: Text::find("isolate")?,
        subjects: &args.subjects,
        inputs: Default::default(),
        include: args.include,
        secrets: &args.secrets,
        incident: &args.incident,
        consent: &args.consent,
        wait: args.wait,
        limit,
        proposal: None,
    };
    begin(&session, wish).await
}
