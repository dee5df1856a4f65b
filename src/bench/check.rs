//! What must be true whatever happened, asked of the journal's bytes and of the world's own log.
//!
//! Shares no code with the engine's fold. Never changes anything.

use std::collections::{BTreeMap, BTreeSet};

use super::agree::check_people;
use super::record::planned;
use super::{Bench, Entry, Left};
use crate::domain::event::{Answered, Event, PlannedItem};
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::{ActionId, Arg, Call, Digest, Effect, Fate, ItemRef, Locator, Time, Undo};
use crate::journal;
use crate::provider::simulated::{Logged, lock};

impl Bench {
    /// All that must be true whatever happened, where nobody fights on; `opens` says whether anything was given back.
    pub fn check(&self, opens: bool) {
        self.check_always(opens);
        self.check_claims(&self.record().entries);
        let (world, now) = (lock(&self.world), self.clock.now());
        for healthy in &world.healthy {
            assert!(world.accepts(healthy, now), "{healthy} is healthy");
        }
    }

    /// What must be true whoever fights on.
    pub fn check_always(&self, opens: bool) {
        let bytes = self.disk.bytes();
        let engine = journal::check(&bytes);
        assert!(matches!(engine, journal::Report::Intact(_)), "{engine}");
        let record = self.record();
        let entries = record.entries.as_slice();
        self.check_intents(entries);
        check_authority(entries);
        check_people(entries);
        self.check_protected(entries);
        self.check_failed(entries);
        let world = lock(&self.world);
        if !opens {
            for logged in world.log().iter().filter(|logged| logged.applied) {
                let spec = self.catalogue.action(&logged.call.action).unwrap();
                assert!(
                    matches!(spec.effect, Effect::Cut(_)),
                    "I6: {:?}",
                    logged.call
                );
            }
        }
    }

    /// I1: a request leaves only when its intent is in the journal, unanswered, and not used by another request.
    pub fn check_intents(&self, entries: &[Entry]) {
        let mut left = self.left();
        left.sort_by_key(|left| left.written);
        let mut written = entries.iter().peekable();
        let mut intents = Intents::default();
        for left in &left {
            while let Some(entry) = written.next_if(|entry| entry.end <= left.written) {
                intents.take_in(&entry.event);
            }
            intents.spend(left);
        }
        let mut seen: BTreeMap<&str, Vec<&Left>> = BTreeMap::new();
        for left in &left {
            seen.entry(left.call.tag.0.as_str()).or_default().push(left);
        }
        for logged in lock(&self.world).log() {
            let mut left = seen.get(logged.call.tag.0.as_str()).into_iter().flatten();
            let is_known = left.any(|left| left.call == logged.call && left.at <= logged.at);
            assert!(is_known, "{logged:?} left unseen");
        }
        check_doubts(entries);
    }

    /// I8: no secret that the world ever had is in the journal or in a plan.
    pub fn check_secrets(&self) {
        let text = String::from_utf8(self.disk.bytes()).unwrap();
        assert!(!text.contains("sim-secret"), "a secret is in the journal");
        for plan in self.plans.lock().unwrap().values() {
            let text = serde_json::to_string(plan).unwrap();
            assert!(!text.contains("sim-secret"), "a secret is in a plan");
        }
    }

