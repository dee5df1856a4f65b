//! What a playbook asks for: typed inputs and how their values are read.
//!
//! Never takes a secret itself, only a reference to one, and never repeats a refused reference.

use std::collections::BTreeMap;
use std::net::IpAddr;

use regex::Regex;
use serde_json::Value;

use super::diagnostic::Span;
use crate::domain::clock::{read_duration, spell};
use crate::domain::{Duration, KindId, Named, SecretRef, Time};

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: InputType,
    /// What it is where nobody gives it; absent where it is required.
    pub default: Option<Value>,
    /// Where it stands.
    pub span: Span,
}

/// The type of an input.
#[derive(Clone, Debug)]
pub enum InputType {
    /// A text; the pattern is for the whole of it.
    String {
        /// The pattern.
        pattern: Option<Regex>,
    },
    /// A whole number.
    Int {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// `true` or `false`.
    Bool,
    /// A length of time.
    Duration {
        /// The shortest.
        min: Option<Duration>,
        /// The longest.
        max: Option<Duration>,
    },
    /// An instant.
    Time {
        /// The earliest.
        min: Option<Time>,
        /// The latest.
        max: Option<Time>,
    },
    /// One of these words.
    Enum {
        /// The words.
        values: Vec<String>,
    },
    /// A list of texts.
    List {
        /// The fewest.
        min: Option<u32>,
        /// The most.
        max: Option<u32>,
    },
    /// A map of texts.
    Map {
        /// The fewest.
        min: Option<u32>,
        /// The most.
        max: Option<u32>,
    },
    /// A network.
    Cidr,
    /// A web address.
    Url,
    /// A target.
    Locator {
        /// Its kinds; empty means any.
        kinds: Vec<KindId>,
    },
    /// An identity of the estate.
    Identity,
    /// A secret, by reference.
    SecretRef,
    /// A person.
    Person,
}

impl InputType {
    /// The words for all types.
    pub const WORDS: [&str; 14] = [
        "string",
        "int",
        "bool",
        "duration",
        "time",
        "enum",
        "list",
        "map",
        "cidr",
        "url",
        "locator",
        "identity",
        "secret_ref",
        "person",
    ];

    /// What a type is in expressions, and how its values are written.
    pub(crate) fn about(word: &str) -> (&'static str, &'static str) {
        match word {
            "string" => ("a text", "any text; `pattern` is for the whole of it"),
            "int" => ("a number", "`3`"),
            "bool" => ("true or false", "`true`, `false`"),
            "duration" => ("a duration", "`30s`, `15m`, `4h`, `2d`"),
            "time" => ("a time", "`2026-11-20T03:00:00Z`"),
            "enum" => ("a choice", "one of `values`"),
            "list" => ("a list of texts", "a list; on the command line `a,b`"),
            "map" => ("a map", "a map of texts; on the command line `a=1,b=2`"),
            "cidr" => ("a text", "`192.0.2.0/24`"),
            "url" => ("a text", "`https://host/path`"),
            "locator" => ("a locator", "`<provider>:<kind>/<id>@<account>`"),
            "secret_ref" => (
                "a secret reference",
                "`env:NAME`, `file:PATH`, `fd:N`, `stdin`; never the secret",
            ),
            "identity" => ("a text", "the name of an identity of estate.yaml"),
            "person" => ("a text", "a name"),
            _ => ("anything", ""),
        }
    }

    /// The kinds of target that it takes, where it takes any; none named means all.
    pub(crate) fn kinds(&self) -> Option<&[KindId]> {
        match self {
            Self::Locator { kinds } => Some(kinds),
            Self::String { .. }
            | Self::Int { .. }
            | Self::Bool
            | Self::Duration { .. }
            | Self::Time { .. }
            | Self::Enum { .. }
            | Self::List { .. }
            | Self::Map { .. }
            | Self::Cidr
            | Self::Url
            | Self::Identity
            | Self::SecretRef
            | Self::Person => None,
        }
    }

