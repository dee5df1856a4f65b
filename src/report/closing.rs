//! What is lacking before an incident may be closed, asked of the journal alone, each with what settles it.
//!
//! Refuses while anything is in doubt, overdue, unfinished or unaccounted for. Never closes anything.

mod run;

use std::collections::BTreeMap;

use super::measure;
use super::reckoning::{Became, Thing, counts};
use crate::domain::case::Case;
use crate::domain::mandate::short;
use crate::domain::shell::quoted;
use crate::domain::state::Life;
use crate::domain::{ItemRef, Spec, State, Time};
use crate::playbook::Playbook;
use crate::provider::Catalogue;

/// What sort of lack it is, the gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// A call may have happened.
    InDoubt,
    /// Something that was named, cut or found is neither dead, nor accepted, nor out of reach.
    Unaccounted,
    /// A run did not end, or something of it did not.
    Unfinished,
    /// It has not settled, or nobody looked since it has.
    Unsettled,
    /// A review or a task is overdue.
    Overdue,
    /// A person still has something to do.
    Owed,
    /// The playbook wants it.
    Required,
}

impl Sort {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::InDoubt => "in-doubt",
            Self::Unaccounted => "unaccounted",
            Self::Unfinished => "unfinished",
            Self::Unsettled => "unsettled",
            Self::Overdue => "overdue",
            Self::Owed => "owed",
            Self::Required => "required",
        }
    }
}

/// One thing that is lacking.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub struct Lack {
    /// What sort.
    pub sort: Sort,
    /// What.
    pub what: String,
    /// The commands that settle it, the best first.
    pub settle: Vec<String>,
    /// What it is called where somebody may take it on themselves; absent where nobody may.
    pub accept: Option<String>,
}

/// What closing is asked of.
pub struct Books<'a> {
    /// The state of the incident.
    pub case: &'a Case,
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// What became of everything.
    pub things: &'a [Thing],
    /// The playbook of each run, or why it cannot be told.
    pub playbooks: &'a BTreeMap<u32, Result<Playbook, String>>,
    /// Files of the record that are missing or altered.
    pub damaged: &'a [String],
    /// The present.
    pub now: Time,
}

/// All that is lacking, the gravest first; empty where the incident may be closed.
#[must_use]
pub fn lacking(books: &Books<'_>) -> Vec<Lack> {
    let mut all = in_doubt(books);
    all.extend(books.things.iter().filter_map(unaccounted));
    for (number, run) in &books.case.runs {
        if counts(books.case, *number) {
            all.extend(run::lacking(books, *number, run));
        }
    }
    all.extend(measures(books));
    all.extend(unreviewed(books));
    all.extend(sessions(books));
    all.extend(books.damaged.iter().map(|path| Lack {
        sort: Sort::Unfinished,
        what: format!("a file of the record: {path}"),
        settle: vec![format!(
            "contain evidence list --incident {}",
            books.case.incident
        )],
        accept: Some(path.clone()),
    }));
    all.retain(|lack| !is_accepted(books, lack));
    all.sort();
    all.dedup();
    all
}

/// The sessions of our own that are good yet: nothing ends them before their time.
fn sessions<'a>(books: &'a Books<'_>) -> impl Iterator<Item = Lack> + 'a {
    books.case.live_passes(books.now).map(|pass| Lack {
        sort: Sort::Unsettled,
        what: format!(
            "our own session {} is good until {}",
            pass.session, pass.until
        ),
        settle: vec![format!(
            "contain incident close --incident {}",
            books.case.incident
        )],
        accept: None,
    })
}

/// What one person did on their own word; nobody takes on themselves that nobody looked at it.
fn unreviewed<'a>(books: &'a Books<'_>) -> impl Iterator<Item = Lack> + 'a {
    let owed = books.case.unreviewed().into_iter();
    owed.map(|one| Lack {
        sort: match books.now >= one.due {
            true => Sort::Overdue,
            false => Sort::Owed,
        },
        what: format!("somebody else than {} reviews {}", one.by, one.what),
        settle: vec![format!(
            "contain incident review {} --reason TEXT --incident {}",
            short(&one.id),
            books.case.incident
        )],
        accept: None,
    })
}