    /// I2: what the journal calls failed did not happen lately, and does not happen later: what happened longer than its
    /// bound ago and does not show was undone by somebody. A refusal is a failure too, where no earlier attempt is in doubt.
    pub fn check_failed(&self, entries: &[Entry]) {
        let mut sent: BTreeMap<&ItemRef, (Time, Vec<&Call>)> = BTreeMap::new();
        let mut doubted: BTreeSet<&ItemRef> = BTreeSet::new();
        let (next, senders) = taken_over(entries);
        let world = lock(&self.world);
        for (at, entry) in entries.iter().enumerate() {
            let failed = match &entry.event {
                Event::Intended { item, call, .. } => {
                    let (_, calls) = sent.entry(item).or_insert((entry.at, Vec::new()));
                    calls.push(call);
                    continue;
                }
                Event::Answered {
                    item,
                    outcome: Answered::InDoubt(_),
                    ..
                } => {
                    doubted.insert(item);
                    continue;
                }
                Event::Answered {
                    item,
                    outcome: Answered::Refused(_),
                    ..
                } if !doubted.contains(item) => item,
                Event::Failed { item, .. } => item,
                _ => continue,
            };
            let Some((began, calls)) = sent.get(failed) else {
                continue;
            };
            let call = calls[0];
            let bound = self.catalogue.action(&call.action).unwrap().bound.within();
            let lately = entry.at.saturating_sub(bound).unwrap().max(*began);
            let until = next
                .get(failed)
                .map_or(entry.at, |next| entry.at.min(*next));
            // What lands later is this item's where no other sent the same, and it did not send the same again.
            let mut later = entries.iter().skip(at);
            let again = later.find_map(|later| match &later.event {
                Event::Intended { item, .. } if item == failed => Some(later.at),
                _ => None,
            });
            let lands = |logged: &Logged| {
                let is_own = calls.contains(&&logged.call);
                let is_later = logged.at > entry.at && again.is_none_or(|again| logged.at < again);
                is_later && is_own && senders[&key(&logged.call)].len() == 1
            };
            let happened = world.log().iter().any(|logged| {
                let is_goal =
                    (&logged.call.action, &logged.call.target) == (&call.action, &call.target);
                let is_late = is_goal && (lately..=until).contains(&logged.at);
                logged.applied && (is_late || lands(logged))
            });
            assert!(!happened, "I2: {failed:?} is no failure");
        }
    }

    /// What the journal calls dead after its bound, the world refuses.
    pub fn check_claims(&self, entries: &[Entry]) {
        self.hold_claims(entries, false);
    }

    /// The same, but for what somebody changed since it was looked at.
    pub(super) fn check_isolated(&self) {
        self.hold_claims(&self.record().entries, true);
    }

    fn hold_claims(&self, entries: &[Entry], spares_changed: bool) {
        let (world, now) = (lock(&self.world), self.clock.now());
        let mut calls: BTreeMap<ItemRef, Call> = BTreeMap::new();
        let mut claims: BTreeMap<(String, Locator), (bool, Option<Call>, Time)> = BTreeMap::new();
        let planned = planned(entries);
        for entry in entries {
            match &entry.event {
                Event::Intended { item, call, .. } => {
                    calls.insert(item.clone(), call.clone());
                }
                Event::Verified { item, verdict, .. } => {
                    let (action, target) = goal(planned.get(item), item);
                    let dead = verdict.is_observed() && verdict.settles.at <= now;
                    claims.insert(
                        (action.to_string(), target.clone()),
                        (dead, calls.get(item).cloned(), entry.at),
                    );
                }
                Event::Released { by, .. } => {
                    let (action, target) = goal(planned.get(by), by);
                    let inverse = self.catalogue.action(action).unwrap();
                    let Undo::By(cut) = &inverse.undo else {
                        panic!("{action} lifts nothing")
                    };
                    claims.remove(&(cut.to_string(), target.clone()));
                }
                _ => {}
            }
        }
        let was_changed = |target: &Locator, since: Time| {
            let mut changed = world.happened().filter(|event| event.at >= since);
            changed.any(|event| event.changed.iter().any(|what| what.target == *target))
        };
        for ((action, target), (dead, call, at)) in &claims {
            if !dead || spares_changed && was_changed(target, *at) {
                continue;
            }
            let spec = self.catalogue.action(&action.parse().unwrap()).unwrap();
            let Some(cut) = spec.cut() else { continue };
            if cut.target != Fate::Lives {
                assert!(!world.accepts(target, now), "{target} was said to be dead");
            }
            let cut_off = call
                .as_ref()
                .and_then(|call| call.value("end_sessions")?.as_str()?.parse::<Time>().ok());
            for node in world.nodes().filter(|_| cut.before_call) {
                let governed = node.held_by.as_ref() == Some(target);
                let old = node
                    .issued_at
                    .zip(cut_off)
                    .is_some_and(|(at, off)| at < off);
                if governed && old && cut.of.contains(node.locator.kind()) {
                    assert!(
                        !world.accepts(&node.locator, now),
                        "{} was said to be ended",
                        node.locator
                    );
                }
            }
        }
    }

