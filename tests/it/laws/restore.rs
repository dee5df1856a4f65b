//! Giving back: what may come back comes back, whatever goes wrong on the way.

use contain::domain::{Duration, Locator};
use contain::journal::{Fails, Injecting};
use contain::provider::simulated::{Fault, Operation, Rule};
use contain::report::standing::Outcome as Said;

use super::{Cells, WEATHER};
use crate::simulated::{Bench, Ended, LEAK, Wish, name};

fn everything() -> Vec<Locator> {
    [
        "access-key/LEAKED",
        "access-key/MINTED",
        "user/ci",
        "role/deploy",
    ]
    .map(name)
    .to_vec()
}

/// A contained world in which every cut may be lifted.
async fn contained_long_ago() -> Bench {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    bench.clock.sleep(Duration::from_hours(40)).await;
    bench
}

/// The same world, had nobody cut anything.
async fn untouched() -> serde_json::Value {
    let bench = Bench::new(LEAK);
    bench.clock.sleep(Duration::from_hours(40)).await;
    bench.snapshot()
}

#[tokio::test(start_paused = true)]
async fn restore_gives_back_the_world_save_what_is_held() {
    let wanted = untouched().await;
    let bench = contained_long_ago().await;
    assert_eq!(
        bench.go(&Wish::restore(2, &[])).await.said(),
        Said::Restored
    );
    let mut held = wanted.clone();
    for key in ["LEAKED", "MINTED"] {
        held["nodes"][name(&format!("access-key/{key}")).to_string()]["fields"]["status"] =
            "Inactive".into();
    }
    assert_eq!(bench.snapshot(), held);
    assert!(!bench.accepts("access-key/LEAKED") && !bench.accepts("access-key/MINTED"));
    bench.check(true);
    let named = Wish::restore(3, &everything());
    assert_eq!(bench.go(&named).await.said(), Said::Restored);
    assert_eq!(bench.snapshot(), wanted);
    assert!(bench.measures().is_empty(), "{:?}", bench.measures());
    let left = bench.left().len();
    assert_eq!(
        bench.go(&Wish::restore(4, &everything())).await.said(),
        Said::Restored
    );
    assert_eq!(bench.left().len(), left, "restoring twice changes nothing");
    assert_eq!(bench.snapshot(), wanted);
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn a_session_cut_is_not_lifted_before_its_time() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let (before, left) = (bench.snapshot(), bench.left().len());
    drop(bench.go(&Wish::restore(2, &[])).await);
    assert_eq!((bench.snapshot(), bench.left().len()), (before, left));
    bench.check(false);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_changed_is_not_overwritten() {
    let bench = contained_long_ago().await;
    let theirs = serde_json::json!("2026-03-01T12:00:00Z");
    contain::provider::simulated::lock(&bench.world).set(
        &name("user/ci"),
        "end_sessions",
        theirs.clone(),
    );
    drop(bench.go(&Wish::restore(2, &[])).await);
    let world = contain::provider::simulated::lock(&bench.world);
    assert_eq!(
        world
            .node(&name("user/ci"))
            .unwrap()
            .fields
            .get("end_sessions"),
        Some(&theirs)
    );
    assert_eq!(
        world
            .node(&name("role/deploy"))
            .unwrap()
            .fields
            .get("end_sessions"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_restoring_goes_on_to_the_same_end() {
    let wanted = untouched().await;
    let mut cells = Cells::default();
    for how in [
        Fails::Before,
        Fails::Partly(150),
        Fails::Partly(900),
        Fails::After,
    ] {
        for nth in 1.. {
            let bench = contained_long_ago().await;
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wish = Wish::restore(2, &everything());
            let killed = wish.clone().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &killed).await.is_well() {
                break;
            }
            let cell = async {
                assert_eq!(bench.go(&wish).await.said(), Said::Restored);
                assert_eq!(bench.snapshot(), wanted);
                assert!(bench.measures().is_empty(), "{:?}", bench.measures());
                bench.check(true);
            };
            cells.one(format!("killed at {nth}, {how:?}"), cell).await;
        }
    }
    cells.hold(40);
}

#[tokio::test(start_paused = true)]
async fn a_give_back_that_fails_is_told_and_the_others_are_tried() {
    let wanted = untouched().await;
    let mut cells = Cells::default();
    for fault in WEATHER {
        for nth in 1..=4 {
            let cell = async {
                let bench = contained_long_ago().await;
                let cuts = bench.left().len();
                bench
                    .weather
                    .add(Rule::once(Operation::Perform, "", nth, fault));
                let wish = Wish::restore(2, &everything());
                let end = match bench.go(&wish).await {
                    Ended::Well(end) => end,
                    other @ (Ended::Broke(_) | Ended::Killed) => panic!("{other:?}"),
                };
                let said = end.standing.outcome;
                let mut tried: Vec<_> = bench.left()[cuts..]
                    .iter()
                    .map(|left| left.call.target.clone())
                    .collect();
                tried.sort();
                tried.dedup();
                assert_eq!(tried.len(), 4, "all are tried");
                match fault {
                    Fault::Refused | Fault::Denied => {
                        assert_eq!((said, said.exit()), (Said::PartlyRestored, 7));
                        let lives = bench.entries().into_iter().filter(|entry| {
                            matches!(
                                entry.event,
                                contain::domain::event::Event::UndoFailed { .. }
                            )
                        });
                        assert!(lives.count() > 0);
                        assert_eq!(bench.measures().len(), 1);
                    }
                    _ => assert!(
                        matches!(said, Said::Restored | Said::PartlyRestored | Said::InDoubt),
                        "{said:?}"
                    ),
                }
                if said == Said::Restored {
                    assert_eq!(bench.snapshot(), wanted);
                }
                bench.weather.clear();
                assert_eq!(bench.go(&wish).await.said(), Said::Restored);
                assert_eq!(bench.snapshot(), wanted);
                assert!(bench.measures().is_empty(), "{:?}", bench.measures());
                bench.check(true);
            };
            cells
                .one(format!("give-back {nth} met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(44);
}
