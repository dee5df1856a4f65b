//! A request as the pack words it: method, address, headers and body, without its way to prove who we are.
//!
//! Sends nothing. A value stays a value wherever it stands.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Map, Value};

use super::body::member;
use super::cel::{Scope, Template, scalar};
use super::engine::Handle;
use super::model::{ALL_HELD, HELD, Request, SIGNED, is_held};
use super::place;
use crate::domain::{Because, Secret, Why};

/// The credentials that a request may carry beside our own.
#[derive(Clone, Copy, Default)]
pub(super) struct Held<'a> {
    /// The credential itself.
    pub(super) one: Option<&'a Secret>,
    /// Those of a batch.
    pub(super) all: &'a [&'a Secret],
    /// What a scheme signed for this one request.
    pub(super) signed: Option<&'a Secret>,
}

impl Held<'_> {
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let all = self.one.into_iter().chain(self.all.iter().copied());
        all.chain(self.signed).map(Secret::expose)
    }
}

/// A request without its way to prove who we are.
pub(super) struct Draft {
    pub(super) method: Method,
    /// The host's name in the pack.
    pub(super) host: Option<String>,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
}

/// Words a request; `turn` is a parameter of the next page.
pub(super) fn draft(
    on: &Handle,
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    turn: Option<(&str, &str)>,
) -> Result<Draft, Why> {
    let invalid = |text: String| Why::new(Because::Invalid, text);
    let (method, path) = request
        .line()
        .ok_or_else(|| invalid("the pack names no method".to_owned()))?;
    if breaks_out(request, scope) {
        let text = "a value does not stay inside of the quotes that it stands in".to_owned();
        return Err(invalid(text));
    }
    let base = on.base(request.host.as_deref())?;
    let mut query: Vec<(String, String)> = Vec::new();
    for (name, value) in &request.query {
        let values = several(value, scope).into_iter();
        query.extend(values.map(|value| (name.clone(), value)));
    }
    let has_body = request.json.is_some() || request.form.is_some();
    if let (Some((name, value)), false) = (turn, has_body) {
        query.retain(|(known, _)| known != name);
        query.push((name.to_owned(), value.to_owned()));
    }
    let url = place::build(&base, path, &query, scope)?;
    let mut headers = HeaderMap::new();
    // What the request says itself comes last, and counts.
    for (name, value) in on.file().headers.iter().chain(&request.headers) {
        let bad = || {
            invalid(format!(
                "the header `{name}` lacks a value that it can carry"
            ))
        };
        let value = value.plain(scope).ok_or_else(bad)?;
        headers.insert(
            HeaderName::try_from(name.as_str()).map_err(|_| bad())?,
            HeaderValue::try_from(value).map_err(|_| bad())?,
        );
    }
    let body = body(request, scope, held, turn)?;
    if let Some((sort, _)) = &body {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(sort));
    }
    Ok(Draft {
        method: Method::try_from(method).map_err(|_| invalid("no such method".to_owned()))?,
        host: request.host.clone(),
        url,
        headers,
        body: body.map(|(_, body)| body),
    })
}

/// Whether a value in it would be more than a value.
fn breaks_out(request: &Request, scope: &Scope) -> bool {
    fn within(data: &Value, scope: &Scope) -> bool {
        match data {
            Value::String(text) => !is_held(text) && Template::new(text).breaks_out(scope),
            Value::Array(items) => items.iter().any(|item| within(item, scope)),
            Value::Object(fields) => fields.values().any(|item| within(item, scope)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let form = request.form.iter().flat_map(|form| form.values());
    // Escaping a path keeps a value in its part, where the vendor reads quotes again: `users(name='…')`.
    let path = request.line().map(|(_, path)| path);
    let said = request.query.values().chain(request.headers.values());
    let mut said = said.chain(form).chain(path);
    said.any(|said| said.breaks_out(scope))
        || request
            .json
            .as_ref()
            .is_some_and(|json| within(json, scope))
}

/// The values of a parameter: each element of a list, else the one, else none.
fn several(value: &Template, scope: &Scope) -> Vec<String> {
    match value.value(scope) {
        Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
        Some(one) => scalar(&one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn body(
    request: &Request,
    scope: &Scope,
    held: Held<'_>,
    turn: Option<(&str, &str)>,
) -> Result<Option<(&'static str, String)>, Why> {
    let of = Filling {
        scope,
        held,
        optional: &request.optional,
    };
    if let Some(json) = &request.json {
        let mut body = of.fill(json, "").map_err(lacks)?;
        if let (Some((name, value)), Value::Object(fields)) = (turn, &mut body) {
            fields.insert(name.to_owned(), value.into());
        }
        return Ok(Some(("application/json", body.to_string())));
    }
    let Some(form) = &request.form else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (name, value) in form {
        let said = match value.source.as_str() {
            HELD => held.one.map(|secret| secret.expose().to_owned()),
            SIGNED => held.signed.map(|signed| signed.expose().to_owned()),
            _ => value.plain(scope),
        };
        match said {
            Some(said) => pairs.push((name.clone(), said)),
            None if of.may_lack(name, is_held(&value.source)) => {}
            None => return Err(lacks(Lacks(name.clone()))),
        }
    }
    pairs.extend(turn.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(Some((
        "application/x-www-form-urlencoded",
        place::form(&pairs),
    )))
}

/// The member that has no value.
struct Lacks(String);

/// Without one of its members a request would be another one: what is left, with whom, until when.
fn lacks(Lacks(member): Lacks) -> Why {
    let what = match member.as_str() {
        "" => "the body has no value".to_owned(),
        member => format!("`{member}` of the body has no value"),
    };
    Why::new(Because::Invalid, format!("{what}: nothing was sent"))
}

/// What a body is filled in from.
struct Filling<'a> {
    scope: &'a Scope,
    held: Held<'a>,
    /// The members that are left out where they have no value.
    optional: &'a [String],
}

impl Filling<'_> {
    /// Whether a member is left out where it has no value: never one that holds the credential.
    fn may_lack(&self, member: &str, holds_secret: bool) -> bool {
        !holds_secret && self.optional.iter().any(|one| one == member)
    }

    /// Data with each text in it filled in.
    fn fill(&self, data: &Value, at: &str) -> Result<Value, Lacks> {
        let held = &self.held;
        let found = match data {
            Value::String(text) if text == HELD => held.one.map(|one| one.expose().into()),
            Value::String(text) if text == SIGNED => held.signed.map(|one| one.expose().into()),
            Value::String(text) if text == ALL_HELD => {
                Some(held.all.iter().map(|secret| secret.expose()).collect())
            }
            Value::String(text) => Template::new(text).value(self.scope),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.fill(item, at));
                Some(items.collect::<Result<Value, Lacks>>()?)
            }
            Value::Object(fields) => Some(self.members(fields, at)?),
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(data.clone()),
        };
        found.ok_or_else(|| Lacks(at.to_owned()))
    }

    fn members(&self, fields: &Map<String, Value>, at: &str) -> Result<Value, Lacks> {
        let mut filled = Map::new();
        for (name, value) in fields {
            let member = member(at, name);
            match self.fill(value, &member) {
                Ok(value) => drop(filled.insert(name.clone(), value)),
                Err(_) if self.may_lack(&member, holds_secret(value)) => {}
                Err(lacks) => return Err(lacks),
            }
        }
        Ok(Value::Object(filled))
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => is_held(text),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(fields) => fields.values().any(holds_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
