//! A pasted leak: which credentials a text holds, and the secret of each where it stands beside it. Offline.
//!
//! Tolerates any bytes. Never shows a secret: what is found is held as one, and what belongs to nothing is only counted.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;
use zeroize::Zeroizing;

use super::Catalogue;
use crate::domain::secret::names_secret;
use crate::domain::{KindId, Recogniser, Secret};

/// A credential that a text names.
#[derive(Debug)]
pub struct Leaked {
    /// Its kind.
    pub kind: KindId,
    /// Its id.
    pub id: String,
    /// The line where it is first named, from 1.
    pub line: usize,
    /// Its secret, in the form that trying it takes, where all of it stands beside the id.
    pub secret: Option<Secret>,
}

/// What a text holds.
#[derive(Debug, Default)]
pub struct Leak {
    /// The credentials, each once, in the order of the text.
    pub found: Vec<Leaked>,
    /// How many more texts look like secrets and belong to none of them.
    pub unknown: usize,
}

/// An id in a text.
#[derive(Clone, Debug)]
pub struct Named {
    /// The kind that recognises it.
    pub kind: KindId,
    /// The id.
    pub id: String,
    /// Where it stands.
    pub at: Range<usize>,
}

/// A text that is a secret by its form or by the name that it stands under.
#[derive(Clone, Debug)]
pub struct Hidden<'a> {
    /// The name, as letters and digits in lower case; empty where only its form tells.
    pub name: String,
    /// The text.
    pub text: &'a str,
    /// Where it stands.
    pub at: Range<usize>,
}

/// Which hidden texts belong to which id: for each id its secret, in the form that trying it takes.
pub type Paired = Vec<Option<(Secret, Vec<Range<usize>>)>>;

/// Reads a leak by the patterns of the kinds that providers declare.
#[must_use]
pub fn read(catalogue: &Catalogue, bytes: &[u8]) -> Leak {
    let text = decoded(bytes);
    let recogniser = Recogniser::new(catalogue.kinds());
    let places = recogniser.places(&text);
    let named: Vec<Named> = places
        .iter()
        .filter(|place| !place.secret)
        .filter_map(|place| {
            Some(Named {
                kind: place.kind.clone(),
                id: text.get(place.range.clone())?.to_owned(),
                at: place.range.clone(),
            })
        })
        .collect();
    let mut hidden = under_names(&text, &named);
    for place in places.iter().filter(|place| place.secret) {
        let text = text.get(place.range.clone()).unwrap_or_default();
        // A digest in hexadecimal has no letters of both cases.
        let has = |of: fn(char) -> bool| text.chars().any(of);
        if !has(|c| c.is_ascii_uppercase()) || !has(|c| c.is_ascii_lowercase()) {
            continue;
        }
        add(&mut hidden, String::new(), text, &place.range);
    }
    for found in words()
        .find_iter(&text)
        .filter(|found| is_random(found.as_str()))
    {
        if !named.iter().any(|named| overlap(&named.at, &found.range())) {
            add(&mut hidden, String::new(), found.as_str(), &found.range());
        }
    }
    hidden.sort_by_key(|hidden| hidden.at.start);
    let mut used: Vec<Range<usize>> = Vec::new();
    let mut secrets: Vec<Option<Secret>> = named.iter().map(|_| None).collect();
    for provider in catalogue.providers() {
        for (slot, paired) in secrets
            .iter_mut()
            .zip(provider.pair(&text, &named, &hidden))
        {
            if let Some((secret, places)) = paired {
                used.extend(places);
                *slot = Some(secret);
            }
        }
    }
    let mut leak = Leak::default();
    let (mut line, mut upto) = (1, 0);
    for (named, secret) in named.into_iter().zip(secrets) {
        let between = text
            .as_bytes()
            .get(upto..named.at.start)
            .unwrap_or_default();
        line += between.iter().filter(|byte| **byte == b'\n').count();
        upto = named.at.start;
        let same = |known: &&mut Leaked| known.kind == named.kind && known.id == named.id;
        match leak.found.iter_mut().find(same) {
            Some(known) => known.secret = known.secret.take().or(secret),
            None => leak.found.push(Leaked {
                kind: named.kind,
                id: named.id,
                line,
                secret,
            }),
        }
    }
    // The same secret twice is one secret.
    let known: Vec<&str> = used.iter().filter_map(|at| text.get(at.clone())).collect();
    let mut left: Vec<&str> = hidden.iter().map(|hidden| hidden.text).collect();
    left.retain(|text| !known.contains(text));
    left.sort_unstable();
    left.dedup();
    leak.unknown = left.len();
    leak
}

