//! What a secret tells by itself, offline: the id within its own text, the claims of a JWT, the members of a key's file.
//!
//! Asks nobody and checks no signature: it is what the text claims, until the vendor was asked.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::cel::{Scope, scalar};
use super::engine::Handle;
use super::grammar::INSIDE;
use super::model::KindPart;
use crate::domain::recognise::ID;

/// Whether a text that has the form of a kind's secrets is one, by what it holds.
pub(super) fn is_of(on: &Handle, noun: &str, secret: &str) -> bool {
    let kind = on.file().kinds.get(noun);
    kind.is_none_or(|kind| kind.tells.is_none() || id(on, noun, secret).is_some())
}

/// The id of the thing that a secret is of, where the secret itself tells it.
pub(super) fn id(on: &Handle, noun: &str, secret: &str) -> Option<String> {
    let kind = on.file().kinds.get(noun)?;
    let id = named(kind, secret).or_else(|| {
        let mut scope = Scope::default();
        scope.set(INSIDE, inside(secret)?);
        scalar(&kind.tells.as_ref()?.value(&scope)?)
    });
    // What has not the form of an id is none, and may be the secret itself.
    id.filter(|id| on.has_form(noun, id) && id != secret)
}

/// The part of its text that a pattern calls the id.
fn named(kind: &KindPart, secret: &str) -> Option<String> {
    let named = format!("?P<{ID}>");
    let mut forms = kind.secrets.iter().filter(|form| form.contains(&named));
    forms.find_map(|form| {
        let found = regex::Regex::new(form).ok()?;
        Some(found.captures(secret)?.name(ID)?.as_str().to_owned())
    })
}

/// The claims of a JWT (RFC 7519), or the members of a JSON object; without what is a private key.
fn inside(secret: &str) -> Option<Value> {
    let secret = secret.trim();
    let mut held: Map<String, Value> = if secret.starts_with('{') {
        serde_json::from_str(secret).ok()?
    } else {
        let parts: Vec<&str> = secret.split('.').collect();
        let [_, claims, _] = parts.as_slice() else {
            return None;
        };
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
        serde_json::from_slice(&claims).ok()?
    };
    let is_key = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.contains("-----BEGIN"))
    };
    held.retain(|_, value| !is_key(value));
    Some(Value::Object(held))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_secret_holds_is_read_and_a_key_in_it_is_not() {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub":"system:serviceaccount:shop:web"}"#);
        let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2lnbmF0dXJl");
        let sub = json!({"sub": "system:serviceaccount:shop:web"});
        assert_eq!(inside(&jwt), Some(sub));
        let file =
            r#"{"private_key_id": "0a1b", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n"}"#;
        assert_eq!(inside(file), Some(json!({"private_key_id": "0a1b"})));
        for other in ["", "a.b", "a.b.c", "{", "[]", "a.b.c.d", "eyJ.W10.x"] {
            assert_eq!(inside(other), None, "{other}");
        }
    }
}
