//! One incident from one seed: stormy sessions of the tool, then fair ones, and everything that must be true checked.
//!
//! In virtual time, on one thread: the same seed gives the same bytes.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::task::JoinHandle;

use super::chance::Chance;
use super::draw::{Drawn, Fight, draw};
use super::further::{After, Further};
use super::stage::is_ours;
use super::storm::{Odds, Stormy};
use super::{Bench, Ended, Wish};
use crate::converge::{Answer, End, Limit};
use crate::domain::{Clock, Digest, Duration, Locator};
use crate::gate::Confirmation;
use crate::provider::simulated::weather::Length;
use crate::provider::simulated::{Fault, Operation, Rule, World, lock};
use crate::report::standing::{Outcome as Said, Standing};

const COURSE: u64 = 3;
const FURTHER: u64 = 5;
const CLOCKS: u64 = 7;
const KEPT: u64 = 8;
const STORAGE: u64 = 1_000;
const SKY: u64 = 2_000;
/// How many sessions in fair weather bring an incident to its end, at most.
pub(super) const FAIR: u32 = 30;
/// How often a cut has to be undone before that is to be told: once may be a late write of somebody who knew nothing.
const UNDONE: usize = 3;
/// How long what was said is watched afterwards.
const AFTER: i64 = 60;
/// All that can go wrong with a request.
pub(super) const FAULTS: [Fault; 15] = [
    Fault::Throttled { hint: None },
    Fault::Throttled {
        hint: Some(Length(Duration::from_secs(2))),
    },
    Fault::Error500Before,
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
    Fault::Error500After,
    Fault::Late(Length(Duration::from_secs(6))),
    Fault::Late(Length(Duration::from_secs(30))),
    Fault::ResetAfter,
    Fault::Refused,
    Fault::Unavailable,
    Fault::Garbage,
    Fault::Slow(Length(Duration::from_secs(8))),
    Fault::Ignored,
    Fault::EndlessPages,
];

/// By how many seconds somebody turns the tool's own clock.
const TURNS: [i64; 6] = [-259_200, -3_600, -60, 60, 3_600, 259_200];

/// What became of an incident.
#[derive(Clone, PartialEq, Debug)]
pub struct Ran {
    /// What was said at the end.
    pub said: Said,
    /// Whether it was said that nothing is guaranteed.
    pub is_not_guaranteed: bool,
    /// Whether somebody fought back.
    pub is_fought: bool,
    /// Whether there was a guardrail that nobody could edit.
    pub is_guarded: bool,
    /// How many sessions of the tool there were.
    pub sessions: u32,
    /// How many requests to change something left.
    pub requests: usize,
    /// How many sessions ended with the process or with the journal.
    pub broken: u32,
    /// The digest of the journal: equal seeds give equal ones.
    pub journal: Digest,
}

/// How a session of the tool goes.
pub(super) struct Course {
    lots: Chance,
    clocks: Chance,
    pub(super) further: Chance,
    storms: u64,
    pub(super) is_given_back: bool,
}

