//! One exchange: the request as it leaves, the answer as it came, without any secret that is known here.
//!
//! Never follows a redirect, never repeats, never reads more than its bound; a handle that reads sends nothing else.

use std::collections::BTreeMap;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use super::authenticate;
use super::cel::Scope;
use super::engine::Handle;
use super::model::{ALL_HELD, HELD, Request};
use super::place;
use crate::domain::{Because, Duration, Secret, Why};
use crate::provider::http;

/// The longest answer that is read, in bytes.
const MOST: usize = 4 * 1024 * 1024;
/// What stands where a secret stood.
const STARS: &str = "[secret]";

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    /// The headers, names in lower case.
    pub(super) headers: BTreeMap<String, String>,
    /// The body as JSON, without secrets; null where there is none or it is something else.
    pub(super) body: Value,
    /// Whether there was a body that is no JSON.
    pub(super) is_other: bool,
    /// Where it came from.
    pub(super) url: Url,
    /// The body with all that is in it: what was issued stands there and nowhere else.
    pub(super) raw: Raw,
}

/// A body that may hold a new secret.
#[derive(Clone)]
pub(super) struct Raw(pub(super) Value);

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Raw(..)")
    }
}

/// An exchange that came to no answer.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// The request did not leave, or never reached anybody.
    Before(Why),
    /// It left; what it did is not known.
    Lost(Why),
}

impl Failed {
    pub(super) fn why(self) -> Why {
        match self {
            Self::Before(why) | Self::Lost(why) => why,
        }
    }
}

/// The credentials that a request may carry beside our own.
#[derive(Clone, Copy, Default)]
pub(super) struct Held<'a> {
    /// The credential itself.
    pub(super) one: Option<&'a Secret>,
    /// Those of a batch.
    pub(super) all: &'a [&'a Secret],
}

impl Held<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.one
            .into_iter()
            .chain(self.all.iter().copied())
            .map(Secret::expose)
    }
}

/// A request without its way to prove who we are.
struct Draft {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

/// Sends a request; `page` replaces its address, `turn` adds a parameter of the next page.
pub(super) async fn send(
    on: &Handle,
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    page: Option<&Url>,
    turn: Option<(&str, &str)>,
) -> Result<Answered, Failed> {
    if !request.is_read() && !on.may_act() {
        let text = "this handle only reads, and the request is not declared as a read";
        return Err(Failed::Before(Why::new(Because::Forbidden, text)));
    }
    let mut draft = draft(on, request, scope, held, turn).map_err(Failed::Before)?;
    if let Some(page) = page {
        draft.url = page.clone();
    }
    let proof = authenticate::proof(on, request.with.as_deref(), held)
        .await
        .map_err(Failed::Before)?;
    let mut known: Vec<String> = held.texts().map(ToOwned::to_owned).collect();
    if let Some((name, value, secret)) = proof {
        draft.headers.insert(name, value);
        known.push(secret);
    }
    exchange(on, draft, &known).await
}

fn draft(
    on: &Handle,
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    turn: Option<(&str, &str)>,
) -> Result<Draft, Why> {
    let invalid = |text: String| Why::new(Because::Invalid, text);
    let (method, path) = request
        .line()
        .ok_or_else(|| invalid("the pack names no method".to_owned()))?;
    let base = on.base(request.host.as_deref())?;
    let mut query: Vec<(String, String)> = Vec::new();
    for (name, value) in &request.query {
        query.extend(value.plain(scope).map(|value| (name.clone(), value)));
    }
    let has_body = request.json.is_some() || request.form.is_some();
    if let (Some((name, value)), false) = (turn, has_body) {
        query.retain(|(known, _)| known != name);
        query.push((name.to_owned(), value.to_owned()));
    }
    let url = place::build(&base, path, &query, scope)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let bad = || {
            invalid(format!(
                "the header `{name}` lacks a value that it can carry"
            ))
        };
        let value = value.plain(scope).ok_or_else(bad)?;
        headers.insert(
            HeaderName::try_from(name.as_str()).map_err(|_| bad())?,
            HeaderValue::try_from(value).map_err(|_| bad())?,
        );
    }
    let body = body(request, scope, held, turn)?;
    if let Some((sort, _)) = &body {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(sort));
    }
    Ok(Draft {
        method: Method::try_from(method).map_err(|_| invalid("no such method".to_owned()))?,
        url,
        headers,
        body: body.map(|(_, body)| body),
    })
}

