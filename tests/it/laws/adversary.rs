//! The law of the race: an opponent who fights back with all that is alive never makes the tool claim what is not so, and
//! loses wherever there is a guardrail that it cannot edit.
//!
//! The checker reads the world itself, and goes on reading while the opponent goes on.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

use contain::bench::offered;
use contain::domain::{Duration, Locator};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Adversary, Deed, Scenario, adversary, lock};
use contain::report::standing::Outcome as Said;

use crate::simulated::{Bench, LEAK, Wish, name};

/// How many seeds are tried of each kind of world: CONTAIN_SEEDS, else this many.
const SEEDS: u64 = 2;
/// How many runs an operator makes who does as told.
const RUNS: u32 = 4;
/// How long the opponent is watched after the tool has ended.
const AFTER: u64 = 120;

fn seeds() -> u64 {
    let asked = std::env::var("CONTAIN_SEEDS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(SEEDS)
}

/// A number below `below` that only the seed and the question decide.
fn lot(seed: u64, question: u64, below: u64) -> u64 {
    let mut mixed =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ question.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for _ in 0..3 {
        mixed ^= mixed >> 31;
        mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (mixed >> 33) % below
}

const GUARDS: [&str; 2] = [
    "aws.deny-user-in-organization",
    "aws.deny-role-in-organization",
];

/// A world of this seed: how fast it is, what the opponent does, and where it begins.
fn scenario(seed: u64, subject: &Locator, is_guarded: bool) -> Scenario {
    let mut scenario = Scenario::parse(LEAK).unwrap();
    let length = |millis: u64| Length(Duration::from_millis(i64::try_from(millis).unwrap()));
    scenario.seed = seed;
    scenario.subject = subject.clone();
    scenario.injects.clear();
    let world = &mut scenario.world;
    world.healthy.clear();
    world.latency = length(10 + lot(seed, 1, 150));
    world.audit_lag = length(lot(seed, 2, 20_000));
    let slow = [
        "aws.deny-user",
        "aws.deny-role",
        "aws.deactivate-access-key",
        "aws.end-user-sessions",
        "aws.end-role-sessions",
    ];
    for (nth, action) in (3_u64..).zip(slow.into_iter().chain(GUARDS)) {
        let delay = length(lot(seed, nth, 9_000));
        world.propagation.insert(action.parse().unwrap(), delay);
    }
    if is_guarded {
        world.guardrails = GUARDS.map(|guard| guard.parse().unwrap()).to_vec();
    }
    for (nth, who) in (20_u64..).zip(["user/ci", "role/deploy", "role/backup", "user/metrics"]) {
        let things = &mut world.nodes;
        let thing = things.iter_mut().find(|thing| thing.locator == name(who));
        if nth == 20 || lot(seed, nth, 2) == 0 {
            let rights = (adversary::RIGHTS.to_owned(), adversary::EVERY.into());
            thing.unwrap().fields.extend([rights]);
        }
    }
    // Half of them do everything, the others leave something out.
    let may = |deed: &Deed| lot(seed, 30, 2) == 0 || lot(seed, 31 + *deed as u64, 4) > 0;
    let all = [
        Deed::Mint,
        Deed::OtherUsers,
        Deed::Strip,
        Deed::Attach,
        Deed::Reactivate,
        Deed::Enter,
    ];
    scenario.adversary = Some(Adversary {
        holds: vec![
            name("access-key/LEAKED"),
            name("session/OF-LEAKED"),
            name("session/OF-DEPLOY"),
        ],
        pause: length(500),
        most: 40,
        may: all.into_iter().filter(may).collect(),
        until: length(3_600_000),
    });
    scenario
}

/// How a race ended.
struct Race {
    said: Said,
    rounds: u32,
    runs: u32,
    taken: usize,
    not_guaranteed: bool,
}

/// Who names what to the tool, and where.
#[derive(Clone, Copy)]
struct Course {
    subject: &'static str,
    is_guarded: bool,
    /// Whether the operator does what the tool says would end it.
    does_as_told: bool,
}

async fn race(seed: u64, course: Course) -> Race {
    let subject = name(course.subject);
    let bench = Bench::of(scenario(seed, &subject, course.is_guarded));
    let mut wish = Wish {
        subjects: vec![subject],
        secrets: false,
        ..Wish::contained()
    };
    let mut end = bench.go(&wish).await.end();
    while course.does_as_told && end.standing.outcome != Said::Contained && wish.run < RUNS {
        let subjects = offered(&end.standing);
        assert!(
            !subjects.is_empty(),
            "nothing is offered: {:#?}",
            end.standing
        );
        let run = wish.run + 1;
        wish = Wish {
            run,
            subjects,
            ..wish
        };
        end = bench.go(&wish).await.end();
    }
    let standing = &end.standing;
    let said = standing.outcome;
    let entries = bench.entries();
    bench.check_intents(&entries);
    let not_guaranteed = standing
        .withheld
        .iter()
        .any(|why| why.starts_with("not guaranteed"));
    if [Said::Contained, Said::Isolated].contains(&said) {
        bench.check_claims(&entries);
    }
    // The opponent goes on, and what was said goes on being true.
    for _ in 0..AFTER {
        if said == Said::Contained {
            let (world, now) = (lock(&bench.world), bench.clock.now());
            let alive: Vec<_> = world
                .taken
                .iter()
                .filter(|taken| world.accepts(taken, now))
                .collect();
            assert!(alive.is_empty(), "{alive:?} at {now}: {standing:#?}");
        }
        bench.clock.sleep(Duration::from_secs(1)).await;
    }
    let taken = lock(&bench.world).taken.len();
    Race {
        said,
        rounds: end.rounds,
        runs: wish.run,
        taken,
        not_guaranteed,
    }
}

/// Races on many seeds, each in a time of its own; answers how they ended.
fn races(course: Course) -> BTreeMap<String, u64> {
    let (began, mut ends) = (Instant::now(), BTreeMap::new());
    let (mut broken, mut most, mut runs, mut fought) = (Vec::new(), 0, 0, 0);
    let all = seeds();
    for seed in 0..all {
        let paused = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let raced = std::panic::catch_unwind(|| paused.block_on(race(seed, course)));
        let Ok(raced) = raced else {
            broken.push(seed);
            continue;
        };
        most = most.max(raced.rounds);
        runs = runs.max(raced.runs);
        fought += u64::from(raced.taken > 3);
        let mut end = raced.said.word().to_owned();
        if raced.not_guaranteed {
            end += ", not guaranteed";
        }
        *ends.entry(end).or_insert(0) += 1;
    }
    let speed = f64::from(u32::try_from(all).unwrap()) / began.elapsed().as_secs_f64();
    let Course {
        subject,
        is_guarded,
        ..
    } = course;
    if std::env::var_os("CONTAIN_SEEDS").is_some() {
        let told = format!(
            "{subject}, guarded: {is_guarded}: {ends:?} of {all}, at most {runs} runs of {most} rounds, {speed:.1} seeds/s\n"
        );
        std::io::stderr().write_all(told.as_bytes()).unwrap();
    }
    assert!(broken.is_empty(), "seeds {broken:?} of {all}");
    assert!(fought > all / 2, "it hardly ever fought: {fought} of {all}");
    ends
}

fn all_are_contained(ends: &BTreeMap<String, u64>) {
    assert_eq!(ends.keys().collect::<Vec<_>>(), ["contained"], "{ends:?}");
}

#[test]
fn behind_a_guardrail_that_it_cannot_edit_an_opponent_is_contained_on_every_seed() {
    all_are_contained(&races(Course {
        subject: "user/ci",
        is_guarded: true,
        does_as_told: true,
    }));
}

#[test]
fn of_a_lone_key_the_command_that_is_offered_ends_the_race_on_every_seed() {
    all_are_contained(&races(Course {
        subject: "access-key/LEAKED",
        is_guarded: true,
        does_as_told: true,
    }));
}

#[test]
fn without_a_guardrail_an_opponent_is_contained_or_it_is_said_that_nothing_is_guaranteed() {
    for subject in ["user/ci", "access-key/LEAKED"] {
        let ends = races(Course {
            subject,
            is_guarded: false,
            does_as_told: false,
        });
        let is_honest = |end: &String| end == "contained" || end.ends_with("not guaranteed");
        assert!(ends.keys().all(is_honest), "{ends:?}");
    }
}
