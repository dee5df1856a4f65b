//! What a playbook is once it was read: its steps, and all that can be said of one.
//!
//! Plain data for planning and executing. Never reads files, never checks anything.

use std::collections::BTreeMap;

use super::diagnostic::Span;
use super::expr::{Evaluated, Expr};
use super::scope::Scope;
use crate::domain::clock::read_duration;
use crate::domain::item::Ended;
pub use crate::domain::manner::{AfterFailure, Retry, RetryOn, Timeout};
use crate::domain::{ActionId, Duration, Phase, ReadKind, Rung, Tier};

/// A label of the Traffic Light Protocol 2.0.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Handling {
    /// Anyone.
    Clear,
    /// The community.
    Green,
    /// The organisation and its clients.
    Amber,
    /// The organisation.
    AmberStrict,
    /// The people named.
    Red,
}

impl Handling {
    /// The word, as written in playbooks.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber-strict",
            Self::Red => "red",
        }
    }

    /// All labels, freest first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];
}

/// What access a cut is meant to leave.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// None.
    #[default]
    Stop,
    /// It goes on existing and running, and reaches nothing.
    Quarantine,
    /// It goes on reading: for healthy users of a shared principal, never for what the attacker holds.
    ReadOnly {
        /// Why that is enough, in the author's words.
        because: String,
    },
}

/// How much a playbook may do; on cuts a cap stages and asks, elsewhere it blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// How many items.
    pub max_items: Option<u32>,
    /// How long it may take by the wall clock.
    pub deadline: Option<Duration>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name; `[a-z][a-z0-9-]*`.
    pub id: String,
    /// Its phase.
    pub phase: Phase,
    /// What it does.
    pub work: StepWork,
    /// By which action it reads, where the file names one.
    pub reads_by: Option<ActionId>,
    /// To what: gives a locator; absent where the work has no target, as a check or a gate.
    pub target: Option<Expr>,
    /// With which arguments.
    pub with: BTreeMap<String, Expr>,
    /// For which things, where it is done more than once.
    pub for_each: Option<ForEach>,
    /// What must have ended before it starts; what the file leaves out is filled in.
    pub needs: Vec<Need>,
    /// Whether it is done at all: gives true or false.
    pub when: Option<Expr>,
    /// When its cut is due for review.
    pub review: Option<Review>,
    /// How its cut is proven.
    pub verify: Option<Verify>,
    /// How much of a `for_each` is started before the rest; empty where all start at once.
    pub waves: Vec<Wave>,
    /// After how many failures no new wave starts.
    pub max_failures: Option<u32>,
    /// Whether and how it is tried again; absent where the effect decides.
    pub retry: Option<Retry>,
    /// How long an attempt, and the whole step, may take.
    pub timeout: Timeout,
    /// What happens after it failed; absent where the effect decides.
    pub on_failure: Option<OnFailure>,
    /// Who must agree to it before it starts.
    pub gate: Option<Gate>,
    /// What access its cut is meant to leave.
    pub mode: Mode,
    /// The lowest tier it is to have.
    pub tier: Option<Tier>,
    /// Whether its answer counts only with evidence.
    pub evidence: bool,
    /// Whether it exists once per subject, as it mentions `subject` directly or through steps.
    pub per_subject: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepWork {
    /// It acts.
    Do(What),
    /// It reads.
    Read(ReadKind),
    /// It decides: gives true or false.
    Check(Expr),
    /// It asks people.
    Gate(Gate),
    /// A person does it.
    Manual(Manual),
    /// It tells somebody.
    Notify(Notify),
}

impl StepWork {
    /// What a read step asks.
    #[must_use]
    pub fn read(&self) -> Option<ReadKind> {
        match self {
            Self::Read(read) => Some(*read),
            Self::Do(_) | Self::Check(_) | Self::Gate(_) | Self::Manual(_) | Self::Notify(_) => {
                None
            }
        }
    }

    /// What an acting step does.
    #[must_use]
    pub fn what(&self) -> Option<&What> {
        match self {
            Self::Do(what) => Some(what),
            Self::Read(_) | Self::Check(_) | Self::Gate(_) | Self::Manual(_) | Self::Notify(_) => {
                None
            }
        }
    }
}

