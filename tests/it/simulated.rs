//! A bench for the laws: a small simulated world, a journal in memory, the real loop, and a checker that trusts nobody.
//!
//! The checker reads the journal's bytes and the world's own log only; it shares no code with the engine's fold.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Poll;

use contain::converge::{Answer, End, Error, Limit, Means, converge};
use contain::domain::event::{Answered, Event, Order, SecretNote};
use contain::domain::mandate::{Mandate, Scope};
use contain::domain::plan::Plan;
use contain::domain::{
    Bound, Call, Clock, Digest, Duration, Effect, Fact, Fate, ItemRef, Kind, Locator, Named,
    Outcome, Probe, Query, ReadKind, Reading, Relation, Secret, SecretRef, Seen, Spec, Time, Why,
};
use contain::drill::Rehearsal;
use contain::evidence::{Kept, Redactor};
use contain::execute::Ground;
use contain::execute::lanes::Lanes;
use contain::gate::{Circumstances, Confirmation, Policy};
use contain::journal::{self, Journal, MemorySink, Sink};
use contain::plan::restore::Wanted;
use contain::playbook::{self, Playbook, Vocabulary};
use contain::provider::simulated::{
    CutOffs, Scenario, Settings, Shared, Simulated, Weather, World, lock, play,
};
use contain::provider::{Act, Catalogue, Guardrail, Need, Observe, Observer, Provider, Soon, aws};
use contain::report::standing::Outcome as Said;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(crate) const ACCOUNT: &str = "123456789012";

/// A leaked key with a session of it, a healthy sibling, a role that was entered and one that never was. The intruder
/// mints a key at once, and a session in the moment in which the cut has not reached every front end.
pub(crate) const LEAK: &str = include_str!("leak.yaml");

pub(crate) fn name(text: &str) -> Locator {
    format!("aws:{text}@{ACCOUNT}").parse().unwrap()
}

/// The catalogue of AWS, with bounds that a world in virtual time waits out quickly.
pub(crate) fn actions() -> Vec<Spec> {
    let mut actions = aws::actions();
    for spec in &mut actions {
        spec.bound = Bound::Configured {
            within: Duration::from_secs(10),
        };
    }
    actions
}

pub(crate) fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| Policy::embedded().unwrap())
}

pub(crate) fn playbook() -> &'static Playbook {
    static PLAYBOOK: OnceLock<Playbook> = OnceLock::new();
    PLAYBOOK.get_or_init(|| {
        let (_, text) = playbook::shipped()
            .iter()
            .find(|(name, _)| *name == "isolate")
            .unwrap();
        load(text)
    })
}

pub(crate) fn load(text: &str) -> Playbook {
    let (kinds, actions) = (aws::kinds(), actions());
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    playbook::load("isolate.yaml", text, &vocabulary).unwrap()
}

/// A request to change something, as it left the engine.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) at: Time,
    pub(crate) call: Call,
    /// How many bytes the journal had.
    pub(crate) written: usize,
}

/// The simulated provider, watched: notes what the journal held when a call left.
struct Watched {
    inner: Simulated,
    watch: Watch,
}

#[derive(Clone)]
struct Watch {
    clock: Clock,
    disk: MemorySink,
    left: Arc<Mutex<Vec<Left>>>,
    ahead: Arc<Mutex<Duration>>,
    gone: Gone,
}

/// What somebody deleted: nothing answers for it any more.
#[derive(Clone, Default)]
pub(crate) struct Gone(Arc<Mutex<BTreeSet<Locator>>>);

impl Gone {
    pub(crate) fn delete(&self, what: &Locator) {
        self.0.lock().unwrap().insert(what.clone());
    }

    fn hide(&self, mut seen: Vec<Seen>) -> Vec<Seen> {
        let gone = self.0.lock().unwrap();
        for seen in seen.iter_mut().filter(|seen| gone.contains(&seen.target)) {
            seen.fact = Fact::Gone;
        }
        seen
    }
}

/// The read handle, for a tool whose clock is not the world's.
struct WatchedReader {
    inner: Arc<dyn Observe>,
    ahead: Arc<Mutex<Duration>>,
    gone: Gone,
}

