//! What was found so far, in texts and findings: each credential once, with all of its places.
//!
//! Holds every secret as one, and knows those that it only counts by a digest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::{Format, Hidden, Lacking, Lacks, Leak, Leaked, Named, Said, Sighting, Sightings};
use crate::domain::recognise::Place;
use crate::domain::secret::names_secret;
use crate::domain::{Checksum, Digest, KindId, Recogniser, Secret};
use crate::provider::Catalogue;

#[expect(clippy::expect_used, reason = "a literal, which a test compiles")]
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    // `name = value`, `"name": "value"`, `name: value`, `<name>value</name>`.
    Regex::new(r#"([A-Za-z][A-Za-z0-9_.\-]{2,80})\\?["']?[ \t]*(?:=>|:=|=|:|>)[ \t]*\\?["']?([^\s"'\\,;<>`&]{8,})"#)
        .expect("a literal pattern")
});

#[expect(clippy::expect_used, reason = "a literal, which a test compiles")]
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9_\-+/]{24,}={0,2}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
        .expect("a literal pattern")
});

/// How many different credentials are taken from one text.
const MOST: usize = 100_000;
/// How many rules are told apart among findings that lack something.
const RULES: usize = 1_000;
/// How many texts that look secret are told apart; more are only counted.
const HIDDEN: usize = 100_000;

/// What two credentials that are the same have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Id(KindId, String),
    Secret(KindId, Digest),
}

/// What was found so far.
pub(super) struct Gather<'c> {
    catalogue: &'c Catalogue,
    /// What all forms look like.
    pub(super) recogniser: Arc<Recogniser>,
    found: Vec<Leaked>,
    known: BTreeMap<Key, usize>,
    lacking: BTreeMap<(Lacks, String), Lacking>,
    hidden: BTreeSet<Digest>,
    used: BTreeSet<Digest>,
    more: usize,
    is_full: bool,
}

/// A credential that was told from a text.
struct Token {
    kind: KindId,
    id: Option<String>,
    or: Vec<KindId>,
    checksum: Checksum,
    secret: Option<Secret>,
    at: usize,
}

impl<'c> Gather<'c> {
    pub(super) fn new(catalogue: &'c Catalogue, recogniser: Arc<Recogniser>) -> Self {
        Self {
            catalogue,
            recogniser,
            found: Vec::new(),
            known: BTreeMap::new(),
            lacking: BTreeMap::new(),
            hidden: BTreeSet::new(),
            used: BTreeSet::new(),
            more: 0,
            is_full: false,
        }
    }

    /// Takes what a text holds; `rule` is what somebody said that it is. Answers how many credentials it named.
    pub(super) fn glean(
        &mut self,
        text: &str,
        (rule, said): (&str, Said),
        seen: &dyn Fn(usize) -> Sighting,
    ) -> usize {
        let recogniser = Arc::clone(&self.recogniser);
        let places = recogniser.places(text);
        let named = ids(text, &places);
        let hidden = hidden(text, &places, &named);
        let (secrets, used) = self.pair(text, &named, &hidden);
        let mut tokens: Vec<Token> = Vec::new();
        for place in places.iter().filter(|place| place.secret) {
            let at = |one: &Hidden<'_>| one.at.clone();
            let hint = inside(&hidden, at, &place.range).map_or("", |one| one.name.as_str());
            if inside(&used, Range::clone, &place.range).is_some() {
                continue;
            }
            let word = text.get(place.range.clone()).unwrap_or_default();
            let fits = recogniser.whole(word).into_iter();
            let mut fits = fits.filter(|fit| fit.secret && self.tells(fit, word, &[rule, hint]));
            let token = fits
                .next()
                .map(|fit| self.token(&fit, word, place.range.start));
            if token.is_some() {
                // A key's file holds more than one text that looks secret.
                let parts = hidden
                    .iter()
                    .filter(|one| place.range.contains(&one.at.start));
                let parts = parts.map(|one| Digest::of(one.text.as_bytes()));
                self.used.extend(parts);
            }
            tokens.extend(token);
        }
        let ids = named.into_iter().zip(secrets).map(|(named, secret)| Token {
            kind: named.kind,
            id: Some(named.id),
            or: Vec::new(),
            checksum: Checksum::Unknown,
            secret,
            at: named.at.start,
        });
        tokens.extend(ids);
        tokens.sort_by_key(|token| token.at);
        let count = tokens.len();
        for token in &tokens {
            let secret = token.secret.as_ref();
            let digest = secret.map(|secret| Digest::of(secret.expose().as_bytes()));
            self.used.extend(digest);
        }
        for token in tokens {
            let sighting = seen(token.at);
            self.add(token, said, sighting);
        }
        let digests = |places: Vec<&str>| -> Vec<Digest> {
            let digests = places.into_iter().map(|text| Digest::of(text.as_bytes()));
            digests.collect()
        };
        let texts = used.iter().filter_map(|at| text.get(at.clone())).collect();
        self.used.extend(digests(texts));
        if self.hidden.len() < HIDDEN {
            let texts = hidden.iter().map(|hidden| hidden.text).collect();
            self.hidden.extend(digests(texts));
        } else {
            self.more += hidden.len();
        }
        count
    }