/// Plays the incident of a seed; stops at what must not be.
pub async fn play(seed: u64, fight: Fight) -> Ran {
    let drawn = draw(seed, fight);
    let bench = Bench::of(drawn.scenario.clone());
    super::seeds::writes(&bench.disk);
    let mut course = Course::of(seed);
    let mut told = Told::new(&bench, &drawn);
    // One for each run: the first, and what was offered on the way.
    let mut first = Wish {
        subjects: drawn.subjects.clone(),
        secrets: course.lots.is(30),
        ..Wish::contained_at(&drawn.scenario.provider)
    };
    first.protected = protected(&bench, seed);
    // Nobody gives the code for cutting off whoever acts.
    if drawn.is_own {
        first.answer = Answer::Yes(Confirmation::Yes);
    }
    let mut wishes = vec![first];
    for nth in 0..course.storms {
        let ended = course.storm(&bench, (seed, nth), &wishes[0]).await;
        told.hear(&wishes[0], ended);
        // Now and then it is long until somebody goes on: authority has ended by then.
        let longest = if course.lots.is(10) {
            7_200_000
        } else {
            60_000
        };
        let rest = course.lots.length(0, longest);
        bench.clock.sleep(rest).await;
    }
    bench.weather.clear();
    *bench.full.lock().unwrap() = false;
    let mut at = 0;
    for _ in 0..FAIR {
        let wish = wishes[at].clone();
        let ended = course.session(&bench, &wish).await;
        let Some(end) = told.hear(&wish, ended) else {
            panic!("EXE-6: in fair weather a session broke");
        };
        // Nothing ends it where nobody can be kept out, or where we would have to cut ourselves.
        let is_lost = drawn.is_fought && !drawn.is_guarded || drawn.is_own;
        if told.is_contained() || is_lost {
            break;
        }
        // Where nobody fights, nobody has to be kept out: what looked so was the weather.
        let told_more = as_told(&wishes, &end.standing).filter(|_| drawn.is_fought);
        at = match told_more {
            Some(more) => {
                wishes.push(more);
                wishes.len() - 1
            }
            None => (at + 1) % wishes.len(),
        };
    }
    let ran = told.judge(&drawn).await;
    bench.check_whole();
    let further = Further::of(&mut course, &drawn).filter(|_| ran.said == Said::Contained);
    if let Some(further) = further {
        bench.check_always(false);
        let next = wishes.iter().map(|wish| wish.run + 1).max();
        let after = After {
            bench: &bench,
            drawn: &drawn,
            seed,
            run: next.unwrap(),
        };
        further.play(&after, &mut course).await;
    }
    // An opponent who was told to be alive goes on: what was dead then may be alive now.
    if ran.said == Said::Contained || !drawn.is_fought {
        bench.check(further.is_some());
    } else {
        bench.check_always(further.is_some());
    }
    let now = bench.clock.now();
    let ours = &drawn.scenario.responder.credential;
    assert!(lock(&bench.world).accepts(ours, now), "I9: we cut {ours}");
    bench.check_secrets();
    Ran {
        requests: bench.left().len(),
        journal: Digest::of(&bench.disk.bytes()),
        ..ran
    }
}

impl Course {
    fn of(seed: u64) -> Self {
        let mut lots = Chance::new(seed, COURSE);
        let storms = lots.below(4);
        let is_given_back = lots.is(25);
        Self {
            lots,
            clocks: Chance::new(seed, CLOCKS),
            further: Chance::new(seed, FURTHER),
            storms,
            is_given_back,
        }
    }

    /// A session in bad weather, on bad storage, which may end at any instant.
    pub(super) async fn storm(
        &mut self,
        bench: &Bench,
        (seed, nth): (u64, u64),
        wish: &Wish,
    ) -> Ended {
        bench.weather.clear();
        *bench.full.lock().unwrap() = self.lots.is(10);
        let share = *self.lots.pick(&[0.0, 0.02, 0.1, 0.3]);
        bench.weather.by_chance(seed ^ (SKY + nth), share, &FAULTS);
        let ban = self.lots.is(15).then(|| self.ban(bench));
        let odds = Odds {
            fails: *self.lots.pick(&[0, 0, 100, 500]),
            kills: *self.lots.pick(&[0, 0, 200, 1_000]),
        };
        let lots = Chance::new(seed, STORAGE + nth);
        let disk = Stormy::new(bench.disk.clone(), lots, odds);
        let is_short = self.lots.is(50);
        let limit = match &wish.limit {
            Limit::Restore(wanted) => Limit::Restore(wanted.clone()),
            _ if is_short => Limit::Isolated,
            _ => Limit::Contained,
        };
        let drops = self.lots.is(50);
        // Whoever is to say yes may be away.
        let answer = if self.lots.is(15) {
            Answer::Nobody
        } else {
            wish.answer
        };
        let wish = Wish {
            limit,
            answer,
            clock: self.turned(bench),
            ..wish.clone().dropped(drops)
        };
        let ended = self.paused(bench, bench.go_on(Box::new(disk), &wish)).await;
        if let Some(ban) = ban {
            ban.abort();
        }
        ended
    }

    /// A clock of the tool's own, which somebody turns at some moment, where there is one.
    fn turned(&mut self, bench: &Bench) -> Option<Clock> {
        if !self.clocks.is(20) {
            return None;
        }
        let after = self.clocks.length(0, 15_000);
        let by = Duration::from_secs(*self.clocks.pick(&TURNS));
        let own = bench.jumped(Duration::ZERO);
        let (world, turned) = (bench.clock.clone(), own.clone());
        drop(tokio::spawn(async move {
            world.sleep(after).await;
            turned.turn(by);
        }));
        Some(own)
    }

