//! A condition in words, for people who read a plan and do not know the language.
//!
//! Says nothing at all where a part of it has no words, as half a condition is another one. Never evaluates.

use cel::common::ast::operators as op;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Ast, IdedExpr, LiteralValue};

use super::expr::{Expr, Form};
use super::program::{Cel, literal_text, member_path};
use super::types::{Output, Shape, Type};

impl Expr {
    /// What must be so for a condition to be true, in words; nothing where a part of it has none.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        match &self.form {
            Form::Cel(cel) => Teller { cel }.condition(cel.tree()),
            Form::All(all) => {
                let all: Option<Vec<String>> = all.iter().map(Self::in_words).collect();
                all.map(|all| all.join(", and "))
            }
            Form::Literal(_) | Form::Joined(_) | Form::List(_) => None,
        }
    }

    /// The same for a person, with the condition itself behind its words.
    #[must_use]
    pub fn told(&self) -> String {
        let source = self.source();
        match self.in_words() {
            Some(words) => format!("{words} ({source})"),
            None => source,
        }
    }
}

struct Teller<'a> {
    cel: &'a Cel,
}

impl Teller<'_> {
    fn condition(&self, tree: &IdedExpr) -> Option<String> {
        if let Ast::Comprehension(all) = &tree.expr {
            let condition = is_any(all)?;
            let clause = self.clause(condition, &all.iter_var)?;
            let (who, of) = self.list(&all.iter_range)?;
            return Some(format!("{who} finds something{of}{clause}"));
        }
        let Ast::Call(call) = &tree.expr else {
            return self.truth(tree, true);
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND | op::LOGICAL_OR, [_, _]) => {
                let all = self.joined(call, |part| self.condition(part))?;
                Some(all.join(if call.func_name == op::LOGICAL_AND {
                    ", and "
                } else {
                    ", or "
                }))
            }
            (op::LOGICAL_NOT, [one]) => self.truth(one, false),
            (op::IN, [one, list]) => {
                Some(format!("{} is {}", self.value(one, None)?, choice(list)?))
            }
            (sign, [one, two]) => match (size_of(one), number(two), truth_of(two)) {
                (Some(list), Some(number), _) => {
                    let (who, of) = self.list(list)?;
                    Some(format!("{who} finds {}{of}", many(sign, number)?))
                }
                (None, _, Some(truth)) => self.truth(one, holds(sign, truth)?),
                (Some(_), None, _) | (None, _, None) => Some(format!(
                    "{} is {}{}",
                    self.value(one, None)?,
                    compared(sign, [one, two])?,
                    self.value(two, None)?
                )),
            },
            _ => None,
        }
    }

    /// What must be so of each of a list, as a clause behind what it is: ` whose time is …`.
    fn clause(&self, tree: &IdedExpr, each: &str) -> Option<String> {
        let Ast::Call(call) = &tree.expr else {
            return Some(format!(" that {}", truth(&field(tree, each)?, true)));
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND | op::LOGICAL_OR, [_, _]) => {
                let all = self.joined(call, |part| self.clause(part, each))?;
                Some(all.join(if call.func_name == op::LOGICAL_AND {
                    " and"
                } else {
                    " or"
                }))
            }
            (op::LOGICAL_NOT, [one]) => Some(format!(" that {}", truth(&field(one, each)?, false))),
            (op::IN, [one, list]) => {
                let name = said(&field(one, each)?);
                Some(format!(" whose {name} is {}", choice(list)?))
            }
            (sign, [one, two]) => {
                let name = field(one, each)?;
                Some(match truth_of(two) {
                    Some(truly) => format!(" that {}", truth(&name, holds(sign, truly)?)),
                    None => format!(
                        " whose {} is {}{}",
                        said(&name),
                        compared(sign, [one, two])?,
                        self.value(two, Some(each))?
                    ),
                })
            }
            _ => None,
        }
    }

    /// The parts that are joined by one sign; none where "and" and "or" stand together, as words know no brackets.
    fn joined(
        &self,
        call: &CallExpr,
        tell: impl Fn(&IdedExpr) -> Option<String>,
    ) -> Option<Vec<String>> {
        let is_other = |part: &IdedExpr| matches!(&part.expr, Ast::Call(inner) if [op::LOGICAL_AND, op::LOGICAL_OR].contains(&inner.func_name.as_str()) && inner.func_name != call.func_name);
        if call.args.iter().any(is_other) {
            return None;
        }
        call.args.iter().map(tell).collect()
    }

    /// Who found a list, and which of what was found it holds.
    fn list(&self, tree: &IdedExpr) -> Option<(String, String)> {
        if let Ast::Comprehension(all) = &tree.expr {
            let clause = self.clause(is_filter(all)?, &all.iter_var)?;
            let (who, of) = self.list(&all.iter_range)?;
            return Some((who, format!("{of}{clause}")));
        }
        match self.path(tree)?.as_slice() {
            [root, id, items] if root == "steps" && items == "items" => {
                Some((format!("`{id}`"), String::new()))
            }
            _ => None,
        }
    }

    /// Whether what a name stands for is so, or is not.
    fn truth(&self, tree: &IdedExpr, is_so: bool) -> Option<String> {
        let path = self.path(tree)?;
        let (last, before) = path.split_last()?;
        match before {
            [root] if root == "inputs" => Some(format!(
                "{} is {}",
                whose(&path)?,
                if is_so { "true" } else { "false" }
            )),
            _ => Some(format!("{} {}", whose(before)?, truth(last, is_so))),
        }
    }

    fn value(&self, tree: &IdedExpr, each: Option<&str>) -> Option<String> {
        if let Some(name) = each.and_then(|each| field(tree, each)) {
            return Some(format!("its {}", said(&name)));
        }
        if let Some(path) = self.path(tree) {
            return whose(&path);
        }
        if let Some(text) = literal_text(tree) {
            return Some(text);
        }
        if let Some(number) = number(tree) {
            return Some(number.to_string());
        }
        if matches!(&tree.expr, Ast::Literal(LiteralValue::Null)) {
            return Some("nothing".to_owned());
        }
        let Ast::Call(call) = &tree.expr else {
            return None;
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("duration", [length]) => literal_text(length),
            ("since", [time]) => Some(format!("the time since {}", self.value(time, each)?)),
            ("age", [thing]) => Some(format!("the age of {}", self.value(thing, each)?)),
            _ => None,
        }
    }

    /// A name's parts, as the playbook that was called would write them in the one that calls it.
    fn path(&self, tree: &IdedExpr) -> Option<Vec<String>> {
        let written = member_path(tree)?.join(".");
        let path = self.cel.paths.iter().find(|path| path.is(&written))?;
        Some(path.parts.clone())
    }
}

