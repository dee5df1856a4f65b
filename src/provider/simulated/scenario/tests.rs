//! Drill files: what they build, and what is refused.

use super::super::world::lock;
use super::super::{play, toy};
use super::*;

const LEAKED: &str = include_str!("../../../../playbooks/drills/isolate.yaml");

#[tokio::test(start_paused = true)]
async fn the_shipped_drill_builds_a_world_in_which_all_expected_things_live() {
    let scenario = Scenario::parse(LEAKED).unwrap_or_else(|cause| unreachable!("{cause}"));
    let clock = scenario.clock();
    let world = scenario.build(&clock, &toy::kinds());
    let world = world
        .unwrap_or_else(|cause| unreachable!("{cause}"))
        .share();
    let playing = play(&scenario.injects, &world, &clock);
    let can_be_spawned = |_: &(dyn Send + '_)| ();
    can_be_spawned(&playing);
    let played = playing.await;
    assert!(played.iter().all(|played| played.worked), "{played:?}");
    assert_eq!(
        clock.now(),
        scenario.start + std::time::Duration::from_secs(8)
    );
    let expect = &scenario.expect;
    for name in expect.dead.iter().chain(&expect.alive) {
        assert!(lock(&world).accepts(name, clock.now()), "{name}");
    }
}

#[test]
fn what_a_drill_file_does_not_know_is_refused() {
    for (from, to) in [
        ("seed: 7", "seed: 7\nsead: 8"),
        ("latency: 40ms", "latency: soon"),
        (
            "subject: aws:access-key/AKIA",
            "subject: aws:access-key/BKIA",
        ),
        ("  - at: 8s\n    use:", "  - at: 8s\n    abuse:"),
    ] {
        let text = LEAKED.replacen(from, to, 1);
        assert_ne!(text, LEAKED, "{from}");
        let refused = Scenario::parse(&text).err().map(|cause| cause.to_string());
        assert!(
            refused.is_some_and(|text| !text.is_empty() && !text.contains('\n')),
            "{from}"
        );
    }
}

#[test]
fn a_kind_that_the_catalogue_lacks_is_refused() {
    let scenario = Scenario::parse(LEAKED).unwrap_or_else(|cause| unreachable!("{cause}"));
    let clock = Clock::wall();
    assert!(matches!(
        scenario.build(&clock, &[]),
        Err(Broken::UnknownKind(_))
    ));
}
