//! What an operator does after containment: gives back, replaces what leaked, or takes back what was a false alarm.

use serde_json::json;

use super::draw::Drawn;
use super::incident::{Course, FAIR, all_dead};
use super::{Bench, Wish, shipped};
use crate::converge::{Answer, Limit};
use crate::domain::{Duration, Locator, Relation};
use crate::gate::Confirmation;
use crate::plan::restore::{Healthy, Wanted};
use crate::provider::simulated::lock;
use crate::report::standing::{Outcome as Said, Standing};

/// How many runs are begun to replace something, at most.
const RUNS: u32 = 4;

/// What an operator does after containment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Further {
    /// Gives back what may come back.
    GiveBack,
    /// Puts a new key where the leaked one lay, and rotates what was read.
    Reissue,
    /// Stops what somebody says has leaked, and learns that it had not.
    FalseAlarm,
}

impl Further {
    /// What comes next, by lot.
    pub(super) fn of(course: &mut Course, drawn: &Drawn) -> Option<Self> {
        let is_drawn = course.further.is(60);
        match () {
            () if course.is_given_back => Some(Self::GiveBack),
            () if drawn.alarm.is_some() => Some(Self::FalseAlarm),
            () if drawn.place.is_some() && !drawn.is_own && is_drawn => Some(Self::Reissue),
            () => None,
        }
    }

    /// Plays it, and checks what is true afterwards.
    pub(super) async fn play(
        self,
        bench: &Bench,
        drawn: &Drawn,
        (seed, run): (u64, u32),
        course: &mut Course,
    ) {
        match self {
            Self::GiveBack => give_back(bench, drawn, run).await,
            Self::Reissue => reissue(bench, drawn, (seed, run), course).await,
            Self::FalseAlarm => false_alarm(bench, drawn, run).await,
        }
    }
}

/// Gives back in fair weather; what was compromised stays off.
async fn give_back(bench: &Bench, drawn: &Drawn, run: u32) {
    let back = Wish {
        subjects: drawn.subjects.clone(),
        ..Wish::restore(run, &[])
    };
    restored(bench, &back).await;
    let now = bench.clock.now();
    let world = lock(&bench.world);
    for subject in &drawn.subjects {
        let kind = bench.catalogue.kind(subject.kind());
        assert!(
            !kind.is_some_and(|kind| kind.credential) || !world.accepts(subject, now),
            "{subject} was compromised and works again"
        );
    }
}

async fn restored(bench: &Bench, back: &Wish) {
    let end = bench.go(back).await.end();
    let said = end.standing.outcome;
    assert!(
        matches!(said, Said::Restored | Said::PartlyRestored),
        "{said:?}: {:#?}",
        end.standing
    );
}

/// Sessions in fair weather until this is said, so many at most; else what was said last.
async fn said(bench: &Bench, wish: &Wish, (wanted, most): (Said, u32)) -> Option<Standing> {
    let mut last = None;
    for _ in 0..most {
        let standing = bench.go(wish).await.end().standing;
        if standing.told() == wanted {
            return None;
        }
        last = Some(standing);
    }
    last
}

/// Stops something healthy; once that is known, all of it works again, and what leaked stays dead.
async fn false_alarm(bench: &Bench, drawn: &Drawn, run: u32) {
    let alarm = drawn.alarm.clone().unwrap();
    let stop = Wish {
        run,
        subjects: vec![alarm.clone()],
        ..Wish::contained_at(&bench.scenario.provider)
    };
    let last = said(bench, &stop, (Said::Contained, FAIR)).await;
    assert!(
        last.is_none(),
        "EXE-6: {alarm} is never contained: {last:#?}"
    );
    all_dead(bench, std::slice::from_ref(&alarm), false);
    let wanted = Wanted {
        named: vec![alarm.clone()],
        healthy: Some(Healthy {
            reason: "the alarm was false".to_owned(),
            sessions: true,
        }),
        ..Wanted::default()
    };
    restored(bench, &Wish::give_back(run + 1, wanted)).await;
    bench.clock.sleep(Duration::from_secs(30)).await;
    let now = bench.clock.now();
    assert!(
        lock(&bench.world).accepts(&alarm, now),
        "{alarm} is healthy, and does not work again"
    );
    all_dead(bench, &drawn.subjects, true);
}

/// Replaces what leaked: one new key is alive, it is where the program reads it, and what was read is worth nothing.
async fn reissue(bench: &Bench, drawn: &Drawn, (seed, run): (u64, u32), course: &mut Course) {
    let (place, reader) = drawn.place.as_ref().unwrap();
    let leaked = drawn.subjects[0].clone();
    let inputs = [
        ("deliver_to", json!([place])),
        ("prefer", json!("long-lived")),
    ];
    let wish = Wish {
        run,
        verb: "reissue",
        subjects: vec![leaked.clone()],
        secrets: false,
        answer: Answer::Yes(Confirmation::Code),
        playbook: shipped("reissue", &bench.scenario.provider),
        inputs: inputs.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Wish::isolate(Limit::Contained)
    };
    if course.further.is(60) {
        course.storm(bench, (seed, 100), &wish).await;
        bench.weather.clear();
        *bench.full.lock().unwrap() = false;
    }
    // What failed for good stays so in its run; whoever needs it begins another.
    let mut last = Some(String::new());
    for nth in 0..RUNS {
        let wish = Wish {
            run: run + nth,
            ..wish.clone()
        };
        let open = said(bench, &wish, (Said::Done, 3)).await;
        last = open.map(|standing| format!("{standing:#?}"));
        if last.is_none() {
            break;
        }
    }
    assert!(last.is_none(), "EXE-6: nothing is reissued: {last:?}");
    // Every program has taken up what was delivered.
    bench.clock.sleep(Duration::from_mins(2)).await;
    all_dead(bench, &drawn.subjects, true);
    let now = bench.clock.now();
    let world = lock(&bench.world);
    let holder = world.node(&leaked).and_then(|node| node.held_by.clone());
    let known: Vec<&Locator> = world
        .happened()
        .filter_map(|event| event.made.as_ref())
        .collect();
    let before = bench.scenario.world.nodes.iter().map(|node| &node.locator);
    let known: Vec<&Locator> = known.into_iter().chain(before).collect();
    let new = world.nodes().filter(|node| {
        node.held_by == holder
            && node.locator.kind() == leaked.kind()
            && !known.contains(&&node.locator)
            && world.accepts(&node.locator, now)
    });
    let new: Vec<&Locator> = new.map(|node| &node.locator).collect();
    let held = world.node(place).and_then(|place| place.holds.last());
    let held = held.map(|version| &version.what);
    assert!(
        new.len() == 1 && held == new.first().copied(),
        "one new key is alive where it belongs: {new:?}, and {place} holds {held:?}"
    );
    assert!(world.accepts(reader, now), "{reader} does not work again");
    for edge in &bench.scenario.world.edges {
        let was_read = edge.relation == Relation::Exposed && edge.from == leaked;
        let first = format!("sim-secret-{}", edge.to.id());
        assert!(
            !was_read || world.secret(&edge.to) != Some(first.as_str()),
            "{} was read, and is worth what it was",
            edge.to
        );
    }
}
