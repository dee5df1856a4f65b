//! One issuing item, attempt by attempt: clear away, look, clear, write the intent, make, deliver, look again.
//!
//! Never leaves a new credential that was not delivered, as far as it can be told, and never two of them: what an earlier
//! attempt left is found by its tag and taken away before another is made.

use super::attempt::{LOOKS, Next, Step, unreadable};
use super::clear::has_lapsed;
use super::discard::Cleanup;
use super::intent::{Cleared, Hands, Issued, Issuing};
use super::lanes::Lane;
use super::pace::Pace;
use super::pass::Passes;
use super::receipt::resolve;
use super::{Ground, shown};
use crate::domain::event::{Event, Further};
use crate::domain::state::Life;
use crate::domain::{
    Because, Call, Cause, Digest, Duration, Fact, Item, ItemRef, Outcome, Repeat, RetryOn, Seen,
    Spec, State, Why,
};
use crate::gate::{Blocked, Clearance};
use crate::journal;
use crate::verify;

/// What was seen of whom it is made for, and of each place where it goes.
type Receipts<'a> = (Seen, Vec<(&'a Call, Seen)>);

/// Makes and delivers, as often as is safe and useful.
pub(super) async fn issue(
    ground: &Ground<'_>,
    (item, named): (&Item, &ItemRef),
    (make, deliver): (&Call, &[Call]),
    (plan, passes): (Digest, &Passes<'_>),
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
        passes,
        make,
        deliver,
        spec,
    };
    issue.run().await
}

pub(super) struct Issue<'a> {
    pub(super) ground: &'a Ground<'a>,
    item: &'a Item,
    pub(super) named: &'a ItemRef,
    plan: Digest,
    pub(super) passes: &'a Passes<'a>,
    pub(super) make: &'a Call,
    deliver: &'a [Call],
    pub(super) spec: &'a Spec,
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
        let calls = std::iter::once(self.make).chain(self.deliver);
        if let Some(next) = self.passes.enter(self.ground, calls).await? {
            return Ok(next);
        }
        // Authority may go between clearance and intent: then all is looked at and cleared anew, by what holds then.
        for _ in 0..LOOKS {
            let (before, deliver) = match self.look().await? {
                Ok(both) => both,
                Err(next) => return Ok(next),
            };
            let written = match self.intend(&before, &deliver).await? {
                Ok(written) => written,
                Err(next) => return Ok(next),
            };
            if has_lapsed(&written) {
                continue;
            }
            let deadline = pace.deadline(self.ground.clock.now());
            let issued = written?.send(self.hands(deadline)).await?;
            drop(place);
            return self.follow(issued, lane).await;
        }
        let why = "the authority for it changed each time before its call could leave";
        Ok(Next::Again(Cause::Provider(why.to_owned()), None))
    }

    /// Looks at whom it is made for, and at each place where it goes.
    async fn look(&self) -> Result<Result<Receipts<'_>, Next>, journal::Error> {
        let before = self.ground.observer.look(&self.make.target).await;
        if let Some(next) = self.without_target(&before).await? {
            return Ok(Err(next));
        }
        let mut deliver = Vec::with_capacity(self.deliver.len());
        for call in self.deliver {
            let seen = self.ground.observer.look(&call.target).await;
            if let Some(next) = self.without_target(&seen).await? {
                return Ok(Err(next));
            }
            deliver.push((call, seen));
        }
        Ok(Ok((before, deliver)))
    }

    /// Clears all calls and writes their intent, once.
    async fn intend(
        &self,
        before: &Seen,
        deliver: &[(&Call, Seen)],
    ) -> Result<Result<Result<Issuing, journal::Error>, Next>, journal::Error> {
        let (_, attempts) = self.state();
        let clearance = match self.clear(self.spec).await? {
            Ok(clearance) => clearance,
            Err(next) => return Ok(Err(next)),
        };
        let mut cleared = Vec::with_capacity(deliver.len());
        for (call, before) in deliver {
            let Some(spec) = self.ground.catalogue.action(&call.action) else {
                let text = format!("this build has no action {}", call.action);
                let why = Why::new(Because::Invalid, text);
                self.ground.fail(self.named, why).await?;
                return Ok(Err(Next::Ended));
            };
            match self.clear(spec).await? {
                Ok(clearance) => {
                    let call = self.resolved(call, before);
                    let before = before.clone();
                    cleared.push((clearance, Further { call, before }));
                }
                Err(next) => return Ok(Err(next)),
            }
        }
        let make = Cleared {
            clearance,
            call: self.resolved(self.make, before),
            before: before.clone(),
            attempt: attempts + 1,
        };
        Ok(Ok(Issuing::write(make, cleared, self.ground.journal).await))
    }

    async fn follow(&self, issued: Issued, lane: &Lane) -> Step {
        let is_refused = matches!(issued, Issued::NotMade(Outcome::Refused(_)));
        if is_refused && self.state().0.is_in_doubt() {
            // An earlier attempt may have happened, so this is no failure.
            return Ok(Next::Ended);
        }
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
            Issued::Undelivered(Outcome::Refused(why)) => self.take_away(why, lane).await,
            Issued::Undelivered(outcome) => {
                let cause =
                    Cause::Provider(format!("the new credential was not delivered: {outcome:?}"));
                Ok(Next::Again(cause, None))
            }
        }
    }

    /// Takes away what one place refused. Where another place had taken it, that one is overwritten: then it is not *failed*,
    /// and another attempt is what makes that place good.
    async fn take_away(&self, why: Why, lane: &Lane) -> Step {
        let delivered = self.life().map(|life| life.delivered).unwrap_or_default();
        if let Cleanup::Left(next) = self.clear_away(lane).await? {
            return Ok(next);
        }
        let text = format!(
            "the new credential could not be delivered and was taken away again: {}",
            why.text
        );
        if let Some(place) = delivered.first() {
            let more = delivered.len().saturating_sub(1);
            let others = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            return Ok(Next::Blocked(Cause::Provider(format!(
                "{text}; {place}{others} had taken it already and holds a credential that is gone: the next attempt delivers anew"
            ))));
        }
        let why = Why::new(why.because, text);
        self.ground.fail(self.named, why).await?;
        Ok(Next::Ended)
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
        // What is not shown in time may show later: it was delivered, and is not taken away for that.
        shown::prove(self.ground, self.named, self.spec, within).await
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
    pub(super) async fn clear(
        &self,
        spec: &Spec,
    ) -> Result<Result<Clearance, Next>, journal::Error> {
        let about = (self.item, self.named);
        let cleared = self.ground.clear(about, (spec, self.plan)).await?;
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

    pub(super) fn resolved(&self, call: &Call, seen: &Seen) -> Call {
        let ahead = self.ground.observer.clock_ahead(call.target.provider());
        resolve(call, seen, self.ground.clock.now(), ahead)
    }

    pub(super) fn hands(&self, deadline: Duration) -> Hands<'_> {
        Hands {
            catalogue: self.ground.catalogue,
            clock: self.ground.clock,
            journal: self.ground.journal,
            key: self.ground.key,
            passes: self.passes,
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

    pub(super) async fn note(&self, event: Event) -> Result<(), journal::Error> {
        self.ground.write(vec![event]).await
    }
}