impl Observe for WatchedReader {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        self.inner.whoami()
    }
    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        self.inner.resolve(named)
    }
    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        let ahead = *self.ahead.lock().unwrap();
        Box::pin(async move {
            let mut seen = self.gone.hide(self.inner.observe(targets).await);
            for seen in &mut seen {
                seen.at = seen.at.saturating_sub(ahead).unwrap();
            }
            seen
        })
    }
    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.inner.read(query)
    }
    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.inner.made(call)
    }
    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.inner.probe(target, with)
    }
    fn clock_ahead(&self) -> Option<Duration> {
        let ahead = *self.ahead.lock().unwrap();
        self.inner.clock_ahead().map(|more| more + ahead)
    }
}

impl Provider for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn kinds(&self) -> &[Kind] {
        self.inner.kinds()
    }
    fn actions(&self) -> &[Spec] {
        self.inner.actions()
    }
    fn endpoints(&self) -> BTreeMap<String, String> {
        self.inner.endpoints()
    }
    fn audit_lag(&self) -> Bound {
        self.inner.audit_lag()
    }
    fn probe_pause(&self) -> Duration {
        self.inner.probe_pause()
    }
    fn decode(&self, named: &Named) -> Named {
        self.inner.decode(named)
    }
    fn commands(&self, call: &Call) -> Vec<String> {
        self.inner.commands(call)
    }
    fn reads(&self, asked: Option<ReadKind>) -> Vec<String> {
        self.inner.reads(asked)
    }
    fn permissions(&self, needs: &[Need<'_>]) -> Option<Value> {
        self.inner.permissions(needs)
    }
    fn guardrail(&self) -> Option<Guardrail> {
        self.inner.guardrail()
    }
    fn reader(&self, account: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(WatchedReader {
            inner: self.inner.reader(account),
            ahead: Arc::clone(&self.watch.ahead),
            gone: self.watch.gone.clone(),
        })
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs asked for"
    )]
    fn actor(&self, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(WatchedActor {
            inner: self.inner.actor(account, only),
            watch: self.watch.clone(),
        })
    }
}

struct WatchedActor {
    inner: Arc<dyn Act>,
    watch: Watch,
}

impl Act for WatchedActor {
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs sends"
    )]
    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome> {
        let (at, written) = (self.watch.clock.now(), self.watch.disk.bytes().len());
        let call_left = call.clone();
        let left = Left {
            at,
            call: call_left,
            written,
        };
        self.watch.left.lock().unwrap().push(left);
        self.inner.deliver(call, what)
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what execute/intent.rs sends"
    )]
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        let (at, written) = (self.watch.clock.now(), self.watch.disk.bytes().len());
        let left = calls.iter().map(|call| Left {
            at,
            call: call.clone(),
            written,
        });
        self.watch.left.lock().unwrap().extend(left);
        self.inner.perform(calls)
    }
}

impl Observe for WatchedActor {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        self.inner.whoami()
    }
    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        self.inner.resolve(named)
    }
    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        self.inner.observe(targets)
    }
    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.inner.read(query)
    }
    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.inner.made(call)
    }
    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.inner.probe(target, with)
    }
    fn clock_ahead(&self) -> Option<Duration> {
        self.inner.clock_ahead()
    }
}

/// A world, a disk, and what is needed to run the loop on them.
pub(crate) struct Bench {
    pub(crate) scenario: Scenario,
    pub(crate) clock: Clock,
    pub(crate) world: Shared,
    pub(crate) weather: Weather,
    pub(crate) catalogue: Catalogue,
    pub(crate) disk: MemorySink,
    pub(crate) plans: Mutex<BTreeMap<Digest, Plan>>,
    pub(crate) gone: Gone,
    /// Whether evidence has nowhere to go.
    pub(crate) full: Mutex<bool>,
    left: Arc<Mutex<Vec<Left>>>,
    ahead: Arc<Mutex<Duration>>,
}

/// What is asked of one session of the tool.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) run: u32,
    pub(crate) verb: &'static str,
    pub(crate) subjects: Vec<Locator>,
    pub(crate) limit: Limit,
    pub(crate) secrets: bool,
    pub(crate) exact: bool,
    pub(crate) answer: Answer,
    pub(crate) policy: &'static Policy,
    /// The tool's own clock, where it is not the world's.
    pub(crate) clock: Option<Clock>,
    /// Whether everything under way ends at once when the journal is lost, as with SIGKILL.
    pub(crate) drops: bool,
    /// Authority that is in the journal before the run begins.
    pub(crate) granted: Vec<Mandate>,
    pub(crate) playbook: &'static Playbook,
    pub(crate) include: Vec<Relation>,
    /// What the workspace protects.
    pub(crate) protected: Vec<Locator>,
    /// The start of the window, where it is not the scenario's.
    pub(crate) since: Option<Time>,
}

