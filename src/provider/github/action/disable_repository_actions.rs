//! `github.disable-repository-actions`: keeps every workflow of a repository from running.
//!
//! Never stops runs that have begun.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::put(&["repos", id.at(0), id.at(1), "actions", "permissions"])
                .json(json!({"enabled": false}))
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "keep all workflows of the repository from running".to_owned(),
        hurts: "Everything that this repository builds, tests and deploys.".to_owned(),
        permissions: words(&["administration:write"]),
        unconfirmed: words(&["whether the policy on which actions are allowed is kept meanwhile; which one it is is in the receipt, and is written again, without the list of selected actions"]),
        docs: "https://docs.github.com/en/rest/actions/permissions#set-github-actions-permissions-for-a-repository".to_owned(),
        ..shape::suspends("disable-repository-actions", "repository-actions", "enable-repository-actions", ("enabled", json!(false)))
    }
}
