//! Secrets: held in memory that is wiped, named by reference, known by a keyed fingerprint.
//!
//! A [`Secret`] has no Display and no Serialize, and its Debug says nothing.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A secret value; wiped from memory when dropped, as far as moves allow.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value over; the caller keeps no copy.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Lends the value for the moment of its use.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A fingerprint under a key that never leaves the incident's folder.
    #[must_use]
    pub fn fingerprint(&self, key: &[u8; 32]) -> Fingerprint {
        let mac = Hmac::<Sha256>::new_from_slice(key)
            .map(|mac| mac.chain_update(self.0.as_bytes()).finalize().into_bytes());
        Fingerprint(
            mac.map(|bytes| super::digest::hex(&bytes))
                .unwrap_or_default()
                .chars()
                .take(32)
                .collect(),
        )
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether a field of this name most likely holds a secret: `SecretAccessKey`, `session_token`, `api-key`; not `SecretId`.
#[must_use]
pub fn names_secret(name: &str) -> bool {
    const ENDS: [&str; 14] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secretkey",
        "secretaccesskey",
        "secretstring",
        "secretbinary",
        "token",
        "apikey",
        "privatekey",
        "accountkey",
        "connectionstring",
        "authorization",
    ];
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    ENDS.iter().any(|end| plain.ends_with(end)) && !plain.ends_with("nexttoken")
}

/// A keyed fingerprint (HMAC-SHA-256, 128 bits): says whether two secrets are the same, and nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a secret is read from; the only form in which one may be named.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
    /// An open file descriptor.
    Fd(i32),
    /// Standard input.
    Stdin,
}

impl FromStr for SecretRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = "a secret is named by reference: env:NAME, file:PATH, fd:N or stdin (never given itself)";
        match text.split_once(':') {
            None if text == "stdin" => Ok(Self::Stdin),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("fd", number)) => number.parse().map(Self::Fd).map_err(|_| refusal.to_owned()),
            _ => Err(refusal.to_owned()),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Fd(number) => write!(f, "fd:{number}"),
            Self::Stdin => f.write_str("stdin"),
        }
    }
}

impl TryFrom<String> for SecretRef {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SecretRef> for String {
    fn from(reference: SecretRef) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_nothing_and_is_known_by_its_fingerprint() {
        let (one, two) = (Secret::new("hunter2".into()), Secret::new("hunter2".into()));
        assert_eq!(format!("{one:?}"), "Secret(..)");
        assert_eq!(one.fingerprint(&[1; 32]), two.fingerprint(&[1; 32]));
        assert_ne!(one.fingerprint(&[1; 32]), two.fingerprint(&[2; 32]));
    }

    #[test]
    fn a_name_says_whether_its_value_is_secret() {
        for name in [
            "SecretAccessKey",
            "aws_session_token",
            "API-KEY",
            "db.password",
            "Authorization",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "SecretId",
            "AccessKeyId",
            "NextToken",
            "user",
            "tokens_used",
            "",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn a_literal_secret_is_refused_without_being_repeated() {
        let refusal = "wJalrXUtnFEMI".parse::<SecretRef>();
        assert!(refusal.is_err_and(|text| !text.contains("wJalr")));
    }
}
