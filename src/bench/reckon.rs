//! What must be true of a whole incident, from the journal alone: what was done is what was planned, what was found is
//! accounted for, and our own branch is cut by nobody.
//!
//! Shares no code with the engine's fold. Never changes anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::record::planned;
use super::{Bench, Entry};
use crate::domain::event::Event;
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::{
    ActionId, Call, Fact, Fate, Fields, ItemKey, ItemRef, Locator, Reading, Relation, Spec, Tier,
    Time,
};
use crate::journal;
use crate::provider::Catalogue;
use crate::provider::simulated::lock;
use crate::report::describe::{Source, of_run};
use crate::report::standing::{Outcome, Standing};

impl Bench {
    /// What must be true whenever *contained* is said of a run.
    pub(super) fn check_contained(&self, run: u32) {
        check_found(
            &self.catalogue,
            &self.record().entries,
            (run, self.clock.now()),
        );
    }

    /// What must be true at the end, whatever it was.
    pub(super) fn check_whole(&self) {
        let record = self.record();
        self.check_sent(&record.entries);
        self.check_evidence(&record.entries);
        self.check_plans(&record.entries);
    }

    /// How often a cut that was seen in force was seen open again, once every front end had it or not for the first time:
    /// somebody undoes what we do.
    pub(super) fn times_undone(&self) -> usize {
        let record = self.record();
        let planned = planned(&record.entries);
        let (mut in_force, mut open_once) = (BTreeSet::new(), BTreeSet::new());
        let undone = record.entries.iter().filter(|entry| match &entry.event {
            Event::Verified {
                item,
                verdict,
                seen: Some(seen),
            } => {
                let (_, short) = planned[item];
                let goal = (&short.action, &short.target);
                // A cut-off is open once something newer is found, and nobody undid it.
                let spec = short
                    .action
                    .as_ref()
                    .and_then(|id| self.catalogue.action(id));
                let cut = spec.and_then(Spec::cut);
                if cut.is_some_and(|cut| cut.before_call) {
                    return false;
                }
                if verdict.is_observed() {
                    in_force.insert(goal);
                    return false;
                }
                let is_open = matches!(seen.fact, Fact::Present(_)) && in_force.remove(&goal);
                is_open && (verdict.settles.at <= entry.at || !open_once.insert(goal))
            }
            _ => false,
        });
        undone.count()
    }

    /// I12: whatever is not over names what to run next.
    pub(super) fn check_next(&self, run: u32, standing: &Standing) {
        let record = journal::read(&mut self.disk.clone()).unwrap();
        let told = of_run(&Source {
            case: &record.case,
            catalogue: &self.catalogue,
            run,
            standing,
            playbook: None,
            plan: None,
            wants_code: false,
            now: self.clock.now(),
        });
        let is_over = standing.outcome == Outcome::Contained;
        assert!(is_over || !told.next.is_empty(), "I12: {told:#?}");
    }

    /// I10: every plan that was frozen was kept before, under its digest, and holds what the journal says.
    fn check_plans(&self, entries: &[Entry]) {
        let plans = self.plans.lock().unwrap();
        for entry in entries {
            let Event::PlanFrozen { digest, items, .. } = &entry.event else {
                continue;
            };
            let plan = plans
                .get(digest)
                .unwrap_or_else(|| panic!("I10: {digest} is nowhere"));
            assert_eq!(plan.digest().unwrap(), *digest, "I10");
            let kept = plan.items.iter().map(|item| &item.key);
            assert!(kept.eq(items.iter().map(|item| &item.key)), "I10: {digest}");
        }
    }

    /// I5: what left is what was planned: this action, on this target. ORG-1: what would cut us off goes only at the
    /// highest tier, on an exact word.
    fn check_sent(&self, entries: &[Entry]) {
        let planned = planned(entries);
        let ours = &self.scenario.responder;
        let mut given: BTreeMap<&str, &Mandate> = BTreeMap::new();
        let mut made: BTreeSet<(&ItemKey, &Locator)> = BTreeSet::new();
        for entry in entries {
            match &entry.event {
                Event::Granted { mandate } => drop(given.insert(&mandate.nonce, mandate)),
                Event::Made {
                    item, made: new, ..
                } => {
                    made.extend(new.iter().map(|new| (&item.key, new)));
                }
                Event::Discarding { item, call, .. } => {
                    // A lost answer names nothing: then it bears the mark of the call.
                    let world = lock(&self.world);
                    let is_marked = world.is_marked(&call.target, &call.tag);
                    let is_ours = made.contains(&(&item.key, &call.target)) || is_marked;
                    assert!(
                        is_ours,
                        "I5: {call:?} takes away what {item:?} did not make"
                    );
                }
                Event::Intended {
                    item, call, spent, ..
                } => {
                    let (_, short) = planned[item];
                    let as_planned = (short.action.as_ref(), short.target.as_ref())
                        == (Some(&call.action), Some(&call.target));
                    assert!(as_planned, "I5: {item:?} was not planned so: {call:?}");
                    let spec = self.catalogue.action(&call.action).unwrap();
                    let governs = spec
                        .cut()
                        .is_some_and(|cut| cut.of.contains(ours.credential.kind()));
                    let cuts_us = call.target == ours.credential && spec.cut().is_some()
                        || call.target == ours.principal && governs;
                    let is_exact =
                        |nonce: &String| matches!(given[nonce.as_str()].scope, Scope::Exact { .. });
                    let is_asked = short.tier >= Tier::GRAVE && spent.iter().all(is_exact);
                    assert!(!cuts_us || is_asked, "ORG-1: {item:?} cuts our own branch");
                }
                _ => {}
            }
        }
    }