/// What a path means, in words.
fn whose(path: &[String]) -> Option<String> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["subject"] | ["inputs", "subject"] => Some("the subject".to_owned()),
        ["incident"] => Some("the incident".to_owned()),
        ["incident", "since"] => Some("the beginning of the incident".to_owned()),
        [root @ ("subject" | "incident"), name] => {
            Some(format!("the {} of the {root}", said(name)))
        }
        ["steps", id] => Some(format!("`{id}`")),
        ["steps", id, name] => Some(format!("the {} of `{id}`", said(name))),
        ["inputs", name] => Some(format!("the input `{name}`")),
        _ => None,
    }
}

/// The field of each of a list that a tree names.
fn field(tree: &IdedExpr, each: &str) -> Option<String> {
    let path = member_path(tree)?;
    match path.as_slice() {
        [root, name] if root == each => Some(name.clone()),
        [root, fields, name] if root == each && fields == "fields" => Some(name.clone()),
        _ => None,
    }
}

/// A field as a word.
fn said(field: &str) -> String {
    match field {
        "at" => "time".to_owned(),
        "cut_at" => "cut".to_owned(),
        other => other.replace('_', " "),
    }
}

/// That a field is true, or that it is not.
fn truth(field: &str, is_so: bool) -> String {
    let not = if is_so { "" } else { "not " };
    match (field, is_so) {
        ("passed", true) => "passed".to_owned(),
        ("passed", false) => "did not pass".to_owned(),
        ("lasts", true) => "does not lapse by itself".to_owned(),
        ("lasts", false) => "lapses by itself, or is no credential".to_owned(),
        ("accepted" | "approved" | "done", _) => format!("was {not}{field}"),
        ("credential", _) => format!("is {not}a credential"),
        _ => format!("is {not}{}", said(field)),
    }
}

