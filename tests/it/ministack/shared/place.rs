//! What the place of a shared incident must do, what joining leaves where it breaks off, and what a report is made from.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::json;

use super::{Stage, journal_of, words};
use crate::harness::Desk;

/// Serves what a server serves, and answers as one does that ignores the condition that an object is to be put only where
/// there is none: what was refused for it was taken.
fn blind(server: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = server.strip_prefix("http://").unwrap().to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let there = TcpStream::connect(&server).unwrap();
            let back = (there.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || pass(back.0, back.1));
            std::thread::spawn(move || pass(client, there));
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let refused = b"HTTP/1.1 412";
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let mut bytes = buffer[..length].to_vec();
        if bytes.starts_with(refused) {
            let end = bytes.iter().position(|byte| *byte == b'\r').unwrap();
            bytes.splice(..end, *b"HTTP/1.1 200 OK\r\netag: \"0\"");
        }
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    drop(to.shutdown(std::net::Shutdown::Write));
}

#[test]
fn nothing_is_shared_in_a_bucket_that_writes_over_what_is_there() {
    let stage = Stage::new(2);
    let blind = format!(
        "endpoint: \"http://{}\", region:",
        blind(stage.server.endpoint())
    );
    let at_blind = |desk: &Desk| {
        let file = desk.path().join("here/contain.yaml");
        let named = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, named.replace("region:", &blind)).unwrap();
    };
    let said = "it took `probe` twice";
    let case = stage.case();
    let told = case.first.run(&["doctor"]);
    assert!(
        told.out
            .contains("it was seen to keep what is there (put-if-absent)"),
        "{told:?}"
    );
    // A new incident is contained alone, and it is said why.
    at_blind(&case.second);
    let told = case.second.run(&["isolate", &case.key, "--yes", "--json"]);
    assert_eq!(told.outcome(), "contained", "{told:?}");
    assert!(
        told.err.contains("is not shared") && told.err.contains(said),
        "{told:?}"
    );
    let told = case.second.run(&["doctor"]);
    assert!(
        told.exit != 0 && told.out.contains("FAILS sink") && told.out.contains(said),
        "{told:?}"
    );
    // One that is shared already is read there, and nobody performs on it from there.
    let case = stage.case();
    let incident = case.open();
    at_blind(&case.second);
    let before = case.segments();
    let told = case.second.run(&words(&case.isolate(&incident)));
    assert_eq!(
        (told.exit, told.kind()),
        (1, "record-unwritable"),
        "{told:?}"
    );
    assert!(told.error().contains(said), "{told:?}");
    assert!(case.has().0.iter().all(|(_, status)| status == "Active"));
    assert_eq!(case.segments(), before);
    let told = case.second.run(&["status", "--json"]);
    assert_eq!(told.err, "", "{told:?}");
}

#[test]
fn joining_that_breaks_off_leaves_nothing_to_go_on_with_alone() {
    let stage = Stage::new(1);
    let case = stage.case();
    let at = |name: &str| format!("of-{}/inc-1/{name}", case.user);
    let put = |name: &str, body: &str| {
        let put = json!({"Bucket": "record", "Key": at(name), "Body": body});
        stage.call("s3", "put_object", &put);
    };
    put("fingerprint.key", &"k".repeat(32));
    put(&format!("{:020}.jsonl", 1), "no entry\n");
    let told = case.first.run(&["incident", "join", "inc-1", "--json"]);
    assert_ne!(told.exit, 0, "{told:?}");
    let told = case.first.run(&words(&case.isolate("inc-1")));
    assert_eq!(told.exit, 2, "{told:?}");
    assert!(told.hints().contains("incident join inc-1"), "{told:?}");
    assert!(case.first.incidents().is_empty());
    assert!(case.has().0.iter().all(|(_, status)| status == "Active"));
}

#[test]
fn a_report_is_of_what_the_place_holds_or_says_that_it_may_lack_something() {
    let stage = Stage::new(1);
    let case = stage.case();
    let (first, second) = (&case.first, &case.second);
    let incident = case.open();
    first
        .run(&words(&case.isolate(&incident)))
        .assert(0, "contained");
    second.run(&["status", "--json"]).assert(0, "contained");
    let told = first.run(&["incident", "note", "written last"]);
    assert_eq!(told.exit, 0, "{told:?}");
    let written = journal_of(first).matches('\n').count();
    // Its own disk takes no more of the record; what it tells is of all of it.
    let file = second.incidents().remove(0).join("journal.jsonl");
    let under = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=write",
        "-e",
        "inject=write:error=ENOSPC",
        "-P",
        file.to_str().unwrap(),
    ];
    let under = under.map(str::to_owned);
    let told = second.run_under(&under, &["report", "--json"]);
    assert!(told.err.contains("No space left on device"), "{told:?}");
    let report = &told.json["data"]["report"];
    assert_eq!(report["journal"]["entries"], written, "{told:?}");
    let last = report["timeline"].as_array().unwrap().last().unwrap();
    assert!(last.to_string().contains("written last"), "{last}");
    assert!(report["journal"].get("behind").is_none(), "{told:?}");
    // Where the place does not answer, what is only printed says so, and nothing is stored or signed.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = format!(
        "endpoint: \"http://{}\", within: 200ms, region:",
        silent.local_addr().unwrap()
    );
    let config = second.path().join("here/contain.yaml");
    let named = std::fs::read_to_string(&config).unwrap();
    std::fs::write(config, named.replace("region:", &deaf)).unwrap();
    for form in ["--md", "--html"] {
        let told = second.run(&["report", "--print", form]);
        assert!(
            told.exit == 0 && told.out.contains("MAY LACK what others wrote last"),
            "{told:?}"
        );
    }
    let told = second.run(&["report", "--print", "--json"]);
    assert_eq!(
        told.json["data"]["report"]["journal"]["behind"], true,
        "{told:?}"
    );
    for stored in [
        &["report", "--json"][..],
        &["report", "--sign", "--key", "nobody", "--json"],
        &["incident", "close", "--json"],
    ] {
        let told = second.run(stored);
        assert_eq!(
            (told.exit, told.kind()),
            (1, "record-unwritable"),
            "{told:?}"
        );
        assert!(told.error().contains("did not answer"), "{told:?}");
    }
}
