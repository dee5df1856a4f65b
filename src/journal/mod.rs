//! The journal: the append-only record of an incident, and the only source of truth.
//!
//! Owns the wire form, the fold, locks, sinks, and every file that this program makes.
//! Never decides what happens next, and never changes or shortens what was acknowledged.

pub mod entry;
mod fold;

pub mod error;
pub mod file;

pub mod injecting;
pub mod lock;
pub mod sink;

pub mod history;
pub mod mirror;
pub mod several;

pub mod lease;
pub mod shared;

mod commit;

pub mod check;
pub mod checkpoint;
pub mod folder;

#[cfg(test)]
mod laws;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

pub use check::{Intact, Report, check};
pub use checkpoint::{Anchor, Checkpoint, check_with, vouched};
pub use entry::Line;
pub use error::{Error, Loose};
pub use fold::Fault;
pub use folder::{Folder, Root, Summary};
pub use injecting::{Fails, Injecting};
pub use lease::{Lease, Presence};
pub use lock::{Holder, RunLock};
pub use mirror::{FolderPlace, Mirror, Place};
pub use several::{Loss, Several};
pub use shared::{Files, SharedSink};
pub use sink::{FileSink, MemorySink, Sink};

use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::mandate::Basis;
use crate::domain::{Clock, Digest, Term, Time};
use commit::{Core, Waiting};
use fold::{Chain, Newer, walk};

/// The place of an appended entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Its number.
    pub seq: u64,
    /// Its time.
    pub at: Time,
}

/// A journal open for appending; clones append to the same one.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    actor: Arc<str>,
}

struct Shared {
    clock: Clock,
    queue: Mutex<Queue>,
    core: Mutex<Core>,
    case: Mutex<Arc<Case>>,
    subscribers: Mutex<Vec<mpsc::UnboundedSender<Arc<Line>>>>,
    lost: Mutex<Option<Error>>,
    /// The term in which this process performs on a shared incident.
    term: Mutex<Option<u32>>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    is_led: bool,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Opens a journal for appending: folds what is there, and sets a torn tail aside with a note.
    ///
    /// # Errors
    /// Refuses a journal that does not verify or that a newer version wrote to.
    pub fn open(
        sink: Box<dyn Sink>,
        clock: Clock,
        actor: impl Into<Arc<str>>,
    ) -> Result<(Self, Case), Error> {
        let actor = actor.into();
        let mut case = Case::default();
        let mut core = Core::new(sink);
        core.open(&mut case, &clock, &actor)?;
        let shared = Shared {
            clock,
            queue: Mutex::default(),
            core: Mutex::new(core),
            case: Mutex::new(Arc::new(case.clone())),
            subscribers: Mutex::default(),
            lost: Mutex::default(),
            term: Mutex::default(),
        };
        let shared = Arc::new(shared);
        Ok((Self { shared, actor }, case))
    }

