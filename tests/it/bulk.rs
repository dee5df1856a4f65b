//! A bulk leak over eight simulated providers, in virtual time: the figures of the bench, held.

use contain::bench::bulk::{AWAY, BUSY, Bulk, bulk};
use contain::bench::in_virtual_time;
use contain::report::standing::Outcome;

fn play(is_bad: bool) -> Bulk {
    in_virtual_time(bulk(500, is_bad)).unwrap()
}

#[test]
fn five_hundred_credentials_of_eight_providers_are_cut_at_once_and_a_failing_one_delays_none() {
    let (fair, bad) = (play(false), play(true));
    assert!(
        matches!(fair.said, Outcome::Isolated | Outcome::Contained),
        "{fair:#?}"
    );
    assert!(fair.out.iter().all(|one| one.alive == 0), "{fair:#?}");
    assert_eq!(fair.out.iter().map(|one| one.leaked).sum::<usize>(), 500);
    assert_eq!(
        (fair.totals["dead"], fair.totals["open"]),
        (fair.totals["found"], 0)
    );
    // One is too busy and gets there later; one cannot be reached, and that is said.
    for (fair, bad) in fair.out.iter().zip(&bad.out) {
        if fair.provider == AWAY {
            assert_eq!(bad.alive, bad.leaked);
            continue;
        }
        assert_eq!(bad.alive, 0, "missed at {}", bad.provider);
        if fair.provider != BUSY {
            let late = bad.last.unwrap().as_secs_f64() - fair.last.unwrap().as_secs_f64();
            // A first plan appears within three seconds, whoever is too busy.
            assert!(late < 3.0, "{} waited {late} s for another", bad.provider);
        }
    }
    assert!(
        !matches!(bad.said, Outcome::Isolated | Outcome::Contained),
        "{bad:#?}"
    );
    // The report says dead of exactly what the world says is dead.
    for one in &bad.out {
        let dead = bad.dead.get(one.provider).copied().unwrap_or_default();
        assert_eq!(dead, one.leaked - one.alive, "{}: {bad:#?}", one.provider);
    }
}
