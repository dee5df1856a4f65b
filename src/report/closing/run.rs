//! What is lacking of one run before its incident may be closed.
//!
//! What a later run does again is asked of that one.

use std::collections::BTreeSet;

use super::{Books, Lack, Sort, accept, lacks};
use crate::domain::case::Run;
use crate::domain::shell::quoted;
use crate::domain::state::Life;
use crate::domain::why::plain;
use crate::domain::{ItemRef, Locator, State};
use crate::plan::restore::Wanted;
use crate::report::left;
use crate::report::owed::{asked, is_covered, is_over};
use crate::report::standing::{Outcome, Standing, is_finding, standing};
use crate::report::unproven::{is_fresh, unproven};

/// What is lacking of a run.
pub(super) fn lacking(books: &Books<'_>, number: u32, run: &Run) -> Vec<Lack> {
    let (case, incident) = (books.case, &books.case.incident);
    if is_over(case, number) {
        return Vec::new();
    }
    let cuts = run.order.cuts && !run.order.is_of_later_phase() && !run.order.gives_back();
    let is_left = case.is_given_up(number) || cuts && is_covered(case, number);
    if run.outcome.is_none() && !is_left {
        let verb = &run.order.verb;
        return vec![Lack {
            sort: Sort::Unfinished,
            what: format!("run {number} ({}) did not end", plain(verb)),
            settle: vec![go_on(books, run)],
            accept: None,
        }];
    }
    if run.order.gives_back() {
        return given_back(books, number);
    }
    let standing = standing(case, books.catalogue, number, books.now);
    let mut all = Vec::new();
    if cuts {
        all.extend(settled(books, (number, run), (&standing, is_left)));
    }
    let is_back = is_declared_healthy(books, number, run);
    for (item, life) in case.last_lives(number).into_values() {
        all.extend(open(books, item, life));
    }
    match books.playbooks.get(&number) {
        Some(Ok(playbook)) if !is_back => {
            let wants = lacks(case, number, playbook, books.now);
            all.extend(wants.into_iter().map(|what| Lack {
                sort: Sort::Required,
                what: format!("the playbook of run {number} wants {what}"),
                settle: vec![go_on(books, run), accept(case, &what)],
                accept: Some(what),
            }));
        }
        Some(Err(why)) => {
            let what = format!("what the playbook of run {number} wants");
            all.push(Lack {
                sort: Sort::Required,
                what: format!("{what} cannot be told: {why}"),
                settle: vec![accept(case, &what)],
                accept: Some(what),
            });
        }
        Some(Ok(_)) | None => {}
    }
    let word = run.outcome.as_deref().unwrap_or_default();
    if all.is_empty() && !is_left && ended_badly(word) && standing.told().word() != word {
        all.push(Lack {
            sort: Sort::Unfinished,
            what: format!("run {number} ended {word}, and did not go on since"),
            settle: vec![format!("contain resume --incident {incident}")],
            accept: None,
        });
    }
    all
}

/// The command that goes on with a run.
fn go_on(books: &Books<'_>, run: &Run) -> String {
    let incident = &books.case.incident;
    if run.order.is_of_later_phase() {
        let subjects: Vec<String> = run.order.subjects.iter().map(ToString::to_string).collect();
        let verb = plain(&run.order.verb);
        return format!(
            "contain {verb} {} --incident {incident}",
            subjects.join(" ")
        );
    }
    format!("contain resume --incident {incident}")
}

/// Whether a run ended in a way that may be due to steps that never came to be planned, which no item tells of.
fn ended_badly(word: &str) -> bool {
    [
        Outcome::PartlyContained,
        Outcome::NotContained,
        Outcome::PartlyDone,
        Outcome::Waiting,
        Outcome::Denied,
        Outcome::InDoubt,
        Outcome::Failed,
    ]
    .iter()
    .any(|outcome| outcome.word() == word)
}

/// Whether everything that a run was about was declared healthy since, and given back.
fn is_declared_healthy(books: &Books<'_>, number: u32, run: &Run) -> bool {
    let mut later = books.case.runs.range(number.saturating_add(1)..);
    later.any(|(later, back)| {
        let mut subjects = run.order.subjects.iter();
        back.order.gives_back()
            && back.outcome.is_some()
            && books.case.has_acted(*later)
            && Wanted::of(&back.order).healthy.is_some()
            && subjects.all(|subject| back.order.subjects.contains(subject))
    })
}

