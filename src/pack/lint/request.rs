//! Requests: what they may send, and what they leave for later.
//!
//! Never looks at what an action means, nor at how answers are read; see `action` and `answers`.

use std::collections::BTreeSet;

use super::super::cel::{Expr, Part, Template};
use super::super::model::{By, HELD, NOBODY, Named, Request, SECRET, SIGNED, is_held};
use super::super::scheme::Scheme;
use super::{ANSWER, Lint, answers};
use serde_json::Value;

/// Where a request stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It asks one thing.
    Ask,
    /// It asks for a list.
    Each,
    /// It tries a credential.
    Probe,
    /// It changes something.
    Act,
}

/// The names that later expressions may mention.
#[derive(Clone)]
pub(super) struct After(BTreeSet<String>);

impl After {
    pub(super) fn new(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    fn with(mut self, names: &[&str]) -> Self {
        self.0.extend(names.iter().map(|name| (*name).to_owned()));
        self
    }
}

pub(super) fn check(
    lint: &mut Lint<'_>,
    path: &str,
    request: &Request,
    role: Role,
    names: &[&str],
) -> After {
    sends(lint, path, request, names);
    reads(lint, path, request, role);
    let after = After::new(names).with(&ANSWER);
    let seen = after.names();
    answers::rows(
        lint,
        &format!("{path}/answers"),
        &request.answers,
        &seen,
        Some(role),
    );
    if let Some(each) = &request.each {
        lint.expr(&format!("{path}/each"), each, &seen);
    } else if role == Role::Each {
        lint.add(
            "missing-key",
            path,
            "a list is read here: say `each`, where in the answer it stands",
        );
    } else if request.pages.is_some() || request.pick.is_some() || request.only.is_some() {
        let message =
            "pages, pick and only are for lists: say `each`, where in the answer the list stands";
        lint.add("missing-key", path, message);
    }
    let inner = after.clone().with(&["item"]);
    for (key, expr) in [("pick", &request.pick), ("only", &request.only)] {
        if let Some(expr) = expr {
            lint.expr(&format!("{path}/{key}"), expr, &inner.names());
        }
    }
    if let Some(gone) = &request.gone_if {
        lint.expr(&format!("{path}/gone_if"), gone, names);
        if request.pick.is_none() {
            let message = "`gone_if` is for a list in which one is looked for: say `pick`";
            lint.add("missing-key", &format!("{path}/gone_if"), message);
        }
    }
    pages(lint, path, request, &seen);
    let mut after = if role == Role::Each || request.pick.is_some() {
        inner
    } else {
        after
    };
    if request.each.is_some() && request.pick.is_none() {
        after = after.with(&["items"]);
    }
    match &request.name {
        Some(name) => after.with(&[name.as_str()]),
        None => after,
    }
}

/// Where only reads may stand there are only reads.
fn reads(lint: &mut Lint<'_>, path: &str, request: &Request, role: Role) {
    if role != Role::Act && !request.is_read() {
        let message = "only reads stand here: GET, or a POST with `reads: true`";
        lint.add("not-a-read", path, message);
    }
    if request.reads && request.post.is_none() {
        lint.add(
            "not-a-read",
            &format!("{path}/reads"),
            "`reads` is for a POST",
        );
    }
}

/// Host, authentication, and all that a request carries.
fn sends(lint: &mut Lint<'_>, path: &str, request: &Request, names: &[&str]) {
    let file = lint.file;
    if let Some((method, line)) = request.line() {
        let at = format!("{path}/{}", method.to_lowercase());
        lint.template(&at, line, names);
        lint.quotes(&at, line);
        if !line.head().starts_with('/') {
            lint.add("value", &at, "a path begins with /");
        }
        parts(lint, &at, line);
        if line.source.contains(['?', '#']) {
            let message =
                "a path has no query: parameters stand under `query`, where they are escaped";
            lint.add("value", &at, message);
        }
    }
    if let Some(host) = &request.host {
        lint.named(
            "unknown-host",
            &format!("{path}/host"),
            host,
            "host",
            file.hosts.keys(),
        );
    }
    if request.with.is_none() && file.authentication.is_empty() {
        let message = "the pack names no authentication: say `with: secret` or `with: nobody`";
        lint.add("unknown-authentication", path, message);
    }
    if let Some(with) = request
        .with
        .as_ref()
        .filter(|with| ![SECRET, NOBODY].contains(&with.as_str()))
    {
        let names = file.authentication.keys();
        lint.named(
            "unknown-authentication",
            &format!("{path}/with"),
            with,
            "authentication",
            names,
        );
    }
    signs(lint, path, request, names);
    said(lint, path, request, names);
    headers(lint, path, &request.headers);
    if request.json.is_some() && request.form.is_some() {
        lint.add("value", path, "a request has one body: json or form");
    }
    if let Some(json) = &request.json {
        data(lint, &format!("{path}/json"), json, names);
    }
    lacking(lint, path, request);
    if request.get.is_some() && (request.json.is_some() || request.form.is_some()) {
        lint.add("value", path, "a GET has no body");
    }
}

/// What its query, its form and its headers say.
fn said(lint: &mut Lint<'_>, path: &str, request: &Request, names: &[&str]) {
    for (key, said) in [
        ("query", Some(&request.query)),
        ("form", request.form.as_ref()),
        ("headers", Some(&request.headers)),
    ] {
        for (name, value) in said.into_iter().flatten() {
            let at = format!("{path}/{key}/{name}");
            if matches!(value.source.as_str(), HELD | SIGNED) && key == "form" {
                continue;
            }
            lint.template(&at, value, names);
            lint.quotes(&at, value);
            if key == "headers" {
                continue;
            }
            lint.embedded(&at, value);
            if OVERRIDES.contains(&name.to_ascii_lowercase().as_str()) {
                let message = format!("`{name}` makes another method of this one: say the method");
                lint.add("name", &format!("{at}#"), message);
            }
        }
    }
}

/// What may lack a value is a member of the body, and one that an expression decides about.
fn lacking(lint: &mut Lint<'_>, path: &str, request: &Request) {
    let members = request.members();
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    for (nth, name) in request.optional.iter().enumerate() {
        let at = format!("{path}/optional/{nth}");
        if !lint.named(
            "unknown-member",
            &at,
            name,
            "member of its body",
            names.iter().copied(),
        ) {
            continue;
        }
        let varies = members
            .iter()
            .any(|(known, varies)| known == name && *varies);
        if !varies {
            let message = format!("`{name}` always has its value: it is not optional");
            lint.add("value", &at, &message);
        }
    }
}

/// A path goes down, part by part: a step upwards would lead to what the pack does not show.
pub(super) fn parts(lint: &mut Lint<'_>, path: &str, line: &Template) {
    let texts = line.parts.iter().map(|part| match part {
        Part::Text(text) => text.as_str(),
        Part::Value(_) => "x",
    });
    let text = texts.collect::<String>().to_ascii_lowercase();
    let steps = |part: &str| matches!(part.replace("%2e", ".").as_str(), "." | "..");
    if text.split('/').any(steps) || text.contains(['\\']) || text.contains("//") {
        let message = "a path has no step upwards and no empty part: write it as it is meant";
        lint.add("value", path, message);
    }
}

/// What some servers take for the method in the place of the one that was sent.
const OVERRIDES: [&str; 4] = [
    "_method",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Headers that the client itself writes, that prove who we are, or that lead a request to somewhere else.
const TAKEN: [&str; 17] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-host",
    "x-original-url",
    "x-rewrite-url",
];

/// A header is one (RFC 9110, section 5.6.2), and none by which a value would be a host, a body's end, or a credential.
pub(super) fn headers(lint: &mut Lint<'_>, path: &str, said: &Named<Template>) {
    for name in said.keys() {
        let at = format!("{path}/headers/{name}#");
        let is_sign = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_sign) {
            lint.add("name", &at, format!("`{name}` is no name of a header"));
            continue;
        }
        let lower = name.to_ascii_lowercase();
        if TAKEN.contains(&lower.as_str()) || OVERRIDES.contains(&lower.as_str()) {
            let message = format!(
                "`{name}` is not the pack's to say: what a request does is its method, where it goes stands under `host`, and how it proves who we are under `with`"
            );
            lint.add("name", &at, message);
        }
    }
}

