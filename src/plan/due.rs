//! When a cut that ends sessions has to be written again.
//!
//! The first writing reaches what was issued before it. Until everything that can issue more is dead *and* its bound
//! has passed, more may have been issued since; the second writing reaches that. Never reads anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::bug::{self, Bug};
use crate::domain::case::{Case, Goal};
use crate::domain::event::{Does, Order};
use crate::domain::state::Life;
use crate::domain::{
    ActionId, Becomes, Cut, Duration, ItemRef, KindId, Locator, Relation, Rung, Seen, Spec, State,
    Time, Verdict,
};
use crate::provider::Catalogue;

/// How many issuers in a row are followed.
const DEPTH: u8 = 8;

/// When the second writing is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Nothing that could issue more was cut beside it.
    Never,
    /// Once what can still issue is observed dead; not known yet when.
    AfterDeath,
    /// At this time, by our clock.
    At(Time),
}

/// The cuts of a run, by what they were made on and by whom that belongs to.
pub struct Goals<'a> {
    catalogue: &'a Catalogue,
    all: BTreeMap<Goal, (&'a ItemRef, &'a Life)>,
    on: BTreeMap<&'a Locator, Vec<(&'a ActionId, &'a Life)>>,
    held: BTreeMap<&'a Locator, Vec<&'a Life>>,
    reads_logs: bool,
    principals: BTreeMap<&'a Locator, &'a Locator>,
    /// What earlier runs made and nobody gave back: this run finds it to be so already.
    made: BTreeMap<Goal, (u32, &'a Life)>,
    /// When the youngest credential that was found was issued, by whose it is and by its kind; by the provider's clock.
    youngest: BTreeMap<(Locator, &'a KindId), Time>,
}

impl<'a> Goals<'a> {
    /// Gathers the latest life of each goal of a run.
    #[must_use]
    pub fn of(case: &'a Case, catalogue: &'a Catalogue, run: u32) -> Self {
        let all = case.goals(run);
        // A look that failed in one round does not unsay whose a credential is.
        let principals = case.lives.values().filter_map(|life| {
            let principal = life.principal.as_ref()?;
            Some((life.planned.target.as_ref()?, principal))
        });
        let mut goals = Self {
            principals: principals.collect(),
            catalogue,
            all,
            made: made_before(case, run),
            youngest: BTreeMap::new(),
            on: BTreeMap::new(),
            held: BTreeMap::new(),
            reads_logs: case
                .lives_of(run)
                .any(|(_, life)| life.planned.does == Does::Read),
        };
        goals.youngest = goals.youngest(case, run);
        for (_, life) in goals.all.values() {
            let Some(target) = &life.planned.target else {
                continue;
            };
            if let Some(action) = &life.planned.action {
                goals.on.entry(target).or_default().push((action, life));
            }
            if let Some(principal) = goals.principals.get(target) {
                goals.held.entry(principal).or_default().push(life);
            }
        }
        goals
    }

    /// The youngest of what the set's reads found, by whose it is.
    fn youngest(&self, case: &'a Case, run: u32) -> BTreeMap<(Locator, &'a KindId), Time> {
        let mut youngest = BTreeMap::new();
        for (item, (_, reading)) in case.readings(run) {
            let Some(subject) = &item.key.subject else {
                continue;
            };
            let of_set = reading
                .found
                .iter()
                .filter(|found| matches!(found.relation, Some(Relation::Minted | Relation::Held)));
            for found in of_set {
                let whose = found.principal().unwrap_or_else(|| {
                    let principal = self.principals.get(subject);
                    (*principal.unwrap_or(&subject)).clone()
                });
                if let Some(at) = found.at {
                    let known = youngest.entry((whose, found.what.kind())).or_insert(at);
                    *known = at.max(*known);
                }
            }
        }
        youngest
    }

    /// Whether what belongs to the set is enumerated by reading, audit logs included.
    #[must_use]
    pub fn reads_logs(&self) -> bool {
        self.reads_logs
    }

    /// All goals.
    pub fn iter(&self) -> impl Iterator<Item = (&Goal, &'a ItemRef, &'a Life)> {
        self.all
            .iter()
            .map(|(goal, (item, life))| (goal, *item, *life))
    }

    /// The latest life of a goal.
    #[must_use]
    pub fn get(&self, action: &ActionId, target: &Locator) -> Option<&'a Life> {
        self.all
            .get(&(action.clone(), target.clone()))
            .map(|(_, life)| *life)
    }

    /// Says when the cut `spec` on `target` has to be written again.
    #[must_use]
    pub fn second_writing(&self, spec: &Spec, target: &Locator) -> Due {
        self.writing(spec, target, DEPTH)
    }

    fn writing(&self, spec: &Spec, target: &Locator, depth: u8) -> Due {
        let (Some(cut), Some(life)) = (
            spec.cut().filter(|cut| cut.before_call),
            self.get(&spec.id, target),
        ) else {
            return Due::Never;
        };
        if life.gone || bug::is_planted(Bug::WritesOnce) {
            return Due::Never;
        }
        // Sessions elsewhere than at the subject's principal were asked for by what that one issues, whatever step cuts them:
        // an entered role, or a session that was minted in one.
        let entered_from = self
            .principal_of_subject(life)
            .filter(|from| *from != target);
        let mints = |other: &Locator| {
            self.catalogue
                .kind(other.kind())
                .is_some_and(|kind| kind.mints.iter().any(|minted| cut.of.contains(minted)))
        };
        // What is cut more than once, as what is switched off and later deleted, is dead by whichever cut shows first.
        let mut dead: BTreeMap<&Locator, Due> = BTreeMap::new();
        let issuers = || std::iter::once(target).chain(entered_from);
        let held = issuers().filter_map(|issuer| self.held.get(issuer));
        for held in held.flatten() {
            let stops = held.planned.rung.is_some_and(|rung| rung >= Rung::Suspend);
            let other = held.planned.target.as_ref().filter(|held| *held != target);
            if let Some(other) = other.filter(|other| stops && mints(other)) {
                let passed = passed(self.maker(held));
                dead.entry(other)
                    .and_modify(|known| *known = sooner(*known, passed))
                    .or_insert(passed);
            }
        }
        // Behind a cut of its principal that reaches its kind it issues nothing either, a guardrail above all.
        for (other, known) in &mut dead {
            let whose = self
                .principals
                .get(other)
                .and_then(|whose| self.on.get(whose));
            for (action, life) in whose.into_iter().flatten() {
                let whole = self.catalogue.action(action).and_then(Spec::cut);
                let whole = whole.filter(|whole| whole.stops_issue && !whole.before_call);
                if whole.is_some_and(|whole| whole.of.contains(other.kind())) {
                    *known = sooner(*known, passed(self.maker(life)));
                }
            }
        }
        let mut due = dead.into_values().fold(Due::Never, later);
        if self.has_late(spec, target, cut) {
            // Both by the provider's clock; by ours it is due since the latest writing.
            let tick = Duration::from_millis(1);
            let written = self.maker(life).acted_at.unwrap_or(life.at);
            due = later(
                due,
                Due::At(written.saturating_add(tick).unwrap_or(written)),
            );
        }
        for (action, life) in entered_from
            .and_then(|from| self.on.get(from))
            .into_iter()
            .flatten()
        {
            if life.planned.rung == Some(Rung::EndSessions) {
                due = later(due, self.passed_twice(action, life, depth));
            }
        }
        due
    }

    /// Whether something that was issued after the cut-off lives on, whatever issued it: a session that was still accepted
    /// somewhere. Where another cut on the target reaches its kind whenever it was issued, it does not.
    fn has_late(&self, spec: &Spec, target: &Locator, cut: &Cut) -> bool {
        let cut_off = self.cut_off(spec, target);
        let is_dead = |kind: &KindId| {
            let mut on = self.on.get(target).into_iter().flatten();
            on.any(|(action, life)| {
                let whole = self.catalogue.action(action).and_then(Spec::cut);
                let observed = life.verdict.as_ref().is_some_and(Verdict::is_observed);
                observed && whole.is_some_and(|whole| !whole.before_call && whole.of.contains(kind))
            })
        };
        cut.of.iter().any(|kind| {
            let youngest = self.youngest.get(&(target.clone(), kind));
            youngest.is_some_and(|issued| Some(*issued) >= cut_off) && !is_dead(kind)
        })
    }

    /// Whether the second writing of a cut is due at `now` and was not made.
    #[must_use]
    pub fn owes(&self, spec: &Spec, target: &Locator, now: Time) -> bool {
        match self.second_writing(spec, target) {
            Due::At(again) if now >= again => self
                .get(&spec.id, target)
                .is_some_and(|life| !self.is_written(life, again)),
            Due::At(_) | Due::AfterDeath | Due::Never => false,
        }
    }

    /// An issuer whose own sessions are cut twice is dead only after its second cut.
    fn passed_twice(&self, action: &ActionId, life: &Life, depth: u8) -> Due {
        // Roles that entered each other would ask each other for ever.
        let Some(depth) = depth.checked_sub(1) else {
            return passed(self.maker(life));
        };
        let (spec, target) = (self.catalogue.action(action), &life.planned.target);
        let again = match (spec, target) {
            (Some(spec), Some(target)) => self.writing(spec, target, depth),
            (Some(_) | None, _) => Due::Never,
        };
        match again {
            Due::At(again) if !self.is_written(life, again) => Due::At(
                again
                    .saturating_add(life.planned.bound.unwrap_or_default())
                    .unwrap_or(Time::MAX),
            ),
            Due::AfterDeath => Due::AfterDeath,
            Due::Never | Due::At(_) => passed(self.maker(life)),
        }
    }

    /// The life that made what a life found to be so already, in an earlier run; else that life itself.
    fn maker(&self, life: &'a Life) -> &'a Life {
        let found = life.planned.does == Does::Nothing && life.sent.is_none();
        let action = life.planned.action.as_ref().filter(|_| found);
        let goal = action.and_then(|action| Some((action.clone(), life.planned.target.clone()?)));
        let made = goal.and_then(|goal| self.made.get(&goal));
        made.map_or(life, |(_, made)| made)
    }

    /// Whether the latest writing of a goal covers its second writing.
    fn is_written(&self, life: &'a Life, again: Time) -> bool {
        let covers = |life: &Life| {
            life.acted_at.is_some_and(|acted| acted >= again)
                || (life.planned.does == Does::Nothing && life.at >= again)
        };
        covers(life) || covers(self.maker(life))
    }

    /// The newest cut-off that was written for a goal, by the provider's clock. A request that arrives after its caller
    /// gave up can put an older one in its place.
    #[must_use]
    pub fn cut_off(&self, spec: &Spec, target: &Locator) -> Option<Time> {
        let goal = (spec.id.clone(), target.clone());
        let own = self.all.get(&goal).map(|(_, life)| *life);
        let made = self.made.get(&goal).map(|(_, life)| *life);
        let written = |life: &Life| written(spec, life);
        own.and_then(written).max(made.and_then(written))
    }

    /// The earlier runs on whose cut-offs this one may rely: each was asked for as much, and what it cut is dead still,
    /// as far as `seen` shows it. What was made before anything was given back is not among them.
    #[must_use]
    pub fn relied_on(
        &self,
        case: &'a Case,
        order: &Order,
        seen: &BTreeMap<Locator, Seen>,
    ) -> BTreeMap<u32, Self> {
        let runs: BTreeSet<u32> = self.made.values().map(|(run, _)| *run).collect();
        let relied_on = runs.into_iter().filter_map(|run| {
            let earlier = &case.runs.get(&run)?.order;
            let subjects: BTreeSet<&Locator> = earlier.subjects.iter().collect();
            let mut include = order.include.iter();
            let as_much = earlier.since <= order.since
                && include.all(|relation| earlier.include.contains(relation))
                && order.subjects.iter().all(|one| subjects.contains(one));
            let goals = as_much.then(|| Self::of(case, self.catalogue, run))?;
            goals.is_dead_still(seen).then_some((run, goals))
        });
        relied_on.collect()
    }

    /// Whether a look shows nothing that was cut as alive again; session cuts are not asked, they have their time.
    fn is_dead_still(&self, seen: &BTreeMap<Locator, Seen>) -> bool {
        self.iter().all(|((action, target), _, life)| {
            let call = self.maker(life).sent().map(|(call, _)| call);
            match (call, self.catalogue.action(action), seen.get(target)) {
                (Some(call), Some(spec), Some(seen)) => {
                    spec.takes_time_of_call() || spec.shows(call, seen)
                }
                (Some(_) | None, _, _) => true,
            }
        })
    }

    /// Whether all that could issue more was dead, everywhere, before an earlier run wrote the cut-off that stands.
    #[must_use]
    pub fn is_for_good(
        &self,
        relied_on: &BTreeMap<u32, Self>,
        spec: &Spec,
        target: &Locator,
    ) -> bool {
        let made = self.made.get(&(spec.id.clone(), target.clone()));
        let Some(goals) = made.and_then(|(run, _)| relied_on.get(run)) else {
            return false;
        };
        match goals.second_writing(spec, target) {
            Due::At(again) => goals
                .get(&spec.id, target)
                .is_some_and(|life| goals.is_written(life, again)),
            Due::Never | Due::AfterDeath => false,
        }
    }

    fn principal_of_subject(&self, life: &'a Life) -> Option<&'a Locator> {
        let subject = life.planned.key.subject.as_ref()?;
        let seen = self.principals.get(subject).copied();
        Some(seen.unwrap_or(subject))
    }

    /// The second writings that are still owed: when, and on what.
    #[must_use]
    pub fn owed(&self) -> Vec<(Option<Time>, &'a Locator)> {
        let mut owed = Vec::new();
        for ((action, _), _, life) in self.iter() {
            let (Some(spec), Some(target)) =
                (self.catalogue.action(action), life.planned.target.as_ref())
            else {
                continue;
            };
            match self.second_writing(spec, target) {
                Due::At(again) if !self.is_written(life, again) => {
                    owed.push((Some(again), target));
                }
                Due::AfterDeath => owed.push((None, target)),
                Due::Never | Due::At(_) => {}
            }
        }
        owed
    }
}

/// The sooner of two times at which one thing is dead.
fn sooner(one: Due, two: Due) -> Due {
    match (one, two) {
        (Due::At(one), Due::At(two)) => Due::At(one.min(two)),
        (Due::AfterDeath, other) | (other, Due::AfterDeath) => other,
        (Due::Never, other) | (other, Due::Never) => other,
    }
}

fn later(due: Due, other: Due) -> Due {
    match (due, other) {
        (Due::AfterDeath, _) | (_, Due::AfterDeath) => Due::AfterDeath,
        (Due::At(one), Due::At(two)) => Due::At(one.max(two)),
        (Due::Never, other) | (other, Due::Never) => other,
    }
}

/// When the bound of a cut has passed.
fn passed(life: &Life) -> Due {
    let observed = life
        .verdict
        .as_ref()
        .filter(|verdict| verdict.is_observed());
    observed.map_or(Due::AfterDeath, |verdict| Due::At(verdict.settles.at))
}

/// The cut-off that a life wrote, where it is known to have done so.
fn written(spec: &Spec, life: &Life) -> Option<Time> {
    let (call, _) = life.sent()?;
    let is_there = matches!(life.state, State::Acted { .. } | State::Confirmed { .. });
    let cut_offs = spec
        .touches
        .iter()
        .filter(|touch| is_there && touch.becomes == Becomes::TimeOfCall);
    cut_offs
        .filter_map(|touch| call.value(&touch.field)?.as_str()?.parse().ok())
        .max()
}

/// What earlier runs made and is in force, by goal; nothing from before anything was given back.
fn made_before(case: &Case, run: u32) -> BTreeMap<Goal, (u32, &Life)> {
    let gave_back = case
        .runs
        .range(..run)
        .rev()
        .find(|(number, earlier)| earlier.order.gives_back() && case.has_acted(**number));
    let from = gave_back.map_or(0, |(number, _)| number + 1);
    let is_made =
        |life: &Life| life.sent.is_some() && matches!(life.state, State::Confirmed { .. });
    let lives = case.lives.iter();
    let made = lives.filter(|(item, life)| (from..run).contains(&item.run) && is_made(life));
    made.filter_map(|(item, life)| {
        let goal = (life.planned.action.clone()?, life.planned.target.clone()?);
        Some((goal, (item.run, life)))
    })
    .collect()
}
