//! One group commit: follow what others wrote, try the entries, write them with one sync, only then believe them.
//!
//! Never acknowledges what is not durable, and never writes again after a failure.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::entry::{self, Line, VERSION};
use super::error::Error;
use super::fold::{Chain, Fault, Newer, Stop, is_foreign, length, walk};
use super::sink::{ASIDE, Sink};
use super::{Shared, Stamp, hold};
use crate::domain::bug::{self, Bug};
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::mandate::Basis;
use crate::domain::state::Illegal;
use crate::domain::{Clock, Digest, Time};

/// What a caller is told: where its entries stand.
type Answer = Result<Vec<Stamp>, Error>;

/// One caller's entries, rendered as far as their place allows.
pub(super) struct Waiting {
    entries: Vec<(Event, Result<String, Arc<serde_json::Error>>)>,
    /// The authority that they rest on, where they do.
    basis: Option<Basis>,
    actor: Arc<str>,
    answer: oneshot::Sender<Answer>,
}

impl Waiting {
    pub(super) fn new(
        (events, basis): (Vec<Event>, Option<Basis>),
        actor: Arc<str>,
        answer: oneshot::Sender<Answer>,
    ) -> Self {
        let entries = events.into_iter().map(|event| {
            let fragment = entry::fragment(&event).map_err(Arc::new);
            (event, fragment)
        });
        Self {
            entries: entries.collect(),
            basis,
            actor,
            answer,
        }
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.entries.iter().map(|(event, _)| event)
    }

    fn answer(self, with: Answer) {
        // Invariant: nobody listening changes nothing; the entries are in the journal or they are not.
        drop(self.answer.send(with));
    }
}

/// The sink, and how far it was read and written.
pub(super) struct Core {
    sink: Box<dyn Sink>,
    chain: Chain,
    offset: u64,
}

/// Lines that were rendered and are not durable yet.
#[derive(Default)]
struct Draft {
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

impl Core {
    pub(super) fn new(sink: Box<dyn Sink>) -> Self {
        Self {
            sink,
            chain: Chain::START,
            offset: 0,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.sink.path()
    }

    /// All bytes, at a moment when no line is half-written.
    pub(super) fn whole(&mut self) -> Result<Vec<u8>, Error> {
        self.sink.lock()?;
        let bytes = self.sink.read_from(0);
        self.sink.unlock();
        bytes
    }

    /// Folds all that is there, sets a torn tail aside, and notes whatever was set aside without a note.
    pub(super) fn open(
        &mut self,
        case: &mut Case,
        clock: &Clock,
        actor: &str,
    ) -> Result<(), Error> {
        self.sink.lock()?;
        let opened = self.open_locked(case, clock, actor);
        self.sink.unlock();
        opened
    }

    fn open_locked(&mut self, case: &mut Case, clock: &Clock, actor: &str) -> Result<(), Error> {
        let lines = self.follow(case, clock, actor)?;
        let noted: BTreeSet<&str> = lines
            .iter()
            .filter_map(|line| {
                let Event::SetAside { path, .. } = &line.event else {
                    return None;
                };
                Some(path.as_str())
            })
            .collect();
        let mut notes = self.sink.kept()?;
        notes.retain(|name, _| !noted.contains(name.as_str()));
        let notes = notes.into_iter().map(|(path, bytes)| Event::SetAside {
            bytes: length(&bytes),
            digest: Digest::of(&bytes),
            path,
        });
        self.note(notes.collect(), case, clock, actor).map(drop)
    }

    /// Takes in what was appended since the last look, by anyone; a torn tail is set aside and noted.
    fn follow(&mut self, case: &mut Case, clock: &Clock, actor: &str) -> Result<Vec<Line>, Error> {
        let path = self.sink.path();
        let bytes = match self.sink.len()? {
            length if length == self.offset => return Ok(Vec::new()),
            _ if self.offset > 0 && bug::is_planted(Bug::ForgetsTheOthers) => {
                return Ok(Vec::new());
            }
            _ => self.sink.read_from(self.offset)?,
        };
        let walked = walk(&mut self.chain, case, &bytes, self.offset, Newer::Refuse)
            .map_err(|stop| refusal(path, stop))?;
        self.offset += walked.whole;
        let mut lines = walked.lines;
        if walked.tail > 0 && bug::is_planted(Bug::LeavesTheTornTail) {
            self.offset += walked.tail;
        } else if walked.tail > 0 {
            let from = bytes
                .len()
                .saturating_sub(usize::try_from(walked.tail).unwrap_or(usize::MAX));
            let tail = bytes.get(from..).unwrap_or_default();
            let digest = Digest::of(tail);
            let name = format!("{ASIDE}{}-{}", self.chain.seq + 1, digest.code());
            self.sink.set_aside(&name, self.offset)?;
            let note = Event::SetAside {
                bytes: walked.tail,
                path: name,
                digest,
            };
            lines.extend(self.note(vec![note], case, clock, actor)?);
        }
        Ok(lines)
    }

    /// Appends entries about the journal itself, outside any group.
    fn note(
        &mut self,
        events: Vec<Event>,
        case: &mut Case,
        clock: &Clock,
        actor: &str,
    ) -> Result<Vec<Line>, Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let path = self.sink.path();
        let at = not_before(clock, self.chain.at);
        let mut draft = Draft::default();
        let mut chain = self.chain;
        for event in events {
            let fragment = entry::fragment(&event).map_err(Error::json(&path))?;
            draft
                .add(&mut chain, at, actor, &fragment, event)
                .map_err(Error::json(&path))?;
        }
        self.write(&draft, chain)?;
        for line in &draft.lines {
            case.apply(line.at, &line.event)
                .map_err(|why| illegal(&path, why))?;
        }
        Ok(draft.lines)
    }

