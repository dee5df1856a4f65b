//! Where requests of a pack may go: hosts that the pack fixes or the workspace configures, and nowhere else.
//!
//! Looks at texts only; names are looked up by the HTTP client, which refuses by the same rules.

use reqwest::Url;

use super::cel::{Scope, Template};
use crate::domain::{Because, Why};
pub use crate::provider::http::address;
pub(super) use crate::provider::http::sort;

/// The address of a request: the host's, with the path below it and the query; each value is escaped and stays a value.
pub(super) fn build(
    base: &Url,
    path: &Template,
    query: &[(String, String)],
    scope: &Scope,
) -> Result<Url, Why> {
    let invalid = |text: String| Why::new(Because::Invalid, text);
    let said = path.text(scope, segment).ok_or_else(|| {
        invalid(format!(
            "the path `{}` lacks a value, or one that can stand in a path",
            path.source
        ))
    })?;
    let wanted = format!("{}{said}", base.path().trim_end_matches('/'));
    let mut url = base.clone();
    url.set_path(&wanted);
    if url.path() != wanted {
        // Two harmless values could together have made a step upwards.
        return Err(invalid(
            "a value does not stay inside of its part of the path".to_owned(),
        ));
    }
    if !query.is_empty() {
        let mut pairs = url.query_pairs_mut();
        for (name, value) in query {
            pairs.append_pair(name, value);
        }
    }
    Ok(url)
}

/// A value as one part of a path; nothing for one that would be another part.
fn segment(value: &str) -> Option<String> {
    if matches!(value, "" | "." | "..") {
        return None;
    }
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.extend([format!("%{other:02X}")]),
        }
    }
    Some(escaped)
}

/// Values as the body of a form.
pub(super) fn form(pairs: &[(String, String)]) -> String {
    let Ok(mut url) = Url::parse("https://form.invalid") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// The address of a next page; only below the same host.
pub(super) fn next_page(at: &Url, said: &str) -> Result<Url, Why> {
    let garbled = |text: &str| Why::new(Because::Garbled, text);
    let next = at
        .join(said)
        .map_err(|_| garbled("the next page has no address"))?;
    let is_same = next.scheme() == at.scheme()
        && next.host_str() == at.host_str()
        && next.port_or_known_default() == at.port_or_known_default()
        && next.username().is_empty()
        && next.password().is_none();
    if is_same {
        Ok(next)
    } else {
        Err(garbled(
            "the next page is on another host, where nothing is sent",
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_is_https_and_nobody_elses_inside() {
        for (text, private, fits) in [
            ("https://acme.okta.com", false, true),
            ("https://acme.okta.com/api/v4", false, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://localhost:8080", false, true),
            ("http://acme.okta.com", false, false),
            ("https://10.0.0.1", false, false),
            ("https://10.0.0.1", true, true),
            ("https://169.254.169.254", true, false),
            ("https://[fe80::1]", true, false),
            ("https://user@acme.okta.com", false, false),
            ("https://acme.okta.com/?x", false, false),
            ("https://acme.okta.com/#x", false, false),
            ("ftp://acme.okta.com", false, false),
            ("acme.okta.com", false, false),
        ] {
            assert_eq!(address(text, private).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn a_value_stays_inside_of_its_part_of_the_path() {
        let Ok(base) = address("https://a.example/api/", false) else {
            unreachable!("a literal");
        };
        let built = |path: &str, id: &str| {
            let mut scope = Scope::default();
            scope.set("id", json!(id));
            let query = [("q".to_owned(), id.to_owned())];
            build(&base, &Template::new(path), &query, &scope).map(|url| url.to_string())
        };
        for (id, wanted) in [
            ("abc", Some("https://a.example/api/t/abc/x?q=abc")),
            ("a/b", Some("https://a.example/api/t/a%2Fb/x?q=a%2Fb")),
            (
                "a?b#c",
                Some("https://a.example/api/t/a%3Fb%23c/x?q=a%3Fb%23c"),
            ),
            (
                "%2e%2e",
                Some("https://a.example/api/t/%252e%252e/x?q=%252e%252e"),
            ),
            (
                "@evil.example",
                Some("https://a.example/api/t/%40evil.example/x?q=%40evil.example"),
            ),
            (
                "a\r\nx: y",
                Some("https://a.example/api/t/a%0D%0Ax%3A%20y/x?q=a%0D%0Ax%3A+y"),
            ),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(built("/t/${id}/x", id).ok().as_deref(), wanted, "{id:?}");
        }
        assert!(built("/t/${id}./x", ".x").is_ok());
        assert!(built("/t/.${id}/x", "a").is_ok());
        assert!(built("/t/${id.substring(0,1)}${id}/x", ".").is_err());
    }

    #[test]
    fn a_next_page_is_on_the_same_host_or_none() {
        let Ok(at) = address("https://a.example/api", false) else {
            unreachable!("a literal");
        };
        for (said, fits) in [
            ("/api?after=1", true),
            ("https://a.example/x", true),
            ("http://a.example/x", false),
            ("https://b.example/x", false),
            ("//b.example/x", false),
            ("https://a.example:444/x", false),
            ("https://u:p@a.example/x", false),
        ] {
            assert_eq!(next_page(&at, said).is_ok(), fits, "{said}");
        }
    }
}
