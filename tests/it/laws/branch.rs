//! Nobody saws off the branch that contain, approvers or protected identities sit on, unless asked with the code.

use contain::converge::{Answer, Limit};
use contain::domain::{Cause, Duration, Locator, State};
use contain::gate::Confirmation;
use contain::plan::branch::{Branches, Guarded};
use contain::provider::Observer;
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Fault, Operation, Prop, Rule, Scenario, lock};
use contain::report::standing::Outcome as Said;

use crate::simulated::{Bench, LEAK, Wish, name};

const TRUST: &str = "role-trust/backup";

fn prop(on: &str) -> Prop {
    Prop {
        on: name(on),
        because: "its trust lets in".to_owned(),
        hidden: false,
    }
}

/// A world in which our session comes from a user whom a trust lets in.
fn standing_on(on: &str) -> Bench {
    let scenario = Scenario::parse(LEAK).unwrap();
    let more = |world: &mut contain::provider::simulated::World| {
        world.prop(&name("user/on-call"), prop(on));
    };
    Bench::with(scenario, more, Duration::from_secs(10))
}

fn isolate(subjects: &[&str]) -> Wish {
    Wish {
        subjects: subjects.iter().map(|subject| name(subject)).collect(),
        secrets: false,
        ..Wish::isolate(Limit::Isolated)
    }
}

