//! An incident that lives in a bucket: another machine joins it and goes on; whoever was stopped and comes back late does
//! nothing a second time.

mod place;
mod required;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contain::bench::{check_authority, check_doubts, entries};
use contain::domain::event::Event;
use serde_json::{Value, json};

use crate::harness::{Desk, Running, Server, Told};

/// Runs on every commit; `CONTAIN_SHARED=100` takes more, as the release does.
const RUNS: usize = 6;
/// How many go on at once: they wait more than they work.
const AT_ONCE: usize = 4;
const LEASE: &str = "2s";

/// A server with users to contain, one leaked key each, a secret that holds it, and a bucket.
struct Stage {
    server: Server,
    responder: Value,
    leaked: Mutex<Vec<(String, String)>>,
}

/// One user whose key leaked, and two machines that share its incident.
struct Case<'a> {
    stage: &'a Stage,
    user: String,
    key: String,
    first: Desk,
    second: Desk,
}

impl Stage {
    fn new(users: usize) -> Self {
        let server = Server::start("ministack", &[]);
        let responder = server.build().0["responder"].clone();
        let users = users.to_string();
        let seeded = server.world(&["seed", "--users", &users, "--keys", "1"], &Value::Null);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let seeded = seeded.as_array().unwrap().iter();
        let leaked = seeded.map(|one| (text(&one["user"]), text(&one["keys"][0])));
        let stage = Self {
            responder,
            leaked: Mutex::new(leaked.collect()),
            server,
        };
        stage.call("s3", "create_bucket", &json!({"Bucket": "record"}));
        stage
    }

    fn call(&self, service: &str, operation: &str, parameters: &Value) -> Value {
        let input = json!({ "parameters": parameters });
        self.server.world(&["call", service, operation], &input)
    }

    fn desk(&self, sink: &str) -> Desk {
        self.desk_of(&[sink])
    }

    fn desk_of(&self, sinks: &[&str]) -> Desk {
        let sinks: Vec<String> = sinks.iter().map(|sink| format!("  - {sink}\n")).collect();
        let said = |name: &str| self.responder[name].as_str().unwrap();
        let who = (said("access_key_id"), said("secret_access_key"));
        let text = format!(
            "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 0s, audit_lag: 0s}}\nsinks:\n{}",
            sinks.concat()
        );
        Desk::at(self.server.endpoint(), who).file("contain.yaml", &text)
    }

    fn case(&self) -> Case<'_> {
        let (user, key) = self.leaked.lock().unwrap().pop().unwrap();
        let sink = format!(
            "{{s3: \"s3://record/of-{user}\", region: us-east-1, shared: true, lease: {LEASE}}}"
        );
        Case {
            first: self.desk(&sink),
            second: self.desk(&sink),
            stage: self,
            user,
            key: format!("aws:access-key/{key}"),
        }
    }
}

