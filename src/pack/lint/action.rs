//! Actions: whether they do what they say, and whether their undo is one.
//!
//! An action that nothing shows, or whose undo does something else, is a promise that nobody could keep.

use super::super::cel::{Expr, Part, Template};
use super::super::declare;
use super::super::itself::Itself;
use super::super::model::{ActionPart, CutPart, Ends, Named, Request};
use super::request::{self, After, Role};
use super::{ALWAYS, Lint, TARGET, aim, quote};
use crate::domain::{Becomes, Fate, Repeat, Rung};
use serde_json::Value;

fn names(lint: &mut Lint<'_>, name: &str, part: &ActionPart) {
    let path = format!("/actions/{name}");
    let file = lint.file;
    if declare::action_id(file, name).is_none() {
        let message = format!("`{name}` is no action: write a verb and a noun, as `suspend-user`");
        lint.add("name", &format!("{path}#"), message);
    }
    lint.kind_named(&format!("{path}/on"), &part.on);
    for (at, noun) in part.cut.iter().flat_map(|cut| &cut.of).enumerate() {
        lint.kind_named(&format!("{path}/cut/of/{at}"), noun);
    }
    if let Some(noun) = &part.issues {
        lint.kind_named(&format!("{path}/issues"), noun);
    }
}

pub(super) fn check(lint: &mut Lint<'_>, name: &str) {
    let file = lint.file;
    let Some(part) = file.actions.get(name) else {
        return;
    };
    let path = format!("/actions/{name}");
    self::names(lint, name, part);
    effect(lint, &path, part);
    undo(lint, &path, name, part);
    requests(lint, &path, part);
}

/// What it does has to be something, and has to show.
fn effect(lint: &mut Lint<'_>, path: &str, part: &ActionPart) {
    let file = lint.file;
    let look = file.kinds.get(&part.on).and_then(|kind| kind.look.as_ref());
    if part.request.is_read() {
        let message = "this action only reads, so it has no effect: it needs a request that changes something";
        lint.add("no-effect", &format!("{path}/request"), message);
    }
    if let Some(cut) = &part.cut {
        if part.touches.is_empty() {
            let message = "a cut says under `touches` which fields show that it was made; without them nothing would prove it";
            lint.add("no-effect", path, message);
        }
        let lives = cut.target == Fate::Lives && cut.issued == Fate::Lives;
        if lives && !cut.stops_issue && cut.rung != Rung::Narrow {
            let message = "this cut stops nothing: the target lives, what was issued lives, and more can be issued";
            lint.add("no-effect", &format!("{path}/cut"), message);
        }
    }
    if let Some(other) = switched_off(lint, part) {
        let message = format!(
            "`{other}` shows the same and can be taken back, so what is only switched off would count as done: touch what a thing that is there never shows, as `status: Deleted`"
        );
        lint.add("no-effect", &format!("{path}/touches"), message);
    }
    if part.issues.is_some() != part.made.is_some() {
        let message =
            "an action that issues says under `made` what it makes and where the secret stands";
        lint.add("no-effect", path, message);
    }
    // Of a kind that is none nobody knows what it shows, and that it is none is told.
    let is_kind = file.kinds.contains_key(&part.on);
    for (field, value) in &part.touches {
        let at = format!("{path}/touches/{field}");
        let shown = look.is_some_and(|look| look.present.contains_key(field));
        // What is deleted is seen by its absence.
        if is_kind && !shown && !is_final(part) {
            let names: Vec<&str> = look
                .iter()
                .flat_map(|look| look.present.keys())
                .map(String::as_str)
                .collect();
            let message = format!("looking at a {} never shows `{field}`", part.on);
            let problem =
                crate::playbook::Problem::new("unknown-field", lint.at(&format!("{at}#")), message);
            lint.problems.push(problem.meant(field, names));
        }
        if let Becomes::Param(name) = declare::becomes(value) {
            lint.named("unknown-name", &at, &name, "parameter", part.params.keys());
        }
    }
}

/// The cut on the same kind that pauses what this one ends, and shows all that this one shows.
fn switched_off<'a>(lint: &Lint<'a>, part: &ActionPart) -> Option<&'a String> {
    if !is_final(part) || part.touches.is_empty() {
        return None;
    }
    let pauses = |other: &ActionPart| {
        let is_paused = |cut: &CutPart| cut.target != Fate::Dies;
        let mut touches = part.touches.iter();
        other.on == part.on
            && other.cut.as_ref().is_some_and(is_paused)
            && touches.all(|(field, value)| other.touches.get(field) == Some(value))
    };
    let mut all = lint.file.actions.iter();
    all.find_map(|(name, other)| pauses(other).then_some(name))
}

