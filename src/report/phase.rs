//! Where an incident stands by phase: what is done, what is open, what is blocked, by whom or what, and who can go on.
//!
//! From the journal alone; what a later run does again is told of that one.

use super::describe::sort_of;
use super::output::{Deadline, Obligation, Open, Output, Phase};
use super::owed::{asked, is_over};
use super::page::Page;
use super::standing::is_finding;
use super::unproven::unproven;
use crate::domain::case::Case;
use crate::domain::event::Does;
use crate::domain::state::Life;
use crate::domain::why::plain;
use crate::domain::{self, Cause, ItemRef, State, Time};

/// The phases of an incident that have anything, in order.
#[must_use]
pub fn phases(case: &Case, now: Time) -> Vec<Phase> {
    let counts = |run: &u32| {
        let entry = case.runs.get(run);
        let is_what_if = entry.is_some_and(|run| run.order.verb == "plan") && !case.has_acted(*run);
        !is_what_if && !is_over(case, *run)
    };
    let lives: Vec<_> = case
        .runs
        .keys()
        .filter(|run| counts(run))
        .flat_map(|run| case.last_lives(*run).into_values())
        .collect();
    let phases = domain::Phase::ALL.into_iter().map(|phase| {
        let of_phase = lives.iter().filter(|(item, _)| item.key.phase == phase);
        let (mut done, mut open) = (0, Vec::new());
        for (item, life) in of_phase {
            match is_done(case, item, life) {
                true => done += 1,
                false => open.push(told(case, item, life, now)),
            }
        }
        let phase = phase.word().to_owned();
        Phase { phase, done, open }
    });
    phases
        .filter(|phase| phase.done > 0 || !phase.open.is_empty())
        .collect()
}

/// Whether an item has ended well; a cut has only once it is proven, and a check whose step goes on has found something.
fn is_done(case: &Case, item: &ItemRef, life: &Life) -> bool {
    let is_well = match life.planned.rung {
        Some(_) => unproven(life).is_none() || matches!(life.state, State::Undone),
        None => life.state.is_ok(),
    };
    is_well || case.is_waived(item, life) || is_finding(life)
}

fn told(case: &Case, item: &ItemRef, life: &Life, now: Time) -> Open {
    let incident = &case.incident;
    let resume = format!("contain resume --incident {incident}");
    let task = asked(case, now, item, life);
    let due = task.as_ref().and_then(|task| task.due.clone());
    let with = task.and_then(|task| task.do_with);
    let (status, by, unblock) = match &life.state {
        _ if life.planned.does == Does::Manual && life.state.is_open() => {
            let who = life.planned.asked.as_ref().map(|asked| asked.spell());
            ("blocked", who.or(Some("a person".to_owned())), with)
        }
        State::Blocked(cause) => {
            let (by, unblock) = blocked(case, item, life, cause);
            ("blocked", Some(by), unblock.or(with))
        }
        State::Planned => {
            let apply = format!("contain apply --incident {incident}");
            (
                "open",
                Some("whoever confirms the plan".to_owned()),
                Some(apply),
            )
        }
        State::Intended { .. } | State::InDoubt { .. } => ("in-doubt", None, Some(resume)),
        State::Acted { .. } | State::Stale(_) => ("open", None, Some(resume)),
        State::Failed(_) | State::UndoFailed(_) => ("failed", None, Some(resume)),
        State::Denied(_) => ("denied", Some("a policy".to_owned()), None),
        State::Confirmed { .. } | State::Skipped(_) | State::Undone => ("open", None, Some(resume)),
    };
    let text = life
        .planned
        .asked
        .as_ref()
        .map(|asked| asked.told().to_owned());
    Open {
        item: item.key.to_string(),
        run: item.run,
        what: life.planned.on(),
        does: life.planned.action.as_ref().map_or_else(
            || text.unwrap_or_else(|| sort_of(life.planned.does)),
            ToString::to_string,
        ),
        status: status.to_owned(),
        why: decided_badly(life).or_else(|| unproven(life)),
        by,
        due,
        unblock,
    }
}

