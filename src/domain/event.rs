//! Journal entries: what happened, as the frozen wire form.
//!
//! State is a function of (entries, now); nothing else is remembered.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::item::Asked;
use super::{
    ActionId, AfterFailure, Arg, Call, Cause, Digest, Duration, Fields, Fingerprint, ItemRef,
    Locator, Outcome, Reading, Relation, Rung, SecretRef, Seen, Tier, Time, Verdict, Why,
    mandate::Mandate,
};

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "kebab-case")]
pub enum Event {
    /// The incident began.
    Opened {
        /// Its id.
        incident: String,
        /// Whether it is a drill.
        drill: bool,
        /// The start of the window.
        since: Time,
        /// Why, in the operator's words.
        reason: Option<String>,
        /// A ticket elsewhere.
        ticket: Option<String>,
    },
    /// A run began.
    RunOpened {
        /// Its number, from 1.
        run: u32,
        /// All that `resume` needs to go on.
        order: Box<Order>,
    },
    /// A plan was made and stored.
    PlanFrozen {
        /// The run.
        run: u32,
        /// The round.
        round: u32,
        /// The plan's digest, which is also its file name.
        digest: Digest,
        /// When it may no longer be applied.
        expires: Time,
        /// What it holds, in short.
        items: Vec<Arc<PlannedItem>>,
    },
    /// Authority was given.
    Granted {
        /// What was given.
        mandate: Mandate,
    },
    /// Authority ended.
    Ended {
        /// Which.
        nonce: String,
    },
    /// An item may not start yet.
    Blocked {
        /// The item.
        item: ItemRef,
        /// Why.
        cause: Cause,
    },
    /// An item may not be done.
    Denied {
        /// The item.
        item: ItemRef,
        /// Why.
        why: String,
    },
    /// An item was not needed.
    Skipped {
        /// The item.
        item: ItemRef,
        /// Why.
        why: String,
    },
    /// An item's target drifted.
    Stale {
        /// The item.
        item: ItemRef,
        /// What drifted.
        why: String,
    },
    /// It is known that nothing happened, and it will not be tried again.
    Failed {
        /// The item.
        item: ItemRef,
        /// Why.
        why: Why,
    },
    /// A call is about to leave: durable first.
    Intended {
        /// The item.
        item: ItemRef,
        /// Which attempt, from 1.
        attempt: u32,
        /// The call, resolved.
        call: Call,
        /// The receipt.
        before: Seen,
        /// The calls that follow it in the same attempt: what is made is handed over by them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        then: Vec<Further>,
        /// The mandates that it spends, by nonce.
        spent: Vec<String>,
        /// The policies that determined the clearance, by id.
        policies: Vec<String>,
    },
    /// A call made something; its secret is in memory only.
    Made {
        /// The item.
        item: ItemRef,
        /// Which attempt.
        attempt: u32,
        /// What it made.
        made: Vec<Locator>,
        /// Harmless facts from the answer.
        fields: Fields,
        /// What the new secret is known by, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<Fingerprint>,
    },
    /// What was made was handed over, or was not.
    Delivered {
        /// The item.
        item: ItemRef,
        /// Which attempt.
        attempt: u32,
        /// To which place.
        to: Locator,
        /// With what.
        outcome: Answered,
    },
    /// What an attempt made and did not deliver is about to be taken away: durable first.
    Discarding {
        /// The item.
        item: ItemRef,
        /// The call.
        call: Call,
        /// What is taken away, as it was seen.
        before: Seen,
        /// The mandates under which it is done, by nonce.
        spent: Vec<String>,
        /// The policies that determined the clearance, by id.
        policies: Vec<String>,
    },
    /// The call that takes it away came back.
    Discarded {
        /// The item.
        item: ItemRef,
        /// What was taken away.
        what: Locator,
        /// With what.
        outcome: Answered,
    },
    /// The call came back.
    Answered {
        /// The item.
        item: ItemRef,
        /// Which attempt.
        attempt: u32,
        /// With what.
        outcome: Answered,
    },
    /// Looking settled what a lost answer left open.
    Resolved {
        /// The item.
        item: ItemRef,
        /// Which attempt.
        attempt: u32,
        /// Whether the effect is there: yes; no, and the bound has passed; or seen unchanged, and it may still come.
        happened: Option<bool>,
        /// What was seen.
        seen: Seen,
    },
    /// The effect was looked for.
    Verified {
        /// The item.
        item: ItemRef,
        /// What is now known.
        verdict: Verdict,
        /// What was seen, where something was read back.
        seen: Option<Seen>,
    },
    /// A read or check answered.
    Found {
        /// The item.
        item: ItemRef,
        /// The answer.
        reading: Reading,
    },
    /// A check, a gate or a manual task was decided.
    Decided {
        /// The item.
        item: ItemRef,
        /// How.
        decision: Decision,
    },
    /// A step that is open holds nothing back any more: somebody took that on themselves.
    Waived {
        /// The item.
        item: ItemRef,
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// A cut is a measure now, due for review.
    InForce {
        /// The item that made it.
        item: ItemRef,
        /// When it is due for review.
        review: Time,
    },
    /// A measure's review moved.
    Extended {
        /// The item that made it.
        item: ItemRef,
        /// When it is due now.
        review: Time,
    },
    /// A measure was given back, and that was verified.
    Released {
        /// The item that made it.
        item: ItemRef,
        /// The item that gave it back.
        by: ItemRef,
    },
    /// A measure could not be given back.
    UndoFailed {
        /// The item that made it.
        item: ItemRef,
        /// Why.
        why: Why,
    },
    /// A round ended.
    RoundClosed {
        /// The run.
        run: u32,
        /// The round.
        round: u32,
        /// When its reads began.
        began: Time,
        /// Whether its plan changed nothing.
        empty: bool,
    },
    /// A run ended.
    RunClosed {
        /// The run.
        run: u32,
        /// How, in the words of the JSON output.
        outcome: String,
    },
    /// A file of the incident's folder belongs to the record.
    Attached {
        /// Its path within the folder.
        path: String,
        /// Its digest.
        digest: Digest,
        /// What it is evidence of, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Box<super::case::About>>,
    },
    /// Somebody wrote something down.
    Noted {
        /// What.
        text: String,
    },
    /// Somebody did by hand what an action does, and said so; a claim, which the next look confirms or not.
    ByHand {
        /// What was done.
        action: ActionId,
        /// To what.
        target: Locator,
        /// When, by their word.
        at: Time,
        /// What they say about it.
        text: String,
    },
    /// A tail that was never acknowledged was cut off and kept aside.
    SetAside {
        /// How many bytes.
        bytes: u64,
        /// Where they are, within the folder.
        path: String,
        /// Their digest.
        digest: Digest,
    },
    /// The incident was closed.
    Closed {
        /// Why, in the operator's words.
        reason: String,
    },
}

/// A call that follows another in the same attempt, with its receipt.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Further {
    /// The call.
    pub call: Call,
    /// What was seen of its target before.
    pub before: Seen,
}

