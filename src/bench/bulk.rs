//! A bulk leak: hundreds of mixed credentials over eight providers at once, one of them too busy and one of them away.
//!
//! In virtual time. What is dead is asked of the world, and when it died.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{ACCOUNT, Bench, Wish, read_for, saas};
use crate::converge::{Answer, Limit};
use crate::domain::{Bound, Duration, Kind, Locator, Secret, Spec};
use crate::drill::Rehearsal;
use crate::gate::Confirmation;
use crate::journal;
use crate::pack;
use crate::playbook;
use crate::provider::simulated::{
    Fault, Rule, Scenario, Simulated, Weather, lock, weather::Length,
};
use crate::provider::{Catalogue, Provider, aws};
use crate::report::entry::Entry;
use crate::report::reckoning;
use crate::report::standing::Outcome;

/// The provider that refuses half of what it is asked for as too much.
pub const BUSY: &str = "vendor-b";
/// The provider that cannot be reached: it answers nothing until the deadline of each request.
pub const AWAY: &str = "vendor-c";
/// All of them: one in Rust, three packs that ship, and four of another shape.
pub const PROVIDERS: [&str; 8] = [
    "aws",
    "anthropic",
    "okta",
    "slack",
    "vendor-a",
    BUSY,
    AWAY,
    "vendor-d",
];

/// How one provider came out of it.
#[derive(Clone, Debug)]
pub struct Out {
    /// Its name.
    pub provider: &'static str,
    /// How many of its credentials leaked.
    pub leaked: usize,
    /// How many of them the world still accepts.
    pub alive: usize,
    /// When the first of them was dead everywhere, from the go.
    pub first: Option<Duration>,
    /// When the last of them was.
    pub last: Option<Duration>,
}

/// How it came out.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// By provider.
    pub out: Vec<Out>,
    /// What was said in the end.
    pub said: Outcome,
    /// What is not proven yet, and what keeps it from being *contained*.
    pub open: Vec<String>,
    /// When that was said, from the go.
    pub took: Duration,
    /// What the report accounts for: found, dead, accepted, unreachable, open.
    pub totals: BTreeMap<&'static str, usize>,
    /// What the report says is dead, by provider.
    pub dead: BTreeMap<String, usize>,
}

/// What a provider of the bench knows and can do.
fn known(name: &str) -> (Vec<Kind>, Vec<Spec>) {
    let (kinds, mut actions) = match name {
        "aws" => (aws::kinds(), aws::actions()),
        _ => match pack::shipped().iter().find(|pack| pack.name() == name) {
            Some(pack) => (pack.kinds().to_vec(), pack.actions().to_vec()),
            None => renamed(name),
        },
    };
    for spec in &mut actions {
        spec.bound = Bound::Configured {
            within: Duration::from_secs(10),
        };
    }
    (kinds, actions)
}

/// The service of another shape, under another name.
fn renamed(name: &str) -> (Vec<Kind>, Vec<Spec>) {
    let text = serde_json::to_string(&(saas::kinds(), saas::actions())).unwrap();
    let text = text.replace("\"saas:", &format!("\"{name}:"));
    let text = text.replace("\"saas.", &format!("\"{name}."));
    serde_json::from_str(&text).unwrap()
}

/// What leaks at a provider: its kind, id, account and fields, in turn.
fn forms(provider: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    match provider {
        "aws" => &[("access-key", "AKIALEAKED", "Active")],
        "anthropic" => &[("api-key", "apikey_leaked", "active")],
        "okta" => &[
            ("api-token", "00Tleaked", "Active"),
            ("client-secret", "0oaleaked/ocsleaked", "ACTIVE"),
        ],
        "slack" => &[("token", "U0LEAKED", "Active")],
        _ => &[("token", "LEAKED", "Active")],
    }
}

