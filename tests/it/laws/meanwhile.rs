//! What happens to authority at any moment of a run counts from that moment on: the clock is turned, somebody takes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use contain::converge::{Answer, Limit};
use contain::domain::event::Event;
use contain::domain::mandate::{Declared, Mode};
use contain::domain::{Clock, Duration, Time};
use contain::gate::approval::Admitted;
use contain::gate::{Confirmation, Who};
use contain::journal::{Error, Fails, Injecting, Journal, MemorySink, Sink};
use futures_util::FutureExt as _;

use super::Cells;
use super::authority::{SOFT, leaked, nobody, reach};
use super::people::{Asked, admit_ahead, ahead, by, isolate, person, write};
use crate::simulated::{Bench, LEAK, Wish};

/// What happens at a chosen group of entries.
#[derive(Clone)]
enum Happens {
    /// Somebody turns the tool's clock by so much.
    Turned(Duration),
    /// Somebody else writes this.
    Written(Box<Event>),
}

/// When, of the group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    /// It is about to be written: what it rests on was decided.
    Before,
    /// It is durable, and nothing was done on it yet.
    After,
}

/// What the clocks said when something was written.
#[derive(Clone, Copy, Debug)]
struct Reading {
    /// How long the journal is by then.
    end: usize,
    /// The world's, which nobody turns.
    world: Time,
    /// The latest that the tool knew of.
    latest: Time,
}

/// A journal at whose nth group something happens.
struct Meanwhile {
    inner: MemorySink,
    clocks: (Clock, Clock),
    left: u64,
    when: When,
    what: Happens,
    readings: Arc<Mutex<Vec<Reading>>>,
}

impl Meanwhile {
    fn happen(&mut self) {
        match &self.what {
            Happens::Turned(by) => self.clocks.1.turn(*by),
            Happens::Written(event) => {
                let sink = Box::new(self.inner.clone());
                let (other, _) = Journal::open(sink, self.clocks.0.clone(), "other").unwrap();
                // A closed or unknown thing may refuse it; then nothing happens.
                drop(other.append(vec![(**event).clone()]).now_or_never());
            }
        }
    }
}

impl Sink for Meanwhile {
    fn path(&self) -> PathBuf {
        self.inner.path()
    }

    fn len(&mut self) -> Result<u64, Error> {
        self.inner.len()
    }

    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        self.inner.read_from(offset)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.inner.write(bytes)?;
        self.readings.lock().unwrap().push(Reading {
            end: self.inner.bytes().len(),
            world: self.clocks.0.now(),
            latest: self.clocks.1.latest(),
        });
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.inner.sync()
    }

    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.inner.set_aside(name, offset)
    }

    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        self.inner.kept()
    }

    fn lock(&mut self) -> Result<(), Error> {
        self.left = self.left.wrapping_sub(1);
        if self.left == 0 && self.when == When::Before {
            self.happen();
        }
        self.inner.lock()
    }

    fn unlock(&mut self) {
        self.inner.unlock();
        if self.left == 0 && self.when == When::After {
            self.happen();
        }
    }
}

/// How a run comes by its authority.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// A word that lasts shorter than the run.
    Brief,
    /// A word that lasts.
    Word,
    /// What the operator confirms, and would confirm again.
    Operator,
    /// What was authorised ahead, for a pipeline.
    Ahead,
    /// A mode that lets one person cut what takes two.
    Glass,
}

const LASTS: Duration = Duration::from_mins(30);

impl By {
    fn wish(self, clock: &Clock) -> Wish {
        let given = |lasts| vec![reach(clock, lasts, 99, &SOFT, leaked())];
        match self {
            Self::Brief => nobody(given(Duration::from_secs(15))),
            Self::Word => nobody(given(LASTS)),
            Self::Operator => Wish::contained(),
            Self::Ahead => {
                let until = (clock.now() + LASTS).to_string();
                let changed = [("2027-01-01T00:00:00Z", until.as_str())];
                let mandate = admit_ahead(&ahead(&changed), "bob", clock.now()).unwrap();
                Wish {
                    around: by(Who::Pipeline("nightly".to_owned())),
                    granted: vec![mandate],
                    ..isolate(Limit::Isolated, false)
                }
            }
            Self::Glass => Wish {
                around: person("alice"),
                answer: Answer::Yes(Confirmation::Code),
                ..isolate(Limit::Isolated, true)
            },
        }
    }

    /// What is in the journal before the run begins.
    async fn before(self, bench: &Bench, clock: &Clock) {
        if self == Self::Glass {
            drop(
                bench
                    .go(&Wish {
                        limit: Limit::Plan,
                        ..self.wish(clock)
                    })
                    .await,
            );
            let declared = Declared {
                mode: Mode::BreakGlass,
                by: "alice".to_owned(),
                reason: "nobody answers".to_owned(),
                until: clock.now() + LASTS,
                nonce: "m1".to_owned(),
            };
            write(bench, Event::Declared { declared }).await;
        }
    }
}

