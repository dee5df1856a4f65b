//! The weather of the fault matrix EXE-1: a vendor that answers as recorded until one exchange meets a fault.
//!
//! `matrix` plays the packs through it; providers that are written in Rust bring their own cells: `Weather` is the vendor's
//! end, `act_under` one cell of an action.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration as Wait;

use contain::domain::{Call, Duration, Outcome, Secret, Spec};
use contain::pack::Exchange;
use contain::provider::Provider;
use serde_json::{Value, json};

use super::vendor::Vendor;
use super::{ITS, OURS};

/// How long an exchange may take: no longer than has to be waited for, and long on a busy machine.
pub(crate) fn deadline(fault: Fault) -> Duration {
    match fault {
        fault if fault.is_waited_for() => Duration::from_secs(2),
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
    /// The host cannot prove who it is.
    Tls,
    /// Our authority ended in the middle.
    Expired,
    /// The answer as it is, but for what it says to follow.
    Page(Following),
}

/// What follows the page that says that more does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Following {
    /// Nothing is there.
    Missing,
    /// The same page, which says the same again.
    Repeated,
    /// Page after page, in a circle.
    Circle,
    /// The page breaks off.
    Broken,
    /// Our authority ended meanwhile.
    Expired,
}

impl Fault {
    /// Whether nothing but time tells that it struck.
    pub(crate) fn is_waited_for(self) -> bool {
        matches!(self, Self::TimeoutBefore | Self::TimeoutAfter | Self::Drip)
    }
}

pub(crate) const PAGES: [Fault; 5] = [
    Fault::Page(Following::Missing),
    Fault::Page(Following::Repeated),
    Fault::Page(Following::Circle),
    Fault::Page(Following::Broken),
    Fault::Page(Following::Expired),
];

pub(crate) const FAULTS: [Fault; 28] = [
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
    Fault::Tls,
    Fault::Expired,
];

/// The vendor's end: as recorded until the exchange that meets the fault, which meets whatever comes from then on.
pub(crate) struct Weather {
    pub(crate) base: String,
    counts: Arc<Counts>,
    over: Arc<AtomicBool>,
    /// The port that refuses, kept from everybody else.
    refusing: Option<tokio::net::TcpSocket>,
}

/// What came.
#[derive(Default)]
struct Counts {
    /// How often the request of the last exchange came.
    last: AtomicU32,
    /// How many requests came in all.
    all: AtomicU32,
    /// How many met the fault.
    struck: AtomicU32,
    /// How many asked for a page that is not recorded.
    further: AtomicU32,
}

impl Drop for Weather {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(self.refusing.take());
        let host = self.base.split_once("://").map(|(_, host)| host);
        drop(host.map(TcpStream::connect));
    }
}

/// What a conversation meets where.
struct Struck {
    replies: Vec<Exchange>,
    at: usize,
    fault: Fault,
    base: String,
    elsewhere: String,
}

impl Weather {
    /// The last exchange is struck.
    pub(crate) fn start(replies: Vec<Exchange>, fault: Fault, elsewhere: &str) -> Self {
        let last = replies.len() - 1;
        Self::at(replies, last, fault, elsewhere)
    }

