//! The authorization server: what the workspace says of it, its metadata, and requests that prove us to it.
//!
//! Never follows a redirect, and never sends a credential to a host that nobody configured.

use std::sync::OnceLock;

use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::place;
use crate::domain::{Because, Clock, Duration, Outcome, Secret, Time, Why};
use crate::provider::Settings;
use crate::provider::http::{self, Place};

/// How long an exchange may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// How much of an answer is read.
const MOST: usize = 1024 * 1024;

/// What a server's metadata say, as far as it matters here (RFC 8414).
#[derive(Deserialize, Clone, Debug)]
pub(super) struct Metadata {
    issuer: String,
    #[serde(default)]
    revocation_endpoint: Option<String>,
    #[serde(default)]
    introspection_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    retry_after: Option<Time>,
}

/// Why a request has no answer.
pub(super) enum Failed {
    /// It never left.
    Unsent(Why),
    /// It may have arrived.
    Lost(Why),
}

impl Failed {
    pub(super) fn why(self) -> Why {
        match self {
            Self::Unsent(why) | Self::Lost(why) => why,
        }
    }

    /// What a call came to that has no answer.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Unsent(why) => before(why),
            Self::Lost(why) => Outcome::InDoubt(why),
        }
    }
}

/// A question before the request that failed: nothing happened.
pub(super) fn before(why: Why) -> Outcome {
    if why.because.may_pass() {
        Outcome::Unavailable(why)
    } else {
        Outcome::Refused(why)
    }
}

/// The server.
pub(super) struct Server {
    settings: Option<Settings>,
    clock: Clock,
    client: OnceLock<Result<reqwest::Client, Why>>,
    metadata: OnceCell<Metadata>,
    ahead_ms: std::sync::atomic::AtomicI64,
}

impl Server {
    pub(super) fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            settings,
            clock,
            client: OnceLock::new(),
            metadata: OnceCell::new(),
            ahead_ms: std::sync::atomic::AtomicI64::new(i64::MIN),
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn settings(&self) -> Result<&Settings, Why> {
        self.settings.as_ref().ok_or_else(|| {
            let text =
                "oauth is not configured: name the issuer under providers.oauth in contain.yaml";
            Why::new(Because::Unauthenticated, text)
        })
    }

    pub(super) fn is_set_up(&self) -> bool {
        self.settings.is_some()
    }

    fn text(&self, name: &str) -> Result<&str, Why> {
        let said = self.settings()?.texts.get(name);
        said.map(String::as_str).ok_or_else(|| {
            let text = format!("contain.yaml says no providers.oauth.{name}");
            Why::new(Because::Unauthenticated, text)
        })
    }

    /// The issuer's address.
    pub(super) fn issuer(&self) -> Result<Url, Why> {
        place::address(self.text("issuer")?, self.settings()?.private)
    }

    /// The account in every locator.
    pub(super) fn account(&self) -> Result<String, Why> {
        Ok(place::account(&self.issuer()?))
    }

    /// The id of our own client.
    pub(super) fn our_client(&self) -> Result<&str, Why> {
        self.text("client")
    }

    /// The longest life of a token, where the workspace says.
    pub(super) fn token_lifetime(&self) -> Option<Duration> {
        let said = self.text("token_lifetime").ok()?;
        crate::domain::clock::read_duration(said).ok()
    }

