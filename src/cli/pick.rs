//! Which run of an incident a verb is about.
//!
//! What-if plans and what was given back since are never gone on with.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::session;
use super::work::Work;
use crate::domain::case::{Case, Run};
use crate::domain::event::Order;
use crate::domain::{Locator, Time};
use crate::provider::Catalogue;
use crate::report::left::left_alone;
use crate::report::standing::{Outcome, standing};

/// The run to tell about: of those that cut, the one that stands worst; else the last one there is.
pub(super) fn to_tell<'a>(
    case: &'a Case,
    catalogue: &Catalogue,
    now: Time,
) -> Option<(u32, &'a Run)> {
    let last = case
        .runs
        .iter()
        .next_back()
        .map(|(number, run)| (*number, run));
    let last_acting = case.runs.iter().rev().find(|(number, run)| {
        !run.order.is_of_later_phase() && (run.order.verb != "plan" || case.has_acted(**number))
    });
    match last_acting {
        Some((number, run)) if run.order.gives_back() => Some((*number, run)),
        Some(_) => worst(case, catalogue, now).or(last),
        None => last,
    }
}

/// Of the runs that cut, the one that stands worst; the latest where they stand alike.
pub(super) fn worst<'a>(
    case: &'a Case,
    catalogue: &Catalogue,
    now: Time,
) -> Option<(u32, &'a Run)> {
    let cutting = case.cutting_runs();
    let covered = |number: u32, run: &Run| {
        // What it named and nobody took up is looked after by no other run.
        if !left_alone(case, number).is_empty() {
            return false;
        }
        let later = cutting.iter().filter(|(later, _)| *later > number);
        let subjects: BTreeSet<_> = later.flat_map(|(_, later)| &later.order.subjects).collect();
        run.order
            .subjects
            .iter()
            .all(|subject| subjects.contains(&subject))
    };
    let open = cutting
        .iter()
        .filter(|(number, run)| !covered(*number, run));
    let graded = open.map(|(number, run)| {
        (
            grade(standing(case, catalogue, *number, now).told()),
            *number,
            *run,
        )
    });
    graded
        .max_by_key(|(grade, number, _)| (*grade, *number))
        .map(|(_, number, run)| (number, run))
}

/// How serious an outcome is; the order of DESIGN section 12.
fn grade(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Contained | Outcome::Restored | Outcome::Done => 0,
        Outcome::Planned | Outcome::Isolated => 1,
        Outcome::PartlyRestored => 2,
        Outcome::Waiting => 3,
        Outcome::Denied => 4,
        Outcome::PartlyContained
        | Outcome::NotContained
        | Outcome::PartlyDone
        | Outcome::Failed => 5,
        Outcome::InDoubt => 6,
    }
}

/// The run to go on with: an unfinished restoring, else the run that cuts and stands worst.
pub(super) fn to_resume(
    work: &Work,
    catalogue: &Catalogue,
    now: Time,
) -> Result<(u32, Order), Box<Failure>> {
    let incident = work.folder.id();
    work.journal.with_case(|case| {
        let restoring = case.runs.iter().next_back().filter(|(_, run)| run.order.gives_back() && run.outcome.is_none());
        let found = restoring.map(|(number, run)| (*number, run)).or_else(|| worst(case, catalogue, now));
        found.map(|(number, run)| (number, run.order.clone())).ok_or_else(|| {
            let given_back = case.runs.values().rev().find(|run| run.order.gives_back());
            Box::new(match given_back {
                Some(run) => {
                    // Where only some were given back the others are looked after by a run of their own.
                    let back = &run.order.subjects;
                    let cut = case.runs.values().filter(|run| !run.order.gives_back());
                    let cut = cut.flat_map(|run| &run.order.subjects);
                    let rest: BTreeSet<Locator> = cut.filter(|subject| !back.contains(subject)).cloned().collect();
                    let rest: Vec<Locator> = rest.into_iter().collect();
                    let subjects = if rest.is_empty() { back } else { &rest };
                    let subjects = session::listed(subjects).replace(", ", " ");
                    let message = format!("incident `{incident}` gave back what it had cut; going on would cut it again");
                    Failure::usage(message).hint(format!("contain isolate {subjects} --incident {incident}"))
                }
                None => Failure::usage(format!("incident `{incident}` has no run to go on with"))
                    .hint(format!("contain isolate LOCATOR --incident {incident}")),
            })
        })
    })
}
