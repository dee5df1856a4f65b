//! How a request proves who we are: one header, made of secrets at the moment of their use.
//!
//! Keeps a client's token in memory until shortly before it lapses; keeps no other secret.

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::engine::Handle;
use super::model::{Client, NOBODY, SECRET};
use super::wire::{self, Held};
use crate::domain::{Because, Duration, Secret, Time, Why};

/// How long before it lapses a token is no longer used.
const EARLY: Duration = Duration::from_secs(60);

/// A token for a client, and until when it is used.
pub(super) struct Token {
    secret: Secret,
    until: Time,
}

/// The header, and the secret in it; none where the request is nobody's.
pub(super) async fn proof(
    on: &Handle,
    with: Option<&str>,
    held: Held<'_>,
) -> Result<Option<(HeaderName, HeaderValue, String)>, Why> {
    let name = match with {
        Some(NOBODY) => return Ok(None),
        Some(SECRET) => {
            let secret = held.one.ok_or_else(|| {
                Why::new(
                    Because::Unauthenticated,
                    "it needs the credential itself, which was not given",
                )
            })?;
            let (name, value) = wire::bearer(secret)?;
            return Ok(Some((name, value, secret.expose().to_owned())));
        }
        other => other,
    };
    let schemes = &on.file().authentication;
    let scheme = match name {
        Some(name) => schemes.get(name),
        None => schemes.values().next(),
    };
    let Some(scheme) = scheme else {
        return Err(Why::new(
            Because::Invalid,
            "the pack names no such authentication",
        ));
    };
    let (secret, (name, value)) = if let Some(setting) = &scheme.bearer {
        let secret = on.secret(setting)?;
        let header = wire::bearer(&secret)?;
        (secret, header)
    } else if let Some(header) = &scheme.header {
        let secret = on.secret(&header.secret)?;
        let value = format!("{}{}", header.prefix, secret.expose());
        let header = wire::sensitive(&header.name, &value)?;
        (secret, header)
    } else if let Some(said) = &scheme.basic {
        let user = on.text(&said.user)?;
        let secret = on.secret(&said.password)?;
        let header = basic(&user, &secret)?;
        (secret, header)
    } else if let Some(client) = &scheme.client_credentials {
        let secret = token(on, client).await?;
        let header = wire::bearer(&secret)?;
        (secret, header)
    } else {
        return Err(Why::new(
            Because::Invalid,
            "the pack names no way to authenticate",
        ));
    };
    Ok(Some((name, value, secret.expose().to_owned())))
}

/// HTTP Basic (RFC 7617).
pub(super) fn basic(user: &str, password: &Secret) -> Result<(HeaderName, HeaderValue), Why> {
    let pair = format!("{user}:{}", password.expose());
    wire::sensitive(
        AUTHORIZATION.as_str(),
        &format!("Basic {}", base64(pair.as_bytes())),
    )
}

/// The client's token: the one that is kept, or a new one.
async fn token(on: &Handle, client: &Client) -> Result<Secret, Why> {
    let mut kept = on.token().lock().await;
    let now = on.clock().now();
    if let Some(token) = kept.as_ref().filter(|token| now < token.until) {
        return Ok(Secret::new(token.secret.expose().to_owned()));
    }
    let mut url = on.base(client.host.as_deref())?;
    url.set_path(&format!(
        "{}{}",
        url.path().trim_end_matches('/'),
        client.post
    ));
    let id = on.text(&client.id)?;
    let secret = on.secret(&client.secret)?;
    let (secret, lasts) = wire::token(on, url, (&id, &secret), client.scope.as_deref()).await?;
    let copy = Secret::new(secret.expose().to_owned());
    let lasts = lasts.unwrap_or(EARLY).saturating_sub(EARLY);
    *kept = Some(Token {
        secret,
        until: now.saturating_add(lasts).unwrap_or(now),
    });
    Ok(copy)
}

/// Base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sign = |bits: u32| {
        let at = usize::try_from(bits & 63).unwrap_or_default();
        SIGNS.get(at).copied().map_or('=', char::from)
    };
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_u32 {
            let is_there = usize::try_from(at).is_ok_and(|at| at <= three.len());
            text.push(if is_there {
                sign(bits >> (18 - 6 * at))
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
