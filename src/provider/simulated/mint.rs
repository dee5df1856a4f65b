//! Making new credentials with what is still alive: what an adversary does, by the rules of the kinds.
//!
//! Leaves an event in the audit log. Never part of a plan: nothing here goes through a handle.

use serde::{Deserialize, Serialize};

use super::inject::Set;
use super::world::{Edge, Happened, Node, World};
use crate::domain::{Because, Changed, Fields, Kind, KindId, Locator, Relation, Time, Why};

/// A new credential that somebody wants.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// What issues it: a credential, or a role that is entered.
    pub parent: Locator,
    /// Its kind.
    pub kind: KindId,
    /// Its id.
    pub id: String,
    /// The credential that is used, where the parent is a role that it enters.
    #[serde(default)]
    pub by: Option<Locator>,
    /// Who will hold it; absent: whoever holds the parent.
    #[serde(default)]
    pub holder: Option<Locator>,
    /// What observing it answers, besides `created`.
    #[serde(default)]
    pub fields: Fields,
    /// The event's name in the audit log.
    #[serde(default)]
    pub event: Option<String>,
    /// From where.
    #[serde(default)]
    pub source_ip: Option<String>,
    /// By which program.
    #[serde(default)]
    pub user_agent: Option<String>,
}

impl Mint {
    /// A plain one.
    #[must_use]
    pub fn new(parent: &Locator, kind: &KindId, id: &str) -> Self {
        Self {
            parent: parent.clone(),
            kind: kind.clone(),
            id: id.to_owned(),
            by: None,
            holder: None,
            fields: Fields::new(),
            event: None,
            source_ip: None,
            user_agent: None,
        }
    }
}

/// A use of a credential that leaves an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// With what.
    pub who: Locator,
    /// The event's name in the audit log.
    pub event: String,
    /// From where.
    #[serde(default)]
    pub source_ip: Option<String>,
    /// By which program.
    #[serde(default)]
    pub user_agent: Option<String>,
}

impl World {
    /// Makes a new credential with something that any front end still accepts; the attempt is in the audit log.
    ///
    /// # Errors
    /// Says why it was refused.
    pub fn mint(&mut self, mint: &Mint, now: Time) -> Result<Locator, Why> {
        let name = Locator::new(&mint.kind, &mint.id, mint.parent.account());
        let who = mint.by.as_ref().unwrap_or(&mint.parent);
        let allowed = self.may_mint(mint, &name, now);
        let at = self.theirs(now);
        self.record(Happened {
            who: who.clone(),
            at,
            event: mint
                .event
                .clone()
                .unwrap_or_else(|| format!("mint {}", mint.kind.noun())),
            source_ip: mint.source_ip.clone(),
            user_agent: mint.user_agent.clone(),
            accepted: allowed.is_ok(),
            made: allowed.is_ok().then(|| name.clone()),
            changed: Vec::new(),
        });
        let holder = allowed?;
        let lifetime = self.kinds.get(&mint.kind).and_then(|kind| kind.lifetime);
        let mut node = Node::new(name.clone());
        node.fields = mint.fields.clone();
        node.fields.insert("created".into(), at.to_string().into());
        node.issuer = Some(mint.parent.clone());
        // A principal of its own is held by nobody.
        let is_principal = self
            .kinds
            .get(&mint.kind)
            .is_some_and(|kind| !kind.credential);
        node.held_by = (!is_principal).then_some(holder);
        node.issued_at = Some(at);
        node.expires = lifetime.and_then(|lifetime| at.checked_add(lifetime).ok());
        node.secret = (!is_principal).then(|| format!("sim-secret-{}", mint.id));
        self.add(node);
        if let Some(by) = &mint.by {
            let edge = Edge {
                to: mint.parent.clone(),
                relation: Relation::Entered,
                evidence: format!("`{by}` entered it and got `{name}`"),
                at: Some(at),
            };
            self.connect(by, edge);
        }
        Ok(name)
    }

    /// Uses a credential; answers whether it was accepted. The attempt is in the audit log.
    pub fn attempt(&mut self, attempt: &Use, now: Time) -> bool {
        let accepted = self.accepts(&attempt.who, now);
        let at = self.theirs(now);
        self.record(Happened {
            source_ip: attempt.source_ip.clone(),
            user_agent: attempt.user_agent.clone(),
            accepted,
            ..Happened::plain(&attempt.who, at, attempt.event.clone())
        });
        if let (true, Some(node)) = (accepted, self.nodes.get_mut(&attempt.who)) {
            node.fields
                .insert("last_used".into(), at.to_string().into());
        }
        accepted
    }