/// Why something was decided badly: nothing was tried there that could have failed.
fn decided_badly(life: &Life) -> Option<String> {
    match &life.state {
        State::Failed(why) if life.planned.does.is_decided() => Some(why.to_string()),
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
        | State::Undone
        | State::UndoFailed(_) => None,
    }
}

/// By whom or what an item is held, and the command that lets it go on.
fn blocked(case: &Case, item: &ItemRef, life: &Life, cause: &Cause) -> (String, Option<String>) {
    let incident = &case.incident;
    let resume = format!("contain resume --incident {incident}");
    match cause {
        Cause::Approval(_) => {
            let who = life.planned.asked.as_ref().map(|asked| asked.spell());
            let plan = case.runs.get(&item.run).and_then(|run| {
                let (digest, _) = run.plans.get(&item.round)?;
                Some(format!(
                    "contain apply {} --incident {incident}",
                    digest.code()
                ))
            });
            (who.unwrap_or("whoever confirms the plan".to_owned()), plan)
        }
        Cause::Authority(_) => ("whoever has what is missing".to_owned(), Some(resume)),
        Cause::Policy(_) => ("a policy".to_owned(), None),
        Cause::Dependency(_) => ("another step".to_owned(), None),
        Cause::Lock(_) => ("another process".to_owned(), Some(resume)),
        Cause::Provider(_) => ("the provider".to_owned(), Some(resume)),
    }
}

/// What falls due next, of what people owe and of what settles by itself.
#[must_use]
pub fn deadline(owed: &[Obligation], settles_at: Option<&str>, now: Time) -> Option<Deadline> {
    let owed = owed.iter().filter_map(|owed| {
        let at: Time = owed.due.as_ref()?.parse().ok()?;
        Some((at, owed.what.clone()))
    });
    let settles = settles_at.and_then(|at| at.parse().ok());
    let settles = settles.map(|at| (at, "everything that was cut has settled".to_owned()));
    let ahead = owed.chain(settles).filter(|(at, _)| now < *at);
    let (at, what) = ahead.min_by_key(|(at, _)| *at)?;
    let at = at.to_string();
    Some(Deadline { at, what })
}

/// How many open items of a phase a person is shown.
const SHOWN: usize = 12;

/// Adds the phases and the next deadline to a page.
pub(super) fn list(page: &mut Page, output: &Output) {
    if output.phases.is_empty() {
        return;
    }
    page.gap();
    page.line("By phase:");
    for phase in &output.phases {
        let mut counts = vec![format!("{} done", phase.done)];
        for word in ["open", "blocked", "in-doubt", "failed", "denied"] {
            let count = phase.open.iter().filter(|open| open.status == word).count();
            if count > 0 {
                counts.push(format!("{count} {word}"));
            }
        }
        page.line(&format!("  {:<10} {}", phase.phase, counts.join(", ")));
        for open in phase.open.iter().take(SHOWN) {
            let by = open.by.as_ref().map(|by| format!(", waits for {by}"));
            let due = open.due.as_ref().map(|due| format!(" until {due}"));
            page.line(&format!(
                "    {:<9} {}  {}{}{}",
                open.status,
                plain(&open.what),
                plain(&open.does),
                plain(&by.unwrap_or_default()),
                due.unwrap_or_default()
            ));
            if let Some(why) = &open.why {
                page.line(&format!("              {}", plain(why)));
            }
            if let Some(command) = &open.unblock {
                page.line(&format!("              {}", plain(command)));
            }
        }
        if let Some(more) = phase.open.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            page.line(&format!("    and {more} more"));
        }
    }
    if let Some(deadline) = &output.deadline {
        page.gap();
        page.line(&format!(
            "Next deadline: {}  {}",
            deadline.at,
            plain(&deadline.what)
        ));
    }
}
