//! From nodes to declared inputs.
//!
//! Never shows a default that may be a secret.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::diagnostic::{Problem, Span};
use super::grammar;
use super::input::{Input, InputType, read_count, read_time};
use super::schema::{Fields, Reader, is_name};
use super::yaml::{Data, Key, Node};
use crate::domain::KindId;
use crate::domain::clock::read_duration;

impl Reader<'_> {
    /// Reads a declaration.
    pub(super) fn input(&mut self, key: &Key, node: &Node) -> Option<Input> {
        let name = key.text.as_str();
        if !is_name(name, '_') {
            self.note(
                "name",
                key.span,
                format!("`{name}` is no name of an input; use lower-case letters, digits and `_`"),
            );
        }
        let fields = self.map(node, "an input")?;
        let missing = |what: &str| {
            Problem::new(
                "missing-key",
                key.span,
                format!("input `{name}` has no {what}"),
            )
        };
        let Some(word) = fields.get("type") else {
            self.only(&fields, &grammar::INPUT, "");
            return None;
        };
        let kind = self.input_type(&fields, word);
        let required = fields
            .get("required")
            .and_then(|node| self.truth(node, "`required`"))
            .unwrap_or(false);
        match (fields.get("default"), required) {
            (Some(default), true) => {
                let problem = Problem::new(
                    "input",
                    default.span,
                    format!("input `{name}` is required and has a default"),
                );
                self.problems.push(problem.hint("keep one of the two"));
            }
            (None, false) => {
                let problem = missing("default and is not required");
                self.problems
                    .push(problem.hint("give `required: true` or a `default`"));
            }
            (Some(_), false) | (None, true) => {}
        }
        let kind = kind?;
        let default = match fields.get("default") {
            Some(node) => Some(self.default(&kind, node)?),
            None => None,
        };
        Some(Input {
            name: name.to_owned(),
            kind,
            default,
            span: key.span,
        })
    }

    fn default(&mut self, kind: &InputType, node: &Node) -> Option<Value> {
        match (kind, &node.data) {
            (InputType::List { .. }, Data::List(items)) => {
                let items: Vec<Option<Value>> = items
                    .iter()
                    .map(|item| self.word(item, "an element").map(Value::from))
                    .collect();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                self.fits(kind, node, Value::Array(items))
            }
            (InputType::Map { .. }, Data::Map(entries)) => {
                let entries: Vec<Option<(String, Value)>> = entries
                    .iter()
                    .map(|(key, value)| {
                        Some((key.text.clone(), Value::from(self.word(value, "a value")?)))
                    })
                    .collect();
                let entries = entries
                    .into_iter()
                    .collect::<Option<serde_json::Map<_, _>>>()?;
                self.fits(kind, node, Value::Object(entries))
            }
            (InputType::List { .. }, Data::Scalar { .. }) => {
                self.note("type", node.span, "`default` must be a list");
                None
            }
            (InputType::Map { .. }, Data::Scalar { .. }) => {
                self.note("type", node.span, "`default` must be a map");
                None
            }
            _ => {
                let before = self.problems.len();
                let value = self.read_word(node, "`default`", |text| kind.read(text));
                if matches!(kind, InputType::SecretRef) {
                    for problem in self.problems.iter_mut().skip(before) {
                        problem.secret = true;
                    }
                }
                value
            }
        }
    }

    fn fits(&mut self, kind: &InputType, node: &Node, value: Value) -> Option<Value> {
        kind.fits(&value)
            .map_err(|why| self.note("value", node.span, format!("`default`: {why}")))
            .ok()
            .map(|()| value)
    }

    /// The range of an input; one that nothing fits is a mistake.
    fn bounds<T: PartialOrd>(
        &mut self,
        fields: &Fields<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> (Option<T>, Option<T>) {
        let mut bound = |name: &str| {
            let node = fields.get(name)?;
            self.read_word(node, &format!("`{name}`"), &read)
        };
        let (min, max) = (bound("min"), bound("max"));
        if let (Some(least), Some(most), Some(node)) = (&min, &max, fields.get("max"))
            && least > most
        {
            self.note(
                "value",
                node.span,
                "`max`: it is less than `min`, so nothing fits",
            );
        }
        (min, max)
    }

    fn input_type(&mut self, fields: &Fields<'_>, node: &Node) -> Option<InputType> {
        let word = self.word(node, "`type`")?;
        if InputType::WORDS.contains(&word) {
            self.only(fields, &grammar::INPUT, word);
        }
        Some(match word {
            "string" => InputType::String {
                pattern: match fields.get("pattern") {
                    Some(node) => Some(self.read_word(node, "`pattern`", |text| {
                        let whole = Regex::new(&format!("^(?:{text})$"));
                        whole.map_err(|_| format!("`{text}` is no pattern"))
                    })?),
                    None => None,
                },
            },
            "int" => {
                let number = |text: &str| {
                    text.parse()
                        .map_err(|_| format!("`{text}` is no whole number"))
                };
                let (min, max) = self.bounds(fields, number);
                InputType::Int { min, max }
            }
            "duration" => {
                let (min, max) = self.bounds(fields, read_duration);
                InputType::Duration { min, max }
            }
            "time" => {
                let (min, max) = self.bounds(fields, read_time);
                InputType::Time { min, max }
            }
            "list" => {
                let (min, max) = self.bounds(fields, read_count);
                InputType::List { min, max }
            }
            "map" => {
                let (min, max) = self.bounds(fields, read_count);
                InputType::Map { min, max }
            }
            "enum" => InputType::Enum {
                values: self.values(fields)?,
            },
            "locator" => InputType::Locator {
                kinds: fields
                    .get("kinds")
                    .map(|node| self.kinds(node))
                    .unwrap_or_default(),
            },
            "bool" => InputType::Bool,
            "cidr" => InputType::Cidr,
            "url" => InputType::Url,
            "identity" => InputType::Identity,
            "secret_ref" => InputType::SecretRef,
            "person" => InputType::Person,
            _ => {
                let problem = Problem::new(
                    "unknown-type",
                    node.span,
                    format!("there is no type `{word}`"),
                );
                self.problems.push(problem.meant(word, InputType::WORDS));
                return None;
            }
        })
    }

    fn values(&mut self, fields: &Fields<'_>) -> Option<Vec<String>> {
        let node = fields.get("values")?;
        let words: Vec<String> = self
            .list(node, "`values`")
            .iter()
            .filter_map(|value| self.word(value, "a value").map(str::to_owned))
            .collect();
        let distinct: BTreeSet<&String> = words.iter().collect();
        if words.is_empty() || distinct.len() < words.len() {
            self.note(
                "value",
                node.span,
                "`values` must be several different words",
            );
        }
        Some(words)
    }

    fn kinds(&mut self, node: &Node) -> Vec<KindId> {
        let mut kinds = Vec::new();
        for node in self.list(node, "`kinds`") {
            if let Some(text) = self.word(node, "a kind")
                && self.is_kind(text, node.span)
            {
                kinds.extend(text.parse());
            }
        }
        kinds
    }

    /// Whether a provider knows the kind; notes it where none does.
    fn is_kind(&mut self, text: &str, span: Span) -> bool {
        let known: Vec<String> = self
            .vocabulary
            .kinds
            .iter()
            .map(|kind| kind.id.to_string())
            .collect();
        let is_known = known.iter().any(|kind| kind == text);
        if !is_known {
            let problem = Problem::new("unknown-kind", span, format!("there is no kind `{text}`"));
            self.problems
                .push(problem.meant(text, known.iter().map(String::as_str)));
        }
        is_known
    }
}
