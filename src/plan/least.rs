//! What has to be permitted for exactly one plan, and nothing besides.
//!
//! From the plan and what the providers declare; never asks anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::domain::plan::Plan;
use crate::domain::{ActionId, Call, Item, Locator, Spec, Undo, Work};
use crate::provider::{Catalogue, Need, Provider, Remit, Want};

/// The least document of each provider that has such a form, for performing a plan and reading what it reads.
#[must_use]
pub fn permissions(plan: &Plan, catalogue: &Catalogue) -> BTreeMap<String, Value> {
    let of = |provider: &dyn Provider| {
        let looked: Vec<(Vec<String>, Option<&Item>, &Locator)> = plan
            .items
            .iter()
            .filter_map(|item| Some((item, item.target()?)))
            .filter(|(_, target)| target.provider() == provider.name())
            .map(|(item, target)| (looked_at(item, target, provider), Some(item), target))
            .chain(beside(plan, provider).map(|(subject, looks)| (looks, None, subject)))
            .collect();
        // Before each cut it is found out what we stand on ourselves; whose that is, the plan does not say.
        let cuts = |item: &&Item| {
            item.rung.is_some()
                && item
                    .target()
                    .is_some_and(|target| target.provider() == provider.name())
        };
        let own = plan.items.iter().find(cuts);
        let own = own.map(|_| provider.reads_of_own_branch());
        let reads = looked.iter().map(|(permissions, item, target)| Need {
            permissions,
            // What a search finds is not known yet, so it is permitted to look at all of it.
            target: Some(*target).filter(|_| item.is_none_or(|item| !searches(item))),
            seen: item.and_then(|item| item.before.as_ref()),
        });
        let needs: Vec<Need<'_>> = plan
            .items
            .iter()
            .flat_map(|item| item.calls().map(move |call| (item, call)))
            .filter(|(_, call)| call.target.provider() == provider.name())
            .flat_map(|(item, call)| needed(item, call, provider))
            .chain(reads)
            .chain(own.iter().map(|own| Need {
                permissions: own,
                target: None,
                seen: None,
            }))
            .collect();
        provider.permissions(&needs)
    };
    catalogue
        .providers()
        .filter_map(|provider| Some((provider.name().to_owned(), of(provider.as_ref())?)))
        .collect()
}

/// What our sessions permit under which the calls of some items are made, by what each does to what.
#[derive(Debug, Default)]
pub struct Remits<'a>(BTreeMap<&'a ActionId, BTreeMap<&'a Locator, Arc<Remit>>>);

impl<'a> Remits<'a> {
    /// Those of these items, from what the providers are set up for.
    #[must_use]
    pub fn of(items: impl IntoIterator<Item = &'a Item>, catalogue: &Catalogue) -> Self {
        let calls: Vec<(&Item, &Call)> = items
            .into_iter()
            .flat_map(|item| item.calls().map(move |call| (item, call)))
            .collect();
        let mut remits: BTreeMap<&ActionId, BTreeMap<&Locator, Arc<Remit>>> = BTreeMap::new();
        for provider in catalogue.providers() {
            let theirs = calls
                .iter()
                .filter(|(_, call)| call.target.provider() == provider.name());
            let wants = theirs.clone().map(|(item, call)| Want {
                account: call.target.account(),
                named: item.relation.is_none(),
                needs: needed(item, call, provider.as_ref()),
            });
            let wants: Vec<Want<'_>> = wants.collect();
            for ((_, call), remit) in theirs.zip(provider.remits(&wants)) {
                if let Some(remit) = remit {
                    let of_action = remits.entry(&call.action).or_default();
                    of_action.insert(&call.target, remit);
                }
            }
        }
        Self(remits)
    }

    /// All of them, each as often as something is done under it.
    pub fn all(&self) -> impl Iterator<Item = &Remit> {
        self.0
            .values()
            .flat_map(BTreeMap::values)
            .map(AsRef::as_ref)
    }

