//! Finding ids and secrets inside longer texts, by the patterns that kinds declare.
//!
//! Never keeps what it found: it answers places.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::{Checksum, Kind, KindId};

/// The group of a pattern for secrets that holds the id of what the secret is of: that part of it is no secret.
pub const ID: &str = "id";

/// How long what every text of a form begins with has to be, so that the form alone tells what the text is.
const TELLING: usize = 3;
/// How many ways to begin are told apart at most.
const MOST_CHOICES: usize = 16;

/// The patterns of all kinds, for texts that hold more than the one thing.
#[derive(Clone, Debug)]
pub struct Recogniser {
    forms: Vec<Form>,
    starts: Option<Regex>,
}

#[derive(Clone, Debug)]
struct Form {
    kind: KindId,
    secret: bool,
    /// What its texts begin with, where that is enough to tell what they are.
    starts: Vec<String>,
    inner: String,
    pattern: Regex,
    whole: OnceLock<Option<Regex>>,
}

/// A place in a text that has the form of a kind's id or secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place<'a> {
    /// The kind.
    pub kind: &'a KindId,
    /// Whether the text there is itself secret.
    pub secret: bool,
    /// Whether the form alone tells what it is: such texts begin alike, or carry the right checksum.
    pub telling: bool,
    /// Whether it carries the checksum that its form has.
    pub checksum: Checksum,
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
                let mut starts = starts(inner);
                if starts.iter().any(|start| start.len() < TELLING) {
                    starts.clear();
                }
                Some(Form {
                    kind: kind.id.clone(),
                    secret: form.secret,
                    starts,
                    pattern: Regex::new(&format!("(?:{inner})")).ok()?,
                    inner: inner.to_owned(),
                    whole: OnceLock::new(),
                })
            })
        });
        let forms: Vec<Form> = forms.collect();
        let starts = forms.iter().flat_map(|form| &form.starts);
        let mut starts: Vec<String> = starts.map(|start| regex::escape(start)).collect();
        starts.sort();
        starts.dedup();
        let starts = (!starts.is_empty()).then(|| starts.join("|"));
        Self {
            forms,
            starts: starts.and_then(|starts| Regex::new(&starts).ok()),
        }
    }

    /// Every place that stands for itself, in order; of two that overlap the longer one, of two equal ones the first kind's.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = Vec::new();
        for form in &self.forms {
            let found = form.pattern.find_iter(text);
            let whole = found.filter(|found| stands_alone(text, &found.range(), form.secret));
            places.extend(whole.map(|found| form.place(found.range(), found.as_str())));
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

    /// Every form that the whole of a text has; the likeliest first: a right checksum, then forms that tell by themselves.
    #[must_use]
    pub fn whole(&self, text: &str) -> Vec<Place<'_>> {
        let fits = self.forms.iter().filter(|form| form.is_whole(text));
        let mut fits: Vec<Place<'_>> = fits.map(|form| form.place(0..text.len(), text)).collect();
        fits.sort_by_key(|place| (place.checksum, !place.telling));
        fits
    }

    /// How long the id is that a text begins with, where all the rest of it is a secret of the same kind.
    #[must_use]
    pub fn head(&self, text: &str) -> Option<usize> {
        let ids = self.forms.iter().filter(|form| !form.secret);
        let heads = ids.filter_map(|form| Some((form, form.pattern.find(text)?)));
        let mut heads = heads.filter(|(_, found)| found.start() == 0);
        let is_followed = |form: &Form, rest: &str| {
            let fits = self.whole(rest);
            fits.iter().any(|fit| fit.secret && *fit.kind == form.kind)
        };
        let (_, head) = heads.find(|(form, head)| {
            let rest = text.get(head.end()..);
            rest.is_some_and(|rest| is_followed(form, rest))
        })?;
        Some(head.end())
    }

    /// Where something begins that may be of a form which tells by itself.
    pub fn starts<'t>(&self, text: &'t str) -> impl Iterator<Item = usize> + use<'_, 't> {
        let found = self.starts.as_ref().map(|starts| starts.find_iter(text));
        found.into_iter().flatten().map(|found| found.start())
    }
}

impl Form {
    fn anchored(&self) -> Option<&Regex> {
        let make = || Regex::new(&format!("^(?:{})$", self.inner)).ok();
        self.whole.get_or_init(make).as_ref()
    }

    fn is_whole(&self, text: &str) -> bool {
        // Most texts are no match, which the other pattern often tells without compiling a further one.
        self.pattern.is_match(text) && self.anchored().is_some_and(|form| form.is_match(text))
    }

    fn place(&self, range: Range<usize>, text: &str) -> Place<'_> {
        let has_checksum = self.pattern.captures_len() > 1;
        let found = has_checksum.then(|| self.anchored()?.captures(text));
        let checksum = found
            .flatten()
            .map_or(Checksum::Unknown, |found| Checksum::of(&found));
        Place {
            kind: &self.kind,
            secret: self.secret,
            telling: !self.starts.is_empty() || checksum == Checksum::Right,
            checksum,
            range,
        }
    }
}

/// What every text of a form begins with: one of these.
fn starts(inner: &str) -> Vec<String> {
    let each = choices_of(inner).into_iter().flat_map(|choice| {
        let mut starts = vec![String::new()];
        extend(&mut starts, &choice);
        starts
    });
    each.collect()
}