/// Nothing was begun under authority that had ended by any reading that anybody took, and nothing came back.
fn check(bench: &Bench, readings: &[Reading], needs_mode: bool) {
    let entries = bench.entries();
    let reading = |end: usize| {
        let mut readings = readings.iter();
        readings.find(|reading| reading.end >= end).copied()
    };
    let mut ends: BTreeMap<String, (Time, Time)> = BTreeMap::new();
    let (mut asked, mode) = (Time::MIN, "m1".to_owned());
    for entry in &entries {
        let Some(now) = reading(entry.end) else {
            panic!("{entry:?} was written unseen")
        };
        let lasts = |until: Time| (until, now.world + until.duration_since(entry.at));
        let spent: Vec<&String> = match &entry.event {
            Event::Granted { mandate } => {
                ends.insert(mandate.nonce.clone(), lasts(mandate.until));
                continue;
            }
            Event::Declared { declared } => {
                ends.insert(declared.nonce.clone(), lasts(declared.until));
                continue;
            }
            Event::Blocked { .. } | Event::Denied { .. } => Vec::new(),
            // Without the mode nobody cuts what is protected alone.
            Event::Intended { spent, call, .. } if needs_mode && call.target == leaked() => {
                spent.iter().chain([&mode]).collect()
            }
            Event::Intended { spent, .. } => spent.iter().collect(),
            _ => continue,
        };
        // Whoever asked the gate knew the time.
        asked = asked.max(now.latest);
        for nonce in spent {
            let (until, truly) = ends[nonce];
            assert!(
                asked < until,
                "I7: by a reading of {asked}, {nonce} ended at {until}: {entry:?}"
            );
            assert!(
                now.world < truly,
                "I7: {nonce} truly ended at {truly}: {entry:?}"
            );
        }
    }
}

/// One run in which the clock is turned at the nth group, and two more after it, each a process of its own; whether there
/// was such a group.
async fn turned(whose: By, (nth, when): (u64, When), by: Duration) -> bool {
    let bench = Bench::new(LEAK);
    let readings = Arc::new(Mutex::new(Vec::new()));
    let session = |clock: Clock, left: u64, wish: Wish| {
        let sink = Meanwhile {
            inner: bench.disk.clone(),
            clocks: (bench.clock.clone(), clock.clone()),
            left,
            when,
            what: Happens::Turned(by),
            readings: Arc::clone(&readings),
        };
        let wish = Wish {
            clock: Some(clock),
            ..wish
        };
        let bench = &bench;
        async move { bench.go_on(Box::new(sink), &wish).await }
    };
    let first = bench.jumped(Duration::ZERO);
    whose.before(&bench, &first).await;
    // What was written so far was written at these readings.
    readings.lock().unwrap().push(Reading {
        end: bench.disk.bytes().len(),
        world: bench.clock.now(),
        latest: first.latest(),
    });
    let wish = whose.wish(&first);
    drop(session(first.clone(), nth, wish.clone()).await);
    let is_reached =
        first.behind(bench.clock.now()) != Duration::ZERO || first.latest() > bench.clock.now();
    // The others come a while later: one whose clock is still turned, and one whose clock somebody turned back.
    for (pause, by) in [(1, by), (40, by), (1, Duration::ZERO)] {
        bench.clock.sleep(Duration::from_mins(pause)).await;
        let clock = bench.jumped(by);
        drop(session(clock, u64::MAX, wish.clone()).await);
    }
    check(&bench, &readings.lock().unwrap(), whose == By::Glass);
    bench.check_always(false);
    is_reached
}

#[tokio::test(start_paused = true)]
async fn turning_the_clock_at_any_step_extends_nothing_and_brings_nothing_back() {
    let mut cells = Cells::default();
    let (minutes, days) = (Duration::from_mins(20), Duration::from_hours(72));
    let all = [By::Brief, By::Word, By::Operator, By::Ahead, By::Glass];
    for (of, whose) in (0..).zip(all) {
        for (at, by) in (0..).zip([minutes, days, -minutes, -days]) {
            for (also, when) in (0..).zip([When::Before, When::After]) {
                // Between them they come to every group.
                for nth in (1 + of + 2 * at + 5 * also..).step_by(10) {
                    let cell = turned(whose, (nth, when), by);
                    let named = format!("{whose:?}: turned by {by:?} {when:?} group {nth}");
                    if cells.one(named, cell).await == Some(false) {
                        break;
                    }
                }
            }
        }
    }
    cells.hold(100);
}

