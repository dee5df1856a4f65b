//! Notifiers: channels that people read, told by one small message over a webhook.
//!
//! Owns what the workspace names and the one action on it. Never sends a message twice by itself, and never repeats
//! where a message goes: the path of a webhook often is its secret.

mod address;
mod send;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::{
    Answer, Because, Bound, Call, Clock, Duration, Effect, Fact, Fields, Kind, KindId, Locator,
    Named, Outcome, Param, Probe, Query, ReadKind, Readable, Reading, Repeat, Secret, Seen, Spec,
    Takes, Tier, Undo, Why, nearest,
};
use crate::provider::{Act, Given, Guardrail, Need, Observe, Provider, Soon};

pub use address::check;

/// The provider's name.
pub const NAME: &str = "notify";
/// The account of every channel: the workspace that names it.
pub const ACCOUNT: &str = "workspace";
/// What the mutate handle has to be given.
const PERMISSION: &str = "notify:SendMessage";

/// One channel, as the workspace names it.
#[derive(Clone)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Where messages go.
    pub webhook: Given,
    /// A header that proves us to it: its name, and its value.
    pub header: Option<(String, Given)>,
    /// What a message looks like.
    pub shape: Shape,
    /// Whether its host may have a private address.
    pub private: bool,
}

/// What a message looks like; always a JSON document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shape {
    /// All members: `contain`, `incident`, `item`, `text`.
    #[default]
    Json,
    /// `text` alone, which begins with the incident, as webhooks of chat services take it.
    Text,
}

/// The channels of a workspace, as a provider.
pub struct Notify {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    inner: Arc<Inner>,
}

struct Inner {
    channels: BTreeMap<String, Channel>,
    clock: Clock,
}

impl Notify {
    /// Builds the provider; nothing is read or sent yet.
    #[must_use]
    pub fn new(channels: Vec<Channel>, clock: Clock) -> Self {
        let named = channels
            .into_iter()
            .map(|channel| (channel.name.clone(), channel));
        Self {
            kinds: vec![channel_kind()],
            actions: vec![send_message()],
            inner: Arc::new(Inner {
                channels: named.collect(),
                clock,
            }),
        }
    }
}

/// The canonical name of a channel.
#[must_use]
pub fn channel(name: &str) -> Locator {
    Locator::new(&kind(), name, Some(ACCOUNT))
}

#[expect(clippy::expect_used, reason = "a literal, which a test reads")]
fn kind() -> KindId {
    "notify:channel".parse().expect("a literal kind")
}

fn channel_kind() -> Kind {
    Kind {
        id: kind(),
        title: "channel that people read".to_owned(),
        credential: false,
        recognise: Vec::new(),
        governs: Vec::new(),
        mints: Vec::new(),
        reads: vec![ReadKind::State],
        readable: Readable::ById,
        probe: false,
        lifetime: None,
        at_most: None,
        short_lived: Vec::new(),
        by_hand: None,
    }
}

#[expect(clippy::expect_used, reason = "a literal, which a test reads")]
fn send_message() -> Spec {
    Spec {
        id: "notify.send-message".parse().expect("a literal action"),
        title: "send a message to the channel".to_owned(),
        on: kind(),
        effect: Effect::Tell,
        hurts: "Nobody; whoever reads the channel learns of the incident.".to_owned(),
        touches: Vec::new(),
        params: vec![Param {
            name: "text".to_owned(),
            about: "what is said".to_owned(),
            takes: Takes::Text,
            default: None,
        }],
        floor: Tier::LOW,
        undo: Undo::None("what was told cannot be untold".to_owned()),
        repeat: Repeat::Once,
        batch: 1,
        permissions: vec![PERMISSION.to_owned()],
        bound: Bound::Configured {
            within: Duration::ZERO,
        },
        quota: None,
        tells: Some("whoever reads the channel".to_owned()),
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://www.rfc-editor.org/rfc/rfc9110.html".to_owned(),
    }
}

impl Provider for Notify {
    fn name(&self) -> &str {
        NAME
    }

    fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.actions
    }

    fn reads(&self, _: Option<ReadKind>) -> Vec<String> {
        Vec::new()
    }

    fn permissions(&self, _: &[Need<'_>]) -> Option<Value> {
        None
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let hosts = self.inner.channels.values().filter_map(|channel| {
            let host = channel.host().ok()?;
            Some((channel.name.clone(), host))
        });
        hosts.collect()
    }

    fn audit_lag(&self) -> Bound {
        Bound::Configured {
            within: Duration::ZERO,
        }
    }

    fn probe_pause(&self) -> Duration {
        Duration::ZERO
    }

    fn decode(&self, named: &Named) -> Named {
        let account = named.account.clone();
        Named {
            account: account.or_else(|| Some(ACCOUNT.to_owned())),
            ..named.clone()
        }
    }

    fn commands(&self, _: &Call) -> Vec<String> {
        Vec::new()
    }

    fn reader(&self, _: Option<&str>) -> Arc<dyn Observe> {
        let inner = Arc::clone(&self.inner);
        Arc::new(Handle {
            inner,
            sends: false,
        })
    }

    fn actor(&self, _: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(Handle {
            inner: Arc::clone(&self.inner),
            sends: only.iter().any(|permission| permission == PERMISSION),
        })
    }
}

struct Handle {
    inner: Arc<Inner>,
    sends: bool,
}

impl Handle {
    fn find(&self, name: &str, account: Option<&str>) -> Result<&Channel, Why> {
        let ours = account.is_none_or(|account| account == ACCOUNT);
        let found = self.inner.channels.get(name).filter(|_| ours);
        found.ok_or_else(|| {
            let names = self.inner.channels.keys().map(String::as_str);
            let near = nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
            let text = format!("the workspace names no notifier `{name}`");
            Why::new(Because::Missing, text + &near.unwrap_or_default())
        })
    }

    /// A channel as it is configured: a message that could not be sent for want of a secret is known beforehand.
    fn look(&self, target: &Locator) -> Result<Fields, Why> {
        let channel = self.find(target.id(), target.account())?;
        let host = channel.host()?;
        if let Some((_, value)) = &channel.header {
            drop(value()?);
        }
        Ok(Fields::from([
            ("name".to_owned(), json!(channel.name)),
            ("host".to_owned(), json!(host)),
        ]))
    }

    async fn send(&self, call: &Call) -> Outcome {
        let refused = |because, text: &str| Outcome::Refused(Why::new(because, text));
        if !self.sends {
            let text = format!("this handle is not permitted to `{PERMISSION}`");
            return refused(Because::Denied, &text);
        }
        if self::send_message().id != call.action {
            let text = format!("notify has no action `{}`", call.action);
            return refused(Because::NotImplemented, &text);
        }
        match self.find(call.target.id(), call.target.account()) {
            Ok(channel) => send::send(channel, call, &self.inner.clock).await,
            Err(why) => Outcome::Refused(why),
        }
    }
}

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        // Whoever tells a channel is nobody there.
        Box::pin(async { Ok(Vec::new()) })
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        let resolve = |named: &Named| {
            let found = self.find(&named.id, named.account.as_deref());
            found.map(|found| channel(&found.name))
        };
        Box::pin(async move { named.iter().map(resolve).collect() })
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        let seen = |target: &Locator| Seen {
            target: target.clone(),
            at: self.inner.clock.now(),
            fact: self
                .look(target)
                .map_or_else(Fact::Unreadable, Fact::Present),
        };
        Box::pin(async move { targets.iter().map(seen).collect() })
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        let text = format!("a channel answers no question about {}", query.target);
        Box::pin(async move { Err(Why::new(Because::NotImplemented, text)) })
    }

    fn made<'a>(&'a self, _: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn probe<'a>(&'a self, _: &'a Locator, _: &'a Secret) -> Soon<'a, Probe> {
        let why = Why::new(Because::NotImplemented, "a channel is no credential");
        Box::pin(async move { Probe::Unclear(why) })
    }

    fn clock_ahead(&self) -> Option<Duration> {
        None
    }
}

impl Act for Handle {
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(async move {
            let mut outcomes = Vec::with_capacity(calls.len());
            for call in calls {
                outcomes.push(self.send(call).await);
            }
            outcomes
        })
    }

    fn deliver<'a>(&'a self, _: &'a Call, _: &'a Secret) -> Soon<'a, Outcome> {
        let why = Why::new(Because::NotImplemented, "no secret is told to a channel");
        Box::pin(async move { Outcome::Refused(why) })
    }
}

/// What a message that was accepted comes to.
fn done(status: u16) -> Outcome {
    Outcome::Done(Answer {
        applied: true,
        fields: Fields::from([("status".to_owned(), json!(status))]),
        ..Answer::default()
    })
}

#[cfg(test)]
mod tests;
