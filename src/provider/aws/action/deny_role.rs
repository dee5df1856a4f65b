//! `aws.deny-role`: puts an explicit deny of everything on a role.
//!
//! Never edits service-linked or `AWSReservedSSO_` roles: AWS refuses that.

use serde_json::json;

#[cfg(feature = "aws")]
use super::inline::{self, Holder};
use super::{Action, DENY_NAME, IN_FORCE, deny_document, kind, put_or_delete, shape, words};
use crate::domain::{Becomes, Call, Cut, Fate, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::deny(on, Holder::Role, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "deny the role everything".to_owned(),
        hurts: "Every workload that runs as this role.".to_owned(),
        permissions: words(&["iam:PutRolePolicy", "iam:GetRole", "iam:GetRolePolicy"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL", "MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html".to_owned(),
        ..shape::cut(
            "deny-role",
            "role",
            "lift-role-deny",
            Cut {
                issued: Fate::Pauses,
                of: vec![kind("session")],
                ..shape::suspends()
            },
            ("deny", Becomes::Is(json!(IN_FORCE))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(call, "role", DENY_NAME, deny_document(call))]
}
