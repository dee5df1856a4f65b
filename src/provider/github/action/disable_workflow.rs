//! `github.disable-workflow`: keeps a workflow from running.
//!
//! Never stops runs that have begun: `github.cancel-workflow-run` does.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::put(&[
            "repos",
            id.at(0),
            id.at(1),
            "actions",
            "workflows",
            id.at(2),
            "disable",
        ])
        .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "keep the workflow from running".to_owned(),
        hurts: "Whoever waits for this workflow.".to_owned(),
        permissions: words(&["actions:write"]),
        docs: "https://docs.github.com/en/rest/actions/workflows#disable-a-workflow".to_owned(),
        ..shape::suspends(
            "disable-workflow",
            "workflow",
            "enable-workflow",
            ("state", json!("disabled_manually")),
        )
    }
}
