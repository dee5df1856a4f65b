//! What people owe: second writings, manual tasks, open questions, unfinished probes, reviews.
//!
//! Told until it is done; nothing here is ever done by a timer.

use std::collections::BTreeSet;

use super::describe::Source;
use super::output::Obligation;
use super::standing::last_lives;
use crate::domain::event::Does;
use crate::domain::state::Life;
use crate::domain::{ItemRef, Spec, State, Time};

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
        all.extend(asked(source, item, life));
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
    let mut reviewed = BTreeSet::new();
    for (due, item, life) in source.case.measures() {
        // A cut that was written twice is one measure; its earlier deadline counts.
        if reviewed.insert((&life.planned.action, &life.planned.target)) {
            all.push(review(source, due, item, life));
        }
    }
    all
}

/// A manual task or a question that is open, with the time that is left for it.
fn asked(source: &Source<'_>, item: &ItemRef, life: &Life) -> Option<Obligation> {
    let incident = &source.case.incident;
    if !life.state.is_open() || source.case.is_waived(item, life) {
        return None;
    }
    let asked = life.planned.asked.as_ref();
    // The time runs from when it was asked, which is when what it needs had ended.
    let since = matches!(life.state, State::Blocked(_)).then_some(life.at);
    let due = since.and_then(|since| since.saturating_add(asked?.within?).ok());
    let overdue = due.is_some_and(|due| source.now >= due);
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
                    "contain incident done '{}'{proof} --incident {incident}",
                    item.key
                ),
            )
        }
        (Does::Manual, _) => (
            format!(
                "{late}cut {} by hand: no provider of this build can ({})",
                life.planned.on(),
                item.key
            ),
            format!("contain incident done '{}' --incident {incident}", item.key),
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
fn review(source: &Source<'_>, due: Time, item: &ItemRef, life: &Life) -> Obligation {
    let incident = &source.case.incident;
    let overdue = source.now >= due;
    let late = if overdue { "overdue: " } else { "" };
    let proposes = overdue && life.planned.proposes_restore;
    let then = if proposes { ", or give it back" } else { "" };
    Obligation {
        what: format!(
            "{late}review the measure on {}{then} ({})",
            life.planned.on(),
            item.key
        ),
        due: Some(due.to_string()),
        overdue,
        do_with: Some(if proposes {
            format!(
                "contain restore {} --incident {incident}",
                life.planned.on()
            )
        } else {
            format!("contain status --incident {incident}")
        }),
    }
}
