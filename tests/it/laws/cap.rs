//! Beyond the cap what was only discovered is asked for and cut in waves; what was named never waits for that.

use contain::bench::{around, policy};
use contain::converge::Limit;
use contain::domain::item::{BEYOND_CAP, BEYOND_LIMIT};
use contain::domain::{Cause, Duration, Fields, Item, Locator, State, Tier};
use contain::gate::{Authority, Circumstances, Ruling};
use contain::plan::cap::Caps;
use contain::provider::simulated::{Happened, Node, Scenario, World, lock};
use contain::report::standing::Outcome as Said;
use serde_json::json;

use crate::simulated::{Bench, LEAK, Wish, name};

/// How many keys the leaked one made.
const MADE: usize = 12;

fn made(nth: usize) -> Locator {
    name(&format!("access-key/MADE{nth:02}"))
}

/// A world in which the leaked key made many others.
fn world() -> Bench {
    let scenario = Scenario::parse(LEAK).unwrap();
    let start = scenario.start;
    let more = move |world: &mut World| {
        let leaked = name("access-key/LEAKED");
        for nth in 0..MADE {
            let mut node = Node::new(made(nth));
            node.held_by = Some(name("user/ci"));
            node.issuer = Some(leaked.clone());
            node.issued_at = Some(start - Duration::from_mins(10));
            node.fields.insert("status".to_owned(), json!("Active"));
            world.add(node);
            let at = start - Duration::from_mins(10);
            let event = Happened::plain(&leaked, at, "CreateAccessKey");
            world.record(Happened {
                made: Some(made(nth)),
                ..event
            });
        }
    };
    Bench::with(scenario, more, Duration::from_secs(10))
}

fn wish(most: u32) -> Wish {
    Wish {
        secrets: false,
        caps: Caps {
            discovered: most,
            per_cent: 100,
        },
        ..Wish::isolate(Limit::Isolated)
    }
}