    /// After *contained*: what the scenario says must be dead is dead, and what must live lives.
    pub fn check_expected(&self) {
        let (world, now) = (lock(&self.world), self.clock.now());
        for dead in &self.scenario.expect.dead {
            assert!(!world.accepts(dead, now), "{dead} is alive");
        }
        for alive in &self.scenario.expect.alive {
            assert!(world.accepts(alive, now), "{alive} is dead");
        }
    }
}

/// A call as a text: equal calls give equal ones.
fn key(call: &Call) -> String {
    serde_json::to_string(call).unwrap()
}

/// From when on another item is at the same thing; and by call, who sent it.
fn taken_over(
    entries: &[Entry],
) -> (
    BTreeMap<&ItemRef, Time>,
    BTreeMap<String, BTreeSet<&ItemRef>>,
) {
    let (mut next, mut senders) = (BTreeMap::new(), BTreeMap::new());
    let mut last: BTreeMap<(&ActionId, &Locator), &ItemRef> = BTreeMap::new();
    for entry in entries {
        if let Event::Intended { item, call, .. } = &entry.event {
            let by: &mut BTreeSet<&ItemRef> = senders.entry(key(call)).or_default();
            by.insert(item);
            let goal = (&call.action, &call.target);
            if let Some(other) = last.insert(goal, item).filter(|other| *other != item) {
                next.entry(other).or_insert(entry.at);
            }
        }
    }
    (next, senders)
}

/// Which call of an attempt an intent is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    /// The one that the item is about.
    Call,
    /// A delivery of what that made, in the same intent; what it is told is bound late.
    Delivery(usize),
    /// Taking away what was not delivered.
    Discard(usize),
}

/// How often one delivery may leave under one intent.
const DELIVERIES: u32 = 4;

/// The intents of a journal so far, and what was sent under them.
#[derive(Default)]
struct Intents<'a> {
    written: BTreeMap<&'a str, Vec<(&'a ItemRef, u32, Part, &'a Call)>>,
    answered: BTreeSet<(&'a ItemRef, u32)>,
    used: BTreeMap<(&'a ItemRef, u32, Part), u32>,
    discards: usize,
}

impl<'a> Intents<'a> {
    fn take_in(&mut self, event: &'a Event) {
        let mut write = |item, attempt, part, call| {
            let all = self.written.entry(tag(call)).or_default();
            all.push((item, attempt, part, call));
        };
        match event {
            Event::Intended {
                item,
                attempt,
                call,
                then,
                ..
            } => {
                write(item, *attempt, Part::Call, call);
                for (nth, further) in then.iter().enumerate() {
                    write(item, *attempt, Part::Delivery(nth), &further.call);
                }
            }
            Event::Discarding { item, call, .. } => {
                self.discards += 1;
                write(item, 0, Part::Discard(self.discards), call);
            }
            Event::Answered { item, attempt, .. } => {
                self.answered.insert((item, *attempt));
            }
            _ => {}
        }
    }

    /// Finds the intent of what left, and counts it as used.
    fn spend(&mut self, left: &Left) {
        let fits = |part: Part, call: &Call| {
            let goal = (&call.action, &call.target) == (&left.call.action, &left.call.target);
            let is_said =
                |(name, arg)| !matches!(arg, &Arg::Is(_)) || left.call.with.get(name) == Some(arg);
            match part {
                Part::Call | Part::Discard(_) => *call == left.call,
                Part::Delivery(_) => goal && call.with.iter().all(is_said),
            }
        };
        let most = |part| match part {
            Part::Delivery(_) => DELIVERIES,
            Part::Call | Part::Discard(_) => 1,
        };
        let known = self.written.get(tag(&left.call)).into_iter().flatten();
        let known = known.rev().filter(|(_, _, part, call)| fits(*part, call));
        let known: Vec<_> = known.collect();
        // Whoever was taken over may still send what it intended, after the other wrote an intent of its own.
        let free = known.iter().copied().find(|(item, attempt, part, _)| {
            let used = self.used.get(&(*item, *attempt, *part)).copied();
            !self.answered.contains(&(*item, *attempt)) && used.unwrap_or_default() < most(*part)
        });
        let Some((item, attempt, part, _)) = free.or_else(|| known.first().copied()) else {
            panic!("I1: {left:?} has no earlier intent")
        };
        assert!(
            !self.answered.contains(&(*item, *attempt)),
            "I1: {left:?} was answered already"
        );
        let used = self.used.entry((item, *attempt, *part)).or_default();
        *used += 1;
        assert!(*used <= most(*part), "I1: {left:?} shares an intent");
    }
}

fn tag(call: &Call) -> &str {
    call.tag.0.as_str()
}

/// What an item was planned to do, and to what.
fn goal<'a>(
    planned: Option<&(Digest, &'a PlannedItem)>,
    item: &ItemRef,
) -> (&'a ActionId, &'a Locator) {
    let goal = planned.and_then(|(_, short)| short.action.as_ref().zip(short.target.as_ref()));
    goal.unwrap_or_else(|| panic!("{item:?} was never planned"))
}

/// I2: between two attempts at one item that left in doubt stands a look.
pub fn check_doubts(entries: &[Entry]) {
    let mut open: BTreeMap<ItemRef, bool> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Intended { item, .. } => {
                let doubtful = open.insert(item.clone(), true);
                assert_ne!(doubtful, Some(true), "I2: {item:?} was sent again unseen");
            }
            Event::Answered { item, outcome, .. } => {
                let doubtful = matches!(outcome, Answered::InDoubt(_));
                open.insert(item.clone(), doubtful);
            }
            Event::Resolved { item, .. } => {
                open.insert(item.clone(), false);
            }
            _ => {}
        }
    }
}

