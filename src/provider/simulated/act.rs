//! Changing the world: each action does exactly what its [`Spec`] declares, and is logged as received.
//!
//! Generic over every catalogue. Never decides what follows an outcome, never repeats a call.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;

use super::fate::{Change, reaches, time};
use super::read::Reader;
use super::weather::{Fault, Operation};
use super::world::{Logged, Node, World, lock};
use crate::domain::KindId;
use crate::domain::{
    Answer, Arg, Because, Becomes, Branch, Call, Cut, Duration, Effect, Fate, Locator, Named,
    Outcome, Probe, Query, Reading, Repeat, Rung, Secret, Seen, Spec, Time, Why,
};
use crate::provider::{Act, Observe, Soon};

/// The mutate handle.
#[derive(Clone)]
pub(super) struct Actor {
    pub(super) reader: Reader,
    pub(super) only: BTreeSet<String>,
}

impl Act for Actor {
    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome> {
        Box::pin(async move {
            let mut outcomes = self.send(std::slice::from_ref(call), Some(what)).await;
            let lost = || Outcome::InDoubt(Why::new(Because::Garbled, "no answer for this call"));
            outcomes.pop().unwrap_or_else(lost)
        })
    }

    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(async move {
            let of = |call: &Call| self.reader.inner.spec(&call.action);
            let batch = calls
                .first()
                .and_then(of)
                .and_then(|spec| usize::try_from(spec.batch).ok())
                .unwrap_or(1);
            let requests = calls
                .chunks(batch.max(1))
                .map(|calls| self.send(calls, None));
            join_all(requests).await.into_iter().flatten().collect()
        })
    }
}

impl Actor {
    /// Sends one request, which carries at least one call.
    async fn send(&self, calls: &[Call], what: Option<&Secret>) -> Vec<Outcome> {
        let inner = &self.reader.inner;
        let about = || {
            let action = calls.first().map(|call| call.action.to_string());
            let targets = calls.iter().map(|call| call.target.to_string());
            let words: Vec<String> = action.into_iter().chain(targets).collect();
            words.join(" ")
        };
        let fault = inner.settings.weather.draw(Operation::Perform, about);
        let (there, back, deadline) = {
            let mut world = lock(&inner.world);
            (
                world.latency() / 2,
                world.latency() / 2,
                world.pace.deadline,
            )
        };
        inner.clock.sleep(there).await;
        if let Some(Fault::Late(after)) = fault {
            self.arrive_late(calls, what, after.0);
            inner.clock.sleep(deadline).await;
            let lost = || fault.and_then(|fault| fault.outcome(inner.clock.now()));
            return calls.iter().filter_map(|_| lost()).collect();
        }
        let outcomes = calls
            .iter()
            .zip(self.receive(calls.len()))
            .map(|(call, admitted)| match admitted {
                Ok(()) => self.decide(call, what, fault),
                Err(until) => Outcome::Throttled { until },
            })
            .collect();
        let late = fault.map_or(Duration::ZERO, |fault| fault.delays(deadline));
        inner.clock.sleep(back.max(late)).await;
        inner.has_answered();
        outcomes
    }

    /// What nobody waits for any more arrives all the same.
    fn arrive_late(&self, calls: &[Call], what: Option<&Secret>, after: Duration) {
        let late = self.clone();
        let calls = calls.to_vec();
        let what = what.map(|secret| Secret::new(secret.expose().to_owned()));
        drop(tokio::spawn(async move {
            late.reader.inner.clock.sleep(after).await;
            for call in &calls {
                late.decide(call, what.as_ref(), None);
            }
        }));
    }

    /// One request is counted once, however many calls it carries.
    fn receive(&self, calls: usize) -> Vec<Result<(), Option<Time>>> {
        let inner = &self.reader.inner;
        let admitted = lock(&inner.world).admit(inner.clock.now()).map_err(Some);
        vec![admitted; calls]
    }

