//! The laws of issuing: whatever befalls it, one new credential is alive, and it is where its consumers read it.
//!
//! A toy catalogue, as the engine knows no vendor; the world's own log is what is believed.

use std::collections::BTreeSet;

use contain::converge::{Answer, Limit};
use contain::domain::event::{Answered, Event, Further};
use contain::domain::{Call, Cause, Duration, Kind, KindId, Locator, Spec, State, Work};
use contain::gate::Confirmation;
use contain::journal::{self, Fails, Injecting};
use contain::playbook::{self, Expr, Playbook, Step, StepWork, Verb, Vocabulary, What};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{CutOffs, Fault, Operation, Rule, Scenario, lock};
use serde_json::{Value, json};

use super::{CUTS, Cells, WEATHER};
use crate::simulated::{Bench, Wish, check_authority, check_doubts};

pub(super) fn kinds() -> Vec<Kind> {
    serde_json::from_value(json!([
        {"id": "toy:key", "title": "key", "credential": true, "readable": "by-id", "at_most": 2},
        {"id": "toy:user", "title": "user", "credential": false, "readable": "by-id",
         "governs": ["toy:key"], "reads": ["reach"]},
        {"id": "toy:vault", "title": "vault", "credential": false, "readable": "by-id"},
        {"id": "toy:app", "title": "app", "credential": false, "readable": "by-id"},
        {"id": "toy:token", "title": "token", "credential": true, "readable": "by-id"},
    ]))
    .unwrap()
}

pub(super) fn actions() -> Vec<Spec> {
    let spec = |id: &str, on: &str, more: Value| {
        let mut spec = json!({
            "id": id, "title": id, "on": on, "hurts": "somebody", "floor": 1, "repeat": "set-like",
            "touches": [], "permissions": [id], "bound": {"configured": {"within": "PT5S"}}, "docs": "none",
        });
        for (name, value) in more.as_object().unwrap() {
            spec[name] = value.clone();
        }
        spec
    };
    let cut = |rung: &str, fate: &str| json!({"cut": {"rung": rung, "target": fate, "issued": "lives", "stops_issue": true, "allows": "nothing"}});
    let status = |becomes: Value| json!([{"field": "status", "becomes": becomes}]);
    let made = json!([{"name": "made", "about": "what was made", "takes": {"locator": ["toy:key", "toy:token"]}}]);
    let version = json!([{"field": "version", "becomes": "anew"}]);
    let never = json!({"none": "it is an inverse"});
    serde_json::from_value(json!([
        spec("toy.suspend-key", "toy:key", json!({
            "effect": cut("suspend", "pauses"), "touches": status(json!({"is": "Inactive"})),
            "undo": {"by": "toy.resume-key"}})),
        spec("toy.resume-key", "toy:key", json!({
            "effect": "open", "touches": status(json!("before")), "undo": never})),
        spec("toy.delete-key", "toy:key", json!({
            "effect": cut("delete", "dies"), "touches": status(json!({"is": "Deleted"})), "floor": 3,
            "undo": {"none": "a deleted key is gone"}})),
        spec("toy.create-key", "toy:user", json!({
            "effect": {"issue": "toy:key"}, "repeat": "tagged", "floor": 2, "undo": {"by": "toy.delete-key"}})),
        spec("toy.put-secret", "toy:vault", json!({
            "effect": "deliver", "params": made, "touches": version, "undo": {"none": "versions stay"}})),
        spec("toy.rotate-token", "toy:token", json!({
            "effect": {"issue": "toy:token"}, "floor": 2, "undo": {"none": "the old secret is gone"}})),
    ]))
    .unwrap()
}

