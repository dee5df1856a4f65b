//! One exchange: who asks, the request as it leaves, the answer without any secret that is known here; and lists.
//!
//! Never reads more than its bound; a handle that reads sends nothing that is not declared as a read.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use serde_json::{Value, json};

use super::action::{Body, Request, Who};
use super::adapter::Handle;
use super::client::{self, Failed};
use super::id::Id;
use crate::domain::{Because, Duration, Secret, Time, Why, clock};
use crate::provider::http;

/// The longest answer that is read, in bytes.
const MOST: usize = 8 * 1024 * 1024;
/// How many pages of a list are read.
const PAGES: usize = 100;
/// What stands where a secret stood.
const STARS: &str = "[secret]";
/// How far apart two clocks may be before what is signed by the one is not taken by the other.
const SKEW: Duration = Duration::from_secs(60);
/// The longest that a hint about a limit is believed to mean: GitHub counts by the hour.
const LONGEST_HINT: Duration = Duration::from_secs(3600);

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
    /// The body with all that is in it: what was issued stands there and nowhere else.
    pub(super) raw: Raw,
    /// Whether it was the credential itself that asked.
    pub(super) to_itself: bool,
}

/// A body that may hold a new secret.
#[derive(Clone)]
pub(super) struct Raw(pub(super) Value);

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Raw(..)")
    }
}

/// The credentials that a request may carry beside our own.
#[derive(Clone, Copy, Default)]
pub(super) struct Carried<'a>(pub(super) &'a [Secret]);

/// Sends a request about something.
pub(super) async fn send(
    on: &Handle,
    request: &Request,
    id: Option<&Id>,
    carried: Carried<'_>,
) -> Result<Answered, Failed> {
    if !request.reads && !on.may_act() {
        let text = "this handle only reads, and the request is not declared as a read";
        return Err(Failed::Before(Why::new(Because::Forbidden, text)));
    }
    let authority = on
        .authority(request.who, id, carried.0.first())
        .await
        .map_err(Failed::Before)?;
    under(on, &authority, request, carried).await
}

/// Sends a request by an authority that was found before.
pub(super) async fn under(
    on: &Handle,
    authority: &client::Authority,
    request: &Request,
    carried: Carried<'_>,
) -> Result<Answered, Failed> {
    let lacks = || {
        let text = "the credential itself is needed for this: give --secret REF or --from FILE";
        Failed::Before(Why::new(Because::Unauthenticated, text))
    };
    let texts = || carried.0.iter().map(Secret::expose);
    let body = match &request.body {
        Body::Nothing => None,
        Body::Json(body) => Some(body.clone()),
        Body::Tokens if carried.0.is_empty() => return Err(lacks()),
        Body::Tokens => Some(json!({ "credentials": texts().collect::<Vec<_>>() })),
        Body::Token => Some(json!({ "access_token": texts().next().ok_or_else(lacks)? })),
        Body::Sealed => {
            let text = "nothing was sealed";
            return Err(Failed::Before(Why::new(Because::Invalid, text)));
        }
    };
    let ours = on.link.token().ok().flatten();
    let known = on.know(carried.0.iter().chain(authority.secret()).chain(&ours));
    let (http, base) = on.door().map_err(Failed::Before)?;
    on.count();
    let reply = client::send((http, &base), authority, request, body.as_ref()).await?;
    let answered = read(on, reply, &known).await?;
    Ok(Answered {
        to_itself: request.who == Who::Itself,
        ..answered
    })
}

