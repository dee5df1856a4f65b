//! What people owe: second writings, manual tasks, open questions, unfinished probes, failed undos, survivors, reviews.
//!
//! Told until it is done; nothing here is ever done by a timer.

use std::collections::BTreeSet;

use super::describe::Source;
use super::measure::{self, Measure};
use super::output::Obligation;
use super::standing::{last_lives, outside, standing};
use crate::domain::case::Case;
use crate::domain::event::Does;
use crate::domain::mandate::short;
use crate::domain::shell::quoted;
use crate::domain::state::Life;
use crate::domain::{ItemRef, Locator, Spec, State, Time};
use crate::provider::Catalogue;

/// Everything that people owe in a run's incident.
#[must_use]
pub fn obligations(source: &Source<'_>) -> Vec<Obligation> {
    let incident = &source.case.incident;
    let mut all = Vec::new();
    for (at, target) in &source.standing.owed {
        all.push(Obligation {
            what: format!("end the sessions of {target} a second time, for what was issued while the first cut spread"),
            due: at.map(|at| at.to_string()),
            overdue: false,
            do_with: Some(format!("contain resume --incident {incident}")),
        });
    }
    for (item, life) in last_lives(source.case, source.run) {
        all.extend(asked(source.case, source.now, item, life));
        let action = life.planned.action.as_ref();
        let spec = action.and_then(|action| source.catalogue.action(action));
        if life.state.is_in_doubt() && spec.is_some_and(Spec::leaves_no_trace) {
            all.push(Obligation {
                what: format!(
                    "ask whoever reads {} whether the message came ({}): it may have been sent, and is not sent again",
                    life.planned.on(),
                    item.key
                ),
                due: None,
                overdue: false,
                do_with: None,
            });
        }
        let tried = life
            .verdict
            .as_ref()
            .is_some_and(|verdict| verdict.probing.is_some());
        if life.planned.probe && matches!(life.state, State::Confirmed { .. }) && !tried {
            all.push(Obligation {
                what: format!(
                    "try {} once more with its secret: the probe did not finish",
                    life.planned.on()
                ),
                due: None,
                overdue: false,
                do_with: Some(format!("contain resume --incident {incident} --secret REF")),
            });
        }
    }
    all.extend(survivors(source));
    for measure in measure::in_force(source.case) {
        all.extend(undo_failed(source.case, &measure));
        all.push(review(source, &measure));
    }
    let of_another = source.case.unreviewed().into_iter();
    all.extend(of_another.map(|one| Obligation {
        what: format!("somebody else than {} reviews {}", one.by, one.what),
        due: Some(one.due.to_string()),
        overdue: source.now >= one.due,
        do_with: Some(format!(
            "contain incident review {} --reason TEXT --incident {incident}",
            short(&one.id)
        )),
    }));
    all
}

/// Everything that people owe in an incident, whatever run it is from; each once.
#[must_use]
pub fn of_incident(case: &Case, catalogue: &Catalogue, now: Time) -> Vec<Obligation> {
    let mut all: Vec<Obligation> = Vec::new();
    for (run, entry) in &case.runs {
        let is_what_if = entry.order.verb == "plan" && !case.has_acted(*run);
        if is_what_if || is_over(case, *run) {
            continue;
        }
        let standing = standing(case, catalogue, *run, now);
        let source = Source {
            case,
            catalogue,
            run: *run,
            standing: &standing,
            playbook: None,
            plan: None,
            wants_code: false,
            now,
        };
        let fresh = obligations(&source).into_iter();
        let known: BTreeSet<String> = all.iter().map(|owed| owed.what.clone()).collect();
        all.extend(fresh.filter(|owed| !known.contains(&owed.what)));
    }
    all
}

/// Whether a later run does the same again, so that what this one left open is that one's.
#[must_use]
pub fn is_over(case: &Case, run: u32) -> bool {
    let Some(entry) = case.runs.get(&run) else {
        return true;
    };
    let order = &entry.order;
    let mut later = case.runs.range(run.saturating_add(1)..);
    !order.gives_back()
        && later.any(|(number, later)| {
            let again = &later.order;
            let is_same = again.playbook == order.playbook
                && !again.gives_back()
                && again.since <= order.since
                && (again.verb != "plan" || case.has_acted(*number));
            let mut include = order.include.iter();
            is_same
                && include.all(|relation| again.include.contains(relation))
                && is_within(&order.subjects, &again.subjects)
        })
}

/// Whether all of these are among others.
fn is_within(these: &[Locator], others: &[Locator]) -> bool {
    let others: BTreeSet<&Locator> = others.iter().collect();
    these.iter().all(|one| others.contains(one))
}

