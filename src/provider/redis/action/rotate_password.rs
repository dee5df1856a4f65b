//! `redis.rotate-password`: gives an ACL user a new password, which goes to a secret store.
//!
//! Never sends the password to the server: it gets the SHA-256 of it. Never ends a connection.

#[cfg(feature = "redis")]
use super::super::perform;
use super::super::{action, bound, kind};
use super::{Action, shape};
use crate::domain::{Call, Effect, Repeat, Spec, Tier, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "redis")]
    perform: |on, call| Box::pin(perform::rotate_password(on, call)),
};

fn spec() -> Spec {
    Spec {
        id: action("rotate-password"),
        title: "give the user a new password, and no other".to_owned(),
        on: kind("user"),
        effect: Effect::Issue(kind("user")),
        hurts: shape::hurts(
            "Whatever still has an old password: all of them end; connections that are open go on, so disable the user first.",
        ),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::None("the former password is the one that leaked".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: shape::words(&["+acl|setuser", "+acl|getuser", "+client|list"]),
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: shape::unconfirmed(),
        standards: shape::words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        docs: "https://redis.io/docs/latest/commands/acl-setuser/".to_owned(),
    }
}

/// A new password on a command line would be seen by others.
fn commands(_: &Call) -> Vec<String> {
    Vec::new()
}
