//! Of what type each value of a step must be.
//!
//! Never evaluates: what is not known before the data are passes here.

use serde_json::Value;

use super::call::Resolved;
use super::diagnostic::Problem;
use super::expr::Expr;
use super::infer::check;
use super::input::{Input, InputType};
use super::kind::{DELIVER_TO, of_verb, takers};
use super::lint::Lint;
use super::model::StepWork;
use super::step::{DraftWork, StepDraft};
use super::types::{Names, Shape, Type};
use crate::domain::Named;
use crate::domain::action::{Param, Takes};
use crate::domain::clock::read_duration;

/// Reads a literal argument as its parameter takes it.
pub(super) fn literal(takes: &Takes, text: &str) -> Result<Value, String> {
    match takes {
        Takes::Text => Ok(text.into()),
        Takes::Whole => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| format!("`{text}` is no whole number")),
        Takes::Truth => text
            .parse::<bool>()
            .map(Value::from)
            .map_err(|_| format!("`{text}` is neither `true` nor `false`")),
        Takes::Duration => read_duration(text).map(|_| text.into()),
        Takes::OneOf(words) if words.iter().any(|word| word == text) => Ok(text.into()),
        Takes::OneOf(words) => Err(format!("`{text}` is none of {}", words.join(", "))),
        Takes::Locator(kinds) => {
            let named: Named = text.parse().map_err(|_| {
                format!("`{text}` is no locator; write <provider>:<kind>/<id>@<account>")
            })?;
            if kinds.is_empty() || kinds.contains(&named.kind) {
                Ok(text.into())
            } else {
                let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
                Err(format!(
                    "`{text}` is of kind {}; expected {}",
                    named.kind,
                    kinds.join(" or ")
                ))
            }
        }
    }
}

/// Checks a value that an argument was evaluated to, and gives it as the parameter takes it.
///
/// # Errors
/// Says what is wrong with the value.
pub fn argument(param: &Param, value: &Value) -> Result<Value, String> {
    let wrong = |why: String| format!("argument `{}`: {why}", param.name);
    let takes = |right: bool, wanted: &str| {
        if right {
            Ok(value.clone())
        } else {
            Err(wrong(format!("expected {wanted}")))
        }
    };
    match (&param.takes, value.as_str()) {
        (takes, Some(text)) => literal(takes, text).map_err(wrong),
        (Takes::Whole, None) => takes(value.is_i64(), "a whole number"),
        (Takes::Truth, None) => takes(value.is_boolean(), "true or false"),
        (Takes::Text | Takes::Duration | Takes::OneOf(_) | Takes::Locator(_), None) => {
            takes(false, "a text")
        }
    }
}

fn takes(param: &Param) -> (Type, &'static str) {
    match &param.takes {
        Takes::Text => (Type::Text, "a text"),
        Takes::Whole => (Type::Number, "a number"),
        Takes::Truth => (Type::Bool, "true or false"),
        Takes::Duration => (Type::Duration, "a duration"),
        Takes::OneOf(_) => (Type::Text, "a text"),
        Takes::Locator(_) => (Type::Locator, "a locator"),
    }
}

fn wrong(expr: &Expr, wanted: &str, found: &Type) -> Problem {
    let message = format!("expected {wanted}, found {}", found.describe());
    Problem::new("type", expr.span, message)
}

fn is_thing(found: &Type) -> bool {
    matches!(
        found,
        Type::Thing(Shape::Subject | Shape::Found | Shape::Event)
    )
}

/// Whether a value can be a target or a locator's argument.
fn is_locator(expr: &Expr, found: &Type) -> bool {
    is_thing(found)
        || matches!(found, Type::Locator | Type::Any)
        || *found == Type::Text && expr.whole().is_none()
}

