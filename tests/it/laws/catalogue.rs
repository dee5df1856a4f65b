//! Laws of every action, of the one transition table, and of random small worlds.

#![expect(
    clippy::disallowed_methods,
    reason = "these laws are about the mutate handle itself"
)]

use std::sync::Arc;

use contain::domain::event::{Answered, Event};
use contain::domain::state::next;
use contain::domain::verdict::Settles;
use contain::domain::{
    Access, Arg, Because, Becomes, Call, Cause, Effect, Fact, Fate, Fields, ItemRef, Locator,
    Outcome, Proof, Reading, Relation, Rung, Seen, Spec, State, Tag, Tier, Time, Undo, Verdict,
    Why,
};
use contain::provider::simulated::{CutOffs, Edge, Node, Scenario, World, lock};
use contain::provider::{Act, Provider};
use contain::report::standing::Outcome as Said;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::simulated::{Bench, LEAK, Wish, actions, name};

fn target(spec: &Spec) -> Locator {
    name(match spec.on.noun() {
        "access-key" => "access-key/LEAKED",
        "user" => "user/ci",
        "role" => "role/deploy",
        "account" => "account/123456789012",
        "identity-center-user" => {
            "identity-center-user/us-east-1:a1b2c3d4-5678-90ab-cdef-111111111111"
        }
        "secret" => "secret/us-east-1:db",
        "function" => "function/us-east-1:hook",
        "agent-alias" => "agent-alias/us-east-1:AGENT/ALIAS",
        "trust-anchor" => "trust-anchor/us-east-1:CA",
        "roles-anywhere-profile" => "roles-anywhere-profile/us-east-1:BUILD",
        "login-profile" => "login-profile/metrics",
        "service-credential" => "service-credential/metrics/ACCA1",
        "ssh-key" => "ssh-key/metrics/APKA1",
        "signing-certificate" => "signing-certificate/metrics/CERT1",
        "role-trust" => "role-trust/backup",
        "instance-profile" => "instance-profile/backup",
        "policy-attachment" => {
            "policy-attachment/user/metrics/arn:aws:iam::aws:policy/ReadOnlyAccess"
        }
        "inline-policy" => "inline-policy/user/metrics/work",
        "group-membership" => "group-membership/readers/metrics",
        other => panic!("no {other} in this world"),
    })
}

/// The cuts that can be given back; what destroys has a law of its own.
fn cuts() -> Vec<Spec> {
    let mut actions = actions();
    actions.retain(|spec| spec.cut().is_some() && spec.is_reversible());
    actions
}

/// What a playbook would say to an action, where it must say something.
fn with(spec: &Spec) -> Fields {
    let value = |param: &contain::domain::action::Param| {
        param.default.clone().unwrap_or_else(|| json!("law"))
    };
    let params = spec.params.iter();
    params
        .map(|param| (param.name.clone(), value(param)))
        .collect()
}

fn call(bench: &Bench, spec: &Spec, before: &Fields) -> Call {
    let value = |becomes: &Becomes, field: &str| match becomes {
        Becomes::Is(value) => value.clone(),
        Becomes::TimeOfCall => {
            json!((bench.clock.now() + std::time::Duration::from_secs(2)).to_string())
        }
        Becomes::Param(name) => with(spec)[name].clone(),
        Becomes::Before => before.get(field).cloned().unwrap_or(Value::Null),
        Becomes::Anew => Value::Null,
    };
    let said = spec
        .touches
        .iter()
        .filter(|touch| touch.becomes != Becomes::Anew);
    let with = said.map(|touch| {
        let value = value(&touch.becomes, &touch.field);
        (touch.field.clone(), Arg::Is(value))
    });
    Call {
        action: spec.id.clone(),
        target: target(spec),
        with: with.collect(),
        secret: None,
        tag: Tag("law".to_owned()),
    }
}

fn provider(bench: &Bench) -> &Arc<dyn Provider> {
    bench.catalogue.provider("aws").unwrap()
}

fn actor(bench: &Bench, spec: &Spec) -> Arc<dyn Act> {
    provider(bench).actor(None, &spec.permissions)
}

