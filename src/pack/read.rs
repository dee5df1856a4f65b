//! Reads a pack by the tables: every key known, every value of its sort, each with its place.
//!
//! Never asks whether the parts fit together: that is lint's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::cel::{Expr, Template};
use super::grammar::{PACK, Place, Takes};
use super::model::File;
use crate::domain::{clock, nearest};
use crate::playbook::yaml::{self, Data, Node};
use crate::playbook::{Problem, Span};

/// Where everything stands, by its path: keys and positions joined by `/`.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<String, Span>);

impl Places {
    /// Where a thing stands; what holds it, where it is not there itself.
    pub(super) fn of(&self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(span) = self.0.get(path) {
                return *span;
            }
            match path.rsplit_once('/') {
                Some((before, _)) => path = before,
                None => return Span::default(),
            }
        }
    }
}

/// Reads the file.
pub(super) fn read(text: &str) -> Result<File, Vec<Problem>> {
    draft(text)?.whole()
}

/// A file with all that is wrong with its structure. What cannot be read has something else in its place, so that what can
/// be is asked whether it fits.
pub(super) struct Draft {
    /// The file, where enough of it can be read.
    pub(super) file: Option<File>,
    pub(super) places: Places,
    pub(super) problems: Vec<Problem>,
    /// Every word that stands in what could not be read, and the one that stands for names.
    lost: BTreeSet<String>,
}

impl Draft {
    /// The file, where nothing is wrong with its structure.
    pub(super) fn whole(self) -> Result<File, Vec<Problem>> {
        match self.file {
            Some(file) if self.problems.is_empty() => Ok(file),
            Some(_) | None => Err(self.problems),
        }
    }

    /// Whether a problem that lint found is one for certain: a word that stands in the file and means nothing. That
    /// something is absent, or does not fit, may follow from what could not be read, and so may a name that stood there.
    pub(super) fn stands_by_itself(&self, problem: &Problem) -> bool {
        let is_of_a_word = problem.code.starts_with("unknown-") || problem.code == "expression";
        let tells = |word: &String| problem.message.contains(&format!("`{word}`"));
        is_of_a_word && !self.lost.iter().any(tells)
    }
}

/// Reads the file as far as it goes.
pub(super) fn draft(text: &str) -> Result<Draft, Vec<Problem>> {
    let root = yaml::parse(text)?;
    let mut reader = Reader::default();
    let value = reader.map(&root, &PACK, "");
    // What is written in another version of the language is not measured by this one.
    let version = reader
        .problems
        .iter()
        .position(|problem| problem.code == "version");
    if let Some(at) = version {
        return Err(vec![reader.problems.swap_remove(at)]);
    }
    let file = match serde_json::from_value::<File>(value) {
        Ok(file) => Some(file),
        Err(why) if reader.problems.is_empty() => {
            let message = format!("the reader gave up: {why}");
            return Err(vec![Problem::new("internal", Span::default(), message)]);
        }
        Err(_) => None,
    };
    Ok(Draft {
        file,
        places: reader.places,
        problems: reader.problems,
        lost: reader.lost,
    })
}

/// The name that stands where one is wrong or absent; nothing is told of it.
const NAMELESS: &str = "nameless";

/// What stands where a value cannot be read, `text` being what was written there.
fn stand_in(takes: &'static Takes, text: &str) -> Value {
    match takes {
        Takes::Version => 1.into(),
        Takes::Text | Takes::Template => "".into(),
        Takes::Name => NAMELESS.into(),
        Takes::Word(words) => nearest(text, words.iter().copied())
            .or(words.first().copied())
            .into(),
        Takes::Truth => false.into(),
        Takes::Number(least, _) => (*least).into(),
        Takes::Length => "1s".into(),
        Takes::Expr => "true".into(),
        Takes::Pattern => "^.*$".into(),
        Takes::Status => "200".into(),
        Takes::Data => Value::Null,
        Takes::Map(place) => least(place),
        Takes::MapOf(_) => Value::Object(Map::new()),
        Takes::List(_) | Takes::OneOrMore(_) => Value::Array(Vec::new()),
    }
}

/// A map with no more than what must stand in it.
fn least(place: &'static Place) -> Value {
    let must = place.keys.iter().filter(|key| key.must);
    let each = must.map(|key| (key.name.to_owned(), stand_in(&key.takes, "")));
    Value::Object(each.collect())
}

#[derive(Default)]
struct Reader {
    places: Places,
    problems: Vec<Problem>,
    lost: BTreeSet<String>,
}

