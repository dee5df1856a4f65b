//! The secret of a registered client: a new one by RFC 7592, and trying an old one.
//!
//! Never takes a secret for new that the server may have had before, and asks for no token to see whether one is right.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::adapter::Handle;
use super::client::before;
use super::registration::{keep, manages};
use crate::domain::{Answer, Because, Call, Fields, Locator, Outcome, Probe, Secret, Time, Why};
use crate::provider::password;

/// What has the server give a new secret, in this provider.
pub(super) const ROTATE: &str = "rotate-client-secret";

/// What it may mean that a registration access token is not taken after an answer that nobody heard.
pub(super) const ASTRAY: &str = "the registration access token is not taken any more: an earlier attempt whose answer was not heard may have replaced it, and the client's secret with it: recover the client where the server is administered";

/// What a client must not send when it is replaced (RFC 7592 section 2.2). Its secret it may send, which asks to keep it.
const NOT_SENT: [&str; 5] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
    "client_secret",
];

/// How a client proves itself with its secret (RFC 7591 section 2); where nothing is said, in the header.
const BY_SECRET: [&str; 3] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
];

/// Whether a secret is told in the header, in the order in which the ways are tried.
const WAYS: [bool; 2] = [true, false];

fn refused(because: Because, text: &str) -> Outcome {
    Outcome::Refused(Why::new(because, text))
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// Puts the client in place of itself, and takes the secret that the server gives with the answer.
pub(super) async fn rotate(on: &Handle, call: &Call) -> Outcome {
    let target = &call.target;
    if on.server().our_client().is_ok_and(|own| own == target.id()) {
        let text = "contain itself acts as this client: its new secret would be lost to it";
        return refused(Because::Forbidden, text);
    }
    let was = match read(on, target).await {
        Ok(was) => was,
        Err(outcome) => return outcome,
    };
    let method = text(&was, "token_endpoint_auth_method").unwrap_or("client_secret_basic");
    if !BY_SECRET.contains(&method) {
        return refused(
            Because::Invalid,
            "the client proves itself without a secret",
        );
    }
    let (url, token) = match manages(on, target) {
        Ok(manages) => manages,
        Err(why) => return before(why),
    };
    let former = match former(on, target, &was).await {
        Ok(former) => former,
        Err(why) => return before(why),
    };
    let mut wanted = was.as_object().cloned().unwrap_or_default();
    wanted.retain(|name, value| !NOT_SENT.contains(&name.as_str()) && !value.is_null());
    let place = url.to_string();
    on.known().set_astray(target, true);
    let wanted = Value::Object(wanted);
    let asked = on
        .server()
        .manage(Method::PUT, (url, &token), Some(&wanted));
    let answer = match asked.await {
        Ok(answer) if answer.status == 200 => answer,
        Ok(answer) => return answer.outcome(),
        Err(failed) => return failed.outcome(),
    };
    if text(&answer.body, "client_id") != Some(target.id()) {
        return Outcome::InDoubt(answer.why());
    }
    let is_new = keep(on, target, &token, &answer.body);
    on.known().set_astray(target, false);
    let token = on.known().managing(target).unwrap_or(token);
    issued(call, (&former, &answer.body), (&place, is_new, &token))
}

/// The secret that the client has before it is put in place of itself. Without it no answer shows that a secret is new: that
/// one would be lost, and the client would have it. One that was only given counts once the server took it, and in the same
/// way refuses one that nobody has: a server that answers before it looks takes a mistyped one as well.
async fn former(on: &Handle, target: &Locator, was: &Value) -> Result<Secret, Why> {
    let told = text(was, "client_secret").filter(|secret| !secret.is_empty());
    if let Some(told) = told {
        return Ok(Secret::new(told.to_owned()));
    }
    let held = on.known().held(target).ok_or_else(|| {
        let text = "the server does not tell the client's secret, so that a new one could not be told from it: give the former one with --secret REF";
        Why::new(Because::Invalid, text)
    })?;
    let way = match on.known().right(target, &held) {
        Some(in_header) => Ok(Some(in_header)),
        None => taken(on, (target, &held), &WAYS).await,
    };
    let why = match way {
        Ok(Some(in_header)) => match taken(on, (target, &password::fresh()?), &[in_header]).await {
            Ok(None) => {
                on.known().was_right(target, &held, in_header);
                return Ok(held);
            }
            Ok(Some(_)) => Why::new(
                Because::NotImplemented,
                "the server takes a secret that nobody has as well, so that it shows of none whether it is right",
            ),
            Err(why) => why,
        },
        Ok(None) => Why::new(Because::Invalid, "the server does not take it"),
        Err(why) => why,
    };
    let text = format!(
        "the server does not tell the client's secret, and the one given was not shown to be it, so that a new one could not be told from it: give the one that it has now with --secret REF, or rotate it where the server is administered: {}",
        why.text
    );
    Err(Why::new(why.because, text))
}

/// The client as the server has it.
async fn read(on: &Handle, target: &Locator) -> Result<Value, Outcome> {
    let (url, token) = manages(on, target).map_err(before)?;
    let asked = on.server().manage(Method::GET, (url, &token), None);
    let answer = asked.await.map_err(|failed| before(failed.why()))?;
    if answer.status == 401 && on.known().may_be_astray(target) {
        return Err(Outcome::InDoubt(Why::new(Because::Unauthenticated, ASTRAY)));
    }
    if answer.status != 200 || text(&answer.body, "client_id") != Some(target.id()) {
        return Err(before(answer.why()));
    }
    // The token is right, so that none went astray.
    on.known().set_astray(target, false);
    keep(on, target, &token, &answer.body);
    Ok(answer.body)
}

/// What the answer to replacing a client comes to.
fn issued(
    call: &Call,
    (former, is): (&Secret, &Value),
    (place, is_other_token, token): (&str, bool, &Secret),
) -> Outcome {
    let Some(secret) = text(is, "client_secret").filter(|secret| !secret.is_empty()) else {
        let text = "the server answered without a secret";
        return Outcome::InDoubt(Why::new(Because::Garbled, text));
    };
    if former.expose() == secret {
        let text = "the server leaves the client the secret that it had, as RFC 7592 allows: rotate it where the server is administered";
        return refused(Because::NotImplemented, text);
    }
    let parts = [
        ("client_id", call.target.id()),
        ("client_secret", secret),
        ("registration_client_uri", place),
        ("registration_access_token", token.expose()),
    ];
    let parts = parts.map(|(name, text)| (name.to_owned(), json!(text)));
    let pair = Secret::new(Value::Object(Map::from_iter(parts)).to_string());
    let mut fields = Fields::from([(
        "registration_token_changed".to_owned(),
        json!(is_other_token),
    )]);
    let lapses = is.get("client_secret_expires_at").and_then(Value::as_i64);
    let lapses = lapses.filter(|seconds| *seconds > 0);
    if let Some(lapses) = lapses.and_then(|seconds| Time::from_second(seconds).ok()) {
        fields.insert("expires".to_owned(), json!(lapses.to_string()));
    }
    Outcome::Done(Answer {
        applied: true,
        made: vec![call.target.clone()],
        secret: Some(pair),
        fields,
    })
}

/// Tries a client's secret where tokens are revoked, on a token that nobody has: that changes nothing and issues nothing.
pub(super) async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Probe {
    let known = on.known().right(target, with);
    let is_taken = match known {
        Some(in_header) => taken(on, (target, with), &[in_header]).await,
        None => taken(on, (target, with), &WAYS).await,
    };
    match is_taken {
        Ok(Some(in_header)) => {
            on.known().was_right(target, with, in_header);
            Probe::Accepted
        }
        Ok(None) if known.is_some() => Probe::Refused,
        Ok(None) => {
            let text = "the server does not take this secret, and nothing shows that it ever was the client's";
            Probe::Unclear(Why::new(Because::Invalid, text))
        }
        Err(why) => Probe::Unclear(why),
    }
}

/// The first of these ways in which the server takes a client's secret; none where it refuses it in all of them.
async fn taken(
    on: &Handle,
    (target, with): (&Locator, &Secret),
    ways: &[bool],
) -> Result<Option<bool>, Why> {
    let nobodys = Secret::new("contain-tries-the-client-and-no-token".to_owned());
    for &in_header in ways {
        let url = on.server().revocation().await?;
        let who = (target.id(), Some(with), in_header);
        let answer = on.server().post_as(url, who, &nobodys).await;
        let answer = answer.map_err(|failed| failed.why())?;
        match (answer.status, text(&answer.body, "error")) {
            (200, None) => return Ok(Some(in_header)),
            (400 | 401, Some("invalid_client")) => {}
            (_, _) => return Err(answer.why()),
        }
    }
    Ok(None)
}
