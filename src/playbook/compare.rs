//! Which values may be compared, added and looked for in lists.
//!
//! CEL would answer false where types differ; here that is a mistake in the file.

use cel::common::ast::{CallExpr, Expr as Ast};

use super::diagnostic::Problem;
use super::infer::Walk;
use super::program::literal_text;
use super::types::{Type, Words};

impl Walk<'_, '_> {
    pub(super) fn wants(&mut self, found: &Type, wanted: &Type) {
        if !found.meets(wanted) {
            let message = format!("expected {}, found {}", wanted.describe(), found.describe());
            self.note("type", &self.cel.source.clone(), message);
        }
    }

    pub(super) fn alike(&mut self, how: &str, one: &Type, two: &Type) -> bool {
        let alike = one.meets(two);
        if !alike {
            let message = format!("{} and {} are {how}", one.describe(), two.describe());
            let problem = Problem::new("type", self.cel.span, message);
            let thing = [one, two]
                .into_iter()
                .any(|side| matches!(side, Type::Thing(_)));
            let lengths = [one, two].contains(&&Type::Duration);
            self.problems.push(if thing {
                problem.hint("name its `.locator`, `.kind` or `.id`")
            } else if lengths && (one.is_text() || two.is_text()) {
                problem.hint("a length of time is written duration('4h')")
            } else {
                problem
            });
        }
        alike
    }

    pub(super) fn equal(&mut self, call: &CallExpr, one: &Type, two: &Type) -> Type {
        if self.alike("compared", one, two) {
            for side in [one, two] {
                if *side == Type::Secret && !(one.is_open() || two.is_open()) {
                    let message = "secret references are never compared".to_owned();
                    self.note("type", &self.cel.source.clone(), message);
                    break;
                }
                if matches!(side, Type::Thing(_)) && !(one.is_open() || two.is_open()) {
                    self.note(
                        "type",
                        &self.cel.source.clone(),
                        "things are compared by their `.locator`".to_owned(),
                    );
                    break;
                }
            }
        }
        for (side, other) in [(one, call.args.get(1)), (two, call.args.first())] {
            if let (Type::Word(words), Some(text)) = (side, other.and_then(literal_text)) {
                self.is_word(words, &text);
            }
        }
        Type::Bool
    }

    pub(super) fn ordered(&mut self, one: &Type, two: &Type) -> Type {
        if self.alike("compared", one, two) {
            let side = if one.is_open() { two } else { one };
            let has_order = matches!(side, Type::Time | Type::Duration | Type::Number);
            if !(has_order || side.is_text()) {
                self.note(
                    "type",
                    &self.cel.source.clone(),
                    format!("{} has no order", side.describe()),
                );
            }
        }
        Type::Bool
    }

    pub(super) fn sum(&mut self, one: &Type, two: &Type) -> Type {
        match (one, two) {
            (Type::List(_), Type::List(_)) | (Type::Number, Type::Number) => {
                one.clone().join(two.clone())
            }
            (one, two) if one.is_open() || two.is_open() => Type::Any,
            (one, two) if one.is_text() && two.is_text() => Type::Text,
            (one, two) => {
                let message = format!("{} and {} cannot be added", one.describe(), two.describe());
                self.note("type", &self.cel.source.clone(), message);
                Type::Any
            }
        }
    }

    pub(super) fn within(&mut self, call: &CallExpr, one: &Type, two: &Type) -> Type {
        if let Some(element) = two.element() {
            let timed = |side: &Type| matches!(side, Type::Time | Type::Duration);
            if timed(one) || timed(&element) {
                let message = "times and durations are compared one by one, not by `in`".to_owned();
                self.note("type", "in", message);
            }
            self.alike("compared", one, &element);
        } else if !(*two == Type::Table && one.is_text()) {
            let message = format!("`in` needs a list, found {}", two.describe());
            self.note("type", "in", message);
        }
        if let (Type::Word(words), Some(Ast::List(list))) =
            (one, call.args.get(1).map(|list| &list.expr))
        {
            for text in list.elements.iter().filter_map(literal_text) {
                self.is_word(words, &text);
            }
        }
        if let (Some(text), Type::List(element)) = (call.args.first().and_then(literal_text), two)
            && let Type::Word(words) = &**element
        {
            self.is_word(words, &text);
        }
        Type::Bool
    }

    pub(super) fn is_word(&mut self, words: &Words, text: &str) {
        let known = words.list(self.names.kinds);
        if !known.contains(&text) {
            let what = Type::Word(words.clone()).describe();
            let what = what.trim_start_matches("a ");
            let problem = Problem::new(
                "unknown-word",
                self.cel.locate(text),
                format!("there is no {what} `{text}`"),
            );
            self.problems
                .push(problem.meant(text, known.iter().copied()));
        }
    }
}
