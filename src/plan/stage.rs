//! Limits: how many cuts of what was only discovered begin before somebody is asked for more.
//!
//! Never fails the plan for a cut, drops none, and never makes what was named wait.

use std::collections::{BTreeMap, BTreeSet};

use super::branch::OWN;
use super::cap;
use super::step::gate_of;
use super::{Ask, Error};
use crate::domain::item::{BEYOND_CAP, BEYOND_LIMIT, CAP, DISCOVERED, ItemKey};
use crate::domain::plan::Pending;
use crate::domain::seen::POWER;
use crate::domain::{Cause, Item, Locator, Seen, State, Tier, Work};

/// One limit, and how much of it is used.
struct Limit {
    /// Whose it is, for the reader.
    whose: String,
    /// How many cuts begin before somebody is asked.
    most: usize,
    /// How many began in earlier rounds of this run.
    began: usize,
    /// How many of this plan nobody needs to be asked for.
    free: usize,
    /// How many of this plan no earlier one had.
    fresh: usize,
    /// How many wait for a later round.
    waiting: usize,
    /// Whether all that is beyond it is asked for at once, in waves.
    at_once: bool,
}

impl Limit {
    fn new(whose: String, most: u32, began: usize) -> Self {
        Self {
            whose,
            most: usize::try_from(most).unwrap_or(usize::MAX),
            began,
            free: 0,
            fresh: 0,
            waiting: 0,
            at_once: false,
        }
    }

    /// The organisation's: beyond it all the rest is asked for at once.
    fn cap(most: u32, began: usize) -> Self {
        let whose = "the cap on what was only discovered (`caps` of contain.yaml)".to_owned();
        Self {
            at_once: true,
            ..Self::new(whose, most, began)
        }
    }

    /// Whether one more belongs to the stage that is under way: each stage is as large as the limit.
    fn has_room(&self) -> bool {
        let stages = self.began.checked_div(self.most).unwrap_or_default();
        if self.at_once && stages > 0 {
            return true;
        }
        let end = self.most.saturating_mul(stages.saturating_add(1));
        self.began.saturating_add(self.fresh) < end
    }

    fn is_reached(&self) -> bool {
        self.began.saturating_add(self.free) >= self.most
    }
}

/// Puts the most powerful first, keeps the cuts of the stage that is under way, and names those that wait.
pub(super) async fn stage(
    ask: &Ask<'_>,
    items: &mut Vec<Item>,
    pending: &mut Vec<Pending>,
) -> Result<(), Error> {
    refuse_too_many(ask, items)?;
    let is_own = |item: &Item| item.marks.iter().any(|mark| mark == OWN);
    // Our own branch is cut last of its phase.
    let late = |item: &Item| {
        (
            is_own(item),
            item.relation.is_some(),
            item.tier >= Tier::GRAVE,
        )
    };
    // What more hangs on is more powerful: a principal before a key, and a key that makes others before one that does not.
    // Of one kind a provider may tell what can do more.
    let power = |item: &Item| {
        let kind = item
            .target()
            .and_then(|target| ask.catalogue.kind(target.kind()));
        let hangs = kind.map_or((0, 0), |kind| (kind.governs.len(), kind.mints.len()));
        let told = item.before.as_ref().and_then(Seen::fields);
        let told = told.and_then(|fields| fields.get(POWER)?.as_u64());
        (item.rung, hangs, told)
    };
    // Of those that are alike, in the order in which they were named: what is known to work comes first.
    let named = ask.order.subjects.iter().enumerate();
    let named: BTreeMap<&Locator, usize> = named.map(|(at, subject)| (subject, at)).collect();
    let rank = |item: &Item| {
        let subject = item.key.subject.as_ref();
        subject.and_then(|subject| named.get(subject)).copied()
    };
    // What waits for a code takes no turn of what does not. No two items have one key, and sorting in place holds no second
    // list of them.
    items.sort_unstable_by(|a, b| {
        let (one, other) = ((a.key.phase, late(a)), (b.key.phase, late(b)));
        one.cmp(&other)
            .then_with(|| power(b).cmp(&power(a)))
            .then_with(|| rank(a).cmp(&rank(b)))
            .then_with(|| a.key.cmp(&b.key))
    });
    let known = known(ask);
    let begun = |key: &ItemKey| known.get(key) == Some(&true);
    let began = known.values().filter(|begun| **begun).count();
    let of_playbook = ask.playbook.limits.max_items;
    let mut whole: Vec<Limit> = of_playbook
        .map(|most| Limit::new("the playbook's limit".to_owned(), most, began))
        .into_iter()
        .collect();
    let discovered: Vec<&Item> = items
        .iter()
        .filter(|item| is_discovered(ask, item) && !begun(&item.key))
        .collect();
    let most = cap::most(ask, &discovered, began).await;
    let count = discovered.len().saturating_add(began);
    whole.push(Limit::cap(most, began));
    let mut of_steps = of_steps(ask, &known);
    let mut waiting = Vec::new();
    items.retain_mut(|item| {
        if !is_discovered(ask, item) || begun(&item.key) {
            return true;
        }
        let of_step = of_steps.get_mut(item.key.step.as_str());
        let mut limits: Vec<&mut Limit> = whole.iter_mut().chain(of_step).collect();
        // What something else held up in an earlier round takes no turn of what was never tried.
        let is_fresh = !known.contains_key(&item.key);
        let keeps = !is_fresh || limits.iter().all(|limit| limit.has_room());
        if !keeps {
            for limit in &mut limits {
                limit.waiting = limit.waiting.saturating_add(1);
            }
            waiting.push(item.key.clone());
            return false;
        }
        for limit in limits.iter_mut().filter(|_| is_fresh) {
            limit.fresh = limit.fresh.saturating_add(1);
        }
        if limits
            .iter()
            .any(|limit| limit.at_once && limit.is_reached())
        {
            item.marks.push(BEYOND_CAP.to_owned());
            item.facts.insert(DISCOVERED.to_owned(), count.into());
            item.facts.insert(CAP.to_owned(), most.into());
        }
        match limits.iter().find(|limit| limit.is_reached()) {
            Some(Limit { whose, most, .. }) => {
                item.marks.push(BEYOND_LIMIT.to_owned());
                item.reasons.push(format!(
                    "{whose} of {most} is reached: it needs a confirmation of its own"
                ));
            }
            None => {
                for limit in &mut limits {
                    limit.free = limit.free.saturating_add(1);
                }
            }
        }
        true
    });
    drop_questions(ask, items, &waiting);
    for limit in whole.iter().chain(of_steps.values()) {
        name(limit, &waiting, pending);
    }
    Ok(())
}

