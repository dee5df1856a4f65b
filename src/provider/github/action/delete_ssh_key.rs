//! `github.delete-ssh-key`: deletes an SSH key of the user whose token is ours.
//!
//! Never touches keys of anybody else: GitHub lets nobody do that.

use super::{Action, Request, Who, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["user", "keys", id.at(1)])
            .by(Who::Owner)
            .done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "delete the SSH key".to_owned(),
        hurts: "Whatever signs in over SSH with this key.".to_owned(),
        permissions: words(&["admin:public_key"]),
        undo: Undo::None("a key that is added again has another id".to_owned()),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/rest/users/keys#delete-a-public-ssh-key-for-the-authenticated-user".to_owned(),
        ..shape::ends("delete-ssh-key", "ssh-key", Rung::Delete)
    }
}
