//! The JSON document that every command ends with, version 1: a frozen wire form.
//!
//! `output.schema.json` beside this file is generated from these types. Never dumps inner types.

use schemars::JsonSchema;
use serde::Serialize;

use super::standing::{Outcome, Standing, last_lives, outside};
use crate::domain::case::Case;
use crate::domain::event::{Does, PlannedItem};
use crate::domain::plan::{Outside, Plan};
use crate::domain::state::Life;
use crate::domain::{Cause, Digest, ItemRef, Proof, Settled, State, Status, Time, Undo};
use crate::provider::Catalogue;

/// The version of this document.
pub const VERSION: u8 = 1;

/// What a command ends with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The document's version.
    pub v: u8,
    /// The incident, where one is concerned.
    pub incident: Option<String>,
    /// The run within the incident.
    pub run: Option<u32>,
    /// Whether this is a drill: nothing outside of the simulated world was touched.
    pub drill: bool,
    /// What was asked for.
    pub scope: Option<Scope>,
    /// How it ended.
    pub outcome: Outcome,
    /// How many rounds were taken so far.
    pub rounds: u32,
    /// Who acts, as the providers see it.
    pub acting_as: Vec<String>,
    /// What was or would be done.
    pub items: Vec<Item>,
    /// What a later round plans.
    pub pending: Vec<Pending>,
    /// What is alive, in the set and outside of it.
    pub still_alive: Vec<Alive>,
    /// What could not be seen.
    pub not_seen: Vec<NotSeen>,
    /// What people owe.
    pub obligations: Vec<Obligation>,
    /// What keeps it from being isolated or contained, in words.
    pub withheld: Vec<String>,
    /// When everything that was cut has reached everywhere.
    pub settles_at: Option<String>,
    /// The digest of the latest plan.
    pub plan: Option<String>,
    /// The code that a waiting plan is confirmed with.
    pub confirm: Option<String>,
    /// What to run next.
    pub next: Vec<String>,
    /// What a verb answers that is not about a run.
    pub data: Option<serde_json::Value>,
    /// What went wrong.
    pub error: Option<Failure>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Scope {
    /// The subjects, canonical.
    pub subjects: Vec<String>,
    /// Further relations that are cut.
    pub include: Vec<String>,
    /// The start of the window.
    pub since: String,
    /// The playbook.
    pub playbook: String,
}

/// One item.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Item {
    /// Its name, the same in every round.
    pub key: String,
    /// The action, where it has one.
    pub action: Option<String>,
    /// The target.
    pub target: Option<String>,
    /// The phase.
    pub phase: String,
    /// Risk, 0 to 3.
    pub tier: u8,
    /// Where it stands.
    pub status: Status,
    /// The proof reached: none, requested, acknowledged, observed, probed-dead, alive; null where nothing is cut.
    pub verdict: Option<String>,
    /// Whether the effect has reached everywhere: no, assumed, yes; null where nothing is cut.
    pub settled: Option<String>,
    /// Whether it can be given back.
    pub reversible: bool,
    /// When this was so.
    pub at: String,
    /// Whether we changed anything.
    pub changed: bool,
    /// How the target hangs on the subject.
    pub relation: Option<String>,
    /// How hard it cuts.
    pub rung: Option<String>,
    /// Why it stands where it stands.
    pub why: Option<String>,
    /// How the credential was tried.
    pub probe: Option<Probe>,
}

/// How a credential was tried.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Probe {
    /// Refusals counted for the claim.
    pub n: u32,
    /// Fewer than this share of front ends still accept it, with 99.9 % confidence; null where the claim is not made.
    pub p: Option<f64>,
    /// How many probes were sent.
    pub sent: u32,
    /// How many were accepted.
    pub accepted: u32,
    /// How many said nothing.
    pub unclear: u32,
    /// The first.
    pub from: String,
    /// The last.
    pub until: String,
}

