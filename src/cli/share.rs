//! Incidents that several machines share: where they live, how one is joined, and who performs on it.
//!
//! One at a time performs, and says so in the journal itself; signs of life only tell others when it is their turn.

use std::time::Duration;

use super::failure::{Failure, exit};
use super::session::Session;
use super::sinks::Config;
use super::work::Work;
use super::{Ended, aside};
use crate::domain::clock::spell;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::journal::lease::{Lease, Presence, announce, presence, term};
use crate::journal::{self, Files, Folder, Journal, Mirror, SharedSink, Sink, shared};

/// Where an incident is shared.
pub(super) struct Sharing {
    /// The place, as the journal names it.
    pub(super) at: String,
}

/// How long a new incident waits for the place in which it would be shared, for each thing that it asks there.
const SOON: Duration = Duration::from_secs(2);

/// An incident's journal, for appending, and where it is shared.
type Opened = (Box<dyn Sink>, Option<Sharing>);

impl Session {
    /// The folder of the incident that is named, or else of the only open one, or else of the latest; with what others
    /// wrote, where it is shared.
    pub(super) fn folder(&self, named: Option<&str>) -> Result<Folder, Box<Failure>> {
        self.folder_as_seen(named).map(|(folder, _)| folder)
    }

    /// The same, and whether what others wrote may be missing there.
    pub(super) fn folder_as_seen(
        &self,
        named: Option<&str>,
    ) -> Result<(Folder, bool), Box<Failure>> {
        let folder = self.folder_here(named)?;
        let is_caught_up = self.catch_up(&folder);
        self.say_unseen(&folder);
        Ok((folder, !is_caught_up))
    }

    /// Whether new incidents are shared: not those that lie where `--journal` says.
    pub(super) fn shares(&self) -> bool {
        self.in_workspace && self.workspace.config.sinks.iter().any(|sink| sink.shared)
    }

    /// The sink in which new incidents live, where one does.
    fn shared_sink(&self) -> Result<Option<&Config>, Box<Failure>> {
        let mut shared = self
            .workspace
            .config
            .sinks
            .iter()
            .filter(|sink| sink.shared);
        match (shared.next(), shared.next()) {
            (Some(_), Some(second)) => Err(second.refused(
                self,
                "is a second one with `shared`: an incident lives in one",
            )),
            (one, _) => Ok(one.filter(|_| self.in_workspace)),
        }
    }

    /// The sink that a shared incident names.
    fn sink_at(&self, at: &str, incident: &str) -> Result<&Config, Box<Failure>> {
        let mut sinks = self.workspace.config.sinks.iter();
        sinks.find(|sink| sink.name() == at).ok_or_else(|| {
            let message = format!(
                "incident `{incident}` is shared in `{}`, and no sink of this workspace is that",
                plain(at)
            );
            let failure = Failure::new(exit::DENIED, "another-workspace", message);
            Box::new(failure.hint(
                "the same command with `--workspace DIR`, one whose contain.yaml has it under `sinks`",
            ))
        })
    }

    fn store(&self, at: &str, incident: &str) -> Result<Mirror, Box<Failure>> {
        self.sink_at(at, incident)?.mirror(self, incident)
    }

    /// An incident's journal, for appending, and where it is shared: a new one where the workspace says so, any other where
    /// it says so itself.
    pub(super) fn sink(&self, folder: &Folder) -> Result<Opened, Box<Failure>> {
        let alone = || Ok((self.copies(folder, None)?, None));
        if folder.is_drill() {
            return alone();
        }
        let said = folder.shared_at()?;
        let is_new = said.is_none() && folder.length()? == 0;
        let at = match is_new {
            true => self.shared_sink()?.map(Config::name),
            false => said,
        };
        let Some(at) = at else { return alone() };
        if is_new {
            folder.note_place(&at)?;
        }
        let hurry = is_new.then_some(SOON);
        // First outside of the incident's own place, where nothing stays behind of one that then lives alone.
        let proven = match hurry {
            Some(within) => {
                let mut place = self.store(&at, "")?.hurried(within);
                journal::shared::prove(&mut place)
            }
            None => Ok(()),
        };
        let opened = match proven {
            Ok(()) => self.open_shared(folder, &at, hurry)?,
            Err(why) => Err(why),
        };
        let opened = opened.and_then(|mut sink| {
            if is_new {
                sink.prove()?;
            }
            Ok(sink)
        });
        match opened {
            Ok(sink) => Ok((Box::new(sink), Some(Sharing { at }))),
            // Containing does not wait for a place that does not answer. Invariant: nobody knows of this incident yet.
            Err(why @ journal::Error::Elsewhere { .. }) if is_new && folder.is_fresh() => {
                folder.forget_place()?;
                aside(&format!(
                    "warning: incident `{}` is not shared: failed to {}",
                    folder.id(),
                    plain(&why.to_string())
                ));
                alone()
            }
            Err(why) => Err(why.into()),
        }
    }

