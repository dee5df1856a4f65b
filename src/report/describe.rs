//! Making the document about a run, from the state of its incident and where it stands.
//!
//! Never reads a provider, and never says more than the record.

use std::collections::BTreeSet;

use super::closing;
use super::left;
use super::not_higher::not_higher;
use super::output::{Alive, Item, NotSeen, Output, Pending, Probe, Scope};
use super::standing::{Outcome, Standing, last_lives, outside};
use crate::domain::case::Case;
use crate::domain::event::{Does, PlannedItem};
use crate::domain::plan::{Outside, Plan};
use crate::domain::state::Life;
use crate::domain::{Cause, Digest, ItemRef, Proof, Settled, State, Status, Time, Undo};
use crate::plan::restore::Wanted;
use crate::playbook::Playbook;
use crate::provider::Catalogue;

/// What a document is made from.
pub struct Source<'a> {
    /// The state of the incident.
    pub case: &'a Case,
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// The run.
    pub run: u32,
    /// Where it stands.
    pub standing: &'a Standing,
    /// The playbook, where it is known: what it wants before the incident is closed is told.
    pub playbook: Option<&'a Playbook>,
    /// The latest plan, with its digest where it was frozen.
    pub plan: Option<(&'a Plan, Option<Digest>)>,
    /// Whether the plan waits for its code.
    pub wants_code: bool,
    /// The present.
    pub now: Time,
}

/// Makes the document about a run.
#[must_use]
pub fn of_run(source: &Source<'_>) -> Output {
    let Source {
        case,
        catalogue,
        run,
        standing,
        plan,
        now,
        ..
    } = *source;
    let mut output = Output::bare(standing.told());
    output.incident = Some(case.incident.clone());
    output.run = Some(run);
    output.drill = case.drill;
    output.closed = case.closed;
    let Some(entry) = case.runs.get(&run) else {
        return output;
    };
    let order = &entry.order;
    output.acting_as = order.acting_as.iter().map(ToString::to_string).collect();
    output.scope = Some(Scope {
        subjects: order.subjects.iter().map(ToString::to_string).collect(),
        include: order
            .include
            .iter()
            .map(|relation| relation.word().to_owned())
            .collect(),
        since: order.since.to_string(),
        playbook: order.playbook.clone(),
    });
    let plans = entry.plans.keys().next_back();
    output.rounds = plans
        .max(entry.rounds.keys().next_back())
        .copied()
        .unwrap_or(0);
    output.items = last_lives(case, run)
        .into_iter()
        .map(|(item, life)| {
            let told = of_life((case, catalogue), item, life, now);
            let by_hand = by_hand(case, life).filter(|_| told.why.is_none() && !told.changed);
            Item {
                why: by_hand.or(told.why),
                ..told
            }
        })
        .collect();
    if let Some(healthy) = Wanted::of(order).healthy.filter(|_| order.gives_back()) {
        let acting = output.items.iter_mut().filter(|item| item.why.is_none());
        for item in acting {
            item.why = Some(format!("false positive: {}", healthy.reason));
        }
    }
    if output.items.is_empty()
        && let Some((plan, None)) = plan
    {
        output.items = plan
            .items
            .iter()
            .map(|item| of_plan(plan, item, catalogue))
            .collect();
    }
    output.plan = plan
        .and_then(|(_, digest)| digest)
        .or(entry.plans.values().next_back().map(|(d, _)| *d))
        .map(|d| d.to_string());
    if let Some((plan, digest)) = plan {
        let steps = plan.pending.iter();
        output.pending = steps
            .map(|pending| Pending {
                phase: pending.phase.word().to_owned(),
                step: pending.step.clone(),
                why: pending.why.clone(),
            })
            .collect();
        let open =
            matches!(output.outcome, Outcome::Waiting | Outcome::Planned) || source.wants_code;
        if open {
            output.warnings.clone_from(&plan.warnings);
        }
        output.confirm = digest
            .filter(|_| open && !plan.is_empty())
            .map(|digest| digest.code());
    }
    // What was read since the plan was made says more of it than the plan.
    let known: BTreeSet<_> = case
        .readings(run)
        .flat_map(|(_, (_, reading))| &reading.found)
        .map(|found| &found.what)
        .collect();
    let outside = plan.into_iter().flat_map(|(plan, _)| &plan.outside);
    let outside = outside
        .filter(|outside| !known.contains(&outside.what))
        .cloned()
        .collect();
    let from_reads = self::outside(case, (run, order), catalogue);
    let outside: Vec<Outside> = if from_reads.is_empty() {
        outside
    } else {
        from_reads
    };
    let lives = |outside: &Outside| outside.until.is_none_or(|until| source.now < until);
    output.still_alive = alive(source, outside.into_iter().filter(lives).collect());
    output.not_seen = blind(source);
    output.close_lacks = source
        .playbook
        .map(|playbook| closing::lacks(case, run, playbook, now))
        .unwrap_or_default();
    output.obligations = super::owed::obligations(source);
    output.withheld = standing
        .unproven
        .iter()
        .chain(&standing.withheld)
        .chain(&standing.undone)
        .cloned()
        .collect();
    output.settles_at = standing.settles_at.map(|at| at.to_string());
    output.next = next(source, &output);
    let left = left::left_alone(case, run);
    if let Some(command) = left::taken_up_with(case, catalogue, &left).filter(|_| !case.closed) {
        let is_last = matches!(output.outcome, Outcome::Planned | Outcome::Waiting);
        let at = if is_last { output.next.len() } else { 0 };
        output.next.insert(at, command);
    }
    output
}

