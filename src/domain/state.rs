//! The states that items go through, and the one transition table.
//!
//! Executing, folding and checking a journal all call [`next`]; there is no second opinion about what may follow what.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bug::{self, Bug};
use super::event::{Answered, Event, Further, PlannedItem};
use super::item::Cause;
use super::{Because, Call, Locator, Seen, Time, Verdict, Why};

/// Where an item stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is in a frozen plan.
    Planned,
    /// It will not start until the cause clears.
    Blocked(Cause),
    /// The intent is durable; the answer is awaited.
    Intended {
        /// Which attempt, from 1.
        attempt: u32,
        /// Why nobody knows about an earlier attempt, where one left and its effect may still come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        doubt: Option<Why>,
    },
    /// The effect may have happened.
    InDoubt {
        /// Why nobody knows.
        why: Why,
        /// Whether the target was seen unchanged since; only then may a set-like cut be sent again.
        looked: bool,
    },
    /// The provider answered yes; the effect is not shown yet, or no longer.
    Acted {
        /// Whether we changed anything.
        changed: bool,
    },
    /// The effect is shown, by answer and by verification where defined.
    Confirmed {
        /// Whether we changed anything.
        changed: bool,
    },
    /// It is known that nothing happened.
    Failed(Why),
    /// Nothing was needed.
    Skipped(String),
    /// The target drifted; it returns in the next round.
    Stale(String),
    /// It may not be done, and why.
    Denied(String),
    /// It was given back, and that was verified.
    Undone,
    /// It could not be given back; a person is needed.
    UndoFailed(Why),
}

/// The words of section 3 of the playbook language.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the words are the documentation; DESIGN and the language define them"
)]
pub enum Status {
    Planned,
    WouldRun,
    Pending,
    Skipped,
    Blocked,
    Running,
    Confirmed,
    Failed,
    InDoubt,
    Stale,
    Undone,
    UndoFailed,
    Denied,
    Expired,
}

impl Status {
    /// The word, as written in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::WouldRun => "would-run",
            Self::Pending => "pending",
            Self::Skipped => "skipped",
            Self::Blocked => "blocked",
            Self::Running => "running",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::InDoubt => "in-doubt",
            Self::Stale => "stale",
            Self::Undone => "undone",
            Self::UndoFailed => "undo-failed",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Planned => Status::Planned,
            Self::Blocked(_) => Status::Blocked,
            Self::Intended { .. } | Self::Acted { .. } => Status::Running,
            Self::InDoubt { .. } => Status::InDoubt,
            Self::Confirmed { .. } => Status::Confirmed,
            Self::Failed(_) => Status::Failed,
            Self::Skipped(_) => Status::Skipped,
            Self::Stale(_) => Status::Stale,
            Self::Denied(_) => Status::Denied,
            Self::Undone => Status::Undone,
            Self::UndoFailed(_) => Status::UndoFailed,
        }
    }

    /// Whether it has not ended: not well, not badly.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Planned
            | Self::Blocked(_)
            | Self::Intended { .. }
            | Self::InDoubt { .. }
            | Self::Acted { .. }
            | Self::Stale(_)
            | Self::UndoFailed(_) => true,
            Self::Confirmed { .. }
            | Self::Failed(_)
            | Self::Skipped(_)
            | Self::Denied(_)
            | Self::Undone => false,
        }
    }

    /// Whether it has ended well: done, not needed, or given back.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(
            self,
            Self::Confirmed { .. } | Self::Skipped(_) | Self::Undone
        )
    }

    /// Whether a call may have left whose end is not known.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Intended { .. } | Self::InDoubt { .. })
    }
}

/// An entry that may not follow.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("`{event}` cannot follow `{state}` for item {item}")]
pub struct Illegal {
    /// The item.
    pub item: String,
    /// The state it was in.
    pub state: String,
    /// The kind of the entry.
    pub event: &'static str,
}

/// What an answer makes of an attempt; `doubt` is what nobody knows about an earlier one.
fn answered(outcome: &Answered, doubt: Option<&Why>) -> State {
    match (outcome, doubt) {
        (Answered::Done { .. }, _) => State::Acted { changed: true },
        // Where an earlier attempt may have left, that it is so already may be that one's doing.
        (Answered::AlreadySo, doubt) => State::Acted {
            changed: doubt.is_some(),
        },
        (Answered::InDoubt(why), _) => State::InDoubt {
            why: why.clone(),
            looked: false,
        },
        // Invariant I2: that this attempt did nothing says nothing about the earlier one, whose effect may still come.
        (
            Answered::Refused(_) | Answered::Throttled { .. } | Answered::Unavailable(_),
            Some(why),
        ) => State::InDoubt {
            why: why.clone(),
            looked: true,
        },
        // Somebody else was changing it: nothing happened, and a step may have it tried again.
        (Answered::Refused(why), None) if why.because == Because::Conflict => State::Planned,
        (Answered::Refused(why), None) => State::Failed(why.clone()),
        (Answered::Throttled { .. } | Answered::Unavailable(_), None) => State::Planned,
    }
}

