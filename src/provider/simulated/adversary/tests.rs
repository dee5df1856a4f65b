//! An opponent plays by the rules: what it may edit it strips, and what is dead it does not use.

use super::super::toy::{bench, call, name};
use super::super::{CutOffs, Pace, Scenario};
use super::*;

fn opponent(may: &[Deed]) -> Adversary {
    Adversary {
        most: forty(),
        holds: vec![name("access-key/LEAKED")],
        pause: half_a_second(),
        may: may.iter().copied().collect(),
        until: Length(Duration::from_mins(1)),
    }
}

/// Denies the user, and lets an opponent with these rights fight; answers what it tried, the world, and how long.
async fn fought((rights, guarded): (&str, bool), may: &[Deed]) -> (Vec<Played>, Value, Duration) {
    let deny = call("aws.deny-user", "user/ci", &[("deny", json!("in-force"))]);
    let mut pace = Pace::default();
    let spreads = Duration::from_secs(5);
    pace.propagation.insert(deny.action.clone(), spreads);
    let bench = bench(pace);
    lock(&bench.world).set(&name("user/ci"), RIGHTS, json!(rights));
    if guarded {
        lock(&bench.world).guardrails.insert(deny.action.clone());
    }
    bench.done(&deny).await;
    let responder = Responder {
        credential: name("access-key/OURS"),
        principal: name("user/on-call"),
    };
    let began = bench.clock.now();
    let played = fight(&opponent(may), &responder, 11, &bench.world, &bench.clock).await;
    let took = bench.clock.now().duration_since(began);
    let world = lock(&bench.world).snapshot(CutOffs::Exact);
    (played, world, took)
}

#[tokio::test(start_paused = true)]
async fn it_strips_what_it_may_edit_while_a_front_end_lets_it_and_stops_once_it_is_dead() {
    let denies = |world: &Value| world.to_string().contains("in-force");
    let (played, world, took) = fought((EVERY, false), &Deed::ALL).await;
    assert!(!denies(&world) && took >= Duration::from_mins(1), "{took}");
    assert!(played.iter().any(|played| played.what.contains("`deny`")));
    // Neither a guardrail nor a principal without rights is stripped; a few more seconds and all is over.
    for (rights, guarded) in [(EVERY, true), ("few", false)] {
        let (played, world, took) = fought((rights, guarded), &[Deed::Strip]).await;
        assert!(denies(&world) && played.is_empty(), "{played:?}");
        assert!(took < Duration::from_secs(15), "{took}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_fights_the_same_fight() {
    let mut fights = Vec::new();
    for _ in 0..2 {
        let (played, world, _) = fought((EVERY, false), &Deed::ALL).await;
        assert!(played.len() > 10, "{played:?}");
        fights.push((played, world.to_string()));
    }
    assert!(fights.first() == fights.last());
}

#[test]
fn a_drill_file_names_an_opponent_and_what_it_cannot_edit() {
    let text = include_str!("../../../../playbooks/drills/leaked-aws-access-key.yaml");
    let subject = text.lines().find_map(|line| line.strip_prefix("subject: "));
    let fights = |holds: &str| {
        let text = text.replacen(
            "world:\n",
            "world:\n  guardrails: [aws.deny-user-in-organization]\n",
            1,
        );
        Scenario::parse(&format!(
            "{text}\nadversary: {{holds: [\"{holds}\"], pause: 2s, may: [strip, other-users]}}\n"
        ))
    };
    let read = fights(subject.unwrap_or_default());
    let read = read.unwrap_or_else(|cause| unreachable!("{cause}"));
    let may = read.adversary.map(|adversary| adversary.may);
    assert_eq!(may, Some([Deed::Strip, Deed::OtherUsers].into()));
    assert_eq!(read.world.guardrails.len(), 1);
    let unknown = fights("aws:access-key/NOBODY").err();
    assert!(unknown.is_some_and(|cause| cause.to_string().contains("`adversary`")));
}
