//! `github.delete-deploy-key`: deletes a deploy key of a repository.
//!
//! Never touches other keys of the repository.

use super::{Action, Request, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["repos", id.at(0), id.at(1), "keys", id.at(2)]).done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "delete the deploy key".to_owned(),
        hurts: "Whatever clones or pushes with this key.".to_owned(),
        permissions: words(&["administration:write"]),
        undo: Undo::None("a key that is added again has another id".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/deploy-keys/deploy-keys#delete-a-deploy-key"
            .to_owned(),
        ..shape::ends("delete-deploy-key", "deploy-key", Rung::Delete)
    }
}
