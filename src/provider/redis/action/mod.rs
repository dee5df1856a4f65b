//! The actions of Redis, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod shape;

mod deny_commands;
mod disable_user;
mod enable_user;
mod permit_commands;
mod rotate_password;

#[cfg(feature = "redis")]
use super::adapter::Handle;
#[cfg(feature = "redis")]
use crate::domain::Outcome;
use crate::domain::{Call, Spec};
#[cfg(feature = "redis")]
use crate::provider::Soon;

/// One action: what it is, the call that does it, and the command lines that come to the same.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// What a person would type instead, with `redis-cli`; the server is the first argument of it that a person adds.
    #[cfg_attr(
        not(feature = "redis"),
        expect(dead_code, reason = "only the adapter tells them")
    )]
    pub(super) commands: fn(&Call) -> Vec<String>,
    /// Sends its one call.
    #[cfg(feature = "redis")]
    pub(super) perform: for<'a> fn(&'a Handle, &'a Call) -> Soon<'a, Outcome>,
}

/// The action of a call, where Redis has it.
#[cfg(feature = "redis")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    ALL.iter().find(|action| (action.spec)().id == call.action)
}

/// All of them, each cut before its inverse.
pub(super) const ALL: &[Action] = &[
    disable_user::ACTION,
    enable_user::ACTION,
    deny_commands::ACTION,
    permit_commands::ACTION,
    rotate_password::ACTION,
];
