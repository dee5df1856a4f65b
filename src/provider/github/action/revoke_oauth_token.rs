//! `github.revoke-oauth-token`: revokes one token of an OAuth app of ours.
//!
//! Never touches the other tokens of the same user: `github.revoke-oauth-grant` does.

use super::{Action, Body, Request, Who, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["applications", id.at(0), "token"])
            .by(Who::Client)
            .carrying(Body::Token)
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "revoke the token of the app".to_owned(),
        hurts: "What uses this token of the app; the user's other tokens of the app go on, and the user can sign in anew.".to_owned(),
        permissions: words(&["client secret of the app"]),
        undo: Undo::None("a revoked token never works again; the user signs in anew".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token".to_owned(),
        ..shape::ends("revoke-oauth-token", "oauth-token", Rung::Revoke)
    }
}
