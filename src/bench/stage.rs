//! A world, a disk, and sessions of the tool on them: the real loop with everything about it in memory.
//!
//! Owns nothing of what is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::Poll;

use serde_json::Value;

use super::record::{Entry, Record};
use super::watch::{Gone, Left, Tool, Watch, Watched};
use super::wish::{Ended, Wish};
use super::{catalogue, name, saas};
use crate::converge::{End, Error, Limit, Means, converge};
use crate::domain::case::Case;
use crate::domain::event::{Event, Order, SecretNote};
use crate::domain::mandate::Mandate;
use crate::domain::plan::Plan;
use crate::domain::{Bound, Clock, Digest, Duration, Item, Kind, Locator, Secret, SecretRef, Spec};
use crate::drill::Rehearsal;
use crate::evidence::{Kept, Redactor};
use crate::execute::Ground;
use crate::execute::lanes::Lanes;
use crate::gate::{Circumstances, Pledges, Ruling, Witness};
use crate::journal::{self, Journal, MemorySink, Sink};
use crate::plan::branch::Branches;
use crate::provider::simulated::{
    CutOffs, Scenario, Settings, Shared, Simulated, Weather, World, fight, lock, play,
};
use crate::provider::{Catalogue, Observer, Provider};

/// A world, a disk, and what is needed to run the loop on them.
pub struct Bench {
    /// What the world was made from.
    pub scenario: Scenario,
    /// The world's clock.
    pub clock: Clock,
    /// The world.
    pub world: Shared,
    /// What goes wrong.
    pub weather: Weather,
    /// The provider, watched.
    pub catalogue: Catalogue,
    /// The journal.
    pub disk: MemorySink,
    /// The plans that were kept, by digest.
    pub plans: Mutex<BTreeMap<Digest, Plan>>,
    /// What somebody deleted.
    pub gone: Gone,
    /// Whether evidence has nowhere to go.
    pub full: Mutex<bool>,
    /// Whether every call rests for a step before it leaves: its process may be stopped there.
    pub(super) rests: Arc<AtomicBool>,
    left: Arc<Mutex<Vec<Left>>>,
    tool: Tool,
    record: Mutex<Record>,
    redactor: OnceLock<Redactor>,
}

impl Bench {
    /// Builds a world; to be called where tokio's time is paused. What the intruder does goes on by itself.
    pub fn new(text: &str) -> Self {
        Self::of(Scenario::parse(text).unwrap())
    }

    /// Builds the world of a scenario.
    pub fn of(scenario: Scenario) -> Self {
        Self::with(scenario, |_| (), Duration::from_secs(10))
    }

    /// Builds a world, with more in it, and bounds of this length.
    pub fn with(scenario: Scenario, more: impl FnOnce(&mut World), bound: Duration) -> Self {
        let (kinds, mut actions) = catalogue(&scenario.provider);
        for spec in &mut actions {
            spec.bound = Bound::Configured { within: bound };
        }
        Self::of_catalogue(scenario, more, (kinds, actions))
    }

