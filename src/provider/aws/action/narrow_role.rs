//! `aws.narrow-role`: puts a permissions boundary on a role that leaves only reading, or nothing.
//!
//! Never takes away the role's own policies; reading secrets and getting tokens is not left.

#[cfg(feature = "aws")]
use super::inline::Holder;
use super::{Action, boundary, narrowed, shape, words};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(boundary::set(on, Holder::Role, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "leave the role only reading, or nothing".to_owned(),
        hurts: "Every session of this role, healthy ones too: they can read what the boundary lists, or nothing, and change nothing.".to_owned(),
        params: vec![boundary::allows()],
        permissions: words(&[
            "iam:PutRolePermissionsBoundary",
            "iam:CreatePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html".to_owned(),
        ..shape::cut(
            "narrow-role",
            "role",
            "widen-role",
            boundary::narrows(&["session"]),
            boundary::touch(),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    narrowed(call, "role")
}
