//! Authority is never more, and never longer, than what was given.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use contain::converge::Answer;
use contain::domain::event::Event;
use contain::domain::mandate::{Mandate, Scope};
use contain::domain::{Clock, Duration, Locator, Relation, Rung, Tier};
use contain::gate::Policy;
use contain::journal::{Fails, Injecting, Journal};
use contain::provider::simulated::{Fault, Operation, Rule};
use contain::report::standing::Outcome as Said;

use super::Cells;
use crate::simulated::{Bench, LEAK, Wish, name};

pub(super) fn reach(
    clock: &Clock,
    lasts: Duration,
    at_most: u32,
    rungs: &[Rung],
    subject: Locator,
) -> Mandate {
    Mandate {
        by: "law".to_owned(),
        how: "given".to_owned(),
        scope: Scope::Reach {
            subjects: BTreeSet::from([subject]),
            rungs: rungs.iter().copied().collect(),
            at_most,
            run: 1,
            relations: BTreeSet::from([Relation::Held, Relation::Minted, Relation::Entered]),
        },
        tier: Tier::DISRUPTIVE,
        until: clock.now() + lasts,
        nonce: "n1".to_owned(),
        signed: None,
    }
}

pub(super) const SOFT: [Rung; 3] = [Rung::Narrow, Rung::EndSessions, Rung::Suspend];

pub(super) fn nobody(granted: Vec<Mandate>) -> Wish {
    Wish {
        answer: Answer::Nobody,
        granted,
        ..Wish::contained()
    }
}

pub(super) fn leaked() -> Locator {
    name("access-key/LEAKED")
}

