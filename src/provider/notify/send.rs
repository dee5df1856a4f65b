//! One message: the document, the request, and what its answer means.
//!
//! Reads a status and nothing else of an answer. Never repeats.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};

use super::address;
use super::{Channel, Shape, done};
use crate::domain::why::plain;
use crate::domain::{Because, Call, Clock, Duration, Outcome, Time, Why};
use crate::provider::http;

/// How long an exchange may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How many characters of a text are sent.
const LONGEST: usize = 8_000;
/// A channel that wants us to wait longer is not waited for.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

pub(super) async fn send(channel: &Channel, call: &Call, clock: &Clock) -> Outcome {
    let Some(text) = call.value("text").and_then(Value::as_str) else {
        let why = Why::new(Because::Invalid, "the call says no text");
        return Outcome::Refused(why);
    };
    let request = match request(channel, &document(channel.shape, &call.tag.0, text)) {
        Ok(request) => request,
        Err(why) => return Outcome::Refused(why),
    };
    match request.send().await {
        Ok(answer) => read(answer.status().as_u16(), answer.headers(), clock.now()),
        Err(failed) => lost(&failed),
    }
}

/// The message; the tag names incident and item, and is the same in every attempt.
pub(super) fn document(shape: Shape, tag: &str, text: &str) -> Value {
    let named = tag.strip_prefix("contain-").unwrap_or(tag);
    let (incident, item) = named.rsplit_once('-').unwrap_or((named, named));
    let mut lines: Vec<String> = text.lines().map(plain).collect();
    if lines.iter().map(String::len).sum::<usize>() > LONGEST {
        let whole = lines.join("\n");
        let kept: String = whole.chars().take(LONGEST).collect();
        lines = vec![kept, "(cut: the text was longer)".to_owned()];
    }
    let text = lines.join("\n");
    match shape {
        Shape::Json => json!({
            "contain": env!("CARGO_PKG_VERSION"),
            "incident": incident,
            "item": item,
            "text": text,
        }),
        Shape::Text => json!({ "text": format!("[{incident}] {text}") }),
    }
}

fn request(channel: &Channel, document: &Value) -> Result<reqwest::RequestBuilder, Why> {
    let webhook = (channel.webhook)()?;
    let url = address::read(webhook.expose(), channel.private)?;
    let is_local = url.host_str().is_some_and(|host| {
        host == "localhost" || http::literal(host) == Some(http::Place::Loopback)
    });
    let client = http::guarded(DEADLINE, channel.private || is_local)?;
    let mut request = client.post(url).json(document);
    if let Some((name, value)) = &channel.header {
        let invalid = |text: &str| Why::new(Because::Invalid, text);
        let name = HeaderName::try_from(name.as_str())
            .map_err(|_| invalid("the workspace gives the header a name that none can have"))?;
        let mut value = HeaderValue::try_from(value()?.expose())
            .map_err(|_| invalid("the secret holds what no header can carry"))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    Ok(request)
}

/// What an answer means.
pub(super) fn read(status: u16, headers: &HeaderMap, now: Time) -> Outcome {
    let refused = |because, what: &str| {
        Outcome::Refused(Why::new(
            because,
            format!("the channel answered {status}{what}"),
        ))
    };
    match status {
        200..=299 => done(status),
        300..=399 => refused(Because::Forbidden, ", a redirect, which is not followed"),
        401 | 403 => refused(Because::Denied, ": it does not know us"),
        404 | 410 => refused(Because::Missing, ": there is no such channel"),
        429 => Outcome::Throttled {
            until: wait(headers, now),
        },
        400..=499 => refused(Because::Invalid, ""),
        _ => Outcome::InDoubt(Why::new(
            Because::Unavailable,
            format!("the channel answered {status}; the message may have been sent"),
        )),
    }
}

/// When the channel wants to be asked again (RFC 9110, section 10.2.3: seconds, or a date).
fn wait(headers: &HeaderMap, now: Time) -> Option<Time> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = match said.parse::<i64>() {
        Ok(seconds) => now.checked_add(Duration::from_secs(seconds.max(0))).ok()?,
        Err(_) => jiff::fmt::rfc2822::parse(said).ok()?.timestamp(),
    };
    let longest = now.checked_add(LONGEST_WAIT).ok()?;
    Some(until.min(longest).max(now))
}

/// What a failed exchange means: only a connection that never was did nothing.
fn lost(failed: &reqwest::Error) -> Outcome {
    if let Some(why) = http::refused(failed) {
        return Outcome::Refused(why);
    }
    let why = http::why(failed, "the channel");
    if failed.is_connect() {
        Outcome::Unavailable(why)
    } else if failed.is_builder() {
        Outcome::Refused(Why::new(Because::Invalid, "no such request can be made"))
    } else {
        let text = format!("{}; the message may have been sent", why.text);
        Outcome::InDoubt(Why::new(why.because, text))
    }
}
