//! How long it takes, in virtual time, until everything is isolated and until it is contained.
//!
//! By how slow the provider is, and by how many credentials leaked. Nobody fights here.

use std::fmt::Write as _;

use super::{ACCOUNT, Bench, Wish, name};
use crate::converge::Limit;
use crate::domain::Duration;
use crate::provider::simulated::Scenario;
use crate::report::standing::Outcome;

/// How slow a provider is.
#[derive(Clone, Copy, Debug)]
pub struct Slowness {
    /// What it stands for.
    pub name: &'static str,
    /// How long until a write has reached every front end.
    pub propagation: Duration,
    /// How long the provider declares that to take at most.
    pub bound: Duration,
    /// How late its audit log is.
    pub audit_lag: Duration,
}

/// The providers that are compared.
pub const PROVIDERS: [Slowness; 4] = [
    Slowness {
        name: "at once",
        propagation: Duration::ZERO,
        bound: Duration::ZERO,
        audit_lag: Duration::ZERO,
    },
    Slowness {
        name: "quick",
        propagation: Duration::from_secs(1),
        bound: Duration::from_secs(2),
        audit_lag: Duration::from_secs(5),
    },
    Slowness {
        name: "like AWS",
        propagation: Duration::from_secs(4),
        bound: Duration::from_secs(10),
        audit_lag: Duration::from_mins(5),
    },
    Slowness {
        name: "slow",
        propagation: Duration::from_secs(60),
        bound: Duration::from_mins(2),
        audit_lag: Duration::from_mins(15),
    },
];

/// How many credentials leaked, in the rows of the table.
pub const NUMBERS: [usize; 3] = [1, 20, 1_000];

/// How long one command took until it ended well, from its start.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Until every credential was refused everywhere in the world; the tool does not know that yet.
    pub dead: Duration,
    /// Until `isolated` was said.
    pub isolated: Duration,
    /// Until `contained` was said.
    pub contained: Duration,
}

/// Measures one cell of the table; to be called where tokio's time is paused.
pub async fn took(slow: Slowness, leaked: usize) -> Took {
    let isolated = until(slow, leaked, Limit::Isolated, Outcome::Isolated).await;
    let contained = until(slow, leaked, Limit::Contained, Outcome::Contained).await;
    Took {
        dead: isolated.1,
        isolated: isolated.0,
        contained: contained.0,
    }
}

async fn until(slow: Slowness, leaked: usize, limit: Limit, said: Outcome) -> (Duration, Duration) {
    let scenario = Scenario::parse(&world(slow, leaked)).unwrap();
    let bench = Bench::with(scenario, |_| (), slow.bound);
    let wish = Wish {
        subjects: (0..leaked).map(key).collect(),
        ..Wish::isolate(limit)
    };
    let began = bench.clock.now();
    let ended = bench.go(&wish).await.end();
    let took = bench.clock.now().duration_since(began);
    let told = ended.standing.outcome;
    let is_said = told == said || told == Outcome::Contained;
    assert!(
        is_said,
        "{leaked} credentials, {}: {:#?}",
        slow.name, ended.standing
    );
    let world = crate::provider::simulated::lock(&bench.world);
    let last = world.log().iter().filter(|logged| logged.applied);
    let last = last.map(|logged| logged.at).max().unwrap();
    let dead = last.saturating_add(slow.propagation).unwrap();
    let alive = (0..leaked)
        .filter(|nth| world.accepts(&key(*nth), dead))
        .count();
    assert_eq!(alive, 0, "{}", slow.name);
    (took, dead.duration_since(began))
}

fn key(nth: usize) -> crate::domain::Locator {
    name(&format!("access-key/LEAKED{nth}"))
}

/// A world in which so many keys leaked, each of a user of its own, and each with a session.
fn world(slow: Slowness, leaked: usize) -> String {
    let mut nodes = String::new();
    for nth in 0..leaked {
        let at = |name: &str| format!("aws:{name}{nth}@{ACCOUNT}");
        let (user, key, session) = (at("user/u"), at("access-key/LEAKED"), at("session/S"));
        writeln!(
            nodes,
            "    - {{locator: \"{user}\", age: 4800h}}\n    \
             - {{locator: \"{key}\", held_by: \"{user}\", fields: {{status: Active}}, age: 4800h, secret: true}}\n    \
             - {{locator: \"{session}\", held_by: \"{user}\", issuer: \"{key}\", age: 29m, lasts: 11h, secret: true}}"
        )
        .unwrap();
    }
    let delay = slow.propagation.as_secs();
    format!(
        "drill: times\nsummary: Leaked keys.\nprovider: aws\nplaybook: isolate\nsubject: \"{}\"\nsince: 2h\n\
         start: 2026-03-01T03:07:00Z\nseed: 7\n\
         responder: {{credential: \"aws:access-key/OURS@{ACCOUNT}\", principal: \"aws:user/on-call@{ACCOUNT}\"}}\n\
         world:\n  latency: 80ms\n  deadline: 10s\n  audit_lag: {}s\n  propagation:\n    \
         aws.deactivate-access-key: {delay}s\n    aws.end-user-sessions: {delay}s\n  nodes:\n{nodes}    \
         - {{locator: \"aws:user/on-call@{ACCOUNT}\", age: 9000h}}\n    \
         - {{locator: \"aws:access-key/OURS@{ACCOUNT}\", held_by: \"aws:user/on-call@{ACCOUNT}\", fields: {{status: Active}}, age: 700h, secret: true}}\n  \
         healthy: [\"aws:access-key/OURS@{ACCOUNT}\"]\nexpect: {{outcome: contained}}\n",
        key(0),
        slow.audit_lag.as_secs(),
    )
}
