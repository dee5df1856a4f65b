//! OAuth 2.0: tokens by value and registered clients of one authorization server, by the published standards.
//!
//! RFC 8414 says where things are, RFC 7009 revokes, RFC 7662 tells whether a token is active, RFC 7592 deletes a client or gives it a new secret.
//! Never takes a 200 from revoking for proof, nor a deleted client for dead tokens.

mod action;

#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod place;

#[cfg(feature = "http")]
mod adapter;
#[cfg(feature = "http")]
mod known;

#[cfg(feature = "http")]
mod reading;
#[cfg(feature = "http")]
mod registration;
#[cfg(feature = "http")]
mod secret;
#[cfg(feature = "http")]
mod token;

#[cfg(feature = "http")]
pub use adapter::NATIVE;

use crate::domain::{ActionId, Kind, KindId, ReadKind, Readable, Spec};

/// The provider's name.
pub const NAME: &str = "oauth";

/// The kinds of an authorization server.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    vec![
        Kind {
            id: kind("token"),
            title: "access or refresh token, named as people like, by its value".to_owned(),
            credential: true,
            recognise: Vec::new(),
            governs: Vec::new(),
            mints: vec![kind("token")],
            reads: vec![ReadKind::State, ReadKind::Reach],
            readable: Readable::BySecret,
            probe: true,
            lifetime: None,
            at_most: None,
            short_lived: Vec::new(),
            by_hand: None,
        },
        Kind {
            id: kind("client"),
            title: "registered client".to_owned(),
            credential: true,
            recognise: Vec::new(),
            governs: Vec::new(),
            mints: vec![kind("token")],
            reads: vec![ReadKind::State, ReadKind::Reach, ReadKind::Permissions],
            readable: Readable::ById,
            probe: true,
            lifetime: None,
            at_most: None,
            short_lived: Vec::new(),
            by_hand: None,
        },
    ]
}

/// The actions of an authorization server.
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
