//! What a look sees and an action changes: the very thing that was named, and what the answer says of it.
//!
//! A field that is the same whatever is answered proves no cut; a request that is the same whichever is named cuts another.

use std::collections::BTreeSet;

use super::super::cel::{Expr, Scope};
use super::super::model::{ActionPart, KindPart, Request};
use super::{ANSWER, Lint};

/// What names the one that is meant.
const NAMED: [&str; 3] = ["id", "ids", "part"];

/// The fields that prove an action come out of an answer, and that out of an answer about this one.
pub(super) fn look(lint: &mut Lint<'_>, noun: &str, kind: &KindPart) {
    let Some(look) = &kind.look else { return };
    let file = lint.file;
    let own = look.ask.iter().filter_map(|ask| ask.name.as_deref());
    let answers: Vec<&str> = ANSWER
        .into_iter()
        .chain(["item", "items"])
        .chain(own)
        .collect();
    let actions = file.actions.values().filter(|part| part.on == noun);
    let touched: BTreeSet<&String> = actions.flat_map(|part| part.touches.keys()).collect();
    let is_named = is_one(kind)
        || look.ask.iter().any(|ask| ask.carries_secret(file))
        || look.ask.iter().any(|ask| mentions(ask, &NAMED));
    for (field, expr) in &look.present {
        let path = format!("/kinds/{noun}/look/present/{field}");
        let whole = expr.source.trim().trim_matches(['(', ')']).trim();
        if whole != "item" && answers.contains(&whole) && whole != "status" {
            let message = "this is all of the answer, which may hold anything: say which of its fields is shown";
            lint.add("value", &path, message);
        }
        if !touched.contains(field) {
            continue;
        }
        if !says(expr, &answers) || expr.value(&Scope::default()).is_some() {
            let message = format!(
                "`{field}` shows whether an action was done, and this is the same whatever is answered: say where in the answer it stands"
            );
            lint.add("no-effect", &path, message);
        } else if !is_named && !says(expr, &NAMED) {
            let message = format!(
                "`{field}` shows whether an action was done, and this looks at the same thing whichever {noun} is named: mention `id` or `part` here, or in the requests"
            );
            lint.add("unaimed", &path, message);
        }
    }
    let is_shown = look.present.values().any(|expr| says(expr, &NAMED));
    if !is_named && touched.is_empty() && !is_shown {
        let message = format!(
            "this looks at the same thing whichever {noun} is named: mention `id` or `part`"
        );
        lint.add("unaimed", &format!("/kinds/{noun}/look"), message);
    }
}

/// What an action sends names the one that is meant: by its id, by what was looked up of it, or by itself.
pub(super) fn act(lint: &mut Lint<'_>, path: &str, part: &ActionPart) {
    // What only makes something new changes nothing that is there.
    if part.issues.is_some() && part.cut.is_none() {
        return;
    }
    let file = lint.file;
    let mut names = NAMED.to_vec();
    for request in &part.look_up {
        if request.carries_secret(file) || mentions(request, &names) {
            names.extend(request.name.as_deref());
            names.extend(["body", "item", "items"]);
        }
    }
    let is_aimed = part.request.carries_secret(file)
        || names.iter().any(|name| part.request.mentions(name))
        || file.kinds.get(&part.on).is_some_and(is_one);
    if !is_aimed {
        let message = format!(
            "this is the same request whichever {} is named, so others would be changed by it: mention `id` or `part`, or send it `with: secret`",
            part.on
        );
        lint.add("unaimed", &format!("{path}/request"), message);
    }
}

/// Whether there is one of a kind at most: its form is a single text.
fn is_one(kind: &KindPart) -> bool {
    let inner = kind
        .form
        .strip_prefix('^')
        .and_then(|form| form.strip_suffix('$'));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | ':');
    inner.is_some_and(|form| form.chars().all(is_plain))
}

/// Whether a request, or how its answers are read, mentions one of these.
fn mentions(request: &Request, names: &[&str]) -> bool {
    let mut rows = request.answers.iter().filter_map(|row| row.when.as_ref());
    names.iter().any(|name| request.mentions(name)) || rows.any(|when| says(when, names))
}

/// Whether an expression mentions one of these; not by a name that a macro of its own gives.
fn says(expr: &Expr, names: &[&str]) -> bool {
    let mentions = expr.check().unwrap_or_default();
    mentions.iter().any(|name| names.contains(&name.as_str()))
}
