//! A provider that is watched: what the journal held when a call left, and what somebody else did behind everybody's back.
//!
//! Never changes a call or an answer, save those of what was deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::domain::{
    ActionId, Bound, Branch, Call, Clock, Duration, Fact, Kind, KindId, Locator, Named, Outcome,
    Probe, Query, ReadKind, Reading, Secret, Seen, Spec, Time, Why,
};
use crate::journal::{MemorySink, Sink as _};
use crate::provider::simulated::Simulated;
use crate::provider::{Act, Guardrail, Need, Observe, Provider, Soon};

/// A request to change something, as it left the engine.
#[derive(Clone, Debug)]
pub struct Left {
    /// When.
    pub at: Time,
    /// What.
    pub call: Call,
    /// How many bytes the journal had.
    pub written: usize,
}

/// The simulated provider, watched: notes what the journal held when a call left.
pub(super) struct Watched {
    pub(super) inner: Simulated,
    pub(super) watch: Watch,
}

/// What is noted, and where.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) clock: Clock,
    pub(super) disk: MemorySink,
    pub(super) left: Arc<Mutex<Vec<Left>>>,
    pub(super) tool: Tool,
    pub(super) gone: Gone,
    /// Whether a call rests for a step before it leaves.
    pub(super) rests: Arc<AtomicBool>,
}

/// The tool's own clock, where it is not the world's.
#[derive(Clone, Default)]
pub(super) struct Tool(Arc<Mutex<Option<Clock>>>);

impl Tool {
    /// Gives the tool a clock of its own.
    pub(super) fn has(&self, clock: &Clock) {
        *self.0.lock().unwrap() = Some(clock.clone());
    }

    /// How far the world's clock is ahead of the tool's now.
    fn ahead(&self, world: &Clock) -> Duration {
        let tool = self.0.lock().unwrap();
        let ahead = |tool: &Clock| world.now().duration_since(tool.now());
        tool.as_ref().map_or(Duration::ZERO, ahead)
    }
}

impl Watch {
    /// Notes calls that leave now, or after a step in which their process may be stopped.
    async fn leaves(&self, calls: &[Call]) {
        if self.rests.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        let (at, written) = (self.clock.now(), self.written());
        let left = calls.iter().map(|call| Left {
            at,
            call: call.clone(),
            written,
        });
        self.left.lock().unwrap().extend(left);
    }

    /// How many bytes of the journal are durable now.
    fn written(&self) -> usize {
        let bytes = self.disk.clone().len();
        usize::try_from(bytes.unwrap()).unwrap()
    }
}

/// What somebody deleted: nothing answers for it any more.
#[derive(Clone, Default)]
pub struct Gone(Arc<Mutex<BTreeSet<Locator>>>);

impl Gone {
    /// Deletes something behind everybody's back.
    pub fn delete(&self, what: &Locator) {
        self.0.lock().unwrap().insert(what.clone());
    }

    fn hide(&self, mut seen: Vec<Seen>) -> Vec<Seen> {
        let gone = self.0.lock().unwrap();
        for seen in seen.iter_mut().filter(|seen| gone.contains(&seen.target)) {
            seen.fact = Fact::Gone;
        }
        seen
    }
}

/// The read handle, for a tool whose clock is not the world's.
struct WatchedReader {
    inner: Arc<dyn Observe>,
    tool: Tool,
    clock: Clock,
    gone: Gone,
}

impl Observe for WatchedReader {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        self.inner.whoami()
    }
    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        self.inner.stands_on(of)
    }
    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        self.inner.answers()
    }
    fn population(&self) -> Soon<'_, Option<u64>> {
        self.inner.population()
    }
    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        self.inner.resolve(named)
    }
    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        self.inner.whose(kind, secret)
    }
    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(async move {
            let mut seen = self.gone.hide(self.inner.observe(targets).await);
            let ahead = self.tool.ahead(&self.clock);
            for seen in &mut seen {
                seen.at = seen.at.saturating_sub(ahead).unwrap();
            }
            seen
        })
    }
    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.inner.read(query)
    }
    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.inner.made(call)
    }
    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.inner.probe(target, with)
    }
    fn clock_ahead(&self) -> Option<Duration> {
        let ahead = self.tool.ahead(&self.clock);
        self.inner.clock_ahead().map(|more| more + ahead)
    }
}

impl Provider for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn kinds(&self) -> &[Kind] {
        self.inner.kinds()
    }
    fn actions(&self) -> &[Spec] {
        self.inner.actions()
    }
    fn endpoints(&self) -> BTreeMap<String, String> {
        self.inner.endpoints()
    }
    fn audit_lag(&self) -> Bound {
        self.inner.audit_lag()
    }
    fn probe_pause(&self) -> Duration {
        self.inner.probe_pause()
    }
    fn decode(&self, named: &Named) -> Named {
        self.inner.decode(named)
    }
    fn commands(&self, call: &Call) -> Vec<String> {
        self.inner.commands(call)
    }
    fn reads(&self, asked: Option<ReadKind>) -> Vec<String> {
        self.inner.reads(asked)
    }
    fn reads_of_own_branch(&self) -> Vec<String> {
        self.inner.reads_of_own_branch()
    }
    fn permissions(&self, needs: &[Need<'_>]) -> Option<Value> {
        self.inner.permissions(needs)
    }
    fn guardrail(&self) -> Option<Guardrail> {
        self.inner.guardrail()
    }
    fn guards(&self) -> Vec<ActionId> {
        self.inner.guards()
    }
    fn reader(&self, account: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(WatchedReader {
            inner: self.inner.reader(account),
            tool: self.watch.tool.clone(),
            clock: self.watch.clock.clone(),
            gone: self.watch.gone.clone(),
        })
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs asked for"
    )]
    fn actor(&self, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(WatchedActor {
            inner: self.inner.actor(account, only),
            watch: self.watch.clone(),
        })
    }
}

struct WatchedActor {
    inner: Arc<dyn Act>,
    watch: Watch,
}

impl Act for WatchedActor {
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs sends"
    )]
    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome> {
        Box::pin(async move {
            self.watch.leaves(std::slice::from_ref(call)).await;
            self.inner.deliver(call, what).await
        })
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs sends"
    )]
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(async move {
            self.watch.leaves(calls).await;
            self.inner.perform(calls).await
        })
    }
}

impl Observe for WatchedActor {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        self.inner.whoami()
    }
    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        self.inner.stands_on(of)
    }
    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        self.inner.answers()
    }
    fn population(&self) -> Soon<'_, Option<u64>> {
        self.inner.population()
    }
    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        self.inner.resolve(named)
    }
    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        self.inner.whose(kind, secret)
    }
    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        self.inner.observe(targets)
    }
    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.inner.read(query)
    }
    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.inner.made(call)
    }
    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.inner.probe(target, with)
    }
    fn clock_ahead(&self) -> Option<Duration> {
        self.inner.clock_ahead()
    }
}
