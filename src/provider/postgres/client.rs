//! The servers that the workspace names, and connections to them: one for reading, which refuses to change anything,
//! and one for acting.
//!
//! Never connects to a link-local or metadata address, nor in plain text to another machine unless the URL says so.

use std::net::IpAddr;
use std::str::FromStr as _;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{NAME, failure};
use crate::domain::{Because, Clock, Outcome, Time, Why};
use crate::provider::http::{self, Place};
use crate::provider::line::{self, Allowance, Metered};
use crate::provider::listed::Listed;
use crate::provider::{Settings, Soon};

/// The name by which our sessions are seen on the server.
const PROGRAM: &str = "contain";

/// The servers, by the names that the workspace gives them.
pub(super) struct Servers {
    pub(super) listed: Listed,
}

/// What a session of ours begins with: nothing is looked up in a schema that others can write to.
const BEGIN: &str = "SET search_path = pg_catalog; SET application_name = 'contain'; SET lock_timeout = '10s'; SET statement_timeout = '14s'";
const READ_ONLY: &str = "; SET default_transaction_read_only = on";
/// Who we are there, and what time it is.
const GREETING: &str =
    "SELECT session_user::text, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp())";

impl Servers {
    pub(super) fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            listed: Listed::new(NAME, settings, clock),
        }
    }

    /// How to reach one, as its URL says.
    pub(super) fn config(&self, name: &str) -> Result<Config, Why> {
        let url = self.listed.url(name)?;
        // What is wrong with it is not repeated: it holds a password.
        let invalid =
            |text: &str| Why::new(Because::Invalid, format!("the URL of `{name}` {text}"));
        let mut config = Config::from_str(url.expose().trim()).map_err(|_| {
            invalid("is no connection URL (postgresql://USER:PASSWORD@HOST/DATABASE)")
        })?;
        if config.get_hosts().len() != 1 || config.get_ports().len() > 1 {
            return Err(invalid(
                "names more or less than one host: each server has a name of its own",
            ));
        }
        if config.get_user().is_none() {
            return Err(invalid("names no user"));
        }
        config.application_name(PROGRAM);
        config.connect_timeout(self.listed.deadline());
        if config.get_ssl_mode() == SslMode::Prefer && !is_here(&config) {
            config.ssl_mode(SslMode::Require);
        }
        Ok(config)
    }

    /// How somebody reaches one who shows no password.
    pub(super) fn bare(&self, name: &str, user: &str) -> Result<Config, Why> {
        let of = self.config(name)?;
        let mut config = Config::new();
        for host in of.get_hosts() {
            match host {
                Host::Tcp(host) => config.host(host),
                Host::Unix(path) => config.host_path(path),
            };
        }
        for address in of.get_hostaddrs() {
            config.hostaddr(*address);
        }
        for port in of.get_ports() {
            config.port(*port);
        }
        if let Some(database) = of.get_dbname() {
            config.dbname(database);
        }
        config
            .user(user)
            .application_name(PROGRAM)
            .connect_timeout(self.listed.deadline())
            .ssl_mode(of.get_ssl_mode())
            .ssl_negotiation(of.get_ssl_negotiation());
        Ok(config)
    }

    /// Waits for something no longer than an exchange may take.
    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Why> {
        let timed = tokio::time::timeout(self.listed.deadline(), work).await;
        timed.map_err(|_| {
            Why::new(
                Because::Timeout,
                "the server gave no answer within the deadline",
            )
        })
    }

    /// Opens a connection; an error says that nothing was asked for on it.
    pub(super) async fn open(&self, name: &str, config: Config) -> Result<Line, Broken> {
        let config = self.placed(config).await.map_err(Broken::Unsent)?;
        let opened = self
            .within(connect(&config))
            .await
            .map_err(Broken::Unsent)?;
        opened.map_err(|failed| match failed {
            Broken::Unsent(why) => {
                Broken::Unsent(Why::new(why.because, format!("{name}: {}", why.text)))
            }
            other @ Broken::Server(_) => other,
        })
    }

    /// With the address that its host means now, where nothing is sent to some.
    async fn placed(&self, mut config: Config) -> Result<Config, Why> {
        let refused = || {
            let text = "the server's name means a link-local or metadata address, to which nothing is sent";
            Why::new(Because::Forbidden, text)
        };
        let is_never = |address: &IpAddr| http::place(*address) == Place::Never;
        if config.get_hostaddrs().iter().any(is_never) {
            return Err(refused());
        }
        let Some(Host::Tcp(host)) = config.get_hosts().first() else {
            return Ok(config);
        };
        if !config.get_hostaddrs().is_empty() {
            return Ok(config);
        }
        let bare = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let found = self.within(tokio::net::lookup_host((bare, 0))).await?;
        let found = found.map_err(|_| {
            let text = "the server's name means no address";
            Why::new(Because::Unavailable, text)
        })?;
        let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if found.iter().any(is_never) {
            return Err(refused());
        }
        // One is taken, so that what was looked at is what is connected to.
        if let Some(address) = found.first() {
            config.hostaddr(*address);
        }
        Ok(config)
    }

    /// A connection on which nothing can be changed.
    pub(super) async fn reader(&self, name: &str) -> Result<Reader<'_>, Why> {
        let (line, user) = self.begin(name, true).await?;
        Ok(Reader {
            servers: self,
            line,
            name: name.to_owned(),
            user,
        })
    }

    /// A connection that acts.
    pub(super) async fn hand(&self, name: &str) -> Result<Hand<'_>, Why> {
        let (line, _) = self.begin(name, false).await?;
        Ok(Hand {
            servers: self,
            line,
            name: name.to_owned(),
        })
    }

    async fn begin(&self, name: &str, reads: bool) -> Result<(Line, String), Why> {
        let config = self.config(name)?;
        let line = self
            .open(name, config)
            .await
            .map_err(|broken| match broken {
                Broken::Unsent(why) => why,
                Broken::Server(failed) => failure::why(&failed, name),
            })?;
        let begin = if reads {
            format!("{BEGIN}{READ_ONLY}")
        } else {
            BEGIN.to_owned()
        };
        let begun = self.within(line.tell(&begin)).await?;
        begun.map_err(|failed| line.why(&failed, name))?;
        let rows = self.ask((&line, name), GREETING, &[]).await?;
        let user: Option<String> = rows.first().and_then(|row| row.try_get(0).ok());
        let seconds: Option<f64> = rows.first().and_then(|row| row.try_get(1).ok());
        let (Some(user), Some(seconds)) = (user, seconds) else {
            return Err(Why::new(
                Because::Garbled,
                format!("{name} did not say who we are there"),
            ));
        };
        self.hear(seconds);
        Ok((line, user))
    }

    /// Asks a question, and waits for its answer no longer than it may take.
    fn ask<'a>(
        &'a self,
        (line, name): (&'a Line, &'a str),
        question: &'static str,
        about: &'a [&'a (dyn ToSql + Sync)],
    ) -> Soon<'a, Result<Vec<Row>, Why>> {
        Box::pin(async move {
            line.allowance.renew();
            let asked = self.within(line.client.query(question, about)).await?;
            asked.map_err(|failed| line.why(&failed, name))
        })
    }

    /// Takes the server's clock from an answer.
    fn hear(&self, seconds: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of a time in this age fit, and parts of one are not wanted"
        )]
        let there = (seconds * 1000.0) as i64;
        self.listed.hear(there);
    }
}