    /// From some moment on we are not permitted any more.
    fn ban(&mut self, bench: &Bench) -> JoinHandle<()> {
        let on = *self.lots.pick(&[Operation::Perform, Operation::Read]);
        let after = self.lots.length(0, 10_000);
        let (clock, weather) = (bench.clock.clone(), bench.weather.clone());
        tokio::spawn(async move {
            clock.sleep(after).await;
            weather.add(Rule {
                on: Some(on),
                about: String::new(),
                nth: None,
                fault: Fault::Denied,
            });
        })
    }

    /// The same session, whose process may be stopped for a while and go on later, as if nothing had been.
    async fn paused<T>(&mut self, bench: &Bench, session: impl Future<Output = T>) -> T {
        if !self.lots.is(20) {
            return session.await;
        }
        let (after, length) = (self.lots.length(0, 15_000), self.lots.length(100, 900_000));
        let (mut session, mut runs) = (pin!(session), pin!(bench.clock.sleep(after)));
        let early = poll_fn(|context| match session.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending => runs.as_mut().poll(context).map(|()| None),
        });
        if let Some(ended) = early.await {
            return ended;
        }
        bench.clock.sleep(length).await;
        session.await
    }

    /// A session in fair weather, whose process may be stopped for a while. Somebody else may come to the incident
    /// meanwhile: who finds the lock taken only looks, and writes into the journal; who finds it free goes on.
    async fn session(&mut self, bench: &Bench, wish: &Wish) -> Ended {
        if !self.lots.is(30) {
            return self.paused(bench, bench.go(wish)).await;
        }
        let (after, is_taken) = (self.lots.length(200, 20_000), Cell::new(true));
        let beside = async {
            bench.clock.sleep(after).await;
            let limit = if is_taken.get() {
                Limit::Verify(false)
            } else {
                wish.limit.clone()
            };
            let comes = Wish {
                limit,
                ..wish.clone()
            };
            let other = bench.go(&comes).await.end();
            if other.standing.outcome == Said::Contained {
                bench.check_claims(&bench.record().entries);
                all_dead(bench, &wish.subjects, wish.run == 1);
            }
        };
        let first = async {
            let ended = self.paused(bench, bench.go(wish)).await;
            is_taken.set(false);
            ended
        };
        futures_util::join!(first, beside).0
    }
}

/// What the workspace protects: now and then something that works and is to go on working.
fn protected(bench: &Bench, seed: u64) -> Vec<Locator> {
    let mut lots = Chance::new(seed, KEPT);
    let world = lock(&bench.world);
    let is_drawn = lots.is(30) && !world.healthy.is_empty();
    let drawn = is_drawn.then(|| lots.pick(&world.healthy).clone());
    drawn.into_iter().collect()
}

/// VER-1, VER-2: nothing of the set is accepted by any front end.
pub(super) fn all_dead(bench: &Bench, subjects: &[Locator], with_taken: bool) {
    let now = bench.clock.now();
    let world = lock(&bench.world);
    let mut alive = members(&world, subjects, with_taken).into_iter();
    if let Some(alive) = alive.find(|member| world.accepts(member, now)) {
        let made = world
            .happened()
            .find(|event| event.made.as_ref() == Some(&alive));
        panic!(
            "VER-1: contained, and alive at {now}: {alive}, {:?}, made by {made:?}",
            world.node(&alive)
        );
    }
}

/// The principals that the tool says a guardrail would stop.
#[must_use]
pub fn offered(standing: &Standing) -> Vec<Locator> {
    let said = standing.withheld.iter();
    let commands = said.filter_map(|why| {
        let (_, command) = why.split_once(": contain isolate ")?;
        command.split(' ').next()?.parse().ok()
    });
    commands.collect()
}

/// A further run of an operator who does what the tool says would end it: against those whom nobody has named yet.
fn as_told(wishes: &[Wish], standing: &Standing) -> Option<Wish> {
    let is_new = |what: &Locator| !wishes.iter().any(|wish| wish.subjects.contains(what));
    let subjects: Vec<Locator> = offered(standing).into_iter().filter(is_new).collect();
    let last = wishes.last().filter(|_| !subjects.is_empty())?;
    Some(Wish {
        run: last.run + 1,
        subjects,
        ..last.clone()
    })
}

/// What was said so far, held against the world.
struct Told<'a> {
    bench: &'a Bench,
    subjects: &'a [Locator],
    /// What was said last, by run.
    last: BTreeMap<u32, Standing>,
    sessions: u32,
    broken: u32,
}

