//! May it be done; by which rule; by whose authority, for what, until when.
//!
//! Owns policies and mandates, and is the only maker of a [`Clearance`]. Never performs anything.

pub mod approval;
pub mod mandate;
pub mod people;
pub mod policy;
pub mod standing;

mod witness;

use crate::domain::case::{Attached, Case};
use crate::domain::mandate::{Basis, Mandate};
use crate::domain::plan::Plan;
use crate::domain::{Cause, Digest, Item, ItemRef, Rung, Seen, Spec, Time};
use crate::evidence;

pub use mandate::{Confirmation, Pledges};
pub use people::{Roster, Who};
pub use policy::{Authority, Circumstances, Policy, Rule, Ruling};
pub use witness::{Stands, Witness};

/// Proof that one attempt at one item may be made. Not cloneable; writing the intent consumes it.
#[derive(Debug)]
pub struct Clearance {
    item: ItemRef,
    spent: Vec<String>,
    policies: Vec<String>,
    basis: Basis,
}

impl Clearance {
    /// The item that was cleared.
    #[must_use]
    pub fn item(&self) -> &ItemRef {
        &self.item
    }

    /// The authority that it rests on: it is worth nothing once that has ended.
    #[must_use]
    pub fn basis(&self) -> Basis {
        self.basis
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
    if let Some(veto) = case.veto(named) {
        let why = format!("{} denied it: {}", veto.by, veto.reason);
        return Err(Blocked::Denied(why));
    }
    let covering = mandate::covering(
        item,
        named,
        spec,
        (plan, around.operator()),
        (case, pledges),
        now,
    );
    let covering = covering.map(|mut covering| {
        let own = covering.own.by.as_str();
        let is_another = |name: &str| name != own && !around.is_present(name);
        covering.signed.retain(|mandate| is_another(&mandate.by));
        let operator = around.operator();
        covering.standing = mandate::standing(item, named, (spec, operator), (case, pledges), now);
        covering
    });
    let covering = covering.as_ref();
    let authority = covering.map_or(Authority::NONE, mandate::Covering::authority);
    let signed = covering.map_or([].as_slice(), |covering| &covering.signed);
    let authority = around.agreed(authority, (signed, item));
    let authority = authority.within(case, around, now);
    let asking = requested_by(case, plan);
    match policy.rule(item, spec.effect.word(), (around, asking), authority) {
        Ruling::Allow(policies) => {
            // What was authorised ahead counts where it was needed.
            let standing = around.is_automation(asking);
            let spent = covering.into_iter().flat_map(|all| all.all(standing));
            let spent: Vec<&Mandate> = spent.collect();
            let cleared = cleared(named, &spent, policies, (case, pledges), now);
            Ok(cleared)
        }
        Ruling::NeedsMandate(rules) => {
            let rule = |authority| {
                let rules = (around, asking);
                policy.rule(item, spec.effect.word(), rules, authority)
            };
            let missing = missing((around, asking), signed);
            let all = Authority {
                agreed: authority.agreed + missing.len(),
                ..authority
            };
            let mut why = said(&rules);
            if !missing.is_empty() && rule(all) != Ruling::NeedsMandate(rules) {
                why.push_str(&still(signed, &missing));
            }
            Err(Blocked::Waits(Cause::Approval(why)))
        }
        Ruling::Forbidden(rules) => Err(Blocked::Denied(said(&rules))),
    }
}

/// The clearance of an item that spends these mandates, which are pledged to it from now on.
fn cleared(
    named: &ItemRef,
    spent: &[&Mandate],
    policies: Vec<String>,
    (case, pledges): (&Case, &Pledges),
    now: Time,
) -> Clearance {
    for mandate in spent {
        pledges.pledge(mandate, named);
    }
    let ends = spent.iter().map(|mandate| mandate.until);
    let basis = Basis {
        taken: case.taken,
        until: ends
            .chain(case.first_mode_ends(now))
            .min()
            .unwrap_or(Time::MAX),
    };
    Clearance {
        basis,
        item: named.clone(),
        spent: spent.iter().map(|mandate| mandate.nonce.clone()).collect(),
        policies,
    }
}

/// Who has signed, and who could still.
fn still(signed: &[&Mandate], missing: &[&str]) -> String {
    let signed: Vec<&str> = signed.iter().map(|mandate| mandate.by.as_str()).collect();
    let has = match signed.is_empty() {
        true => String::new(),
        false => format!("; signed by {}", signed.join(", ")),
    };
    format!("{has}; may still sign: {}", missing.join(", "))
}

/// Who could still agree to what these ask for: whoever approves, is not behind whoever operates, and has not signed.
fn missing<'a>(
    (around, asking): (&'a Circumstances, &'a [String]),
    signed: &[&Mandate],
) -> Vec<&'a str> {
    let free = around.roster.free_to_agree(asking);
    let is_free = |name: &&str| {
        !around.is_present(name) && signed.iter().all(|mandate| mandate.by.as_str() != *name)
    };
    free.filter(is_free).collect()
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

/// Who asked for a plan, where people were asked about it.
fn requested_by(case: &Case, plan: Digest) -> &[String] {
    approval::request_of(case, plan).map_or(&[], |(_, request)| &request.requested_by)
}

/// What stands in the way of a plan once the operator says yes: items that only a typed code or further people cover, and
/// items that no mandate covers.
#[must_use]
pub fn preview<'a>(
    items: impl Iterator<Item = (&'a Item, &'a Spec)>,
    (policy, around): (&Policy, &Circumstances),
    (case, plan, digest): (&Case, &Plan, Digest),
    now: Time,
) -> Vec<(&'a Item, Ruling)> {
    let pledges = Pledges::default();
    let granted = |item: &Item| {
        let named = plan.named(item);
        let mut signed = mandate::agreed((&named, digest), (case, &pledges), now);
        signed.retain(|mandate| !around.is_present(&mandate.by));
        let tiers = signed.iter().map(|mandate| mandate.tier);
        let authority = Authority {
            tier: tiers.chain([Confirmation::Yes.tier()]).max(),
            exact: true,
            ..Authority::NONE
        };
        let authority = around.agreed(authority, (&signed, item));
        authority.within(case, around, now)
    };
    let asking = plan.requested_by.as_slice();
    items
        .filter(|(item, _)| item.call().is_some())
        .map(|(item, spec)| {
            let effect = spec.effect.word();
            (
                item,
                policy.rule(item, effect, (around, asking), granted(item)),
            )
        })
        .filter(|(_, ruling)| !matches!(ruling, Ruling::Allow(_)))
        .collect()
}

fn said(rules: &[Rule]) -> String {
    let one = |rule: &Rule| format!("{} [{}]; {}", rule.title, rule.id, rule.remedy);
    rules.iter().map(one).collect::<Vec<_>>().join(" · ")
}
