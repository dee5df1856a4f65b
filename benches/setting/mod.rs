//! A simulated world of many keys, and what is needed to plan in it.
//!
//! Shared by the benchmarks; measures nothing itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contain::domain::event::{Event, Order};
use contain::domain::{Clock, Locator, Time};
use contain::gate::{Circumstances, Policy};
use contain::playbook::{self, Playbook, Vocabulary};
use contain::provider::simulated::{Node, Pace, Settings, Simulated, World};
use contain::provider::{Catalogue, aws};

/// The account that everything is in.
const ACCOUNT: &str = "123456789012";

/// The text of the shipped playbook `isolate`.
pub(crate) const ISOLATE: &str = include_str!("../../playbooks/isolate.yaml");

/// When everything happens.
pub(crate) fn start() -> Time {
    Time::from_second(1_772_334_420).expect("a time of this century")
}

fn name(text: &str) -> Locator {
    format!("aws:{text}@{ACCOUNT}")
        .parse()
        .expect("a canonical name")
}

/// The name of one key of many.
pub(crate) fn key(number: usize) -> Locator {
    name(&format!("access-key/AKIA{number:016}"))
}

/// A world in which each two keys belong to one user, and its provider.
pub(crate) fn catalogue(keys: usize, clock: &Clock) -> Catalogue {
    let mut world = World::new(7, Pace::default());
    world.learn(&aws::kinds(), &aws::actions());
    let mut add = |locator: Locator, held_by: Option<Locator>| {
        let mut node = Node::new(locator);
        if held_by.is_some() {
            node.fields.insert("status".to_owned(), "Active".into());
        }
        node.held_by = held_by;
        node.issued_at = Some(start());
        world.add(node);
    };
    let responder = vec![name("access-key/AKIARESPONDER"), name("user/on-call")];
    add(name("user/on-call"), None);
    add(name("access-key/AKIARESPONDER"), Some(name("user/on-call")));
    for number in 0..keys {
        let user = name(&format!("user/bot-{:05}", number / 2));
        if number % 2 == 0 {
            add(user.clone(), None);
        }
        add(key(number), Some(user));
    }
    let settings = Settings {
        responder,
        ..Settings::default()
    };
    let provider = Simulated::new(
        "aws",
        aws::kinds(),
        aws::actions(),
        world.share(),
        clock.clone(),
        settings,
    );
    Catalogue::new(vec![Arc::new(provider)])
}

/// The shipped playbook, read against a catalogue.
pub(crate) fn playbook(catalogue: &Catalogue) -> Playbook {
    let vocabulary = Vocabulary {
        kinds: catalogue.kinds().collect(),
        actions: catalogue.actions().collect(),
    };
    playbook::load("isolate.yaml", ISOLATE, &vocabulary).expect("the shipped playbook")
}

/// The first entries of an incident with one run on so many keys.
pub(crate) fn opening(playbook: &Playbook, policy: &Policy, keys: usize) -> Vec<Event> {
    let subjects: Vec<Locator> = (0..keys).map(key).collect();
    let inputs = BTreeMap::from([("review".to_owned(), "4h".into())]);
    let order = Order {
        verb: "plan".to_owned(),
        playbook: playbook.name.clone(),
        digest: playbook.digest,
        calls: BTreeMap::new(),
        subjects,
        inputs,
        include: Vec::new(),
        cuts: true,
        exact: false,
        wait: false,
        since: start(),
        secrets: Vec::new(),
        left_alone: Vec::new(),
        identities: Vec::new(),
        acting_as: Vec::new(),
        endpoints: BTreeMap::new(),
        activity: Vec::new(),
        tool: "bench".to_owned(),
        policy: policy.digest(),
    };
    vec![
        Event::Opened {
            incident: "bench".to_owned(),
            drill: true,
            since: start(),
            reason: None,
            ticket: None,
        },
        Event::RunOpened {
            run: 1,
            order: Box::new(order),
        },
    ]
}

/// A lone operator at a drill.
pub(crate) fn around() -> Circumstances {
    Circumstances::solo("bench", true, true)
}

/// An empty folder in the target folder, on the disk that everything is built on; removed when dropped.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(target()).expect("a folder in the target folder")
}

fn target() -> PathBuf {
    let bench = std::env::current_exe().expect("a benchmark has a file");
    bench
        .ancestors()
        .nth(3)
        .map(Path::to_owned)
        .expect("target/release/deps")
}
