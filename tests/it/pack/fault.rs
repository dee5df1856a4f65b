//! The fault matrix EXE-1: every action and every question of every pack, against every sort of bad weather.
//!
//! Providers that are written in Rust bring their own cells: `Weather` is the vendor's end, `act_under` one cell of an action.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use contain::domain::{
    Call, Duration, Fact, Outcome, Query, ReadKind, Readable, Secret, Spec, Time,
};
use contain::pack::{Exchange, Pack, Recorded, exchanges, shipped, stage};
use contain::provider::Provider;

use super::{ITS, OURS, call, target};

/// How long an exchange may take: no longer than has to be waited for, and long on a busy machine.
pub(crate) fn deadline(fault: Fault) -> Duration {
    match fault {
        Fault::TimeoutBefore | Fault::TimeoutAfter | Fault::Drip => Duration::from_secs(3),
        _ => Duration::from_secs(30),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Status(u16),
    Throttled(Option<&'static str>),
    Refused,
    TimeoutBefore,
    TimeoutAfter,
    ResetMidBody,
    Truncated,
    WrongType,
    ErrorInside,
    Html,
    Oversized,
    Drip,
    Bomb,
    Redirect(u16),
    Echo(u16),
    Loop,
}

pub(crate) const FAULTS: [Fault; 27] = [
    Fault::Throttled(None),
    Fault::Throttled(Some("7")),
    Fault::Throttled(Some("99999999999999999999")),
    Fault::Throttled(Some("-5")),
    Fault::Throttled(Some("soon")),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Status(504),
    Fault::Status(408),
    Fault::Refused,
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
    Fault::ResetMidBody,
    Fault::Truncated,
    Fault::WrongType,
    Fault::ErrorInside,
    Fault::Html,
    Fault::Oversized,
    Fault::Drip,
    Fault::Bomb,
    Fault::Redirect(302),
    Fault::Redirect(307),
    Fault::Echo(200),
    Fault::Echo(400),
    Fault::Echo(500),
    Fault::Loop,
];

/// The vendor's end: as recorded but for the last exchange, which meets the fault.
pub(crate) struct Weather {
    pub(crate) base: String,
    /// How often the request of the last exchange came.
    came: Arc<AtomicU32>,
    /// How many requests came in all.
    pub(crate) all: Arc<AtomicU32>,
    over: Arc<AtomicBool>,
}

impl Drop for Weather {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.base.trim_start_matches("http://")));
    }
}

impl Weather {
    pub(crate) fn start(mut replies: Vec<Exchange>, fault: Fault, elsewhere: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let came = Arc::new(AtomicU32::new(0));
        let all = Arc::new(AtomicU32::new(0));
        let over = Arc::new(AtomicBool::new(false));
        let last = replies.pop().unwrap();
        if fault == Fault::Refused && replies.is_empty() {
            drop(listener);
            return Self {
                base,
                came,
                all,
                over,
            };
        }
        let (count, heard, ends) = (Arc::clone(&came), Arc::clone(&all), Arc::clone(&over));
        let (address, elsewhere) = (base.clone(), elsewhere.to_owned());
        std::thread::spawn(move || {
            // What is kept open is never answered.
            let kept = Mutex::new(Vec::new());
            let mut left = replies.iter();
            while let Ok((mut stream, _)) = listener.accept() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let next = left.next();
                if next.is_none() && fault == Fault::TimeoutBefore {
                    count.fetch_add(1, Ordering::SeqCst);
                    kept.lock().unwrap().push(stream);
                    continue;
                }
                let Some(line) = request(&mut stream) else {
                    continue;
                };
                heard.fetch_add(1, Ordering::SeqCst);
                match next {
                    Some(reply) => {
                        answer(&mut stream, reply, &address);
                        if fault == Fault::Refused && left.len() == 0 {
                            return;
                        }
                    }
                    None => {
                        if line == last.to || fault == Fault::Loop {
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                        if fault == Fault::TimeoutAfter {
                            kept.lock().unwrap().push(stream);
                        } else {
                            strike(&mut stream, fault, &elsewhere, &address);
                        }
                    }
                }
            }
        });
        Self {
            base,
            came,
            all,
            over,
        }
    }
}

