//! What an adversarial review found: each law fails where the mending of one finding is taken out.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use contain::converge::{Answer, Limit};
use contain::domain::case::Case;
use contain::domain::event::Event;
use contain::domain::mandate::{Mandate, Scope};
use contain::domain::plan::Plan;
use contain::domain::state::Life;
use contain::domain::{
    Cause, Duration, Locator, Relation, Rung, Secret, State, Tier, Time, Verdict,
};
use contain::drill::{self, Rehearsal};
use contain::gate::Confirmation;
use contain::playbook::Playbook;
use contain::provider::Observer;
use contain::provider::simulated::{
    CutOffs, Fault, Happened, Node, Operation, Rule, Scenario, World, lock,
};
use contain::report::standing::{Outcome as Said, Standing, standing};
use contain::verify::{Tried, probe};
use serde_json::{Value, json};

use crate::simulated::{Bench, LEAK, Wish, load, name};

fn leaked() -> Locator {
    name("access-key/LEAKED")
}

/// What is known from the journal alone.
fn folded(bench: &Bench) -> Case {
    contain::journal::read(&mut bench.disk.clone())
        .unwrap()
        .case
}

fn stands(bench: &Bench, run: u32) -> Standing {
    standing(&folded(bench), &bench.catalogue, run, bench.clock.now())
}

/// The latest life of what is done to a target in a run.
fn last(bench: &Bench, run: u32, target: &Locator) -> Life {
    let case = folded(bench);
    let lives = case.lives_of(run);
    let mut lives: Vec<_> = lives
        .filter(|(_, life)| {
            life.planned.target.as_ref() == Some(target) && life.planned.action.is_some()
        })
        .collect();
    lives.sort_by_key(|(item, _)| item.round);
    lives.last().unwrap().1.clone()
}

/// On what requests left, in order.
fn on(bench: &Bench) -> Vec<Locator> {
    let left = bench.left().into_iter();
    left.map(|left| left.call.target).collect()
}

fn asks_nobody(wish: Wish) -> Wish {
    Wish {
        answer: Answer::Nobody,
        ..wish
    }
}

fn exact() -> Wish {
    Wish {
        exact: true,
        ..Wish::contained()
    }
}

fn fault(on: Operation, about: &str, fault: Fault) -> Rule {
    Rule {
        on: Some(on),
        about: about.to_owned(),
        nth: None,
        fault,
    }
}

fn granted(bench: &Bench) -> Vec<Mandate> {
    let entries = bench.entries().into_iter();
    let granted = entries.filter_map(|entry| match entry.event {
        Event::Granted { mandate } => Some(mandate),
        _ => None,
    });
    granted.collect()
}

fn reach(bench: &Bench, relations: &[Relation]) -> Mandate {
    Mandate {
        by: "law".to_owned(),
        how: "given".to_owned(),
        scope: Scope::Reach {
            run: 1,
            relations: relations.iter().copied().collect(),
            subjects: BTreeSet::from([leaked()]),
            rungs: BTreeSet::from([Rung::Narrow, Rung::EndSessions, Rung::Suspend]),
            at_most: 99,
        },
        tier: Tier::DISRUPTIVE,
        until: bench.clock.now() + Duration::from_hours(1),
        nonce: "n1".to_owned(),
        signed: None,
    }
}

const WITHOUT_ASKING: [Relation; 3] = [Relation::Held, Relation::Minted, Relation::Entered];

async fn planned(bench: &Bench, wish: &Wish) -> Plan {
    let wish = Wish {
        limit: Limit::Plan,
        ..wish.clone()
    };
    bench.go(&wish).await.end().plan.unwrap().0
}

