//! Expressions: CEL inside `${…}`, parsed once, evaluated on data.
//!
//! A value that is one whole expression keeps its type; embedded it gives a string. The result is data: never scanned
//! again. Whatever mentions something unknown is unknown, even where CEL would short-circuit.

use std::sync::Arc;

use serde_json::Value;

use super::call::Inline;
use super::diagnostic::{Problem, Span};
use super::program::{Cel, Path, compile};
use super::scope::Scope;

/// A value of the file that may hold expressions.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    pub(crate) form: Form,
}

/// What came of evaluating.
#[derive(Clone, PartialEq, Debug)]
pub enum Evaluated<T = Value> {
    /// This value.
    Known(T),
    /// Nothing yet: these paths have no value so far.
    Unknown(Vec<String>),
    /// No value: the data does not fit the expression.
    Failed(String),
}

#[derive(Clone, Debug)]
pub(crate) enum Form {
    Literal(Value),
    Cel(Arc<Cel>),
    Joined(Vec<Self>),
    List(Vec<Expr>),
    /// True where all are.
    All(Vec<Expr>),
}

impl Expr {
    /// A value without expressions.
    #[must_use]
    pub fn literal(value: Value, span: Span) -> Self {
        Self {
            span,
            form: Form::Literal(value),
        }
    }

