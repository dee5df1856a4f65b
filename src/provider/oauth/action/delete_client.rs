//! `oauth.delete-client`: deletes a registered client, its id and its secret.
//!
//! Never takes its tokens for dead: a server should end them, and need not.

use serde_json::json;

#[cfg(feature = "http")]
use super::super::registration;
use super::super::{action, kind};
use super::{Action, bound};
use crate::domain::{Access, Becomes, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    #[cfg(feature = "http")]
    perform: |on, call| Box::pin(registration::delete(on, call)),
};

fn spec() -> Spec {
    Spec {
        id: action("delete-client"),
        title: "delete the client".to_owned(),
        on: kind("client"),
        effect: Effect::Cut(Cut {
            rung: Rung::Delete,
            target: Fate::Dies,
            issued: Fate::Lives,
            of: vec![kind("token")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Everybody who uses this client; its id, secret and registration are gone for good, and tokens that it was issued may live on.".to_owned(),
        touches: vec![Touch {
            field: "access".to_owned(),
            becomes: Becomes::Is(json!("closed")),
        }],
        params: Vec::new(),
        floor: Tier::GRAVE,
        undo: Undo::None("a deleted client is registered anew, under another id".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: vec!["the registration access token of the client".to_owned()],
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: vec![
            "tokens that the client was issued should be invalidated, and need not: they count as alive until the longest life of a token has passed".to_owned(),
        ],
        standards: vec!["RFC 7592".to_owned(), "MITRE ATT&CK 17.1 T1671".to_owned()],
        docs: "https://www.rfc-editor.org/rfc/rfc7592".to_owned(),
    }
}