    /// Reads a value that was given as text; lists and maps are written `a,b` and `a=1,b=2`.
    ///
    /// # Errors
    /// Says what was wrong with the text, without repeating it where it may be a secret.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::String { pattern } => match pattern {
                Some(pattern) if !pattern.is_match(text) => {
                    Err(format!("`{text}` does not have the form `{pattern}`"))
                }
                Some(_) | None => Ok(text.into()),
            },
            Self::Int { min, max } => {
                let number: i64 = text
                    .parse()
                    .map_err(|_| format!("`{text}` is no whole number"))?;
                within(number, *min, *max, |bound| bound.to_string()).map(|()| number.into())
            }
            Self::Bool => text
                .parse()
                .map(Value::Bool)
                .map_err(|_| format!("`{text}` is neither `true` nor `false`")),
            Self::Duration { min, max } => {
                within(read_duration(text)?, *min, *max, spell).map(|()| text.trim().into())
            }
            Self::Time { min, max } => {
                let time = read_time(text)?;
                within(time, *min, *max, |time| time.to_string()).map(|()| time.to_string().into())
            }
            Self::Enum { values } => {
                if values.iter().any(|value| value == text) {
                    Ok(text.into())
                } else {
                    Err(format!("`{text}` is none of {}", values.join(", ")))
                }
            }
            Self::List { .. } => {
                let parts = text.split(',').map(str::trim);
                let list: Value = parts.filter(|part| !part.is_empty()).collect();
                self.fits(&list).map(|()| list)
            }
            Self::Map { .. } => {
                let pair = |part: &str| {
                    let (key, value) = part
                        .split_once('=')
                        .ok_or(format!("`{part}` is no pair; write key=value"))?;
                    Ok((key.trim().to_owned(), Value::from(value.trim())))
                };
                let pairs: Result<serde_json::Map<_, _>, String> = text
                    .split(',')
                    .filter(|part| !part.trim().is_empty())
                    .map(pair)
                    .collect();
                let map = Value::Object(pairs?);
                self.fits(&map).map(|()| map)
            }
            Self::Cidr => {
                let (address, bits) = text.split_once('/').unwrap_or((text, ""));
                let most = match address.parse() {
                    Ok(IpAddr::V4(_)) => Some(32),
                    Ok(IpAddr::V6(_)) => Some(128),
                    Err(_) => None,
                };
                match (most, bits.parse::<u8>()) {
                    (Some(most), Ok(bits)) if bits <= most => Ok(text.into()),
                    _ => Err(format!(
                        "`{text}` is no network; write for example 192.0.2.0/24"
                    )),
                }
            }
            Self::Url => {
                let rest = text
                    .strip_prefix("https://")
                    .or_else(|| text.strip_prefix("http://"));
                match rest {
                    Some(rest)
                        if !rest.is_empty()
                            && !rest.starts_with('/')
                            && !rest.contains(|c: char| c.is_whitespace() || c.is_control()) =>
                    {
                        Ok(text.into())
                    }
                    Some(_) | None => Err(format!("`{text}` is no web address")),
                }
            }
            Self::Locator { kinds } => {
                let named: Named =
                    text.parse()
                        .map_err(|malformed: crate::domain::locator::Malformed| {
                            malformed.to_string()
                        })?;
                if kinds.is_empty() || kinds.contains(&named.kind) {
                    Ok(text.trim().into())
                } else {
                    let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
                    Err(format!(
                        "`{text}` is of kind {}; expected {}",
                        named.kind,
                        kinds.join(" or ")
                    ))
                }
            }
            Self::Identity | Self::Person => {
                if text.trim().is_empty() {
                    Err("a name is missing".to_owned())
                } else {
                    Ok(text.trim().into())
                }
            }
            Self::SecretRef => text
                .parse::<SecretRef>()
                .map(|reference| reference.to_string().into()),
        }
    }
}

impl InputType {
    /// Whether a list or a map has as many elements as it may have; everything else fits as it was read.
    ///
    /// # Errors
    /// Says how many there are and how many may be.
    pub(crate) fn fits(&self, value: &Value) -> Result<(), String> {
        let (Self::List { min, max } | Self::Map { min, max }) = self else {
            return Ok(());
        };
        let count = match value {
            Value::Array(items) => items.len(),
            Value::Object(entries) => entries.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Ok(()),
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        within(count, *min, *max, |count| count.to_string())
            .map_err(|why| format!("the number of elements, {why}"))
    }
}

/// Reads an instant as people write it.
pub(crate) fn read_time(text: &str) -> Result<Time, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("`{text}` is no time; write for example 2026-11-20T03:00:00Z"))
}

