//! A provider that hangs when a run begins: the others are cut meanwhile, and it is taken up by the same run once it answers.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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

fn isolate(desk: &Desk) -> Told {
    desk.run(&["isolate", ROLE, USER, "--yes", "--json"])
}

fn is_cut(database: &Database) -> bool {
    database.says(("svc", LEAKED), "SELECT 1").is_err()
}

#[test]
fn a_provider_that_hangs_at_first_is_taken_up_by_the_same_run_once_it_answers() {
    let (database, store) = (Database::start(&[]), Store::start(&[]));
    let hole = Hole::before(store.0.endpoint());
    let desk = desk(&database, &hole);
    let told = std::thread::scope(|threads| {
        let isolates = threads.spawn(|| isolate(&desk));
        let began = Instant::now();
        while !is_cut(&database) {
            assert!(
                began.elapsed() < Duration::from_secs(25),
                "the role waits for the other provider"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        assert!(store.rules("svc").contains(" on "), "nothing reached it");
        hole.is_awake.store(true, Ordering::SeqCst);
        isolates.join().unwrap()
    });
    assert!(told.err.contains("answers now"), "{told:?}");
    assert!(store.rules("svc").contains(" off "), "{told:?}");
    let items = told.json["items"].as_array().unwrap();
    let is_of_it = |item: &&serde_json::Value| {
        let target = item["target"].as_str().unwrap_or_default();
        target.starts_with("redis:user/svc")
    };
    assert!(items.iter().any(|item| is_of_it(&item)), "{told:?}");
    assert!(!told.json.to_string().contains("left alone"), "{told:?}");
}

#[test]
fn a_provider_that_never_answers_is_named_as_not_reached_and_nothing_is_called_isolated() {
    let (database, store) = (Database::start(&[]), Store::start(&[]));
    let hole = Hole::before(store.0.endpoint());
    let told = isolate(&desk(&database, &hole));
    assert!(is_cut(&database), "{told:?}");
    assert!(store.rules("svc").contains(" on "), "{told:?}");
    assert_ne!(told.exit, 0, "{told:?}");
    assert!(
        told.err.contains("was not reached, and is left alone"),
        "{told:?}"
    );
    assert!(told.json.to_string().contains(USER), "{told:?}");
}
