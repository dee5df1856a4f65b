//! A drill file: the world before, what is injected while it runs, and the expected end.
//!
//! Strict: what it does not know it refuses. Never runs the tool; it only builds the world.

mod part;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::adversary::Adversary;
use super::inject::Inject;
use super::weather::{Length, Rule, Weather};
use super::world::{Edge, Grant, Happened, Node, Pace, Version, World};
use super::{Prop, Settings};
use crate::domain::{ActionId, Clock, Kind, Locator, Time};

pub use part::{Elsewhere, Expect, Link, Past, Permit, Thing};

/// A rehearsal, as people write it.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, which is also its file's.
    pub drill: String,
    /// The story, for people.
    pub summary: String,
    /// The provider whose catalogue the world follows.
    pub provider: String,
    /// The playbook that is rehearsed.
    pub playbook: String,
    /// Playbooks that were carried out before it, in the same incident.
    #[serde(default)]
    pub after: Vec<String>,
    /// What its inputs are given, as on the command line.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// What the debriefing draws from it.
    #[serde(default)]
    pub lessons: Vec<String>,
    /// What the operator names.
    pub subject: Locator,
    /// What the operator names beside it.
    #[serde(default)]
    pub subjects: Vec<Locator>,
    /// How long before the start the incident window begins.
    pub since: Length,
    /// When the drill starts.
    pub start: Time,
    /// What all chance comes from.
    pub seed: u64,
    /// Who acts.
    pub responder: Responder,
    /// Who acts at further providers, whose catalogues the world follows too.
    #[serde(default)]
    pub elsewhere: Vec<Elsewhere>,
    /// The world before.
    pub world: Before,
    /// What goes wrong on the way.
    #[serde(default)]
    pub weather: Vec<Rule>,
    /// What happens meanwhile.
    #[serde(default)]
    pub injects: Vec<Inject>,
    /// Who fights back.
    #[serde(default)]
    pub adversary: Option<Adversary>,
    /// What is true at the end.
    pub expect: Expect,
}

/// Who acts; both exist in the world.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responder {
    /// Our credential.
    pub credential: Locator,
    /// Its principal.
    pub principal: Locator,
}

/// The world before the drill.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The mean time that a request takes.
    #[serde(default)]
    pub latency: Length,
    /// How long a caller waits for an answer that does not come.
    #[serde(default)]
    pub deadline: Option<Length>,
    /// How long until an action's writes are everywhere.
    #[serde(default)]
    pub propagation: BTreeMap<ActionId, Length>,
    /// How long until an event can be read.
    #[serde(default)]
    pub audit_lag: Length,
    /// How many requests a second are served.
    #[serde(default)]
    pub requests_per_second: Option<u32>,
    /// How far the provider's clock is ahead.
    #[serde(default)]
    pub clock_ahead: Length,
    /// What exists.
    pub nodes: Vec<Thing>,
    /// What hangs on what, besides holding and issuing.
    #[serde(default)]
    pub edges: Vec<Link>,
    /// What was done so far.
    #[serde(default)]
    pub events: Vec<Past>,
    /// The cuts that nothing here can edit, which we are set up to make.
    #[serde(default)]
    pub guardrails: Vec<ActionId>,
    /// What a correct containment leaves alone.
    #[serde(default)]
    pub healthy: Vec<Locator>,
}

/// Why a drill file cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It is no drill file.
    #[error("{0}")]
    Unreadable(String),
    /// There is no such provider.
    #[error("there is no provider `{0}`")]
    UnknownProvider(String),
    /// A kind is not in the provider's catalogue.
    #[error("`{0}` is of a kind that the provider does not have")]
    UnknownKind(Locator),
    /// A name stands for nothing in the world.
    #[error("{place} names `{name}`, which is not among the nodes")]
    UnknownThing {
        /// Where it stands.
        place: &'static str,
        /// The name.
        name: Locator,
    },
    /// A thing is declared twice.
    #[error("`{0}` is declared twice")]
    Twice(Locator),
    /// An inject does nothing, or several things.
    #[error("the inject at {0} needs exactly one of `mint`, `use` and `set`")]
    Inject(String),
}

