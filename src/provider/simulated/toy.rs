//! A small catalogue and a small world, for the tests of this folder.

use super::world::{Edge, Happened, Node, Pace, Shared, World, lock};
use super::{Settings, Simulated, Weather};
use crate::domain::{
    Arg, Call, Clock, Duration, Kind, Locator, Outcome, Probe, Query, ReadKind, Relation, Secret,
    Spec, Tag, Time,
};
use crate::provider::Provider as _;
use serde_json::{Value, json};

pub(super) const START: &str = "2026-03-01T03:07:00Z";

pub(super) fn kinds() -> Vec<Kind> {
    let kind = |noun: &str, credential: bool, mints: &[&str], readable: &str| {
        json!({
            "id": format!("aws:{noun}"), "title": noun, "credential": credential,
            "mints": mints, "readable": readable,
        })
    };
    let kinds = json!([
        kind(
            "access-key",
            true,
            &["aws:access-key", "aws:session"],
            "by-id"
        ),
        kind("user", false, &[], "by-id"),
        kind("role", false, &["aws:session"], "by-id"),
        kind("session", true, &[], "by-secret"),
    ]);
    let mut kinds: Vec<Kind> = serde_json::from_value(kinds).unwrap_or_default();
    for kind in &mut kinds {
        match kind.id.noun() {
            "access-key" => kind.at_most = Some(2),
            "session" => kind.lifetime = Some(Duration::from_hours(12)),
            _ => {}
        }
    }
    kinds
}

pub(super) fn actions() -> Vec<Spec> {
    let cut = |rung: &str, target: &str, issued: &str, of: &[&str], before_call: bool| {
        json!({"cut": {
            "rung": rung, "target": target, "issued": issued, "of": of, "before_call": before_call,
            "stops_issue": target != "lives", "allows": "nothing",
        }})
    };
    let spec = |id: &str, on: &str, effect: Value, field: &str, becomes: Value, undo: Value| {
        json!({
            "id": id, "title": id, "on": on, "effect": effect, "hurts": "", "floor": 1,
            "touches": [{"field": field, "becomes": becomes}], "undo": undo, "repeat": "set-like",
            "permissions": ["p"], "bound": {"configured": {"within": "PT5S"}}, "docs": "",
        })
    };
    let pair =
        |(cut_id, open_id, on, effect, field, becomes): (&str, &str, &str, Value, &str, Value)| {
            let none = json!({"none": "it is an inverse"});
            [
                spec(cut_id, on, effect, field, becomes, json!({"by": open_id})),
                spec(open_id, on, json!("open"), field, json!("before"), none),
            ]
        };
    let (keys, both, sessions) = (
        &[][..],
        &["aws:access-key", "aws:session"][..],
        &["aws:session"][..],
    );
    let now = json!("time-of-call");
    let mut specs: Vec<Value> = [
        (
            "aws.deactivate-access-key",
            "aws.activate-access-key",
            "aws:access-key",
            cut("suspend", "pauses", "lives", keys, false),
            "status",
            json!({"is": "Inactive"}),
        ),
        (
            "aws.deny-user",
            "aws.lift-user-deny",
            "aws:user",
            cut("suspend", "pauses", "pauses", both, false),
            "deny",
            json!({"is": "in-force"}),
        ),
        (
            "aws.end-user-sessions",
            "aws.lift-user-session-end",
            "aws:user",
            cut("end-sessions", "lives", "pauses", sessions, true),
            "end_sessions",
            now.clone(),
        ),
        (
            "aws.end-role-sessions",
            "aws.lift-role-session-end",
            "aws:role",
            cut("end-sessions", "lives", "pauses", sessions, true),
            "end_sessions",
            now,
        ),
    ]
    .into_iter()
    .flat_map(pair)
    .collect();
    let forever = json!({"none": "a deleted key is gone"});
    let delete = cut("delete", "dies", "lives", keys, false);
    specs.push(spec(
        "aws.delete-access-key",
        "aws:access-key",
        delete,
        "status",
        json!({"is": "Deleted"}),
        forever,
    ));
    let mut issue = spec(
        "aws.create-access-key",
        "aws:user",
        json!({"issue": "aws:access-key"}),
        "",
        json!(null),
        json!({"none": "delete it"}),
    );
    issue["touches"] = json!([]);
    issue["repeat"] = json!("tagged");
    specs.push(issue);
    specs
        .into_iter()
        .map(|spec| serde_json::from_value(spec).unwrap())
        .collect()
}

pub(super) fn start() -> Time {
    START.parse().unwrap()
}

pub(super) fn name(text: &str) -> Locator {
    format!("aws:{text}@1").parse().unwrap()
}