async fn look(bench: &Bench, target: &Locator) -> Fields {
    let seen = provider(bench)
        .reader(None)
        .observe(std::slice::from_ref(target))
        .await;
    seen[0].fields().unwrap().clone()
}

fn exactly(bench: &Bench) -> Value {
    lock(&bench.world).snapshot(CutOffs::Exact)
}

#[tokio::test(start_paused = true)]
async fn every_cut_is_undone_by_its_inverse_and_done_twice_is_done_once() {
    let mut seen = 0;
    for spec in &cuts() {
        seen += 1;
        let bench = Bench::new(LEAK);
        // What the intruder does is over by then.
        bench
            .clock
            .sleep(contain::domain::Duration::from_secs(30))
            .await;
        let (before, on) = (exactly(&bench), target(spec));
        let receipt = look(&bench, &on).await;
        assert_eq!(look(&bench, &on).await, receipt);
        assert_eq!(exactly(&bench), before, "observing changes nothing");

        let wanted = call(&bench, spec, &receipt);
        let cut = actor(&bench, spec);
        assert!(matches!(
            cut.perform(std::slice::from_ref(&wanted)).await[0],
            Outcome::Done(_)
        ));
        let once = exactly(&bench);
        assert_ne!(once, before, "{}", spec.id);
        let after = look(&bench, &on).await;
        assert!(
            spec.is_done(&after, &with(spec), bench.clock.now()),
            "{}",
            spec.id
        );
        assert!(matches!(
            cut.perform(std::slice::from_ref(&wanted)).await[0],
            Outcome::AlreadySo
        ));
        assert_eq!(exactly(&bench), once, "{} twice", spec.id);
        for (field, value) in &after {
            let touched = spec.touches.iter().any(|touch| touch.field == *field);
            assert!(
                touched || receipt.get(field) == Some(value),
                "{} touches {field}",
                spec.id
            );
        }

        let Undo::By(inverse) = &spec.undo else {
            panic!("{} has no undo", spec.id)
        };
        let inverse = bench.catalogue.action(inverse).unwrap();
        let back = call(&bench, inverse, &receipt);
        let open = actor(&bench, inverse);
        assert!(matches!(
            open.perform(std::slice::from_ref(&back)).await[0],
            Outcome::Done(_)
        ));
        assert_eq!(exactly(&bench), before, "{} undone", spec.id);
        assert!(matches!(
            open.perform(std::slice::from_ref(&back)).await[0],
            Outcome::AlreadySo
        ));
        assert_eq!(exactly(&bench), before, "{} undone twice", spec.id);
    }
    assert_eq!(seen, 27);
}

#[tokio::test(start_paused = true)]
async fn an_undo_leaves_what_somebody_else_did_meanwhile() {
    for spec in &cuts() {
        let bench = Bench::new(LEAK);
        let on = target(spec);
        let receipt = look(&bench, &on).await;
        let wanted = call(&bench, spec, &receipt);
        drop(actor(&bench, spec).perform(&[wanted]).await);
        lock(&bench.world).set(&on, "note", json!("theirs"));
        lock(&bench.world).set(&name("user/metrics"), "note", json!("theirs too"));
        let Undo::By(inverse) = &spec.undo else {
            panic!("{} has no undo", spec.id)
        };
        let inverse = bench.catalogue.action(inverse).unwrap();
        let back = call(&bench, inverse, &receipt);
        drop(actor(&bench, inverse).perform(&[back]).await);
        let mut expected = receipt.clone();
        expected.insert("note".into(), json!("theirs"));
        assert_eq!(look(&bench, &on).await, expected, "{}", spec.id);
        assert_eq!(
            look(&bench, &name("user/metrics")).await["note"],
            json!("theirs too")
        );
    }
}