#[tokio::test(start_paused = true)]
async fn what_holds_us_up_is_cut_only_by_the_code_of_the_exact_plan() {
    let bench = standing_on(TRUST);
    let end = bench.go(&isolate(&[TRUST])).await.end();
    assert_eq!(end.standing.outcome, Said::Waiting);
    assert!(end.wants_code && bench.left().is_empty());
    let (plan, _) = end.plan.unwrap();
    let item = plan
        .items
        .iter()
        .find(|item| item.target() == Some(&name(TRUST)));
    let item = item.unwrap();
    assert_eq!(item.marks, ["own"]);
    assert_eq!(u8::from(item.tier), 3);
    let told = item.reasons.join("\n");
    let why = format!(
        "contain itself: {} is part of what it stands on: its trust lets in: {}",
        name(TRUST),
        name("user/on-call")
    );
    assert!(told.contains(&why), "{told}");
    // The same in a world in which nothing of ours hangs on it is an ordinary cut.
    let bench = Bench::new(LEAK);
    bench.go(&isolate(&[TRUST])).await.end();
    assert!(!bench.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_came_to_hold_us_up_after_the_plan_was_made_is_seen_before_the_cut_is_sent() {
    let bench = Bench::new(LEAK);
    let planned = Wish {
        limit: Limit::Plan,
        ..isolate(&[TRUST])
    };
    let (plan, _) = bench.go(&planned).await.end().plan.unwrap();
    assert!(plan.items.iter().all(|item| item.marks.is_empty()));
    lock(&bench.world).prop(&name("user/on-call"), prop(TRUST));
    let applied = Wish {
        limit: Limit::OneRound(Box::new(plan)),
        ..planned
    };
    bench.go(&applied).await.end();
    let left = bench.left();
    assert!(
        left.iter().all(|left| left.call.target != name(TRUST)),
        "{left:?}"
    );
    let record = contain::journal::read(&mut bench.disk.clone()).unwrap();
    let mut lives = record.case.lives.values();
    let told = lives.any(|life| {
        matches!(&life.state, State::Blocked(Cause::Approval(text)) if text.contains("since it was planned: contain itself") && text.contains("[own-branch]"))
    });
    assert!(told, "{:?}", record.case.lives);
}

#[tokio::test(start_paused = true)]
async fn our_own_branch_is_cut_last() {
    for subjects in [
        [TRUST, "access-key/LEAKED", "user/metrics"],
        ["user/metrics", "access-key/LEAKED", TRUST],
    ] {
        let bench = standing_on(TRUST);
        let wish = Wish {
            answer: Answer::Yes(Confirmation::Code),
            ..isolate(&subjects)
        };
        drop(bench.go(&wish).await);
        let targets: Vec<Locator> = bench
            .left()
            .into_iter()
            .map(|left| left.call.target)
            .collect();
        let at = |what: &str| targets.iter().position(|target| *target == name(what));
        let ours = at(TRUST).unwrap();
        assert!(
            at("access-key/LEAKED").unwrap() < ours && at("user/metrics").unwrap() < ours,
            "{targets:?}"
        );
        assert_eq!(
            ours + 1,
            targets.len(),
            "nothing leaves after it: {targets:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_guarded_or_protected_is_kept_with_all_that_it_stands_on() {
    let guarded = |what: &str| Guarded {
        what: name(what),
        because: "Ada approves with it".to_owned(),
    };
    for (wish, mark, told) in [
        (
            Wish {
                guarded: vec![guarded("user/ci")],
                ..isolate(&[TRUST])
            },
            "own",
            "(Ada approves with it)",
        ),
        (
            Wish {
                guarded: vec![guarded("access-key/LEAKED")],
                ..isolate(&[TRUST])
            },
            "own",
            "(Ada approves with it)",
        ),
        (
            Wish {
                protected: vec![name("user/ci")],
                ..isolate(&[TRUST])
            },
            "protected",
            "the protected identity",
        ),
        // A name without account means every account.
        (
            Wish {
                protected: vec![name("user/ci").bare()],
                ..isolate(&[TRUST])
            },
            "protected",
            "the protected identity",
        ),
        (
            Wish {
                protected: vec![name("user/ci").bare()],
                ..isolate(&["access-key/LEAKED"])
            },
            "protected",
            "is held by",
        ),
        (
            Wish {
                guarded: vec![Guarded {
                    what: name("access-key/LEAKED").bare(),
                    because: "Ada approves with it".to_owned(),
                }],
                ..isolate(&["access-key/LEAKED"])
            },
            "own",
            "(Ada approves with it)",
        ),
        // What a protected identity holds is not touched either.
        (
            Wish {
                protected: vec![name("user/ci")],
                ..isolate(&["access-key/LEAKED"])
            },
            "protected",
            "is held by",
        ),
    ] {
        let bench = Bench::new(LEAK);
        lock(&bench.world).prop(&name("user/ci"), prop(TRUST));
        let end = bench.go(&wish).await.end();
        let (plan, _) = end.plan.unwrap();
        let marked = plan
            .items
            .iter()
            .find(|item| item.marks.iter().any(|known| known == mark));
        let marked = marked.unwrap_or_else(|| panic!("{:?}", plan.items));
        assert!(
            marked.reasons.iter().any(|why| why.contains(told)),
            "{:?}",
            marked.reasons
        );
        let target = marked.target().unwrap();
        let mut left = bench.left().into_iter();
        assert!(left.all(|left| left.call.target != *target), "{target}");
    }
}

/// Whoever is slow to tell what we stand on does not keep what was named from being cut.
#[tokio::test(start_paused = true)]
async fn a_slow_look_at_our_own_branch_holds_up_what_was_named_by_a_moment_only() {
    let took = |slow: bool| async move {
        let bench = standing_on(TRUST);
        if slow {
            bench.weather.add(Rule {
                on: Some(Operation::Read),
                about: "what we stand on".to_owned(),
                nth: None,
                fault: Fault::Slow(Length(Duration::from_mins(5))),
            });
        }
        let began = bench.clock.now();
        bench.go(&isolate(&["access-key/LEAKED"])).await.end();
        let left = bench.left();
        left[0].at.duration_since(began)
    };
    let (calm, late) = (took(false).await, took(true).await);
    assert!(late <= calm + Duration::from_secs(6), "{calm:?} {late:?}");
}

/// A look that takes longer than anybody waits for it is not begun anew each time: it ends, and is known from then on.
#[tokio::test(start_paused = true)]
async fn a_look_that_outlasts_all_patience_ends_all_the_same() {
    let bench = standing_on(TRUST);
    bench.weather.add(Rule {
        on: Some(Operation::Read),
        about: "what we stand on".to_owned(),
        nth: None,
        fault: Fault::Slow(Length(Duration::from_secs(9))),
    });
    let branches = Branches::new(bench.own(), Vec::new(), Vec::new());
    let observer = Observer::new(&bench.catalogue, bench.clock.clone());
    let mut told = Vec::new();
    for _ in 0..6 {
        let patience = Duration::from_secs(2);
        let known = branches.now(&observer, &bench.clock, patience).await;
        told.push(known.told().any(|(_, what, _)| *what == name(TRUST)));
    }
    assert_eq!(told.first(), Some(&false), "{told:?}");
    assert_eq!(told.last(), Some(&true), "{told:?}");
}

/// What cannot be read is told, and nothing is marked for it.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_of_our_own_branch_is_told_in_the_plan() {
    let bench = Bench::new(LEAK);
    let hidden = Prop {
        hidden: true,
        ..prop(TRUST)
    };
    lock(&bench.world).prop(&name("user/on-call"), hidden);
    let wish = Wish {
        limit: Limit::Plan,
        ..isolate(&["access-key/LEAKED"])
    };
    let (plan, _) = bench.go(&wish).await.end().plan.unwrap();
    let told: Vec<&str> = plan
        .not_seen
        .iter()
        .map(|blind| blind.what.as_str())
        .collect();
    let about = format!(
        "contain itself: something that {} stands on",
        name("user/on-call")
    );
    assert!(told.contains(&about.as_str()), "{told:?}");
}
