//! The record in several places at once: on disk, in a folder elsewhere, and in a bucket with Object Lock. Whatever fails,
//! nothing is changed without a durable intent, and what comes next is whole again.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;

use contain::bench::{check_authority, check_doubts, entries};
use serde_json::{Value, json};

use crate::harness::{Desk, Server, Told};

/// A server with users to contain, one leaked key each, and a bucket with Object Lock.
struct Stage {
    server: Server,
    responder: Value,
    leaked: RefCell<Vec<(String, String)>>,
}

/// One desk, one user, and where its record goes.
struct Case<'a> {
    stage: &'a Stage,
    desk: Desk,
    user: String,
    key: String,
    prefix: String,
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
            leaked: RefCell::new(leaked.collect()),
            server,
        };
        let lock = json!({"Bucket": "record", "ObjectLockEnabledForBucket": true});
        stage.s3("create_bucket", lock);
        stage.s3(
            "put_object_lock_configuration",
            json!({"Bucket": "record", "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
            }}),
        );
        stage
    }

    fn s3(&self, operation: &str, parameters: Value) -> Value {
        let input = json!({ "parameters": parameters });
        self.server.world(&["call", "s3", operation], &input)
    }

    /// A case whose workspace names these further sinks.
    fn case(&self, sinks: &[String]) -> Case<'_> {
        let said = |name: &str| self.responder[name].as_str().unwrap();
        let who = (said("access_key_id"), said("secret_access_key"));
        let (user, key) = self.leaked.borrow_mut().pop().unwrap();
        let prefix = format!("of-{user}");
        let case = Case {
            desk: Desk::at(self.server.endpoint(), who),
            stage: self,
            user,
            key: format!("aws:access-key/{key}"),
            prefix,
        };
        case.configure(sinks);
        case
    }
}

