//! `contain plan` of 10 000 subjects in the simulated world: time and peak memory, each run a process of its own.
//!
//! The plan is made by the whole loop: journaled, frozen, and kept on the disk. Never sends anything.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what cannot be, and reads the wall clock"
)]

mod process;
mod setting;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use contain::converge::{Answer, Limit, Means, converge};
use contain::domain::Clock;
use contain::domain::plan::Plan;
use contain::execute::Ground;
use contain::execute::lanes::Lanes;
use contain::gate::{Pledges, Policy, Witness};
use contain::journal::folder::Shelf;
use contain::journal::{Journal, Root};
use contain::plan::branch::Branches;
use contain::provider::Observer;

const SUBJECTS: usize = 10_000;

fn main() {
    match process::asked() {
        Some(_) => one(),
        None => process::measure(&format!("plan of {SUBJECTS} subjects"), ""),
    }
}

/// Plans once in this process.
fn one() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let (took, items) = runtime.block_on(plan());
    assert!(items >= SUBJECTS, "{items} items");
    process::tell(took);
}

async fn plan() -> (Duration, usize) {
    let clock = Clock::simulated(setting::start(), 7);
    let catalogue = setting::catalogue(SUBJECTS, &clock);
    let place = setting::folder();
    let began = Instant::now();
    let playbook = setting::playbook(&catalogue);
    let policy = Policy::embedded().expect("the default policies");
    let root = Root::make(place.path()).expect("a root");
    let folder = root
        .create(Shelf::Drills, "bench", &clock)
        .expect("a folder");
    let sink = folder.sink().expect("a journal");
    let (journal, _) = Journal::open(Box::new(sink), clock.clone(), "bench").expect("a journal");
    let opening = setting::opening(&playbook, &policy, SUBJECTS);
    journal.append(opening).await.expect("a first entry");
    let observer = Observer::new(&catalogue, clock.clone());
    let (lanes, pledges) = (Lanes::default(), Pledges::default());
    let (around, branches) = (setting::around(), Branches::default());
    let witness = Witness::new(&|_, _| true);
    let means = Means {
        ground: Ground {
            catalogue: &catalogue,
            observer: &observer,
            journal: &journal,
            policy: &policy,
            around: &around,
            branches: &branches,
            pledges: &pledges,
            witness: &witness,
            lanes: &lanes,
            clock: &clock,
            key: &[0; 32],
            evidence: &|_| Err("a benchmark keeps nothing".to_owned()),
        },
        playbook: &playbook,
        own: Vec::new(),
        requested_by: Vec::new(),
        caps: contain::plan::cap::Caps::default(),
        estate: None,
        made_from: BTreeMap::from([("playbook".to_owned(), playbook.digest)]),
        secrets: BTreeMap::new(),
        keep: &|plan: &Plan| folder.store_plan(plan),
        recall: &|digest| folder.load_plan(digest).ok(),
        confirm: &|_, _, _| Answer::Nobody,
    };
    let end = converge(&means, 1, Limit::Plan).await.expect("a plan");
    let items = end.plan.as_ref().map_or(0, |(plan, _)| plan.items.len());
    (began.elapsed(), items)
}