    /// The remit that a call is made under; none where we act with what we hold.
    #[must_use]
    pub fn under(&self, call: &Call) -> Option<&Remit> {
        let of_action = self.0.get(&call.action)?;
        of_action.get(&call.target).map(AsRef::as_ref)
    }
}

/// What the sessions of a plan would permit beyond it.
#[must_use]
pub(super) fn warnings(items: &[Item], catalogue: &Catalogue) -> Vec<String> {
    let remits = Remits::of(items, catalogue);
    let broader = remits.all().filter_map(|remit| remit.broader.clone());
    let broader: BTreeSet<String> = broader.collect();
    broader.into_iter().collect()
}

/// What one call of an item needs to be permitted; of one that makes something, also taking it away again.
fn needed<'a>(item: &'a Item, call: &'a Call, provider: &'a dyn Provider) -> Vec<Need<'a>> {
    let declared = |action: &ActionId| {
        let mut actions = provider.actions().iter();
        actions.find(|spec| spec.id == *action)
    };
    let Some(spec) = declared(&call.action) else {
        return Vec::new();
    };
    let makes = matches!(&item.work, Work::Issue { make, .. } if make == call);
    let undo = match &spec.undo {
        Undo::By(undo) if makes => declared(undo),
        Undo::By(_) | Undo::None(_) => None,
    };
    let seen = item
        .before
        .as_ref()
        .filter(|seen| seen.target == call.target);
    let need = |spec: &'a Spec| Need {
        permissions: &spec.permissions,
        target: Some(&call.target),
        seen,
    };
    std::iter::once(spec).chain(undo).map(need).collect()
}

/// The permissions that look at what an item is about; of one that calls an action, its calls need what they need.
fn looked_at(item: &Item, target: &Locator, provider: &dyn Provider) -> Vec<String> {
    match &item.work {
        Work::Act(_) | Work::Issue { .. } => Vec::new(),
        Work::Read(query) => provider.reads(Some(query.read)),
        Work::Watch { .. }
        | Work::Nothing { .. }
        | Work::Check(_)
        | Work::Gate(_)
        | Work::Manual(_) => looks(target, provider),
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

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;
    use crate::domain::{Clock, Tag};
    use crate::provider::aws::{Aws, Settings};

    fn deny(name: &str) -> Result<Item, Box<dyn std::error::Error>> {
        let target: Locator = format!("aws:user/{name}@123456789012").parse()?;
        let call = Call {
            action: "aws.deny-user".parse()?,
            target,
            with: BTreeMap::new(),
            secret: None,
            tag: Tag(String::new()),
        };
        let key = format!("isolate/stop@aws:user/{name}@123456789012").parse()?;
        Ok(Item::new(key, Work::Act(call)))
    }

    #[test]
    fn a_plan_tells_of_every_session_that_permits_more_than_it_does()
    -> Result<(), Box<dyn std::error::Error>> {
        let with = |role: Option<&str>| {
            let settings = Settings {
                role: role.map(str::to_owned),
                ..Settings::default()
            };
            Catalogue::new(vec![Arc::new(Aws::new(settings, Clock::wall()))])
        };
        let role = with(Some("arn:aws:iam::123456789012:role/responder"));
        let (short, long) = (deny("bot")?, deny(&"x".repeat(1500))?);
        let told = |items: &[Item], catalogue| warnings(items, catalogue);
        assert_eq!(told(std::slice::from_ref(&short), &role), [""; 0]);
        let both = [short, long];
        let warned = told(&both, &role);
        assert!(matches!(warned.as_slice(), [one] if one.contains("on everything")));
        assert_eq!(told(&both, &with(None)), [""; 0]);
        // The short one keeps a session of exactly what it does.
        let remits = Remits::of(&both, &role);
        let broader: Vec<bool> = both
            .iter()
            .flat_map(Item::calls)
            .filter_map(|call| Some(remits.under(call)?.broader.is_some()))
            .collect();
        assert_eq!(broader, [false, true]);
        Ok(())
    }
}
