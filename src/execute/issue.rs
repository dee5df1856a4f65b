//! One issuing item, attempt by attempt: clear away, look, clear, write the intent, make, deliver, look again.
//!
//! Never leaves a new credential that was not delivered, as far as it can be told, and never two of them: what an earlier
//! attempt left is found by its tag and taken away before another is made.

use std::collections::BTreeSet;

use super::Ground;
use super::attempt::{Next, Step, resolve, unreadable};
use super::intent::{Cleared, DEADLINE, Discarding, Hands, Issued, Issuing};
use super::lanes::Lane;
use super::pace::Pace;
use crate::domain::event::{Answered, Event, Further, PlannedItem};
use crate::domain::state::Life;
use crate::domain::{
    AfterFailure, Because, Call, Cause, Digest, Duration, Effect, Fact, Fields, Item, ItemRef,
    Locator, Outcome, Repeat, RetryOn, Seen, Spec, State, Time, Undo, Why,
};
use crate::gate::{self, Blocked, Clearance};
use crate::journal;
use crate::verify;

/// How often what was left is tried to be taken away in one attempt.
const DISCARDS: u32 = 5;
/// How often a lost answer's effect is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Makes and delivers, as often as is safe and useful.
pub(super) async fn issue(
    ground: &Ground<'_>,
    (item, named): (&Item, &ItemRef),
    (make, deliver): (&Call, &[Call]),
    plan: Digest,
) -> Result<(), journal::Error> {
    let Some(spec) = ground.catalogue.action(&make.action) else {
        let text = format!("this build has no action {}", make.action);
        return ground.fail(named, Why::new(Because::Invalid, text)).await;
    };
    let issue = Issue {
        ground,
        item,
        named,
        plan,
        make,
        deliver,
        spec,
    };
    issue.run().await
}

struct Issue<'a> {
    ground: &'a Ground<'a>,
    item: &'a Item,
    named: &'a ItemRef,
    plan: Digest,
    make: &'a Call,
    deliver: &'a [Call],
    spec: &'a Spec,
}

/// What clearing away came to.
enum Cleanup {
    /// Nothing of an earlier attempt is left.
    Clean,
    /// Something is left, or may be.
    Left(Next),
}

