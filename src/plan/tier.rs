//! How grave an item is, and why.
//!
//! A tier is only ever raised from the action's floor, and every raise leaves a reason.

use crate::domain::{Spec, Tier};

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
                "it is part of the credential chain that contain itself acts with",
            ),
            "protected" => raise(Tier::GRAVE, "the workspace marks it as protected"),
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