/// Whether later runs that cut are about all that a run was about: `verify` and `resume` look after those.
#[must_use]
pub fn is_covered(case: &Case, run: u32) -> bool {
    let later = case.runs_that_cut().filter(|(number, _)| *number > run);
    let known: BTreeSet<_> = later.flat_map(|(_, later)| &later.order.subjects).collect();
    let entry = case.runs.get(&run);
    entry.is_some_and(|run| {
        let mut subjects = run.order.subjects.iter();
        subjects.all(|subject| known.contains(subject))
    })
}

/// What is alive, cannot be cut, and ends by itself: somebody looks once it should have.
fn survivors(source: &Source<'_>) -> Vec<Obligation> {
    let Some(entry) = source.case.runs.get(&source.run) else {
        return Vec::new();
    };
    let incident = &source.case.incident;
    let outside = outside(source.case, (source.run, &entry.order), source.catalogue);
    let lapsing = outside
        .into_iter()
        .filter(|outside| outside.cut_with.is_none());
    let lapsing = lapsing.filter_map(|outside| Some((outside.until?, outside.what)));
    lapsing
        .filter(|(until, _)| source.now < *until)
        .map(|(until, what)| Obligation {
            what: format!("see that {what} has lapsed: it is alive and nothing cuts it"),
            due: Some(until.to_string()),
            overdue: false,
            do_with: Some(format!("contain verify --wait --incident {incident}")),
        })
        .collect()
}

/// A measure that was to be given back and could not be.
fn undo_failed(case: &Case, measure: &Measure<'_>) -> Option<Obligation> {
    let why = measure.undo_failed.as_ref()?;
    Some(Obligation {
        what: format!("give back {} by hand, or try again: {why}", measure.name()),
        due: None,
        overdue: false,
        do_with: Some(format!(
            "contain measures release {} --incident {}",
            quoted(&measure.name()),
            case.incident
        )),
    })
}

/// A manual task or a question that is open, with the time that is left for it.
pub(super) fn asked(case: &Case, now: Time, item: &ItemRef, life: &Life) -> Option<Obligation> {
    let incident = &case.incident;
    if !life.state.is_open() || case.is_waived(item, life) {
        return None;
    }
    let asked = life.planned.asked.as_ref();
    // The time runs from when it was asked, which is when what it needs had ended.
    let since = matches!(life.state, State::Blocked(_)).then_some(life.at);
    let due = since.and_then(|since| since.saturating_add(asked?.within?).ok());
    let overdue = due.is_some_and(|due| now >= due);
    let late = if overdue { "overdue: " } else { "" };
    let (what, do_with) = match (life.planned.does, asked) {
        (Does::Manual, Some(asked)) if !asked.cuts => {
            let proof = if asked.evidence {
                " --evidence FILE"
            } else {
                ""
            };
            (
                format!("{late}{}: {} ({})", asked.spell(), asked.text, item.key),
                format!(
                    "contain incident done {}{proof} --incident {incident}",
                    quoted(&item.key.to_string())
                ),
            )
        }
        (Does::Manual, _) => (
            format!(
                "{late}cut {} by hand: no provider of this build can ({})",
                life.planned.on(),
                item.key
            ),
            format!(
                "contain incident done {} --incident {incident}",
                quoted(&item.key.to_string())
            ),
        ),
        (Does::Gate, Some(asked)) => (
            format!(
                "{late}{} to agree: {} ({})",
                asked.spell(),
                asked.text,
                item.key
            ),
            format!("contain status --incident {incident}"),
        ),
        (Does::Act | Does::Issue | Does::Watch | Does::Nothing | Does::Read | Does::Check, _)
        | (Does::Gate, None) => return None,
    };
    Some(Obligation {
        what,
        due: due.map(|due| due.to_string()),
        overdue,
        do_with: Some(do_with),
    })
}

/// A measure that is due for review; where its playbook proposes giving back, the command is told, and never run.
fn review(source: &Source<'_>, measure: &Measure<'_>) -> Obligation {
    let incident = &source.case.incident;
    let overdue = measure.is_overdue(source.now);
    let late = if overdue { "overdue: " } else { "" };
    let mut lives = measure.lives.iter();
    let proposes = overdue && lives.any(|(_, life)| life.planned.proposes_restore);
    let then = if proposes { ", or give it back" } else { "" };
    let key = measure.lives.first().map(|(item, _)| item.key.to_string());
    Obligation {
        what: format!(
            "{late}review the measure on {}{then} ({})",
            measure.target,
            key.unwrap_or_default()
        ),
        due: Some(measure.due.to_string()),
        overdue,
        do_with: Some(if proposes {
            format!("contain restore {} --incident {incident}", measure.target)
        } else {
            format!(
                "contain measures extend {} --until 24h --reason TEXT --incident {incident}",
                quoted(&measure.name())
            )
        }),
    }
}
