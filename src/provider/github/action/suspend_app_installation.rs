//! `github.suspend-app-installation`: suspends an installation of an app: no API, no webhooks, on that account.
//!
//! Never touches the app's keys, nor its other installations.

use serde_json::json;

use super::{Action, Request, Who, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::put(&["app", "installations", id.at(1), "suspended"])
                .by(Who::App)
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "suspend the installation".to_owned(),
        hurts:
            "Everything that the app does on that account, until the installation is given back."
                .to_owned(),
        permissions: words(&["private key of the app"]),
        effect: shape::suspending(&["installation-token"]),
        unconfirmed: words(&[
            "that installation tokens which were issued before stop working at once",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation".to_owned(),
        ..shape::suspends(
            "suspend-app-installation",
            "app-installation",
            "unsuspend-app-installation",
            ("suspended", json!(true)),
        )
    }
}
