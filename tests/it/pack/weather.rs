//! What a hostile or broken vendor may do to one exchange beyond the matrix: bodies without end, and answers of strangers.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration as Wait, Instant};

use contain::domain::{Duration, Fact, Outcome, Secret};
use contain::pack::{exchanges, shipped, stage};
use contain::provider::Provider as _;

use super::{ITS, OURS, call, target};

/// A gibibyte.
const MUCH: usize = 1024 * 1024 * 1024;

/// Answers everything with a gibibyte, told or in chunks; counts what was taken of it.
fn flood(is_told: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut part = [0; 16 * 1024];
            if stream.read(&mut part).is_err() {
                continue;
            }
            let length = match is_told {
                true => format!("content-length: {MUCH}"),
                false => "connection: close".to_owned(),
            };
            let head = format!(
                "HTTP/1.1 200 X\r\ncontent-type: application/json\r\n{length}\r\n\r\n{{\"ok\":true,\"x\":\""
            );
            if stream.write_all(head.as_bytes()).is_err() {
                continue;
            }
            for _ in 0..MUCH / part.len() {
                if stream.write_all(&part).is_err() {
                    break;
                }
                count.fetch_add(part.len(), Ordering::SeqCst);
            }
        }
    });
    (base, taken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gibibyte_is_not_read_and_says_nothing() {
    let pack = shipped()
        .into_iter()
        .find(|pack| pack.name() == "okta")
        .unwrap();
    let all = exchanges(&pack);
    let mut told = all.iter();
    let told = told
        .find(|told| told.action.as_deref() == Some("revoke-api-token"))
        .unwrap();
    let mut specs = pack.actions().iter();
    let spec = specs
        .find(|spec| spec.id.to_string() == "okta.revoke-api-token")
        .unwrap();
    for is_told in [true, false] {
        let (base, taken) = flood(is_told);
        let packed = stage(&pack, &base, Duration::from_secs(60), OURS).await;
        let target = target(&pack, told, &base);
        packed.hold(&target, &Secret::new(ITS.to_owned()));
        let began = Instant::now();
        let seen = packed
            .reader(None)
            .observe(std::slice::from_ref(&target))
            .await
            .remove(0);
        assert!(matches!(seen.fact, Fact::Unreadable(_)), "{seen:?}");
        let call = call(spec, told, target);
        let outcome = packed
            .actor(None, &spec.permissions)
            .perform(&[call])
            .await
            .remove(0);
        assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
        assert!(
            began.elapsed() < Wait::from_secs(30),
            "{:?}",
            began.elapsed()
        );
        // What the sockets hold is taken as well.
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken < 64 * 1024 * 1024, "{taken} bytes were taken");
    }
}
