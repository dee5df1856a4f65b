//! How long it takes, in virtual time, until everything is isolated and until it is contained.
//!
//! By how slow the provider is, and by how many credentials leaked. Nobody fights here.

use std::fmt::Write as _;

use super::{ACCOUNT, Bench, Wish};
use crate::converge::Limit;
use crate::domain::{Duration, Locator, Time};
use crate::provider::simulated::{Scenario, lock};
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

/// How long one command took, from its start.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Until every credential was refused everywhere in the world; the tool does not know that yet.
    pub dead: Duration,
    /// Until `isolated` was said.
    pub isolated: Duration,
    /// Until `contained` was said.
    pub contained: Duration,
}

/// Measures one cell of the table; to be called where tokio's time is paused. A credential is tried where it is the only
/// one: of many, nobody has the secrets at hand.
pub async fn took(slow: Slowness, leaked: usize) -> Took {
    let (isolated, dead) = until(slow, leaked, Limit::Isolated).await;
    let (contained, _) = until(slow, leaked, Limit::Contained).await;
    Took {
        dead,
        isolated,
        contained,
    }
}

async fn until(slow: Slowness, leaked: usize, limit: Limit) -> (Duration, Duration) {
    let scenario = Scenario::parse(&world(slow, leaked)).unwrap();
    let bench = Bench::with(scenario, |_| (), slow.bound);
    let wish = Wish {
        subjects: (0..leaked)
            .map(|nth| at("access-key/LEAKED", nth))
            .collect(),
        secrets: leaked == 1,
        ..Wish::isolate(limit.clone())
    };
    let began = bench.clock.now();
    let goes = async { (bench.go(&wish).await, bench.clock.now()) };
    let ((ended, said), dead) = futures_util::join!(goes, all_dead(&bench, leaked));
    let standing = ended.end().standing;
    let wanted = match limit {
        Limit::Contained => standing.outcome == Outcome::Contained,
        _ => matches!(standing.outcome, Outcome::Isolated | Outcome::Contained),
    };
    assert!(wanted, "{leaked} credentials, {}: {standing:#?}", slow.name);
    (said.duration_since(began), dead.duration_since(began))
}

/// When no front end accepts any of the keys or of their sessions any more.
async fn all_dead(bench: &Bench, leaked: usize) -> Time {
    let all = |name| (0..leaked).map(move |nth| at(name, nth));
    let mut alive: Vec<Locator> = all("access-key/LEAKED").chain(all("session/S")).collect();
    loop {
        let now = bench.clock.now();
        alive.retain(|name| lock(&bench.world).accepts(name, now));
        if alive.is_empty() {
            return now;
        }
        bench.clock.sleep(Duration::from_millis(50)).await;
    }
}

fn at(name: &str, nth: usize) -> Locator {
    super::name(&format!("{name}{nth}"))
}

/// A world in which so many keys leaked, each of a user of its own, and each with a session.
fn world(slow: Slowness, leaked: usize) -> String {
    let mut nodes = String::new();
    for nth in 0..leaked {
        let [user, key, session] =
            ["user/u", "access-key/LEAKED", "session/S"].map(|name| at(name, nth));
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
        at("access-key/LEAKED", 0),
        slow.audit_lag.as_secs(),
    )
}
