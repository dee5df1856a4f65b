//! `github.revoke-token-grant`: takes a fine-grained token's access to an organisation away.
//!
//! Never touches what else of its owner's the token reaches: it lives on there.

use serde_json::json;

use super::{Action, Request, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::post(&["orgs", id.at(0), "personal-access-tokens", id.at(1)])
                .json(json!({"action": "revoke"}))
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "take the token's access to the organisation away".to_owned(),
        hurts: "What uses the token on this organisation; on all else it goes on working."
            .to_owned(),
        permissions: words(&["organization_personal_access_tokens:write"]),
        undo: Undo::None("only the token's owner can ask for access again".to_owned()),
        batch: 100,
        tells: Some("GitHub tells the token's owner by e-mail".to_owned()),
        unconfirmed: words(&["only an app can do this: a personal token of ours is refused"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/enterprise-cloud@latest/rest/orgs/personal-access-tokens"
            .to_owned(),
        ..shape::ends("revoke-token-grant", "token-grant", Rung::Revoke)
    }
}
