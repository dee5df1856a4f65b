//! Who of a step goes when: waves, and what a failure keeps from starting or has given back.
//!
//! What has begun ends; only what has not begun is kept from it, and says so.

use std::collections::BTreeMap;

use super::{Ends, Ground, Turn};
use crate::domain::event::Event;
use crate::domain::item::BEYOND_CAP;
use crate::domain::state::Life;
use crate::domain::{AfterFailure, Arg, Call, Cause, Item, ItemKey, ItemRef, State, Work};
use crate::journal;
use crate::plan::branch::OWN;
use crate::plan::needs;
use crate::provider::Catalogue;

/// How an item ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// Well.
    Well,
    /// Not well, and its step has that count as well.
    Passed,
    /// Nobody knows.
    InDoubt,
    /// Not well: it is known that nothing happened, or that it was not to be.
    Badly,
    /// Not to its end: something stood in its way, or its target had changed. It may end well later.
    Blocked,
    /// Not at all so far: it has not had its turn.
    Open,
}

impl How {
    pub(super) fn of(ground: &Ground<'_>, item: &Item, named: &ItemRef) -> Self {
        let state = ground
            .journal
            .with_case(|case| case.lives.get(named).map(|life| life.state.clone()));
        let goes_on = item.manner.after_failure == Some(AfterFailure::Continue);
        match state {
            Some(State::Confirmed { .. } | State::Skipped(_) | State::Undone) => Self::Well,
            Some(State::Planned | State::Blocked(Cause::Dependency(_))) | None => Self::Open,
            Some(State::Intended { .. } | State::InDoubt { .. } | State::Acted { .. }) => {
                Self::InDoubt
            }
            Some(State::Blocked(_) | State::Stale(_) | State::Failed(_) | State::Denied(_))
                if goes_on =>
            {
                Self::Passed
            }
            Some(State::Failed(_) | State::Denied(_) | State::UndoFailed(_)) => Self::Badly,
            Some(
                State::Blocked(
                    Cause::Approval(_)
                    | Cause::Policy(_)
                    | Cause::Lock(_)
                    | Cause::Authority(_)
                    | Cause::Provider(_),
                )
                | State::Stale(_),
            ) => Self::Blocked,
        }
    }
}

/// The items of each step, and how they ended so far.
pub(super) struct Order<'a> {
    steps: BTreeMap<&'a str, Vec<&'a Item>>,
    ends: &'a Ends<'a>,
    /// What ends before our own branch is cut: every cut that does not wait for that.
    first: Vec<&'a ItemKey>,
    /// What is beyond the cap: its waves go over all of it, whatever steps it is of.
    beyond: Vec<&'a Item>,
    /// What the checks between those waves came to.
    checks: tokio::sync::Mutex<BTreeMap<u32, Result<(), String>>>,
}

impl<'a> Order<'a> {
    pub(super) fn of(acting: &[&'a Item], ends: &'a Ends<'a>, catalogue: &Catalogue) -> Self {
        let mut steps: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in acting {
            steps.entry(&item.key.step).or_default().push(item);
        }
        let first = before_our_own(acting, catalogue);
        let beyond = acting.iter().copied().filter(|item| is_beyond(item));
        Self {
            steps,
            ends,
            first,
            beyond: beyond.collect(),
            checks: tokio::sync::Mutex::default(),
        }
    }

    /// The items of a step, without those that only give back what it did.
    fn of_step(&self, key: &ItemKey) -> impl Iterator<Item = &'a Item> {
        let items = self.steps.get(key.step.as_str());
        let items = items.into_iter().flatten().copied();
        items.filter(|item| item.manner.undoes.is_none())
    }

