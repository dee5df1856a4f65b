//! Giving back on a server that enforces: false positives, cut-offs that are not written twice, late requests.

use serde_json::Value;

use super::{isolate, refused};
use crate::harness::{Desk, Proxy, Server, Told, World};

const REASON: &str = "the alert was the quarterly load test";

/// Says that what was cut is healthy, its sessions included.
fn lift(desk: &Desk) -> Told {
    desk.run(&[
        "restore",
        "--false-positive",
        "--sessions-too",
        "--reason",
        REASON,
        "--yes",
        "--json",
    ])
}

#[test]
fn a_false_positive_is_lifted_by_one_command_and_a_later_isolate_works_anew() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.snapshot();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    assert_ne!(server.snapshot(), before);

    for wrong in [
        &["restore", "--false-positive", "--yes", "--json"][..],
        &["restore", "--sessions-too", "--yes", "--json"],
        &["restore", "--even-if-changed", "deny", "--yes", "--json"],
    ] {
        refused(&desk.run(wrong), 2, "usage");
    }
    let key = world.key("leaked");
    let typo = ["restore", &key, "--even-if-changed", "statuss", "--json"];
    let told = desk.run(&typo);
    refused(&told, 2, "usage");
    assert!(told.hints().contains("did you mean `status`?"), "{told:?}");

    let told = desk.run(&[
        "restore",
        &key,
        "--false-positive",
        "--reason",
        REASON,
        "--yes",
        "--json",
    ]);
    told.assert(0, "restored");
    let items = told.json["items"].to_string();
    assert!(items.contains("false positive: the alert was"), "{items}");
    assert!(items.contains("--sessions-too"), "{items}");
    assert_eq!(
        server.accepted(&world, &["leaked", "session"]),
        [true, false],
        "the key is back, its old sessions wait for their time"
    );
    lift(&desk).assert(0, "restored");
    assert_eq!(server.snapshot(), before);
    assert_eq!(
        server.accepted(&world, &["leaked", "session", "sibling", "role_b", "bot"]),
        [true; 5]
    );
    let report = desk.run(&["report", "--print"]);
    assert!(report.out.contains("## False positive"), "{report:?}");
    assert!(report.out.contains(REASON), "{report:?}");
    let noted = desk.entries("noted");
    let text = noted[0]["body"]["text"].as_str().unwrap();
    assert_eq!(text, format!("false positive: {REASON}"));
    assert!(!desk.entries("ended").is_empty(), "its mandates end");

    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    assert_eq!(
        server.accepted(&world, &["leaked", "session", "sibling"]),
        [false, false, true]
    );
    desk.assert_journal_verifies();
}

#[test]
fn what_another_run_cut_is_looked_after_when_one_subject_was_a_false_positive() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    let (key, sibling) = (world.key("leaked"), world.key("sibling"));
    let incident = desk.incidents().remove(0);
    let incident = incident.file_name().unwrap().to_str().unwrap();
    let also = [
        "isolate",
        &sibling,
        "--incident",
        incident,
        "--yes",
        "--json",
    ];
    desk.run(&also).assert(0, "isolated");
    let healthy = ["restore", &key, "--false-positive", "--reason", REASON];
    let told = desk.run(&[&healthy[..], &["--sessions-too", "--yes", "--json"]].concat());
    told.assert(0, "restored");
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [true, false]
    );
    for verb in ["verify", "resume"] {
        let told = desk.run(&[verb, "--json"]);
        // Whether it has settled meanwhile is a question of the machine.
        let said = told.json["outcome"].as_str().unwrap();
        assert!(["isolated", "contained"].contains(&said), "{told:?}");
        let items = told.json["items"].to_string();
        assert!(items.contains(&sibling) && !items.contains(&key), "{items}");
    }
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [true, false],
        "what is healthy is not cut again"
    );
}

#[test]
fn broken_at_any_request_a_false_positive_is_lifted_by_going_on() {
    for fault in ["drop-before", "drop-after"] {
        for nth in 1.. {
            let server = Server::start("ministack", &[]);
            let world = server.build();
            let before = server.snapshot();
            let proxy = Proxy::before(&server);
            let desk = Desk::of(&world, proxy.endpoint()).bounded();
            isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
            proxy.reset();
            proxy.faults(&[format!("{nth}:{fault}")]);
            let told = lift(&desk);
            assert!([0, 6, 7].contains(&told.exit), "{told:?}");
            let was_met = proxy.log().iter().any(|entry| !entry["fault"].is_null());
            proxy.faults(&[]);
            lift(&desk).assert(0, "restored");
            assert_eq!(server.snapshot(), before, "{fault} {nth}");
            assert_eq!(server.accepted(&world, &["leaked"]), [true]);
            desk.assert_journal_verifies();
            if !was_met {
                assert!(nth > 2, "{fault}: only {nth} requests");
                break;
            }
        }
    }
}

#[test]
fn what_no_log_can_tell_is_said_before_anything_is_put_back() {
    // The server names its events as no vendor does, so nobody knows who switched the key on.
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    isolate(&desk, &world, &["--yes"]).assert(0, "isolated");
    let told = desk.run(&["restore", &world.key("leaked")]);
    assert_eq!(told.exit, 3, "{told:?}");
    let said = "whether the subject itself made what is put back is not known";
    assert!(told.err.contains(said), "{told:?}");
}

#[test]
fn isolating_twice_sends_nothing_that_changes_anything() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    let more = ["--yes", "--wait", "--include", "could-enter"];
    isolate(&desk, &world, &more).assert(0, "contained");
    let cut = server.snapshot();
    proxy.reset();
    isolate(&desk, &world, &more).assert(0, "contained");
    assert_eq!(proxy.mutations(), Vec::<Value>::new());
    assert_eq!(server.snapshot(), cut);
}

/// The cut-off that stands on the leaked key's user.
fn cut_off(server: &Server) -> String {
    let text = server.snapshot()["users"]["ci-deploy"]["policies"].to_string();
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").unwrap();
    time.find(&text).unwrap().as_str().to_owned()
}

#[test]
fn a_request_that_arrives_after_its_caller_gave_up_leaves_an_older_cut_off_that_is_seen_and_mended()
{
    let server = Server::start("ministack", &[]);
    let world: World = server.build();
    let proxy = Proxy::before(&server);
    let desk = Desk::of(&world, proxy.endpoint()).bounded();
    proxy.faults(&["PutUserPolicy/1:late:120".to_owned()]);
    let told = isolate(&desk, &world, &["--yes", "--wait"]);
    told.assert(0, "contained");
    let written = cut_off(&server);
    proxy.faults(&[]);
    let before = proxy.mutations().len();
    proxy.release();
    for _ in 0..600 {
        if cut_off(&server) != written {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    let older = cut_off(&server);
    assert!(older < written, "{older} {written}");
    assert_eq!(proxy.mutations().len(), before, "nobody sent anything new");

    let seen = desk.run(&["verify", "--json"]);
    seen.assert(5, "partly-contained");
    assert!(
        seen.json["withheld"].to_string().contains("ci-deploy"),
        "{seen:?}"
    );
    assert_eq!(cut_off(&server), older, "verifying reads only");
    desk.run(&["resume", "--wait", "--yes", "--json"])
        .assert(0, "contained");
    assert!(cut_off(&server) > written);
    desk.assert_journal_verifies();
}
