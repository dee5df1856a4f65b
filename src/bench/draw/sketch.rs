//! The drill file, as it grows.

use std::fmt::Write as _;

use super::super::chance::Chance;
use super::Fight;
use super::vendor::Vendor;

const DEEDS: [&str; 7] = [
    "mint",
    "other-users",
    "strip",
    "attach",
    "reactivate",
    "enter",
    "burn",
];
/// What came later, and is drawn by itself.
const MORE_DEEDS: [&str; 2] = ["new-principals", "read-secrets"];
/// Where programs read what they work with.
const REGION: &str = "eu-central-1";

/// The file, as it grows.
pub(super) struct Sketch {
    pub(super) lots: Chance,
    pub(super) story: Chance,
    pub(super) more: Chance,
    pub(super) users: u64,
    /// The principal of what leaked.
    pub(super) first: &'static str,
    pub(super) healthy: Vec<String>,
    vendor: Vendor,
    nodes: String,
    edges: String,
    events: String,
    injects: String,
    held: Vec<String>,
}

impl Sketch {
    /// An empty one, drawn with these lots.
    pub(super) fn of(vendor: Vendor, [lots, story, more]: [Chance; 3]) -> Self {
        Self {
            lots,
            story,
            more,
            users: 0,
            first: "",
            healthy: Vec::new(),
            vendor,
            nodes: String::new(),
            edges: String::new(),
            events: String::new(),
            injects: String::new(),
            held: Vec::new(),
        }
    }

    fn node(&mut self, name: &str, more: &str) {
        let at = self.vendor.at(name);
        let line = format!("    - {{locator: \"{at}\", age: 4800h{more}}}");
        writeln!(self.nodes, "{line}").unwrap();
    }

    fn key(&mut self, name: &str, holder: &str) {
        let holder = self.vendor.at(holder);
        let more =
            format!(", held_by: \"{holder}\", fields: {{status: Active}}, used: 3h, secret: true");
        self.node(name, &more);
    }

    fn session(&mut self, name: &str, holder: &str, issuer: &str) {
        let lasts = self.lots.millis(600, 6_000);
        let [name, holder, issuer] = [name, holder, issuer].map(|name| self.vendor.at(name));
        writeln!(
            self.nodes,
            "    - {{locator: \"{name}\", held_by: \"{holder}\", issuer: \"{issuer}\", age: 20m, lasts: {lasts}m, secret: true}}",
        )
        .unwrap();
    }

    fn edge(&mut self, from: &str, to: &str, relation: &str) {
        let [from, to] = [from, to].map(|name| self.vendor.at(name));
        writeln!(
            self.edges,
            "    - {{from: \"{from}\", to: \"{to}\", relation: {relation}}}"
        )
        .unwrap();
    }