impl Issue<'_> {
    async fn run(&self) -> Result<(), journal::Error> {
        let (state, _) = self.state();
        if !(state.is_in_doubt() || matches!(state, State::Planned | State::Blocked(_))) {
            return Ok(());
        }
        let lane = self.ground.lanes.of(self.make.target.provider());
        let mut pace = Pace::of(self.item, self.ground.clock.now());
        let mut last = Cause::Provider("no attempt was made".into());
        while pace.goes_on(self.ground.clock.now()) {
            match self.once(&lane, &pace).await? {
                Next::Ended => return Ok(()),
                Next::Again(cause, after) => {
                    last = cause;
                    if !pace.allows(after) {
                        break;
                    }
                    pace.rest(self.ground.clock).await;
                }
                Next::Soon(cause, after) => {
                    last = cause;
                    if !pace.allows(after) {
                        break;
                    }
                }
                Next::Blocked(cause) => {
                    last = cause;
                    break;
                }
            }
        }
        if self.state().0.is_in_doubt() && matches!(self.clear_away(&lane).await?, Cleanup::Left(_))
        {
            return Ok(());
        }
        if matches!(self.state().0, State::Planned | State::Blocked(_)) {
            let item = self.named.clone();
            self.note(Event::Blocked { item, cause: last }).await?;
        }
        Ok(())
    }

    async fn once(&self, lane: &Lane, pace: &Pace<'_>) -> Step {
        if let Cleanup::Left(next) = self.clear_away(lane).await? {
            return Ok(next);
        }
        let place = lane.enter(self.ground.clock).await;
        let before = self.ground.observer.look(&self.make.target).await;
        if let Some(next) = self.without_target(&before).await? {
            return Ok(next);
        }
        let mut deliver = Vec::with_capacity(self.deliver.len());
        for call in self.deliver {
            let seen = self.ground.observer.look(&call.target).await;
            if let Some(next) = self.without_target(&seen).await? {
                return Ok(next);
            }
            deliver.push((call, seen));
        }
        let (_, attempts) = self.state();
        let clearance = match self.clear(self.spec).await? {
            Ok(clearance) => clearance,
            Err(next) => return Ok(next),
        };
        let mut cleared = Vec::with_capacity(deliver.len());
        for (call, before) in deliver {
            let Some(spec) = self.ground.catalogue.action(&call.action) else {
                let text = format!("this build has no action {}", call.action);
                let why = Why::new(Because::Invalid, text);
                return self
                    .ground
                    .fail(self.named, why)
                    .await
                    .map(|()| Next::Ended);
            };
            match self.clear(spec).await? {
                Ok(clearance) => {
                    let call = self.resolved(call, &before);
                    cleared.push((clearance, Further { call, before }));
                }
                Err(next) => return Ok(next),
            }
        }
        let make = Cleared {
            clearance,
            call: self.resolved(self.make, &before),
            before,
            attempt: attempts + 1,
        };
        let issuing = Issuing::write(make, cleared, self.ground.journal).await?;
        let issued = issuing
            .send(self.hands(pace.deadline(self.ground.clock.now())))
            .await?;
        drop(place);
        self.follow(issued, lane).await
    }

    async fn follow(&self, issued: Issued, lane: &Lane) -> Step {
        match issued {
            Issued::Delivered | Issued::NotMade(Outcome::Done(_) | Outcome::AlreadySo) => {
                lane.went_well();
                self.prove(lane).await.map(|()| Next::Ended)
            }
            Issued::NotMade(Outcome::Refused(why)) if why.because == Because::Conflict => {
                let cause = Cause::Provider(format!("the provider refused: {why}"));
                if self
                    .item
                    .manner
                    .retry
                    .as_ref()
                    .is_some_and(|retry| retry.is_after(RetryOn::Conflict))
                {
                    return Ok(Next::Again(cause, Some(RetryOn::Conflict)));
                }
                self.ground
                    .fail(self.named, why)
                    .await
                    .map(|()| Next::Ended)
            }
            Issued::NotMade(Outcome::Refused(_)) => Ok(Next::Ended),
            Issued::NotMade(Outcome::Throttled { until }) => {
                lane.throttled(self.ground.clock, until);
                let cause = Cause::Provider("the provider throttles us".into());
                Ok(Next::Soon(cause, Some(RetryOn::Throttled)))
            }
            Issued::NotMade(Outcome::Unavailable(why)) => {
                let cause = Cause::Provider(format!("the provider was not reached: {why}"));
                Ok(Next::Again(cause, Some(RetryOn::Unavailable)))
            }
            Issued::NotMade(Outcome::InDoubt(why)) => {
                let cause = Cause::Provider(format!("no clear answer came: {why}"));
                Ok(Next::Soon(cause, None))
            }
            // What was changed in place cannot be taken away: it stays in doubt, and another change follows later.
            Issued::Undelivered(Outcome::Refused(why)) if self.spec.repeat == Repeat::SetLike => {
                Ok(Next::Blocked(Cause::Provider(why.to_string())))
            }
            Issued::Undelivered(Outcome::Refused(why)) => match self.clear_away(lane).await? {
                Cleanup::Clean => {
                    let text = format!(
                        "the new credential could not be delivered and was taken away again: {}",
                        why.text
                    );
                    let why = Why::new(why.because, text);
                    self.ground
                        .fail(self.named, why)
                        .await
                        .map(|()| Next::Ended)
                }
                Cleanup::Left(next) => Ok(next),
            },
            Issued::Undelivered(outcome) => {
                let cause =
                    Cause::Provider(format!("the new credential was not delivered: {outcome:?}"));
                Ok(Next::Again(cause, None))
            }
        }
    }

    /// Takes away what earlier attempts of this item made and did not deliver, in whatever round that was; only then
    /// nothing of them is left, and their doubt ends.
    async fn clear_away(&self, lane: &Lane) -> Result<Cleanup, journal::Error> {
        let kept = self.kept();
        loop {
            let doubts = self.doubts();
            let found = match self.ground.observer.made(self.make).await {
                Ok(found) => found,
                Err(why) if why.because == Because::NotImplemented && doubts.is_empty() => {
                    Vec::new()
                }
                // A second send of what is set in place leaves one, whatever became of the first.
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
            let waits = if left.is_empty() {
                self.awaited(&doubts)
            } else {
                None
            };
            let Some(until) = waits else {
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

    /// Until when a call whose answer was lost may still make something; `None` where nothing is awaited.
    fn awaited(&self, doubts: &[(ItemRef, Life)]) -> Option<Time> {
        if self.spec.repeat == Repeat::SetLike {
            return None;
        }
        let bound = self.spec.bound.within().max(DEADLINE * 2);
        let unanswered = doubts.iter().filter(|(_, life)| life.made.is_empty());
        let until = unanswered
            .filter_map(|(_, life)| life.intended_at?.saturating_add(bound).ok())
            .max()?;
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
    async fn discard(&self, what: &Locator, lane: &Lane) -> Result<Option<Next>, journal::Error> {
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
            // Cleared with the item that made it: taking away what it left is part of it.
            let clearance = match self.clear(self.spec).await? {
                Ok(clearance) => clearance,
                Err(next) => return Ok(Some(next)),
            };
            let call = Call {
                action: undo.id.clone(),
                target: what.clone(),
                with: undo.arguments(&Fields::new()),
                secret: None,
                tag: self.make.tag.clone(),
            };
            let call = self.resolved(&call, &seen);
            let place = lane.enter(self.ground.clock).await;
            let discarding = Discarding::write(clearance, call, seen, self.ground.journal).await?;
            let outcome = discarding.send(self.hands(DEADLINE)).await?;
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

    /// Looks until what was made is there and each place shows what it did not show before; a second of the same tag is
    /// taken away.
    async fn prove(&self, lane: &Lane) -> Result<(), journal::Error> {
        let kept = self.kept();
        if let Ok(found) = self.ground.observer.made(self.make).await {
            let ours = self.life().map(|life| life.made).unwrap_or_default();
            for second in found
                .iter()
                .filter(|found| !ours.contains(found) && !kept.contains(found))
            {
                if self.discard(second, lane).await?.is_some() {
                    break;
                }
            }
        }
        let within = self.item.verify_within.unwrap_or(verify::READ_BACK_WITHIN);
        let shown = prove(self.ground, self.named, self.spec, within).await?;
        let takes_back = self.item.manner.after_failure == Some(AfterFailure::UndoSelf);
        if shown || !takes_back {
            return Ok(());
        }
        let made = self.life().map(|life| life.made).unwrap_or_default();
        for what in made.iter().filter(|what| **what != self.make.target) {
            if self.discard(what, lane).await?.is_some() {
                let text = format!("{what} was to be taken away and is still there");
                let why = Why::new(Because::Conflict, text);
                return self
                    .note(Event::UndoFailed {
                        item: self.named.clone(),
                        why,
                    })
                    .await;
            }
        }
        let (item, by) = (self.named.clone(), self.named.clone());
        self.note(Event::Released { item, by }).await
    }

    /// What must not be taken away: what this or another item of the incident made and delivered.
    fn kept(&self) -> BTreeSet<Locator> {
        self.ground.journal.with_case(|case| {
            let lives = case.lives.values();
            let good = lives
                .filter(|life| matches!(life.state, State::Acted { .. } | State::Confirmed { .. }));
            good.flat_map(|life| life.made.clone()).collect()
        })
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

    async fn without_target(&self, seen: &Seen) -> Result<Option<Next>, journal::Error> {
        match &seen.fact {
            Fact::Present(_) => Ok(None),
            Fact::Gone => {
                let why = format!("{} no longer exists", seen.target);
                let item = self.named.clone();
                self.note(Event::Stale { item, why }).await?;
                Ok(Some(Next::Ended))
            }
            Fact::Unreadable(why) => {
                let text = format!(
                    "{} cannot be read, so there is no receipt: {why}",
                    seen.target
                );
                Ok(Some(unreadable(why, text)))
            }
        }
    }

    /// One clearance for one call: the policy is asked about the effect of exactly this action.
    async fn clear(&self, spec: &Spec) -> Result<Result<Clearance, Next>, journal::Error> {
        let now = self.ground.clock.now();
        let cleared = self.ground.journal.with_case(|case| {
            let rules = (self.ground.policy, self.ground.around);
            gate::clear((self.item, self.named), (spec, self.plan), case, rules, now)
        });
        match cleared {
            Ok(clearance) => Ok(Ok(clearance)),
            // Authority that ran out while an attempt is in doubt changes nothing about the doubt.
            Err(_) if self.state().0.is_in_doubt() => Ok(Err(Next::Ended)),
            Err(Blocked::Waits(cause)) => Ok(Err(Next::Blocked(cause))),
            Err(Blocked::Denied(why)) => {
                let item = self.named.clone();
                self.note(Event::Denied { item, why }).await?;
                Ok(Err(Next::Ended))
            }
        }
    }

    fn resolved(&self, call: &Call, seen: &Seen) -> Call {
        let ahead = self.ground.observer.clock_ahead(call.target.provider());
        resolve(call, seen, self.ground.clock.now(), ahead)
    }

    fn hands(&self, deadline: Duration) -> Hands<'_> {
        Hands {
            catalogue: self.ground.catalogue,
            clock: self.ground.clock,
            journal: self.ground.journal,
            key: self.ground.key,
            deadline,
        }
    }

    fn life(&self) -> Option<Life> {
        self.ground
            .journal
            .with_case(|case| case.lives.get(self.named).cloned())
    }

    fn state(&self) -> (State, u32) {
        self.life()
            .map_or((State::Planned, 0), |life| (life.state, life.attempts))
    }

    async fn note(&self, event: Event) -> Result<(), journal::Error> {
        self.ground.write(vec![event]).await
    }
}

/// Settles, by looking only, what an earlier process left of an issuing item: delivered everywhere, it happened, whatever
/// became of the last answer; anything else waits for the next attempt, which clears away.
pub(super) async fn settle(
    ground: &Ground<'_>,
    planned: &PlannedItem,
    (named, spec): (&ItemRef, &Spec),
) -> Result<(), journal::Error> {
    let life = ground
        .journal
        .with_case(|case| case.lives.get(named).cloned());
    let Some(life) = life else { return Ok(()) };
    if life.state.is_in_doubt() {
        let all = life
            .then
            .iter()
            .all(|further| life.delivered.contains(&further.call.target));
        let happened = all && !life.made.is_empty();
        if !happened && matches!(life.state, State::InDoubt { looked: true, .. }) {
            return Ok(());
        }
        let Some(target) = &planned.target else {
            return Ok(());
        };
        let seen = ground.observer.look(target).await;
        ground
            .write(vec![Event::Resolved {
                item: named.clone(),
                attempt: life.attempts,
                happened: happened.then_some(true),
                seen,
            }])
            .await?;
        if !happened {
            return Ok(());
        }
    }
    prove(ground, named, spec, Duration::ZERO).await.map(drop)
}

/// Looks until what was made is there and each place shows something new, and notes what is known then.
async fn prove(
    ground: &Ground<'_>,
    named: &ItemRef,
    spec: &Spec,
    within: Duration,
) -> Result<bool, journal::Error> {
    let life = ground
        .journal
        .with_case(|case| case.lives.get(named).cloned());
    let Some(life) = life.filter(|life| matches!(life.state, State::Acted { .. })) else {
        return Ok(true);
    };
    let Some(made) = life.made.last().or(life.planned.target.as_ref()) else {
        return Ok(true);
    };
    let stops: Vec<&Spec> = ground
        .catalogue
        .actions()
        .filter(|cut| cut.on == *made.kind())
        .collect();
    let places: Vec<(&Spec, &Further)> = life
        .then
        .iter()
        .filter_map(|further| Some((ground.catalogue.action(&further.call.action)?, further)))
        .collect();
    let (seen, shown) = verify::issued(
        (ground.observer, ground.clock),
        (made, &stops),
        &places,
        within,
    )
    .await;
    let acted = life.acted_at.or(life.intended_at).unwrap_or(seen.at);
    let verdict = verify::observed(acted, spec, shown);
    let seen = matches!(spec.effect, Effect::Issue(_)).then_some(seen);
    let item = named.clone();
    ground
        .write(vec![Event::Verified {
            item,
            verdict,
            seen,
        }])
        .await?;
    Ok(shown)
}
