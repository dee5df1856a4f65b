//! `github.enable-repository-actions`: lets workflows of a repository run again.
//!
//! Never starts a run.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        let enabled = shape::before(call, "enabled")?;
        let mut body = json!({"enabled": enabled});
        shape::with_before(&mut body, call, "allowed_actions");
        Ok(
            Request::put(&["repos", id.at(0), id.at(1), "actions", "permissions"])
                .json(body)
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "let workflows of the repository run again".to_owned(),
        hurts: "Nobody; whoever may start a workflow can start it again.".to_owned(),
        permissions: words(&["administration:write"]),
        docs: "https://docs.github.com/en/rest/actions/permissions#set-github-actions-permissions-for-a-repository".to_owned(),
        ..shape::inverse_with(&super::disable_repository_actions::ACTION, "enable-repository-actions", "allowed_actions")
    }
}
