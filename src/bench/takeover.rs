//! Two operators on one shared incident: one is stopped at any step of its session and comes back late, the other takes
//! over meanwhile; each effect once, in every interleaving.
//!
//! The second waits for no lease here: that nothing happens twice must not hang on anybody's patience.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::{ControlFlow, Range};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use serde_json::Value;

use super::chance::Chance;
use super::draw::{Drawn, Fight, draw};
use super::further::{After, check_replaced};
use super::incident::{FAIR, FAULTS, all_dead};
use super::seeds::{caught, on_threads, writes};
use super::stage::is_ours;
use super::{Bench, Ended, Wish};
use crate::converge::Error;
use crate::domain::Duration;
use crate::domain::event::Event;
use crate::journal::mirror::{Place, Said as Heard};
use crate::journal::{self, Journal, MemorySink, Mirror, SharedSink, Sink as _};
use crate::report::standing::Outcome as Said;

const PAIR: u64 = 7;
/// How long one request to the place may take: it is in memory, and takes none.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(60);
/// More steps than any session takes.
const UNSTOPPED: u64 = u64::MAX;

/// What became of the interleavings that were played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pairs {
    /// How many were played.
    pub played: u64,
    /// In how many somebody was stopped in the middle, and taken over.
    pub taken_over: u64,
    /// In how many of these a call was under way.
    pub in_flight: u64,
    /// In how many both worked at once for a while.
    pub beside: u64,
    /// In how many a new credential was at stake.
    pub issued: u64,
}

impl Pairs {
    fn take_in(&mut self, other: &Self) {
        self.played += other.played;
        self.taken_over += other.taken_over;
        self.in_flight += other.in_flight;
        self.beside += other.beside;
        self.issued += other.issued;
    }
}

/// The place that both share, in memory; what it holds of the journal is the bench's disk.
#[derive(Clone)]
struct Shelf {
    disk: MemorySink,
    kept: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Place for Shelf {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        let mut kept = self.kept.lock().unwrap();
        if kept.contains_key(name) {
            return Ok(false);
        }
        kept.insert(name.to_owned(), bytes.to_vec());
        if !name.ends_with(".jsonl") {
            return Ok(true);
        }
        // Whoever put another entry of the same number would fork it here: the bench reads what stands there.
        self.disk.append(bytes).map_err(|error| error.to_string())?;
        Ok(true)
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        let kept = self.kept.lock().unwrap();
        let sized = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), bytes.len() as u64);
        Ok(kept.iter().map(sized).collect())
    }

    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.kept.lock().unwrap().get(name).cloned())
    }

    fn say(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        Ok(())
    }

    fn heard(&mut self, _: &str) -> Result<Option<Heard>, String> {
        Ok(None)
    }
}

impl Shelf {
    fn of(bench: &Bench) -> Self {
        Self {
            disk: bench.disk.clone(),
            kept: Arc::default(),
        }
    }

    /// A machine's journal on it.
    fn open(&self, bench: &Bench, by: &str) -> Result<Journal, journal::Error> {
        let place: Box<dyn Place> = Box::new(self.clone());
        let mirror = Mirror::new("shelf".to_owned(), WITHIN, move || Ok(place));
        let copy = Box::new(MemorySink::default());
        let sink = SharedSink::open(mirror, copy, None, Box::new(|_| ()))?;
        let (journal, _) = Journal::open(Box::new(sink), bench.clock.clone(), by)?;
        Ok(journal)
    }

    /// One session of the tool on it: takes over from whoever was there, and runs the loop.
    async fn go(&self, bench: &Bench, by: &str, wish: &Wish) -> Ended {
        let begun = async {
            let journal = self.open(bench, by)?;
            let opening = match journal.with_case(|case| case.opened_at.is_none()) {
                true => vec![
                    Event::Opened {
                        incident: "law-1".to_owned(),
                        drill: true,
                        since: bench.scenario.since(),
                        reason: None,
                        ticket: None,
                    },
                    Event::Shared {
                        at: "shelf".to_owned(),
                    },
                ],
                false => Vec::new(),
            };
            let last = journal.with_case(|case| case.term.as_ref().map(|(_, term)| term.number));
            let number = last.unwrap_or_default() + 1;
            let lease = Duration::from_secs(30);
            let sign = format!("{by}-{number}");
            let term = journal::lease::term(number, by.to_owned(), sign, lease);
            journal.take(opening, term)?;
            bench.session(&journal, &bench.clock, wish).await
        };
        match begun.await {
            Ok(end) => Ended::Well(Box::new(end)),
            Err(error) => Ended::Broke(error),
        }
    }
}

