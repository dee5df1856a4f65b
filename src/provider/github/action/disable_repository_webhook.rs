//! `github.disable-repository-webhook`: stops deliveries of a webhook of a repository.
//!
//! Never sends the webhook's configuration: without its secret GitHub might forget it.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::patch(&["repos", id.at(0), id.at(1), "hooks", id.at(2)])
                .json(json!({"active": false}))
                .shown(|body, _| body["active"] == false),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "stop the webhook".to_owned(),
        hurts: "Whatever waits for these deliveries; those that are missed are not sent later."
            .to_owned(),
        permissions: words(&["repository_hooks:write"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/repos/webhooks#update-a-repository-webhook"
            .to_owned(),
        ..shape::suspends(
            "disable-repository-webhook",
            "repository-webhook",
            "enable-repository-webhook",
            ("active", json!(false)),
        )
    }
}
