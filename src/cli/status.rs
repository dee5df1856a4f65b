//! `contain status`: where an incident stands, from its journal alone.

use super::Ended;
use super::failure::{Failure, exit};
use super::library;
use super::pick;
use super::session::Session;
use crate::domain::Time;
use crate::domain::case::Case;
use crate::report::describe::{self, Source};
use crate::report::output::Output;
use crate::report::standing::standing;

/// Say where an incident stands: what is done, open and still alive, and what is due; asks no provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The incident, or a drill; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

pub(super) fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    of(args.incident.as_deref(), session)
}

/// Where an incident stands.
pub(super) fn of(incident: Option<&str>, session: &Session) -> Result<Ended, Box<Failure>> {
    let folder = session.folder(incident)?;
    let record = folder.read()?;
    let catalogue = super::drill::catalogue_of(session, &folder);
    let now = if folder.is_drill() {
        record.case.latest.unwrap_or(Time::MIN)
    } else {
        session.clock.now()
    };
    let case = &record.case;
    let Some(output) = describe(case, (&catalogue, now), session, &folder) else {
        let message = format!("incident `{}` has no run yet", folder.id());
        return Err(Box::new(Failure::usage(message).hint(format!(
            "contain isolate LOCATOR --incident {}",
            folder.id()
        ))));
    };
    let overdue = output.obligations.iter().any(|owed| owed.overdue);
    let mut ended = Ended::told(output);
    let code = ended.output.outcome.exit();
    ended.exit = Some(if overdue && code == 0 {
        exit::OVERDUE
    } else {
        code
    });
    Ok(ended)
}

/// The document about the run that matters most.
pub(super) fn describe(
    case: &Case,
    (catalogue, now): (&crate::provider::Catalogue, Time),
    session: &Session,
    folder: &crate::journal::Folder,
) -> Option<Output> {
    let (number, run) = pick::to_tell(case, catalogue, now)?;
    let standing = standing(case, catalogue, number, now);
    let plan = run
        .plans
        .values()
        .next_back()
        .and_then(|(digest, _)| Some((folder.load_plan(digest).ok()?, *digest)));
    let plan = plan.as_ref().map(|(plan, digest)| (plan, Some(*digest)));
    // What a playbook of another version wants cannot be told; all else can.
    let playbook = library::pinned(session, folder, &run.order, false).ok();
    Some(describe::of_run(&Source {
        case,
        catalogue,
        run: number,
        standing: &standing,
        playbook: playbook.as_ref(),
        plan,
        wants_code: false,
        now,
    }))
}
