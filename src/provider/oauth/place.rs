//! Where requests go: the issuer's own host, or an address that the workspace names, and nowhere else.
//!
//! Looks at texts only; names are looked up by the HTTP client, which refuses by the same rules.

use reqwest::Url;

use crate::domain::{Because, Why};
use crate::provider::http::{self, Place};

fn invalid(text: impl Into<String>) -> Why {
    Why::new(Because::Invalid, text)
}

/// The sort of a host as its text tells it.
pub(super) fn sort(url: &Url) -> Place {
    let host = url.host_str().unwrap_or_default();
    let known = match host {
        "localhost" => Place::Loopback,
        _ => Place::Public,
    };
    http::literal(host).unwrap_or(known)
}

/// Reads an address: `https`, or plain `http` on loopback; a private one only where that is configured.
pub(super) fn address(text: &str, private: bool) -> Result<Url, Why> {
    let form = "an address is written https://HOST, without fragment or user";
    let url = Url::parse(text).map_err(|_| invalid(form))?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.host_str().is_none_or(str::is_empty) || !is_plain {
        return Err(invalid(form));
    }
    match (url.scheme(), sort(&url)) {
        (_, Place::Never) => Err(invalid(
            "nothing is sent to a link-local or metadata address",
        )),
        (_, Place::Private) if !private => Err(invalid(
            "the address is private; say `private: true` where that is meant",
        )),
        ("https", _) | ("http", Place::Loopback) => Ok(url),
        _ => Err(invalid(
            "an address is https; plain http is for loopback alone",
        )),
    }
}

/// Whether two addresses are on the same host, by the same way.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// An endpoint that the server's metadata name: only on the issuer's own host.
pub(super) fn of_issuer(issuer: &Url, said: &str, private: bool) -> Result<Url, Why> {
    let url = address(said, private)?;
    if is_same_host(issuer, &url) {
        Ok(url)
    } else {
        Err(invalid(
            "the issuer names an endpoint on another host, where nothing is sent unless contain.yaml names that endpoint itself",
        ))
    }
}

/// Where a server's metadata are: by RFC 8414 the well-known part comes before the issuer's path, by OpenID after it.
pub(super) fn well_known(issuer: &Url) -> [Url; 2] {
    let path = issuer.path().trim_end_matches('/').to_owned();
    let at = |path: &str| {
        let mut url = issuer.clone();
        url.set_path(path);
        url
    };
    [
        at(&format!("/.well-known/oauth-authorization-server{path}")),
        at(&format!("{path}/.well-known/openid-configuration")),
    ]
}

/// The account in every locator: the issuer without its scheme.
pub(super) fn account(issuer: &Url) -> String {
    let text = issuer.as_str().trim_end_matches('/');
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.to_owned()
}

/// Values as the body of a form.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse("https://form.invalid") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        address(text, false).unwrap_or_else(|why| unreachable!("{text}: {why}"))
    }

    #[test]
    fn an_endpoint_is_on_the_issuers_host_or_none() {
        let issuer = url("https://as.example/tenant");
        for (said, fits) in [
            ("https://as.example/revoke", true),
            ("https://as.example:443/revoke?x=1", true),
            ("https://evil.example/revoke", false),
            ("https://as.example:444/revoke", false),
            ("http://as.example/revoke", false),
            ("https://u@as.example/revoke", false),
            ("https://169.254.169.254/", false),
            ("/revoke", false),
        ] {
            assert_eq!(of_issuer(&issuer, said, false).is_ok(), fits, "{said}");
        }
        assert!(address("http://127.0.0.1:1/", false).is_ok());
        assert!(address("https://10.0.0.1/", false).is_err());
        assert!(address("https://10.0.0.1/", true).is_ok());
    }

    #[test]
    fn metadata_stand_before_the_path_and_after_it() {
        let [first, second] = well_known(&url("https://as.example/tenant/a"));
        assert_eq!(
            first.as_str(),
            "https://as.example/.well-known/oauth-authorization-server/tenant/a"
        );
        assert_eq!(
            second.as_str(),
            "https://as.example/tenant/a/.well-known/openid-configuration"
        );
        assert_eq!(
            account(&url("https://as.example/tenant/a")),
            "as.example/tenant/a"
        );
        assert_eq!(account(&url("http://127.0.0.1:8080")), "127.0.0.1:8080");
    }

    #[test]
    fn a_value_stays_inside_of_its_part_of_a_form() {
        assert_eq!(form(&[("token", "a&b=c%\r\n")]), "token=a%26b%3Dc%25%0D%0A");
    }
}