impl Lint<'_> {
    pub(super) fn types(&mut self, step: &StepDraft) {
        let mut problems = Vec::new();
        let mut names = Names {
            inputs: &self.draft.inputs,
            steps: &self.outputs,
            kinds: &self.kinds,
            each: None,
        };
        if let Some(each) = &step.for_each {
            let list = check(&each.list, &names, &mut problems);
            let element = list.element().unwrap_or_else(|| {
                problems.push(wrong(&each.list, "a list", &list));
                Type::Any
            });
            names.each = Some((&each.variable, element));
            let key = check(&each.key, &names, &mut problems);
            if !(key.is_text() || matches!(key, Type::Thing(_))) {
                problems.push(wrong(&each.key, "a text", &key));
            }
            if !each.key.mentions(&each.variable) {
                let message = format!("the key is the same for every `{}`", each.variable);
                let problem = Problem::new("key", each.key.span, message);
                problems.push(problem.hint("a key tells one from another"));
            }
        }
        if let Some(target) = &step.target {
            let found = check(target, &names, &mut problems);
            if !is_locator(target, &found) {
                problems.push(wrong(target, "a locator", &found));
            }
        }
        self.arguments(step, &names, &mut problems);
        if let Some(when) = &step.when {
            let found = check(when, &names, &mut problems);
            if !matches!(found, Type::Bool | Type::Any) {
                problems.push(wrong(when, "true or false", &found));
            }
        }
        if let Some((review, _)) = &step.review {
            let found = check(&review.after, &names, &mut problems);
            if review.after.as_literal().is_none() && !matches!(found, Type::Duration | Type::Any) {
                problems.push(wrong(&review.after, "a duration", &found));
            }
        }
        if let Some((verify, _)) = &step.verify
            && let Some(probe) = &verify.probe
        {
            let found = check(probe, &names, &mut problems);
            if found != Type::Secret && found != Type::Any {
                let problem = wrong(probe, "a secret reference", &found);
                problems
                    .push(problem.hint("a probe is `${inputs.…}` of an input of type secret_ref"));
            }
        }
        let asked = step.gate.iter().map(|gate| &gate.ask);
        let said = match step.does() {
            Some(StepWork::Check(check_of)) => {
                let found = check(check_of, &names, &mut problems);
                if !matches!(found, Type::Bool | Type::Any) {
                    problems.push(wrong(check_of, "true or false", &found));
                }
                None
            }
            Some(StepWork::Gate(gate)) => Some(&gate.ask),
            Some(StepWork::Manual(manual)) => Some(&manual.text),
            Some(StepWork::Notify(notify)) => Some(&notify.text),
            Some(StepWork::Do(_) | StepWork::Read(_)) | None => None,
        };
        for text in asked.chain(said) {
            let found = check(text, &names, &mut problems);
            if !(found.is_text() || matches!(found, Type::Time | Type::Duration)) {
                problems.push(wrong(text, "a text", &found));
            }
        }
        self.problems.extend(problems);
    }

    fn arguments(&self, step: &StepDraft, names: &Names<'_>, problems: &mut Vec<Problem>) {
        let params: Vec<Param> = match step.does() {
            Some(StepWork::Do(what)) => takers(self.vocabulary, what)
                .into_iter()
                .flat_map(|spec| spec.params.clone())
                .chain(of_verb(what))
                .collect(),
            Some(
                StepWork::Read(_)
                | StepWork::Check(_)
                | StepWork::Gate(_)
                | StepWork::Manual(_)
                | StepWork::Notify(_),
            )
            | None => Vec::new(),
        };
        let resolved = match &step.work {
            Some(DraftWork::Calls(_)) => self.called.get(&step.id),
            Some(DraftWork::Does(..)) | None => None,
        };
        for (name, (_, expr)) in &step.with {
            let found = check(expr, names, problems);
            if let Some(resolved) = resolved {
                problems
                    .extend(input_of(resolved, name).and_then(|input| passed(input, expr, &found)));
                continue;
            }
            let mut fitting = params.iter().filter(|param| param.name == *name).peekable();
            let (fits, wanted) = match (name.as_str(), fitting.peek()) {
                (_, Some(first)) => {
                    let fits = |param: &&Param| {
                        let (wanted, _) = takes(param);
                        expr.as_literal().is_some()
                            || found.meets(&wanted)
                            || wanted == Type::Locator && is_locator(expr, &found)
                            || wanted == Type::Text && found.is_text()
                            || name == DELIVER_TO && matches!(found, Type::List(_))
                    };
                    let (_, wanted) = takes(first);
                    (fitting.any(|param| fits(&param)), wanted)
                }
                ("since", None) => {
                    let written = expr.as_literal().and_then(Value::as_str);
                    let is_time = |text: &str| {
                        InputType::Time {
                            min: None,
                            max: None,
                        }
                        .read(text)
                        .is_ok()
                    };
                    (
                        matches!(found, Type::Time | Type::Any) || written.is_some_and(is_time),
                        "a time",
                    )
                }
                ("relations", None) => (
                    matches!(found, Type::List(_) | Type::Any),
                    "a list of relations",
                ),
                (_, None) => (true, ""),
            };
            if !fits {
                problems.push(wrong(expr, wanted, &found));
            }
        }
    }
}

fn input_of<'a>(resolved: &'a Resolved, name: &str) -> Option<&'a Input> {
    let mut inputs = resolved.playbook.inputs.iter();
    inputs.find(|input| input.name == name)
}

/// What is wrong with a value that is passed to an input of a called playbook.
fn passed(input: &Input, expr: &Expr, found: &Type) -> Option<Problem> {
    if let Some(value) = expr.as_literal() {
        let why = input.kind.admit(value).err()?;
        let problem = Problem::new("value", expr.span, format!("input `{}`: {why}", input.name));
        return Some(if matches!(input.kind, InputType::SecretRef) {
            problem.concealed()
        } else {
            problem
        });
    }
    let wanted = Type::of_input(input);
    let fits = found.meets(&wanted) || wanted == Type::Locator && is_locator(expr, found);
    (!fits).then(|| wrong(expr, &wanted.describe(), found))
}
