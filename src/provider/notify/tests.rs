//! Channels against a small real HTTP server on loopback, friendly and hostile.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at what cannot be, and these are about the mutate handle"
)]

use std::time::Duration as Span;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::domain::Arg;
use crate::domain::Tag;

const CANARY: &str = "xoxb-canary-4711";

/// One exchange: what came, and what the provider made of the answer.
struct Told {
    head: String,
    body: Value,
    outcome: Outcome,
}

fn given(text: &str) -> Given {
    let text = text.to_owned();
    Arc::new(move || Ok(Secret::new(text.clone())))
}

fn soc(webhook: &str) -> Channel {
    Channel {
        name: "soc".to_owned(),
        webhook: given(webhook),
        header: Some(("authorization".to_owned(), given(CANARY))),
        shape: Shape::Json,
        private: false,
    }
}

fn call(text: &str) -> Call {
    Call {
        action: send_message().id,
        target: channel("soc"),
        with: BTreeMap::from([("text".to_owned(), Arg::Is(text.into()))]),
        secret: None,
        tag: Tag("contain-2026-03-01-ab12-0f0f0f0f".to_owned()),
    }
}

fn actor(channel: Channel) -> Arc<dyn Act> {
    let notify = Notify::new(vec![channel], Clock::wall());
    notify.actor(None, &[PERMISSION.to_owned()])
}

/// Reads one request from a connection: its head, and its body as far as it says.
async fn request(wire: &mut tokio::net::TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 4096];
        let count = wire.read(&mut some).await.unwrap();
        bytes.extend_from_slice(&some[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return (head.to_owned(), body.as_bytes().to_vec());
            }
        }
        assert!(count > 0, "the request broke off");
    }
}

/// Tells a channel whose server answers with these bytes and then closes.
async fn told(answer: &[u8], text: &str, change: impl FnOnce(&mut Channel)) -> Told {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut channel = soc(&format!("http://{address}/hook/{CANARY}"));
    change(&mut channel);
    let actor = actor(channel);
    let calls = [call(text)];
    let serve = async {
        let (mut wire, _) = listener.accept().await.unwrap();
        let (head, body) = request(&mut wire).await;
        drop(wire.write_all(answer).await);
        drop(wire.shutdown().await);
        (head, serde_json::from_slice(&body).unwrap())
    };
    let (mut outcomes, (head, body)) = tokio::join!(actor.perform(&calls), serve);
    Told {
        head,
        body,
        outcome: outcomes.pop().unwrap(),
    }
}

