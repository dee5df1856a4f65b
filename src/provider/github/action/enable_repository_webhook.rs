//! `github.enable-repository-webhook`: lets a webhook of a repository deliver again.
//!
//! Never sends what was missed.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        let active = shape::before(call, "active")?;
        Ok(
            Request::patch(&["repos", id.at(0), id.at(1), "hooks", id.at(2)])
                .json(json!({"active": active}))
                .shown(|body, call| call.value("active") == body.get("active")),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "let the webhook deliver again".to_owned(),
        hurts: "Nobody; whoever receives the deliveries sees what happens again.".to_owned(),
        permissions: words(&["repository_hooks:write"]),
        docs: "https://docs.github.com/en/rest/repos/webhooks#update-a-repository-webhook"
            .to_owned(),
        ..shape::inverse(
            &super::disable_repository_webhook::ACTION,
            "enable-repository-webhook",
        )
    }
}
