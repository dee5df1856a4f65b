//! A sink that has to hold an intent before its call leaves, beside the place in which an incident is shared: whichever
//! machine performs, what leaves stands in its own required sink too.

use std::net::TcpListener;
use std::path::Path;

use contain::domain::event::Event;

use super::{Case, Stage, entries, journal_of, words};

/// Every segment of an incident in a folder, one after the other.
fn record(folder: &Path, incident: &str) -> Vec<u8> {
    let Ok(found) = folder.join(incident).read_dir() else {
        return Vec::new();
    };
    let mut paths: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    paths.sort();
    let bytes = paths.iter().map(|path| std::fs::read(path).unwrap());
    bytes.collect::<Vec<_>>().concat()
}

fn intends(record: &[u8]) -> bool {
    let is_intent = |event: &Event| matches!(event, Event::Intended { .. });
    entries(record).iter().any(|entry| is_intent(&entry.event))
}

fn is_untouched(case: &Case<'_>) -> bool {
    let (keys, policies) = case.has();
    keys.iter().all(|(_, status)| status == "Active") && policies.is_empty()
}

#[test]
fn on_a_shared_incident_nothing_leaves_that_a_required_sink_does_not_hold() {
    let stage = Stage::new(1);
    let (user, key) = stage.leaked.lock().unwrap().pop().unwrap();
    let shared =
        format!("{{s3: \"s3://record/of-{user}\", region: us-east-1, shared: true, lease: 2s}}");
    let beside = tempfile::tempdir().unwrap();
    let missing = beside.path().join("not-mounted");
    let folder = |at: &Path| format!("{{folder: {}, required: true}}", at.display());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = silent.local_addr().unwrap();
    let deaf = format!(
        "{{s3: \"s3://record/x\", region: us-east-1, endpoint: \"http://{deaf}\", within: 300ms, required: true}}"
    );
    let case = Case {
        first: stage.desk_of(&[&shared, &folder(&missing)]),
        second: stage.desk_of(&[&shared, &deaf]),
        stage: &stage,
        user,
        key: format!("aws:access-key/{key}"),
    };
    let told = stage.desk(&shared).run(&["incident", "open", "--json"]);
    let incident = told.json["incident"].as_str().unwrap().to_owned();
    for desk in [&case.first, &case.second] {
        let told = desk.run(&["incident", "join", &incident, "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
    }
    // One that is not there, and one that does not answer: neither machine changes anything, and each says why.
    for (desk, name) in [
        (&case.first, "not-mounted"),
        (&case.second, "s3://record/x"),
    ] {
        // Whoever performed last counts as there for that long.
        std::thread::park_timeout(std::time::Duration::from_millis(2_500));
        let told = desk.run(&words(&case.isolate(&incident)));
        assert_eq!(
            (told.exit, told.kind()),
            (1, "record-unwritable"),
            "{told:?}"
        );
        let said = format!("{} {}", told.error(), told.err);
        assert!(said.contains("required") && said.contains(name), "{told:?}");
        assert!(is_untouched(&case), "{told:?}");
        assert!(!intends(journal_of(desk).as_bytes()), "{told:?}");
    }
    // Once it is there, what is done stands in it before it is done, and all that the place has.
    std::fs::create_dir(&missing).unwrap();
    std::thread::park_timeout(std::time::Duration::from_millis(2_500));
    let told = case.first.run(&words(&case.isolate(&incident)));
    told.assert(0, "contained");
    let journal = journal_of(&case.first);
    let held = record(&missing, &incident);
    assert!(intends(&held));
    assert_eq!(String::from_utf8(held).unwrap(), journal);
}
