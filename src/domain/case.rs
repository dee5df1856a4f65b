//! The state of an incident, which [`super::fold`] makes of its entries, and questions asked of (state, now).
//!
//! Never looks at a clock: time is an argument.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bug::{self, Bug};
use super::event::{Decision, Does, Event, Order};
use super::mandate::{Declared, Document, Mandate, Scope, Veto};
use super::state::Life;
use super::{
    ActionId, Digest, ItemKey, ItemRef, Locator, Pass, Phase, Reading, Relation, State, Term, Time,
};

/// All that the entries of an incident say.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The incident's id.
    pub incident: String,
    /// Whether it is a drill.
    pub drill: bool,
    /// The start of the window.
    pub since: Option<Time>,
    /// When it was opened.
    pub opened_at: Option<Time>,
    /// Whether it was closed.
    pub closed: bool,
    /// The runs, by number.
    pub runs: BTreeMap<u32, Run>,
    /// Every life of every item.
    pub lives: BTreeMap<ItemRef, Life>,
    /// The principals of the targets of items, as far as any look told.
    pub principals: BTreeMap<Locator, Locator>,
    /// What people were asked to sign, by run and round, in order.
    pub requests: Vec<((u32, u32), Document)>,
    /// What people denied.
    pub vetoes: Vec<Veto>,
    /// The modes that were declared, with the time.
    pub declared: Vec<(Time, Declared)>,
    /// What was reviewed, by nonce, and when last.
    pub reviewed: BTreeMap<String, Time>,
    /// When each mandate was spent last, by nonce.
    pub spent_at: BTreeMap<String, Time>,
    /// Who leads the incident, where people are configured.
    pub lead: Option<String>,
    /// Everybody who leads it or ever led it.
    pub led: BTreeSet<String>,
    /// The runs that somebody proposed, by whom.
    pub proposals: BTreeMap<u32, String>,
    /// How often each agent or pipeline proposed something.
    pub proposed: BTreeMap<String, u32>,
    /// Whether agents and pipelines do nothing here any more.
    pub dismissed: bool,
    /// When each mandate was given, by nonce.
    pub granted_at: BTreeMap<String, Time>,
    /// The mandates given, in order.
    pub mandates: Vec<Mandate>,
    /// How many items each mandate was spent on, by nonce.
    pub spent: BTreeMap<String, u32>,
    /// What ended early of mandates and modes, by nonce.
    pub ended: Vec<String>,
    /// How often authority was taken away.
    pub taken: u64,
    /// The sessions of our own that we took at providers, in order.
    pub passes: Vec<Pass>,
    /// Those of them whose end was noted.
    pub lapsed: BTreeSet<Locator>,
    /// The latest answer of each read of each run, with the time.
    pub found: BTreeMap<ItemRef, (Time, Reading)>,
    /// How checks, gates and manual tasks were decided, with the time.
    pub decided: BTreeMap<ItemRef, (Time, Decision)>,
    /// Items that somebody waived, by run, with what each was about then.
    pub waived: BTreeMap<(u32, ItemKey), Option<Locator>>,
    /// Review deadlines of the cuts in force.
    pub reviews: BTreeMap<ItemRef, Time>,
    /// The time of the latest entry.
    pub latest: Option<Time>,
    /// What people wrote down.
    pub notes: Vec<(Time, String)>,
    /// What people did by hand, by their word, and when last.
    pub by_hand: BTreeMap<Goal, Time>,
    /// The files of the folder that belong to the record.
    pub attached: Vec<Attached>,
    /// What somebody took on themselves to leave as it is, by locator or by the name of what could not be seen.
    pub accepted: BTreeMap<String, Acceptance>,
    /// The place where others write too, where the incident is shared.
    pub shared: Option<String>,
    /// Who performs on a shared incident, or did last, and since when.
    pub term: Option<(Time, Term)>,
}

/// Somebody's word that what was found stays as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acceptance {
    /// When it was given.
    pub at: Time,
    /// As what it was known then.
    pub relations: BTreeSet<Relation>,
    /// Whose.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A file of the incident's folder that belongs to the record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attached {
    /// When it was attached.
    pub at: Time,
    /// Its path within the folder.
    pub path: String,
    /// Its digest.
    pub digest: Digest,
    /// What it is evidence of, where it is.
    pub about: Option<About>,
}

