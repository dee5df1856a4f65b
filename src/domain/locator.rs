//! Canonical names of targets: `<provider>:<kind>/<id>@<account>`.
//!
//! A [`Named`] is what a person typed; only a provider turns it into a [`Locator`].
//! Never guesses: two locators are the same target exactly when they are equal.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The kind of a target, `<provider>:<noun>`, e.g. `aws:access-key`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KindId(Arc<str>);

impl KindId {
    /// The provider's name, e.g. `aws`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.split_once(':').map_or("", |(provider, _)| provider)
    }

    /// The noun, e.g. `access-key`.
    #[must_use]
    pub fn noun(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, noun)| noun)
    }
}

/// The canonical name of one target; copies share their text, for there are many of each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locator {
    kind: KindId,
    id: Arc<str>,
    account: Option<Arc<str>>,
}

impl Locator {
    /// Builds a canonical name from what a provider said.
    #[must_use]
    pub fn new(kind: &KindId, id: &str, account: Option<&str>) -> Self {
        Self {
            kind: kind.clone(),
            id: id.into(),
            account: account.map(Into::into),
        }
    }

    /// The kind, e.g. `aws:access-key`.
    #[must_use]
    pub fn kind(&self) -> &KindId {
        &self.kind
    }

    /// The provider's name, e.g. `aws`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.kind.provider()
    }

    /// The id within the kind, as the provider writes it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The account, tenant or organisation that owns the target.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether this, as a person wrote it in a file, is the name of a thing: without an account it names that id in every
    /// one, so that nothing is left out for what was not written.
    #[must_use]
    pub fn means(&self, what: &Self) -> bool {
        says((&self.kind, &self.id, self.account()), what)
    }

    /// The name without its account.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            account: None,
            ..self.clone()
        }
    }

    /// Whether kind and id are the same, in whatever account.
    #[must_use]
    pub fn is_namesake(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id == other.id
    }
}

/// Whether what was said, which may leave out the account, is the name of a thing.
fn says((kind, id, account): (&KindId, &str, Option<&str>), what: &Locator) -> bool {
    what.kind == *kind
        && what.id() == id
        && account.is_none_or(|account| what.account() == Some(account))
}

/// What a person typed; it becomes a [`Locator`] only by resolving it at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The kind that was named.
    pub kind: KindId,
    /// The id, unescaped.
    pub id: String,
    /// The account, where one was given.
    pub account: Option<String>,
}

impl From<&Locator> for Named {
    fn from(what: &Locator) -> Self {
        Self {
            kind: what.kind.clone(),
            id: what.id().to_owned(),
            account: what.account().map(str::to_owned),
        }
    }
}

impl Named {
    /// Whether it is the name of a thing, as far as it says.
    #[must_use]
    pub fn means(&self, what: &Locator) -> bool {
        says((&self.kind, &self.id, self.account.as_deref()), what)
    }
}

/// Why a text is no name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is no locator: {why}")]
pub struct Malformed {
    /// The text as given, cut to a readable length.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl FromStr for KindId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once(':') {
            Some((provider, noun)) if word(provider) && word(noun) => Ok(Self(text.into())),
            _ => Err(malformed(
                text,
                "a kind is written <provider>:<noun>, e.g. aws:access-key",
            )),
        }
    }
}

impl FromStr for Named {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        let Some((kind, rest)) = text.split_once('/') else {
            return Err(malformed(
                text,
                "expected <provider>:<kind>/<id>, optionally followed by @<account>",
            ));
        };
        let kind: KindId = kind
            .parse()
            .map_err(|Malformed { why, .. }| malformed(text, why))?;
        let (id, account) = match rest.rsplit_once('@') {
            Some((id, account)) => (id, Some(account)),
            None => (rest, None),
        };
        let unescaped = |part: &str| {
            unescape(part).ok_or_else(|| malformed(text, "a percent sign starts no escape here"))
        };
        let (id, account) = (unescaped(id)?, account.map(unescaped).transpose()?);
        if id.is_empty() || account.as_deref() == Some("") {
            return Err(malformed(text, "the id or the account is empty"));
        }
        if id.contains('@') && !text.contains("%40") {
            return Err(malformed(text, "an @ inside an id is written %40"));
        }
        Ok(Self { kind, id, account })
    }
}

impl FromStr for Locator {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let named: Named = text.parse()?;
        let locator = Self {
            kind: named.kind,
            id: named.id.into(),
            account: named.account.map(Into::into),
        };
        if locator.to_string() == text {
            Ok(locator)
        } else {
            Err(malformed(text, "it is not in canonical form"))
        }
    }
}

fn malformed(text: &str, why: &'static str) -> Malformed {
    Malformed {
        text: text.chars().take(120).collect(),
        why,
    }
}

fn escape(part: &str, into: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'@' && byte != b'%';
    if part.bytes().all(is_plain) {
        return into.write_str(part);
    }
    for c in part.chars() {
        if c == '@' || c == '%' || c.is_control() || c.is_whitespace() || super::why::repaints(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                write!(into, "%{byte:02X}")?;
            }
        } else {
            write!(into, "{c}")?;
        }
    }
    Ok(())
}

/// Reads what is percent-encoded (RFC 3986); none where a percent sign starts no escape.
#[must_use]
pub fn unescape(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for KindId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KindId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.kind)?;
        escape(&self.id, f)?;
        if let Some(account) = &self.account {
            f.write_str("@")?;
            escape(account, f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for KindId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<KindId> for String {
    fn from(kind: KindId) -> Self {
        kind.0.as_ref().to_owned()
    }
}

impl TryFrom<String> for Locator {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<Locator> for String {
    fn from(locator: Locator) -> Self {
        locator.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_name_survives_writing_and_reading() {
        let kind: KindId = "aws:role".parse().unwrap_or_else(|_| unreachable!());
        for id in [
            "path/to/role",
            "me@corp",
            "100%",
            "a b",
            "tab\there",
            "\u{202e}evil",
        ] {
            let locator = Locator::new(&kind, id, Some("123456789012"));
            assert_eq!(
                locator.to_string().parse::<Locator>().as_ref(),
                Ok(&locator),
                "{id}"
            );
            assert!(!locator.to_string().contains(['\t', '\u{202e}', ' ']));
        }
    }

    #[test]
    fn a_written_name_without_account_means_every_account() {
        let at = |text: &str| -> Locator { text.parse().unwrap_or_else(|_| unreachable!()) };
        let of_one = at("acme:key/k-1@a-1");
        for (written, means) in [
            ("acme:key/k-1", true),
            ("acme:key/k-1@a-1", true),
            ("acme:key/k-1@a-2", false),
            ("acme:key/k-2", false),
            ("acme:user/k-1", false),
        ] {
            assert_eq!(at(written).means(&of_one), means, "{written}");
        }
        // What has no account is not meant by the name of one that has.
        assert!(!of_one.means(&of_one.bare()) && of_one.is_namesake(&of_one.bare()));
    }

    #[test]
    fn what_is_no_name_says_why() {
        for text in [
            "",
            "AKIA",
            "aws/x",
            "aws:access-key/",
            "aws:access-key/x@",
            "AWS:key/x",
            "aws:k/%4",
        ] {
            assert!(text.parse::<Named>().is_err(), "{text}");
        }
        assert!(
            "aws:user/a@b"
                .parse::<Named>()
                .is_ok_and(|n| n.account.as_deref() == Some("b"))
        );
    }
}