async fn read(on: &Handle, reply: reqwest::Response, known: &[String]) -> Result<Answered, Failed> {
    let status = reply.status().as_u16();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in reply.headers() {
        let Ok(value) = value.to_str() else { continue };
        let value = conceal(value, known);
        let held = headers.entry(name.as_str().to_owned()).or_default();
        if !held.is_empty() {
            held.push_str(", ");
        }
        held.push_str(&value);
    }
    on.hear_date(headers.get("date"));
    let garbled = |text: String| Failed::Lost(Why::new(Because::Garbled, text));
    if headers
        .get("content-encoding")
        .is_some_and(|encoding| encoding != "identity")
    {
        let text = "GitHub answered in an encoding that nobody asked for";
        return Err(garbled(text.to_owned()));
    }
    let bytes = match http::body(reply, MOST).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(garbled(format!("GitHub answered more than {MOST} bytes"))),
        Err(failed) => return Err(Failed::Lost(http::why(&failed, "GitHub"))),
    };
    let read: Option<Value> = serde_json::from_slice(&bytes).ok();
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    let raw = read.clone().unwrap_or_default();
    Ok(Answered {
        status,
        headers,
        body: clean(raw.clone(), known),
        is_other: read.is_none() && !is_blank,
        raw: Raw(raw),
        to_itself: false,
    })
}

/// A text without the secrets that are known, nor what looks like a token.
fn conceal(text: &str, known: &[String]) -> String {
    static FORMS: std::sync::LazyLock<Option<regex::Regex>> = std::sync::LazyLock::new(|| {
        regex::Regex::new("(?:gh[pousr]_|github_pat_)[A-Za-z0-9_.-]{20,}").ok()
    });
    let mut text = text.to_owned();
    for secret in known.iter().filter(|secret| secret.len() > 3) {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), STARS);
        }
    }
    match FORMS.as_ref() {
        Some(forms) if forms.is_match(&text) => forms.replace_all(&text, STARS).into_owned(),
        Some(_) | None => text,
    }
}

