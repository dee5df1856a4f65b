//! SHA-256 digests and canonical JSON (RFC 8785).
//!
//! Never invents an encoding: an auditor recomputes each digest with `sha256sum`.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; 64 lower-case hexadecimal characters in every rendering.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Thirty-two zero bytes: what the first line of a journal follows.
    pub const ZERO: Self = Self([0; 32]);

    /// Hashes bytes as they are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Hashes the canonical JSON of a value.
    ///
    /// # Errors
    /// Fails only on a value that has no JSON form.
    pub fn of_json<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        canonical(value).map(|text| Self::of(text.as_bytes()))
    }

    /// The first eight characters: what a person types to confirm a plan.
    #[must_use]
    pub fn code(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

/// Hashes what is written to it.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// The digest of all that was written.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A large object, written as canonical JSON member by member; the caller names them in ascending order.
pub(super) struct Object<'a> {
    to: &'a mut dyn io::Write,
    last: Option<&'static str>,
}

impl<'a> Object<'a> {
    /// Begins the object.
    pub(super) fn open(to: &'a mut dyn io::Write) -> io::Result<Self> {
        to.write_all(b"{")?;
        Ok(Self { to, last: None })
    }

    /// Writes one member.
    pub(super) fn member(&mut self, name: &'static str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        Ok(serde_json_canonicalizer::to_writer(value, &mut self.to)?)
    }

    /// Writes one member that is a list, element by element.
    pub(super) fn list(&mut self, name: &'static str, list: &[impl Serialize]) -> io::Result<()> {
        self.name(name)?;
        self.to.write_all(b"[")?;
        for (at, element) in list.iter().enumerate() {
            if at > 0 {
                self.to.write_all(b",")?;
            }
            serde_json_canonicalizer::to_writer(element, &mut self.to)?;
        }
        self.to.write_all(b"]")
    }

    /// Ends the object.
    pub(super) fn close(self) -> io::Result<()> {
        self.to.write_all(b"}")
    }

    fn name(&mut self, name: &'static str) -> io::Result<()> {
        debug_assert!(self.last < Some(name), "`{name}` is out of order");
        let comma = if self.last.is_some() { "," } else { "" };
        self.last = Some(name);
        write!(self.to, "{comma}\"{name}\":")
    }
}

/// Renders a value as canonical JSON (RFC 8785).
///
/// # Errors
/// Fails only on a value that has no JSON form.
pub fn canonical<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}

/// Renders bytes as lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let written = write!(text, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
            text
        })
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = || "expected 64 lower-case hexadecimal characters".to_owned();
        if text.len() != 64
            || !text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        {
            return Err(refusal());
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            let pair = text.get(at..at + 2).ok_or_else(refusal)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refusal())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_what_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse::<Digest>(), Ok(Digest::of(b"")));
        assert!(empty.to_uppercase().parse::<Digest>().is_err());
    }

    #[test]
    fn canonical_json_sorts_keys() {
        let value = serde_json::json!({"b": 1, "a": {"d": 1.0, "c": "é"}});
        assert_eq!(
            canonical(&value).ok().as_deref(),
            Some(r#"{"a":{"c":"é","d":1},"b":1}"#)
        );
    }
}
