//! Many seeds, on several threads: what each came to, and what broke.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::draw::Fight;
use super::incident::{Ran, play};
use crate::journal::MemorySink;

/// What became of the seeds that ran.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many ran.
    pub ran: u64,
    /// What was said at the end, by who there was to fight.
    pub said: BTreeMap<String, u64>,
    /// How many sessions of the tool there were.
    pub sessions: u64,
    /// How many of them ended with the process or with the journal.
    pub broken: u64,
    /// How many requests to change something left.
    pub requests: u64,
    /// The seeds that broke a rule, with what it was.
    pub violations: BTreeMap<u64, String>,
}

impl Tally {
    fn take_in(&mut self, seed: u64, ran: Result<Ran, String>) {
        self.ran += 1;
        let ran = match ran {
            Ok(ran) => ran,
            Err(why) => {
                self.violations.insert(seed, why);
                return;
            }
        };
        let opponent = match (ran.is_fought, ran.is_guarded) {
            (false, _) => "nobody fights",
            (true, true) => "an opponent, behind a guardrail",
            (true, false) => "an opponent, no guardrail",
        };
        let told = if ran.is_not_guaranteed {
            ", not guaranteed"
        } else {
            ""
        };
        let said = format!("{opponent}: {}{told}", ran.said.word());
        *self.said.entry(said).or_default() += 1;
        self.sessions += u64::from(ran.sessions);
        self.broken += u64::from(ran.broken);
        self.requests += u64::try_from(ran.requests).unwrap();
    }
}

thread_local! {
    /// Where and why this thread stopped last.
    static STOPPED: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The journal of the seed that this thread played last.
    static JOURNAL: RefCell<MemorySink> = RefCell::default();
}

/// Notes which journal this thread writes now.
pub(super) fn writes(journal: &MemorySink) {
    JOURNAL.with(|last| *last.borrow_mut() = journal.clone());
}

/// The journal of the seed that this thread played last, however that ended.
#[must_use]
pub fn last_journal() -> Vec<u8> {
    JOURNAL.with(|last| last.borrow().bytes())
}

/// Keeps what stops a seed from being printed: it is told with the seed.
pub fn quiet() {
    std::panic::set_hook(Box::new(|stop| {
        STOPPED.with(|stopped| *stopped.borrow_mut() = Some(stop.to_string()));
    }));
}

/// Runs something in a time of its own.
///
/// # Errors
/// No runtime could be made.
pub fn in_virtual_time<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    Ok(runtime.block_on(work))
}

/// Plays one seed, in a time of its own.
///
/// # Errors
/// Says what must not have been.
pub fn one(seed: u64, fight: Fight) -> Result<Ran, String> {
    caught(play(seed, fight))
}

/// Plays something, in a time of its own; says what must not have been.
pub(super) fn caught<T>(play: impl Future<Output = T>) -> Result<T, String> {
    STOPPED.with(|stopped| stopped.borrow_mut().take());
    let played = catch_unwind(AssertUnwindSafe(|| in_virtual_time(play)));
    played
        .map_err(|stop| told(&*stop))?
        .map_err(|error| error.to_string())
}

fn told(stop: &(dyn Any + Send)) -> String {
    let noted = STOPPED.with(|stopped| stopped.borrow_mut().take());
    let text = stop.downcast_ref::<String>().cloned();
    let text = text.or_else(|| Some((*stop.downcast_ref::<&str>()?).to_owned()));
    noted.or(text).unwrap_or_default()
}

/// Plays these seeds on so many threads, until all are played or `play` says to stop.
pub(super) fn on_threads(
    seeds: Range<u64>,
    threads: u32,
    play: impl Fn(u64) -> ControlFlow<()> + Sync,
) {
    let next = AtomicU64::new(seeds.start);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || play(seed).is_break() {
                        break;
                    }
                }
            });
        }
    });
}

/// Plays these seeds on so many threads until one breaks a rule; answers how many it took, and what broke.
pub fn until_broken(
    seeds: Range<u64>,
    threads: u32,
    play: impl Fn(u64) -> Result<(), String> + Sync,
) -> Option<(u64, String)> {
    let (first, broken) = (seeds.start, Mutex::new(BTreeMap::new()));
    on_threads(seeds, threads, |seed| {
        if !broken.lock().unwrap().is_empty() {
            return ControlFlow::Break(());
        }
        if let Err(why) = play(seed) {
            broken.lock().unwrap().insert(seed, why);
        }
        ControlFlow::Continue(())
    });
    let (seed, why) = broken.into_inner().unwrap().pop_first()?;
    Some((seed - first + 1, why))
}

/// Plays these seeds on so many threads; `each` hears of every one that broke a rule, at once.
pub fn many(
    seeds: Range<u64>,
    (threads, fight): (u32, Fight),
    each: impl Fn(u64, &str) + Sync,
) -> Tally {
    let tally = Mutex::new(Tally::default());
    on_threads(seeds, threads, |seed| {
        let ran = one(seed, fight);
        if let Err(why) = &ran {
            each(seed, why);
        }
        tally.lock().unwrap().take_in(seed, ran);
        ControlFlow::Continue(())
    });
    tally.into_inner().unwrap()
}

#[cfg(test)]
mod tests {
    use super::{Fight, many, one};

    /// How many seeds are played here.
    const SEEDS: u64 = 24;
    /// Seeds that once broke a rule, for ever. What each of them found has a law of its own beside it.
    const KEPT: [u64; 21] = [
        6, 27, 28, 30, 37, 75, 132, 135, 307, 328, 645, 652, 678, 785, 813, 1251, 1858, 2217, 3450,
        5485, 9574,
    ];

    #[test]
    fn incidents_from_seeds_break_no_rule() {
        let tally = many(0..SEEDS, (2, Fight::Drawn), |_, _| ());
        assert_eq!(tally.ran, SEEDS);
        assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
        assert!(tally.broken > 0, "no session ever broke: {tally:?}");
        assert!(tally.said.len() > 1, "all worlds ended alike: {tally:?}");
    }

    #[test]
    fn seeds_that_once_broke_a_rule_break_none() {
        for seed in KEPT {
            let ran = one(seed, Fight::Drawn);
            assert!(ran.is_ok(), "seed {seed}: {ran:?}");
        }
    }

    #[test]
    fn the_same_seed_writes_the_same_journal() {
        for seed in 1..3 {
            assert_eq!(
                one(seed, Fight::Drawn).unwrap().journal,
                one(seed, Fight::Drawn).unwrap().journal
            );
        }
    }
}
