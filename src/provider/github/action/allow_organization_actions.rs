//! `github.allow-organization-actions`: lets workflows of an organisation run again, where they could before.
//!
//! Never starts a run.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        let enabled = shape::before(call, "enabled_repositories")?;
        Ok(Request::put(&["orgs", id.at(0), "actions", "permissions"])
            .json(json!({"enabled_repositories": enabled}))
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "let workflows of the organisation run again".to_owned(),
        hurts: "Nobody; whoever may start a workflow can start it again.".to_owned(),
        permissions: words(&["organization_administration:write"]),
        docs: "https://docs.github.com/en/rest/actions/permissions#set-github-actions-permissions-for-an-organization".to_owned(),
        ..shape::inverse(&super::restrict_organization_actions::ACTION, "allow-organization-actions")
    }
}
