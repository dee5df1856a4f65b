//! What happens in a world while a drill runs, whatever the tool does.
//!
//! Plays by the rules of the world. Never reacts; an adversary that does belongs to the drill.

use serde::Deserialize;
use serde_json::Value;

use super::mint::{Mint, Use};
use super::weather::Length;
use super::world::{Shared, lock};
use crate::domain::{Clock, Locator, Time};

/// Something that happens while the drill runs: exactly one of `mint`, `use` and `set`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// How long after the start.
    pub at: Length,
    /// Somebody makes a credential with one that is alive.
    #[serde(default)]
    pub mint: Option<Mint>,
    /// Somebody uses a credential.
    #[serde(default, rename = "use")]
    pub attempt: Option<Use>,
    /// Somebody else changes a field.
    #[serde(default)]
    pub set: Option<Set>,
}

/// A change that somebody else makes.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Of what.
    pub target: Locator,
    /// Which field.
    pub field: String,
    /// To what; null removes it.
    pub value: Value,
    /// With which credential, where it leaves an event; that credential has to be accepted.
    #[serde(default)]
    pub by: Option<Locator>,
    /// The event's name in the audit log.
    #[serde(default)]
    pub event: Option<String>,
}

/// What became of an inject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// When, by our clock.
    pub at: Time,
    /// What was tried, as a sentence for the story.
    pub what: String,
    /// Whether the world let it happen.
    pub worked: bool,
}

/// Plays the injects, each at its time after now, and answers what became of each.
pub async fn play(injects: &[Inject], world: &Shared, clock: &Clock) -> Vec<Played> {
    let start = clock.now();
    let mut order: Vec<&Inject> = injects.iter().collect();
    order.sort_by_key(|inject| inject.at);
    let mut played = Vec::with_capacity(order.len());
    for inject in order {
        clock
            .sleep_until(start.saturating_add(inject.at.0).unwrap_or(start))
            .await;
        let at = clock.now();
        let mut world = lock(world);
        let mut tell = |what: String, worked: bool| played.push(Played { at, what, worked });
        if let Some(mint) = &inject.mint {
            let who = mint.by.as_ref().unwrap_or(&mint.parent);
            match world.mint(mint, at) {
                Ok(name) => tell(format!("`{who}` mints `{name}`"), true),
                Err(why) => tell(format!("`{who}` fails to mint: {why}"), false),
            }
        }
        if let Some(attempt) = &inject.attempt {
            let worked = world.attempt(attempt, at);
            tell(format!("`{}` tries {}", attempt.who, attempt.event), worked);
        }
        if let Some(set) = &inject.set {
            let (worked, who) = match &set.by {
                Some(by) => (world.change(by, set, at), format!("`{by}`")),
                None => {
                    let worked = world.set(&set.target, &set.field, set.value.clone());
                    (worked, "somebody".to_owned())
                }
            };
            let what = format!("{who} sets `{}` of `{}`", set.field, set.target);
            tell(what, worked);
        }
    }
    played
}
