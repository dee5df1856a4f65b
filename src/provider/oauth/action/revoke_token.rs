//! `oauth.revoke-token`: revokes one token by its value.
//!
//! Never takes the answer for proof: it is the same for a token that the server never knew.

use serde_json::json;

#[cfg(feature = "http")]
use super::super::token;
use super::super::{action, kind};
use super::{Action, bound};
use crate::domain::{Access, Becomes, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    #[cfg(feature = "http")]
    perform: |on, call| Box::pin(token::revoke(on, call)),
};

fn spec() -> Spec {
    Spec {
        id: action("revoke-token"),
        title: "revoke the token".to_owned(),
        on: kind("token"),
        effect: Effect::Cut(Cut {
            rung: Rung::Revoke,
            target: Fate::Dies,
            issued: Fate::Lives,
            of: vec![kind("token")],
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Whoever uses this token. Revoke a refresh token before the access tokens that came from it.".to_owned(),
        touches: vec![Touch {
            field: "active".to_owned(),
            becomes: Becomes::Is(json!("no")),
        }],
        params: Vec::new(),
        floor: Tier::GRAVE,
        undo: Undo::None("a revoked token cannot be used again; its holder has to be authorised anew".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: vec!["token revocation".to_owned(), "token introspection".to_owned()],
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: vec![
            "a 200 is answered for tokens that the server never knew too; only introspection that once said active shows that it is not".to_owned(),
            "other tokens of the same grant should end with a refresh token, and need not".to_owned(),
            "a self-contained token (JWT) is accepted by resource servers that do not ask until it lapses".to_owned(),
        ],
        standards: vec!["RFC 7009".to_owned(), "MITRE D3FEND 1.2.0 D3-CRO".to_owned()],
        docs: "https://www.rfc-editor.org/rfc/rfc7009".to_owned(),
    }
}
