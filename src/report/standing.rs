//! Where a run stands: what is proven, what is not, and why it may or may not be called isolated or contained.
//!
//! A function of (entries, now). Never kinder than the proof.

pub use super::outcome::Outcome;

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::left;
use super::reckoning::cut::Cuts;
use super::unproven::{doubts, is_fresh, logs, may_land, unproven, withhold};
use crate::domain::case::Case;
use crate::domain::event::{Does, Order, PlannedItem};
use crate::domain::state::Life;
use crate::domain::{AfterFailure, Cause, Fate, Found, ItemRef, Locator, Relation, State, Time};
use crate::plan::due::Goals;
use crate::plan::{guardrail, scope};
use crate::provider::Catalogue;

/// Where a run stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// In one word.
    pub outcome: Outcome,
    /// What keeps it from being *isolated*.
    pub unproven: Vec<String>,
    /// What keeps an isolated run from being *contained*.
    pub withheld: Vec<String>,
    /// When everything cut so far has reached everywhere, audit logs included.
    pub settles_at: Option<Time>,
    /// Whether that time rests on an assumption.
    pub assumed: bool,
    /// Second writings that are owed: when, and on what.
    pub owed: Vec<(Option<Time>, crate::domain::Locator)>,
    /// What a fresh look did not show cut: never cut, open again, or of which it could not tell.
    pub open: Vec<crate::domain::Locator>,
    /// Why it could not tell, of those of which it could not.
    pub untold: BTreeMap<Locator, String>,
    /// Whether waiting cannot change the answer.
    pub is_final: bool,
    /// How the steps stand that cut nothing of the set, where some have not ended well; and which those are.
    pub rest: Option<Outcome>,
    /// What of those has not ended well, and why.
    pub undone: Vec<String>,
}

/// The last life of each item of a run, in plan order.
#[must_use]
pub fn last_lives(case: &Case, run: u32) -> Vec<(&ItemRef, &Life)> {
    let mut lives: BTreeMap<_, (&ItemRef, &Life)> = BTreeMap::new();
    for (item, life) in case.lives_of(run) {
        lives.insert(&item.key, (item, life));
    }
    lives.into_values().collect()
}

