//! What a step is made for: once, per subject, or per element of its list.
//!
//! What is not known yet is named, never guessed.

use std::collections::BTreeMap;

use super::candidate::recurs;
use super::view::{View, key};
use super::{Ask, Error};
use crate::domain::{Found, ItemKey, Locator};
use crate::playbook::{Evaluated, Expr, Playbook, Scope, Step};

/// One instance of a step: what it is made for, before its work is looked at.
pub(super) struct Slot {
    pub(super) key: ItemKey,
    pub(super) scope: Scope,
    pub(super) target: Option<Locator>,
    pub(super) found: Option<Found>,
    pub(super) only_if: Option<String>,
    pub(super) principal: Option<Locator>,
    /// Whose its subject is.
    pub(super) subject_principal: Option<Locator>,
}

/// A value, or the paths that are not known yet.
pub(super) type Known<T> = Result<T, Vec<String>>;

/// What an expression of a step gives; one that the data do not fit cannot be planned.
pub(super) fn known<T>(
    ask: &Ask<'_>,
    step: &Step,
    evaluated: Evaluated<T>,
) -> Result<Known<T>, Error> {
    match evaluated {
        Evaluated::Known(value) => Ok(Ok(value)),
        Evaluated::Unknown(paths) => Ok(Err(paths)),
        Evaluated::Failed(text) => Err(Error::Expression {
            playbook: ask.playbook.name.clone(),
            step: step.id.clone(),
            text,
        }),
    }
}

fn locator(
    ask: &Ask<'_>,
    step: &Step,
    value: &serde_json::Value,
) -> Result<Option<Locator>, Error> {
    let failed = |text: String| Error::Expression {
        playbook: ask.playbook.name.clone(),
        step: step.id.clone(),
        text,
    };
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().or_else(|| value.get("locator")?.as_str());
    let text = text.ok_or_else(|| failed("the target is no locator".to_owned()))?;
    text.parse()
        .map(Some)
        .map_err(|error| failed(format!("{error}")))
}

/// Whether what a condition gives is the same whenever it is asked, and nothing looks at what became of its step: where it
/// does not hold there is no more to say, and nobody is asked to agree to it.
fn is_settled(playbook: &Playbook, step: &Step, when: &Expr) -> bool {
    let is_looked_at = |expr: &Expr| expr.steps().contains(&step.id.as_str());
    let mut exprs = playbook.steps.iter().flat_map(Step::exprs);
    let mut closing = playbook.close_requires.iter();
    when.is_settled()
        && !exprs.any(is_looked_at)
        && !closing.any(|word| word.split('.').next() == Some(step.id.as_str()))
}

/// The instances of a step for a subject.
pub(super) fn slots(
    ask: &Ask<'_>,
    view: &View<'_>,
    step: &Step,
    (subject, principal): (&Locator, Option<&Locator>),
    scope: &Scope,
) -> Result<Known<Vec<Slot>>, Error> {
    let only_if = match &step.when {
        None => None,
        Some(when) => match known(ask, step, when.eval(scope)) {
            Ok(Ok(serde_json::Value::Bool(true))) => None,
            Ok(Ok(_)) if recurs(step) => return Ok(Ok(Vec::new())),
            Ok(Ok(serde_json::Value::Bool(false))) if is_settled(ask.playbook, step, when) => {
                return Ok(Ok(Vec::new()));
            }
            Ok(Err(unknown)) if recurs(step) => return Ok(Err(unknown)),
            Err(error) if recurs(step) => return Err(error),
            // What is planned once is shown with its condition, and the condition is asked when its turn comes.
            Ok(_) | Err(_) => Some(when.told()),
        },
    };
    let aim = |scope: &Scope| -> Result<Known<Option<Locator>>, Error> {
        let Some(aim) = &step.target else {
            return Ok(Ok(None));
        };
        Ok(match known(ask, step, aim.eval(scope))? {
            Ok(value) => Ok(locator(ask, step, &value)?),
            Err(unknown) => Err(unknown),
        })
    };
    let wants_target = step.target.is_some();
    let Some(for_each) = &step.for_each else {
        return Ok(match aim(scope)? {
            Err(unknown) => Err(unknown),
            // A subject whose principal could not be told: what can be said is said by the subject's own item.
            Ok(None) if wants_target => Ok(Vec::new()),
            Ok(target) => Ok(vec![Slot {
                key: key(step, None, subject),
                scope: scope.clone(),
                target,
                found: None,
                only_if,
                principal: principal.cloned(),
                subject_principal: principal.cloned(),
            }]),
        });
    };
    let elements = match known(ask, step, for_each.list.eval_list(scope))? {
        Ok(elements) => elements,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let by_name = located(ask, view, subject);
    let mut slots = Vec::with_capacity(elements.len());
    let mut inner = scope.clone();
    for element in elements {
        let reached = element
            .get("locator")
            .and_then(|name| by_name.get(name.as_str()?).copied());
        inner.set(&for_each.variable, element);
        let each = match known(ask, step, for_each.key.eval(&inner))? {
            Ok(serde_json::Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(unknown) => return Ok(Err(unknown)),
        };
        let target = match aim(&inner)? {
            Ok(None) if wants_target => continue,
            Ok(target) => target,
            Err(unknown) => return Ok(Err(unknown)),
        };
        // What a credential minted belongs to its principal, unless the provider knows better.
        slots.push(Slot {
            key: key(step, Some(each), subject),
            scope: inner.clone(),
            target,
            found: reached.cloned(),
            only_if: only_if.clone(),
            principal: reached
                .and_then(Found::principal)
                .or_else(|| principal.cloned()),
            subject_principal: principal.cloned(),
        });
    }
    Ok(Ok(slots))
}

/// What the reads of this run found about a subject, by name.
fn located<'a>(ask: &Ask<'a>, view: &View<'a>, subject: &Locator) -> BTreeMap<String, &'a Found> {
    let reads = ask
        .playbook
        .steps
        .iter()
        .filter(|step| step.work.read().is_some());
    let readings = reads.filter_map(|step| view.reading(step, subject));
    let found = readings.flat_map(|(_, reading)| &reading.found);
    found
        .filter(|found| found.relation.is_some())
        .map(|found| (found.what.to_string(), found))
        .collect()
}
