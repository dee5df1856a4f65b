//! `contain plan` of thousands of leaked tokens, by the whole program: time and peak memory of its process.
//!
//! Sends nothing but who acts: a server on loopback answers that. What the plan says of the vendor's limit is held.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints, stops at what cannot be, and reads the wall clock"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "process/peak.rs"]
mod peak;

use peak::peak_of;

/// How many tokens leak; the last count is beyond what GitHub takes in an hour.
const COUNTS: [usize; 3] = [2_500, 10_000, 61_000];
/// What GitHub takes in one hour: 60 calls of 1 000.
const OF_AN_HOUR: usize = 60_000;

fn main() {
    let base = serve();
    for count in COUNTS {
        let place = tempfile::tempdir().expect("a folder");
        let (took, peak) = plan(place.path(), &base, count);
        println!(
            "plan of {count} tokens by the whole program: {took:.2?}; peak memory {peak:.0} MiB"
        );
    }
}

/// Plans once; answers how long it took and the most memory that the process had, in MiB.
fn plan(place: &Path, base: &str, count: usize) -> (Duration, f64) {
    let workspace = format!(
        "contain: 1\nproviders:\n  github:\n    base_url: {base}\n    organizations: acme\n    token: env:OURS\n"
    );
    std::fs::write(place.join("contain.yaml"), workspace).expect("a workspace");
    std::fs::write(place.join("leak.txt"), leak(count)).expect("a leak");
    let said = place.join("plan.txt");
    let out = std::fs::File::create(&said).expect("a file");
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_contain"))
        .args(["plan", "isolate", "--from", "leak.txt"])
        .current_dir(place)
        .env_clear()
        .env("HOME", place)
        .env("OURS", "ghp_ours0000000000000000000000000000000a")
        .stdout(out)
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut most = 0.0;
    let ended = loop {
        most = peak_of(child.id()).map_or(most, |now| now.max(most));
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = began.elapsed();
    let said = std::fs::read_to_string(&said).expect("a plan");
    assert!(ended.success(), "{ended}: {said}");
    let calls = count.div_ceil(1_000);
    let late = format!("on {count} targets takes {calls} calls");
    assert_eq!(said.contains(&late), count > OF_AN_HOUR, "{late}");
    (took, most)
}

/// Classic tokens, one a line. Their checksums are wrong, which is told and keeps none of them from being a subject.
fn leak(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        writeln!(text, "GITHUB_TOKEN=ghp_{at:036}").expect("a line");
    }
    text
}

/// A server that says to everybody who acts.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(|| answer(stream));
        }
    });
    base
}

fn answer(mut stream: TcpStream) -> Option<()> {
    let mut asked = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut line = String::new();
        if asked.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let (status, body) = match line.starts_with("GET /user ") {
            true => ("200 OK", r#"{"login":"on-call"}"#),
            false => ("404 Not Found", r#"{"message":"Not Found"}"#),
        };
        while line != "\r\n" {
            line.clear();
            if asked.read_line(&mut line).ok()? == 0 {
                return None;
            }
        }
        let (kind, length) = ("content-type: application/json", body.len());
        let head = format!("HTTP/1.1 {status}\r\n{kind}\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all((head + body).as_bytes()).ok()?;
    }
}
