//! The JSON Schema of the file (draft 2020-12), made from the tables that the reader uses.
//!
//! Tells structure only: which names there are is the reader's.

use serde_json::{Map, Value, json};

use super::grammar::{ESTATE, Place, Takes};

/// Renders the schema.
#[must_use]
pub fn schema() -> Value {
    let mut places = Map::new();
    let top = shape(&ESTATE, &mut places);
    let mut whole = Map::new();
    whole.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    whole.insert("title".to_owned(), "contain estate, version 1".into());
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
    let mut told = |place: &'static Place| {
        if !places.contains_key(place.name) {
            places.insert(place.name.to_owned(), Value::Null);
            let shape = shape(place, places);
            places.insert(place.name.to_owned(), shape);
        }
        json!({"$ref": format!("#/$defs/{}", place.name)})
    };
    match what {
        Takes::Version => json!({"const": 1}),
        Takes::Text => json!({"type": ["string", "number"]}),
        Takes::Name => {
            json!({"type": "string", "pattern": "^(identity:)?[A-Za-z0-9][A-Za-z0-9._/@-]*$"})
        }
        Takes::Word(words) => json!({"enum": words}),
        Takes::Truth => json!({"type": "boolean"}),
        Takes::Locator => {
            json!({"type": "string", "pattern": "^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*/."})
        }
        Takes::Use => json!({"type": "string", "pattern": "^[a-z][a-z0-9-]*:."}),
        Takes::Map(place) => told(place),
        Takes::TextOr(place) => json!({"anyOf": [{"type": "string"}, told(place)]}),
        Takes::MapOf(place) => {
            let each = told(place);
            json!({
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9._/@-]*$"},
                "additionalProperties": each,
            })
        }
        Takes::List(inner) => json!({"type": "array", "items": takes(inner, places)}),
    }
}
