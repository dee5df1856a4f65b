//! Making new credentials for the responder, and putting their secrets where consumers read them.
//!
//! Never names a thing twice: what was deleted does not come back under its old name.

use super::world::{Node, Version, World};
use crate::domain::{
    Answer, Because, Call, Digest, KindId, Locator, Outcome, Secret, Spec, Tag, Time, Why,
};

impl World {
    /// Puts a secret into a place: it has a new version then, which its consumers take up.
    pub(super) fn deliver(
        &mut self,
        spec: &Spec,
        call: &Call,
        what: Option<&Secret>,
        now: Time,
    ) -> Result<Outcome, Why> {
        let secret = what.map(Secret::expose).ok_or_else(|| {
            let text = format!("`{}` delivers, and was given nothing to deliver", spec.id);
            Why::new(Because::Invalid, text)
        })?;
        let mut nodes = self.nodes.values();
        let whose = nodes.find(|node| node.secret.as_deref() == Some(secret));
        let version = Version {
            what: whose.map_or_else(|| call.target.clone(), |node| node.locator.clone()),
            secret: secret.to_owned(),
            at: Some(now),
        };
        let stamp = self.theirs(now).to_string();
        let Some(place) = self.nodes.get_mut(&call.target) else {
            return Err(Why::new(Because::Missing, "the place does not exist"));
        };
        place.holds.push(version);
        let number = format!("v{}", place.holds.len());
        for touch in &spec.touches {
            place
                .fields
                .insert(touch.field.clone(), number.clone().into());
        }
        place.fields.insert("last_changed".into(), stamp.into());
        Ok(Outcome::Done(Answer {
            applied: true,
            ..Answer::default()
        }))
    }

    /// Gives a thing another secret; what was proven with the old one is refused from now on. Programs that read it there
    /// take the new one up.
    fn rotate(&mut self, call: &Call, now: Time) -> Result<(Locator, String), Why> {
        let Some(node) = self.nodes.get_mut(&call.target) else {
            return Err(Why::new(Because::Missing, "it does not exist"));
        };
        let secret = format!("sim-secret-{}-{}", call.target.id(), node.worn.len() + 2);
        node.worn.extend(node.secret.replace(secret.clone()));
        if node.holds.iter().any(|held| held.what == call.target) {
            node.holds.push(Version {
                what: call.target.clone(),
                secret: secret.clone(),
                at: Some(now),
            });
        }
        Ok((call.target.clone(), secret))
    }

    pub(super) fn issue(
        &mut self,
        kind: &KindId,
        call: &Call,
        now: Time,
    ) -> Result<(Locator, String), Why> {
        let target = &call.target;
        if kind == target.kind() {
            return self.rotate(call, now);
        }
        let holder = self.nodes.get(target).and_then(|node| node.held_by.clone());
        let holder = holder.unwrap_or_else(|| target.clone());
        self.has_room(&holder, kind)?;
        // Never the same name twice: what was deleted does not come back.
        let ever = self
            .nodes
            .values()
            .filter(|node| node.tag.as_ref() == Some(&call.tag));
        let seed = format!("{}:{}", call.tag.0, ever.count());
        let id: String = Digest::of(seed.as_bytes())
            .to_string()
            .chars()
            .take(16)
            .collect();
        let name = Locator::new(kind, &id, target.account());
        let secret = format!("sim-secret-{id}");
        let issued_at = self.theirs(now);
        let mut node = Node::new(name.clone());
        node.fields
            .insert("created".into(), issued_at.to_string().into());
        node.held_by = Some(holder);
        node.issued_at = Some(issued_at);
        node.secret = Some(secret.clone());
        node.tag = Some(call.tag.clone());
        self.add(node);
        Ok((name, secret))
    }

    /// Refuses where an owner has as many of a kind as it may.
    pub(super) fn has_room(&self, holder: &Locator, kind: &KindId) -> Result<(), Why> {
        let most = self.kinds.get(kind).and_then(|kind| kind.at_most);
        let has = self
            .held_by(holder)
            .filter(|held| !held.gone && held.locator.kind() == kind)
            .count();
        match most.and_then(|most| usize::try_from(most).ok()) {
            Some(most) if has >= most => {
                let text = format!("`{holder}` may hold {most} of `{kind}` and has {has}");
                Err(Why::new(Because::Conflict, text))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether something was made by a call of this mark.
    #[must_use]
    pub fn is_marked(&self, name: &Locator, tag: &Tag) -> bool {
        let node = self.nodes.get(name);
        node.is_some_and(|node| node.tag.as_ref() == Some(tag))
    }

    pub(super) fn made(&self, tag: &Tag) -> impl Iterator<Item = &Node> {
        self.nodes
            .values()
            .filter(move |node| !node.gone && node.tag.as_ref() == Some(tag))
    }
}