impl Scenario {
    /// Reads a drill file.
    ///
    /// # Errors
    /// Says what is wrong, with the place in the file where it has one.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let scenario: Self = serde_yaml::from_str(text).map_err(|cause| {
            let cause = cause.to_string();
            let first = cause.lines().next().unwrap_or_default();
            Broken::Unreadable(first.trim_start_matches("error: ").to_owned())
        })?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The clock of this drill: it starts at `start` and is simulated.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock::simulated(self.start, self.seed)
    }

    /// What a provider is told besides the world.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings_of(&self.provider, &Weather::scripted(self.weather.clone()))
    }

    /// What one of its providers is told besides the world, under a weather that all of them may share.
    #[must_use]
    pub fn settings_of(&self, provider: &str, weather: &Weather) -> Settings {
        let own = self.own().into_iter();
        let guards = self.world.guardrails.iter();
        Settings {
            responder: own.filter(|one| one.provider() == provider).collect(),
            weather: weather.clone(),
            guards: guards
                .filter(|id| id.provider() == provider)
                .cloned()
                .collect(),
            ..Settings::default()
        }
    }

    /// Its providers: that which it is about first, those where we act as well, and those of all else that is in its world.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        let others = self.elsewhere.iter().map(|other| other.provider.as_str());
        let things = self.world.nodes.iter();
        let things = things.map(|thing| thing.locator.provider());
        let mut known = std::collections::BTreeSet::new();
        std::iter::once(self.provider.as_str())
            .chain(others)
            .chain(things)
            .filter(move |name| known.insert(*name))
    }

    /// Everything that the operator names.
    #[must_use]
    pub fn named(&self) -> Vec<Locator> {
        let first = std::iter::once(&self.subject);
        first.chain(&self.subjects).cloned().collect()
    }

    /// Who acts, at all providers: of each the credential, then its principal.
    #[must_use]
    pub fn own(&self) -> Vec<Locator> {
        let Responder {
            credential,
            principal,
        } = &self.responder;
        let others = self.elsewhere.iter();
        let others = others.flat_map(|other| [&other.credential, &other.principal]);
        [credential, principal]
            .into_iter()
            .chain(others)
            .cloned()
            .collect()
    }

    /// The start of the incident window.
    #[must_use]
    pub fn since(&self) -> Time {
        earlier(self.start, self.since)
    }

    /// Builds the world before; times are counted from what the clock shows.
    ///
    /// # Errors
    /// Fails on a kind that the catalogue does not have.
    pub fn build(&self, clock: &Clock, kinds: &[Kind]) -> Result<World, Broken> {
        let before = &self.world;
        let default = Pace::default();
        let pace = Pace {
            latency: before.latency.0,
            deadline: before.deadline.map_or(default.deadline, |length| length.0),
            audit_lag: before.audit_lag.0,
            propagation: before
                .propagation
                .iter()
                .map(|(action, delay)| (action.clone(), delay.0))
                .collect(),
            requests_per_second: before.requests_per_second,
            skew: before.clock_ahead.0,
        };
        let mut world = World::new(self.seed, pace);
        world.learn(kinds, &[]);
        let now = world.theirs(clock.now());
        for thing in &before.nodes {
            let kind = kinds.iter().find(|kind| kind.id == *thing.locator.kind());
            let kind = kind.ok_or_else(|| Broken::UnknownKind(thing.locator.clone()))?;
            world.add(thing.node(kind, now));
            for on in &thing.stands_on {
                world.prop(&thing.locator, Prop::on(on));
            }
        }
        for link in &before.edges {
            let edge = Edge {
                to: link.to.clone(),
                relation: link.relation,
                evidence: link.evidence.clone(),
                at: link.ago.map(|ago| earlier(now, ago)),
            };
            world.connect(&link.from, edge);
        }
        for past in &before.events {
            world.record(Happened {
                who: past.who.clone(),
                at: past
                    .at
                    .unwrap_or_else(|| earlier(now, past.ago.unwrap_or_default())),
                event: past.event.clone(),
                source_ip: past.source_ip.clone(),
                user_agent: past.user_agent.clone(),
                accepted: past.accepted,
                made: past.made.clone(),
                changed: past.changed.clone(),
            });
        }
        world.healthy = before.healthy.clone();
        Ok(world)
    }

    fn check(&self) -> Result<(), Broken> {
        let mut nodes = std::collections::BTreeSet::new();
        for thing in &self.world.nodes {
            if !nodes.insert(&thing.locator) {
                return Err(Broken::Twice(thing.locator.clone()));
            }
        }
        let mints = self
            .injects
            .iter()
            .filter_map(|inject| inject.mint.as_ref());
        let minted: Vec<Locator> = mints
            .map(|mint| Locator::new(&mint.kind, &mint.id, mint.parent.account()))
            .collect();
        let world = &self.world;
        let owners = world
            .nodes
            .iter()
            .flat_map(|thing| thing.held_by.iter().chain(&thing.issuer));
        let ends = world.edges.iter().flat_map(|link| [&link.from, &link.to]);
        let ours = self.own();
        let delivery = world.nodes.iter().flat_map(|thing| {
            thing
                .holds
                .iter()
                .chain(&thing.reads)
                .chain(&thing.stands_on)
        });
        let held = self.adversary.iter().flat_map(|one| &one.holds);
        let places: [(&'static str, Vec<&Locator>); 9] = [
            ("`adversary`", held.collect()),
            (
                "`subject`",
                std::iter::once(&self.subject)
                    .chain(&self.subjects)
                    .collect(),
            ),
            ("`responder`", ours.iter().collect()),
            ("`held_by` or `issuer`", owners.collect()),
            ("`holds`, `reads` or `stands_on`", delivery.collect()),
            ("`edges`", ends.collect()),
            (
                "`events`",
                world.events.iter().map(|past| &past.who).collect(),
            ),
            ("`healthy`", world.healthy.iter().collect()),
            (
                "`expect`",
                self.expect
                    .dead
                    .iter()
                    .chain(&self.expect.alive)
                    .chain(&self.expect.renewed)
                    .collect(),
            ),
        ];
        for (place, names) in places {
            let unknown = names
                .into_iter()
                .find(|name| !nodes.contains(name) && !minted.contains(name));
            if let Some(name) = unknown {
                let name = name.clone();
                return Err(Broken::UnknownThing { place, name });
            }
        }
        let lone = |inject: &&Inject| {
            let parts = [
                inject.mint.is_some(),
                inject.attempt.is_some(),
                inject.set.is_some(),
            ];
            parts.into_iter().filter(|part| *part).count() != 1
        };
        match self.injects.iter().find(lone) {
            Some(inject) => Err(Broken::Inject(String::from(inject.at))),
            None => Ok(()),
        }
    }
}