/// How an interleaving goes.
struct Plan {
    /// After how many steps the first is stopped.
    steps: u64,
    /// How long it takes until the second comes.
    pause: Duration,
    /// After how many steps of the second the first goes on.
    back: u64,
    /// What goes wrong for the first.
    weather: f64,
    /// Whether a new credential is at stake.
    issues: bool,
}

/// Plays one interleaving; answers how many steps the first took, and what it came to.
async fn play(seed: u64, drawn: &Drawn, plan: &Plan) -> (u64, Pairs) {
    let bench = Bench::of(drawn.scenario.clone());
    writes(&bench.disk);
    let shelf = Shelf::of(&bench);
    let isolate = Wish {
        subjects: drawn.subjects.clone(),
        secrets: false,
        ..Wish::contained_at(&drawn.scenario.provider)
    };
    let after = After {
        bench: &bench,
        drawn,
        seed,
        run: 2,
    };
    let wish = match drawn.place.as_ref().filter(|_| plan.issues) {
        Some((place, _)) => {
            to_end(&bench, &shelf, &isolate, &[Said::Contained]).await;
            after.wish(&[place])
        }
        None => isolate,
    };
    bench.weather.by_chance(seed, plan.weather, &FAULTS);
    bench.rests.store(true, Ordering::Relaxed);
    let mut pairs = Pairs {
        played: 1,
        issued: u64::from(wish.run > 1),
        ..Pairs::default()
    };
    let mut first = pin!(shelf.go(&bench, "first", &wish));
    let mut steps = 0;
    let early = poll_fn(|context| {
        if steps == plan.steps {
            return Poll::Ready(None);
        }
        steps += 1;
        first.as_mut().poll(context).map(Some)
    })
    .await;
    bench.weather.clear();
    let is_stopped = early.is_none();
    if let Some(ended) = early {
        assert_fair(&ended);
    } else {
        pairs.taken_over = 1;
        pairs.in_flight = u64::from(is_under_way(&bench));
        bench.clock.sleep(plan.pause).await;
        pairs.beside = contend(&bench, &shelf, (&wish, plan.back), first.as_mut()).await;
    }
    check_end(&bench, &shelf, (&wish, &after)).await;
    assert!(is_stopped || steps < plan.steps);
    (steps, pairs)
}

