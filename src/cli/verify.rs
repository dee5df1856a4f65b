//! `contain verify`: look afresh, and say whether it is contained or what is left. Reads only.

use super::Ended;
use super::closing::refuse_closed;
use super::failure::Failure;
use super::given::{read_secrets, references};
use super::operation::Go;
use super::pick;
use super::session::Session;
use super::wish::{Secrets, again};
use super::work::open;
use crate::converge::Limit;

/// Look at everything afresh and say whether it is contained; changes nothing
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Wait until everything has settled, as long as waiting can change the answer
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    secrets: Secrets,
    /// Work in this incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    session.warn();
    references(&session, &args.secrets)?;
    let folder = session.folder(args.incident.as_deref())?;
    let work = open(&session, folder, false)?;
    refuse_closed(&work)?;
    let now = session.clock.now();
    let last = work.journal.with_case(|case| {
        let worst = pick::worst(case, &session.catalogue, now);
        worst.map(|(number, run)| (number, run.order.clone()))
    });
    let Some((run, order)) = last else {
        let message = format!("incident `{}` has no run to verify", work.folder.id());
        return Err(Box::new(
            Failure::usage(message).hint("contain isolate LOCATOR"),
        ));
    };
    let session = session.with_activity(&order.activity)?;
    let again = again(&session, &work.folder, &order, false).await?;
    let secrets = super::resume::secrets_of(
        &session,
        &work,
        &order,
        read_secrets(
            &session,
            &args.secrets,
            (&order.subjects, &order.left_alone),
        )?,
    )?;
    let go = Go {
        observer: &again.observer,
        playbook: &again.playbook,
        policy: &again.policy,
        own: again.own,
        secrets,
        yes: false,
        code: None,
    };
    go.run(&session, work, run, Limit::Verify(args.wait)).await
}
