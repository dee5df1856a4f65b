//! Before a cut is sent: what it would stop now of what has to stay in reach, whatever was known when it was planned.
//!
//! Only ever adds a mark; deciding what follows from it is the gate's.

use std::borrow::Cow;
use std::sync::Arc;

use super::Ground;
use crate::domain::{Cause, Item, Seen, Spec, Tier, Time};
use crate::plan::branch::{About, FRESH, Hit, Known};

/// What is known now; read again where something is cut and it is no longer fresh.
pub(super) async fn known(ground: &Ground<'_>, (item, spec): (&Item, &Spec)) -> Arc<Known> {
    if spec.cut().is_none() {
        return ground.branches.known();
    }
    let waits = (ground.observer, ground.clock);
    ground.branches.before(waits, item, spec).await
}

/// What is known still, once its turn has come: where that took longer than what was read at `asked` lasts, it is read again.
pub(super) async fn still_known(
    ground: &Ground<'_>,
    (known, asked): (Arc<Known>, Time),
    spec: &Spec,
) -> Arc<Known> {
    let waited = ground.clock.now().duration_since(asked);
    if spec.cut().is_none() || waited < FRESH {
        return known;
    }
    ground.branches.still((ground.observer, ground.clock)).await
}

/// The item, with the marks that it would be planned with now; and what it would stop of what has to stay in reach.
pub(super) fn as_it_stands<'a>(
    ground: &Ground<'_>,
    known: &Known,
    (item, spec, seen): (&'a Item, &Spec, &Seen),
) -> (Cow<'a, Item>, Option<String>) {
    let principal = seen.principal();
    let about = About {
        target: &seen.target,
        principal: principal.as_ref(),
    };
    let hits = known.hits(ground.catalogue, spec, about);
    if hits.is_empty() {
        return (Cow::Borrowed(item), None);
    }
    let is_new = |hit: &Hit| item.marks.iter().all(|mark| mark != hit.mark);
    let told = |hit: &Hit| match is_new(hit) {
        true => format!("since it was planned: {}", hit.why),
        false => hit.why.clone(),
    };
    let why: Vec<String> = hits.iter().map(told).collect();
    let new: Vec<&Hit> = hits.iter().filter(|hit| is_new(hit)).collect();
    let mut item = Cow::Borrowed(item);
    if !new.is_empty() {
        let marked = item.to_mut();
        marked.tier = marked.tier.max(Tier::GRAVE);
        let marks = new.iter().map(|hit| hit.mark.to_owned());
        marked.marks.extend(marks);
    }
    (item, Some(why.join("; ")))
}

/// A cause, with what would be stopped.
pub(super) fn because(cause: Cause, why: Option<String>) -> Cause {
    match (cause, why) {
        (Cause::Approval(rules), Some(why)) => Cause::Approval(format!("{why}; {rules}")),
        (cause, _) => cause,
    }
}
