//! What has to be permitted for exactly one plan, and nothing besides.
//!
//! From the plan and what the providers declare; never asks anybody.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::plan::Plan;
use crate::domain::{Call, Item, Locator, Work};
use crate::provider::{Catalogue, Need, Provider};

/// The least document of each provider that has such a form, for performing a plan and reading what it reads.
#[must_use]
pub fn permissions(plan: &Plan, catalogue: &Catalogue) -> BTreeMap<String, Value> {
    let of = |provider: &dyn Provider| {
        let asked: Vec<(Vec<String>, Option<&Item>, Option<&Locator>)> = plan
            .items
            .iter()
            .filter(|item| {
                let mut targets = item.target().into_iter();
                targets.any(|target| target.provider() == provider.name())
            })
            .map(|item| (wanted(item, provider), Some(item), item.target()))
            .chain(beside(plan, provider).map(|(subject, looks)| (looks, None, Some(subject))))
            .collect();
        let needs: Vec<Need<'_>> = asked
            .iter()
            .map(|(permissions, item, target)| Need {
                permissions,
                // What a search finds is not known yet, so it is permitted to look at all of it.
                target: target.filter(|_| item.is_none_or(|item| !searches(item))),
                seen: item.and_then(|item| item.before.as_ref()),
            })
            .collect();
        provider.permissions(&needs)
    };
    catalogue
        .providers()
        .filter_map(|provider| Some((provider.name().to_owned(), of(provider.as_ref())?)))
        .collect()
}

/// The permissions that an item needs: all of its action, or where nothing is to be done those that look.
fn wanted(item: &Item, provider: &dyn Provider) -> Vec<String> {
    match &item.work {
        Work::Act(_) | Work::Issue { .. } => {
            let declared = |call: &Call| {
                let mut actions = provider.actions().iter();
                actions.find(|spec| spec.id == call.action)
            };
            let specs = item.calls().filter_map(declared);
            specs
                .flat_map(|spec| spec.permissions.iter().cloned())
                .collect()
        }
        Work::Read(query) => provider.reads(Some(query.read)),
        Work::Watch { .. }
        | Work::Nothing { .. }
        | Work::Check(_)
        | Work::Gate(_)
        | Work::Manual(_) => item
            .target()
            .map_or_else(Vec::new, |target| looks(target, provider)),
    }
}

/// Whether an item's question is about more than its target.
fn searches(item: &Item) -> bool {
    use crate::domain::ReadKind;
    match &item.work {
        Work::Read(query) => matches!(
            query.read,
            ReadKind::Reach | ReadKind::Grants | ReadKind::Permissions
        ),
        Work::Act(_)
        | Work::Issue { .. }
        | Work::Watch { .. }
        | Work::Nothing { .. }
        | Work::Check(_)
        | Work::Gate(_)
        | Work::Manual(_) => false,
    }
}

/// What looking at a thing of this kind needs: the reads among what the actions on it need.
fn looks(target: &Locator, provider: &dyn Provider) -> Vec<String> {
    let reads = provider.reads(None);
    let on = provider
        .actions()
        .iter()
        .filter(|spec| spec.on == *target.kind());
    let needed = on.flat_map(|spec| spec.permissions.iter().cloned());
    needed
        .filter(|permission| reads.contains(permission))
        .collect()
}

/// The subjects that no item is about: they are looked at all the same.
fn beside<'a>(
    plan: &'a Plan,
    provider: &'a dyn Provider,
) -> impl Iterator<Item = (&'a Locator, Vec<String>)> {
    let is_target = |subject: &&Locator| {
        plan.items
            .iter()
            .any(|item| item.target() == Some(*subject))
    };
    plan.subjects
        .iter()
        .filter(|subject| subject.provider() == provider.name())
        .filter(move |subject| !is_target(subject))
        .map(|subject| (subject, looks(subject, provider)))
}
