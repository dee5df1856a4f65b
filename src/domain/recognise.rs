//! Finding ids and secrets inside longer texts, by the patterns that kinds declare.
//!
//! Never keeps what it found: it answers places.

use std::ops::Range;

use regex::Regex;

use super::{Kind, KindId};

/// The patterns of all kinds, for texts that hold more than the one thing.
#[derive(Clone, Debug)]
pub struct Recogniser(Vec<Form>);

#[derive(Clone, Debug)]
struct Form {
    kind: KindId,
    secret: bool,
    pattern: Regex,
}

/// A place in a text that has the form of a kind's id or secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// The kind.
    pub kind: &'a KindId,
    /// Whether the text there is itself secret.
    pub secret: bool,
    /// Where it is, in bytes.
    pub range: Range<usize>,
}

impl Recogniser {
    /// Takes the patterns of kinds; one that is no regular expression recognises nothing.
    #[must_use]
    pub fn new<'k>(kinds: impl IntoIterator<Item = &'k Kind>) -> Self {
        let forms = kinds.into_iter().flat_map(|kind| {
            kind.recognise.iter().filter_map(|form| {
                let inner = form.is.trim_start_matches('^').trim_end_matches('$');
                Some(Form {
                    kind: kind.id.clone(),
                    secret: form.secret,
                    pattern: Regex::new(&format!("(?:{inner})")).ok()?,
                })
            })
        });
        Self(forms.collect())
    }

    /// Every place that stands for itself, in order; of two that overlap the longer one, of two equal ones the first kind's.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = Vec::new();
        for form in &self.0 {
            let found = form.pattern.find_iter(text);
            let whole = found.filter(|found| stands_alone(text, &found.range(), form.secret));
            places.extend(whole.map(|found| Place {
                kind: &form.kind,
                secret: form.secret,
                range: found.range(),
            }));
        }
        places.sort_by_key(|place| (place.range.start, std::cmp::Reverse(place.range.end)));
        let mut end = 0;
        places.retain(|place| {
            let is_free = place.range.start >= end && !place.range.is_empty();
            end = if is_free { place.range.end } else { end };
            is_free
        });
        places
    }
}

/// Whether nothing of the same sort stands right before or after: half of a longer word is no id, and half of a longer
/// encoded text no secret.
fn stands_alone(text: &str, range: &Range<usize>, secret: bool) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_' || (secret && matches!(c, '/' | '+'));
    let before = text
        .get(..range.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !before.is_some_and(joins) && !after.is_some_and(|c| joins(c) || (secret && c == '='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_among_other_text_and_not_as_half_of_a_longer_word() {
        let kind = |noun: &str, is: &str| {
            let kind = serde_json::json!({
                "id": format!("aws:{noun}"), "title": noun, "credential": true, "readable": "by-id",
                "recognise": [{"is": is, "secret": false}],
            });
            serde_json::from_value::<Kind>(kind).unwrap_or_else(|why| unreachable!("{why}"))
        };
        let kinds = [
            kind("access-key", "^(AKIA)[A-Z0-9]{16}$"),
            kind("session", "^ASIA[A-Z0-9]{16}$"),
        ];
        let all = Recogniser::new(&kinds);
        let found = |text: &str| -> Vec<String> {
            let places = all.places(text).into_iter();
            let told = places.map(|place| {
                format!(
                    "{} {}",
                    place.kind,
                    text.get(place.range).unwrap_or_default()
                )
            });
            told.collect()
        };
        assert_eq!(
            found("key=AKIAIOSFODNN7EXAMPLE, then (ASIAIOSFODNN7EXAMPLE)"),
            [
                "aws:access-key AKIAIOSFODNN7EXAMPLE",
                "aws:session ASIAIOSFODNN7EXAMPLE"
            ]
        );
        for half in [
            "XAKIAIOSFODNN7EXAMPLE",
            "AKIAIOSFODNN7EXAMPLEX",
            "AKIAIOSFODNN7EXAMPL_",
            "éAKIAIOSFODNN7EXAMPLE",
        ] {
            assert!(found(half).is_empty(), "{half}");
        }
    }
}
