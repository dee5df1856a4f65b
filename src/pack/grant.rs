//! Tokens that are asked for in the name of a client or a service account (RFC 6749, RFC 7523).
//!
//! Keeps a token in memory until shortly before it lapses; keeps no other secret. Asks on hosts of the pack alone.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::answer::is_code;
use super::authenticate::{basic, secret};
use super::cel::{Expr, Scope, Template};
use super::draft::{Draft, Held};
use super::engine::Handle;
use super::scheme::{Client, Rsa, Scheme, ServiceAccount};
use super::sign::{self, Signer};
use super::wire::{self, Failed, Sent};
use super::{observe, place};
use crate::domain::{Because, Duration, Secret, Time, Why, clock, digest};

/// How long before it lapses a token is no longer used.
const EARLY: Duration = Duration::from_secs(60);
/// By how much the vendor's clock may have been misjudged before an assertion is signed anew.
const SKEW: Duration = Duration::from_secs(30);

/// A token, and until when it is used.
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) until: Time,
    /// Whether it is in place of one that the vendor refused before it lapsed: once is enough.
    pub(super) is_renewed: bool,
}

/// The token of a scheme: the one that is kept, or a new one. One for the credential itself is never kept.
pub(super) async fn token(
    on: &Handle,
    name: &str,
    scheme: &Scheme,
    held: Held<'_>,
) -> Result<Secret, Why> {
    if scheme.is_of_secret() {
        return Ok(granted(on, scheme, held).await?.0);
    }
    let mut kept = on.tokens().lock().await;
    let now = on.clock().now();
    if let Some(token) = kept.get(name).filter(|token| now < token.until) {
        return Ok(Secret::new(token.secret.expose().to_owned()));
    }
    let token = fresh(on, scheme, (held, false)).await?;
    let copy = Secret::new(token.secret.expose().to_owned());
    kept.insert(name.to_owned(), token);
    Ok(copy)
}