impl Wish {
    pub(crate) fn isolate(limit: Limit) -> Self {
        Self {
            run: 1,
            verb: "isolate",
            subjects: vec![name("access-key/LEAKED")],
            limit,
            secrets: true,
            exact: false,
            answer: Answer::Yes(Confirmation::Yes),
            policy: policy(),
            clock: None,
            drops: false,
            granted: Vec::new(),
            playbook: playbook(),
            include: Vec::new(),
            protected: Vec::new(),
            since: None,
        }
    }

    pub(crate) fn contained() -> Self {
        Self::isolate(Limit::Contained)
    }

    pub(crate) fn restore(run: u32, named: &[Locator]) -> Self {
        let named = named.to_vec();
        Self::give_back(
            run,
            Wanted {
                named,
                ..Wanted::default()
            },
        )
    }

    pub(crate) fn give_back(run: u32, wanted: Wanted) -> Self {
        Self {
            run,
            verb: "restore",
            secrets: false,
            exact: true,
            answer: Answer::Yes(Confirmation::Code),
            ..Self::isolate(Limit::Restore(wanted))
        }
    }

    pub(crate) fn dropped(self, drops: bool) -> Self {
        Self { drops, ..self }
    }
}

/// How one session of the tool ended.
#[derive(Debug)]
pub(crate) enum Ended {
    Well(Box<End>),
    Broke(Error),
    Killed,
}

impl Ended {
    pub(crate) fn end(self) -> End {
        match self {
            Self::Well(end) => *end,
            other @ (Self::Broke(_) | Self::Killed) => panic!("{other:?}"),
        }
    }

    pub(crate) fn said(self) -> Said {
        self.end().standing.outcome
    }

    pub(crate) fn is_well(&self) -> bool {
        matches!(self, Self::Well(_))
    }
}

impl Bench {
    /// Builds a world; to be called where tokio's time is paused. What the intruder does goes on by itself.
    pub(crate) fn new(text: &str) -> Self {
        Self::of(Scenario::parse(text).unwrap())
    }

    pub(crate) fn of(scenario: Scenario) -> Self {
        Self::with(scenario, |_| (), Duration::from_secs(10))
    }

    /// Builds a world, with more in it, and bounds of this length.
    pub(crate) fn with(scenario: Scenario, more: impl FnOnce(&mut World), bound: Duration) -> Self {
        let mut actions = actions();
        for spec in &mut actions {
            spec.bound = Bound::Configured { within: bound };
        }
        Self::of_catalogue(scenario, more, (aws::kinds(), actions))
    }