/// Reads how many.
pub(crate) fn read_count(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no whole number"))
}

fn within<T: PartialOrd + Copy>(
    value: T,
    min: Option<T>,
    max: Option<T>,
    show: impl Fn(T) -> String,
) -> Result<(), String> {
    match (min, max) {
        (Some(min), _) if value < min => Err(format!("{} is less than {}", show(value), show(min))),
        (_, Some(max)) if value > max => Err(format!("{} is more than {}", show(value), show(max))),
        _ => Ok(()),
    }
}

/// Gives every input its value: as given, else its default. The answer is what `inputs` means in expressions.
///
/// # Errors
/// Says which inputs are unknown, missing or malformed; all of them.
pub fn bind(inputs: &[Input], given: &BTreeMap<String, String>) -> Result<Value, Vec<String>> {
    let mut wrong = Vec::new();
    for name in given.keys() {
        if !inputs.iter().any(|input| input.name == *name) {
            let meant =
                crate::domain::nearest(name, inputs.iter().map(|input| input.name.as_str()));
            let meant = meant
                .map(|meant| format!("; did you mean `{meant}`?"))
                .unwrap_or_default();
            wrong.push(format!("there is no input `{name}`{meant}"));
        }
    }
    let mut bound = serde_json::Map::new();
    for input in inputs {
        let value = match (given.get(&input.name), &input.default) {
            (Some(text), _) => input
                .kind
                .read(text)
                .map_err(|why| format!("input `{}`: {why}", input.name)),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(format!("input `{}` is required", input.name)),
        };
        match value {
            Ok(value) => {
                bound.insert(input.name.clone(), value);
            }
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() {
        Ok(Value::Object(bound))
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_takes_what_it_should_and_nothing_else() {
        let number = InputType::Int {
            min: Some(1),
            max: Some(9),
        };
        let span = InputType::Duration {
            min: None,
            max: Some(Duration::from_hours(24)),
        };
        let key = InputType::Locator {
            kinds: "aws:access-key".parse().into_iter().collect(),
        };
        let form = InputType::String {
            pattern: Regex::new("^(?:a+)$").ok(),
        };
        let word = InputType::Enum {
            values: vec!["x".into()],
        };
        let day = InputType::Time {
            min: "2026-11-20T00:00:00Z".parse().ok(),
            max: None,
        };
        let pair = InputType::Map {
            min: None,
            max: Some(2),
        };
        let two = InputType::List {
            min: Some(2),
            max: None,
        };
        let cases: [(&InputType, &str, &str); 16] = [
            (&number, "5", "10"),
            (&number, "1", "0"),
            (&number, "9", "5.0"),
            (&span, "24h", "25h"),
            (&key, "aws:access-key/AKIA", "aws:user/x"),
            (&form, "aa", "ab"),
            (&word, "x", "y"),
            (&InputType::Bool, "true", "yes"),
            (&InputType::Cidr, "10.0.0.0/8", "10.0.0.0/33"),
            (&InputType::Cidr, "::/0", "10.0.0.0"),
            (&InputType::Url, "https://x.example/y", "file:///etc/passwd"),
            (&day, "2026-11-20T03:00:00Z", "yesterday"),
            (&day, "2026-11-20T03:00:00Z", "2026-11-19T23:59:59Z"),
            (&pair, "a=1,b=2", "a"),
            (&pair, "a=1,b=2", "a=1,b=2,c=3"),
            (&two, "a,b", "a"),
        ];
        for (kind, good, bad) in cases {
            assert!(kind.read(good).is_ok(), "{kind:?} {good}");
            assert!(kind.read(bad).is_err(), "{kind:?} {bad}");
        }
        let refused = InputType::SecretRef
            .read("hunter2")
            .err()
            .unwrap_or_default();
        assert!(
            refused.contains("by reference") && !refused.contains("hunter2"),
            "{refused}"
        );
    }
}
