//! The JSON document that every command ends with, version 1: a frozen wire form.
//!
//! `output.schema.json` beside this file is generated from these types. Never dumps inner types.

use schemars::JsonSchema;
use serde::Serialize;

use super::standing::Outcome;
use crate::domain::Status;

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
    /// Whether the incident is closed: it takes nothing that acts until it is opened again.
    pub closed: bool,
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
    /// Where the whole incident stands by phase; told by `status`.
    pub phases: Vec<Phase>,
    /// What falls due next; told by `status`.
    pub deadline: Option<Deadline>,
    /// What a later round plans.
    pub pending: Vec<Pending>,
    /// What is alive, in the set and outside of it.
    pub still_alive: Vec<Alive>,
    /// What could not be seen.
    pub not_seen: Vec<NotSeen>,
    /// What people owe.
    pub obligations: Vec<Obligation>,
    /// What is lacking before the incident may be closed: after a run what its playbook wants; of `status` all of it.
    pub close_lacks: Vec<String>,
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
    /// What was told beside the result: what a plan that waits warns of, and reviews that are overdue.
    pub warnings: Vec<String>,
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
    /// What sort of work it is: act, issue, watch, nothing, read, check, gate, manual.
    pub does: String,
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
    /// Why the proof got no higher; null where it is probed-dead, where nothing is cut, and in a plan.
    pub not_higher: Option<String>,
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
    /// The condition under which it is done, where that was not known when it was planned.
    pub only_if: Option<String>,
    /// What a check, a gate or a manual task asks.
    pub asks: Option<String>,
    /// What the expression of a check means, in words; null where a part of it has none.
    pub means: Option<String>,
    /// Who decided it: `contain` for what follows from the record.
    pub decided_by: Option<String>,
    /// Digests of what the decision rests on.
    pub evidence: Vec<String>,
    /// How the credential was tried.
    pub probe: Option<Probe>,
    /// Whose the target is, and whom the item hurts, where an estate was loaded.
    pub stake: Option<Stake>,
}

/// Whose a target is, and whom its cut hurts, as the estate says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stake {
    /// The identities whose it is.
    pub identities: Vec<String>,
    /// Who answers for them, with their contacts; empty where nobody is known to.
    pub owners: Vec<String>,
    /// Where they run.
    pub environment: Option<String>,
    /// How critical they are.
    pub criticality: Option<String>,
    /// What breaks, with contacts; null where nobody said.
    pub dependants: Option<Vec<String>>,
    /// Healthy identities that use it too.
    pub shared_with: Vec<String>,
    /// What of this raised the tier.
    pub reasons: Vec<String>,
}

impl From<&crate::domain::Stake> for Stake {
    fn from(stake: &crate::domain::Stake) -> Self {
        let spelled =
            |all: &[crate::domain::stake::Dependant]| all.iter().map(ToString::to_string).collect();
        Self {
            identities: stake.identities.clone(),
            owners: stake.owners.iter().map(ToString::to_string).collect(),
            environment: stake.environment.map(|one| one.word().to_owned()),
            criticality: stake.criticality.map(|one| one.word().to_owned()),
            dependants: stake.dependants.as_deref().map(spelled),
            shared_with: stake.shared_with.clone(),
            reasons: stake.raises().into_iter().map(|raise| raise.why).collect(),
        }
    }
}

/// How a credential was tried.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Probe {
    /// Refusals counted for the claim: the last ones, in a row; all of them where the claim is not made.
    pub n: u32,
    /// Fewer than this share of front ends still accept it, with 99.9 % confidence; null where the claim is not made.
    pub p: Option<f64>,
    /// How many probes were sent.
    pub sent: u32,
    /// How many were refused as dead.
    pub refused: u32,
    /// How many were accepted.
    pub accepted: u32,
    /// How many said nothing.
    pub unclear: u32,
    /// The first.
    pub from: String,
    /// The last.
    pub until: String,
}

/// A phase of an incident.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Phase {
    /// Its name.
    pub phase: String,
    /// How many items have ended well.
    pub done: u32,
    /// Those that have not.
    pub open: Vec<Open>,
}

/// An item that has not ended well.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Open {
    /// Its name.
    pub item: String,
    /// The run.
    pub run: u32,
    /// What it is about.
    pub what: String,
    /// The action, or what is asked.
    pub does: String,
    /// One of: open, blocked, in-doubt, failed, denied.
    pub status: String,
    /// Why.
    pub why: Option<String>,
    /// For whom or what it waits.
    pub by: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// The command that lets it go on.
    pub unblock: Option<String>,
}

/// What falls due.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Deadline {
    /// When.
    pub at: String,
    /// What.
    pub what: String,
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
    /// Whether that has passed.
    pub overdue: bool,
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
            closed: false,
            scope: None,
            outcome,
            rounds: 0,
            acting_as: Vec::new(),
            items: Vec::new(),
            phases: Vec::new(),
            deadline: None,
            pending: Vec::new(),
            still_alive: Vec::new(),
            not_seen: Vec::new(),
            obligations: Vec::new(),
            close_lacks: Vec::new(),
            withheld: Vec::new(),
            settles_at: None,
            plan: None,
            confirm: None,
            next: Vec::new(),
            warnings: Vec::new(),
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
