//! Reads a pack by the tables: every key known, every value of its sort, each with its place.
//!
//! Never asks whether the parts fit together: that is lint's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::cel::{Expr, Template};
use super::grammar::{Key, PACK, Place, Takes};
use super::model::File;
use crate::domain::clock;
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
pub(super) fn read(text: &str) -> Result<(File, Places), Vec<Problem>> {
    let root = yaml::parse(text)?;
    let mut reader = Reader::default();
    let value = reader.map(&root, &PACK, "");
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    match serde_json::from_value::<File>(value) {
        Ok(file) => Ok((file, reader.places)),
        Err(why) => Err(vec![Problem::new(
            "internal",
            Span::default(),
            format!("the reader gave up: {why}"),
        )]),
    }
}

#[derive(Default)]
struct Reader {
    places: Places,
    problems: Vec<Problem>,
}

impl Reader {
    fn wrong(&mut self, code: &'static str, node: &Node, message: String) {
        self.problems.push(Problem::new(code, node.span, message));
    }

    fn map(&mut self, node: &Node, place: &'static Place, path: &str) -> Value {
        let Data::Map(entries) = &node.data else {
            let message = format!(
                "{} stands where a map is wanted: a {}",
                node.describe(),
                place.name
            );
            self.wrong("type", node, message);
            return Value::Null;
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
                    let message = format!("`{}` is no key of a {}", key.text, place.name);
                    let names = place.keys.iter().map(|known| known.name);
                    let names: Vec<&str> = names.collect();
                    self.problems.push(
                        Problem::new("unknown-key", key.span, message).meant(&key.text, names),
                    );
                }
            }
        }
        self.complete(node, place, &map);
        Value::Object(map)
    }

    /// Whether all that must stand in a map does.
    fn complete(&mut self, node: &Node, place: &'static Place, map: &Map<String, Value>) {
        let at = Span::new(node.span.start, node.span.start + 1);
        let absent = |key: &&Key| key.must && !map.contains_key(key.name);
        for key in place.keys.iter().filter(absent) {
            let message = format!("a {} has no `{}`", place.name, key.name);
            self.problems
                .push(Problem::new("missing-key", at, message).hint(key.about));
        }
        let said = place.one_of.iter().filter(|key| map.contains_key(**key));
        if !place.one_of.is_empty() && said.count() != 1 {
            let message = format!(
                "a {} has exactly one of {}",
                place.name,
                place.one_of.join(", ")
            );
            self.problems.push(Problem::new("one-of", at, message));
        }
    }

    fn value(&mut self, node: &Node, takes: &'static Takes, path: &str) -> Value {
        self.places.0.insert(path.to_owned(), node.span);
        match takes {
            Takes::Map(place) => self.map(node, place, path),
            Takes::MapOf(inner) => self.map_of(node, inner, path),
            Takes::List(inner) => match &node.data {
                Data::List(items) => self.list(items, inner, path),
                Data::Scalar { .. } | Data::Map(_) => {
                    let message = format!("{} stands where a list is wanted", node.describe());
                    self.wrong("type", node, message);
                    Value::Null
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

    fn map_of(&mut self, node: &Node, inner: &'static Takes, path: &str) -> Value {
        let Data::Map(entries) = &node.data else {
            let message = format!("{} stands where a map is wanted", node.describe());
            self.wrong("type", node, message);
            return Value::Null;
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
            self.wrong("type", node, message);
            return Value::Null;
        };
        if node.is_null() {
            self.wrong("type", node, "a value is missing".to_owned());
            return Value::Null;
        }
        match read_scalar(text, *plain, takes) {
            Ok(value) => value,
            Err((code, message, words)) => {
                let mut problem = Problem::new(code, node.span, message);
                if !words.is_empty() {
                    problem = problem.meant(text, words.iter().copied());
                }
                self.problems.push(problem);
                Value::Null
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
            Ok(100..=599) => Ok(text.into()),
            _ if matches!(text.as_bytes(), [b'1'..=b'5', b'x', b'x']) => Ok(text.into()),
            _ => wrong("value", format!("`{text}` is no status: write 204 or 4xx")),
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