impl<'a> Told<'a> {
    fn new(bench: &'a Bench, drawn: &'a Drawn) -> Self {
        Self {
            bench,
            subjects: &drawn.subjects,
            last: BTreeMap::new(),
            sessions: 0,
            broken: 0,
        }
    }

    /// Hears how a session ended; what it said is so at this very moment.
    fn hear(&mut self, wish: &Wish, ended: Ended) -> Option<End> {
        self.sessions += 1;
        if let Ended::Broke(error) = &ended {
            assert!(!is_ours(error), "the journal refused an entry: {error}");
        }
        let Ended::Well(end) = ended else {
            self.broken += 1;
            return None;
        };
        match end.standing.outcome {
            Said::Contained => {
                self.bench.check_claims(&self.bench.record().entries);
                all_dead(self.bench, &wish.subjects, wish.run == 1);
                self.bench.check_contained(wish.run);
            }
            // Whoever fights on may undo something between the last look and this word.
            Said::Isolated => self.bench.check_isolated(),
            _ => {}
        }
        self.bench.check_next(wish.run, &end.standing);
        self.last.insert(wish.run, end.standing.clone());
        Some(*end)
    }

    fn is_contained(&self) -> bool {
        let mut all = self.last.values();
        all.all(|standing| standing.outcome == Said::Contained)
    }

    /// Judges the end, and watches that what was said stays so.
    async fn judge(&self, drawn: &Drawn) -> Ran {
        let open = self.last.values();
        let mut open = open.filter(|standing| standing.outcome != Said::Contained);
        let standing = open.next().or(self.last.values().next()).unwrap();
        let said = standing.outcome;
        let withheld = || self.last.values().flat_map(|standing| &standing.withheld);
        let is_not_guaranteed = withheld().any(|why| why.starts_with("not guaranteed"));
        // A flooded log hides what was made: then it is right not to say *contained*.
        let is_flooded = withheld().any(|why| why.contains("read back only part of the way"));
        // Who acts as the very principal that leaked does not cut it without a word of its own.
        let is_sure = (!drawn.is_fought || drawn.is_guarded) && !drawn.is_own && !is_flooded;
        assert!(
            said == Said::Contained || !is_sure,
            "EXE-6: {said:?} at the end: {standing:#?}"
        );
        let is_lost = drawn.is_fought && !drawn.is_guarded && said != Said::Contained;
        assert!(
            !is_lost || is_not_guaranteed || self.bench.times_undone() < UNDONE,
            "SIM-3: what is done is undone, and nothing says that it may be: {standing:#?}"
        );
        if said == Said::Contained {
            for _ in 0..AFTER {
                all_dead(self.bench, self.subjects, true);
                self.bench.clock.sleep(Duration::from_secs(1)).await;
            }
        }
        Ran {
            said,
            is_not_guaranteed,
            is_fought: drawn.is_fought,
            is_guarded: drawn.is_guarded,
            sessions: self.sessions,
            requests: 0,
            broken: self.broken,
            journal: Digest::ZERO,
        }
    }
}

/// The set, as the world itself knows it: what the subjects hold where they are principals, and all that was made with
/// any of that, however long the chain.
fn members(world: &World, subjects: &[Locator], with_taken: bool) -> BTreeSet<Locator> {
    let mut members: BTreeSet<Locator> = subjects.iter().cloned().collect();
    // All that an opponent ever took hangs on what leaked first.
    members.extend(world.taken.iter().filter(|_| with_taken).cloned());
    for node in world.nodes() {
        if node
            .held_by
            .as_ref()
            .is_some_and(|by| subjects.contains(by))
        {
            members.insert(node.locator.clone());
        }
    }
    loop {
        let known = members.len();
        let made = world.happened().filter(|event| event.accepted);
        let made = made.filter(|event| members.contains(&event.who));
        let made: Vec<Locator> = made.filter_map(|event| event.made.clone()).collect();
        members.extend(made);
        let issued = world.nodes().filter(|node| {
            let issuer = node.issuer.as_ref();
            issuer.is_some_and(|issuer| members.contains(issuer))
        });
        let issued: Vec<Locator> = issued.map(|node| node.locator.clone()).collect();
        members.extend(issued);
        if members.len() == known {
            return members;
        }
    }
}
