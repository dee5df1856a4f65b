//! Taking away what an issuing item made and did not deliver: found by its tag, or known from the journal.
//!
//! Never takes away what was delivered, nor what an item was told to change in place.

use std::collections::BTreeSet;

use super::attempt::{Next, unreadable};
use super::clear::has_lapsed;
use super::intent::{DEADLINE, Discarding};
use super::issue::Issue;
use super::lanes::Lane;
use crate::domain::event::{Answered, Event};
use crate::domain::state::Life;
use crate::domain::{
    Because, Call, Cause, Duration, Fact, Fields, ItemRef, Locator, Outcome, Repeat, Seen, State,
    Time, Undo, Why,
};
use crate::journal;

/// How far the provider's clock and ours may be apart when an age is judged.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);
/// How often what was left is tried to be taken away in one attempt.
const DISCARDS: u32 = 5;
/// How often a lost answer's effect is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What clearing away came to.
pub(super) enum Cleanup {
    /// Nothing of an earlier attempt is left.
    Clean,
    /// Something is left, or may be.
    Left(Next),
}

impl Issue<'_> {
    /// Takes away what earlier attempts of this item made and did not deliver, in whatever round that was; only then
    /// nothing of them is left, and their doubt ends.
    pub(super) async fn clear_away(&self, lane: &Lane) -> Result<Cleanup, journal::Error> {
        let kept = self.kept();
        loop {
            let doubts = self.doubts();
            let found = match self.ground.observer.made(self.make).await {
                Ok(found) => found,
                Err(why) if why.because == Because::NotImplemented && doubts.is_empty() => {
                    Vec::new()
                }
                // Once the first cannot arrive any more, a second send of what is set in place leaves one.
                Err(_) if self.spec.repeat == Repeat::SetLike => Vec::new(),
                Err(why) => return Ok(Cleanup::Left(self.cannot_tell(&doubts, why))),
            };
            let left: BTreeSet<Locator> = found
                .into_iter()
                .chain(doubts.iter().flat_map(|(_, life)| life.made.clone()))
                .filter(|made| !kept.contains(made) && *made != self.make.target)
                .collect();
            for what in &left {
                if let Some(next) = self.discard(what, lane).await? {
                    return Ok(Cleanup::Left(next));
                }
            }
            let Some(until) = self.awaited(&doubts) else {
                self.settle(doubts).await?;
                return Ok(Cleanup::Clean);
            };
            let soon = self
                .ground
                .clock
                .now()
                .saturating_add(LOOK_EVERY)
                .unwrap_or(until);
            self.ground.clock.sleep_until(until.min(soon)).await;
        }
    }

    /// Until when a call whose answer was lost may still make something, or set in place what nobody knows, or hand over
    /// what is taken away by now; `None` where nothing is awaited.
    fn awaited(&self, doubts: &[(ItemRef, Life)]) -> Option<Time> {
        let bound = self.spec.bound.within().max(DEADLINE * 2);
        let sent = doubts.iter().filter_map(|(_, life)| {
            // A process that ended may have sent something after what it wrote last.
            let is_cut_short = matches!(life.state, State::Intended { .. });
            life.lost_at.max(is_cut_short.then_some(life.at))
        });
        let until = sent.filter_map(|at| at.saturating_add(bound).ok()).max()?;
        (until > self.ground.clock.now()).then_some(until)
    }

    fn cannot_tell(&self, doubts: &[(ItemRef, Life)], why: Why) -> Next {
        let text = format!("what an earlier attempt made cannot be found out: {why}");
        match why.because {
            Because::NotImplemented | Because::Denied if !doubts.is_empty() => {
                Next::Blocked(Cause::Provider(text))
            }
            Because::NotImplemented
            | Because::Denied
            | Because::Missing
            | Because::Ambiguous
            | Because::Foreign
            | Because::Invalid
            | Because::Unauthenticated
            | Because::Throttled
            | Because::Unavailable
            | Because::Timeout
            | Because::Garbled
            | Because::Forbidden
            | Because::Conflict => unreadable(&why, text),
        }
    }

    /// Notes what is known of these attempts now: nothing of them is left; or, where they changed something in place,
    /// nobody knows, and another change makes it as good as if they had not.
    async fn settle(&self, doubts: Vec<(ItemRef, Life)>) -> Result<(), journal::Error> {
        let in_place = self.spec.repeat == Repeat::SetLike;
        let is_looked = |life: &Life| matches!(life.state, State::InDoubt { looked: true, .. });
        let open: Vec<_> = doubts
            .into_iter()
            .filter(|(_, life)| !in_place || !is_looked(life))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let seen = self.ground.observer.look(&self.make.target).await;
        let resolved = open.into_iter().map(|(item, life)| Event::Resolved {
            item,
            attempt: life.attempts,
            happened: (!in_place).then_some(false),
            seen: seen.clone(),
        });
        self.ground.write(resolved.collect()).await
    }

    /// Takes one thing away, by the undo of what made it; `None` once it is gone.
    pub(super) async fn discard(
        &self,
        what: &Locator,
        lane: &Lane,
    ) -> Result<Option<Next>, journal::Error> {
        let undo = match &self.spec.undo {
            Undo::By(undo) => self
                .ground
                .catalogue
                .action(undo)
                .filter(|spec| spec.on == *what.kind()),
            Undo::None(_) => None,
        };
        let stays = |why: &str| {
            Some(Next::Blocked(Cause::Provider(format!(
                "{what} was made, was not delivered and is still there: {why}"
            ))))
        };
        let Some(undo) = undo else {
            return Ok(stays("nothing of this build takes it away"));
        };
        let mut pause = Duration::from_secs(1);
        let mut last = "the provider did not say that it is gone".to_owned();
        for _ in 0..DISCARDS {
            let seen = self.ground.observer.look(what).await;
            if matches!(seen.fact, Fact::Gone) {
                self.note(Event::Discarded {
                    item: self.named.clone(),
                    what: what.clone(),
                    outcome: Answered::AlreadySo,
                })
                .await?;
                return Ok(None);
            }
            if self.is_older(&seen) {
                return Ok(stays(
                    "it is older than this incident, so it is not what the call made",
                ));
            }
            // What made it may also take it away.
            if let Some(next) = self.passes.enter(self.ground, [self.make]).await? {
                return Ok(Some(next));
            }
            let call = Call {
                action: undo.id.clone(),
                target: what.clone(),
                with: undo.arguments(&Fields::new()),
                secret: None,
                tag: self.make.tag.clone(),
            };
            let call = self.resolved(&call, &seen);
            let place = lane.enter(self.ground.clock).await;
            let discarding = loop {
                // Cleared with the item that made it: taking away what it left is part of it.
                let clearance = match self.clear(self.spec).await? {
                    Ok(clearance) => clearance,
                    Err(next) => return Ok(Some(next)),
                };
                let journal = self.ground.journal;
                let (call, seen) = (call.clone(), seen.clone());
                let written = Discarding::write(clearance, call, seen, journal).await;
                if !has_lapsed(&written) {
                    break written?;
                }
            };
            let outcome = discarding.send(self.hands(DEADLINE), self.make).await?;
            drop(place);
            match outcome {
                Outcome::Done(_) | Outcome::AlreadySo => return Ok(None),
                Outcome::Refused(why) if why.because == Because::Missing => {}
                Outcome::Refused(why) => return Ok(stays(&why.to_string())),
                Outcome::Throttled { until } => {
                    lane.throttled(self.ground.clock, until);
                    "the provider throttles us".clone_into(&mut last);
                }
                Outcome::Unavailable(why) | Outcome::InDoubt(why) => last = why.to_string(),
            }
            self.ground.clock.sleep(pause).await;
            pause *= 2;
        }
        Ok(stays(&last))
    }

    /// Whether a thing was there before this incident began: then nothing of ours made it, whatever its mark says, for a
    /// mark at the provider can be written by others.
    fn is_older(&self, seen: &Seen) -> bool {
        let opened = self.ground.journal.with_case(|case| case.opened_at);
        let created = seen.text("created").and_then(|text| text.parse().ok());
        let since = |created: Time| opened.map(|opened| opened.duration_since(created));
        created
            .and_then(since)
            .is_some_and(|before| before > CLOCKS_DIFFER)
    }

    /// What must not be taken away: what this or another item of the incident made and delivered.
    pub(super) fn kept(&self) -> BTreeSet<Locator> {
        self.ground
            .journal
            .with_case(|case| case.kept().into_iter().cloned().collect())
    }

    /// The lives of this item, in whatever round, whose calls may have left something.
    fn doubts(&self) -> Vec<(ItemRef, Life)> {
        self.ground.journal.with_case(|case| {
            let same = |named: &ItemRef, life: &Life| {
                named.key == self.named.key
                    && life.planned.action.as_ref() == Some(&self.make.action)
                    && life.planned.target.as_ref() == Some(&self.make.target)
            };
            let lives = case.lives.iter();
            let doubtful =
                lives.filter(|(named, life)| life.state.is_in_doubt() && same(named, life));
            doubtful
                .map(|(named, life)| (named.clone(), life.clone()))
                .collect()
        })
    }
}
