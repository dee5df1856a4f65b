//! Requests and their answers: what they may send, whether every row can be reached, what they leave for later.
//!
//! Never looks at what an action means; see `action`.

use std::collections::BTreeSet;

use super::super::cel::{Expr, Scope, Template};
use super::super::model::{By, Ends, HELD, NOBODY, Named, Request, Row, SECRET, SIGNED, is_held};
use super::super::scheme::Scheme;
use super::{ANSWER, Lint};
use crate::domain::Because;
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
    rows(
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
        }
    }
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

/// Headers that the client itself writes, or that prove who we are.
const TAKEN: [&str; 13] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header is one (RFC 9110, section 5.6.2), and none by which a value would be a host, a body's end, or a credential.
pub(super) fn headers(lint: &mut Lint<'_>, path: &str, said: &Named<Template>) {
    for name in said.keys() {
        let at = format!("{path}/headers/{name}#");
        let is_sign = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_sign) {
            lint.add("name", &at, format!("`{name}` is no name of a header"));
        } else if TAKEN.contains(&name.to_ascii_lowercase().as_str()) {
            let message = format!(
                "`{name}` is not the pack's to say: where a request goes stands under `host`, and how it proves who we are under `with`"
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

/// Whether every row can be reached, speaks of what stands here, and says what it has to.
pub(super) fn rows(
    lint: &mut Lint<'_>,
    path: &str,
    rows: &[Row],
    names: &[&str],
    role: Option<Role>,
) {
    use super::super::grammar::{ENDS, PROBES, TELLS};
    let words: &[&str] = match role {
        Some(Role::Ask | Role::Each) => &TELLS,
        Some(Role::Probe) => &PROBES,
        Some(Role::Act) => &ENDS,
        None => &[],
    };
    let own = [names, ANSWER.as_slice()].concat();
    for (at, row) in rows.iter().enumerate() {
        let here = format!("{path}/{at}");
        if !words.is_empty() && !words.contains(&row.is.word()) {
            let message = format!(
                "`{}` says nothing here; it is one of: {}",
                row.is.word(),
                words.join(", ")
            );
            lint.add("unknown-word", &format!("{here}/is"), message);
        }
        for (key, expr) in [("when", &row.when), ("says", &row.says)] {
            if let Some(expr) = expr {
                lint.expr(&format!("{here}/{key}"), expr, &own);
            }
        }
        let same = |earlier: &&Row| words.is_empty() && earlier.is.word() != row.is.word();
        let is_same = |earlier: &Row| match (&earlier.when, &row.when) {
            (None, _) => true,
            (Some(earlier), Some(when)) => earlier.source.trim() == when.source.trim(),
            (Some(_), None) => false,
        };
        let covers = |earlier: &Row| is_same(earlier) && within(row, earlier);
        if let Some(earlier) = rows
            .iter()
            .take(at)
            .position(|earlier| covers(earlier) && !same(&earlier))
        {
            let message = format!(
                "this answer is never read so: row {} already takes every status of it",
                earlier + 1
            );
            lint.add("unreachable", &here, message);
        }
        let never = |when: &Expr| when.mentions().is_empty() && !when.holds(&Scope::default());
        if row.when.as_ref().is_some_and(never) {
            let message = "this answer is never read so: what it wants holds of none";
            lint.add("unreachable", &format!("{here}/when"), message);
        }
        meaning(lint, &here, row);
    }
}

/// Whether every status of one row is one of another's.
fn within(row: &Row, earlier: &Row) -> bool {
    let all = 100..=599;
    let mut statuses = all.filter(|status| super::super::model::covers(row, *status));
    statuses.all(|status| super::super::model::covers(earlier, status))
}

/// Whether something within an answer is looked at, and not only that there is one.
pub(super) fn is_within(when: &Expr) -> bool {
    let within = [
        "body.",
        "body[",
        "in body",
        "header.",
        "header[",
        "in header",
    ];
    within.iter().any(|part| when.source.contains(part))
}

/// That something is over is said by an answer about it: not by a server in trouble, and never by a status alone.
fn over(lint: &mut Lint<'_>, path: &str, row: &Row) {
    let covers = |status: u16| super::super::model::covers(row, status);
    let word = row.is.word();
    if (500..=599).chain([408, 429]).any(covers) {
        let message = format!(
            "408, 429 and 5xx tell of the server's own trouble, so nothing is `{word}` by them: name the statuses that say it"
        );
        lint.add("value", path, message);
    }
    let Some(when) = &row.when else {
        let message = format!(
            "a status alone is said by gateways as well, and of what is not shown to us: say `when`, what of the answer means that it is `{word}`"
        );
        lint.add("missing-key", path, message);
        return;
    };
    if (200..=299).any(covers) && !is_within(when) {
        let message = format!(
            "a 2xx says that all is well: say in `when` what of its body means that it is `{word}`"
        );
        lint.add("value", path, message);
    }
}

/// What a row claims has to be claimable by its statuses.
fn meaning(lint: &mut Lint<'_>, path: &str, row: &Row) {
    let statuses = 100..=599;
    let mut all = statuses.filter(|status| super::super::model::covers(row, *status));
    match row.is {
        Ends::Done | Ends::Acknowledged if all.any(|status| !(200..=299).contains(&status)) => {
            let message = "only a 2xx answer can say that it was done";
            lint.add("value", path, message);
        }
        Ends::Done if row.when.is_none() && super::super::model::covers(row, 200) => {
            let message = "a 200 may hold an error: say `when`, what its body must hold to mean that it was done";
            lint.add("missing-key", path, message);
        }
        Ends::Found | Ends::Alive
            if all.any(|status| !(200..=299).contains(&status)) && row.when.is_none() =>
        {
            let message = "only a 2xx answer says so by its status alone";
            lint.add("value", path, message);
        }
        Ends::Refused | Ends::Unreadable => {
            let is_told = row.because.is_some() || all.all(|status| (300..=599).contains(&status));
            if !is_told {
                lint.add(
                    "missing-key",
                    path,
                    "say `because`: the status alone does not tell why",
                );
            }
        }
        Ends::AlreadySo | Ends::Gone | Ends::Dead => over(lint, path, row),
        Ends::Done
        | Ends::Acknowledged
        | Ends::Throttled
        | Ends::Unavailable
        | Ends::InDoubt
        | Ends::Found
        | Ends::Alive
        | Ends::Forbidden
        | Ends::Unclear => {}
    }
    if row.because == Some(Because::Ambiguous) && row.is != Ends::Unreadable {
        lint.add(
            "value",
            path,
            "`ambiguous` is for names that mean more than one thing",
        );
    }
}
