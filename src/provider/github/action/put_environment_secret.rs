//! `github.put-environment-secret`: puts a new value into an Actions secret of an environment, sealed for GitHub.
//!
//! Never reads a value: GitHub tells none.

use super::{Action, Body, Request, shape, words};
use crate::domain::Spec;

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::put(&[
            "repos",
            id.at(0),
            id.at(1),
            "environments",
            id.at(2),
            "secrets",
            id.at(3),
        ])
        .carrying(Body::Sealed)
        .done(&[201, 204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "put the new value into the secret".to_owned(),
        hurts: "Runs that have begun with the former value, which goes on to be whatever it was."
            .to_owned(),
        permissions: words(&["environments:write"]),
        docs: "https://docs.github.com/en/rest/actions/secrets".to_owned(),
        ..shape::delivers("put-environment-secret", "environment-secret")
    }
}
