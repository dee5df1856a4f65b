//! The report of an incident as data: what happened, by whose authority, with what proof, and what became of everything.
//!
//! Made from the journal alone, for one audience; what an audience is not told is not in it.

mod authority;
mod form;

use std::collections::{BTreeMap, BTreeSet};

use authority::{mandates, sessions};

use super::closing::Lack;
use super::entry::Entry;
use super::measure::{self, Told};
use super::names::{Audience, Names};
use super::not_higher::not_higher;
use super::output::Output;
use super::reckoning::{Thing, counts, totals};
use super::standards::{self, Happened, Mapped};
use crate::domain::case::Case;
use crate::domain::event::{Does, Event};
use crate::domain::state::Life;
use crate::domain::{Effect, ItemRef, Proof, Rung, Settled, State, Time};
use crate::plan::restore::Wanted;
use crate::provider::Catalogue;

pub use form::{Authority, Became, Dossier, File, Head, Hurt, Moment, Owed, Proven, Run, Session};

/// The version of this format.
pub const VERSION: u8 = 1;

/// What a report is made from.
pub struct Source<'a> {
    /// The entries, in order.
    pub entries: &'a [Entry<'a>],
    /// The state of the incident.
    pub case: &'a Case,
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// What became of everything.
    pub things: &'a [Thing],
    /// What is lacking before it may be closed.
    pub lacks: &'a [Lack],
    /// Where it stands.
    pub output: &'a Output,
    /// What the record was that it is made from.
    pub journal: Head,
    /// The present.
    pub now: Time,
}

/// Makes the report for an audience.
#[must_use]
pub fn of(source: &Source<'_>, audience: Audience) -> Dossier {
    let names = Names::of(source.entries, audience);
    let (case, output) = (source.case, source.output);
    let inside = audience == Audience::Internal;
    let spelled = |all: Vec<String>| if inside { all } else { Vec::new() };
    let opened = source.entries.iter().find_map(|entry| {
        let Event::Opened { reason, ticket, .. } = entry.event else {
            return None;
        };
        Some((reason.clone(), ticket.clone()))
    });
    let (reason, ticket) = opened.filter(|_| inside).unwrap_or_default();
    let closing = source.entries.iter().rev().find_map(|entry| {
        let Event::Closed { reason } = entry.event else {
            return None;
        };
        case.closed.then(|| (entry.at, reason.clone()))
    });
    let subjects: BTreeSet<_> = case.subjects().into_iter().collect();
    let overdue = output.obligations.iter().filter(|owed| owed.overdue);
    Dossier {
        v: VERSION,
        audience,
        incident: case.incident.clone(),
        drill: case.drill,
        outcome: output.outcome.word().to_owned(),
        opened: case.opened_at,
        closed: closing.as_ref().map(|(at, _)| *at),
        closed_because: closing.and_then(|(_, reason)| names.words(&reason)),
        since: case.since,
        reason,
        ticket,
        subjects: subjects
            .into_iter()
            .map(|subject| names.thing(subject))
            .collect(),
        runs: runs(case, &names),
        totals: totals(source.things),
        things: source
            .things
            .iter()
            .map(|thing| became(thing, &names))
            .collect(),
        proofs: proofs(source, &names),
        hurts: match inside {
            true => hurts(case),
            false => Vec::new(),
        },
        false_positives: false_positives(case, &names),
        mandates: mandates(source, &names),
        sessions: sessions(source, &names),
        measures: measures(source, &names),
        owed: Owed {
            open: output.obligations.len(),
            overdue: overdue.count(),
        },
        obligations: spelled(
            output
                .obligations
                .iter()
                .map(|owed| owed.what.clone())
                .collect(),
        ),
        lacking: spelled(source.lacks.iter().map(|lack| lack.what.clone()).collect()),
        blind: output.not_seen.len(),
        not_seen: spelled(
            output
                .not_seen
                .iter()
                .map(|blind| format!("{}: {}", blind.what, blind.why))
                .collect(),
        ),
        evidence: match inside {
            true => case.attached.iter().map(file).collect(),
            false => Vec::new(),
        },
        timeline: source
            .entries
            .iter()
            .map(|entry| moment(case, entry, &names))
            .collect(),
        journal: source.journal.clone(),
        standards: mapped(source),
    }
}

fn runs(case: &Case, names: &Names) -> Vec<Run> {
    let is_shipped = |name: &str| {
        let mut shipped = crate::playbook::shipped().iter();
        shipped.any(|(known, _)| *known == name)
    };
    let runs = case.runs.iter().map(|(number, run)| {
        let order = &run.order;
        let inside = names.audience() == Audience::Internal;
        Run {
            run: *number,
            verb: order.verb.clone(),
            playbook: Some(order.playbook.clone()).filter(|name| inside || is_shipped(name)),
            began: run.opened_at,
            outcome: run.outcome.clone(),
            acting_as: order.acting_as.iter().map(|own| names.thing(own)).collect(),
        }
    });
    runs.collect()
}