fn status(code: &str) -> Vec<u8> {
    format!("HTTP/1.1 {code}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_message_is_one_post_of_a_small_document_with_the_header() {
    let text = "key \"AKIA\"\nis off\u{202e} \u{1b}[2J";
    let told = told(&status("204 No Content"), text, |_| ()).await;
    assert!(
        matches!(told.outcome, Outcome::Done(_)),
        "{:?}",
        told.outcome
    );
    let head = told.head.to_lowercase();
    assert!(head.starts_with("post /hook/"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains(&format!("authorization: {CANARY}")), "{head}");
    let version = env!("CARGO_PKG_VERSION");
    let wanted = json!({
        "contain": version,
        "incident": "2026-03-01-ab12",
        "item": "0f0f0f0f",
        "text": "key \"AKIA\"\nis off\\u{202e} \\u{1b}[2J",
    });
    assert_eq!(told.body, wanted);
}

#[tokio::test]
async fn the_shape_of_chat_services_has_the_text_alone() {
    let shape = |channel: &mut Channel| channel.shape = Shape::Text;
    let told = told(&status("200 OK"), "the key is off", shape).await;
    assert_eq!(
        told.body,
        json!({"text": "[2026-03-01-ab12] the key is off"})
    );
}

#[tokio::test]
async fn a_long_text_is_cut_and_says_so() {
    let told = told(&status("200 OK"), &"é".repeat(100_000), |_| ()).await;
    let text = told.body["text"].as_str().unwrap();
    assert!(text.chars().count() < 8_100, "{}", text.len());
    assert!(text.ends_with("(cut: the text was longer)"));
}

#[tokio::test]
async fn an_answer_is_read_by_its_status_alone() {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Done(_) => "done",
        Outcome::AlreadySo => "already",
        Outcome::Refused(_) => "refused",
        Outcome::Throttled { .. } => "throttled",
        Outcome::Unavailable(_) => "unavailable",
        Outcome::InDoubt(_) => "in doubt",
    };
    let far = format!("302 Found\r\nlocation: http://127.0.0.1:1/{CANARY}");
    for (answer, wanted) in [
        (status("200 OK"), "done"),
        (status("202 Accepted"), "done"),
        (status(&far), "refused"),
        (status("400 Bad Request"), "refused"),
        (status("403 Forbidden"), "refused"),
        (status("404 Not Found"), "refused"),
        (status("429 Too Many Requests"), "throttled"),
        (status("500 Internal Server Error"), "in doubt"),
        (status("503 Unavailable"), "in doubt"),
        (b"".to_vec(), "in doubt"),
        (b"HTTP/1.1".to_vec(), "in doubt"),
        (b"<html>no HTTP at all</html>\r\n\r\n".to_vec(), "in doubt"),
        (b"HTTP/1.1 999 Whatever\r\n\r\n".to_vec(), "in doubt"),
        // A status that counts, and a body that never comes.
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec(),
            "done",
        ),
    ] {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let told = told(&answer, "x", |_| ()).await;
        assert_eq!(word(&told.outcome), wanted, "{shown}: {:?}", told.outcome);
        assert!(
            !format!("{:?}", told.outcome).contains(CANARY),
            "{:?}",
            told.outcome
        );
    }
    let mut endless = b"HTTP/1.1 200 OK\r\n".to_vec();
    endless.extend(
        "x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
            .repeat(100_000)
            .bytes(),
    );
    let told = told(&endless, "x", |_| ()).await;
    assert_eq!(word(&told.outcome), "in doubt", "{:?}", told.outcome);
}

#[tokio::test]
async fn a_channel_that_asks_to_wait_is_asked_again_then_and_not_much_later() {
    let now = Clock::wall().now();
    for (header, from, until) in [
        ("7", 6, 30),
        ("86400", 590, 601),
        ("-5", 0, 1),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0, 1),
        ("Tue, 31 Dec 2199 23:59:59 GMT", 590, 601),
    ] {
        let answer = status(&format!("429 Slow\r\nretry-after: {header}"));
        let told = told(&answer, "x", |_| ()).await;
        let Outcome::Throttled { until: Some(at) } = told.outcome else {
            panic!("{header}: {:?}", told.outcome)
        };
        let waits = at.duration_since(now).as_secs();
        assert!((from..=until + 30).contains(&waits), "{header}: {waits}");
    }
    let answer = status("429 Slow\r\nretry-after: soon");
    let told = told(&answer, "x", |_| ()).await;
    assert!(matches!(told.outcome, Outcome::Throttled { until: None }));
}

#[tokio::test]
async fn where_nothing_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let actor = actor(soc(&format!("http://{address}/")));
    let outcomes = actor.perform(&[call("x")]).await;
    assert!(
        matches!(outcomes[..], [Outcome::Unavailable(_)]),
        "{outcomes:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_in_doubt_after_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let actor = actor(soc(&format!("http://{address}/")));
    let held = tokio::spawn(async move {
        let (mut wire, _) = listener.accept().await.unwrap();
        drop(request(&mut wire).await);
        std::future::pending::<()>().await;
    });
    let calls = [call("x")];
    let sent = tokio::time::timeout(Span::from_mins(1), actor.perform(&calls)).await;
    let outcomes = sent.unwrap();
    // Paused time may run out before the connection stands: then nothing was sent.
    let is_typed = matches!(
        outcomes[..],
        [Outcome::InDoubt(_) | Outcome::Unavailable(_)]
    );
    assert!(is_typed, "{outcomes:?}");
    held.abort();
}

