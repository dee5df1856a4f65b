//! The laws of the engine, over every position and every fault, in a simulated world.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use contain::converge::{Answer, Error, Limit};
use contain::domain::Duration;
use contain::journal::{self, Fails, Injecting};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Fault, Operation, Rule};
use contain::report::standing::Outcome as Said;
use serde_json::Value;

use crate::simulated::{Bench, Ended, LEAK, Wish, name};

/// What a run that nothing disturbs leaves.
struct Undisturbed {
    world: Value,
    measures: BTreeSet<String>,
    requests: usize,
    end: contain::domain::Time,
}

async fn undisturbed() -> Undisturbed {
    let bench = Bench::new(LEAK);
    let end = bench.go(&Wish::contained()).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    bench.check(false);
    bench.check_expected();
    Undisturbed {
        world: bench.snapshot(),
        measures: bench.measures(),
        requests: bench.received(),
        end: bench.clock.now(),
    }
}

/// Whatever came before, going on leads to where an undisturbed run ends.
async fn goes_on_to_the_same_end(bench: &Bench, wanted: &Undisturbed, of: &str) {
    let outcome = bench.go(&Wish::contained()).await.said();
    assert_eq!(outcome, Said::Contained, "{of}");
    bench.check(false);
    bench.check_expected();
    assert_eq!(bench.snapshot(), wanted.world, "{of}");
    assert_eq!(bench.measures(), wanted.measures, "{of}");
}

const CUTS: [Fails; 6] = [
    Fails::Before,
    Fails::Partly(1),
    Fails::Partly(150),
    Fails::Partly(900),
    Fails::AtSync,
    Fails::After,
];

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_it_goes_on_to_the_same_end() {
    let wanted = undisturbed().await;
    let mut kills = 0;
    for how in CUTS {
        for nth in 1.. {
            let bench = Bench::new(LEAK);
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wish = Wish::contained().dropped(nth % 2 == 0);
            let ended = bench.go_on(Box::new(disk), &wish).await;
            if ended.is_well() {
                break;
            }
            kills += 1;
            goes_on_to_the_same_end(&bench, &wanted, &format!("killed at {nth}, {how:?}")).await;
        }
    }
    assert!(kills >= 1000, "{kills}");
}

#[tokio::test(start_paused = true)]
async fn a_failing_disk_changes_nothing_and_is_told() {
    let mut failures = 0;
    for (how, error) in [
        (Fails::Before, ErrorKind::StorageFull),
        (Fails::Partly(100), ErrorKind::StorageFull),
        (Fails::AtSync, ErrorKind::Other),
    ] {
        for nth in 1.. {
            let bench = Bench::new(LEAK);
            let disk = Injecting::error(bench.disk.clone(), nth, how, error);
            let ended = bench.go_on(Box::new(disk), &Wish::contained()).await;
            let Ended::Broke(broke) = ended else {
                assert!(ended.is_well());
                break;
            };
            assert!(matches!(broke, Error::Journal(_)), "{broke:?}");
            failures += 1;
            let (left, bytes) = (bench.left().len(), bench.disk.bytes().len());
            bench.clock.sleep(Duration::from_secs(120)).await;
            assert_eq!(bench.left().len(), left, "{nth} {how:?}");
            assert_eq!(bench.disk.bytes().len(), bytes, "{nth} {how:?}");
            assert!(bench.left().iter().all(|left| left.written <= bytes));
        }
    }
    assert!(failures >= 1000, "{failures}");
}

const WEATHER: [Fault; 11] = [
    Fault::Throttled { hint: None },
    Fault::Throttled {
        hint: Some(Length(Duration::from_secs(7))),
    },
    Fault::Error500Before,
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
    Fault::ResetAfter,
    Fault::Refused,
    Fault::Unavailable,
    Fault::Garbage,
    Fault::Slow(Length(Duration::from_secs(45))),
    Fault::Denied,
];

fn nth_request(nth: u32, fault: Fault) -> Rule {
    Rule::once(Operation::Perform, "", nth, fault)
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_a_request_the_end_is_the_same() {
    let wanted = undisturbed().await;
    let mut cells = 0;
    for fault in WEATHER {
        for nth in 1..=u32::try_from(wanted.requests).unwrap() {
            let bench = Bench::new(LEAK);
            bench.weather.add(nth_request(nth, fault));
            let of = format!("request {nth} met {fault:?}");
            let said = bench.go(&Wish::contained()).await.said();
            bench.check(false);
            assert!(
                said == Said::Contained || said.exit() >= 3,
                "{of}: {said:?}"
            );
            if said == Said::Contained {
                bench.check_expected();
            }
            bench.weather.clear();
            cells += 1;
            goes_on_to_the_same_end(&bench, &wanted, &of).await;
        }
    }
    assert!(cells >= 1000, "{cells}");
}

#[tokio::test(start_paused = true)]
async fn weather_that_lasts_ends_in_a_typed_state_and_clears() {
    let wanted = undisturbed().await;
    for fault in WEATHER {
        let bench = Bench::new(LEAK);
        bench.weather.add(Rule {
            on: Some(Operation::Perform),
            about: String::new(),
            nth: None,
            fault,
        });
        let of = format!("every request met {fault:?}");
        let said = bench.go(&Wish::contained()).await.said();
        bench.check(false);
        if !matches!(said, Said::Contained) {
            assert!(said.exit() >= 3, "{of}: {said:?}");
        } else {
            bench.check_expected();
        }
        bench.weather.clear();
        goes_on_to_the_same_end(&bench, &wanted, &of).await;
    }
}
