//! Giving back with judgement: a receipt may hold what the subject itself made, and that is not put back unasked.

use std::collections::BTreeSet;

use contain::converge::{Answer, Limit};
use contain::domain::{Changed, Duration, Item, Tier, Time};
use contain::gate::Confirmation;
use contain::plan::restore::Wanted;
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{
    Fault, Happened, Inject, Operation, Rule, Scenario, Set, World, lock,
};
use contain::report::standing::Outcome as Said;
use serde_json::Value;

use super::Cells;
use crate::simulated::{Bench, LEAK, Wish, name};

const THEIRS: &str = "a document of somebody";

/// A world in which somebody wrote under our policy's name on the role that was entered, before we came.
fn tampered(who: &str, at: Time, accepted: bool) -> Bench {
    let more = |world: &mut World| {
        world.set(&name("role/deploy"), "end_sessions", THEIRS.into());
        world.record(Happened {
            who: name(who),
            at,
            event: "PutRolePolicy".to_owned(),
            source_ip: None,
            user_agent: None,
            accepted,
            made: None,
            changed: vec![Changed {
                target: name("role/deploy"),
                field: "end_sessions".to_owned(),
            }],
        });
    };
    Bench::with(
        Scenario::parse(LEAK).unwrap(),
        more,
        Duration::from_secs(10),
    )
}

fn within() -> Time {
    Scenario::parse(LEAK).unwrap().since() + Duration::from_mins(110)
}

async fn contained_long_ago(bench: &Bench) {
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    bench.clock.sleep(Duration::from_hours(40)).await;
}

fn on_deploy(bench: &Bench, run: u32) -> Item {
    let plans = bench.plans.lock().unwrap().clone();
    let mut items = plans
        .into_values()
        .filter(|plan| plan.run == run)
        .flat_map(|plan| plan.items)
        .filter(|item| item.target() == Some(&name("role/deploy")));
    items.next().unwrap()
}

fn end_of_deploy(bench: &Bench) -> Option<Value> {
    let world = lock(&bench.world);
    let fields = &world.node(&name("role/deploy")).unwrap().fields;
    fields.get("end_sessions").cloned()
}

fn even_if_changed(run: u32) -> Wish {
    Wish::give_back(
        run,
        Wanted {
            named: vec![name("role/deploy")],
            even_if_changed: BTreeSet::from(["end_sessions".to_owned()]),
            ..Wanted::default()
        },
    )
}

#[tokio::test(start_paused = true)]
async fn what_the_subject_wrote_before_we_came_is_put_back_only_where_it_is_named() {
    let mut cells = Cells::default();
    for who in [
        "access-key/LEAKED",
        "session/OF-LEAKED",
        "session/OF-DEPLOY",
    ] {
        let cell = async {
            let bench = tampered(who, within(), true);
            contained_long_ago(&bench).await;
            let ours = end_of_deploy(&bench);
            assert_ne!(ours, Some(THEIRS.into()));
            // Neither unasked nor by its name alone.
            for (run, named) in [(2, vec![]), (3, vec![name("role/deploy")])] {
                let said = bench.go(&Wish::restore(run, &named)).await.said();
                assert_eq!((said, said.exit()), (Said::Restored, 0));
                assert_eq!(end_of_deploy(&bench), ours);
                let why = serde_json::to_string(&on_deploy(&bench, run).work).unwrap();
                for part in [
                    "not put back: the subject itself changed `end_sessions` at",
                    "PutRolePolicy",
                    who,
                    "--even-if-changed end_sessions",
                ] {
                    assert!(why.contains(part), "{part} in {why}");
                }
            }
            assert_eq!(bench.go(&even_if_changed(4)).await.said(), Said::Restored);
            assert_eq!(end_of_deploy(&bench), Some(THEIRS.into()));
            let given = on_deploy(&bench, 4);
            assert_eq!(given.tier, Tier::DISRUPTIVE, "{given:?}");
            assert!(
                given
                    .reasons
                    .join(";")
                    .contains("as the subject itself left it")
            );
            bench.check(true);
        };
        cells.one(who.to_owned(), cell).await;
    }
    cells.hold(3);
}

