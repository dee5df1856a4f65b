//! Tokens: whether one is active, and revoking it.
//!
//! *Inactive* counts only of a token that was seen active: a server says so too of tokens that it never knew, and to whoever
//! may not see one. A self-contained token lives elsewhere until it lapses.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::adapter::Handle;
use super::client::{Failed, before};
use super::kind;
use super::known::Active;
use crate::domain::seen::UNKNOWN;
use crate::domain::{
    Answer, Because, Call, Fact, Fields, Locator, Outcome, Probe, Secret, Time, Why,
};

/// What introspection says of a token.
pub(super) enum Said {
    /// It is active.
    Active(Box<Active>, Fields),
    /// It is not, or the server does not tell us.
    Inactive,
}

/// Asks whether a token is active.
pub(super) async fn introspect(on: &Handle, token: &Secret) -> Result<Said, Why> {
    let url = on.server().introspection().await?;
    let answer = on.server().post(url, token).await.map_err(Failed::why)?;
    if answer.status != 200 {
        return Err(answer.why());
    }
    let of = |name: &str| answer.body.get(name);
    match of("active") {
        Some(Value::Bool(false)) => Ok(Said::Inactive),
        Some(Value::Bool(true)) => {
            let seconds = of("exp").and_then(Value::as_i64);
            let text = |name| {
                let said = of(name).and_then(Value::as_str);
                said.filter(|said| *said != token.expose())
                    .map(str::to_owned)
            };
            let active = Active {
                expires: seconds.and_then(|at| Time::from_second(at).ok()),
                is_self_contained: is_self_contained(token),
                client: text("client_id"),
                subject: text("sub"),
            };
            let mut fields = active.fields();
            for name in ["scope", "token_type", "aud"] {
                fields.extend(text(name).map(|said| (name.to_owned(), json!(said))));
            }
            Ok(Said::Active(Box::new(active), fields))
        }
        Some(_) | None => Err(answer.why()),
    }
}

/// Looks at a token that was given.
pub(super) async fn look(on: &Handle, target: &Locator) -> Result<Fact, Why> {
    let token = on.known().held(target).ok_or_else(|| {
        let text = "a token can only be looked at by its value: give --secret REF";
        Why::new(Because::Unauthenticated, text)
    })?;
    let (mut fields, active) = match introspect(on, &token).await {
        Ok(Said::Active(active, fields)) => {
            on.known().was_active(target, &token, *active);
            (fields, "yes".to_owned())
        }
        Ok(Said::Inactive) => match was_active(on, target, &token) {
            Some(was) => (was.fields(), dead(&was, on.server().clock().now())),
            None => (Fields::new(), UNKNOWN.to_owned()),
        },
        // A server that cannot be asked leaves the token as unknown as it was.
        Err(why) if why.because == Because::NotImplemented => (Fields::new(), UNKNOWN.to_owned()),
        Err(why) => return Err(why),
    };
    if active == UNKNOWN {
        let note =
            "introspection never said that it is active: it proves nothing that it does not now";
        fields.insert("note".to_owned(), json!(note));
    }
    fields.insert("active".to_owned(), json!(active));
    Ok(Fact::Present(fields))
}

/// Whether resource servers can take a token without asking: whether it looks like a JWT, signed, encrypted or neither
/// (RFC 7515, 7516), whatever its algorithm is called, or like a PASETO, of which `public` ones are signed and `local` ones
/// encrypted under a key that resource servers may share.
fn is_self_contained(token: &Secret) -> bool {
    let parts: Vec<&str> = token.expose().trim().split('.').collect();
    if let [version, "public" | "local", _] | [version, "public" | "local", _, _] = *parts
        && let Some(number) = version.strip_prefix('v')
    {
        return !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let header = parts.first().map(|first| first.trim_end_matches('='));
    let header = header.and_then(|header| BASE64_URL_SAFE_NO_PAD.decode(header).ok());
    let is_object = |bytes: &[u8]| serde_json::from_slice::<Map<String, Value>>(bytes).is_ok();
    [3, 5].contains(&parts.len()) && header.is_some_and(|header| is_object(&header))
}

/// What a token was when it was active; what the journal does not keep of it, the token tells.
fn was_active(on: &Handle, target: &Locator, token: &Secret) -> Option<Active> {
    let was = on.known().active(target, token)?;
    Some(Active {
        is_self_contained: was.is_self_contained || is_self_contained(token),
        ..was
    })
}

/// What inactive means of a token that was active.
fn dead(was: &Active, now: Time) -> String {
    match was.expires {
        _ if !was.is_self_contained => "no".to_owned(),
        Some(expires) if expires <= now => "no".to_owned(),
        Some(expires) => format!("elsewhere until {expires}"),
        None => "elsewhere".to_owned(),
    }
}

/// Revokes a token; the answer acknowledges, and looking shows.
pub(super) async fn revoke(on: &Handle, call: &Call) -> Outcome {
    let Some(token) = on.known().held(&call.target) else {
        let text = "it needs the token itself: give --secret REF";
        return Outcome::Refused(Why::new(Because::Unauthenticated, text));
    };
    let url = match on.server().revocation().await {
        Ok(url) => url,
        Err(why) => return before(why),
    };
    match on.server().post(url, &token).await {
        Ok(answer) if answer.status == 200 && answer.body.get("error").is_none() => {
            Outcome::Done(Answer::default())
        }
        Ok(answer) => answer.outcome(),
        Err(failed) => failed.outcome(),
    }
}

/// Tries a token at the server that issued it.
pub(super) async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Probe {
    if *target.kind() != kind("token") {
        let text = "only a token can be tried";
        return Probe::Unclear(Why::new(Because::NotImplemented, text));
    }
    match introspect(on, with).await {
        Ok(Said::Active(active, _)) => {
            on.known().was_active(target, with, *active);
            Probe::Accepted
        }
        Ok(Said::Inactive) => match was_active(on, target, with) {
            Some(was) if dead(&was, on.server().clock().now()) == "no" => Probe::Refused,
            Some(_) => {
                let text =
                    "it is self-contained: resource servers take it without asking until it lapses";
                Probe::Unclear(Why::new(Because::Invalid, text))
            }
            None => {
                let text = "introspection never said that it is active, so that it does not now proves nothing";
                Probe::Unclear(Why::new(Because::Invalid, text))
            }
        },
        Err(why) => Probe::Unclear(why),
    }
}