/// Data without secrets.
fn clean(value: Value, known: &[String]) -> Value {
    match value {
        Value::String(text) => conceal(&text, known).into(),
        Value::Array(items) => items.into_iter().map(|item| clean(item, known)).collect(),
        Value::Object(fields) => {
            let cleaned =
                |(name, value): (String, Value)| (conceal(&name, known), clean(value, known));
            Value::Object(fields.into_iter().map(cleaned).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

impl Answered {
    /// When to try again, where the answer says that there were too many requests; GitHub says so with 403 as well
    /// (REST API, "Rate limits for the REST API").
    pub(super) fn throttled(&self, now: Time) -> Option<Option<Time>> {
        let header = |name: &str| self.headers.get(name).map(String::as_str);
        let after = header("retry-after").and_then(|after| after.parse::<u32>().ok());
        let is_spent = header("x-ratelimit-remaining") == Some("0");
        let message = self.body.get("message").and_then(Value::as_str);
        let says_so = message.is_some_and(|text| text.to_ascii_lowercase().contains("rate limit"));
        let is_limit = match self.status {
            429 => true,
            403 => after.is_some() || is_spent || says_so,
            _ => false,
        };
        let hint = || {
            let wait = match after {
                Some(seconds) => Duration::from_secs(i64::from(seconds)),
                None => {
                    let reset = header("x-ratelimit-reset").filter(|_| is_spent)?;
                    let reset = Time::from_second(reset.parse().ok()?).ok()?;
                    reset.duration_since(now)
                }
            };
            now.checked_add(wait.clamp(Duration::ZERO, LONGEST_HINT))
                .ok()
        };
        is_limit.then(hint)
    }

    /// Why this is no answer to a question.
    pub(super) fn unread(&self, now: Time) -> Why {
        if self.throttled(now).is_some() {
            return Why::new(Because::Throttled, "GitHub wants fewer requests");
        }
        let status = self.status;
        let (because, text) = match status {
            200..=299 => (
                Because::Garbled,
                "an answer that is not what its description says",
            ),
            300..=399 => (
                Because::Invalid,
                "that it is elsewhere: it was renamed or moved, so name it anew",
            ),
            401 if self.to_itself => (
                Because::Unauthenticated,
                "that it does not know the credential that was given",
            ),
            401 => (
                Because::Unauthenticated,
                "that it does not know our credential",
            ),
            403 => (Because::Denied, "that our credential may not see this"),
            404 => (
                Because::Missing,
                "that there is no such thing, or none that our credential may see",
            ),
            408 | 500..=599 => (Because::Unavailable, "that it cannot serve"),
            _ => (Because::Invalid, "that it does not take the request"),
        };
        let mut text = format!("GitHub answered {status}: {text}");
        // An app proves itself by what it signs for ten minutes ("Generating a JSON Web Token (JWT) for a GitHub App").
        if let Some(apart) = self.apart(now).filter(|_| status == 401) {
            text.extend(["; ", &apart]);
        }
        Why::new(because, text).to_itself(self.to_itself)
    }

    /// What GitHub's clock says of ours, where the two are further apart than a token of an app takes.
    fn apart(&self, now: Time) -> Option<String> {
        let there = jiff::fmt::rfc2822::parse(self.headers.get("date")?).ok()?;
        let ahead = there.timestamp().duration_since(now);
        (ahead.abs() >= SKEW).then(|| clock::apart(ahead))?
    }
}

/// Asks a question that is answered with 200 and JSON; nothing where it is answered with 404.
pub(super) async fn ask(
    on: &Handle,
    request: &Request,
    id: Option<&Id>,
    carried: Carried<'_>,
) -> Result<Option<Answered>, Why> {
    let answered = send(on, request, id, carried).await.map_err(Failed::why)?;
    match answered.status {
        200 if answered.body.is_object() || answered.body.is_array() => Ok(Some(answered)),
        404 => Ok(None),
        _ => Err(answered.unread(on.clock().now())),
    }
}

/// What a list holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub(super) items: Vec<Value>,
    /// Whether there is more than was read.
    pub(super) is_cut: bool,
}

/// Reads a list to its end, or as many pages of it; `member` names the list in an answer that is an object.
pub(super) async fn list(
    on: &Handle,
    request: &Request,
    (member, pages): (Option<&str>, usize),
    id: Option<&Id>,
) -> Result<Listed, Why> {
    let mut request = request.clone();
    if !request.query.iter().any(|(name, _)| name == "per_page") {
        request = request.asking("per_page", "100");
    }
    let mut listed = Listed::default();
    let mut been = BTreeSet::new();
    for _ in 0..pages.min(PAGES) {
        let answered = send(on, &request, id, Carried::default())
            .await
            .map_err(Failed::why)?;
        let items = match member {
            Some(member) => answered.body.get(member),
            None => Some(&answered.body),
        };
        // What is no thing with fields is no element of any list of GitHub's.
        let is_list = |items: &&Vec<Value>| items.iter().all(Value::is_object);
        let items = items
            .and_then(Value::as_array)
            .filter(|_| answered.status == 200)
            .filter(is_list);
        let items = items.ok_or_else(|| answered.unread(on.clock().now()))?;
        listed.items.extend(items.iter().cloned());
        let Some(next) = answered.headers.get("link").and_then(|link| next(link)) else {
            return Ok(listed);
        };
        let (path, query) = on.below(next)?;
        if !been.insert((path.clone(), query.clone())) {
            let text = "a list of GitHub's leads back to a page of it that was read";
            return Err(Why::new(Because::Garbled, text));
        }
        request.path = path;
        request.query = query;
    }
    listed.is_cut = true;
    Ok(listed)
}

/// The address of the next page (RFC 8288).
fn next(link: &str) -> Option<&str> {
    link.split(',').find_map(|one| {
        let (address, about) = one.split_once(';')?;
        let is_next = about.split(';').any(|about| about.trim() == "rel=\"next\"");
        let address = address.trim().strip_prefix('<')?.strip_suffix('>')?;
        is_next.then_some(address)
    })
}

/// The path and the query of an address below another; only on the same host.
pub(super) fn below(base: &Url, address: &str) -> Result<(String, Vec<(String, String)>), Why> {
    let garbled = |text: &str| Why::new(Because::Garbled, text);
    let there = base
        .join(address)
        .map_err(|_| garbled("the next page has no address"))?;
    let is_same = there.scheme() == base.scheme()
        && there.host_str() == base.host_str()
        && there.port_or_known_default() == base.port_or_known_default()
        && there.username().is_empty()
        && there.password().is_none();
    let path = there.path().strip_prefix(base.path().trim_end_matches('/'));
    let (true, Some(path)) = (is_same, path) else {
        return Err(garbled(
            "the next page is on another host, where nothing is sent",
        ));
    };
    Ok((path.to_owned(), there.query_pairs().into_owned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, headers: &[(&str, &str)], body: Value) -> Answered {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Answered {
            status,
            headers: headers.iter().map(own).collect(),
            body: body.clone(),
            is_other: false,
            raw: Raw(body),
            to_itself: false,
        }
    }

    #[test]
    fn a_refusal_says_whose_credential_was_refused() {
        let refused = |to_itself: bool| {
            let answered = Answered {
                to_itself,
                ..answered(401, &[], Value::Null)
            };
            answered.unread(Time::UNIX_EPOCH)
        };
        let (ours, leaked) = (refused(false), refused(true));
        assert!(!ours.to_itself && ours.text.contains("our credential"));
        assert!(leaked.to_itself && !leaked.text.contains("our credential"));
    }

    #[test]
    fn limits_are_told_apart_from_refusals() {
        let now = Time::from_second(1_000_000).unwrap_or_default();
        let none = json!({});
        let secondary = json!({"message": "You have exceeded a secondary rate limit. Please wait a few minutes."});
        for (status, headers, body, wanted) in [
            (429, vec![], &none, Some(None)),
            (429, vec![("retry-after", "7")], &none, Some(Some(7))),
            (403, vec![("retry-after", "60")], &none, Some(Some(60))),
            (
                403,
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1000300"),
                ],
                &none,
                Some(Some(300)),
            ),
            (
                403,
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "99999999"),
                ],
                &none,
                Some(Some(3600)),
            ),
            (403, vec![], &secondary, Some(None)),
            (
                403,
                vec![("x-ratelimit-remaining", "12")],
                &json!({"message": "Resource not accessible"}),
                None,
            ),
            (
                429,
                vec![("retry-after", "99999999999999999999")],
                &none,
                Some(None),
            ),
            (429, vec![("retry-after", "-5")], &none, Some(None)),
            (404, vec![("retry-after", "7")], &none, None),
        ] {
            let until = answered(status, &headers, body.clone()).throttled(now);
            let wanted =
                wanted.map(|wait: Option<i64>| wait.map(|wait| now + Duration::from_secs(wait)));
            assert_eq!(until, wanted, "{status} {headers:?}");
        }
    }

    #[test]
    fn a_next_page_is_below_the_same_address_or_none() {
        let Ok(base) = http::address("https://ghe.example/api/v3", false) else {
            unreachable!("a literal");
        };
        let link = "<https://ghe.example/api/v3/orgs/acme/hooks?per_page=100&page=2>; rel=\"next\", <https://ghe.example/x>; rel=\"last\"";
        let next = next(link).unwrap_or_default();
        let (path, query) = below(&base, next).unwrap_or_default();
        assert_eq!(path, "/orgs/acme/hooks");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(query, [pair("per_page", "100"), pair("page", "2")]);
        for elsewhere in [
            "https://evil.example/api/v3/x",
            "http://ghe.example/api/v3/x",
            "https://ghe.example/other",
            "https://u:p@ghe.example/api/v3/x",
            "//evil.example/api/v3/x",
        ] {
            assert!(below(&base, elsewhere).is_err(), "{elsewhere}");
        }
    }
}
