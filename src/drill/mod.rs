//! Rehearsals: the real loop in a simulated world, in virtual time, judged against what the world itself says.
//!
//! Owns scenarios and their judgement. Never touches anything outside of the simulated world.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::case::Case;
use crate::domain::event::{Answered, Event};
use crate::domain::{Clock, Kind, Locator, Secret, Spec, Time};
use crate::journal::Line;
use crate::pack;
use crate::provider::simulated::scenario::{Broken, Scenario};
use crate::provider::simulated::world::{Shared, lock};
use crate::provider::simulated::{Simulated, Weather, fight, inject};
use crate::provider::{Catalogue, Provider, aws, github, oauth, postgres, redis};

/// The scenarios that ship, by name, with their text.
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &[
        (
            "leaked-aws-access-key",
            include_str!("../../playbooks/drills/leaked-aws-access-key.yaml"),
        ),
        (
            "isolate",
            include_str!("../../playbooks/drills/isolate.yaml"),
        ),
        (
            "inventory",
            include_str!("../../playbooks/drills/inventory.yaml"),
        ),
        (
            "validate",
            include_str!("../../playbooks/drills/validate.yaml"),
        ),
        (
            "reissue",
            include_str!("../../playbooks/drills/reissue.yaml"),
        ),
        (
            "leaked-ci-token",
            include_str!("../../playbooks/drills/leaked-ci-token.yaml"),
        ),
        (
            "leaked-github-app-key",
            include_str!("../../playbooks/drills/leaked-github-app-key.yaml"),
        ),
        (
            "bulk-leak",
            include_str!("../../playbooks/drills/bulk-leak.yaml"),
        ),
        (
            "compromised-ai-agent",
            include_str!("../../playbooks/drills/compromised-ai-agent.yaml"),
        ),
        (
            "database-service-account",
            include_str!("../../playbooks/drills/database-service-account.yaml"),
        ),
        (
            "malicious-oauth-app",
            include_str!("../../playbooks/drills/malicious-oauth-app.yaml"),
        ),
    ]
}

/// A scenario that is ready to begin.
pub struct Rehearsal {
    /// What it is about.
    pub scenario: Scenario,
    /// Its clock; it moves only when everything waits for it.
    pub clock: Clock,
    /// Its world.
    pub world: Shared,
    /// The providers there are in it.
    pub catalogue: Catalogue,
}

/// What the world says about one thing that the scenario had an expectation of.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// The thing.
    pub what: Locator,
    /// Whether it should be accepted.
    pub should_live: bool,
    /// Whether it is accepted anywhere.
    pub lives: bool,
}

/// What a report says of a thing, and the world does not.
#[derive(Clone, Debug, Serialize)]
pub struct Contradicted {
    /// The thing.
    pub what: Locator,
    /// What the report called it: `alive` or `dead`.
    pub told: &'static str,
    /// Whether it was accepted anywhere when the report was made.
    pub lives: bool,
}

/// When a run reached what, counted from its beginning.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Times {
    /// The first cut was acknowledged.
    pub first_cut: Option<crate::domain::Duration>,
    /// Every cut of the subject that the plan began with was seen in force.
    pub cut: Option<crate::domain::Duration>,
    /// The run ended.
    pub end: Option<crate::domain::Duration>,
}

impl Rehearsal {
    /// Builds the world of a scenario; to be called where tokio's time is paused.
    ///
    /// # Errors
    /// Says what is wrong with the scenario.
    pub fn prepare(text: &str) -> Result<Self, Broken> {
        let scenario = Scenario::parse(text)?;
        let clock = scenario.clock();
        let known: Vec<Known> = scenario
            .providers()
            .map(|name| Known::of(name).ok_or_else(|| Broken::UnknownProvider(name.to_owned())))
            .collect::<Result<_, _>>()?;
        let kinds: Vec<Kind> = known.iter().flat_map(|one| one.kinds.clone()).collect();
        let world = scenario.build(&clock, &kinds)?.share();
        let catalogue = catalogue(&scenario, known, &world, &clock);
        Ok(Self {
            scenario,
            clock,
            world,
            catalogue,
        })
    }

    /// The secrets that leaked, as far as the scenario gives them to what the operator names.
    #[must_use]
    pub fn leaked_secrets(&self) -> BTreeMap<Locator, Secret> {
        let world = lock(&self.world);
        let named = self.scenario.named().into_iter();
        let known = named.filter_map(|subject| {
            let secret = Secret::new(world.secret(&subject)?.to_owned());
            Some((subject, secret))
        });
        known.collect()
    }

    /// Plays what happens whatever the tool does, and whoever fights back.
    pub async fn play(&self) -> Vec<inject::Played> {
        let fights = async {
            let (scenario, world, clock) = (&self.scenario, &self.world, &self.clock);
            match &scenario.adversary {
                Some(adversary) => {
                    fight(adversary, &scenario.responder, scenario.seed, world, clock).await
                }
                None => Vec::new(),
            }
        };
        let injected = inject::play(&self.scenario.injects, &self.world, &self.clock);
        let (mut played, fought) = futures_util::join!(injected, fights);
        played.extend(fought);
        played.sort_by_key(|played| played.at);
        played
    }