/// Whether somebody took it on themselves; things say so of themselves, as it counts what they are known as.
fn is_accepted(books: &Books<'_>, lack: &Lack) -> bool {
    let name = lack.accept.as_ref();
    lack.sort != Sort::Unaccounted
        && name.is_some_and(|name| books.case.accepted.contains_key(name))
}

/// The command that takes something on oneself.
fn accept(case: &Case, what: &str) -> String {
    format!(
        "contain incident accept {} --reason TEXT --incident {}",
        quoted(what),
        case.incident
    )
}

/// Calls of which nobody knows whether they happened, and whose goal nobody saw reached since.
fn in_doubt(books: &Books<'_>) -> Vec<Lack> {
    let incident = &books.case.incident;
    let lives = unsettled(books.case);
    let lacks = lives.into_iter().filter_map(|(item, life)| {
        let action = life.planned.action.as_ref();
        let spec = action.and_then(|action| books.catalogue.action(action));
        let key = &item.key;
        let (settle, is_told) = match spec.is_some_and(Spec::leaves_no_trace) {
            true => (
                format!(
                    "contain incident waive {} --reason TEXT --incident {incident}",
                    quoted(&key.to_string())
                ),
                books.case.is_waived(item, life),
            ),
            false => (format!("contain resume --incident {incident}"), false),
        };
        (!is_told).then(|| Lack {
            sort: Sort::InDoubt,
            what: format!(
                "{key} (run {}) is in doubt: the call may have happened",
                item.run
            ),
            settle: vec![settle],
            accept: None,
        })
    });
    lacks.collect()
}

/// Lives in doubt whose goal no later life has reached, in whatever run.
fn unsettled(case: &Case) -> Vec<(&ItemRef, &Life)> {
    let is_in_doubt = |(_, life): &(&ItemRef, &Life)| life.state.is_in_doubt();
    if !case.lives.iter().any(|life| is_in_doubt(&life)) {
        return Vec::new();
    }
    let mut reached: BTreeMap<_, Vec<&ItemRef>> = BTreeMap::new();
    for (item, life) in &case.lives {
        if matches!(life.state, State::Confirmed { .. } | State::Undone) {
            let goal = (&life.planned.action, &life.planned.target);
            reached.entry(goal).or_default().push(item);
        }
    }
    let is_reached = |doubtful: &ItemRef, life: &Life| {
        let goal = (&life.planned.action, &life.planned.target);
        let mut reached = reached.get(&goal).into_iter().flatten();
        reached.any(|later| {
            (later.run, later.round) > (doubtful.run, doubtful.round)
                // Two keys of one principal are replaced by two, each by an item of its own.
                && (life.planned.does != crate::domain::event::Does::Issue || later.key == doubtful.key)
        })
    };
    let doubtful = case.lives.iter().filter(is_in_doubt);
    doubtful
        .filter(|(item, life)| !is_reached(item, life))
        .collect()
}

/// Found = dead + consciously accepted + unreachable: what is none of these is lacking.
fn unaccounted(thing: &Thing) -> Option<Lack> {
    let Became::Open { why, settle } = &thing.became else {
        return None;
    };
    Some(Lack {
        sort: Sort::Unaccounted,
        what: format!("{}: {why}", thing.what),
        settle: settle.clone(),
        accept: Some(thing.what.to_string()),
    })
}

/// Reviews that are overdue, and measures that could not be given back.
fn measures(books: &Books<'_>) -> Vec<Lack> {
    let incident = &books.case.incident;
    let mut all = Vec::new();
    for measure in measure::in_force(books.case) {
        let name = measure.name();
        let typed = quoted(&name);
        if measure.is_overdue(books.now) {
            all.push(Lack {
                sort: Sort::Overdue,
                what: format!("the review of {name} was due at {}", measure.due),
                settle: vec![
                    format!("contain measures extend {typed} --until 24h --reason TEXT --incident {incident}"),
                    format!("contain measures release {typed} --incident {incident}"),
                ],
                accept: None,
            });
        }
        if let Some(why) = &measure.undo_failed {
            all.push(Lack {
                sort: Sort::Owed,
                what: format!("{name} could not be given back: {why}"),
                settle: vec![
                    format!("contain measures release {typed} --incident {incident}"),
                    accept(books.case, &name),
                ],
                accept: Some(name),
            });
        }
    }
    all
}

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
            let doubtful = unsettled(case).into_iter().next();
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