/// A leaked key that is cut already, of a user whose program reads it from a vault.
pub(super) const WORLD: &str = r#"
drill: replace
summary: A key that was cut is replaced.
provider: toy
playbook: replace
subject: toy:key/LEAKED@1
since: 2h
start: 2026-03-01T03:07:00Z
seed: 7
responder: {credential: "toy:key/OURS@1", principal: "toy:user/on-call@1"}
world:
  latency: 40ms
  deadline: 3s
  nodes:
    - {locator: "toy:user/ci@1", age: 9720h}
    - {locator: "toy:key/LEAKED@1", held_by: "toy:user/ci@1", fields: {status: Inactive}, age: 4800h, used: 3h, secret: true}
    - {locator: "toy:token/T@1", age: 4800h, used: 3h, secret: true}
    - {locator: "toy:vault/app@1", age: 4800h, fields: {version: v1}, holds: "toy:key/LEAKED@1"}
    - {locator: "toy:vault/spare@1", age: 4800h, fields: {version: v1}}
    - {locator: "toy:app/web@1", age: 4800h, reads: "toy:vault/app@1", reads_after: 20s}
    - {locator: "toy:user/on-call@1", age: 9000h}
    - {locator: "toy:key/OURS@1", held_by: "toy:user/on-call@1", fields: {status: Active}, age: 700h, secret: true}
  healthy: ["toy:key/OURS@1"]
expect: {outcome: contained}
"#;

const SECOND: &str = r#"    - {locator: "toy:key/SECOND@1", held_by: "toy:user/ci@1", fields: {status: Active}, age: 4800h, secret: true}
"#;

pub(super) fn name(text: &str) -> Locator {
    format!("toy:{text}@1").parse().unwrap()
}

fn kind(text: &str) -> KindId {
    text.parse().unwrap()
}

/// A playbook of one step that issues; what the step says is put in behind the reader, whose part it is not.
fn playbook(verb: Verb, target: &str, with: Value) -> Playbook {
    let text = format!(
        "contain: 1\nplaybook: replace\nsummary: Replace it\ninputs:\n  subject: {{type: locator, required: true}}\nphases:\n  isolate:\n    - id: replace\n      do: suspend\n      target: \"{target}\"\n"
    );
    let (kinds, actions) = (kinds(), actions());
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let mut playbook = playbook::load("replace.yaml", &text, &vocabulary).unwrap();
    let step = &mut playbook.steps[0];
    step.work = StepWork::Do(What::Verb(verb));
    for (name, value) in with.as_object().unwrap() {
        let said = Expr::literal(value.clone(), step.span);
        step.with.insert(name.clone(), said);
    }
    playbook
}

fn replace(with: Value) -> &'static Playbook {
    Box::leak(Box::new(playbook(Verb::Replace, "${subject}", with)))
}

fn bench_of(text: &str) -> Bench {
    Bench::of_catalogue(Scenario::parse(text).unwrap(), |_| (), (kinds(), actions()))
}

fn bench() -> Bench {
    bench_of(WORLD)
}

fn with_second() -> String {
    WORLD.replacen(
        "    - {locator: \"toy:token",
        &format!("{SECOND}    - {{locator: \"toy:token"),
        1,
    )
}

fn wish_for(playbook: &'static Playbook) -> Wish {
    Wish {
        verb: "run",
        subjects: vec![name("key/LEAKED")],
        secrets: false,
        answer: Answer::Yes(Confirmation::Code),
        playbook,
        ..Wish::isolate(Limit::Contained)
    }
}

fn delivered() -> &'static Playbook {
    static PLAYBOOK: std::sync::OnceLock<&'static Playbook> = std::sync::OnceLock::new();
    PLAYBOOK.get_or_init(|| replace(json!({"deliver_to": "toy:vault/app@1"})))
}

fn wish() -> Wish {
    wish_for(delivered())
}

/// The keys that contain made, and that somebody could use now.
pub(super) fn alive(bench: &Bench) -> Vec<Locator> {
    let world = lock(&bench.world);
    let now = bench.clock.now();
    let known = ["LEAKED", "SECOND", "OURS"];
    let keys = world
        .nodes()
        .map(|node| &node.locator)
        .filter(|name| *name.kind() == kind("toy:key"));
    let new = keys.filter(|name| !known.contains(&name.id()));
    new.filter(|name| world.accepts(name, now))
        .cloned()
        .collect()
}

/// Whether something is accepted: a credential itself, a program what it takes from its place.
pub(super) fn works(bench: &Bench, what: &str) -> bool {
    lock(&bench.world).accepts(&name(what), bench.clock.now())
}

fn state_of(bench: &Bench, step: &str) -> Option<State> {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let lives = record.case.lives.iter();
    let mut named = lives.filter(|(named, _)| named.key.to_string() == step);
    named.next_back().map(|(_, life)| life.state.clone())
}