    /// Decides one call and logs it.
    fn decide(&self, call: &Call, what: Option<&Secret>, fault: Option<Fault>) -> Outcome {
        let inner = &self.reader.inner;
        let now = inner.clock.now();
        let mut world = lock(&inner.world);
        let result = if fault.is_some_and(|fault| !fault.lets_through()) {
            Ok(Outcome::AlreadySo)
        } else {
            self.permitted(&world, call, now)
                .and_then(|spec| world.apply((spec, call), what, now))
        };
        let applied = matches!(result, Ok(Outcome::Done(_)));
        let outcome = fault
            .and_then(|fault| fault.outcome(now))
            .unwrap_or_else(|| result.unwrap_or_else(Outcome::Refused));
        world.log.push(Logged {
            at: now,
            tag: call.tag.clone(),
            call: call.clone(),
            applied,
            reply: word(&outcome).to_owned(),
        });
        outcome
    }

    fn permitted(&self, world: &World, call: &Call, now: Time) -> Result<&Spec, Why> {
        self.reader.authenticate(world, now)?;
        self.reader.owns(&call.target)?;
        let spec = self.reader.inner.spec(&call.action).ok_or_else(|| {
            let text = format!("no action `{}`", call.action);
            Why::new(Because::NotImplemented, text)
        })?;
        let missing = spec
            .permissions
            .iter()
            .find(|needed| !self.only.contains(*needed));
        match missing {
            Some(needed) => Err(Why::new(
                Because::Denied,
                format!("this handle is not permitted to `{needed}`"),
            )),
            None => Ok(spec),
        }
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::AlreadySo => "already-so",
        Outcome::Refused(_) => "refused",
        Outcome::Throttled { .. } => "throttled",
        Outcome::Unavailable(_) => "unavailable",
        Outcome::InDoubt(_) => "in-doubt",
    }
}

impl World {
    /// Does what an action declares.
    fn apply(
        &mut self,
        (spec, call): (&Spec, &Call),
        what: Option<&Secret>,
        now: Time,
    ) -> Result<Outcome, Why> {
        let node = self.nodes.get(&call.target).filter(|node| !node.gone);
        let node = node.ok_or_else(|| {
            let text = format!("`{}` does not exist", call.target);
            Why::new(Because::Missing, text)
        })?;
        if call.target.kind() != &spec.on {
            let text = format!("`{}` does not work on `{}`", spec.id, call.target.kind());
            return Err(Why::new(Because::Invalid, text));
        }
        if matches!(spec.effect, Effect::Deliver) {
            return self.deliver(spec, call, what, now);
        }
        let writes = writes(spec, call)?;
        let changed: Vec<(String, Value)> = writes
            .into_iter()
            .filter(|(field, wanted)| !holds(node, spec, field, wanted))
            .collect();
        let nothing_to_do = changed.is_empty() && !spec.touches.is_empty();
        if nothing_to_do && spec.repeat == Repeat::SetLike {
            return Ok(Outcome::AlreadySo);
        }
        let delay = self.pace.propagation.get(&spec.id).copied();
        let delay = delay.unwrap_or(Duration::ZERO);
        self.write(&call.target, changed, now, delay);
        let mut answer = Answer {
            applied: delay.is_zero(),
            ..Answer::default()
        };
        match &spec.effect {
            Effect::Cut(cut) => self.end_for_good(&call.target, cut, call, now, delay),
            Effect::Issue(kind) => {
                let (made, secret) = self.issue(kind, call, now)?;
                answer.made.push(made);
                answer.secret = Some(Secret::new(secret));
            }
            Effect::Open | Effect::Deliver | Effect::Tell | Effect::Read(_) => {}
        }
        Ok(Outcome::Done(answer))
    }

    pub(super) fn write(
        &mut self,
        name: &Locator,
        writes: Vec<(String, Value)>,
        at: Time,
        delay: Duration,
    ) {
        let Some(node) = self.nodes.get_mut(name) else {
            return;
        };
        for (field, value) in writes {
            let before = if value.is_null() {
                node.fields.remove(&field)
            } else {
                node.fields.insert(field.clone(), value)
            };
            let change = Change { at, delay, before };
            node.history.entry(field).or_default().push(change);
        }
    }