#[tokio::test(start_paused = true)]
async fn without_authority_nothing_leaves() {
    let bench = Bench::new(LEAK);
    let end = bench.go(&nobody(Vec::new())).await.end();
    assert_eq!(end.standing.outcome, Said::Waiting);
    assert!(end.wants_code);
    let past = reach(&bench.clock, Duration::from_secs(-1), 9, &SOFT, leaked());
    let other = reach(
        &bench.clock,
        Duration::from_hours(1),
        9,
        &SOFT,
        name("user/metrics"),
    );
    let low = Mandate {
        tier: Tier::READ,
        ..reach(&bench.clock, Duration::from_hours(1), 9, &SOFT, leaked())
    };
    for mandate in [past, other, low] {
        let bench = Bench::new(LEAK);
        let said = bench.go(&nobody(vec![mandate.clone()])).await.said();
        assert_eq!(said, Said::Waiting, "{mandate:?}");
        assert!(bench.left().is_empty(), "{mandate:?}");
        bench.check(false);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reach_mandate_covers_its_rungs_and_its_number() {
    for at_most in 0..5_u32 {
        let bench = Bench::new(LEAK);
        let mandate = reach(
            &bench.clock,
            Duration::from_hours(1),
            at_most,
            &SOFT,
            leaked(),
        );
        drop(bench.go(&nobody(vec![mandate])).await.end());
        bench.check(false);
        assert_eq!(bench.left().len(), at_most as usize);
    }
    for rung in [Rung::Suspend, Rung::EndSessions] {
        let bench = Bench::new(LEAK);
        let mandate = reach(&bench.clock, Duration::from_hours(1), 99, &[rung], leaked());
        drop(bench.go(&nobody(vec![mandate])).await.end());
        bench.check(false);
        let is_of = |action: &contain::domain::ActionId| {
            let spec = bench.catalogue.action(action).unwrap();
            spec.cut().unwrap().rung == rung
        };
        assert!(!bench.left().is_empty());
        assert!(bench.left().iter().all(|left| is_of(&left.call.action)));
    }
}

#[tokio::test(start_paused = true)]
async fn authority_that_ended_is_not_used_again() {
    let bench = Bench::new(LEAK);
    let disk = Injecting::kill(bench.disk.clone(), 3, Fails::Before);
    let mandate = reach(&bench.clock, Duration::from_hours(1), 99, &SOFT, leaked());
    let wish = nobody(vec![mandate]);
    drop(bench.go_on(Box::new(disk), &wish).await);
    let opened = Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "law");
    let (journal, case) = opened.unwrap();
    assert_eq!(case.mandates.len(), 1);
    let nonce = "n1".to_owned();
    journal.append(vec![Event::Ended { nonce }]).await.unwrap();
    assert_eq!(bench.go(&wish).await.said(), Said::Waiting);
    assert!(bench.left().is_empty());
}

/// Requests that are throttled for hours do not stretch the mandate under which they were begun.
#[tokio::test(start_paused = true)]
async fn authority_runs_out_while_the_provider_stalls() {
    for fault in [
        Fault::Throttled { hint: None },
        Fault::Unavailable,
        Fault::TimeoutBefore,
        Fault::Error500Before,
    ] {
        let bench = Bench::new(LEAK);
        let mandate = reach(&bench.clock, Duration::from_mins(1), 99, &SOFT, leaked());
        let until = mandate.until;
        let wish = nobody(vec![mandate]);
        bench.weather.add(Rule {
            on: Some(Operation::Perform),
            about: String::new(),
            nth: None,
            fault,
        });
        drop(bench.go(&wish).await.end());
        bench.clock.sleep(Duration::from_mins(3)).await;
        bench.weather.clear();
        let end = bench.go(&wish).await.end();
        assert_ne!(end.standing.outcome, Said::Contained);
        bench.check(false);
        assert!(bench.left().iter().all(|left| left.at < until), "{fault:?}");
    }
}

/// The tool's clock is turned by years between a kill and the resumption, at every append.
#[tokio::test(start_paused = true)]
async fn turning_the_clock_extends_nothing() {
    let mut cells = Cells::default();
    for (years, stays) in [(10, false), (-10, true), (-10, false)] {
        for nth in (3..=36).step_by(3) {
            let cell = async {
                let bench = Bench::new(LEAK);
                let disk = Injecting::kill(bench.disk.clone(), nth, Fails::After);
                let lasts = if stays { 60 } else { 2 };
                let mandate = reach(
                    &bench.clock,
                    Duration::from_mins(lasts),
                    99,
                    &SOFT,
                    leaked(),
                );
                let wish = nobody(vec![mandate]).dropped(true);
                drop(bench.go_on(Box::new(disk), &wish).await);
                if !stays {
                    // Somebody writes a note after the end of the mandate: from then on it is over, whatever a clock says.
                    bench.clock.sleep(Duration::from_mins(3)).await;
                    let opened =
                        Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "law");
                    let text = "later".to_owned();
                    opened
                        .unwrap()
                        .0
                        .append(vec![Event::Noted { text }])
                        .await
                        .unwrap();
                }
                let left = bench.left().len();
                let jumped = Wish {
                    clock: Some(bench.jumped(Duration::from_hours(24 * 365 * years))),
                    ..wish.dropped(false)
                };
                let run =
                    tokio::time::timeout(std::time::Duration::from_secs(300), bench.go(&jumped));
                drop(run.await);
                bench.check(false);
                if !stays {
                    assert_eq!(bench.left().len(), left);
                }
            };
            cells
                .one(format!("{years} years, {stays}, killed at {nth}"), cell)
                .await;
        }
    }
    cells.hold(36);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_errors_denies_everything() {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let text = "@id(\"all\") @title(\"all\") permit (principal, action, resource);\n\
                    @id(\"broken\") @title(\"broken\") @remedy(\"mend it\") forbid (principal, action, resource) \
                    when { context.tier + 9223372036854775807 > 1 };";
        Policy::new(&[("broken.cedar".to_owned(), text.to_owned())]).unwrap()
    });
    let bench = Bench::new(LEAK);
    let wish = Wish {
        policy,
        ..Wish::contained()
    };
    assert_eq!(bench.go(&wish).await.said(), Said::Denied);
    assert!(bench.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_exact_confirmation_covers_nothing_that_is_found_later() {
    let bench = Bench::new(LEAK);
    let wish = Wish {
        exact: true,
        ..Wish::contained()
    };
    drop(bench.go(&wish).await.end());
    bench.check(false);
    let granted = bench
        .entries()
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Granted { mandate } => Some(mandate),
            _ => None,
        });
    assert!(
        granted
            .into_iter()
            .all(|mandate| matches!(mandate.scope, Scope::Exact { .. }))
    );
}
