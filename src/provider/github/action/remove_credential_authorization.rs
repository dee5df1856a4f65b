//! `github.remove-credential-authorization`: takes a credential's authorisation for an organisation's single sign-on away.
//!
//! Never revokes the credential: it lives on elsewhere, and its owner can authorise it anew.

use super::{Action, Request, shape, words};
use crate::domain::{Rung, Spec, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    request: |id, _| {
        Ok(
            Request::delete(&["orgs", id.at(0), "credential-authorizations", id.at(1)])
                .done(&[204]),
        )
    },
};

fn spec() -> Spec {
    Spec {
        title: "take the credential's authorisation for single sign-on away".to_owned(),
        hurts: "What uses this token or key on the organisation, until its owner authorises it again.".to_owned(),
        permissions: words(&["organization_administration:write"]),
        effect: shape::ending(Rung::Revoke, &[], false),
        undo: Undo::None("only the credential's owner can authorise it again".to_owned()),
        unconfirmed: words(&["which permission an app needs for it: an owner's token with admin:org is documented"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-CR"]),
        docs: "https://docs.github.com/en/enterprise-cloud@latest/rest/orgs/orgs#remove-a-saml-sso-authorization-for-an-organization".to_owned(),
        ..shape::ends("remove-credential-authorization", "credential-authorization", Rung::Revoke)
    }
}
