//! Where a run meets its disk, by strace, and a fault at one of these places.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::harness::{Desk, Told};

/// Calls that open, make, change, keep or name files; a machine has some of each.
const CALLS: &str = "?open,?openat,?mkdir,?mkdirat,?fsync,?fdatasync,?rename,?renameat,?renameat2,?link,?linkat,\
                     ?ftruncate,?fallocate,?pwrite64,?pwritev,?writev,?unlink,?unlinkat";

/// Opens what a write fails on: a terminal that hung up (EIO) as 900, a full device (ENOSPC) as 901.
const HANDING: &str = "import os, pty, sys
ours, theirs = pty.openpty()
os.close(ours)
os.dup2(theirs, 900)
os.dup2(os.open('/dev/full', os.O_RDWR), 901)
os.execvp(sys.argv[1], sys.argv[1:])";

/// What befalls a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Broken,
    Full,
    Killed,
}

impl Fault {
    fn injected(self) -> &'static str {
        match self {
            Self::Broken => "error=EIO",
            Self::Full => "error=ENOSPC",
            Self::Killed => "signal=SIGKILL",
        }
    }

    /// What the system calls it.
    pub(super) fn said(self) -> &'static str {
        match self {
            Self::Broken => "Input/output error",
            Self::Full => "No space left on device",
            Self::Killed => "",
        }
    }
}

/// How a call is found again in another run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    /// It is so many-th of its name in its thread.
    Nth,
    /// It is so many-th of its name on the file of its place, which has to be there before.
    NthOnFile,
    /// It writes to the file that the so many-th `openat` makes under a name of chance.
    IntoOpened,
}

/// A call that touches the workspace.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Point {
    call: String,
    way: Way,
    nth: usize,
    /// Its file from the workspace on, without what differs from run to run.
    pub(super) place: String,
}

impl Point {
    /// Whether an incident has to be there before the run.
    pub(super) fn wants_incident(&self) -> bool {
        self.way == Way::NthOnFile
    }

    /// Whether the record is written there: what fails cannot have been a success.
    pub(super) fn is_record(&self) -> bool {
        let writes = ["write", "fsync", "fdatasync"].contains(&self.call.as_str());
        writes && self.place.ends_with("journal.jsonl")
    }
}

/// One line of a trace.
struct Traced {
    thread: u32,
    call: String,
    place: Option<String>,
}

fn traced(log: &Path) -> Vec<Traced> {
    let line = Regex::new(r"^(\d+) +(\w+)\((.*)").unwrap();
    let here = Regex::new(r#"/here/([^">]*)[">]|/here[">]"#).unwrap();
    let chance = Regex::new(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}|\.new-\w{6}|[0-9a-f]{64}").unwrap();
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let told = text.lines().filter_map(|told| line.captures(told));
    told.map(|told| {
        let said = Regex::new("AT_FDCWD<[^>]*>").unwrap();
        let said = said.replace_all(&told[3], "AT_FDCWD");
        // A renamed file is known by its new name, which comes last; an opened one is told twice.
        let place = here.captures_iter(&said).last().map(|found| {
            let place = found.get(1).map_or("", |place| place.as_str());
            let named = |found: &regex::Captures<'_>| match &found[0] {
                new if new.starts_with(".new") => ".new",
                digest if digest.len() == 64 => "DIGEST",
                _ => "ID",
            };
            let place = place.trim_end_matches('/');
            chance.replace_all(place, named).into_owned()
        });
        Traced {
            thread: told[1].parse().unwrap(),
            call: told[2].to_owned(),
            place,
        }
    })
    .collect()
}

/// Runs the program under strace; answers how it ended and where the trace is.
fn trace(desk: &Desk, before: &[&str], options: &[&str], arguments: &[&str]) -> (Told, PathBuf) {
    let log = desk.path().join("trace");
    let mut under: Vec<String> = before.iter().map(|&word| word.to_owned()).collect();
    under.extend(["strace", "-f", "-qq", "-y", "-s", "0", "-o"].map(str::to_owned));
    under.push(log.display().to_string());
    under.extend(options.iter().map(|&word| word.to_owned()));
    let told = desk.run_under(&under, arguments);
    assert!(
        log.exists(),
        "strace is needed, and must be allowed to trace: {told:?}"
    );
    (told, log)
}