/// What an attached file is evidence of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct About {
    /// A locator, or what a person wrote.
    pub what: String,
    /// Where it is from: a provider, or the name of a person's file.
    pub from: String,
    /// The item that it was read for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemRef>,
    /// Whether it holds all that was asked for, where that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// For a snapshot of a target: the digest of what was seen, before anything in it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Digest>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it was asked to do.
    pub order: Order,
    /// When it began.
    pub opened_at: Time,
    /// The plans, by round.
    pub plans: BTreeMap<u32, (Digest, Time)>,
    /// The rounds that ended: when their reads began, and whether they changed nothing.
    pub rounds: BTreeMap<u32, (Time, bool)>,
    /// How it ended, where it did.
    pub outcome: Option<String>,
}

/// A goal: an action on a target, whatever round it was planned in.
pub type Goal = (ActionId, Locator);

impl Case {
    /// The latest answer of a read of a run; what another run asked, with another window, is not this run's.
    #[must_use]
    pub fn reading(&self, run: u32, key: &ItemKey) -> Option<&(Time, Reading)> {
        // It is asked for every step of every subject: it is looked up, not looked for.
        let rounds = self.runs.get(&run)?.plans.keys();
        rounds.copied().find_map(|round| {
            let key = key.clone();
            self.found.get(&ItemRef { run, round, key })
        })
    }

    /// The latest answers of a run's reads.
    pub fn readings(&self, run: u32) -> impl Iterator<Item = (&ItemRef, &(Time, Reading))> {
        self.found.iter().filter(move |(item, _)| item.run == run)
    }

    /// Whether anything of a run ever left, or was allowed to.
    #[must_use]
    pub fn has_acted(&self, run: u32) -> bool {
        self.lives_of(run).any(|(_, life)| life.attempts > 0)
    }

    /// Whether an item is waived: what was waived is still the same, and did not end well meanwhile.
    #[must_use]
    pub fn is_waived(&self, item: &ItemRef, life: &Life) -> bool {
        let waived = self.waived.get(&(item.run, item.key.clone()));
        waived.is_some_and(|about| *about == life.planned.target)
    }

    /// The last life of each item of a run.
    #[must_use]
    pub fn last_lives(&self, run: u32) -> BTreeMap<&ItemKey, (&ItemRef, &Life)> {
        self.lives_of(run)
            .map(|(item, life)| (&item.key, (item, life)))
            .collect()
    }

    /// The rounds of a run that have a plan, latest first.
    fn rounds_of(&self, run: u32) -> impl Iterator<Item = u32> {
        let run = self.runs.get(&run);
        run.into_iter()
            .flat_map(|run| run.plans.keys().rev().copied())
    }

    /// The last life in a run of exactly this item.
    #[must_use]
    pub fn last_life(&self, run: u32, key: &ItemKey) -> Option<(&ItemRef, &Life)> {
        self.rounds_of(run).find_map(|round| {
            let key = key.clone();
            self.lives.get_key_value(&ItemRef { run, round, key })
        })
    }

    /// The last lives in a run of what a key means: see [`ItemKey::is_of`].
    #[must_use]
    pub fn lives_meant(&self, run: u32, meant: &ItemKey) -> Vec<(&ItemRef, &Life)> {
        // Most steps have one item for a subject, which is found without going through those of all subjects.
        let one = |key: &ItemKey| self.last_life(run, key);
        let once = ItemKey {
            subject: None,
            ..meant.clone()
        };
        // A step that replaces something comes to several items, so all of them are looked for.
        let alone = meant.each.is_some() || meant.phase != Phase::Reissue;
        let found = one(meant).or_else(|| one(&once));
        if let Some(found) = found.filter(|_| alone) {
            return vec![found];
        }
        let mut last: BTreeMap<&ItemKey, (&ItemRef, &Life)> = BTreeMap::new();
        for round in self.rounds_of(run) {
            let first = ItemKey {
                each: None,
                ..once.clone()
            };
            let from = ItemRef {
                run,
                round,
                key: first,
            };
            let of_step = self.lives.range(from..).take_while(|(item, _)| {
                (item.run, item.round) == (run, round)
                    && item.key.phase == meant.phase
                    && item.key.step == meant.step
            });
            for (item, life) in of_step.filter(|(item, _)| item.key.is_of(meant)) {
                last.entry(&item.key).or_insert((item, life));
            }
        }
        last.into_values().collect()
    }

    /// Runs that cut or are meant to, latest first, without what-if plans and without what was given back since.
    #[must_use]
    pub fn cutting_runs(&self) -> Vec<(u32, &Run)> {
        self.runs_that_cut()
            .filter(|(number, _)| !self.is_given_up(*number))
            .collect()
    }