/// The one table: what an item's state becomes when an entry about it is appended.
///
/// # Errors
/// Refuses an entry that may not follow; above all a second intent while the first is in doubt.
pub fn next(now: &State, event: &Event) -> Result<State, Illegal> {
    use State as S;
    let illegal = || Illegal {
        item: event
            .item()
            .map(|item| item.key.to_string())
            .unwrap_or_default(),
        state: format!("{:?}", now.status()),
        event: event.kind(),
    };
    let fresh = matches!(now, S::Planned | S::Blocked(_));
    match event {
        Event::Blocked { cause, .. } if fresh => Ok(S::Blocked(cause.clone())),
        Event::Denied { why, .. } if fresh => Ok(S::Denied(why.clone())),
        Event::Skipped { why, .. } if fresh => Ok(S::Skipped(why.clone())),
        Event::Stale { why, .. } if fresh => Ok(S::Stale(why.clone())),
        Event::Failed { why, .. }
            if fresh || now.is_in_doubt() && bug::is_planted(Bug::LostIsFailed) =>
        {
            Ok(S::Failed(why.clone()))
        }
        Event::Found { .. } if fresh || matches!(now, S::Confirmed { .. }) => {
            Ok(S::Confirmed { changed: false })
        }
        // What the record says may change with the record: a check is decided again.
        Event::Decided { decision, .. }
            if fresh || matches!(now, S::Confirmed { changed: false } | S::Failed(_)) =>
        {
            Ok(if decision.passed {
                S::Confirmed { changed: false }
            } else {
                S::Failed(Why::new(Because::Conflict, decision.why.clone()))
            })
        }
        Event::Waived { .. } if now.is_open() => Ok(now.clone()),
        // Invariant I2: after a lost answer the target is looked at before anything else is tried on it.
        Event::Intended { attempt, .. }
            if fresh
                || matches!(now, S::InDoubt { looked: true, .. })
                || now.is_in_doubt() && bug::is_planted(Bug::SendsAgainUnseen) =>
        {
            let attempt = *attempt;
            let doubt = if let S::InDoubt { why, .. } = now {
                Some(why.clone())
            } else {
                None
            };
            Ok(S::Intended { attempt, doubt })
        }
        Event::Answered {
            attempt, outcome, ..
        } => match now {
            S::Intended {
                attempt: intended,
                doubt,
            } if intended == attempt => Ok(answered(outcome, doubt.as_ref())),
            S::Planned
            | S::Blocked(_)
            | S::Intended { .. }
            | S::InDoubt { .. }
            | S::Acted { .. }
            | S::Confirmed { .. }
            | S::Failed(_)
            | S::Skipped(_)
            | S::Stale(_)
            | S::Denied(_)
            | S::Undone
            | S::UndoFailed(_) => Err(illegal()),
        },
        Event::Made { attempt, .. } | Event::Delivered { attempt, .. } if matches!(now, S::Intended { attempt: intended, .. } if intended == attempt) => {
            Ok(now.clone())
        }
        // What is taken away is what an attempt left: nothing that ended well, and nothing that never began.
        Event::Discarding { .. } | Event::Discarded { .. }
            if now.is_in_doubt() || fresh || matches!(now, S::Acted { .. }) =>
        {
            Ok(now.clone())
        }
        Event::Resolved { happened, .. } if now.is_in_doubt() => Ok(match (happened, now) {
            (Some(true), _) => S::Acted { changed: true },
            (Some(false), _) => S::Planned,
            (None, S::InDoubt { why, .. }) => S::InDoubt {
                why: why.clone(),
                looked: true,
            },
            (None, _) => S::InDoubt {
                why: Why::new(Because::Timeout, "no answer was recorded"),
                looked: true,
            },
        }),
        Event::Verified { verdict, .. } => match now {
            S::Planned | S::Blocked(_) if verdict.is_observed() => {
                Ok(S::Confirmed { changed: false })
            }
            S::Acted { changed } | S::Confirmed { changed } => Ok(if verdict.is_observed() {
                S::Confirmed { changed: *changed }
            } else {
                S::Acted { changed: *changed }
            }),
            S::Planned
            | S::Blocked(_)
            | S::Intended { .. }
            | S::InDoubt { .. }
            | S::Failed(_)
            | S::Skipped(_)
            | S::Stale(_)
            | S::Denied(_)
            | S::Undone
            | S::UndoFailed(_) => Err(illegal()),
        },
        Event::InForce { .. } if matches!(now, S::Acted { .. } | S::Confirmed { .. }) => {
            Ok(now.clone())
        }
        // What could not be given back is in force still, and is reviewed like the others.
        Event::Extended { .. }
            if matches!(
                now,
                S::Acted { .. } | S::Confirmed { .. } | S::UndoFailed(_)
            ) =>
        {
            Ok(now.clone())
        }
        Event::Released { .. }
            if matches!(
                now,
                S::Acted { .. } | S::Confirmed { .. } | S::UndoFailed(_)
            ) =>
        {
            Ok(S::Undone)
        }
        Event::UndoFailed { why, .. }
            if matches!(
                now,
                S::Acted { .. } | S::Confirmed { .. } | S::UndoFailed(_)
            ) =>
        {
            Ok(S::UndoFailed(why.clone()))
        }
        Event::Blocked { .. }
        | Event::Denied { .. }
        | Event::Skipped { .. }
        | Event::Stale { .. }
        | Event::Failed { .. }
        | Event::Found { .. }
        | Event::Decided { .. }
        | Event::Waived { .. }
        | Event::Intended { .. }
        | Event::Made { .. }
        | Event::Delivered { .. }
        | Event::Discarding { .. }
        | Event::Discarded { .. }
        | Event::Resolved { .. }
        | Event::InForce { .. }
        | Event::Extended { .. }
        | Event::Released { .. }
        | Event::UndoFailed { .. }
        | Event::Opened { .. }
        | Event::RunOpened { .. }
        | Event::PlanFrozen { .. }
        | Event::Requested { .. }
        | Event::Vetoed { .. }
        | Event::Declared { .. }
        | Event::Reviewed { .. }
        | Event::HandedOver { .. }
        | Event::Proposed { .. }
        | Event::Dismissed { .. }
        | Event::Granted { .. }
        | Event::Ended { .. }
        | Event::Assumed { .. }
        | Event::Lapsed { .. }
        | Event::RoundClosed { .. }
        | Event::RunClosed { .. }
        | Event::Attached { .. }
        | Event::Noted { .. }
        | Event::ByHand { .. }
        | Event::SetAside { .. }
        | Event::Checkpoint { .. }
        | Event::Accepted { .. }
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Shared { .. }
        | Event::Taken { .. } => Err(illegal()),
    }
}

