//! Reports of scanners: JSON, JSON lines and SARIF, one finding at a time.
//!
//! Knows the structure that all of them share and no more; a value is never part of what is said to be wrong.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;
use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use zeroize::Zeroize as _;

use super::Format;
use super::finding::{self, KEPT, LISTS};
use super::gather::Gather;
use super::gauge::{Gauge, Gauged};

/// How long one value of a finding may be.
const LONGEST: usize = 4 * 1024 * 1024;

#[expect(clippy::expect_used, reason = "a literal, which a test compiles")]
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    // What no other document has: of Gitleaks, TruffleHog, GitHub; then both forms of Kingfisher, and SARIF.
    let keys = [
        r#""(?:RuleID|SourceMetadata|DetectorName|secret_type)"\s*:"#,
        r#""findings"\s*:\s*\[\s*(?:\{\s*"rule"|\])"#,
        r#""rule"\s*:\s*\{[^{}]*\}\s*,\s*"finding"\s*:"#,
        r#"(?s)(?:sarif|"version"\s*:\s*"2\.1\.0").*"runs"\s*:\s*\["#,
    ];
    Regex::new(&keys.join("|")).expect("a literal pattern")
});

/// Why something was not read to its end, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Malformed {
    /// The line, from 1; none where it is about the whole.
    pub line: usize,
    /// The byte in that line, from 1.
    pub column: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// It ends in the middle.
    Ends,
    /// It is no JSON.
    Syntax,
    /// Lists and objects lie too deep in each other.
    Deep,
    /// One value is too long.
    Long,
    /// It holds more different credentials than are taken at once.
    Many,
    /// It is packed, so nothing in it can be read as it stands.
    Packed,
    /// It cannot be read.
    Reading(String),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        match &self.wrong {
            Wrong::Ends => f.write_str("the report ends in the middle"),
            Wrong::Syntax => f.write_str("the report is no JSON here"),
            Wrong::Deep => f.write_str("lists and objects lie too deep in each other here"),
            Wrong::Long => f.write_str("a value is longer than 4 MiB here"),
            Wrong::Many => f.write_str("it holds more than 100 000 different credentials"),
            Wrong::Packed => {
                f.write_str("it is packed, and nothing in it can be read as it stands")
            }
            Wrong::Reading(why) => f.write_str(why),
        }
    }
}

/// How what is packed begins: gzip, zip, zstd, xz, bzip2 and 7z, as their formats say.
const PACKED: [&[u8]; 6] = [
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"\x28\xb5\x2f\xfd",
    b"\xfd7zXZ\x00",
    b"BZh",
    b"7z\xbc\xaf\x27\x1c",
];
/// What stands behind the first four bytes of a bzip2 file.
const BLOCK: &[u8] = b"\x31\x41\x59\x26\x53\x59";

/// Whether what begins like this is packed.
pub(super) fn is_packed(begin: &[u8]) -> bool {
    let mut known = PACKED.iter().filter(|known| begin.starts_with(known));
    let is_block = || begin.get(4..).is_some_and(|rest| rest.starts_with(BLOCK));
    known.any(|known| *known != b"BZh" || is_block())
}

impl Malformed {
    /// What a person does about it; nothing where that follows from what is wrong.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self.wrong {
            Wrong::Packed => Some("unpack it first"),
            Wrong::Ends | Wrong::Syntax => Some(
                "let the scanner write it again; a text that holds the secrets, one a line, is read too",
            ),
            Wrong::Deep | Wrong::Long | Wrong::Many | Wrong::Reading(_) => None,
        }
    }

    pub(super) fn packed() -> Self {
        Self::whole(Wrong::Packed)
    }

    fn whole(wrong: Wrong) -> Self {
        Self {
            line: 0,
            column: 0,
            wrong,
        }
    }

    pub(super) fn many() -> Self {
        Self::whole(Wrong::Many)
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "what it is handed to hands on what it got"
    )]
    pub(super) fn reading(error: io::Error) -> Self {
        Self::whole(Wrong::Reading(error.to_string()))
    }

    fn of(error: &serde_json::Error, gauge: &Gauge) -> Self {
        // The words of the reader may repeat a value, so none of them is taken.
        let (line, column) = gauge.place();
        let wrong = if gauge.is_deep() {
            Wrong::Deep
        } else if gauge.is_full() {
            Wrong::Long
        } else if let Some(kind) = error.io_error_kind() {
            return Self::reading(kind.into());
        } else if error.is_eof() {
            Wrong::Ends
        } else {
            Wrong::Syntax
        };
        Self {
            line,
            column,
            wrong,
        }
    }
}

/// Whether what begins like this is a report: a list or an object with what a scanner writes.
pub(super) fn is_one(begin: &[u8]) -> bool {
    let begin = begin.trim_ascii_start();
    let inside = match begin {
        [b'[', rest @ ..] => rest.trim_ascii_start(),
        all => all,
    };
    match inside.first() {
        Some(b']') => inside.trim_ascii() == b"]",
        Some(b'{' | b'[') => KEYS.is_match(begin),
        Some(_) | None => false,
    }
}

/// Reads all findings of a report.
pub(super) fn read(gather: &mut Gather<'_>, from: impl Read) -> Result<Format, Malformed> {
    let gauge = Rc::new(Gauge::default());
    let gauged = Gauged::new(BufReader::new(from), Rc::clone(&gauge), LONGEST);
    let mut reader = serde_json::Deserializer::from_reader(gauged);
    let inside = RefCell::new(Inside {
        gather,
        gauge: Rc::clone(&gauge),
        format: None,
    });
    loop {
        gauge.take_something();
        match Part(&inside).deserialize(&mut reader) {
            Ok(()) => {}
            Err(error) if error.is_eof() && !gauge.take_something() => break,
            Err(error) => return Err(Malformed::of(&error, &gauge)),
        }
    }
    Ok(inside.into_inner().format.unwrap_or(Format::Empty))
}

/// What is known inside a report.
struct Inside<'a, 'c> {
    gather: &'a mut Gather<'c>,
    gauge: Rc<Gauge>,
    format: Option<Format>,
}

/// A part of a report: an object that may be a finding or hold some, a list of such, or something else.
#[derive(Clone, Copy)]
struct Part<'r, 'a, 'c>(&'r RefCell<Inside<'a, 'c>>);

impl Part<'_, '_, '_> {
    fn keep(&self, keeps: bool) {
        let inside = self.0.borrow();
        if keeps {
            inside.gauge.keep();
        } else {
            inside.gauge.pass();
        }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        self.keep(true);
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a report")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut kept = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if LISTS.contains(&key.as_str()) {
                map.next_value_seed(self)?;
            } else if KEPT.contains(&key.as_str()) {
                self.keep(true);
                kept.insert(key, map.next_value()?);
            } else {
                self.keep(false);
                map.next_value::<IgnoredAny>()?;
            }
            self.keep(true);
        }
        let mut inside = self.0.borrow_mut();
        let line = inside.gauge.place().0;
        if let Some(found) = finding::of(&kept) {
            inside.format.get_or_insert(found.format);
            found.take(inside.gather, line);
        }
        wipe(Value::Object(kept));
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Clears what may be secret.
fn wipe(value: Value) {
    match value {
        Value::String(mut text) => text.zeroize(),
        Value::Array(list) => list.into_iter().for_each(wipe),
        Value::Object(map) => map.into_iter().for_each(|(_, value)| wipe(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
