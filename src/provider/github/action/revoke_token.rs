//! `github.revoke-token`: revokes tokens by their text, many in one call.
//!
//! Never says that a token is dead: GitHub answers the same whether it knew the token or not.

use super::{Action, Body, Request, Who, shape, words};
use crate::domain::{Duration, Quota, Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |_, _| {
        Ok(Request::post(&["credentials", "revoke"])
            .by(Who::Nobody)
            .carrying(Body::Tokens)
            .later(202))
    },
};

fn spec() -> Spec {
    Spec {
        title: "revoke the token".to_owned(),
        hurts: "Every program and pipeline that uses this token, everywhere; its owner and the organisations that it reached are told by e-mail.".to_owned(),
        permissions: words(&["the token itself"]),
        undo: Undo::None("a revoked token never works again; its owner makes a new one".to_owned()),
        // One call carries at most a thousand; whoever names nobody has sixty in an hour.
        batch: 1000,
        quota: Some(Quota { calls: 60, per: Duration::from_hours(1) }),
        tells: Some("GitHub tells the token's owner by e-mail".to_owned()),
        unconfirmed: words(&["how long after its yes GitHub refuses the token", "what tells that a refresh token is revoked", "of which server a token is: its text does not say, and one that this server never took may live on elsewhere", "Enterprise Server wants to know who asks, and takes personal access tokens only"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/credentials/revoke".to_owned(),
        ..shape::ends("revoke-token", "token", Rung::Revoke)
    }
}
