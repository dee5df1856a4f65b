//! One parsed expression: what it mentions, and its evaluation by CEL.
//!
//! Binds exactly the paths that it mentions, each under its full name. Never sees anything else.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::common::ast::{EntryExpr, Expr as Ast, IdedExpr, LiteralValue, operators};
use cel::{Context, Env, Program};
use serde_json::Value;

use super::call::{Given, Inline};
use super::diagnostic::{Problem, Span};
use super::expr::Evaluated;
use super::function;
use super::scope::{Lost, Scope};

/// The longest expression, in bytes.
pub(crate) const MAX_SOURCE: usize = 4 * 1024;
/// The deepest syntax tree; evaluation recurses on ordinary stacks.
const MAX_TREE: usize = 96;

static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// One `${…}`.
#[derive(Clone, Debug)]
pub(crate) struct Cel {
    /// What stands between the braces, as written.
    pub(crate) source: String,
    /// Where that stands in the file.
    pub(crate) span: Span,
    /// What is mentioned, roots that are bound inside excepted.
    pub(crate) paths: Vec<Path>,
    program: Arc<Program>,
    /// The tree in which times and durations are compared by what they mean; set once the types are known.
    measured: Arc<OnceLock<IdedExpr>>,
    whole_path: bool,
}

/// A member path such as `steps.reach.items`.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    /// Its parts.
    pub(crate) parts: Vec<String>,
    /// Its name as a variable of the program.
    variable: String,
    /// What it was given by the playbook that calls this one, where it is an input.
    given: Option<Arc<Given>>,
}

impl Path {
    fn new(parts: Vec<String>) -> Self {
        let variable = parts.join(".");
        let steps = parts.first().is_some_and(|root| root == "steps");
        let as_written = |(index, part): (usize, String)| {
            if steps && index == 1 {
                as_id(&part)
            } else {
                part
            }
        };
        Self {
            parts: parts.into_iter().enumerate().map(as_written).collect(),
            variable,
            given: None,
        }
    }

    /// The paths whose values it needs: itself, or what the value that it was given mentions.
    pub(crate) fn sources(&self) -> Vec<&Self> {
        match &self.given {
            Some(given) => given.expr.paths(),
            None => vec![self],
        }
    }

    /// The same path in a playbook that calls this one.
    fn inside(&self, call: &Inline<'_>) -> Self {
        let mut path = self.clone();
        match &self.given {
            Some(given) => path.given = Some(Arc::new(given.inside(call))),
            None => match path.parts.as_mut_slice() {
                [root, id, ..] if root == "steps" => *id = call.id(id),
                [root, name, ..] if root == "inputs" && name != "subject" => {
                    path.given = call.given(name).cloned();
                }
                _ => {}
            },
        }
        path
    }

    /// Whether the program spells it so; what a calling playbook gave for it goes by another name.
    pub(crate) fn is(&self, spelt: &str) -> bool {
        self.variable == spelt && self.given.is_none()
    }

    /// The path as written.
    pub(crate) fn name(&self) -> String {
        self.parts.join(".")
    }
}