    /// A text that had to be put together from several lines.
    pub(super) fn wrapped(&mut self, text: &str, parts: &[&str], sighting: Sighting) {
        let recogniser = Arc::clone(&self.recogniser);
        let Some(place) = recogniser
            .whole(text)
            .into_iter()
            .find(|place| place.telling && self.is_of(place, text))
        else {
            return;
        };
        let whole = std::iter::once(&text).chain(parts);
        self.used
            .extend(whole.map(|text| Digest::of(text.as_bytes())));
        let token = match place.secret {
            true => self.token(&place, text, 0),
            false => Token {
                kind: place.kind.clone(),
                id: Some(text.to_owned()),
                or: Vec::new(),
                checksum: place.checksum,
                secret: None,
                at: 0,
            },
        };
        let before = self.found.len();
        self.add(token, Said::Nothing, sighting);
        if let Some(found) = self.found.get_mut(before) {
            found.wrapped = true;
        }
    }

    /// Whether there were more different credentials than are taken.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// A finding from which no credential can be told.
    pub(super) fn lack(&mut self, lacks: Lacks, (rule, said): (&str, Said), seen: Sighting) {
        let rule = match self.lacking.len() < RULES {
            true => rule,
            false => "others",
        };
        let known = self.lacking.entry((lacks, rule.to_owned()));
        let lacking = known.or_insert_with(|| Lacking {
            rule: rule.to_owned(),
            lacks,
            said,
            seen: Sightings::default(),
        });
        lacking.said = lacking.said.min(said);
        lacking.seen.add(seen);
    }

    /// All of it.
    pub(super) fn leak(mut self, format: Format) -> Leak {
        // What works comes first; what carries a wrong checksum most likely never did.
        let last = |found: &Leaked| found.checksum == Checksum::Wrong;
        self.found.sort_by_key(|found| (found.said, last(found)));
        let mut lacking: Vec<Lacking> = self.lacking.into_values().collect();
        lacking.sort_by_key(|lacking| lacking.said);
        Leak {
            format,
            unknown: self.hidden.difference(&self.used).count() + self.more,
            found: self.found,
            lacking,
        }
    }