/// Says where a run stands at `now`.
#[must_use]
pub fn standing(case: &Case, catalogue: &Catalogue, run: u32, now: Time) -> Standing {
    let Some(entry) = case.runs.get(&run) else {
        return plain(Outcome::Failed);
    };
    if entry.order.gives_back() {
        return plain(restored(case, catalogue, run));
    }
    let goals = Goals::of(case, catalogue, run);
    let cuts: Vec<_> = goals
        .iter()
        .filter(|(_, _, life)| life.planned.is_of_set())
        .collect();
    let manual: Vec<_> = last_lives(case, run)
        .into_iter()
        .filter(|(_, life)| life.planned.is_cut_by_hand())
        .collect();
    let is_what_if = entry.order.verb == "plan" && !case.has_acted(run);
    let (rest, undone) = rest(case, run, is_what_if);
    if cuts.is_empty() && manual.is_empty() {
        if !entry.order.cuts {
            let outcome = if doubts(case, catalogue, run) > 0 {
                Outcome::InDoubt
            } else {
                Outcome::Done
            };
            return Standing {
                rest,
                undone,
                ..plain(outcome)
            };
        }
        let unproven = vec!["no cut was planned yet".to_owned()];
        return Standing {
            unproven,
            rest,
            undone,
            ..plain(Outcome::NotContained)
        };
    }
    let mut standing = Standing {
        rest,
        undone,
        ..plain(Outcome::Isolated)
    };
    let (mut proven, mut states) = (0, Tally::default());
    for ((_, target), _, life) in &cuts {
        states.count(&life.state);
        match unproven(life) {
            None => proven += 1,
            Some(why) => standing.unproven.push(format!("{target}: {why}")),
        }
        let settles = life.verdict.as_ref().map(|verdict| verdict.settles);
        standing.settles_at = standing.settles_at.max(settles.map(|settles| settles.at));
        standing.assumed |= settles.is_some_and(|settles| settles.assumed);
    }
    for (item, life) in &manual {
        let on = life.planned.on();
        standing.unproven.push(match case.decided.get(*item) {
            Some((at, decision)) if decision.passed => format!(
                "{on}: cut by hand on the word of {} at {at}; nothing here can observe it ({})",
                decision.by, item.key
            ),
            Some(_) | None => {
                let target = life.planned.target.as_ref();
                let why = target.and_then(|target| why_open(case, run, target));
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                format!("{on}: a person has to cut it ({}){why}", item.key)
            }
        });
    }
    let tried = cuts.iter().filter(|(_, _, life)| life.planned.probe);
    let tried: BTreeSet<&Locator> = tried.map(|((_, target), ..)| target).collect();
    for secret in &entry.order.secrets {
        if !tried.contains(&secret.target) {
            let on = &secret.target;
            standing.unproven.push(format!(
                "{on}: a probe was asked for, and nothing that is cut can be tried with it"
            ));
        }
    }
    states.in_doubt = doubts(case, catalogue, run);
    logs(&mut standing, catalogue, &goals);
    standing.owed = goals
        .owed()
        .into_iter()
        .map(|(at, target)| (at, target.clone()))
        .collect();
    standing.outcome = match () {
        () if states.in_doubt > 0 => Outcome::InDoubt,
        () if is_what_if => Outcome::Planned,
        () if standing.unproven.is_empty() => Outcome::Isolated,
        () if proven > 0 => Outcome::PartlyContained,
        () if states.denied > 0 && states.denied + states.waiting == cuts.len() => Outcome::Denied,
        () if states.waiting > 0
            && states.waiting + states.denied + states.planned == cuts.len() =>
        {
            Outcome::Waiting
        }
        () if states.planned > 0 && states.planned == cuts.len() => Outcome::Planned,
        () => Outcome::NotContained,
    };
    withhold(&mut standing, case, run, now);
    if standing.outcome == Outcome::Isolated && standing.withheld.is_empty() {
        standing.outcome = Outcome::Contained;
    }
    standing.is_final = match standing.outcome {
        Outcome::Contained => true,
        Outcome::Isolated => {
            standing.owed.is_empty() && is_fresh(&entry.rounds, standing.settles_at)
        }
        Outcome::Planned
        | Outcome::PartlyContained
        | Outcome::NotContained
        | Outcome::Waiting
        | Outcome::Denied
        | Outcome::InDoubt
        | Outcome::PartlyDone
        | Outcome::Restored
        | Outcome::PartlyRestored
        | Outcome::Done
        | Outcome::Failed => !cuts.iter().any(|(_, _, life)| {
            let alive = life
                .verdict
                .as_ref()
                .is_some_and(crate::domain::Verdict::is_alive);
            !alive && (life.state.is_in_doubt() || matches!(life.state, State::Acted { .. }))
        }),
    };
    let left_alone = left::left_alone(case, run).into_iter();
    standing.leave(left_alone.map(left::told).collect());
    if !matches!(standing.outcome, Outcome::Contained | Outcome::Planned) {
        let told = guardrail::not_guaranteed(case, catalogue, run);
        let told = told.iter();
        standing
            .withheld
            .extend(told.map(|(principal, (why, command))| {
                guardrail::spell(principal, why, command.as_deref())
            }));
    }
    standing
}

/// Why something that was found grants access, where the provider that found it says so.
fn why_open(case: &Case, run: u32, what: &crate::domain::Locator) -> Option<String> {
    let mut found = case
        .readings(run)
        .flat_map(|(_, (_, reading))| &reading.found);
    let why = found.find(|found| found.what == *what && found.fields.contains_key("why"))?;
    Some(crate::domain::why::plain(why.fields.get("why")?.as_str()?))
}

fn plain(outcome: Outcome) -> Standing {
    Standing {
        outcome,
        unproven: Vec::new(),
        withheld: Vec::new(),
        settles_at: None,
        assumed: false,
        owed: Vec::new(),
        open: Vec::new(),
        untold: BTreeMap::new(),
        is_final: true,
        rest: None,
        undone: Vec::new(),
    }
}

