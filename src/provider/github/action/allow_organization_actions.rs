//! `github.allow-organization-actions`: lets workflows of an organisation run again, where they could before.
//!
//! Never starts a run.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::{Because, Spec, Why};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        let enabled = shape::before(call, "enabled_repositories")?;
        let all = &["orgs", id.at(0), "actions", "permissions"];
        let mut body = json!({"enabled_repositories": enabled});
        shape::with_before(&mut body, call, "allowed_actions");
        let request = Request::put(all).json(body).done(&[204]);
        if enabled != "selected" {
            return Ok(request);
        }
        let selected = shape::before(call, "selected_repositories")?;
        if !selected.is_array() {
            let text = "the receipt does not say which repositories were selected";
            return Err(Why::new(Because::Invalid, text));
        }
        // GitHub takes the list only once repositories are selected.
        let list = &["orgs", id.at(0), "actions", "permissions", "repositories"];
        let list = Request::put(list)
            .json(json!({"selected_repository_ids": selected}))
            .done(&[204]);
        Ok(request.then(list))
    },
};

fn spec() -> Spec {
    Spec {
        title: "let workflows of the organisation run again".to_owned(),
        hurts: "Nobody; whoever may start a workflow can start it again.".to_owned(),
        permissions: words(&["organization_administration:write"]),
        docs: "https://docs.github.com/en/rest/actions/permissions#set-github-actions-permissions-for-an-organization".to_owned(),
        ..shape::inverse_with(&super::restrict_organization_actions::ACTION, "allow-organization-actions", "allowed_actions")
    }
}
