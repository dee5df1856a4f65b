//! The connections of a pack: one client for each host and for each certificate of ours that it may be shown.
//!
//! Loopback is reached only where that very host is configured there; a certificate is shown to nobody over plain HTTP.

use super::engine::Handle;
use super::place;
use crate::domain::{Because, Secret, Why};
use crate::provider::http::{self, Place, Tls};

/// Builds the client for a host; `shows` is the scheme whose certificate it shows.
pub(super) fn client(
    on: &Handle,
    host: Option<&str>,
    shows: Option<&str>,
) -> Result<reqwest::Client, Why> {
    let url = on.base(host)?;
    let inside = place::sort(url.host_str().unwrap_or_default()) == Place::Loopback;
    let (private, deadline) = on.reach()?;
    let mut tls = Tls::default();
    let (mut roots, mut pair) = (None, None);
    if url.scheme() == "https" {
        let name = on.host_name(host)?;
        roots = trusted(on, name)?;
        pair = shown(on, shows)?;
    }
    tls.roots = roots.as_ref();
    tls.identity = pair.as_ref().map(|(certificate, key)| (certificate, key));
    http::known(deadline, private || inside, &tls)
}

/// The certificates that a host is checked by, where the workspace says them.
fn trusted(on: &Handle, host: &str) -> Result<Option<Secret>, Why> {
    let setting = on.file().trust.get(host);
    let setting = setting.filter(|setting| on.says(setting));
    setting.map(|setting| on.secret(setting)).transpose()
}

/// The certificate of ours that is shown, and its key.
fn shown(on: &Handle, scheme: Option<&str>) -> Result<Option<(Secret, Secret)>, Why> {
    let Some(name) = scheme else {
        return Ok(None);
    };
    let scheme = on.file().authentication.get(name);
    let pair = scheme.and_then(|scheme| scheme.certificate.as_ref());
    let pair = pair.ok_or_else(|| {
        let text = format!("the pack has no certificate `{name}`");
        Why::new(Because::Invalid, text)
    })?;
    Ok(Some((on.secret(&pair.certificate)?, on.secret(&pair.key)?)))
}
