//! Redis: ACL users, the connections that they have open, and the password of a user.
//!
//! Owns the catalogue, which needs no credentials, and the adapter that reads and acts. Never reads a password, and
//! never ends its own connection.

mod action;

#[cfg(feature = "redis")]
mod client;
#[cfg(feature = "redis")]
mod failure;
#[cfg(feature = "redis")]
mod rules;

#[cfg(feature = "redis")]
mod adapter;
#[cfg(feature = "redis")]
mod user;

#[cfg(feature = "redis")]
mod footing;

#[cfg(feature = "redis")]
mod probe;
#[cfg(feature = "redis")]
mod reading;

#[cfg(feature = "redis")]
mod perform;

#[cfg(feature = "redis")]
pub use adapter::NATIVE;

use super::login::LOGIN;
use crate::domain::{ActionId, Bound, Duration, Kind, KindId, Pattern, ReadKind, Readable, Spec};

/// The provider's name.
pub const NAME: &str = "redis";

/// The kinds that Redis knows.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    vec![
        Kind {
            id: kind("user"),
            title: "ACL user".to_owned(),
            credential: true,
            recognise: vec![Pattern {
                is: format!("^rediss?{LOGIN}$"),
                secret: true,
            }],
            governs: vec![kind("client")],
            mints: vec![kind("client")],
            reads: vec![
                ReadKind::State,
                ReadKind::Reach,
                ReadKind::Permissions,
                ReadKind::Activity,
            ],
            readable: Readable::ById,
            probe: true,
            lifetime: None,
            at_most: None,
            short_lived: Vec::new(),
            by_hand: None,
        },
        Kind {
            id: kind("client"),
            title: "open connection of an ACL user".to_owned(),
            credential: true,
            recognise: Vec::new(),
            governs: Vec::new(),
            mints: Vec::new(),
            reads: vec![ReadKind::State, ReadKind::Reach],
            readable: Readable::ById,
            probe: false,
            lifetime: None,
            at_most: None,
            short_lived: Vec::new(),
            by_hand: None,
        },
    ]
}

/// The actions of Redis.
#[must_use]
pub fn actions() -> Vec<Spec> {
    action::ALL.iter().map(|action| (action.spec)()).collect()
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn kind(noun: &str) -> KindId {
    format!("{NAME}:{noun}").parse().expect("a literal kind")
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn action(verb: &str) -> ActionId {
    format!("{NAME}.{verb}").parse().expect("a literal action")
}

/// How long a change of a user may take to be felt: one server, one thread that serves commands.
fn bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_secs(2),
        because: "one server, which serves one command after the other; no figure is published"
            .to_owned(),
    }
}
