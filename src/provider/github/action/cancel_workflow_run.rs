//! `github.cancel-workflow-run`: stops a run of a workflow.
//!
//! Never touches what its jobs already read or sent.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::post(&[
            "repos",
            id.at(0),
            id.at(1),
            "actions",
            "runs",
            id.at(2),
            "cancel",
        ])
        .later(202))
    },
};

fn spec() -> Spec {
    Spec {
        title: "stop the run".to_owned(),
        hurts: "Whatever the run was building or deploying, half-way.".to_owned(),
        permissions: words(&["actions:write"]),
        unconfirmed: words(&["a step that runs `if: always()` goes on for up to five minutes"]),
        docs: "https://docs.github.com/en/rest/actions/workflow-runs#cancel-a-workflow-run"
            .to_owned(),
        ..shape::suspends(
            "cancel-workflow-run",
            "workflow-run",
            "rerun-workflow-run",
            ("running", json!(false)),
        )
    }
}