    /// Builds a world with a catalogue of its own, for the provider that the scenario names.
    pub(crate) fn of_catalogue(
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
        let (left, ahead) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::default()));
        let gone = Gone::default();
        let watch = Watch {
            gone: gone.clone(),
            clock: clock.clone(),
            disk: disk.clone(),
            left: Arc::clone(&left),
            ahead: Arc::clone(&ahead),
        };
        let (injects, played, at) = (scenario.injects.clone(), Arc::clone(&world), clock.clone());
        drop(tokio::spawn(
            async move { play(&injects, &played, &at).await },
        ));
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
            left,
            ahead,
        }
    }

    /// A rehearsal as it ships, with nothing watched and nothing quickened; what happens in it goes on by itself.
    pub(crate) fn rehearsing(rehearsal: Rehearsal) -> Self {
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
            left: Arc::default(),
            ahead: Arc::default(),
        }
    }

    /// The rehearsal, to be judged.
    pub(crate) fn rehearsed(self) -> Rehearsal {
        Rehearsal {
            scenario: self.scenario,
            clock: self.clock,
            world: self.world,
            catalogue: self.catalogue,
        }
    }

    fn order(&self, wish: &Wish) -> Order {
        let mut inputs = BTreeMap::from([("review".to_owned(), Value::from("PT4H"))]);
        if let Limit::Restore(wanted) = &wish.limit {
            inputs.extend(wanted.inputs());
        }
        let key = [7; 32];
        Order {
            verb: wish.verb.to_owned(),
            playbook: "isolate".to_owned(),
            digest: wish.playbook.digest,
            calls: BTreeMap::new(),
            subjects: wish.subjects.clone(),
            inputs,
            include: wish.include.clone(),
            cuts: true,
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
            acting_as: self.own(),
            endpoints: BTreeMap::new(),
            activity: Vec::new(),
            tool: "laws".to_owned(),
            policy: wish.policy.digest(),
        }
    }

    pub(crate) fn own(&self) -> Vec<Locator> {
        let ours = &self.scenario.responder;
        vec![ours.credential.clone(), ours.principal.clone()]
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
    pub(crate) async fn go(&self, wish: &Wish) -> Ended {
        self.go_on(Box::new(self.disk.clone()), wish).await
    }

    /// One session of the tool: opens the journal, opens incident and run where they are not open yet, runs the loop.
    pub(crate) async fn go_on(&self, sink: Box<dyn Sink>, wish: &Wish) -> Ended {
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
            Poll::Ready(Err(_)) => Poll::Ready(Ended::Killed),
            Poll::Pending if journal.lost().is_some() => Poll::Ready(Ended::Killed),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    async fn session(&self, journal: &Journal, clock: &Clock, wish: &Wish) -> Result<End, Error> {
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
        let (lanes, around) = (Lanes::default(), around());
        let keep = |plan: &Plan| -> Result<Digest, journal::Error> {
            let digest = plan.digest().unwrap();
            self.plans.lock().unwrap().insert(digest, plan.clone());
            Ok(digest)
        };
        let recall =
            |digest: &Digest| -> Option<Plan> { self.plans.lock().unwrap().get(digest).cloned() };
        let confirm =
            |_: &Plan, _: Digest, _: &[(&contain::domain::Item, contain::gate::Ruling)]| {
                wish.answer
            };
        let redactor = Redactor::new([7; 32], self.catalogue.kinds());
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
                around: &around,
                lanes: &lanes,
                clock,
                key: &[7; 32],
                evidence: &keeper,
            },
            playbook: wish.playbook,
            own: self.own(),
            protected: wish.protected.clone(),
            made_from: BTreeMap::new(),
            secrets: self.secrets(wish),
            keep: &keep,
            recall: &recall,
            confirm: &confirm,
        };
        converge(&means, wish.run, wish.limit.clone()).await
    }

    /// A clock for the tool that differs from the world's by so much.
    pub(crate) fn jumped(&self, by: Duration) -> Clock {
        *self.ahead.lock().unwrap() = -by;
        Clock::simulated(self.clock.now().saturating_add(by).unwrap(), 11)
    }

    pub(crate) fn accepts(&self, what: &str) -> bool {
        lock(&self.world).accepts(&name(what), self.clock.now())
    }

    pub(crate) fn snapshot(&self) -> Value {
        lock(&self.world).snapshot(CutOffs::Present)
    }

    /// The requests that left, in order.
    pub(crate) fn left(&self) -> Vec<Left> {
        self.left.lock().unwrap().clone()
    }

    /// How many requests the world received.
    pub(crate) fn received(&self) -> usize {
        lock(&self.world).log().len()
    }

    /// Measures with their review deadline, by action and target; read with the engine's fold, for comparing two runs.
    pub(crate) fn measures(&self) -> BTreeSet<String> {
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
    pub(crate) fn outside(&self) -> BTreeSet<Locator> {
        let record = journal::read(&mut self.disk.clone()).unwrap();
        let (run, told) = record.case.last_run().unwrap();
        let order = (run, &told.order);
        let outside = contain::report::standing::outside(&record.case, order, &self.catalogue);
        outside.into_iter().map(|outside| outside.what).collect()
    }

    /// The journal's entries, from its bytes.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        entries(&self.disk.bytes())
    }

    /// All that must be true whatever happened; `opens` says whether anything may have been given back.
    pub(crate) fn check(&self, opens: bool) {
        let entries = self.entries();
        self.check_intents(&entries);
        check_authority(&entries);
        self.check_claims(&entries);
        let world = lock(&self.world);
        let now = self.clock.now();
        if !opens {
            for logged in world.log().iter().filter(|logged| logged.applied) {
                let spec = self.catalogue.action(&logged.call.action).unwrap();
                assert!(
                    matches!(spec.effect, Effect::Cut(_)),
                    "I6: {:?}",
                    logged.call
                );
            }
        }
        for healthy in &world.healthy {
            assert!(world.accepts(healthy, now), "{healthy} is healthy");
        }
    }

    /// I1: a request leaves only when its intent is in the journal, unanswered, and not used by another request.
    fn check_intents(&self, entries: &[Entry]) {
        let mut used = BTreeSet::new();
        for left in self.left() {
            let before: Vec<&Entry> = entries
                .iter()
                .filter(|entry| entry.end <= left.written)
                .collect();
            let open = before.iter().rev().find_map(|entry| match &entry.event {
                Event::Intended {
                    item,
                    attempt,
                    call,
                    ..
                } if *call == left.call => Some((item.clone(), *attempt)),
                _ => None,
            });
            let Some(open) = open else {
                panic!("I1: {left:?} has no earlier intent")
            };
            let answered = before.iter().any(|entry| {
                matches!(&entry.event, Event::Answered { item, attempt, .. } if (item, attempt) == (&open.0, &open.1))
            });
            assert!(!answered, "I1: {left:?} was answered already");
            assert!(used.insert(open), "I1: {left:?} shares an intent");
        }
        let left = self.left();
        for logged in lock(&self.world).log() {
            let known = left
                .iter()
                .filter(|left| left.call == logged.call && left.at <= logged.at);
            assert!(known.count() > 0, "{logged:?} left unseen");
        }
        check_doubts(entries);
    }

    /// What the journal calls dead after its bound, the world refuses.
    fn check_claims(&self, entries: &[Entry]) {
        let (world, now) = (lock(&self.world), self.clock.now());
        let mut calls: BTreeMap<ItemRef, Call> = BTreeMap::new();
        let mut claims: BTreeMap<(String, Locator), (bool, Option<Call>)> = BTreeMap::new();
        let mut planned = BTreeMap::new();
        for entry in entries {
            match &entry.event {
                Event::PlanFrozen {
                    run, round, items, ..
                } => {
                    for item in items {
                        let Some(target) = item.target.clone() else {
                            continue;
                        };
                        let named = ItemRef {
                            run: *run,
                            round: *round,
                            key: item.key.clone(),
                        };
                        planned.insert(named, (item.action.clone(), target));
                    }
                }
                Event::Intended { item, call, .. } => {
                    calls.insert(item.clone(), call.clone());
                }
                Event::Verified { item, verdict, .. } => {
                    let Some((Some(action), target)) = planned.get(item) else {
                        panic!("{item:?} was never planned")
                    };
                    let dead = verdict.is_observed() && verdict.settles.at <= now;
                    claims.insert(
                        (action.to_string(), target.clone()),
                        (dead, calls.get(item).cloned()),
                    );
                }
                Event::Released { by, .. } => {
                    let Some((Some(action), target)) = planned.get(by) else {
                        panic!("{by:?} was never planned")
                    };
                    let inverse = self.catalogue.action(action).unwrap();
                    let contain::domain::Undo::By(cut) = &inverse.undo else {
                        panic!("{action} lifts nothing")
                    };
                    claims.remove(&(cut.to_string(), target.clone()));
                }
                _ => {}
            }
        }
        for ((action, target), (dead, call)) in claims.iter().filter(|(_, (dead, _))| *dead) {
            assert!(*dead);
            let spec = self.catalogue.action(&action.parse().unwrap()).unwrap();
            let Some(cut) = spec.cut() else { continue };
            if cut.target != Fate::Lives {
                assert!(!world.accepts(target, now), "{target} was said to be dead");
            }
            let cut_off = call
                .as_ref()
                .and_then(|call| call.value("end_sessions")?.as_str()?.parse::<Time>().ok());
            for node in world.nodes().filter(|_| cut.before_call) {
                let governed = node.held_by.as_ref() == Some(target);
                let old = node
                    .issued_at
                    .zip(cut_off)
                    .is_some_and(|(at, off)| at < off);
                if governed && old && cut.of.contains(node.locator.kind()) {
                    assert!(
                        !world.accepts(&node.locator, now),
                        "{} was said to be ended",
                        node.locator
                    );
                }
            }
        }
    }

    /// After *contained*: what the scenario says must be dead is dead, and what must live lives.
    pub(crate) fn check_expected(&self) {
        let (world, now) = (lock(&self.world), self.clock.now());
        for dead in &self.scenario.expect.dead {
            assert!(!world.accepts(dead, now), "{dead} is alive");
        }
        for alive in &self.scenario.expect.alive {
            assert!(world.accepts(alive, now), "{alive} is dead");
        }
    }
}

