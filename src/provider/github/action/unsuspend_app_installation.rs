//! `github.unsuspend-app-installation`: gives a suspended installation of an app back.
//!
//! Never issues a token.

use serde_json::json;

use super::{Action, Request, Who, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        shape::only_if(call, "suspended", &json!(false))?;
        Ok(
            Request::delete(&["app", "installations", id.at(1), "suspended"])
                .by(Who::App)
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "give the installation back".to_owned(),
        hurts: "Nobody; whoever holds a key of the app can act on that account again.".to_owned(),
        permissions: words(&["private key of the app"]),
        docs: "https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation".to_owned(),
        ..shape::inverse(
            &super::suspend_app_installation::ACTION,
            "unsuspend-app-installation",
        )
    }
}
