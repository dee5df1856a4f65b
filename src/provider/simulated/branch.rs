//! What a thing stands on beside who holds and who issued it: group, policy, trust, boundary, identity provider.
//!
//! A thing works only while all that it stands on does. Never decides what a cut stops: that is [`super::fate`]'s.

use std::collections::BTreeSet;

use super::read::Reader;
use super::weather::Operation;
use super::world::{World, lock};
use crate::domain::{Because, Branch, Locator, NotSeen, Time, Why};

/// Something that a thing stands on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prop {
    /// What it is.
    pub on: Locator,
    /// Why the thing would stop without it, as a clause.
    pub because: String,
    /// Whether nobody can read that it stands on it.
    pub hidden: bool,
}

impl Prop {
    /// Something without which a thing stops, for all to read.
    #[must_use]
    pub fn on(on: &Locator) -> Self {
        Self {
            on: on.clone(),
            because: "without it this stops".to_owned(),
            hidden: false,
        }
    }
}

impl World {
    /// Declares what a thing stands on.
    pub fn prop(&mut self, thing: &Locator, prop: Prop) {
        self.props.entry(thing.clone()).or_default().push(prop);
    }

    /// All that a thing stands on, through however many steps; its holders and issuers are walked through.
    pub(super) fn footing(&self, of: &Locator) -> BTreeSet<&Locator> {
        let (mut footing, mut walked) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<&Locator> = self
            .nodes
            .get_key_value(of)
            .into_iter()
            .map(first)
            .collect();
        while let Some(name) = open.pop().filter(|_| !self.props.is_empty()) {
            if !walked.insert(name) {
                continue;
            }
            for prop in self.props.get(name).into_iter().flatten() {
                footing.insert(&prop.on);
                open.push(&prop.on);
            }
            let node = self.nodes.get(name);
            open.extend(node.and_then(|node| node.held_by.as_ref()));
            open.extend(node.and_then(|node| node.issuer.as_ref()));
        }
        footing
    }

    /// Whether all that a thing stands on works, at one front end.
    pub(super) fn is_held_up_at(&self, name: &Locator, now: Time, front_end: f64) -> bool {
        let mut footing = self.footing(name).into_iter();
        footing.all(|on| self.works_at(on, now, front_end))
    }
}

fn first<T>((name, _): (&Locator, T)) -> &Locator {
    name
}

impl Reader {
    /// What these stand on, as far as it can be read; where nothing is declared there is nothing to ask for.
    pub(super) async fn branch(&self, of: &[Locator]) -> Branch {
        let mut branch = Branch::of(of, crate::provider::NAMED);
        let declared = {
            let world = lock(&self.inner.world);
            of.iter().any(|one| !world.footing(one).is_empty())
        };
        if !declared {
            return branch;
        }
        let about = || "what we stand on".to_owned();
        if let Err(why) = self.ask(Operation::Read, about).await {
            branch.not_seen.push(unseen(about(), why));
            return branch;
        }
        let world = lock(&self.inner.world);
        let mut open: Vec<Locator> = of.to_vec();
        while let Some(name) = open.pop() {
            let node = world.node(&name);
            let owners = [
                (node.and_then(|node| node.held_by.as_ref()), "it holds"),
                (node.and_then(|node| node.issuer.as_ref()), "it issued"),
            ];
            for (owner, does) in owners {
                if let Some(owner) = owner
                    && branch.add(owner.clone(), || format!("{does} {name}"))
                {
                    open.push(owner.clone());
                }
            }
            for prop in world.props.get(&name).into_iter().flatten() {
                if prop.hidden {
                    let why = Why::new(Because::Denied, "nobody here may read it");
                    let what = format!("something that {name} stands on");
                    branch.not_seen.push(unseen(what, why));
                } else if branch.add(prop.on.clone(), || format!("{}: {name}", prop.because)) {
                    open.push(prop.on.clone());
                }
            }
        }
        branch
    }
}

fn unseen(what: String, why: Why) -> NotSeen {
    NotSeen {
        what,
        why,
        withholds: false,
    }
}