fn is_final(part: &ActionPart) -> bool {
    part.cut
        .as_ref()
        .is_some_and(|cut| cut.target == Fate::Dies)
}

/// What gives back names what it gives back, and that names it.
fn undo(lint: &mut Lint<'_>, path: &str, name: &str, part: &ActionPart) {
    let file = lint.file;
    if let Some(by) = &part.undo.by {
        let at = format!("{path}/undo/by");
        if lint.named("unknown-action", &at, by, "action", file.actions.keys())
            && let Some(other) = file.actions.get(by)
        {
            let inverts =
                other.opens.as_deref() == Some(name) || part.opens.as_deref() == Some(by.as_str());
            if !inverts || other.on != part.on {
                let message = format!(
                    "`{by}` does not give back what `{name}` takes: it needs `opens: {name}`, on the same kind"
                );
                lint.add("undo", &at, message);
            }
        }
        let dies = part
            .cut
            .as_ref()
            .is_some_and(|cut| cut.target == Fate::Dies);
        if dies {
            let message =
                "what dies is not given back: say `target: pauses`, or `undo: {none: why}`";
            lint.add("undo", &at, message);
        }
    }
    let pauses = part
        .cut
        .as_ref()
        .is_some_and(|cut| cut.target == Fate::Pauses);
    if pauses && part.undo.by.is_none() {
        let message = "what pauses works again after its undo: name it, or say `target: dies`";
        lint.add("undo", &format!("{path}/undo"), message);
    }
    opens(lint, path, name, part);
}

/// What gives back names the cut that it gives back, and makes of the fields something else than that did.
fn opens(lint: &mut Lint<'_>, path: &str, name: &str, part: &ActionPart) {
    let file = lint.file;
    let Some(opens) = &part.opens else {
        if !part.gives.is_empty() {
            lint.add(
                "misplaced-key",
                &format!("{path}/gives"),
                "`gives` is for what opens",
            );
        }
        return;
    };
    let at = format!("{path}/opens");
    if !lint.named("unknown-action", &at, opens, "action", file.actions.keys()) {
        return;
    }
    let Some(taken) = file.actions.get(opens) else {
        return;
    };
    if taken.undo.by.as_deref() != Some(name) || taken.on != part.on || taken.cut.is_none() {
        let message =
            format!("`{opens}` is no cut on the same kind that says `undo: {{by: {name}}}`");
        lint.add("undo", &at, message);
    }
    if !part.touches.is_empty() {
        let message = "what opens touches what its inverse touches; it says only what it `gives`";
        lint.add("misplaced-key", &format!("{path}/touches"), message);
    }
    if sends(&part.request) == sends(&taken.request) {
        let message =
            format!("this is the very request of `{opens}`, so nothing is given back by it");
        lint.add("undo", &format!("{path}/request"), message);
    }
    for field in taken.touches.keys() {
        match (part.gives.get(field), taken.touches.get(field)) {
            (None, _) => {
                let message = format!(
                    "say under `gives` what `{field}` becomes; where it held something else before, it is refused"
                );
                lint.add("undo", path, message);
            }
            (Some(gives), _) if declare::is_before(gives) => {
                let requests = part.look_up.iter().chain([&part.request]);
                let mut all = requests.map(|request| request.says_before(field));
                if !all.any(|says| says) {
                    let message = format!(
                        "nothing that is sent says `before.{field}`, so what it held before is not given back"
                    );
                    lint.add("undo", &format!("{path}/gives/{field}"), message);
                }
            }
            (Some(gives), Some(takes)) if gives == takes => {
                let message = format!(
                    "`{field}` becomes what `{opens}` makes of it, so nothing is given back"
                );
                lint.add("undo", &format!("{path}/gives/{field}"), message);
            }
            (Some(_), _) => {}
        }
    }
}

