//! Cut-offs of sessions over several runs: written again where anything new could have been issued, and only there; an
//! older one in the place of what was written is open.

use contain::converge::Limit;
use contain::domain::event::Event;
use contain::domain::{Duration, Locator, Time};
use contain::plan::restore::{Healthy, Wanted};
use contain::provider::simulated::{Scenario, lock};
use contain::report::standing::Outcome as Said;

use super::Cells;
use crate::simulated::{Bench, LEAK, Left, Wish, name};

async fn contained() -> Bench {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    bench
}

fn again(run: u32) -> Wish {
    Wish {
        run,
        ..Wish::contained()
    }
}

fn ends_sessions(left: &Left) -> bool {
    left.call.action.to_string().ends_with("-sessions")
}

/// The cut-offs that left for a target, in order.
fn written(bench: &Bench, of: &Locator) -> Vec<Time> {
    let mut cut_offs = Vec::new();
    for entry in bench.entries() {
        if let Event::Intended { call, .. } = entry.event
            && call.target == *of
            && let Some(cut_off) = call.value("end_sessions")
        {
            cut_offs.push(cut_off.as_str().unwrap().parse().unwrap());
        }
    }
    cut_offs
}

#[tokio::test(start_paused = true)]
async fn isolating_twice_sends_nothing_where_nothing_new_can_have_been_issued() {
    let bench = contained().await;
    let (world, before) = (bench.snapshot(), bench.left().len());
    bench.clock.sleep(Duration::from_mins(5)).await;
    for run in 2..=4 {
        assert_eq!(bench.go(&again(run)).await.said(), Said::Contained);
        bench.check(false);
        bench.check_expected();
        assert_eq!(bench.left().len(), before, "{:?}", &bench.left()[before..]);
    }
    assert_eq!(bench.snapshot(), world);
}

#[tokio::test(start_paused = true)]
async fn what_could_issue_again_meanwhile_has_its_sessions_ended_again() {
    let mut cells = Cells::default();
    for why in [
        "switched on",
        "given back",
        "minted",
        "another subject",
        "not awaited",
    ] {
        let cell = async {
            let bench = match why {
                "not awaited" => {
                    // The second writing falls due later than an isolate waits for.
                    let scenario = Scenario::parse(LEAK).unwrap();
                    let bench = Bench::with(scenario, |_| (), Duration::from_mins(2));
                    let isolate = Wish::isolate(Limit::Isolated);
                    assert_eq!(bench.go(&isolate).await.said(), Said::Isolated);
                    bench
                }
                _ => contained().await,
            };
            let before = bench.left().len();
            let mut wish = again(2);
            match why {
                "switched on" => {
                    let mut world = lock(&bench.world);
                    world.set(&name("access-key/LEAKED"), "status", "Active".into());
                }
                "given back" => {
                    let wanted = Wanted {
                        healthy: Some(Healthy {
                            reason: "a mistake".to_owned(),
                            sessions: false,
                        }),
                        ..Wanted::default()
                    };
                    drop(bench.go(&Wish::give_back(2, wanted)).await.end());
                    wish.run = 3;
                }
                "minted" => {
                    let mut world = lock(&bench.world);
                    let minted = name("access-key/MINTED");
                    world.set(&minted, "status", "Active".into());
                }
                "another subject" => {
                    wish.subjects = vec![name("access-key/SIBLING")];
                    wish.secrets = false;
                }
                _ => {}
            }
            bench.clock.sleep(Duration::from_mins(3)).await;
            drop(bench.go(&wish).await.end());
            let left = bench.left();
            let mut ended = left[before..].iter().filter(|left| ends_sessions(left));
            let of = match why {
                // The key that was minted for another user.
                "minted" => left[before..]
                    .iter()
                    .any(|left| left.call.target == name("access-key/MINTED")),
                // Its user's are ended a second time before isolate returns; what the role issued since is not.
                "not awaited" => ended.any(|left| left.call.target == name("role/deploy")),
                _ => ended.any(|left| left.call.target == name("user/ci")),
            };
            assert!(of, "{:?}", &left[before..]);
            // As a subject the sibling is no longer healthy.
            if why != "another subject" {
                bench.check(why == "given back");
            }
        };
        cells.one(why.to_owned(), cell).await;
    }
    cells.hold(5);
}

#[tokio::test(start_paused = true)]
async fn a_cut_off_older_than_what_was_written_is_open_again() {
    let mut cells = Cells::default();
    let ci = name("user/ci");
    for which in ["the first one", "a second before the last one"] {
        let cell = async {
            let bench = contained().await;
            let cut_offs = written(&bench, &ci);
            let last = *cut_offs.last().unwrap();
            let older = match which {
                "the first one" => cut_offs[0],
                _ => last - Duration::from_secs(1),
            };
            assert!(older < last);
            // A request whose caller gave up long ago arrives.
            lock(&bench.world).set(&ci, "end_sessions", older.to_string().into());
            let left = bench.left().len();
            let end = bench.go(&Wish::isolate(Limit::Verify(false))).await.end();
            assert_eq!(end.standing.outcome, Said::PartlyContained);
            assert_eq!(end.standing.open, vec![ci.clone()]);
            assert_eq!(bench.left().len(), left, "verifying reads only");
            // The same run goes on, or another one begins.
            for run in [1, 2] {
                lock(&bench.world).set(&ci, "end_sessions", older.to_string().into());
                assert_eq!(bench.go(&again(run)).await.said(), Said::Contained);
                assert!(*written(&bench, &ci).last().unwrap() > last);
            }
            bench.check(false);
        };
        cells.one(which.to_owned(), cell).await;
    }
    cells.hold(2);
}
