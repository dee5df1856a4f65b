//! The measures of an incident: cuts in force, since when, by which run, and when they are due for review.
//!
//! A deadline only ever makes louder; nothing here lifts anything.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::page::Page;
use crate::domain::case::Case;
use crate::domain::state::Life;
use crate::domain::why::plain;
use crate::domain::{ActionId, ItemRef, Locator, State, Time};

/// A cut in force: what one action made of one target, however often it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure<'a> {
    /// The action.
    pub action: &'a ActionId,
    /// Its target.
    pub target: &'a Locator,
    /// The lives that made it, oldest first.
    pub lives: Vec<(&'a ItemRef, &'a Life)>,
    /// Since when it is in force.
    pub since: Time,
    /// When it is due for review: the earliest deadline counts.
    pub due: Time,
    /// Why it could not be given back, where that was tried.
    pub undo_failed: Option<String>,
}

/// A measure, as it is written in JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Told {
    /// What `extend` and `release` call it: its action and its target.
    pub measure: String,
    /// The action.
    pub action: String,
    /// Its target.
    pub target: String,
    /// How hard it cuts.
    pub rung: Option<String>,
    /// Since when it is in force.
    pub since: String,
    /// When it is due for review.
    pub due: String,
    /// Whether that has passed.
    pub overdue: bool,
    /// The runs that made it.
    pub runs: Vec<u32>,
    /// For whom it was made.
    pub subject: Option<String>,
    /// Whether it can be given back.
    pub reversible: bool,
    /// Why it could not be given back, where that was tried.
    pub undo_failed: Option<String>,
}

/// The cuts in force, soonest review first.
#[must_use]
pub fn in_force(case: &Case) -> Vec<Measure<'_>> {
    let mut measures: BTreeMap<(&ActionId, &Locator), Measure<'_>> = BTreeMap::new();
    for (due, item, life) in case.measures() {
        let (Some(action), Some(target)) = (&life.planned.action, &life.planned.target) else {
            continue;
        };
        let since = life.acted_at.unwrap_or(life.at);
        let failed = match &life.state {
            State::UndoFailed(why) => Some(why.to_string()),
            State::Planned
            | State::Blocked(_)
            | State::Intended { .. }
            | State::InDoubt { .. }
            | State::Acted { .. }
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Skipped(_)
            | State::Stale(_)
            | State::Denied(_)
            | State::Undone => None,
        };
        let measure = measures.entry((action, target)).or_insert(Measure {
            action,
            target,
            lives: Vec::new(),
            since,
            due,
            undo_failed: None,
        });
        measure.lives.push((item, life));
        measure.since = measure.since.min(since);
        measure.due = measure.due.min(due);
        measure.undo_failed = failed.or(measure.undo_failed.take());
    }
    let mut measures: Vec<_> = measures.into_values().collect();
    for measure in &mut measures {
        measure.lives.sort_by_key(|(item, _)| *item);
    }
    measures.sort_by_key(|measure| (measure.due, measure.target, measure.action));
    measures
}

impl Measure<'_> {
    /// What `extend` and `release` call it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.action, self.target)
    }

    /// Whether its review is overdue at `now`.
    #[must_use]
    pub fn is_overdue(&self, now: Time) -> bool {
        now >= self.due
    }

    /// The life that was made first.
    fn first(&self) -> Option<(&ItemRef, &Life)> {
        self.lives.first().copied()
    }

    /// As it is written in JSON.
    #[must_use]
    pub fn told(&self, now: Time) -> Told {
        let planned = self.first().map(|(_, life)| &life.planned);
        let mut runs: Vec<u32> = self.lives.iter().map(|(item, _)| item.run).collect();
        runs.dedup();
        Told {
            measure: self.name(),
            action: self.action.to_string(),
            target: self.target.to_string(),
            rung: planned.and_then(|planned| Some(planned.rung?.verb().to_owned())),
            since: self.since.to_string(),
            due: self.due.to_string(),
            overdue: self.is_overdue(now),
            runs,
            subject: planned.and_then(|planned| Some(planned.key.subject.as_ref()?.to_string())),
            reversible: planned.is_some_and(|planned| planned.reversible),
            undo_failed: self.undo_failed.clone(),
        }
    }
}

/// Adds the measures to a page, each with its deadline.
pub fn list(page: &mut Page, measures: &[Told]) {
    for measure in measures {
        let runs: Vec<String> = measure.runs.iter().map(ToString::to_string).collect();
        page.line(&format!("  {}", plain(&measure.measure)));
        let overdue = if measure.overdue { "OVERDUE: " } else { "" };
        page.line(&format!(
            "      {} since {}, by run {}; {overdue}due for review at {}",
            measure.rung.as_deref().unwrap_or("cut"),
            measure.since,
            runs.join(", "),
            measure.due
        ));
        if !measure.reversible {
            page.line("      cannot be given back");
        }
        if let Some(why) = &measure.undo_failed {
            page.line(&format!("      could not be given back: {}", plain(why)));
        }
    }
}

/// What is overdue in an incident at `now`, in one line; `None` where nothing is.
#[must_use]
pub fn reminder(case: &Case, now: Time) -> Option<String> {
    let measures = in_force(case);
    let overdue: Vec<_> = measures
        .iter()
        .filter(|measure| measure.is_overdue(now))
        .collect();
    let incident = &case.incident;
    let Some(oldest) = overdue.first() else {
        let owed = case.unreviewed();
        let late = owed.iter().find(|one| now >= one.due)?;
        return Some(format!(
            "incident `{incident}`: a review is overdue, since {} ({} by {}): contain status --incident {incident}",
            late.due,
            plain(&late.what),
            late.by
        ));
    };
    let count = overdue.len();
    let what = if count == 1 {
        "the review of a measure is overdue".to_owned()
    } else {
        format!("the reviews of {count} measures are overdue")
    };
    Some(format!(
        "incident `{incident}`: {what}, since {} ({}): contain measures list --incident {incident}",
        oldest.due,
        plain(&oldest.name())
    ))
}
