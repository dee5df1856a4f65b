//! Provider packs: what ships holds to its schema, and no weather makes a pack claim what did not happen.

mod access;
mod body;
pub(crate) mod contract;
mod expired;
pub(crate) mod fault;
mod foreign;
mod lint;
mod matrix;
mod mistyped;
mod page;
mod paste;
mod readme;
mod receipt;
mod secret;
mod setting;
mod told;
pub(crate) mod vendor;
mod verb;
mod weather;
mod written;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use contain::domain::{Arg, Call, Locator, Spec, Tag};
use contain::pack::{Pack, Recorded, exchanges};
use contain::report::proven::Proven;

/// What stands for every secret of the workspace.
pub(crate) const OURS: &str = "canary-of-ours-5f2b";
/// What stands for the credential itself.
pub(crate) const ITS: &str = "canary-itself-77aa";

/// A pack with its conversations.
type Read = (Arc<Pack>, Vec<Recorded>);

/// The packs that ship by name, each with its conversations: reading them takes long enough to be done once.
pub(crate) static SHIPPED: LazyLock<BTreeMap<String, Read>> = LazyLock::new(|| {
    let packs = contain::pack::shipped().into_iter();
    let told = packs.map(|pack| {
        let told = exchanges(&pack);
        (pack.name().to_owned(), (pack, told))
    });
    told.collect()
});

/// Whether a test holds an action of a pack, by verb and noun.
type Holds = Box<dyn Fn(&Pack, &str) -> bool>;

/// A test that goes over all of a pack, rather than naming its actions one by one.
pub(crate) struct Loop {
    /// What it proves by.
    pub(crate) by: Proven,
    /// The pack.
    pub(crate) pack: &'static str,
    /// Which of its actions it holds, by verb and noun; the very list that the test itself goes by.
    pub(crate) holds: Holds,
}

impl Loop {
    /// Whether it holds an action.
    pub(crate) fn holds(&self, id: &str) -> bool {
        let Some((provider, verb)) = id.split_once('.') else {
            return false;
        };
        let pack = SHIPPED.get(self.pack);
        provider == self.pack && pack.is_some_and(|(pack, _)| (self.holds)(pack, verb))
    }
}

/// All such tests; the table of what was proven is made from them.
pub(crate) fn loops() -> Vec<Loop> {
    let described = crate::prism::ALL.into_iter();
    let described = described.map(|described| Loop {
        by: Proven::Prism,
        pack: described.pack,
        holds: Box::new(|pack, verb| described.holds(pack, verb)),
    });
    let contracts = contract::packs().map(|pack| Loop {
        by: Proven::Contract,
        pack,
        holds: Box::new(contract::holds),
    });
    described.chain(contracts).collect()
}

pub(crate) fn target(pack: &Pack, told: &Recorded, base: &str) -> Locator {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let account = told.account.as_deref().unwrap_or(host);
    let (noun, id) = told.target.as_ref().unwrap();
    let kind = format!("{}:{noun}", pack.name()).parse().unwrap();
    Locator::new(&kind, id, Some(account))
}

pub(crate) fn call(spec: &Spec, told: &Recorded, target: Locator) -> Call {
    let with = spec.arguments(&told.with).into_iter();
    let with = with.map(|(name, arg)| match arg {
        Arg::Before(field) => (name, Arg::Is(told.before[&field].clone())),
        other => (name, other),
    });
    Call {
        action: spec.id.clone(),
        target,
        with: with.collect(),
        secret: None,
        tag: Tag("contain-matrix-1".to_owned()),
    }
}

#[test]
fn what_ships_holds_to_the_published_schema() {
    let validator = jsonschema::validator_for(&contain::pack::schema()).unwrap();
    for (name, text) in contain::pack::SHIPPED {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{name}: {}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let mut broken = value.clone();
        broken["kinds"]["x"] = serde_json::json!({"titel": "x"});
        assert!(!validator.is_valid(&broken));
    }
}

#[test]
fn every_action_that_ships_is_recorded_as_done() {
    for pack in contain::pack::shipped() {
        let told = contain::pack::exchanges(&pack);
        for spec in pack.actions() {
            let id = spec.id.to_string();
            let name = id.split_once('.').unwrap().1;
            let done = |one: &&Recorded| {
                one.action.as_deref() == Some(name) && matches!(one.ends, "done" | "acknowledged")
            };
            assert!(told.iter().any(|one| done(&one)), "{id}");
        }
    }
}
