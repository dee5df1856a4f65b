//! `github.restrict-organization-actions`: keeps every workflow of an organisation from running.
//!
//! Never stops runs that have begun.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::{Becomes, Spec, Tier, Touch};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::put(&["orgs", id.at(0), "actions", "permissions"])
            .json(json!({"enabled_repositories": "none"}))
            .done(&[204]))
    },
};

fn spec() -> Spec {
    let shape = shape::suspends(
        "restrict-organization-actions",
        "organization-actions",
        "allow-organization-actions",
        ("enabled_repositories", json!("none")),
    );
    let selected = Touch {
        field: "selected_repositories".to_owned(),
        becomes: Becomes::Is(json!([])),
    };
    Spec {
        touches: shape.touches.iter().cloned().chain([selected]).collect(),
        title: "keep all workflows of the organisation from running".to_owned(),
        hurts: "Everything that the whole organisation builds, tests and deploys.".to_owned(),
        permissions: words(&["organization_administration:write"]),
        floor: Tier::GRAVE,
        unconfirmed: words(&["whether the list of selected repositories is kept meanwhile; it is in the receipt, and is written again", "whether the policy on which actions are allowed is kept meanwhile; which one it is is in the receipt, and is written again, without the list of selected actions"]),
        docs: "https://docs.github.com/en/rest/actions/permissions#set-github-actions-permissions-for-an-organization".to_owned(),
        ..shape
    }
}