    /// The exchange of this number is struck, counted from 0.
    pub(crate) fn at(replies: Vec<Exchange>, at: usize, fault: Fault, elsewhere: &str) -> Self {
        let (counts, over) = (Arc::<Counts>::default(), Arc::new(AtomicBool::new(false)));
        if fault == Fault::Tls {
            // Its certificate is nobody's whom this machine knows.
            let base = Vendor::secured(false, |_| (200, String::new(), "{}".to_owned())).base;
            return Self {
                base,
                counts,
                over,
                refusing: None,
            };
        }
        if fault == Fault::Refused && at == 0 {
            // Bound and never listened at: whoever calls is refused, and no other cell is given the port.
            let refusing = tokio::net::TcpSocket::new_v4().unwrap();
            refusing.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let base = format!("http://{}", refusing.local_addr().unwrap());
            return Self {
                base,
                counts,
                over,
                refusing: Some(refusing),
            };
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let struck = Struck {
            replies,
            at,
            fault,
            base: base.clone(),
            elsewhere: elsewhere.to_owned(),
        };
        let (count, ends) = (Arc::clone(&counts), Arc::clone(&over));
        std::thread::spawn(move || struck.serve(&listener, &count, &ends));
        Self {
            base,
            counts,
            over,
            refusing: None,
        }
    }

    /// How many requests came in all.
    pub(crate) fn all(&self) -> u32 {
        self.counts.all.load(Ordering::SeqCst)
    }

    /// How often the request of the last exchange came.
    pub(crate) fn last(&self) -> u32 {
        self.counts.last.load(Ordering::SeqCst)
    }

    /// How many requests met the fault.
    pub(crate) fn struck(&self) -> u32 {
        self.counts.struck.load(Ordering::SeqCst)
    }

    /// How many pages were asked for that are not recorded.
    pub(crate) fn further(&self) -> u32 {
        self.counts.further.load(Ordering::SeqCst)
    }
}

impl Struck {
    fn serve(&self, listener: &TcpListener, counts: &Counts, ends: &AtomicBool) {
        // What is kept open is never answered.
        let mut kept = Vec::new();
        let mut next = 0;
        while let Ok((mut stream, _)) = listener.accept() {
            if ends.load(Ordering::SeqCst) {
                return;
            }
            if next >= self.at && self.fault == Fault::TimeoutBefore {
                counts.struck.fetch_add(1, Ordering::SeqCst);
                kept.push(stream);
                continue;
            }
            let Some(line) = request(&mut stream) else {
                continue;
            };
            counts.all.fetch_add(1, Ordering::SeqCst);
            let is_last = self.replies.last().is_some_and(|last| last.to == line);
            // A page is what follows; what else was recorded stays as it is.
            let is_met = match self.fault {
                Fault::Page(_) => next == self.at,
                _ => next >= self.at,
            };
            if is_last && (next >= self.at || next + 1 == self.replies.len()) {
                counts.last.fetch_add(1, Ordering::SeqCst);
            }
            if is_met {
                counts.struck.fetch_add(1, Ordering::SeqCst);
            }
            let recorded = self.replies.get(next);
            match (self.fault, recorded) {
                (Fault::Page(_), Some(reply)) if reply.to == line || next <= self.at => {
                    let reply = match is_met {
                        true => further(reply, &line, 1),
                        false => reply.clone(),
                    };
                    next += 1;
                    answer(&mut stream, &reply, &self.base);
                }
                (Fault::Page(following), _) => {
                    let nth = counts.further.fetch_add(1, Ordering::SeqCst);
                    self.follow(&mut stream, following, &line, nth);
                }
                (_, Some(reply)) if !is_met => {
                    next += 1;
                    answer(&mut stream, reply, &self.base);
                    if self.fault == Fault::Refused && next == self.at {
                        return;
                    }
                }
                (Fault::TimeoutAfter, _) => kept.push(stream),
                _ => strike(&mut stream, self.fault, &self.elsewhere),
            }
        }
    }

