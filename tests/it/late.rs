//! A provider that hangs when a run begins: the others are cut, and it is taken up by the command that is told.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{Desk, Told};
use crate::postgres::{Database, LEAKED};
use crate::redis::{OURS, Store};

const ROLE: &str = "postgres:role/svc@main";
const USER: &str = "redis:user/svc@main";

/// Stands before a server and swallows whatever comes, until it wakes.
struct Hole {
    port: u16,
    is_awake: Arc<AtomicBool>,
}

impl Hole {
    fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_awake = Arc::new(AtomicBool::new(false));
        let (wakes, server) = (Arc::clone(&is_awake), server.to_owned());
        std::thread::spawn(move || {
            let mut swallowed = Vec::new();
            while let Ok((caller, _)) = listener.accept() {
                if !wakes.load(Ordering::SeqCst) {
                    swallowed.push(caller);
                    continue;
                }
                let there = TcpStream::connect(&server).unwrap();
                let [out, back] = [(&caller, &there), (&there, &caller)]
                    .map(|(from, to)| (from.try_clone().unwrap(), to.try_clone().unwrap()));
                for (from, to) in [out, back] {
                    std::thread::spawn(move || forward(from, to));
                }
            }
        });
        Self { port, is_awake }
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 65536];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
}

fn desk(database: &Database, hole: &Hole) -> Desk {
    let url = format!("redis://default:{OURS}@127.0.0.1:{}", hole.port);
    Desk::bare()
        .with("DATABASE_URL", &database.url())
        .with("REDIS_URL", &url)
        .file(
            "contain.yaml",
            "contain: 1\nproviders:\n  postgres:\n    servers: {main: env:DATABASE_URL}\n  redis:\n    servers: {main: env:REDIS_URL}\n",
        )
}

fn is_cut(database: &Database) -> bool {
    database.says(("svc", LEAKED), "SELECT 1").is_err()
}

#[test]
fn what_hangs_when_a_run_begins_is_left_alone_and_the_command_that_is_told_takes_it_up_in_the_same_incident()
 {
    let (database, store) = (Database::start(&[]), Store::start(&[]));
    let hole = Hole::before(store.0.endpoint());
    let desk = desk(&database, &hole);
    let told = desk.run(&["isolate", ROLE, USER, "--yes", "--json"]);
    assert!(is_cut(&database), "{told:?}");
    assert!(store.rules("svc").contains(" on "), "nothing reached it");
    let is_told = |told: &Told| {
        let named = told.json["not_seen"].as_array().unwrap().iter();
        let mut named = named.filter(|one| one["what"].as_str().unwrap().starts_with(USER));
        named.any(|one| one["withholds"] == true)
    };
    assert!(is_told(&told), "{told:?}");
    assert_eq!(told.json["outcome"], "partly-contained", "{told:?}");
    let incident = told.json["incident"].as_str().unwrap();
    let command = told.json["next"][0].as_str().unwrap().to_owned();
    assert_eq!(
        command,
        format!("contain isolate {USER} --incident {incident}")
    );
    // A second run of the same subject hides nothing of it.
    desk.run(&["isolate", ROLE, "--yes", "--incident", incident]);
    let status = desk.run(&["status", "--json"]);
    assert!(is_told(&status), "{status:?}");
    assert_eq!(status.json["outcome"], "partly-contained", "{status:?}");
    assert_eq!(status.json["next"][0], command.as_str(), "{status:?}");

    hole.is_awake.store(true, Ordering::SeqCst);
    let resumed = desk.run(&["resume", "--yes", "--json"]);
    assert!(store.rules("svc").contains(" on "), "{resumed:?}");
    let words = command.split(' ').skip(1).chain(["--yes", "--json"]);
    let taken_up = desk.run(&words.collect::<Vec<_>>());
    assert_eq!(taken_up.json["incident"], incident, "{taken_up:?}");
    assert!(store.rules("svc").contains(" off "), "{taken_up:?}");
    let status = desk.run(&["status", "--json"]);
    assert!(!is_told(&status), "{status:?}");
    assert_ne!(status.json["outcome"], "partly-contained", "{status:?}");
}

#[test]
fn a_secret_is_of_what_was_named_whatever_of_it_is_left_alone() {
    let (database, store) = (Database::start(&[]), Store::start(&[]));
    let hole = Hole::before(store.0.endpoint());
    let desk = desk(&database, &hole).with("LEAKED", LEAKED);
    // It may be either's, though one of them is not asked about now.
    let unnamed = desk.run(&[
        "isolate",
        ROLE,
        USER,
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    assert_eq!(unnamed.exit, 2, "{unnamed:?}");
    assert!(
        unnamed
            .json
            .to_string()
            .contains("each secret names its own"),
        "{unnamed:?}"
    );
    assert!(!is_cut(&database), "{unnamed:?}");
    let of_other = format!("{USER}=env:LEAKED");
    let named = desk.run(&[
        "isolate", ROLE, USER, "--secret", &of_other, "--yes", "--json",
    ]);
    assert!(is_cut(&database), "{named:?}");
    assert!(
        named.err.contains(&format!("--secret {of_other}")),
        "{named:?}"
    );
}

#[test]
fn a_provider_of_an_earlier_run_that_hangs_keeps_nothing_of_the_last_from_coming_back() {
    let (database, store) = (Database::start(&[]), Store::start(&[]));
    let hole = Hole::before(store.0.endpoint());
    let desk = desk(&database, &hole);
    hole.is_awake.store(true, Ordering::SeqCst);
    let first = desk.run(&["isolate", USER, "--yes", "--json"]);
    assert!(store.rules("svc").contains(" off "), "{first:?}");
    let incident = first.json["incident"].as_str().unwrap();
    desk.run(&["isolate", ROLE, "--yes", "--incident", incident]);
    assert!(is_cut(&database), "nothing came of the second run");
    hole.is_awake.store(false, Ordering::SeqCst);
    let told = desk.run(&["restore", "--yes", "--json"]);
    assert!(
        told.err.contains("cannot tell who acts at redis"),
        "{told:?}"
    );
    assert!(told.json["run"].is_u64(), "{told:?}");
    assert!(store.rules("svc").contains(" off "), "{told:?}");
}
