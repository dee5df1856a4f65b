//! Storage faults from outside: at every call with which a run touches its workspace the call fails, or the process is
//! killed there. What follows is judged by the server, a shell script, and the bench's reader.

mod trace;

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;

use contain::bench::{check_authority, check_doubts, entries};
use serde_json::{Value, json};

use self::trace::{Fault, Point};
use crate::harness::{Desk, Server, Told};

/// Every so many-th point, unless CONTAIN_FAULTS is `all`.
const STRIDE: usize = 12;

/// A server with many users, one leaked key each: every run takes one that nobody has touched.
struct Stage {
    server: Server,
    responder: Value,
    leaked: RefCell<Vec<(String, String)>>,
    used: RefCell<Vec<String>>,
}

impl Stage {
    fn new(runs: usize) -> Self {
        let server = Server::start("ministack", &[]);
        let responder = server.build().0["responder"].clone();
        let users = runs.to_string();
        let seeded = server.world(&["seed", "--users", &users, "--keys", "1"], &Value::Null);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let seeded = seeded.as_array().unwrap().iter();
        let leaked = seeded.map(|one| (text(&one["user"]), text(&one["keys"][0])));
        Self {
            server,
            responder,
            leaked: RefCell::new(leaked.collect()),
            used: RefCell::default(),
        }
    }

    fn desk(&self) -> Desk {
        let said = |name: &str| self.responder[name].as_str().unwrap();
        let who = (said("access_key_id"), said("secret_access_key"));
        let bounds =
            "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 0s, audit_lag: 0s}\n";
        Desk::at(self.server.endpoint(), who).file("contain.yaml", bounds)
    }

    /// A user with a leaked key, and the words that contain the key.
    fn next(&self) -> (String, Vec<String>) {
        let (user, key) = self.leaked.borrow_mut().pop().unwrap();
        self.used.borrow_mut().push(user.clone());
        let key = format!("aws:access-key/{key}");
        let wish = ["isolate", &key, "--yes", "--json"].map(str::to_owned);
        (user, wish.into())
    }

    /// Whether a user stands on the server as on the first day, asked with the independent client.
    fn is_untouched(&self, user: &str) -> bool {
        let asked = json!({"parameters": {"UserName": user}});
        let keys = self
            .server
            .world(&["call", "iam", "list_access_keys"], &asked);
        let policies = self
            .server
            .world(&["call", "iam", "list_user_policies"], &asked);
        keys["AccessKeyMetadata"][0]["Status"] == "Active"
            && policies["PolicyNames"].as_array().unwrap().is_empty()
    }

    /// What the independent client sees of every user that was used: the first is the one that nothing disturbed.
    fn assert_all_are_contained_alike(&self) {
        let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
        let key = regex::Regex::new("AKIA[0-9A-Z]{16}").unwrap();
        let told = self.server.snapshot();
        let seen = |user: &String| {
            let text = told["users"][user].to_string();
            let text = time.replace_all(&text, "TIME").into_owned();
            key.replace_all(&text, "KEY").into_owned()
        };
        let used = self.used.borrow();
        let wanted = seen(&used[0]);
        assert!(wanted.contains(r#"{"KEY":"Inactive"}"#), "{wanted}");
        assert!(wanted.contains("TokenIssueTime"), "{wanted}");
        for user in used.iter() {
            assert_eq!(seen(user), wanted, "{user}");
        }
    }
}

fn words(wish: &[String]) -> Vec<&str> {
    wish.iter().map(String::as_str).collect()
}

/// What an ending says, without names and times.
fn ending(told: &Told) -> Value {
    let items = told.json["items"].as_array().unwrap().iter().map(|item| {
        let about = [
            "does", "action", "phase", "tier", "status", "verdict", "settled", "rung",
        ];
        let mut said: serde_json::Map<_, _> = about
            .iter()
            .map(|name| ((*name).to_owned(), item[*name].clone()))
            .collect();
        let kind = item["target"]
            .as_str()
            .unwrap_or_default()
            .split('/')
            .next();
        said.insert("target".to_owned(), json!(kind));
        Value::Object(said)
    });
    let mut ending = json!({"exit": told.exit, "items": items.collect::<Vec<_>>()});
    for name in [
        "outcome",
        "pending",
        "still_alive",
        "close_lacks",
        "withheld",
    ] {
        ending[name] = told.json[name].clone();
    }
    ending
}

/// What was said by a process whose disk failed: what happened, what became of the world, and how to go on.
fn assert_told(stage: &Stage, user: &str, told: &Told, fault: Fault) {
    let shown = format!("{} {}", told.out, told.err);
    assert!(shown.contains(fault.said()), "{told:?}");
    let ways = format!("{}{}", told.hints(), told.json["next"]);
    let is_way = ["contain ", "--journal DIR", "--workspace DIR"].map(|way| ways.contains(way));
    assert!(is_way.contains(&true), "{told:?}");
    if told.error().contains("Nothing was changed") {
        assert!(stage.is_untouched(user), "{told:?}");
    }
}

/// The folder after the last command, with nothing of the engine but the names of events.
fn assert_sound(desk: &Desk, secret: &str) {
    let incidents = desk.incidents();
    let used = incidents
        .iter()
        .map(|incident| incident.join("journal.jsonl"));
    let used: Vec<_> = used
        .filter(|journal| journal.metadata().is_ok_and(|found| found.len() > 0))
        .collect();
    assert_eq!(used.len(), 1, "{incidents:?}");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check-journal.sh");
    let checked = Command::new("bash")
        .arg(script)
        .arg(&used[0])
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let entries = entries(&std::fs::read(&used[0]).unwrap());
    check_doubts(&entries);
    check_authority(&entries);
    let mut folders = vec![desk.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for found in folder.read_dir().unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(secret), "a secret is in {}", path.display());
            }
        }
    }
}

