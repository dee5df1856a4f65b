//! `github.remove-organization-runner`: removes a self-hosted runner of an organisation.
//!
//! Never touches the machine, nor what it already fetched.

use super::{Action, Request, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["orgs", id.at(0), "actions", "runners", id.at(1)]).done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "remove the runner".to_owned(),
        hurts: "Jobs that wait for this runner, and the one that it is running.".to_owned(),
        permissions: words(&["organization_self_hosted_runners:write"]),
        undo: Undo::None("the machine has to be registered anew".to_owned()),
        unconfirmed: words(&["whether the job that it is running ends at once"]),
        docs: "https://docs.github.com/en/rest/actions/self-hosted-runners".to_owned(),
        ..shape::ends(
            "remove-organization-runner",
            "organization-runner",
            Rung::Delete,
        )
    }
}
