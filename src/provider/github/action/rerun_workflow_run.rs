//! `github.rerun-workflow-run`: runs a run of a workflow again, from its beginning.
//!
//! Never goes on where the run was stopped.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::{Repeat, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        shape::only_if(call, "running", &json!(true))?;
        Ok(Request::post(&[
            "repos",
            id.at(0),
            id.at(1),
            "actions",
            "runs",
            id.at(2),
            "rerun",
        ])
        .json(json!({}))
        .later(201))
    },
};

fn spec() -> Spec {
    Spec {
        title: "run it again from its beginning".to_owned(),
        hurts: "Whatever the run deploys a second time.".to_owned(),
        permissions: words(&["actions:write"]),
        repeat: Repeat::Once,
        docs: "https://docs.github.com/en/rest/actions/workflow-runs#re-run-a-workflow".to_owned(),
        ..shape::inverse(&super::cancel_workflow_run::ACTION, "rerun-workflow-run")
    }
}