impl Case<'_> {
    /// Opens the incident on one machine, and joins it on the other.
    fn open(&self) -> String {
        let told = self.first.run(&["incident", "open", "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
        let incident = told.json["incident"].as_str().unwrap().to_owned();
        let told = self.second.run(&["incident", "join", &incident, "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
        incident
    }

    /// The segments in the bucket by the independent client: the number of the first entry of each, and its length.
    fn segments(&self) -> BTreeMap<usize, usize> {
        let prefix = format!("of-{}/", self.user);
        let asked = json!({"Bucket": "record", "Prefix": prefix});
        let listed = self.stage.call("s3", "list_objects_v2", &asked);
        assert_ne!(listed["IsTruncated"], true);
        let objects = listed["Contents"].as_array().cloned().unwrap_or_default();
        let segment = |object: &Value| {
            let key = object["Key"].as_str()?.strip_prefix(&prefix)?;
            let (_, name) = key.split_once('/')?;
            let first = name.strip_suffix(".jsonl")?.parse().ok()?;
            Some((first, usize::try_from(object["Size"].as_u64()?).ok()?))
        };
        objects.iter().filter_map(segment).collect()
    }

    /// One chain without a fork, segment after segment, of which both machines have a copy.
    fn assert_one_chain(&self) -> Vec<contain::bench::Entry> {
        let told = self.first.run(&["status", "--json"]);
        assert_eq!(told.err, "", "{told:?}");
        // Reads every segment, and holds it against the copy.
        let told = self.second.run(&["journal", "verify"]);
        assert!(told.exit == 0 && told.out.contains("has all "), "{told:?}");
        let bytes = journal_of(&self.second);
        assert_eq!(journal_of(&self.first), bytes);
        let mut end = 0;
        for (first, length) in self.segments() {
            let before = bytes.get(..end).unwrap();
            assert_eq!(before.matches('\n').count() + 1, first, "a fork or a gap");
            end += length;
        }
        assert_eq!(end, bytes.len());
        let all = entries(bytes.as_bytes());
        check_doubts(&all);
        check_authority(&all);
        let mut terms = all.iter().filter_map(|entry| match &entry.event {
            Event::Taken { term } => Some(term.number),
            _ => None,
        });
        assert!((1..).zip(&mut terms).all(|(due, number)| due == number));
        all
    }

    /// What the user has: each of its keys with its status, and the names of its policies.
    fn has(&self) -> (Vec<(String, String)>, Vec<String>) {
        let asked = json!({"UserName": self.user});
        let keys = self.stage.call("iam", "list_access_keys", &asked);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let keys = keys["AccessKeyMetadata"].as_array().unwrap().iter();
        let keys = keys.map(|key| (text(&key["AccessKeyId"]), text(&key["Status"])));
        let policies = self.stage.call("iam", "list_user_policies", &asked);
        let policies = policies["PolicyNames"].as_array().unwrap().iter();
        (keys.collect(), policies.map(text).collect())
    }

    fn isolate(&self, incident: &str) -> Vec<String> {
        let words = [
            "isolate",
            &self.key,
            "--yes",
            "--json",
            "--incident",
            incident,
        ];
        words.map(str::to_owned).into()
    }

    /// Goes on on the second machine, as soon as whoever fell silent there is taken to be gone.
    fn go_on(&self, incident: &str) -> Told {
        let began = Instant::now();
        std::thread::park_timeout(Duration::from_millis(2_500));
        loop {
            let told = self
                .second
                .run(&["resume", "--yes", "--json", "--incident", incident]);
            if told.exit != 8 {
                return told;
            }
            assert_eq!(told.kind(), "locked", "{told:?}");
            assert!(began.elapsed() < Duration::from_secs(60), "{told:?}");
            std::thread::park_timeout(Duration::from_millis(500));
        }
    }
}

fn words(of: &[String]) -> Vec<&str> {
    of.iter().map(String::as_str).collect()
}

fn journal_of(desk: &Desk) -> String {
    let folder = desk.incidents().remove(0);
    std::fs::read_to_string(folder.join("journal.jsonl")).unwrap()
}

/// Stops a run once its journal has so many entries after it began, and a little later; answers whether it still ran.
fn stop_at(desk: &Desk, run: &mut Running, entries: usize, later: Duration) -> bool {
    loop {
        if !run.goes_on() {
            return false;
        }
        let text = journal_of(desk);
        let after = text.split("\"kind\":\"run-opened\"").nth(1);
        if after.is_some_and(|after| after.matches('\n').count() > entries) {
            std::thread::park_timeout(later);
            run.stop();
            return run.goes_on();
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

#[test]
fn an_incident_in_a_bucket_is_joined_and_gone_on_with_from_another_machine() {
    let stage = Stage::new(1);
    let case = stage.case();
    let (first, second) = (&case.first, &case.second);
    let incident = case.open();
    let listed = second.run(&["incident", "join"]);
    assert!(
        listed.out.contains(&format!("{incident}  here")),
        "{listed:?}"
    );
    // What one plans the other sees and performs, by the same plan.
    let planned = first.run(&[
        "plan",
        "isolate",
        "--subject",
        &case.key,
        "--incident",
        &incident,
        "--json",
    ]);
    assert!([0, 3].contains(&planned.exit), "{planned:?}");
    let status = second.run(&["status", "--json"]);
    assert_eq!(status.json["plan"], planned.json["plan"], "{status:?}");
    let told = second.run(&words(&case.isolate(&incident)));
    told.assert(0, "contained");
    let (keys, policies) = case.has();
    assert!(
        keys.iter().all(|(_, status)| status == "Inactive"),
        "{keys:?}"
    );
    assert_eq!(policies.len(), 1, "{policies:?}");
    first.run(&["status", "--json"]).assert(0, "contained");
    first.run(&["verify", "--json"]).assert(0, "contained");
    let told = first.run(&["resume", "--yes", "--json"]);
    assert!([0, 2].contains(&told.exit), "{told:?}");
    let told = first.run(&["restore", "--yes", "--json"]);
    assert!([0, 7].contains(&told.exit), "{told:?}");
    let told = second.run(&["incident", "close", "--json"]);
    assert!([0, 3, 5].contains(&told.exit), "{told:?}");
    let all = case.assert_one_chain();
    let taken = all
        .iter()
        .filter(|entry| matches!(entry.event, Event::Taken { .. }));
    assert!(taken.count() >= 3);
    // Evidence and plans came along: what is attached is as it was on both machines.
    let verified = second.run(&["journal", "verify"]);
    assert!(
        verified.out.contains("attached files are as they were"),
        "{verified:?}"
    );
    // Where the workspace no longer names the place, nobody acts on a copy alone.
    let bare = "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 0s, audit_lag: 0s}\n";
    std::fs::write(second.path().join("here/contain.yaml"), bare).unwrap();
    let told = second.run(&["incident", "note", "alone", "--json"]);
    assert_eq!(
        (told.exit, told.kind()),
        (4, "another-workspace"),
        "{told:?}"
    );
    let told = second.run(&["incident", "join", "--json"]);
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(told.hints().contains("shared: true"), "{told:?}");
}

#[test]
fn where_the_place_does_not_answer_a_new_incident_is_contained_alone_and_a_shared_one_is_left() {
    let stage = Stage::new(2);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = silent.local_addr().unwrap();
    let unheard = format!(
        "{{s3: \"s3://record/x\", region: us-east-1, endpoint: \"http://{deaf}\", within: 200ms, shared: true}}"
    );
    let case = stage.case();
    let desk = stage.desk(&unheard);
    let told = desk.run(&["isolate", &case.key, "--yes", "--json"]);
    assert_eq!(told.outcome(), "contained", "{told:?}");
    assert!(told.err.contains("is not shared"), "{told:?}");

    let case = stage.case();
    let incident = case.open();
    let named = std::fs::read_to_string(case.second.path().join("here/contain.yaml")).unwrap();
    let lost = named.replace(
        "region:",
        &format!("endpoint: \"http://{deaf}\", within: 200ms, region:"),
    );
    std::fs::write(case.second.path().join("here/contain.yaml"), lost).unwrap();
    let told = case.second.run(&words(&case.isolate(&incident)));
    assert_eq!(
        (told.exit, told.kind()),
        (1, "record-unwritable"),
        "{told:?}"
    );
    assert!(told.hints().contains("--journal DIR"), "{told:?}");
    assert!(
        case.has().0.iter().all(|(_, status)| status == "Active"),
        "{told:?}"
    );
    let told = case.second.run(&["status", "--json"]);
    assert!(told.err.contains("may be missing here"), "{told:?}");
    // What was begun and has no entry here may have some there, whatever is noted of it here.
    let folder = case.second.incidents().remove(0);
    std::fs::write(folder.join("journal.jsonl"), "").unwrap();
    for noted in [true, false] {
        if !noted {
            std::fs::remove_file(folder.join("shared")).unwrap();
        }
        let told = case.second.run(&words(&case.isolate(&incident)));
        assert_eq!(told.kind(), "record-unwritable", "{told:?}");
    }
    assert!(case.has().0.iter().all(|(_, status)| status == "Active"));
    // Alone, and elsewhere, it can still be contained.
    let elsewhere = tempfile::tempdir().unwrap();
    let place = elsewhere.path().display().to_string();
    let told = case
        .second
        .run(&["isolate", &case.key, "--yes", "--json", "--journal", &place]);
    assert_eq!(told.outcome(), "contained", "{told:?}");
}

/// What a real run came to.
#[derive(Default)]
struct Tally {
    ran: AtomicUsize,
    stopped: AtomicUsize,
    taken_over: AtomicUsize,
}

/// One run on the first machine, stopped somewhere; the second takes over; the first comes back, early or late.
fn one_stopped(stage: &Stage, nth: usize, tally: &Tally) {
    let case = stage.case();
    let incident = case.open();
    let mut run = case.first.spawn(&words(&case.isolate(&incident)));
    let at = (nth * 7) % 23;
    let later = Duration::from_millis(u64::try_from(nth % 5).unwrap() * 3);
    let is_stopped = stop_at(&case.first, &mut run, at, later);
    let (told, late) = if !is_stopped {
        (case.go_on(&incident), run.end())
    } else if nth.is_multiple_of(3) {
        // It comes back in the middle of what the other does.
        let mut other = None;
        let began = Instant::now();
        while !journal_of(&case.second).contains("\"number\":2") {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "nobody took over"
            );
            let other = other.get_or_insert_with(|| {
                case.second
                    .spawn(&["resume", "--yes", "--json", "--incident", &incident])
            });
            if !other.goes_on() && !journal_of(&case.second).contains("\"number\":2") {
                *other = case
                    .second
                    .spawn(&["resume", "--yes", "--json", "--incident", &incident]);
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        run.go_on();
        let told = other.map(Running::end);
        (told.unwrap_or_else(|| case.go_on(&incident)), run.end())
    } else {
        let told = case.go_on(&incident);
        run.go_on();
        (told, run.end())
    };
    let fine = |told: &Told| told.exit == 0 || told.exit == 2 && told.error().contains("no run");
    assert!(
        fine(&told),
        "run {nth}, stopped after {at} entries: {told:?}\n{late:?}"
    );
    if late.exit == 8 {
        assert!(["taken-over", "locked"].contains(&late.kind()), "{late:?}");
        tally.taken_over.fetch_add(1, Ordering::Relaxed);
    } else {
        late.assert(0, "contained");
    }
    let (keys, policies) = case.has();
    let is_dead = keys.len() == 1 && keys.iter().all(|(_, status)| status == "Inactive");
    assert!(
        is_dead && policies.len() == 1,
        "run {nth}: {keys:?} {policies:?}"
    );
    case.assert_one_chain();
    tally.ran.fetch_add(1, Ordering::Relaxed);
    tally
        .stopped
        .fetch_add(usize::from(is_stopped), Ordering::Relaxed);
}

/// `CONTAIN_SHARED=100` plays a hundred, which takes about a minute and a half on two cores.
#[test]
fn whoever_was_stopped_anywhere_and_comes_back_does_nothing_a_second_time() {
    let runs = std::env::var("CONTAIN_SHARED").ok();
    let runs = runs.and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    let (stage, tally, next) = (Stage::new(runs), Tally::default(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(runs) {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= runs {
                        break;
                    }
                    one_stopped(&stage, nth, &tally);
                }
            });
        }
    });
    let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
    let (stopped, taken) = (count(&tally.stopped), count(&tally.taken_over));
    assert_eq!(count(&tally.ran), runs);
    assert!(
        stopped > runs / 4 && taken > 0,
        "{stopped} of {runs} were stopped, {taken} taken over"
    );
}