    /// Runs that cut or are meant to, latest first, whatever was given back since: that is asked of their items.
    pub fn runs_that_cut(&self) -> impl Iterator<Item = (u32, &Run)> {
        let cuts = |number: u32, run: &Run| match run.order.verb.as_str() {
            _ if run.order.is_of_later_phase() => false,
            "plan" => self.has_acted(number),
            _ => !run.order.gives_back(),
        };
        let runs = self.runs.iter().rev().map(|(number, run)| (*number, run));
        runs.filter(move |(number, run)| cuts(*number, run))
    }

    /// Whether a later run gave back for any of a run's subjects: nobody looks after that run any more.
    #[must_use]
    pub fn is_given_up(&self, number: u32) -> bool {
        let run = self.runs.get(&number);
        run.is_some_and(|run| {
            self.gave_back_since(number, |subject| run.order.subjects.contains(subject))
        })
    }

    /// Whether a later run gave back for whom an item was made.
    #[must_use]
    pub fn is_given_back(&self, item: &ItemRef) -> bool {
        let of = item.key.subject.as_ref();
        self.gave_back_since(item.run, |subject| of.is_none_or(|of| of == subject))
    }

    /// Whether a run after this one gave back for a subject that is meant.
    fn gave_back_since(&self, number: u32, is_meant: impl Fn(&Locator) -> bool) -> bool {
        let mut later = self.runs.range(number.saturating_add(1)..);
        later.any(|(number, run)| {
            run.order.gives_back()
                && run.order.subjects.iter().any(&is_meant)
                && self.has_acted(*number)
        })
    }

    /// The principal of a target, as any look told.
    #[must_use]
    pub fn principal_of(&self, target: &Locator) -> Option<&Locator> {
        self.principals.get(target)
    }