/// Whether a comparison with a truth asks for what it is compared with to be so.
fn holds(sign: &str, truth: bool) -> Option<bool> {
    match sign {
        op::EQUALS => Some(truth),
        op::NOT_EQUALS => Some(!truth),
        _ => None,
    }
}

/// A sign as words that stand behind "is".
fn compared(sign: &str, sides: [&IdedExpr; 2]) -> Option<&'static str> {
    let of_time = sides.into_iter().any(is_time);
    Some(match (sign, of_time) {
        (op::EQUALS, _) => "",
        (op::NOT_EQUALS, _) => "not ",
        (op::GREATER, true) => "later than ",
        (op::GREATER, false) => "more than ",
        (op::LESS, true) => "earlier than ",
        (op::LESS, false) => "less than ",
        (op::GREATER_EQUALS, true) => "not earlier than ",
        (op::GREATER_EQUALS, false) => "at least ",
        (op::LESS_EQUALS, true) => "not later than ",
        (op::LESS_EQUALS, false) => "at most ",
        _ => return None,
    })
}

/// Whether a tree names a time.
fn is_time(tree: &IdedExpr) -> bool {
    let shapes = Shape::ALL.into_iter().flat_map(Shape::fields);
    let mut fields = shapes.chain(Output::ALL.into_iter().flat_map(Output::fields));
    let last = member_path(tree).and_then(|mut path| path.pop());
    last.is_some_and(|last| fields.any(|(name, is)| name == last && is == Type::Time))
}

/// How many, as words behind "finds".
fn many(sign: &str, number: i64) -> Option<String> {
    Some(match (sign, number) {
        (op::EQUALS | op::LESS_EQUALS, 0) | (op::LESS, 1) => "nothing".to_owned(),
        (op::NOT_EQUALS | op::GREATER, 0) | (op::GREATER_EQUALS, 1) => "something".to_owned(),
        (op::EQUALS, _) => format!("exactly {number}"),
        (op::GREATER, _) => format!("more than {number}"),
        (op::GREATER_EQUALS, _) => format!("at least {number}"),
        (op::LESS, _) => format!("fewer than {number}"),
        (op::LESS_EQUALS, _) => format!("at most {number}"),
        _ => return None,
    })
}

/// The list whose size a tree is.
fn size_of(tree: &IdedExpr) -> Option<&IdedExpr> {
    let Ast::Call(call) = &tree.expr else {
        return None;
    };
    match (&call.target, call.args.as_slice()) {
        (Some(list), []) if call.func_name == "size" => Some(list),
        (None, [list]) if call.func_name == "size" => Some(list),
        _ => None,
    }
}

fn number(tree: &IdedExpr) -> Option<i64> {
    let Ast::Literal(LiteralValue::Int(number)) = &tree.expr else {
        return None;
    };
    Some(*number.inner())
}

fn truth_of(tree: &IdedExpr) -> Option<bool> {
    let Ast::Literal(LiteralValue::Boolean(truth)) = &tree.expr else {
        return None;
    };
    Some(*truth.inner())
}

/// The texts of a list, as a choice.
fn choice(tree: &IdedExpr) -> Option<String> {
    let Ast::List(list) = &tree.expr else {
        return None;
    };
    let texts: Option<Vec<String>> = list.elements.iter().map(literal_text).collect();
    texts
        .filter(|texts| !texts.is_empty())
        .map(|texts| texts.join(" or "))
}

