//! Expressions and templates of a pack: CEL over data, compiled when first needed.
//!
//! A template is text in which `${…}` stands for a value. What a value holds never becomes an expression.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::{Context, Env, Program, extensions};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The longest expression, in bytes.
const MAX_SOURCE: usize = 2 * 1024;

static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    // What vendors join into one text has to be taken apart: `system:serviceaccount:shop:web`. A test splits one.
    drop(env.add_extension(extensions::strings));
    Arc::new(env)
});

static BOUND: LazyLock<regex::Regex> = LazyLock::new(|| {
    let macros = r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_][A-Za-z0-9_]*)\s*,";
    regex::Regex::new(macros).unwrap_or_else(|_| unreachable!("a literal, which a test reads"))
});

static PATH: LazyLock<regex::Regex> = LazyLock::new(|| {
    let names = r"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$";
    regex::Regex::new(names).unwrap_or_else(|_| unreachable!("a literal, which a test reads"))
});

/// What expressions see, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(BTreeMap<String, Arc<Named>>);

/// A value, and the same as the library has it, once an expression asked for it.
#[derive(Debug)]
struct Named {
    value: Arc<Value>,
    seen: OnceLock<cel::Value>,
}

impl Scope {
    /// Names a value.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Arc<Value>>) {
        let named = Named {
            value: value.into(),
            seen: OnceLock::new(),
        };
        self.0.insert(name.to_owned(), Arc::new(named));
    }

    /// A value by name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|named| named.value.as_ref())
    }

    /// The same as the library has it.
    fn seen(&self, name: &str) -> Option<cel::Value> {
        let named = self.0.get(name)?;
        Some(named.seen.get_or_init(|| to_cel(&named.value)).clone())
    }

    /// The value at the end of names joined by dots; nothing where one of them is not there.
    fn walk(&self, path: &str) -> Option<&Value> {
        let mut names = path.split('.');
        let first = self.get(names.next()?)?;
        names.try_fold(first, |value, name| value.as_object()?.get(name))
    }
}

/// One expression.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    /// As the file has it.
    pub(super) source: String,
    compiled: Arc<OnceLock<Option<Compiled>>>,
}

#[derive(Debug)]
struct Compiled {
    program: Program,
    mentions: Vec<String>,
    /// Whether it is nothing but names joined by dots, which needs no library to be walked.
    is_path: bool,
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|source| Self::new(&source))
    }
}

impl Expr {
    /// Takes an expression as it is written; whether it is one is told by [`Expr::check`].
    pub(super) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: Arc::default(),
        }
    }

    fn compiled(&self) -> Option<&Compiled> {
        let compile = || {
            let program = compile(&self.source).ok()?;
            let references = program.references();
            let mentions = references.variables().into_iter();
            let mut mentions: Vec<String> = mentions.map(ToString::to_string).collect();
            // The library hands them over in an order that differs between processes.
            mentions.sort();
            Some(Compiled {
                is_path: !mentions.is_empty() && PATH.is_match(&self.source),
                program,
                mentions,
            })
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Says at once what can be seen to be wrong with it, without reading all of it.
    pub(super) fn check_size(&self) -> Result<(), String> {
        match self.source.trim() {
            "" => Err("an expression is empty".to_owned()),
            _ if self.source.len() > MAX_SOURCE => {
                Err(format!("an expression has more than {MAX_SOURCE} bytes"))
            }
            _ => Ok(()),
        }
    }

    /// Says what is wrong with it; else which names it mentions.
    pub(super) fn check(&self) -> Result<Vec<String>, String> {
        self.check_size()?;
        compile(&self.source)?;
        // What a macro names itself is named inside of it alone: `list.exists(one, one.id == id)`.
        let own = BOUND.captures_iter(&self.source);
        let own: Vec<String> = own
            .filter_map(|found| Some(found.get(1)?.as_str().to_owned()))
            .collect();
        let mut mentions = self.mentions().to_vec();
        mentions.retain(|name| !own.contains(name));
        Ok(mentions)
    }

    /// The names that it mentions.
    pub(super) fn mentions(&self) -> &[String] {
        self.compiled()
            .map_or(&[], |compiled| compiled.mentions.as_slice())
    }

    /// Its value; nothing where something that it mentions is not there, or does not fit.
    pub(super) fn value(&self, scope: &Scope) -> Option<Value> {
        let compiled = self.compiled()?;
        if compiled.is_path {
            return scope.walk(&self.source).cloned();
        }
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        for name in &compiled.mentions {
            if let Some(value) = scope.seen(name) {
                context.add_variable_from_value(name.as_str(), value);
            }
        }
        let found = context.resolve(compiled.program.expression()).ok()?;
        found.json().ok()
    }

    /// Whether it holds; what cannot be told does not.
    pub(super) fn holds(&self, scope: &Scope) -> bool {
        self.value(scope) == Some(Value::Bool(true))
    }
}

fn compile(source: &str) -> Result<Program, String> {
    STANDARD.compile(source).map_err(|errors| {
        let first = errors.errors.first().map_or("", |error| error.msg.as_str());
        format!("this is no expression: {}", first.to_lowercase())
    })
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

/// A value of a template, the text right before it, and the quote that it stands in.
type Quoted<'a> = (&'a Expr, &'a str, Option<char>);

/// Text in which `${…}` stands for a value.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// As the file has it.
    pub(super) source: String,
    pub(super) parts: Vec<Part>,
    /// Whether a `${` has no end.
    open: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Value(Expr),
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|source| Self::new(&source))
    }
}