    /// Writes a field of another thing with a credential, where that is accepted; the attempt is in the audit log.
    pub fn change(&mut self, by: &Locator, set: &Set, now: Time) -> bool {
        let accepted = self.accepts(by, now) && self.nodes.contains_key(&set.target);
        let at = self.theirs(now);
        let (target, field) = (set.target.clone(), set.field.clone());
        let event = set.event.clone().unwrap_or_else(|| format!("set {field}"));
        self.record(Happened {
            accepted,
            changed: vec![Changed { target, field }],
            ..Happened::plain(by, at, event)
        });
        accepted && self.set(&set.target, &set.field, set.value.clone())
    }

    /// Answers who would hold it.
    fn may_mint(&self, mint: &Mint, name: &Locator, now: Time) -> Result<Locator, Why> {
        let refuse = |because, text: String| Err(Why::new(because, text));
        let parent = self.nodes.get(&mint.parent).filter(|parent| !parent.gone);
        let Some(parent) = parent else {
            return refuse(
                Because::Missing,
                format!("`{}` does not exist", mint.parent),
            );
        };
        let who = mint.by.as_ref().unwrap_or(&mint.parent);
        if !self.accepts(who, now) {
            return refuse(Because::Unauthenticated, format!("`{who}` is refused"));
        }
        if self.issue_is_stopped(parent, now) {
            let text = format!("`{}` may issue nothing now", mint.parent);
            return refuse(Because::Denied, text);
        }
        let kind = self.kinds.get(mint.parent.kind());
        // A role that is entered gives what it governs.
        let gives = |kind: &Kind| {
            kind.mints.contains(&mint.kind)
                || (mint.by.is_some() && kind.governs.contains(&mint.kind))
        };
        if !kind.is_some_and(gives) {
            let text = format!("`{}` mints no `{}`", mint.parent.kind(), mint.kind);
            return refuse(Because::Denied, text);
        }
        if mint
            .by
            .as_ref()
            .is_some_and(|by| !self.may_enter(by, &mint.parent))
        {
            let text = format!("`{who}` may not enter `{}`", mint.parent);
            return refuse(Because::Denied, text);
        }
        if self.nodes.contains_key(name) {
            return refuse(Because::Conflict, format!("`{name}` exists already"));
        }
        let holder = mint.holder.as_ref().or(parent.held_by.as_ref());
        let holder = holder.unwrap_or(&mint.parent);
        self.has_room(holder, &mint.kind)?;
        Ok(holder.clone())
    }

    /// Tells whether a credential, or what holds it, has a declared way into a role.
    fn may_enter(&self, by: &Locator, role: &Locator) -> bool {
        let holder = self.nodes.get(by).and_then(|node| node.held_by.as_ref());
        std::iter::once(by)
            .chain(holder)
            .filter_map(|from| self.edges.get(from))
            .flatten()
            .any(|edge| {
                edge.to == *role
                    && matches!(edge.relation, Relation::Entered | Relation::CouldEnter)
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::toy::{name, start, world};
    use super::super::world::Pace;
    use super::*;

    fn session(parent: &str) -> Mint {
        Mint::new(&name(parent), name("session/x").kind(), "NEW")
    }

    fn because(result: Result<Locator, Why>) -> Option<Because> {
        result.err().map(|why| why.because)
    }

    #[test]
    fn what_is_dead_mints_nothing() {
        let mut world = world(Pace::default());
        world.set(&name("access-key/LEAKED"), "status", json!("Inactive"));
        let refused = because(world.mint(&session("access-key/LEAKED"), start()));
        assert_eq!(refused, Some(Because::Unauthenticated));
        assert!(world.node(&name("session/NEW")).is_none());
    }

    #[test]
    fn a_user_has_room_for_so_many_keys() {
        let mut world = world(Pace::default());
        let key = Mint::new(
            &name("access-key/LEAKED"),
            name("access-key/x").kind(),
            "THIRD",
        );
        assert_eq!(because(world.mint(&key, start())), Some(Because::Conflict));
        let holder = Some(name("user/other"));
        assert!(world.mint(&Mint { holder, ..key }, start()).is_ok());
    }

    #[test]
    fn a_role_is_entered_only_by_a_declared_way() {
        let mut world = world(Pace::default());
        let mut mint = session("role/backup");
        mint.by = Some(name("session/OF-DEPLOY"));
        assert_eq!(because(world.mint(&mint, start())), Some(Because::Denied));
        mint.by = Some(name("access-key/LEAKED"));
        assert!(world.mint(&mint, start()).is_ok());
        assert!(world.accepts(&name("session/NEW"), start()));
    }
}