/// Every call of an undisturbed run that touches the workspace, but for writes.
pub(super) fn points(desk: &Desk, arguments: &[&str]) -> (Told, Vec<Point>) {
    let set = format!("trace={CALLS},write");
    let (told, log) = trace(desk, &[], &["-e", &set], arguments);
    let mut counted = BTreeMap::<(u32, String), usize>::new();
    let mut points = BTreeSet::new();
    for one in traced(&log) {
        let nth = counted.entry((one.thread, one.call.clone())).or_default();
        *nth += 1;
        let Some(place) = one.place else { continue };
        let is_new = place.ends_with(".new");
        let mut add = |call: &str, way| {
            points.insert(Point {
                call: call.to_owned(),
                way,
                nth: *nth,
                place: place.clone(),
            })
        };
        match one.call.as_str() {
            "write" if !is_new => {}
            "openat" if is_new => {
                add("openat", Way::Nth);
                add("write", Way::IntoOpened);
            }
            "write" => {
                add("write", Way::Nth);
            }
            call => {
                add(call, Way::Nth);
            }
        }
    }
    (told, points.into_iter().collect())
}

/// Every write of an undisturbed run to a file that is there before.
pub(super) fn writes(desk: &Desk, file: &Path, arguments: &[&str]) -> (Told, Vec<Point>) {
    let path = file.display().to_string();
    let options = ["-e", "trace=write", "-P", &path];
    let (told, log) = trace(desk, &[], &options, arguments);
    let points = traced(&log).into_iter().enumerate().map(|(at, one)| Point {
        call: one.call,
        way: Way::NthOnFile,
        nth: at + 1,
        place: one.place.unwrap(),
    });
    (told, points.collect())
}

/// Runs the program with one fault; answers how it ended and whether the fault met the point.
pub(super) fn run(desk: &Desk, point: &Point, fault: Fault, arguments: &[&str]) -> (Told, bool) {
    let (nth, call) = (point.nth, point.call.as_str());
    let injected = fault.injected();
    let (before, injected, call): (&[&str], _, _) = match (point.way, fault) {
        (Way::IntoOpened, Fault::Broken) => (&["python3", "-c", HANDING], "retval=900", "openat"),
        (Way::IntoOpened, _) => (&["python3", "-c", HANDING], "retval=901", "openat"),
        _ => (&[], injected, call),
    };
    let trace_of = format!("trace={call}");
    let inject = format!("inject={call}:{injected}:when={nth}");
    let mut options = vec!["-e", &trace_of, "-e", &inject];
    let file = desk.incidents().pop().map(|incident| {
        let name = point.place.rsplit('/').next().unwrap_or_default();
        incident.join(name).display().to_string()
    });
    if point.wants_incident() {
        options.extend(["-P", file.as_deref().unwrap()]);
    }
    let (told, log) = trace(desk, before, &options, arguments);
    let mut counted = BTreeMap::<u32, usize>::new();
    let is_met = traced(&log).into_iter().any(|one| {
        let so_far = counted.entry(one.thread).or_default();
        *so_far += 1;
        *so_far == nth && one.place.as_ref() == Some(&point.place)
    });
    std::fs::remove_file(&log).unwrap();
    (told, is_met)
}

/// The points that a fault can be put at: writes to a file with a name of chance are failed through what `openat` hands
/// out, and killed at by count, which bad luck may put elsewhere.
pub(super) fn for_fault(points: &[Point], fault: Fault) -> Vec<Point> {
    let is_for = |point: &&Point| match (point.way, point.call.as_str()) {
        (Way::IntoOpened, _) => fault != Fault::Killed,
        (Way::Nth, "write") => fault == Fault::Killed,
        (Way::Nth | Way::NthOnFile, _) => true,
    };
    points.iter().filter(is_for).cloned().collect()
}

/// Where to look for the same point when it was missed: among calls of every thread it is counted a few later or earlier.
pub(super) fn nearby(point: &Point) -> impl Iterator<Item = Point> {
    let is_loose = point.way == Way::Nth && point.call == "write";
    let most = if is_loose { 30 } else { 2 };
    (0..most).map(move |attempt: usize| {
        let by = attempt.div_ceil(2);
        let nth = match attempt {
            _ if !is_loose => point.nth,
            even if even.is_multiple_of(2) => point.nth + by,
            _ => point.nth.saturating_sub(by).max(1),
        };
        Point {
            nth,
            ..point.clone()
        }
    })
}
