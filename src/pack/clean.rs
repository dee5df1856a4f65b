//! Answers without secrets: those that were used here, and whatever looks like one of this vendor's.
//!
//! Never decides what an answer means. Of the credentials that a run is about it keeps digests, as there may be many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reqwest::header::HeaderMap;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::domain::Secret;

/// What stands where a secret stood.
const STARS: &str = "[secret]";
/// A shorter word is no secret.
const SHORTEST: usize = 4;

/// Secrets that no answer may repeat.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// Ours, and those of the exchange: looked for anywhere in a text.
    texts: Vec<Arc<Secret>>,
    /// The digests of all that a run was about: looked for among the words of a text.
    held: Arc<BTreeSet<[u8; 32]>>,
}

impl Known {
    /// Adds secrets of ours, and credentials that a request is about.
    pub(super) fn add(&mut self, ours: &[String], held: &[String]) {
        for secret in ours.iter().filter(|secret| secret.len() >= SHORTEST) {
            if !self.texts.iter().any(|known| known.expose() == secret) {
                self.texts.push(Arc::new(Secret::new(secret.clone())));
            }
        }
        let new: Vec<[u8; 32]> = held
            .iter()
            .map(|secret| Sha256::digest(secret).into())
            .filter(|digest| !self.held.contains(digest))
            .collect();
        if !new.is_empty() {
            Arc::make_mut(&mut self.held).extend(new);
        }
    }

    /// The same, with the credentials of one exchange looked for anywhere.
    pub(super) fn with(&self, held: &[String]) -> Self {
        let mut known = self.clone();
        let held = held.iter().filter(|secret| secret.len() >= SHORTEST);
        let held = held.map(|secret| Arc::new(Secret::new(secret.clone())));
        known.texts.extend(held);
        known
    }

    /// Headers by name in lower case, without secrets; several of one name are joined.
    pub(super) fn headers(&self, all: &HeaderMap) -> BTreeMap<String, String> {
        let mut kept: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in all {
            let Ok(value) = value.to_str() else { continue };
            let value = self.text(value, &[]);
            let held = kept.entry(name.as_str().to_owned()).or_default();
            if !held.is_empty() {
                held.push_str(", ");
            }
            held.push_str(&value);
        }
        kept
    }

    /// Data without secrets.
    pub(super) fn data(&self, value: Value, patterns: &[regex::Regex]) -> Value {
        match value {
            Value::String(text) => self.text(&text, patterns).into(),
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.data(item, patterns))
                .collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| (self.text(&name, patterns), self.data(value, patterns)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// A text without the secrets that are known, nor what looks like one.
    fn text(&self, text: &str, patterns: &[regex::Regex]) -> String {
        let mut text = text.to_owned();
        for secret in self.texts.iter().map(|secret| secret.expose()) {
            if text.contains(secret) {
                text = text.replace(secret, STARS);
            }
        }
        for pattern in patterns {
            if pattern.is_match(&text) {
                text = pattern.replace_all(&text, STARS).into_owned();
            }
        }
        if self.held.is_empty() {
            return text;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=:".contains(c);
        let is_held = |word: &&str| {
            let digest: [u8; 32] = Sha256::digest(word).into();
            self.held.contains(&digest)
        };
        let words = text.split(|c| !is_word(c)).chain([text.as_str()]);
        let found: Vec<String> = words
            .filter(|word| word.len() >= SHORTEST)
            .filter(is_held)
            .map(ToOwned::to_owned)
            .collect();
        for secret in found {
            text = text.replace(&secret, STARS);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_answer_repeats_what_was_used_in_this_exchange_or_another() {
        let mut known = Known::default();
        let (ours, held) = (["ours-1".to_owned()], ["held-of-before".to_owned()]);
        known.add(&ours, &held);
        known.add(&ours, &["held-now".to_owned()]);
        let now = known.with(&["held-now".to_owned()]);
        let answer = json!({
            "error": "bad xours-1x, held-of-before; xheld-nowx", "held-of-before": ["Bearer held-of-before", 7],
            "one": "held-of-before", "other": "held-of-befor",
        });
        let clean = json!({
            "error": "bad x[secret]x, [secret]; x[secret]x", "[secret]": ["Bearer [secret]", 7],
            "one": "[secret]", "other": "held-of-befor",
        });
        assert_eq!(now.data(answer, &[]), clean);
    }
}