/// Whether a cutting run has settled, and a look since then found nothing to do.
fn settled(
    books: &Books<'_>,
    (number, run): (u32, &Run),
    (standing, is_left): (&Standing, bool),
) -> Vec<Lack> {
    let (case, incident) = (books.case, &books.case.incident);
    let mut all = Vec::new();
    let mut lack = |sort, what: String, settle: Vec<String>, name: Option<String>| {
        all.push(Lack {
            sort,
            what,
            settle,
            accept: name,
        });
    };
    for left in left::left_alone(case, number) {
        let take_up = left::taken_up_with(case, books.catalogue, &[left]);
        let settle = take_up.into_iter().chain([accept(case, &left.what)]);
        lack(
            Sort::Owed,
            left::told(left),
            settle.collect(),
            Some(left.what.clone()),
        );
    }
    for (_, (_, reading)) in case.readings(number) {
        for blind in reading.not_seen.iter().filter(|blind| blind.withholds) {
            let what = format!("{} could not be seen: {}", plain(&blind.what), blind.why);
            let again = format!("contain verify --wait --incident {incident}");
            let settle = vec![again, accept(case, &blind.what)];
            lack(Sort::Unsettled, what, settle, Some(blind.what.clone()));
        }
    }
    let tried = case
        .last_lives(number)
        .into_values()
        .filter_map(|(_, life)| {
            let verdict = life.verdict.as_ref();
            let is_tried = verdict.is_some_and(|verdict| verdict.probing.is_some());
            life.planned.target.as_ref().filter(|_| is_tried)
        });
    let tried: BTreeSet<&Locator> = tried.collect();
    for secret in &run.order.secrets {
        let target = secret.target.to_string();
        if !tried.contains(&secret.target) && !is_left {
            let what = format!("{target} was to be tried with its secret, and was not");
            let resume = format!("contain resume --incident {incident} --secret REF");
            let name = format!("untried {target}");
            lack(
                Sort::Owed,
                what,
                vec![resume, accept(case, &name)],
                Some(name),
            );
        }
    }
    // Nobody looks after what was given back, or what a later run is about; what stays cut is proven item by item.
    if is_left {
        return all;
    }
    for (at, target) in &standing.owed {
        let when = at.map(|at| format!(", due at {at}")).unwrap_or_default();
        let what = format!("sessions of {target} are to be ended a second time{when}");
        let resume = format!("contain resume --wait --incident {incident}");
        lack(
            Sort::Unsettled,
            what,
            vec![resume],
            Some(target.to_string()),
        );
    }
    let verify = || vec![format!("contain verify --wait --incident {incident}")];
    if let Some(at) = standing.settles_at.filter(|at| books.now < *at) {
        let what = format!("what run {number} cut settles at {at}");
        lack(Sort::Unsettled, what, verify(), None);
    } else if !is_fresh(&run.rounds, standing.settles_at) {
        let what = format!("nobody looked afresh since what run {number} cut has settled");
        lack(Sort::Unsettled, what, verify(), None);
    }
    all
}

/// An item that did not end well, and that is no cut of the set: those are accounted for as things.
fn open(books: &Books<'_>, item: &ItemRef, life: &Life) -> Option<Lack> {
    let (case, incident) = (books.case, &books.case.incident);
    let planned = &life.planned;
    let is_thing = planned.is_of_set() || planned.is_cut_by_hand();
    let is_read = planned.does == crate::domain::event::Does::Read;
    if is_thing || is_read || life.state.is_in_doubt() {
        return None;
    }
    if life.state.is_ok() || case.is_waived(item, life) || is_finding(life) {
        return None;
    }
    let task = asked(case, books.now, item, life);
    let (what, with) = match &task {
        Some(task) => (task.what.clone(), task.do_with.clone()),
        None => {
            let why = unproven(life).unwrap_or_default();
            (format!("{} (run {}): {why}", item.key, item.run), None)
        }
    };
    let key = item.key.to_string();
    let waive = format!(
        "contain incident waive {} --reason TEXT --incident {incident}",
        quoted(&key)
    );
    let otherwise = match life.state.is_open() {
        true => waive,
        false => accept(case, &key),
    };
    let is_overdue = task.is_some_and(|task| task.overdue);
    Some(Lack {
        sort: if is_overdue {
            Sort::Overdue
        } else {
            Sort::Owed
        },
        what,
        settle: vec![
            with.unwrap_or_else(|| format!("contain resume --incident {incident}")),
            otherwise,
        ],
        accept: (!life.state.is_open()).then_some(key),
    })
}

/// What was begun to be given back and is not seen to be back; what was not begun stays cut.
fn given_back(books: &Books<'_>, number: u32) -> Vec<Lack> {
    let lives = books.case.last_lives(number).into_values();
    let begun = lives.filter(|(_, life)| matches!(life.state, State::Acted { .. }));
    let lacks = begun.map(|(item, life)| Lack {
        sort: Sort::Unfinished,
        what: format!(
            "{} was being given back by run {number}, and is not seen to be: {}",
            life.planned.on(),
            item.key
        ),
        settle: vec![format!(
            "contain restore {} --incident {}",
            life.planned.on(),
            books.case.incident
        )],
        accept: None,
    });
    lacks.collect()
}