/// How a check, a gate or a manual task was decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it passed, was agreed to, or is done.
    pub passed: bool,
    /// By whom; `contain` for what follows from the record.
    pub by: String,
    /// Why, or what was said.
    pub why: String,
    /// What it rests on, by digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Digest>,
}

/// What a run was asked to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The command's verb, e.g. `isolate`.
    pub verb: String,
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's digest; its text is in the folder's `plans/`.
    pub digest: Digest,
    /// The digests of the playbooks that it calls, by the id of the call; their texts lie beside its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Digest>,
    /// The subjects, canonical.
    pub subjects: Vec<Locator>,
    /// Inputs by name.
    pub inputs: BTreeMap<String, serde_json::Value>,
    /// Further relations to cut.
    pub include: Vec<Relation>,
    /// Whether the playbook has steps that cut.
    pub cuts: bool,
    /// Whether the reach mandate is withheld.
    pub exact: bool,
    /// Whether the run goes on until contained.
    pub wait: bool,
    /// The start of the window.
    pub since: Time,
    /// Which targets' secrets were given, by reference and keyed fingerprint.
    pub secrets: Vec<SecretNote>,
    /// What a pasted leak named and that is no subject: it is left alone, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<super::NotSeen>,
    /// Who acts, as the providers see it.
    pub acting_as: Vec<Locator>,
    /// Endpoints that are not the vendors' own.
    pub endpoints: BTreeMap<String, String>,
    /// Exported logs that are read beside the providers' own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activity: Vec<PathBuf>,
    /// The version of this program.
    pub tool: String,
    /// The digest of the policy set.
    pub policy: Digest,
}