    /// Asks the world about everything that the scenario has an expectation of.
    #[must_use]
    pub fn judge(&self) -> Vec<Judged> {
        let (world, now) = (lock(&self.world), self.clock.now());
        let judged = |what: &Locator, should_live| Judged {
            what: what.clone(),
            should_live,
            lives: world.accepts(what, now),
        };
        // What lies there now, if contain put it there; else the place itself, which then is as it should not be.
        let renewed = |place: &Locator| {
            let held = world.node(place).and_then(|node| node.holds.last());
            let new = held.filter(|held| {
                held.at.is_some() && world.secret(&held.what) == Some(held.secret.as_str())
            });
            Judged {
                what: new.map_or(place, |new| &new.what).clone(),
                should_live: true,
                lives: new.is_some_and(|new| world.accepts(&new.what, now)),
            }
        };
        let expect = &self.scenario.expect;
        let dead = expect.dead.iter().map(|what| judged(what, false));
        dead.chain(expect.alive.iter().map(|what| judged(what, true)))
            .chain(expect.renewed.iter().map(renewed))
            .collect()
    }

    /// Holds what a report of `at` calls alive and dead against the world. Of what is no credential only that is asked
    /// which is called alive: a role whose sessions ended is dealt with, and goes on.
    #[must_use]
    pub fn contradicted(&self, alive: &[Locator], dead: &[Locator], at: Time) -> Vec<Contradicted> {
        let world = lock(&self.world);
        let is_credential = |what: &&Locator| {
            let kind = self.catalogue.kind(what.kind());
            kind.is_some_and(|kind| kind.credential)
        };
        let alive = alive.iter().map(|what| (what, "alive"));
        let dead = dead.iter().filter(is_credential).map(|what| (what, "dead"));
        let known = alive
            .chain(dead)
            .filter(|(what, _)| world.node(what).is_some());
        let told = known.map(|(what, told)| Contradicted {
            what: what.clone(),
            told,
            lives: world.accepts(what, at),
        });
        told.filter(|one| one.lives != (one.told == "alive"))
            .collect()
    }
}

/// What a provider knows and can do.
struct Known {
    name: String,
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
}

impl Known {
    /// By its name: AWS, one that is written in Rust, or a pack that ships.
    fn of(name: &str) -> Option<Self> {
        let (kinds, actions) = match name {
            aws::NAME => (aws::kinds(), aws::actions()),
            github::NAME => (github::kinds(), github::actions()),
            oauth::NAME => (oauth::kinds(), oauth::actions()),
            postgres::NAME => (postgres::kinds(), postgres::actions()),
            redis::NAME => (redis::kinds(), redis::actions()),
            _ => {
                let packs = pack::shipped();
                let pack = packs.iter().find(|pack| pack.name() == name)?;
                (pack.kinds().to_vec(), pack.actions().to_vec())
            }
        };
        Some(Self {
            name: name.to_owned(),
            kinds,
            actions,
        })
    }
}

fn catalogue(scenario: &Scenario, known: Vec<Known>, world: &Shared, clock: &Clock) -> Catalogue {
    let weather = Weather::scripted(scenario.weather.clone());
    let providers = known.into_iter().map(|known| {
        let settings = scenario.settings_of(&known.name, &weather);
        let provider: Arc<dyn Provider> = Arc::new(Simulated::new(
            &known.name,
            known.kinds,
            known.actions,
            Arc::clone(world),
            clock.clone(),
            settings,
        ));
        provider
    });
    Catalogue::new(providers.collect())
}

impl Judged {
    /// Whether it is as it should be.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.should_live == self.lives
    }
}

/// Reads from the entries of a run when it reached what.
#[must_use]
pub fn times(lines: &[Line], case: &Case, run: u32) -> Times {
    let Some(began) = case.runs.get(&run).map(|run| run.opened_at) else {
        return Times {
            first_cut: None,
            cut: None,
            end: None,
        };
    };
    let after = |at: Time| at.duration_since(began);
    let mine = || {
        lines
            .iter()
            .filter(|line| line.event.item().is_none_or(|item| item.run == run))
    };
    let acknowledged = mine().find(|line| {
        matches!(
            &line.event,
            Event::Answered {
                outcome: Answered::Done { .. } | Answered::AlreadySo,
                ..
            }
        )
    });
    let first = |item: &crate::domain::ItemRef| {
        item.round == 1
            && case
                .lives
                .get(item)
                .is_some_and(|life| life.planned.rung.is_some())
    };
    let mut seen = std::collections::BTreeMap::new();
    for line in mine() {
        if let Event::Verified { item, verdict, .. } = &line.event
            && first(item)
            && verdict.is_observed()
        {
            seen.entry(item.clone()).or_insert(line.at);
        }
    }
    Times {
        first_cut: acknowledged.map(|line| after(line.at)),
        cut: seen.into_values().max().map(after),
        end: lines.last().map(|line| after(line.at)),
    }
}