fn became(thing: &Thing, names: &Names) -> Became {
    let evidence = thing.evidence.as_ref();
    Became {
        what: names.thing(&thing.what),
        relations: thing
            .relations
            .iter()
            .map(|relation| relation.word())
            .collect(),
        became: thing.became.word(),
        why: names.words(&thing.became.why()),
        evidence: evidence.and_then(|evidence| names.words(evidence)),
        runs: thing.runs.iter().copied().collect(),
    }
}

/// The latest life of every cut, and what shows it.
fn proofs(source: &Source<'_>, names: &Names) -> Vec<Proven> {
    let mut latest = BTreeMap::new();
    for (item, life) in &source.case.lives {
        let planned = &life.planned;
        if let (Some(target), Some(action), Some(_)) =
            (&planned.target, &planned.action, planned.rung)
            && counts(source.case, item.run)
        {
            latest.insert((target, action), life);
        }
    }
    let proven = latest.into_iter().map(|((target, action), life)| {
        let verdict = life.verdict.as_ref();
        let settled = match verdict.map(|verdict| verdict.settled(source.now)) {
            Some(Settled::Yes) => "yes",
            Some(Settled::Assumed) => "assumed",
            Some(Settled::No) | None => "no",
        };
        Proven {
            what: names.thing(target),
            action: action.to_string(),
            rung: life.planned.rung.map(Rung::verb),
            status: life.state.status().word(),
            proof: verdict.map_or("none", |verdict| verdict.word()).to_owned(),
            settled,
            at: life.acted_at,
            tried: verdict.and_then(tried),
            not_higher: not_higher(source.catalogue, life, source.now)
                .and_then(|why| names.words(&why)),
            reversible: life.planned.reversible,
        }
    });
    proven.collect()
}

/// Whom each cut hurts, as the estate said when it was planned last.
fn hurts(case: &Case) -> Vec<Hurt> {
    let mut latest = BTreeMap::new();
    for life in case.lives.values() {
        let planned = &life.planned;
        if let (Some(target), Some(stake)) = (&planned.target, &planned.stake) {
            latest.insert(target, stake);
        }
    }
    let told = latest.into_iter().map(|(target, stake)| Hurt {
        what: target.to_string(),
        whose: stake.whose(),
        breaks: stake.breaks(),
        reasons: stake.raises().into_iter().map(|raise| raise.why).collect(),
    });
    told.collect()
}

/// How a credential was tried, in words that name nothing.
fn tried(verdict: &crate::domain::Verdict) -> Option<String> {
    let probing = verdict.probing.as_ref()?;
    let claim = match verdict.proof {
        Proof::ProbedDead { p, .. } if !verdict.is_alive() => format!(
            "; with 99.9 % confidence fewer than {} % of front ends still accept it",
            p * 100.0
        ),
        Proof::None
        | Proof::Requested
        | Proof::Acknowledged
        | Proof::Observed
        | Proof::ProbedDead { .. } => String::new(),
    };
    Some(format!(
        "tried {} times from {} to {}: {} refused, {} accepted, {} unclear{claim}",
        probing.sent,
        probing.from,
        probing.until,
        probing.refused,
        probing.accepted,
        probing.unclear
    ))
}

/// What runs that gave back say was healthy all along.
fn false_positives(case: &Case, names: &Names) -> Vec<String> {
    let runs = case.runs.iter().filter(|(_, run)| run.order.gives_back());
    let healthy = runs.filter_map(|(number, run)| {
        let wanted = Wanted::of(&run.order);
        let healthy = wanted.healthy?;
        let of = match wanted.named.is_empty() {
            true => &run.order.subjects,
            false => &wanted.named,
        };
        let of: Vec<_> = of.iter().map(|of| names.thing(of)).collect();
        let sessions = match healthy.sessions {
            true => ", the sessions that were cut included",
            false => "",
        };
        let why = names.words(&healthy.reason).map(|why| format!(": {why}"));
        Some(format!(
            "run {number}, at {}: {} declared healthy{sessions}{}",
            run.opened_at,
            of.join(", "),
            why.unwrap_or_default()
        ))
    });
    healthy.collect()
}

fn measures(source: &Source<'_>, names: &Names) -> Vec<Told> {
    let measures = measure::in_force(source.case);
    let told = measures.iter().map(|measure| {
        let told = measure.told(source.now);
        let subject = measure.lives.first();
        let subject = subject.and_then(|(item, _)| item.key.subject.as_ref());
        Told {
            measure: format!("{} {}", measure.action, names.thing(measure.target)),
            target: names.thing(measure.target),
            subject: subject.map(|subject| names.thing(subject)),
            undo_failed: told.undo_failed.as_ref().map(|why| {
                let words = names.words(why);
                words.unwrap_or_else(|| "it could not be".to_owned())
            }),
            ..told
        }
    });
    told.collect()
}

fn file(file: &crate::domain::case::Attached) -> File {
    File {
        path: file.path.clone(),
        digest: file.digest,
        about: file.about.as_ref().map(|about| about.what.clone()),
        at: file.at,
    }
}

