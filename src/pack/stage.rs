//! A pack set up against a server on loopback, with made-up secrets: for rehearsals and tests.
//!
//! Uses no secret of anybody's, and asks for no token.

use std::sync::Arc;

use serde_json::json;

use super::authenticate::base64;
use super::model::Is;
use super::{Pack, Packed};
use crate::domain::{Clock, Duration, Locator, Secret};
use crate::provider::{Given, Provider as _, Settings};

/// Sets a pack up whose every host is one server; `ours` stands for every secret, and for the token of every client.
pub async fn stage(pack: &Arc<Pack>, base: &str, deadline: Duration, ours: &str) -> Packed {
    let mut settings = Settings {
        deadline: Some(deadline),
        ..Settings::default()
    };
    let schemes = pack.file.authentication.values();
    let accounts = schemes.filter_map(|scheme| scheme.service_account.as_ref());
    let accounts: Vec<&String> = accounts.map(|account| &account.key).collect();
    let schemes = pack.file.authentication.values();
    let pairs: Vec<_> = schemes
        .filter_map(|scheme| scheme.certificate.as_ref())
        .collect();
    let keys: Vec<&String> = pairs.iter().map(|pair| &pair.key).collect();
    let shown = pairs.iter().map(|pair| &pair.certificate);
    let certificates: Vec<&String> = shown.chain(pack.file.trust.values()).collect();
    for (name, setting) in &pack.file.configuration {
        match setting.is {
            Is::Secret | Is::Certificate => {
                let text = match () {
                    () if accounts.contains(&name) => account_key(),
                    () if certificates.contains(&name) => CERTIFICATE.to_owned(),
                    () if keys.contains(&name) => private_key(),
                    () => ours.to_owned(),
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

/// Lends the credential itself, as one that was seen to work.
pub fn worked(packed: &Packed, target: &Locator, secret: &Secret) {
    packed.hold(target, secret);
    packed.handle(None).alive().note(target, secret, true);
}

/// A certificate for the key that nobody has: no host is proven by it.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBODCB66ADAgECAhRSD3G6SBVAywEehkanfW3tVxq9NzAFBgMrZXAwETEPMA0G
A1UEAwwGbm9ib2R5MCAXDTI2MTEyNjE2NTgzMVoYDzIxMjYxMTAyMTY1ODMxWjAR
MQ8wDQYDVQQDDAZub2JvZHkwKjAFBgMrZXADIQDqSmxj4pxSCr71UHsTLsX5lUd2
rr6+e5JCHuppFEbSLKNTMFEwHQYDVR0OBBYEFExezkAjoDQe4qz/zE0XFUqFTwLl
MB8GA1UdIwQYMBaAFExezkAjoDQe4qz/zE0XFUqFTwLlMA8GA1UdEwEB/wQFMAMB
Af8wBQYDK2VwA0EAtvtxpFhSvEVseCnsHn2FL1E07JnKzt1G3S8HQNRJhUL1cqO3
s5U8FmWvAVFJWR+PvZxAz9o2GiHIfMdVgCpgDA==
-----END CERTIFICATE-----
";

/// A private key that nobody has: all of it is sevens.
fn private_key() -> String {
    // An Ed25519 key of PKCS #8 (RFC 8410, section 7) is these bytes and thirty-two of its own.
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend([7; 32]);
    let body = base64(&der);
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

/// A service account's key that nobody has.
#[must_use]
pub fn account_key() -> String {
    json!({
        "type": "service_account",
        "project_id": "rehearsed",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": private_key(),
        "client_email": "rehearsed@rehearsed.iam.gserviceaccount.com",
        "token_uri": "https://elsewhere.invalid/token",
    })
    .to_string()
}