impl Order {
    /// The verb of runs that give back.
    pub const RESTORE: &'static str = "restore";

    /// Whether the run gives back instead of cutting.
    #[must_use]
    pub fn gives_back(&self) -> bool {
        self.verb == Self::RESTORE
    }
}

/// A secret, without the secret.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SecretNote {
    /// Whose secret.
    pub target: Locator,
    /// Where it was read from.
    pub reference: SecretRef,
    /// What it is known by.
    pub fingerprint: Fingerprint,
}

/// An item of a frozen plan, in short: enough to say where everything stands from the journal alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlannedItem {
    /// Its name.
    pub key: super::ItemKey,
    /// The action, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// The target, where it has one.
    #[serde(default)]
    pub target: Option<Locator>,
    /// The principal that the target belongs to, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Locator>,
    /// How hard it cuts, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// How the target hangs on the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Risk.
    pub tier: Tier,
    /// Whether it can be given back.
    pub reversible: bool,
    /// Whether the credential itself is to be tried.
    pub probe: bool,
    /// What sort of work it is.
    pub does: Does,
    /// When the cut reaches everywhere, counted from the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Duration>,
    /// Whether that bound is our assumption.
    #[serde(default)]
    pub assumed: bool,
    /// The condition under which it is done, where that was not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// What happens to what needs it, once it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_failure: Option<AfterFailure>,
    /// What a check, a gate or a manual task asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Whether giving back is proposed when the review of its cut falls due.
    #[serde(default, skip_serializing_if = "super::item::is_false")]
    pub proposes_restore: bool,
    /// For an item that gives back: the action that made what it lifts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifts: Option<ActionId>,
    /// For an item that watches: the item whose making it watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watches: Option<super::ItemKey>,
}

/// What sort of work an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// It calls an action.
    Act,
    /// It makes a new credential and hands it over.
    Issue,
    /// It waits until what another item made is in use.
    Watch,
    /// Its goal is true already, or a rule holds it back.
    Nothing,
    /// It asks a question.
    Read,
    /// It decides, from what is recorded.
    Check,
    /// It asks people.
    Gate,
    /// A person has to do it.
    Manual,
}

impl Does {
    /// Whether it is decided rather than called or asked of a provider.
    #[must_use]
    pub fn is_decided(self) -> bool {
        match self {
            Self::Check | Self::Gate | Self::Manual => true,
            Self::Act | Self::Issue | Self::Watch | Self::Nothing | Self::Read => false,
        }
    }
}

impl PlannedItem {
    /// Whether a person has to make a cut that no provider of this build can; older journals knew no other manual task.
    #[must_use]
    pub fn is_cut_by_hand(&self) -> bool {
        self.does == Does::Manual && self.asked.as_ref().is_none_or(|asked| asked.cuts)
    }

    /// Whether it cuts what isolate and inventory are to cut: the set.
    #[must_use]
    pub fn is_of_set(&self) -> bool {
        self.rung.is_some() && self.key.phase <= super::Phase::Inventory
    }

    /// The target in words.
    #[must_use]
    pub fn on(&self) -> String {
        self.target
            .as_ref()
            .map_or_else(|| self.key.step.clone(), ToString::to_string)
    }
}

/// A call's outcome, without secrets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// The provider did it.
    Done {
        /// Whether the effect is said to be in force already.
        applied: bool,
        /// What the call made.
        made: Vec<Locator>,
        /// Harmless facts from the answer.
        fields: Fields,
    },
    /// It was so already.
    AlreadySo,
    /// The provider said no; nothing happened.
    Refused(Why),
    /// Too many requests; nothing happened.
    Throttled {
        /// When to try again.
        until: Option<Time>,
    },
    /// The request did not reach the provider; nothing happened.
    Unavailable(Why),
    /// It may have happened.
    InDoubt(Why),
}

impl From<&Outcome> for Answered {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done(answer) => Self::Done {
                applied: answer.applied,
                made: answer.made.clone(),
                fields: answer.fields.clone(),
            },
            Outcome::AlreadySo => Self::AlreadySo,
            Outcome::Refused(why) => Self::Refused(why.clone()),
            Outcome::Throttled { until } => Self::Throttled { until: *until },
            Outcome::Unavailable(why) => Self::Unavailable(why.clone()),
            Outcome::InDoubt(why) => Self::InDoubt(why.clone()),
        }
    }
}

