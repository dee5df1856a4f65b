//! Redaction: what looks like a secret is replaced by its keyed fingerprint before a file is made of it.
//!
//! Never changes numbers, names of fields, or what has no secret's form; the same secret always becomes the same words.

use serde_json::{Map, Value};

use super::{File, Kept};
use crate::domain::secret::names_secret;
use crate::domain::{Digest, Kind, Locator, Recogniser, Secret, digest};

/// Replaces secrets by fingerprints under the incident's key.
pub struct Redactor {
    key: [u8; 32],
    recogniser: Recogniser,
}

impl Redactor {
    /// Redacts under a key, by the patterns of these kinds.
    #[must_use]
    pub fn new<'k>(key: [u8; 32], kinds: impl IntoIterator<Item = &'k Kind>) -> Self {
        let recogniser = Recogniser::new(kinds);
        Self { key, recogniser }
    }

    /// The bytes of the file that keeps a reading, canonical JSON, and its name.
    ///
    /// # Errors
    /// Fails only on a value that has no JSON form.
    pub fn file(&self, kept: &Kept<'_>) -> Result<(String, Vec<u8>), serde_json::Error> {
        let mut value = serde_json::to_value(kept.wire())?;
        self.redact(&mut value);
        let bytes = digest::canonical(&value)?.into_bytes();
        Ok((format!("{}.json", Digest::of(&bytes)), bytes))
    }

    /// The file that would keep a reading, without keeping it: for worlds that have no folder.
    ///
    /// # Errors
    /// As [`Redactor::file`], in words.
    pub fn nowhere(&self, kept: &Kept<'_>) -> Result<File, String> {
        let (name, bytes) = self.file(kept).map_err(|why| why.to_string())?;
        Ok(File {
            path: format!("evidence/{name}"),
            digest: Digest::of(&bytes),
        })
    }

    /// Replaces every secret in a value.
    pub fn redact(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.redact(value)),
            Value::Object(fields) => self.fields(fields),
        }
    }

    fn fields(&self, fields: &mut Map<String, Value>) {
        for (name, value) in fields {
            match value {
                // A name says what is meant, and is nothing to log in with.
                Value::String(text) if names_secret(name) && text.parse::<Locator>().is_err() => {
                    *text = self.known(text);
                }
                Value::Array(_) | Value::Object(_) if names_secret(name) => self.all(value),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => self.redact(value),
            }
        }
    }

    /// Replaces every text below a field that holds secrets.
    fn all(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => *text = self.known(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.all(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.all(value)),
        }
    }

    fn text(&self, text: &mut String) {
        let places = self.recogniser.places(text);
        let secrets: Vec<_> = places.into_iter().filter(|place| place.secret).collect();
        for place in secrets.into_iter().rev() {
            let Some(secret) = text.get(place.range.clone()) else {
                continue;
            };
            let known = self.known(secret);
            text.replace_range(place.range, &known);
        }
    }

    fn known(&self, secret: &str) -> String {
        let secret = Secret::new(secret.to_owned());
        format!("redacted:{}", secret.fingerprint(&self.key))
    }
}
