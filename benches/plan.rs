//! `contain plan` of 10 000 subjects in the simulated world: time and peak memory, each run a process of its own.
//!
//! The plan is made by the whole loop: journaled, frozen, and kept on the disk. Never sends anything.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, stops at what cannot be, and reads the wall clock"
)]

mod setting;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use contain::converge::{Answer, Limit, Means, converge};
use contain::domain::Clock;
use contain::domain::plan::Plan;
use contain::execute::Ground;
use contain::execute::lanes::Lanes;
use contain::gate::Policy;
use contain::journal::folder::Shelf;
use contain::journal::{Journal, Root};
use contain::provider::Observer;

const SUBJECTS: usize = 10_000;
const RUNS: usize = 5;
const ONE: &str = "--one-run";

fn main() {
    if std::env::args().any(|argument| argument == ONE) {
        one();
        return;
    }
    let itself = std::env::current_exe().expect("a benchmark has a file");
    let mut runs: Vec<(f64, f64)> = (0..RUNS)
        .map(|_| {
            let run = std::process::Command::new(&itself)
                .arg(ONE)
                .output()
                .expect("the benchmark starts");
            let said = String::from_utf8_lossy(&run.stdout);
            let mut figures = said.split_whitespace().map(|word| word.parse().ok());
            match (figures.next().flatten(), figures.next().flatten()) {
                (Some(seconds), Some(mib)) => (seconds, mib),
                _ => unreachable!("{said}{}", String::from_utf8_lossy(&run.stderr)),
            }
        })
        .collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let memory = runs.iter().map(|run| run.1).fold(0.0, f64::max);
    let fastest = runs.first().map_or(0.0, |run| run.0);
    let median = runs.get(RUNS / 2).map_or(0.0, |run| run.0);
    println!(
        "plan of {SUBJECTS} subjects: min {fastest:.3} s, median {median:.3} s of {RUNS} runs; peak memory {memory:.0} MiB"
    );
}

/// Plans once in this process; prints the seconds it took and the peak memory in MiB.
fn one() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let (took, items) = runtime.block_on(plan());
    assert!(items >= SUBJECTS, "{items} items");
    println!("{} {}", took.as_secs_f64(), peak().unwrap_or(f64::NAN));
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
    let lanes = Lanes::default();
    let around = setting::around();
    let means = Means {
        ground: Ground {
            catalogue: &catalogue,
            observer: &observer,
            journal: &journal,
            policy: &policy,
            around: &around,
            lanes: &lanes,
            clock: &clock,
            key: &[0; 32],
            evidence: &|_| Err("a benchmark keeps nothing".to_owned()),
        },
        playbook: &playbook,
        own: Vec::new(),
        protected: Vec::new(),
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

/// The most memory that this process ever had, in MiB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}
