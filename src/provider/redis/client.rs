//! The servers that the workspace names, and connections to them: one for reading, which sends no command that changes
//! anything, and one for acting.
//!
//! Never connects to a link-local or metadata address, nor in plain text to another machine unless that is configured.

use std::net::SocketAddr;

use redis::aio::MultiplexedConnection;
use redis::io::AsyncDNSResolver;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
};
use redis::{ErrorKind, RedisError, RedisFuture, RedisResult, Value};

use super::{NAME, failure};
use crate::domain::{Because, Clock, Outcome, Secret, Why};
use crate::provider::Settings;
use crate::provider::http::{self, Place};
use crate::provider::listed::Listed;

/// The servers, by the names that the workspace gives them.
pub(super) struct Servers {
    pub(super) listed: Listed,
}

impl Servers {
    pub(super) fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            listed: Listed::new(NAME, settings, clock),
        }
    }

    /// How to reach one, as its URL says.
    pub(super) fn info(&self, name: &str) -> Result<ConnectionInfo, Why> {
        let url = self.listed.url(name)?;
        // What is wrong with it is not repeated: it holds a password.
        let invalid =
            |text: &str| Why::new(Because::Invalid, format!("the URL of `{name}` {text}"));
        let info = url.expose().trim().into_connection_info();
        let info =
            info.map_err(|_| invalid("is no connection URL (rediss://USER:PASSWORD@HOST:PORT)"))?;
        let is_private = self.listed.is_private();
        match info.addr() {
            ConnectionAddr::Tcp(host, _) if !is_here(host) && !is_private => Err(invalid(
                "is in plain text to another machine: write rediss://, or `private: true` where that is meant",
            )),
            ConnectionAddr::TcpTls { insecure: true, .. } => {
                Err(invalid("asks for no certificate to be checked"))
            }
            ConnectionAddr::Tcp(..)
            | ConnectionAddr::TcpTls { .. }
            | ConnectionAddr::Unix(_)
            | _ => Ok(info),
        }
    }

    /// Opens a connection; an error says that nothing was asked for on it.
    async fn open(&self, name: &str, info: ConnectionInfo) -> Result<MultiplexedConnection, Why> {
        let redis = info.redis_settings().clone().set_skip_set_lib_name();
        let info = info.set_redis_settings(redis);
        if let ConnectionAddr::TcpTls { .. } = info.addr() {
            // Both are built in; whoever was first stays.
            drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.listed.deadline()))
            .set_response_timeout(Some(self.listed.deadline()))
            .set_dns_resolver(Guard);
        let client = Client::open(info).map_err(|failed| failure::why(&failed, name))?;
        let opening = client.get_multiplexed_async_connection_with_config(&config);
        let opened = tokio::time::timeout(self.listed.deadline() * 2, opening).await;
        let late = || Why::new(Because::Unavailable, format!("{name} was not reached"));
        let opened = opened.map_err(|_| late())?;
        opened.map_err(|failed| failure::why(&failed, name))
    }

    /// A connection on which nothing is changed.
    pub(super) async fn reader(&self, name: &str) -> Result<Reader, Why> {
        let line = self.open(name, self.info(name)?).await?;
        let mut reader = Reader {
            line,
            name: name.to_owned(),
        };
        self.hear(&reader.ask(&["TIME"]).await?);
        Ok(reader)
    }

    /// A connection that acts.
    pub(super) async fn hand(&self, name: &str) -> Result<Hand, Why> {
        let Reader { line, name } = self.reader(name).await?;
        Ok(Hand { line, name })
    }

    /// Tries to authenticate on a connection of its own; the answer to that, and to nothing else.
    pub(super) async fn try_out(
        &self,
        name: &str,
        (user, password): (&str, &Secret),
    ) -> Result<RedisResult<Value>, Why> {
        let info = self.info(name)?;
        let bare = redis::RedisConnectionInfo::default();
        let mut line = self.open(name, info.set_redis_settings(bare)).await?;
        let mut command = redis::cmd("AUTH");
        command.arg(user).arg(password.expose());
        Ok(command.query_async(&mut line).await)
    }

    /// Takes the server's clock from its answer to `TIME`.
    fn hear(&self, time: &Value) {
        let Ok((seconds, micros)) = redis::from_redis_value_ref::<(i64, i64)>(time) else {
            return;
        };
        let there = seconds.saturating_mul(1000).saturating_add(micros / 1000);
        self.listed.hear(there);
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || http::literal(host) == Some(Place::Loopback)
}

/// Looks names up, and refuses what they may not mean, at the moment of connecting.
struct Guard;

impl AsyncDNSResolver for Guard {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        Box::pin(async move {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            let found = tokio::net::lookup_host((bare, port))
                .await
                .map_err(RedisError::from)?;
            let found: Vec<SocketAddr> = found.collect();
            if found
                .iter()
                .any(|address| http::place(address.ip()) == Place::Never)
            {
                let why = "the name means an address to which nothing is sent";
                return Err(RedisError::from((ErrorKind::InvalidClientConfig, why)));
            }
            let found: Box<dyn Iterator<Item = SocketAddr> + Send> = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

/// The commands that a reading connection may send; each changes nothing.
const READS: [&[&str]; 10] = [
    &["TIME"],
    &["ACL", "WHOAMI"],
    &["ACL", "GETUSER"],
    &["ACL", "LOG"],
    &["ACL", "DRYRUN"],
    &["CLIENT", "LIST"],
    &["CLIENT", "ID"],
    &["CONFIG", "GET"],
    &["INFO", "replication"],
    &["INFO", "server"],
];

/// A connection on which nothing is changed.
pub(super) struct Reader {
    line: MultiplexedConnection,
    /// The server's name.
    pub(super) name: String,
}

impl Reader {
    /// Asks a question.
    pub(super) async fn ask(&mut self, words: &[&str]) -> Result<Value, Why> {
        if !READS.iter().any(|known| words.starts_with(known)) {
            let text = "this is no command that only reads";
            return Err(Why::new(Because::Forbidden, text));
        }
        let sent = send(&mut self.line, words).await;
        sent.map_err(|failed| failure::why(&failed, &self.name))
    }
}

/// A connection that acts.
pub(super) struct Hand {
    line: MultiplexedConnection,
    name: String,
}

impl Hand {
    /// Sends a command that changes something, once.
    pub(super) async fn tell(&mut self, words: &[&str]) -> Result<Value, Outcome> {
        let sent = send(&mut self.line, words).await;
        sent.map_err(|failed| failure::outcome(&failed, &self.name))
    }

    /// Asks a question.
    pub(super) async fn ask(&mut self, words: &[&str]) -> Result<Value, Why> {
        let sent = send(&mut self.line, words).await;
        sent.map_err(|failed| failure::why(&failed, &self.name))
    }
}

/// Each word is one argument, whatever is in it.
async fn send(line: &mut MultiplexedConnection, words: &[&str]) -> RedisResult<Value> {
    let mut command = redis::Cmd::new();
    for word in words {
        command.arg(*word);
    }
    let value: Value = command.query_async(line).await?;
    if let Value::ServerError(error) = value {
        return Err(error.into());
    }
    Ok(value)
}
