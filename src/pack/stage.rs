//! A pack set up against a server on loopback, with made-up secrets: for rehearsals and tests.
//!
//! Uses no secret of anybody's, and asks for no token.

use std::sync::Arc;

use serde_json::json;

use super::authenticate::base64;
use super::model::Is;
use super::{Pack, Packed};
use crate::domain::{Clock, Duration, Secret};
use crate::provider::{Given, Settings};

/// Sets a pack up whose every host is one server; `ours` stands for every secret, and for the token of every client.
pub async fn stage(pack: &Arc<Pack>, base: &str, deadline: Duration, ours: &str) -> Packed {
    let mut settings = Settings {
        deadline: Some(deadline),
        ..Settings::default()
    };
    let schemes = pack.file.authentication.values();
    let accounts = schemes.filter_map(|scheme| scheme.service_account.as_ref());
    let accounts: Vec<&String> = accounts.map(|account| &account.key).collect();
    for (name, setting) in &pack.file.configuration {
        match setting.is {
            Is::Secret | Is::Certificate => {
                let text = match accounts.contains(&name) {
                    true => account_key(),
                    false => ours.to_owned(),
                };
                let given: Given = Arc::new(move || Ok(Secret::new(text.clone())));
                settings.secrets.insert(name.clone(), given);
            }
            Is::Url => drop(settings.texts.insert(name.clone(), base.to_owned())),
            Is::Text => {
                let default = setting.default.clone();
                let text = default.unwrap_or_else(|| "rehearsed".to_owned());
                settings.texts.insert(name.clone(), text);
            }
        }
    }
    let hosts = pack.file.hosts.keys();
    settings.hosts = hosts.map(|name| (name.clone(), base.to_owned())).collect();
    let packed = Packed::new(Arc::clone(pack), Some(settings), Clock::wall());
    for scheme in pack.grants() {
        packed.lend(scheme, &Secret::new(ours.to_owned())).await;
    }
    packed
}

/// A service account's key that nobody has: all of its private part is sevens.
#[must_use]
pub fn account_key() -> String {
    // An Ed25519 key of PKCS #8 (RFC 8410, section 7) is these bytes and thirty-two of its own.
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend([7; 32]);
    let body = base64(&der);
    let key = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    json!({
        "type": "service_account",
        "project_id": "rehearsed",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": key,
        "client_email": "rehearsed@rehearsed.iam.gserviceaccount.com",
        "token_uri": "https://elsewhere.invalid/token",
    })
    .to_string()
}