    /// VER-1: what is called observed was seen: what was looked at shows what was sent, or is gone.
    fn check_evidence(&self, entries: &[Entry]) {
        let mut sent: BTreeMap<&ItemRef, &Call> = BTreeMap::new();
        for entry in entries {
            match &entry.event {
                Event::Intended { item, call, .. } => drop(sent.insert(item, call)),
                Event::Verified {
                    item,
                    verdict,
                    seen: Some(seen),
                } if verdict.is_observed() => {
                    let Some(call) = sent.get(item) else { continue };
                    let spec = self.catalogue.action(&call.action).unwrap();
                    let is_so = match &seen.fact {
                        Fact::Gone => true,
                        Fact::Present(fields) => shows(spec, call, fields),
                        Fact::Unreadable(_) => false,
                    };
                    assert!(
                        is_so,
                        "VER-1: {item:?} is called observed, and seen was {seen:?}"
                    );
                }
                _ => {}
            }
        }
    }
}

/// Whether what was seen is what a call wrote; a later time serves as well.
fn shows(spec: &Spec, call: &Call, fields: &Fields) -> bool {
    let time = |value: Option<&Value>| value?.as_str()?.parse::<Time>().ok();
    spec.touches.iter().all(|touch| {
        let (wanted, seen) = (call.value(&touch.field), fields.get(&touch.field));
        match (time(wanted), time(seen)) {
            (Some(wanted), Some(seen)) => seen >= wanted,
            _ => wanted.is_none() || wanted == seen,
        }
    })
}

/// What a cut does to what.
type Goal<'a> = (&'a Locator, &'a ActionId);

/// How a cut stands, by the journal alone.
#[derive(Default)]
struct Stand {
    /// When it has reached everywhere; absent while it is not observed.
    settles: Option<Time>,
    /// Sessions issued before this are refused, where it is a cut of sessions.
    cut_off: Option<Time>,
}

/// VER-3: of what was found to belong to the set, each is seen to be dead or is cut where it lives.
fn check_found(catalogue: &Catalogue, entries: &[Entry], (run, now): (u32, Time)) {
    let planned = planned(entries);
    let mut found: BTreeMap<(Option<&Locator>, &str), &Reading> = BTreeMap::new();
    let mut stands: BTreeMap<Goal<'_>, Stand> = BTreeMap::new();
    let mut principals: BTreeMap<&Locator, &Locator> = BTreeMap::new();
    let mut sent: BTreeSet<&ItemRef> = BTreeSet::new();
    let mut latest: BTreeMap<Goal<'_>, &ItemRef> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Found { item, reading } if item.run == run => {
                found.insert((item.key.subject.as_ref(), &item.key.step), reading);
            }
            Event::Intended { item, call, .. } => {
                sent.insert(item);
                latest.insert((&call.target, &call.action), item);
                let cut_off = call.value("end_sessions").and_then(Value::as_str);
                if let Some(cut_off) = cut_off.and_then(|text| text.parse().ok()) {
                    let stand = stands.entry((&call.target, &call.action)).or_default();
                    stand.cut_off = Some(cut_off);
                }
            }
            Event::Verified { item, verdict, .. } => {
                let (_, short) = planned[item];
                let (Some(target), Some(action), Some(_)) =
                    (&short.target, &short.action, short.rung)
                else {
                    continue;
                };
                let goal = (target, action);
                // What was sent before another item took the target over says nothing about that one.
                let is_over =
                    sent.contains(item) && latest.get(&goal).is_some_and(|last| *last != item);
                if is_over {
                    continue;
                }
                // What is seen to be so once more is so since it was seen first.
                let stand = stands.entry(goal).or_default();
                let settles = verdict.is_observed().then_some(verdict.settles.at);
                stand.settles = settles.map(|at| stand.settles.map_or(at, |known| known.min(at)));
                principals.extend(
                    short
                        .principal
                        .as_ref()
                        .map(|principal| (target, principal)),
                );
            }
            _ => {}
        }
    }
    let is_dead = |stand: &Stand| stand.settles.is_some_and(|at| at <= now);
    for ((subject, _), reading) in &found {
        // Of a principal, what it holds belongs to it.
        let is_principal = subject.is_some_and(|subject| {
            let kind = catalogue.kind(subject.kind());
            kind.is_some_and(|kind| !kind.credential && !kind.governs.is_empty())
        });
        let of_set = reading.found.iter().filter(|found| match found.relation {
            Some(Relation::Minted | Relation::Entered) => true,
            Some(Relation::Held) => is_principal,
            _ => false,
        });
        for found in of_set {
            // A session lives at its principal: the one that is named, else that of whoever asked for it.
            let named = found.fields.get("principal").and_then(Value::as_str);
            let named: Option<Locator> = named.map(|name| name.parse().unwrap());
            let asked = subject.map(|subject| *principals.get(subject).unwrap_or(&subject));
            let holder = named.as_ref().or(asked);
            let is_old = |stand: &Stand| {
                stand
                    .cut_off
                    .zip(found.at)
                    .is_none_or(|(cut_off, at)| at <= cut_off)
            };
            let is_session = found.what.kind().to_string().ends_with(":session");
            let at_holder = stands.iter().any(|((target, _), stand)| {
                Some(*target) == holder && is_dead(stand) && is_old(stand)
            });
            let is_cut = stands.iter().any(|((target, action), stand)| {
                let cut = catalogue.action(action).and_then(Spec::cut);
                // Who entered a role is stopped by the end of its sessions.
                let is_entered = found.relation == Some(Relation::Entered);
                let stops = cut.is_some_and(|cut| is_entered || cut.target != Fate::Lives);
                **target == found.what && stops && is_dead(stand)
            });
            assert!(
                is_cut || is_session && at_holder,
                "VER-3: nobody accounts for {found:#?}",
            );
        }
    }
}
