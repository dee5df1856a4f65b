//! `github.disable-organization-webhook`: stops deliveries of a webhook of an organisation.
//!
//! Never sends the webhook's configuration: without its secret GitHub might forget it.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::patch(&["orgs", id.at(0), "hooks", id.at(1)])
            .json(json!({"active": false}))
            .shown(|body, _| body["active"] == false))
    },
};

fn spec() -> Spec {
    Spec {
        title: "stop the webhook".to_owned(),
        hurts: "Whatever waits for these deliveries; those that are missed are not sent later."
            .to_owned(),
        permissions: words(&["organization_hooks:write"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/orgs/webhooks#update-an-organization-webhook"
            .to_owned(),
        ..shape::suspends(
            "disable-organization-webhook",
            "organization-webhook",
            "enable-organization-webhook",
            ("active", json!(false)),
        )
    }
}
