//! What the specs of PostgreSQL have in common.
//!
//! Each file says the rest itself. Never decides an effect.

use serde_json::Value;

use super::super::{action, bound, kind};
use super::Action;
use crate::domain::shell::quoted;
use crate::domain::{Becomes, Call, Cut, Effect, Repeat, Spec, Tier, Touch, Undo};

/// The role that acts may alter roles it administers.
pub(super) const ALTER: &str = "CREATEROLE, with ADMIN on the role";

/// A cut of one field of a role, given back by an action of its own, that may be sent again.
pub(super) fn cut(verb: &str, undo: &str, cut: Cut, touch: (&str, Value)) -> Spec {
    let (field, value) = touch;
    Spec {
        id: action(verb),
        title: String::new(),
        on: kind("role"),
        effect: Effect::Cut(cut),
        hurts: String::new(),
        touches: vec![Touch {
            field: field.to_owned(),
            becomes: Becomes::Is(value),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action(undo)),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: vec![ALTER.to_owned()],
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://www.postgresql.org/docs/current/sql-alterrole.html".to_owned(),
    }
}

/// The inverse of a cut: the same field, as the receipt kept it.
pub(super) fn inverse(of: &Action, verb: &str) -> Spec {
    let of = (of.spec)();
    let touches = of.touches.into_iter().map(|touch| Touch {
        becomes: Becomes::Before,
        ..touch
    });
    Spec {
        id: action(verb),
        effect: Effect::Open,
        touches: touches.collect(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(of.id),
        permissions: vec![ALTER.to_owned()],
        unconfirmed: Vec::new(),
        ..of
    }
}

/// A statement as a line for a shell.
pub(super) fn psql(call: &Call, statement: &str) -> String {
    let service = call.target.account().unwrap_or_default();
    format!(
        "psql -X -v ON_ERROR_STOP=1 {} -c {}",
        quoted(&format!("service={}", value(service))),
        quoted(statement)
    )
}

/// An identifier in a statement.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A literal in a statement.
pub(super) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// A value in a connection string.
fn value(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The name of the role that a call is about, as an identifier.
pub(super) fn role(call: &Call) -> String {
    identifier(call.target.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_its_identifier_or_its_literal() {
        assert_eq!(
            identifier("a\"; drop role x; --"),
            "\"a\"\"; drop role x; --\""
        );
        assert_eq!(literal("a'; drop role x; --"), "'a''; drop role x; --'");
        assert_eq!(literal("a\\'"), " E'a\\\\'''");
    }
}