    /// Builds a world with a catalogue of its own, for the provider that the scenario names.
    pub fn of_catalogue(
        scenario: Scenario,
        more: impl FnOnce(&mut World),
        (kinds, actions): (Vec<Kind>, Vec<Spec>),
    ) -> Self {
        let clock = scenario.clock();
        let mut world = scenario.build(&clock, &kinds).unwrap();
        more(&mut world);
        let world = world.share();
        let (weather, disk) = (Weather::default(), MemorySink::default());
        let settings = Settings {
            weather: weather.clone(),
            ..scenario.settings()
        };
        let inner = Simulated::new(
            &scenario.provider,
            kinds,
            actions,
            Arc::clone(&world),
            clock.clone(),
            settings,
        );
        let left = Arc::new(Mutex::new(Vec::new()));
        let (gone, rests, tool) = (Gone::default(), Arc::default(), Tool::default());
        let watch = Watch {
            gone: gone.clone(),
            rests: Arc::clone(&rests),
            clock: clock.clone(),
            disk: disk.clone(),
            left: Arc::clone(&left),
            tool: tool.clone(),
        };
        let (injects, played, at) = (scenario.injects.clone(), Arc::clone(&world), clock.clone());
        drop(tokio::spawn(
            async move { play(&injects, &played, &at).await },
        ));
        let (fought, at) = (Arc::clone(&world), clock.clone());
        if let Some(adversary) = scenario.adversary.clone() {
            let (responder, seed) = (scenario.responder.clone(), scenario.seed);
            drop(tokio::spawn(async move {
                fight(&adversary, &responder, seed, &fought, &at).await
            }));
        }
        Self {
            scenario,
            clock,
            world,
            weather,
            catalogue: Catalogue::new(vec![Arc::new(Watched { inner, watch })]),
            disk,
            plans: Mutex::default(),
            full: Mutex::default(),
            gone,
            rests,
            left,
            tool,
            record: Mutex::default(),
            redactor: OnceLock::new(),
        }
    }

    /// Gives the same world a second provider, of another shape, where we are whoever is named first; what is added stands
    /// in it.
    #[must_use]
    pub fn beside(mut self, responder: Vec<Locator>, more: impl FnOnce(&mut World)) -> Self {
        more(&mut lock(&self.world));
        let settings = Settings {
            weather: self.weather.clone(),
            responder,
            ..Settings::default()
        };
        let inner = Simulated::new(
            saas::NAME,
            saas::kinds(),
            saas::actions(),
            Arc::clone(&self.world),
            self.clock.clone(),
            settings,
        );
        let watch = Watch {
            gone: self.gone.clone(),
            clock: self.clock.clone(),
            disk: self.disk.clone(),
            left: Arc::clone(&self.left),
            tool: self.tool.clone(),
            rests: Arc::clone(&self.rests),
        };
        let mut all: Vec<Arc<dyn Provider>> = self.catalogue.providers().cloned().collect();
        all.push(Arc::new(Watched { inner, watch }));
        self.catalogue = Catalogue::new(all);
        self
    }

    /// A rehearsal as it ships, with nothing watched and nothing quickened; what happens in it goes on by itself.
    pub fn rehearsing(rehearsal: Rehearsal) -> Self {
        let Rehearsal {
            scenario,
            clock,
            world,
            catalogue,
        } = rehearsal;
        let (injects, played, at) = (scenario.injects.clone(), Arc::clone(&world), clock.clone());
        drop(tokio::spawn(
            async move { play(&injects, &played, &at).await },
        ));
        Self {
            scenario,
            clock,
            world,
            catalogue,
            weather: Weather::default(),
            disk: MemorySink::default(),
            plans: Mutex::default(),
            full: Mutex::default(),
            gone: Gone::default(),
            rests: Arc::default(),
            left: Arc::default(),
            tool: Tool::default(),
            record: Mutex::default(),
            redactor: OnceLock::new(),
        }
    }

    /// The rehearsal, to be judged.
    pub fn rehearsed(self) -> Rehearsal {
        Rehearsal {
            scenario: self.scenario,
            clock: self.clock,
            world: self.world,
            catalogue: self.catalogue,
        }
    }

    fn order(&self, wish: &Wish) -> Order {
        let mut inputs = wish.inputs.clone();
        if let Limit::Restore(wanted) = &wish.limit {
            inputs.extend(wanted.inputs());
        }
        let key = [7; 32];
        Order {
            verb: wish.verb.to_owned(),
            playbook: wish.playbook.name.clone(),
            digest: wish.playbook.digest,
            calls: BTreeMap::new(),
            subjects: wish.subjects.clone(),
            inputs,
            include: wish.include.clone(),
            cuts: wish.playbook.cuts(),
            exact: wish.exact,
            wait: true,
            since: wish.since.unwrap_or_else(|| self.scenario.since()),
            secrets: self
                .secrets(wish)
                .iter()
                .map(|(target, secret)| SecretNote {
                    target: target.clone(),
                    reference: SecretRef::Env("LEAKED".to_owned()),
                    fingerprint: secret.fingerprint(&key),
                })
                .collect(),
            left_alone: Vec::new(),
            identities: wish.identities.clone(),
            acting_as: self.own(),
            endpoints: BTreeMap::new(),
            activity: Vec::new(),
            tool: "laws".to_owned(),
            policy: wish.policy.digest(),
        }
    }

