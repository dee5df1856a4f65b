//! A world and its story from a seed: who there is, what was issued, how slow everything is, and who fights back.
//!
//! Written as a drill file, so that a world that breaks something can be read, kept and played by hand.

use std::fmt::Write as _;

use super::ACCOUNT;
use super::chance::Chance;
use crate::domain::{Duration, Locator};
use crate::provider::simulated::Scenario;

/// The streams of chance.
const WORLD: u64 = 1;
const STORY: u64 = 2;

/// The guardrails that AWS has.
const GUARDS: [&str; 2] = [
    "aws.deny-user-in-organization",
    "aws.deny-role-in-organization",
];
/// The actions that take their time until they are seen everywhere.
const SLOW: [&str; 10] = [
    "aws.deactivate-access-key",
    "aws.activate-access-key",
    "aws.deny-user",
    "aws.allow-user",
    "aws.deny-role",
    "aws.allow-role",
    "aws.end-user-sessions",
    "aws.lift-user-session-end",
    "aws.end-role-sessions",
    "aws.lift-role-session-end",
];
const DEEDS: [&str; 7] = [
    "mint",
    "other-users",
    "strip",
    "attach",
    "reactivate",
    "enter",
    "burn",
];

/// A world with a story.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The drill file.
    pub text: String,
    /// The same, read.
    pub scenario: Scenario,
    /// What the operator names.
    pub subjects: Vec<Locator>,
    /// Whether somebody fights back.
    pub is_fought: bool,
    /// Whether there is a guardrail that nobody in the world can edit.
    pub is_guarded: bool,
    /// Whether what leaked belongs to the principal that we act as.
    pub is_own: bool,
}

/// Who fights back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fight {
    /// Somebody in most worlds, as fast as the seed says.
    #[default]
    Drawn,
    /// Somebody in every world, who looks and strikes again after this.
    Always(Duration),
}

/// Draws the world of a seed.
#[must_use]
pub fn draw(seed: u64, fight: Fight) -> Drawn {
    let mut sketch = Sketch {
        lots: Chance::new(seed, WORLD),
        story: Chance::new(seed, STORY),
        ..Sketch::default()
    };
    let is_own = sketch.story.is(5) && fight == Fight::Drawn;
    let is_fought = (sketch.story.is(60) || fight != Fight::Drawn) && !is_own;
    let is_guarded = sketch.story.is(50);
    let is_principal = sketch.story.is(40);
    sketch.first = if is_own { "user/on-call" } else { "user/U0" };
    sketch.people(is_principal);
    sketch.roles();
    sketch.mints();
    let mut subjects = vec![if is_principal {
        at(sketch.first)
    } else {
        at("access-key/LEAKED")
    }];
    if sketch.story.is(20) && sketch.users > 1 {
        sketch.healthy.retain(|known| known != "access-key/U1-K0");
        subjects.push(at("access-key/U1-K0"));
    }
    // Whoever fights draws others in: then only we ourselves are sure to be left alone.
    if is_fought {
        sketch.healthy.retain(|known| known == "access-key/OURS");
    }
    let text = sketch.write(seed, &subjects, (is_fought.then_some(fight), is_guarded));
    let scenario = Scenario::parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let subjects = subjects.iter().map(|name| name.parse().unwrap()).collect();
    Drawn {
        text,
        scenario,
        subjects,
        is_fought,
        is_guarded,
        is_own,
    }
}

fn at(name: &str) -> String {
    format!("aws:{name}@{ACCOUNT}")
}

/// The file, as it grows.
struct Sketch {
    lots: Chance,
    story: Chance,
    users: u64,
    /// The principal of what leaked.
    first: &'static str,
    nodes: String,
    edges: String,
    events: String,
    injects: String,
    held: Vec<String>,
    healthy: Vec<String>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            lots: Chance::new(0, 0),
            story: Chance::new(0, 0),
            users: 0,
            first: "",
            nodes: String::new(),
            edges: String::new(),
            events: String::new(),
            injects: String::new(),
            held: Vec::new(),
            healthy: Vec::new(),
        }
    }
}