/// What of the discovered left, in order.
fn cut(bench: &Bench) -> Vec<Locator> {
    let left = bench.left().into_iter().map(|left| left.call.target);
    left.filter(|target| *target != name("access-key/LEAKED") && *target != name("user/ci"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn beyond_the_cap_somebody_is_asked_and_what_was_named_is_cut_at_once() {
    let bench = world();
    let end = bench.go(&wish(4)).await.end();
    assert_eq!(end.standing.outcome, Said::PartlyContained);
    assert!(
        end.standing
            .unproven
            .iter()
            .any(|why| why.contains("approval"))
    );
    assert_eq!(bench.left()[0].call.target, name("access-key/LEAKED"));
    let first = cut(&bench);
    assert_eq!(first.len(), 4, "{first:?}");
    let (plan, _) = end.plan.unwrap();
    let beyond: Vec<_> = plan
        .items
        .iter()
        .filter(|item| item.marks.iter().any(|mark| mark == BEYOND_CAP))
        .collect();
    assert!(beyond.len() >= MADE - 4, "{beyond:?}");
    for item in &beyond {
        assert!(item.marks.iter().any(|mark| mark == BEYOND_LIMIT) && item.relation.is_some());
        assert!(
            item.reasons
                .iter()
                .any(|why| why.contains("needs a confirmation of its own"))
        );
        assert_eq!(item.facts["cap"], json!(4));
    }
    let waves: Vec<u32> = beyond.iter().map(|item| item.manner.wave).collect();
    let mut sorted = waves.clone();
    sorted.sort_unstable();
    assert_eq!((waves[0], waves[1], waves[2]), (0, 1, 2));
    assert_eq!(waves, sorted);
    bench.check(false);
    // Under a wide cap the same world is contained on one word.
    let bench = world();
    let end = bench.go(&wish(100)).await.end();
    assert_eq!(end.standing.outcome, Said::Isolated);
    bench.clock.sleep(Duration::from_secs(10)).await;
    assert!((0..MADE).all(|nth| !lock(&bench.world).accepts(&made(nth), bench.clock.now())));
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_cap_is_cut_in_waves_each_after_the_one_before_is_seen() {
    let bench = world();
    bench.go(&wish(4)).await.end();
    let before = bench.entries().len();
    // A second word covers the rest; what that finds open may want another.
    let mut said = Vec::new();
    while said.len() < 4 && !said.contains(&Said::Isolated) {
        said.push(bench.go(&wish(4)).await.said());
    }
    assert!(said.contains(&Said::Isolated), "{said:?}");
    assert!((0..MADE).all(|nth| !lock(&bench.world).accepts(&made(nth), bench.clock.now())));
    let (mut open, mut intents, mut most) = (0_i32, 0_usize, Vec::new());
    for entry in bench.entries().into_iter().skip(before) {
        match entry.event {
            contain::domain::event::Event::Intended { ref call, .. }
                if call.target.id().starts_with("MADE") =>
            {
                intents += 1;
                open += 1;
                most.push((intents, open));
            }
            contain::domain::event::Event::Verified { ref item, .. }
                if item.key.to_string().contains("MADE") =>
            {
                open -= 1;
            }
            _ => {}
        }
    }
    // The first alone, then the second alone, then the rest.
    assert_eq!(&most[..2], &[(1, 1), (2, 1)], "{most:?}");
    assert_eq!(intents, MADE - 4, "{most:?}");
    bench.check(false);
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_cap_stops_where_a_protected_identity_no_longer_works() {
    let bench = world();
    let wish = Wish {
        protected: vec![name("user/metrics")],
        ..wish(4)
    };
    bench.go(&wish).await.end();
    let before = cut(&bench).len();
    lock(&bench.world).set(&name("user/metrics"), "deny", json!("in-force"));
    let said = bench.go(&wish).await.said();
    assert_ne!(said, Said::Isolated);
    assert_eq!(cut(&bench).len(), before + 1, "{:?}", cut(&bench));
    let record = contain::journal::read(&mut bench.disk.clone()).unwrap();
    let mut lives = record.case.lives.values();
    let why = "stopped before wave 2: aws.deny-user is in force on the protected identity";
    assert!(lives.any(
        |life| matches!(&life.state, State::Blocked(Cause::Policy(text)) if text.contains(why))
    ));
    // Once it works again the rest goes on, on another word.
    lock(&bench.world).set(&name("user/metrics"), "deny", json!(null));
    for _ in 0..3 {
        bench.go(&wish).await.end();
    }
    assert!((0..MADE).all(|nth| !lock(&bench.world).accepts(&made(nth), bench.clock.now())));
}

#[tokio::test(start_paused = true)]
async fn with_people_a_mass_of_discovered_cuts_wants_two_protected_identities() {
    let bench = world();
    let (plan, _) = bench.go(&wish(4)).await.end().plan.unwrap();
    let is_beyond = |item: &&Item| item.marks.iter().any(|mark| mark == BEYOND_CAP);
    let item = plan.items.iter().find(is_beyond).unwrap();
    let named = Item {
        facts: Fields::new(),
        relation: None,
        ..item.clone()
    };
    let exact = Authority {
        tier: Some(Tier::DISRUPTIVE),
        exact: true,
    };
    for (solo, protected, refused) in [
        (false, 0, true),
        (false, 1, true),
        (false, 2, false),
        (true, 0, false),
    ] {
        let around = Circumstances {
            solo,
            protected,
            ..around()
        };
        let ruling = policy().rule(item, "cut", &around, exact);
        let told = matches!(&ruling, Ruling::Forbidden(rules) if rules.iter().any(|rule| rule.id == "mass-cuts-keep-a-way-back" && rule.remedy.contains("protected")));
        assert_eq!(told, refused, "{solo} {protected}: {ruling:?}");
        // What was named never waits for it.
        let ruling = policy().rule(&named, "cut", &around, exact);
        assert!(matches!(ruling, Ruling::Allow(_)), "{ruling:?}");
    }
}
