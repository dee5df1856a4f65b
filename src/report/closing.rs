//! What a playbook wants before its incident is closed, asked of the journal alone.
//!
//! Never closes anything.

use crate::domain::case::Case;
use crate::domain::state::Life;
use crate::domain::{State, Time};
use crate::playbook::Playbook;

/// What is lacking of what a run's playbook requires, in words; empty where all of it is so.
#[must_use]
pub fn lacks(case: &Case, run: u32, playbook: &Playbook, now: Time) -> Vec<String> {
    let wants = playbook.close_requires.iter();
    let lacking = wants.filter_map(|wanted| {
        Some(format!(
            "{wanted}: {}",
            lack(case, run, playbook, wanted, now)?
        ))
    });
    lacking.collect()
}

fn lack(case: &Case, run: u32, playbook: &Playbook, wanted: &str, now: Time) -> Option<String> {
    match wanted {
        "nothing_in_doubt" => {
            let doubtful = case.lives.iter().find(|(_, life)| life.state.is_in_doubt());
            doubtful.map(|(item, _)| format!("{} is in doubt", item.key))
        }
        "no_overdue_reviews" => {
            let overdue = case.measures().into_iter().find(|(due, ..)| now >= *due);
            overdue.map(|(due, item, _)| format!("{} was due at {due}", item.key))
        }
        _ => {
            let (id, how) = wanted.rsplit_once('.')?;
            let Some(step) = playbook.step(id) else {
                return Some("the playbook has no such step".to_owned());
            };
            let last = case.last_lives(run).into_iter();
            let lives = last.filter(|(key, _)| key.phase == step.phase && key.step == step.id);
            let lives: Vec<_> = lives.map(|(_, (_, life))| life).collect();
            step_lacks(&lives, how)
        }
    }
}

fn step_lacks(lives: &[&Life], how: &str) -> Option<String> {
    if lives.is_empty() {
        return Some("it has not begun".to_owned());
    }
    let is_so = |life: &Life| match how {
        "passed" => matches!(life.state, State::Confirmed { .. }),
        "ok" => life.state.is_ok(),
        "done" => !life.state.is_open(),
        "failed" => matches!(life.state, State::Failed(_) | State::Denied(_)),
        _ => false,
    };
    let all_so = match how {
        "failed" => lives.iter().any(|life| is_so(life)),
        _ => lives.iter().all(|life| is_so(life)),
    };
    let other = lives.iter().find(|life| !is_so(life));
    (!all_so).then(|| {
        let status = other.map(|life| life.state.status().word());
        format!("it is {}", status.unwrap_or("not"))
    })
}