#[tokio::test(start_paused = true)]
async fn what_others_wrote_or_was_refused_or_before_the_window_comes_back() {
    let before = Scenario::parse(LEAK).unwrap().since() - Duration::from_mins(5);
    let mut cells = Cells::default();
    for (who, at, accepted) in [
        ("access-key/SIBLING", within(), true),
        ("access-key/OURS", within(), true),
        ("access-key/LEAKED", within(), false),
        ("access-key/LEAKED", before, true),
    ] {
        let cell = async {
            let bench = tampered(who, at, accepted);
            contained_long_ago(&bench).await;
            assert_eq!(
                bench.go(&Wish::restore(2, &[])).await.said(),
                Said::Restored
            );
            assert_eq!(end_of_deploy(&bench), Some(THEIRS.into()));
            assert_eq!(on_deploy(&bench, 2).tier, Tier::LOW);
            bench.check(true);
        };
        cells.one(format!("{who} at {at}, {accepted}"), cell).await;
    }
    cells.hold(4);
}

#[tokio::test(start_paused = true)]
async fn what_the_subject_wrote_after_our_receipt_is_not_what_comes_back() {
    // It strips our cut while we work: the oldest receipt was taken before, and nothing of it is the subject's.
    let mut scenario = Scenario::parse(LEAK).unwrap();
    scenario.injects.push(Inject {
        at: Length(Duration::from_millis(3500)),
        mint: None,
        attempt: None,
        set: Some(Set {
            target: name("role/deploy"),
            field: "end_sessions".to_owned(),
            value: Value::Null,
            by: Some(name("session/OF-LEAKED")),
            event: Some("DeleteRolePolicy".to_owned()),
        }),
    });
    let bench = Bench::of(scenario);
    contained_long_ago(&bench).await;
    assert_eq!(
        bench.go(&Wish::restore(2, &[])).await.said(),
        Said::Restored
    );
    assert_eq!(end_of_deploy(&bench), None);
    bench.check(true);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_makes_putting_back_a_tier_graver() {
    let bench = tampered("access-key/SIBLING", within(), true);
    contained_long_ago(&bench).await;
    bench.weather.add(Rule {
        on: Some(Operation::Read),
        about: "activity".to_owned(),
        nth: None,
        fault: Fault::Denied,
    });
    assert_eq!(
        bench.go(&Wish::restore(2, &[])).await.said(),
        Said::Restored
    );
    let item = on_deploy(&bench, 2);
    assert_eq!(item.tier, Tier::DISRUPTIVE, "{item:?}");
    assert!(item.reasons.join("; ").contains("is not known"), "{item:?}");
    // Nothing stood in the place of the user's cut, so nothing of anybody's is put back there.
    let plans = bench.plans.lock().unwrap().clone();
    let mut user = plans
        .values()
        .filter(|plan| plan.run == 2)
        .flat_map(|plan| &plan.items)
        .filter(|item| item.target() == Some(&name("user/ci")));
    let user = user.next().unwrap();
    assert!(
        !user.reasons.join("; ").contains("is not known"),
        "{user:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_log_that_may_lag_behind_makes_putting_back_a_tier_graver() {
    let lagging = |world: &mut World| {
        world.set(&name("role/deploy"), "end_sessions", THEIRS.into());
        world.pace.audit_lag = Duration::from_hours(50);
    };
    let mut scenario = Scenario::parse(LEAK).unwrap();
    for edge in &mut scenario.world.edges {
        // What configuration shows needs no log.
        edge.ago = None;
    }
    let bench = Bench::with(scenario, lagging, Duration::from_secs(10));
    let isolate = Wish::isolate(Limit::Isolated);
    assert_eq!(bench.go(&isolate).await.said(), Said::Isolated);
    bench.clock.sleep(Duration::from_hours(2)).await;
    let plain = Wish {
        answer: Answer::Yes(Confirmation::Yes),
        ..Wish::restore(2, &[])
    };
    drop(bench.go(&plain).await.end());
    let item = on_deploy(&bench, 2);
    assert_eq!(item.tier, Tier::DISRUPTIVE, "{item:?}");
    assert!(
        item.reasons.join("; ").contains("may lag behind"),
        "{item:?}"
    );
}