fn body(
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    turn: Option<(&str, &str)>,
) -> Result<Option<(&'static str, String)>, Why> {
    let lacks = || {
        Why::new(
            Because::Invalid,
            "the body lacks a value, or the credential itself",
        )
    };
    if let Some(json) = &request.json {
        let mut body = fill(json, scope, held).ok_or_else(lacks)?;
        if let (Some((name, value)), Value::Object(fields)) = (turn, &mut body) {
            fields.insert(name.to_owned(), value.into());
        }
        return Ok(Some(("application/json", body.to_string())));
    }
    let Some(form) = &request.form else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (name, value) in form {
        let value = match value.source.as_str() {
            HELD => Some(held.one.ok_or_else(lacks)?.expose().to_owned()),
            _ => value.plain(scope),
        };
        pairs.extend(value.map(|value| (name.clone(), value)));
    }
    pairs.extend(turn.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(Some((
        "application/x-www-form-urlencoded",
        place::form(&pairs),
    )))
}

/// Data with each text in it filled in; a member without a value is left out.
fn fill(data: &Value, scope: &Scope, held: Held<'_>) -> Option<Value> {
    match data {
        Value::String(text) if text == HELD => Some(held.one?.expose().into()),
        Value::String(text) if text == ALL_HELD => {
            Some(held.all.iter().map(|secret| secret.expose()).collect())
        }
        Value::String(text) => super::cel::Template::new(text).value(scope),
        Value::Array(items) => items.iter().map(|item| fill(item, scope, held)).collect(),
        Value::Object(fields) => {
            let mut filled = serde_json::Map::new();
            for (name, value) in fields {
                let value = match fill(value, scope, held) {
                    // Without the credential the request would be another one.
                    None if holds_secret(value) => return None,
                    value => value,
                };
                filled.extend(value.map(|value| (name.clone(), value)));
            }
            Some(Value::Object(filled))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(data.clone()),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text == HELD || text == ALL_HELD,
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(fields) => fields.values().any(holds_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Sends what is complete and reads the answer.
async fn exchange(on: &Handle, draft: Draft, known: &[String]) -> Result<Answered, Failed> {
    let client = on.client().map_err(Failed::Before)?;
    let mut known = known.to_vec();
    for value in draft.headers.values().filter(|value| value.is_sensitive()) {
        let value = value.to_str().unwrap_or_default();
        known.extend(value.rsplit(' ').next().map(ToOwned::to_owned));
    }
    let known = on.know(&known);
    let known = known.as_slice();
    let mut request = client.request(draft.method, draft.url.clone());
    request = request.headers(draft.headers);
    if let Some(body) = draft.body {
        request = request.body(body);
    }
    on.count();
    let what = on.title();
    let reply = match request.send().await {
        Ok(reply) => reply,
        Err(failed) => return Err(lost(&failed, &what)),
    };
    let status = reply.status().as_u16();
    let headers = headers(reply.headers(), known);
    on.hear_date(headers.get("date"));
    let garbled = |text: String| Failed::Lost(Why::new(Because::Garbled, text));
    if reply
        .headers()
        .get("content-encoding")
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(garbled(format!(
            "{what} answered in an encoding that nobody asked for"
        )));
    }
    let bytes = match http::body(reply, MOST).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(garbled(format!("{what} answered more than {MOST} bytes"))),
        Err(failed) => return Err(Failed::Lost(http::why(&failed, &what))),
    };
    let read: Option<Value> = serde_json::from_slice(&bytes).ok();
    let raw = read.clone().unwrap_or_default();
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    let body = clean(raw.clone(), known, on.patterns());
    Ok(Answered {
        status,
        headers,
        body,
        is_other: read.is_none() && !is_blank,
        url: draft.url,
        raw: Raw(raw),
    })
}

/// What a failed exchange means: only a connection that never was did nothing.
fn lost(failed: &reqwest::Error, what: &str) -> Failed {
    if let Some(why) = http::refused(failed) {
        return Failed::Before(why);
    }
    let why = http::why(failed, what);
    if failed.is_connect() {
        Failed::Before(why)
    } else if failed.is_builder() {
        Failed::Before(Why::new(Because::Invalid, "no such request can be made"))
    } else {
        Failed::Lost(why)
    }
}

fn headers(all: &HeaderMap, known: &[String]) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in all {
        let Ok(value) = value.to_str() else { continue };
        let value = conceal(value, known, &[]);
        let held = kept.entry(name.as_str().to_owned()).or_default();
        if !held.is_empty() {
            held.push_str(", ");
        }
        held.push_str(&value);
    }
    kept
}

/// A text without the secrets that are known, nor what looks like one.
fn conceal(text: &str, known: &[String], patterns: &[regex::Regex]) -> String {
    let mut text = text.to_owned();
    for secret in known.iter().filter(|secret| secret.len() > 3) {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), STARS);
        }
    }
    for pattern in patterns {
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, STARS).into_owned();
        }
    }
    text
}

/// Data without secrets.
fn clean(value: Value, known: &[String], patterns: &[regex::Regex]) -> Value {
    match value {
        Value::String(text) => conceal(&text, known, patterns).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| clean(item, known, patterns))
            .collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    (
                        conceal(&name, known, patterns),
                        clean(value, known, patterns),
                    )
                })
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// A header that carries a secret.
pub(super) fn sensitive(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Why> {
    let invalid = |text: &str| Why::new(Because::Invalid, text);
    let name = HeaderName::try_from(name).map_err(|_| invalid("no header has such a name"))?;
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| invalid("the secret holds what no header can carry"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// A bearer token as a header.
pub(super) fn bearer(token: &Secret) -> Result<(HeaderName, HeaderValue), Why> {
    sensitive(
        AUTHORIZATION.as_str(),
        &format!("Bearer {}", token.expose()),
    )
}

/// Asks for a token in the name of a client (RFC 6749, section 4.4.2).
pub(super) async fn token(
    on: &Handle,
    url: Url,
    (id, secret): (&str, &Secret),
    scope: Option<&str>,
) -> Result<(Secret, Option<Duration>), Why> {
    let mut pairs = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
    pairs.extend(scope.map(|scope| ("scope".to_owned(), scope.to_owned())));
    let (name, value) = authenticate::basic(id, secret)?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let draft = Draft {
        method: Method::POST,
        url,
        headers: HeaderMap::from_iter([(name, value), (CONTENT_TYPE, form)]),
        body: Some(place::form(&pairs)),
    };
    let known = [secret.expose().to_owned()];
    let answered = exchange(on, draft, &known).await.map_err(Failed::why)?;
    let token = answered.raw.0.get("access_token").and_then(Value::as_str);
    let lasts = answered.raw.0.get("expires_in").and_then(Value::as_i64);
    match (answered.status, token) {
        (200, Some(token)) => Ok((
            Secret::new(token.to_owned()),
            lasts.map(Duration::from_secs),
        )),
        (status, _) => Err(Why::new(
            Because::Unauthenticated,
            format!(
                "{} gave no token for the client: it answered {status}",
                on.title()
            ),
        )),
    }
}