/// What a request sends, and where to; spaces that mean nothing are left out.
fn sends(request: &Request) -> impl PartialEq {
    fn text(said: &Template) -> String {
        let parts = said.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(expr) => format!("${{{}}}", quote::squeezed(&expr.source)),
        });
        parts.collect()
    }
    fn texts(said: &Named<Template>) -> Vec<(String, String)> {
        let said = said.iter();
        said.map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }
    fn data(value: &Value) -> Value {
        match value {
            Value::String(said) => Value::String(text(&Template::new(said))),
            Value::Array(items) => items.iter().map(data).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, item)| (name.clone(), data(item)))
                    .collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
    let line = request.line();
    (
        request.host.clone(),
        line.map(|(method, path)| (method, text(path))),
        texts(&request.query),
        request.json.as_ref().map(data),
        request.form.as_ref().map(texts),
    )
}

/// What expressions of an action may mention.
fn known(part: &ActionPart) -> Vec<&'static str> {
    let mut names: Vec<&str> = ALWAYS.into_iter().chain(TARGET).collect();
    names.extend(["with", "tag", "today"]);
    if part.opens.is_some() {
        names.push("before");
    }
    names
}

/// What is looked up, has to hold, and is sent; gives the names before and after the call.
fn sent(
    lint: &mut Lint<'_>,
    path: &str,
    (look_up, only_if, call): (&[Request], Option<&Expr>, &Request),
    names: &[&str],
) -> (After, After) {
    let before = lint.all(&format!("{path}/look_up"), look_up, names);
    for (at, request) in look_up.iter().enumerate() {
        if request.carries_secret(lint.file) {
            lint.mistyped(&format!("{path}/look_up/{at}"), request, Ends::Gone);
        }
    }
    let names = before.names();
    if let Some(only_if) = only_if {
        lint.expr(&format!("{path}/only_if"), only_if, &names);
    }
    let at = format!("{path}/request");
    let after = request::check(lint, &at, call, Role::Act, &names);
    if call.carries_secret(lint.file) {
        lint.mistyped(&at, call, Ends::AlreadySo);
    }
    let mut rows = call.answers.iter().chain(&lint.file.answers);
    if !rows.any(|row| matches!(row.is, Ends::Done | Ends::Acknowledged)) {
        let message = "no answer says that it was done: every one would be in doubt";
        lint.add("no-effect", &at, message);
    }
    (before, after)
}

/// What ends the credential by itself is one request about one credential, and changes something as well.
fn itself(lint: &mut Lint<'_>, path: &str, part: &ActionPart, itself: &Itself) {
    let path = format!("{path}/itself");
    let way = (
        &itself.look_up[..],
        itself.only_if.as_ref(),
        &itself.request,
    );
    sent(lint, &path, way, &known(part));
    if part.batch.is_some_and(|batch| batch > 1) || part.made.is_some() {
        let message = "this is for one credential that ends itself: a batch, or what makes another one, is sent by us";
        lint.add("misplaced-key", &format!("{path}#"), message);
    }
    if itself.request.is_read() {
        let message = "this only reads, so it ends nothing";
        lint.add("no-effect", &format!("{path}/request"), message);
    }
    if !itself.request.carries_secret(lint.file) {
        let message = "the credential ends itself: say `with: secret`";
        lint.add("probe", &format!("{path}/request"), message);
    }
}

fn requests(lint: &mut Lint<'_>, path: &str, part: &ActionPart) {
    let mut names = known(part);
    if part.batch.is_some_and(|batch| batch > 1) {
        names.push("ids");
        if !part.look_up.is_empty() {
            lint.add(
                "value",
                &format!("{path}/look_up"),
                "a batch looks nothing up for each of its targets",
            );
        }
    }
    let way = (&part.look_up[..], part.only_if.as_ref(), &part.request);
    let (names, after) = sent(lint, path, way, &names);
    aim::act(lint, path, part);
    if let Some(itself) = &part.itself {
        self::itself(lint, path, part, itself);
    }
    let names = names.names();
    if let Some(made) = &part.made {
        lint.found(&format!("{path}/made/is"), &made.is, &after.names());
        lint.expr(&format!("{path}/made/secret"), &made.secret, &after.names());
        for (noun, id) in &made.is {
            if id
                .exprs()
                .any(|expr| quote::holds(&expr.source, &made.secret.source))
            {
                let message = "the id is shown, and so is no secret: say where in the answer the id of what was made stands";
                lint.add("shown-secret", &format!("{path}/made/is/{noun}"), message);
            }
        }
        if let Some(find) = &made.find {
            request::check(lint, &format!("{path}/made/find"), find, Role::Each, &names);
        } else if part.repeat == Repeat::Tagged {
            lint.add(
                "missing-key",
                &format!("{path}/made"),
                "what is tagged is found again: say `find`",
            );
        }
    }
}