impl Reader {
    /// Notes every word of what is not read.
    fn lose(&mut self, node: &Node) {
        self.lost.insert(NAMELESS.to_owned());
        match &node.data {
            Data::Scalar { text, .. } => drop(self.lost.insert(text.clone())),
            Data::List(items) => items.iter().for_each(|item| self.lose(item)),
            Data::Map(entries) => {
                for (key, value) in entries {
                    self.lost.insert(key.text.clone());
                    self.lose(value);
                }
            }
        }
    }

    /// What stands for a node of which the sort is wrong.
    fn instead(&mut self, node: &Node, takes: &'static Takes, message: String) -> Value {
        self.problems.push(Problem::new("type", node.span, message));
        self.lose(node);
        stand_in(takes, "")
    }

    fn map(&mut self, node: &Node, place: &'static Place, path: &str) -> Value {
        let Data::Map(entries) = &node.data else {
            let message = format!(
                "{} stands where a map is wanted: {}",
                node.describe(),
                one(place.name)
            );
            self.problems.push(Problem::new("type", node.span, message));
            self.lose(node);
            return least(place);
        };
        let mut map = Map::new();
        for (key, value) in entries {
            let below = format!("{path}/{}", key.text);
            self.places.0.insert(format!("{below}#"), key.span);
            match place.keys.iter().find(|known| known.name == key.text) {
                Some(known) => {
                    let read = self.value(value, &known.takes, &below);
                    map.insert(key.text.clone(), read);
                }
                None => {
                    let message = format!("`{}` is no key of {}", key.text, one(place.name));
                    let names = place.keys.iter().map(|known| known.name);
                    let names: Vec<&str> = names.collect();
                    self.problems.push(
                        Problem::new("unknown-key", key.span, message).meant(&key.text, names),
                    );
                    self.lose(value);
                }
            }
        }
        self.complete(node, place, &mut map);
        Value::Object(map)
    }

    /// Whether all that must stand in a map does.
    fn complete(&mut self, node: &Node, place: &'static Place, map: &mut Map<String, Value>) {
        let at = Span::new(node.span.start, node.span.start + 1);
        for key in place.keys.iter().filter(|key| key.must) {
            if map.contains_key(key.name) {
                continue;
            }
            let message = format!("{} has no `{}`", one(place.name), key.name);
            self.problems
                .push(Problem::new("missing-key", at, message).hint(key.about));
            self.lost.insert(NAMELESS.to_owned());
            map.insert(key.name.to_owned(), stand_in(&key.takes, ""));
        }
        let said = place.one_of.iter().filter(|key| map.contains_key(**key));
        if !place.one_of.is_empty() && said.count() != 1 {
            let message = format!(
                "{} has exactly one of {}",
                one(place.name),
                place.one_of.join(", ")
            );
            self.problems.push(Problem::new("one-of", at, message));
        }
    }

    fn value(&mut self, node: &Node, takes: &'static Takes, path: &str) -> Value {
        self.places.0.insert(path.to_owned(), node.span);
        match takes {
            Takes::Map(place) => self.map(node, place, path),
            Takes::MapOf(inner) => self.map_of(node, takes, inner, path),
            Takes::List(inner) => match &node.data {
                Data::List(items) => self.list(items, inner, path),
                Data::Scalar { .. } | Data::Map(_) => {
                    let message = format!("{} stands where a list is wanted", node.describe());
                    self.instead(node, takes, message)
                }
            },
            Takes::OneOrMore(inner) => match &node.data {
                Data::List(items) => self.list(items, inner, path),
                Data::Scalar { .. } | Data::Map(_) => {
                    Value::Array(vec![self.value(node, inner, &format!("{path}/0"))])
                }
            },
            Takes::Data => data(node),
            Takes::Version
            | Takes::Text
            | Takes::Name
            | Takes::Word(_)
            | Takes::Truth
            | Takes::Number(..)
            | Takes::Length
            | Takes::Expr
            | Takes::Template
            | Takes::Pattern
            | Takes::Status => self.scalar(node, takes),
        }
    }

    fn list(&mut self, items: &[Node], inner: &'static Takes, path: &str) -> Value {
        let each = items.iter().enumerate();
        each.map(|(at, item)| self.value(item, inner, &format!("{path}/{at}")))
            .collect()
    }