    /// Marks what a cut kills: that stays dead whatever is undone later.
    fn end_for_good(&mut self, name: &Locator, cut: &Cut, call: &Call, at: Time, delay: Duration) {
        let mut ended = Vec::new();
        if cut.target == Fate::Dies {
            ended.push(name.clone());
        }
        if cut.issued == Fate::Dies {
            let cut_off = call
                .with
                .keys()
                .filter_map(|field| time(call.value(field)?))
                .max();
            let issued = self.held_by(name).chain(self.issued_by(name));
            ended.extend(
                issued
                    .filter(|issued| reaches(cut, issued, || cut_off))
                    .map(|issued| issued.locator.clone()),
            );
        }
        for end in ended {
            if let Some(node) = self.nodes.get_mut(&end) {
                let before = None;
                node.died.get_or_insert(Change { at, delay, before });
            }
        }
        if let (Rung::Delete, Some(node)) = (cut.rung, self.nodes.get_mut(name)) {
            node.gone = true;
        }
    }
}

/// What a call writes: one value per touched field, null for a field that was absent before.
fn writes(spec: &Spec, call: &Call) -> Result<Vec<(String, Value)>, Why> {
    let open = |field: &str| {
        let text = format!("the argument `{field}` of `{}` is not resolved", spec.id);
        Why::new(Because::Invalid, text)
    };
    spec.touches
        .iter()
        .map(|touch| {
            let value = match (call.with.get(&touch.field), &touch.becomes) {
                (Some(Arg::Is(value)), Becomes::TimeOfCall) if time(value).is_none() => {
                    return Err(open(&touch.field));
                }
                (Some(Arg::Is(value)), _) | (None, Becomes::Is(value)) => value.clone(),
                (Some(Arg::AtCall | Arg::Of(..) | Arg::Before(_)), _)
                | (
                    None,
                    Becomes::TimeOfCall | Becomes::Param(_) | Becomes::Before | Becomes::Anew,
                ) => {
                    return Err(open(&touch.field));
                }
            };
            Ok((touch.field.clone(), value))
        })
        .collect()
}

/// Tells whether a field holds what is wanted; a later cut-off serves as well.
fn holds(node: &Node, spec: &Spec, field: &str, wanted: &Value) -> bool {
    let present = node.fields.get(field);
    let is_cut_off = spec
        .touches
        .iter()
        .any(|touch| touch.field == field && touch.becomes == Becomes::TimeOfCall);
    if is_cut_off {
        let times = (present.and_then(time), time(wanted));
        matches!(times, (Some(present), Some(wanted)) if present >= wanted)
    } else {
        present.unwrap_or(&Value::Null) == wanted
    }
}

impl Observe for Actor {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        self.reader.whoami()
    }

    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        self.reader.stands_on(of)
    }
    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        self.reader.answers()
    }
    fn population(&self) -> Soon<'_, Option<u64>> {
        self.reader.population()
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        self.reader.resolve(named)
    }

    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        self.reader.whose(kind, secret)
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        self.reader.observe(targets)
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.reader.read(query)
    }

    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.reader.made(call)
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.reader.probe(target, with)
    }

    fn clock_ahead(&self) -> Option<Duration> {
        self.reader.clock_ahead()
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "these tests are about the mutate handle"
)]
mod tests {
    use super::super::toy::*;
    use super::super::weather::Length;
    use super::super::{CutOffs, Pace, Rule};
    use super::*;
    use crate::domain::Tag;
    use crate::provider::Provider as _;