pub(crate) fn around() -> Circumstances {
    Circumstances {
        incident: "law-1".to_owned(),
        solo: true,
        unattended: true,
        drill: true,
    }
}

/// One line of a journal, read without the engine's fold.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: Time,
    pub(crate) event: Event,
    /// The offset behind its newline.
    pub(crate) end: usize,
}

/// Reads and checks a journal from its bytes: numbers, hashes, chain.
pub(crate) fn entries(bytes: &[u8]) -> Vec<Entry> {
    assert!(
        matches!(journal::check(bytes), journal::Report::Intact(_)),
        "{}",
        journal::check(bytes)
    );
    let (mut entries, mut end) = (Vec::new(), 0);
    let mut prev = "0".repeat(64);
    for (nth, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        end += line.len();
        let text = std::str::from_utf8(line).unwrap().trim_end();
        let mut value: Value = serde_json::from_str(text).unwrap();
        let sealed = text.rfind(",\"hash\":").unwrap();
        let hash: String = Sha256::digest(&text.as_bytes()[..sealed])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(value["seq"], nth + 1);
        assert!(value["prev"].as_str().unwrap().ends_with(&prev));
        assert!(value["hash"].as_str().unwrap().ends_with(&hash));
        prev = hash;
        let at = value["at"].as_str().unwrap().parse().unwrap();
        let body = value["body"].take();
        let event = serde_json::json!({"kind": value["kind"].take(), "body": body});
        let event = serde_json::from_value(event).unwrap();
        entries.push(Entry { at, event, end });
    }
    entries
}

