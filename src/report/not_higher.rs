//! Why the proof of a cut got no higher than it did, told of every cut that is not probed-dead.
//!
//! A function of (entries, catalogue, now). Never a guess: where the record does not say why, it says so.

use serde_json::Value;

use super::unproven::unproven;
use crate::domain::state::Life;
use crate::domain::verdict::Probing;
use crate::domain::{Fact, Fate, Fields, Rung, Spec, State, Time, Verdict};
use crate::provider::Catalogue;

/// The longest value of a field that is shown; longer ones are documents.
const LONGEST: usize = 80;

/// Why the proof of a cut got no higher; `None` where it is the highest, and where nothing is cut.
pub(super) fn not_higher(catalogue: &Catalogue, life: &Life, now: Time) -> Option<String> {
    let rung = life.planned.rung?;
    let verdict = life.verdict.as_ref();
    // Whatever else is known, that it is accepted says most.
    if verdict.is_some_and(Verdict::is_alive) {
        return unproven(life);
    }
    match &life.state {
        State::Confirmed { .. } if verdict.is_some_and(Verdict::is_probed_dead) => None,
        State::Confirmed { .. } => {
            Some(match verdict.and_then(|verdict| verdict.probing.as_ref()) {
                Some(probing) => not_dead(probing),
                None => format!("not probed: {}", untried(catalogue, life, (rung, now))),
            })
        }
        State::Skipped(_) => Some("not probed: no cut was made here".to_owned()),
        State::Acted { .. } => Some(format!("not observed: {}", unshown(catalogue, life))),
        State::Planned
        | State::Blocked(_)
        | State::Intended { .. }
        | State::InDoubt { .. }
        | State::Failed(_)
        | State::Stale(_)
        | State::Denied(_)
        | State::Undone
        | State::UndoFailed(_) => unproven(life),
    }
}

/// Why a cut that was read back is not shown by trying the credential itself.
fn untried(catalogue: &Catalogue, life: &Life, (rung, now): (Rung, Time)) -> String {
    let settles = life.verdict.as_ref().map(|verdict| verdict.settles.at);
    let ahead = settles.filter(|at| now < *at);
    let target = life.planned.target.as_ref();
    let kind = target.and_then(|target| catalogue.kind(target.kind()));
    let action = life.planned.action.as_ref();
    let cut = action.and_then(|action| catalogue.action(action)?.cut());
    let lives = cut.is_some_and(|cut| cut.target == Fate::Lives);
    match (rung, life.planned.probe, kind) {
        (Rung::Narrow, ..) if lives => {
            "what this cut forbids is not tried, as trying would be doing it".to_owned()
        }
        (Rung::EndSessions, ..) if lives => {
            "this cut stops what was issued before it, and not the target, so that trying the target says nothing".to_owned()
        }
        (_, true, _) => match ahead {
            Some(at) => format!("the last try comes after its bound, which passes at {at}"),
            None => "no series of tries was ended; `contain verify` tries it again where its secret can be read".to_owned(),
        },
        (.., Some(kind)) if !kind.credential => {
            format!("of its kind ({}) there is nothing that could be tried", kind.title)
        }
        (.., Some(kind)) if !kind.probe => format!(
            "no call is known that tries its kind ({}) and changes nothing",
            kind.title
        ),
        (.., Some(_)) if rung < Rung::Suspend => {
            "after a cut that narrows or ends sessions nothing is tried".to_owned()
        }
        (.., Some(_)) => "its plan held no try, as no secret was given for it by then".to_owned(),
        (.., None) => "this build knows nothing of its kind".to_owned(),
    }
}

/// What a series of tries came to that did not find it dead.
fn not_dead(probing: &Probing) -> String {
    let why = probing.unclear_because.as_ref();
    let why = why.map_or_else(
        || "the tries were not ended".to_owned(),
        ToString::to_string,
    );
    format!("not shown dead by trying it: {why}")
}

/// Why an answered cut is not shown by reading back.
fn unshown(catalogue: &Catalogue, life: &Life) -> String {
    let Some(seen) = &life.unshown else {
        return "it was not read back".to_owned();
    };
    match &seen.fact {
        Fact::Unreadable(why) => format!("it could not be read back: {why}"),
        Fact::Gone => "reading back does not show it".to_owned(),
        Fact::Present(fields) => {
            let action = life.planned.action.as_ref();
            let spec = action.and_then(|action| catalogue.action(action));
            let found = spec.map(|spec| found(spec, fields)).unwrap_or_default();
            let note = fields.get("note").and_then(Value::as_str);
            let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
            match found.is_empty() {
                true => format!("reading back still finds it{note}"),
                false => format!("reading back finds {}{note}", found.join(", ")),
            }
        }
    }
}

/// What the fields hold that an action writes.
fn found(spec: &Spec, fields: &Fields) -> Vec<String> {
    let held = spec.touches.iter().filter_map(|touch| {
        let text = match fields.get(&touch.field)? {
            Value::String(text) => text.clone(),
            value @ (Value::Bool(_) | Value::Number(_)) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        let is_short = text.chars().count() <= LONGEST;
        is_short.then(|| format!("`{}: {text}`", touch.field))
    });
    held.collect()
}
