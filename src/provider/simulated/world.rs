//! The world: a graph of things that exist, what happened to them, and the world's own log.
//!
//! Deterministic from its seed. Knows no vendor: kinds and cuts are told to it, as data.
//! Never asks a clock: time is an argument.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::fate::{Change, History};
pub use super::pace::Pace;
use super::weather::fraction;
use crate::domain::{
    ActionId, Becomes, Call, Changed, Duration, Fields, Kind, KindId, Locator, Relation, Spec, Tag,
    Time,
};

/// A world that several handles act in.
pub type Shared = Arc<Mutex<World>>;

/// Locks a world for a moment; nobody waits while holding it.
pub fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thing that exists.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub locator: Locator,
    /// What observing it answers.
    pub fields: Fields,
    /// What minted it.
    pub issuer: Option<Locator>,
    /// The principal that holds it.
    pub held_by: Option<Locator>,
    /// When it was issued, by the world's clock.
    pub issued_at: Option<Time>,
    /// When it lapses, by the world's clock.
    pub expires: Option<Time>,
    /// The simulated secret that proves it.
    pub secret: Option<String>,
    /// What was delivered into it, latest last.
    pub holds: Vec<Version>,
    /// The place that it takes its credential from; it works while that is accepted.
    pub reads: Option<Locator>,
    /// How long after a delivery it begins to use what was delivered.
    pub reads_after: Duration,
    /// What it may do, where it is a principal.
    pub grants: Vec<Grant>,
    pub(super) worn: Vec<String>,
    pub(super) tag: Option<Tag>,
    pub(super) gone: bool,
    pub(super) died: Option<Change>,
    pub(super) history: BTreeMap<String, History>,
}

impl Node {
    /// Whether it was deleted.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// A thing without fields, that nothing holds and that never lapses.
    #[must_use]
    pub fn new(locator: Locator) -> Self {
        Self {
            locator,
            fields: Fields::new(),
            issuer: None,
            held_by: None,
            issued_at: None,
            expires: None,
            secret: None,
            holds: Vec::new(),
            reads: None,
            reads_after: Duration::ZERO,
            grants: Vec::new(),
            worn: Vec::new(),
            tag: None,
            gone: false,
            died: None,
            history: BTreeMap::new(),
        }
    }
}

/// What a principal may do at one service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The service.
    pub service: String,
    /// The operations.
    pub actions: Vec<String>,
    /// Whether on everything there.
    pub everywhere: bool,
    /// When it last used the service, by the world's clock; absent: never.
    pub used: Option<Time>,
}

/// A credential in a place that consumers read it from.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// Whose secret it is.
    pub what: Locator,
    /// The secret.
    pub secret: String,
    /// When it was delivered, by our clock; absent for what lay there before.
    pub at: Option<Time>,
}

/// A declared relation.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Edge {
    /// What is reached.
    pub to: Locator,
    /// How.
    pub relation: Relation,
    /// Why an inventory would believe it.
    pub evidence: String,
    /// When it happened, by the world's clock; seen after the audit lag. Absent for what is seen at once.
    pub at: Option<Time>,
}

/// Something in the audit log.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Happened {
    /// With what it was done.
    pub who: Locator,
    /// When, by the world's clock.
    pub at: Time,
    /// The event's name.
    pub event: String,
    /// From where.
    pub source_ip: Option<String>,
    /// By which program.
    pub user_agent: Option<String>,
    /// Whether it was permitted.
    pub accepted: bool,
    /// What it made.
    pub made: Option<Locator>,
    /// The fields that it wrote.
    pub changed: Vec<Changed>,
}

impl Happened {
    /// Something that was permitted, from nowhere in particular, and made and wrote nothing.
    #[must_use]
    pub fn plain(who: &Locator, at: Time, event: impl Into<String>) -> Self {
        Self {
            who: who.clone(),
            at,
            event: event.into(),
            source_ip: None,
            user_agent: None,
            accepted: true,
            made: None,
            changed: Vec::new(),
        }
    }
}

/// A request to change something, as the world received it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Logged {
    /// When it was decided, by our clock.
    pub at: Time,
    /// The call's mark.
    pub tag: Tag,
    /// The call.
    pub call: Call,
    /// Whether the world changed.
    pub applied: bool,
    /// What was answered, in a word.
    pub reply: String,
}

/// How often a credential was tried, and what came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// Accepted.
    pub accepted: u32,
    /// Refused as dead.
    pub refused: u32,
    /// Neither.
    pub unclear: u32,
}

/// Whether a comparison of worlds looks at the exact time of cut-offs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CutOffs {
    /// To the millisecond.
    Exact,
    /// Only whether there is one.
    Present,
}

