//! One exchange: the request as it leaves, the answer as it came, without any secret that is known here.
//!
//! Never follows a redirect, never repeats but what was refused with a token that had ended, never reads more than its bound;
//! a handle that reads sends nothing else.

use std::collections::BTreeMap;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::cel::Scope;
use super::draft::{Draft, Held, draft};
use super::engine::Handle;
use super::model::Request;
use super::{authenticate, grant};
use crate::domain::{Because, Duration, Why};
use crate::provider::http;

/// The longest answer that is read, in bytes.
const MOST: usize = 4 * 1024 * 1024;

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
    /// How many bytes the body had.
    pub(super) size: usize,
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

/// Which page of a list is asked for, and how long its answer may take.
#[derive(Clone, Copy, Default)]
pub(super) struct Page<'a> {
    /// Its address, where that is another than the request's.
    pub(super) at: Option<&'a Url>,
    /// The parameter that tells it.
    pub(super) turn: Option<(&'a str, &'a str)>,
    /// How long the exchange may take, where that is less than usual.
    pub(super) within: Option<Duration>,
}

/// Sends a request.
pub(super) async fn send(
    on: &Handle,
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    page: Page<'_>,
) -> Result<Answered, Failed> {
    if !request.is_read() && !on.may_act() {
        let text = "this handle only reads, and the request is not declared as a read";
        return Err(Failed::Before(Why::new(Because::Forbidden, text)));
    }
    let signed = match &request.signs {
        Some(scheme) => {
            let signed = grant::assertion(on, scheme, request.only_if.as_ref(), scope, held);
            Some(signed.map_err(Failed::Before)?)
        }
        None => None,
    };
    let held = Held {
        signed: signed.as_ref(),
        ..held
    };
    let (answered, granted) = proven(on, request, scope, held, page).await?;
    // A token that ended before its time was refused before anything was done: with another one it is the same request.
    let Some((scheme, token)) = granted.filter(|_| answered.status == 401) else {
        return Ok(answered);
    };
    match grant::renew(on, &scheme, &token).await {
        Ok(true) => {}
        Ok(false) => return Ok(answered),
        Err(why) => return Err(Failed::Before(why)),
    }
    let (answered, _) = proven(on, request, scope, held, page).await?;
    Ok(answered)
}

/// A token that was asked for: the scheme, and its text.
type Granted = Option<(String, String)>;

/// Proves who we are, and sends.
async fn proven(
    on: &Handle,
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    page: Page<'_>,
) -> Result<(Answered, Granted), Failed> {
    let mut draft = draft(on, request, scope, held, page.turn).map_err(Failed::Before)?;
    if let Some(at) = page.at {
        draft.url = at.clone();
    }
    let proof = authenticate::proof(on, request.with.as_deref(), held)
        .await
        .map_err(Failed::Before)?;
    let granted = proof.granted.zip(proof.secret.clone());
    let mut sent = Sent::new(draft);
    sent.held.extend(held.texts().map(ToOwned::to_owned));
    sent.ours.extend(proof.secret);
    sent.draft.headers.extend(proof.header);
    sent.shows = proof.shows;
    sent.within = page.within;
    Ok((exchange(on, sent).await?, granted))
}

/// A request that is complete.
pub(super) struct Sent {
    pub(super) draft: Draft,
    /// The secrets of ours in it, which no answer may ever repeat.
    pub(super) ours: Vec<String>,
    /// The credentials in it that it is about, of which there may be many.
    pub(super) held: Vec<String>,
    /// The scheme whose certificate the connection shows.
    pub(super) shows: Option<String>,
    /// How long it may take, where that is less than usual.
    pub(super) within: Option<Duration>,
}

impl Sent {
    pub(super) fn new(draft: Draft) -> Self {
        Self {
            draft,
            ours: Vec::new(),
            held: Vec::new(),
            shows: None,
            within: None,
        }
    }
}

/// Sends what is complete and reads the answer.
pub(super) async fn exchange(on: &Handle, sent: Sent) -> Result<Answered, Failed> {
    let Sent { draft, .. } = sent;
    let client = on
        .client(draft.host.as_deref(), sent.shows.as_deref())
        .map_err(Failed::Before)?;
    let mut ours = sent.ours;
    for value in draft.headers.values().filter(|value| value.is_sensitive()) {
        let value = value.to_str().unwrap_or_default();
        ours.extend(value.rsplit(' ').next().map(ToOwned::to_owned));
    }
    // What is proven with is one of ours, or the credential itself.
    ours.retain(|secret| !sent.held.contains(secret));
    let known = on.know(&ours, &sent.held);
    let mut request = client.request(draft.method, draft.url.clone());
    request = request.headers(draft.headers);
    if let Some(body) = draft.body {
        request = request.body(body);
    }
    if let Some(within) = sent.within {
        request = request.timeout(within.unsigned_abs());
    }
    on.count();
    let what = on.title();
    let reply = match request.send().await {
        Ok(reply) => reply,
        Err(failed) => return Err(lost(&failed, &what)),
    };
    let status = reply.status().as_u16();
    let headers = known.headers(reply.headers());
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
    let body = known.data(raw.clone(), on.patterns());
    Ok(Answered {
        status,
        headers,
        body,
        is_other: read.is_none() && !is_blank,
        size: bytes.len(),
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

/// A header that carries a secret.
pub(super) fn sensitive(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Why> {
    let invalid = |text: &str| Why::new(Because::Invalid, text);
    let name = HeaderName::try_from(name).map_err(|_| invalid("no header has such a name"))?;
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| invalid("the secret holds what no header can carry"))?;
    value.set_sensitive(true);
    Ok((name, value))
}
