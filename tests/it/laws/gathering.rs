//! Calls that a provider takes together leave on what was seen a moment ago, however long they waited for each other.

use contain::converge::Limit;
use contain::domain::event::Event;
use contain::domain::{Duration, Locator};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Fault, Operation, Rule, Scenario};

use crate::simulated::{Bench, LEAK, Wish, name};

const STOP: &str = "aws.deactivate-access-key";

/// The world of the leak, whose provider takes ten keys in one call.
fn bench() -> Bench {
    let of = Bench::new(LEAK);
    let provider = of.catalogue.providers().next().unwrap();
    let (kinds, mut actions) = (provider.kinds().to_vec(), provider.actions().to_vec());
    let stop = actions.iter_mut().find(|spec| spec.id.to_string() == STOP);
    stop.unwrap().batch = 10;
    Bench::of_catalogue(Scenario::parse(LEAK).unwrap(), |_| (), (kinds, actions))
}

/// Two keys are planned, and looked at a while later: the second takes longer than a receipt lasts. How old the receipts
/// were when their calls left, and how many calls left by then.
async fn waited(gone: Option<&Locator>) -> Vec<(Locator, Duration)> {
    let bench = bench();
    let both = ["access-key/LEAKED", "access-key/SIBLING"].map(name);
    let wish = |limit| Wish {
        subjects: both.to_vec(),
        ..Wish::isolate(limit)
    };
    let end = bench.go(&wish(Limit::Plan)).await.end();
    let (plan, _) = end.plan.unwrap();
    bench.clock.sleep(Duration::from_secs(10)).await;
    bench.weather.add(Rule {
        on: Some(Operation::Observe),
        about: both[1].to_string(),
        nth: Some(1),
        fault: Fault::Slow(Length(Duration::from_secs(8))),
    });
    let meanwhile = async {
        bench.clock.sleep(Duration::from_secs(4)).await;
        gone.iter().for_each(|gone| bench.gone.delete(gone));
    };
    let wish = wish(Limit::OneRound(Box::new(plan)));
    let (ended, ()) = tokio::join!(bench.go(&wish), meanwhile);
    drop(ended.end());
    bench.check_always(false);
    let entries = bench.entries();
    let left = entries.iter().filter_map(|entry| match &entry.event {
        Event::Intended { call, before, .. } if call.action.to_string() == STOP => {
            Some((call.target.clone(), entry.at.duration_since(before.at)))
        }
        _ => None,
    });
    left.collect()
}

#[tokio::test(start_paused = true)]
async fn calls_that_waited_for_each_other_leave_on_fresh_receipts() {
    let both = ["access-key/LEAKED", "access-key/SIBLING"].map(name);
    let left = waited(None).await;
    let targets: Vec<&Locator> = left.iter().map(|(target, _)| target).collect();
    assert_eq!(targets, both.iter().collect::<Vec<_>>());
    let is_fresh = |(_, age): &(Locator, Duration)| *age < Duration::from_secs(5);
    assert!(left.iter().all(is_fresh), "{left:#?}");
    // What is gone by then is not called any more, and holds the other back no longer.
    let left = waited(Some(&both[0])).await;
    assert!(left.iter().all(is_fresh), "{left:#?}");
    let targets: Vec<&Locator> = left.iter().map(|(target, _)| target).collect();
    assert_eq!(targets, [&both[1]]);
}
