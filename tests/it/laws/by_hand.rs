//! Work done by hand: seen to be so it counts, claimed only it does not, and it is never given back.

use contain::converge::Limit;
use contain::domain::event::Event;
use contain::domain::{Becomes, Locator, Work};
use contain::journal::Journal;
use contain::provider::simulated::lock;
use contain::report::standing::Outcome as Said;

use super::Cells;
use crate::simulated::{Bench, LEAK, Wish, actions, name};

/// Every cut of something that is there from the beginning, as the engine makes it.
async fn cuts() -> Vec<(String, Locator)> {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let fresh = Bench::new(LEAK);
    let known = |target: &Locator| lock(&fresh.world).node(target).is_some();
    let mut cuts: Vec<_> = bench
        .left()
        .into_iter()
        .filter(|left| known(&left.call.target))
        .map(|left| (left.call.action.to_string(), left.call.target))
        .collect();
    cuts.sort();
    cuts.dedup();
    cuts
}

/// Does in the world what an action would, at the world's present.
fn do_by_hand(bench: &Bench, action: &str, target: &Locator) {
    let now = bench.clock.now().to_string();
    let specs = actions();
    let spec = specs.iter().find(|spec| spec.id.to_string() == action);
    for touch in &spec.unwrap().touches {
        let value = match &touch.becomes {
            Becomes::Is(value) => value.clone(),
            Becomes::TimeOfCall => now.clone().into(),
            Becomes::Param(_) | Becomes::Before | Becomes::Anew => {
                panic!("{action} is no plain cut")
            }
        };
        lock(&bench.world).set(target, &touch.field, value);
    }
}

async fn note(bench: &Bench, action: &str, target: &Locator) {
    let (journal, _) =
        Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "laws").unwrap();
    let event = Event::ByHand {
        action: action.parse().unwrap(),
        target: target.clone(),
        at: bench.clock.now(),
        text: "at the console".to_owned(),
    };
    journal.append(vec![event]).await.unwrap();
}

/// Whether a request for this left, counted from one on.
fn left(bench: &Bench, from: usize, is: impl Fn(&str) -> bool, target: &Locator) -> bool {
    let left = bench.left();
    let mut since = left[from..].iter();
    since.any(|left| left.call.target == *target && is(&left.call.action.to_string()))
}

fn takes_time(action: &str) -> bool {
    actions()
        .iter()
        .any(|spec| spec.id.to_string() == action && spec.takes_time_of_call())
}

fn inverse(action: &str) -> String {
    let specs = actions();
    let spec = specs.iter().find(|spec| spec.id.to_string() == action);
    match &spec.unwrap().undo {
        contain::domain::Undo::By(inverse) => inverse.to_string(),
        contain::domain::Undo::None(why) => panic!("{why}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_done_by_hand_counts_once_it_is_seen_and_is_never_given_back() {
    let mut cells = Cells::default();
    for (action, target) in cuts().await {
        let cell = async {
            let bench = Bench::new(LEAK);
            let plan = Wish {
                verb: "plan",
                ..Wish::isolate(Limit::Plan)
            };
            assert_eq!(bench.go(&plan).await.said(), Said::Planned);
            do_by_hand(&bench, &action, &target);
            note(&bench, &action, &target).await;
            let again = Wish {
                run: 2,
                ..Wish::contained()
            };
            assert_eq!(bench.go(&again).await.said(), Said::Contained);
            // A cut-off from before the run says nothing about sessions since: it is written again, as our own would be.
            assert_eq!(
                left(&bench, 0, |one| one == action, &target),
                takes_time(&action)
            );
            if !takes_time(&action) {
                let plans = bench.plans.lock().unwrap();
                let said = plans.values().flat_map(|plan| &plan.items).any(|item| {
                    matches!(&item.work, Work::Nothing { target: on, why, .. }
                        if *on == target && why.starts_with("already so: done by hand at "))
                });
                assert!(said, "the plan does not tell");
            }
            bench
                .clock
                .sleep(contain::domain::Duration::from_hours(40))
                .await;
            let before = bench.left().len();
            let restored = bench.go(&Wish::restore(3, &[])).await.end();
            assert_eq!(restored.standing.outcome, Said::Restored);
            let named = Wish::restore(4, std::slice::from_ref(&target));
            let named = bench.go(&named).await.end();
            let back = inverse(&action);
            assert!(!left(&bench, before, |one| one == back, &target));
            for end in [restored, named] {
                let (plan, _) = end.plan.unwrap();
                let kept = plan.items.iter().any(|item| {
                    matches!(&item.work, Work::Nothing { target: on, why, action: said }
                        if *on == target && said.to_string() == back
                            && why.starts_with("not ours to undo: done by hand at "))
                });
                assert!(kept, "it is not listed: {:?}", plan.items);
            }
            bench.check(true);
        };
        cells.one(format!("{action} of {target}"), cell).await;
    }
    cells.hold(3);
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_is_not_seen_to_be_so_changes_nothing_about_the_end() {
    let mut cells = Cells::default();
    for (action, target) in cuts().await {
        let cell = async {
            let bench = Bench::new(LEAK);
            note(&bench, &action, &target).await;
            assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
            assert!(left(&bench, 0, |one| one == action, &target));
            let plans = bench.plans.lock().unwrap().clone();
            let reasons = plans.values().flat_map(|plan| &plan.items);
            let reasons = reasons.filter(|item| item.target() == Some(&target));
            assert!(
                reasons
                    .flat_map(|item| &item.reasons)
                    .any(|why| why.contains("noted as done by hand")),
                "the plan does not tell of the claim"
            );
            bench.check_expected();
            bench.check(false);
        };
        cells.one(format!("{action} of {target}"), cell).await;
    }
    cells.hold(3);
}

#[tokio::test(start_paused = true)]
async fn what_was_done_by_hand_of_something_else_holds_nothing_back() {
    let bench = Bench::new(LEAK);
    note(
        &bench,
        "aws.deactivate-access-key",
        &name("access-key/SIBLING"),
    )
    .await;
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    bench
        .clock
        .sleep(contain::domain::Duration::from_hours(40))
        .await;
    let key = name("access-key/LEAKED");
    let end = bench
        .go(&Wish::restore(2, std::slice::from_ref(&key)))
        .await;
    assert_eq!(end.said(), Said::Restored);
    assert!(bench.accepts("access-key/LEAKED"));
}