/// One life of an item, folded from the entries about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Life {
    /// Where it stands.
    pub state: State,
    /// What was planned.
    pub planned: Arc<PlannedItem>,
    /// The principal that the target belongs to, from the plan or from any later look.
    pub principal: Option<Locator>,
    /// Whether the latest look found that the target no longer exists.
    pub gone: bool,
    /// The call as it left, with the receipt; absent before the first intent. Boxed, as most lives never get one.
    pub sent: Option<Box<(Call, Seen)>>,
    /// The calls that follow it in the same attempt, with their receipts.
    pub then: Vec<Further>,
    /// What its attempts made and nobody took away.
    pub made: Vec<Locator>,
    /// Where what the latest attempt made was delivered to.
    pub delivered: Vec<Locator>,
    /// When at the latest a call of the latest attempt left of which nobody knows what became: it may arrive later.
    pub lost_at: Option<Time>,
    /// When the latest intent was written.
    pub intended_at: Option<Time>,
    /// When the provider answered yes, or the effect was found to have happened.
    pub acted_at: Option<Time>,
    /// The latest verdict.
    pub verdict: Option<Verdict>,
    /// What reading back found last, where that does not show the effect. Boxed, as most lives never have one.
    pub unshown: Option<Box<Seen>>,
    /// When the latest entry about it was written.
    pub at: Time,
    /// How many attempts were made.
    pub attempts: u32,
    /// The mandates that it spent, by nonce; each counts once, however often it was tried.
    pub spent: Vec<String>,
}

impl Life {
    /// The call as it left, with the receipt.
    #[must_use]
    pub fn sent(&self) -> Option<(&Call, &Seen)> {
        let (call, before) = self.sent.as_deref()?;
        Some((call, before))
    }
}