/// What somebody else writes at the nth group, in a run that goes on beside them.
async fn written(whose: By, (nth, when): (u64, When), event: &Event) -> bool {
    let bench = Bench::new(LEAK);
    whose.before(&bench, &bench.clock).await;
    let sink = Meanwhile {
        inner: bench.disk.clone(),
        clocks: (bench.clock.clone(), bench.clock.clone()),
        left: nth,
        when,
        what: Happens::Written(Box::new(event.clone())),
        readings: Arc::default(),
    };
    drop(bench.go_on(Box::new(sink), &whose.wish(&bench.clock)).await);
    let entries = bench.entries();
    let mut after = entries
        .iter()
        .skip_while(|entry| entry.event != *event)
        .skip(1)
        .peekable();
    let is_there = after.peek().is_some() || entries.iter().any(|entry| entry.event == *event);
    let begun = after.find(|entry| matches!(entry.event, Event::Intended { .. }));
    assert!(
        begun.is_none(),
        "I4: begun after it was taken away: {begun:?}"
    );
    bench.check_always(false);
    is_there
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_away_between_a_clearance_and_its_intent_begins_nothing() {
    let mut cells = Cells::default();
    let planned = Bench::new(LEAK);
    drop(planned.go(&By::Word.wish(&planned.clock)).await.end());
    let items: BTreeSet<_> = planned
        .entries()
        .iter()
        .filter_map(|entry| entry.event.item().map(|item| item.key.clone()))
        .collect();
    let reason = || "law".to_owned();
    let veto = Event::Vetoed {
        run: 1,
        plan: contain::domain::Digest::ZERO,
        items,
        by: "carol".to_owned(),
        reason: reason(),
        signed: contain::domain::mandate::Signed {
            key: "SHA256:x".to_owned(),
            document: contain::domain::Digest::ZERO,
        },
    };
    let ended = Event::Ended {
        nonce: "n1".to_owned(),
    };
    let dismissed = Event::Dismissed { reason: reason() };
    let closed = Event::Closed { reason: reason() };
    for (whose, event) in [
        (By::Word, veto),
        (By::Word, ended),
        (By::Ahead, dismissed),
        (By::Word, closed),
    ] {
        for when in [When::Before, When::After] {
            for nth in (2..).step_by(3) {
                let of = format!("{whose:?}: {} {when:?} group {nth}", event.kind());
                if cells.one(of, written(whose, (nth, when), &event)).await == Some(false) {
                    break;
                }
            }
        }
    }
    cells.hold(60);
}

/// One run into which somebody writes at the nth group that bob agreed, whether or not his signature counts; whether what
/// takes his word was begun, and whether there was such a group.
async fn agreed_meanwhile(nth: u64, counts: bool) -> (bool, bool) {
    let asked = Asked::grave().await;
    let Admitted::Approved(mandate) = asked.admit(&asked.request, "bob").unwrap() else {
        panic!("he agreed")
    };
    let event = Event::Granted { mandate };
    let bench = &asked.bench;
    let sink = Meanwhile {
        inner: bench.disk.clone(),
        clocks: (bench.clock.clone(), bench.clock.clone()),
        left: nth,
        when: When::After,
        what: Happens::Written(Box::new(event.clone())),
        readings: Arc::default(),
    };
    let wish = Wish {
        answer: Answer::Yes(Confirmation::Code),
        revoked: (!counts).then(|| "bob".to_owned()).into_iter().collect(),
        ..isolate(Limit::OneRound(Box::new(asked.plan.clone())), true)
    };
    drop(bench.go_on(Box::new(sink), &wish).await);
    let entries = bench.entries();
    let is_there = entries.iter().any(|entry| entry.event == event);
    bench.check_always(false);
    (asked.touched(), is_there)
}

#[tokio::test(start_paused = true)]
async fn what_somebody_signs_while_a_run_goes_on_counts_only_where_the_signature_does() {
    let mut counted = 0;
    for nth in 1.. {
        let (touched, is_there) = agreed_meanwhile(nth, true).await;
        if !is_there {
            break;
        }
        counted += u32::from(touched);
        let (touched, _) = agreed_meanwhile(nth, false).await;
        assert!(!touched, "at group {nth}");
    }
    assert!(counted > 0, "it never came in time");
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_while_nothing_ran_revives_nothing_that_a_provider_knows_is_over() {
    // So long after it was given, by the world's clock, and the tool's by so much behind that.
    let (minutes, back) = (Duration::from_mins(35), -Duration::from_mins(33));
    let cells = [
        (Duration::from_mins(2), Duration::ZERO, Answer::Nobody, true),
        (minutes, Duration::ZERO, Answer::Nobody, false),
        (minutes, back, Answer::Nobody, false),
        // What is given now is counted by a clock that nobody turns while this runs, whatever the provider's says.
        (minutes, back, Answer::Yes(Confirmation::Yes), true),
    ];
    for (after, by, answer, acts) in cells {
        let bench = Bench::new(LEAK);
        let wish = By::Word.wish(&bench.clock);
        let disk = Injecting::kill(bench.disk.clone(), 3, Fails::Before);
        drop(bench.go_on(Box::new(disk), &wish).await);
        assert!(bench.left().is_empty());
        bench.clock.sleep(after).await;
        let wish = Wish {
            clock: Some(bench.jumped(by)),
            answer,
            ..wish
        };
        drop(bench.go(&wish).await.end());
        assert_eq!(!bench.left().is_empty(), acts, "{after} later, {by}");
        let ended = |entry: &contain::bench::Entry| matches!(&entry.event, Event::Ended { nonce } if nonce == "n1");
        let is_told = bench.entries().iter().any(ended);
        assert_eq!(is_told, by == back, "{after} later, {by}");
        bench.check_always(false);
    }
}