    fn write(&mut self, draft: &Draft, chain: Chain) -> Result<(), Error> {
        if bug::is_planted(Bug::AcknowledgesUnsynced) {
            self.sink.write(&draft.bytes)?;
        } else {
            self.sink.append(&draft.bytes)?;
        }
        self.chain = chain;
        self.offset += length(&draft.bytes);
        Ok(())
    }

    /// Writes one group and answers everyone in it.
    pub(super) fn commit(&mut self, shared: &Shared, group: Vec<Waiting>) {
        let path = self.path();
        let lost = hold(&shared.lost).as_ref().map(|why| why.lost(path));
        if let Some(lost) = lost {
            for waiting in group {
                waiting.answer(Err(lost.clone()));
            }
            return;
        }
        let written = self.sink.lock().and_then(|()| {
            let written = self.commit_locked(shared, &group);
            self.sink.unlock();
            written
        });
        match written {
            Ok((answers, lines)) => {
                shared.publish(lines);
                for (waiting, answer) in group.into_iter().zip(answers) {
                    waiting.answer(answer);
                }
            }
            Err(error) => {
                *hold(&shared.lost) = Some(error.clone());
                for waiting in group {
                    waiting.answer(Err(error.clone()));
                }
            }
        }
    }

    fn commit_locked(
        &mut self,
        shared: &Shared,
        group: &[Waiting],
    ) -> Result<(Vec<Answer>, Vec<Line>), Error> {
        let mut lines = Vec::new();
        // Who only asks what there is by now wants all of it, whatever becomes of what others write beside.
        if group.iter().any(Waiting::is_empty) {
            self.sink.look()?;
        }
        loop {
            match self.commit_once(shared, group, &mut lines) {
                Err(Error::Overtaken { .. }) => self.sink.look()?,
                committed => return Ok((committed?, lines)),
            }
        }
    }

    /// Follows, drafts and writes; where somebody else was first, nothing of the group is written.
    fn commit_once(
        &mut self,
        shared: &Shared,
        group: &[Waiting],
        lines: &mut Vec<Line>,
    ) -> Result<Vec<Answer>, Error> {
        let actor = group.first().map_or("", |waiting| &waiting.actor);
        lines.extend(self.follow(Arc::make_mut(&mut hold(&shared.case)), &shared.clock, actor)?);
        let at = not_before(&shared.clock, self.chain.at);
        let leaves = |waiting: &Waiting| waiting.events().any(Event::lets_a_call_leave);
        let room = match group.iter().any(leaves) {
            true => self.sink.reserve(),
            false => Ok(()),
        };
        let (any, leaving) = (self.may(shared, false), self.may(shared, true).and(room));
        let allowed = |leaves: bool| if leaves { leaving.clone() } else { any.clone() };
        let times = (at, shared.clock.latest());
        let (draft, chain, answers) = self.draft(&hold(&shared.case), (group, &allowed), times);
        if !draft.bytes.is_empty() {
            self.write(&draft, chain)?;
            let path = self.sink.path();
            let mut case = hold(&shared.case);
            let case = Arc::make_mut(&mut case);
            for line in &draft.lines {
                case.apply(line.at, &line.event)
                    .map_err(|why| illegal(&path, why))?;
            }
            lines.extend(draft.lines);
        }
        Ok(answers)
    }