#[test]
fn every_action_says_what_a_responder_has_to_know() {
    for spec in contain::provider::aws::actions() {
        assert!(!spec.permissions.is_empty(), "{}", spec.id);
        assert!(spec.docs.starts_with("https://"), "{}", spec.id);
        assert!(
            !spec.title.is_empty() && !spec.hurts.is_empty(),
            "{}",
            spec.id
        );
        if matches!(spec.effect, Effect::Cut(_) | Effect::Open) {
            assert!(!spec.touches.is_empty(), "{}", spec.id);
            assert!(!spec.bound.within().is_zero(), "{}", spec.id);
            let destroys = spec.cut().is_some_and(|cut| cut.rung >= Rung::Revoke);
            assert_eq!(spec.is_reversible(), !destroys, "{}", spec.id);
            assert!(!destroys || spec.floor == Tier::GRAVE, "{}", spec.id);
        }
        if let Undo::None(why) = &spec.undo {
            assert!(why.len() > 20, "{}", spec.id);
        }
    }
}

fn why() -> Why {
    Why::new(Because::Timeout, "law")
}

fn item() -> ItemRef {
    ItemRef {
        run: 1,
        round: 1,
        key: "isolate/stop".parse().unwrap(),
    }
}

fn verdict(proof: Proof, alive: bool) -> Verdict {
    Verdict {
        proof,
        alive_at: alive.then_some(Time::UNIX_EPOCH),
        settles: Settles {
            at: Time::UNIX_EPOCH,
            assumed: false,
        },
        probing: None,
    }
}

/// One event of every kind and variant that may be about an item.
fn events() -> Vec<Event> {
    let seen = || Seen {
        target: name("user/ci"),
        at: Time::UNIX_EPOCH,
        fact: Fact::Present(Fields::new()),
    };
    let call = || Call {
        action: "aws.deny-user".parse().unwrap(),
        target: name("user/ci"),
        with: std::collections::BTreeMap::new(),
        secret: None,
        tag: Tag("law".to_owned()),
    };
    let done = Answered::Done {
        applied: true,
        made: Vec::new(),
        fields: Fields::new(),
    };
    let mut events = vec![
        Event::Blocked {
            item: item(),
            cause: Cause::Provider("law".to_owned()),
        },
        Event::Denied {
            item: item(),
            why: "law".to_owned(),
        },
        Event::Skipped {
            item: item(),
            why: "law".to_owned(),
        },
        Event::Stale {
            item: item(),
            why: "law".to_owned(),
        },
        Event::Failed {
            item: item(),
            why: why(),
        },
        Event::Found {
            item: item(),
            reading: Reading::default(),
        },
        Event::InForce {
            item: item(),
            review: Time::UNIX_EPOCH,
        },
        Event::Extended {
            item: item(),
            review: Time::UNIX_EPOCH,
            reason: None,
        },
        Event::Released {
            item: item(),
            by: item(),
        },
        Event::UndoFailed {
            item: item(),
            why: why(),
        },
    ];
    for attempt in [1, 2] {
        events.push(Event::Intended {
            item: item(),
            attempt,
            call: call(),
            before: seen(),
            then: Vec::new(),
            spent: Vec::new(),
            policies: Vec::new(),
        });
        for outcome in [
            done.clone(),
            Answered::AlreadySo,
            Answered::Refused(why()),
            Answered::Throttled { until: None },
            Answered::Unavailable(why()),
            Answered::InDoubt(why()),
        ] {
            events.push(Event::Answered {
                item: item(),
                attempt,
                outcome,
            });
        }
    }
    for happened in [None, Some(true), Some(false)] {
        events.push(Event::Resolved {
            item: item(),
            attempt: 1,
            happened,
            seen: seen(),
        });
    }
    for (proof, alive) in [
        (Proof::Acknowledged, false),
        (Proof::Observed, false),
        (Proof::Observed, true),
    ] {
        events.push(Event::Verified {
            item: item(),
            verdict: verdict(proof, alive),
            seen: None,
        });
    }
    events
}

/// Every state that any sequence of entries reaches.
fn states() -> Vec<State> {
    let mut known = vec![State::Planned];
    let mut at = 0;
    while at < known.len() {
        for event in events() {
            if let Ok(state) = next(&known[at], &event)
                && !known.contains(&state)
            {
                known.push(state);
            }
        }
        at += 1;
    }
    known
}

