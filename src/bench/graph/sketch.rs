//! A graph as it is drawn: who holds what, who stands on what, and what the operator names.
//!
//! Knows what stands on what, and never what a cut of it comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::ACCOUNT;
use super::super::chance::Chance;
use super::{VERBS, located};
use crate::provider::simulated::{Node, Prop, World};

const GRAPH: u64 = 7;

/// Something that stands on something else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Leans {
    pub(super) from: String,
    pub(super) on: String,
    /// Whether nobody can read it.
    pub(super) hidden: bool,
}

/// A graph.
pub(super) struct Graph {
    lots: Chance,
    /// Everything there is, with who holds it.
    pub(super) things: BTreeMap<String, Option<String>>,
    pub(super) leans: BTreeSet<Leans>,
    /// What contain acts with, and what that is of.
    pub(super) credential: String,
    pub(super) principal: String,
    pub(super) protected: BTreeSet<String>,
    /// What the operator names.
    pub(super) subjects: BTreeSet<String>,
    /// What is to be done to it.
    pub(super) verb: &'static str,
}

impl Graph {
    /// Draws the graph of a seed.
    pub(super) fn draw(seed: u64) -> Self {
        let mut graph = Self {
            lots: Chance::new(seed, GRAPH),
            things: BTreeMap::new(),
            leans: BTreeSet::new(),
            credential: String::new(),
            principal: String::new(),
            protected: BTreeSet::new(),
            subjects: BTreeSet::new(),
            verb: "suspend",
        };
        let groups = 1 + graph.lots.below(4);
        for nth in 0..groups {
            graph.policies(&format!("group/G{nth}"));
        }
        graph.ourselves(groups);
        for nth in 0..1 + graph.lots.below(3) {
            let user = format!("user/P{nth}");
            graph.user(&user, groups, 1);
            graph.protected.insert(user);
        }
        for nth in 0..2 + graph.lots.below(5) {
            let keys = graph.lots.below(3);
            graph.user(&format!("user/B{nth}"), groups, keys);
        }
        for nth in 0..graph.lots.below(3) {
            let role = format!("role/B{nth}");
            graph.role(&role);
            graph.thing(&format!("session/B{nth}"), Some(&role));
        }
        graph.name();
        graph
    }

    fn thing(&mut self, name: &str, holder: Option<&str>) {
        self.things
            .insert(name.to_owned(), holder.map(str::to_owned));
    }

    fn lean(&mut self, from: &str, on: &str) {
        let hidden = self.lots.is(8);
        self.leans.insert(Leans {
            from: from.to_owned(),
            on: on.to_owned(),
            hidden,
        });
    }

    /// What grants somebody something; of a group whoever is in it stands on it.
    fn policies(&mut self, holder: &str) {
        for nth in 0..self.lots.below(3) {
            let name = match self.lots.is(50) {
                true => format!("policy-attachment/{holder}/arn:aws:iam::aws:policy/P{nth}"),
                false => format!("inline-policy/{holder}/p{nth}"),
            };
            self.thing(&name, None);
        }
    }

    fn granted_to(&self, holder: &str) -> Vec<String> {
        let kinds = ["policy-attachment", "inline-policy"];
        let prefix = kinds.map(|kind| format!("{kind}/{holder}/"));
        let names = self.things.keys();
        let fits = |name: &&String| prefix.iter().any(|prefix| name.starts_with(prefix));
        names.filter(fits).cloned().collect()
    }

    fn principal(&mut self, name: &str) {
        self.thing(name, None);
        self.policies(name);
        for policy in self.granted_to(name) {
            self.lean(name, &policy);
        }
        if self.lots.is(25) {
            let boundary = format!("boundary-policy/{}", name.replace('/', "-"));
            self.thing(&boundary, None);
            self.lean(name, &boundary);
        }
    }

    fn user(&mut self, name: &str, groups: u64, keys: u64) {
        self.principal(name);
        let bare = name.trim_start_matches("user/").to_owned();
        for nth in 0..keys {
            self.thing(&format!("access-key/{bare}-K{nth}"), Some(name));
        }
        for nth in 0..groups {
            if self.lots.is(35) {
                let member = format!("group-membership/G{nth}/{bare}");
                self.thing(&member, None);
                self.lean(name, &member);
                for policy in self.granted_to(&format!("group/G{nth}")) {
                    self.lean(&member, &policy);
                }
            }
        }
    }

    fn role(&mut self, name: &str) {
        self.principal(name);
        let trust = name.replace("role/", "role-trust/");
        self.thing(&trust, None);
        self.lean(name, &trust);
    }