    fn http(&self) -> Result<&reqwest::Client, Why> {
        let build = || {
            let settings = self.settings()?;
            let inside = place::sort(&self.issuer()?) == Place::Loopback;
            let deadline = settings.deadline.unwrap_or(DEADLINE);
            http::guarded(deadline, settings.private || inside)
        };
        self.client
            .get_or_init(build)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// What the server says of itself, asked once; only where it is the issuer that is configured.
    pub(super) async fn metadata(&self) -> Result<&Metadata, Why> {
        self.metadata
            .get_or_try_init(|| async {
                let issuer = self.issuer()?;
                let [first, second] = place::well_known(&issuer);
                let mut answer = self.get(first).await?;
                if answer.status == 404 {
                    answer = self.get(second).await?;
                }
                if answer.status != 200 {
                    let text = format!(
                        "the issuer answers {} where its metadata should be",
                        answer.status
                    );
                    return Err(Why::new(because(answer.status), text));
                }
                let said: Metadata = serde_json::from_value(answer.body).map_err(|_| {
                    Why::new(
                        Because::Garbled,
                        "the issuer's metadata could not be understood",
                    )
                })?;
                if said.issuer.trim_end_matches('/') != issuer.as_str().trim_end_matches('/') {
                    let text = "the metadata are those of another issuer";
                    return Err(Why::new(Because::Foreign, text));
                }
                Ok(said)
            })
            .await
    }

    async fn get(&self, url: Url) -> Result<Answer, Why> {
        let request = self.http()?.get(url);
        self.send(request).await.map_err(Failed::why)
    }

    /// The address of an endpoint: as the workspace names it, else as the metadata do; none where neither does.
    async fn endpoint(
        &self,
        setting: &str,
        said: impl Fn(&Metadata) -> Option<&String>,
    ) -> Result<Url, Why> {
        let settings = self.settings()?;
        if let Some(configured) = settings.texts.get(setting) {
            return place::address(configured, settings.private);
        }
        let metadata = self.metadata().await?;
        let Some(said) = said(metadata) else {
            let text = format!("the server names no {setting} endpoint");
            return Err(Why::new(Because::NotImplemented, text));
        };
        place::of_issuer(&self.issuer()?, said, settings.private)
    }

    /// Where tokens are revoked.
    pub(super) async fn revocation(&self) -> Result<Url, Why> {
        self.endpoint("revocation", |said| said.revocation_endpoint.as_ref())
            .await
    }

    /// Where it is told whether a token is active.
    pub(super) async fn introspection(&self) -> Result<Url, Why> {
        self.endpoint("introspection", |said| said.introspection_endpoint.as_ref())
            .await
    }

    /// Posts a form as our own client, with a token in it.
    pub(super) async fn post(&self, url: Url, token: &Secret) -> Result<Answer, Failed> {
        let unsent = Failed::Unsent;
        let id = self.our_client().map_err(unsent)?;
        let secret = match self
            .settings()
            .map_err(unsent)?
            .secrets
            .get("client_secret")
        {
            Some(given) => {
                let secret =
                    given().map_err(|why| unsent(Why::new(Because::Unauthenticated, why.text)))?;
                Some(secret)
            }
            None => None,
        };
        let in_header = self.takes_basic();
        self.post_as(url, (id, secret.as_ref(), in_header), token)
            .await
    }

    /// Posts a form as a client, its secret in the header or in the body, with a token in it.
    pub(super) async fn post_as(
        &self,
        url: Url,
        (id, secret, in_header): (&str, Option<&Secret>, bool),
        token: &Secret,
    ) -> Result<Answer, Failed> {
        let http = self.http().map_err(Failed::Unsent)?;
        let request = http.request(Method::POST, url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut pairs = vec![("token", token.expose())];
        let request = match secret {
            Some(secret) if in_header => {
                // RFC 6749 section 2.3.1: both are encoded as in a form first.
                let encoded = |text: &str| {
                    place::form(&[("x", text)])
                        .trim_start_matches("x=")
                        .to_owned()
                };
                request.basic_auth(encoded(id), Some(encoded(secret.expose())))
            }
            Some(secret) => {
                pairs.extend([("client_id", id), ("client_secret", secret.expose())]);
                request
            }
            None => {
                pairs.push(("client_id", id));
                request
            }
        };
        self.send(request.body(place::form(&pairs))).await
    }

    /// Whether a client proves itself in the header: so it is unless the server says that it takes the body alone.
    fn takes_basic(&self) -> bool {
        let said = self
            .metadata
            .get()
            .and_then(|said| said.token_endpoint_auth_methods_supported.as_ref());
        said.is_none_or(|methods| {
            methods.iter().any(|method| method == "client_secret_basic")
                || !methods.iter().any(|method| method == "client_secret_post")
        })
    }

    /// Asks about, replaces, or deletes a registered client, with its registration access token.
    pub(super) async fn manage(
        &self,
        method: Method,
        (url, token): (Url, &Secret),
        body: Option<&Value>,
    ) -> Result<Answer, Failed> {
        let request = self.http().map_err(Failed::Unsent)?.request(method, url);
        let request = request.bearer_auth(token.expose());
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.send(request).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, Failed> {
        let what = "the authorization server";
        let reply = request
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(|failed| match http::refused(&failed) {
                Some(why) => Failed::Unsent(why),
                None if failed.is_connect() || failed.is_builder() => Failed::Unsent(Why::new(
                    Because::Unavailable,
                    format!("{what} was not reached"),
                )),
                None => Failed::Lost(http::why(&failed, what)),
            })?;
        let status = reply.status().as_u16();
        let header = |name| {
            reply
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        self.hear(header(DATE));
        let retry_after = header(RETRY_AFTER).and_then(|after| {
            let seconds: i64 = after.trim().parse().ok()?;
            let pause = Duration::from_secs(seconds.clamp(0, 600));
            self.clock.now().checked_add(pause).ok()
        });
        let bytes = http::body(reply, MOST)
            .await
            .map_err(|failed| Failed::Lost(http::why(&failed, what)))?;
        let bytes = bytes.ok_or_else(|| {
            let text = format!("{what} answered more than is read of an answer");
            Failed::Lost(Why::new(Because::Garbled, text))
        })?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            retry_after,
        })
    }

    fn hear(&self, date: Option<String>) {
        let Some(there) = date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()) else {
            return;
        };
        // The date tells whole seconds, so less than two are none.
        let ahead = there
            .timestamp()
            .duration_since(self.clock.now())
            .as_millis();
        let ahead = i64::try_from(ahead)
            .ok()
            .filter(|ahead| ahead.abs() >= 2_000);
        self.ahead_ms.store(
            ahead.unwrap_or_default(),
            std::sync::atomic::Ordering::Relaxed,
        );
    }

    /// How far the server's clock was ahead of ours.
    pub(super) fn ahead(&self) -> Option<Duration> {
        let ahead = self.ahead_ms.load(std::sync::atomic::Ordering::Relaxed);
        (ahead != i64::MIN).then(|| Duration::from_millis(ahead))
    }
}

fn because(status: u16) -> Because {
    match status {
        401 => Because::Unauthenticated,
        403 => Because::Denied,
        404 | 405 => Because::NotImplemented,
        429 => Because::Throttled,
        500.. => Because::Unavailable,
        300..=399 => Because::Invalid,
        _ => Because::Conflict,
    }
}

impl Answer {
    /// Why it is no answer to a question.
    pub(super) fn why(&self) -> Why {
        // What the body says may repeat the token that was sent.
        let text = format!("the authorization server answered {}", self.status);
        let because = match self.status {
            200..=299 => Because::Garbled,
            status => because(status),
        };
        Why::new(because, text)
    }

    /// What a call came to that was not done.
    pub(super) fn outcome(&self) -> Outcome {
        match self.status {
            429 => Outcome::Throttled {
                until: self.retry_after,
            },
            // What a gateway says of a server behind it, nobody knows.
            200..=299 | 408 | 500.. => Outcome::InDoubt(self.why()),
            _ => Outcome::Refused(self.why()),
        }
    }
}