impl Template {
    /// Takes a template apart.
    pub(super) fn new(source: &str) -> Self {
        let (mut parts, mut rest, mut open) = (Vec::new(), source, false);
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let inner = after.get(2..).unwrap_or_default();
            let Some(end) = closing(inner) else {
                open = true;
                rest = "";
                break;
            };
            parts.push(Part::Value(Expr::new(
                inner.get(..end).unwrap_or_default().trim(),
            )));
            rest = inner.get(end + 1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Self {
            source: source.to_owned(),
            parts,
            open,
        }
    }

    /// Whether every `${` has its end.
    pub(super) fn is_closed(&self) -> bool {
        !self.open
    }

    /// The expressions in it.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value(expr) => Some(expr),
        })
    }

    /// Says what is wrong with it; else which names it mentions.
    pub(super) fn check(&self) -> Result<Vec<String>, String> {
        if self.open {
            return Err("a `${` has no closing `}`".to_owned());
        }
        let mut names = Vec::new();
        for expr in self.exprs() {
            names.extend(expr.check()?);
        }
        Ok(names)
    }

    /// The text before the first value.
    pub(super) fn head(&self) -> &str {
        match self.parts.first() {
            Some(Part::Text(text)) => text,
            Some(Part::Value(_)) | None => "",
        }
    }

    /// The text, with each value as `escape` makes it; nothing where a value is missing or is no scalar.
    pub(super) fn text(
        &self,
        scope: &Scope,
        escape: impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Value(expr) => text.push_str(&escape(&scalar(&expr.value(scope)?)?)?),
            }
        }
        Some(text)
    }

    /// The value itself, where the template is nothing but one; else the text.
    pub(super) fn value(&self, scope: &Scope) -> Option<Value> {
        match self.parts.as_slice() {
            [Part::Value(expr)] => expr.value(scope),
            _ => self.plain(scope).map(Value::String),
        }
    }

    /// Whether a value would end the quotes that it stands in: within `name eq '${id}'` a quote begins another condition.
    pub(super) fn breaks_out(&self, scope: &Scope) -> bool {
        let (values, _) = self.quoted();
        values.into_iter().any(|(expr, _, quote)| {
            quote.is_some_and(|quote| {
                let value = expr.value(scope).as_ref().and_then(scalar);
                value.is_some_and(|value| value.contains([quote, '\\']))
            })
        })
    }

    /// Each value, with the text right before it and the quote that it stands in; and the quote that is open at the end.
    pub(super) fn quoted(&self) -> (Vec<Quoted<'_>>, Option<char>) {
        let (mut open, mut before) = (None, "");
        let mut values = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    before = text;
                    for c in text.chars() {
                        open = match open {
                            Some(quote) if quote == c => None,
                            None if matches!(c, '\'' | '"') => Some(c),
                            same => same,
                        };
                    }
                }
                Part::Value(expr) => {
                    values.push((expr, before, open));
                    before = "";
                }
            }
        }
        (values, open)
    }

    /// The text, with each value as it is.
    pub(super) fn plain(&self, scope: &Scope) -> Option<String> {
        self.text(scope, |value| Some(value.to_owned()))
    }
}

