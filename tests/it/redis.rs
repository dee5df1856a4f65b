//! Against Redis: an ACL user is contained, verified and given back for real, as a plain socket sees it; `off` alone, which
//! leaves the live connection, is never called isolated.

mod fault;
mod tls;
mod user;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use contain::domain::Duration;
use contain::provider::{Provider, redis};

use crate::harness::{Desk, Server};
use crate::held::of_servers;

/// The password that leaked.
const LEAKED: &str = "canary-leaked-5f2b";
/// The password of the administrator, whom `contain` acts as.
pub(crate) const OURS: &str = "of-the-test";

/// A plain connection, for what an independent client sees.
struct Line(TcpStream);

impl Line {
    fn open(server: &str) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Wait::from_secs(10))).unwrap();
        Self(stream)
    }

    /// What a command answers: one whole reply, as it came; nothing where the connection has ended.
    fn say(&mut self, words: &[&str]) -> String {
        let mut asked = format!("*{}\r\n", words.len());
        for word in words {
            let length = word.len().to_string();
            asked.extend(["$", &length, "\r\n", word, "\r\n"]);
        }
        if self.0.write_all(asked.as_bytes()).is_err() {
            return String::new();
        }
        let mut bytes = [0; 65536];
        let mut said = String::new();
        while let Ok(read @ 1..) = self.0.read(&mut bytes) {
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
            if is_whole(&said) {
                break;
            }
        }
        said
    }
}

/// Whether a reply that is a line or one bulk string is there whole; of lists the first part is enough here.
fn is_whole(said: &str) -> bool {
    let Some((head, rest)) = said.split_once("\r\n") else {
        return false;
    };
    match head
        .strip_prefix('$')
        .and_then(|length| length.parse::<usize>().ok())
    {
        Some(length) => rest.len() >= length + 2,
        None => true,
    }
}

/// A server with the users of a small company.
pub(crate) struct Store(pub(crate) Server);

impl Store {
    pub(crate) fn start(settings: &[&str]) -> Self {
        let store = Self(Server::start("redis", settings));
        for user in [
            &[
                "svc",
                "on",
                ">canary-leaked-5f2b",
                "~cache:*",
                "&news",
                "-@all",
                "+@read",
                "+set",
                "+ping",
                "-keys",
            ][..],
            &[
                "healthy",
                "on",
                ">canary-healthy",
                "~*",
                "+@all",
                "-@dangerous",
            ],
        ] {
            let words = [&["ACL", "SETUSER"], user].concat();
            assert_eq!(store.admin(&words), "+OK\r\n");
        }
        store
    }

    fn line(&self) -> Line {
        Line::open(self.0.endpoint())
    }

    /// A connection that authenticated as a user.
    fn session(&self, user: &str, password: &str) -> Line {
        let mut line = self.line();
        assert_eq!(line.say(&["AUTH", user, password]), "+OK\r\n");
        line
    }

    pub(crate) fn admin(&self, words: &[&str]) -> String {
        self.session("default", OURS).say(words)
    }

    /// The rules of a user, its hashes among them.
    pub(crate) fn rules(&self, user: &str) -> String {
        let all = redis_cli(self, &["ACL", "LIST"]);
        let begin = format!("user {user} ");
        all.lines()
            .find(|line| line.starts_with(&begin))
            .unwrap_or_default()
            .to_owned()
    }

    fn url(&self) -> String {
        format!("redis://default:{OURS}@{}", self.0.endpoint())
    }

    /// A place to run the program from, with a workspace that names this server `main`.
    fn desk(&self) -> Desk {
        Desk::bare()
            .with("REDIS_URL", &self.url())
            .with("LEAKED", LEAKED)
            .file(
                "contain.yaml",
                "contain: 1\nproviders:\n  redis:\n    servers: {main: env:REDIS_URL}\n",
            )
    }
}

/// A line between, on which all that is asked is written down: `MONITOR` shows no administrative command.
struct Tap {
    port: u16,
    asked: Arc<Mutex<String>>,
}

impl Tap {
    fn before(store: &Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (server, asked) = (store.0.endpoint().to_owned(), Arc::default());
        let written: Arc<Mutex<String>> = Arc::clone(&asked);
        std::thread::spawn(move || {
            while let Ok((mut client, _)) = listener.accept() {
                let mut there = TcpStream::connect(&server).unwrap();
                let (mut back, mut from) =
                    (client.try_clone().unwrap(), there.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut back));
                let written = Arc::clone(&written);
                std::thread::spawn(move || {
                    let mut bytes = [0; 65536];
                    while let Ok(read @ 1..) = client.read(&mut bytes) {
                        let text = String::from_utf8_lossy(&bytes[..read]);
                        written.lock().unwrap().push_str(&text);
                        there.write_all(&bytes[..read]).unwrap();
                    }
                    drop(there.shutdown(Shutdown::Both));
                });
            }
        });
        Self { port, asked }
    }

    fn url(&self) -> String {
        format!("redis://default:{OURS}@127.0.0.1:{}", self.port)
    }

    /// The words that were asked since last time, in one line.
    fn asked(&self) -> String {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        let words = asked.lines().filter(|line| !line.starts_with(['*', '$']));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// The vendor's own client.
fn redis_cli(store: &Store, words: &[&str]) -> String {
    let (host, port) = store.0.endpoint().split_once(':').unwrap();
    let ended = std::process::Command::new("redis-cli")
        .args(["-h", host, "-p", port, "--raw"])
        .args(words)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("REDISCLI_AUTH", OURS)
        .output()
        .unwrap();
    String::from_utf8(ended.stdout).unwrap()
}

/// The provider, for a server of the name `main`.
fn provider(url: &str, deadline: Duration) -> Arc<dyn Provider> {
    of_servers(&redis::NATIVE, &[("main", url)], deadline)
}
