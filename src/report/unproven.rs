//! Why a cut does not count as proven, and an isolated run not as contained.
//!
//! A function of (entries, now). Never kinder than the proof.

use super::standing::Standing;
use crate::domain::bug::{self, Bug};
use crate::domain::case::Case;
use crate::domain::event::Does;
use crate::domain::state::Life;
use crate::domain::{ItemRef, State, Time};
use crate::plan::due::Goals;
use crate::provider::Catalogue;

/// Whether a call in doubt may still change what is cut; a message that may have been sent changes nothing.
pub(super) fn may_land(catalogue: &Catalogue, life: &Life) -> bool {
    let spec = life
        .planned
        .action
        .as_ref()
        .and_then(|id| catalogue.action(id));
    life.state.is_in_doubt() && !spec.is_some_and(crate::domain::Spec::leaves_no_trace)
}

/// Lives in doubt whose goal no later life has reached: their calls may still land.
pub(super) fn doubts(case: &Case, catalogue: &Catalogue, run: u32) -> usize {
    let reached = |doubtful: &ItemRef, life: &Life| {
        case.lives_of(run).any(|(later, other)| {
            later.round > doubtful.round
                && other.planned.action == life.planned.action
                && other.planned.target == life.planned.target
                // Two keys of one principal are replaced by two, each by an item of its own.
                && (life.planned.does != Does::Issue || later.key == doubtful.key)
                && matches!(other.state, State::Confirmed { .. })
        })
    };
    let doubtful = case
        .lives_of(run)
        .filter(|(_, life)| may_land(catalogue, life));
    doubtful.filter(|(item, life)| !reached(item, life)).count()
}

/// Why a cut does not count as proven; `None` where it does.
pub(super) fn unproven(life: &Life) -> Option<String> {
    let verdict = life.verdict.as_ref();
    if let Some(at) = verdict.and_then(|verdict| verdict.alive_at) {
        return Some(format!("still accepted at {at}, after its bound"));
    }
    match &life.state {
        State::Confirmed { .. }
            if life.planned.probe
                && !verdict.is_some_and(crate::domain::Verdict::is_probed_dead) =>
        {
            Some("observed, but the probe that was asked for has not found it dead".into())
        }
        State::Confirmed { .. } | State::Skipped(_) => None,
        State::Planned => Some("planned, not done".into()),
        State::Blocked(cause) => Some(format!("blocked ({}): {}", cause.word(), cause.text())),
        State::Intended { .. } => Some("in doubt: the call may have left".into()),
        State::InDoubt { why, .. } => Some(format!("in doubt: {why}")),
        State::Acted { .. } => Some("acknowledged, but reading back does not show it".into()),
        State::Failed(why) => Some(format!("failed, nothing happened: {why}")),
        State::Stale(why) => Some(format!("stale: {why}")),
        State::Denied(why) => Some(format!("denied: {why}")),
        State::Undone => Some("given back".into()),
        State::UndoFailed(why) => Some(format!("could not be given back: {why}")),
    }
}

/// Where what hangs on the subject is known from audit logs, those have to catch up with the last cut: with the moment up to
/// which it may still have been used, not with that of the answer.
pub(super) fn logs(standing: &mut Standing, catalogue: &Catalogue, goals: &Goals<'_>) {
    let reads = goals.reads_logs() && !bug::is_planted(Bug::IgnoresTheLag);
    for ((_, target), _, life) in goals.iter().filter(|_| reads) {
        let Some(provider) = catalogue.provider(target.provider()) else {
            continue;
        };
        let lag = provider.audit_lag();
        if let Some(acted) = life.acted_at {
            let settles = life.verdict.as_ref().map(|verdict| verdict.settles.at);
            let settles = settles.map_or(acted, |settles| settles.max(acted));
            let caught_up = settles.saturating_add(lag.within()).ok();
            if caught_up > standing.settles_at {
                standing.settles_at = caught_up;
                standing.assumed |= lag.is_assumed();
            }
        }
    }
}

/// Whether the latest round began after everything had settled, and found nothing to do.
pub(super) fn is_fresh(
    rounds: &std::collections::BTreeMap<u32, (Time, bool)>,
    settles_at: Option<Time>,
) -> bool {
    let last = rounds.values().next_back();
    last.is_some_and(|(began, empty)| *empty && settles_at.is_none_or(|at| *began >= at))
}

pub(super) fn withhold(standing: &mut Standing, case: &Case, run: u32, now: Time) {
    let Some(entry) = case.runs.get(&run) else {
        return;
    };
    if let Some(at) = standing.settles_at.filter(|at| now < *at) {
        standing.withheld.push(format!("it settles at {at}"));
    }
    for (at, target) in &standing.owed {
        standing.withheld.push(match at {
            Some(at) if now < *at => {
                format!("sessions of {target} are ended a second time at {at}")
            }
            Some(at) => format!("sessions of {target} were due to be ended a second time at {at}"),
            None => format!(
                "sessions of {target} are ended a second time once what issues them is dead"
            ),
        });
    }
    if !is_fresh(&entry.rounds, standing.settles_at) {
        standing
            .withheld
            .push("no round since then has found nothing to do".into());
    }
    for (_, (_, reading)) in case.readings(run) {
        for blind in reading.not_seen.iter().filter(|blind| blind.withholds) {
            standing
                .withheld
                .push(format!("{} could not be seen: {}", blind.what, blind.why));
        }
    }
    standing.withheld.sort();
    standing.withheld.dedup();
}
