//! The nouns of containment, as data.
//!
//! Owns every type that two stages share, the one transition table, and the clock.
//! Never does I/O, and imports nothing of ours.

pub mod bug;
pub mod checksum;
pub mod clock;
pub mod digest;
pub mod locator;
pub mod nearest;
pub mod secret;
pub mod shell;
pub mod why;
pub mod wildcard;

pub mod tier;

pub mod action;
mod action_id;
pub mod branch;
pub mod call;
pub mod kind;
pub mod read;
pub mod recognise;
pub mod seen;
pub mod verdict;

pub mod answered;
pub mod case;
pub mod event;
pub mod fold;
pub mod item;
pub mod key;
pub mod mandate;
pub mod manner;
pub mod order;
pub mod pass;
pub mod plan;
pub mod planned;
pub mod stake;
pub mod state;
pub mod term;

pub use action::{
    Access, Becomes, Bound, Cut, Effect, Fate, Param, Quota, Repeat, Rung, Spec, Takes, Touch, Undo,
};
pub use action_id::ActionId;
pub use branch::Branch;
pub use call::{Answer, Arg, Call, Outcome, Tag};
pub use checksum::Checksum;
pub use clock::{Clock, Duration, Time};
pub use digest::Digest;
pub use item::{Cause, Item, ItemKey, ItemRef, Phase, Work};
pub use kind::{Kind, Pattern, Readable, ShortLived};
pub use locator::{KindId, Locator, Named};
pub use manner::{AfterFailure, Manner, Retry, RetryOn, Timeout};
pub use nearest::{nearest, nearest_or_begun};
pub use pass::Pass;
pub use read::{Changed, Found, NotSeen, Query, ReadKind, Reading, Relation, Source};
pub use recognise::Recogniser;
pub use secret::{Fingerprint, Secret, SecretRef};
pub use seen::{Fact, Fields, Seen};
pub use stake::Stake;
pub use state::{State, Status};
pub use term::Term;
pub use tier::Tier;
pub use verdict::{Probe, Proof, Settled, Verdict};
pub use why::{Because, Why};