    /// From when on every cut of a subject in this incident is in force everywhere: its first acknowledgement with its
    /// bound, as what was used after that was used in spite of it. None while one of them is not seen in force, and where
    /// nothing was cut.
    #[must_use]
    pub fn cut_at(&self, subject: &Locator) -> Option<Time> {
        let runs: BTreeSet<u32> = self.runs_that_cut().map(|(run, _)| run).collect();
        let mut goals: BTreeMap<(&ActionId, &Locator), (bool, Option<Time>)> = BTreeMap::new();
        let lives = self.lives.iter();
        for (item, life) in lives.filter(|(item, _)| runs.contains(&item.run)) {
            let planned = &life.planned;
            let is_own = planned.target.as_ref() == Some(subject)
                || item.key.subject.as_ref() == Some(subject) && planned.relation.is_none();
            let (Some(action), Some(target)) = (&planned.action, &planned.target) else {
                continue;
            };
            if !is_own || !planned.is_of_set() || self.is_given_back(item) {
                continue;
            }
            let (in_force, first) = goals.entry((action, target)).or_default();
            let verdict = life.verdict.as_ref();
            *in_force = verdict.is_some_and(super::Verdict::is_observed);
            let settles = verdict.map(|verdict| verdict.settles.at);
            *first = match (*first, settles) {
                (Some(first), Some(settles)) => Some(first.min(settles)),
                (first, settles) => first.or(settles),
            };
        }
        let settled = goals
            .into_values()
            .map(|(in_force, first)| first.filter(|_| in_force));
        // One that is not seen in force leaves the whole unknown.
        settled.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// When somebody did by hand what an action does to a target, by their word.
    #[must_use]
    pub fn by_hand(&self, action: &ActionId, target: &Locator) -> Option<Time> {
        let mut done = self.by_hand.iter();
        done.find(|((known, on), _)| known == action && on == target)
            .map(|(_, at)| *at)
    }

    /// What contain itself issued in this incident, in whatever run, and the sessions that it acted under: never in the
    /// set that is cut. What got a new secret in place was there before, and is no less compromised for it.
    #[must_use]
    pub fn issued(&self) -> BTreeSet<&Locator> {
        let made = self.lives.values().flat_map(|life| {
            let target = life.planned.target.as_ref();
            life.made.iter().filter(move |made| target != Some(made))
        });
        let sessions = self.passes.iter().map(|pass| &pass.session);
        made.chain(sessions).collect()
    }

    /// The sessions of our own that providers still accept: few can be ended before their time, and nobody holds those of
    /// a process that has ended.
    pub fn live_passes(&self, now: Time) -> impl Iterator<Item = &Pass> {
        let lives = move |pass: &&Pass| pass.until > now && !self.lapsed.contains(&pass.session);
        self.passes.iter().filter(lives)
    }

    /// Those of these sessions that are our own and not yet noted to have ended.
    #[must_use]
    pub fn passes_that_live(&self, these: &[Locator]) -> Vec<Locator> {
        let ours = self.passes.iter().map(|pass| &pass.session);
        let lives = ours.filter(|one| these.contains(one) && !self.lapsed.contains(one));
        lives.cloned().collect()
    }

    /// The sessions of our own that have ended, and of which no entry says so yet.
    #[must_use]
    pub fn ended_passes(&self, now: Time) -> Vec<Event> {
        let ended = self.passes.iter().filter(|pass| pass.until <= now);
        let unnoted = ended.filter(|pass| !self.lapsed.contains(&pass.session));
        unnoted
            .map(|pass| Event::Lapsed {
                session: pass.session.clone(),
            })
            .collect()
    }

    /// What was made, and delivered where it was to be.
    #[must_use]
    pub fn kept(&self) -> BTreeSet<&Locator> {
        let lives = self.lives.values();
        let good = lives
            .filter(|life| matches!(life.state, State::Acted { .. } | State::Confirmed { .. }));
        good.flat_map(|life| &life.made).collect()
    }

    /// The latest run.
    #[must_use]
    pub fn last_run(&self) -> Option<(u32, &Run)> {
        self.runs
            .iter()
            .next_back()
            .map(|(number, run)| (*number, run))
    }

    /// The lives of one run, in order of round and key.
    pub fn lives_of(&self, run: u32) -> impl Iterator<Item = (&ItemRef, &Life)> {
        self.lives.iter().filter(move |(item, _)| item.run == run)
    }

    /// The latest life of each goal of a run: for cuts and for what gives back. What issues has a goal of its own in every
    /// item, as two keys of one principal are replaced by two, so it stands in none of these.
    #[must_use]
    pub fn goals(&self, run: u32) -> BTreeMap<Goal, (&ItemRef, &Life)> {
        let mut goals = BTreeMap::new();
        let lives = self.lives_of(run);
        for (item, life) in lives.filter(|(_, life)| life.planned.does != Does::Issue) {
            if let Some(action) = &life.planned.action {
                let Some(target) = life.planned.target.clone() else {
                    continue;
                };
                goals.insert((action.clone(), target), (item, life));
            }
        }
        goals
    }

    /// Whether a mandate has not ended at `now`, whatever is left of its count.
    #[must_use]
    pub fn is_in_force(&self, mandate: &Mandate, now: Time) -> bool {
        // Invariant I7: authority ends by the later of the clock and the journal, so turning a clock back extends nothing.
        let now = self.latest.map_or(now, |latest| latest.max(now));
        let has_time = now < mandate.until || bug::is_planted(Bug::AuthorityNeverEnds);
        has_time && !self.ended.contains(&mandate.nonce) && !self.closed
    }

    /// Whether a mandate may still be used at `now`.
    #[must_use]
    pub fn is_live(&self, mandate: &Mandate, now: Time) -> bool {
        self.is_live_beside(mandate, 0, now)
    }

    /// The same, where so many items that the record does not hold yet are about to spend it too.
    #[must_use]
    pub fn is_live_beside(&self, mandate: &Mandate, others: u32, now: Time) -> bool {
        self.has_left(mandate, others) && self.is_in_force(mandate, now)
    }

    /// Whether something is left of a mandate's count, where so many others are about to spend it too.
    #[must_use]
    pub fn has_left(&self, mandate: &Mandate, others: u32) -> bool {
        let used = self.spent.get(&mandate.nonce).copied().unwrap_or(0);
        let used = used.saturating_add(others);
        let left = match &mandate.scope {
            Scope::Exact { items, .. } => {
                usize::try_from(used).is_ok_and(|used| used < items.len())
            }
            Scope::Reach { at_most, .. } | Scope::Standing { at_most, .. } => used < *at_most,
        };
        left || bug::is_planted(Bug::CountsNothing)
    }

    /// The cuts in force, with their review deadlines, soonest first.
    #[must_use]
    pub fn measures(&self) -> Vec<(Time, &ItemRef, &Life)> {
        let mut measures: Vec<_> = self
            .reviews
            .iter()
            .filter_map(|(item, due)| Some((*due, item, self.lives.get(item)?)))
            .collect();
        measures.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        measures
    }

    /// The locators that any run of this incident was given.
    #[must_use]
    pub fn subjects(&self) -> Vec<&Locator> {
        self.runs
            .values()
            .flat_map(|run| &run.order.subjects)
            .collect()
    }
}
