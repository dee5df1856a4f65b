//! `github.remove-outside-collaborator`: removes somebody who is no member from all repositories of an organisation.
//!
//! Never touches what they already cloned.

use super::{Action, Request, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(Request::delete(&["orgs", id.at(0), "outside_collaborators", id.at(1)]).done(&[204]))
    },
};

fn spec() -> Spec {
    Spec {
        title: "remove the outside collaborator".to_owned(),
        hurts: "The collaborator, who loses every repository of the organisation and their forks of private ones.".to_owned(),
        permissions: words(&["members:write"]),
        undo: Undo::None("they have to be invited to each repository anew".to_owned()),
        docs: "https://docs.github.com/en/rest/orgs/outside-collaborators#remove-outside-collaborator-from-an-organization".to_owned(),
        ..shape::ends("remove-outside-collaborator", "outside-collaborator", Rung::Delete)
    }
}
