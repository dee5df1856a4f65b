//! The laws of the engine, over every position and every fault, in a simulated world.

mod adversary;
mod authority;
mod branch;
mod by_hand;
mod cap;
mod catalogue;
pub(crate) mod closing;
mod cut_off;
mod estate;
mod evidence;
mod false_positive;
mod found;
mod gathering;
mod issue;
mod judgement;
mod manner;
mod meanwhile;
#[cfg(feature = "http")]
mod notify;
mod people;
mod phases;
mod restore;
mod review;
mod said;
mod slow;
mod steps;
#[cfg(feature = "http")]
pub(crate) mod told;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;

use contain::converge::Error;
use contain::domain::Duration;
use contain::journal::{Fails, Injecting};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Fault, Operation, Rule};
use contain::report::standing::Outcome as Said;
use futures_util::FutureExt as _;
use serde_json::Value;

use crate::simulated::{Bench, Ended, LEAK, Wish};

/// Many cells of one law: all are tried, and all that broke it are named.
#[derive(Default)]
struct Cells {
    tried: usize,
    broken: Vec<String>,
}

impl Cells {
    async fn one<T>(&mut self, of: String, cell: impl Future<Output = T>) -> Option<T> {
        self.tried += 1;
        let tried = AssertUnwindSafe(cell).catch_unwind().await;
        if tried.is_err() {
            self.broken.push(of);
        }
        tried.ok()
    }

    fn hold(self, at_least: usize) {
        assert!(self.broken.is_empty(), "{}: {:#?}", self.tried, self.broken);
        assert!(self.tried >= at_least, "only {} were tried", self.tried);
    }
}

/// What a run that nothing disturbs leaves.
struct Undisturbed {
    world: Value,
    measures: BTreeSet<String>,
    requests: usize,
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
    }
}

/// Whatever came before, going on leads to where an undisturbed run ends.
async fn goes_on_to_the_same_end(bench: &Bench, wanted: &Undisturbed) {
    let end = bench.go(&Wish::contained()).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    bench.check(false);
    bench.check_expected();
    assert_eq!(bench.snapshot(), wanted.world);
    assert_eq!(bench.measures(), wanted.measures);
}

const CUTS: [Fails; 4] = [
    Fails::Before,
    Fails::Partly(900),
    Fails::AtSync,
    Fails::After,
];

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_it_goes_on_to_the_same_end() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for how in CUTS {
        for nth in 1.. {
            let bench = Bench::new(LEAK);
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            // Half of them end at once with all that was under way; in the other half the answers still come.
            let wish = Wish::contained().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &wish).await.is_well() {
                break;
            }
            let of = format!("killed at {nth}, {how:?}");
            cells
                .one(of, goes_on_to_the_same_end(&bench, &wanted))
                .await;
        }
    }
    cells.hold(160);
}

#[tokio::test(start_paused = true)]
async fn killed_twice_in_a_row_it_goes_on_to_the_same_end() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for (nth, again) in (3..45)
        .step_by(3)
        .flat_map(|nth| [(nth, 1), (nth, 3), (nth, 6)])
    {
        let bench = Bench::new(LEAK);
        for nth in [nth, again] {
            let disk = Injecting::kill(bench.disk.clone(), nth, Fails::Partly(150));
            let wish = Wish::contained().dropped(nth % 2 == 1);
            drop(bench.go_on(Box::new(disk), &wish).await);
        }
        let of = format!("killed at {nth} and {again}");
        cells
            .one(of, goes_on_to_the_same_end(&bench, &wanted))
            .await;
    }
    cells.hold(40);
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
            assert!(!broke.to_string().is_empty());
            failures += 1;
            let (left, bytes) = (bench.left(), bench.disk.bytes().len());
            // Nobody wrote after the failure, so nothing may have left after it.
            assert!(
                left.iter()
                    .all(|left| left.written < bytes || how == Fails::Before)
            );
            bench.clock.sleep(Duration::from_secs(120)).await;
            assert_eq!(bench.left().len(), left.len(), "{nth} {how:?}");
            assert_eq!(bench.disk.bytes().len(), bytes, "{nth} {how:?}");
        }
    }
    assert!(failures >= 120, "{failures}");
}

const WEATHER: [Fault; 13] = [
    Fault::Throttled { hint: None },
    Fault::Throttled {
        hint: Some(Length(Duration::from_secs(7))),
    },
    Fault::Error500Before,
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
    Fault::Error500After,
    Fault::Late(Length(Duration::from_secs(20))),
    Fault::ResetAfter,
    Fault::Refused,
    Fault::Unavailable,
    Fault::Garbage,
    Fault::Slow(Length(Duration::from_secs(45))),
    Fault::Denied,
];

/// A run in bad weather says no more than the world does, and once it clears all ends well.
async fn ends_typed_and_goes_on(rule: Rule, kill: Option<u64>, wanted: &Undisturbed) {
    let bench = Bench::new(LEAK);
    bench.weather.add(rule);
    let ended = match kill {
        None => bench.go(&Wish::contained()).await,
        Some(nth) => {
            let disk = Injecting::kill(bench.disk.clone(), nth, Fails::After);
            let wish = Wish::contained().dropped(true);
            bench.go_on(Box::new(disk), &wish).await
        }
    };
    if let Ended::Well(end) = ended {
        let said = end.standing.outcome;
        bench.check(false);
        let is_typed = said == Said::Contained || said.exit() >= 3;
        assert!(is_typed, "{:#?}", end.standing);
        if said == Said::Contained {
            bench.check_expected();
        }
    }
    bench.weather.clear();
    goes_on_to_the_same_end(&bench, wanted).await;
}

fn on_requests(nth: Option<u32>, fault: Fault) -> Rule {
    Rule {
        on: Some(Operation::Perform),
        about: String::new(),
        nth,
        fault,
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_a_request_the_end_is_the_same() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for fault in WEATHER {
        let each = (1..=u32::try_from(wanted.requests).unwrap()).map(Some);
        for nth in each.chain([None]) {
            let cell = ends_typed_and_goes_on(on_requests(nth, fault), None, &wanted);
            cells
                .one(format!("request {nth:?} met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(60);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_and_a_kill_change_nothing_about_the_end() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::TimeoutBefore] {
        for request in 1..=3 {
            for nth in (5..21).step_by(2) {
                let rule = on_requests(Some(request), fault);
                let cell = ends_typed_and_goes_on(rule, Some(nth), &wanted);
                let of = format!("request {request} met {fault:?}, killed at {nth}");
                cells.one(of, cell).await;
            }
        }
    }
    cells.hold(70);
}
