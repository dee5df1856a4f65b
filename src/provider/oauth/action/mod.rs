//! The actions of an authorization server, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod delete_client;
mod revoke_token;
mod rotate_client_secret;

#[cfg(feature = "http")]
use super::adapter::Handle;
use crate::domain::{Bound, Duration, Spec};
#[cfg(feature = "http")]
use crate::domain::{Call, Outcome};
#[cfg(feature = "http")]
use crate::provider::Soon;

/// One action: what it is, and the call that does it.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// Sends its one call.
    #[cfg(feature = "http")]
    pub(super) perform: for<'a> fn(&'a Handle, &'a Call) -> Soon<'a, Outcome>,
}

/// The action of a call, where there is one.
#[cfg(feature = "http")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    ALL.iter().find(|action| (action.spec)().id == call.action)
}

/// All of them.
pub(super) const ALL: &[Action] = &[
    revoke_token::ACTION,
    delete_client::ACTION,
    rotate_client_secret::ACTION,
];

/// How long a server's word may take to reach whoever asks it; resource servers may keep an answer longer.
fn bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_secs(60),
        because: "the standards give no figure; resource servers may keep what introspection said"
            .to_owned(),
    }
}