impl Thing {
    fn node(&self, kind: &Kind, now: Time) -> Node {
        let issued_at = self
            .issued_at
            .or_else(|| self.age.map(|age| earlier(now, age)));
        let lapses = || issued_at?.checked_add(kind.lifetime?).ok();
        let lasts = || now.checked_add(self.lasts?.0).ok();
        let mut node = Node::new(self.locator.clone());
        node.fields = self.fields.clone();
        let used = self.used.map(|used| earlier(now, used));
        for (field, at) in [("created", issued_at), ("last_used", used)] {
            if let Some(at) = at {
                node.fields.entry(field.into()).or_insert_with(|| json!(at));
            }
        }
        node.held_by = self.held_by.clone();
        node.issuer = self.issuer.clone();
        node.issued_at = issued_at;
        node.expires = self.expires.or_else(lasts).or_else(lapses);
        node.secret = self
            .secret
            .then(|| format!("sim-secret-{}", self.locator.id()));
        let lies_there = |what: &Locator| Version {
            what: what.clone(),
            secret: format!("sim-secret-{}", what.id()),
            at: None,
        };
        node.holds = self.holds.iter().map(lies_there).collect();
        node.reads = self.reads.clone();
        node.reads_after = self.reads_after.0;
        node.grants = self
            .grants
            .iter()
            .map(|permit| Grant {
                service: permit.service.clone(),
                actions: permit.actions.clone(),
                everywhere: permit.everywhere,
                used: permit.used.map(|used| earlier(now, used)),
            })
            .collect();
        node
    }
}

fn earlier(than: Time, by: Length) -> Time {
    than.saturating_sub(by.0).unwrap_or(than)
}

#[cfg(test)]
mod tests;