    fn open_shared(
        &self,
        folder: &Folder,
        at: &str,
        hurry: Option<Duration>,
    ) -> Result<Result<SharedSink, journal::Error>, Box<Failure>> {
        let store = self.store(at, folder.id())?;
        let store = match hurry {
            Some(within) => store.hurried(within),
            None => store,
        };
        let copy = self.copies(folder, Some(at))?;
        let files = Files::of(folder);
        Ok(SharedSink::open(
            store,
            copy,
            Some(files),
            self.losses.tell(),
        ))
    }

    /// Takes in what others wrote, where an incident is shared; whoever only reads is told where that does not go. Answers
    /// whether nothing is missing.
    pub(super) fn catch_up(&self, folder: &Folder) -> bool {
        let at = match folder.shared_at() {
            Ok(Some(at)) if !folder.is_drill() => at,
            Ok(_) | Err(_) => return true,
        };
        let opened = self.open_shared(folder, &at, None);
        let why = match opened {
            Ok(Ok(_)) => return true,
            Ok(Err(why)) => format!("failed to {why}"),
            Err(failure) => failure.message,
        };
        aside(&format!(
            "warning: what others wrote in incident `{}` may be missing here: {}",
            folder.id(),
            plain(&why)
        ));
        false
    }
}

impl Work {
    /// Performs on a shared incident from now on, where nobody else is at work; what opens it comes before, where it is new.
    pub(super) fn take(
        &mut self,
        session: &Session,
        opening: Vec<Event>,
    ) -> Result<(), Box<Failure>> {
        let Some(Sharing { at }) = &self.sharing else {
            return Ok(());
        };
        let id = self.folder.id().to_owned();
        let mut store = session.store(at, &id)?;
        let lease = session.sink_at(at, &id)?.lease(session)?;
        loop {
            let last = self.journal.with_case(|case| case.term.clone());
            let mut from = None;
            if let Some((since, last)) = &last {
                // This folder's lock is ours, so whoever took it from here is no more.
                let was_here = self.folder.last_term().as_deref() == Some(&last.sign);
                match presence(&mut store, last)? {
                    Presence::There(age) if !was_here => {
                        return Err(held(&self.folder, (last, *since), age));
                    }
                    Presence::Silent(age) if !was_here => from = Some((last.to_string(), age)),
                    Presence::There(_) | Presence::Silent(_) | Presence::Ended => {}
                }
            }
            let number = last.as_ref().map_or(0, |(_, last)| last.number) + 1;
            let term = term(number, session.actor(), session.clock.id(), lease);
            announce(&mut store, &term)?;
            self.folder.note_term(&term.sign)?;
            match self.journal.take(opening.clone(), term.clone()) {
                Ok(()) => {
                    if let Some((who, age)) = from {
                        let silent = age.map_or_else(String::new, |age| {
                            format!(", silent for {} s", age.as_secs())
                        });
                        aside(&format!(
                            "took over from {who}{silent}: what they sent last is awaited before it is judged"
                        ));
                    }
                    self.lease = Some(Lease::keep(session.store(at, &id)?, &term));
                    return Ok(());
                }
                // Somebody else was first; whether they are at work is looked at like before.
                Err(journal::Error::Illegal { .. }) if opening.is_empty() => {}
                Err(why) => return Err(why.into()),
            }
        }
    }
}

