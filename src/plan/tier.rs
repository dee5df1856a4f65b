//! How grave an item is, and why.
//!
//! A tier is only ever raised from the action's floor, and every raise leaves a reason.

use super::branch::Hit;
use crate::domain::{Spec, Tier};

/// Computes the tier of an item from the action's floor and from what it would stop of what has to stay in reach; answers
/// the marks too.
#[must_use]
pub fn with_hits(
    spec: &Spec,
    hits: Vec<Hit>,
    more: Option<&str>,
) -> (Tier, Vec<String>, Vec<String>) {
    let marks = hits.iter().map(|hit| hit.mark).chain(more);
    let marks: Vec<String> = marks.map(str::to_owned).collect();
    let (tier, mut reasons) = compute(spec, &marks);
    reasons.extend(hits.into_iter().map(|hit| hit.why));
    (tier, reasons, marks)
}

/// Computes the tier of an item from the action's floor and the marks on its target.
#[must_use]
pub fn compute(spec: &Spec, marks: &[String]) -> (Tier, Vec<String>) {
    let mut tier = spec.floor;
    let mut reasons = vec![format!(
        "{} is at least tier {}: {}",
        spec.id, spec.floor, spec.hurts
    )];
    let mut raise = |to: Tier, why: &str| {
        if to > tier {
            tier = to;
        }
        reasons.push(why.to_owned());
    };
    for mark in marks {
        match mark.as_str() {
            "own" => raise(
                Tier::GRAVE,
                "it is part of what contain itself, its approvers or its journal stand on",
            ),
            "protected" => raise(Tier::GRAVE, "it would stop a protected identity"),
            "shared" => {
                let shared = spec.floor.raised();
                raise(shared, "a healthy identity uses it too");
            }
            _ => {}
        }
    }
    if !spec.is_reversible() && spec.cut().is_some() {
        raise(Tier::GRAVE, "it cannot be given back");
    }
    (tier, reasons)
}