/// What is told of a goal that is so because somebody did it by hand.
fn by_hand(case: &Case, life: &Life) -> Option<String> {
    let action = life.planned.action.as_ref();
    let action = action.filter(|_| life.planned.does == Does::Nothing)?;
    let at = case.by_hand(action, life.planned.target.as_ref()?)?;
    Some(format!("already so: done by hand at {at}"))
}

fn of_life((case, catalogue): (&Case, &Catalogue), item: &ItemRef, life: &Life, now: Time) -> Item {
    let planned = &life.planned;
    let cuts = planned.rung.is_some();
    let why = match &life.state {
        State::Blocked(cause) => Some(format!("{}: {}", cause.word(), cause.text())),
        State::InDoubt { why, .. } | State::Failed(why) | State::UndoFailed(why) => {
            Some(why.to_string())
        }
        State::Skipped(why) | State::Stale(why) | State::Denied(why) => Some(why.clone()),
        State::Planned
        | State::Intended { .. }
        | State::Acted { .. }
        | State::Confirmed { .. }
        | State::Undone => None,
    };
    let decision = case.decided.get(item).map(|(_, decision)| decision);
    let why = why.or_else(|| decision.map(|decision| decision.why.clone()));
    let verdict = life.verdict.as_ref();
    let word = match (verdict, &life.state) {
        (Some(verdict), _) => verdict.word(),
        (None, State::Acted { .. }) => Proof::Acknowledged.word(),
        (None, State::Intended { .. } | State::InDoubt { .. }) => Proof::Requested.word(),
        (None, State::Skipped(_)) => Proof::Observed.word(),
        (
            None,
            State::Planned
            | State::Blocked(_)
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Stale(_)
            | State::Denied(_)
            | State::Undone
            | State::UndoFailed(_),
        ) => Proof::None.word(),
    };
    let settled = match verdict.map(|verdict| verdict.settled(now)) {
        Some(Settled::Yes) => "yes",
        Some(Settled::Assumed) => "assumed",
        Some(Settled::No) | None => "no",
    };
    Item {
        key: item.key.to_string(),
        action: planned.action.as_ref().map(ToString::to_string),
        does: sort_of(planned.does),
        target: planned.target.as_ref().map(ToString::to_string),
        phase: item.key.phase.word().to_owned(),
        tier: planned.tier.into(),
        status: match (&life.state, planned.does) {
            (State::Planned, Does::Manual) => Status::Blocked,
            (state, _) => state.status(),
        },
        verdict: cuts.then(|| word.to_owned()),
        not_higher: not_higher(catalogue, life, now),
        settled: cuts.then(|| settled.to_owned()),
        reversible: planned.reversible,
        at: life.at.to_string(),
        changed: matches!(
            life.state,
            State::Acted { changed: true } | State::Confirmed { changed: true }
        ),
        relation: planned.relation.map(|relation| relation.word().to_owned()),
        rung: planned.rung.map(|rung| rung.verb().to_owned()),
        why,
        only_if: planned.only_if.clone(),
        asks: planned.asked.as_ref().map(|asked| asked.text.clone()),
        means: planned.asked.as_ref().and_then(|asked| asked.means.clone()),
        decided_by: decision.map(|decision| decision.by.clone()),
        evidence: decision
            .map(|decision| decision.evidence.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        probe: verdict.and_then(|verdict| {
            let probing = verdict.probing.as_ref()?;
            let (n, p) = match verdict.proof {
                Proof::ProbedDead { n, p } if !verdict.is_alive() => (n, Some(p)),
                Proof::None
                | Proof::Requested
                | Proof::Acknowledged
                | Proof::Observed
                | Proof::ProbedDead { .. } => (probing.refused, None),
            };
            Some(Probe {
                n,
                p,
                sent: probing.sent,
                refused: probing.refused,
                accepted: probing.accepted,
                unclear: probing.unclear,
                from: probing.from.to_string(),
                until: probing.until.to_string(),
            })
        }),
        stake: planned.stake.as_deref().map(Into::into),
    }
}

/// What sort of work it is, as written in JSON.
pub(super) fn sort_of(does: Does) -> String {
    let word = match does {
        Does::Act => "act",
        Does::Issue => "issue",
        Does::Watch => "watch",
        Does::Nothing => "nothing",
        Does::Read => "read",
        Does::Check => "check",
        Does::Gate => "gate",
        Does::Manual => "manual",
    };
    word.to_owned()
}

fn of_plan(plan: &Plan, item: &crate::domain::Item, catalogue: &Catalogue) -> Item {
    let short: PlannedItem = crate::plan::in_short(item, catalogue);
    let cuts = short.rung.is_some();
    Item {
        key: item.key.to_string(),
        action: short.action.map(|action| action.to_string()),
        does: sort_of(short.does),
        target: short.target.as_ref().map(ToString::to_string),
        phase: item.key.phase.word().to_owned(),
        tier: item.tier.into(),
        status: Status::WouldRun,
        verdict: cuts.then(|| Proof::None.word().to_owned()),
        not_higher: None,
        settled: cuts.then(|| "no".to_owned()),
        reversible: matches!(item.undo, Some(Undo::By(_))),
        at: plan.at.to_string(),
        changed: false,
        relation: item.relation.map(|relation| relation.word().to_owned()),
        rung: item.rung.map(|rung| rung.verb().to_owned()),
        why: None,
        only_if: short.only_if,
        means: short.asked.as_ref().and_then(|asked| asked.means.clone()),
        asks: short.asked.map(|asked| asked.text),
        decided_by: None,
        evidence: Vec::new(),
        probe: None,
        stake: short.stake.as_deref().map(Into::into),
    }
}

fn alive(source: &Source<'_>, outside: Vec<Outside>) -> Vec<Alive> {
    let incident = &source.case.incident;
    let resume = format!("contain resume --incident {incident}");
    let apply = format!("contain apply --incident {incident}");
    let unproven = last_lives(source.case, source.run)
        .into_iter()
        .filter(|(_, life)| life.planned.is_of_set());
    let unproven = unproven.filter_map(|(_, life)| {
        let dead = match &life.state {
            State::Confirmed { .. } | State::Skipped(_) => !life
                .verdict
                .as_ref()
                .is_some_and(crate::domain::Verdict::is_alive),
            State::Planned
            | State::Blocked(_)
            | State::Intended { .. }
            | State::InDoubt { .. }
            | State::Acted { .. }
            | State::Failed(_)
            | State::Stale(_)
            | State::Denied(_)
            | State::Undone
            | State::UndoFailed(_) => false,
        };
        let waits = matches!(
            life.state,
            State::Planned | State::Blocked(Cause::Approval(_))
        );
        (!dead).then(|| Alive {
            what: life.planned.on(),
            why: match life.verdict.as_ref().and_then(|verdict| verdict.alive_at) {
                Some(at) => format!("still accepted at {at}, after its bound"),
                None => format!(
                    "in the set, and not proven dead ({})",
                    life.state.status().word()
                ),
            },
            until: None,
            cut_with: Some(if waits { apply.clone() } else { resume.clone() }),
        })
    });
    let open = source.standing.open.iter().map(|target| Alive {
        what: target.to_string(),
        why: format!("in the set, and {}", source.standing.looked(target)),
        until: None,
        cut_with: Some(resume.clone()),
    });
    let outside = outside.into_iter().map(|outside| Alive {
        what: outside.what.to_string(),
        why: outside.why,
        until: outside.until.map(|until| until.to_string()),
        cut_with: outside.cut_with,
    });
    let mut alive: Vec<Alive> = open.chain(unproven).chain(outside).collect();
    let mut known = std::collections::BTreeSet::new();
    alive.retain(|alive| known.insert(alive.what.clone()));
    alive
}

fn blind(source: &Source<'_>) -> Vec<NotSeen> {
    let read = source
        .case
        .readings(source.run)
        .flat_map(|(_, (_, reading))| &reading.not_seen);
    let planned = source.plan.iter().flat_map(|(plan, _)| &plan.not_seen);
    let left = left::left_alone(source.case, source.run);
    let all: std::collections::BTreeSet<_> = read.chain(planned).chain(left).collect();
    all.into_iter()
        .map(|n| NotSeen {
            what: n.what.clone(),
            why: n.why.to_string(),
            withholds: n.withholds,
        })
        .collect()
}

/// Whether somebody else has to agree before the operator goes on: people are configured, and a rule or a tier says so.
fn waits_for_others(source: &Source<'_>) -> bool {
    let Some((plan, _)) = source
        .plan
        .filter(|(plan, _)| !plan.requested_by.is_empty())
    else {
        return false;
    };
    let asks = |life: &Life| matches!(&life.state, State::Blocked(Cause::Approval(why)) if why.contains("contain approve"));
    let mut lives = source.case.lives_of(source.run);
    plan.tier() >= crate::domain::Tier::GRAVE || lives.any(|(_, life)| asks(life))
}

fn next(source: &Source<'_>, output: &Output) -> Vec<String> {
    let incident = &source.case.incident;
    let verb = |verb: &str| format!("contain {verb} --incident {incident}");
    match output.outcome {
        // The plan is named, so that what is confirmed is what was read, whatever was planned since.
        Outcome::Planned | Outcome::Waiting => match &output.confirm {
            Some(code) if waits_for_others(source) => vec![
                verb(&format!("approve {code}")),
                format!("{} --yes", verb(&format!("apply {code}"))),
            ],
            Some(code)
                if source
                    .plan
                    .is_some_and(|(plan, _)| plan.tier() >= crate::domain::Tier::GRAVE) =>
            {
                vec![format!(
                    "{} --confirm {code}",
                    verb(&format!("apply {code}"))
                )]
            }
            Some(code) => vec![format!("{} --yes", verb(&format!("apply {code}")))],
            None => {
                let owed = output
                    .obligations
                    .iter()
                    .filter_map(|owed| owed.do_with.clone());
                owed.take(1).chain([verb("status")]).collect()
            }
        },
        Outcome::Isolated => {
            let owed = source
                .standing
                .owed
                .iter()
                .any(|(at, _)| at.is_none_or(|at| at <= source.now));
            let mut next = Vec::new();
            if owed || !source.standing.owed.is_empty() {
                next.push(format!("{} --wait", verb("resume")));
            }
            next.push(format!("{} --wait", verb("verify")));
            next
        }
        Outcome::Contained => vec![verb("report"), verb("restore")],
        Outcome::PartlyContained
        | Outcome::NotContained
        | Outcome::PartlyDone
        | Outcome::InDoubt => {
            vec![verb("resume"), verb("status")]
        }
        Outcome::Denied => vec![verb("status")],
        Outcome::Restored => vec![verb("report"), verb("incident close")],
        Outcome::PartlyRestored | Outcome::Done => vec![verb("status")],
        Outcome::Failed => Vec::new(),
    }
}
