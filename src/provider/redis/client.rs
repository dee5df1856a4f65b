//! The servers that the workspace names, and connections to them: one for reading, which sends no command that changes
//! anything, and one for acting.
//!
//! Never connects to a link-local or metadata address, nor in plain text to another machine unless that is configured.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};
use redis::{ErrorKind, RedisError, RedisResult, Value};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{NAME, failure};
use crate::domain::{Because, Clock, Outcome, Secret, Why};
use crate::provider::Settings;
use crate::provider::http::{self, Place};
use crate::provider::line::{Allowance, Metered};
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
    async fn open(&self, name: &str, info: ConnectionInfo) -> Result<Line, Why> {
        let opened = tokio::time::timeout(self.listed.deadline() * 2, self.connect(&info)).await;
        let late = || Why::new(Because::Unavailable, format!("{name} was not reached"));
        let opened = opened.map_err(|_| late())?;
        opened.map_err(|failed| failure::why(&failed, name))
    }

    async fn connect(&self, info: &ConnectionInfo) -> RedisResult<Line> {
        let allowance = Allowance::new();
        let stream = socket(info.addr(), &allowance).await?;
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        let config =
            AsyncConnectionConfig::new().set_response_timeout(Some(self.listed.deadline()));
        let made = MultiplexedConnection::new_with_config(&settings, stream, config);
        let (connection, driver) = made.await?;
        drop(tokio::spawn(driver));
        Ok(Line {
            connection,
            allowance,
        })
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
        line.allowance.renew();
        Ok(command.query_async(&mut line.connection).await)
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

/// A line of whichever sort.
trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

/// A socket to where a server is.
async fn socket(address: &ConnectionAddr, allowance: &Allowance) -> RedisResult<Box<dyn Duplex>> {
    match address {
        ConnectionAddr::Tcp(host, port) => {
            let stream = Metered::new(dial(host, *port).await?, allowance.clone());
            Ok(Box::new(stream))
        }
        ConnectionAddr::TcpTls { host, port, .. } => {
            let bare = unbracketed(host).to_owned();
            let proved = ServerName::try_from(bare).map_err(|_| {
                let text = "the name is none that TLS could prove";
                RedisError::from((ErrorKind::InvalidClientConfig, text))
            })?;
            let stream = Metered::new(dial(host, *port).await?, allowance.clone());
            let connected = connector()?.connect(proved, stream).await;
            Ok(Box::new(connected.map_err(RedisError::from)?))
        }
        #[cfg(unix)]
        ConnectionAddr::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await?;
            Ok(Box::new(Metered::new(stream, allowance.clone())))
        }
        _ => {
            let text = "a server is not reached in this way";
            Err(RedisError::from((ErrorKind::InvalidClientConfig, text)))
        }
    }
}

fn unbracketed(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Connects to what a name means at this moment, and refuses what it may not mean.
async fn dial(host: &str, port: u16) -> RedisResult<TcpStream> {
    let found = tokio::net::lookup_host((unbracketed(host), port)).await?;
    let found: Vec<SocketAddr> = found.collect();
    if found
        .iter()
        .any(|address| http::place(address.ip()) == Place::Never)
    {
        let why = "the name means an address to which nothing is sent";
        return Err(RedisError::from((ErrorKind::InvalidClientConfig, why)));
    }
    // What was looked at is what is connected to.
    let stream = TcpStream::connect(found.as_slice()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// TLS as this machine trusts it.
fn connector() -> RedisResult<TlsConnector> {
    let trust = http::trust().map_err(|why| io::Error::other(why.text))?;
    Ok(TlsConnector::from(Arc::new(trust)))
}

/// A connection, and how much may still be read of it.
struct Line {
    connection: MultiplexedConnection,
    allowance: Allowance,
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
    line: Line,
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
    line: Line,
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
async fn send(line: &mut Line, words: &[&str]) -> RedisResult<Value> {
    let mut command = redis::Cmd::new();
    for word in words {
        command.arg(*word);
    }
    line.allowance.renew();
    let value: Value = command.query_async(&mut line.connection).await?;
    if let Value::ServerError(error) = value {
        return Err(error.into());
    }
    Ok(value)
}
