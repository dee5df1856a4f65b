//! What the members of a request's body are called, for whoever fills them in and whoever checks the pack.
//!
//! Sends nothing, and knows no value.

use serde_json::Value;

use super::cel::Template;
use super::model::Request;

/// What a member of a body is called in `optional`: by its name, behind those it stands in.
pub(super) fn member(of: &str, name: &str) -> String {
    match of {
        "" => name.to_owned(),
        of => format!("{of}.{name}"),
    }
}

impl Request {
    /// The members of its body, each with whether an expression stands in it.
    pub(super) fn members(&self) -> Vec<(String, bool)> {
        fn varies(value: &Value) -> bool {
            match value {
                Value::String(text) => Template::new(text).exprs().next().is_some(),
                Value::Array(items) => items.iter().any(varies),
                Value::Object(fields) => fields.values().any(varies),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            }
        }
        fn within(value: &Value, at: &str, all: &mut Vec<(String, bool)>) {
            match value {
                Value::Array(items) => items.iter().for_each(|item| within(item, at, all)),
                Value::Object(fields) => {
                    for (name, value) in fields {
                        let name = member(at, name);
                        within(value, &name, all);
                        all.push((name, varies(value)));
                    }
                }
                Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut all = Vec::new();
        if let Some(json) = &self.json {
            within(json, "", &mut all);
        }
        let form = self.form.iter().flatten();
        all.extend(form.map(|(name, value)| (name.clone(), value.exprs().next().is_some())));
        all
    }
}