/// A user with a leaked key, its sibling and a session of it; two roles, one entered, each with a session.
pub(super) fn world(pace: Pace) -> World {
    let mut world = World::new(7, pace);
    world.learn(&kinds(), &actions());
    let ago = |minutes| start() - Duration::from_mins(minutes);
    let rows = [
        ("user/ci", "", "", 9000),
        ("access-key/LEAKED", "user/ci", "", 5000),
        ("access-key/SIBLING", "user/ci", "", 5000),
        ("session/OF-LEAKED", "user/ci", "access-key/LEAKED", 30),
        ("role/deploy", "", "", 9000),
        ("session/OF-DEPLOY", "role/deploy", "role/deploy", 20),
        ("role/backup", "", "", 9000),
        ("session/OF-BACKUP", "role/backup", "role/backup", 60),
        ("user/other", "", "", 9000),
    ];
    for (what, holder, issuer, age) in rows {
        let mut node = Node::new(name(what));
        let known = |text: &str| (!text.is_empty()).then(|| name(text));
        (node.held_by, node.issuer) = (known(holder), known(issuer));
        node.issued_at = Some(ago(age));
        node.fields.insert("created".into(), json!(ago(age)));
        if what.starts_with("access-key") {
            node.fields.insert("status".into(), json!("Active"));
        }
        if what.starts_with("session") {
            node.expires = Some(start() + Duration::from_hours(2));
        }
        node.secret = Some(format!("sim-secret-{}", node.locator.id()));
        world.add(node);
    }
    let edges = [
        (
            "access-key/LEAKED",
            "role/deploy",
            Relation::Entered,
            Some(ago(20)),
        ),
        ("user/ci", "role/backup", Relation::CouldEnter, None),
        ("user/ci", "role/deploy", Relation::CouldEnter, None),
    ];
    for (from, to, relation, at) in edges {
        let evidence = String::new();
        let to = name(to);
        world.connect(
            &name(from),
            Edge {
                to,
                relation,
                evidence,
                at,
            },
        );
    }
    for minutes in 1..=60 {
        world.record(Happened {
            who: name("access-key/LEAKED"),
            at: ago(minutes),
            event: "ListBuckets".into(),
            source_ip: Some("203.0.113.9".into()),
            user_agent: None,
            accepted: true,
            made: None,
            changed: Vec::new(),
        });
    }
    world
}

pub(super) fn simulated(world: &Shared, clock: &Clock, weather: &Weather) -> Simulated {
    let settings = Settings {
        responder: vec![name("access-key/OURS"), name("user/on-call")],
        weather: weather.clone(),
        ..Settings::default()
    };
    Simulated::new(
        "aws",
        kinds(),
        actions(),
        world.clone(),
        clock.clone(),
        settings,
    )
}

pub(super) fn call(action: &str, target: &str, with: &[(&str, Value)]) -> Call {
    let argument = |(field, value): &(&str, Value)| ((*field).to_owned(), Arg::Is(value.clone()));
    Call {
        action: action.parse().unwrap(),
        target: name(target),
        with: with.iter().map(argument).collect(),
        secret: None,
        tag: Tag(format!("{action} {target}")),
    }
}

pub(super) fn query(read: ReadKind, target: &str, since_minutes: i64) -> Query {
    Query {
        read,
        target: name(target),
        relations: Vec::new(),
        since: start() - Duration::from_mins(since_minutes),
        pages: 10,
        budget_ms: 60_000,
    }
}

/// A world with a provider in it.
pub(super) struct Bench {
    pub(super) clock: Clock,
    pub(super) world: Shared,
    pub(super) weather: Weather,
    pub(super) provider: Simulated,
}

pub(super) fn bench(pace: Pace) -> Bench {
    let clock = Clock::simulated(start(), 7);
    let world = world(pace).share();
    let weather = Weather::default();
    let provider = simulated(&world, &clock, &weather);
    Bench {
        clock,
        world,
        weather,
        provider,
    }
}

impl Bench {
    pub(super) async fn send(&self, call: &Call) -> Outcome {
        let actor = self.provider.actor(Some("1"), &["p".into()]);
        let mut outcomes = actor.perform(std::slice::from_ref(call)).await;
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    pub(super) async fn done(&self, call: &Call) {
        let outcome = self.send(call).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    }

    pub(super) fn accepts(&self, what: &str) -> bool {
        lock(&self.world).accepts(&name(what), self.clock.now())
    }

    pub(super) async fn probe(&self, what: &str) -> Probe {
        let target = name(what);
        let secret = Secret::new(format!("sim-secret-{}", target.id()));
        self.provider.reader(None).probe(&target, &secret).await
    }
}

pub(super) fn deactivate() -> Call {
    call(
        "aws.deactivate-access-key",
        "access-key/LEAKED",
        &[("status", json!("Inactive"))],
    )
}