/// Somebody else performs.
fn held(
    folder: &Folder,
    (term, since): (&crate::domain::Term, crate::domain::Time),
    age: Duration,
) -> Box<Failure> {
    let id = folder.id();
    let message = format!(
        "{term} performs on the shared incident `{id}` since {since}, and gave a sign of life {} s ago",
        age.as_secs()
    );
    let failure = Failure::new(exit::LOCKED, "locked", message)
        .hint(format!("contain status --incident {id}"))
        .hint(format!(
            "the same command goes on where they stopped once they end, or are silent for {}",
            spell(term.lease)
        ))
        .hint("a second operator can read and note while the first performs: contain incident note TEXT");
    Box::new(failure.of_incident(id))
}

/// Makes the folder of an incident that another machine began, or lists what there is.
pub(super) async fn join(session: &Session, id: Option<&str>) -> Result<Ended, Box<Failure>> {
    let Some(sink) = session.shared_sink()? else {
        let message = format!(
            "{}: no sink is shared, so there is nothing to join",
            session.workspace.file().display()
        );
        return Err(Box::new(Failure::usage(message).hint(
            "write under `sinks`, as on the machine that began it: {s3: \"s3://BUCKET/PREFIX\", shared: true}",
        )));
    };
    let Some(id) = id else {
        return list(session, sink).await;
    };
    if let Ok(folder) = session.root()?.open(id) {
        session.catch_up(&folder);
        return joined(session, &folder, "is here already");
    }
    let mut store = sink.mirror(session, id)?;
    let key = shared::key_of(&mut store).map_err(|why| {
        let failure: Box<Failure> = why.into();
        Box::new(failure.hint("contain incident join"))
    })?;
    let at = sink.name();
    let fill = |folder: &Folder| {
        let mut opened = session.open_shared(folder, &at, None)??;
        let length = opened.len()?;
        let (_, case) = Journal::open(Box::new(opened), session.clock.clone(), session.actor())?;
        if case.incident != id || case.shared.as_deref() != Some(&at) {
            let message = format!("`{id}` in `{at}` is no incident that is shared there");
            let failure = Failure::usage(message).hint("contain incident join");
            return Err(Box::new(failure));
        }
        // A copy that cannot be written was told, and is none.
        if folder.length()? != length {
            let path = folder.journal();
            return Err(journal::Error::Lost { path, source: None }.into());
        }
        Ok(())
    };
    let folder = session.root()?.join((id, &key), &at, fill)?;
    joined(session, &folder, "was joined")
}

fn joined(session: &Session, folder: &Folder, what: &str) -> Result<Ended, Box<Failure>> {
    let record = session.read(folder)?;
    let id = folder.id().to_owned();
    let entries = record.lines.len();
    let data = serde_json::json!({
        "incident": id, "folder": folder.path(), "entries": entries,
        "performs": record.case.term.as_ref().map(|(_, term)| term.to_string()),
    });
    let text = format!(
        "Incident {id} {what}: {entries} entries in {}\n\nNext:\n  contain status --incident {id}\n  contain resume --incident {id}\n",
        folder.path().display()
    );
    let mut ended = Ended::data(data, text);
    ended.output.next = vec![
        format!("contain status --incident {id}"),
        format!("contain resume --incident {id}"),
    ];
    ended.output.incident = Some(id);
    Ok(ended)
}

/// What could be joined.
async fn list(session: &Session, sink: &Config) -> Result<Ended, Box<Failure>> {
    let mut there = session.incidents_in(sink).await?;
    there.sort();
    let here: Vec<_> = session.incidents()?.into_iter().map(|one| one.id).collect();
    let mut text = format!("In {}:\n", sink.name());
    for id in &there {
        let state = match here.contains(id) {
            true => "here",
            false => "not joined",
        };
        text.extend(["  ", &plain(id), "  ", state, "\n"]);
    }
    if there.is_empty() {
        text.push_str("  no incident\n");
    }
    let rows = there
        .iter()
        .map(|id| serde_json::json!({"incident": id, "here": here.contains(id)}));
    let rows: Vec<_> = rows.collect();
    let data = serde_json::json!({ "place": sink.name(), "incidents": rows });
    Ok(Ended::data(data, text))
}
