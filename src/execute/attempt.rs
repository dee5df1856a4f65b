//! One item, attempt by attempt: look, clear, write the intent, send, and again where that is safe.
//!
//! Never sends a second time before the target was looked at, unless it is known that nothing happened.

use super::Ground;
use super::answer::lost;
use super::branch;
use super::clear::has_lapsed;
use super::gather::Way;
use super::intent::{Cleared, Intent};
use super::lanes::Lane;
use super::order;
use super::pace::Pace;
use super::pass::Passes;
use super::preserve::preserve;
use super::proof::{look_again, prove};
use super::receipt::{is_old, renewed, resolve};
use crate::domain::bug::{self, Bug};
use crate::domain::event::Event;
use crate::domain::{
    Because, Call, Cause, Digest, Duration, Fact, Item, ItemRef, Outcome, Repeat, RetryOn, Seen,
    Spec, State, Time, Why,
};
use crate::gate::Blocked;
use crate::journal;
use crate::plan::branch::Known;
use crate::provider::Provider;
use crate::verify;

/// How often one attempt looks anew where what it saw became old before its call could leave.
pub(super) const LOOKS: u32 = 4;

/// Performs one item that changes something, as often as is safe and useful.
pub(super) async fn perform(
    ground: &Ground<'_>,
    (item, named): (&Item, &ItemRef),
    (call, way): (&Call, Option<Way>),
    (plan, passes): (Digest, &Passes<'_>),
) -> Result<(), journal::Error> {
    let provider = ground.catalogue.provider(call.target.provider());
    let (Some(provider), Some(spec)) = (provider, ground.catalogue.action(&call.action)) else {
        let text = format!("this build has no action {}", call.action);
        return ground.fail(named, Why::new(Because::Invalid, text)).await;
    };
    let provider = provider.as_ref();
    Attempts {
        ground,
        item,
        named,
        plan,
        passes,
        call,
        provider,
        spec,
    }
    .run(way)
    .await
}

struct Attempts<'a> {
    ground: &'a Ground<'a>,
    item: &'a Item,
    named: &'a ItemRef,
    plan: Digest,
    passes: &'a Passes<'a>,
    call: &'a Call,
    provider: &'a dyn Provider,
    spec: &'a Spec,
}

/// What follows an attempt; what it ended with, where a step may name it.
pub(super) enum Next {
    /// Nothing: the journal says how it ended.
    Ended,
    /// Another one, after a pause.
    Again(Cause, Option<RetryOn>),
    /// Another one, as soon as the lane lets it.
    Soon(Cause, Option<RetryOn>),
    /// No other one in this round.
    Blocked(Cause),
}

pub(super) type Step = Result<Next, journal::Error>;

