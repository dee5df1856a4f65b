//! How a request proves who we are: a header or a certificate, made of secrets at the moment of their use.
//!
//! Keeps nothing; what asks for a token first is `grant`'s.

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::draft::Held;
use super::engine::Handle;
use super::grant;
use super::model::{NOBODY, SECRET};
use super::scheme::Scheme;
use super::{sign, wire};
use crate::domain::{Because, Secret, Why};

/// How one request proves who we are.
#[derive(Default)]
pub(super) struct Proof {
    /// The header that it carries.
    pub(super) header: Option<(HeaderName, HeaderValue)>,
    /// The secret in it.
    pub(super) secret: Option<String>,
    /// The scheme whose certificate its connection shows.
    pub(super) shows: Option<String>,
    /// The scheme whose token was asked for, and may be asked for anew.
    pub(super) granted: Option<String>,
}

/// How a request proves who we are; nothing at all where it is nobody's.
pub(super) async fn proof(on: &Handle, with: Option<&str>, held: Held<'_>) -> Result<Proof, Why> {
    let mut granted = None;
    let (secret, header) = match with {
        Some(NOBODY) => return Ok(Proof::default()),
        Some(SECRET) => {
            let secret = itself(held)?;
            let header = bearer(&secret)?;
            (secret, header)
        }
        with => {
            let (name, scheme) = scheme(on, with)?;
            if scheme.certificate.is_some() {
                return Ok(Proof {
                    shows: Some(name.to_owned()),
                    ..Proof::default()
                });
            }
            granted = scheme.is_granted().then(|| name.to_owned());
            header(on, name, scheme, held).await?
        }
    };
    Ok(Proof {
        header: Some(header),
        secret: Some(secret.expose().to_owned()),
        shows: None,
        granted,
    })
}

async fn header(
    on: &Handle,
    name: &str,
    scheme: &Scheme,
    held: Held<'_>,
) -> Result<(Secret, (HeaderName, HeaderValue)), Why> {
    if let Some(setting) = &scheme.bearer {
        let secret = secret(on, setting, held)?;
        let header = bearer(&secret)?;
        Ok((secret, header))
    } else if let Some(header) = &scheme.header {
        let secret = secret(on, &header.secret, held)?;
        let value = format!("{}{}", header.prefix, secret.expose());
        let header = wire::sensitive(&header.name, &value)?;
        Ok((secret, header))
    } else if let Some(said) = &scheme.basic {
        let user = on.text(&said.user)?;
        let secret = secret(on, &said.password, held)?;
        let header = basic(&user, &secret)?;
        Ok((secret, header))
    } else {
        let secret = grant::token(on, name, scheme, held).await?;
        let header = bearer(&secret)?;
        Ok((secret, header))
    }
}

/// The scheme of this name; where none is named, the first whose settings the workspace says.
fn scheme<'a>(on: &'a Handle, with: Option<&str>) -> Result<(&'a str, &'a Scheme), Why> {
    let schemes = &on.file().authentication;
    let said = |scheme: &Scheme| {
        let needs = scheme.needs().into_iter();
        needs
            .filter(|need| need.must)
            .all(|need| on.says(need.setting))
    };
    let found = match with {
        Some(name) => schemes.get_key_value(name),
        None => schemes.iter().find(|(_, scheme)| said(scheme)),
    };
    let found = found.map(|(name, scheme)| (name.as_str(), scheme));
    found.ok_or_else(|| {
        let provider = &on.file().provider;
        let ways = schemes.values().map(|scheme| {
            let needs = scheme.needs().into_iter().filter(|need| need.must);
            let names: Vec<&str> = needs.map(|need| need.setting).collect();
            names.join(" and ")
        });
        let ways: Vec<String> = ways.collect();
        let text = format!(
            "contain.yaml says under providers.{provider} nothing to authenticate with: {}",
            ways.join(", or ")
        );
        Why::new(Because::Unauthenticated, text)
    })
}

/// A secret of the workspace, or the credential itself.
pub(super) fn secret(on: &Handle, setting: &str, held: Held<'_>) -> Result<Secret, Why> {
    if setting == SECRET {
        return itself(held);
    }
    on.secret(setting)
}

fn itself(held: Held<'_>) -> Result<Secret, Why> {
    let held = held.one.ok_or_else(|| {
        Why::new(
            Because::Unauthenticated,
            "it needs the credential itself, which was not given",
        )
    })?;
    Ok(Secret::new(held.expose().to_owned()))
}

/// A bearer token as a header.
fn bearer(token: &Secret) -> Result<(HeaderName, HeaderValue), Why> {
    let value = format!("Bearer {}", token.expose());
    wire::sensitive(AUTHORIZATION.as_str(), &value)
}

/// HTTP Basic (RFC 7617).
pub(super) fn basic(user: &str, password: &Secret) -> Result<(HeaderName, HeaderValue), Why> {
    let pair = format!("{user}:{}", password.expose());
    wire::sensitive(
        AUTHORIZATION.as_str(),
        &format!("Basic {}", base64(pair.as_bytes())),
    )
}

/// Of the key that signs for us: what the vendor calls whom it is of, its id, its project.
pub(super) fn signer(on: &Handle) -> Option<Value> {
    let (_, scheme) = scheme(on, None).ok()?;
    if let Some(said) = &scheme.service_account {
        let account = sign::account(&on.secret(&said.key).ok()?).ok()?;
        return Some(json!({
            "id": account.id,
            "key_id": account.key_id,
            "project": account.project,
        }));
    }
    let client = scheme.client_credentials.as_ref()?;
    let key_id = client
        .key_id
        .as_deref()
        .and_then(|name| on.said(name).ok()?);
    Some(json!({"id": on.text(&client.id).ok()?, "key_id": key_id, "project": null}))
}

/// Base64 (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
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
