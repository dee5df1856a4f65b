//! What must be true whatever happened, asked of the journal's bytes and of the world's own log.
//!
//! Shares no code with the engine's fold. Never changes anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Bench;
use crate::domain::event::{Answered, Event, PlannedItem};
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::{Call, Digest, Effect, Fate, ItemRef, Locator, Time, Undo};
use crate::journal;
use crate::provider::simulated::lock;

impl Bench {
    /// All that must be true whatever happened; `opens` says whether anything may have been given back.
    pub fn check(&self, opens: bool) {
        let entries = self.entries();
        self.check_intents(&entries);
        check_authority(&entries);
        self.check_claims(&entries);
        self.check_failed(&entries);
        let world = lock(&self.world);
        let now = self.clock.now();
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
        for healthy in &world.healthy {
            assert!(world.accepts(healthy, now), "{healthy} is healthy");
        }
    }

    /// I1: a request leaves only when its intent is in the journal, unanswered, and not used by another request.
    pub fn check_intents(&self, entries: &[Entry]) {
        let mut used = BTreeSet::new();
        for left in self.left() {
            let before: Vec<&Entry> = entries
                .iter()
                .filter(|entry| entry.end <= left.written)
                .collect();
            let open = before.iter().rev().find_map(|entry| match &entry.event {
                Event::Intended {
                    item,
                    attempt,
                    call,
                    ..
                } if *call == left.call => Some((item.clone(), *attempt)),
                _ => None,
            });
            let Some(open) = open else {
                panic!("I1: {left:?} has no earlier intent")
            };
            let answered = before.iter().any(|entry| {
                matches!(&entry.event, Event::Answered { item, attempt, .. } if (item, attempt) == (&open.0, &open.1))
            });
            assert!(!answered, "I1: {left:?} was answered already");
            assert!(used.insert(open), "I1: {left:?} shares an intent");
        }
        let left = self.left();
        for logged in lock(&self.world).log() {
            let known = left
                .iter()
                .filter(|left| left.call == logged.call && left.at <= logged.at);
            assert!(known.count() > 0, "{logged:?} left unseen");
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

    /// I2: what the journal calls failed did not happen, as far as the world's own log goes back to its first attempt.
    pub fn check_failed(&self, entries: &[Entry]) {
        let mut first: BTreeMap<&ItemRef, (Time, &Call)> = BTreeMap::new();
        let world = lock(&self.world);
        for entry in entries {
            match &entry.event {
                Event::Intended { item, call, .. } => {
                    first.entry(item).or_insert((entry.at, call));
                }
                Event::Failed { item, .. } => {
                    let Some((began, call)) = first.get(item) else {
                        continue;
                    };
                    let mut did = world.log().iter().filter(|logged| {
                        logged.applied
                            && (*began..=entry.at).contains(&logged.at)
                            && (&logged.call.action, &logged.call.target)
                                == (&call.action, &call.target)
                    });
                    assert!(did.next().is_none(), "I2: {item:?} is no failure");
                }
                _ => {}
            }
        }
    }

    /// What the journal calls dead after its bound, the world refuses.
    pub fn check_claims(&self, entries: &[Entry]) {
        let (world, now) = (lock(&self.world), self.clock.now());
        let mut calls: BTreeMap<ItemRef, Call> = BTreeMap::new();
        let mut claims: BTreeMap<(String, Locator), (bool, Option<Call>)> = BTreeMap::new();
        let mut planned = BTreeMap::new();
        for entry in entries {
            match &entry.event {
                Event::PlanFrozen {
                    run, round, items, ..
                } => {
                    for item in items {
                        let Some(target) = item.target.clone() else {
                            continue;
                        };
                        let named = ItemRef {
                            run: *run,
                            round: *round,
                            key: item.key.clone(),
                        };
                        planned.insert(named, (item.action.clone(), target));
                    }
                }
                Event::Intended { item, call, .. } => {
                    calls.insert(item.clone(), call.clone());
                }
                Event::Verified { item, verdict, .. } => {
                    let Some((Some(action), target)) = planned.get(item) else {
                        panic!("{item:?} was never planned")
                    };
                    let dead = verdict.is_observed() && verdict.settles.at <= now;
                    claims.insert(
                        (action.to_string(), target.clone()),
                        (dead, calls.get(item).cloned()),
                    );
                }
                Event::Released { by, .. } => {
                    let Some((Some(action), target)) = planned.get(by) else {
                        panic!("{by:?} was never planned")
                    };
                    let inverse = self.catalogue.action(action).unwrap();
                    let Undo::By(cut) = &inverse.undo else {
                        panic!("{action} lifts nothing")
                    };
                    claims.remove(&(cut.to_string(), target.clone()));
                }
                _ => {}
            }
        }
        for ((action, target), (dead, call)) in claims.iter().filter(|(_, (dead, _))| *dead) {
            assert!(*dead);
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

/// One line of a journal, read without the engine's fold.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// What.
    pub event: Event,
    /// The offset behind its newline.
    pub end: usize,
}

/// Reads and checks a journal from its bytes: numbers, hashes, chain.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    assert!(
        matches!(journal::check(bytes), journal::Report::Intact(_)),
        "{}",
        journal::check(bytes)
    );
    let (mut entries, mut end) = (Vec::new(), 0);
    let mut prev = "0".repeat(64);
    for (nth, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        end += line.len();
        let text = std::str::from_utf8(line).unwrap().trim_end();
        let mut value: Value = serde_json::from_str(text).unwrap();
        let sealed = text.rfind(",\"hash\":").unwrap();
        let hash: String = Sha256::digest(&text.as_bytes()[..sealed])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(value["seq"], nth + 1);
        assert!(value["prev"].as_str().unwrap().ends_with(&prev));
        assert!(value["hash"].as_str().unwrap().ends_with(&hash));
        prev = hash;
        let at = value["at"].as_str().unwrap().parse().unwrap();
        let body = value["body"].take();
        let event = serde_json::json!({"kind": value["kind"].take(), "body": body});
        let event = serde_json::from_value(event).unwrap();
        entries.push(Entry { at, event, end });
    }
    entries
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
    let mut planned: BTreeMap<ItemRef, (Digest, PlannedItem)> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Granted { mandate } => {
                given.insert(mandate.nonce.clone(), mandate.clone());
            }
            Event::Ended { nonce } => {
                ended.insert(nonce.clone());
            }
            Event::PlanFrozen {
                run,
                round,
                digest,
                items,
                ..
            } => {
                for item in items {
                    let named = ItemRef {
                        run: *run,
                        round: *round,
                        key: item.key.clone(),
                    };
                    planned.insert(named, (*digest, item.as_ref().clone()));
                }
            }
            Event::Intended {
                item, spent: by, ..
            } => {
                assert!(!by.is_empty(), "I4: {item:?} spends nothing");
                let (plan, short) = &planned[item];
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
                            assert!(signed == plan && items.contains(&item.key), "I4: {item:?}");
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
