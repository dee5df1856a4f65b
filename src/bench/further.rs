//! What an operator does after containment: gives back, replaces what leaked, or takes back what was a false alarm.

use std::collections::BTreeSet;

use serde_json::json;

use super::draw::Drawn;
use super::incident::{Course, FAIR, all_dead};
use super::stage::is_ours;
use super::{Bench, Ended, Wish, shipped};
use crate::converge::{Answer, Limit};
use crate::domain::{Duration, Effect, Locator, Relation};
use crate::gate::Confirmation;
use crate::plan::restore::{Healthy, Wanted};
use crate::provider::simulated::lock;
use crate::report::standing::{Outcome as Said, Standing};

/// How many runs are begun to replace something, at most.
const RUNS: u32 = 4;

const RESTORED: [Said; 2] = [Said::Restored, Said::PartlyRestored];

/// What an operator does after containment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Further {
    /// Gives back what may come back.
    GiveBack,
    /// Puts a new key where the leaked one lay, and rotates what was read.
    Reissue,
    /// Rotates what an opponent read.
    Rotate,
    /// Stops what somebody says has leaked, and learns that it had not.
    FalseAlarm,
}

impl Further {
    /// What comes next, by lot. Whoever fought holds on to what was read; all else is for a world at peace.
    pub(super) fn of(course: &mut Course, drawn: &Drawn) -> Option<Self> {
        let is_drawn = course.further.is(60);
        let is_at_peace = !drawn.is_fought && !drawn.is_own;
        let has_places = drawn.scenario.provider == "aws" && !drawn.is_own;
        match () {
            () if drawn.is_fought => (has_places && is_drawn).then_some(Self::Rotate),
            () if course.is_given_back => Some(Self::GiveBack),
            () if drawn.alarm.is_some() => Some(Self::FalseAlarm),
            () if is_at_peace && drawn.place.is_some() && is_drawn => Some(Self::Reissue),
            () => None,
        }
    }

    /// Plays it, and checks what is true afterwards.
    pub(super) async fn play(self, at: &After<'_>, course: &mut Course) {
        match self {
            Self::GiveBack => give_back(at, course).await,
            Self::Reissue => reissue(at, course).await,
            Self::Rotate => rotate(at, course).await,
            Self::FalseAlarm => false_alarm(at, course).await,
        }
        let opens = matches!(self, Self::GiveBack | Self::FalseAlarm);
        let world = lock(&at.bench.world);
        for logged in world.log().iter().filter(|logged| logged.applied) {
            let spec = at.bench.catalogue.action(&logged.call.action).unwrap();
            let is_open = matches!(spec.effect, Effect::Open);
            assert!(opens || !is_open, "I6: {:?}", logged.call);
        }
    }
}

/// An incident that is contained.
pub(super) struct After<'a> {
    pub(super) bench: &'a Bench,
    pub(super) drawn: &'a Drawn,
    pub(super) seed: u64,
    /// The next run.
    pub(super) run: u32,
}

impl After<'_> {
    /// Sessions until this is said, at most so many in fair weather; else what was said last. Before them there may be one
    /// in bad weather.
    async fn said(
        &self,
        wish: &Wish,
        (wanted, most): (&[Said], u32),
        course: &mut Course,
    ) -> Option<Standing> {
        if course.further.is(50) {
            let nth = 100 + u64::from(wish.run);
            let ended = course.storm(self.bench, (self.seed, nth), wish).await;
            if let Ended::Broke(error) = &ended {
                assert!(!is_ours(error), "the journal refused an entry: {error}");
            }
            self.bench.weather.clear();
            *self.bench.full.lock().unwrap() = false;
        }
        let mut last = None;
        for _ in 0..most {
            let standing = self.bench.go(wish).await.end().standing;
            self.bench.check_next(wish.run, &standing);
            if wanted.contains(&standing.told()) {
                return None;
            }
            last = Some(standing);
        }
        last
    }

    /// The same, where it has to be said.
    async fn until(&self, wish: &Wish, wanted: &[Said], course: &mut Course) {
        let last = self.said(wish, (wanted, FAIR), course).await;
        assert!(
            last.is_none(),
            "EXE-6: {} does not end: {last:#?}",
            wish.verb
        );
    }

    /// What replaces what leaked, and rotates what was read.
    pub(super) fn wish(&self, deliver_to: &[&Locator]) -> Wish {
        let inputs = [
            ("deliver_to", json!(deliver_to)),
            ("prefer", json!("long-lived")),
        ];
        let provider = &self.bench.scenario.provider;
        Wish {
            run: self.run,
            verb: "reissue",
            subjects: vec![self.drawn.subjects[0].clone()],
            secrets: false,
            answer: Answer::Yes(Confirmation::Code),
            playbook: shipped("reissue", provider),
            inputs: inputs.map(|(name, value)| (name.to_owned(), value)).into(),
            ..Wish::isolate(Limit::Contained)
        }
    }

    /// The places of which somebody knows the present secret.
    fn worth(&self) -> BTreeSet<Locator> {
        let world = lock(&self.bench.world);
        let read = self.bench.scenario.world.edges.iter();
        let read = read.filter(|edge| edge.relation == Relation::Exposed);
        let before = read.map(|edge| (&edge.to, format!("sim-secret-{}", edge.to.id())));
        let stolen = world.stolen.iter();
        let stolen =
            stolen.flat_map(|(place, all)| all.iter().map(move |one| (place, one.clone())));
        let known = before.chain(stolen);
        let known = known.filter(|(place, secret)| world.secret(place) == Some(secret.as_str()));
        known.map(|(place, _)| place.clone()).collect()
    }

    /// Whatever was read with what leaked is worth nothing any more, and the programs that live by it work.
    fn check_rotated(&self) {
        let worth = self.worth();
        assert!(
            worth.is_empty(),
            "{worth:?} were read, and are worth what they were"
        );
        let (world, now) = (lock(&self.bench.world), self.bench.clock.now());
        let programs = world.nodes().filter(|node| {
            let place = node.reads.as_ref().and_then(|place| world.node(place));
            place.is_some_and(|place| place.secret.is_some())
        });
        for program in programs {
            let works = world.accepts(&program.locator, now);
            assert!(works, "{} does not work again", program.locator);
        }
    }
}