#[test]
fn nothing_is_intended_twice_without_a_look_and_nothing_failed_that_may_have_happened() {
    let states = states();
    assert!(states.len() >= 15, "{}", states.len());
    for state in &states {
        for event in events() {
            let next = next(state, &event);
            let doubtful = state.is_in_doubt();
            let looked = matches!(state, State::InDoubt { looked: true, .. });
            match &event {
                Event::Intended { .. } => {
                    let free = matches!(state, State::Planned | State::Blocked(_)) || looked;
                    assert_eq!(next.is_ok(), free, "{state:?}");
                }
                Event::Failed { .. }
                | Event::Skipped { .. }
                | Event::Blocked { .. }
                | Event::Denied { .. }
                | Event::Stale { .. } => {
                    assert!(!(doubtful && next.is_ok()), "{state:?} {event:?}");
                }
                Event::Answered { .. } => {
                    assert!(
                        next.is_err() || matches!(state, State::Intended { .. }),
                        "{state:?}"
                    );
                }
                _ => {}
            }
            // What is in doubt becomes certain by an answer or by a look, and by nothing else.
            if let (true, Ok(next)) = (doubtful, &next)
                && !next.is_in_doubt()
            {
                assert!(
                    matches!(event, Event::Answered { .. } | Event::Resolved { .. }),
                    "{state:?} {event:?}"
                );
            }
            // A cut in force is left by giving it back, and by nothing else.
            if let (State::Confirmed { changed: true } | State::Acted { changed: true }, Ok(next)) =
                (state, &next)
            {
                let given_back = matches!(event, Event::Released { .. } | Event::UndoFailed { .. });
                let kept = matches!(next, State::Confirmed { .. } | State::Acted { .. });
                assert!(given_back || kept, "{state:?} {event:?}");
            }
        }
    }
}

/// A random small estate: users with keys and sessions of them, roles with sessions, ways into roles.
#[derive(Clone, Debug)]
struct Estate {
    keys: Vec<(usize, bool)>,
    sessions: Vec<usize>,
    ways: Vec<(usize, usize, bool)>,
    roles: usize,
    leaked: usize,
}

fn estates() -> impl Strategy<Value = Estate> {
    let keys = prop::collection::vec((0..3_usize, any::<bool>()), 1..6);
    let sessions = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    let ways = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..3_usize, any::<bool>()),
        0..5,
    );
    (keys, sessions, ways, any::<prop::sample::Index>()).prop_map(
        |(keys, sessions, ways, leaked)| Estate {
            sessions: sessions
                .iter()
                .map(|index| index.index(keys.len()))
                .collect(),
            ways: ways
                .iter()
                .map(|(key, role, entered)| (key.index(keys.len()), *role, *entered))
                .collect(),
            leaked: leaked.index(keys.len()),
            keys,
            roles: 3,
        },
    )
}

impl Estate {
    fn build(&self, world: &mut World, start: Time) {
        let ago = |minutes: u64| start - std::time::Duration::from_secs(minutes * 60);
        let mut add = |what: &str, holder: Option<String>, issuer: Option<String>, at: Time| {
            let mut node = Node::new(name(what));
            node.held_by = holder.map(|holder| name(&holder));
            node.issuer = issuer.map(|issuer| name(&issuer));
            node.issued_at = Some(at);
            node.fields.insert("created".into(), json!(at.to_string()));
            if what.starts_with("access-key") {
                node.fields.insert("status".into(), json!("Active"));
            }
            if what.starts_with("session") {
                node.expires = Some(start + std::time::Duration::from_secs(100 * 3600));
            }
            node.secret = Some(format!("sim-secret-{}", node.locator.id()));
            world.add(node);
        };
        for user in 0..3 {
            add(&format!("user/u{user}"), None, None, ago(9000));
        }
        for role in 0..self.roles {
            add(&format!("role/r{role}"), None, None, ago(9000));
            let (role, session) = (format!("role/r{role}"), format!("session/R{role}"));
            add(&session, Some(role.clone()), Some(role), ago(20));
        }
        for (key, (user, _)) in self.keys.iter().enumerate() {
            add(
                &format!("access-key/K{key}"),
                Some(format!("user/u{user}")),
                None,
                ago(5000),
            );
        }
        for (session, key) in self.sessions.iter().enumerate() {
            let user = self.keys[*key].0;
            let issuer = format!("access-key/K{key}");
            add(
                &format!("session/S{session}"),
                Some(format!("user/u{user}")),
                Some(issuer),
                ago(30),
            );
        }
        for (key, role, entered) in &self.ways {
            let user = self.keys[*key].0;
            let (from, relation, at) = if *entered {
                (
                    format!("access-key/K{key}"),
                    Relation::Entered,
                    Some(ago(20)),
                )
            } else {
                (format!("user/u{user}"), Relation::CouldEnter, None)
            };
            let edge = Edge {
                to: name(&format!("role/r{role}")),
                relation,
                evidence: "law".to_owned(),
                at,
            };
            world.connect(&name(&from), edge);
        }
    }