const ISSUE: &str = "isolate/replace@toy:key/LEAKED@1";

fn is_same(intended: &Call, left: &Call) -> bool {
    (&intended.action, &intended.target, &intended.tag) == (&left.action, &left.target, &left.tag)
}

/// I1: each request that left has an intent of its own that was in the journal before; what follows another in the same
/// attempt stands in the intent of that one.
fn check_intents(bench: &Bench) {
    let entries = bench.entries();
    let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
    for left in bench.left() {
        let before = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.end <= left.written);
        let open = before.rev().find_map(|(at, entry)| {
            let calls: Vec<&Call> = match &entry.event {
                Event::Intended { call, then, .. } => std::iter::once(call)
                    .chain(then.iter().map(|Further { call, .. }| call))
                    .collect(),
                Event::Discarding { call, .. } => vec![call],
                _ => return None,
            };
            let nth = calls.iter().position(|call| is_same(call, &left.call))?;
            Some((at, nth))
        });
        let Some((at, nth)) = open else {
            panic!("I1: {left:?} has no earlier intent")
        };
        // A delivery that is known to have done nothing is sent again under the same intent.
        let may_repeat = left.call.action.to_string() == "toy.put-secret";
        assert!(
            used.insert((at, nth)) || may_repeat,
            "I1: {left:?} shares an intent"
        );
    }
    assert!(
        bench.left().len() >= bench.received(),
        "something left unseen"
    );
}

/// What must be true at every instant, however it came to it.
fn check(bench: &Bench) {
    check_intents(bench);
    bench.check_secrets();
    let entries = bench.entries();
    check_authority(&entries);
    check_doubts(&entries);
    assert!(works(bench, "key/OURS"), "our own key is dead");
}

/// The world without what every attempt names anew.
fn normal(bench: &Bench) -> String {
    let mut text = serde_json::to_string(&lock(&bench.world).snapshot(CutOffs::Present)).unwrap();
    for made in alive(bench) {
        text = text.replace(made.id(), "NEW");
    }
    let value: Value = serde_json::from_str(&text).unwrap();
    let mut value = value;
    for node in value["nodes"].as_object_mut().unwrap().values_mut() {
        for volatile in ["version", "last_changed", "created"] {
            node["fields"].as_object_mut().unwrap().remove(volatile);
        }
    }
    let sorted: std::collections::BTreeMap<&String, &Value> =
        value["nodes"].as_object().unwrap().iter().collect();
    serde_json::to_string(&sorted).unwrap()
}

/// One new key, alive, delivered, in use; and nothing of it said anywhere.
fn is_replaced(bench: &Bench) {
    check(bench);
    let state = state_of(bench, ISSUE);
    assert!(
        matches!(state, Some(State::Confirmed { changed: true })),
        "{state:?}"
    );
    let alive = alive(bench);
    assert_eq!(alive.len(), 1, "{alive:?}");
    let world = lock(&bench.world);
    let secret = world.secret(&alive[0]).unwrap();
    let vault = world.node(&name("vault/app")).unwrap();
    assert_eq!(vault.holds.last().unwrap().secret, secret);
    assert!(!world.accepts(&name("key/LEAKED"), bench.clock.now()));
    let left = world
        .nodes()
        .filter(|node| *node.locator.kind() == kind("toy:key"));
    let left = left
        .filter(|node| !node.is_gone() && node.locator.id() != "OURS")
        .count();
    assert_eq!(left, 2, "the old one and the new one, and no third");
}

async fn undisturbed() -> (String, usize) {
    let bench = bench();
    bench.go(&wish()).await.end();
    is_replaced(&bench);
    assert!(works(&bench, "app/web"));
    (normal(&bench), bench.received())
}

