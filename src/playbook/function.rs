//! The functions of expressions, and how times and durations are compared.
//!
//! Times and durations stay texts; a comparison of two of them is made of what they mean. `now` is handed in with the
//! data: never reads a clock.

use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr as Ast, IdedExpr};
use cel::{Context, ExecutionError, Value};

use super::expr::Expr;
use crate::domain::clock::read_duration;
use crate::domain::{Duration, Time};

/// A function that expressions may call.
#[derive(Debug)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it is written.
    pub(crate) form: &'static str,
    /// What it gives.
    pub(crate) gives: &'static str,
    /// What it means.
    pub(crate) about: &'static str,
}

const fn function(
    name: &'static str,
    form: &'static str,
    gives: &'static str,
    about: &'static str,
) -> Function {
    Function {
        name,
        form,
        gives,
        about,
    }
}

/// All functions, in the order in which the reference tells them.
#[rustfmt::skip]
pub(crate) static FUNCTIONS: [Function; 15] = [
    function("duration", "duration('4h')", "a duration", "A length of time as people write it: `30s`, `15m`, `4h`, `2d`."),
    function("since", "since(TIME)", "a duration", "How long ago it was. The present is the plan's clock reading."),
    function("age", "age(THING), age(TIME)", "a duration", "How long ago a found thing was created or an event happened. Nothing is known where `created` and `at` are null: ask `!= null` first."),
    function("size", "size(LIST), LIST.size(), TEXT.size()", "a number", "How many elements or characters there are."),
    function("filter", "LIST.filter(x, CONDITION)", "a list", "The elements for which the condition is true."),
    function("map", "LIST.map(x, VALUE)", "a list", "The value of each element."),
    function("all", "LIST.all(x, CONDITION)", "true or false", "Whether the condition is true for all; for none too."),
    function("exists", "LIST.exists(x, CONDITION)", "true or false", "Whether it is true for one or more."),
    function("exists_one", "LIST.exists_one(x, CONDITION)", "true or false", "Whether it is true for exactly one."),
    function("contains", "TEXT.contains(TEXT)", "true or false", "Whether the second stands in the first."),
    function("startsWith", "TEXT.startsWith(TEXT)", "true or false", "Whether the first begins with the second."),
    function("endsWith", "TEXT.endsWith(TEXT)", "true or false", "Whether the first ends with the second."),
    function("string", "string(VALUE)", "a text", "The value as a text."),
    function("int", "int(VALUE)", "a number", "The value as a whole number."),
    function("double", "double(VALUE)", "a number", "The value as a number with a fraction."),
];

/// Functions of which the value depends on the present.
const OF_NOW: [&str; 2] = ["since", "age"];
/// What a time or a duration comes to, as a number; no name that a file can hold.
const MEASURE: &str = "@measure";

/// Whether a tree calls a function of these.
fn calls(tree: &IdedExpr, names: &[&str]) -> bool {
    let is_called =
        |call: &CallExpr| names.contains(&call.func_name.as_str()) && call.target.is_none();
    matches!(&tree.expr, Ast::Call(call) if is_called(call))
        || children(tree).into_iter().any(|child| calls(child, names))
}

/// Whether the value of a tree depends on the present.
pub(crate) fn needs_now(tree: &IdedExpr) -> bool {
    calls(tree, &OF_NOW)
}

impl Expr {
    /// Whether it gives the same whenever it is asked in a run: it mentions only what was given, and of the subject what it is.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let becomes_known = |part: &String| part == "cut_at" || part == "principal";
        let paths = self.paths();
        let mut paths = paths.into_iter().map(|path| path.parts.as_slice());
        let is_given = |parts: &[String]| match parts {
            [root, rest @ ..] => {
                ["subject", "inputs", "incident"].contains(&root.as_str())
                    && !rest.iter().any(becomes_known)
            }
            [] => false,
        };
        paths.all(is_given) && !self.each().into_iter().any(|cel| needs_now(cel.tree()))
    }
}

/// Whether a tree needs the functions of this file.
pub(crate) fn needs_time(tree: &IdedExpr) -> bool {
    calls(tree, &["since", "age", "duration", MEASURE])
}