/// The text of a paste: UTF-8 as far as it is, or UTF-16 where it says so.
fn decoded(bytes: &[u8]) -> Zeroizing<String> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units = units.map(|unit| match unit {
            [one, two] => read([*one, *two]),
            _ => 0,
        });
        let decoded = char::decode_utf16(units);
        decoded
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    Zeroizing::new(match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    })
}

#[expect(clippy::expect_used, reason = "literals, which a test compiles")]
fn names() -> &'static Regex {
    // `name = value`, `"name": "value"`, `name: value`, `<name>value</name>`, each also with escaped quotes.
    static NAMES: OnceLock<Regex> = OnceLock::new();
    NAMES.get_or_init(|| {
        Regex::new(r#"([A-Za-z][A-Za-z0-9_.\-]{2,80})\\?["']?[ \t]*(?:=>|:=|=|:|>)[ \t]*\\?["']?([^\s"'\\,;<>`&]{8,})"#)
            .expect("a literal pattern")
    })
}

#[expect(clippy::expect_used, reason = "literals, which a test compiles")]
fn words() -> &'static Regex {
    static WORDS: OnceLock<Regex> = OnceLock::new();
    WORDS.get_or_init(|| {
        Regex::new(r"[A-Za-z0-9_\-+/]{24,}={0,2}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
            .expect("a literal pattern")
    })
}

/// The values under names that say that they are secret.
fn under_names<'a>(text: &'a str, named: &[Named]) -> Vec<Hidden<'a>> {
    let mut hidden = Vec::new();
    for found in names().captures_iter(text) {
        let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
            continue;
        };
        let is_id = named.iter().any(|named| overlap(&named.at, &value.range()));
        if names_secret(name.as_str()) && !is_id && !is_elsewhere(value.as_str()) {
            let letters = name.as_str().chars().filter(char::is_ascii_alphanumeric);
            let name = letters.map(|c| c.to_ascii_lowercase()).collect();
            add(&mut hidden, name, value.as_str(), &value.range());
        }
    }
    hidden
}

fn add<'a>(hidden: &mut Vec<Hidden<'a>>, name: String, text: &'a str, at: &Range<usize>) {
    if !hidden.iter().any(|known| overlap(&known.at, at)) {
        let at = at.clone();
        hidden.push(Hidden { name, text, at });
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether a value says where a secret is rather than being it: `${SECRET}`, `var.secret`, `<your key>`.
fn is_elsewhere(value: &str) -> bool {
    let starts = [
        "$", "{", "var.", "data.", "local.", "env:", "file:", "arn:", "secrets.",
    ];
    starts.iter().any(|start| value.starts_with(start))
        || value
            .chars()
            .all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-'))
}

/// Whether a word looks drawn by lot: it has letters of both cases and digits, and hardly repeats itself.
fn is_random(word: &str) -> bool {
    if word.starts_with("-----BEGIN") {
        return true;
    }
    let has = |of: fn(&char) -> bool| word.chars().filter(of).count() >= 2;
    let mut seen = [0_u32; 128];
    for byte in word.bytes() {
        if let Some(count) = seen.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    let bits: f64 = seen
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
        && bits > 3.5
}

#[cfg(test)]
#[cfg(feature = "aws")]
mod tests;