    /// Whether anything may be written, or anything that lets a call leave: on a shared incident only by whoever performs.
    fn may(&self, shared: &Shared, leaves: bool) -> Result<(), Error> {
        let (case, term) = (hold(&shared.case), *hold(&shared.term));
        let is_ours = term.is_some_and(|term| case.is_term(term));
        let is_fenced = term.is_some() || leaves && case.shared.is_some();
        if is_ours || !is_fenced || bug::is_planted(Bug::IgnoresWhoTookOver) {
            return Ok(());
        }
        let term = case.term.as_ref();
        let term = term.map(|(_, term)| Box::new(term.clone()));
        let path = self.path();
        Err(Error::TakenOver { path, term })
    }

    /// Tries each caller's entries on an excerpt of the case; whoever does not fit is left out and told so.
    fn draft(
        &self,
        case: &Case,
        (group, allowed): (&[Waiting], &dyn Fn(bool) -> Result<(), Error>),
        (at, latest): (Time, Time),
    ) -> (Draft, Chain, Vec<Answer>) {
        let path = self.sink.path();
        let excerpt = || case.excerpt(group.iter().flat_map(Waiting::events));
        let mut scratch = excerpt();
        let mut draft = Draft::default();
        let mut chain = self.chain;
        let mut answers = Vec::with_capacity(group.len());
        for waiting in group {
            let mark = (draft.bytes.len(), draft.lines.len(), chain);
            let mut add = || {
                // Invariant I4: what others wrote since it was cleared counts, also what stands before it in this group.
                if let Some(basis) = waiting.basis
                    && !basis.holds(scratch.taken, latest.max(at))
                {
                    return Err(Error::Lapsed { path: path.clone() });
                }
                // Nothing new begins where only what is under way can be recorded, and nothing at all once somebody else
                // took over.
                allowed(waiting.events().any(Event::lets_a_call_leave))?;
                let mut stamps = Vec::with_capacity(waiting.entries.len());
                for (event, fragment) in &waiting.entries {
                    let fragment = fragment.as_ref().map_err(|source| Error::Json {
                        path: path.clone(),
                        source: Arc::clone(source),
                    })?;
                    if is_foreign(&scratch, event) {
                        return Err(Error::Foreign { path: path.clone() });
                    }
                    scratch
                        .apply(at, event)
                        .map_err(|why| illegal(&path, why))?;
                    draft
                        .add(&mut chain, at, &waiting.actor, fragment, event.clone())
                        .map_err(Error::json(&path))?;
                    stamps.push(Stamp { seq: chain.seq, at });
                }
                Ok(stamps)
            };
            let answer = add();
            if answer.is_err() {
                draft.bytes.truncate(mark.0);
                draft.lines.truncate(mark.1);
                chain = mark.2;
                scratch = excerpt();
                for line in &draft.lines {
                    // Invariant: these fitted a moment ago, in this order.
                    drop(scratch.apply(line.at, &line.event));
                }
            }
            answers.push(answer);
        }
        (draft, chain, answers)
    }
}

impl Draft {
    fn add(
        &mut self,
        chain: &mut Chain,
        at: Time,
        actor: &str,
        fragment: &str,
        event: Event,
    ) -> Result<(), serde_json::Error> {
        let (seq, prev) = (chain.seq + 1, chain.head);
        let quoted = serde_json::to_string(actor)?;
        let hash = entry::seal(&mut self.bytes, seq, at, (&quoted, fragment), &prev)?;
        self.lines.push(Line {
            v: VERSION,
            seq,
            at,
            actor: actor.to_owned(),
            event,
            prev,
            hash,
        });
        *chain = Chain {
            seq,
            head: hash,
            at: Some(at),
        };
        Ok(())
    }
}

/// The present, in whole milliseconds, never earlier than the last entry.
fn not_before(clock: &Clock, last: Option<Time>) -> Time {
    let now = match last {
        Some(last) => {
            clock.not_before(last);
            clock.now().max(last)
        }
        None => clock.now(),
    };
    Time::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

fn illegal(path: &std::path::Path, why: Illegal) -> Error {
    Error::Illegal {
        path: path.to_owned(),
        why,
    }
}

/// Says why a walk stopped.
pub(super) fn refusal(path: PathBuf, stop: Stop) -> Error {
    match stop.why {
        Fault::Newer { kind } => Error::Newer {
            path,
            line: stop.line,
            kind,
        },
        why @ (Fault::Shape
        | Fault::Hash
        | Fault::Seq { .. }
        | Fault::Prev
        | Fault::Older
        | Fault::Foreign
        | Fault::Body(_)
        | Fault::Illegal(_)
        | Fault::Cut { .. }
        | Fault::Forked { .. }
        | Fault::Overrun) => Error::Damaged {
            path,
            line: stop.line,
            offset: stop.offset,
            why,
        },
    }
}