/// How a step acts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// By a generic verb, resolved by the target's kind.
    Verb(Verb),
    /// By exactly this action.
    Action(ActionId),
}

/// A generic verb.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Cut as hard as this rung says.
    Cut(Rung),
    /// Change a secret in place.
    Rotate,
    /// Issue another, observe each consumer, cut the old one.
    Replace,
}

impl Verb {
    /// All verbs, as playbooks write them.
    pub const ALL: [Self; 7] = [
        Self::Cut(Rung::Narrow),
        Self::Cut(Rung::EndSessions),
        Self::Cut(Rung::Suspend),
        Self::Cut(Rung::Revoke),
        Self::Cut(Rung::Delete),
        Self::Rotate,
        Self::Replace,
    ];

    /// The word, as written in playbooks.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cut(rung) => rung.verb(),
            Self::Rotate => "rotate",
            Self::Replace => "replace",
        }
    }

    /// What it does.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Cut(Rung::Narrow) => "A cut: less is allowed.",
            Self::Cut(Rung::EndSessions) => "A cut: what was issued ends; the issuer lives.",
            Self::Cut(Rung::Suspend) => "A cut: it stops until it is given back.",
            Self::Cut(Rung::Revoke) => "A cut: it stops for good.",
            Self::Cut(Rung::Delete) => "A cut: it is gone, and what hung on it too.",
            Self::Rotate => "Changes a secret in place; in reissue only.",
            Self::Replace => {
                "Issues another, observes each consumer, cuts the old one; in reissue only."
            }
        }
    }

    /// The rung, where it cuts.
    #[must_use]
    pub fn rung(self) -> Option<Rung> {
        match self {
            Self::Cut(rung) => Some(rung),
            Self::Rotate | Self::Replace => None,
        }
    }
}

impl Mode {
    /// The word, as written in playbooks.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Quarantine => "quarantine",
            Self::ReadOnly { .. } => "read-only",
        }
    }
}

impl OnExpiry {
    /// All of them, as playbooks write them.
    pub const ALL: [(&str, Self); 2] = [("escalate", Self::Escalate), ("deny", Self::Deny)];
}

impl RetryOn {
    /// All of them, as playbooks write them.
    pub const ALL: [(&str, Self); 3] = [
        ("throttled", Self::Throttled),
        ("unavailable", Self::Unavailable),
        ("conflict", Self::Conflict),
    ];
}

impl AfterFailure {
    /// All of them, as playbooks write them.
    pub const ALL: [(&str, Self); 4] = [
        ("keep", Self::Keep),
        ("stop", Self::Stop),
        ("continue", Self::Continue),
        ("undo-self", Self::UndoSelf),
    ];
}

impl Then {
    /// All of them, as playbooks write them.
    pub const ALL: [(&str, Self); 2] = [
        ("escalate", Self::Escalate),
        ("propose-restore", Self::ProposeRestore),
    ];
}

/// What is asked of people.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The question.
    pub ask: Expr,
    /// How many people of which role must agree; the requester is never one of them.
    pub approvals: BTreeMap<String, u32>,
    /// How long the question stands.
    pub expires: Option<Duration>,
    /// What happens when nobody answered by then.
    pub on_expiry: OnExpiry,
}

/// What happens when nobody answered a gate in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnExpiry {
    /// It is told again, higher up; the gate stays shut.
    #[default]
    Escalate,
    /// What waits for it is denied.
    Deny,
}

/// Something that a person does.
#[derive(Clone, Debug)]
pub struct Manual {
    /// What to do, exactly.
    pub text: Expr,
    /// The role that does it.
    pub assignee: Option<String>,
    /// By when it is to be done, counted from when it is asked.
    pub deadline: Option<Duration>,
}

/// Something that is told to a notifier of the workspace.
#[derive(Clone, Debug)]
pub struct Notify {
    /// The notifier's name.
    pub to: String,
    /// What it is told.
    pub text: Expr,
}