fn ours(provider: &str) -> [String; 2] {
    let [credential, principal] = match provider {
        "aws" => ["access-key/AKIAOURS", "user/on-call"],
        "anthropic" => ["api-key/apikey_ours", "api-key/apikey_ours"],
        "okta" => ["api-token/00Tours00", "user/00uours0"],
        "slack" => ["token/U0OURS", "token/U0OURS"],
        _ => ["token/OURS", "user/on-call"],
    };
    [credential, principal].map(|text| format!("{provider}:{text}@{ACCOUNT}"))
}

/// The credentials that leak, by turns of the providers, so that no provider is named before another.
fn leaked(count: usize) -> Vec<Locator> {
    let name = |nth: usize| {
        let provider = PROVIDERS[nth % PROVIDERS.len()];
        let (turn, forms) = (nth / PROVIDERS.len(), forms(provider));
        let (noun, id, _) = forms[turn % forms.len()];
        let text = format!("{provider}:{noun}/{id}{turn}@{ACCOUNT}");
        text.parse().unwrap()
    };
    (0..count).map(name).collect()
}

fn story(leaked: &[Locator]) -> String {
    let mut nodes = String::new();
    let mut add = |line: String| writeln!(nodes, "    - {{{line}}}").unwrap();
    for one in leaked {
        let form = forms(one.provider()).iter();
        let mut form = form.filter(|(noun, ..)| *noun == one.kind().noun());
        let status = form.next().unwrap().2;
        let holder = match one.provider() {
            // Elsewhere ending what a holder has takes the code of a later plan, which nobody types here.
            "aws" => {
                let user = format!("{}:user/of-{}@{ACCOUNT}", one.provider(), one.id());
                add(format!("locator: \"{user}\", age: 4800h"));
                format!(", held_by: \"{user}\"")
            }
            _ => String::new(),
        };
        add(format!(
            "locator: \"{one}\", fields: {{status: {status}}}, age: 100h, secret: true{holder}"
        ));
    }
    let mut elsewhere = String::new();
    for provider in PROVIDERS {
        let [credential, principal] = ours(provider);
        if principal != credential {
            add(format!("locator: \"{principal}\", age: 9000h"));
        }
        let held = (principal != credential).then(|| format!(", held_by: \"{principal}\""));
        let held = held.unwrap_or_default();
        add(format!(
            "locator: \"{credential}\", fields: {{status: Active}}, age: 700h, secret: true{held}"
        ));
        if provider != "aws" {
            writeln!(
                elsewhere,
                "  - {{provider: {provider}, credential: \"{credential}\", principal: \"{principal}\"}}"
            )
            .unwrap();
        }
    }
    let [credential, principal] = ours("aws");
    format!(
        "drill: bulk\nsummary: A bulk leak.\nprovider: aws\nplaybook: isolate\nsubject: \"{}\"\nsince: 2h\n\
         start: 2026-03-01T03:07:00Z\nseed: 7\nresponder: {{credential: \"{credential}\", principal: \"{principal}\"}}\n\
         elsewhere:\n{elsewhere}world:\n  latency: 80ms\n  deadline: 10s\n  audit_lag: 60s\n  nodes:\n{nodes}expect: {{outcome: contained}}\n",
        leaked[0]
    )
}

/// The weather at one provider.
fn weather(provider: &str, is_bad: bool) -> Weather {
    let weather = Weather::default();
    let hint = Some(Length(Duration::from_secs(2)));
    match provider {
        BUSY if is_bad => weather.by_chance(7, 0.5, &[Fault::Throttled { hint }]),
        AWAY if is_bad => weather.add(Rule {
            on: None,
            about: String::new(),
            nth: None,
            fault: Fault::TimeoutBefore,
        }),
        _ => {}
    }
    weather
}

