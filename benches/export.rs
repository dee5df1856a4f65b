//! Reading an exported CloudTrail log of 200 000 events: time and peak memory, each run a process of its own.
//!
//! The log is made by `tests/make-cloudtrail-export`. What is measured is all that is done with it: one pass over the
//! whole file, and what the leaked key brought about, however many steps away.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what cannot be, and reads the wall clock"
)]

mod process;

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use contain::domain::Clock;
use contain::provider::aws::export::Exports;

const EVENTS: usize = 200_000;
/// The leaked key of the log that is made.
const KEY: &str = "AKIARZPUZDIKNAJLN7ON";
const FORMS: [&[&str]; 4] = [
    &["delivery"],
    &["delivery", "--gzip"],
    &["lines"],
    &["lookup"],
];

fn main() {
    if let Some(file) = process::asked() {
        one(Path::new(&file));
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    for form in FORMS {
        let name = form.concat();
        let file = place.path().join(&name);
        let made = Command::new("tests/make-cloudtrail-export")
            .args(["--events", &EVENTS.to_string(), "--form"])
            .args(form)
            .stdout(File::create(&file).expect("a file"))
            .status()
            .expect("Python 3 starts");
        assert!(made.success(), "no log was made");
        process::measure(&format!("log of {EVENTS} events ({name})"), &file);
    }
}

/// Reads the log once in this process.
fn one(file: &Path) {
    let clock = Clock::wall();
    let began = Instant::now();
    let exports = Exports::new(&[file.to_owned()]);
    let sources = exports.survey(&clock);
    let effects = exports.effects_of(KEY, &clock);
    let took = began.elapsed();
    assert!(
        sources.len() == 1 && effects > 0,
        "{sources:?}: {effects} effects"
    );
    process::tell(took);
}
