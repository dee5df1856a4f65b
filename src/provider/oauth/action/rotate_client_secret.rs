//! `oauth.rotate-client-secret`: has the server give a registered client a new secret, which goes to a secret store.
//!
//! Never counts the old secret as dead: that only trying it shows.

#[cfg(feature = "http")]
use super::super::secret;
use super::super::{action, kind};
use super::{Action, bound};
use crate::domain::{Effect, Repeat, Spec, Tier, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    #[cfg(feature = "http")]
    perform: |on, call| Box::pin(secret::rotate(on, call)),
};

fn spec() -> Spec {
    Spec {
        id: action("rotate-client-secret"),
        title: "have the server give the client a new secret".to_owned(),
        on: kind("client"),
        effect: Effect::Issue(kind("client")),
        hurts: "Whatever still has the old secret, or the old registration access token, which may change with it: both go to the store together. Where the answer is lost, both may be lost with it, and what contain.yaml names manages the client no more: then the client is recovered where the server is administered. Tokens that were issued live on.".to_owned(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::None("the former secret is the one that leaked".to_owned()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: vec!["the registration access token of the client".to_owned()],
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: vec![
            "a server may leave a client the secret that it has, which is then refused here; and it may take the old one for a while beside the new: trying it shows".to_owned(),
        ],
        standards: vec![
            "RFC 7592".to_owned(),
            "MITRE D3FEND 1.2.0 D3-CRO".to_owned(),
        ],
        docs: "https://www.rfc-editor.org/rfc/rfc7592#section-2.2".to_owned(),
    }
}
