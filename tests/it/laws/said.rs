//! What is said is never better than what is known.

use contain::converge::Limit;
use contain::domain::Duration;
use contain::journal::{Journal, RunLock};
use contain::provider::simulated::{Fault, Operation, Rule, Scenario};
use contain::report::standing::Outcome as Said;

use super::{Cells, undisturbed};
use crate::simulated::{Bench, LEAK, Wish, name};

/// What cannot be read withholds *contained*; once it can, the end is the same.
#[tokio::test(start_paused = true)]
async fn while_something_cannot_be_read_nothing_is_called_contained() {
    let mut cells = Cells::default();
    let wanted = undisturbed().await;
    for (on, about) in [
        (Operation::Read, "reach"),
        (Operation::Read, "activity"),
        (Operation::Read, ""),
        (Operation::Observe, "access-key/LEAKED"),
        (Operation::Observe, "user/ci"),
        (Operation::Observe, "role/deploy"),
        (Operation::Observe, ""),
        (Operation::Probe, ""),
    ] {
        for fault in [Fault::TimeoutBefore, Fault::Garbage, Fault::Denied] {
            let cell = async {
                let bench = Bench::new(LEAK);
                bench.weather.add(Rule {
                    on: Some(on),
                    about: about.to_owned(),
                    nth: None,
                    fault,
                });
                let end = bench.go(&Wish::contained()).await.end();
                assert_ne!(end.standing.outcome, Said::Contained);
                bench.check(false);
                bench.weather.clear();
                super::goes_on_to_the_same_end(&bench, &wanted).await;
            };
            cells
                .one(format!("{on:?} of `{about}` met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(24);
}

/// One read that goes wrong on the way does not change the end.
#[tokio::test(start_paused = true)]
async fn a_read_that_fails_once_changes_nothing_about_the_end() {
    let mut cells = Cells::default();
    let wanted = undisturbed().await;
    for on in [Operation::Read, Operation::Observe] {
        for nth in 1..=12 {
            for fault in [Fault::TimeoutBefore, Fault::Garbage] {
                let cell = async {
                    let bench = Bench::new(LEAK);
                    bench.weather.add(Rule::once(on, "", nth, fault));
                    let end = bench.go(&Wish::contained()).await.end();
                    bench.check(false);
                    if end.standing.outcome == Said::Contained {
                        bench.check_expected();
                    }
                    super::goes_on_to_the_same_end(&bench, &wanted).await;
                };
                cells.one(format!("{on:?} {nth} met {fault:?}"), cell).await;
            }
        }
    }
    cells.hold(48);
}

/// The world in which the second writing falls due after *isolated* was said.
fn slow() -> Bench {
    let scenario = Scenario::parse(LEAK).unwrap();
    Bench::with(scenario, |_| (), Duration::from_mins(2))
}

#[tokio::test(start_paused = true)]
async fn a_second_writing_that_is_owed_withholds_contained_and_is_made_by_resume() {
    let bench = slow();
    let isolate = Wish {
        secrets: false,
        ..Wish::isolate(Limit::Isolated)
    };
    let end = bench.go(&isolate).await.end();
    assert_eq!(end.standing.outcome, Said::Isolated, "{:#?}", end.standing);
    assert!(!end.standing.owed.is_empty());
    bench.clock.sleep(Duration::from_mins(4)).await;
    assert!(bench.accepts("session/DYING"), "minted in the dying window");
    let left = bench.left().len();
    for wait in [false, true] {
        let verify = Wish {
            limit: Limit::Verify(wait),
            ..isolate.clone()
        };
        let end = bench.go(&verify).await.end();
        let now = bench.clock.now();
        // By now the log shows the key that was minted meanwhile, which nothing has cut.
        assert_eq!(
            end.standing.outcome,
            Said::PartlyContained,
            "{:#?}",
            end.standing
        );
        assert!(end.standing.open.iter().all(|open| open.id() == "MINTED"));
        assert!(
            end.standing
                .owed
                .iter()
                .any(|(at, _)| at.is_some_and(|at| at <= now))
        );
        assert!(!end.standing.withheld.is_empty());
    }
    assert_eq!(bench.left().len(), left, "verify only reads");
    assert!(bench.accepts("session/DYING"));
    let resume = Wish {
        limit: Limit::Contained,
        ..isolate
    };
    let end = bench.go(&resume).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    bench.check(false);
    bench.check_expected();
    assert!(!bench.accepts("session/DYING"));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_journal_and_plans() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let bench = Bench::new(LEAK);
        bench
            .weather
            .by_chance(5, 0.2, &[Fault::TimeoutAfter, Fault::Error500Before]);
        let end = bench.go(&Wish::contained()).await.end();
        let plans: Vec<_> = bench.plans.lock().unwrap().keys().copied().collect();
        runs.push((bench.disk.bytes(), plans, end.standing));
    }
    assert!(runs[0].0 == runs[1].0 && runs[0].1 == runs[1].1);
    assert!(!runs[0].1.is_empty());
    assert_eq!(runs[0].2, runs[1].2);
}

#[tokio::test(start_paused = true)]
async fn of_two_operators_one_performs_and_both_may_note() {
    let wanted = undisturbed().await;
    let bench = Bench::new(LEAK);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lock");
    let held = RunLock::take(&path, &bench.clock).unwrap();
    assert!(RunLock::take(&path, &bench.clock).is_err());
    drop(held);
    assert!(RunLock::take(&path, &bench.clock).is_ok());

    let notes = async {
        let mut written = 0;
        bench.clock.sleep(Duration::from_millis(30)).await;
        let opened = Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "other");
        let (other, _) = opened.unwrap();
        while written < 100 {
            let text = format!("note {written}");
            let note = contain::domain::event::Event::Noted { text };
            other.append(vec![note]).await.unwrap();
            written += 1;
            bench.clock.sleep(Duration::from_millis(330)).await;
        }
        written
    };
    let wish = Wish::contained();
    let (ended, written) = tokio::join!(bench.go(&wish), notes);
    assert_eq!(ended.said(), Said::Contained);
    bench.check(false);
    bench.check_expected();
    assert_eq!(bench.snapshot(), wanted.world);
    let noted = bench
        .entries()
        .into_iter()
        .filter(|entry| matches!(entry.event, contain::domain::event::Event::Noted { .. }));
    assert_eq!(noted.count(), written);
}

/// Whoever burns the quota delays the end, and changes nothing about it.
#[tokio::test(start_paused = true)]
async fn few_requests_a_second_delay_the_end_and_do_not_change_it() {
    let wanted = undisturbed().await;
    for served in [2, 3, 5, 8] {
        let mut scenario = Scenario::parse(LEAK).unwrap();
        scenario.world.requests_per_second = Some(served);
        let bench = Bench::of(scenario);
        let end = bench.go(&Wish::contained()).await.end();
        assert_eq!(end.standing.outcome, Said::Contained, "{served} a second");
        bench.check(false);
        assert_eq!(bench.snapshot(), wanted.world);
    }
}

/// Whoever looks at an incident while somebody else is at it breaks nothing, whenever they look: a call that is under way is
/// the business of who sent it.
#[tokio::test(start_paused = true)]
async fn whoever_verifies_beside_a_run_breaks_nothing() {
    let mut cells = Cells::default();
    let wanted = undisturbed().await;
    let weather = [None, Some(Fault::TimeoutAfter)];
    for fault in weather {
        for nth in 0..25 {
            let cell = async {
                let bench = Bench::new(LEAK);
                if let Some(fault) = fault {
                    bench
                        .weather
                        .add(Rule::once(Operation::Perform, "", 1, fault));
                    bench
                        .weather
                        .add(Rule::once(Operation::Perform, "", 3, fault));
                }
                let looks = async {
                    bench
                        .clock
                        .sleep(Duration::from_millis(90 + nth * 190))
                        .await;
                    bench.go(&Wish::isolate(Limit::Verify(false))).await
                };
                let wish = Wish::contained();
                let (ended, looked) = tokio::join!(bench.go(&wish), looks);
                assert_eq!(ended.said(), Said::Contained);
                assert!(looked.is_well(), "{looked:?}");
                bench.check(false);
                assert_eq!(bench.snapshot(), wanted.world);
            };
            cells.one(format!("{fault:?}, look {nth}"), cell).await;
        }
    }
    cells.hold(50);
}

/// A subject that many share a plan with: every one is in it, once.
#[tokio::test(start_paused = true)]
async fn ten_thousand_subjects_make_one_well_formed_plan() {
    let subjects: Vec<_> = (0..10_000)
        .map(|n| name(&format!("access-key/K{n}")))
        .collect();
    let more = |world: &mut contain::provider::simulated::World| {
        for (n, key) in subjects.iter().enumerate() {
            let user = name(&format!("user/u{}", n / 2));
            world.add(contain::provider::simulated::Node::new(user.clone()));
            let mut node = contain::provider::simulated::Node::new(key.clone());
            node.held_by = Some(user);
            node.fields.insert("status".into(), "Active".into());
            world.add(node);
        }
    };
    let scenario = Scenario::parse(LEAK).unwrap();
    let bench = Bench::with(scenario, more, Duration::from_secs(10));
    let wish = Wish {
        subjects: subjects.clone(),
        secrets: false,
        ..Wish::isolate(Limit::Plan)
    };
    let end = bench.go(&wish).await.end();
    let (plan, digest) = end.plan.unwrap();
    assert_eq!(plan.digest().ok(), digest);
    let on = |kind: &str| {
        let items = plan.items.iter().filter(|item| item.call().is_some());
        let targets = items.filter_map(|item| item.target());
        let targets = targets.filter(|target| target.kind().to_string() == kind);
        targets.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(on("aws:access-key"), subjects.iter().collect());
    assert_eq!(on("aws:user").len(), 5_000);
    let keys: std::collections::BTreeSet<_> = plan.items.iter().map(|item| &item.key).collect();
    assert_eq!(keys.len(), plan.items.len());
    assert_eq!((end.standing.outcome, bench.received()), (Said::Planned, 0));
}
