//! Who agreed to what, asked of the journal's bytes and the kept plans: nobody to what they asked for, and nothing that is
//! protected is touched but by the code of its exact plan.
//!
//! Shares no code with the engine's fold. Never changes anything.

use std::collections::{BTreeMap, BTreeSet};

use super::record::planned;
use super::{Bench, Entry};
use crate::domain::event::Event;
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::{Digest, Tier};
use crate::plan::branch::PROTECTED;

/// GAT-3: who signed for a plan is none of those who asked for it, and counts once for each item.
pub(super) fn check_people(entries: &[Entry]) {
    let mut asked: BTreeMap<Digest, BTreeSet<&str>> = BTreeMap::new();
    let mut given: BTreeMap<&str, &Mandate> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Requested { request, .. } => {
                let by = request.requested_by.iter().map(String::as_str);
                asked.entry(request.plan).or_default().extend(by);
            }
            Event::Granted { mandate } => {
                given.insert(&mandate.nonce, mandate);
                let (Some(_), Scope::Exact { plan, .. }) = (&mandate.signed, &mandate.scope) else {
                    continue;
                };
                let asking = asked.get(plan);
                let asking = asking.unwrap_or_else(|| panic!("GAT-3: nobody asked: {mandate:?}"));
                let by = mandate.by.as_str();
                assert!(
                    !asking.contains(by),
                    "GAT-3: {by} asked for it: {mandate:?}"
                );
            }
            Event::Intended { item, spent, .. } => {
                let spent = spent
                    .iter()
                    .filter_map(|nonce| given.get(nonce.as_str()).copied());
                let (signed, typed): (Vec<&Mandate>, Vec<&Mandate>) =
                    spent.partition(|mandate| mandate.signed.is_some());
                let exact = signed
                    .iter()
                    .filter(|mandate| matches!(mandate.scope, Scope::Exact { .. }));
                let people: Vec<&str> = exact.map(|mandate| mandate.by.as_str()).collect();
                let distinct: BTreeSet<&&str> = people.iter().collect();
                assert_eq!(distinct.len(), people.len(), "GAT-3: {item:?}: {people:?}");
                let operators = typed.iter().map(|mandate| mandate.by.as_str());
                for operator in operators {
                    assert!(!people.contains(&operator), "GAT-3: {item:?}: {operator}");
                }
            }
            _ => {}
        }
    }
}

impl Bench {
    /// ORG-2: nothing that its plan marks as protected was begun but under a mandate of tier 3 for exactly that plan.
    pub(super) fn check_protected(&self, entries: &[Entry]) {
        let (planned, plans) = (planned(entries), self.plans.lock().unwrap());
        let mut given: BTreeMap<&str, &Mandate> = BTreeMap::new();
        for entry in entries {
            match &entry.event {
                Event::Granted { mandate } => {
                    given.insert(&mandate.nonce, mandate);
                }
                Event::Intended { item, spent, .. } => {
                    let (plan, _) = planned[item];
                    let Some(plan) = plans.get(&plan) else {
                        continue;
                    };
                    let marked = plan.items.iter().any(|one| {
                        one.key == item.key && one.marks.iter().any(|mark| mark == PROTECTED)
                    });
                    let by_code = spent.iter().any(|nonce| {
                        let mandate = given[nonce.as_str()];
                        let exact = matches!(mandate.scope, Scope::Exact { .. });
                        exact && mandate.tier == Tier::GRAVE
                    });
                    assert!(!marked || by_code, "ORG-2: {item:?} was begun unasked");
                }
                _ => {}
            }
        }
    }
}