#[tokio::test(start_paused = true)]
async fn a_word_given_in_advance_is_given_once() {
    for how in [Confirmation::Yes, Confirmation::Code] {
        let bench = Bench::new(LEAK);
        let wish = Wish {
            answer: Answer::Yes(how),
            ..exact()
        };
        let end = bench.go(&wish).await.end();
        bench.check(false);
        let plans = bench.plans.lock().unwrap().clone();
        let confirmed = plans.values().find(|plan| plan.round == 1).unwrap();
        let acting = confirmed.items.iter().filter_map(|item| item.call());
        let acting: BTreeSet<_> = acting.map(|call| (&call.action, &call.target)).collect();
        let world = lock(&bench.world);
        let received = world.log().iter();
        let received: Vec<_> = received
            .map(|logged| (&logged.call.action, &logged.call.target))
            .collect();
        assert_eq!(received.len(), acting.len(), "{received:#?}");
        assert_eq!(received.into_iter().collect::<BTreeSet<_>>(), acting);
        let state = last(&bench, 1, &name("role/deploy")).state;
        assert!(
            matches!(state, State::Blocked(Cause::Approval(_))),
            "{state:?}"
        );
        assert_eq!(end.standing.outcome, Said::PartlyContained);
        assert_eq!(granted(&bench).len(), 1);
        assert!(end.wants_code);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reach_mandate_is_of_one_run() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let reaches = granted(&bench)
        .into_iter()
        .any(|mandate| matches!(mandate.scope, Scope::Reach { run: 1, .. }));
    assert!(reaches);
    // Everything is open again, and the mandate of the first run has not ended.
    {
        let mut world = lock(&bench.world);
        for key in ["LEAKED", "MINTED"] {
            world.set(
                &name(&format!("access-key/{key}")),
                "status",
                json!("Active"),
            );
        }
        for held in ["user/ci", "role/deploy"] {
            world.set(&name(held), "end_sessions", Value::Null);
        }
    }
    let left = bench.left().len();
    let second = asks_nobody(Wish {
        run: 2,
        ..Wish::contained()
    });
    assert_eq!(bench.go(&second).await.said(), Said::Waiting);
    assert_eq!(bench.left().len(), left);
    // The first run may still use it.
    drop(bench.go(&asks_nobody(Wish::contained())).await.end());
    assert!(bench.left().len() > left);
    bench.check(false);
}

#[tokio::test(start_paused = true)]
async fn what_could_be_entered_is_covered_only_where_the_order_includes_it() {
    let backup = name("role/backup");
    for include in [Vec::new(), vec![Relation::CouldEnter]] {
        let bench = Bench::new(LEAK);
        let wish = Wish {
            include: include.clone(),
            ..Wish::contained()
        };
        assert_eq!(bench.go(&wish).await.said(), Said::Contained);
        let scopes = granted(&bench).into_iter().map(|mandate| mandate.scope);
        let relations = scopes.filter_map(|scope| match scope {
            Scope::Reach { relations, .. } => Some(relations),
            Scope::Exact { .. } | Scope::Standing { .. } => None,
        });
        let wanted: BTreeSet<_> = WITHOUT_ASKING.into_iter().chain(include.clone()).collect();
        assert_eq!(relations.collect::<Vec<_>>(), [wanted]);
        assert_eq!(on(&bench).contains(&backup), !include.is_empty());
    }
    // An order that includes it, under a mandate that does not.
    let bench = Bench::new(LEAK);
    let wish = asks_nobody(Wish {
        include: vec![Relation::CouldEnter],
        granted: vec![reach(&bench, &WITHOUT_ASKING)],
        ..Wish::contained()
    });
    assert_eq!(bench.go(&wish).await.said(), Said::PartlyContained);
    bench.check(false);
    let left = on(&bench);
    assert!(left.contains(&name("role/deploy")) && !left.contains(&backup));
}

/// A playbook that, beside the subject and its principal, cuts something that no read found.
fn with_a_stranger() -> &'static Playbook {
    static PLAYBOOK: OnceLock<Playbook> = OnceLock::new();
    PLAYBOOK.get_or_init(|| {
        load(
            "contain: 1
playbook: isolate
summary: With a stranger
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - {id: stop, do: suspend, target: \"${subject}\"}
    - {id: end-sessions, do: end-sessions, target: \"${subject.principal}\"}
    - {id: stranger, do: suspend, target: \"aws:user/metrics@123456789012\"}
",
        )
    })
}

#[tokio::test(start_paused = true)]
async fn what_was_not_found_is_covered_only_as_a_subject_or_its_principal() {
    let stranger = name("user/metrics");
    let bench = Bench::new(LEAK);
    let wish = asks_nobody(Wish {
        playbook: with_a_stranger(),
        granted: vec![reach(&bench, &WITHOUT_ASKING)],
        ..Wish::isolate(Limit::Isolated)
    });
    drop(bench.go(&wish).await.end());
    bench.check(false);
    let cut: BTreeSet<_> = on(&bench).into_iter().collect();
    assert_eq!(cut, BTreeSet::from([leaked(), name("user/ci")]));
    let state = last(&bench, 1, &stranger).state;
    assert!(
        matches!(state, State::Blocked(Cause::Approval(_))),
        "{state:?}"
    );
    // Whoever confirms the plan confirms it too.
    let bench = Bench::new(LEAK);
    let wish = Wish {
        playbook: with_a_stranger(),
        ..Wish::isolate(Limit::Isolated)
    };
    drop(bench.go(&wish).await.end());
    assert!(on(&bench).contains(&stranger));
}

#[tokio::test(start_paused = true)]
async fn what_is_open_again_is_found_by_verify_and_stays_in_the_journal() {
    for (target, field, value) in [
        ("user/ci", "end_sessions", Value::Null),
        ("role/deploy", "end_sessions", Value::Null),
        ("access-key/LEAKED", "status", json!("Active")),
        ("access-key/MINTED", "status", json!("Active")),
    ] {
        let target = name(target);
        for wait in [false, true] {
            let bench = Bench::new(LEAK);
            assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
            assert_eq!(stands(&bench, 1).outcome, Said::Contained);
            let left = bench.left().len();
            assert!(lock(&bench.world).set(&target, field, value.clone()));
            let verify = Wish::isolate(Limit::Verify(wait));
            let end = bench.go(&verify).await.end();
            assert_eq!(end.standing.outcome, Said::PartlyContained, "{target}");
            assert_eq!(end.standing.open, std::slice::from_ref(&target));
            let told = stands(&bench, 1);
            assert_eq!(told.outcome, Said::PartlyContained, "{target}: {told:#?}");
            assert_eq!(bench.left().len(), left, "verify only reads");
            assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
            bench.check(false);
            bench.check_expected();
        }
    }
}

/// A world in which the leaked key has also made a user, which is found in the audit log.
fn with_a_made_user() -> Bench {
    let scenario = Scenario::parse(LEAK).unwrap();
    let made = scenario.since() + Duration::from_mins(80);
    let more = |world: &mut World| {
        let mut node = Node::new(name("user/made"));
        node.issuer = Some(leaked());
        node.issued_at = Some(made);
        world.add(node);
        world.record(Happened {
            who: leaked(),
            at: made,
            event: "CreateUser".to_owned(),
            source_ip: None,
            user_agent: None,
            accepted: true,
            made: Some(name("user/made")),
            changed: Vec::new(),
        });
    };
    Bench::with(scenario, more, Duration::from_secs(10))
}

fn field(bench: &Bench, of: &str, field: &str) -> Option<Value> {
    let world = lock(&bench.world);
    world.node(&name(of)).unwrap().fields.get(field).cloned()
}

#[tokio::test(start_paused = true)]
async fn a_user_that_was_made_keeps_its_deny_unless_it_is_named() {
    let bench = with_a_made_user();
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    assert_eq!(field(&bench, "user/made", "deny"), Some(json!("in-force")));
    bench.clock.sleep(Duration::from_hours(40)).await;
    let said = bench.go(&Wish::restore(2, &[])).await.said();
    assert_eq!(said, Said::Restored);
    assert_eq!(field(&bench, "user/made", "deny"), Some(json!("in-force")));
    let named = Wish::restore(3, &[name("user/made")]);
    assert_eq!(bench.go(&named).await.said(), Said::Restored);
    assert_eq!(field(&bench, "user/made", "deny"), None);
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn of_a_principal_the_deny_is_lifted_and_its_keys_stay_off_unless_named() {
    let bench = Bench::new(LEAK);
    // The cut takes the healthy sibling too: it is the whole user that is named.
    lock(&bench.world).healthy.clear();
    let of_the_user = |wish: Wish| Wish {
        subjects: vec![name("user/ci")],
        secrets: false,
        ..wish
    };
    let cut = of_the_user(Wish::contained());
    let end = bench.go(&cut).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    let keys = ["access-key/LEAKED", "access-key/SIBLING"];
    for key in keys {
        assert_eq!(field(&bench, key, "status"), Some(json!("Inactive")));
    }
    assert!(field(&bench, "user/ci", "deny").is_some());
    bench.clock.sleep(Duration::from_hours(40)).await;
    let back = of_the_user(Wish::restore(2, &[]));
    let end = bench.go(&back).await.end();
    assert_eq!(end.standing.outcome, Said::Restored);
    assert_eq!(field(&bench, "user/ci", "deny"), None);
    for key in keys {
        assert_eq!(field(&bench, key, "status"), Some(json!("Inactive")));
    }
    let (plan, _) = end.plan.unwrap();
    let lifts = plan.items.iter().find(|item| {
        let action = item.call().map(|call| call.action.to_string());
        action.as_deref() == Some("aws.lift-user-deny")
    });
    assert!(lifts.unwrap().tier >= Tier::DISRUPTIVE);
    let named = of_the_user(Wish::restore(3, &[name(keys[1])]));
    assert_eq!(bench.go(&named).await.said(), Said::Restored);
    assert_eq!(field(&bench, keys[0], "status"), Some(json!("Inactive")));
    assert_eq!(field(&bench, keys[1], "status"), Some(json!("Active")));
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_not_called_restored() {
    for named in [Vec::new(), vec![name("user/ci"), name("role/deploy")]] {
        let bench = Bench::new(LEAK);
        assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
        bench.clock.sleep(Duration::from_hours(40)).await;
        bench
            .weather
            .add(fault(Operation::Observe, "role/deploy", Fault::Denied));
        let end = bench.go(&Wish::restore(2, &named)).await.end();
        assert_eq!(end.standing.outcome, Said::PartlyRestored);
        assert_eq!(stands(&bench, 2).outcome, Said::PartlyRestored);
        assert!(field(&bench, "role/deploy", "end_sessions").is_some());
        bench.weather.clear();
        let again = Wish::restore(3, &named);
        assert_eq!(bench.go(&again).await.said(), Said::Restored);
        assert_eq!(field(&bench, "role/deploy", "end_sessions"), None);
        bench.check(true);
    }
}

#[tokio::test(start_paused = true)]
async fn authority_to_cut_ends_when_giving_back_begins() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let case = folded(&bench);
    let is_live = |case: &Case, mandate: &&Mandate| case.is_live(mandate, bench.clock.now());
    assert_eq!(
        case.mandates.iter().filter(|m| is_live(&case, m)).count(),
        1
    );
    let named = Wish::restore(2, &[leaked()]);
    assert_eq!(bench.go(&named).await.said(), Said::Restored);
    assert!(bench.accepts("access-key/LEAKED"));
    let left = bench.left().len();
    drop(bench.go(&asks_nobody(Wish::contained())).await.end());
    assert_eq!(bench.left().len(), left, "it was cut again on an old word");
    assert!(bench.accepts("access-key/LEAKED"));
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_not_masked_by_what_came_later() {
    let lost = fault(
        Operation::Perform,
        "deactivate-access-key aws:access-key/LEAKED",
        Fault::TimeoutBefore,
    );
    let refused = fault(Operation::Perform, "", Fault::Denied);
    let unseen = Rule {
        on: None,
        ..refused.clone()
    };
    for (wish, later) in [
        (asks_nobody(exact()), None),
        (Wish::contained(), Some(refused)),
        (Wish::contained(), Some(unseen)),
    ] {
        let bench = Bench::new(LEAK);
        bench.weather.add(lost.clone());
        let first = Wish {
            answer: Answer::Yes(Confirmation::Yes),
            ..wish.clone()
        };
        assert_eq!(bench.go(&first).await.said(), Said::InDoubt);
        assert_eq!(stands(&bench, 1).outcome, Said::InDoubt);
        bench.weather.clear();
        later
            .iter()
            .for_each(|rule| bench.weather.add(rule.clone()));
        let end = bench.go(&wish).await.end();
        assert_eq!(end.standing.outcome, Said::InDoubt, "{later:?}");
        assert_eq!(stands(&bench, 1).outcome, Said::InDoubt, "{later:?}");
        bench.check(false);
        bench.weather.clear();
        let said = bench.go(&Wish::contained()).await.said();
        assert!(matches!(
            said,
            Said::Contained | Said::PartlyContained | Said::InDoubt
        ));
        bench.check(false);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_after_its_cut_owes_no_second_writing() {
    let role = name("role/deploy");
    let bench = Bench::new(LEAK);
    let (gone, clock, of) = (bench.gone.clone(), bench.clock.clone(), role.clone());
    drop(tokio::spawn(async move {
        clock.sleep(Duration::from_secs(9)).await;
        gone.delete(&of);
    }));
    let (wish, long) = (Wish::contained(), std::time::Duration::from_secs(300));
    let ended = tokio::time::timeout(long, bench.go(&wish)).await;
    let end = ended.unwrap().end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    assert_eq!(on(&bench).iter().filter(|on| **on == role).count(), 1);
    bench.check(false);
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_before_its_call_is_confirmed_and_unchanged() {
    let bench = Bench::new(LEAK);
    let wish = Wish {
        secrets: false,
        ..Wish::contained()
    };
    let plan = planned(&bench, &wish).await;
    bench.clock.sleep(Duration::from_secs(20)).await;
    bench.gone.delete(&leaked());
    let apply = Wish {
        limit: Limit::OneRound(Box::new(plan)),
        ..wish
    };
    drop(bench.go(&apply).await.end());
    assert!(!on(&bench).contains(&leaked()));
    let life = last(&bench, 1, &leaked());
    assert_eq!(life.state, State::Confirmed { changed: false });
    assert!(life.verdict.as_ref().is_some_and(Verdict::is_observed));
    bench.check(false);
}

/// A playbook with a cut that waits on what an access key cannot be asked.
fn with_a_cut_that_waits() -> &'static Playbook {
    static PLAYBOOK: OnceLock<Playbook> = OnceLock::new();
    PLAYBOOK.get_or_init(|| {
        load(
            "contain: 1
playbook: isolate
summary: With a cut that waits
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - {id: stop, do: suspend, target: \"${subject}\"}
    - {id: end-sessions, do: end-sessions, target: \"${subject.principal}\"}
  inventory:
    - {id: listed, read: credentials, target: \"${subject}\", needs: []}
    - id: stop-listed
      do: suspend
      for_each: {in: \"${steps.listed.items}\", as: found, key: \"${found.locator}\"}
      target: \"${found.locator}\"
",
        )
    })
}

#[tokio::test(start_paused = true)]
async fn a_cut_that_never_came_to_run_withholds_isolated() {
    for limit in [Limit::Isolated, Limit::Contained, Limit::Verify(true)] {
        let bench = Bench::new(LEAK);
        let wish = Wish {
            playbook: with_a_cut_that_waits(),
            ..Wish::isolate(limit.clone())
        };
        let reads_only = matches!(limit, Limit::Verify(_));
        if reads_only {
            let cut = Wish::isolate(Limit::Isolated);
            let playbook = wish.playbook;
            drop(bench.go(&Wish { playbook, ..cut }).await.end());
        }
        let end = bench.go(&wish).await.end();
        assert_eq!(end.standing.outcome, Said::PartlyContained, "{limit:?}");
        let unproven = &end.standing.unproven;
        assert!(
            unproven.iter().any(|why| why.contains("stop-listed")),
            "{unproven:?}"
        );
        assert!(!bench.accepts("access-key/LEAKED"));
        bench.check(false);
    }
    // Of a kind that can be asked, the same playbook ends well.
    let bench = Bench::new(LEAK);
    lock(&bench.world).healthy.clear();
    let wish = Wish {
        playbook: with_a_cut_that_waits(),
        subjects: vec![name("user/ci")],
        secrets: false,
        ..Wish::isolate(Limit::Isolated)
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Isolated, "{:#?}", end.standing);
}

#[tokio::test(start_paused = true)]
async fn a_first_round_without_progress_does_not_end_the_run() {
    for limit in [Limit::Isolated, Limit::Contained] {
        let bench = Bench::new(LEAK);
        bench.weather.add(Rule::once(
            Operation::Perform,
            "end-user-sessions",
            1,
            Fault::Refused,
        ));
        let wish = Wish {
            protected: vec![leaked()],
            ..Wish::isolate(limit)
        };
        let end = bench.go(&wish).await.end();
        bench.check(false);
        assert_eq!(end.standing.outcome, Said::PartlyContained);
        assert!(
            on(&bench).contains(&name("role/deploy")),
            "{:?}",
            on(&bench)
        );
        assert!(bench.accepts("access-key/LEAKED"));
        let state = last(&bench, 1, &leaked()).state;
        assert!(
            matches!(state, State::Blocked(Cause::Approval(_))),
            "{state:?}"
        );
        assert!(end.wants_code);
    }
}

#[tokio::test(start_paused = true)]
async fn applying_one_plan_twice_is_legal_and_changes_nothing_twice() {
    let bench = Bench::new(LEAK);
    let wish = Wish {
        secrets: false,
        ..Wish::contained()
    };
    let plan = planned(&bench, &wish).await;
    let apply = Wish {
        limit: Limit::OneRound(Box::new(plan)),
        ..wish
    };
    drop(bench.go(&apply).await.end());
    bench.clock.sleep(Duration::from_secs(30)).await;
    assert!(!bench.accepts("access-key/LEAKED"));
    let exactly = || lock(&bench.world).snapshot(CutOffs::Exact);
    let (world, left) = (exactly(), bench.left().len());
    assert_eq!(left, 2);
    for _ in 0..2 {
        drop(bench.go(&apply).await.end());
        assert_eq!((exactly(), bench.left().len()), (world.clone(), left));
        bench.check(false);
    }
}

#[tokio::test(start_paused = true)]
async fn planning_for_what_is_off_already_stands_planned() {
    let bench = Bench::new(LEAK);
    lock(&bench.world).set(&leaked(), "status", json!("Inactive"));
    let wish = Wish {
        verb: "plan",
        secrets: false,
        ..asks_nobody(Wish::isolate(Limit::Plan))
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Planned, "{:#?}", end.standing);
    assert_eq!(stands(&bench, 1).outcome, Said::Planned);
    let state = last(&bench, 1, &leaked()).state;
    assert_eq!(state, State::Confirmed { changed: false });
    assert!(bench.left().is_empty());
    bench.check(false);
}

/// Tries the leaked key ten times a second, exactly, until long after `settles`; `unclear` says which tries say nothing.
async fn tried(bench: &Bench, settles: Duration, unclear: std::ops::Range<u32>) -> Tried {
    lock(&bench.world).pace.latency = Duration::ZERO;
    for nth in unclear {
        bench
            .weather
            .add(Rule::once(Operation::Probe, "", nth, Fault::Unavailable));
    }
    let observer = Observer::new(&bench.catalogue, bench.clock.clone());
    let secret = Secret::new(lock(&bench.world).secret(&leaked()).unwrap().to_owned());
    let (target, pause) = (leaked(), Duration::from_millis(100));
    let settles = bench.clock.now() + settles;
    let eyes = (&observer, &bench.clock);
    probe(eyes, (&target, &secret), settles, Duration::ZERO, pause).await
}

#[tokio::test(start_paused = true)]
async fn refusals_of_which_the_last_came_before_the_bound_prove_nothing() {
    // The 142nd try is the first after the bound.
    let settles = Duration::from_secs(14);
    let off = || {
        let bench = Bench::new(LEAK);
        lock(&bench.world).set(&leaked(), "status", json!("Inactive"));
        bench
    };
    let Tried::Unclear(probing) = tried(&off(), settles, 142..400).await else {
        panic!("nothing was refused after the bound")
    };
    assert_eq!((probing.refused, probing.accepted), (141, 0));
    // One refusal after the bound is what was missing.
    let bench = off();
    let end = bench.clock.now() + settles;
    let Tried::Dead(probing, n) = tried(&bench, settles, 142..143).await else {
        panic!("it was refused after the bound")
    };
    assert_eq!((n, probing.refused, probing.unclear), (142, 142, 1));
    assert!(probing.until > end);
}

#[tokio::test(start_paused = true)]
async fn what_is_claimed_counts_refusals_in_a_row() {
    let bench = Bench::new(LEAK);
    let (world, clock) = (bench.world.clone(), bench.clock.clone());
    lock(&world).set(&leaked(), "status", json!("Inactive"));
    drop(tokio::spawn(async move {
        for (after, status) in [(4_050, "Active"), (1_000, "Inactive")] {
            clock.sleep(Duration::from_millis(after)).await;
            lock(&world).set(&leaked(), "status", json!(status));
        }
    }));
    let tried = tried(&bench, Duration::from_secs(10), 0..0).await;
    let Tried::Dead(probing, n) = tried else {
        panic!("{tried:?}")
    };
    assert_eq!((n, probing.accepted), (135, 10));
    assert_eq!(probing.refused, 41 + 135);
}

#[tokio::test(start_paused = true)]
async fn what_another_run_read_with_another_window_decides_nothing() {
    let sibling = name("access-key/SIBLING");
    let text = LEAK.replace("age: 2160h", "age: 3h");
    let wide =
        |bench: &Bench| -> Option<Time> { Some(bench.clock.now() - Duration::from_hours(24)) };
    // In the wide window, the sibling was made meanwhile, and belongs to the set.
    let bench = Bench::new(&text);
    let wish = Wish {
        since: wide(&bench),
        ..Wish::contained()
    };
    drop(bench.go(&wish).await.end());
    assert!(on(&bench).contains(&sibling));

    for answer in [Answer::Nobody, Answer::No] {
        let bench = Bench::new(&text);
        let first = Wish {
            answer,
            since: wide(&bench),
            ..Wish::isolate(Limit::Isolated)
        };
        drop(bench.go(&first).await.end());
        assert!(bench.left().is_empty());
        let read = folded(&bench);
        let mut found = read
            .readings(1)
            .flat_map(|(_, (_, reading))| &reading.found);
        assert!(
            found.any(|found| found.what == sibling && found.relation == Some(Relation::Minted))
        );
        let second = Wish {
            run: 2,
            ..Wish::contained()
        };
        assert_eq!(bench.go(&second).await.said(), Said::Contained);
        assert!(!on(&bench).contains(&sibling));
        bench.check(false);
        bench.check_expected();
    }
}

#[tokio::test(start_paused = true)]
async fn the_drill_of_isolate_ends_contained_with_everything_judged_right() {
    let mut shipped = drill::shipped().iter();
    let (_, text) = shipped.find(|(name, _)| *name == "isolate").unwrap();
    let bench = Bench::rehearsing(Rehearsal::prepare(text).unwrap());
    let wish = Wish {
        subjects: vec![bench.scenario.subject.clone()],
        ..Wish::contained()
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    assert_eq!(stands(&bench, 1).outcome, Said::Contained);
    let judged = bench.rehearsed().judge();
    assert!(judged.len() >= 7);
    assert!(judged.iter().all(drill::Judged::is_right), "{judged:#?}");
}