/// Whether a server is on this machine.
fn is_here(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || http::literal(name) == Some(Place::Loopback),
    })
}

/// Why a connection was not opened.
pub(super) enum Broken {
    /// Nothing was heard of the server.
    Unsent(Why),
    /// The server said no, or the line broke.
    Server(tokio_postgres::Error),
}

async fn connect(config: &Config) -> Result<Line, Broken> {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let (host, stream) = match (config.get_hosts().first(), config.get_hostaddrs().first()) {
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => {
            let path = path.join(format!(".s.PGSQL.{port}"));
            let stream = tokio::net::UnixStream::connect(path).await;
            // A socket of this machine has no name that TLS could prove.
            return speak(config, stream.map_err(|_| lost())?, NoTls).await;
        }
        (Some(Host::Tcp(host)), Some(address)) => {
            (host.as_str(), TcpStream::connect((*address, port)).await)
        }
        (Some(Host::Tcp(host)), None) => {
            let stream = TcpStream::connect((host.as_str(), port)).await;
            (host.as_str(), stream)
        }
        (None, Some(address)) => ("", TcpStream::connect((*address, port)).await),
        (None, None) => return Err(lost()),
    };
    let stream = stream.map_err(|_| lost())?;
    stream.set_nodelay(true).map_err(|_| lost())?;
    if config.get_ssl_mode() == SslMode::Disable {
        return speak(config, stream, NoTls).await;
    }
    let mut maker = MakeRustlsConnect::new(http::trust().map_err(Broken::Unsent)?);
    let tls = MakeTlsConnect::<Metered<TcpStream>>::make_tls_connect(&mut maker, host);
    let tls = tls.map_err(|_| unavailable("the server's name is none that TLS could prove"))?;
    speak(config, stream, tls).await
}

