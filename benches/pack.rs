//! What the pack engine costs for each item, beside plain reqwest on the same server; and the memory of 10 000 subjects.
//!
//! Measures, never judges. The server stands on loopback in the same process, and answers at once.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at what cannot be, and reads the wall clock"
)]

mod process;

use std::sync::Arc;
use std::time::{Duration as Wait, Instant};

use contain::domain::{Duration, Fact, Locator};
use contain::pack::{Pack, load, stage};
use contain::provider::Provider as _;
use divan::Bencher;
use divan::counter::ItemsCount;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const ITEMS: usize = 200;
const SUBJECTS: usize = 10_000;

/// A pack with one kind that is looked at by one request, as most are.
const PACK: &str = include_str!("acme.yaml");

const BODY: &str = r#"{"id":"k1","status":"on","name":"ci","created":"2026-01-05T10:00:00Z","owner":{"id":"u1","name":"deployer"},"scopes":["read","write"],"last_used":null}"#;

fn main() {
    if process::asked().is_some() {
        subjects();
        return;
    }
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if !asked.iter().any(|argument| argument == "--test") {
        process::measure(&format!("looking at {SUBJECTS} subjects of a pack"), "");
    }
    divan::main();
}

/// Looks at all subjects once in this process.
fn subjects() {
    let runtime = runtime();
    let base = runtime.block_on(serve());
    let began = Instant::now();
    let count = runtime.block_on(async {
        let packed = stage(&pack(), &base, Duration::from_secs(60), "ours").await;
        let targets = targets(&base, SUBJECTS);
        let seen = packed.reader(None).observe(&targets).await;
        let there = seen
            .iter()
            .filter(|seen| matches!(seen.fact, Fact::Present(_)));
        there.count()
    });
    assert_eq!(count, SUBJECTS);
    process::tell(began.elapsed());
}

#[divan::bench]
fn engine(bencher: Bencher) {
    let runtime = runtime();
    let base = runtime.block_on(serve());
    let packed = runtime.block_on(stage(&pack(), &base, Duration::from_secs(60), "ours"));
    let (reader, targets) = (packed.reader(None), targets(&base, ITEMS));
    bencher.counter(ItemsCount::new(ITEMS)).bench_local(|| {
        let seen = runtime.block_on(reader.observe(&targets));
        assert!(
            seen.iter()
                .all(|seen| matches!(seen.fact, Fact::Present(_)))
        );
    });
}

/// The same requests, eight at once as the engine sends them, and the answers read as JSON.
#[divan::bench]
fn reqwest(bencher: Bencher) {
    use futures_util::StreamExt as _;
    let runtime = runtime();
    let base = runtime.block_on(serve());
    let client = contain::provider::http::client(Duration::from_secs(60)).expect("a client");
    bencher.counter(ItemsCount::new(ITEMS)).bench_local(|| {
        let each = (0..ITEMS).map(|at| {
            let request = client
                .get(format!("{base}/v1/keys/k{at}"))
                .bearer_auth("ours");
            async move {
                let reply = request.send().await.expect("an answer");
                let bytes = reply.bytes().await.expect("a body");
                let told: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                assert_eq!(
                    told.get("status").and_then(|told| told.as_str()),
                    Some("on")
                );
            }
        });
        runtime.block_on(
            futures_util::stream::iter(each)
                .buffered(8)
                .collect::<Vec<()>>(),
        );
    });
}

fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all();
    runtime.build().expect("a runtime")
}

fn pack() -> Arc<Pack> {
    Arc::new(load("acme.yaml", PACK).expect("a pack"))
}

fn targets(base: &str, count: usize) -> Vec<Locator> {
    let host = base.trim_start_matches("http://");
    let kind = "acme:key".parse().expect("a kind");
    let target = |at| Locator::new(&kind, &format!("k{at}"), Some(host));
    (0..count).map(target).collect()
}

/// A server that answers every request alike, over connections that stay open.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    // Nothing waits longer for the first connection than for others.
    tokio::time::sleep(Wait::from_millis(1)).await;
    base
}

async fn answer(mut stream: TcpStream) {
    let reply = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let (mut part, mut held) = ([0; 4096], Vec::new());
    loop {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(read) => held.extend_from_slice(part.get(..read).unwrap_or_default()),
        }
        while let Some(at) = held.windows(4).position(|end| end == b"\r\n\r\n") {
            held.drain(..at + 4);
            if stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}