fn children(tree: &IdedExpr) -> Vec<&IdedExpr> {
    match &tree.expr {
        Ast::Unspecified | Ast::Ident(_) | Ast::Literal(_) => Vec::new(),
        Ast::Select(select) => vec![&select.operand],
        Ast::Call(call) => call
            .target
            .iter()
            .map(|target| &**target)
            .chain(&call.args)
            .collect(),
        Ast::List(list) => list.elements.iter().collect(),
        // Expressions make no maps: infer refuses them.
        Ast::Map(_) | Ast::Struct(_) => Vec::new(),
        Ast::Comprehension(all) => vec![
            &all.iter_range,
            &all.accu_init,
            &all.loop_cond,
            &all.loop_step,
            &all.result,
        ],
    }
}

/// The tree in which the comparisons with these ids are of what times and durations come to.
pub(crate) fn measured(tree: &IdedExpr, comparisons: &[u64]) -> IdedExpr {
    let mut tree = tree.clone();
    measure(&mut tree, comparisons);
    tree
}

fn measure(tree: &mut IdedExpr, comparisons: &[u64]) {
    let id = tree.id;
    match &mut tree.expr {
        Ast::Unspecified | Ast::Ident(_) | Ast::Literal(_) | Ast::Map(_) | Ast::Struct(_) => {}
        Ast::Select(select) => measure(&mut select.operand, comparisons),
        Ast::Call(call) => {
            let parts = call.target.iter_mut().map(|target| &mut **target);
            for part in parts.chain(&mut call.args) {
                measure(part, comparisons);
            }
            if comparisons.contains(&id) {
                for side in &mut call.args {
                    let measured = CallExpr {
                        func_name: MEASURE.to_owned(),
                        target: None,
                        args: vec![std::mem::take(side)],
                    };
                    side.id = id;
                    side.expr = Ast::Call(measured);
                }
            }
        }
        Ast::List(list) => {
            for element in &mut list.elements {
                measure(element, comparisons);
            }
        }
        Ast::Comprehension(all) => {
            for part in [
                &mut all.iter_range,
                &mut all.accu_init,
                &mut all.loop_cond,
                &mut all.loop_step,
                &mut all.result,
            ] {
                measure(part, comparisons);
            }
        }
    }
}

/// Lets the expressions of a context use times and durations.
pub(crate) fn add(context: &mut Context<'_, '_>, now: Option<Time>) {
    let ago = move |time: Time| {
        let now = now.ok_or_else(|| wrong("since", "the present is not known"))?;
        Ok(Value::from(spell(now.duration_since(time)).as_str()))
    };
    let since = move |value: Value| ago(time(&value).ok_or_else(|| unknown("since", &value))?);
    let age = move |value: Value| {
        let begun = ["created", "at"]
            .into_iter()
            .find_map(|name| time(&part(&value, name)?))
            .or_else(|| time(&value));
        ago(begun.ok_or_else(|| unknown("age", &value))?)
    };
    let duration = |text: Arc<String>| {
        let length = read_duration(&text).map_err(|why| wrong("duration", &why))?;
        Ok::<_, ExecutionError>(Value::from(spell(length).as_str()))
    };
    // The names are ours alone: the standard functions without dates have none of them.
    let added = [
        context.add_function("since", since),
        context.add_function("age", age),
        context.add_function("duration", duration),
        context.add_function(MEASURE, |value: Value| {
            worth(&value).ok_or_else(|| unknown("comparing", &value))
        }),
    ];
    debug_assert!(added.iter().all(Result::is_ok));
}

fn wrong(function: &str, why: &str) -> ExecutionError {
    ExecutionError::function_error(function, why)
}

fn unknown(function: &str, value: &Value) -> ExecutionError {
    let why = if matches!(value, Value::Null | Value::Map(_)) {
        "it is not known when; ask `!= null` first"
    } else {
        "this is neither a time nor a duration"
    };
    wrong(function, why)
}

/// The exact spelling of a length of time; `ago` stands behind a negative one.
fn spell(length: Duration) -> String {
    jiff::fmt::friendly::SpanPrinter::new().duration_to_string(&length)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only a map has parts, whatever other values there are"
)]
fn part(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Map(map) => map.get(&cel::objects::Key::from(name)).cloned(),
        _ => None,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only a text can be a time, whatever other values there are"
)]
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn time(value: &Value) -> Option<Time> {
    text(value)?.parse().ok()
}