    /// Who we are: our credential, and its principal.
    pub fn own(&self) -> Vec<Locator> {
        self.scenario.own()
    }

    fn secrets(&self, wish: &Wish) -> BTreeMap<Locator, Secret> {
        let world = lock(&self.world);
        let known = wish
            .subjects
            .iter()
            .filter(|_| wish.secrets)
            .filter_map(|subject| {
                let secret = world.secret(subject)?.to_owned();
                Some((subject.clone(), Secret::new(secret)))
            });
        known.collect()
    }

    /// One session of the tool on the bench's own disk.
    pub async fn go(&self, wish: &Wish) -> Ended {
        self.go_on(Box::new(self.disk.clone()), wish).await
    }

    /// One session of the tool: opens the journal, opens incident and run where they are not open yet, runs the loop.
    pub async fn go_on(&self, sink: Box<dyn Sink>, wish: &Wish) -> Ended {
        let clock = wish.clock.clone().unwrap_or_else(|| self.clock.clone());
        let journal = match Journal::open(sink, clock.clone(), "laws") {
            Ok((journal, _)) => journal,
            Err(error) => return Ended::Broke(error.into()),
        };
        let run = self.session(&journal, &clock, wish);
        if !wish.drops {
            return match run.await {
                Ok(end) => Ended::Well(Box::new(end)),
                Err(error) => Ended::Broke(error),
            };
        }
        let mut run = pin!(run);
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(Ok(end)) => Poll::Ready(Ended::Well(Box::new(end))),
            Poll::Ready(Err(error)) if is_ours(&error) => Poll::Ready(Ended::Broke(error)),
            Poll::Ready(Err(_)) => Poll::Ready(Ended::Killed),
            Poll::Pending if journal.lost().is_some() => Poll::Ready(Ended::Killed),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// The loop, on a journal that is open: opens incident and run where they are not open yet.
    pub(super) async fn session(
        &self,
        journal: &Journal,
        clock: &Clock,
        wish: &Wish,
    ) -> Result<End, Error> {
        if journal.with_case(|case| case.opened_at.is_none()) {
            let opened = Event::Opened {
                incident: "law-1".to_owned(),
                drill: true,
                since: self.scenario.since(),
                reason: None,
                ticket: None,
            };
            journal.append(vec![opened]).await?;
        }
        if journal.with_case(|case| !case.runs.contains_key(&wish.run)) {
            let order = Box::new(self.order(wish));
            let mut events = vec![Event::RunOpened {
                run: wish.run,
                order,
            }];
            let granted = wish.granted.iter().cloned();
            events.extend(granted.map(|mandate| Event::Granted { mandate }));
            journal.append(events).await?;
        }
        let observer = Observer::new(&self.catalogue, clock.clone());
        let (lanes, pledges) = (Lanes::default(), Pledges::default());
        let stands = |_: &Case, mandate: &Mandate| !wish.revoked.contains(&mandate.by);
        let witness = Witness::new(&stands);
        let around = &wish.around;
        let requested_by = if around.roster.is_empty() {
            Vec::new()
        } else {
            around.roster.requesters(&around.who, &self.own())
        };
        let branches = Branches::new(self.own(), wish.guarded.clone(), wish.protected.clone());
        let keep = |plan: &Plan| -> Result<Digest, journal::Error> {
            let digest = plan.digest().unwrap();
            self.plans.lock().unwrap().insert(digest, plan.clone());
            Ok(digest)
        };
        let recall =
            |digest: &Digest| -> Option<Plan> { self.plans.lock().unwrap().get(digest).cloned() };
        let confirm = |_: &Plan, _: Digest, _: &[(&Item, Ruling)]| wish.answer;
        // Compiling its patterns takes longer than a small incident.
        let kinds = || self.catalogue.kinds();
        let redactor = self
            .redactor
            .get_or_init(|| Redactor::new([7; 32], kinds()));
        let keeper = |kept: &Kept<'_>| {
            if *self.full.lock().unwrap() {
                return Err("the disk is full".to_owned());
            }
            redactor.nowhere(kept)
        };
        let means = Means {
            ground: Ground {
                catalogue: &self.catalogue,
                observer: &observer,
                journal,
                policy: wish.policy,
                around,
                branches: &branches,
                pledges: &pledges,
                witness: &witness,
                lanes: &lanes,
                clock,
                key: &[7; 32],
                evidence: &keeper,
            },
            playbook: wish.playbook,
            own: self.own(),
            requested_by,
            caps: wish.caps,
            estate: wish.estate.as_deref(),
            made_from: BTreeMap::new(),
            secrets: self.secrets(wish),
            keep: &keep,
            recall: &recall,
            confirm: &confirm,
        };
        converge(&means, wish.run, wish.limit.clone()).await
    }