    /// The items among which the waves of this one count.
    fn of_waves(&self, item: &Item) -> Vec<&'a Item> {
        match is_beyond(item) {
            true => self.beyond.clone(),
            false => self
                .of_step(&item.key)
                .filter(|one| !is_beyond(one))
                .collect(),
        }
    }

    /// Whether the check before this item's wave passed; made once for each wave, when the ones before have ended.
    pub(super) async fn passes(&self, ground: &Ground<'_>, item: &Item, named: &ItemRef) -> Turn {
        let wave = item.manner.wave;
        if !is_beyond(item) || wave == 0 {
            return Turn::Now;
        }
        let mut checks = self.checks.lock().await;
        let passed = match checks.get(&wave) {
            Some(passed) => passed.clone(),
            None => {
                // What nobody has agreed to is no bad sign: it was not tried.
                let waits = |other: &Item| {
                    let state = life_of(ground, named, &other.key).map(|(_, life)| life.state);
                    matches!(state, Some(State::Blocked(Cause::Approval(_))))
                };
                let earlier = self.beyond.iter().filter(|other| other.manner.wave < wave);
                let unproven = earlier.filter(|other| {
                    let end = self.end(&other.key);
                    !matches!(end, Some(How::Well | How::Passed)) && !waits(other)
                });
                let passed = super::wave::check(ground, item, unproven.count()).await;
                checks.insert(wave, passed.clone());
                passed
            }
        };
        match passed {
            Ok(()) => Turn::Now,
            Err(why) => Turn::Later(Cause::Policy(format!(
                "the cuts beyond the cap were stopped before wave {}: {why}",
                wave.saturating_add(1)
            ))),
        }
    }

    fn end(&self, key: &ItemKey) -> Option<How> {
        *self.ends.get(key)?.borrow()
    }

    /// Waits until the waves before this item's have ended, and with our own branch until all else has.
    pub(super) async fn turn(&self, item: &Item) {
        // Invariant I9: whoever is cut off by this can cut nothing further.
        let first = self.first.iter().filter(|_| is_our_own(item));
        for end in first.filter_map(|key| self.ends.get(*key)) {
            drop(end.subscribe().wait_for(Option::is_some).await);
        }
        if item.manner.wave == 0 {
            return;
        }
        let earlier = |other: &&Item| other.manner.wave < item.manner.wave;
        for other in self.of_waves(item).into_iter().filter(earlier) {
            if let Some(end) = self.ends.get(&other.key) {
                // A sender that is gone has ended too.
                drop(end.subscribe().wait_for(Option::is_some).await);
            }
        }
    }

    /// Whether an item may begin now, after what became of its step so far.
    pub(super) fn start(&self, ground: &Ground<'_>, item: &Item, named: &ItemRef) -> Turn {
        if let Some(undone) = &item.manner.undoes {
            return self.start_undo(ground, undone, named);
        }
        let count = |is: fn(How) -> bool| {
            let ends = self
                .of_step(&item.key)
                .filter_map(|other| self.end(&other.key));
            ends.filter(|how| is(*how)).count()
        };
        let blocked = |text: String| Turn::Later(Cause::Dependency(text));
        let step = &item.key.step;
        if let Some(most) = item.manner.max_failures {
            let failures = count(|how| !matches!(how, How::Well | How::Open));
            if failures >= usize::try_from(most.max(1)).unwrap_or(usize::MAX) {
                return blocked(format!(
                    "{failures} of step {step} did not end well, and it starts no more after {most}"
                ));
            }
        }
        let stops = match item.manner.after_failure {
            Some(after) => matches!(after, AfterFailure::Stop | AfterFailure::UndoSelf),
            None => matches!(item.work, Work::Issue { .. }),
        };
        if stops && count(|how| how == How::Badly) > 0 {
            return blocked(format!(
                "another of step {step} has failed, and then it stops"
            ));
        }
        Turn::Now
    }

    /// An undo begins only where its step failed and what it gives back was done by the step itself.
    fn start_undo(&self, ground: &Ground<'_>, undone: &ItemKey, named: &ItemRef) -> Turn {
        let failed = self
            .of_step(undone)
            .any(|other| self.end(&other.key) == Some(How::Badly));
        let changed = life_of(ground, named, undone).is_some_and(|(_, life)| {
            matches!(
                life.state,
                State::Acted { changed: true } | State::Confirmed { changed: true }
            )
        });
        let is_open = self.of_step(undone).any(|other| {
            let end = self.end(&other.key);
            matches!(end, None | Some(How::Blocked | How::InDoubt | How::Open))
        });
        let why = match (failed, changed) {
            (true, true) => return Turn::Now,
            // It may still fail, and then this has its turn.
            (false, true) if is_open => {
                let why = format!("step {} has not ended", undone.step);
                return Turn::Later(Cause::Dependency(why));
            }
            (false, _) => format!("step {} has not failed", undone.step),
            (true, false) => format!("{undone} changed nothing"),
        };
        Turn::Skip(why)
    }
}