/// How the steps stand that cut nothing of the set: checks, gates, manual tasks, issuing, telling, clean-up.
fn rest(case: &Case, run: u32, is_what_if: bool) -> (Option<Outcome>, Vec<String>) {
    let lives = last_lives(case, run).into_iter().filter(|(_, life)| {
        let planned = &life.planned;
        !planned.is_of_set() && !planned.is_cut_by_hand() && planned.does != Does::Read
    });
    let (mut all, mut waiting, mut badly, mut denied) = (0, 0, 0, 0);
    let mut undone = Vec::new();
    for (item, life) in lives {
        all += 1;
        if life.state.is_ok() || case.is_waived(item, life) || is_finding(life) {
            continue;
        }
        match &life.state {
            State::Blocked(Cause::Approval(_) | Cause::Authority(_)) => waiting += 1,
            State::Denied(_) => denied += 1,
            // What only waits for something else counts as that does.
            State::Blocked(Cause::Dependency(_)) => {}
            State::Planned if is_what_if => {}
            State::Planned
            | State::Blocked(Cause::Policy(_) | Cause::Lock(_) | Cause::Provider(_))
            | State::Intended { .. }
            | State::InDoubt { .. }
            | State::Acted { .. }
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Skipped(_)
            | State::Stale(_)
            | State::Undone
            | State::UndoFailed(_) => badly += 1,
        }
        let why = unproven(life).unwrap_or_default();
        undone.push(format!("{}: {why}", item.key));
    }
    let outcome = match () {
        () if undone.is_empty() => None,
        () if is_what_if => Some(Outcome::Planned),
        () if denied == all => Some(Outcome::Denied),
        () if badly + denied > 0 => Some(Outcome::PartlyDone),
        () if waiting > 0 => Some(Outcome::Waiting),
        () => Some(Outcome::PartlyDone),
    };
    (outcome, undone)
}

/// Whether it is a check that failed and whose step goes on from that: what it found is told, and holds nothing back.
pub(super) fn is_finding(life: &Life) -> bool {
    life.planned.does == Does::Check
        && life.planned.after_failure == Some(AfterFailure::Continue)
        && matches!(life.state, State::Failed(_))
}

impl Standing {
    /// How the run stands in one word, its further steps counted: what it had to cut comes first.
    #[must_use]
    pub fn told(&self) -> Outcome {
        match self.outcome {
            Outcome::Isolated | Outcome::Contained | Outcome::Done => {
                self.rest.unwrap_or(self.outcome)
            }
            Outcome::Planned
            | Outcome::PartlyContained
            | Outcome::NotContained
            | Outcome::Waiting
            | Outcome::Denied
            | Outcome::InDoubt
            | Outcome::PartlyDone
            | Outcome::Restored
            | Outcome::PartlyRestored
            | Outcome::Failed => self.outcome,
        }
    }

    /// Takes in steps that cut nothing of the set and never came to be planned.
    pub fn lack(&mut self, steps: Vec<String>) {
        let is_good = matches!(
            self.outcome,
            Outcome::Done | Outcome::Isolated | Outcome::Contained
        );
        if !steps.is_empty() && is_good {
            self.rest = self.rest.or(Some(Outcome::PartlyDone));
            self.undone.extend(steps);
        }
    }

    /// Takes in steps that should have cut and never came to it.
    pub fn leave(&mut self, steps: Vec<String>) {
        if !steps.is_empty() && matches!(self.outcome, Outcome::Isolated | Outcome::Contained) {
            self.outcome = Outcome::PartlyContained;
        }
        self.unproven.extend(steps);
    }

    /// Takes in what a fresh look did not show cut, with why it could not tell, where it could not: it can no longer be called
    /// isolated.
    pub fn reopen(
        &mut self,
        open: Vec<crate::domain::Locator>,
        untold: impl Fn(&Locator) -> Option<String>,
    ) {
        if open.is_empty() {
            return;
        }
        let why = |target: &Locator| Some((target.clone(), untold(target)?));
        self.untold = open.iter().filter_map(why).collect();
        let told: Vec<String> = open
            .iter()
            .map(|target| format!("{target}: {}", self.looked(target)))
            .collect();
        self.unproven.extend(told);
        if matches!(self.outcome, Outcome::Isolated | Outcome::Contained) {
            self.outcome = Outcome::PartlyContained;
        }
        self.open = open;
    }

    /// What a fresh look came to at a target that it did not show cut.
    #[must_use]
    pub fn looked(&self, target: &Locator) -> String {
        match self.untold.get(target) {
            Some(why) => format!("a fresh look could not tell whether it is open: {why}"),
            None => "a fresh look found it open".to_owned(),
        }
    }
}

#[derive(Default)]
struct Tally {
    in_doubt: usize,
    waiting: usize,
    denied: usize,
    planned: usize,
}