/// Whatever came before, going on replaces it.
async fn goes_on(bench: &Bench, wanted: &str) {
    bench.weather.clear();
    for _ in 0..3 {
        bench.go(&wish()).await.end();
        if matches!(state_of(bench, ISSUE), Some(State::Confirmed { .. })) {
            break;
        }
    }
    is_replaced(bench);
    bench.clock.sleep(Duration::from_secs(30)).await;
    assert!(works(bench, "app/web"));
    assert_eq!(normal(bench), wanted);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_key_is_delivered_in_use_and_seen_nowhere() {
    let bench = bench();
    assert!(!works(&bench, "app/web"));
    let end = bench.go(&wish()).await.end();
    is_replaced(&bench);
    let watch = "isolate/replace[used from toy:vault/app@1]@toy:key/LEAKED@1";
    let state = state_of(&bench, watch);
    assert!(matches!(state, Some(State::Confirmed { .. })), "{state:?}");
    let old = state_of(&bench, "isolate/replace[old]@toy:key/LEAKED@1");
    assert!(
        matches!(old, Some(State::Confirmed { changed: false })),
        "{old:?}"
    );
    let fingerprints = bench
        .entries()
        .iter()
        .filter(|entry| {
            matches!(
                &entry.event,
                Event::Made {
                    fingerprint: Some(_),
                    ..
                }
            )
        })
        .count();
    assert_eq!(fingerprints, 1);
    assert!(end.rounds <= 4, "{}", end.rounds);
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_it_leaves_one_new_key_and_goes_on_to_the_same_world() {
    let (wanted, _) = undisturbed().await;
    let mut cells = Cells::default();
    for how in CUTS {
        for nth in 1.. {
            let bench = bench();
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wish = wish().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &wish).await.is_well() {
                break;
            }
            let of = format!("killed at {nth}, {how:?}");
            cells.one(of, goes_on(&bench, &wanted)).await;
        }
    }
    cells.hold(40);
}

async fn weathered(rule: Rule, kill: Option<u64>, wanted: &str) {
    let bench = bench();
    bench.weather.add(rule);
    match kill {
        None => {
            bench.go(&wish()).await.end();
            check(&bench);
            // Whatever it says, nothing is alive that was not delivered, unless that is said to be in doubt.
            let settled = state_of(&bench, ISSUE).is_some_and(|state| !state.is_in_doubt());
            let confirmed = matches!(state_of(&bench, ISSUE), Some(State::Confirmed { .. }));
            assert!(
                !settled || alive(&bench).len() == usize::from(confirmed),
                "{:?}",
                state_of(&bench, ISSUE)
            );
        }
        Some(nth) => {
            let disk = Injecting::kill(bench.disk.clone(), nth, Fails::After);
            drop(bench.go_on(Box::new(disk), &wish().dropped(true)).await);
        }
    }
    goes_on(&bench, wanted).await;
}

fn on(operation: Operation, nth: Option<u32>, fault: Fault) -> Rule {
    Rule {
        on: Some(operation),
        about: String::new(),
        nth,
        fault,
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_a_request_one_new_key_is_delivered_in_the_end() {
    let (wanted, requests) = undisturbed().await;
    let mut cells = Cells::default();
    for fault in WEATHER {
        for nth in (1..=u32::try_from(requests).unwrap() + 2)
            .map(Some)
            .chain([None])
        {
            let cell = weathered(on(Operation::Perform, nth, fault), None, &wanted);
            cells
                .one(format!("request {nth:?} met {fault:?}"), cell)
                .await;
        }
        let cell = weathered(on(Operation::Made, Some(1), fault), None, &wanted);
        cells
            .one(format!("the search by tag met {fault:?}"), cell)
            .await;
    }
    cells.hold(50);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_and_a_kill_leave_one_new_key() {
    let (wanted, _) = undisturbed().await;
    let mut cells = Cells::default();
    for fault in [Fault::TimeoutAfter, Fault::ResetAfter, Fault::TimeoutBefore] {
        for request in 1..=3 {
            for nth in 4..16 {
                let rule = on(Operation::Perform, Some(request), fault);
                let cell = weathered(rule, Some(nth), &wanted);
                cells
                    .one(
                        format!("request {request} met {fault:?}, killed at {nth}"),
                        cell,
                    )
                    .await;
            }
        }
    }
    cells.hold(90);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_refused_takes_the_new_key_away_and_says_so() {
    let bench = bench();
    let rule = Rule {
        about: "put-secret".to_owned(),
        ..on(Operation::Perform, None, Fault::Denied)
    };
    bench.weather.add(rule);
    bench.go(&wish()).await.end();
    check(&bench);
    let state = state_of(&bench, ISSUE);
    assert!(
        matches!(&state, Some(State::Failed(why)) if why.text.contains("taken away again")),
        "{state:?}"
    );
    assert_eq!(alive(&bench), []);
    let taken = bench.entries().iter().any(|entry| {
        matches!(
            &entry.event,
            Event::Discarded {
                outcome: Answered::Done { .. },
                ..
            }
        )
    });
    assert!(taken);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_took_a_key_which_another_refused_is_named_and_made_good_by_the_next_attempt()
{
    let places = json!({"deliver_to": ["toy:vault/app@1", "toy:vault/spare@1"]});
    let playbook: &'static Playbook = Box::leak(Box::new(replace(places)));
    let bench = bench();
    let rule = Rule {
        about: "vault/spare".to_owned(),
        ..on(Operation::Perform, None, Fault::Denied)
    };
    bench.weather.add(rule);
    bench.go(&wish_for(playbook)).await.end();
    check(&bench);
    let state = state_of(&bench, ISSUE);
    assert!(
        matches!(&state, Some(State::Blocked(Cause::Provider(why))) if why.contains("vault/app@1")),
        "something happened, so it has not failed: {state:?}"
    );
    assert_eq!(alive(&bench), []);
    bench.weather.clear();
    bench.go(&wish_for(playbook)).await.end();
    assert_eq!(alive(&bench).len(), 1);
    assert!(works(&bench, "app/web"), "what reads the first place works");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_away_is_in_doubt_and_named_until_it_can() {
    let (wanted, _) = undisturbed().await;
    let bench = bench();
    for about in ["put-secret", "delete-key"] {
        let rule = Rule {
            about: about.to_owned(),
            ..on(Operation::Perform, None, Fault::Denied)
        };
        bench.weather.add(rule);
    }
    bench.go(&wish()).await.end();
    check(&bench);
    let left = alive(&bench);
    assert_eq!(left.len(), 1);
    let state = state_of(&bench, ISSUE);
    assert!(
        matches!(&state, Some(State::InDoubt { why, .. }) if why.text.contains(left[0].id())),
        "{state:?}"
    );
    goes_on(&bench, &wanted).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_place_to_deliver_to_nothing_is_made() {
    for with in [json!({}), json!({"deliver_to": "toy:app/web@1"})] {
        let bench = bench();
        bench.go(&wish_for(replace(with))).await.end();
        assert_eq!(bench.received(), 0);
        let state = state_of(&bench, ISSUE);
        assert!(
            matches!(&state, Some(State::Blocked(cause)) if cause.word() == "authority" && cause.text().contains("deliver")),
            "{state:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn with_as_many_as_may_be_the_dead_one_is_deleted_first_at_tier_3() {
    let bench = bench_of(&with_second());
    // A plain yes covers tier 2: what makes room waits for its code, and the new one for the room.
    let plain = Wish {
        answer: Answer::Yes(Confirmation::Yes),
        ..wish()
    };
    bench.go(&plain).await.end();
    assert_eq!(bench.received(), 0);
    bench.go(&wish()).await.end();
    bench.check_secrets();
    let room = state_of(&bench, "isolate/replace[make room]@toy:key/LEAKED@1");
    assert!(
        matches!(room, Some(State::Confirmed { changed: true })),
        "{room:?}"
    );
    assert!(matches!(
        state_of(&bench, ISSUE),
        Some(State::Confirmed { .. })
    ));
    assert_eq!(alive(&bench).len(), 1);
    let deleted = bench
        .entries()
        .into_iter()
        .find_map(|entry| match entry.event {
            Event::Intended { call, before, .. } if call.action.to_string() == "toy.delete-key" => {
                Some((call, before))
            }
            _ => None,
        });
    let (call, before) = deleted.unwrap();
    assert_eq!(call.target, name("key/LEAKED"));
    assert_eq!(
        before.text("status"),
        Some("Inactive"),
        "what was deleted is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn with_as_many_as_may_be_and_all_alive_nothing_is_made() {
    let text = with_second().replacen("status: Inactive", "status: Active", 1);
    let bench = bench_of(&text);
    let plan = bench
        .go(&Wish {
            limit: Limit::Plan,
            ..wish()
        })
        .await
        .end()
        .plan
        .unwrap()
        .0;
    let item = plan
        .items
        .iter()
        .find(|item| item.key.to_string() == ISSUE)
        .unwrap();
    assert!(
        matches!(&item.work, Work::Nothing { why, .. } if why.contains("none of them is dead")),
        "{item:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_contain_issued_is_never_cut_by_a_later_round_or_run() {
    let bench = bench();
    bench.go(&wish()).await.end();
    is_replaced(&bench);
    let issued = alive(&bench);
    // The principal itself is isolated now, with all it holds, the new key seen among it.
    let (_, text) = playbook::shipped()[0];
    let (kinds, actions) = (kinds(), actions());
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let isolate = playbook::load("isolate.yaml", text, &vocabulary).unwrap();
    let again = Wish {
        run: 2,
        subjects: vec![name("user/ci")],
        ..wish_for(Box::leak(Box::new(isolate)))
    };
    bench.go(&again).await.end();
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let found = record.case.readings(2).any(|(_, (_, reading))| {
        reading
            .found
            .iter()
            .any(|found| issued.contains(&found.what))
    });
    assert!(found, "the reach of the second run sees it");
    assert_eq!(alive(&bench), issued, "and leaves it alone");
}

#[tokio::test(start_paused = true)]
async fn rotating_in_place_leaves_one_secret_whatever_befalls_it() {
    let rotate = playbook(
        Verb::Rotate,
        "toy:token/T@1",
        json!({"deliver_to": "toy:vault/spare@1"}),
    );
    let rotate: &'static Playbook = Box::leak(Box::new(rotate));
    let mut cells = Cells::default();
    for fault in WEATHER {
        for nth in [Some(1), Some(2)] {
            let cell = async {
                let bench = bench();
                bench.weather.add(on(Operation::Perform, nth, fault));
                bench.go(&wish_for(rotate)).await.end();
                bench.weather.clear();
                bench.go(&wish_for(rotate)).await.end();
                check(&bench);
                let world = lock(&bench.world);
                let secret = world.secret(&name("token/T")).unwrap();
                assert_ne!(secret, "sim-secret-T", "it was rotated");
                let vault = world.node(&name("vault/spare")).unwrap();
                assert_eq!(vault.holds.last().unwrap().secret, secret);
            };
            cells
                .one(format!("request {nth:?} met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(22);
}

#[tokio::test(start_paused = true)]
async fn what_got_a_new_secret_in_place_is_no_credential_that_contain_issued() {
    let bench = bench();
    bench.go(&wish()).await.end();
    let rotate = playbook(
        Verb::Rotate,
        "toy:token/T@1",
        json!({"deliver_to": "toy:vault/spare@1"}),
    );
    let again = Wish {
        run: 2,
        ..wish_for(Box::leak(Box::new(rotate)))
    };
    bench.go(&again).await.end();
    let case = journal::read(&mut bench.disk.clone()).unwrap().case;
    let token = name("token/T");
    let made: Vec<&Locator> = case.lives.values().flat_map(|life| &life.made).collect();
    assert!(made.contains(&&token), "it was rotated: {made:?}");
    // So whoever reaches it from elsewhere cuts it, and leaves alone what was made.
    let issued = case.issued();
    assert!(!issued.contains(&token), "{issued:?}");
    assert_eq!(issued.len(), made.len() - 1, "{issued:?}");
}

#[tokio::test(start_paused = true)]
async fn a_short_lived_alternative_is_said_before_a_new_key_is_made() {
    let mut kinds = kinds();
    kinds[1].short_lived = serde_json::from_value(json!([
        {"title": "a role of the machine", "steps": "attach the role, then remove the key", "docs": "https://vendor.example/roles"},
        {"title": "a token of the pipeline", "steps": "trust its issuer", "docs": "https://vendor.example/oidc"},
    ]))
    .unwrap();
    let with = json!({"deliver_to": "toy:vault/app@1", "prefer": "short-lived"});
    let scenario = Scenario::parse(WORLD).unwrap();
    let bench = Bench::of_catalogue(scenario, |_| (), (kinds, actions()));
    let end = bench
        .go(&Wish {
            limit: Limit::Plan,
            ..wish_for(replace(with))
        })
        .await
        .end();
    let (plan, _) = end.plan.unwrap();
    let steps = plan.items.iter().find_map(|item| match &item.work {
        Work::Manual(asked) => Some(&asked.text),
        _ => None,
    });
    assert!(
        steps.is_some_and(|steps| {
            steps.contains("that of these which fits: a role of the machine")
                && steps.contains(
                    "; or a token of the pipeline (https://vendor.example/oidc): trust its issuer",
                )
        }),
        "{:?}",
        plan.items
    );
    assert!(
        plan.items
            .iter()
            .all(|item| !matches!(item.work, Work::Issue { .. }))
    );
}

#[tokio::test(start_paused = true)]
async fn where_no_action_replaces_people_read_what_is_known_of_the_kind() {
    let roles = json!([{"title": "a role of the machine", "steps": "attach the role.", "docs": "https://vendor.example/roles"}]);
    let settings = "Open Settings, and make another.";
    let by_hand =
        format!("and of the old one: {settings} Then: contain incident done isolate/replace");
    for (of_key, of_user, prefer, wanted, evidence) in [
        (Some(settings), false, "", by_hand.as_str(), true),
        (Some(settings), true, "", by_hand.as_str(), true),
        (
            Some(settings),
            true,
            "short-lived",
            "toy:user/ci@1 uses a role of the machine (https://vendor.example/roles): attach the role. Then: ",
            false,
        ),
        (
            None,
            true,
            "",
            "toy:user/ci@1 uses a role of the machine (https://vendor.example/roles): attach the role. Then: ",
            false,
        ),
        (
            None,
            false,
            "",
            "make another in toy's console, and give it to what uses it; then: ",
            false,
        ),
    ] {
        let mut kinds = kinds();
        kinds[0].by_hand = of_key.map(str::to_owned);
        if of_user {
            kinds[1].short_lived = serde_json::from_value(roles.clone()).unwrap();
        }
        let mut actions = actions();
        actions.retain(|spec| spec.id.to_string() != "toy.create-key");
        let bench = Bench::of_catalogue(Scenario::parse(WORLD).unwrap(), |_| (), (kinds, actions));
        let with = json!({"deliver_to": "toy:vault/app@1", "prefer": prefer});
        let planned = Wish {
            limit: Limit::Plan,
            ..wish_for(replace(with))
        };
        let (plan, _) = bench.go(&planned).await.end().plan.unwrap();
        let told = plan.items.iter().find_map(|item| match &item.work {
            Work::Manual(asked) if item.key.step == "replace" => Some(asked),
            _ => None,
        });
        let told = told.unwrap_or_else(|| panic!("{:?}", plan.items));
        let lead = "no action of this build can `replace` toy:key/LEAKED@1; ";
        assert!(
            told.text.starts_with(lead) && told.text.contains(wanted),
            "{}",
            told.text
        );
        assert_eq!(told.evidence, evidence, "{}", told.text);
        assert_eq!(
            told.text.contains(" --evidence FILE"),
            evidence,
            "{}",
            told.text
        );
    }
}

#[tokio::test(start_paused = true)]
async fn two_keys_of_one_principal_are_replaced_by_two_whatever_befalls_one_of_them() {
    let place = |text: &str| json!({"deliver_to": text});
    let mut both = playbook(Verb::Replace, "toy:key/LEAKED@1", place("toy:vault/app@1"));
    let second = playbook(
        Verb::Replace,
        "toy:key/SECOND@1",
        place("toy:vault/spare@1"),
    );
    both.steps.extend(second.steps.into_iter().map(|step| Step {
        id: "another".to_owned(),
        ..step
    }));
    let both: &'static Playbook = Box::leak(Box::new(both));
    let mut cells = Cells::default();
    for fault in [
        Fault::Refused,
        Fault::Throttled { hint: None },
        Fault::TimeoutAfter,
        Fault::TimeoutBefore,
    ] {
        for nth in 1..=2 {
            let mut kinds = kinds();
            for kind in &mut kinds {
                kind.at_most = None;
            }
            let scenario = Scenario::parse(&with_second()).unwrap();
            let bench = Bench::of_catalogue(scenario, |_| (), (kinds, actions()));
            bench.weather.add(Rule {
                on: Some(Operation::Perform),
                about: "toy.create-key".to_owned(),
                nth: Some(nth),
                fault,
            });
            let cell = async {
                drop(bench.go(&wish_for(both)).await.end());
                bench.weather.clear();
                for _ in 0..2 {
                    drop(bench.go(&wish_for(both)).await.end());
                }
                check(&bench);
                assert_eq!(alive(&bench).len(), 2, "{:?}", alive(&bench));
                assert!(!works(&bench, "key/LEAKED") && !works(&bench, "key/SECOND"));
                let record = journal::read(&mut bench.disk.clone()).unwrap();
                let goals = record.case.goals(1);
                let shared = goals
                    .keys()
                    .any(|(action, _)| action.to_string() == "toy.create-key");
                assert!(!shared, "neither stands in for the other");
            };
            cells
                .one(format!("issuing {nth} met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(8);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_arrives_after_everybody_gave_it_up_overwrites_nothing_that_lives() {
    for lost in [1, 4] {
        let bench = bench();
        for nth in 1..=lost {
            let late = Fault::Late(Length(Duration::from_secs(40)));
            let rule = Rule::once(Operation::Perform, "put-secret", nth, late);
            bench.weather.add(rule);
        }
        for _ in 0..3 {
            bench.go(&wish()).await.end();
        }
        bench.clock.sleep(Duration::from_mins(5)).await;
        is_replaced(&bench);
        assert!(works(&bench, "app/web"), "{lost}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_lost_after_another_was_is_awaited_as_long() {
    let bench = bench();
    let late = Fault::Late(Length(Duration::from_secs(50)));
    for nth in 1..=4 {
        let rule = Rule::once(Operation::Perform, "put-secret", nth, late);
        bench.weather.add(rule);
    }
    bench
        .weather
        .add(Rule::once(Operation::Perform, "create-key", 2, late));
    for _ in 0..4 {
        bench.go(&wish()).await.end();
    }
    bench.clock.sleep(Duration::from_mins(5)).await;
    is_replaced(&bench);
    assert!(works(&bench, "app/web"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_at_now_is_planned_once_it_can() {
    for hidden in ["key/LEAKED", "vault/app"] {
        let bench = bench_of(&with_second());
        bench.weather.add(Rule {
            on: Some(Operation::Observe),
            about: hidden.to_owned(),
            nth: None,
            fault: Fault::Unavailable,
        });
        let end = bench.go(&wish()).await.end();
        assert!(end.standing.told().exit() >= 3, "{:#?}", end.standing);
        assert!(alive(&bench).is_empty(), "{hidden}");
        bench.weather.clear();
        for _ in 0..3 {
            bench.go(&wish()).await.end();
        }
        assert_eq!(alive(&bench).len(), 1, "{hidden}");
        bench.clock.sleep(Duration::from_secs(30)).await;
        assert!(works(&bench, "app/web"), "{hidden}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_run_replaced_is_replaced_again_only_when_it_is_dead() {
    let bench = bench();
    bench.go(&wish()).await.end();
    is_replaced(&bench);
    let first = alive(&bench);
    let next = |run| Wish { run, ..wish() };
    bench.go(&next(2)).await.end();
    assert_eq!(alive(&bench), first);
    let deliveries = |bench: &Bench| {
        lock(&bench.world)
            .node(&name("vault/app"))
            .unwrap()
            .holds
            .len()
    };
    assert_eq!(deliveries(&bench), 2);
    // Who cannot see whether it is alive makes no second one.
    let hidden = first[0].id().to_owned();
    bench.weather.add(Rule {
        on: Some(Operation::Observe),
        about: hidden,
        nth: None,
        fault: Fault::Unavailable,
    });
    bench.go(&next(4)).await.end();
    assert_eq!(alive(&bench), first);
    bench.weather.clear();
    lock(&bench.world).set(&first[0], "status", json!("Inactive"));
    bench.go(&next(3)).await.end();
    assert_eq!(deliveries(&bench), 3);
    assert_ne!(alive(&bench), first);
}