    /// Which secret belongs to which id, and where the secrets stood.
    fn pair(
        &self,
        text: &str,
        named: &[Named],
        hidden: &[Hidden<'_>],
    ) -> (Vec<Option<Secret>>, Vec<Range<usize>>) {
        let mut used: Vec<Range<usize>> = Vec::new();
        let mut secrets: Vec<Option<Secret>> = named.iter().map(|_| None).collect();
        if named.is_empty() {
            return (secrets, used);
        }
        for provider in self.catalogue.providers() {
            for (slot, paired) in secrets.iter_mut().zip(provider.pair(text, named, hidden)) {
                if let Some((secret, places)) = paired {
                    used.extend(places);
                    *slot = Some(secret);
                }
            }
        }
        used.sort_by_key(|used| used.start);
        (secrets, used)
    }

    /// Whether a secret says by itself what it is: by its form, or by what it is called where nothing else names it.
    fn tells(&self, place: &Place<'_>, word: &str, hints: &[&str]) -> bool {
        if !self.is_of(place, word) {
            return false;
        }
        let provider = place.kind.provider();
        let is_called = || {
            hints
                .iter()
                .any(|hint| hint.to_lowercase().contains(provider))
        };
        let kind = self.catalogue.kind(place.kind);
        let has_id = kind.is_some_and(|kind| kind.recognise.iter().any(|form| !form.secret));
        place.telling || self.id_of(place, word).is_some() || (!has_id && is_called())
    }

    fn id_of(&self, place: &Place<'_>, word: &str) -> Option<String> {
        let provider = self.catalogue.provider(place.kind.provider())?;
        provider.id_of(place.kind, &whole(word))
    }

    /// Whether what a text holds is not another kind's: many tokens have the same form.
    fn is_of(&self, place: &Place<'_>, word: &str) -> bool {
        let provider = self.catalogue.provider(place.kind.provider());
        !place.secret || provider.is_none_or(|provider| provider.is_of(place.kind, &whole(word)))
    }

    fn token(&self, place: &Place<'_>, word: &str, at: usize) -> Token {
        let others = self.recogniser.whole(word).into_iter();
        let others = others.filter(|other| {
            other.secret
                && other.telling == place.telling
                && other.kind != place.kind
                && self.is_of(other, word)
        });
        let text = whole(word);
        let provider = self.catalogue.provider(place.kind.provider());
        let part = provider.and_then(|provider| provider.secret_in(place.kind, &text));
        Token {
            kind: place.kind.clone(),
            id: self.id_of(place, word),
            or: others.map(|other| other.kind.clone()).collect(),
            checksum: place.checksum,
            secret: Some(part.unwrap_or(text)),
            at,
        }
    }

    fn add(&mut self, token: Token, said: Said, sighting: Sighting) {
        let key = match (&token.id, &token.secret) {
            (Some(id), _) => Key::Id(token.kind.clone(), id.clone()),
            (None, Some(secret)) => {
                let digest = Digest::of(secret.expose().as_bytes());
                Key::Secret(token.kind.clone(), digest)
            }
            (None, None) => return,
        };
        if self.found.len() >= MOST && !self.known.contains_key(&key) {
            self.is_full = true;
            return;
        }
        let place = *self.known.entry(key).or_insert(self.found.len());
        if place == self.found.len() {
            self.found.push(Leaked {
                kind: token.kind,
                id: token.id,
                or: token.or,
                checksum: token.checksum,
                secret: None,
                wrapped: false,
                said,
                seen: Sightings::default(),
            });
        }
        if let Some(known) = self.found.get_mut(place) {
            known.secret = known.secret.take().or(token.secret);
            known.said = known.said.min(said);
            known.seen.add(sighting);
        }
    }
}

/// A secret as it was before the text was cleaned: in a key's file the ends of lines are written down within its strings, and
/// stand as they are between them.
fn whole(word: &str) -> Secret {
    if !word.starts_with('{') {
        return Secret::new(word.to_owned());
    }
    let word = word.replace("\r\n", "\n");
    let parts = word.split('"').enumerate().map(|(at, part)| match at % 2 {
        0 => part.replace('\r', "\n"),
        _ => part.replace('\r', "\\n"),
    });
    Secret::new(parts.collect::<Vec<String>>().join("\""))
}

fn ids(text: &str, places: &[Place<'_>]) -> Vec<Named> {
    let ids = places.iter().filter(|place| !place.secret);
    let named = ids.filter_map(|place| {
        Some(Named {
            kind: place.kind.clone(),
            id: text.get(place.range.clone())?.to_owned(),
            at: place.range.clone(),
        })
    });
    named.collect()
}

/// The texts that are secret by the name that they stand under, by a kind's form, or by how they look; in order, none
/// within another.
fn hidden<'t>(text: &'t str, places: &[Place<'_>], named: &[Named]) -> Vec<Hidden<'t>> {
    let mut all: BTreeMap<usize, Hidden<'t>> = BTreeMap::new();
    let mut add = |name: String, at: Range<usize>| {
        let before = all.range(..at.end).next_back();
        let is_free = before.is_none_or(|(_, known)| known.at.end <= at.start);
        let is_id = || inside(named, |named| named.at.clone(), &at).is_some();
        if let (true, Some(text)) = (is_free && !is_id(), text.get(at.clone())) {
            all.insert(at.start, Hidden { name, text, at });
        }
    };
    for found in NAMES.captures_iter(text) {
        let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
            continue;
        };
        if names_secret(name.as_str()) && !is_elsewhere(value.as_str()) {
            let letters = name.as_str().chars().filter(char::is_ascii_alphanumeric);
            let name = letters.map(|c| c.to_ascii_lowercase()).collect();
            add(name, value.range());
        }
    }
    for place in places.iter().filter(|place| place.secret) {
        let word = text.get(place.range.clone()).unwrap_or_default();
        // A digest in hexadecimal has no letters of both cases.
        let has = |of: fn(char) -> bool| word.chars().any(of);
        let is_mixed = has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase());
        if place.telling || is_mixed {
            add(String::new(), place.range.clone());
        }
    }
    for found in random(text) {
        add(String::new(), found);
    }
    all.into_values().collect()
}

/// The one of things in order, none within another, that lies in a place.
fn inside<'a, T>(
    all: &'a [T],
    at: impl Fn(&T) -> Range<usize>,
    place: &Range<usize>,
) -> Option<&'a T> {
    let before = all.partition_point(|one| at(one).end <= place.start);
    all.get(before).filter(|one| at(one).start < place.end)
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

/// The words of a text that look drawn by lot.
pub(super) fn random(text: &str) -> impl Iterator<Item = Range<usize>> {
    let words = WORDS.find_iter(text);
    words
        .filter(|found| is_random(found.as_str()))
        .map(|found| found.range())
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