/// What an operator does next: resumes, or where there is nothing to resume, says it again, in the incident that is
/// named where there is one.
fn go_on(desk: &Desk, wish: &[String]) -> Told {
    let mut wish = words(wish);
    if desk.incidents().is_empty() {
        return desk.run(&wish);
    }
    let told = desk.run(&["resume", "--yes", "--json"]);
    if told.kind() != "usage" {
        return told;
    }
    assert!(told.error().ends_with("Nothing was changed."), "{told:?}");
    let hints = told.hints();
    let named = regex::Regex::new("contain isolate LOCATOR --incident ([-0-9a-f]+)").unwrap();
    if let Some(named) = named
        .captures(&hints)
        .filter(|_| !wish.contains(&"--incident"))
    {
        wish.extend(["--incident", named.get(1).unwrap().as_str()]);
    }
    desk.run(&wish)
}

/// Opens an incident without changing anything; answers what contains the key in it.
fn opened(desk: &Desk, wish: &[String]) -> Vec<String> {
    let mut asked = words(wish);
    asked.retain(|word| *word != "--yes");
    let told = desk.run(&asked);
    told.assert(3, "waiting");
    let mut wish = wish.to_vec();
    let incident = told.json["incident"].as_str().unwrap();
    wish.extend(["--incident".to_owned(), incident.to_owned()]);
    wish
}

/// One run with a fault, and what follows; answers whether the fault met the point.
fn meets(stage: &Stage, point: &Point, fault: Fault, wanted: &Value) -> bool {
    let desk = stage.desk();
    let (user, mut wish) = stage.next();
    if point.wants_incident() {
        wish = opened(&desk, &wish);
    }
    let (told, is_met) = trace::run(&desk, point, fault, &words(&wish));
    let last = if told.exit == 0 {
        let is_hidden = is_met && fault != Fault::Killed && point.is_record();
        assert!(
            !is_hidden,
            "{point:?} failed and nothing was said: {told:?}"
        );
        told
    } else {
        if fault != Fault::Killed {
            assert_told(stage, &user, &told, fault);
        }
        go_on(&desk, &wish)
    };
    assert_eq!(ending(&last), *wanted, "{last:?}");
    assert_sound(
        &desk,
        stage.responder["secret_access_key"].as_str().unwrap(),
    );
    is_met
}

/// The points of a run that begins with nothing, and of one that finds its incident.
fn every_point(stage: &Stage) -> (Value, Vec<Point>) {
    let (_, wish) = stage.next();
    let (told, mut points) = trace::points(&stage.desk(), &words(&wish));
    told.assert(0, "contained");
    for file in ["run.lock", "journal.jsonl"] {
        let desk = stage.desk();
        let (_, wish) = stage.next();
        let wish = opened(&desk, &wish);
        let file = desk.incidents()[0].join(file);
        let (told, writes) = trace::writes(&desk, &file, &words(&wish));
        told.assert(0, "contained");
        assert!(!writes.is_empty(), "{}", file.display());
        points.extend(writes);
    }
    (ending(&told), points)
}

/// Tries every point, or every so many-th, and tells all that went wrong together.
#[expect(
    clippy::print_stderr,
    reason = "how many points there were is what this measures"
)]
fn everywhere(fault: Fault) {
    let is_all = std::env::var("CONTAIN_FAULTS").is_ok_and(|asked| asked == "all");
    let stage = Stage::new(if is_all { 400 } else { 60 });
    let (wanted, points) = every_point(&stage);
    let points = trace::for_fault(&points, fault);
    assert!(points.len() > 80, "only {} points", points.len());
    // Each fault begins elsewhere, so that the few are not the same few.
    let (first, step) = if is_all {
        (0, 1)
    } else {
        (fault as usize * 5, STRIDE)
    };
    let (mut met, mut missed, mut wrong) = (0_usize, Vec::new(), Vec::new());
    for point in points.iter().skip(first).step_by(step) {
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            trace::nearby(point).any(|point| meets(&stage, &point, fault, &wanted))
        }));
        match tried {
            Ok(true) => met += 1,
            Ok(false) => missed.push(point),
            Err(_) => wrong.push(point),
        }
    }
    eprintln!(
        "{fault:?}: met {met} of {} points, missed {missed:#?}",
        points.len()
    );
    assert!(wrong.is_empty(), "{fault:?}: {wrong:#?}");
    // How many groups of entries there are is a matter of timing, so the last of them may never come.
    let tried = met + missed.len();
    assert!(missed.len() <= tried.div_ceil(20), "{missed:#?}");
    stage.assert_all_are_contained_alike();
}

#[test]
fn whatever_call_on_its_disk_fails_it_is_told_and_resumed_to_the_same_end() {
    everywhere(Fault::Broken);
}

#[test]
fn wherever_its_disk_is_full_it_is_told_and_resumed_to_the_same_end() {
    everywhere(Fault::Full);
}

#[test]
fn killed_at_whatever_call_on_its_disk_it_is_resumed_to_the_same_end() {
    everywhere(Fault::Killed);
}
