//! What writes leave behind that grants access: one table of events, each with what it made or what people owe.
//!
//! What the table does not name leaves nothing. Text from an event is quoted, and never read as a command.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::action::quoted;
use super::event::Event;
use super::kind;
use crate::domain::Locator;

/// The table as it is read.
const TABLE: &str = include_str!("persistence.yaml");

/// One row of the table.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Row {
    event: String,
    #[serde(default)]
    when: BTreeMap<String, String>,
    makes: Option<String>,
    enters: Option<String>,
    arn: Option<String>,
    why: Option<String>,
    steps: Option<String>,
}

/// What a write left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Left {
    /// A thing that can be cut.
    Made(Locator),
    /// A role that somebody may have been let into.
    Entered(Locator),
    /// What a person has to close.
    Owed(Owed),
}

/// What a person has to close.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Owed {
    /// What it is.
    pub(super) what: Locator,
    /// Why it grants access.
    pub(super) why: String,
    /// How it is closed.
    pub(super) steps: String,
}

#[expect(
    clippy::expect_used,
    reason = "the table is part of the program, and a test reads it all"
)]
static ROWS: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| {
    let rows: Vec<Row> = serde_yaml::from_str(TABLE).expect("the table of writes");
    let named = rows.into_iter().map(|row| (row.event.clone(), row));
    named.collect()
});

/// What an accepted write left; nothing for what grants nothing.
pub(super) fn left(event: &Event) -> Vec<Left> {
    let said = Said(event);
    let Some(row) = row(event).filter(|row| row.when.iter().all(|when| said.holds(when))) else {
        return Vec::new();
    };
    let mut left = Vec::new();
    if let Some(made) = row.makes.as_ref().and_then(|named| said.named(named)) {
        left.push(Left::Made(made));
    } else if row.makes.is_some() || row.arn.is_some() {
        left.push(Left::Owed(said.owed(row)));
    }
    if let Some(role) = row.enters.as_ref().and_then(|role| said.filled(role)) {
        let role = Locator::new(&kind("role"), &role, said.0.account.as_deref());
        left.push(Left::Entered(role));
    }
    left
}

/// The row of an event, by its name or by its name without a version.
fn row(event: &Event) -> Option<&'static Row> {
    let named = |name: &str| ROWS.get(&format!("{}.{name}", event.service));
    named(&event.name).or_else(|| {
        let bare = event.name.split(|c: char| c.is_ascii_digit()).next()?;
        named(&format!("{bare}*"))
    })
}

/// What an event says, for the holes of a row.
pub(super) struct Said<'a>(pub(super) &'a Event);

