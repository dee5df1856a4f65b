//! The JSON Schema of a pack (draft 2020-12), made from the tables that the reader uses.
//!
//! Tells structure only: names, effects and expressions are lint's.

use serde_json::{Map, Value, json};

use super::grammar::{PACK, Place, Takes};

/// Renders the schema.
#[must_use]
pub fn schema() -> Value {
    let mut places = Map::new();
    let top = shape(&PACK, &mut places);
    let mut whole = Map::new();
    whole.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    whole.insert(
        "title".to_owned(),
        "contain provider pack, version 1".into(),
    );
    if let Value::Object(top) = top {
        whole.extend(top);
    }
    whole.insert("$defs".to_owned(), places.into());
    Value::Object(whole)
}

/// The schema of a map; the maps inside are told once each, in `places`.
fn shape(place: &'static Place, places: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in place.keys {
        let mut value = takes(&key.takes, places);
        if let Value::Object(fields) = &mut value {
            fields.insert("description".to_owned(), key.about.into());
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required = place.keys.iter().filter(|key| key.must);
    let required: Vec<&str> = required.map(|key| key.name).collect();
    let mut map = json!({
        "type": "object",
        "description": place.about,
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    });
    if let (Value::Object(map), false) = (&mut map, place.one_of.is_empty()) {
        let one = place.one_of.iter().map(|key| json!({"required": [key]}));
        map.insert("oneOf".to_owned(), one.collect());
    }
    map
}

fn takes(what: &Takes, places: &mut Map<String, Value>) -> Value {
    match what {
        Takes::Version => json!({"const": 1}),
        Takes::Text | Takes::Expr | Takes::Template | Takes::Length => {
            json!({"type": ["string", "number", "boolean"]})
        }
        Takes::Pattern => json!({"type": "string", "format": "regex"}),
        Takes::Name => json!({"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"}),
        Takes::Word(words) => json!({"enum": words}),
        Takes::Truth => json!({"type": "boolean"}),
        Takes::Number(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Takes::Status => json!({
            "anyOf": [
                {"type": "integer", "minimum": 200, "maximum": 599},
                {"type": "string", "pattern": "^[2-5]xx$"},
            ],
        }),
        Takes::Data => json!({}),
        Takes::Map(place) => {
            if !places.contains_key(place.name) {
                places.insert(place.name.to_owned(), Value::Null);
                let told = shape(place, places);
                places.insert(place.name.to_owned(), told);
            }
            json!({"$ref": format!("#/$defs/{}", place.name)})
        }
        Takes::MapOf(inner) => {
            json!({"type": "object", "additionalProperties": takes(inner, places)})
        }
        Takes::List(inner) => json!({"type": "array", "items": takes(inner, places)}),
        Takes::OneOrMore(inner) => {
            let one = takes(inner, places);
            json!({"anyOf": [one.clone(), {"type": "array", "items": one, "minItems": 1}]})
        }
    }
}
