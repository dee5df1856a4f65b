//! Walks an expression, finds its type, and says what cannot be right about it.
//!
//! Never guesses: what is not known before the data are passes here and is checked when evaluated.

use cel::common::ast::{
    CallExpr, ComprehensionExpr, Expr as Ast, IdedExpr, LiteralValue, SelectExpr, operators,
};

use super::diagnostic::Problem;
use super::expr::{Expr, Form};
use super::function::FUNCTIONS;
use super::program::{Cel, as_id, literal_text, member_path};
use super::types::{Names, Output, Root, Shape, Type, knows};
use crate::domain::clock::read_duration;

const ROOTS: [&str; 4] = ["subject", "incident", "inputs", "steps"];
/// Finds the type of a value of the file, and notes what is wrong with its expressions.
pub(crate) fn check(expr: &Expr, names: &Names<'_>, problems: &mut Vec<Problem>) -> Type {
    check_form(&expr.form, names, problems)
}

fn check_form(form: &Form, names: &Names<'_>, problems: &mut Vec<Problem>) -> Type {
    match form {
        Form::Literal(value) if value.is_string() => Type::Text,
        Form::Literal(_) => Type::Any,
        Form::Cel(cel) => Walk::over(cel, names, problems),
        Form::Joined(forms) => {
            for form in forms {
                let found = check_form(form, names, problems);
                if let (Form::Cel(cel), Type::List(_) | Type::Table | Type::Secret) = (form, &found)
                {
                    let message = format!("{} cannot stand inside a text", found.describe());
                    problems.push(Problem::new("type", cel.span, message));
                }
            }
            Type::Text
        }
        Form::List(items) => {
            let join = |all: Type, item: &Expr| all.join(check(item, names, problems));
            Type::List(Box::new(items.iter().fold(Type::Never, join)))
        }
        // Made from expressions that were checked where they stand.
        Form::All(_) => Type::Bool,
    }
}

/// A walk over one expression.
pub(super) struct Walk<'a, 'p> {
    pub(super) cel: &'a Cel,
    pub(super) names: &'a Names<'a>,
    bound: Vec<(String, Type)>,
    /// Comparisons of times or durations, by the id of their node.
    measured: Vec<u64>,
    pub(super) problems: &'p mut Vec<Problem>,
}

impl<'a, 'p> Walk<'a, 'p> {
    fn over(cel: &'a Cel, names: &'a Names<'a>, problems: &'p mut Vec<Problem>) -> Type {
        let mut walk = Walk {
            cel,
            names,
            bound: Vec::new(),
            measured: Vec::new(),
            problems,
        };
        let found = walk.value(cel.tree());
        cel.measure(&walk.measured);
        found
    }

    pub(super) fn note(&mut self, code: &'static str, word: &str, message: String) {
        let problem = Problem::new(code, self.cel.locate(word), message);
        self.problems.push(problem);
    }

    /// The type of a tree that must be a value.
    fn value(&mut self, tree: &IdedExpr) -> Type {
        let found = self.tree(tree);
        let Type::Root(root) = &found else {
            return found;
        };
        let (word, rest) = match root {
            Root::Steps => ("steps", "a step and one of its outputs"),
            Root::Inputs => ("inputs", "one of the inputs"),
            Root::Step(id) => (id.as_str(), "one of its outputs"),
        };
        self.note(
            "incomplete",
            word,
            format!("`{word}` is no value; name {rest}"),
        );
        Type::Any
    }

    fn tree(&mut self, tree: &IdedExpr) -> Type {
        match &tree.expr {
            Ast::Unspecified => Type::Any,
            Ast::Literal(literal) => self.literal(literal),
            Ast::Ident(name) => self.ident(name),
            Ast::Select(select) => self.select(select),
            Ast::Call(call) => self.call(tree.id, call),
            Ast::List(list) => {
                let mut all = Type::Never;
                for element in &list.elements {
                    let found = self.value(element);
                    if !all.meets(&found) {
                        let message =
                            format!("a list mixes {} and {}", all.describe(), found.describe());
                        self.note("type", "[", message);
                    }
                    all = all.join(found);
                }
                Type::List(Box::new(all))
            }
            Ast::Map(_) | Ast::Struct(_) => {
                self.note(
                    "expression",
                    "{",
                    "an expression cannot make maps".to_owned(),
                );
                Type::Any
            }
            Ast::Comprehension(all) => self.comprehension(all),
        }
    }