fn moment(case: &Case, entry: &Entry<'_>, names: &Names) -> Moment {
    let about = entry.event.item().map(|item| about(case, item, names));
    Moment {
        seq: entry.seq,
        at: entry.at,
        actor: names.person(entry.actor),
        what: entry.event.kind(),
        about: about.unwrap_or_default(),
        said: said(entry.event).and_then(|said| names.words(&said)),
    }
}

/// What an entry is about: inside its item, outside what that does to what.
fn about(case: &Case, item: &ItemRef, names: &Names) -> String {
    if names.audience() == Audience::Internal {
        return item.key.to_string();
    }
    let life: Option<&Life> = case.lives.get(item);
    let target = life.and_then(|life| life.planned.target.as_ref());
    let target = target.or(item.key.subject.as_ref());
    let action = life.and_then(|life| life.planned.action.as_ref());
    let phase = item.key.phase.word();
    match (action, target) {
        (Some(action), Some(target)) => format!("{phase}: {action} on {}", names.thing(target)),
        (None, Some(target)) => format!("{phase}: {}", names.thing(target)),
        (Some(action), None) => format!("{phase}: {action}"),
        (None, None) => phase.to_owned(),
    }
}

/// What somebody said in an entry.
fn said(event: &Event) -> Option<String> {
    let said = match event {
        Event::Opened { reason, .. } => reason.clone()?,
        Event::Noted { text } | Event::ByHand { text, .. } => text.clone(),
        Event::Waived { why, .. } | Event::Accepted { why, .. } => why.clone(),
        Event::Decided { decision, .. } => decision.why.clone(),
        Event::Extended { reason, .. } => reason.clone()?,
        Event::Closed { reason }
        | Event::Reopened { reason }
        | Event::Vetoed { reason, .. }
        | Event::HandedOver { reason, .. }
        | Event::Dismissed { reason } => reason.clone(),
        Event::Declared { declared } => {
            format!("{}: {}", declared.mode.word(), declared.reason)
        }
        Event::Reviewed { why, .. } => why.clone(),
        Event::Proposed { rationale, .. } => rationale.clone(),
        Event::Denied { why, .. } | Event::Skipped { why, .. } | Event::Stale { why, .. } => {
            why.clone()
        }
        Event::Failed { why, .. } | Event::UndoFailed { why, .. } => why.to_string(),
        Event::Blocked { cause, .. } => format!("{}: {}", cause.word(), cause.text()),
        Event::Verified { verdict, .. } => verdict.word().to_owned(),
        Event::RunClosed { outcome, .. } => outcome.clone(),
        Event::RunOpened { .. }
        | Event::PlanFrozen { .. }
        | Event::Requested { .. }
        | Event::Granted { .. }
        | Event::Ended { .. }
        | Event::Assumed { .. }
        | Event::Lapsed { .. }
        | Event::Checkpoint { .. }
        | Event::Intended { .. }
        | Event::Made { .. }
        | Event::Delivered { .. }
        | Event::Discarding { .. }
        | Event::Discarded { .. }
        | Event::Answered { .. }
        | Event::Resolved { .. }
        | Event::Found { .. }
        | Event::InForce { .. }
        | Event::Released { .. }
        | Event::RoundClosed { .. }
        | Event::Attached { .. }
        | Event::SetAside { .. }
        | Event::Shared { .. }
        | Event::Taken { .. } => return None,
    };
    Some(said)
}

/// What happened, in the words of standards.
fn mapped(source: &Source<'_>) -> Vec<Mapped> {
    let case = source.case;
    let did = |life: &Life| matches!(life.state, State::Acted { .. } | State::Confirmed { .. });
    let done = || {
        case.lives
            .values()
            .filter(|life| life.attempts > 0 && did(life))
    };
    let specs = || {
        let actions = done().filter_map(|life| life.planned.action.as_ref());
        actions.filter_map(|action| source.catalogue.action(action))
    };
    let decided = || case.decided.keys().filter_map(|item| case.lives.get(item));
    let happened = [
        (Happened::Recorded, true),
        (Happened::Began, !case.runs.is_empty()),
        (
            Happened::Planned,
            case.runs.values().any(|run| !run.plans.is_empty()),
        ),
        (Happened::Authorised, !case.mandates.is_empty()),
        (Happened::Read, !case.found.is_empty()),
        (
            Happened::Checked,
            decided().any(|life| life.planned.does == Does::Check),
        ),
        (Happened::Kept, !case.attached.is_empty()),
        (
            Happened::Cut,
            done().any(|life| life.planned.rung.is_some()),
        ),
        (
            Happened::Evicted,
            done().any(|life| life.planned.rung >= Some(Rung::Revoke)),
        ),
        (
            Happened::Issued,
            done().any(|life| life.planned.does == Does::Issue),
        ),
        (
            Happened::GaveBack,
            specs().any(|spec| matches!(spec.effect, Effect::Open)),
        ),
        (Happened::Closed, case.closed),
    ];
    let happened: Vec<Happened> = happened
        .into_iter()
        .filter_map(|(what, is_so)| is_so.then_some(what))
        .collect();
    standards::of(&happened, specs().flat_map(|spec| &spec.standards))
}