/// What signs stands in the body, and what stands there is signed.
fn signs(lint: &mut Lint<'_>, path: &str, request: &Request, names: &[&str]) {
    let file = lint.file;
    let at = format!("{path}/signs");
    if let Some(name) = &request.signs {
        let all = file.authentication.iter();
        let accounts = all.filter(|(_, scheme)| scheme.service_account.is_some());
        let names: Vec<&String> = accounts.map(|(name, _)| name).collect();
        lint.named(
            "unknown-authentication",
            &at,
            name,
            "service account",
            names,
        );
    }
    if let Some(only_if) = &request.only_if {
        let names: Vec<&str> = names.iter().copied().chain(["signer"]).collect();
        lint.expr(&format!("{path}/only_if"), only_if, &names);
    }
    let of_secret = |name: &String| {
        let scheme = file.authentication.get(name);
        scheme.is_some_and(Scheme::is_of_secret)
    };
    let is_itself = request.signs.as_ref().is_some_and(of_secret);
    let says = |only_if: &Expr| only_if.mentions().iter().any(|name| name == "signer");
    if is_itself && !request.only_if.as_ref().is_some_and(says) {
        let message = "what signs is a key that somebody gave: say `only_if`, what of `signer` shows that it is the one it is taken for";
        lint.add("missing-key", path, message);
    }
    if request.only_if.is_some() && request.signs.is_none() {
        let message = "`only_if` is about what signs: say `signs`";
        lint.add("misplaced-key", &format!("{path}/only_if"), message);
    }
    if request.signs.is_some() != request.holds(SIGNED) {
        let message = "`signs` names who signs what stands in the body as `${assertion}`; one is nothing without the other";
        lint.add("missing-key", path, message);
    }
}

fn data(lint: &mut Lint<'_>, path: &str, value: &Value, names: &[&str]) {
    match value {
        Value::String(text) if is_held(text) => {}
        Value::String(text) => {
            let template = Template::new(text);
            lint.template(path, &template, names);
            lint.quotes(path, &template);
            lint.embedded(path, &template);
        }
        Value::Array(items) => items.iter().for_each(|item| data(lint, path, item, names)),
        Value::Object(fields) => fields
            .values()
            .for_each(|item| data(lint, path, item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn pages(lint: &mut Lint<'_>, path: &str, request: &Request, names: &[&str]) {
    let Some(pages) = &request.pages else {
        return;
    };
    let at = format!("{path}/pages");
    let (next, parameter) = match pages.by {
        By::Link => (false, false),
        By::Url => (true, false),
        By::Parameter => (true, true),
    };
    if pages.next.is_some() != next || pages.parameter.is_some() != parameter {
        let message =
            "by link needs nothing more, by url `next`, by parameter `next` and `parameter`";
        lint.add("value", &at, message);
    }
    if let Some(next) = &pages.next {
        lint.expr(&format!("{at}/next"), next, names);
    }
}