    fn event(&mut self, who: &str, ago: u64, event: &str, made: &str) {
        let [who, made] = [who, made].map(|name| self.vendor.at(name));
        writeln!(
            self.events,
            "    - {{who: \"{who}\", ago: {ago}m, event: {event}, made: \"{made}\"}}"
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
    pub(super) fn people(&mut self, is_principal: bool) {
        let vendor = self.vendor;
        let leaked = vendor.key("LEAKED");
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
                    (0, 0) => leaked.clone(),
                    _ => vendor.key(&format!("U{nth}-K{key}")),
                };
                self.key(&name, &user);
                let is_cut = nth == 0 && (key == 0 || is_principal);
                if !is_cut {
                    self.healthy.push(name);
                }
            }
        }
        self.held.push(leaked.clone());
        for nth in 0..self.lots.below(3) {
            let name = format!("session/S{nth}");
            self.session(&name, self.first, &leaked);
            self.event(&leaked, 20, "GetSessionToken", &name);
            self.held.push(name);
        }
        if self.first != "user/on-call" {
            self.node("user/on-call", "");
        }
        let ours = vendor.key("OURS");
        self.key(&ours, "user/on-call");
        self.healthy.push(ours);
    }

    /// Roles; some were entered with the leaked key, some could be.
    pub(super) fn roles(&mut self) {
        let leaked = self.vendor.key("LEAKED");
        for nth in 0..self.lots.below(4) {
            let role = format!("role/R{nth}");
            self.rights(&role, 30);
            let session = format!("session/R{nth}-S");
            self.session(&session, &role, &role);
            if self.lots.is(50) {
                let entered = "entered, evidence: \"audit event AssumeRole\", ago: 17m";
                self.edge(&leaked, &role, entered);
                self.edge(self.first, &role, "could-enter");
                self.event(&leaked, 17, "AssumeRole", &session);
                self.held.push(session);
            } else {
                if self.lots.is(50) {
                    self.edge(self.first, &role, "could-enter");
                }
                self.healthy.push(session);
            }
        }
    }

    /// Secrets that programs live by; some were read with the leaked key.
    pub(super) fn secrets(&mut self) {
        let leaked = self.vendor.key("LEAKED");
        for nth in 0..self.more.below(3) {
            let [place, program] =
                ["secret", "function"].map(|noun| format!("{noun}/{REGION}/S{nth}"));
            let holds = format!(", secret: true, holds: \"{}\"", self.vendor.at(&place));
            self.node(&place, &holds);
            self.reader(&program, &place);
            self.healthy.push(program);
            self.edge(self.first, &place, "could-read");
            if self.more.is(40) {
                self.edge(&leaked, &place, "exposed, evidence: it was read, ago: 15m");
            }
        }
    }

    fn reader(&mut self, program: &str, place: &str) {
        let after = self.more.millis(0, 60_000);
        let reads = format!(
            ", reads: \"{}\", reads_after: {after}ms",
            self.vendor.at(place)
        );
        self.node(program, &reads);
    }

    /// A place in which the leaked key lies, and the program that reads it there.
    pub(super) fn consumer(&mut self) -> (String, String) {
        let vendor = self.vendor;
        let [place, program] = ["secret", "function"].map(|noun| format!("{noun}/{REGION}/KEY"));
        let holds = format!(", holds: \"{}\"", vendor.at(&vendor.key("LEAKED")));
        self.node(&place, &holds);
        self.reader(&program, &place);
        (vendor.at(&place), vendor.at(&program))
    }

    /// Apps that the first user let in, and agents that were made with the leaked token.
    pub(super) fn apps(&mut self) {
        let leaked = self.vendor.key("LEAKED");
        for nth in 0..self.more.below(3) {
            let grant = format!("grant/G{nth}");
            self.made(&grant, &leaked, Some(self.first));
            let session = format!("session/G{nth}-S");
            self.session(&session, self.first, &grant);
            self.event(&grant, 17, "RefreshToken", &session);
            self.held.push(session);
        }
        for nth in 0..self.more.below(3) {
            let agent = format!("agent/A{nth}");
            self.made(&agent, &leaked, None);
            let token = self.vendor.key(&format!("A{nth}-K"));
            self.made(&token, &leaked, Some(&agent));
            self.held.push(token);
        }
    }

    /// Something that a credential made before we came.
    fn made(&mut self, name: &str, issuer: &str, holder: Option<&str>) {
        let (at, by) = (self.vendor.at(name), self.vendor.at(issuer));
        let held = holder.map(|holder| {
            let holder = self.vendor.at(holder);
            format!(", held_by: \"{holder}\", secret: true")
        });
        writeln!(
            self.nodes,
            "    - {{locator: \"{at}\", issuer: \"{by}\", age: 25m, fields: {{status: Active}}{}}}",
            held.unwrap_or_default()
        )
        .unwrap();
        self.event(issuer, 25, "Create", name);
    }

    /// What is made while the tool works, whoever else fights: keys for another user, and sessions.
    pub(super) fn mints(&mut self) {
        let vendor = self.vendor;
        for nth in 0..self.story.below(3) {
            let after = self.story.millis(100, 12_000);
            let session = self.users == 1 || self.story.is(50);
            let what = if session {
                format!(
                    "kind: \"{}:session\", id: LATE{nth}, event: GetSessionToken",
                    vendor.name
                )
            } else {
                format!(
                    "kind: \"{}:{}\", id: LATE{nth}, holder: \"{}\", fields: {{status: Active}}, event: CreateAccessKey",
                    vendor.name,
                    vendor.key,
                    vendor.at("user/U1")
                )
            };
            let parent = vendor.at(&vendor.key("LEAKED"));
            writeln!(
                self.injects,
                "  - {{at: {after}ms, mint: {{parent: \"{parent}\", {what}}}}}"
            )
            .unwrap();
        }
    }

    fn list(&self, of: &[String]) -> String {
        let names: Vec<String> = of
            .iter()
            .map(|name| format!("\"{}\"", self.vendor.at(name)))
            .collect();
        names.join(", ")
    }

    fn adversary(&mut self, fight: Fight) -> String {
        let mut may: Vec<&str> = DEEDS.into_iter().filter(|_| self.story.is(75)).collect();
        may.extend(MORE_DEEDS.into_iter().filter(|_| self.more.is(50)));
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
            self.list(&self.held),
            may.join(", "),
            pause * strikes
        )
    }

    /// The whole file.
    pub(super) fn write(
        &mut self,
        seed: u64,
        subjects: &[String],
        (fight, is_guarded): (Option<Fight>, bool),
    ) -> String {
        let vendor = self.vendor;
        let mut propagation = String::new();
        for action in vendor.slow.iter().chain(vendor.guards) {
            let delay = self.lots.millis(0, 9_000);
            writeln!(propagation, "    {action}: {delay}ms").unwrap();
        }
        let guards = if is_guarded {
            format!("  guardrails: [{}]\n", vendor.guards.join(", "))
        } else {
            String::new()
        };
        let adversary = fight.map(|fight| self.adversary(fight)).unwrap_or_default();
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
            "drill: seed-{seed}\nsummary: The world of seed {seed}.\nprovider: {}\nplaybook: isolate\nsubject: \"{}\"\nsince: 2h\nstart: 2026-03-01T03:07:00Z\nseed: {seed}\nresponder: {{credential: \"{}\", principal: \"{}\"}}\nworld:\n  latency: {}ms\n  deadline: 3s\n  audit_lag: {}ms\n  clock_ahead: {}ms\n{quota}{guards}  propagation:\n{propagation}  nodes:\n{}{}{}  healthy: [{}]\n{}{adversary}expect: {{outcome: contained}}\n",
            vendor.name,
            subjects.first().unwrap(),
            vendor.at(&vendor.key("OURS")),
            vendor.at("user/on-call"),
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
            self.list(&self.healthy),
            section("injects", &self.injects),
        )
    }
}
