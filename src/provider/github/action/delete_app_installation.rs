//! `github.delete-app-installation`: uninstalls an app from an account.
//!
//! Never touches the app's keys, nor its other installations.

use super::{Action, Request, Who, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["app", "installations", id.at(1)])
            .by(Who::App)
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "uninstall the app from the account".to_owned(),
        hurts: "Everything that the app does on that account; an owner has to install it anew and choose its repositories again.".to_owned(),
        permissions: words(&["private key of the app"]),
        effect: shape::ending(Rung::Delete, &["installation-token"], true),
        undo: Undo::None("an owner of the account has to install it anew".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app".to_owned(),
        ..shape::ends("delete-app-installation", "app-installation", Rung::Delete)
    }
}
