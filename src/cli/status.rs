//! `contain status`: where an incident stands, from its journal alone.

use super::Ended;
use super::closing::{Found, spelled};
use super::failure::{Failure, exit};
use super::library;
use super::pick;
use super::session::Session;
use super::watch;
use crate::domain::Time;
use crate::domain::case::Case;
use crate::journal::{Folder, Record};
use crate::report::describe::{self, Source};
use crate::report::output::Output;
use crate::report::standing::standing;
use crate::report::{owed, phase};

/// Say where an incident stands: what is done, open and still alive, and what is due; asks no provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The incident, or a drill; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Go on showing it, whenever the journal grows or a deadline passes, until interrupted
    #[arg(long)]
    watch: bool,
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    if args.watch {
        return watch::run(args.incident.as_deref(), session).await;
    }
    of(args.incident.as_deref(), session)
}

/// Where an incident stands.
pub(super) fn of(incident: Option<&str>, session: &Session) -> Result<Ended, Box<Failure>> {
    let folder = session.folder(incident)?;
    let record = session.read(&folder)?;
    let catalogue = super::drill::catalogue_of(session, &folder);
    let now = now_of(session, &folder, &record.case);
    let Some(mut output) = describe(&record, (&catalogue, now), session, &folder) else {
        let message = format!("incident `{}` has no run yet", folder.id());
        return Err(Box::new(Failure::usage(message).hint(format!(
            "contain isolate LOCATOR --incident {}",
            folder.id()
        ))));
    };
    let exit = exit_of(&output);
    // Whoever reads this ran it just now.
    let own = format!("contain status --incident {}", folder.id());
    output.next.retain(|next| *next != own);
    let mut ended = Ended::told(output);
    ended.exit = Some(exit);
    Ok(ended)
}

/// The present: a rehearsal's ended with it.
pub(super) fn now_of(session: &Session, folder: &Folder, case: &Case) -> Time {
    if folder.is_drill() {
        case.latest.unwrap_or(Time::MIN)
    } else {
        session.clock.now()
    }
}

/// The exit code of what only tells: an overdue review where nothing is more serious.
pub(super) fn exit_of(output: &Output) -> u8 {
    let overdue = output.obligations.iter().any(|owed| owed.overdue);
    match output.outcome.exit() {
        0 if overdue => exit::OVERDUE,
        code => code,
    }
}

/// The document about the run that matters most.
pub(super) fn describe(
    record: &Record,
    (catalogue, now): (&crate::provider::Catalogue, Time),
    session: &Session,
    folder: &Folder,
) -> Option<Output> {
    let case = &record.case;
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
    let mut output = describe::of_run(&Source {
        case,
        catalogue,
        run: number,
        standing: &standing,
        playbook: playbook.as_ref(),
        plan,
        wants_code: false,
        now,
    });
    output.obligations = owed::of_incident(case, catalogue, now);
    if !case.closed {
        let found = Found::of(session, folder, record, (catalogue, now, false));
        output.close_lacks = spelled(&found.lacks);
    }
    output.phases = phase::phases(case, now);
    let settles_at = output.settles_at.as_deref();
    output.deadline = phase::deadline(&output.obligations, settles_at, now);
    Some(output)
}
