//! By whose authority: what was allowed, what each word covered, and under which sessions of our own it was done.
//!
//! Never tells an audience more than its names.

use super::{Authority, Session, Source};
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::mandate::{Mandate, Scope};
use crate::report::names::Names;

pub(super) fn mandates(source: &Source<'_>, names: &Names) -> Vec<Authority> {
    let granted = source.entries.iter().filter_map(|entry| {
        let Event::Granted { mandate } = entry.event else {
            return None;
        };
        Some((entry.at, mandate))
    });
    let told = granted.map(|(at, mandate)| Authority {
        by: names.person(&mandate.by),
        how: mandate.how.clone(),
        at,
        scope: scope(mandate, names),
        tier: mandate.tier.into(),
        until: mandate.until,
        ended: source.case.ended.contains(&mandate.nonce),
        covered: covered(source.case, mandate, names),
    });
    told.collect()
}

/// The sessions that we took at providers to act under.
pub(super) fn sessions(source: &Source<'_>, names: &Names) -> Vec<Session> {
    let taken = source.entries.iter().filter_map(|entry| {
        let Event::Assumed { pass } = entry.event else {
            return None;
        };
        Some(Session {
            what: names.thing(&pass.session),
            of: names.thing(&pass.of),
            name: names.words(&pass.name),
            from: entry.at,
            until: pass.until,
            notes: pass
                .notes
                .iter()
                .filter_map(|note| names.words(note))
                .collect(),
        })
    });
    taken.collect()
}

fn scope(mandate: &Mandate, names: &Names) -> String {
    match &mandate.scope {
        Scope::Exact { plan, items } => {
            format!("{} items of the plan {}", items.len(), plan.code())
        }
        Scope::Standing {
            id,
            rungs,
            at_most,
            kinds,
            ..
        } => {
            let rungs: Vec<_> = rungs.iter().map(|rung| rung.verb()).collect();
            let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
            format!(
                "authorised ahead as {id}: up to {at_most} reversible cuts ({}) of {}",
                rungs.join(", "),
                kinds.join(", ")
            )
        }
        Scope::Reach {
            run,
            subjects,
            rungs,
            at_most,
            ..
        } => {
            let of: Vec<_> = subjects
                .iter()
                .map(|subject| names.thing(subject))
                .collect();
            let rungs: Vec<_> = rungs.iter().map(|rung| rung.verb()).collect();
            format!(
                "up to {at_most} further reversible cuts ({}) of run {run} on what hangs on {}",
                rungs.join(", "),
                of.join(", ")
            )
        }
    }
}

/// What was done by a word.
fn covered(case: &Case, mandate: &Mandate, names: &Names) -> Vec<String> {
    let spent = case
        .lives
        .values()
        .filter(|life| life.spent.contains(&mandate.nonce));
    let told = spent.filter_map(|life| {
        let action = life.planned.action.as_ref()?;
        let target = life.planned.target.as_ref()?;
        Some(format!("{action} on {}", names.thing(target)))
    });
    told.collect()
}