    /// The value, where it holds no expressions.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.form {
            Form::Literal(value) => Some(value),
            Form::Cel(_) | Form::Joined(_) | Form::List(_) | Form::All(_) => None,
        }
    }

    /// True where both are.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            span: other.span,
            form: Form::All(vec![self, other]),
        }
    }

    /// The same value in a playbook that calls this one.
    pub(crate) fn inside(&self, call: &Inline<'_>) -> Self {
        Self {
            span: self.span,
            form: self.form.inside_of(call),
        }
    }

    /// Reads a text of the file; `raw` is how the file spells it, for places.
    pub(crate) fn parse(text: &str, raw: &str, span: Span) -> Result<Self, Problem> {
        // Places are exact only where the file spells the text as it is meant.
        let shift = raw.find(text).map(|at| span.start + at);
        let mut forms = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            if !before.is_empty() {
                forms.push(Form::Literal(before.into()));
            }
            let body = after.get(2..).unwrap_or_default();
            let begin = text.len() - body.len();
            let Some(end) = closing(body) else {
                let problem = Problem::new("expression", span, "an expression is not closed");
                return Err(problem.hint("an expression is written ${…}"));
            };
            let (source, after) = body.split_at_checked(end).unwrap_or((body, ""));
            let exact = shift.map(|shift| Span::new(shift + begin, shift + begin + source.len()));
            forms.push(Form::Cel(Arc::new(compile(source, exact.unwrap_or(span))?)));
            rest = after.get(1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            forms.push(Form::Literal(rest.into()));
        }
        let form = match (forms.pop(), forms.is_empty()) {
            (None, _) => Form::Literal(Value::String(String::new())),
            (Some(only), true) => only,
            (Some(last), false) => {
                forms.push(last);
                Form::Joined(forms)
            }
        };
        Ok(Self { span, form })
    }

    /// Evaluates.
    #[must_use]
    pub fn eval(&self, scope: &Scope) -> Evaluated {
        match &self.form {
            Form::List(items) => gather(items.iter().map(|item| item.eval(scope)), Value::Array),
            Form::Literal(_) | Form::Cel(_) | Form::Joined(_) | Form::All(_) => {
                self.form.eval(scope)
            }
        }
    }

    /// Evaluates what must be true or false.
    #[must_use]
    pub fn eval_bool(&self, scope: &Scope) -> Evaluated<bool> {
        self.eval(scope).narrow("true or false", Value::as_bool)
    }

    /// Evaluates what must be a text: a locator, a key, a duration.
    #[must_use]
    pub fn eval_text(&self, scope: &Scope) -> Evaluated<String> {
        self.eval(scope)
            .narrow("a text", |value| value.as_str().map(str::to_owned))
    }

    /// Evaluates what must be a list.
    #[must_use]
    pub fn eval_list(&self, scope: &Scope) -> Evaluated<Vec<Value>> {
        self.eval(scope)
            .narrow("a list", |value| value.as_array().cloned())
    }

    /// The text, as people write it.
    #[must_use]
    pub fn source(&self) -> String {
        self.form.source()
    }

    /// All single expressions in it.
    pub(crate) fn each(&self) -> Vec<&Cel> {
        self.form.each()
    }

    /// The one whole expression, where it is one.
    pub(crate) fn whole(&self) -> Option<&Cel> {
        match &self.form {
            Form::Cel(cel) => Some(cel),
            Form::Literal(_) | Form::Joined(_) | Form::List(_) | Form::All(_) => None,
        }
    }

    /// All paths whose values it needs.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        let each = self.each().into_iter().flat_map(|cel| &cel.paths);
        each.flat_map(Path::sources).collect()
    }

    /// The ids of the steps it mentions.
    #[must_use]
    pub fn steps(&self) -> Vec<&str> {
        self.paths()
            .into_iter()
            .filter_map(|path| match path.parts.as_slice() {
                [root, id, ..] if root == "steps" => Some(id.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Whether it mentions a root such as `subject` or `found`.
    #[must_use]
    pub fn mentions(&self, root: &str) -> bool {
        self.paths()
            .into_iter()
            .any(|path| path.parts.first().is_some_and(|first| first == root))
    }
}

impl Form {
    fn source(&self) -> String {
        match self {
            Self::Literal(Value::String(text)) => text.clone(),
            Self::Literal(value) => value.to_string(),
            Self::Cel(cel) => format!("${{{}}}", cel.source),
            Self::Joined(forms) => forms.iter().map(Self::source).collect(),
            Self::All(exprs) => {
                let exprs: Vec<String> = exprs.iter().map(Expr::source).collect();
                exprs.join(" and ")
            }
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Expr::source).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    fn each(&self) -> Vec<&Cel> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Cel(cel) => vec![cel],
            Self::Joined(forms) => forms.iter().flat_map(Self::each).collect(),
            Self::List(items) | Self::All(items) => items.iter().flat_map(Expr::each).collect(),
        }
    }

    fn inside_of(&self, call: &Inline<'_>) -> Self {
        let all = |items: &[Expr]| items.iter().map(|item| item.inside(call)).collect();
        match self {
            Self::Literal(value) => Self::Literal(value.clone()),
            Self::Cel(cel) => Self::Cel(Arc::new(cel.inside(call))),
            Self::Joined(forms) => {
                Self::Joined(forms.iter().map(|form| form.inside_of(call)).collect())
            }
            Self::List(items) => Self::List(all(items)),
            Self::All(items) => Self::All(all(items)),
        }
    }

    fn eval(&self, scope: &Scope) -> Evaluated {
        match self {
            Self::Literal(value) => Evaluated::Known(value.clone()),
            Self::Cel(cel) => cel.eval(scope),
            Self::Joined(forms) => gather(forms.iter().map(|form| form.inside(scope)), |parts| {
                let parts = parts.iter().filter_map(Value::as_str);
                Value::String(parts.collect())
            }),
            Self::List(items) => gather(items.iter().map(|item| item.eval(scope)), Value::Array),
            Self::All(items) => gather(items.iter().map(|item| item.eval(scope)), |parts| {
                // What is neither true nor false stays what it is, and is refused by whoever asks for a truth.
                let other = parts.iter().find(|part| !part.is_boolean()).cloned();
                other.unwrap_or(Value::Bool(parts.iter().all(|part| *part == true)))
            }),
        }
    }
}

impl Form {
    /// The value as a part of a text.
    fn inside(&self, scope: &Scope) -> Evaluated {
        match self.eval(scope) {
            Evaluated::Known(Value::Number(number)) => Evaluated::Known(number.to_string().into()),
            Evaluated::Known(Value::Bool(truth)) => Evaluated::Known(truth.to_string().into()),
            Evaluated::Known(value @ (Value::Null | Value::Array(_) | Value::Object(_))) => {
                Evaluated::Failed(format!("{} cannot stand inside a text", kind(&value)))
            }
            other @ (Evaluated::Known(Value::String(_))
            | Evaluated::Unknown(_)
            | Evaluated::Failed(_)) => other,
        }
    }
}

impl Evaluated {
    fn narrow<T>(self, wanted: &str, take: impl FnOnce(&Value) -> Option<T>) -> Evaluated<T> {
        match self {
            Self::Known(value) => take(&value).map_or_else(
                || Evaluated::Failed(format!("expected {wanted}, found {}", kind(&value))),
                Evaluated::Known,
            ),
            Self::Unknown(paths) => Evaluated::Unknown(paths),
            Self::Failed(why) => Evaluated::Failed(why),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn gather(
    parts: impl Iterator<Item = Evaluated>,
    into: impl FnOnce(Vec<Value>) -> Value,
) -> Evaluated {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut failed = None;
    for part in parts {
        match part {
            Evaluated::Known(value) => known.push(value),
            Evaluated::Unknown(paths) => unknown.extend(paths),
            Evaluated::Failed(why) => failed = failed.or(Some(why)),
        }
    }
    match failed {
        _ if !unknown.is_empty() => Evaluated::Unknown(unknown),
        Some(why) => Evaluated::Failed(why),
        None => Evaluated::Known(into(known)),
    }
}

/// Finds the brace that closes an expression, past the strings and braces inside it.
fn closing(body: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in body.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (Some(_) | None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::program::MAX_SOURCE;
    use super::*;

    fn expr(text: &str) -> Expr {
        Expr::parse(text, text, Span::new(0, text.len()))
            .unwrap_or_else(|why| unreachable!("{why:?}"))
    }

    fn scope() -> Scope {
        let mut scope = Scope::new();
        scope.set(
            "subject",
            json!({"locator": "aws:user/x@1", "kind": "aws:user", "id": "x", "principal": null}),
        );
        scope.set("inputs", json!({"n": 3, "big": 18_446_744_073_709_551_615_u64, "f": 1.5, "evil": "${subject.id}", "labels": {"a": "b"}}));
        scope.set_step("end-it", json!({"status": "confirmed", "items": [{"id": "a", "in": true}, {"id": "b", "in": false}]}));
        scope
    }

    #[test]
    fn a_whole_expression_keeps_its_type_and_an_embedded_one_gives_a_text() {
        let cases = [
            ("${inputs.n}", json!(3)),
            ("${inputs.n + 1}", json!(4)),
            ("${inputs.big}", json!(18_446_744_073_709_551_615_u64)),
            ("n=${inputs.n}, ${subject.id}!", json!("n=3, x!")),
            ("${subject}", json!("aws:user/x@1")),
            ("<${subject}>", json!("<aws:user/x@1>")),
            ("${subject.principal}", json!(null)),
            ("${inputs.evil}", json!("${subject.id}")),
            ("a ${inputs.evil}", json!("a ${subject.id}")),
            ("${'}' + \"}\" + '${' + '\\''}", json!("}}${'")),
            ("plain $ {text}", json!("plain $ {text}")),
            ("", json!("")),
            (
                "${steps.end-it.items.filter(i, i.id != 'a').map(i, i.id)}",
                json!(["b"]),
            ),
            ("${steps.end-it.items.size() -1}", json!(1)),
            (
                "${'steps.end-it' + steps.end-it.status}",
                json!("steps.end-itconfirmed"),
            ),
            ("${steps.end-it.items.exists(i, i.id == 'b')}", json!(true)),
            (
                "${steps.end-it.items.all(i, i.id in ['a', 'b'])}",
                json!(true),
            ),
            ("${inputs.labels.a}", json!("b")),
            (
                "${inputs.f > 1.0 ? subject : subject}",
                json!("aws:user/x@1"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(
                expr(text).eval(&scope()),
                Evaluated::Known(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_path_makes_the_whole_expression_unknown() {
        let cases = [
            ("${steps.later.items}", vec!["steps.later.items"]),
            ("${true || steps.later.ok}", vec!["steps.later.ok"]),
            (
                "${false && steps.end-it.at == null}",
                vec!["steps.end-it.at"],
            ),
            (
                "x ${steps.a.at} ${incident.id}",
                vec!["steps.a.at", "incident.id"],
            ),
        ];
        for (text, expected) in cases {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(
                expr(text).eval(&scope()),
                Evaluated::Unknown(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn data_that_do_not_fit_fail_and_never_count_as_false() {
        for text in [
            "${inputs.n + subject.id}",
            "aws:user/${subject.principal}",
            "${inputs.labels.zzz}",
            "${subject.principal > 1}",
            "${steps.end-it.items[9]}",
        ] {
            assert!(
                matches!(expr(text).eval(&scope()), Evaluated::Failed(_)),
                "{text}"
            );
        }
        assert!(matches!(
            expr("${inputs.n}").eval_bool(&scope()),
            Evaluated::Failed(_)
        ));
        assert_eq!(
            expr("${inputs.n == 3}").eval_bool(&scope()),
            Evaluated::Known(true)
        );
        assert!(matches!(
            expr("${inputs.n}").eval_text(&scope()),
            Evaluated::Failed(_)
        ));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let long = format!("${{'{}'}}", "x".repeat(MAX_SOURCE));
        let deep = format!("${{{}1{}}}", "(".repeat(500), ")".repeat(500));
        let chain = format!("${{1{}}}", "+1".repeat(1500));
        for text in [
            "${", "${'}", "${1 +}", "${}", "${ }", "a ${b", &long, &deep, &chain,
        ] {
            let run = || Expr::parse(text, text, Span::default()).is_err();
            let refused = std::thread::scope(|scope| {
                let big = std::thread::Builder::new().stack_size(16 * 1024 * 1024);
                big.spawn_scoped(scope, run)
                    .map(|worker| worker.join().unwrap_or(false))
                    .unwrap_or(false)
            });
            assert!(refused, "{}", text.chars().take(20).collect::<String>());
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    fn ten_thousand_subjects_take_a_moment() {
        let all = [
            "${subject}",
            "${subject.principal}",
            "${inputs.n}",
            "${subject.kind == 'aws:user' && inputs.n > 2}",
            "${subject.id + '-x'}",
        ]
        .map(expr);
        let (mut scope, began) = (scope(), std::time::Instant::now());
        for number in 0..10_000 {
            scope.set("subject", json!({"locator": "aws:user/x@1", "kind": "aws:user", "id": number.to_string(), "principal": null}));
            for expr in &all {
                assert!(matches!(expr.eval(&scope), Evaluated::Known(_)));
            }
        }
        assert!(began.elapsed().as_secs() < 5);
    }
}
