//! A small server on loopback that answers as a test says, with a state of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

/// What was asked.
pub(crate) struct Asked {
    line: String,
    head: String,
    pub(crate) body: Value,
    pub(crate) base: String,
}

impl Asked {
    /// Method, path and query.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }
}

/// What is answered.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let json = ("content-type".to_owned(), "application/json".to_owned());
        Self {
            status,
            headers: vec![json],
            body: body.to_string(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The server; it ends with this.
pub(crate) struct Served {
    pub(crate) base: String,
    state: Arc<Mutex<Value>>,
    over: Arc<AtomicBool>,
}

impl Served {
    pub(crate) fn start(
        state: Value,
        answer: impl Fn(&Asked, &mut Value) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(state));
        let over = Arc::new(AtomicBool::new(false));
        let (shared, ends, address) = (Arc::clone(&state), Arc::clone(&over), base.clone());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (shared, address, answer) =
                    (Arc::clone(&shared), address.clone(), Arc::clone(&answer));
                std::thread::spawn(move || {
                    if let Some(asked) = read(&mut stream, &address) {
                        let reply = answer(&asked, &mut shared.lock().unwrap());
                        write(&mut stream, &reply);
                    }
                });
            }
        });
        Self { base, state, over }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, Value> {
        self.state.lock().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.base.trim_start_matches("http://")));
    }
}

fn read(stream: &mut TcpStream, base: &str) -> Option<Asked> {
    let (mut bytes, mut part) = (Vec::new(), [0; 16384]);
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.to_lowercase();
            let length = length
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let body = &bytes[end + 4..];
            if body.len() >= length.unwrap_or(0_usize) {
                let line = head.lines().next()?.rsplit_once(' ')?.0.to_owned();
                let body = serde_json::from_slice(body).unwrap_or_default();
                return Some(Asked {
                    line,
                    head,
                    body,
                    base: base.to_owned(),
                });
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn write(stream: &mut TcpStream, reply: &Reply) {
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.extend([format!("{name}: {value}\r\n")]);
    }
    let body = &reply.body;
    head.extend([format!("content-length: {}\r\n\r\n{body}", body.len())]);
    drop(stream.write_all(head.as_bytes()));
}