    /// The clock that entries are stamped with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The same journal, with another actor in what is appended through this handle.
    #[must_use]
    pub fn acting(&self, actor: impl Into<Arc<str>>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            actor: actor.into(),
        }
    }

    /// Appends entries, all or none; they are durable when the future answers `Ok`.
    ///
    /// The entries are queued at the call, in the order of calls; one caller writes for all that wait. Dropping the
    /// future drops the answer, not the entries.
    ///
    /// # Errors
    /// [`Error::Illegal`] and [`Error::Foreign`] leave the journal as it was. After any other nobody knows what is on the
    /// disk, and every later append answers [`Error::Lost`].
    pub fn append(
        &self,
        events: Vec<Event>,
    ) -> impl Future<Output = Result<Vec<Stamp>, Error>> + Send + use<> {
        self.queue(events, None)
    }

    /// The same for what rests on authority: nothing of it is written where that was taken away by whatever stands before it,
    /// whoever wrote that, or has ended by the moment of writing.
    ///
    /// # Errors
    /// As [`Journal::append`]; [`Error::Lapsed`] leaves the journal as it was.
    pub fn append_on(
        &self,
        basis: Basis,
        events: Vec<Event>,
    ) -> impl Future<Output = Result<Vec<Stamp>, Error>> + Send + use<> {
        self.queue(events, Some(basis))
    }

    fn queue(
        &self,
        events: Vec<Event>,
        basis: Option<Basis>,
    ) -> impl Future<Output = Result<Vec<Stamp>, Error>> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting::new((events, basis), Arc::clone(&self.actor), answer);
        let leads = {
            let mut queue = hold(&self.shared.queue);
            queue.waiting.push(waiting);
            !std::mem::replace(&mut queue.is_led, true)
        };
        if leads {
            self.lead();
        }
        let shared = Arc::clone(&self.shared);
        async move {
            answered
                .await
                .unwrap_or_else(|_| Err(shared.lost_or_unknown()))
        }
    }

    /// Performs on a shared incident from now on: whoever did before writes nothing more, and this process neither once
    /// somebody does after it. What opens a new incident may come before, in the same group.
    ///
    /// # Errors
    /// As [`Journal::append`]; [`Error::Illegal`] where somebody else was first.
    pub fn take(&self, opening: Vec<Event>, term: Term) -> Result<(), Error> {
        let (answer, mut answered) = oneshot::channel();
        let number = term.number;
        let events = opening.into_iter().chain([Event::Taken { term }]);
        let waiting = Waiting::new((events.collect(), None), Arc::clone(&self.actor), answer);
        {
            let mut queue = hold(&self.shared.queue);
            queue.waiting.push(waiting);
            queue.is_led = true;
        }
        self.shared.write_all();
        let written = answered.try_recv();
        written.unwrap_or_else(|_| Err(self.shared.lost_or_unknown()))?;
        *hold(&self.shared.term) = Some(number);
        Ok(())
    }

    /// Folds what other processes appended.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub async fn refresh(&self) -> Result<(), Error> {
        self.append(Vec::new()).await.map(drop)
    }

    fn lead(&self) {
        let shared = Arc::clone(&self.shared);
        let runtime = tokio::runtime::Handle::try_current();
        match runtime {
            Ok(runtime) if !self.shared.clock.is_simulated() => {
                drop(runtime.spawn_blocking(move || shared.write_all()));
            }
            // Under a simulated clock nothing may run beside the loop, or equal seeds would give unequal runs.
            Ok(_) | Err(_) => shared.write_all(),
        }
    }

    /// All that stands in the record now, what others wrote included: where it is shared, of the place and not of the copy
    /// here. The bytes end with a whole line.
    ///
    /// # Errors
    /// As [`Journal::append`], and where not all of it can be read.
    pub async fn whole(&self) -> Result<(Record, Vec<u8>), Error> {
        self.refresh().await?;
        let (path, bytes) = {
            let mut core = hold(&self.shared.core);
            (core.path(), core.whole()?)
        };
        let record = record_of(path, &bytes)?;
        let tail = usize::try_from(record.torn).unwrap_or(usize::MAX);
        let whole = bytes.len().saturating_sub(tail);
        Ok((record, bytes.get(..whole).unwrap_or_default().to_vec()))
    }

    /// Asks the state as of the last durable entry.
    pub fn with_case<T>(&self, ask: impl FnOnce(&Case) -> T) -> T {
        ask(&hold(&self.shared.case))
    }

    /// The state as of the last durable entry, to be read while others append: it is shared, not copied.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Case> {
        Arc::clone(&hold(&self.shared.case))
    }

    /// Receives every entry that becomes durable from now on, other processes' included once they are seen.
    #[must_use]
    pub fn subscribe(&self) -> mpsc::UnboundedReceiver<Arc<Line>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        hold(&self.shared.subscribers).push(sender);
        receiver
    }

    /// Why nothing more can be appended through any clone of this handle, where that is so.
    #[must_use]
    pub fn lost(&self) -> Option<Error> {
        hold(&self.shared.lost).clone()
    }
}

impl Shared {
    /// Writes group after group until nobody waits.
    fn write_all(&self) {
        let mut core = hold(&self.core);
        loop {
            let group = {
                let mut queue = hold(&self.queue);
                if queue.waiting.is_empty() {
                    queue.is_led = false;
                    return;
                }
                std::mem::take(&mut queue.waiting)
            };
            core.commit(self, group);
        }
    }

    fn lost_or_unknown(&self) -> Error {
        let path = hold(&self.core).path();
        let lost = hold(&self.lost).as_ref().map(|why| why.lost(path.clone()));
        lost.unwrap_or(Error::Lost { path, source: None })
    }

    fn publish(&self, lines: Vec<Line>) {
        let mut subscribers = hold(&self.subscribers);
        if subscribers.is_empty() {
            return;
        }
        for line in lines.into_iter().map(Arc::new) {
            subscribers.retain(|subscriber| subscriber.send(Arc::clone(&line)).is_ok());
        }
    }
}

/// What a journal says, read without changing it.
#[derive(Debug)]
pub struct Record {
    /// The state.
    pub case: Case,
    /// The entries that this version knows, in order.
    pub lines: Vec<Line>,
    /// How many entries there are, those of a newer version included.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: Digest,
    /// How many bytes follow the last whole line; the next writer sets them aside.
    pub torn: u64,
}

/// Reads a journal; never changes it.
///
/// # Errors
/// Refuses a journal that does not verify.
pub fn read(sink: &mut dyn Sink) -> Result<Record, Error> {
    sink.lock()?;
    let bytes = sink.read_from(0);
    sink.unlock();
    record_of(sink.path(), &bytes?)
}

fn record_of(path: PathBuf, bytes: &[u8]) -> Result<Record, Error> {
    let (mut chain, mut case) = (Chain::START, Case::default());
    let walked = walk(&mut chain, &mut case, bytes, 0, Newer::Pass)
        .map_err(|stop| commit::refusal(path, stop))?;
    Ok(Record {
        case,
        lines: walked.lines,
        entries: chain.seq,
        head: chain.head,
        torn: walked.tail,
    })
}