/// Adds what a pattern says outright to every beginning; whether that was all of the pattern.
fn extend(starts: &mut Vec<String>, pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let (choices, after) = match c {
            '(' => match group(rest) {
                Some((inside, after)) if choices_of(inside).len() == 1 => {
                    if is_repeated(after) || !extend(starts, inside) {
                        return false;
                    }
                    rest = after;
                    continue;
                }
                Some((inside, after)) => (choices_of(inside), after),
                None => return false,
            },
            '[' => match rest.split_once(']') {
                Some((class, after)) => {
                    let each = class.chars().skip(1);
                    (each.map(String::from).collect(), after)
                }
                None => return false,
            },
            c => (vec![c.to_string()], rest.get(c.len_utf8()..).unwrap_or("")),
        };
        let is_plain = |text: &String| {
            let mut all = text.chars();
            !text.is_empty() && all.all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        // A dash in a class is a range; outside of one it stands for itself.
        let is_dash = c == '-' && choices.len() == 1;
        let is_few = choices.len() <= MOST_CHOICES && starts.len() <= MOST_CHOICES;
        if is_repeated(after) || !is_few || !(is_dash || choices.iter().all(is_plain)) {
            return false;
        }
        let longer = starts
            .iter()
            .flat_map(|start| choices.iter().map(move |choice| format!("{start}{choice}")));
        *starts = longer.collect();
        rest = after;
    }
    true
}

/// Whether a pattern goes on with how often what stands before it is there.
fn is_repeated(after: &str) -> bool {
    after.starts_with(['?', '*', '+', '{'])
}

/// What is inside the group that a pattern begins with, without its name, and what stands after it.
fn group(pattern: &str) -> Option<(&str, &str)> {
    let end = pieces(pattern.get(1..)?).0? + 1;
    let (inside, after) = (pattern.get(1..end)?, pattern.get(end + 1..)?);
    let named = inside
        .strip_prefix("?P<")
        .or_else(|| inside.strip_prefix("?<"));
    let inside = match named {
        Some(named) => named.split_once('>')?.1,
        None => inside.strip_prefix("?:").unwrap_or(inside),
    };
    (!inside.starts_with('?')).then_some((inside, after))
}

/// The alternatives of a pattern.
fn choices_of(pattern: &str) -> Vec<String> {
    let mut choices = Vec::new();
    let mut from = 0;
    for bar in pieces(pattern).1.into_iter().chain([pattern.len()]) {
        choices.push(pattern.get(from..bar).unwrap_or_default().to_owned());
        from = bar + 1;
    }
    choices
}

/// Where the group around a pattern ends, and where its alternatives part.
fn pieces(pattern: &str) -> (Option<usize>, Vec<usize>) {
    let (mut depth, mut in_class, mut is_escaped) = (0_u32, false, false);
    let mut bars = Vec::new();
    for (at, c) in pattern.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class && depth == 0 => return (Some(at), bars),
            ')' if !in_class => depth -= 1,
            '|' if !in_class && depth == 0 => bars.push(at),
            _ => {}
        }
    }
    (None, bars)
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

    fn kind(noun: &str, is: &str, secret: bool) -> Kind {
        let kind = serde_json::json!({
            "id": format!("aws:{noun}"), "title": noun, "credential": true, "readable": "by-id",
            "recognise": [{"is": is, "secret": secret}],
        });
        serde_json::from_value::<Kind>(kind).unwrap_or_else(|why| unreachable!("{why}"))
    }

    #[test]
    fn an_id_is_found_among_other_text_and_not_as_half_of_a_longer_word() {
        let kinds = [
            kind("access-key", "^(AKIA)[A-Z0-9]{16}$", false),
            kind("session", "^ASIA[A-Z0-9]{16}$", false),
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

    #[test]
    fn what_every_text_of_a_form_begins_with_is_told_from_its_pattern() {
        for (pattern, begins) in [
            ("(AKIA)[A-Z0-9]{16}", "AKIA"),
            ("xox[bp]-[A-Za-z0-9-]{10,250}", "xoxb- xoxp-"),
            ("xoxe[.-][A-Z]{10}", "xoxe"),
            ("(?P<checked>glpat-[A-Z]+)(?P<crc32_base36>x)", "glpat-"),
            ("sk-ant-api03-[a-z]{20,200}", "sk-ant-api03-"),
            ("(?:ghp|gho)_[a-z]{36}", "ghp_ gho_"),
            ("gh[pous]_(?P<checked>[a-z]{30})", "ghp_ gho_ ghu_ ghs_"),
            ("abc|def", "abc def"),
            ("00[A-Za-z]{40}", "00"),
            ("abc?d", "ab"),
            ("(abc)?d", ""),
            ("[A-Za-z0-9/+]{40}", ""),
            ("", ""),
        ] {
            assert_eq!(starts(pattern).join(" "), begins, "{pattern}");
        }
    }

    #[test]
    fn several_forms_of_a_text_are_all_told_the_likeliest_first() {
        let kinds = [
            kind("plain", "^[A-Za-z0-9_]{40}$", true),
            kind(
                "checked",
                "^npm_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$",
                true,
            ),
        ];
        let all = Recogniser::new(&kinds);
        let told = |text: &str| -> Vec<(String, Checksum, bool)> {
            let fits = all.whole(text).into_iter();
            fits.map(|fit| (fit.kind.noun().to_owned(), fit.checksum, fit.telling))
                .collect()
        };
        let right = "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";
        assert_eq!(
            told(right),
            [
                ("checked".to_owned(), Checksum::Right, true),
                ("plain".to_owned(), Checksum::Unknown, false)
            ]
        );
        let wrong = right.replace("qk", "kq");
        assert_eq!(
            told(&wrong).last(),
            Some(&("checked".to_owned(), Checksum::Wrong, true))
        );
        assert!(told(&right[..39]).is_empty());
        assert_eq!(all.starts("a npm_x npm_").collect::<Vec<_>>(), [2, 8]);
    }
}