    fn literal(&mut self, literal: &LiteralValue) -> Type {
        match literal {
            LiteralValue::Boolean(_) => Type::Bool,
            LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_) => Type::Number,
            LiteralValue::Null => Type::Null,
            LiteralValue::String(_) => Type::Text,
            LiteralValue::Bytes(_) => {
                self.note(
                    "expression",
                    "b",
                    "an expression cannot hold bytes".to_owned(),
                );
                Type::Any
            }
        }
    }

    fn ident(&mut self, name: &str) -> Type {
        if let Some((_, bound)) = self.bound.iter().rev().find(|(known, _)| known == name) {
            return bound.clone();
        }
        match (name, &self.names.each) {
            (_, Some((variable, element))) if *variable == name => element.clone(),
            ("subject", _) => Type::Thing(Shape::Subject),
            ("incident", _) => Type::Thing(Shape::Incident),
            ("inputs", _) => Type::Root(Root::Inputs),
            ("steps", _) => Type::Root(Root::Steps),
            _ => {
                let each = self
                    .names
                    .each
                    .as_ref()
                    .map(|(variable, _)| (*variable).to_owned());
                let bound: Vec<String> =
                    self.bound.iter().map(|(known, _)| known.clone()).collect();
                let known = ROOTS
                    .into_iter()
                    .chain(each.as_deref())
                    .chain(bound.iter().map(String::as_str));
                let known: Vec<&str> = known.filter(|known| !known.starts_with('@')).collect();
                let message = format!("`{name}` is no name that is known here");
                let problem = Problem::new("unknown-name", self.cel.locate(name), message);
                self.problems.push(problem.meant(name, known));
                Type::Any
            }
        }
    }

    fn select(&mut self, select: &SelectExpr) -> Type {
        if select.test {
            self.tree(&select.operand);
            let hint = format!(
                "what is not known is null: write `… .{} != null`",
                select.field
            );
            let problem = Problem::new(
                "expression",
                self.cel.locate("has"),
                "`has` is not used here",
            );
            self.problems.push(problem.hint(hint));
            return Type::Bool;
        }
        let field = select.field.as_str();
        match self.tree(&select.operand) {
            Type::Any | Type::Never | Type::Null | Type::Table => Type::Any,
            Type::Root(Root::Steps) => {
                let id = as_id(field);
                if !knows(self.names.steps, &id) {
                    let known = self.names.steps.keys().map(String::as_str);
                    let message = format!("there is no step `{id}`");
                    let problem = Problem::new("unknown-step", self.cel.locate(&id), message);
                    self.problems.push(problem.meant(&id, known));
                    return Type::Any;
                }
                Type::Root(Root::Step(id))
            }
            Type::Root(Root::Inputs) => {
                if let Some(input) = self.names.inputs.iter().find(|input| input.name == field) {
                    return Type::of_input(input);
                }
                let known = self.names.inputs.iter().map(|input| input.name.as_str());
                let message = format!("there is no input `{field}`");
                let problem = Problem::new("unknown-input", self.cel.locate(field), message);
                self.problems.push(problem.meant(field, known));
                Type::Any
            }
            Type::Root(Root::Step(id)) => match self.names.steps.get(&id) {
                None | Some(Output::Unclear) => Type::Any,
                Some(output) => self.field(field, &format!("step `{id}`"), output.fields()),
            },
            Type::Thing(shape) => self.field(field, &Type::Thing(shape).describe(), shape.fields()),
            other @ (Type::Bool
            | Type::Number
            | Type::Text
            | Type::Locator
            | Type::Duration
            | Type::Time
            | Type::Secret
            | Type::Word(_)
            | Type::List(_)) => {
                let message = format!("{} has no `{field}`", other.describe());
                self.note("unknown-path", field, message);
                Type::Any
            }
        }
    }

    fn field(&mut self, field: &str, of: &str, fields: Vec<(&'static str, Type)>) -> Type {
        if let Some((_, found)) = fields.iter().find(|(name, _)| *name == field) {
            return found.clone();
        }
        let message = format!("{of} has no `{field}`");
        let problem = Problem::new("unknown-path", self.cel.locate(field), message);
        self.problems
            .push(problem.meant(field, fields.iter().map(|(name, _)| *name)));
        Type::Any
    }

    fn comprehension(&mut self, all: &ComprehensionExpr) -> Type {
        let range = self.value(&all.iter_range);
        let element = range.element().unwrap_or_else(|| {
            let message = format!("{} is no list to go through", range.describe());
            self.note("type", &all.iter_var, message);
            Type::Any
        });
        let before = self.bound.len();
        let start = self.value(&all.accu_init);
        self.bound.push((all.iter_var.clone(), element));
        self.bound.push((all.accu_var.clone(), start.clone()));
        self.value(&all.loop_cond);
        let step = self.value(&all.loop_step);
        if let Some((_, so_far)) = self.bound.last_mut() {
            *so_far = start.join(step);
        }
        let result = self.value(&all.result);
        self.bound.truncate(before);
        result
    }

    /// Remembers a comparison of times or durations.
    fn measure(&mut self, id: u64, one: &Type, two: &Type) {
        let timed = |side: &Type| matches!(side, Type::Time | Type::Duration);
        let open = |side: &Type| matches!(side, Type::Null | Type::Never);
        if (timed(one) || timed(two)) && !open(one) && !open(two) {
            self.measured.push(id);
        }
    }

    fn call(&mut self, id: u64, call: &CallExpr) -> Type {
        if call.func_name == operators::INDEX {
            return self.index(call);
        }
        let target = call.target.as_ref().map(|target| self.value(target));
        let args: Vec<Type> = call.args.iter().map(|arg| self.value(arg)).collect();
        match (call.func_name.as_str(), target.as_ref(), args.as_slice()) {
            (operators::EQUALS | operators::NOT_EQUALS, None, [one, two]) => {
                self.measure(id, one, two);
                self.equal(call, one, two)
            }
            (
                operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS,
                None,
                [one, two],
            ) => {
                self.measure(id, one, two);
                self.ordered(one, two)
            }
            (
                operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT,
                None,
                all,
            ) => {
                all.iter().for_each(|one| self.wants(one, &Type::Bool));
                Type::Bool
            }
            (operators::NOT_STRICTLY_FALSE, None, _) => Type::Bool,
            (operators::CONDITIONAL, None, [condition, one, two]) => {
                self.wants(condition, &Type::Bool);
                self.alike("chosen between", one, two);
                one.clone().join(two.clone())
            }
            (operators::ADD, None, [one, two]) => self.sum(one, two),
            (
                operators::SUBSTRACT
                | operators::MULTIPLY
                | operators::DIVIDE
                | operators::MODULO
                | operators::NEGATE,
                None,
                all,
            ) => {
                all.iter().for_each(|one| self.wants(one, &Type::Number));
                Type::Number
            }
            (operators::IN, None, [one, two]) => self.within(call, one, two),
            ("size", None, [of]) | ("size", Some(of), []) => {
                if !(of.is_text() || matches!(of, Type::List(_) | Type::Table)) {
                    self.note("type", "size", format!("{} has no size", of.describe()));
                }
                Type::Number
            }
            ("contains" | "startsWith" | "endsWith", Some(of), [part]) => {
                for text in [of, part] {
                    if !text.is_text() {
                        self.wants(text, &Type::Text);
                    }
                }
                Type::Bool
            }
            ("duration", None, [text]) => {
                self.wants(text, &Type::Text);
                if let Some(text) = call.args.first().and_then(literal_text)
                    && let Err(why) = read_duration(&text)
                {
                    self.note("value", &text, why);
                }
                Type::Duration
            }
            ("since", None, [time]) => {
                self.wants(time, &Type::Time);
                Type::Duration
            }
            ("age", None, [of]) => {
                let shape = matches!(of, Type::Thing(Shape::Found | Shape::Event));
                if !shape && !of.meets(&Type::Time) {
                    let message = format!(
                        "expected a found thing, an event or a time, found {}",
                        of.describe()
                    );
                    self.note("type", "age", message);
                }
                Type::Duration
            }
            ("string", None, [_]) => Type::Text,
            ("int" | "double", None, [_]) => Type::Number,
            (name, ..) => {
                self.unknown_function(name);
                Type::Any
            }
        }
    }

    fn unknown_function(&mut self, name: &str) {
        let span = self.cel.locate(name);
        let names = FUNCTIONS.iter().map(|function| function.name);
        let known = FUNCTIONS.iter().find(|function| function.name == name);
        let problem = if let Some(known) = known {
            let message = format!("`{name}` is not written like this");
            Problem::new("unknown-function", span, message).hint(format!("write {}", known.form))
        } else {
            let shown = name.trim_matches('_').trim_start_matches('@');
            let message = format!("there is no function `{shown}`");
            Problem::new("unknown-function", span, message).meant(name, names)
        };
        self.problems.push(problem);
    }

    fn index(&mut self, call: &CallExpr) -> Type {
        let [of, by] = call.args.as_slice() else {
            return Type::Any;
        };
        let path = member_path(of)
            .map(|path| path.join("."))
            .unwrap_or_default();
        let of = self.tree(of);
        let by = self.value(by);
        if let Type::List(element) = of {
            self.wants(&by, &Type::Number);
            return *element;
        }
        if matches!(of, Type::Root(_) | Type::Thing(_)) {
            let message = format!("`{path}` cannot be indexed");
            let problem = Problem::new("dynamic-index", self.cel.locate(&path), message);
            let hint = "name the part after a dot, so that it can be checked";
            self.problems.push(problem.hint(hint));
        } else if !(of.is_open() || of == Type::Table && by.is_text()) {
            let message = format!("{} cannot be indexed by {}", of.describe(), by.describe());
            self.note("type", "[", message);
        }
        Type::Any
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, expect, passed};

    #[test]
    #[rustfmt::skip]
    fn expressions_are_checked_at_load() {
        let reach = "  inventory:\n    - {id: reach, read: reach, target: \"${subject}\"}\n    - id: x\n      do: suspend\n      target: \"${subject}\"\n      when: \"${";
        let cases = [
            ("steps.reach.typo || true", "unknown-path", "typo", "no `typo`"),
            ("subject.lokator == 'x'", "unknown-path", "lokator", "locator"),
            ("sbject.id == 'x'", "unknown-name", "sbject", "subject"),
            ("inputs.sise > 1", "unknown-input", "sise", "size"),
            ("steps.re_ach.items.size() > 0", "unknown-step", "re_ach", "reach"),
            ("steps.reech.items.size() > 0", "unknown-step", "reech", "reach"),
            ("1 == 'a'", "type", "1 ==", "a number and a text"),
            ("inputs.size == 'a'", "type", "inputs", "a number and a text"),
            ("subject.kind == 1", "type", "subject", "a kind and a number"),
            ("subject.kind == 'aws:acces-key'", "unknown-word", "aws:", "aws:access-key"),
            ("subject == 'aws:user/x@1'", "type", "subject", ".locator"),
            ("steps.reach.items.exists(i, i.relation == 'mintd')", "unknown-word", "mintd", "minted"),
            ("steps.reach.items.exists(i, i.relation in ['held', 'mintd'])", "unknown-word", "mintd", "minted"),
            ("steps.reach.items.all(i, i.kynd == 'aws:user')", "unknown-path", "kynd", "kind"),
            ("steps.reach.items.filter(i, i.in_scope).exists(i, i.xx)", "unknown-path", "xx", "no `xx`"),
            ("steps.reach.items.exists(i, i.relation)", "type", "steps", "expected true or false"),
            ("steps.reach.items.map(i, i.id) == [1]", "type", "steps", "compared"),
            ("'x' in inputs.size", "type", "in inputs", "needs a list"),
            ("steps['reach'].items.size() > 0", "dynamic-index", "steps", "cannot be indexed"),
            ("inputs[subject.id] == 'x'", "dynamic-index", "inputs", "cannot be indexed"),
            ("subject['id'] == 'x'", "dynamic-index", "subject", "cannot be indexed"),
            ("has(subject.id)", "expression", "has", "!= null"),
            ("since(1) == 2", "type", "since", "expected a time, found a number"),
            ("since(incident.since) > incident.since", "type", "since(", "a duration and a time are compared"),
            ("since(incident.since) > '4h'", "type", "since(", "duration('4h')"),
            ("since(incident.since) > duration('soon')", "value", "soon", "no duration"),
            ("age(subject) > duration('1h')", "type", "age", "found the subject"),
            ("duration(inputs.size) == inputs.wait", "type", "duration(", "expected a text"),
            ("incident.since in [incident.since]", "type", "in [", "one by one"),
            ("since() == null", "unknown-function", "since", "since(TIME)"),
            ("subject.id.startsWit('x')", "unknown-function", "startsWit", "startsWith"),
            ("size(1) > 2", "type", "size", "has no size"),
            ("steps.reach == null", "incomplete", "reach", "one of its outputs"),
            ("inputs == null", "incomplete", "inputs", "is no value"),
            ("inputs.mode == 'sofd'", "unknown-word", "sofd", "soft"),
            ("inputs.secret == 'x'", "type", "inputs", "a secret reference and a text"),
            ("inputs.wait == inputs.secret", "type", "inputs.wait ==", "a duration and a secret"),
            ("inputs.secret == inputs.secret", "type", "inputs.secret ==", "never compared"),
            ("steps.reach.at > duration('1h')", "type", "steps", "a time and a duration"),
            ("{'a': 1} == null", "expression", "{'a'", "cannot make maps"),
            ("subject.id ==", "expression", "subject", "no expression"),
            (" ", "expression", " }", "empty"),
            ("inputs.size", "type", "\"${inputs", "expected true or false"),
        ];
        for (source, code, at, part) in cases {
            expect(&[(&format!("{reach}{source}}}\"\n"), code, at, part)], HEAD);
        }
        let good = [
            "subject.kind == 'aws:user' && inputs.size > 2",
            "steps.reach.items.filter(i, i.in_scope && i.relation in ['held']).size() > 0",
            "steps.reach.items.map(i, i.id).exists(x, x == subject.id)",
            "steps.reach.items.exists(i, i.created != null && i.fields.anything == 5)",
            "inputs.mode in ['soft', 'hard'] || subject.principal == null",
            "(inputs.size > 1 ? 'a' : 'b') + subject.id != 'x'",
            "steps.reach.items[0].credential",
            "steps.reach.status == 'confirmed' && steps.reach.complete",
        ];
        for source in good {
            passed(&format!("{HEAD}{reach}{source}}}\"\n"));
        }
    }
}
