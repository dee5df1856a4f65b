//! Journal entries: what happened, as the frozen wire form.
//!
//! State is a function of (entries, now); nothing else is remembered.

mod about;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use super::answered::Answered;
pub use super::order::{Order, SecretNote};
pub use super::planned::{Does, PlannedItem};

use super::{
    ActionId, Call, Cause, Digest, Fields, Fingerprint, ItemKey, ItemRef, Locator, Pass, Reading,
    Relation, Seen, Term, Time, Verdict, Why,
    mandate::{Declared, Document, Mandate, Signed},
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
    /// People are asked to agree to a plan.
    Requested {
        /// The run.
        run: u32,
        /// The round.
        round: u32,
        /// What they are asked to sign.
        request: Document,
    },
    /// Somebody who was asked said no.
    Vetoed {
        /// The run.
        run: u32,
        /// The plan.
        plan: Digest,
        /// The items that are denied.
        items: BTreeSet<ItemKey>,
        /// Who said so.
        by: String,
        /// Why.
        reason: String,
        /// The signature behind it.
        signed: Signed,
    },
    /// Somebody declared a mode.
    Declared {
        /// What, by whom, until when.
        declared: Declared,
    },
    /// Somebody looked at what another person did alone.
    Reviewed {
        /// What, by the nonce of a mandate or of a mode.
        id: String,
        /// Who.
        by: String,
        /// What they say about it.
        why: String,
        /// The signature behind it; a name without one was claimed by whoever operated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signed: Option<Signed>,
    },
    /// Somebody leads the incident now.
    HandedOver {
        /// Who led it before, where anybody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Who leads it.
        to: String,
        /// Why.
        reason: String,
    },
    /// An agent or a pipeline put a plan before people.
    Proposed {
        /// The run.
        run: u32,
        /// Which.
        by: String,
        /// Why, in its words.
        rationale: String,
        /// What it refers to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// No agent and no pipeline does anything in this incident any more.
    Dismissed {
        /// Why.
        reason: String,
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
    /// A provider let us in: a session of our own, to act under.
    Assumed {
        /// The session.
        pass: Pass,
    },
    /// A session of our own ended, by its time or by us.
    Lapsed {
        /// Which.
        session: Locator,
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
        /// Why, in the words of whoever reviewed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
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
    /// Somebody took on themselves that what was found stays as it is.
    Accepted {
        /// What: a locator, or the name of what could not be seen.
        what: String,
        /// As what it was known then; what turns out to be more is not accepted by it.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        relations: BTreeSet<Relation>,
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// The incident was closed.
    Closed {
        /// Why, in the operator's words.
        reason: String,
    },
    /// A closed incident was opened again.
    Reopened {
        /// Why, in the operator's words.
        reason: String,
    },
    /// The record lives in a place where others write too; from the first entries on, or never.
    Shared {
        /// Which place.
        at: String,
    },
    /// Somebody performs on a shared incident from here on, and whoever did before writes nothing more.
    Taken {
        /// Who, and which term it is.
        term: Term,
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