impl Event {
    /// The kind, as written in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::RunOpened { .. } => "run-opened",
            Self::PlanFrozen { .. } => "plan-frozen",
            Self::Granted { .. } => "granted",
            Self::Ended { .. } => "ended",
            Self::Blocked { .. } => "blocked",
            Self::Denied { .. } => "denied",
            Self::Skipped { .. } => "skipped",
            Self::Stale { .. } => "stale",
            Self::Failed { .. } => "failed",
            Self::Intended { .. } => "intended",
            Self::Made { .. } => "made",
            Self::Delivered { .. } => "delivered",
            Self::Discarding { .. } => "discarding",
            Self::Discarded { .. } => "discarded",
            Self::Answered { .. } => "answered",
            Self::Resolved { .. } => "resolved",
            Self::Verified { .. } => "verified",
            Self::Found { .. } => "found",
            Self::Decided { .. } => "decided",
            Self::Waived { .. } => "waived",
            Self::InForce { .. } => "in-force",
            Self::Extended { .. } => "extended",
            Self::Released { .. } => "released",
            Self::UndoFailed { .. } => "undo-failed",
            Self::RoundClosed { .. } => "round-closed",
            Self::RunClosed { .. } => "run-closed",
            Self::Attached { .. } => "attached",
            Self::Noted { .. } => "noted",
            Self::ByHand { .. } => "by-hand",
            Self::SetAside { .. } => "set-aside",
            Self::Closed { .. } => "closed",
        }
    }

    /// The item it is about.
    #[must_use]
    pub fn item(&self) -> Option<&ItemRef> {
        match self {
            Self::Blocked { item, .. }
            | Self::Denied { item, .. }
            | Self::Skipped { item, .. }
            | Self::Stale { item, .. }
            | Self::Failed { item, .. }
            | Self::Intended { item, .. }
            | Self::Made { item, .. }
            | Self::Delivered { item, .. }
            | Self::Discarding { item, .. }
            | Self::Discarded { item, .. }
            | Self::Answered { item, .. }
            | Self::Resolved { item, .. }
            | Self::Verified { item, .. }
            | Self::Found { item, .. }
            | Self::Decided { item, .. }
            | Self::Waived { item, .. }
            | Self::InForce { item, .. }
            | Self::Extended { item, .. }
            | Self::Released { item, .. }
            | Self::UndoFailed { item, .. } => Some(item),
            Self::Opened { .. }
            | Self::RunOpened { .. }
            | Self::PlanFrozen { .. }
            | Self::Granted { .. }
            | Self::Ended { .. }
            | Self::RoundClosed { .. }
            | Self::RunClosed { .. }
            | Self::Attached { .. }
            | Self::Noted { .. }
            | Self::ByHand { .. }
            | Self::SetAside { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// What was seen of the item's target, where the entry tells.
    #[must_use]
    pub fn seen(&self) -> Option<&Seen> {
        match self {
            Self::Intended { before, .. } => Some(before),
            Self::Resolved { seen, .. } => Some(seen),
            Self::Verified { seen, .. } => seen.as_ref(),
            Self::Opened { .. }
            | Self::RunOpened { .. }
            | Self::PlanFrozen { .. }
            | Self::Granted { .. }
            | Self::Ended { .. }
            | Self::Blocked { .. }
            | Self::Denied { .. }
            | Self::Skipped { .. }
            | Self::Stale { .. }
            | Self::Failed { .. }
            | Self::Made { .. }
            | Self::Delivered { .. }
            | Self::Discarding { .. }
            | Self::Discarded { .. }
            | Self::Answered { .. }
            | Self::Found { .. }
            | Self::Decided { .. }
            | Self::Waived { .. }
            | Self::InForce { .. }
            | Self::Extended { .. }
            | Self::Released { .. }
            | Self::UndoFailed { .. }
            | Self::RoundClosed { .. }
            | Self::RunClosed { .. }
            | Self::Attached { .. }
            | Self::Noted { .. }
            | Self::ByHand { .. }
            | Self::SetAside { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// Whether an unresolved argument is left in the call; such an intent must not be written.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        matches!(self, Self::Intended { call, .. } | Self::Discarding { call, .. }
            if call.with.values().any(|arg| matches!(arg, Arg::AtCall | Arg::Of(..) | Arg::Before(_))))
    }
}
