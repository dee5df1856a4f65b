//! A world and its story from a seed: who there is, what was issued, how slow everything is, and who fights back.
//!
//! Written as a drill file, so that a world that breaks something can be read, kept and played by hand.

mod sketch;
mod vendor;

use self::sketch::Sketch;
use self::vendor::{AWS, SAAS};
use super::chance::Chance;
use crate::domain::{Duration, Locator};
use crate::provider::simulated::Scenario;

/// The streams of chance.
const WORLD: u64 = 1;
const STORY: u64 = 2;
const MORE: u64 = 4;

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
    /// The place to which a new key goes, with the program that reads it there.
    pub place: Option<(Locator, Locator)>,
    /// Something healthy of which somebody says that it leaked.
    pub alarm: Option<Locator>,
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
    let mut more = Chance::new(seed, MORE);
    let vendor = if more.is(25) { SAAS } else { AWS };
    let [lots, story] = [WORLD, STORY].map(|stream| Chance::new(seed, stream));
    let mut sketch = Sketch::of(vendor, [lots, story, more]);
    let is_own = sketch.story.is(5) && fight == Fight::Drawn;
    let is_fought = (sketch.story.is(60) || fight != Fight::Drawn) && !is_own;
    let is_guarded = sketch.story.is(50);
    let is_principal = sketch.story.is(40);
    sketch.first = if is_own { "user/on-call" } else { "user/U0" };
    sketch.people(is_principal);
    let place = if vendor.has_places {
        sketch.roles();
        sketch.secrets();
        (!is_principal).then(|| sketch.consumer())
    } else {
        sketch.apps();
        None
    };
    sketch.mints();
    let mut subjects = vec![if is_principal {
        vendor.at(sketch.first)
    } else {
        vendor.at(&vendor.key("LEAKED"))
    }];
    let other = vendor.key("U1-K0");
    let alarm = (sketch.more.is(25) && sketch.healthy.contains(&other)).then(|| vendor.at(&other));
    if sketch.story.is(20) && sketch.users > 1 {
        sketch.healthy.retain(|known| *known != other);
        subjects.push(vendor.at(&other));
    }
    let alarm = alarm.filter(|alarm| !subjects.contains(alarm));
    // Whoever fights draws others in: then only we ourselves are sure to be left alone.
    let ours = vendor.key("OURS");
    if is_fought {
        sketch.healthy.retain(|known| *known == ours);
    }
    let text = sketch.write(seed, &subjects, (is_fought.then_some(fight), is_guarded));
    let scenario = Scenario::parse(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let read = |name: String| -> Locator { name.parse().unwrap() };
    Drawn {
        text,
        scenario,
        subjects: subjects.into_iter().map(read).collect(),
        is_fought,
        is_guarded,
        is_own,
        place: place.map(|(place, reader)| (read(place), read(reader))),
        alarm: alarm.map(read),
    }
}
