//! `postgres.rotate-password`: gives a role a new password, which goes to a secret store.
//!
//! Never sends the password to the server: it gets the SCRAM verifier, made here. Never ends a session.

#[cfg(feature = "postgres")]
use super::super::perform;
use super::super::{action, bound, kind};
use super::{Action, shape};
use crate::domain::{Call, Effect, Repeat, Spec, Tier, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::rotate_password(on, call)),
};

fn spec() -> Spec {
    Spec {
        id: action("rotate-password"),
        title: "give the role a new password".to_owned(),
        on: kind("role"),
        effect: Effect::Issue(kind("role")),
        hurts: "Whatever still has the old password, and clients that know no SCRAM-SHA-256; sessions that are open go on, so block the login first.".to_owned(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::None("the former password is the one that leaked".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: vec![shape::ALTER.to_owned()],
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: vec!["ways in without a password, as certificates or trusted addresses in pg_hba.conf, are not seen from here".to_owned()],
        standards: vec!["MITRE D3FEND 1.2.0 D3-CRO".to_owned()],
        docs: "https://www.postgresql.org/docs/current/sql-alterrole.html".to_owned(),
    }
}

/// A new password on a command line would be seen by others: people use `\password` of `psql`.
fn commands(_: &Call) -> Vec<String> {
    Vec::new()
}