async fn fresh(
    on: &Handle,
    scheme: &Scheme,
    (held, is_renewed): (Held<'_>, bool),
) -> Result<Token, Why> {
    let now = on.clock().now();
    let (secret, lasts) = granted(on, scheme, held).await?;
    let lasts = lasts.unwrap_or(EARLY).saturating_sub(EARLY);
    Ok(Token {
        secret,
        until: now.saturating_add(lasts).unwrap_or(now),
        is_renewed,
    })
}

/// Asks for another token in place of one that the vendor refused before it lapsed, once; whether there is another now.
pub(super) async fn renew(on: &Handle, name: &str, refused: &str) -> Result<bool, Why> {
    let Some(scheme) = on.file().authentication.get(name) else {
        return Ok(false);
    };
    if scheme.is_of_secret() {
        return Ok(false);
    }
    let mut kept = on.tokens().lock().await;
    match kept.get(name) {
        // Another request met the same, and asked already.
        Some(token) if token.secret.expose() != refused => return Ok(true),
        Some(token) if token.is_renewed => return Ok(false),
        Some(_) | None => {}
    }
    let token = fresh(on, scheme, (Held::default(), true)).await?;
    kept.insert(name.to_owned(), token);
    Ok(true)
}

/// Asks for a token. Where the vendor's clock turns out to be another than was thought, what was signed is signed anew.
async fn granted(
    on: &Handle,
    scheme: &Scheme,
    held: Held<'_>,
) -> Result<(Secret, Option<Duration>), Why> {
    let mut is_first = true;
    loop {
        let before = on.ahead().unwrap_or_default();
        let asked = asks(on, scheme, held)?;
        let is_signed = asked.is_signed;
        let why = match grant(on, asked).await {
            Ok(granted) => return Ok(granted),
            Err(why) => why,
        };
        let moved = on.ahead().unwrap_or_default().saturating_sub(before).abs();
        if !(is_first && is_signed && moved >= SKEW) {
            return Err(match is_signed {
                true => of_another_clock(on, why),
                false => why,
            });
        }
        is_first = false;
    }
}

/// Says beside why a vendor refused what was signed that its clock is another than ours, where it is.
fn of_another_clock(on: &Handle, why: Why) -> Why {
    let ahead = on.ahead().unwrap_or_default();
    match clock::apart(ahead) {
        Some(apart) if ahead.abs() >= SKEW => {
            let text = format!("{}; {apart}", why.text);
            Why::new(why.because, text)
        }
        Some(_) | None => why,
    }
}

/// A request for a token, in the making.
struct Asked {
    host: Option<String>,
    url: Url,
    pairs: Vec<(String, String)>,
    header: Option<(HeaderName, HeaderValue)>,
    known: Vec<String>,
    is_signed: bool,
}

fn asks(on: &Handle, scheme: &Scheme, held: Held<'_>) -> Result<Asked, Why> {
    if let Some(client) = &scheme.client_credentials {
        return client_asks(on, client, held);
    }
    let Some(account) = &scheme.service_account else {
        let text = "the pack names no way to authenticate";
        return Err(Why::new(Because::Invalid, text));
    };
    let url = endpoint(on, account.host.as_deref(), &account.post)?;
    let signed = account_signs(on, account, held)?;
    Ok(Asked {
        host: account.host.clone(),
        url,
        pairs: pairs([
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", signed.expose()),
        ]),
        header: None,
        known: vec![signed.expose().to_owned()],
        is_signed: true,
    })
}

fn client_asks(on: &Handle, client: &Client, held: Held<'_>) -> Result<Asked, Why> {
    let url = endpoint(on, client.host.as_deref(), &client.post)?;
    let id = on.text(&client.id)?;
    let mut asked = Asked {
        host: client.host.clone(),
        pairs: pairs([("grant_type", "client_credentials")]),
        header: None,
        known: Vec::new(),
        is_signed: client.key.is_some(),
        url,
    };
    let scope = client.scope.as_ref();
    let scope = scope.map(|scope| worded(on, scope)).transpose()?;
    asked
        .pairs
        .extend(scope.map(|scope| ("scope".to_owned(), scope)));
    if let Some(setting) = &client.key {
        let signed = client_signs(on, client, setting, &id, &asked.url, held)?;
        asked.known.push(signed.expose().to_owned());
        let sort = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        asked.pairs.extend(pairs([
            ("client_id", id.as_str()),
            ("client_assertion_type", sort),
            ("client_assertion", signed.expose()),
        ]));
        return Ok(asked);
    }
    let setting = client.secret.as_deref().unwrap_or_default();
    let secret = secret(on, setting, held)?;
    if client.in_body {
        let said = [
            ("client_id", id.as_str()),
            ("client_secret", secret.expose()),
        ];
        asked.pairs.extend(pairs(said));
    } else {
        asked.header = Some(basic(&id, &secret)?);
    }
    asked.known.push(secret.expose().to_owned());
    Ok(asked)
}

fn pairs<const N: usize>(said: [(&str, &str); N]) -> Vec<(String, String)> {
    let said = said.into_iter();
    said.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The token endpoint: on a host of the pack, and nowhere else.
fn endpoint(on: &Handle, host: Option<&str>, post: &Template) -> Result<Url, Why> {
    place::build(&on.base(host)?, post, &[], &observe::bare_scope(on))
}

/// A template over the settings.
fn worded(on: &Handle, said: &Template) -> Result<String, Why> {
    said.plain(&observe::bare_scope(on)).ok_or_else(|| {
        let text = format!("contain.yaml does not say all that `{}` needs", said.source);
        Why::new(Because::Unauthenticated, text)
    })
}

/// What a client signs (RFC 7523, section 2.2).
fn client_signs(
    on: &Handle,
    client: &Client,
    setting: &str,
    id: &str,
    url: &Url,
    held: Held<'_>,
) -> Result<Secret, Why> {
    let key = secret(on, setting, held)?;
    let key_id = client.key_id.as_deref();
    let certificate = client.certificate.as_deref().filter(|name| on.says(name));
    let signer = Signer {
        key: &key,
        key_id: key_id.map(|name| on.said(name)).transpose()?.flatten(),
        thumbprint: match certificate {
            Some(name) => Some(sign::thumbprint(&on.secret(name)?)?),
            None => None,
        },
        rsa: client.rsa,
    };
    let audience = match &client.audience {
        Some(said) => worded(on, said)?,
        None => url.to_string(),
    };
    let (from, until) = sign::times(on)?;
    let claims = json!({
        "iss": id,
        "sub": id,
        "aud": audience,
        "iat": from.as_second(),
        "nbf": from.as_second(),
        "exp": until.as_second(),
        "jti": digest::hex(&on.clock().fresh::<16>()),
    });
    sign::sign(&signer, &claims)
}

/// What a service account signs (RFC 7523, section 2.1, as Google wants it).
fn account_signs(on: &Handle, said: &ServiceAccount, held: Held<'_>) -> Result<Secret, Why> {
    let account = sign::account(&secret(on, &said.key, held)?)?;
    let audience = match &said.audience {
        Some(audience) => worded(on, audience)?,
        None => endpoint(on, said.host.as_deref(), &said.post)?.to_string(),
    };
    let (from, until) = sign::times(on)?;
    let claims = json!({
        "iss": account.id,
        "scope": worded(on, &said.scope)?,
        "aud": audience,
        "iat": from.as_second(),
        "exp": until.as_second(),
    });
    let signer = Signer {
        key: &account.key,
        key_id: Some(account.key_id),
        thumbprint: None,
        rsa: Rsa::Rs256,
    };
    sign::sign(&signer, &claims)
}

/// What a scheme signs for one request of a pack; nothing with a key of which `only_if` does not hold.
pub(super) fn assertion(
    on: &Handle,
    name: &str,
    only_if: Option<&Expr>,
    scope: &Scope,
    held: Held<'_>,
) -> Result<Secret, Why> {
    let scheme = on.file().authentication.get(name);
    let account = scheme.and_then(|scheme| scheme.service_account.as_ref());
    let account = account.ok_or_else(|| {
        let text = format!("the pack has no service account `{name}` that could sign");
        Why::new(Because::Invalid, text)
    })?;
    if let Some(only_if) = only_if {
        let key = sign::account(&secret(on, &account.key, held)?)?;
        let mut scope = scope.clone();
        let (id, key_id, project) = (&key.id, &key.key_id, &key.project);
        let signer = json!({"id": id, "key_id": key_id, "project": project});
        scope.set("signer", signer);
        if !only_if.holds(&scope) {
            let text =
                "the key that was given is another one than that which it is for: nothing was sent";
            return Err(Why::new(Because::Invalid, text));
        }
    }
    account_signs(on, account, held)
}

/// Sends a request for a token and reads the answer.
async fn grant(on: &Handle, asked: Asked) -> Result<(Secret, Option<Duration>), Why> {
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, form)]);
    headers.extend(asked.header);
    let mut sent = Sent::new(Draft {
        method: Method::POST,
        host: asked.host,
        url: asked.url,
        headers,
        body: Some(place::form(&asked.pairs)),
    });
    sent.ours = asked.known;
    let answered = wire::exchange(on, sent).await.map_err(Failed::why)?;
    let told = |name: &str| answered.raw.0.get(name).and_then(Value::as_str);
    let lasts = answered.raw.0.get("expires_in").and_then(Value::as_i64);
    let unauthenticated = |text: String| Err(Why::new(Because::Unauthenticated, text));
    let what = on.title();
    let is_bearer = told("token_type").is_none_or(|sort| sort.eq_ignore_ascii_case("bearer"));
    match (answered.status, told("access_token")) {
        (200, Some(_)) if !is_bearer => {
            unauthenticated(format!("{what} gave a token that is no bearer token"))
        }
        (200, Some(token)) => Ok((
            Secret::new(token.to_owned()),
            lasts.map(Duration::from_secs),
        )),
        (status, _) => {
            let error = answered.body.get("error").and_then(Value::as_str);
            let error = error.filter(|error| is_code(error));
            let more = error.map(|error| format!(" `{error}`")).unwrap_or_default();
            unauthenticated(format!("{what} gave no token: it answered {status}{more}"))
        }
    }
}
