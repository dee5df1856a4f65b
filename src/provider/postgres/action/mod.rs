//! The actions of PostgreSQL, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod shape;

mod allow_login;
mod block_login;
mod expire_password;
mod lift_connection_limit;
mod limit_connections;
mod restore_password_expiry;
mod rotate_password;

#[cfg(feature = "postgres")]
use super::adapter::Handle;
#[cfg(feature = "postgres")]
use crate::domain::Outcome;
use crate::domain::{Call, Spec};
#[cfg(feature = "postgres")]
use crate::provider::Soon;

/// One action: what it is, the call that does it, and the command lines that come to the same.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// What a person would type instead, with `psql`; the connection is a service of `pg_service.conf`.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(dead_code, reason = "only the adapter tells them")
    )]
    pub(super) commands: fn(&Call) -> Vec<String>,
    /// Sends its one call.
    #[cfg(feature = "postgres")]
    pub(super) perform: for<'a> fn(&'a Handle, &'a Call) -> Soon<'a, Outcome>,
}

#[cfg(feature = "postgres")]
pub(super) use expire_password::PAST;

/// The action of a call, where PostgreSQL has it.
#[cfg(feature = "postgres")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    ALL.iter().find(|action| (action.spec)().id == call.action)
}

/// All of them, each cut before its inverse.
pub(super) const ALL: &[Action] = &[
    block_login::ACTION,
    allow_login::ACTION,
    limit_connections::ACTION,
    lift_connection_limit::ACTION,
    expire_password::ACTION,
    restore_password_expiry::ACTION,
    rotate_password::ACTION,
];
