//! A seeded opponent who plays by the rules of the world, beside the tool, in virtual time.
//!
//! Acts only with a credential that the front end it meets accepts at that moment, and only as far as that one's principal
//! may. Never edits a guardrail, never touches the responder, never goes through a handle.

use std::collections::BTreeSet;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::inject::Played;
use super::mint::Mint;
use super::opening::ways;
use super::scenario::Responder;
use super::weather::{Length, fraction};
use super::world::{Happened, Shared, World, lock};
use crate::domain::{Changed, Clock, Duration, Fields, KindId, Locator, Time};

/// The field of a principal that says what it may do: `every` stands for everything in its account.
pub const RIGHTS: &str = "rights";
/// What that field holds for a principal that may do everything.
pub const EVERY: &str = "every";

/// Who fights back, and how.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adversary {
    /// The credentials that it has when the drill starts.
    pub holds: Vec<Locator>,
    /// How long it takes to look and strike again.
    #[serde(default = "half_a_second")]
    pub pause: Length,
    /// How many credentials it has at most; a world is small, and so is its interest.
    #[serde(default = "forty")]
    pub most: usize,
    /// What it does; everything where absent.
    #[serde(default = "everything")]
    pub may: BTreeSet<Deed>,
    /// When it gives up, counted from the start.
    #[serde(default = "half_an_hour")]
    pub until: Length,
}

/// What an adversary does with a credential that is alive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Makes keys for the principal that it acts as, and sessions.
    Mint,
    /// Makes keys for other users.
    OtherUsers,
    /// Makes users and agents of its own, and keys for them.
    NewPrincipals,
    /// Reads secrets that somebody else lives by, and keeps them.
    ReadSecrets,
    /// Takes our denies, session cuts and boundaries off principals.
    Strip,
    /// Gives the principals that it knows every right.
    Attach,
    /// Switches its keys on again.
    Reactivate,
    /// Enters the roles that it has a way into.
    Enter,
    /// Sends requests until the provider serves nobody for the rest of the second.
    Burn,
}

impl Deed {
    const ALL: [Self; 9] = [
        Self::Strip,
        Self::Attach,
        Self::Reactivate,
        Self::Mint,
        Self::OtherUsers,
        Self::NewPrincipals,
        Self::ReadSecrets,
        Self::Enter,
        Self::Burn,
    ];
}

fn half_a_second() -> Length {
    Length(Duration::from_millis(500))
}

const fn forty() -> usize {
    40
}

fn half_an_hour() -> Length {
    Length(Duration::from_mins(30))
}

fn everything() -> BTreeSet<Deed> {
    BTreeSet::from(Deed::ALL)
}

/// Fights until nothing that it holds is accepted, or until it gives up; answers what it tried.
pub async fn fight(
    adversary: &Adversary,
    responder: &Responder,
    seed: u64,
    world: &Shared,
    clock: &Clock,
) -> Vec<Played> {
    let until = clock.now().saturating_add(adversary.until.0);
    let until = until.unwrap_or(Time::MAX);
    lock(world).taken.extend(adversary.holds.iter().cloned());
    let mut hand = Hand {
        adversary,
        responder,
        held: adversary.holds.clone(),
        made: Vec::new(),
        rng: ChaCha12Rng::seed_from_u64(seed),
        played: Vec::new(),
        alive_at: clock.now(),
    };
    while clock.now() < until {
        let goes_on = {
            let mut world = lock(world);
            hand.strike(&mut world, clock.now());
            hand.may_come_back(&world, clock.now())
        };
        if !goes_on {
            break;
        }
        clock.sleep(adversary.pause.0).await;
    }
    hand.played
}

struct Hand<'a> {
    adversary: &'a Adversary,
    responder: &'a Responder,
    held: Vec<Locator>,
    /// The principals that it made.
    made: Vec<Locator>,
    rng: ChaCha12Rng,
    played: Vec<Played>,
    alive_at: Time,
}

