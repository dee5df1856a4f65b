//! The only file that may obtain a mutate handle or perform.
//!
//! An [`Intent`] exists only when the journal durably holds it; sending consumes it and the clearances behind it.

use std::sync::Arc;

use super::answer::{because, ends, late, lost, refer, said, unsent, widened};
use super::pass::Passes;
use crate::domain::clock::Since;
use crate::domain::event::{Answered, Event, Further};
use crate::domain::mandate::Basis;
use crate::domain::{
    Because, Call, Clock, Duration, Fields, ItemRef, Locator, Outcome, Repeat, Secret, Seen, Spec,
    Why,
};
use crate::gate::Clearance;
use crate::journal::{self, Journal};
use crate::provider::{Act, Catalogue, Provider, Remit};

/// How long a call may take before it is in doubt.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// How often one delivery is sent while no answer says that it was taken.
const DELIVERIES: u32 = 4;
/// The pause before a delivery is sent again where the provider gives no hint.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest hint that is waited out while a new secret is in memory.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A call that was cleared, with the receipt.
pub struct Cleared {
    /// The proof that it may be made.
    pub clearance: Clearance,
    /// The call, resolved.
    pub call: Call,
    /// What was seen before it.
    pub before: Seen,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// Calls of one action whose intent is durable.
pub struct Intent {
    calls: Vec<Call>,
    items: Vec<(ItemRef, u32)>,
    since: Since,
}

impl Intent {
    /// Writes the intents of calls that share one action, in one commit.
    ///
    /// # Errors
    /// The journal could not make them durable, or the authority that cleared them has ended meanwhile
    /// ([`journal::Error::Lapsed`]); nothing may be sent, and nothing was.
    pub async fn write(cleared: Vec<Cleared>, journal: &Journal) -> Result<Self, journal::Error> {
        let mut intent = Self {
            calls: Vec::new(),
            items: Vec::new(),
            since: journal.clock().begin(),
        };
        let mut events = Vec::new();
        let mut basis: Option<Basis> = None;
        for Cleared {
            clearance,
            call,
            before,
            attempt,
        } in cleared
        {
            let on = clearance.basis();
            basis = Some(basis.map_or(on, |basis| basis.and(on)));
            let (item, spent, policies) = clearance.spend();
            intent.calls.push(call.clone());
            intent.items.push((item.clone(), attempt));
            events.push(Event::Intended {
                item,
                attempt,
                call,
                before,
                then: Vec::new(),
                spent,
                policies,
            });
        }
        if let Some(basis) = basis {
            journal.append_on(basis, events).await?;
        }
        Ok(intent)
    }

    /// Sends the calls, and journals what came back; a deadline that passes leaves them in doubt.
    ///
    /// # Errors
    /// The answers could not be journaled; the intents can, so the items are in doubt and `resume` looks.
    pub async fn send(
        self,
        provider: (&dyn Provider, Option<&Remit>),
        spec: &Spec,
        deadline: Duration,
        journal: &Journal,
    ) -> Result<Vec<Outcome>, journal::Error> {
        let account = self
            .calls
            .first()
            .and_then(|call| call.target.account().map(str::to_owned));
        let outcomes = perform(
            (provider, spec),
            account.as_deref(),
            &self.calls,
            (&self.since, deadline),
        )
        .await;
        let answered = self
            .items
            .into_iter()
            .zip(&outcomes)
            .map(|((item, attempt), outcome)| {
                let outcome = Answered::from(outcome);
                Event::Answered {
                    item,
                    attempt,
                    outcome,
                }
            });
        journal.append(answered.collect()).await?;
        Ok(outcomes)
    }
}

/// What issuing needs beside its calls.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// Where the adapters and specs are.
    pub catalogue: &'a Catalogue,
    /// The time.
    pub clock: &'a Clock,
    /// The record.
    pub journal: &'a Journal,
    /// The key of fingerprints.
    pub key: &'a [u8; 32],
    /// The sessions that calls are made under.
    pub passes: &'a Passes<'a>,
    /// How long one call may take.
    pub deadline: Duration,
}

/// The calls of an issuing item, whose intent is durable: one that makes, and those that hand over.
pub struct Issuing {
    make: Call,
    deliver: Vec<Further>,
    item: ItemRef,
    attempt: u32,
    since: Since,
}

/// How an issuing attempt ended.
#[derive(Debug)]
pub enum Issued {
    /// It was made, and delivered everywhere.
    Delivered,
    /// It was not made, or nobody knows.
    NotMade(Outcome),
    /// It was made, and not delivered.
    Undelivered(Outcome),
}

