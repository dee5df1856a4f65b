//! Answers without secrets: those that are known here, and whatever looks like one of this vendor's.
//!
//! Never decides what an answer means.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What stands where a secret stood.
const STARS: &str = "[secret]";

/// Headers by name in lower case, without secrets; several of one name are joined.
pub(super) fn headers(all: &HeaderMap, known: &[String]) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in all {
        let Ok(value) = value.to_str() else { continue };
        let value = conceal(value, known, &[]);
        let held = kept.entry(name.as_str().to_owned()).or_default();
        if !held.is_empty() {
            held.push_str(", ");
        }
        held.push_str(&value);
    }
    kept
}

/// A text without the secrets that are known, nor what looks like one.
fn conceal(text: &str, known: &[String], patterns: &[regex::Regex]) -> String {
    let mut text = text.to_owned();
    for secret in known.iter().filter(|secret| secret.len() > 3) {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), STARS);
        }
    }
    for pattern in patterns {
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, STARS).into_owned();
        }
    }
    text
}

/// Data without secrets.
pub(super) fn data(value: Value, known: &[String], patterns: &[regex::Regex]) -> Value {
    match value {
        Value::String(text) => conceal(&text, known, patterns).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| data(item, known, patterns))
            .collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let name = conceal(&name, known, patterns);
                    (name, data(value, known, patterns))
                })
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