impl Hand<'_> {
    /// Does once all that it does, in an order of its own.
    fn strike(&mut self, world: &mut World, now: Time) {
        let mut deeds: Vec<(u64, Deed)> = Vec::new();
        for deed in Deed::ALL {
            // A place by lot: the order differs from strike to strike, and not between two runs of a seed.
            let lot = (fraction(&mut self.rng) * 1e9).to_bits();
            deeds.push((lot, deed));
        }
        deeds.sort_unstable();
        for (_, deed) in deeds {
            if !self.adversary.may.contains(&deed) {
                continue;
            }
            match deed {
                Deed::Strip => self.strip(world, now),
                Deed::Attach => self.attach(world, now),
                Deed::Reactivate => self.reactivate(world, now),
                Deed::Mint => self.mint(world, now),
                Deed::OtherUsers => self.mint_for_others(world, now),
                Deed::NewPrincipals => self.make_principals(world, now),
                Deed::ReadSecrets => self.read_secrets(world, now),
                Deed::Enter => self.enter(world, now),
                Deed::Burn => self.burn(world, now),
            }
        }
    }

    /// Whether anything that it holds is accepted, or was until so lately that a write may be under way that revives it.
    fn may_come_back(&mut self, world: &World, now: Time) -> bool {
        if self.held.iter().any(|held| world.accepts(held, now)) {
            self.alive_at = now;
        }
        let longest = world.pace.propagation.values().max();
        now.duration_since(self.alive_at) <= longest.copied().unwrap_or_default()
    }

    /// The newest credential that the front end which it meets accepts; with `writes` only one that may change others.
    fn ready(&mut self, world: &World, now: Time, writes: bool) -> Option<Locator> {
        self.ready_that(world, now, writes, |_| true)
    }

    fn ready_that(
        &mut self,
        world: &World,
        now: Time,
        writes: bool,
        fits: impl Fn(&Locator) -> bool,
    ) -> Option<Locator> {
        for held in self.held.iter().rev().filter(|held| fits(held)) {
            let front_end = 1.0 - fraction(&mut self.rng);
            let is_ready = if writes {
                world.may_write(held, now, front_end)
            } else {
                world.accepts_at(held, now, front_end)
            };
            if is_ready {
                return Some(held.clone());
            }
        }
        None
    }

    fn told(&mut self, now: Time, what: String, worked: bool) {
        let at = now;
        self.played.push(Played { at, what, worked });
    }

    fn spares(&self, principal: &Locator) -> bool {
        *principal == self.responder.principal
    }

    /// The principals that it acts as, or has a way into.
    fn known(&self, world: &World) -> BTreeSet<Locator> {
        let mut known: BTreeSet<Locator> = self.made.iter().cloned().collect();
        for held in &self.held {
            let holder = world.node(held).and_then(|node| node.held_by.as_ref());
            known.extend(holder.cloned());
            for from in std::iter::once(held).chain(holder) {
                known.extend(ways(world, from));
            }
        }
        known.retain(|principal| !self.spares(principal));
        known
    }

    /// Writes a field of a target as it pleases; the attempt is in the audit log.
    fn write(&mut self, world: &mut World, now: Time, to: (&Locator, &str, Value), event: &str) {
        let Some(by) = self.ready(world, now, true) else {
            return;
        };
        let (target, field, value) = to;
        let at = world.theirs(now);
        world.record(Happened {
            changed: vec![Changed {
                target: target.clone(),
                field: field.to_owned(),
            }],
            ..Happened::plain(&by, at, event)
        });
        world.overwrite(target, field, value, now);
        let what = format!("`{by}` writes `{field}` of `{target}`");
        self.told(now, what, true);
    }

    fn strip(&mut self, world: &mut World, now: Time) {
        for principal in self.known(world) {
            for field in world.strippable(&principal) {
                self.write(
                    world,
                    now,
                    (&principal, &field, Value::Null),
                    "DeletePolicy",
                );
            }
        }
    }

    fn attach(&mut self, world: &mut World, now: Time) {
        for principal in self.known(world) {
            let has = world
                .node(&principal)
                .and_then(|node| node.fields.get(RIGHTS));
            if has != Some(&json!(EVERY)) {
                let all = (&principal, RIGHTS, json!(EVERY));
                self.write(world, now, all, "PutPolicy");
            }
        }
    }

    fn reactivate(&mut self, world: &mut World, now: Time) {
        for held in self.held.clone() {
            for (field, before) in world.switched_off(&held) {
                self.write(world, now, (&held, &field, before), "UpdateAccessKey");
            }
        }
    }

    fn mint(&mut self, world: &mut World, now: Time) {
        let mints = |held: &Locator| !world.minted_with(held).is_empty();
        let Some(by) = self.ready_that(world, now, false, mints) else {
            return;
        };
        let holder = world.node(&by).and_then(|node| node.held_by.clone());
        for kind in world.minted_with(&by) {
            let keeps = world.lapses(&kind);
            if keeps {
                self.take(world, now, Mint::new(&by, &kind, ""));
            } else if let Some(user) = holder.clone().filter(|user| world.has_keys(user, &kind)) {
                self.key_for(world, now, user, &kind);
            }
        }
    }

    fn mint_for_others(&mut self, world: &mut World, now: Time) {
        let known = self.known(world);
        let mints = |held: &Locator| !world.minted_with(held).is_empty();
        let Some(by) = self.ready_that(world, now, true, mints) else {
            return;
        };
        for kind in world.minted_with(&by) {
            let others: Vec<Locator> = world
                .nodes()
                .map(|node| &node.locator)
                .filter(|user| world.has_keys(user, &kind) && !known.contains(user))
                .filter(|user| !self.spares(user))
                .cloned()
                .collect();
            for user in others {
                self.key_for(world, now, user, &kind);
            }
        }
    }

    fn key_for(&mut self, world: &mut World, now: Time, user: Locator, kind: &KindId) {
        let mints = |held: &Locator| world.minted_with(held).contains(kind);
        if let Some(by) = self.ready_that(world, now, true, mints) {
            let fields = Fields::from([("status".to_owned(), json!("Active"))]);
            let holder = Some(user);
            let mint = Mint {
                holder,
                fields,
                ..Mint::new(&by, kind, "")
            };
            self.take(world, now, mint);
        }
    }

    fn make_principals(&mut self, world: &mut World, now: Time) {
        let makes = |held: &Locator| !world.principals_made_with(held).is_empty();
        if let Some(by) = self.ready_that(world, now, true, makes) {
            for kind in world.principals_made_with(&by) {
                if let Some(new) = self.mint_new(world, now, Mint::new(&by, &kind, "")) {
                    self.made.push(new);
                }
            }
        }
        for principal in self.made.clone() {
            for kind in world.keys_of(&principal) {
                self.key_for(world, now, principal.clone(), &kind);
            }
        }
    }

    fn read_secrets(&mut self, world: &mut World, now: Time) {
        let Some(by) = self.ready(world, now, false) else {
            return;
        };
        for place in world.readable_by(&by) {
            if world.steal(&by, &place, now) {
                self.told(now, format!("`{by}` reads `{place}`"), true);
            }
        }
    }

    fn enter(&mut self, world: &mut World, now: Time) {
        for role in self.known(world) {
            for kind in world.sessions_of(&role) {
                let Some(by) = self.ready(world, now, false) else {
                    return;
                };
                let mint = Mint {
                    by: Some(by),
                    ..Mint::new(&role, &kind, "")
                };
                self.take(world, now, mint);
            }
        }
    }

    fn burn(&mut self, world: &mut World, now: Time) {
        if self.ready(world, now, false).is_some() {
            let all = world.pace.requests_per_second.unwrap_or(0);
            // What it asks does not matter; from the first refusal on nobody else is served either.
            let _ = (0..all).take_while(|_| world.admit(now).is_ok()).count();
        }
    }

    fn take(&mut self, world: &mut World, now: Time, mint: Mint) {
        if let Some(name) = self.mint_new(world, now, mint) {
            self.held.push(name);
        }
    }

    fn mint_new(&mut self, world: &mut World, now: Time, mint: Mint) -> Option<Locator> {
        let all = self.held.len() + self.made.len();
        if all >= self.adversary.most {
            return None;
        }
        let id = format!("TAKEN-{all}");
        let mint = Mint { id, ..mint };
        let who = mint.by.as_ref().unwrap_or(&mint.parent).clone();
        // What is refused is tried again at the next strike, and told once it works.
        let name = world.mint(&mint, now).ok()?;
        self.told(now, format!("`{who}` takes `{name}`"), true);
        world.taken.insert(name.clone());
        Some(name)
    }
}

#[cfg(test)]
mod tests;
