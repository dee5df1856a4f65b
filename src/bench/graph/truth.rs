//! Who stops whom, reckoned from the graph as it was drawn, with a table of its own of what an action comes to.

use std::collections::BTreeSet;

use super::sketch::Graph;

/// What an action stops: the thing itself, the keys that it holds, the sessions that it holds.
fn stops(action: &str) -> (bool, bool, bool) {
    match action.trim_start_matches("aws.") {
        "deactivate-access-key"
        | "delete-access-key"
        | "close-role-trust"
        | "empty-instance-profile"
        | "detach-policy"
        | "remove-inline-policy"
        | "remove-group-member"
        | "disable-trust-anchor"
        | "empty-boundary-policy"
        | "disable-identity-app" => (true, false, false),
        "deny-user" | "deny-user-in-organization" | "deny-role" | "deny-role-in-organization" => {
            (true, true, true)
        }
        "narrow-user" => (false, true, true),
        "narrow-role" | "end-role-sessions" | "end-user-sessions" => (false, false, true),
        other => panic!("the table does not know {other}"),
    }
}

/// What is known of a graph.
pub(super) struct Truth<'a> {
    graph: &'a Graph,
    /// All that our credential needs, and what of it can be read.
    ours: (BTreeSet<String>, BTreeSet<String>),
    protected: Vec<(String, BTreeSet<String>, BTreeSet<String>)>,
}

impl<'a> Truth<'a> {
    pub(super) fn of(graph: &'a Graph) -> Self {
        let needs = |from: &[&str]| (needs(graph, from, true), needs(graph, from, false));
        let protected = graph.protected.iter().map(|name| {
            let (all, readable) = needs(&[name]);
            (name.clone(), all, readable)
        });
        Self {
            graph,
            ours: needs(&[&graph.credential]),
            protected: protected.collect(),
        }
    }

    pub(super) fn is_partly_hidden(&self) -> bool {
        self.graph.leans.iter().any(|leans| leans.hidden)
    }

    /// Whether an action on something stops us; with `readable` alone what could be known.
    pub(super) fn stops_us(&self, action: &str, target: &str, readable: bool) -> bool {
        let (all, known) = &self.ours;
        let chain = if readable { known } else { all };
        // Who is only needed for what it holds is stopped with that.
        self.stops(action, target, chain)
    }

    /// Whether an action touches something protected, or what it holds or needs, as far as that can be known.
    pub(super) fn stops_protected(&self, action: &str, target: &str) -> bool {
        let holder = self.graph.things.get(target).and_then(Option::as_ref);
        self.protected.iter().any(|(name, _, known)| {
            let touched = target == name || holder == Some(name);
            // What it holds stands on it.
            let mut chain = known.clone();
            chain.extend(self.graph.held_by(name));
            touched || self.stops(action, target, &chain)
        })
    }

    /// Whether all that somebody protected stands on can be read.
    pub(super) fn is_whole(&self, name: &str) -> bool {
        let mut protected = self.protected.iter();
        protected.any(|(known, all, readable)| known == name && all == readable)
    }

    /// Whether anything at stake hangs on something in any way.
    pub(super) fn is_linked(&self, target: &str) -> bool {
        let holder = self.graph.things.get(target).and_then(Option::as_ref);
        let is_protected = |name: &String| self.graph.protected.contains(name);
        self.ours.0.contains(target)
            || self
                .protected
                .iter()
                .any(|(_, all, _)| all.contains(target))
            || holder.is_some_and(is_protected)
    }

    fn stops(&self, action: &str, target: &str, chain: &BTreeSet<String>) -> bool {
        let (itself, keys, sessions) = stops(action);
        let held = self.graph.held_by(target);
        let of = |noun: &str| {
            held.iter()
                .any(|held| held.starts_with(noun) && chain.contains(held))
        };
        itself && chain.contains(target) || keys && of("access-key/") || sessions && of("session/")
    }
}

/// All that something needs: what it leans on, and what its holder leans on, until nothing is added.
fn needs(graph: &Graph, from: &[&str], with_hidden: bool) -> BTreeSet<String> {
    let mut needed: BTreeSet<String> = from.iter().map(|name| (*name).to_owned()).collect();
    loop {
        let holders = needed
            .iter()
            .filter_map(|name| graph.things.get(name)?.clone());
        let leans = graph.leans.iter();
        let leans = leans.filter(|leans| needed.contains(&leans.from));
        let seen = leans.filter(|leans| with_hidden || !leans.hidden);
        let more: BTreeSet<String> = holders.chain(seen.map(|leans| leans.on.clone())).collect();
        let before = needed.len();
        needed.extend(more);
        if needed.len() == before {
            return needed;
        }
    }
}