impl Attempts<'_> {
    async fn run(&self, mut way: Option<Way>) -> Result<(), journal::Error> {
        // A plan that is applied again finds some of its items done; they are left alone.
        let (state, _) = self.state();
        if !(state.is_in_doubt() || matches!(state, State::Planned | State::Blocked(_))) {
            return Ok(());
        }
        let lane = self.ground.lanes.of(self.call.target.provider());
        let mut pace = Pace::of(self.item, self.ground.clock.now());
        let mut last = Cause::Provider("no attempt was made".into());
        while pace.goes_on(self.ground.clock.now()) {
            let on_way = way.take().or_else(|| self.passes.way(self.item, self.call));
            let deadline = pace.deadline(self.ground.clock.now());
            let (cause, after, rests) = match self.once(&lane, deadline, on_way).await? {
                Next::Ended => return Ok(()),
                Next::Again(cause, after) => (cause, after, true),
                Next::Soon(cause, after) => (cause, after, false),
                Next::Blocked(cause) => {
                    last = cause;
                    break;
                }
            };
            last = cause;
            if !pace.allows(after) {
                break;
            }
            if after == Some(RetryOn::Throttled) {
                pace.was_turned_away(self.ground.clock.now());
            }
            if rests {
                pace.rest(self.ground.clock).await;
            }
        }
        // What is in doubt stays in doubt; only what is known not to have happened is blocked.
        if self.state().0.is_in_doubt() {
            return Ok(());
        }
        self.note(Event::Blocked {
            item: self.named.clone(),
            cause: last,
        })
        .await
    }

    async fn once(&self, lane: &Lane, deadline: Duration, way: Option<Way>) -> Step {
        let known = branch::known(self.ground, (self.item, self.spec)).await;
        let known = (known, self.ground.clock.now());
        let place = lane.enter(self.ground.clock).await;
        if let Some(until) = lane.shut_until(self.ground.clock.now()) {
            return Ok(Next::Blocked(shut(until)));
        }
        let known = branch::still_known(self.ground, known, self.spec).await;
        let (state, attempts) = self.state();
        if state.is_in_doubt() && self.spec.leaves_no_trace() {
            return Ok(Next::Ended);
        }
        let mut seen = match &self.item.before {
            // What could not be read while it was planned is looked at again at once.
            Some(seen)
                if attempts == 0
                    && !is_old(self.ground, seen.at)
                    // What a provider learns by looking, only the process that looked has of it.
                    && seen.at >= self.ground.observer.since()
                    && !matches!(seen.fact, Fact::Unreadable(_)) =>
            {
                seen.clone()
            }
            Some(_) | None => self.ground.observer.look(&self.call.target).await,
        };
        let mut looked = seen.at;
        let (mut way, mut place) = (way, Some(place));
        for _ in 0..LOOKS {
            let ready = self.ready(&seen, &state);
            if !matches!(ready, Ready::Send) {
                drop(place);
                return self.without_sending(ready, seen, attempts).await;
            }
            if let Some(next) = self.prepare(&seen).await? {
                return Ok(next);
            }
            if is_old(self.ground, looked) {
                seen = self.ground.observer.look(&self.call.target).await;
                looked = self.ground.clock.now();
                continue;
            }
            let about = (&*known, &seen, &state);
            let (cleared, call) = match self.cleared(about, attempts + 1).await? {
                Ok(both) => both,
                Err(next) => return Ok(next),
            };
            let sent = match way.take() {
                None => self.send(vec![cleared], deadline).await,
                // Whoever waits for the others takes no place of theirs.
                Some(way) => {
                    drop(place.take());
                    let together = async |all| {
                        let _place = lane.enter(self.ground.clock).await;
                        let all = renewed(self.ground, self.spec, all).await;
                        self.send_some(all, deadline).await
                    };
                    way.send(cleared, together).await
                }
            };
            if let Some(outcomes) = sent? {
                drop(place);
                let outcome = outcomes.into_iter().next();
                return self.follow(outcome, &call, attempts + 1, lane).await;
            }
            // Authority went between the two, or the target changed: it is cleared anew, by what holds then, and by itself.
            if place.is_none() {
                place = Some(lane.enter(self.ground.clock).await);
                seen = self.ground.observer.look(&self.call.target).await;
                looked = self.ground.clock.now();
            }
        }
        let why = "what was seen of it was no longer so, or old, before its call could leave";
        Ok(Next::Again(Cause::Provider(why.to_owned()), None))
    }

    /// What comes before each clearance: the doubt is noted as looked at, what would be destroyed is kept, and we are there.
    async fn prepare(&self, seen: &Seen) -> Result<Option<Next>, journal::Error> {
        let (state, attempt) = self.state();
        let looks = !bug::is_planted(Bug::SendsAgainUnseen);
        if looks && state.is_in_doubt() && !matches!(state, State::InDoubt { looked: true, .. }) {
            let (item, seen) = (self.named.clone(), seen.clone());
            self.note(Event::Resolved {
                item,
                attempt,
                happened: None,
                seen,
            })
            .await?;
        }
        if let Some(cause) = preserve(self.ground, (self.spec, self.named), seen).await? {
            return Ok(Some(Next::Blocked(cause)));
        }
        self.passes.enter(self.ground, [self.call]).await
    }

    /// Sends what is there of these, as one; no outcome for what was not sent.
    async fn send_some(
        &self,
        cleared: Vec<Option<Cleared>>,
        deadline: Duration,
    ) -> Result<Vec<Option<Outcome>>, journal::Error> {
        let is_there: Vec<bool> = cleared.iter().map(Option::is_some).collect();
        let there: Vec<Cleared> = cleared.into_iter().flatten().collect();
        let outcomes = match there.is_empty() {
            true => None,
            false => self.send(there, deadline).await?,
        };
        let Some(outcomes) = outcomes else {
            return Ok(is_there.iter().map(|_| None).collect());
        };
        let mut outcomes = outcomes.into_iter();
        let mut next = || outcomes.next().unwrap_or_else(|| lost("no answer came"));
        let of = |is_there: bool| is_there.then(&mut next);
        Ok(is_there.into_iter().map(of).collect())
    }

    /// Writes the intents, then sends; nothing was sent where authority has ended since they were cleared.
    async fn send(
        &self,
        cleared: Vec<Cleared>,
        deadline: Duration,
    ) -> Result<Option<Vec<Outcome>>, journal::Error> {
        let written = Intent::write(cleared, self.ground.journal).await;
        if has_lapsed(&written) {
            return Ok(None);
        }
        let provider = (self.provider, self.passes.under(self.call));
        let intent = written?;
        let sent = intent.send(provider, self.spec, deadline, self.ground.journal);
        sent.await.map(Some)
    }

    /// Clears the attempt.
    async fn cleared(
        &self,
        (known, seen, state): (&Known, &Seen, &State),
        attempt: u32,
    ) -> Result<Result<(Cleared, Call), Next>, journal::Error> {
        let about = (self.item, self.spec, seen);
        let (item, why) = branch::as_it_stands(self.ground, known, about);
        let ahead = self
            .ground
            .observer
            .clock_ahead(self.call.target.provider());
        let mut call = resolve(self.call, seen, self.ground.clock.now(), ahead);
        order::refer(self.ground, self.named, &mut call);
        let how = (self.spec, self.plan);
        match self.ground.clear((&item, self.named), how).await? {
            Ok(clearance) => {
                let cleared = Cleared {
                    clearance,
                    call: call.clone(),
                    before: seen.clone(),
                    attempt,
                };
                Ok(Ok((cleared, call)))
            }
            // Authority that ran out while an attempt is in doubt changes nothing about the doubt.
            Err(_) if state.is_in_doubt() => Ok(Err(Next::Ended)),
            Err(Blocked::Waits(cause)) => Ok(Err(Next::Blocked(branch::because(cause, why)))),
            Err(Blocked::Denied(why)) => {
                let item = self.named.clone();
                self.end(Event::Denied { item, why }).await.map(Err)
            }
        }
    }

    /// What is done where looking shows that nothing has to be sent, or may not be.
    async fn without_sending(&self, ready: Ready, seen: Seen, attempt: u32) -> Step {
        let item = self.named.clone();
        match ready {
            Ready::Send => Ok(Next::Soon(Cause::Provider("nothing was sent".into()), None)),
            Ready::Already => {
                let verdict = verify::observed(seen.at, self.spec, true);
                self.end(Event::Verified {
                    item,
                    verdict,
                    seen: Some(seen),
                })
                .await
            }
            Ready::Happened => {
                self.note(Event::Resolved {
                    item,
                    attempt,
                    happened: Some(true),
                    seen,
                })
                .await?;
                self.prove().await
            }
            Ready::Stale(why) => self.end(Event::Stale { item, why }).await,
            Ready::Unreadable(why) => {
                let text = format!("the target cannot be read, so there is no receipt: {why}");
                Ok(unreadable(&why, text))
            }
        }
    }

    async fn follow(
        &self,
        outcome: Option<Outcome>,
        call: &Call,
        attempt: u32,
        lane: &Lane,
    ) -> Step {
        let is_refused = matches!(outcome, Some(Outcome::Refused(_)));
        if is_refused && self.state().0.is_in_doubt() {
            // An earlier attempt may have happened, so this is no failure.
            return Ok(Next::Ended);
        }
        match outcome {
            Some(Outcome::Done(_) | Outcome::AlreadySo) => {
                lane.went_well();
                self.prove().await
            }
            Some(Outcome::Refused(why)) if why.because == Because::Conflict => {
                let retry = self.item.manner.retry.as_ref();
                if retry.is_some_and(|retry| retry.is_after(RetryOn::Conflict)) {
                    let cause = Cause::Provider(format!("the provider refused: {why}"));
                    return Ok(Next::Again(cause, Some(RetryOn::Conflict)));
                }
                self.ground
                    .fail(self.named, why)
                    .await
                    .map(|()| Next::Ended)
            }
            Some(Outcome::Refused(_)) => Ok(Next::Ended),
            Some(Outcome::Throttled { until }) => {
                lane.throttled(self.ground.clock, until);
                if let Some(until) = lane.shut_until(self.ground.clock.now()) {
                    return Ok(Next::Blocked(shut(until)));
                }
                let cause = Cause::Provider("the provider throttles us".into());
                Ok(Next::Soon(cause, Some(RetryOn::Throttled)))
            }
            Some(Outcome::Unavailable(why)) => {
                let cause = Cause::Provider(format!("the provider was not reached: {why}"));
                Ok(Next::Again(cause, Some(RetryOn::Unavailable)))
            }
            Some(Outcome::InDoubt(why)) if bug::is_planted(Bug::LostIsFailed) => self
                .ground
                .fail(self.named, why)
                .await
                .map(|()| Next::Ended),
            Some(Outcome::InDoubt(_)) if bug::is_planted(Bug::SendsAgainUnseen) => {
                Ok(Next::Again(Cause::Provider("no answer".into()), None))
            }
            Some(Outcome::InDoubt(_)) | None => {
                match look_again(self.ground, self.named, (self.spec, call), attempt).await? {
                    Some(true) => self.prove().await,
                    Some(false) => Ok(Next::Ended),
                    None => Ok(Next::Again(
                        Cause::Provider("no clear answer came".into()),
                        None,
                    )),
                }
            }
        }
    }

    async fn prove(&self) -> Step {
        prove(self.ground, self.named, self.spec, Some(self.item))
            .await
            .map(|()| Next::Ended)
    }

    async fn end(&self, event: Event) -> Step {
        self.note(event).await.map(|()| Next::Ended)
    }

    async fn note(&self, event: Event) -> Result<(), journal::Error> {
        self.ground.write(vec![event]).await
    }

    fn state(&self) -> (State, u32) {
        self.ground.journal.with_case(|case| {
            let life = case.lives.get(self.named);
            life.map_or((State::Planned, 0), |life| {
                (life.state.clone(), life.attempts)
            })
        })
    }

    fn ready(&self, seen: &Seen, state: &State) -> Ready {
        let fields = match &seen.fact {
            Fact::Present(fields) => fields,
            Fact::Gone if state.is_in_doubt() => return Ready::Happened,
            Fact::Gone if self.spec.cut().is_some() => return Ready::Already,
            Fact::Gone => return Ready::Stale("the target no longer exists".into()),
            Fact::Unreadable(why) => return Ready::Unreadable(why.clone()),
        };
        if state.is_in_doubt() {
            let sent = self.ground.journal.with_case(|case| {
                case.lives
                    .get(self.named)
                    .and_then(|life| Some(life.sent()?.0.clone()))
            });
            return match sent {
                Some(call) if self.spec.shows(&call, seen) => Ready::Happened,
                Some(_) | None => Ready::Send,
            };
        }
        let drifted = self
            .item
            .before
            .as_ref()
            .is_some_and(|before| self.spec.fingerprint(before) != self.spec.fingerprint(seen));
        let set_like_cut = self.spec.repeat == Repeat::SetLike && self.spec.cut().is_some();
        if !self.spec.takes_time_of_call()
            && self.spec.cut().is_some()
            && self.spec.is_done(fields, &self.call.said(), Time::MIN)
        {
            return Ready::Already;
        }
        // Invariant I5: drift on a set-like cut only refreshes the receipt; anything else returns in the next round.
        if drifted && !set_like_cut {
            return Ready::Stale(
                "a field that it would overwrite has changed since the plan was made".into(),
            );
        }
        Ready::Send
    }
}

/// Why nothing more is tried at a provider for now.
fn shut(until: Time) -> Cause {
    Cause::Provider(format!(
        "the provider throttles us until {until}: contain resume goes on then"
    ))
}

/// What follows where a target cannot be read.
pub(super) fn unreadable(why: &Why, text: String) -> Next {
    match why.because {
        Because::Denied | Because::Unauthenticated | Because::Forbidden | Because::Foreign => {
            Next::Blocked(Cause::Authority(text))
        }
        Because::Missing
        | Because::Ambiguous
        | Because::Invalid
        | Because::Throttled
        | Because::Unavailable
        | Because::Timeout
        | Because::Garbled
        | Because::NotImplemented
        | Because::Conflict => Next::Again(Cause::Provider(text), None),
    }
}

enum Ready {
    Send,
    Already,
    Happened,
    Stale(String),
    Unreadable(Why),
}
