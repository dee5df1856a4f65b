//! Random identity graphs: who would cut the branch that contain itself, or a protected identity, sits on.
//!
//! What must be found is reckoned from the graph as it was drawn, and shares no code with the planner or the world.

mod sketch;
mod truth;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

use self::sketch::Graph;
use self::truth::Truth;
use super::seeds::{caught, on_threads};
use super::{ACCOUNT, Bench, Wish};
use crate::converge::{Answer, Limit};
use crate::domain::event::Event;
use crate::domain::item::ItemKey;
use crate::domain::{Kind, Locator, Spec, Time};
use crate::gate::Confirmation;
use crate::playbook::{self, Playbook, Vocabulary};
use crate::provider::aws;
use crate::provider::simulated::{Scenario, lock};

/// The verbs that are tried on what was named.
const VERBS: [&str; 5] = ["narrow", "end-sessions", "suspend", "revoke", "delete"];

/// What became of the graphs that were played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Graphs {
    /// How many were played.
    pub played: u64,
    /// In how many something was to be cut that stops contain itself.
    pub own: u64,
    /// How many such cuts there were.
    pub cuts: u64,
    /// How many of them go through something else than the credential and its principal.
    pub indirect: u64,
    /// How many cuts would have touched what is protected, or what that stands on.
    pub protected: u64,
    /// In how many graphs some edge could not be read.
    pub hidden: u64,
    /// How many ordinary cuts were made beside them.
    pub made: u64,
}

impl Graphs {
    fn take_in(&mut self, other: &Self) {
        self.played += 1;
        self.own += u64::from(other.cuts > 0);
        self.cuts += other.cuts;
        self.indirect += other.indirect;
        self.protected += other.protected;
        self.hidden += other.hidden;
        self.made += other.made;
    }
}

/// The catalogue of AWS, and two kinds that people edit elsewhere: a boundary's policy, and an app of an identity provider.
fn catalogue() -> (Vec<Kind>, Vec<Spec>) {
    let (mut kinds, mut actions) = (aws::kinds(), super::actions());
    for (noun, cut, back) in [
        (
            "boundary-policy",
            "empty-boundary-policy",
            "fill-boundary-policy",
        ),
        (
            "identity-app",
            "disable-identity-app",
            "enable-identity-app",
        ),
    ] {
        let kind = json!({"id": format!("aws:{noun}"), "title": noun, "credential": false, "readable": "by-id"});
        kinds.push(serde_json::from_value(kind).unwrap());
        let spec = |id: &str, effect: Value, becomes: Value, undo: Value| {
            let spec = json!({
                "id": format!("aws.{id}"), "title": id, "on": format!("aws:{noun}"), "effect": effect, "hurts": "whoever needs it",
                "touches": [{"field": "status", "becomes": becomes}], "floor": 2, "undo": undo, "repeat": "set-like",
                "permissions": [format!("test:{id}")], "bound": {"configured": {"within": "PT10S"}}, "docs": "none",
            });
            serde_json::from_value::<Spec>(spec).unwrap()
        };
        let cuts = json!({"cut": {"rung": "suspend", "target": "pauses", "issued": "lives", "stops_issue": true, "allows": "nothing"}});
        actions.push(spec(
            cut,
            cuts,
            json!({"is": "off"}),
            json!({"by": format!("aws.{back}")}),
        ));
        actions.push(spec(
            back,
            json!("open"),
            json!("before"),
            json!({"by": format!("aws.{cut}")}),
        ));
    }
    (kinds, actions)
}

/// A playbook that does one thing to whatever was named.
fn playbook(verb: &'static str) -> &'static Playbook {
    static READ: OnceLock<BTreeMap<&'static str, Playbook>> = OnceLock::new();
    let all = READ.get_or_init(|| {
        let (kinds, actions) = catalogue();
        let vocabulary = Vocabulary {
            kinds: kinds.iter().collect(),
            actions: actions.iter().collect(),
        };
        let read = |verb: &'static str| {
            let text = format!(
                "contain: 1\nplaybook: {verb}\nsummary: one cut\ninputs:\n  subject: {{type: locator, required: true}}\nphases:\n  isolate:\n    - id: cut\n      do: {verb}\n      target: \"${{subject}}\"\n      review: {{after: 4h, then: escalate}}\n"
            );
            (verb, playbook::load(&format!("{verb}.yaml"), &text, &vocabulary).unwrap_or_else(|why| panic!("{why}")))
        };
        VERBS.into_iter().map(read).collect()
    });
    &all[verb]
}

/// Plays one graph: plans and performs one verb on what the seed names, on a plain yes and never with a code.
async fn play(seed: u64) -> Graphs {
    let graph = Graph::draw(seed);
    let bench = Bench::of_catalogue(
        Scenario::parse(&graph.text()).unwrap(),
        |world| graph.build(world),
        catalogue(),
    );
    super::seeds::writes(&bench.disk);
    let wish = Wish {
        subjects: graph.subjects.iter().map(|name| located(name)).collect(),
        playbook: playbook(graph.verb),
        protected: graph.protected.iter().map(|name| located(name)).collect(),
        secrets: false,
        answer: Answer::Yes(Confirmation::Yes),
        inputs: BTreeMap::new(),
        ..Wish::isolate(Limit::Isolated)
    };
    let first = bench.clock.now();
    bench.go(&wish).await.end();
    let graphs = check(&graph, &bench, first);
    bench.check(false);
    graphs
}