    #[tokio::test(start_paused = true)]
    async fn a_lost_reply_is_in_doubt_whether_or_not_it_was_applied() {
        for (fault, applied) in [
            (Fault::TimeoutAfter, true),
            (Fault::ResetAfter, true),
            (Fault::Garbage, true),
            (Fault::Error500After, true),
            (Fault::TimeoutBefore, false),
            (Fault::Error500Before, false),
        ] {
            let bench = bench(Pace::default());
            let rule = Rule::once(Operation::Perform, "LEAKED", 1, fault);
            bench.weather.add(rule);
            let outcome = bench.send(&deactivate()).await;
            assert!(
                matches!(outcome, Outcome::InDoubt(_)),
                "{fault:?} {outcome:?}"
            );
            assert_eq!(bench.accepts("access-key/LEAKED"), !applied, "{fault:?}");
            let logged: Vec<bool> = lock(&bench.world)
                .log()
                .iter()
                .map(|one| one.applied)
                .collect();
            assert_eq!(logged, [applied], "{fault:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_nobody_waits_for_arrives_all_the_same() {
        let bench = bench(Pace::default());
        let late = Fault::Late(Length(Duration::from_secs(20)));
        let rule = Rule::once(Operation::Perform, "LEAKED", 1, late);
        bench.weather.add(rule);
        let outcome = bench.send(&deactivate()).await;
        assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
        assert!(bench.accepts("access-key/LEAKED"));
        bench.clock.sleep(Duration::from_secs(20)).await;
        assert!(!bench.accepts("access-key/LEAKED"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_not_be_done_is_refused_and_logged() {
        let bench = bench(Pace::default());
        let actor = bench.provider.actor(Some("1"), &[]);
        let unresolved = call("aws.end-user-sessions", "user/ci", &[]);
        let elsewhere = Call {
            target: "aws:access-key/LEAKED@2"
                .parse()
                .unwrap_or_else(|_| unreachable!()),
            ..deactivate()
        };
        for outcome in [
            actor.perform(&[deactivate()]).await.remove(0),
            bench.send(&unresolved).await,
            bench.send(&elsewhere).await,
        ] {
            assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }
        assert!(bench.accepts("access-key/LEAKED"));
        assert_eq!(lock(&bench.world).log().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_issued_is_found_by_its_tag() {
        let bench = bench(Pace::default());
        let issue = call("aws.create-access-key", "user/other", &[]);
        bench.weather.add(Rule::once(
            Operation::Perform,
            "create",
            1,
            Fault::ResetAfter,
        ));
        assert!(matches!(bench.send(&issue).await, Outcome::InDoubt(_)));
        let reader = bench.provider.reader(None);
        let made = reader.made(&issue).await;
        assert!(made.is_ok_and(|made| made.len() == 1));
        let other = Call {
            tag: Tag("other".into()),
            ..issue.clone()
        };
        assert_eq!(reader.made(&other).await, Ok(Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_gives_the_same_bytes() {
        let mut runs = Vec::new();
        for _ in 0..2 {
            let mut pace = Pace {
                latency: Duration::from_millis(40),
                ..Pace::default()
            };
            pace.propagation
                .insert(deactivate().action, Duration::from_secs(20));
            let bench = bench(pace);
            bench.weather.by_chance(
                3,
                0.3,
                &[Fault::TimeoutAfter, Fault::Error500Before, Fault::Refused],
            );
            let mut told = Vec::new();
            for _ in 0..40 {
                told.push(format!("{:?}", bench.send(&deactivate()).await));
                told.push(format!("{:?}", bench.probe("access-key/LEAKED").await));
            }
            let world = lock(&bench.world);
            let log = serde_json::to_string(world.log()).unwrap_or_default();
            runs.push((told, log, world.snapshot(CutOffs::Exact).to_string()));
        }
        assert!(runs.first() == runs.last());
    }

    #[tokio::test(start_paused = true)]
    async fn over_quota_requests_are_throttled() {
        let pace = Pace {
            requests_per_second: Some(2),
            ..Pace::default()
        };
        let bench = bench(pace);
        let mut throttled = 0;
        for _ in 0..5 {
            let outcome = bench.send(&deactivate()).await;
            throttled += usize::from(matches!(outcome, Outcome::Throttled { until: Some(_) }));
        }
        assert_eq!(throttled, 3);
    }
}
