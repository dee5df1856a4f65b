//! `github.revoke-oauth-grant`: takes back what one user granted to an OAuth app of ours, with all of its tokens for that user.
//!
//! Never touches other users of the app.

use super::{Action, Body, Request, Who, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["applications", id.at(0), "grant"])
            .by(Who::Client)
            .carrying(Body::Token)
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "take back the user's grant to the app, with all its tokens".to_owned(),
        hurts: "The user of the app, who is signed out of it everywhere and has to grant it anew."
            .to_owned(),
        permissions: words(&["client secret of the app"]),
        undo: Undo::None("only the user can grant it anew".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization"
            .to_owned(),
        ..shape::ends("revoke-oauth-grant", "oauth-token", Rung::Delete)
    }
}