impl Case<'_> {
    fn configure(&self, sinks: &[String]) {
        let sinks: Vec<String> = sinks
            .iter()
            .map(|sink| format!("  - {}\n", sink.replace("PREFIX", &self.prefix)))
            .collect();
        let text = format!(
            "contain: 1\nproviders:\n  aws:\n    bounds: {{propagation: 0s, audit_lag: 0s}}\nsinks:\n{}",
            sinks.concat()
        );
        std::fs::write(self.desk.path().join("here/contain.yaml"), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Told {
        self.desk.run(arguments)
    }

    /// Opens the incident, so that its journal is there before the run.
    fn open(&self) -> String {
        let told = self.run(&["incident", "open", "--json"]);
        assert_eq!(told.exit, 0, "{told:?}");
        told.json["incident"].as_str().unwrap().to_owned()
    }

    /// Isolates while calls on a file fail, or take long, as strace makes them.
    fn isolate_while(&self, (inject, file): (&str, &str), incident: &str) -> Told {
        let call = inject.split(':').next().unwrap();
        let (trace, fault) = (format!("trace={call}"), format!("inject={inject}"));
        let quiet = ["strace", "-f", "-qq", "-o", "/dev/null"];
        let on = ["-P", file, "-e", &trace, "-e", &fault];
        self.isolate_under(&[&quiet[..], &on].concat(), incident)
    }

    fn isolate_under(&self, under: &[&str], incident: &str) -> Told {
        let under: Vec<String> = under.iter().map(|&word| word.to_owned()).collect();
        let wish = [
            "isolate",
            &self.key,
            "--yes",
            "--json",
            "--incident",
            incident,
        ];
        self.desk.run_under(&under, &wish)
    }

    fn here(&self) -> Vec<u8> {
        let incident = self.desk.incidents().remove(0);
        std::fs::read(incident.join("journal.jsonl")).unwrap()
    }

    /// What stands in the bucket, read by the independent client: every object once, in the order of names.
    fn bucket(&self) -> Vec<u8> {
        let listed = self.stage.s3(
            "list_objects_v2",
            json!({"Bucket": "record", "Prefix": format!("{}/", self.prefix)}),
        );
        let keys = listed["Contents"].as_array().cloned().unwrap_or_default();
        let keys = keys
            .iter()
            .map(|one| one["Key"].as_str().unwrap().to_owned());
        let keys: BTreeSet<String> = keys.collect();
        let mut all = Vec::new();
        for key in keys {
            let got = json!({"Bucket": "record", "Key": key});
            let got = self.stage.s3("get_object", got);
            all.extend_from_slice(got["Body"].as_str().unwrap().as_bytes());
        }
        all
    }

    fn is_untouched(&self) -> bool {
        let asked = json!({"parameters": {"UserName": self.user}});
        let ask = |operation| self.stage.server.world(&["call", "iam", operation], &asked);
        ask("list_access_keys")["AccessKeyMetadata"][0]["Status"] == "Active"
            && ask("list_user_policies")["PolicyNames"]
                .as_array()
                .unwrap()
                .is_empty()
    }

    /// Nothing was changed that no entry intends; what was acknowledged verifies.
    fn assert_sound(&self, record: &[u8]) {
        let all = entries(record);
        check_doubts(&all);
        check_authority(&all);
        let text = String::from_utf8_lossy(record);
        let is_intended = text.contains("\"kind\":\"intended\"");
        assert!(is_intended || self.is_untouched(), "{text}");
    }

    /// What comes next takes everything in, everywhere.
    fn assert_whole_again(&self) {
        let told = self.run(&["resume", "--yes", "--json"]);
        assert!([0, 2].contains(&told.exit), "{told:?}");
        let told = self.run(&["incident", "note", "whole again"]);
        assert_eq!(told.exit, 0, "{told:?}");
        let told = self.run(&["journal", "verify"]);
        assert_eq!(told.exit, 0, "{told:?}");
        assert!(told.out.contains("has all "), "{told:?}");
        assert!(!told.out.contains("lacks"), "{told:?}");
        assert_eq!(self.here(), self.bucket());
        self.assert_sound(&self.here());
    }
}

fn bucket() -> String {
    "{s3: \"s3://record/PREFIX\", region: us-east-1}".to_owned()
}

#[test]
fn a_record_stands_on_disk_in_a_folder_and_in_a_locked_bucket_alike() {
    let stage = Stage::new(1);
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = format!("{{folder: {}}}", elsewhere.path().display());
    let case = stage.case(&[folder, bucket()]);
    let incident = case.open();
    let told = case.isolate_under(&[], &incident);
    told.assert(0, "contained");
    let here = case.here();
    assert!(String::from_utf8_lossy(&here).contains("\"kind\":\"intended\""));
    assert_eq!(case.bucket(), here);
    let mut there: Vec<_> = std::fs::read_dir(elsewhere.path().join(&incident))
        .unwrap()
        .collect();
    there.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    let mut folder = Vec::new();
    for entry in there {
        let mut file = std::fs::File::open(entry.unwrap().path()).unwrap();
        file.read_to_end(&mut folder).unwrap();
    }
    assert_eq!(folder, here);
    let told = case.run(&["journal", "verify"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(told.out.matches("has all ").count(), 2, "{told:?}");
    let told = case.run(&["doctor"]);
    assert!(
        told.out
            .contains("Object Lock keeps each object: COMPLIANCE, 1 days"),
        "{told:?}"
    );
    // The bucket itself refuses to give an object up, and a record that was cut here comes back from there.
    let name = format!("{}/{incident}/{:020}.jsonl", case.prefix, 1);
    let versions = stage.s3(
        "list_object_versions",
        json!({"Bucket": "record", "Prefix": name}),
    );
    let version = versions["Versions"][0]["VersionId"].as_str().unwrap();
    let gone = json!({"parameters": {"Bucket": "record", "Key": name, "VersionId": version}});
    let gone = stage.server.world(&["may", "s3", "delete_object"], &gone);
    assert_eq!(gone["accepted"], false, "{gone}");
    let first = here.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(
        case.desk.incidents()[0].join("journal.jsonl"),
        &here[..first],
    )
    .unwrap();
    let told = case.run(&["journal", "verify"]);
    assert!(told.exit == 11 && told.out.contains("MORE"), "{told:?}");
    case.assert_whole_again();
    assert!(case.here().starts_with(&here));
}

#[test]
fn a_disk_that_is_full_read_only_or_hangs_stops_nothing_and_is_said() {
    let stage = Stage::new(12);
    let journal = |case: &Case<'_>| {
        let incident = case.desk.incidents().remove(0);
        incident.join("journal.jsonl").display().to_string()
    };
    for (inject, said) in [
        ("write:error=ENOSPC", "No space left on device"),
        ("write:error=EROFS", "Read-only file system"),
        ("fdatasync:error=EIO", "Input/output error"),
        (
            "fdatasync:delay_enter=14000000",
            "did not answer within 10 s",
        ),
    ] {
        let case = stage.case(&[bucket()]);
        let incident = case.open();
        let file = journal(&case);
        let told = case.isolate_while((inject, &file), &incident);
        assert_eq!(
            (told.exit, told.outcome()),
            (11, "contained"),
            "{inject}: {told:?}"
        );
        assert!(told.err.contains(said), "{inject}: {told:?}");
        assert_eq!(
            told.err.matches("is not written to any more").count(),
            1,
            "{told:?}"
        );
        let lost = &told.json["data"]["sinks_lost"][0];
        assert_eq!(lost["local"], true, "{told:?}");
        assert!(!case.is_untouched(), "{inject}");
        case.assert_sound(&case.bucket());
        let verified = case.run(&["journal", "verify"]);
        let is_behind = verified.exit == 11 && verified.out.contains("MORE");
        let is_torn = verified.out.contains("torn");
        // What could not be synced may be there all the same.
        let is_of_sync = inject.starts_with("fdatasync:");
        assert!(is_behind || is_torn || is_of_sync, "{verified:?}");
        case.assert_whole_again();
    }
    // At some size every write fails, in the middle of a run and of a group too.
    let mut midway = 0;
    for kib in [1, 4, 8, 12, 16] {
        let case = stage.case(&[bucket()]);
        let incident = case.open();
        let limit = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\"");
        let told = case.isolate_under(&["bash", "-c", &limit, "bash"], &incident);
        case.assert_sound(&case.bucket());
        if told.exit != 0 {
            let said = format!("{told:?}");
            assert!(said.contains("File too large"), "{kib}: {told:?}");
        }
        let is_lost = told.json["data"]["sinks_lost"][0]["local"] == true;
        midway += usize::from(is_lost && case.here().len() > 2048);
        case.assert_whole_again();
    }
    assert!(midway > 0, "no run lost its disk in the middle");
}

#[test]
fn a_bucket_that_refuses_or_hangs_is_told_once_and_its_gap_is_closed_later() {
    let stage = Stage::new(5);
    // Nobody accepts a connection there; somebody accepts and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = silent.local_addr().unwrap();
    let closed = {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap()
    };
    let at = |address| {
        format!(
            "{{s3: \"s3://record/PREFIX\", region: us-east-1, endpoint: \"http://{address}\", within: 1s}}"
        )
    };
    let absent = "{s3: \"s3://no-such-bucket/PREFIX\", region: us-east-1}".to_owned();
    let nobody = "{folder: /no/such/share}".to_owned();
    for wrong in [at(closed), at(deaf), absent, nobody] {
        let case = stage.case(std::slice::from_ref(&wrong));
        let incident = case.open();
        let told = case.isolate_under(&[], &incident);
        assert_eq!(
            (told.exit, told.outcome()),
            (0, "contained"),
            "{wrong}: {told:?}"
        );
        let count = told.err.matches("is not written to any more").count();
        assert_eq!(count, 1, "{wrong}: {told:?}");
        assert_eq!(
            told.json["data"]["sinks_lost"][0]["local"], false,
            "{told:?}"
        );
        let told = case.run(&["journal", "verify"]);
        assert!(
            told.exit == 0 && told.out.contains("was not read"),
            "{told:?}"
        );
        let told = case.run(&["doctor"]);
        assert!(
            told.exit != 0 && told.out.contains("FAILS sink"),
            "{told:?}"
        );
        case.configure(&[bucket()]);
        case.assert_whole_again();
    }
}

#[test]
fn nothing_leaves_where_no_sink_can_hold_its_intent() {
    let stage = Stage::new(2);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = silent.local_addr().unwrap();
    let deaf = format!(
        "{{s3: \"s3://record/PREFIX\", region: us-east-1, endpoint: \"http://{deaf}\", within: 1s}}"
    );
    for (sinks, inject) in [
        (vec![deaf], "write:error=ENOSPC"),
        (vec![], "fallocate:error=ENOSPC"),
    ] {
        let case = stage.case(&sinks);
        if sinks.is_empty() {
            let text =
                "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 0s, audit_lag: 0s}\n";
            std::fs::write(case.desk.path().join("here/contain.yaml"), text).unwrap();
        }
        let incident = case.open();
        let folder = case.desk.incidents().remove(0);
        let file = folder.join("journal.jsonl").display().to_string();
        let told = case.isolate_while((inject, &file), &incident);
        assert_eq!(
            (told.exit, told.kind()),
            (1, "record-unwritable"),
            "{told:?}"
        );
        assert!(told.error().contains("No space left on device"), "{told:?}");
        assert!(told.hints().contains("--journal DIR"), "{told:?}");
        assert!(case.is_untouched(), "{told:?}");
        let kinds = entries(&case.here());
        assert!(!format!("{kinds:?}").contains("Intended"), "{kinds:?}");
        assert!(Path::new(&file).exists());
        // Where there is room again it goes on.
        case.configure(&[bucket()]);
        let told = case.isolate_under(&[], &incident);
        told.assert(0, "contained");
        case.assert_whole_again();
    }
}