/// What a time or a duration comes to, in milliseconds; both sides of a comparison are of one type.
fn worth(value: &Value) -> Option<i64> {
    let text = text(value)?;
    if let Ok(time) = text.parse::<Time>() {
        return Some(time.as_millisecond());
    }
    let span: jiff::Span = text.parse().ok()?;
    let length = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .ok()?;
    i64::try_from(length.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{HEAD, passed};
    use super::super::{Evaluated, Scope};

    fn told(source: &str, now: Option<&str>) -> Evaluated<bool> {
        let text = format!(
            "{HEAD}  inventory:\n    - {{id: reach, read: reach, target: \"${{subject}}\"}}\n    - {{id: acts, read: activity, target: \"${{subject}}\", needs: []}}\n    - {{id: x, check: \"${{{source}}}\", needs: [reach, acts]}}\n"
        );
        let playbook = passed(&text);
        let mut scope = Scope::new();
        if let Some(now) = now.and_then(|now| now.parse().ok()) {
            scope.set_now(now);
        }
        scope.set("inputs", json!({"wait": "4h"}));
        scope.set("incident", json!({"since": "2026-11-20T03:00:00Z"}));
        let item = json!({"created": "2026-11-20T03:00:00.5Z", "at": null});
        scope.set_step("reach", json!({"at": "2026-11-20T03:00:00.25Z", "items": [item, {"created": null, "at": null}]}));
        scope.set_step("acts", json!({"items": [{"at": "2026-11-20T02:00:00Z"}]}));
        let step = playbook.step("x");
        let check = step.and_then(|step| step.exprs().first().copied());
        check.map_or(Evaluated::Failed(String::new()), |check| {
            check.eval_bool(&scope)
        })
    }

    #[test]
    fn times_and_durations_are_compared_by_what_they_mean() {
        let now = Some("2026-11-20T07:00:00Z");
        for (source, expected) in [
            ("since(incident.since) == inputs.wait", true),
            ("since(incident.since) >= duration('240m')", true),
            ("since(incident.since) > duration('4h')", false),
            ("since(incident.since) < duration('1d')", true),
            ("steps.reach.at > incident.since", true),
            ("steps.reach.at == incident.since", false),
            ("steps.reach.at < steps.reach.items[0].created", true),
            ("age(steps.reach.items[0]) < duration('4h')", true),
            (
                "steps.reach.items.filter(i, i.created != null && age(i) < duration('4h')).size() == 1",
                true,
            ),
            ("steps.acts.items.exists(e, age(e) == duration('5h'))", true),
            (
                "steps.acts.items.filter(e, e.at > incident.since).size() == 0",
                true,
            ),
            (
                "(inputs.wait < duration('5h') ? duration('1h') : inputs.wait) == duration('60m')",
                true,
            ),
            (
                "since(steps.reach.items[0].created) < duration('4h') && inputs.wait != duration('1h')",
                true,
            ),
        ] {
            assert_eq!(told(source, now), Evaluated::Known(expected), "{source}");
        }
        let future = Some("2026-11-20T01:00:00Z");
        assert_eq!(
            told("since(incident.since) < duration('0s')", future),
            Evaluated::Known(true)
        );
    }

    #[test]
    fn without_a_present_or_a_time_nothing_is_decided() {
        let source = "since(incident.since) > duration('4h')";
        assert_eq!(
            told(source, None),
            Evaluated::Unknown(vec!["now".to_owned()])
        );
        assert_eq!(
            told("inputs.wait > duration('3h')", None),
            Evaluated::Known(true)
        );
        let now = Some("2026-11-20T07:00:00Z");
        for source in [
            "age(steps.reach.items[1]) > duration('1h')",
            "steps.reach.items[1].created > incident.since",
        ] {
            let told = told(source, now);
            assert!(
                matches!(&told, Evaluated::Failed(why) if why.contains("not known when")),
                "{source}: {told:?}"
            );
        }
    }
}
