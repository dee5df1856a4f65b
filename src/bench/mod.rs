//! The bench: the real loop in simulated worlds, in virtual time, against faults and whoever fights back.
//!
//! Everything comes from a seed. What is checked is read from the journal's bytes and from the world's own log, and
//! shares no code with the engine's fold. Stops at what cannot be; whoever runs many seeds catches that.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a bench stops at what cannot be, and names of an event only what it is about"
)]

mod agree;
pub mod bulk;
mod chance;
mod check;
mod draw;
mod further;
pub mod fuzz;
mod graph;
mod incident;
mod reckon;
mod record;
mod saas;
mod seeds;
mod stage;
mod storm;
mod takeover;
pub mod times;
mod watch;
mod wish;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

pub use chance::Chance;
pub use check::{check_authority, check_doubts};
pub use draw::{Drawn, Fight, draw};
pub use graph::{Graphs, many_graphs, one_graph};
pub use incident::{Ran, offered, play};
pub use record::{Entry, entries};
pub use seeds::{Tally, in_virtual_time, last_journal, many, one, quiet, until_broken};
pub use stage::{Bench, around};
pub use storm::{Odds, Stormy};
pub use takeover::{Pairs, many_pairs, one_pair};
pub use watch::{Gone, Left};
pub use wish::{Ended, Wish};

use crate::domain::{Bound, Duration, Kind, Locator, Spec};
use crate::gate::Policy;
use crate::playbook::{self, Playbook, Vocabulary};
use crate::provider::aws;

/// The account of the world.
pub const ACCOUNT: &str = "123456789012";

/// A leaked key with a session of it, a healthy sibling, a role that was entered and one that never was. The intruder
/// mints a key at once, and a session in the moment in which the cut has not reached every front end.
pub const LEAK: &str = include_str!("leak.yaml");

/// A locator of AWS in the world's account.
#[must_use]
pub fn name(text: &str) -> Locator {
    format!("aws:{text}@{ACCOUNT}").parse().unwrap()
}

/// The catalogue of AWS, with bounds that a world in virtual time waits out quickly.
#[must_use]
pub fn actions() -> Vec<Spec> {
    let mut actions = aws::actions();
    for spec in &mut actions {
        spec.bound = Bound::Configured {
            within: Duration::from_secs(10),
        };
    }
    actions
}

/// The embedded policies.
pub fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| Policy::embedded().unwrap())
}

/// The shipped `isolate`.
pub fn playbook() -> &'static Playbook {
    shipped("isolate", "aws")
}

/// What a provider of the bench knows and can do.
fn catalogue(provider: &str) -> (Vec<Kind>, Vec<Spec>) {
    if provider == saas::NAME {
        (saas::kinds(), saas::actions())
    } else {
        (aws::kinds(), actions())
    }
}

/// A shipped playbook, read for one provider.
fn shipped(name: &str, provider: &str) -> &'static Playbook {
    static READ: Mutex<BTreeMap<(String, String), &'static Playbook>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap();
    let place = (name.to_owned(), provider.to_owned());
    read.entry(place).or_insert_with(|| {
        let mut all = playbook::shipped().iter();
        let (_, text) = all.find(|(known, _)| *known == name).unwrap();
        Box::leak(Box::new(read_for(name, text, catalogue(provider))))
    })
}

/// Reads a playbook that is known to be good.
#[must_use]
pub fn load(text: &str) -> Playbook {
    read_for("isolate", text, catalogue("aws"))
}

fn read_for(name: &str, text: &str, (kinds, actions): (Vec<Kind>, Vec<Spec>)) -> Playbook {
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    playbook::load(&format!("{name}.yaml"), text, &vocabulary).unwrap()
}