    /// Whoever we are: a user with a key, or a session of a role that somebody is let into, or an app or a certificate.
    fn ourselves(&mut self, groups: u64) {
        let kind = self.lots.below(5);
        if kind == 0 {
            self.user("user/OURS", groups, 2);
            self.credential = "access-key/OURS-K0".to_owned();
            self.principal = "user/OURS".to_owned();
            return;
        }
        self.role("role/OURS");
        self.thing("session/OURS", Some("role/OURS"));
        self.credential = "session/OURS".to_owned();
        self.principal = "role/OURS".to_owned();
        // Perhaps through other roles.
        let mut last = "role/OURS".to_owned();
        for nth in 0..self.lots.below(3) {
            let role = format!("role/WAY{nth}");
            self.role(&role);
            self.lean(&last.replace("role/", "role-trust/"), &role);
            last = role;
        }
        let trust = last.replace("role/", "role-trust/");
        let way = match kind {
            1 => {
                self.user("user/WAY", groups, 1);
                self.lean("user/WAY", "access-key/WAY-K0");
                "user/WAY"
            }
            2 => "instance-profile/WAY",
            3 => "trust-anchor/us-east-1:WAY",
            _ => "identity-app/WAY",
        };
        if kind > 1 {
            self.thing(way, None);
        }
        self.lean(&trust, way);
    }

    /// What the operator names: some of us, some of what is protected, some of everybody.
    fn name(&mut self) {
        self.verb = *self.lots.pick(&VERBS);
        let all: Vec<String> = self.things.keys().cloned().collect();
        let ours: Vec<String> = self
            .leans
            .iter()
            .map(|leans| leans.on.clone())
            .filter(|on| !on.contains("/B"))
            .collect();
        for _ in 0..1 + self.lots.below(6) {
            let named = self.lots.pick(&all).clone();
            self.subjects.insert(named);
        }
        if !ours.is_empty() && self.lots.is(60) {
            let named = self.lots.pick(&ours).clone();
            self.subjects.insert(named);
        }
    }

    /// Whether something is the credential that we act with, or what that is of.
    pub(super) fn is_plain(&self, name: &str) -> bool {
        name == self.credential || name == self.principal
    }

    /// The credentials that somebody holds.
    pub(super) fn held_by(&self, holder: &str) -> Vec<String> {
        let things = self.things.iter();
        let held = things.filter(|(_, of)| of.as_deref() == Some(holder));
        held.map(|(name, _)| name.clone()).collect()
    }

    /// The drill file, with us and what is named; the rest is built beside it.
    pub(super) fn text(&self) -> String {
        let at = |name: &str| located(name).to_string();
        let mut nodes = String::new();
        let named = [&self.credential, &self.principal];
        for name in named.into_iter().chain(self.subjects.first()) {
            if !nodes.contains(&format!("\"{}\"", at(name))) {
                writeln!(nodes, "    - {{locator: \"{}\"}}", at(name)).unwrap();
            }
        }
        let subject = self
            .subjects
            .first()
            .map_or_else(|| at(&self.principal), |name| at(name));
        let (credential, principal) = (at(&self.credential), at(&self.principal));
        format!(
            "drill: graph\nsummary: Who sits on what.\nprovider: aws\nplaybook: isolate\nsubject: \"{subject}\"\nsince: 2h\nstart: 2026-03-01T03:07:00Z\nseed: 7\nresponder:\n  credential: \"{credential}\"\n  principal: \"{principal}\"\nworld:\n  latency: 40ms\n  nodes:\n{nodes}expect: {{outcome: waiting}}\n"
        )
    }

    /// Builds it in a world.
    pub(super) fn build(&self, world: &mut World) {
        for (name, holder) in &self.things {
            let mut node = Node::new(located(name));
            node.held_by = holder.as_ref().map(|holder| located(holder));
            let (noun, _) = name.split_once('/').unwrap();
            if let Some((field, value)) = shown(noun) {
                node.fields.insert(field.to_owned(), value);
            }
            world.add(node);
        }
        for Leans { from, on, hidden } in &self.leans {
            let prop = Prop {
                on: located(on),
                because: "it would stop without".to_owned(),
                hidden: *hidden,
            };
            world.prop(&located(from), prop);
        }
        assert!(
            world
                .nodes()
                .all(|node| node.locator.account() == Some(ACCOUNT))
        );
    }
}

/// What a thing shows while it is as it should be.
fn shown(noun: &str) -> Option<(&'static str, Value)> {
    Some(match noun {
        "access-key" => ("status", json!("Active")),
        "role-trust" => ("trust", json!("{}")),
        "instance-profile" => ("role", json!("web")),
        "policy-attachment" => ("attached", json!(true)),
        "inline-policy" => ("document", json!("{}")),
        "group-membership" => ("member", json!(true)),
        "trust-anchor" => ("enabled", json!(true)),
        "boundary-policy" | "identity-app" => ("status", json!("on")),
        _ => return None,
    })
}