/// The second takes over and goes on to its end; the first comes back after so many of its steps. Answers whether both were
/// at work at once.
async fn contend(
    bench: &Bench,
    shelf: &Shelf,
    (wish, back): (&Wish, u64),
    mut first: Pin<&mut impl Future<Output = Ended>>,
) -> u64 {
    let mut other = pin!(shelf.go(bench, "second", wish));
    let (mut taken, mut beside) = (0, 0);
    let mut ends: (Option<Ended>, Option<Ended>) = (None, None);
    poll_fn(|context| {
        if ends.1.is_none()
            && let Poll::Ready(ended) = other.as_mut().poll(context)
        {
            ends.1 = Some(ended);
        }
        taken += 1;
        let is_back = taken > back || ends.1.is_some();
        if ends.0.is_none()
            && is_back
            && let Poll::Ready(ended) = first.as_mut().poll(context)
        {
            beside = u64::from(ends.1.is_none());
            ends.0 = Some(ended);
        }
        match ends.0.is_some() && ends.1.is_some() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    for ended in [ends.0, ends.1].into_iter().flatten() {
        assert_fair(&ended);
    }
    beside
}

/// All that must be true in the end, however it came.
async fn check_end(bench: &Bench, shelf: &Shelf, (wish, after): (&Wish, &After<'_>)) {
    let wanted = if wish.run > 1 {
        Said::Done
    } else {
        Said::Contained
    };
    to_end(bench, shelf, wish, &[wanted]).await;
    bench.check_whole();
    // A program takes up what its secret holds anew within a minute.
    bench.clock.sleep(Duration::from_mins(2)).await;
    bench.check(wish.run > 1);
    bench.check_secrets();
    check_terms(&bench.disk.bytes());
    all_dead(bench, &after.drawn.subjects, true);
    if wish.run > 1 {
        check_replaced(after);
    }
}

/// Sessions in fair weather, until this is said.
async fn to_end(bench: &Bench, shelf: &Shelf, wish: &Wish, wanted: &[Said]) {
    let mut last = None;
    for _ in 0..FAIR {
        let standing = shelf.go(bench, "third", wish).await.end().standing;
        if wanted.contains(&standing.told()) {
            return;
        }
        last = Some(standing);
    }
    panic!("EXE-6: {} does not end: {last:#?}", wish.verb);
}

/// Whoever broke off did so because the other took over, and wrote nothing that may not follow.
fn assert_fair(ended: &Ended) {
    let Ended::Broke(error) = ended else { return };
    let is_fenced = matches!(error, Error::Journal(journal::Error::TakenOver { .. }));
    assert!(is_fenced && !is_ours(error), "EXE-4: {error}");
}

/// Whether a call may be under way.
fn is_under_way(bench: &Bench) -> bool {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let mut lives = record.case.lives.values();
    lives.any(|life| life.state.is_in_doubt())
}

/// EXE-4: every intent stands in the term of whoever wrote it.
fn check_terms(bytes: &[u8]) {
    let mut performs = Value::Null;
    for line in bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let line: Value = serde_json::from_slice(line).unwrap();
        match line["kind"].as_str().unwrap() {
            "taken" => performs = line["body"]["term"]["by"].clone(),
            "intended" | "discarding" | "granted" | "plan-frozen" => {
                assert_eq!(
                    line["actor"], performs,
                    "EXE-4: {line} after it was taken over"
                );
            }
            _ => {}
        }
    }
}

/// Plays so many interleavings of one seed, in times of their own, spread over all steps; all of them where it is none.
///
/// # Errors
/// Says what must not have been.
pub fn one_pair(seed: u64, points: u64) -> Result<Pairs, String> {
    let drawn = draw(seed, Fight::Drawn);
    let mut pairs = Pairs::default();
    // Who fights back, and who cuts off its own branch, is another matter.
    if drawn.is_fought || drawn.is_own {
        return Ok(pairs);
    }
    let mut lots = Chance::new(seed, PAIR);
    let mut plan = Plan {
        steps: UNSTOPPED,
        pause: Duration::ZERO,
        back: 0,
        weather: 0.0,
        issues: lots.is(60),
    };
    let (all, unstopped) = caught(play(seed, &drawn, &plan))?;
    pairs.take_in(&unstopped);
    plan.weather = *lots.pick(&[0.0, 0.0, 0.1]);
    let every = (all / points.max(1)).max(1);
    let stops = (1..all).filter(|at| points == 0 || at.is_multiple_of(every));
    for at in stops {
        plan.steps = if points == 0 {
            at
        } else {
            at - lots.below(every)
        };
        let longest = *lots.pick(&[1, 5_000, 90_000]);
        plan.pause = lots.length(0, longest);
        plan.back = *lots.pick(&[0, 1, 5, 40, UNSTOPPED]);
        let (_, played) = caught(play(seed, &drawn, &plan)).map_err(|why| {
            let Plan { steps, pause, back, .. } = &plan;
            format!("stopped after {steps} of {all} steps, taken over after {pause}, back after {back}: {why}")
        })?;
        pairs.take_in(&played);
    }
    Ok(pairs)
}

/// Plays these seeds on so many threads; `each` hears of every one that broke a rule, at once. Answers what they came to,
/// and how many broke one.
pub fn many_pairs(
    seeds: Range<u64>,
    (threads, points): (u32, u64),
    each: impl Fn(u64, &str) + Sync,
) -> (Pairs, u64) {
    let tally = Mutex::new((Pairs::default(), 0));
    on_threads(seeds, threads, |seed| {
        let played = one_pair(seed, points);
        if let Err(why) = &played {
            each(seed, why);
        }
        let mut tally = tally.lock().unwrap();
        match played {
            Ok(pairs) => tally.0.take_in(&pairs),
            Err(_) => tally.1 += 1,
        }
        ControlFlow::Continue(())
    });
    tally.into_inner().unwrap()
}

#[cfg(test)]
mod tests {
    use super::many_pairs;

    /// How many seeds are played here, and at how many steps of each somebody is stopped.
    const SEEDS: u64 = 14;
    const POINTS: u64 = 5;

    #[test]
    fn of_two_operators_one_stopped_at_any_step_each_effect_comes_once() {
        let broken = std::sync::Mutex::new(Vec::new());
        let (told, broke) = many_pairs(0..SEEDS, (2, POINTS), |seed, why| {
            broken.lock().unwrap().push(format!("pair {seed}: {why}"));
        });
        let broken = broken.into_inner().unwrap();
        assert_eq!(broke, 0, "{:#?}", broken.iter().take(3).collect::<Vec<_>>());
        // A bench in which nothing is at stake shows nothing.
        assert!(told.taken_over > SEEDS && told.in_flight > 0, "{told:?}");
        assert!(told.issued > 0 && told.beside > 0, "{told:?}");
    }
}
