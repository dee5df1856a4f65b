//! Incidents from seeds: whatever the world, the weather, the storage and the opponent, no rule is broken.
//!
//! A few of them here; `contain-bench` plays as many as asked.

use contain::bench::{many, one};

/// How many seeds are played: CONTAIN_SEEDS, else this many.
const SEEDS: u64 = 12;
/// Seeds that once broke a rule, for ever.
const KEPT: [u64; 6] = [6, 27, 28, 30, 37, 135];

#[test]
fn incidents_from_seeds_break_no_rule() {
    let asked = std::env::var("CONTAIN_SEEDS").ok();
    let seeds = asked.and_then(|asked| asked.parse().ok()).unwrap_or(SEEDS);
    let tally = many(0..seeds, 2, |_, _| ());
    assert_eq!(tally.ran, seeds);
    assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
    assert!(tally.broken > 0, "no session ever broke: {tally:?}");
    assert!(tally.said.len() > 1, "all worlds ended alike: {tally:?}");
}

#[test]
fn seeds_that_once_broke_a_rule_break_none() {
    for seed in KEPT {
        let ran = one(seed);
        assert!(ran.is_ok(), "seed {seed}: {ran:?}");
    }
}

#[test]
fn the_same_seed_writes_the_same_journal() {
    for seed in 1..3 {
        assert_eq!(one(seed).unwrap().journal, one(seed).unwrap().journal);
    }
}