impl Said<'_> {
    /// Whether a field is there, and holds a value where one is wanted.
    fn holds(&self, (field, wanted): (&String, &String)) -> bool {
        let found = at(self.0.request(), field);
        found.is_some_and(|found| wanted.is_empty() || plain(found).as_deref() == Some(wanted))
    }

    /// What stands in a hole.
    fn hole(&self, name: &str) -> Option<String> {
        let event = self.0;
        match name {
            "partition" => Some(partition(event.region.as_deref().unwrap_or_default()).to_owned()),
            "region" => event.region.clone(),
            "account" => event.account.clone(),
            "at" => event.at.map(|at| at.to_string()),
            "caller" => event.caller(),
            "function" => function(&self.hole("functionName")?).map(str::to_owned),
            "secret" => {
                let told = at(event.answer(), "name").and_then(plain);
                told.or_else(|| Some(secret(&self.hole("secretId")?).to_owned()))
            }
            _ => {
                let (asked, answered) = (event.request(), event.answer());
                let inside = || {
                    let parts = answered.as_object()?;
                    parts.values().find_map(|part| at(part, name))
                };
                let found = at(asked, name).or_else(|| at(answered, name));
                let found = found.or_else(inside).and_then(plain);
                // Without a name most calls of IAM are about whoever signed them.
                found.or_else(|| (name == "userName").then(|| event.caller()).flatten())
            }
        }
    }

    /// A text with its holes filled; nothing where one stays empty.
    fn filled(&self, text: &str) -> Option<String> {
        self.fill(text, |hole| hole)
    }

    fn fill(&self, text: &str, with: impl Fn(Option<String>) -> Option<String>) -> Option<String> {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(&with(self.hole(name))?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    /// A thing of a kind of its own.
    pub(super) fn named(&self, text: &str) -> Option<Locator> {
        let (noun, id) = text.split_once('/')?;
        let id = self.filled(id)?;
        Some(Locator::new(&kind(noun), &id, self.0.account.as_deref()))
    }

    /// What a person has to close; where the event does not name it, the event itself is named.
    fn owed(&self, row: &Row) -> Owed {
        let word =
            |hole: Option<String>| Some(hole.map_or_else(|| "?".to_owned(), |text| quoted(&text)));
        let text = |text: &Option<String>| self.fill(text.as_deref().unwrap_or_default(), word);
        let arn = row.arn.as_deref().and_then(|arn| self.filled(arn));
        // A name that is an ARN already, where a bare one was expected.
        let arn = arn.map(|arn| match arn.rfind("arn:") {
            Some(at) if at > 0 => arn.get(at..).unwrap_or_default().to_owned(),
            Some(_) | None => arn,
        });
        let unnamed = || format!("event/{}", self.0.id.as_deref().unwrap_or("unknown"));
        let is_named = arn.is_some();
        let mut steps = text(&row.steps).unwrap_or_default();
        if !is_named || steps.is_empty() {
            steps = format!(
                "look up event {} in CloudTrail, and close what it opened",
                quoted(self.0.id.as_deref().unwrap_or("unknown"))
            );
        }
        let why = text(&row.why).filter(|why| !why.is_empty());
        Owed {
            what: Locator::new(
                &kind("resource"),
                &arn.unwrap_or_else(unnamed),
                self.0.account.as_deref(),
            ),
            why: why.unwrap_or_else(|| "it made something that its event does not name".to_owned()),
            steps,
        }
    }
}

/// The name of a function that is named by itself, by its ARN or by a part of that (Lambda API reference, FunctionName).
fn function(named: &str) -> Option<&str> {
    let bare = named
        .rsplit_once("function:")
        .map_or(named, |(_, rest)| rest);
    bare.split(':').next()
}

/// The name of a secret that is named by itself or by its ARN, which ends in a hyphen and six characters of AWS's.
fn secret(named: &str) -> &str {
    let Some((_, rest)) = named.split_once(":secret:") else {
        return named;
    };
    match rest.rsplit_once('-') {
        Some((name, end)) if end.len() == 6 => name,
        Some(_) | None => rest,
    }
}

/// A value by a path of names, whatever their case: services disagree about it.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(fields) => fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value),
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// A value as a word; nothing for one that is empty or has parts.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The partition in the ARNs of a region.
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::event::{Effect, page};
    use super::*;

    /// The events of a fixture made here, each with what it is said to leave.
    fn events() -> Vec<(String, Event)> {
        let text = include_str!("../../../tests/fixtures/aws/cloudtrail-writes.json");
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_default();
        let said = answer.get("Events").and_then(Value::as_array);
        let said = said.into_iter().flatten().map(|event| {
            let leaves = event.get("_leaves").and_then(Value::as_str);
            leaves.unwrap_or_default().to_owned()
        });
        said.zip(events).collect()
    }

    fn told(left: &[Left]) -> String {
        let each = left.iter().map(|left| match left {
            Left::Made(what) => format!("made {what}"),
            Left::Entered(role) => format!("entered {role}"),
            Left::Owed(owed) => format!("owed {}", owed.what),
        });
        each.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn every_row_of_the_table_is_met_by_an_event_and_leaves_what_it_says() {
        let mut met = BTreeSet::new();
        for (said, event) in events() {
            let row = row(&event).unwrap_or_else(|| unreachable!("{} has no row", event.label()));
            met.insert(row.event.as_str());
            let left = left(&event);
            assert_eq!(told(&left), said, "{}", event.label());
            for one in &left {
                let Left::Owed(owed) = one else { continue };
                for text in [&owed.why, &owed.steps] {
                    let filled = !text.is_empty() && !text.contains(['{', '?']);
                    assert!(filled, "{}: {text}", event.label());
                }
            }
        }
        let all: BTreeSet<&str> = ROWS.keys().map(String::as_str).collect();
        let unmet: Vec<_> = all.difference(&met).collect();
        assert!(unmet.is_empty(), "no event meets {unmet:?}");
    }

    #[test]
    fn every_row_makes_something_of_a_known_kind_or_says_what_is_owed() {
        let kinds = super::super::kinds();
        for row in ROWS.values() {
            match (&row.makes, &row.arn, &row.why, &row.steps) {
                (Some(made), None, None, None) => {
                    let noun = made.split('/').next().unwrap_or_default();
                    let known = kinds.iter().any(|kind| kind.id.noun() == noun);
                    assert!(known, "{}", row.event);
                }
                (None, Some(_), Some(_), Some(_)) => {}
                _ => unreachable!("{} is neither", row.event),
            }
        }
    }

    #[test]
    fn what_was_refused_or_does_not_meet_its_condition_leaves_nothing() {
        let all = events();
        for (_, event) in &all {
            let mut refused = event.clone();
            refused.error = Some("AccessDenied".to_owned());
            assert!(refused.effects().is_empty(), "{}", event.label());
        }
        let mut conditional = 0;
        for (_, event) in &all {
            let Some(row) = row(event).filter(|row| !row.when.is_empty()) else {
                continue;
            };
            conditional += 1;
            let other = event.asking(json!({"status": "Inactive", "attributeName": "DisplayName"}));
            assert!(left(&other).is_empty(), "{}", row.event);
        }
        assert!(conditional > 8);
    }

    #[test]
    fn what_an_event_does_not_name_is_owed_by_its_own_id() {
        for (_, event) in events() {
            let mut nameless = event.asking(Value::Null);
            nameless.principal = None;
            if row(&nameless).is_none_or(|row| !row.when.is_empty()) {
                continue;
            }
            let left = nameless.answering(Value::Null);
            let effects = left.effects();
            assert!(!effects.is_empty(), "{}", event.label());
            for effect in effects {
                let Effect::Owed(owed) = effect else { continue };
                assert!(!owed.steps.is_empty() && !owed.what.id().contains('{'));
            }
        }
    }

    #[test]
    fn the_words_of_an_event_are_quoted_in_steps() {
        let all = events();
        let bucket = all
            .iter()
            .find(|(_, event)| event.name == "PutBucketPolicy");
        let (_, event) = bucket.unwrap_or_else(|| unreachable!());
        let hostile = event.asking(json!({"bucketName": "x; rm -rf \u{1b}[2J ~"}));
        let left = left(&hostile);
        let Some(Left::Owed(owed)) = left.first() else {
            unreachable!("{left:?}")
        };
        let quoted = r"--bucket $'x\073 rm -rf \033\1332J \176'";
        assert!(owed.steps.contains(quoted), "{}", owed.steps);
    }
}