fn located(name: &str) -> Locator {
    format!("aws:{name}@{ACCOUNT}").parse().unwrap()
}

/// The name that the graph has for something.
fn drawn(what: &Locator) -> String {
    format!("{}/{}", what.kind().noun(), what.id())
}

/// Holds what was planned and sent against what is reckoned from the graph.
fn check(graph: &Graph, bench: &Bench, began: Time) -> Graphs {
    let truth = Truth::of(graph);
    let mut told = Graphs {
        hidden: u64::from(truth.is_partly_hidden()),
        ..Graphs::default()
    };
    let mut cut = Vec::new();
    for left in bench.left() {
        let (action, target) = (left.call.action.to_string(), drawn(&left.call.target));
        assert!(
            graph.subjects.contains(&target),
            "outside: {action} on {target}"
        );
        assert!(
            !truth.stops_us(&action, &target, true),
            "ORG-1: {action} on {target} left and stops us"
        );
        assert!(
            !truth.stops_protected(&action, &target),
            "ORG-2: {action} on {target} left and stops a protected identity"
        );
        told.made += 1;
        cut.push((action, target));
    }
    let mut seen: BTreeMap<ItemKey, ()> = BTreeMap::new();
    for plan in bench.plans.lock().unwrap().values() {
        for item in plan
            .items
            .iter()
            .filter(|item| item.rung.is_some() && item.call().is_some())
        {
            let (action, target) = (
                item.action().unwrap().to_string(),
                drawn(item.target().unwrap()),
            );
            assert!(
                graph.subjects.contains(&target),
                "outside: {action} on {target} was planned"
            );
            let is_marked = |mark: &str| item.marks.iter().any(|known| known == mark);
            let (ours, theirs) = (
                truth.stops_us(&action, &target, true),
                truth.stops_protected(&action, &target),
            );
            assert!(
                is_marked("own") || !ours,
                "ORG-1: {action} on {target} is not marked: {:?}",
                item.reasons
            );
            assert!(
                is_marked("protected") || !theirs,
                "ORG-2: {action} on {target} is not marked: {:?}",
                item.reasons
            );
            let is_linked = truth.is_linked(&target);
            assert!(
                is_linked || item.marks.is_empty(),
                "{action} on {target} is marked and holds nobody: {:?}",
                item.reasons
            );
            if seen.insert(item.key.clone(), ()).is_none() {
                told.cuts += u64::from(ours);
                told.indirect += u64::from(ours && !graph.is_plain(&target));
                told.protected += u64::from(theirs);
            }
        }
    }
    // Whatever was reckoned: the world goes on letting us in, unless what was cut could not be read to hold us.
    let excused = cut
        .iter()
        .any(|(action, target)| truth.stops_us(action, target, false));
    let (world, now) = (lock(&bench.world), bench.clock.now());
    assert!(now >= began);
    assert!(
        excused || world.accepts(&located(&graph.credential), now),
        "ORG-1: we are locked out by {cut:?}"
    );
    for name in &graph.protected {
        let keys = graph.held_by(name);
        let alive = keys.iter().all(|key| world.accepts(&located(key), now));
        assert!(
            excused || alive || !truth.is_whole(name),
            "ORG-2: {name} is locked out by {cut:?}"
        );
    }
    let denied = bench
        .entries()
        .into_iter()
        .any(|entry| matches!(entry.event, Event::Denied { .. }));
    assert!(!denied, "nothing here is beyond a code");
    told
}

/// Plays one graph, in a time of its own.
///
/// # Errors
/// Says what must not have been.
pub fn one_graph(seed: u64) -> Result<Graphs, String> {
    caught(play(seed))
}

/// Plays these graphs on so many threads; `each` hears of every one that broke a rule, at once.
pub fn many_graphs(
    seeds: Range<u64>,
    threads: u32,
    each: impl Fn(u64, &str) + Sync,
) -> (Graphs, u64) {
    let tally = Mutex::new((Graphs::default(), 0));
    on_threads(seeds, threads, |seed| {
        let played = one_graph(seed);
        if let Err(why) = &played {
            each(seed, why);
        }
        let mut tally = tally.lock().unwrap();
        match played {
            Ok(graphs) => tally.0.take_in(&graphs),
            Err(_) => tally.1 += 1,
        }
        std::ops::ControlFlow::Continue(())
    });
    tally.into_inner().unwrap()
}

#[cfg(test)]
mod tests {
    use super::many_graphs;

    /// How many graphs are played here.
    const SEEDS: u64 = 200;

    #[test]
    fn in_random_graphs_every_cut_of_our_own_branch_is_found_and_nothing_protected_is_touched() {
        let broken = std::sync::Mutex::new(Vec::new());
        let (told, broke) = many_graphs(0..SEEDS, 2, |seed, why| {
            broken.lock().unwrap().push(format!("graph {seed}: {why}"));
        });
        let broken = broken.into_inner().unwrap();
        assert_eq!(broke, 0, "{:#?}", broken.iter().take(5).collect::<Vec<_>>());
        assert_eq!(told.played, SEEDS);
        // A bench in which nothing is at stake shows nothing.
        assert!(
            told.own > SEEDS / 4 && told.indirect > SEEDS / 8,
            "{told:?}"
        );
        assert!(
            told.protected > SEEDS / 8 && told.hidden > SEEDS / 8,
            "{told:?}"
        );
        assert!(told.made > SEEDS, "{told:?}");
    }
}
