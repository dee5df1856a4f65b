//! A plan as the vendors' own command lines, for people who do it by hand.
//!
//! One command a line, everything else a comment. Never lets text from outside end a line or a quotation, and never
//! holds a secret.

use std::collections::BTreeSet;

use super::page::Page;
use crate::domain::plan::Plan;
use crate::domain::shell::quoted;
use crate::domain::why::{plain, repaints};
use crate::domain::{
    Arg, Becomes, Call, Digest, Effect, Item, ItemKey, Seen, Spec, Undo, Work, clock,
};
use crate::provider::Catalogue;

/// Writes a plan as a script: items in the order in which they may start, each undo as a comment below it.
#[must_use]
pub fn script(plan: &Plan, digest: Digest, catalogue: &Catalogue) -> String {
    let mut page = Page::default();
    let mut note = |text: &str| page.line(&format!("# {}", plain(text)));
    let acting: Vec<String> = plan.acting_as.iter().map(ToString::to_string).collect();
    note(&format!(
        "Plan {digest} of incident {}, made {}.",
        plan.incident, plan.at
    ));
    note(&match acting.is_empty() {
        true => "Whoever runs this acts as themselves.".to_owned(),
        false => format!(
            "Planned as {}; whoever runs this acts as themselves.",
            acting.join(", ")
        ),
    });
    note(
        "For bash, zsh or ksh, with a clock that is right. Nothing here was run. Lines that begin with `# undo: ` give back.",
    );
    for item in in_order(plan) {
        page.gap();
        describe(&mut page, plan, item, catalogue);
    }
    for pending in &plan.pending {
        page.gap();
        page.line(&format!(
            "# later: {}/{} {}",
            pending.phase.word(),
            plain(&pending.step),
            plain(&pending.why)
        ));
    }
    page.gap();
    page.line(&format!(
        "# Afterwards: contain verify --incident {}",
        plan.incident
    ));
    page.text()
}

/// The items, each after those that it needs, otherwise as planned.
fn in_order(plan: &Plan) -> Vec<&Item> {
    let known: BTreeSet<&ItemKey> = plan.items.iter().map(|item| &item.key).collect();
    let (mut left, mut sorted): (Vec<&Item>, Vec<&Item>) =
        (plan.items.iter().collect(), Vec::new());
    let mut done = BTreeSet::new();
    while !left.is_empty() {
        let may = |item: &&Item| {
            let mut needs = item.needs.iter();
            needs.all(|need| done.contains(&need.key) || !known.contains(&need.key))
        };
        let (mut ready, waiting): (Vec<&Item>, Vec<&Item>) =
            left.iter().partition(|item| may(item));
        if ready.is_empty() {
            // Lint refuses circles, so this is for plans that nobody's playbook made.
            ready = waiting;
            left = Vec::new();
        } else {
            left = waiting;
        }
        done.extend(ready.iter().map(|item| &item.key));
        sorted.extend(ready);
    }
    sorted
}

fn describe(page: &mut Page, plan: &Plan, item: &Item, catalogue: &Catalogue) {
    let mut note = |text: &str| page.line(&format!("# {}", plain(text)));
    note(&item.key.to_string());
    match &item.work {
        Work::Act(_) | Work::Issue { .. } => act(page, plan, item, catalogue),
        Work::Watch { of, target } => note(&format!(
            "{target}: wait until what {of} made is in use, and do not go on before"
        )),
        Work::Nothing { target, why, .. } => note(&format!("{target}: nothing to do: {why}")),
        Work::Read(query) => note(&format!(
            "{}: a question ({}), and no command line of the vendor's answers it: contain inventory {} --incident {}",
            query.target,
            word(query.read),
            query.target,
            plan.incident
        )),
        Work::Check(asked) => note(&format!(
            "check, before you go on, {}: {}",
            item.on(),
            asked.told()
        )),
        Work::Gate(asked) => note(&format!("ask, before you go on: {}", asked.text)),
        Work::Manual(asked) => {
            let on = asked.target.as_ref().map(|target| format!("{target}: "));
            note(&format!(
                "{}by hand: {}",
                on.unwrap_or_default(),
                asked.text
            ));
        }
    }
}

fn act(page: &mut Page, plan: &Plan, item: &Item, catalogue: &Catalogue) {
    let mut calls = Vec::new();
    for call in item.calls() {
        let Some(spec) = catalogue.action(&call.action) else {
            let unknown = format!("no command line: this build has no action {}", call.action);
            return page.line(&format!("# {}", plain(&unknown)));
        };
        about(page, item, (call, spec));
        calls.push((call, spec));
    }
    match calls.as_slice() {
        [(call, spec)] => print(page, "", call, spec, catalogue),
        several => hand_over(page, several, catalogue),
    }
    for &(call, spec) in &calls {
        waits(page, spec);
        undo(page, item, (call, spec), catalogue);
        page.line(&format!(
            "# once it is done: contain incident note --did {} --incident {} 'by hand'",
            quoted(&format!("{} {}", spec.id, call.target)),
            plan.incident
        ));
    }
}

fn about(page: &mut Page, item: &Item, (call, spec): (&Call, &Spec)) {
    let mut note = |text: &str| page.line(&format!("# {}", plain(text)));
    note(&format!(
        "{}: {}, tier {}",
        call.target, spec.title, item.tier
    ));
    note(&format!("hurts: {}", spec.hurts));
    for need in &item.needs {
        note(&format!("only once this has ended well: {}", need.key));
    }
    if let Some(secret) = &call.secret {
        note(&format!(
            "needs the secret of {secret}, which is not repeated here"
        ));
    }
}