/// One wave of a `for_each`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wave {
    /// So many.
    Count(u32),
    /// Such a share, in per cent, of all; at least one.
    PerCent(u8),
}

/// What happens after a step failed; in doubt always behaves as [`AfterFailure::Keep`].
#[derive(Clone, Debug)]
pub struct OnFailure {
    /// What becomes of what was done, and of the rest.
    pub then: AfterFailure,
    /// Ids of the notify, manual and read steps that run then, and only then.
    pub run: Vec<String>,
}

/// A step that is done for each of several things.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// Gives the list.
    pub list: Expr,
    /// What each of it is called in the step's other expressions.
    pub variable: String,
    /// Gives a text that tells one from another, the same in every round.
    pub key: Expr,
    /// A hard cap.
    pub limit: Option<u32>,
    /// How many at once; absent where the lane decides.
    pub parallel: Option<u32>,
}

/// A step that must have ended before another starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// The step.
    pub step: String,
    /// How it must have ended.
    pub ended: Ended,
}

/// When a cut is due for review; then it is escalated, never released.
#[derive(Clone, Debug)]
pub struct Review {
    /// Gives the time after which it is due.
    pub after: Expr,
    /// What happens then.
    pub then: Then,
}

/// What happens when a review falls due; nothing is ever released by a timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Then {
    /// It is told again, higher up.
    #[default]
    Escalate,
    /// A plan that gives it back is made, for people to confirm.
    ProposeRestore,
}

impl Review {
    /// The time after which the review is due.
    #[must_use]
    pub fn due_after(&self, scope: &Scope) -> Evaluated<Duration> {
        match self.after.eval_text(scope) {
            Evaluated::Known(text) => {
                read_duration(&text).map_or_else(Evaluated::Failed, Evaluated::Known)
            }
            Evaluated::Unknown(paths) => Evaluated::Unknown(paths),
            Evaluated::Failed(why) => Evaluated::Failed(why),
        }
    }
}

/// How a cut is proven.
#[derive(Clone, Debug)]
pub struct Verify {
    /// How long reading back may take; absent where the provider's bound decides.
    pub within: Option<Duration>,
    /// Gives the reference of the secret to try afterwards.
    pub probe: Option<Expr>,
}

impl Step {
    /// Every value of the step that may hold expressions.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = Vec::new();
        if let Some(each) = &self.for_each {
            all.extend([&each.list, &each.key]);
        }
        all.extend(&self.target);
        all.extend(self.with.values());
        all.extend(&self.when);
        all.extend(self.review.iter().map(|review| &review.after));
        all.extend(
            self.verify
                .iter()
                .filter_map(|verify| verify.probe.as_ref()),
        );
        all.extend(self.gate.iter().map(|gate| &gate.ask));
        match &self.work {
            StepWork::Do(_) | StepWork::Read(_) => {}
            StepWork::Check(check) => all.push(check),
            StepWork::Gate(gate) => all.push(&gate.ask),
            StepWork::Manual(manual) => all.push(&manual.text),
            StepWork::Notify(notify) => all.push(&notify.text),
        }
        all
    }

    /// The same, to be exchanged.
    pub(super) fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        let mut all: Vec<&mut Expr> = Vec::new();
        if let Some(each) = &mut self.for_each {
            all.extend([&mut each.list, &mut each.key]);
        }
        all.extend(&mut self.target);
        all.extend(self.with.values_mut());
        all.extend(&mut self.when);
        all.extend(self.review.iter_mut().map(|review| &mut review.after));
        all.extend(
            self.verify
                .iter_mut()
                .filter_map(|verify| verify.probe.as_mut()),
        );
        all.extend(self.gate.iter_mut().map(|gate| &mut gate.ask));
        match &mut self.work {
            StepWork::Do(_) | StepWork::Read(_) => {}
            StepWork::Check(check) => all.push(check),
            StepWork::Gate(gate) => all.push(&mut gate.ask),
            StepWork::Manual(manual) => all.push(&mut manual.text),
            StepWork::Notify(notify) => all.push(&mut notify.text),
        }
        all
    }
}
