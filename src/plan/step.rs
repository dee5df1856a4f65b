//! Items of steps that call no action: reads, checks, gates and what people do.
//!
//! Only says what will be asked; nothing is decided here.

use std::collections::BTreeMap;

use super::candidate::is_begun;
use super::slot::{Slot, known};
use super::{Ask, Error, look, stake};
use crate::domain::item::Asked;
use crate::domain::{Item, ItemKey, Stake, Work};
use crate::playbook::{Expr, Gate, OnExpiry, Scope, Step, StepWork};

/// What the step of an item's own gate is called.
const GATE: &str = "gate";

type Planned = Result<Result<Option<Item>, Vec<String>>, Error>;

/// The item of a step that calls no action; none where the target's kind cannot answer, or why it cannot be planned yet.
pub(super) fn item(ask: &Ask<'_>, step: &Step, slot: &Slot) -> Planned {
    let text = |expr: &Expr| known(ask, step, expr.eval_text(&slot.scope));
    let work = match &step.work {
        StepWork::Read(_) => {
            let Some(target) = slot.target.as_ref().or(slot.key.subject.as_ref()) else {
                return Ok(Ok(None));
            };
            let query = look::query(
                ask.catalogue,
                (ask.order, ask.estate),
                step,
                target,
                &slot.scope,
            );
            match query {
                Some(query) => Work::Read(query),
                None => return Ok(Ok(None)),
            }
        }
        StepWork::Check(check) => Work::Check(Asked {
            target: slot.target.clone(),
            text: check.source(),
            means: check.in_words(),
            evidence: step.evidence,
            ..Asked::default()
        }),
        StepWork::Gate(gate) => match text(&gate.ask)? {
            Ok(text) => Work::Gate(question(gate, text)),
            Err(unknown) => return Ok(Err(unknown)),
        },
        StepWork::Manual(manual) => match text(&manual.text)? {
            Ok(text) => Work::Manual(Asked {
                target: slot.target.clone(),
                text,
                of: manual
                    .assignee
                    .iter()
                    .map(|role| (role.clone(), 1))
                    .collect(),
                within: manual.deadline,
                evidence: step.evidence,
                ..Asked::default()
            }),
            Err(unknown) => return Ok(Err(unknown)),
        },
        StepWork::Do(_) | StepWork::Notify(_) => return Ok(Ok(None)),
    };
    Ok(Ok(Some(Item {
        only_if: slot.only_if.clone(),
        stake: whose(ask, &slot.key, &work),
        ..Item::new(slot.key.clone(), work)
    })))
}

/// Whose the subject is that people are asked about: a question to owners is one to its owner.
fn whose(ask: &Ask<'_>, key: &ItemKey, work: &Work) -> Option<Box<Stake>> {
    let only = match ask.order.subjects.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let subject = key.subject.as_ref().or(only)?;
    let asked = stake::Asked::named(subject, ask.case.principal_of(subject));
    matches!(work, Work::Gate(_)).then(|| stake::of(ask, asked))?
}

fn question(gate: &Gate, text: String) -> Asked {
    Asked {
        target: None,
        text,
        of: gate.approvals.clone(),
        within: gate.expires,
        denies: gate.on_expiry == OnExpiry::Deny,
        ..Asked::default()
    }
}

/// The key of the gate that stands before an item of a step with a gate of its own.
pub(super) fn gate_of(step: &Step, key: &ItemKey) -> Option<ItemKey> {
    step.gate.as_ref().map(|_| ItemKey {
        step: format!("{}.{GATE}", step.id),
        each: None,
        ..key.clone()
    })
}

/// The item that asks people first, where a step has a gate of its own and it was not asked yet.
pub(super) fn asked_first(
    ask: &Ask<'_>,
    step: &Step,
    key: &ItemKey,
) -> Result<Option<Item>, Error> {
    let (Some(gate), Some(key)) = (&step.gate, gate_of(step, key)) else {
        return Ok(None);
    };
    if is_begun(ask, &key) {
        return Ok(None);
    }
    let scope: Scope = match key.subject.as_ref().or(ask.order.subjects.first()) {
        Some(subject) => ask.view().scope_for(subject, [&gate.ask]),
        None => Scope::new(),
    };
    let text = match known(ask, step, gate.ask.eval_text(&scope))? {
        Ok(text) => text,
        Err(_) => gate.ask.source(),
    };
    let work = Work::Gate(question(gate, text));
    Ok(Some(Item {
        stake: whose(ask, &key, &work),
        ..Item::new(key, work)
    }))
}

/// The steps that run only where another failed, with that other's id.
pub(super) fn after_failure(steps: &[Step]) -> BTreeMap<&str, &Step> {
    let named = steps
        .iter()
        .filter_map(|step| Some((step, step.on_failure.as_ref()?)));
    named
        .flat_map(|(step, then)| then.run.iter().map(move |id| (id.as_str(), step)))
        .collect()
}
