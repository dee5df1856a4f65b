//! Where a message may go: `https`, or plain `http` on loopback; a private address only where that is said.
//!
//! Looks at texts only; names are looked up by the HTTP client, which refuses by the same rules.

use reqwest::Url;

use super::Channel;
use crate::domain::{Because, Why};
use crate::provider::http::{self, Place};

/// Checks a webhook as far as its text tells.
///
/// # Errors
/// Says what is wrong, without repeating the webhook.
pub fn check(webhook: &str, private: bool) -> Result<(), Why> {
    read(webhook, private).map(drop)
}

/// Reads a webhook.
pub(super) fn read(webhook: &str, private: bool) -> Result<Url, Why> {
    let invalid = |text: &str| Why::new(Because::Invalid, text);
    let url = Url::parse(webhook).map_err(|_| invalid("a webhook is written https://HOST/PATH"))?;
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("a webhook has no user name; use `header`"));
    }
    let place = http::literal(host).unwrap_or(match host {
        "localhost" => Place::Loopback,
        _ => Place::Public,
    });
    match (url.scheme(), place) {
        (_, Place::Never) => Err(invalid(
            "no message is sent to a link-local or metadata address",
        )),
        (_, Place::Private) if !private => Err(invalid(
            "the address is private; say `private: true` where that is meant",
        )),
        ("https", _) | ("http", Place::Loopback) => Ok(url),
        ("http", _) => Err(invalid(
            "a webhook is https; plain http is for loopback alone",
        )),
        _ => Err(invalid("a webhook is written https://HOST/PATH")),
    }
}

impl Channel {
    /// Where messages go, without the path, which may be a secret.
    pub(super) fn host(&self) -> Result<String, Why> {
        let webhook = (self.webhook)()?;
        let url = read(webhook.expose(), self.private)?;
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}"));
        Ok(format!(
            "{}://{host}{}",
            url.scheme(),
            port.unwrap_or_default()
        ))
    }
}