impl Cel {
    /// The syntax tree.
    pub(crate) fn tree(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// Compares by what they mean the times and durations of the comparisons with these ids.
    pub(crate) fn measure(&self, comparisons: &[u64]) {
        if !comparisons.is_empty() {
            self.measured
                .get_or_init(|| function::measured(self.tree(), comparisons));
        }
    }

    /// Where a word of the expression stands; the whole expression where it cannot be told.
    pub(crate) fn locate(&self, word: &str) -> Span {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let stands_alone = |at: usize| {
            let before = self
                .source
                .get(..at)
                .and_then(|text| text.chars().next_back());
            let after = self
                .source
                .get(at + word.len()..)
                .and_then(|text| text.chars().next());
            !before.is_some_and(inside) && !after.is_some_and(inside)
        };
        let found = self
            .source
            .match_indices(word)
            .map(|(at, _)| at)
            .find(|at| stands_alone(*at));
        match found {
            Some(at) if self.span.end - self.span.start == self.source.len() => {
                Span::new(self.span.start + at, self.span.start + at + word.len())
            }
            Some(_) | None => self.span,
        }
    }

    /// The path, where the expression is nothing but one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self.paths.as_slice() {
            [path] if self.whole_path => Some(path),
            _ => None,
        }
    }

    /// The same expression in a playbook that calls this one.
    pub(crate) fn inside(&self, call: &Inline<'_>) -> Self {
        Self {
            paths: self.paths.iter().map(|path| path.inside(call)).collect(),
            ..self.clone()
        }
    }

    pub(crate) fn eval(&self, scope: &Scope) -> Evaluated {
        let mut unknown = Vec::new();
        let mut bound = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            let found = match &path.given {
                Some(given) => match given.value(scope) {
                    Evaluated::Known(value) => {
                        let rest = path.parts.get(2..).unwrap_or_default();
                        let mut part = Some(&value);
                        for name in rest {
                            part = part.and_then(|value| value.get(name));
                        }
                        part.cloned().map(Cow::Owned).ok_or(Lost::Absent)
                    }
                    Evaluated::Unknown(paths) => {
                        unknown.extend(paths);
                        continue;
                    }
                    Evaluated::Failed(why) => return Evaluated::Failed(why),
                },
                None => scope.find(&path.parts).map(Cow::Borrowed),
            };
            match found {
                Ok(value) => bound.push((path, value)),
                Err(Lost::Unknown) => unknown.push(path.name()),
                Err(Lost::Absent) => {
                    return Evaluated::Failed(format!("`{}` has no value", path.name()));
                }
            }
        }
        if !unknown.is_empty() {
            return Evaluated::Unknown(unknown);
        }
        if let (true, [(_, value)]) = (self.whole_path, bound.as_slice()) {
            return Evaluated::Known(stand_in(value));
        }
        let tree = self.measured.get().unwrap_or(self.tree());
        if scope.now().is_none() && function::needs_now(tree) {
            return Evaluated::Unknown(vec!["now".to_owned()]);
        }
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        if function::needs_time(tree) {
            function::add(&mut context, scope.now());
        }
        for (path, value) in bound {
            context.add_variable_from_value(path.variable.as_str(), to_cel(&value));
        }
        match context.resolve(tree) {
            Ok(value) => match value.json() {
                Ok(value) => Evaluated::Known(stand_in(&value)),
                Err(_) => Evaluated::Failed(format!("`{}` gives no data", self.source)),
            },
            Err(error) => Evaluated::Failed(format!("`{}`: {error}", self.source)),
        }
    }
}

/// A thing where a value is wanted stands for its locator.
fn stand_in(value: &Value) -> Value {
    match value.get("locator") {
        Some(locator @ Value::String(_)) => locator.clone(),
        Some(_) | None => value.clone(),
    }
}

fn to_cel(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(truth) => cel::Value::Bool(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => cel::Value::Int(whole),
            (None, Some(whole)) => cel::Value::UInt(whole),
            (None, None) => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => cel::Value::from(text.as_str()),
        Value::Array(items) => cel::Value::List(Arc::new(items.iter().map(to_cel).collect())),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), to_cel(value)))
            .collect::<std::collections::HashMap<String, cel::Value>>()
            .into(),
    }
}

/// CEL reads `-` as minus; ids of steps may hold it, so there `-` becomes `_m` and `_` becomes `__`.
fn spell_ids(source: &str) -> String {
    let mut spelt = String::with_capacity(source.len());
    let (mut quote, mut escaped, mut in_id) = (None, false, false);
    for c in source.chars() {
        let part_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if quote.is_none() && c == '.' {
            let root = spelt.strip_suffix("steps");
            in_id = root.is_some_and(|before| !before.ends_with(|c| part_of_name(c) || c == '.'));
        } else if !(part_of_name(c) || c == '-') {
            in_id = false;
        }
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (Some(_) | None, _) => {}
        }
        match c {
            '-' if in_id => spelt.push_str("_m"),
            '_' if in_id => spelt.push_str("__"),
            _ => spelt.push(c),
        }
    }
    spelt
}

/// The id of a step, as the file writes it, from how CEL sees it.
pub(crate) fn as_id(spelt: &str) -> String {
    let (mut id, mut rest) = (String::with_capacity(spelt.len()), spelt.chars());
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('_', Some('m')) => {
                id.push('-');
                rest.next();
            }
            ('_', Some('_')) => {
                id.push('_');
                rest.next();
            }
            _ => id.push(c),
        }
    }
    id
}

/// Parses what stands between the braces.
pub(crate) fn compile(source: &str, span: Span) -> Result<Cel, Problem> {
    let refusal = |message: String| Problem::new("expression", span, message);
    if source.len() > MAX_SOURCE {
        let message = format!(
            "an expression has {} bytes; at most {MAX_SOURCE} are read",
            source.len()
        );
        return Err(refusal(message));
    }
    if source.trim().is_empty() {
        return Err(refusal("an expression is empty".to_owned()));
    }
    let program = STANDARD.compile(&spell_ids(source)).map_err(|errors| {
        let first = errors.errors.first().map_or("", |error| error.msg.as_str());
        refusal(format!("this is no expression: {}", first.to_lowercase()))
    })?;
    let mut paths = Vec::new();
    walk(program.expression(), &mut Vec::new(), &mut paths, 0)
        .map_err(|TooDeep| refusal("the expression is nested too deeply".to_owned()))?;
    let whole_path = matches!(
        (&program.expression().expr, paths.as_slice()),
        (Ast::Select(_) | Ast::Ident(_), [_])
    ) && member_path(program.expression()).is_some();
    Ok(Cel {
        source: source.to_owned(),
        span,
        paths,
        program: Arc::new(program),
        measured: Arc::default(),
        whole_path,
    })
}

