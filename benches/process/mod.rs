//! Measuring in processes of their own: the time that each says it took, and the most memory that it ever had.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints and stops at what cannot be"
)]

use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::time::Duration;

mod peak;

use peak::peak_of;

const RUNS: usize = 5;
const ONE: &str = "--one-run";

/// What this process is to measure once, where it was started for that.
pub(crate) fn asked() -> Option<OsString> {
    let mut arguments = std::env::args_os();
    arguments.find(|argument| argument == ONE)?;
    arguments.next()
}

/// Prints what one run took, for [`measure`].
pub(crate) fn tell(took: Duration) {
    println!(
        "{} {}",
        took.as_secs_f64(),
        peak_of(std::process::id()).unwrap_or(f64::NAN)
    );
}

/// Runs this program again, several times, and prints the fastest, the median, and the peak memory of all.
pub(crate) fn measure(what: &str, about: impl AsRef<OsStr>) {
    let itself = std::env::current_exe().expect("a benchmark has a file");
    let mut runs: Vec<(f64, f64)> = (0..RUNS)
        .map(|_| {
            let run = Command::new(&itself)
                .arg(ONE)
                .arg(about.as_ref())
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
        "{what}: min {fastest:.3} s, median {median:.3} s of {RUNS} runs; peak memory {memory:.0} MiB"
    );
}