/// I4, I7: every intent spends authority that was given before, had not ended, and was not used up.
pub fn check_authority(entries: &[Entry]) {
    let mut given: BTreeMap<String, Mandate> = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut spent: BTreeMap<String, BTreeSet<ItemRef>> = BTreeMap::new();
    let mut denied = BTreeSet::new();
    let planned = planned(entries);
    for entry in entries {
        match &entry.event {
            Event::Vetoed { run, items, .. } => {
                denied.extend(items.iter().map(|key| (*run, key.clone())));
            }
            Event::Granted { mandate } => {
                given.insert(mandate.nonce.clone(), mandate.clone());
            }
            Event::Ended { nonce } => {
                ended.insert(nonce.clone());
            }
            Event::Intended {
                item, spent: by, ..
            }
            | Event::Discarding {
                item, spent: by, ..
            } => {
                assert!(!by.is_empty(), "I4: {item:?} spends nothing");
                let key = (item.run, item.key.clone());
                assert!(!denied.contains(&key), "I4: {item:?} after it was denied");
                let (plan, short) = planned[item];
                for nonce in by {
                    let mandate = given
                        .get(nonce)
                        .unwrap_or_else(|| panic!("I4: {nonce} was never given"));
                    assert!(entry.at < mandate.until, "I7: {item:?} after its end");
                    assert!(!ended.contains(nonce), "I7: {item:?} after it was ended");
                    assert!(short.tier <= mandate.tier, "I4: {item:?} above its tier");
                    let users = spent.entry(nonce.clone()).or_default();
                    users.insert(item.clone());
                    match &mandate.scope {
                        Scope::Exact {
                            plan: signed,
                            items,
                        } => {
                            assert!(*signed == plan && items.contains(&item.key), "I4: {item:?}");
                        }
                        Scope::Standing {
                            kinds,
                            rungs,
                            at_most,
                            ..
                        } => {
                            assert!(users.len() <= *at_most as usize, "I7: {item:?} above n");
                            assert!(short.reversible && short.rung.is_some());
                            let is_of = |target: &Locator| kinds.contains(target.kind());
                            assert!(short.target.as_ref().is_some_and(is_of), "I4: {item:?}");
                            let rung = short.rung.unwrap();
                            assert!(rungs.contains(&rung), "I4: {item:?}");
                        }
                        Scope::Reach {
                            subjects,
                            rungs,
                            at_most,
                            run,
                            relations,
                        } => {
                            assert_eq!(*run, item.run, "I4: {item:?}");
                            assert!(
                                short
                                    .relation
                                    .is_none_or(|relation| relations.contains(&relation)),
                                "I4: {item:?}"
                            );
                            assert!(users.len() <= *at_most as usize, "I7: {item:?} above n");
                            assert!(short.reversible && short.rung.is_some());
                            assert!(rungs.contains(&short.rung.unwrap()), "I4: {item:?}");
                            let subject = item.key.subject.as_ref().unwrap();
                            assert!(subjects.contains(subject), "I4: {item:?}");
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
