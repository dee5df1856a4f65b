//! What an entry says of itself: its kind on the wire, the item it is about, what was seen.
//!
//! Never looks at any other entry.

use super::Event;
use crate::domain::{Arg, ItemRef, Seen};

impl Event {
    /// The kind, as written in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::RunOpened { .. } => "run-opened",
            Self::PlanFrozen { .. } => "plan-frozen",
            Self::Requested { .. } => "requested",
            Self::Vetoed { .. } => "vetoed",
            Self::Declared { .. } => "declared",
            Self::Reviewed { .. } => "reviewed",
            Self::HandedOver { .. } => "handed-over",
            Self::Proposed { .. } => "proposed",
            Self::Dismissed { .. } => "dismissed",
            Self::Granted { .. } => "granted",
            Self::Ended { .. } => "ended",
            Self::Assumed { .. } => "assumed",
            Self::Lapsed { .. } => "lapsed",
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
            Self::Accepted { .. } => "accepted",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
            Self::Shared { .. } => "shared",
            Self::Taken { .. } => "taken",
        }
    }

    /// Whether it takes authority away, or gives somebody else a say: whatever was cleared before it is cleared again.
    #[must_use]
    pub fn takes_authority(&self) -> bool {
        matches!(
            self,
            Self::Vetoed { .. }
                | Self::Ended { .. }
                | Self::Dismissed { .. }
                | Self::HandedOver { .. }
                | Self::Closed { .. }
        )
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
            | Self::Requested { .. }
            | Self::Vetoed { .. }
            | Self::Declared { .. }
            | Self::Reviewed { .. }
            | Self::HandedOver { .. }
            | Self::Proposed { .. }
            | Self::Dismissed { .. }
            | Self::Granted { .. }
            | Self::Ended { .. }
            | Self::Assumed { .. }
            | Self::Lapsed { .. }
            | Self::RoundClosed { .. }
            | Self::RunClosed { .. }
            | Self::Attached { .. }
            | Self::Noted { .. }
            | Self::ByHand { .. }
            | Self::SetAside { .. }
            | Self::Checkpoint { .. }
            | Self::Accepted { .. }
            | Self::Closed { .. }
            | Self::Reopened { .. }
            | Self::Shared { .. }
            | Self::Taken { .. } => None,
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
            | Self::Requested { .. }
            | Self::Vetoed { .. }
            | Self::Declared { .. }
            | Self::Reviewed { .. }
            | Self::HandedOver { .. }
            | Self::Proposed { .. }
            | Self::Dismissed { .. }
            | Self::Granted { .. }
            | Self::Ended { .. }
            | Self::Assumed { .. }
            | Self::Lapsed { .. }
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
            | Self::Accepted { .. }
            | Self::Closed { .. }
            | Self::Reopened { .. }
            | Self::Shared { .. }
            | Self::Taken { .. } => None,
        }
    }

    /// Whether an unresolved argument is left in the call; such an intent must not be written.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        matches!(self, Self::Intended { call, .. } | Self::Discarding { call, .. }
            if call.with.values().any(|arg| matches!(arg, Arg::AtCall | Arg::Of(..) | Arg::Before(_))))
    }

    /// Whether a call leaves once it is durable.
    #[must_use]
    pub fn lets_a_call_leave(&self) -> bool {
        matches!(self, Self::Intended { .. } | Self::Discarding { .. })
    }
}
