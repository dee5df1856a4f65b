//! `github.enable-workflow`: lets a workflow run again.
//!
//! Never starts a run.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, call| {
        shape::only_if(call, "state", &json!("active"))?;
        Ok(Request::put(&[
            "repos",
            id.at(0),
            id.at(1),
            "actions",
            "workflows",
            id.at(2),
            "enable",
        ])
        .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "let the workflow run again".to_owned(),
        hurts: "Nobody; whoever may start it can start it again.".to_owned(),
        permissions: words(&["actions:write"]),
        docs: "https://docs.github.com/en/rest/actions/workflows#enable-a-workflow".to_owned(),
        ..shape::inverse(&super::disable_workflow::ACTION, "enable-workflow")
    }
}