    /// The users' sessions that cannot be told from those of the leaked key, and the roles that it entered.
    fn dead(&self) -> Vec<Locator> {
        let user = self.keys[self.leaked].0;
        let mut dead = vec![name(&format!("access-key/K{}", self.leaked))];
        let sessions = self.sessions.iter().enumerate();
        dead.extend(
            sessions
                .filter(|(_, key)| self.keys[**key].0 == user)
                .map(|(n, _)| name(&format!("session/S{n}"))),
        );
        let entered = self
            .ways
            .iter()
            .filter(|(key, _, entered)| *entered && *key == self.leaked);
        dead.extend(entered.map(|(_, role, _)| name(&format!("session/R{role}"))));
        dead
    }
}

#[test]
fn in_any_small_estate_the_set_dies_and_nothing_else_does() {
    let config = Config {
        cases: 30,
        failure_persistence: None,
        ..Config::default()
    };
    let runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let mut runner = runner;
    let held = runner.run(&estates(), |estate| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let scenario = Scenario::parse(LEAK).unwrap();
            let start = scenario.start;
            let bound = contain::domain::Duration::from_secs(10);
            let bench = Bench::with(scenario, |world| estate.build(world, start), bound);
            let mut should_die = estate.dead();
            let wish = Wish {
                subjects: vec![name(&format!("access-key/K{}", estate.leaked))],
                ..Wish::contained()
            };
            let everything: Vec<Locator> = lock(&bench.world)
                .nodes()
                .filter(|node| {
                    node.locator.kind().noun() != "user" && node.locator.kind().noun() != "role"
                })
                .map(|node| node.locator.clone())
                .collect();
            let end = bench.go(&wish).await.end();
            prop_assert_eq!(end.standing.outcome, Said::Contained);
            bench.check(false);
            should_die.sort();
            let now = bench.clock.now();
            for what in everything {
                let lives = lock(&bench.world).accepts(&what, now);
                prop_assert_eq!(lives, should_die.binary_search(&what).is_err(), "{}", what);
            }
            Ok(())
        })
    });
    held.unwrap();
}

#[test]
fn what_leaves_a_thing_running_in_quarantine_says_what_remains() {
    let (_, all) = crate::tidy::catalogue();
    let cuts = all
        .iter()
        .filter_map(|spec| Some((spec.id.to_string(), spec.cut()?)));
    let lives = cuts.filter(|(_, cut)| cut.target == Fate::Lives);
    let mut takes = Vec::new();
    for (id, cut) in lives {
        // Whoever stops neither a thing nor what came of it says that all else is as before, or what is taken away.
        let stops = cut.issued != Fate::Lives;
        if cut.quarantines() {
            takes.push(id);
        } else {
            assert!(
                stops && cut.before_call || cut.allows != Access::Nothing,
                "{id}"
            );
        }
    }
    // Each of these was looked at: its target goes on running, and reaches nothing with what it has.
    assert_eq!(takes, ["redis.deny-commands"]);
}
