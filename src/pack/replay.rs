//! Recorded conversations, and the small server on loopback that holds the vendor's end of one.
//!
//! Listens on loopback alone, answers exactly what is recorded, and tells what came otherwise.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Pack;
use super::recording::{Reply, Test};
use crate::domain::Fields;

/// The longest request that is read, in bytes.
const MOST: usize = 1024 * 1024;

/// One recorded exchange.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request line that must come: method, path and query.
    pub to: String,
    /// The body that must come.
    pub sends: Option<Value>,
    /// The status of the reply.
    pub status: u16,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
}

/// One recorded conversation.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it shows.
    pub name: String,
    /// What is asked or done: `do`, `look`, `resolve`, `identify`, `reach`, `activity`, `probe`, `whoami`.
    pub asks: &'static str,
    /// The action, without the provider's name.
    pub action: Option<String>,
    /// The account that the vendor tells; none where the host's name is the account.
    pub account: Option<String>,
    /// Kind and id of the target.
    pub target: Option<(String, String)>,
    /// Whether the credential itself is held where the target is looked at.
    pub held: bool,
    /// Whether the credential itself was seen to work before.
    pub was_alive: bool,
    /// What the fields held before.
    pub before: Fields,
    /// What the playbook says.
    pub with: Fields,
    /// How it must end.
    pub ends: &'static str,
    /// The exchanges, that about the account first.
    pub replies: Vec<Exchange>,
}

/// The conversations that a pack records.
#[must_use]
pub fn exchanges(pack: &Pack) -> Vec<Recorded> {
    pack.tests()
        .iter()
        .map(|test| recorded(pack, test))
        .collect()
}

pub(super) fn recorded(pack: &Pack, test: &Test) -> Recorded {
    let first = pack.file.account.recorded.iter();
    let replies = first.chain(&test.replies).map(exchange);
    let target = test
        .target
        .as_deref()
        .and_then(|target| target.split_once('/'));
    Recorded {
        name: test.name.clone(),
        asks: asks(test),
        action: test.action.clone(),
        account: account(pack),
        target: target.map(|(noun, id)| (noun.to_owned(), id.to_owned())),
        held: test.held,
        was_alive: test.was_alive,
        before: test.before.clone(),
        with: test.with.clone(),
        ends: test.ends.word(),
        replies: replies.collect(),
    }
}

fn asks(test: &Test) -> &'static str {
    let asked = [
        ("do", test.action.is_some()),
        ("look", test.look),
        ("resolve", test.resolve),
        ("identify", test.identify),
        ("reach", test.reach),
        ("activity", test.activity),
        ("probe", test.probe),
    ];
    let asked = asked.into_iter().find(|(_, is_asked)| *is_asked);
    asked.map_or("whoami", |(word, _)| word)
}

fn account(pack: &Pack) -> Option<String> {
    let account = &pack.file.account;
    let mut scope = super::cel::Scope::default();
    let recorded = account.recorded.as_ref()?;
    scope.set("body", recorded.json.clone()?);
    let headers = recorded.headers.iter();
    let headers = headers.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    scope.set("header", Value::Object(headers.collect()));
    super::cel::scalar(&account.id.as_ref()?.value(&scope)?)
}

fn exchange(reply: &Reply) -> Exchange {
    let mut headers = reply.headers.clone();
    let body = match (&reply.json, &reply.text) {
        (Some(json), _) => {
            headers
                .entry("content-type".to_owned())
                .or_insert_with(|| "application/json".to_owned());
            json.to_string()
        }
        (None, text) => text.clone().unwrap_or_default(),
    };
    Exchange {
        to: reply.to.clone(),
        sends: reply.sends.clone(),
        status: reply.status,
        headers,
        body,
    }
}

/// The vendor's end of a conversation.
pub(super) struct Server {
    pub(super) base: String,
    heard: Arc<Mutex<Heard>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    left: std::collections::VecDeque<Exchange>,
    wrong: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start(replies: Vec<Exchange>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let heard = Arc::new(Mutex::new(Heard {
            left: replies.into(),
            wrong: Vec::new(),
        }));
        let (inner, address) = (Arc::clone(&heard), base.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after the other: the order is part of what is recorded.
                drop(serve(stream, &inner, &address).await);
            }
        });
        Ok(Self { base, heard, task })
    }

    /// What came otherwise than recorded, and what never came.
    pub(super) fn wrong(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let left = heard
            .left
            .iter()
            .map(|reply| format!("`{}` never came", reply.to));
        heard.wrong.iter().cloned().chain(left).collect()
    }
}

async fn serve(mut stream: TcpStream, heard: &Mutex<Heard>, base: &str) -> std::io::Result<()> {
    let (head, body) = request(&mut stream).await?;
    let reply = answer(heard, &head, &body, base);
    stream.write_all(reply.as_bytes()).await?;
    stream.shutdown().await
}

fn answer(heard: &Mutex<Heard>, head: &str, body: &str, base: &str) -> String {
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let line = head.lines().next().unwrap_or_default();
    let came = line.rsplit_once(' ').map_or(line, |(line, _)| line);
    let Some(reply) = heard.left.pop_front() else {
        heard
            .wrong
            .push(format!("`{came}` came, and nothing more is recorded"));
        return "HTTP/1.1 599 Unrecorded\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            .to_owned();
    };
    if reply.to != came {
        heard
            .wrong
            .push(format!("`{came}` came where `{}` is recorded", reply.to));
    } else if let Some(wanted) = &reply.sends {
        let sent = sent(head, body);
        if sent != *wanted {
            let text = format!("`{came}` sent {sent} where {wanted} is recorded");
            heard.wrong.push(text);
        }
    }
    let text = reply.body.replace("${base}", base);
    let mut answer = format!("HTTP/1.1 {} Recorded\r\n", reply.status);
    for (name, value) in &reply.headers {
        answer.extend([format!("{name}: {}\r\n", value.replace("${base}", base))]);
    }
    answer.extend([format!(
        "content-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )]);
    answer
}

/// What a request carries, as data: JSON as it is, a form as a map of texts.
fn sent(head: &str, body: &str) -> Value {
    let is_form = head
        .to_lowercase()
        .contains("content-type: application/x-www-form-urlencoded");
    if !is_form {
        return serde_json::from_str(body).unwrap_or_default();
    }
    let Ok(url) = reqwest::Url::parse(&format!("https://form.invalid/?{body}")) else {
        return Value::Null;
    };
    let pairs = url.query_pairs();
    Value::Object(
        pairs
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect(),
    )
}

async fn request(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0_usize) {
                return Ok((head.to_owned(), body.to_owned()));
            }
        }
        let read = stream.read(&mut part).await?;
        if read == 0 || bytes.len() > MOST {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        bytes.extend_from_slice(part.get(..read).unwrap_or_default());
    }
}