/// Prints one line that makes something new and hands it over, so that nobody sees it.
fn hand_over(page: &mut Page, calls: &[(&Call, &Spec)], catalogue: &Catalogue) {
    let line = |&(call, _): &(&Call, &Spec)| {
        let provider = catalogue.provider(call.target.provider())?;
        let mut lines = provider.commands(call);
        let line = lines.pop().filter(|line| is_one_line(line));
        line.filter(|_| lines.is_empty())
    };
    let lines: Option<Vec<String>> = calls.iter().map(line).collect();
    match (calls, lines.as_deref()) {
        ([(_, makes), ..], Some([make, deliver @ ..])) if !issues_in_place(makes) => {
            let deliver = deliver.iter();
            // A builtin puts no argument where other processes could read it, and what is not exported no environment.
            let deliver: String = deliver
                .map(|line| format!(" && printf %s \"$NEW\" | {line}"))
                .collect();
            page.line(&format!("(set +ax; NEW=$({make}){deliver})"));
            page.line("# where this fails halfway, delete what it made before you run it again");
        }
        _ => {
            for (call, spec) in calls {
                by_hand(page, "# ", call, spec);
            }
        }
    }
}

/// Whether what it makes lies where its consumers read it already: its answer holds no secret.
fn issues_in_place(spec: &Spec) -> bool {
    matches!(&spec.effect, Effect::Issue(kind) if *kind == spec.on)
}

fn is_one_line(line: &str) -> bool {
    !line.chars().any(|c| c.is_control() || repaints(c))
}

fn word(read: impl serde::Serialize) -> String {
    let word = serde_json::to_value(read).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}

/// Prints a call's commands, or how it is done where the vendor has none for it.
fn print(page: &mut Page, before: &str, call: &Call, spec: &Spec, catalogue: &Catalogue) {
    let provider = catalogue.provider(call.target.provider());
    let lines = provider.map_or_else(Vec::new, |provider| provider.commands(call));
    // By itself a line that makes a secret would show it, and one that takes a secret would have it typed.
    let is_half = match &spec.effect {
        Effect::Issue(_) => !issues_in_place(spec),
        Effect::Deliver => true,
        Effect::Read(_) | Effect::Cut(_) | Effect::Open | Effect::Tell => false,
    };
    if lines.is_empty() || is_half || !lines.iter().all(|line| is_one_line(line)) {
        let kind = if before.is_empty() { "# " } else { before };
        return by_hand(page, kind, call, spec);
    }
    for line in lines {
        page.line(&format!("{before}{line}"));
    }
}

fn by_hand(page: &mut Page, before: &str, call: &Call, spec: &Spec) {
    let said = spec.touches.iter().map(|touch| {
        let value = match call.with.get(&touch.field) {
            Some(Arg::Is(value)) => value.to_string(),
            Some(Arg::AtCall) => "the time of the call".to_owned(),
            Some(Arg::Before(_)) => "what it was before".to_owned(),
            Some(Arg::Of(..)) | None => "what an earlier item answered".to_owned(),
        };
        format!("; set `{}` of it to {value}", touch.field)
    });
    let said: String = said.collect();
    page.line(&plain(&format!(
        "{before}no command line says this safely; by hand, on {}: {}{said}; see {}",
        call.target, spec.title, spec.docs
    )));
}

/// What has to be waited for after a call.
fn waits(page: &mut Page, spec: &Spec) {
    let bound = clock::spell(spec.bound.within());
    let assumed = if spec.bound.is_assumed() {
        ", which is our assumption"
    } else {
        ""
    };
    page.line(&format!(
        "# wait: in force everywhere within {bound}{assumed}"
    ));
    if spec.takes_time_of_call() {
        page.line("# again: run it once more when everything that can mint a session is off and its own wait is over,");
        page.line(
            "#        since a session that was minted meanwhile is younger than this cut-off",
        );
    }
}

/// The commands that give an item back, from what was seen before it.
fn undo(page: &mut Page, item: &Item, (call, spec): (&Call, &Spec), catalogue: &Catalogue) {
    let inverse = match &spec.undo {
        Undo::By(inverse) => catalogue.action(inverse),
        Undo::None(why) => {
            page.line(&format!("# undo: none: {}", plain(why)));
            return;
        }
    };
    let Some(inverse) = inverse else {
        return;
    };
    // The receipt is of the item's own target; what an issuing item hands over has none yet.
    if Some(&call.target) != item.target() || spec.cut().is_none() {
        page.line(&format!("# undo: {} takes it back", inverse.id));
        return;
    }
    let Some(fields) = item.before.as_ref().and_then(Seen::fields) else {
        page.line("# undo: not known: what was there before could not be read");
        return;
    };
    if spec.cut().is_some_and(|cut| cut.before_call) {
        let longest = item
            .before
            .as_ref()
            .and_then(|seen| seen.text("longest_session"));
        let longest = longest.and_then(|text| text.parse().ok()).map(clock::spell);
        page.line(&format!(
            "# not before {} after the cut: until then sessions that it cut could come back to life",
            longest.unwrap_or_else(|| "the longest session".to_owned())
        ));
    } else if matches!(inverse.effect, Effect::Open) {
        page.line("# only where nobody else holds it any more:");
    }
    let with = inverse.touches.iter().map(|touch| {
        let value = match &touch.becomes {
            Becomes::Is(value) => value.clone(),
            Becomes::Before | Becomes::TimeOfCall | Becomes::Param(_) | Becomes::Anew => {
                fields.get(&touch.field).cloned().unwrap_or_default()
            }
        };
        (touch.field.clone(), Arg::Is(value))
    });
    let back = Call {
        action: inverse.id.clone(),
        target: call.target.clone(),
        with: with.collect(),
        secret: None,
        tag: call.tag.clone(),
    };
    print(page, "# undo: ", &back, inverse, catalogue);
}