    fn map_of(
        &mut self,
        node: &Node,
        takes: &'static Takes,
        inner: &'static Takes,
        path: &str,
    ) -> Value {
        let Data::Map(entries) = &node.data else {
            let message = format!("{} stands where a map is wanted", node.describe());
            return self.instead(node, takes, message);
        };
        let mut map = Map::new();
        for (key, value) in entries {
            let below = format!("{path}/{}", key.text);
            self.places.0.insert(format!("{below}#"), key.span);
            let read = self.value(value, inner, &below);
            map.insert(key.text.clone(), read);
        }
        Value::Object(map)
    }

    fn scalar(&mut self, node: &Node, takes: &'static Takes) -> Value {
        let Data::Scalar { text, plain } = &node.data else {
            let message = format!("{} stands where one value is wanted", node.describe());
            return self.instead(node, takes, message);
        };
        if node.is_null() {
            return self.instead(node, takes, "a value is missing".to_owned());
        }
        match read_scalar(text, *plain, takes) {
            Ok(value) => value,
            Err((code, message, words)) => {
                let mut problem = Problem::new(code, node.span, message);
                if !words.is_empty() {
                    problem = problem.meant(text, words.iter().copied());
                }
                self.problems.push(problem);
                self.lose(node);
                stand_in(takes, text)
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(fits)
}

/// Whether a text is a regular expression for the whole of another.
fn pattern(text: &str) -> Result<(), &'static str> {
    match regex::Regex::new(text) {
        Ok(_) if text.starts_with('^') && text.ends_with('$') => Ok(()),
        Ok(_) => Err("a pattern is for the whole text: it begins with ^ and ends with $"),
        Err(_) => Err("this is no regular expression"),
    }
}

type Wrong = (&'static str, String, &'static [&'static str]);

fn read_scalar(text: &str, plain: bool, takes: &'static Takes) -> Result<Value, Wrong> {
    let wrong = |code, message: String| Err((code, message, [].as_slice()));
    match takes {
        Takes::Version if text == "1" => Ok(1.into()),
        Takes::Version => wrong("version", "the version of this language is 1".to_owned()),
        Takes::Name if is_name(text) => Ok(text.into()),
        Takes::Name => wrong(
            "name",
            format!("`{text}` is no name: lowercase letters, digits and hyphens"),
        ),
        Takes::Word(words) if words.contains(&text) => Ok(text.into()),
        Takes::Word(words) => Err((
            "unknown-word",
            format!("`{text}` is none of the words here"),
            words,
        )),
        Takes::Truth => match (plain, text) {
            (true, "true") => Ok(true.into()),
            (true, "false") => Ok(false.into()),
            _ => wrong("type", format!("`{text}` is neither true nor false")),
        },
        Takes::Number(least, most) => match text.parse::<u32>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(number.into()),
            _ => wrong(
                "value",
                format!("`{text}` is no whole number from {least} to {most}"),
            ),
        },
        Takes::Length => match clock::read_duration(text) {
            Ok(_) => Ok(text.into()),
            Err(why) => wrong("value", why),
        },
        Takes::Expr => match Expr::new(text).check_size() {
            Ok(()) => Ok(text.into()),
            Err(why) => wrong("expression", why),
        },
        Takes::Template => match Template::new(text).is_closed() {
            true => Ok(text.into()),
            false => wrong("expression", "a `${` has no closing `}`".to_owned()),
        },
        Takes::Pattern => match pattern(text) {
            Ok(()) => Ok(text.into()),
            Err(why) => wrong("value", why.to_owned()),
        },
        Takes::Status => match text.parse::<u16>() {
            Ok(200..=599) => Ok(text.into()),
            _ if matches!(text.as_bytes(), [b'2'..=b'5', b'x', b'x']) => Ok(text.into()),
            _ => wrong(
                "value",
                format!("`{text}` is no status of an answer: write 204 or 4xx"),
            ),
        },
        Takes::Text => Ok(text.into()),
        Takes::Data | Takes::Map(_) | Takes::MapOf(_) | Takes::List(_) | Takes::OneOrMore(_) => {
            wrong("internal", "the reader gave up".to_owned())
        }
    }
}

/// Any data: plain words for truths, nothing and whole numbers mean those; all else is text.
pub(super) fn data(node: &Node) -> Value {
    match &node.data {
        Data::Scalar { .. } if node.is_null() => Value::Null,
        Data::Scalar { text, plain: true } => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => match text.parse::<i64>() {
                Ok(number) if number.to_string() == text => number.into(),
                _ => text.into(),
            },
        },
        Data::Scalar { text, plain: false } => text.as_str().into(),
        Data::List(items) => items.iter().map(data).collect(),
        Data::Map(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.text.clone(), data(value)))
                .collect(),
        ),
    }
}

/// A noun with its article.
fn one(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}
