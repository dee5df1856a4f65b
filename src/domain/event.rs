//! Journal entries: what happened, as the frozen wire form.
//!
//! State is a function of (entries, now); nothing else is remembered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::answered::Answered;
pub use super::order::{Order, SecretNote};
pub use super::planned::{Does, PlannedItem};

use super::{
    ActionId, Arg, Call, Cause, Digest, Fields, Fingerprint, ItemRef, Locator, Reading, Seen, Time,
    Verdict, Why, mandate::Mandate,
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
    /// Somebody signed what the journal was, which is at least an entry before this one.
    Checkpoint {
        /// How many entries are vouched for.
        entries: u64,
        /// The hash of the last of them.
        head: Digest,
        /// What was signed, as a path within the folder; the signature lies beside it under `.sig`.
        path: String,
        /// Its digest.
        digest: Digest,
        /// The digest of the signature.
        signature: Digest,
        /// Where copies were written.
        to: Vec<String>,
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
            Self::Checkpoint { .. } => "checkpoint",
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
            | Self::Checkpoint { .. }
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
            | Self::Checkpoint { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// Whether a call leaves once it is durable.
    #[must_use]
    pub fn lets_a_call_leave(&self) -> bool {
        matches!(self, Self::Intended { .. } | Self::Discarding { .. })
    }

    /// Whether an unresolved argument is left in the call; such an intent must not be written.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        matches!(self, Self::Intended { call, .. } | Self::Discarding { call, .. }
            if call.with.values().any(|arg| matches!(arg, Arg::AtCall | Arg::Of(..) | Arg::Before(_))))
    }
}