fn bench(leaked: &[Locator], is_bad: bool) -> (Bench, (Vec<Kind>, Vec<Spec>)) {
    let scenario = Scenario::parse(&story(leaked)).unwrap();
    let clock = scenario.clock();
    let all = PROVIDERS.map(known);
    let kinds: Vec<Kind> = all.iter().flat_map(|(kinds, _)| kinds.clone()).collect();
    let actions: Vec<Spec> = all
        .iter()
        .flat_map(|(_, actions)| actions.clone())
        .collect();
    let world = scenario.build(&clock, &kinds).unwrap().share();
    let providers = PROVIDERS
        .into_iter()
        .zip(all)
        .map(|(name, (kinds, actions))| {
            let settings = scenario.settings_of(name, &weather(name, is_bad));
            let (world, clock) = (Arc::clone(&world), clock.clone());
            let provider = Simulated::new(name, kinds, actions, world, clock, settings);
            Arc::new(provider) as Arc<dyn Provider>
        });
    let catalogue = Catalogue::new(providers.collect());
    // Whoever has the report has the secrets.
    for one in leaked {
        let secret = lock(&world).secret(one).map(str::to_owned);
        let provider = catalogue.provider(one.provider());
        if let (Some(secret), Some(provider)) = (secret, provider) {
            provider.hold(one, &Secret::new(secret));
        }
    }
    let rehearsal = Rehearsal {
        scenario,
        clock,
        world,
        catalogue,
    };
    (Bench::rehearsing(rehearsal), (kinds, actions))
}

/// Plays a bulk leak of so many credentials; to be called where tokio's time is paused.
pub async fn bulk(count: usize, is_bad: bool) -> Bulk {
    let leaked = leaked(count);
    let (bench, vocabulary) = bench(&leaked, is_bad);
    let mut shipped = playbook::shipped().iter();
    let (_, text) = shipped.find(|(name, _)| *name == "isolate").unwrap();
    let playbook = Box::leak(Box::new(read_for("isolate", text, vocabulary)));
    let wish = Wish {
        subjects: leaked.clone(),
        secrets: false,
        playbook,
        answer: Answer::Yes(Confirmation::Code),
        ..Wish::isolate(Limit::Isolated)
    };
    let began = bench.clock.now();
    let goes = async { (bench.go(&wish).await, bench.clock.now()) };
    let mut died: BTreeMap<Locator, Duration> = BTreeMap::new();
    let watches = async {
        loop {
            let now = bench.clock.now();
            for one in &leaked {
                if !died.contains_key(one) && !lock(&bench.world).accepts(one, now) {
                    died.insert(one.clone(), now.duration_since(began));
                }
            }
            bench.clock.sleep(Duration::from_millis(50)).await;
        }
    };
    let (ended, said_at) = tokio::select! {
        ended = goes => ended,
        () = watches => unreachable!("it watches for ever"),
    };
    let standing = ended.end().standing;
    let out = PROVIDERS.map(|provider| {
        let mine = || leaked.iter().filter(move |one| one.provider() == provider);
        let dead = || mine().filter_map(|one| died.get(one).copied());
        Out {
            provider,
            leaked: mine().count(),
            alive: mine().count() - dead().count(),
            first: dead().min(),
            last: dead().max(),
        }
    });
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let entries = record.lines.iter().map(|line| Entry {
        seq: line.seq,
        at: line.at,
        actor: &line.actor,
        event: &line.event,
    });
    let entries: Vec<Entry<'_>> = entries.collect();
    let now = bench.clock.now();
    let things = reckoning::reckon(&entries, &record.case, &bench.catalogue, now);
    let mut dead = BTreeMap::new();
    for thing in things.iter().filter(|thing| thing.became.word() == "dead") {
        if leaked.contains(&thing.what) {
            *dead.entry(thing.what.provider().to_owned()).or_default() += 1;
        }
    }
    Bulk {
        out: out.to_vec(),
        said: standing.outcome,
        open: standing
            .unproven
            .into_iter()
            .chain(standing.withheld)
            .collect(),
        took: said_at.duration_since(began),
        totals: reckoning::totals(&things),
        dead,
    }
}