impl Issuing {
    /// Writes the intent of all calls, in one commit; a clearance for each is spent.
    ///
    /// # Errors
    /// As [`Intent::write`].
    pub async fn write(
        made: Cleared,
        deliver: Vec<(Clearance, Further)>,
        journal: &Journal,
    ) -> Result<Self, journal::Error> {
        let since = journal.clock().begin();
        let Cleared {
            clearance,
            call: make,
            before,
            attempt,
        } = made;
        let mut basis = clearance.basis();
        let (item, mut spent, mut policies) = clearance.spend();
        let mut then = Vec::with_capacity(deliver.len());
        for (clearance, further) in deliver {
            basis = basis.and(clearance.basis());
            let (_, more, determining) = clearance.spend();
            spent.extend(more);
            policies.extend(determining);
            then.push(further);
        }
        for names in [&mut spent, &mut policies] {
            names.sort();
            names.dedup();
        }
        let intended = Event::Intended {
            item: item.clone(),
            attempt,
            call: make.clone(),
            before,
            then: then.clone(),
            spent,
            policies,
        };
        journal.append_on(basis, vec![intended]).await?;
        Ok(Self {
            make,
            deliver: then,
            item,
            attempt,
            since,
        })
    }

    /// Makes, then delivers; the new secret is in memory from the one answer to the last delivery, and nowhere else.
    ///
    /// # Errors
    /// An answer could not be journaled; nothing further was sent, and `resume` finds what was made by its tag.
    pub async fn send(self, hands: Hands<'_>) -> Result<Issued, journal::Error> {
        let outcome = match reach(&hands, &self.make) {
            Ok((provider, spec)) => {
                let account = self.make.target.account();
                let calls = std::slice::from_ref(&self.make);
                let timed = (&self.since, hands.deadline);
                let under = (provider, hands.passes.under(&self.make));
                let mut outcomes = perform((under, spec), account, calls, timed).await;
                outcomes.pop().unwrap_or_else(|| lost("no answer came"))
            }
            Err(why) => Outcome::Refused(why),
        };
        let answer = match outcome {
            Outcome::Done(answer) => answer,
            other @ (Outcome::AlreadySo
            | Outcome::Refused(_)
            | Outcome::Throttled { .. }
            | Outcome::Unavailable(_)
            | Outcome::InDoubt(_)) => {
                self.answer(Answered::from(&other), hands.journal).await?;
                return Ok(Issued::NotMade(other));
            }
        };
        let (made, fields) = (answer.made, answer.fields);
        let fingerprint = answer
            .secret
            .as_ref()
            .map(|secret| secret.fingerprint(hands.key));
        hands
            .journal
            .append(vec![Event::Made {
                item: self.item.clone(),
                attempt: self.attempt,
                made: made.clone(),
                fields: fields.clone(),
                fingerprint,
            }])
            .await?;
        for further in &self.deliver {
            let handed = self
                .hand_over(&hands, further, (&made, &fields), answer.secret.as_ref())
                .await?;
            if let Err(outcome) = handed {
                let names: Vec<String> = made.iter().map(ToString::to_string).collect();
                let text = format!(
                    "{} was made and not delivered to {}: {}",
                    names.join(", "),
                    further.call.target,
                    said(&outcome)
                );
                let doubt = Answered::InDoubt(Why::new(because(&outcome), text));
                self.answer(doubt, hands.journal).await?;
                return Ok(Issued::Undelivered(outcome));
            }
        }
        let applied = answer.applied;
        let done = Answered::Done {
            applied,
            made,
            fields,
        };
        self.answer(done, hands.journal).await?;
        Ok(Issued::Delivered)
    }

    /// Hands over until there is an answer; the same once more changes nothing about what an earlier one may have done.
    async fn hand_over(
        &self,
        hands: &Hands<'_>,
        further: &Further,
        (made, fields): (&[Locator], &Fields),
        secret: Option<&Secret>,
    ) -> Result<Result<(), Outcome>, journal::Error> {
        let mut last = lost("it was never sent");
        let mut doubt = None;
        let spec = hands.catalogue.action(&further.call.action);
        let is_once = spec.is_some_and(|spec| spec.repeat == Repeat::Once);
        for nth in 1..=DELIVERIES {
            // Whoever was taken over meanwhile hands over nothing more.
            let since = hands.clock.begin();
            hands.journal.refresh().await?;
            last = match (
                secret,
                refer(&further.call, made, fields),
                reach(hands, &further.call),
            ) {
                (None, ..) => Outcome::Refused(Why::new(
                    Because::Invalid,
                    "the answer held no secret to hand over",
                )),
                (_, Err(why), _) | (_, _, Err(why)) => Outcome::Refused(why),
                (Some(secret), Ok(call), Ok((provider, spec))) => {
                    let under = (provider, hands.passes.under(&further.call));
                    deliver((under, spec), &call, secret, (&since, hands.deadline)).await
                }
            };
            hands
                .journal
                .append(vec![Event::Delivered {
                    item: self.item.clone(),
                    attempt: self.attempt,
                    to: further.call.target.clone(),
                    outcome: Answered::from(&last),
                }])
                .await?;
            let pause = match &last {
                Outcome::Done(_) | Outcome::AlreadySo => return Ok(Ok(())),
                Outcome::Refused(_) => break,
                Outcome::InDoubt(why) => {
                    doubt = Some(why.clone());
                    // What would make something new each time is not sent twice in doubt.
                    if is_once {
                        break;
                    }
                    None
                }
                Outcome::Throttled { until } => {
                    until.map(|at| at.duration_since(hands.clock.now()))
                }
                Outcome::Unavailable(_) => None,
            };
            if nth < DELIVERIES {
                let pause = pause.unwrap_or(PAUSE * i32::try_from(nth).unwrap_or(1));
                hands.clock.sleep(pause.clamp(PAUSE, LONGEST_PAUSE)).await;
            }
        }
        Ok(Err(doubt.map_or(last, Outcome::InDoubt)))
    }