struct TooDeep;

/// The member path that a tree spells, root first.
pub(crate) fn member_path(tree: &IdedExpr) -> Option<Vec<String>> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only names and selections spell a path"
    )]
    match &tree.expr {
        Ast::Ident(name) => Some(vec![name.clone()]),
        Ast::Select(select) if !select.test => {
            let mut path = member_path(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        _ => None,
    }
}

fn walk(
    tree: &IdedExpr,
    bound: &mut Vec<String>,
    paths: &mut Vec<Path>,
    depth: usize,
) -> Result<(), TooDeep> {
    if depth > MAX_TREE {
        return Err(TooDeep);
    }
    if let Some(path) = member_path(tree) {
        let is_bound = path.first().is_some_and(|root| bound.contains(root));
        let path = Path::new(path);
        if !is_bound && !paths.iter().any(|known| known.parts == path.parts) {
            paths.push(path);
        }
        return Ok(());
    }
    let children: Vec<&IdedExpr> = match &tree.expr {
        Ast::Unspecified | Ast::Ident(_) | Ast::Literal(_) => Vec::new(),
        Ast::Select(select) => vec![&select.operand],
        Ast::Call(call) => call
            .target
            .iter()
            .map(|target| &**target)
            .chain(&call.args)
            .collect(),
        Ast::List(list) => list.elements.iter().collect(),
        Ast::Map(map) => entries(&map.entries),
        Ast::Struct(made) => entries(&made.entries),
        Ast::Comprehension(all) => {
            walk(&all.iter_range, bound, paths, depth + 1)?;
            walk(&all.accu_init, bound, paths, depth + 1)?;
            let before = bound.len();
            bound.extend([all.iter_var.clone(), all.accu_var.clone()]);
            bound.extend(all.iter_var2.clone());
            for inner in [&all.loop_cond, &all.loop_step, &all.result] {
                walk(inner, bound, paths, depth + 1)?;
            }
            bound.truncate(before);
            Vec::new()
        }
    };
    children
        .into_iter()
        .try_for_each(|child| walk(child, bound, paths, depth + 1))
}

fn entries(entries: &[cel::common::ast::IdedEntryExpr]) -> Vec<&IdedExpr> {
    entries
        .iter()
        .flat_map(|entry| match &entry.expr {
            EntryExpr::StructField(field) => vec![&field.value],
            EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
        })
        .collect()
}

/// The text of a literal, where a tree is one.
pub(crate) fn literal_text(tree: &IdedExpr) -> Option<String> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only one of many forms is a text"
    )]
    match &tree.expr {
        Ast::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

/// Whether a tree filters a list down to things that the attacker neither holds, nor minted, nor entered.
pub(crate) fn shared_only(tree: &IdedExpr) -> bool {
    let Ast::Comprehension(all) = &tree.expr else {
        return false;
    };
    // `filter` becomes a loop whose step is: condition ? so far + [element] : so far.
    let Ast::Call(step) = &all.loop_step.expr else {
        return false;
    };
    let filters = step.func_name == operators::CONDITIONAL
        && matches!(&all.accu_init.expr, Ast::List(list) if list.elements.is_empty());
    filters
        && step
            .args
            .first()
            .is_some_and(|condition| demands_shared(condition, &all.iter_var))
}

fn demands_shared(condition: &IdedExpr, variable: &str) -> bool {
    const HEALTHY: [&str; 3] = ["shared", "could-enter", "could-read"];
    let Ast::Call(call) = &condition.expr else {
        return false;
    };
    let is_relation =
        |tree: &IdedExpr| member_path(tree).is_some_and(|path| path == [variable, "relation"]);
    let is_healthy =
        |tree: &IdedExpr| literal_text(tree).is_some_and(|text| HEALTHY.contains(&text.as_str()));
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::LOGICAL_AND, all) => all.iter().any(|one| demands_shared(one, variable)),
        (operators::EQUALS, [one, two]) => {
            is_relation(one) && is_healthy(two) || is_healthy(one) && is_relation(two)
        }
        (operators::IN, [one, two]) => {
            is_relation(one)
                && matches!(&two.expr, Ast::List(list) if list.elements.iter().all(is_healthy))
        }
        _ => false,
    }
}