/// A step of a later round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pending {
    /// The phase.
    pub phase: String,
    /// The step.
    pub step: String,
    /// What it waits for.
    pub why: String,
}

/// Something alive.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Alive {
    /// What it is.
    pub what: String,
    /// Why it is alive.
    pub why: String,
    /// When it lapses by itself.
    pub until: Option<String>,
    /// The command that cuts it.
    pub cut_with: Option<String>,
}

/// Something that could not be seen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NotSeen {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
    /// Whether *contained* is withheld for it.
    pub withholds: bool,
}

/// Something that people owe.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Obligation {
    /// What.
    pub what: String,
    /// By when.
    pub due: Option<String>,
    /// With which command.
    pub do_with: Option<String>,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Failure {
    /// What sort of failure, one word.
    pub kind: String,
    /// What happened, and what did not happen to the world.
    pub message: String,
    /// Exact commands to run next, and other advice.
    pub hints: Vec<String>,
}

impl Output {
    /// A document that says nothing but how it ended.
    #[must_use]
    pub fn bare(outcome: Outcome) -> Self {
        Self {
            v: VERSION,
            incident: None,
            run: None,
            drill: false,
            scope: None,
            outcome,
            rounds: 0,
            acting_as: Vec::new(),
            items: Vec::new(),
            pending: Vec::new(),
            still_alive: Vec::new(),
            not_seen: Vec::new(),
            obligations: Vec::new(),
            withheld: Vec::new(),
            settles_at: None,
            plan: None,
            confirm: None,
            next: Vec::new(),
            data: None,
            error: None,
        }
    }

    /// The schema of this document, as committed beside this file.
    ///
    /// # Errors
    /// Never, in practice: the schema is plain JSON.
    pub fn schema() -> Result<String, serde_json::Error> {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).map(|text| text + "\n")
    }
}

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
    let mut output = Output::bare(standing.outcome);
    output.incident = Some(case.incident.clone());
    output.run = Some(run);
    output.drill = case.drill;
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
        .map(|(item, life)| of_life(item, life, now))
        .collect();
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
            matches!(standing.outcome, Outcome::Waiting | Outcome::Planned) || source.wants_code;
        output.confirm = digest
            .filter(|_| open && !plan.is_empty())
            .map(|digest| digest.code());
    }
    let outside = match plan {
        Some((plan, _)) => plan.outside.clone(),
        None => Vec::new(),
    };
    let from_reads = self::outside(case, order, catalogue);
    output.still_alive = alive(
        source,
        if from_reads.is_empty() {
            outside
        } else {
            from_reads
        },
    );
    output.not_seen = blind(source);
    output.obligations = obligations(source);
    output.withheld = standing
        .unproven
        .iter()
        .chain(&standing.withheld)
        .cloned()
        .collect();
    output.settles_at = standing.settles_at.map(|at| at.to_string());
    output.next = next(source, &output);
    output
}

fn of_life(item: &ItemRef, life: &Life, now: Time) -> Item {
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
        target: Some(planned.target.to_string()),
        phase: item.key.phase.word().to_owned(),
        tier: planned.tier.into(),
        status: if planned.does == Does::Manual {
            Status::Blocked
        } else {
            life.state.status()
        },
        verdict: cuts.then(|| word.to_owned()),
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
                accepted: probing.accepted,
                unclear: probing.unclear,
                from: probing.from.to_string(),
                until: probing.until.to_string(),
            })
        }),
    }
}

fn of_plan(plan: &Plan, item: &crate::domain::Item, catalogue: &Catalogue) -> Item {
    let short: PlannedItem = crate::plan::in_short(item, catalogue);
    let cuts = short.rung.is_some();
    Item {
        key: item.key.to_string(),
        action: short.action.map(|action| action.to_string()),
        target: Some(short.target.to_string()),
        phase: item.key.phase.word().to_owned(),
        tier: item.tier.into(),
        status: Status::WouldRun,
        verdict: cuts.then(|| Proof::None.word().to_owned()),
        settled: cuts.then(|| "no".to_owned()),
        reversible: matches!(item.undo, Some(Undo::By(_))),
        at: plan.at.to_string(),
        changed: false,
        relation: item.relation.map(|relation| relation.word().to_owned()),
        rung: item.rung.map(|rung| rung.verb().to_owned()),
        why: None,
        probe: None,
    }
}

