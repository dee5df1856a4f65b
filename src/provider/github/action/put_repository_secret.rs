//! `github.put-repository-secret`: puts a new value into an Actions secret of a repository, sealed for GitHub.
//!
//! Never reads a value: GitHub tells none.

use super::{Action, Body, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::put(&["repos", id.at(0), id.at(1), "actions", "secrets", id.at(2)])
                .carrying(Body::Sealed)
                .done(&[201, 204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "put the new value into the secret".to_owned(),
        hurts: "Runs that have begun with the former value, which goes on to be whatever it was."
            .to_owned(),
        permissions: words(&["secrets:write"]),
        docs: "https://docs.github.com/en/rest/actions/secrets".to_owned(),
        ..shape::delivers("put-repository-secret", "repository-secret")
    }
}
