//! `aws.narrow-user`: puts a permissions boundary on a user that leaves only reading, or nothing.
//!
//! Never takes away the user's own policies; reading secrets and getting tokens is not left.

#[cfg(feature = "aws")]
use super::inline::Holder;
use super::{Action, boundary, narrowed, shape, words};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(boundary::set(on, Holder::User, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "leave the user only reading, or nothing".to_owned(),
        hurts: "Whoever works as this user: it can read what the boundary lists, or nothing, and change nothing.".to_owned(),
        params: vec![boundary::allows()],
        permissions: words(&[
            "iam:PutUserPermissionsBoundary",
            "iam:CreatePolicy",
            "iam:GetUser",
            "iam:GetUserPolicy",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html".to_owned(),
        ..shape::cut(
            "narrow-user",
            "user",
            "widen-user",
            boundary::narrows(&["access-key", "session"]),
            boundary::touch(),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    narrowed(call, "user")
}