fn alive(source: &Source<'_>, outside: Vec<Outside>) -> Vec<Alive> {
    let incident = &source.case.incident;
    let resume = format!("contain resume --incident {incident}");
    let apply = format!("contain apply --incident {incident}");
    let unproven = last_lives(source.case, source.run)
        .into_iter()
        .filter(|(_, life)| life.planned.rung.is_some());
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
            what: life.planned.target.to_string(),
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
        why: "in the set, and a fresh look found it open".to_owned(),
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
        .found
        .values()
        .flat_map(|(_, reading)| &reading.not_seen);
    let planned = source.plan.iter().flat_map(|(plan, _)| &plan.not_seen);
    let all: std::collections::BTreeSet<_> = read.chain(planned).collect();
    all.into_iter()
        .map(|n| NotSeen {
            what: n.what.clone(),
            why: n.why.to_string(),
            withholds: n.withholds,
        })
        .collect()
}

fn obligations(source: &Source<'_>) -> Vec<Obligation> {
    let incident = &source.case.incident;
    let mut all = Vec::new();
    for (at, target) in &source.standing.owed {
        all.push(Obligation {
            what: format!("end the sessions of {target} a second time, for what was issued while the first cut spread"),
            due: at.map(|at| at.to_string()),
            do_with: Some(format!("contain resume --incident {incident}")),
        });
    }
    for (item, life) in last_lives(source.case, source.run) {
        if life.planned.does == Does::Manual {
            all.push(Obligation {
                what: format!(
                    "cut {} by hand: no provider of this build can ({})",
                    life.planned.target, item.key
                ),
                due: None,
                do_with: Some(format!(
                    "contain incident note --incident {incident} \"...\""
                )),
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
                    life.planned.target
                ),
                due: None,
                do_with: Some(format!("contain resume --incident {incident} --secret REF")),
            });
        }
    }
    let mut reviewed = std::collections::BTreeSet::new();
    for (due, item, life) in source.case.measures() {
        // A cut that was written twice is one measure; its earlier deadline counts.
        if !reviewed.insert((&life.planned.action, &life.planned.target)) {
            continue;
        }
        let overdue = if source.now >= due { "overdue: " } else { "" };
        all.push(Obligation {
            what: format!(
                "{overdue}review the measure on {} ({})",
                life.planned.target, item.key
            ),
            due: Some(due.to_string()),
            do_with: Some(format!("contain status --incident {incident}")),
        });
    }
    all
}

fn next(source: &Source<'_>, output: &Output) -> Vec<String> {
    let incident = &source.case.incident;
    let verb = |verb: &str| format!("contain {verb} --incident {incident}");
    match source.standing.outcome {
        Outcome::Planned | Outcome::Waiting => match &output.confirm {
            Some(code)
                if source
                    .plan
                    .is_some_and(|(plan, _)| plan.tier() >= crate::domain::Tier::GRAVE) =>
            {
                vec![format!("{} --confirm {code}", verb("apply"))]
            }
            Some(_) => vec![format!("{} --yes", verb("apply"))],
            None => vec![verb("status")],
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
        Outcome::PartlyContained | Outcome::NotContained | Outcome::InDoubt => {
            vec![verb("resume"), verb("status")]
        }
        Outcome::Denied => vec![verb("status")],
        Outcome::Restored | Outcome::PartlyRestored | Outcome::Done => vec![verb("status")],
        Outcome::Failed => Vec::new(),
    }
}