impl Sketch {
    fn node(&mut self, name: &str, more: &str) {
        writeln!(
            self.nodes,
            "    - {{locator: \"{}\", age: 4800h{more}}}",
            at(name)
        )
        .unwrap();
    }

    fn key(&mut self, name: &str, holder: &str) {
        let more = format!(
            ", held_by: \"{}\", fields: {{status: Active}}, secret: true",
            at(holder)
        );
        self.node(name, &more);
    }

    fn session(&mut self, name: &str, holder: &str, issuer: &str) {
        let lasts = self.lots.millis(600, 6_000);
        writeln!(
            self.nodes,
            "    - {{locator: \"{}\", held_by: \"{}\", issuer: \"{}\", age: 20m, lasts: {lasts}m, secret: true}}",
            at(name), at(holder), at(issuer)
        )
        .unwrap();
    }

    fn event(&mut self, who: &str, ago: u64, event: &str, made: &str) {
        writeln!(
            self.events,
            "    - {{who: \"{}\", ago: {ago}m, event: {event}, made: \"{}\"}}",
            at(who),
            at(made)
        )
        .unwrap();
    }

    fn rights(&mut self, of: &str, per_cent: u64) {
        let may = if self.lots.is(per_cent) {
            ", fields: {rights: every}"
        } else {
            ""
        };
        self.node(of, may);
    }

    /// Users with their keys; the first one's first key is the leaked one.
    fn people(&mut self, is_principal: bool) {
        self.users = 1 + self.lots.below(4);
        for nth in 0..self.users {
            let user = match nth {
                0 => self.first.to_owned(),
                _ => format!("user/U{nth}"),
            };
            self.rights(&user, if nth == 0 { 70 } else { 30 });
            let keys = 1 + self.lots.below(2);
            for key in 0..keys {
                let name = match (nth, key) {
                    (0, 0) => "access-key/LEAKED".to_owned(),
                    _ => format!("access-key/U{nth}-K{key}"),
                };
                self.key(&name, &user);
                let is_cut = nth == 0 && (key == 0 || is_principal);
                if !is_cut {
                    self.healthy.push(name);
                }
            }
        }
        self.held.push("access-key/LEAKED".to_owned());
        for nth in 0..self.lots.below(3) {
            let name = format!("session/S{nth}");
            self.session(&name, self.first, "access-key/LEAKED");
            self.event("access-key/LEAKED", 20, "GetSessionToken", &name);
            self.held.push(name);
        }
        if self.first != "user/on-call" {
            self.node("user/on-call", "");
        }
        self.key("access-key/OURS", "user/on-call");
        self.healthy.push("access-key/OURS".to_owned());
    }

    /// Roles; some were entered with the leaked key, some could be.
    fn roles(&mut self) {
        for nth in 0..self.lots.below(4) {
            let role = format!("role/R{nth}");
            self.rights(&role, 30);
            let session = format!("session/R{nth}-S");
            self.session(&session, &role, &role);
            let could = |sketch: &mut Self| {
                writeln!(
                    sketch.edges,
                    "    - {{from: \"{}\", to: \"{}\", relation: could-enter}}",
                    at(sketch.first),
                    at(&role)
                )
                .unwrap();
            };
            if self.lots.is(50) {
                writeln!(
                    self.edges,
                    "    - {{from: \"{}\", to: \"{}\", relation: entered, evidence: \"audit event AssumeRole\", ago: 17m}}",
                    at("access-key/LEAKED"), at(&role)
                )
                .unwrap();
                could(self);
                self.event("access-key/LEAKED", 17, "AssumeRole", &session);
                self.held.push(session);
            } else {
                if self.lots.is(50) {
                    could(self);
                }
                self.healthy.push(session);
            }
        }
    }

