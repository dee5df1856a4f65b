//! May it be done; by which rule; by whose authority, for what, until when.
//!
//! Owns policies and mandates, and is the only maker of a [`Clearance`]. Never performs anything.

pub mod mandate;
pub mod policy;

use crate::domain::case::{Attached, Case};
use crate::domain::{Cause, Digest, Item, ItemRef, Rung, Seen, Spec, Time};
use crate::evidence;

pub use mandate::{Confirmation, Pledges};
pub use policy::{Authority, Circumstances, Policy, Rule, Ruling};

/// Proof that one attempt at one item may be made. Not cloneable; writing the intent consumes it.
#[derive(Debug)]
pub struct Clearance {
    item: ItemRef,
    spent: Vec<String>,
    policies: Vec<String>,
}

impl Clearance {
    /// The item that was cleared.
    #[must_use]
    pub fn item(&self) -> &ItemRef {
        &self.item
    }

    /// Takes it apart: the item, the mandates spent, the policies that determined it.
    #[must_use]
    pub fn spend(self) -> (ItemRef, Vec<String>, Vec<String>) {
        (self.item, self.spent, self.policies)
    }
}

/// Why an item was not cleared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Blocked {
    /// Something is missing that people can give.
    Waits(Cause),
    /// No mandate would help.
    Denied(String),
}

/// Decides whether one attempt at an item may be made at `now`: a live mandate and every policy must agree.
///
/// # Errors
/// Says what is missing, or why nothing would help.
pub fn clear(
    (item, named): (&Item, &ItemRef),
    (spec, plan): (&Spec, Digest),
    (case, pledges): (&Case, &Pledges),
    (policy, around): (&Policy, &Circumstances),
    now: Time,
) -> Result<Clearance, Blocked> {
    let mandate = mandate::covering(item, named, spec, plan, (case, pledges), now);
    let authority = mandate.map_or(Authority::NONE, |(mandate, exact)| Authority {
        tier: Some(mandate.tier),
        exact,
    });
    match policy.rule(item, spec.effect.word(), around, authority) {
        Ruling::Allow(policies) => {
            if let Some((mandate, _)) = mandate {
                pledges.pledge(mandate, named);
            }
            Ok(Clearance {
                item: named.clone(),
                spent: mandate
                    .map(|(mandate, _)| mandate.nonce.clone())
                    .into_iter()
                    .collect(),
                policies,
            })
        }
        Ruling::NeedsMandate(rules) => Err(Blocked::Waits(Cause::Approval(said(&rules)))),
        Ruling::Forbidden(rules) => Err(Blocked::Denied(said(&rules))),
    }
}

/// Whether what a delete would destroy is kept: a snapshot of its target, exactly as it was just seen. Other actions need none.
///
/// # Errors
/// Says that it is not kept.
pub fn preserved(case: &Case, spec: &Spec, seen: &Seen) -> Result<(), Cause> {
    if spec.cut().is_none_or(|cut| cut.rung != Rung::Delete) {
        return Ok(());
    }
    let state = evidence::state(seen);
    let shows = |file: &Attached| {
        let about = file.about.as_ref();
        state.is_some() && about.is_some_and(|about| about.state == state)
    };
    if case.attached.iter().any(shows) {
        return Ok(());
    }
    Err(Cause::Provider(format!(
        "nothing is deleted before its state is kept as evidence, and that of {} is not",
        seen.target
    )))
}

/// What stands in the way of a plan before anybody confirmed it: items that only a typed code covers, and items that
/// no mandate covers.
#[must_use]
pub fn preview<'a>(
    items: impl Iterator<Item = (&'a Item, &'a Spec)>,
    (policy, around): (&Policy, &Circumstances),
    granted: Authority,
) -> Vec<(&'a Item, Ruling)> {
    items
        .filter(|(item, _)| item.call().is_some())
        .map(|(item, spec)| (item, policy.rule(item, spec.effect.word(), around, granted)))
        .filter(|(_, ruling)| !matches!(ruling, Ruling::Allow(_)))
        .collect()
}

fn said(rules: &[Rule]) -> String {
    let one = |rule: &Rule| format!("{} [{}]; {}", rule.title, rule.id, rule.remedy);
    rules.iter().map(one).collect::<Vec<_>>().join(" · ")
}
