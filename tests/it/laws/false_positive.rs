//! A false positive: one command lifts all that we did, and nothing that is not ours to lift.

use std::collections::BTreeSet;

use contain::converge::Answer;
use contain::domain::event::Event;
use contain::domain::{Duration, Locator, Tier};
use contain::gate::Confirmation;
use contain::journal::{self, Fails, Injecting};
use contain::plan::restore::{Healthy, Wanted};
use contain::provider::simulated::{Fault, Operation, Rule, lock};
use contain::report::standing::Outcome as Said;
use serde_json::Value;

use super::{Cells, WEATHER};
use crate::simulated::{Bench, LEAK, Wish, name};

/// What says that these are healthy; a plain yes has to be enough for it.
fn lifting(run: u32, named: &[Locator], sessions: bool) -> Wish {
    let wanted = Wanted {
        named: named.to_vec(),
        healthy: Some(Healthy {
            reason: "the key is the load test's".to_owned(),
            sessions,
        }),
        ..Wanted::default()
    };
    Wish {
        answer: Answer::Yes(Confirmation::Yes),
        ..Wish::give_back(run, wanted)
    }
}

async fn contained() -> Bench {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    bench
}

/// The same world, had nobody cut anything.
async fn untouched() -> Value {
    let bench = Bench::new(LEAK);
    bench.clock.sleep(Duration::from_mins(2)).await;
    bench.snapshot()
}