/// Where the brace is that closes an expression: not one in a quoted text, nor of a map inside.
fn closing(inner: &str) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0_usize);
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// A scalar as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope(body: Value) -> Scope {
        let mut scope = Scope::default();
        scope.set("body", body);
        scope.set("id", json!("a/b"));
        scope
    }

    #[test]
    fn what_is_not_there_holds_nothing() {
        let scope = scope(json!({"ok": true, "error": "x"}));
        for (source, holds) in [
            ("body.ok", true),
            ("body.ok == true && body.error == 'x'", true),
            ("body.missing == 'x'", false),
            ("body.missing != 'x'", false),
            ("nobody.ok", false),
            ("body.error", false),
            ("body.ok &&", false),
        ] {
            assert_eq!(Expr::new(source).holds(&scope), holds, "{source}");
        }
    }

    #[test]
    fn names_joined_by_dots_are_walked_to_what_the_library_finds() {
        let scope = scope(json!({
            "a": {"b": [1, 2.5], "c": null, "d": "x"}, "n": 7, "f": 0.5, "big": u64::MAX, "t": true,
        }));
        for path in [
            "body",
            "body.a",
            "body.a.b",
            "body.a.c",
            "body.a.d",
            "body.n",
            "body.f",
            "body.big",
            "body.t",
            "body.none",
            "body.n.x",
            "body.a.b.c",
            "none",
            "none.a",
            "id",
            "id.x",
            "true",
            "false",
            "null",
        ] {
            // In parentheses it is no path, and goes through the library.
            let whole = Expr::new(&format!("({path})")).value(&scope);
            assert_eq!(Expr::new(path).value(&scope), whole, "{path}");
        }
    }

    #[test]
    fn what_a_vendor_joined_is_taken_apart() {
        let scope = scope(json!({"name": "system:serviceaccount:shop:web"}));
        let split = Expr::new("body.name.split(':')[2] + '/' + body.name.split(':')[3]");
        assert_eq!(split.value(&scope), Some(json!("shop/web")));
    }

    #[test]
    fn a_value_is_escaped_and_never_read_as_a_template() {
        let scope = scope(json!({"evil": "${body.ok}/../x", "n": 3, "list": [1]}));
        let text = |source: &str| Template::new(source).plain(&scope);
        assert_eq!(text("a-${body.n}-b").as_deref(), Some("a-3-b"));
        assert_eq!(text("${body.evil}").as_deref(), Some("${body.ok}/../x"));
        assert_eq!(text("${body.list}"), None);
        assert_eq!(text("${body.none}x"), None);
        let escaped = Template::new("/t/${id}").text(&scope, |v| Some(v.replace('/', "%2F")));
        assert_eq!(escaped.as_deref(), Some("/t/a%2Fb"));
        assert_eq!(
            Template::new("${body.list}").value(&scope),
            Some(json!([1]))
        );
        assert_eq!(
            Template::new("${'}' + string(size({'a': 1}))}")
                .plain(&scope)
                .as_deref(),
            Some("}1")
        );
        assert!(Template::new("x ${body.n").check().is_err());
        assert!(Template::new("${1 +}").check().is_err());
        let bound = Expr::new("body.list.exists(one, one == other)").check();
        assert_eq!(bound, Ok(vec!["body".to_owned(), "other".to_owned()]));
    }
}
