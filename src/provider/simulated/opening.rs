//! What a world leaves open to whoever fights back: which roles can be entered, what can be edited, what can be made.
//!
//! Answers from what is declared and what was written. Never decides who may: that is asked of each front end.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::{Edge, Happened, World};
use crate::domain::{Kind, KindId, Locator, Relation, Spec, Time};

/// The roles that something has a declared way into.
pub(super) fn ways(world: &World, from: &Locator) -> impl Iterator<Item = Locator> {
    let edges = world.edges.get(from).into_iter().flatten();
    let into = edges
        .filter(|edge| matches!(edge.relation, Relation::Entered | Relation::CouldEnter))
        .map(|edge| edge.to.clone());
    into.collect::<Vec<_>>().into_iter()
}

impl World {
    /// The fields of a principal that somebody else's cuts stand in and that can be edited: no guardrail is among them.
    pub(super) fn strippable(&self, principal: &Locator) -> BTreeSet<String> {
        let Some(node) = self.nodes.get(principal).filter(|node| !node.gone) else {
            return BTreeSet::new();
        };
        let cuts = || {
            self.specs_on(principal.kind())
                .filter(|spec| spec.cut().is_some())
        };
        let fields = |guards: bool| {
            cuts()
                .filter(move |spec| self.guardrails.contains(&spec.id) == guards)
                .flat_map(|spec| &spec.touches)
                .map(|touch| touch.field.clone())
        };
        let kept: BTreeSet<String> = fields(true).collect();
        fields(false)
            .filter(|field| node.fields.contains_key(field) && !kept.contains(field))
            .collect()
    }

    /// The fields of a credential that somebody wrote since, with what stood there first.
    pub(super) fn switched_off(&self, credential: &Locator) -> Vec<(String, Value)> {
        let node = self.nodes.get(credential).filter(|node| !node.gone);
        let history = node.into_iter().flat_map(|node| {
            node.history.iter().filter_map(|(field, changes)| {
                let first = changes.first()?.before.clone()?;
                (node.fields.get(field) != Some(&first)).then(|| (field.clone(), first))
            })
        });
        history.collect()
    }

    /// Writes a field behind everybody's back; it spreads as the cut of that field does.
    pub(super) fn overwrite(&mut self, target: &Locator, field: &str, value: Value, now: Time) {
        let writes = |spec: &Spec| {
            spec.cut().is_some() && spec.touches.iter().any(|touch| touch.field == field)
        };
        let delay = self
            .specs_on(target.kind())
            .find(|spec| writes(spec))
            .and_then(|spec| self.pace.propagation.get(&spec.id).copied());
        self.write(
            target,
            vec![(field.to_owned(), value)],
            now,
            delay.unwrap_or_default(),
        );
    }

    /// The kinds of credentials that a credential makes.
    pub(super) fn minted_with(&self, by: &Locator) -> Vec<KindId> {
        self.made_with(by, |kind| kind.credential)
    }

    /// The kinds of principals that a credential makes.
    pub(super) fn principals_made_with(&self, by: &Locator) -> Vec<KindId> {
        self.made_with(by, |kind| !kind.credential && !kind.governs.is_empty())
    }

    fn made_with(&self, by: &Locator, fits: impl Fn(&Kind) -> bool) -> Vec<KindId> {
        let kind = self.kinds.get(by.kind());
        let mints = kind.into_iter().flat_map(|kind| &kind.mints);
        let fitting = mints.filter(|made| self.kinds.get(*made).is_some_and(&fits));
        fitting.cloned().collect()
    }

    /// The kinds of credentials that a principal may hold and that never lapse.
    pub(super) fn keys_of(&self, principal: &Locator) -> Vec<KindId> {
        let kind = self.kinds.get(principal.kind());
        let governs = kind.map(|kind| kind.governs.clone()).unwrap_or_default();
        let made_with = |kind: &KindId| {
            let mut all = self.kinds.values();
            all.any(|other| other.credential && other.mints.contains(kind))
        };
        let keys = governs
            .into_iter()
            .filter(|kind| !self.lapses(kind) && made_with(kind));
        keys.collect()
    }

    /// The places that a credential, or what holds it, can read secrets from.
    pub(super) fn readable_by(&self, by: &Locator) -> Vec<Locator> {
        let holder = self.nodes.get(by).and_then(|node| node.held_by.as_ref());
        let edges = std::iter::once(by)
            .chain(holder)
            .filter_map(|from| self.edges.get(from))
            .flatten();
        let places = edges.filter(|edge| edge.relation == Relation::CouldRead);
        places.map(|edge| edge.to.clone()).collect()
    }

    /// Reads the secret of a place and keeps it, unless that very one was stolen before; the read is in the audit log.
    pub(super) fn steal(&mut self, by: &Locator, place: &Locator, now: Time) -> bool {
        let Some(secret) = self.nodes.get(place).and_then(|node| node.secret.clone()) else {
            return false;
        };
        let stolen = self.stolen.entry(place.clone()).or_default();
        if !stolen.insert(secret) {
            return false;
        }
        let at = self.theirs(now);
        self.record(Happened::plain(by, at, "read a secret"));
        let edge = Edge {
            to: place.clone(),
            relation: Relation::Exposed,
            evidence: format!("`{by}` read it"),
            at: Some(at),
        };
        self.connect(by, edge);
        true
    }

    pub(super) fn lapses(&self, kind: &KindId) -> bool {
        self.kinds
            .get(kind)
            .is_some_and(|kind| kind.lifetime.is_some())
    }

    /// Whether a principal holds credentials of a kind that never lapse, by what is declared or by what it holds.
    pub(super) fn has_keys(&self, principal: &Locator, kind: &KindId) -> bool {
        !self.lapses(kind)
            && self
                .kinds
                .get(principal.kind())
                .is_some_and(|holder| holder.governs.contains(kind))
    }

    /// The kinds of sessions that entering a role gives.
    pub(super) fn sessions_of(&self, role: &Locator) -> Vec<KindId> {
        let kind = self.kinds.get(role.kind());
        let given = kind.map(|kind| kind.governs.iter().chain(&kind.mints));
        let given: BTreeSet<KindId> = given.into_iter().flatten().cloned().collect();
        given.into_iter().filter(|kind| self.lapses(kind)).collect()
    }
}
