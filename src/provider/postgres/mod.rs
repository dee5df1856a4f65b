//! PostgreSQL: login roles, the sessions that they have open, and the password of a role.
//!
//! Owns the catalogue, which needs no credentials, and the adapter that reads and acts. Never reads a password, and
//! never ends its own session.

mod action;

#[cfg(feature = "postgres")]
mod client;
#[cfg(feature = "postgres")]
mod failure;

#[cfg(feature = "postgres")]
mod adapter;
#[cfg(feature = "postgres")]
mod role;

#[cfg(feature = "postgres")]
mod footing;

#[cfg(feature = "postgres")]
mod activity;
#[cfg(feature = "postgres")]
mod permissions;
#[cfg(feature = "postgres")]
mod probe;
#[cfg(feature = "postgres")]
mod reach;

#[cfg(feature = "postgres")]
mod perform;

#[cfg(feature = "postgres")]
pub use adapter::NATIVE;

use super::login::LOGIN;
use crate::domain::{ActionId, Bound, Duration, Kind, KindId, Pattern, ReadKind, Readable, Spec};

/// The provider's name.
pub const NAME: &str = "postgres";

/// The kinds that PostgreSQL knows.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    vec![
        Kind {
            id: kind("role"),
            title: "login role".to_owned(),
            credential: true,
            recognise: vec![Pattern {
                is: format!("^postgres(?:ql)?(?:\\+[a-z0-9]+)?{LOGIN}$"),
                secret: true,
            }],
            governs: vec![kind("session")],
            mints: vec![kind("session")],
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
            id: kind("session"),
            title: "open session of a role".to_owned(),
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

/// The actions of PostgreSQL.
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

/// How long a change of a role may take to be felt: logins read the catalogue afresh.
fn bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_secs(5),
        because: "one server, whose logins read the catalogue afresh once a change is committed; no figure is published"
            .to_owned(),
    }
}