    /// Answers the request for a page that was never recorded.
    fn follow(&self, stream: &mut TcpStream, following: Following, line: &str, nth: u32) {
        let Some(page) = self.replies.get(self.at) else {
            return;
        };
        match following {
            Following::Missing => say(stream, 404, JSON, br#"{"error":"x","errorCode":"E1"}"#),
            Following::Expired => say(stream, 401, JSON, br#"{"error":"x","errorCode":"E1"}"#),
            Following::Repeated => answer(stream, &further(page, line, 1), &self.base),
            Following::Circle => answer(stream, &further(page, line, nth % 3 + 1), &self.base),
            Following::Broken => garble(stream, Fault::ResetMidBody),
        }
    }
}

/// A recorded answer, which says in every way that a vendor has that another page follows.
fn further(reply: &Exchange, line: &str, nth: u32) -> Exchange {
    let path = line.split_once(' ').map_or("/", |(_, path)| path);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let next = format!("${{base}}{path}?further={nth}");
    let mut reply = reply.clone();
    let link = format!("<{next}>; rel=\"next\"");
    reply.headers.insert("link".to_owned(), link);
    let mut body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    if let Value::Object(fields) = &mut body {
        fields.insert("has_more".into(), true.into());
        fields.insert("last_id".into(), format!("further-{nth}").into());
        fields.insert("@odata.nextLink".into(), next.into());
        fields.insert("nextPageToken".into(), format!("further-{nth}").into());
        let cursor = json!({"next_cursor": format!("further-{nth}")});
        fields.insert("response_metadata".into(), cursor);
        for (member, more) in [
            ("metadata", json!({"continue": format!("further-{nth}")})),
            (
                "result_info",
                json!({"page": nth, "per_page": 1, "total_count": 1000, "cursor": format!("further-{nth}")}),
            ),
        ] {
            if let (Some(Value::Object(known)), Value::Object(more)) =
                (fields.get_mut(member), more)
            {
                known.extend(more);
            }
        }
        reply.body = body.to_string();
    }
    reply
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

fn strike(stream: &mut TcpStream, fault: Fault, elsewhere: &str) {
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
        Fault::Expired => say(
            stream,
            401,
            &format!("{JSON}www-authenticate: Bearer error=\"invalid_token\"\r\n"),
            br#"{"error":"invalid_token","errorCode":"E0000011"}"#,
        ),
        Fault::Refused
        | Fault::TimeoutBefore
        | Fault::TimeoutAfter
        | Fault::Tls
        | Fault::Page(_) => {}
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

/// What an action may come to whose own request met a fault; nothing of it is done.
fn fits(fault: Fault, outcome: &Outcome) -> bool {
    match (fault, outcome) {
        (_, Outcome::Done(_) | Outcome::AlreadySo) => false,
        (Fault::Throttled(_), outcome) => matches!(outcome, Outcome::Throttled { .. }),
        (Fault::Refused | Fault::Tls, outcome) => matches!(outcome, Outcome::Unavailable(_)),
        (Fault::Redirect(307) | Fault::Expired | Fault::Echo(400), outcome) => {
            matches!(outcome, Outcome::Refused(_))
        }
        // A vendor that says no in a 200 says no; whatever else came, nobody knows what happened.
        (Fault::Echo(200) | Fault::ErrorInside, outcome) => {
            matches!(outcome, Outcome::InDoubt(_) | Outcome::Refused(_))
        }
        (_, outcome) => matches!(outcome, Outcome::InDoubt(_)),
    }
}

/// What an action may come to of which a look-up met the fault: nothing left, so that nothing is in doubt.
fn fits_before(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Refused(_) | Outcome::Unavailable(_) | Outcome::Throttled { .. }
    )
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
    under(weather, fault, act, false).await
}

/// The same of an action of which a look-up meets the fault.
pub(crate) async fn act_after(weather: &Weather, fault: Fault, act: Act) -> Option<String> {
    under(weather, fault, act, true).await
}

async fn under(weather: &Weather, fault: Fault, act: Act, is_before: bool) -> Option<String> {
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
    let came = weather.last();
    let waits = match &outcome {
        Outcome::Throttled { until: Some(until) } => {
            *until >= before - Wait::from_secs(1) && *until <= before + Wait::from_secs(700)
        }
        _ => true,
    };
    // The port that was given up may be another test's by now, which hangs up.
    let is_taken = fault == Fault::Refused && came == 0 && matches!(outcome, Outcome::InDoubt(_));
    let fits = match fault {
        // What was found before the page that failed may be acted on, and only with the request that is recorded.
        Fault::Page(_) => match outcome {
            Outcome::Done(_) | Outcome::AlreadySo => came == 1 || weather.further() == 0,
            Outcome::InDoubt(_) => came == 1,
            Outcome::Refused(_) | Outcome::Throttled { .. } | Outcome::Unavailable(_) => true,
        },
        _ if is_before => fits_before(&outcome) && came == 0,
        // On a busy machine the time is over before the last request is sent: nothing happened.
        _ if fault.is_waited_for() && weather.struck() == 0 => fits_before(&outcome),
        _ => fits(fault, &outcome),
    };
    let leaks = act.secrets.iter().any(|secret| said.contains(secret));
    let id = &act.spec.id;
    (!(fits || is_taken) || came > 1 || leaks || !waits)
        .then(|| format!("{id} under {fault:?}: {said}; the request came {came} times"))
}

/// A cell, and whether nothing but time tells how it ends.
pub(crate) type Cell = (
    bool,
    std::pin::Pin<Box<dyn Future<Output = Option<String>> + Send>>,
);

/// Makes a cell.
pub(crate) fn cell(
    fault: Fault,
    plays: impl Future<Output = Option<String>> + Send + 'static,
) -> Cell {
    (fault.is_waited_for(), Box::pin(plays))
}

/// Every cell holds, there are as many as there have to be, and nothing was sent to another host.
pub(crate) async fn hold(cells: Vec<Cell>, least: usize, hits: &AtomicU32) {
    let count = cells.len();
    let wrong = together(cells).await;
    assert!(
        wrong.is_empty(),
        "{} of {count} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= least, "{count} cells");
    assert_eq!(
        hits.load(Ordering::SeqCst),
        0,
        "something was sent to another host"
    );
}

/// Runs many at once, and gives what they tell. Those that wait are many more at once than those that work.
async fn together(cells: Vec<Cell>) -> Vec<String> {
    let [works, waits] = [12, 64].map(|many| Arc::new(tokio::sync::Semaphore::new(many)));
    let mut tasks = Vec::new();
    for (is_waiting, cell) in cells {
        let turns = Arc::clone(if is_waiting { &waits } else { &works });
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