fn request(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Wait::from_secs(5))).ok()?;
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let line = head.lines().next()?;
                return Some(line.rsplit_once(' ')?.0.to_owned());
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn answer(stream: &mut TcpStream, reply: &Exchange, base: &str) {
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.extend([format!("{name}: {}\r\n", value.replace("${base}", base))]);
    }
    let body = reply.body.replace("${base}", base);
    head.extend([format!("content-length: {}\r\n\r\n{body}", body.len())]);
    drop(stream.write_all(head.as_bytes()));
}

fn say(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    drop(stream.write_all(head.as_bytes()));
    drop(stream.write_all(body));
}

const JSON: &str = "content-type: application/json\r\n";

fn strike(stream: &mut TcpStream, fault: Fault, elsewhere: &str, base: &str) {
    match fault {
        Fault::Status(status) => say(stream, status, JSON, br#"{"error":"x","errorCode":"E1"}"#),
        Fault::Throttled(None) => say(stream, 429, JSON, b"{}"),
        Fault::Throttled(Some(after)) => {
            say(
                stream,
                429,
                &format!("{JSON}retry-after: {after}\r\n"),
                b"{}",
            );
        }
        Fault::ResetMidBody
        | Fault::Truncated
        | Fault::WrongType
        | Fault::ErrorInside
        | Fault::Html
        | Fault::Oversized
        | Fault::Drip
        | Fault::Bomb => garble(stream, fault),
        Fault::Redirect(status) => {
            let body = br#"{"ok":true,"revoked":true}"#;
            say(
                stream,
                status,
                &format!("{JSON}location: {elsewhere}/\r\n"),
                body,
            );
        }
        Fault::Echo(status) => {
            let body = format!(
                r#"{{"ok":false,"error":"{OURS}","errorCode":"{ITS}","message":"bad token {OURS} {ITS}","login":"{OURS}"}}"#
            );
            say(
                stream,
                status,
                &format!("{JSON}x-token: {OURS}\r\n"),
                body.as_bytes(),
            );
        }
        Fault::Loop => {
            let body = r#"{"ok":true,"entries":[],"restricted_apps":[],"approved_apps":[],"response_metadata":{"next_cursor":"again"}}"#;
            say(
                stream,
                200,
                &format!("{JSON}link: <{base}/again>; rel=\"next\"\r\n"),
                body.as_bytes(),
            );
        }
        Fault::Refused | Fault::TimeoutBefore | Fault::TimeoutAfter => {}
    }
}

/// Answers 200 with what is no answer.
fn garble(stream: &mut TcpStream, fault: Fault) {
    match fault {
        Fault::ResetMidBody => {
            let head = format!("HTTP/1.1 200 X\r\n{JSON}content-length: 400\r\n\r\n{{\"ok\":true,");
            drop(stream.write_all(head.as_bytes()));
        }
        Fault::Truncated => say(stream, 200, JSON, br#"{"ok":true,"revoked":tr"#),
        Fault::WrongType => say(stream, 200, JSON, br#"["ok",true,7]"#),
        Fault::ErrorInside => {
            let body =
                br#"{"ok":false,"error":"fatal_error","errorCode":"E0000009","revoked":true}"#;
            say(stream, 200, JSON, body);
        }
        Fault::Html => say(
            stream,
            200,
            "content-type: text/html\r\n",
            b"<html>ok</html>",
        ),
        Fault::Oversized => {
            let mut body = br#"{"ok":true,"revoked":true,"x":""#.to_vec();
            body.resize(5 * 1024 * 1024, b'x');
            body.extend_from_slice(br#""}"#);
            say(stream, 200, JSON, &body);
        }
        Fault::Drip => {
            drop(stream.write_all(
                format!("HTTP/1.1 200 X\r\n{JSON}content-length: 9000\r\n\r\n").as_bytes(),
            ));
            for _ in 0..100 {
                std::thread::sleep(Wait::from_millis(50));
                if stream.write_all(b" ").is_err() {
                    return;
                }
            }
        }
        Fault::Bomb => say(
            stream,
            200,
            &format!("{JSON}content-encoding: gzip\r\n"),
            &[0x1f, 0x8b, 8, 0],
        ),
        other => panic!("{other:?} is no way to garble"),
    }
}

/// A server that nothing may ever reach.
pub(crate) fn elsewhere() -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hits = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&hits);
    std::thread::spawn(move || {
        while listener.accept().is_ok() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (base, hits)
}

/// What an action may come to under a fault; nothing of it is done.
fn fits(fault: Fault, outcome: &Outcome) -> bool {
    match (fault, outcome) {
        (_, Outcome::Done(_) | Outcome::AlreadySo) => false,
        (Fault::Throttled(_), outcome) => matches!(outcome, Outcome::Throttled { .. }),
        (Fault::Refused, outcome) => matches!(outcome, Outcome::Unavailable(_)),
        (Fault::Redirect(307), outcome) => matches!(outcome, Outcome::Refused(_)),
        (Fault::Echo(400), outcome) => matches!(outcome, Outcome::Refused(_)),
        // A vendor that says no in a 200 says no; whatever else came, nobody knows what happened.
        (Fault::Echo(200) | Fault::ErrorInside | Fault::Loop, outcome) => {
            matches!(outcome, Outcome::InDoubt(_) | Outcome::Refused(_))
        }
        (_, outcome) => matches!(outcome, Outcome::InDoubt(_)),
    }
}

/// What is performed in one cell, and what none of it may tell.
pub(crate) struct Act {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) spec: Spec,
    pub(crate) call: Call,
    /// What is handed over, where the action delivers.
    pub(crate) hands: Option<Secret>,
    pub(crate) secrets: Vec<String>,
}

/// One cell: an action whose last request meets a fault; says what came of it, where that may not be.
pub(crate) async fn act_under(weather: &Weather, fault: Fault, act: Act) -> Option<String> {
    let before = jiff::Timestamp::now();
    let actor = act.provider.actor(None, &act.spec.permissions);
    let outcome = match &act.hands {
        Some(what) => actor.deliver(&act.call, what).await,
        None => actor
            .perform(std::slice::from_ref(&act.call))
            .await
            .remove(0),
    };
    let said = format!("{outcome:?}");
    let came = weather.came.load(Ordering::SeqCst);
    let waits = match &outcome {
        Outcome::Throttled { until: Some(until) } => {
            *until >= before - Wait::from_secs(1) && *until <= before + Wait::from_secs(700)
        }
        _ => true,
    };
    // Another 200 may be what this action takes for done; only an empty page does not look like that.
    let is_plain = fault == Fault::Loop;
    // The port that was given up may be another test's by now, which hangs up.
    let is_taken = fault == Fault::Refused && came == 0 && matches!(outcome, Outcome::InDoubt(_));
    let fits = fits(fault, &outcome) || is_plain || is_taken;
    let leaks = act.secrets.iter().any(|secret| said.contains(secret));
    let id = &act.spec.id;
    (!fits || came > 1 || leaks || !waits)
        .then(|| format!("{id} under {fault:?}: {said}; the request came {came} times"))
}

async fn act(pack: &Arc<Pack>, told: &Recorded, fault: Fault, elsewhere: &str) -> Option<String> {
    let weather = Weather::start(told.replies.clone(), fault, elsewhere);
    let packed = stage(pack, &weather.base, deadline(fault), OURS).await;
    let target = target(pack, told, &weather.base);
    packed.hold(&target, &Secret::new(ITS.to_owned()));
    let id = format!("{}.{}", pack.name(), told.action.as_ref().unwrap());
    let spec = pack
        .actions()
        .iter()
        .find(|spec| spec.id.to_string() == id)
        .unwrap();
    let call = call(spec, told, target);
    let act = Act {
        provider: Arc::new(packed),
        spec: spec.clone(),
        call,
        hands: None,
        secrets: vec![OURS.to_owned(), ITS.to_owned()],
    };
    act_under(&weather, fault, act).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_an_action_claim_what_did_not_happen() {
    let (elsewhere, hits) = elsewhere();
    let mut cells = Vec::new();
    for pack in shipped() {
        let done = exchanges(&pack).into_iter();
        for told in
            done.filter(|told| told.asks == "do" && matches!(told.ends, "done" | "acknowledged"))
        {
            for fault in FAULTS {
                let (pack, told, elsewhere) = (Arc::clone(&pack), told.clone(), elsewhere.clone());
                cells.push(async move { act(&pack, &told, fault, &elsewhere).await });
            }
        }
    }
    hold(cells, &hits).await;
}

/// Every cell holds, there are as many as there have to be, and nothing was sent to another host.
pub(crate) async fn hold<F: Future<Output = Option<String>> + Send + 'static>(
    cells: Vec<F>,
    hits: &AtomicU32,
) {
    let count = cells.len();
    let wrong = together(cells).await;
    assert!(
        wrong.is_empty(),
        "{} of {count} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 27 * 18, "{count} cells");
    assert_eq!(
        hits.load(Ordering::SeqCst),
        0,
        "something was sent to another host"
    );
}

/// Runs many at once, and gives what they tell.
async fn together<F: Future<Output = Option<String>> + Send + 'static>(
    cells: Vec<F>,
) -> Vec<String> {
    let turns = Arc::new(tokio::sync::Semaphore::new(12));
    let mut tasks = Vec::new();
    for cell in cells {
        let turns = Arc::clone(&turns);
        tasks.push(tokio::spawn(async move {
            let _turn = turns.acquire().await;
            cell.await
        }));
    }
    let mut told = Vec::new();
    for task in tasks {
        told.extend(task.await.unwrap());
    }
    told
}

async fn ask(pack: &Arc<Pack>, told: &Recorded, fault: Fault, elsewhere: &str) -> Option<String> {
    let weather = Weather::start(told.replies.clone(), fault, elsewhere);
    let packed = stage(pack, &weather.base, deadline(fault), OURS).await;
    let target = target(pack, told, &weather.base);
    let kind = pack.kinds().iter().find(|kind| kind.id == *target.kind());
    // What is looked at by its id would be tried once where its secret is there.
    if kind.is_some_and(|kind| kind.readable == Readable::BySecret) {
        packed.hold(&target, &Secret::new(ITS.to_owned()));
    }
    let reader = packed.reader(None);
    let (is_wrong, said) = match told.asks {
        "look" => {
            let seen = reader.observe(&[target]).await.remove(0);
            let is_wrong = match fault {
                // A list without what was looked for is a list all the same.
                Fault::Loop => matches!(seen.fact, Fact::Gone),
                _ => !matches!(seen.fact, Fact::Unreadable(_)),
            };
            (is_wrong, format!("{:?}", seen.fact))
        }
        "reach" | "activity" => {
            let read = match told.asks {
                "reach" => ReadKind::Reach,
                _ => ReadKind::Activity,
            };
            let query = Query {
                read,
                target,
                relations: Vec::new(),
                since: "2026-01-01T00:00:00Z".parse::<Time>().unwrap(),
                pages: 10,
                budget_ms: 60_000,
            };
            let reading = reader.read(&query).await;
            let is_wrong = reading.as_ref().is_ok_and(|reading| {
                reading.not_seen.is_empty() && reading.back_to.is_none() && fault != Fault::Loop
            });
            (is_wrong, format!("{reading:?}"))
        }
        other => panic!("nobody asks {other} here"),
    };
    let leaks = said.contains(OURS) || said.contains(ITS);
    let all = weather.all.load(Ordering::SeqCst);
    (is_wrong || leaks || all > 130)
        .then(|| format!("{} under {fault:?}: {said}; {all} requests", told.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_a_question_answered_that_was_not() {
    let (elsewhere, hits) = elsewhere();
    let mut cells = Vec::new();
    for pack in shipped() {
        let asked = exchanges(&pack).into_iter();
        let asked = asked.filter(|told| {
            matches!(told.asks, "look" | "reach" | "activity") && told.ends == "found"
        });
        for told in asked {
            for fault in FAULTS {
                let (pack, told, elsewhere) = (Arc::clone(&pack), told.clone(), elsewhere.clone());
                cells.push(async move { ask(&pack, &told, fault, &elsewhere).await });
            }
        }
    }
    hold(cells, &hits).await;
}