    /// What is made while the tool works, whoever else fights: keys for another user, and sessions.
    fn mints(&mut self) {
        for nth in 0..self.story.below(3) {
            let after = self.story.millis(100, 12_000);
            let session = self.users == 1 || self.story.is(50);
            let what = if session {
                format!("kind: \"aws:session\", id: LATE{nth}, event: GetSessionToken")
            } else {
                format!(
                    "kind: \"aws:access-key\", id: LATE{nth}, holder: \"{}\", fields: {{status: Active}}, event: CreateAccessKey",
                    at("user/U1")
                )
            };
            writeln!(
                self.injects,
                "  - {{at: {after}ms, mint: {{parent: \"{}\", {what}}}}}",
                at("access-key/LEAKED")
            )
            .unwrap();
        }
    }

    fn write(
        &mut self,
        seed: u64,
        subjects: &[String],
        (fight, is_guarded): (Option<Fight>, bool),
    ) -> String {
        let mut propagation = String::new();
        for action in SLOW.iter().chain(&GUARDS) {
            let delay = self.lots.millis(0, 9_000);
            writeln!(propagation, "    {action}: {delay}ms").unwrap();
        }
        let list = |of: &[String]| {
            let names: Vec<String> = of.iter().map(|name| format!("\"{}\"", at(name))).collect();
            names.join(", ")
        };
        let guards = if is_guarded {
            format!("  guardrails: [{}]\n", GUARDS.join(", "))
        } else {
            String::new()
        };
        let adversary = if let Some(fight) = fight {
            let may: Vec<&str> = DEEDS.into_iter().filter(|_| self.story.is(75)).collect();
            let drawn = self.story.millis(100, 3_000);
            let pause = match fight {
                Fight::Drawn => drawn,
                Fight::Always(pause) => u64::try_from(pause.as_millis()).unwrap(),
            };
            // Most take little; now and then one takes as much as it can.
            let most = *self.story.pick(&[6, 7, 8, 9, 9, 10, 11, 12, 16, 40]);
            let strikes = *self.story.pick(&[100, 200, 400, 1_200]);
            format!(
                "adversary: {{holds: [{}], pause: {pause}ms, most: {most}, may: [{}], until: {}ms}}\n",
                list(&self.held),
                may.join(", "),
                pause * strikes
            )
        } else {
            String::new()
        };
        let slowest = *self.lots.pick(&[5_000, 20_000, 60_000]);
        let lag = self.lots.millis(0, slowest);
        let quota = if self.lots.is(20) {
            format!("  requests_per_second: {}\n", 5 + self.lots.below(50))
        } else {
            String::new()
        };
        let section = |name: &str, of: &str| match of {
            "" => String::new(),
            of => format!("{name}:\n{of}"),
        };
        format!(
            "drill: seed-{seed}\nsummary: The world of seed {seed}.\nprovider: aws\nplaybook: isolate\nsubject: \"{}\"\nsince: 2h\nstart: 2026-03-01T03:07:00Z\nseed: {seed}\nresponder: {{credential: \"{}\", principal: \"{}\"}}\nworld:\n  latency: {}ms\n  deadline: 3s\n  audit_lag: {}ms\n  clock_ahead: {}ms\n{quota}{guards}  propagation:\n{propagation}  nodes:\n{}{}{}  healthy: [{}]\n{}{adversary}expect: {{outcome: contained}}\n",
            subjects.first().unwrap(),
            at("access-key/OURS"),
            at("user/on-call"),
            10 + self.lots.below(150),
            lag,
            if self.lots.is(30) {
                self.lots.millis(0, 30_000)
            } else {
                0
            },
            self.nodes,
            section("  edges", &self.edges),
            section("  events", &self.events),
            list(&self.healthy),
            section("injects", &self.injects),
        )
    }
}