/// Gives back; what was compromised stays off.
async fn give_back(at: &After<'_>, course: &mut Course) {
    let back = Wish {
        subjects: at.drawn.subjects.clone(),
        ..Wish::restore(at.run, &[])
    };
    at.until(&back, &RESTORED, course).await;
    let now = at.bench.clock.now();
    let world = lock(&at.bench.world);
    for subject in &at.drawn.subjects {
        let kind = at.bench.catalogue.kind(subject.kind());
        assert!(
            !kind.is_some_and(|kind| kind.credential) || !world.accepts(subject, now),
            "{subject} was compromised and works again"
        );
    }
}

/// Stops something healthy; once that is known, all of it works again, and what leaked stays dead.
async fn false_alarm(at: &After<'_>, course: &mut Course) {
    let (bench, alarm) = (at.bench, at.drawn.alarm.clone().unwrap());
    let stop = Wish {
        run: at.run,
        subjects: vec![alarm.clone()],
        ..Wish::contained_at(&bench.scenario.provider)
    };
    at.until(&stop, &[Said::Contained], course).await;
    all_dead(bench, std::slice::from_ref(&alarm), false);
    let wanted = Wanted {
        named: vec![alarm.clone()],
        healthy: Some(Healthy {
            reason: "the alarm was false".to_owned(),
            sessions: true,
        }),
        ..Wanted::default()
    };
    let back = Wish::give_back(at.run + 1, wanted);
    at.until(&back, &RESTORED, course).await;
    bench.clock.sleep(Duration::from_secs(30)).await;
    let now = bench.clock.now();
    assert!(
        lock(&bench.world).accepts(&alarm, now),
        "{alarm} is healthy, and does not work again"
    );
    all_dead(bench, &at.drawn.subjects, true);
}

/// Rotates what was read while somebody fought: there is no place for a new key, so that waits for people.
async fn rotate(at: &After<'_>, course: &mut Course) {
    for nth in 0..RUNS {
        let wish = Wish {
            run: at.run + nth,
            ..at.wish(&[])
        };
        // What leaked was used after its first cut: that is told, and holds back no rotation.
        let ends = [Said::Done, Said::Waiting, Said::PartlyDone];
        let last = at.said(&wish, (&ends, 3), course).await;
        assert!(last.is_none(), "EXE-6: reissue does not end: {last:#?}");
        if at.worth().is_empty() {
            break;
        }
    }
    at.bench.clock.sleep(Duration::from_mins(2)).await;
    at.check_rotated();
}

/// Replaces what leaked: one new key is alive, it is where the program reads it, and what was read is worth nothing.
async fn reissue(at: &After<'_>, course: &mut Course) {
    let (bench, drawn) = (at.bench, at.drawn);
    let (place, _) = drawn.place.as_ref().unwrap();
    let wish = at.wish(&[place]);
    // What failed for good stays so in its run; whoever needs it begins another.
    let mut last = Some(String::new());
    for nth in 0..RUNS {
        let wish = Wish {
            run: at.run + nth,
            ..wish.clone()
        };
        let open = at.said(&wish, (&[Said::Done], 3), course).await;
        last = open.map(|standing| format!("{standing:#?}"));
        if last.is_none() {
            break;
        }
    }
    // A provider that says *done* and does nothing leaves a key that nobody has: people look, and that is said.
    let is_lost = lock(&bench.world)
        .log()
        .iter()
        .any(|logged| logged.call.target == *place && logged.reply == "done" && !logged.applied);
    if is_lost && last.is_some() {
        return;
    }
    assert!(last.is_none(), "EXE-6: nothing is reissued: {last:?}");
    // Every program has taken up what was delivered.
    bench.clock.sleep(Duration::from_mins(2)).await;
    all_dead(bench, &drawn.subjects, true);
    check_replaced(at);
}

/// One new key is alive, it is where the program reads it, and what was read is worth nothing.
pub(super) fn check_replaced(at: &After<'_>) {
    let (bench, drawn) = (at.bench, at.drawn);
    let (place, reader) = drawn.place.as_ref().unwrap();
    at.check_rotated();
    let now = bench.clock.now();
    let world = lock(&bench.world);
    let leaked = &drawn.subjects[0];
    let holder = world.node(leaked).and_then(|node| node.held_by.clone());
    let made = world.happened().filter_map(|event| event.made.as_ref());
    let before = bench.scenario.world.nodes.iter().map(|node| &node.locator);
    let known: BTreeSet<&Locator> = made.chain(before).collect();
    let new = world.nodes().filter(|node| {
        node.held_by == holder
            && node.locator.kind() == leaked.kind()
            && !known.contains(&node.locator)
            && world.accepts(&node.locator, now)
    });
    let new: Vec<&Locator> = new.map(|node| &node.locator).collect();
    let held = world.node(place).and_then(|place| place.holds.last());
    let held = held.map(|version| &version.what);
    assert!(
        new.len() == 1 && held == new.first().copied(),
        "one new key is alive where it belongs: {new:?}, and {place} holds {held:?}: {:#?}",
        world
            .log()
            .iter()
            .filter(|logged| logged.call.target == *place)
            .collect::<Vec<_>>()
    );
    assert!(world.accepts(reader, now), "{reader} does not work again");
}