fn unavailable(text: &str) -> Broken {
    Broken::Unsent(Why::new(Because::Unavailable, text))
}

fn lost() -> Broken {
    unavailable("the server was not reached")
}

/// Begins to speak with a server, which may answer no more to each question than a line allows.
async fn speak<S, T>(config: &Config, stream: S, tls: T) -> Result<Line, Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: TlsConnect<Metered<S>>,
    T::Stream: Send + 'static,
{
    let allowance = Allowance::new();
    let stream = Metered::new(stream, allowance.clone());
    let connected = config.connect_raw(stream, tls).await;
    let (client, connection) = connected.map_err(Broken::Server)?;
    drop(tokio::spawn(connection));
    let line = Line { client, allowance };
    line.suits(config).await?;
    Ok(line)
}

/// A connection, and how much may still be read of it.
pub(super) struct Line {
    client: Client,
    allowance: Allowance,
}

impl Line {
    async fn tell(&self, statement: &str) -> Result<(), tokio_postgres::Error> {
        self.allowance.renew();
        self.client.batch_execute(statement).await
    }

    fn why(&self, failed: &tokio_postgres::Error, name: &str) -> Why {
        if self.allowance.is_spent() {
            return line::flooded(name);
        }
        failure::why(failed, name)
    }

    /// Whether the server is of the sort that the URL asks for (`target_session_attrs`).
    async fn suits(&self, config: &Config) -> Result<(), Broken> {
        let wanted = match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => "off",
            TargetSessionAttrs::ReadOnly => "on",
            TargetSessionAttrs::Any | _ => return Ok(()),
        };
        self.allowance.renew();
        let asked = self.client.simple_query("SHOW transaction_read_only");
        let messages = asked.await.map_err(Broken::Server)?;
        let is_wanted = |message: &SimpleQueryMessage| {
            let SimpleQueryMessage::Row(row) = message else {
                return false;
            };
            row.try_get(0).ok().flatten() == Some(wanted)
        };
        if messages.iter().any(is_wanted) {
            return Ok(());
        }
        Err(unavailable(
            "the server is none of the sort that `target_session_attrs` asks for",
        ))
    }
}

/// A connection on which nothing can be changed: the server refuses it.
pub(super) struct Reader<'a> {
    servers: &'a Servers,
    line: Line,
    /// The server's name.
    pub(super) name: String,
    /// Who we are there.
    pub(super) user: String,
}

impl Reader<'_> {
    /// Asks a question whose text stands in this program; what it is about comes as parameters.
    pub(super) async fn ask(
        &self,
        question: &'static str,
        about: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Why> {
        let asked = self.servers.ask((&self.line, &self.name), question, about);
        asked.await
    }
}

/// A connection that acts.
pub(super) struct Hand<'a> {
    servers: &'a Servers,
    line: Line,
    name: String,
}

impl Hand<'_> {
    /// Sends a statement that changes something, once.
    pub(super) async fn tell(&self, statement: &str) -> Result<(), Outcome> {
        match self.servers.within(self.line.tell(statement)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failed)) if self.line.allowance.is_spent() => {
                Err(Outcome::InDoubt(self.line.why(&failed, &self.name)))
            }
            Ok(Err(failed)) => Err(failure::outcome(&failed, &self.name)),
            Err(why) => Err(Outcome::InDoubt(why)),
        }
    }

    /// Asks a question whose text stands in this program.
    pub(super) async fn ask(
        &self,
        question: &'static str,
        about: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Why> {
        let asked = self.servers.ask((&self.line, &self.name), question, about);
        asked.await
    }
}

/// A point in time that stands in a column, as microseconds since 1970.
pub(super) fn time(micros: i64) -> Option<Time> {
    Time::from_microsecond(micros).ok()
}
