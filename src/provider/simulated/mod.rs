//! A simulated world: a provider that executes the declared effect of each action of any catalogue.
//!
//! A thing is alive unless a cut in force on it, or on what governs it, stops it; reads answer declared edges. Proves the
//! engine and playbooks, never an adapter. Never touches a network, and waits only on the clock it is given.

pub mod fate;
pub mod world;

pub mod weather;

mod act;
mod branch;
mod issue;
mod opening;
mod pace;
mod reach;
mod read;

pub mod mint;

pub mod adversary;
pub mod inject;
pub mod scenario;

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests stop at what cannot be, and some are about the mutate handle"
)]
mod toy;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use adversary::{Adversary, Deed, fight};
pub use branch::Prop;
pub use inject::{Inject, Played, Set, play};
pub use mint::{Mint, Use};
pub use scenario::Scenario;
pub use weather::{Fault, Operation, Rule, Weather};
pub use world::{CutOffs, Edge, Happened, Logged, Node, Pace, Shared, Version, World, lock};

use crate::domain::{
    ActionId, Bound, Call, Clock, Duration, Kind, Locator, Named, ReadKind, Secret, Spec,
};
use crate::provider::{Act, Guardrail, Need, Observe, Provider};

/// What a simulated provider is told besides its world.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who we are: our credential first, then its principal. While the credential is dead, every request is refused.
    pub responder: Vec<Locator>,
    /// What goes wrong.
    pub weather: Weather,
    /// How long the audit log may lag behind, as the provider says; absent: the world's true lag.
    pub audit_lag: Option<Bound>,
    /// The shortest time between two probes.
    pub probe_pause: Duration,
    /// The cuts that nothing in the world can edit, where we are set up to make them.
    pub guards: Vec<ActionId>,
    /// Reads a locator offline; absent: as it is.
    pub decode: Option<fn(&Named) -> Named>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            responder: Vec::new(),
            weather: Weather::default(),
            audit_lag: None,
            probe_pause: Duration::from_millis(100),
            guards: Vec::new(),
            decode: None,
        }
    }
}

/// A provider that lives in a simulated world.
pub struct Simulated {
    inner: Arc<Inner>,
    audit_lag: Bound,
}

pub(crate) struct Inner {
    name: String,
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    by_id: BTreeMap<ActionId, usize>,
    world: Shared,
    clock: Clock,
    settings: Settings,
    answered: AtomicBool,
    /// The credentials that were lent to it: some can only be looked at by holding them.
    held: Mutex<BTreeMap<Locator, Secret>>,
}

impl Inner {
    fn spec(&self, id: &ActionId) -> Option<&Spec> {
        self.actions.get(*self.by_id.get(id)?)
    }

    /// Whether this credential was lent to it.
    fn holds(&self, target: &Locator, secret: Option<&str>) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get(target).map(Secret::expose);
        held.is_some() && held == secret
    }

    fn has_answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }
}

impl Simulated {
    /// Gives a world a provider, and tells the world that provider's catalogue.
    #[must_use]
    pub fn new(
        name: &str,
        kinds: Vec<Kind>,
        actions: Vec<Spec>,
        world: Shared,
        clock: Clock,
        settings: Settings,
    ) -> Self {
        let lag = {
            let mut world = lock(&world);
            world.learn(&kinds, &actions);
            world.guardrails.extend(settings.guards.iter().cloned());
            world.pace.audit_lag
        };
        let audit_lag = settings
            .audit_lag
            .clone()
            .unwrap_or(Bound::Configured { within: lag });
        let by_id = actions
            .iter()
            .enumerate()
            .map(|(at, spec)| (spec.id.clone(), at))
            .collect();
        let inner = Inner {
            name: name.to_owned(),
            kinds,
            actions,
            by_id,
            world,
            clock,
            settings,
            answered: AtomicBool::new(false),
            held: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
            audit_lag,
        }
    }

    fn handle(&self, account: Option<&str>) -> read::Reader {
        let ours = self.inner.settings.responder.first();
        let account = account.or(ours.and_then(Locator::account));
        read::Reader {
            inner: Arc::clone(&self.inner),
            account: account.map(str::to_owned),
        }
    }
}

impl Provider for Simulated {
    fn name(&self) -> &str {
        &self.inner.name
    }

    fn kinds(&self) -> &[Kind] {
        &self.inner.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.inner.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn audit_lag(&self) -> Bound {
        self.audit_lag.clone()
    }

    fn probe_pause(&self) -> Duration {
        self.inner.settings.probe_pause
    }

    fn decode(&self, named: &Named) -> Named {
        match self.inner.settings.decode {
            Some(decode) => decode(named),
            None => named.clone(),
        }
    }

    fn commands(&self, _: &Call) -> Vec<String> {
        Vec::new()
    }

    fn reads(&self, _: Option<ReadKind>) -> Vec<String> {
        Vec::new()
    }

    fn permissions(&self, _: &[Need<'_>]) -> Option<serde_json::Value> {
        None
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn guards(&self) -> Vec<ActionId> {
        self.inner.settings.guards.clone()
    }

    fn hold(&self, target: &Locator, secret: &Secret) {
        let copy = Secret::new(secret.expose().to_owned());
        let held = self.inner.held.lock();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        held.insert(target.clone(), copy);
    }

    fn reader(&self, account: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(self.handle(account))
    }

    fn actor(&self, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(act::Actor {
            reader: self.handle(account),
            only: only.iter().cloned().collect(),
        })
    }
}