/// A graph of things, and what happened in it.
#[derive(Debug)]
pub struct World {
    /// How fast and how true it answers.
    pub pace: Pace,
    /// Things that a correct containment leaves alone.
    pub healthy: Vec<Locator>,
    /// The cuts that nothing here can edit.
    pub guardrails: BTreeSet<ActionId>,
    /// All that an adversary ever held.
    pub taken: BTreeSet<Locator>,
    /// The secrets that an adversary read, by the place it read them from.
    pub stolen: BTreeMap<Locator, BTreeSet<String>>,
    pub(super) kinds: BTreeMap<KindId, Kind>,
    pub(super) specs: BTreeMap<KindId, Vec<Arc<Spec>>>,
    pub(super) nodes: BTreeMap<Locator, Node>,
    pub(super) edges: BTreeMap<Locator, Vec<Edge>>,
    pub(super) props: BTreeMap<Locator, Vec<super::Prop>>,
    pub(super) events: BTreeMap<Locator, Vec<Happened>>,
    pub(super) log: Vec<Logged>,
    pub(super) probes: BTreeMap<Locator, Tally>,
    pub(super) readers: BTreeMap<Locator, BTreeSet<Locator>>,
    held: BTreeMap<Locator, BTreeSet<Locator>>,
    issued: BTreeMap<Locator, BTreeSet<Locator>>,
    rng: ChaCha12Rng,
    served: (i64, u32),
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new(seed: u64, pace: Pace) -> Self {
        Self {
            pace,
            healthy: Vec::new(),
            guardrails: BTreeSet::new(),
            taken: BTreeSet::new(),
            stolen: BTreeMap::new(),
            kinds: BTreeMap::new(),
            specs: BTreeMap::new(),
            nodes: BTreeMap::new(),
            edges: BTreeMap::new(),
            props: BTreeMap::new(),
            events: BTreeMap::new(),
            log: Vec::new(),
            probes: BTreeMap::new(),
            readers: BTreeMap::new(),
            held: BTreeMap::new(),
            issued: BTreeMap::new(),
            rng: ChaCha12Rng::seed_from_u64(seed),
            served: (0, 0),
        }
    }

    /// Shares it.
    #[must_use]
    pub fn share(self) -> Shared {
        Arc::new(Mutex::new(self))
    }

    /// Tells it a catalogue: what exists, and what each action does. Several may share one world.
    pub fn learn(&mut self, kinds: &[Kind], actions: &[Spec]) {
        for kind in kinds {
            self.kinds.insert(kind.id.clone(), kind.clone());
        }
        for spec in actions {
            let known = self.specs.entry(spec.on.clone()).or_default();
            known.retain(|old| old.id != spec.id);
            known.push(Arc::new(spec.clone()));
        }
    }

    /// Adds a thing, or replaces one of the same name.
    pub fn add(&mut self, node: Node) {
        let name = node.locator.clone();
        if let Some(old) = self.nodes.get(&name) {
            for (index, owner) in [
                (&mut self.held, old.held_by.as_ref()),
                (&mut self.issued, old.issuer.as_ref()),
            ] {
                if let Some(names) = owner.and_then(|owner| index.get_mut(owner)) {
                    names.remove(&name);
                }
            }
        }
        for (index, owner) in [
            (&mut self.held, node.held_by.clone()),
            (&mut self.issued, node.issuer.clone()),
        ] {
            if let Some(owner) = owner {
                index.entry(owner).or_default().insert(name.clone());
            }
        }
        if let Some(place) = &node.reads {
            self.readers
                .entry(place.clone())
                .or_default()
                .insert(name.clone());
        }
        self.nodes.insert(name, node);
    }

    /// Declares a relation.
    pub fn connect(&mut self, from: &Locator, edge: Edge) {
        self.edges.entry(from.clone()).or_default().push(edge);
    }

    /// Adds an event to the audit log.
    pub fn record(&mut self, event: Happened) {
        let trail = self.events.entry(event.who.clone()).or_default();
        let place = trail.partition_point(|earlier| earlier.at <= event.at);
        trail.insert(place, event);
    }

    /// Writes a field behind everybody's back, seen everywhere at once; answers whether the target exists.
    pub fn set(&mut self, target: &Locator, field: &str, value: Value) -> bool {
        let Some(node) = self.nodes.get_mut(target) else {
            return false;
        };
        node.history.remove(field);
        if value.is_null() {
            node.fields.remove(field);
        } else {
            node.fields.insert(field.to_owned(), value);
        }
        true
    }

    /// A thing by name, deleted ones included.
    #[must_use]
    pub fn node(&self, name: &Locator) -> Option<&Node> {
        self.nodes.get(name)
    }

    /// All things, in order of their names.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// The simulated secret of a credential.
    #[must_use]
    pub fn secret(&self, name: &Locator) -> Option<&str> {
        self.nodes.get(name)?.secret.as_deref()
    }

    /// All that is in the audit log, whoever did it.
    pub fn happened(&self) -> impl Iterator<Item = &Happened> {
        self.events.values().flatten()
    }

    /// Every request to change something, in the order received.
    #[must_use]
    pub fn log(&self) -> &[Logged] {
        &self.log
    }

    /// How often a credential was tried.
    #[must_use]
    pub fn tally(&self, name: &Locator) -> Tally {
        self.probes.get(name).copied().unwrap_or_default()
    }