/// All of the world is as it was, no measure is left, and no authority to cut is.
async fn is_as_if_nothing_had_been_done(bench: &Bench, wanted: &Value) {
    assert_eq!(bench.snapshot(), *wanted);
    bench.clock.sleep(Duration::from_secs(30)).await;
    for alive in [
        "access-key/LEAKED",
        "access-key/MINTED",
        "session/OF-LEAKED",
    ] {
        assert!(bench.accepts(alive), "{alive}");
    }
    assert!(bench.measures().is_empty(), "{:?}", bench.measures());
    let case = journal::read(&mut bench.disk.clone()).unwrap().case;
    let cutting = case
        .mandates
        .iter()
        .filter(|mandate| matches!(mandate.scope, contain::domain::mandate::Scope::Reach { .. }));
    for mandate in cutting {
        assert!(!case.is_live(mandate, bench.clock.now()), "{mandate:?}");
    }
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn one_command_gives_back_the_world_and_a_later_isolate_works_anew() {
    let wanted = untouched().await;
    let bench = contained().await;
    assert_ne!(bench.snapshot(), wanted);
    assert_eq!(
        bench.go(&lifting(2, &[], true)).await.said(),
        Said::Restored
    );
    is_as_if_nothing_had_been_done(&bench, &wanted).await;
    let plans = bench.plans.lock().unwrap().clone();
    let lifted = plans.values().filter(|plan| plan.run == 2);
    for item in lifted.flat_map(|plan| &plan.items) {
        assert!(item.tier <= Tier::DISRUPTIVE, "{item:?}");
        assert!(
            item.marks.contains(&"false-positive".to_owned()),
            "{item:?}"
        );
        let reasons = item.reasons.join("; ");
        assert!(reasons.contains("the key is the load test's"), "{reasons}");
    }
    let again = Wish {
        run: 3,
        ..Wish::contained()
    };
    assert_eq!(bench.go(&again).await.said(), Said::Contained);
    bench.check(true);
    for dead in [
        "access-key/LEAKED",
        "session/OF-LEAKED",
        "access-key/MINTED",
    ] {
        assert!(!bench.accepts(dead), "{dead}");
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_that_nobody_called_healthy_wait_for_their_time() {
    let wanted = untouched().await;
    let bench = contained().await;
    assert_eq!(
        bench.go(&lifting(2, &[], false)).await.said(),
        Said::Restored
    );
    bench.clock.sleep(Duration::from_secs(30)).await;
    assert!(bench.accepts("access-key/LEAKED") && !bench.accepts("session/OF-LEAKED"));
    let plans = bench.plans.lock().unwrap().clone();
    let held: Vec<String> = plans
        .values()
        .filter(|plan| plan.run == 2)
        .flat_map(|plan| &plan.items)
        .filter(|item| item.call().is_none())
        .map(|item| serde_json::to_string(&item.work).unwrap())
        .collect();
    assert_eq!(held.len(), 2, "{held:?}");
    assert!(held.iter().all(|why| why.contains("--sessions-too")));
    bench.clock.sleep(Duration::from_hours(40)).await;
    assert_eq!(
        bench.go(&lifting(3, &[], false)).await.said(),
        Said::Restored
    );
    assert_eq!(bench.snapshot(), wanted);
    assert!(bench.measures().is_empty(), "{:?}", bench.measures());
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn what_stands_for_another_subject_too_stays() {
    let bench = contained().await;
    let sibling = Wish {
        run: 2,
        subjects: vec![name("access-key/SIBLING")],
        secrets: false,
        ..Wish::contained()
    };
    drop(bench.go(&sibling).await.end());
    assert!(!bench.accepts("access-key/SIBLING"));
    let healthy = lifting(3, &[name("access-key/LEAKED")], true);
    assert_eq!(bench.go(&healthy).await.said(), Said::Restored);
    bench.clock.sleep(Duration::from_secs(30)).await;
    assert!(bench.accepts("access-key/LEAKED"));
    assert!(!bench.accepts("access-key/SIBLING"));
    let ended = |bench: &Bench| {
        let world = lock(&bench.world);
        let ci = world.node(&name("user/ci")).unwrap();
        ci.fields.contains_key("end_sessions")
    };
    assert!(
        ended(&bench),
        "the sessions of its user are the sibling's too"
    );
    // Whoever names it all the same is told for whom it stands, and answers for one tier more.
    let named = lifting(4, &[name("user/ci")], true);
    drop(bench.go(&named).await.end());
    assert!(!ended(&bench));
    let plans = bench.plans.lock().unwrap().clone();
    let of_user = |plan: &&contain::domain::plan::Plan| plan.run == 4;
    let mut items = plans
        .values()
        .filter(of_user)
        .flat_map(|plan| plan.items.clone());
    let lifts = items.find(|item| item.target() == Some(&name("user/ci")));
    let lifts = lifts.unwrap();
    let reasons = lifts.reasons.join("; ");
    assert!(
        reasons.contains("too, which was not declared healthy"),
        "{reasons}"
    );
    assert_eq!(lifts.tier, Tier::DISRUPTIVE, "{lifts:?}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_changed_since_is_not_lifted() {
    let bench = contained().await;
    let theirs = Value::from("2026-03-01T12:00:00Z");
    lock(&bench.world).set(&name("user/ci"), "end_sessions", theirs.clone());
    drop(bench.go(&lifting(2, &[], true)).await.end());
    let world = lock(&bench.world);
    let fields = &world.node(&name("user/ci")).unwrap().fields;
    assert_eq!(fields.get("end_sessions"), Some(&theirs));
}

#[tokio::test(start_paused = true)]
async fn without_the_exact_mandate_nothing_is_lifted() {
    let bench = contained().await;
    let (before, left) = (bench.snapshot(), bench.left().len());
    let nobody = Wish {
        answer: Answer::Nobody,
        ..lifting(2, &[], true)
    };
    assert_eq!(bench.go(&nobody).await.said(), Said::Waiting);
    assert_eq!((bench.snapshot(), bench.left().len()), (before, left));
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_it_goes_on_to_the_world_as_it_was() {
    let wanted = untouched().await;
    let mut cells = Cells::default();
    for how in [Fails::Before, Fails::Partly(900), Fails::After] {
        for nth in 1.. {
            let bench = contained().await;
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wish = lifting(2, &[], true);
            let killed = wish.clone().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &killed).await.is_well() {
                break;
            }
            let cell = async {
                assert_eq!(bench.go(&wish).await.said(), Said::Restored);
                is_as_if_nothing_had_been_done(&bench, &wanted).await;
            };
            cells.one(format!("killed at {nth}, {how:?}"), cell).await;
        }
    }
    cells.hold(30);
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_a_request_a_second_try_ends_in_the_world_as_it_was() {
    let wanted = untouched().await;
    let mut cells = Cells::default();
    for fault in WEATHER {
        for nth in 1..=4 {
            let cell = async {
                let bench = contained().await;
                bench
                    .weather
                    .add(Rule::once(Operation::Perform, "", nth, fault));
                let wish = lifting(2, &[], true);
                let said = bench.go(&wish).await.said();
                let is_typed = matches!(
                    said,
                    Said::Restored | Said::PartlyRestored | Said::InDoubt | Said::Waiting
                );
                assert!(is_typed, "{said:?}");
                if matches!(fault, Fault::Refused | Fault::Denied) {
                    assert_eq!((said, said.exit()), (Said::PartlyRestored, 7));
                }
                bench.weather.clear();
                assert_eq!(bench.go(&wish).await.said(), Said::Restored);
                is_as_if_nothing_had_been_done(&bench, &wanted).await;
            };
            cells.one(format!("lift {nth} met {fault:?}"), cell).await;
        }
    }
    cells.hold(44);
}

#[tokio::test(start_paused = true)]
async fn only_what_a_run_did_is_lifted() {
    let bench = contained().await;
    let cut: BTreeSet<Locator> = bench
        .left()
        .iter()
        .map(|left| left.call.target.clone())
        .collect();
    let before = bench.left().len();
    drop(bench.go(&lifting(2, &[], true)).await.end());
    let lifted: BTreeSet<Locator> = bench.left()[before..]
        .iter()
        .map(|left| left.call.target.clone())
        .collect();
    assert_eq!(lifted, cut);
    let released = bench
        .entries()
        .into_iter()
        .filter(|entry| matches!(entry.event, Event::Released { .. }));
    assert!(released.count() >= cut.len());
}