/// The condition of `filter`, which is a loop whose step is: condition ? so far + [element] : so far.
fn is_filter(all: &ComprehensionExpr) -> Option<&IdedExpr> {
    let Ast::Call(step) = &all.loop_step.expr else {
        return None;
    };
    let begins_empty = matches!(&all.accu_init.expr, Ast::List(list) if list.elements.is_empty());
    match step.args.as_slice() {
        [condition, taken, _] if step.func_name == op::CONDITIONAL && begins_empty => {
            takes_itself(taken, &all.iter_var).then_some(condition)
        }
        _ => None,
    }
}

/// Whether what a loop adds is the element itself, which of `filter` it is and of `map` with a condition it is not.
fn takes_itself(taken: &IdedExpr, each: &str) -> bool {
    let Ast::Call(sum) = &taken.expr else {
        return false;
    };
    let added = sum.args.last().map(|added| &added.expr);
    matches!(added, Some(Ast::List(list)) if matches!(list.elements.as_slice(), [one] if member_path(one).is_some_and(|path| path == [each])))
}

/// The condition of `exists`, which is a loop that begins with false and whose step is: so far || condition.
fn is_any(all: &ComprehensionExpr) -> Option<&IdedExpr> {
    let Ast::Call(step) = &all.loop_step.expr else {
        return None;
    };
    let begins_false = truth_of(&all.accu_init) == Some(false);
    match step.args.as_slice() {
        [_, condition] if step.func_name == op::LOGICAL_OR && begins_false => Some(condition),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::Span;

    fn words(condition: &str) -> Option<String> {
        let text = format!("${{{condition}}}");
        let expr = Expr::parse(&text, &text, Span::default());
        expr.ok()?.in_words()
    }

    #[test]
    fn a_condition_is_told_in_words() {
        for (condition, wanted) in [
            (
                "steps.activity.items.filter(e, e.at > subject.cut_at && e.accepted).size() == 0",
                "`activity` finds nothing whose time is later than the cut of the subject and that was accepted",
            ),
            (
                "steps.permissions.items.filter(g, g.fields.unused == true).size() == 0",
                "`permissions` finds nothing that is unused",
            ),
            (
                "steps.reach.items.filter(i, i.in_scope && i.relation in ['entered', 'minted']).size() == 0",
                "`reach` finds nothing that is in scope and whose relation is entered or minted",
            ),
            (
                "steps.reach.items.filter(i, !i.credential).filter(i, i.kind == 'aws:role').size() > 2",
                "`reach` finds more than 2 that is not a credential whose kind is aws:role",
            ),
            (
                "steps.a.items.exists(e, e.created >= incident.since)",
                "`a` finds something whose created is not earlier than the beginning of the incident",
            ),
            ("size(steps.look-up.items) > 0", "`look-up` finds something"),
            (
                "steps.activity.status == 'confirmed'",
                "the status of `activity` is confirmed",
            ),
            (
                "steps.quiet.passed && !inputs.keep",
                "`quiet` passed, and the input `keep` is false",
            ),
            ("!steps.quiet.passed", "`quiet` did not pass"),
            ("steps.quiet.passed != true", "`quiet` did not pass"),
            (
                "since(steps.stop.at) > duration('1h')",
                "the time since the time of `stop` is more than 1h",
            ),
            (
                "subject.principal != null",
                "the principal of the subject is not nothing",
            ),
        ] {
            assert_eq!(words(condition).as_deref(), Some(wanted), "{condition}");
        }
    }

    #[test]
    fn half_a_condition_is_not_told() {
        for condition in [
            "steps.a.items.all(e, e.accepted)",
            "steps.a.items.map(e, e.accepted, e.at).size() == 0",
            "steps.a.items.filter(e, e.event.startsWith('x')).size() == 0",
            "steps.a.items.filter(e, steps.b.passed).size() == 0",
            "steps.a.passed && (steps.b.passed || steps.c.passed)",
            "steps.a.items.filter(e, e.accepted && (e.id == 'x' || e.id == 'y')).size() == 0",
            "subject.id + 'x' == 'yx'",
            "true",
        ] {
            assert_eq!(words(condition), None, "{condition}");
        }
    }
}
