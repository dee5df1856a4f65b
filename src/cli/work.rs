//! An incident that is being worked on: joined or opened, its journal, its run lock.

use super::closing::is_closed;
use super::failure::{Failure, exit};
use super::session::Session;
use super::share::Sharing;
use super::wish::Incident;
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::{Locator, Time};
use crate::gate::Who;
use crate::journal::{Folder, Journal, Lease, RunLock, folder, folder::Shelf};

/// An incident that is being worked on.
pub(super) struct Work {
    pub(super) folder: Folder,
    pub(super) journal: Journal,
    /// Held while performing; dropped at the end.
    pub(super) lock: Option<RunLock>,
    /// The same in the place where the incident is shared.
    pub(super) lease: Option<Lease>,
    /// Where it is shared, where it is.
    pub(super) sharing: Option<Sharing>,
    /// The first entries of a new incident, until they are written: in one group with what it was opened for, so that what keeps
    /// one from being written keeps the other.
    pub(super) opening: Vec<Event>,
}

impl Work {
    /// Keeps what somebody signed and its signature in `mandates/`; the entries that make both part of the record.
    pub(super) fn keep_signed(
        &self,
        name: &str,
        (said, signature): (&[u8], &str),
    ) -> Result<Vec<Event>, Box<Failure>> {
        let both = [
            (name.to_owned(), said),
            (format!("{name}.sig"), signature.as_bytes()),
        ];
        let kept = both.into_iter().map(|(name, bytes)| {
            let (path, digest) = self.folder.keep("mandates", &name, bytes)?;
            Ok(Event::Attached {
                path,
                digest,
                about: None,
            })
        });
        kept.collect()
    }
}

/// Joins the open incident that has a subject, else opens one.
pub(super) async fn join(
    session: &Session,
    wanted: &Incident,
    subjects: &[Locator],
    since: Time,
    performs: bool,
) -> Result<Work, Box<Failure>> {
    let listed = session.incidents()?;
    let folder = match &wanted.id {
        Some(_) => session.folder(wanted.id.as_deref())?,
        None => match folder::open_with_any(&listed, subjects) {
            Some(summary) => session.root()?.open(&summary.id)?,
            None => {
                for (id, why) in listed
                    .iter()
                    .filter_map(|summary| Some((&summary.id, summary.damaged.as_ref()?)))
                {
                    super::aside(&format!("warning: incident `{id}` is left out: {why}"));
                }
                let day = session.clock.now().strftime("%Y-%m-%d");
                session.root()?.create(
                    Shelf::Incidents,
                    &format!("{day}-{}", session.clock.id()),
                    &session.clock,
                )?
            }
        },
    };
    let mut work = open(session, folder, performs)?;
    let opening = opening(session, &work, since, wanted)?;
    if performs && !opening.is_empty() && work.sharing.is_some() {
        // Nobody performs on a shared incident before it says so.
        work.take(session, opening)?;
    } else {
        work.opening = opening;
    }
    Ok(work)
}

/// The first entries of a new incident, which whoever opens it leads; refuses one that is closed.
fn opening(
    session: &Session,
    work: &Work,
    since: Time,
    wanted: &Incident,
) -> Result<Vec<Event>, Box<Failure>> {
    let (opened, closed) = work
        .journal
        .with_case(|case: &Case| (case.opened_at.is_some(), case.closed));
    if closed {
        return Err(Box::new(is_closed(work.folder.id())));
    }
    let event = || Event::Opened {
        incident: work.folder.id().to_owned(),
        drill: work.folder.is_drill(),
        since,
        reason: wanted.reason.clone(),
        ticket: wanted.ticket.clone(),
    };
    if opened {
        return Ok(Vec::new());
    }
    let leads = match &session.who {
        Who::Person(name) => Some(Event::HandedOver {
            from: None,
            to: name.clone(),
            reason: "opened it".to_owned(),
        }),
        Who::Solo | Who::Agent(_) | Who::Pipeline(_) | Who::Stranger => None,
    };
    let sharing = work.sharing.as_ref();
    let shared = sharing.map(|sharing| Event::Shared {
        at: sharing.at.clone(),
    });
    Ok([event()].into_iter().chain(shared).chain(leads).collect())
}

/// Opens an incident's journal, with the run lock where something is to be performed.
pub(super) fn open(
    session: &Session,
    folder: Folder,
    performs: bool,
) -> Result<Work, Box<Failure>> {
    if folder.is_drill() && !session.clock.is_simulated() {
        let message = format!(
            "`{}` is a drill: its world ended with it, so there is nothing to go on with",
            folder.id()
        );
        let again = folder
            .id()
            .rsplit_once('-')
            .map_or(folder.id(), |(name, _)| name);
        return Err(Box::new(
            Failure::usage(message).hint(format!("contain drill {again}")),
        ));
    }
    let is_alone = session.roster.is_empty() && !folder.is_drill();
    if performs && is_alone && folder.read().is_ok_and(|record| has_people(&record.case)) {
        let message = format!(
            "people are named for incident `{}`, and none are where you are",
            folder.id()
        );
        let failure = Failure::new(exit::DENIED, "another-workspace", message);
        return Err(Box::new(failure.hint(
            "the same command with `--workspace DIR`, where that incident was opened",
        )));
    }
    let lock = if performs {
        Some(folder.lock(&session.clock)?)
    } else {
        None
    };
    let (sink, sharing) = session.sink(&folder)?;
    let (journal, case) = Journal::open(sink, session.clock.clone(), session.actor())?;
    session.remind(&case);
    if !folder.is_drill() {
        session.touched.add(folder.id());
    }
    if performs && case.closed {
        return Err(Box::new(is_closed(folder.id())));
    }
    let mut work = Work {
        folder,
        journal,
        lock,
        lease: None,
        sharing,
        opening: Vec::new(),
    };
    if performs && case.shared.is_some() {
        work.take(session, Vec::new())?;
    }
    Ok(work)
}

/// Whether an incident is one of a workspace that names people.
fn has_people(case: &Case) -> bool {
    case.lead.is_some() || !case.requests.is_empty()
}

/// Opens an incident without performing on it, for verbs that only append.
pub(super) async fn create(
    session: &Session,
    since: Time,
    wanted: &Incident,
) -> Result<Work, Box<Failure>> {
    let day = session.clock.now().strftime("%Y-%m-%d");
    let folder = session.root()?.create(
        Shelf::Incidents,
        &format!("{day}-{}", session.clock.id()),
        &session.clock,
    )?;
    let work = open(session, folder, false)?;
    let events = opening(session, &work, since, wanted)?;
    if !events.is_empty() {
        work.journal.append(events).await?;
    }
    Ok(work)
}