/// I2: between two attempts at one item that left in doubt stands a look.
pub(crate) fn check_doubts(entries: &[Entry]) {
    let mut open: BTreeMap<ItemRef, bool> = BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Intended { item, .. } => {
                let doubtful = open.insert(item.clone(), true);
                assert_ne!(doubtful, Some(true), "I2: {item:?} was sent again unseen");
            }
            Event::Answered { item, outcome, .. } => {
                let doubtful = matches!(outcome, Answered::InDoubt(_));
                open.insert(item.clone(), doubtful);
            }
            Event::Resolved { item, .. } => {
                open.insert(item.clone(), false);
            }
            _ => {}
        }
    }
}

/// I4, I7: every intent spends authority that was given before, had not ended, and was not used up.
pub(crate) fn check_authority(entries: &[Entry]) {
    let mut given: BTreeMap<String, Mandate> = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut spent: BTreeMap<String, BTreeSet<ItemRef>> = BTreeMap::new();
    let mut planned: BTreeMap<ItemRef, (Digest, contain::domain::event::PlannedItem)> =
        BTreeMap::new();
    for entry in entries {
        match &entry.event {
            Event::Granted { mandate } => {
                given.insert(mandate.nonce.clone(), mandate.clone());
            }
            Event::Ended { nonce } => {
                ended.insert(nonce.clone());
            }
            Event::PlanFrozen {
                run,
                round,
                digest,
                items,
                ..
            } => {
                for item in items {
                    let named = ItemRef {
                        run: *run,
                        round: *round,
                        key: item.key.clone(),
                    };
                    planned.insert(named, (*digest, item.as_ref().clone()));
                }
            }
            Event::Intended {
                item, spent: by, ..
            } => {
                assert!(!by.is_empty(), "I4: {item:?} spends nothing");
                let (plan, short) = &planned[item];
                for nonce in by {
                    let mandate = given
                        .get(nonce)
                        .unwrap_or_else(|| panic!("I4: {nonce} was never given"));
                    assert!(entry.at < mandate.until, "I7: {item:?} after its end");
                    assert!(!ended.contains(nonce), "I7: {item:?} after it was ended");
                    assert!(short.tier <= mandate.tier, "I4: {item:?} above its tier");
                    let users = spent.entry(nonce.clone()).or_default();
                    users.insert(item.clone());
                    match &mandate.scope {
                        Scope::Exact {
                            plan: signed,
                            items,
                        } => {
                            assert!(signed == plan && items.contains(&item.key), "I4: {item:?}");
                        }
                        Scope::Reach {
                            subjects,
                            rungs,
                            at_most,
                            run,
                            relations,
                        } => {
                            assert_eq!(*run, item.run, "I4: {item:?}");
                            assert!(
                                short
                                    .relation
                                    .is_none_or(|relation| relations.contains(&relation)),
                                "I4: {item:?}"
                            );
                            assert!(users.len() <= *at_most as usize, "I7: {item:?} above n");
                            assert!(short.reversible && short.rung.is_some());
                            assert!(rungs.contains(&short.rung.unwrap()), "I4: {item:?}");
                            let subject = item.key.subject.as_ref().unwrap();
                            assert!(subjects.contains(subject), "I4: {item:?}");
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
