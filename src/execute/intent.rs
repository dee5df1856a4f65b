//! The only file that may obtain a mutate handle or perform.
//!
//! An [`Intent`] exists only when the journal durably holds it; sending consumes it and the clearances behind it.

use crate::domain::event::{Answered, Event};
use crate::domain::{Because, Call, Clock, Duration, ItemRef, Outcome, Seen, Spec, Why};
use crate::gate::Clearance;
use crate::journal::{self, Journal};
use crate::provider::Provider;

/// How long a call may take before it is in doubt.
pub const DEADLINE: Duration = Duration::from_secs(30);

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
}

impl Intent {
    /// Writes the intents of calls that share one action, in one commit.
    ///
    /// # Errors
    /// The journal could not make them durable; nothing may be sent, and nothing was.
    pub async fn write(cleared: Vec<Cleared>, journal: &Journal) -> Result<Self, journal::Error> {
        let mut intent = Self {
            calls: Vec::new(),
            items: Vec::new(),
        };
        let mut events = Vec::new();
        for Cleared {
            clearance,
            call,
            before,
            attempt,
        } in cleared
        {
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
        journal.append(events).await?;
        Ok(intent)
    }

    /// Sends the calls, and journals what came back; a deadline that passes leaves them in doubt.
    ///
    /// # Errors
    /// The answers could not be journaled; the intents can, so the items are in doubt and `resume` looks.
    pub async fn send(
        self,
        provider: &dyn Provider,
        spec: &Spec,
        clock: &Clock,
        journal: &Journal,
    ) -> Result<Vec<Outcome>, journal::Error> {
        let account = self
            .calls
            .first()
            .and_then(|call| call.target.account().map(str::to_owned));
        let outcomes = perform(provider, account.as_deref(), spec, &self.calls, clock).await;
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

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that acts; every call here has a durable intent"
)]
async fn perform(
    provider: &dyn Provider,
    account: Option<&str>,
    spec: &Spec,
    calls: &[Call],
    clock: &Clock,
) -> Vec<Outcome> {
    let actor = provider.actor(account, &spec.permissions);
    let lost = |text: &str| Outcome::InDoubt(Why::new(Because::Timeout, text));
    let mut outcomes = tokio::select! {
        biased;
        outcomes = actor.perform(calls) => outcomes,
        () = clock.sleep(DEADLINE) => calls.iter().map(|_| lost("no answer within 30 s")).collect(),
    };
    outcomes.truncate(calls.len());
    while outcomes.len() < calls.len() {
        outcomes.push(lost("the adapter gave no answer for this call"));
    }
    outcomes
}