impl Tally {
    fn count(&mut self, state: &State) {
        match state {
            State::Intended { .. } | State::InDoubt { .. } => {}
            State::Blocked(Cause::Approval(_) | Cause::Authority(_)) => self.waiting += 1,
            State::Denied(_) => self.denied += 1,
            State::Planned => self.planned += 1,
            State::Blocked(
                Cause::Policy(_) | Cause::Dependency(_) | Cause::Lock(_) | Cause::Provider(_),
            )
            | State::Acted { .. }
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Skipped(_)
            | State::Stale(_)
            | State::Undone
            | State::UndoFailed(_) => {}
        }
    }
}

fn restored(case: &Case, catalogue: &Catalogue, run: u32) -> Outcome {
    let lives: Vec<_> = last_lives(case, run)
        .into_iter()
        .map(|(_, life)| life)
        .collect();
    let acting: Vec<_> = lives
        .iter()
        .filter(|life| life.planned.does == Does::Act)
        .collect();
    let all =
        |ok: fn(&State) -> bool| !acting.is_empty() && acting.iter().all(|life| ok(&life.state));
    let waits = |state: &State| {
        matches!(
            state,
            State::Blocked(Cause::Approval(_) | Cause::Authority(_)) | State::Planned
        )
    };
    // What a rule holds is skipped; what was asked for and could not be given back is blocked.
    let is_back = |life: &&Life| {
        matches!(
            life.state,
            State::Confirmed { .. } | State::Skipped(_) | State::Undone
        )
    };
    let is_doubtful = |life: &Life| may_land(catalogue, life);
    match () {
        () if case.lives.values().any(is_doubtful) => Outcome::InDoubt,
        () if lives.iter().all(is_back) => Outcome::Restored,
        () if all(|state| matches!(state, State::Planned)) => Outcome::Planned,
        () if !acting.is_empty() && acting.iter().all(|life| waits(&life.state)) => {
            Outcome::Waiting
        }
        () if all(|state| matches!(state, State::Denied(_))) => Outcome::Denied,
        () => Outcome::PartlyRestored,
    }
}

/// What lies outside the set of a run and is alive, from what was read.
#[must_use]
pub fn outside(
    case: &Case,
    (run, order): (u32, &Order),
    catalogue: &Catalogue,
) -> Vec<crate::domain::plan::Outside> {
    let found = case.readings(run);
    let found =
        found.filter_map(|(item, (_, reading))| Some((item.key.subject.as_ref()?, reading)));
    let issued = case.issued();
    let found = found
        .flat_map(|(subject, reading)| reading.found.iter().map(move |found| (subject, found)))
        .filter(|(_, found)| !issued.contains(&found.what));
    let mut cuts: BTreeMap<Option<&Locator>, Vec<&PlannedItem>> = BTreeMap::new();
    for (_, life) in case.lives_of(run) {
        let planned = &life.planned;
        if planned.rung.is_some() || planned.does == Does::Manual {
            cuts.entry(planned.target.as_ref())
                .or_default()
                .push(planned);
        }
    }
    // What any run of the incident ended is not alive, whatever this one had to cut.
    let all = LazyCell::new(|| Cuts::of(case, catalogue, Time::MAX));
    let is_cut = |subject: &Locator, found: &Found, is_in: bool| {
        let principal_of = |what: &Locator| case.principal_of(what);
        let named = found.principal();
        let holder = named.as_ref().or_else(|| principal_of(&found.what));
        let holder = holder.or_else(|| {
            let hangs = (found, found.relation?);
            scope::lives_at(hangs, subject, catalogue, principal_of)
        });
        // Sessions are cut at their principal, by an action that reaches their kind.
        let reaches = |planned: &&PlannedItem| {
            let action = planned.action.as_ref();
            let cut = action.and_then(|action| catalogue.action(action)?.cut());
            cut.is_some_and(|cut| cut.issued != Fate::Lives && cut.of.contains(found.what.kind()))
        };
        let mut at_holder = cuts.get(&holder).into_iter().flatten();
        // What of the set this run cuts stands among its items, proven or not.
        if is_in && (cuts.contains_key(&Some(&found.what)) || at_holder.any(reaches)) {
            return true;
        }
        let issued = (found.what.kind(), found.at);
        let ended = || holder.and_then(|holder| all.reaches(holder, issued, is_in));
        found.relation.is_some_and(Relation::is_of_set)
            && (all.on(&found.what).dead().is_some() || ended().is_some())
    };
    let mut outside = scope::all_outside(found, order, &case.incident, catalogue, is_cut);
    guardrail::offer(case, catalogue, (run, order), &mut outside);
    outside
}