/// Elsewhere than on cuts a limit fails the plan.
fn refuse_too_many(ask: &Ask<'_>, items: &[Item]) -> Result<(), Error> {
    let changes = |item: &&Item| item.call().is_some() && item.rung.is_none();
    let others = items.iter().filter(changes).count();
    let most = ask.playbook.limits.max_items.unwrap_or(u32::MAX);
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    if others > limit {
        return Err(Error::TooMany {
            items: others,
            limit,
        });
    }
    Ok(())
}

/// Whether an item cuts something that nobody named: what a read found, or what a step goes through.
fn is_discovered(ask: &Ask<'_>, item: &Item) -> bool {
    let cuts = item.call().is_some() && item.rung.is_some();
    cuts && (item.relation.is_some() || goes_through(ask, &item.key))
}

fn goes_through(ask: &Ask<'_>, key: &ItemKey) -> bool {
    let step = ask.playbook.step(&key.step);
    step.is_some_and(|step| step.for_each.is_some())
}

/// The discovered cuts that earlier rounds of this run planned and nobody has to be asked for any more, each with whether it
/// was begun: only what left counts.
fn known<'a>(ask: &Ask<'a>) -> BTreeMap<&'a ItemKey, bool> {
    let lives = ask.case.lives_of(ask.at.0);
    let discovered = lives.filter(|(item, life)| {
        let planned = &life.planned;
        planned.rung.is_some() && (planned.relation.is_some() || goes_through(ask, &item.key))
    });
    let mut known = BTreeMap::new();
    for (item, life) in discovered {
        let waits = matches!(
            life.state,
            State::Planned | State::Stale(_) | State::Blocked(Cause::Approval(_))
        );
        let begun = life.attempts > 0;
        if begun || !waits {
            let known = known.entry(&item.key).or_insert(begun);
            *known |= begun;
        }
    }
    known
}

/// The limits of steps, by the step.
fn of_steps<'a>(ask: &Ask<'a>, known: &BTreeMap<&ItemKey, bool>) -> BTreeMap<&'a str, Limit> {
    let steps = ask.playbook.steps.iter();
    let limited = steps.filter_map(|step| Some((step, step.for_each.as_ref()?.limit?)));
    limited
        .map(|(step, most)| {
            let of_step = known.iter().filter(|(key, _)| key.step == step.id);
            let began = of_step.filter(|(_, begun)| **begun).count();
            let whose = format!("the limit of step `{}`", step.id);
            (step.id.as_str(), Limit::new(whose, most, began))
        })
        .collect()
}

/// What is asked before a step is asked with the item that it is asked for.
fn drop_questions(ask: &Ask<'_>, items: &mut Vec<Item>, waiting: &[ItemKey]) {
    let question = |key: &ItemKey| gate_of(ask.playbook.step(&key.step)?, key);
    let wanted: BTreeSet<ItemKey> = items
        .iter()
        .filter_map(|item| question(&item.key))
        .collect();
    let later: BTreeSet<ItemKey> = waiting.iter().filter_map(question).collect();
    items.retain(|item| {
        !matches!(item.work, Work::Gate(_))
            || !later.contains(&item.key)
            || wanted.contains(&item.key)
    });
}

fn name(limit: &Limit, waiting: &[ItemKey], pending: &mut Vec<Pending>) {
    for key in waiting.iter().filter(|_| limit.waiting > 0) {
        if !pending.iter().any(|known| known.step == key.step) {
            let Limit {
                whose,
                most,
                waiting,
                ..
            } = limit;
            pending.push(Pending {
                phase: key.phase,
                step: key.step.clone(),
                why: format!("{whose} of {most} discovered cuts is reached; {waiting} more wait to be asked for"),
            });
        }
    }
}