    /// The world as a value, stable and sorted, for comparing two: without secrets, last uses, the log and the
    /// audit log.
    #[must_use]
    pub fn snapshot(&self, cut_offs: CutOffs) -> Value {
        let nodes: BTreeMap<String, Value> = self
            .nodes
            .values()
            .filter(|node| !node.gone)
            .map(|node| {
                let form = json!({
                    "fields": self.comparable(node, cut_offs),
                    "issuer": node.issuer,
                    "held_by": node.held_by,
                    "expires": node.expires,
                    "dead_for_good": node.died.is_some(),
                });
                (node.locator.to_string(), form)
            })
            .collect();
        let edges: BTreeMap<String, Value> = self
            .edges
            .iter()
            .map(|(from, edges)| {
                let mut ends: Vec<String> = edges
                    .iter()
                    .map(|edge| format!("{} {}", edge.relation.word(), edge.to))
                    .collect();
                ends.sort();
                (from.to_string(), json!(ends))
            })
            .collect();
        json!({ "nodes": nodes, "edges": edges })
    }

    fn comparable(&self, node: &Node, cut_offs: CutOffs) -> Fields {
        let mut fields = node.fields.clone();
        fields.remove("last_used");
        let touches = self
            .specs_on(node.locator.kind())
            .flat_map(|spec| &spec.touches);
        for touch in touches.filter(|touch| touch.becomes == Becomes::TimeOfCall) {
            if let (CutOffs::Present, Some(value)) = (cut_offs, fields.get_mut(&touch.field)) {
                *value = json!("present");
            }
        }
        fields
    }

    pub(super) fn specs_on(&self, kind: &KindId) -> impl Iterator<Item = &Arc<Spec>> {
        self.specs.get(kind).into_iter().flatten()
    }

    pub(super) fn held_by(&self, owner: &Locator) -> impl Iterator<Item = &Node> {
        let names = self.held.get(owner).into_iter().flatten();
        names.filter_map(|name| self.nodes.get(name))
    }

    pub(super) fn issued_by(&self, issuer: &Locator) -> impl Iterator<Item = &Node> {
        let names = self.issued.get(issuer).into_iter().flatten();
        names.filter_map(|name| self.nodes.get(name))
    }

    /// Our time, as the world's clock shows it.
    pub(super) fn theirs(&self, now: Time) -> Time {
        now.saturating_add(self.pace.skew).unwrap_or(now)
    }

    /// The latest event time that the audit log shows already.
    pub(super) fn visible_until(&self, now: Time) -> Time {
        let theirs = self.theirs(now);
        theirs.saturating_sub(self.pace.audit_lag).unwrap_or(theirs)
    }

    /// Draws how long one request takes.
    pub(super) fn latency(&mut self) -> Duration {
        let jitter = 0.5 + fraction(&mut self.rng);
        let micros = i64::try_from(self.pace.latency.as_micros()).unwrap_or(i64::MAX);
        let drawn = Duration::from_micros(micros).mul_f64(jitter);
        Duration::from_millis(i64::try_from(drawn.as_millis()).unwrap_or(i64::MAX))
    }

    /// Draws which front end serves a request: near 0 it sees every write at once, at 1 only after its full delay.
    pub(super) fn front_end(&mut self) -> f64 {
        1.0 - fraction(&mut self.rng)
    }

    /// Counts a request against the quota; refuses with the time at which it is served again.
    pub(super) fn admit(&mut self, now: Time) -> Result<(), Time> {
        let Some(most) = self.pace.requests_per_second else {
            return Ok(());
        };
        let second = now.as_second();
        if self.served.0 != second {
            self.served = (second, 0);
        }
        if self.served.1 >= most {
            return Err(Time::from_second(second.saturating_add(1)).unwrap_or(now));
        }
        self.served.1 += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::{name, start, world};
    use super::*;

    #[test]
    fn worlds_are_compared_without_what_is_volatile() {
        let worlds = [1, 2].map(|second| {
            let mut world = world(Pace::default());
            let at = json!(start() + Duration::from_secs(second));
            world.set(&name("user/ci"), "end_sessions", at.clone());
            world.set(&name("access-key/LEAKED"), "last_used", at);
            world
        });
        let equal = |cut_offs| {
            let [one, other] = worlds.each_ref().map(|world| world.snapshot(cut_offs));
            one == other
        };
        assert!(equal(CutOffs::Present) && !equal(CutOffs::Exact));
    }

    #[test]
    fn a_thing_that_is_replaced_leaves_its_old_holder() {
        let mut world = world(Pace::default());
        let mut key = world.node(&name("access-key/SIBLING")).cloned();
        if let Some(key) = &mut key {
            key.held_by = Some(name("user/other"));
        }
        key.into_iter().for_each(|key| world.add(key));
        assert_eq!(world.held_by(&name("user/other")).count(), 1);
        assert_eq!(world.held_by(&name("user/ci")).count(), 2);
    }
}