    /// A clock for the tool that differs from the world's by so much.
    pub fn jumped(&self, by: Duration) -> Clock {
        // What it draws is drawn by no other clock of this bench.
        let seed = u64::from_le_bytes(self.clock.fresh::<8>());
        let clock = Clock::simulated(self.clock.now().saturating_add(by).unwrap(), seed);
        self.tool.has(&clock);
        clock
    }

    /// Whether the world accepts a credential now.
    pub fn accepts(&self, what: &str) -> bool {
        lock(&self.world).accepts(&name(what), self.clock.now())
    }

    /// The world as a value, without the exact times of cut-offs.
    pub fn snapshot(&self) -> Value {
        lock(&self.world).snapshot(CutOffs::Present)
    }

    /// The requests that left, in order.
    pub fn left(&self) -> Vec<Left> {
        self.left.lock().unwrap().clone()
    }

    /// How many requests the world received.
    pub fn received(&self) -> usize {
        lock(&self.world).log().len()
    }

    /// Measures with their review deadline, by action and target; read with the engine's fold, for comparing two runs.
    pub fn measures(&self) -> BTreeSet<String> {
        let record = journal::read(&mut self.disk.clone()).unwrap();
        let measures = record.case.measures();
        measures
            .iter()
            .filter_map(|(_, _, life)| {
                Some(format!(
                    "{} {}",
                    life.planned.action.as_ref()?,
                    life.planned.on()
                ))
            })
            .collect()
    }

    /// What the latest run tells as alive outside of what it cut.
    pub fn outside(&self) -> BTreeSet<Locator> {
        let record = journal::read(&mut self.disk.clone()).unwrap();
        let (run, told) = record.case.last_run().unwrap();
        let order = (run, &told.order);
        let outside = crate::report::standing::outside(&record.case, order, &self.catalogue);
        outside.into_iter().map(|outside| outside.what).collect()
    }

    /// The journal's entries, from its bytes.
    pub fn entries(&self) -> Vec<Entry> {
        self.record().entries.clone()
    }

    /// The journal, read as far as it goes now.
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        let mut record = self.record.lock().unwrap();
        record.take_in(&self.disk.bytes());
        record
    }
}

/// Whether a session broke by its own fault: it wrote what may not follow.
pub(super) fn is_ours(error: &Error) -> bool {
    use journal::Error as E;
    matches!(error, Error::Journal(E::Illegal { .. } | E::Foreign { .. }))
}

/// Circumstances of somebody alone, whom nobody watches, in a drill.
pub fn around() -> Circumstances {
    Circumstances::solo("law-1", true, true)
}
