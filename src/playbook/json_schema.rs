//! The JSON Schema of a playbook (draft 2020-12), made from the tables that the reader uses.
//!
//! Tells structure only: names, types, effects and everything that needs the providers are lint's.

use serde_json::{Map, Value, json};

use super::grammar::{
    ASIDE, ASIDE_STEP, CLOSING, CLOSING_WORDS, ENDINGS, INPUT, KINDS, Key, PHASES, PLAYBOOK, Place,
    STEP, Takes,
};
use super::input::InputType;

/// Renders the schema.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for place in Place::all().into_iter().chain([&ASIDE_STEP]) {
        if place.name != PLAYBOOK.name {
            definitions.insert(definition(place), shape(place));
        }
    }
    let value = json!({
        "description": "A value that may hold expressions, written ${…}.",
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "array", "items": {"$ref": "#/$defs/value"}},
        ],
    });
    definitions.insert("value".to_owned(), value);
    let mut whole = Map::new();
    whole.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    whole.insert("title".to_owned(), "contain playbook, version 1".into());
    if let Value::Object(top) = shape(&PLAYBOOK) {
        whole.extend(top);
    }
    whole.insert("$defs".to_owned(), definitions.into());
    Value::Object(whole)
}

fn definition(place: &Place) -> String {
    place
        .name
        .trim_matches('`')
        .trim_start_matches("a ")
        .trim_start_matches("an ")
        .replace(' ', "-")
}

/// The schema of a map.
fn shape(place: &'static Place) -> Value {
    let aside = place.name == ASIDE_STEP.name;
    let keys: Vec<&Key> = place
        .keys
        .iter()
        .filter(|key| !aside || key.is_aside())
        .collect();
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| (key.name.to_owned(), described(key, place)))
        .collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.on.is_empty() && key.is_required(""))
        .map(|key| key.name)
        .collect();
    let mut map = json!({
        "type": "object",
        "description": place.about,
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    });
    let rules = if aside {
        one_kind(&keys, &ASIDE)
    } else if place.name == STEP.name {
        one_kind(&keys, &KINDS)
    } else if place.name == INPUT.name {
        json!({
            "allOf": InputType::WORDS.map(|word| of_type(&keys, word)),
            "oneOf": [
                {"required": ["default"], "properties": {"required": {"const": false}}},
                {"required": ["required"], "properties": {"required": {"const": true}, "default": false}},
            ],
        })
    } else {
        json!({})
    };
    if let (Value::Object(map), Value::Object(rules)) = (&mut map, rules) {
        map.extend(rules);
    }
    map
}

/// Exactly one kind of step, with the keys that may and must stand on it.
fn one_kind(keys: &[&Key], kinds: &[&str]) -> Value {
    let one = kinds.iter().map(|kind| {
        let mut required: Vec<&str> = required_on(keys, kind);
        if !required.contains(kind) {
            required.push(kind);
        }
        json!({"required": required, "properties": barred(keys, kind)})
    });
    json!({"oneOf": one.collect::<Vec<_>>()})
}

fn of_type(keys: &[&Key], word: &str) -> Value {
    json!({
        "if": {"properties": {"type": {"const": word}}, "required": ["type"]},
        "then": {"required": required_on(keys, word), "properties": barred(keys, word)},
    })
}

fn required_on<'k>(keys: &[&'k Key], kind: &str) -> Vec<&'k str> {
    keys.iter()
        .filter(|key| key.is_required(kind))
        .map(|key| key.name)
        .collect()
}

fn barred(keys: &[&Key], kind: &str) -> Map<String, Value> {
    keys.iter()
        .filter(|key| !key.stands_on(kind))
        .map(|key| (key.name.to_owned(), Value::Bool(false)))
        .collect()
}

fn described(key: &Key, place: &Place) -> Value {
    let mut value = takes(&key.takes);
    if place.name == PHASES.name {
        value = json!({"anyOf": [value, {"type": "null"}]});
    }
    if let Value::Object(fields) = &mut value {
        fields.insert("description".to_owned(), key.about.into());
    }
    value
}

/// The schema of a value.
fn takes(takes_: &Takes) -> Value {
    let bare = || json!({"not": {"type": "string", "pattern": r"\$\{"}});
    match takes_ {
        Takes::Version => json!({"enum": [1, "1"]}),
        Takes::Name(joint) => {
            json!({"type": "string", "pattern": format!("^[a-z][a-z0-9{joint}]{{0,63}}$")})
        }
        Takes::Text => {
            json!({"type": ["string", "number", "boolean"], "minLength": 1, "allOf": [bare()]})
        }
        Takes::Value(_) => json!({"$ref": "#/$defs/value"}),
        Takes::Whole(_) => json!({"type": "string", "pattern": r"^\$\{[\s\S]*\}$"}),
        Takes::Number(least, most) => json!({"anyOf": [
            {"type": "integer", "minimum": least, "maximum": most},
            {"type": "string", "pattern": r"^\+?[0-9]+$"},
        ]}),
        Takes::Length => json!({"type": "string", "pattern": "[0-9]", "allOf": [bare()]}),
        Takes::Truth => json!({"type": "boolean"}),
        Takes::Word(words) => json!({"enum": words()}),
        Takes::WordOrAction(words) => json!({"anyOf": [
            {"enum": words()},
            {"type": "string", "pattern": r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$"},
        ]}),
        Takes::Map(place) => json!({"$ref": format!("#/$defs/{}", definition(place))}),
        Takes::MapOf(of) => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_-]*$"},
            "additionalProperties": takes(of),
        }),
        Takes::List(of) => json!({"type": "array", "items": takes(of)}),
        Takes::Either(all) => json!({"anyOf": all.iter().map(takes).collect::<Vec<_>>()}),
        Takes::PerCent => json!({"type": "string", "pattern": "^([1-9][0-9]?|100)%$"}),
        Takes::Pattern => json!({"type": ["string", "number", "boolean"]}),
        Takes::Plain => json!({"type": ["string", "number", "boolean", "array", "object"]}),
        Takes::Kind => json!({"type": "string", "pattern": "^[a-z0-9-]+:[a-z0-9-]+$"}),
        Takes::Need => {
            json!({"type": "string", "pattern": format!(r"^[^.]+(\.({}))?$", ENDINGS.join("|"))})
        }
        Takes::Requirement => json!({"anyOf": [
            {"enum": CLOSING_WORDS},
            {"type": "string", "pattern": format!(r"^[^.]+\.({})$", CLOSING.join("|"))},
        ]}),
        Takes::Playbook => json!({"type": "string", "minLength": 1, "allOf": [bare()]}),
    }
}