    async fn answer(&self, outcome: Answered, journal: &Journal) -> Result<(), journal::Error> {
        let (item, attempt) = (self.item.clone(), self.attempt);
        let answered = Event::Answered {
            item,
            attempt,
            outcome,
        };
        journal.append(vec![answered]).await.map(drop)
    }
}

/// The call that takes away what an attempt made and did not deliver, whose intent is durable.
pub struct Discarding {
    call: Call,
    item: ItemRef,
    since: Since,
}

impl Discarding {
    /// Writes the intent, with what is taken away as it was seen.
    ///
    /// # Errors
    /// As [`Intent::write`].
    pub async fn write(
        clearance: Clearance,
        call: Call,
        before: Seen,
        journal: &Journal,
    ) -> Result<Self, journal::Error> {
        let since = journal.clock().begin();
        let basis = clearance.basis();
        let (item, spent, policies) = clearance.spend();
        let discarding = Event::Discarding {
            item: item.clone(),
            call: call.clone(),
            before,
            spent,
            policies,
        };
        journal.append_on(basis, vec![discarding]).await?;
        Ok(Self { call, item, since })
    }

    /// Sends it under the session of the call that made it, and journals what came back.
    ///
    /// # Errors
    /// The answer could not be journaled.
    pub async fn send(self, hands: Hands<'_>, made_by: &Call) -> Result<Outcome, journal::Error> {
        let outcome = match reach(&hands, &self.call) {
            Ok((provider, spec)) => {
                let calls = std::slice::from_ref(&self.call);
                let timed = (&self.since, hands.deadline);
                let under = (provider, hands.passes.under(made_by));
                let account = self.call.target.account();
                let mut outcomes = perform((under, spec), account, calls, timed).await;
                outcomes.pop().unwrap_or_else(|| lost("no answer came"))
            }
            Err(why) => Outcome::Refused(why),
        };
        hands
            .journal
            .append(vec![Event::Discarded {
                item: self.item,
                what: self.call.target,
                outcome: Answered::from(&outcome),
            }])
            .await?;
        Ok(outcome)
    }
}

fn reach<'a>(hands: &Hands<'a>, call: &Call) -> Result<(&'a dyn Provider, &'a Spec), Why> {
    let provider = hands.catalogue.provider(call.target.provider());
    match (provider, hands.catalogue.action(&call.action)) {
        (Some(provider), Some(spec)) => Ok((provider.as_ref(), spec)),
        (Some(_) | None, _) => {
            let text = format!("this build has no action {}", call.action);
            Err(Why::new(Because::Invalid, text))
        }
    }
}

/// The mutate handle, under a session of our own where there is one to be under.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that acts; every call here has a durable intent"
)]
fn actor(
    (provider, remit): (&dyn Provider, Option<&Remit>),
    account: Option<&str>,
    spec: &Spec,
) -> Arc<dyn Act> {
    match remit {
        Some(remit) => provider.actor_under(remit, account, &spec.permissions),
        None => provider.actor(account, &spec.permissions),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that acts; every call here has a durable intent"
)]
async fn perform(
    (under, spec): ((&dyn Provider, Option<&Remit>), &Spec),
    account: Option<&str>,
    calls: &[Call],
    (since, deadline): (&Since, Duration),
) -> Vec<Outcome> {
    let Some(ends) = ends(since, deadline) else {
        return calls.iter().map(|_| unsent()).collect();
    };
    let (actor, sent) = (actor(under, account, spec), since.now());
    let outcomes = since.until(ends, actor.perform(calls)).await;
    let silent = || calls.iter().map(|_| lost(&late(deadline))).collect();
    let mut outcomes: Vec<_> = outcomes.unwrap_or_else(silent);
    outcomes.truncate(calls.len());
    while outcomes.len() < calls.len() {
        outcomes.push(lost("the adapter gave no answer for this call"));
    }
    let mut answers = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        answers.push(widened(under, sent, outcome).await);
    }
    answers
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that delivers; every call here has a durable intent"
)]
async fn deliver(
    (under, spec): ((&dyn Provider, Option<&Remit>), &Spec),
    call: &Call,
    secret: &Secret,
    (since, deadline): (&Since, Duration),
) -> Outcome {
    let Some(ends) = ends(since, deadline) else {
        return unsent();
    };
    let (actor, sent) = (actor(under, call.target.account(), spec), since.now());
    let outcome = since.until(ends, actor.deliver(call, secret)).await;
    let outcome = outcome.unwrap_or_else(|| lost(&late(deadline)));
    widened(under, sent, outcome).await
}