#[test]
fn where_a_message_may_go_is_https_or_loopback() {
    for (webhook, private, fits) in [
        ("https://hooks.example.com/T/B/x", false, true),
        ("https://8.8.8.8/x", false, true),
        ("http://127.0.0.1:8080/x", false, true),
        ("http://localhost:8080/x", false, true),
        ("http://[::1]:8080/x", false, true),
        ("https://10.0.0.1/x", true, true),
        ("https://10.0.0.1/x", false, false),
        ("http://10.0.0.1/x", true, false),
        ("http://hooks.example.com/x", true, false),
        ("https://169.254.169.254/x", true, false),
        ("https://2852039166/x", true, false),
        ("https://0x7f.1/x", false, true),
        ("https://[::ffff:10.0.0.1]/x", false, false),
        ("https://u:p@hooks.example.com/x", false, false),
        ("ftp://hooks.example.com/x", false, false),
        ("file:///etc/passwd", true, false),
        ("hooks.example.com", false, false),
        ("", false, false),
    ] {
        let checked = check(webhook, private);
        assert_eq!(checked.is_ok(), fits, "{webhook}: {checked:?}");
    }
}

#[tokio::test]
async fn a_channel_shows_its_name_and_host_and_nothing_else() {
    let notify = Notify::new(
        vec![soc(&format!("https://hooks.example.com/{CANARY}"))],
        Clock::wall(),
    );
    let reader = notify.reader(None);
    let named: Named = "notify:channel/soc".parse().unwrap();
    let resolved = reader.resolve(&[notify.decode(&named)]).await;
    assert_eq!(resolved, [Ok(channel("soc"))]);
    assert_eq!(channel("soc").to_string(), "notify:channel/soc@workspace");
    let seen = reader.observe(&[channel("soc")]).await.remove(0);
    let wanted = Fields::from([
        ("name".to_owned(), json!("soc")),
        ("host".to_owned(), json!("https://hooks.example.com")),
    ]);
    assert_eq!(seen.fact, Fact::Present(wanted));
    let hosts = BTreeMap::from([("soc".to_owned(), "https://hooks.example.com".to_owned())]);
    assert_eq!(notify.endpoints(), hosts);
    let unknown: Named = "notify:channel/sock@workspace".parse().unwrap();
    let why = reader.resolve(&[unknown]).await.remove(0).unwrap_err();
    assert!(why.text.contains("did you mean `soc`?"), "{why}");
    let elsewhere: Named = "notify:channel/soc@other".parse().unwrap();
    assert!(reader.resolve(&[elsewhere]).await.remove(0).is_err());
    assert_eq!(reader.whoami().await, Ok(Vec::new()));
}

#[tokio::test]
async fn what_is_not_permitted_or_cannot_be_read_is_refused_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let missing: Given = Arc::new(|| Err(Why::new(Because::Missing, "the variable is not set")));
    let with = |header: (&str, Given)| Channel {
        header: Some((header.0.to_owned(), header.1)),
        ..soc(&url)
    };
    let notify = Notify::new(vec![soc(&url)], Clock::wall());
    let mut other = call("x");
    other.target = channel("ops");
    let mut silent = call("x");
    silent.with.clear();
    let cases = [
        (notify.actor(None, &[]), call("x")),
        (actor(soc(&url)), other),
        (actor(soc(&url)), silent),
        (actor(with(("authorization", missing))), call("x")),
        (actor(with(("no header", given("x")))), call("x")),
        (actor(with(("x", given("a\r\nHost: evil")))), call("x")),
    ];
    for (actor, call) in cases {
        let outcomes = actor.perform(std::slice::from_ref(&call)).await;
        assert!(
            matches!(outcomes[..], [Outcome::Refused(_)]),
            "{outcomes:?}"
        );
        let outcome = actor.deliver(&call, &Secret::new(CANARY.to_owned())).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    }
    let came = tokio::time::timeout(Span::from_millis(1), listener.accept()).await;
    assert!(came.is_err(), "something was sent");
}

#[test]
fn the_catalogue_says_that_it_tells_and_cannot_be_untold() {
    let spec = send_message();
    assert!(matches!(spec.effect, Effect::Tell) && spec.repeat == Repeat::Once);
    assert!(spec.leaves_no_trace() && spec.tells.is_some());
    let written = serde_json::to_string(&spec).unwrap();
    let read: Spec = serde_json::from_str(&written).unwrap();
    assert_eq!((read.id, read.on), (spec.id, channel_kind().id));
}