fn is_beyond(item: &Item) -> bool {
    item.marks.iter().any(|mark| mark == BEYOND_CAP)
}

fn is_our_own(item: &Item) -> bool {
    item.marks.iter().any(|mark| mark == OWN)
}

/// The items that can end before our own branch is cut: neither they nor what they need wait for that.
fn before_our_own<'a>(acting: &[&'a Item], catalogue: &Catalogue) -> Vec<&'a ItemKey> {
    let own: Vec<&Item> = acting
        .iter()
        .copied()
        .filter(|item| is_our_own(item))
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let waits_for = |item: &Item, other: &Item| {
        let is_later = item.manner.wave > other.manner.wave;
        let is_together = is_beyond(item) && is_beyond(other);
        let is_of_wave = is_later && (is_together || item.key.step == other.key.step);
        let is_of_phase =
            other.key.phase < item.key.phase && needs::waits_for_phases(item, catalogue);
        let mut needs = item.needs.iter();
        is_of_wave
            || is_of_phase
            || needs.any(|need| needs::means(&item.key, &need.key, &other.key))
    };
    let mut behind = own;
    let mut rest: Vec<&Item> = acting
        .iter()
        .copied()
        .filter(|item| !is_our_own(item))
        .collect();
    loop {
        let (late, early): (Vec<&Item>, Vec<&Item>) = rest
            .into_iter()
            .partition(|item| behind.iter().any(|other| waits_for(item, other)));
        rest = early;
        if late.is_empty() {
            let cuts = rest.iter().filter(|item| item.rung.is_some());
            return cuts.map(|item| &item.key).collect();
        }
        behind.extend(late);
    }
}

/// The life of another item of the same round.
fn life_of(ground: &Ground<'_>, named: &ItemRef, key: &ItemKey) -> Option<(ItemRef, Life)> {
    let other = ItemRef {
        key: key.clone(),
        ..named.clone()
    };
    let life = ground
        .journal
        .with_case(|case| case.lives.get(&other).cloned());
    life.map(|life| (other, life))
}

/// Fills in what the receipt of the item that is undone kept.
pub(super) fn refer(ground: &Ground<'_>, named: &ItemRef, call: &mut Call) {
    for arg in call.with.values_mut() {
        let Arg::Of(key, field) = arg else { continue };
        let kept = life_of(ground, named, key).and_then(|(_, life)| {
            let (_, before) = life.sent()?;
            before.fields()?.get(field).cloned()
        });
        *arg = Arg::Is(kept.unwrap_or_default());
    }
}

/// Notes that an undo gave back what its item did.
pub(super) async fn released(
    ground: &Ground<'_>,
    item: &Item,
    named: &ItemRef,
) -> Result<(), journal::Error> {
    let Some(undone) = &item.manner.undoes else {
        return Ok(());
    };
    let changed = life_of(ground, named, &named.key)
        .is_some_and(|(_, life)| matches!(life.state, State::Confirmed { changed: true }));
    match life_of(ground, named, undone).filter(|_| changed) {
        Some((item, _)) => {
            let by = named.clone();
            ground.write(vec![Event::Released { item, by }]).await
        }
        None => Ok(()),
    }
}
