//! `github.revoke-installation-token`: ends one installation token, by itself.
//!
//! Never touches the installation, which can issue others at once.

use super::{Action, Request, Who, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |_, _| {
        Ok(Request::delete(&["installation", "token"])
            .by(Who::Itself)
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "end the token".to_owned(),
        hurts: "The program that uses this installation token; the app gets another one whenever it asks.".to_owned(),
        permissions: words(&["the token itself"]),
        undo: Undo::None("an ended token never works again; the app asks for another one".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token".to_owned(),
        ..shape::ends("revoke-installation-token", "installation-token", Rung::Revoke)
    }
}
