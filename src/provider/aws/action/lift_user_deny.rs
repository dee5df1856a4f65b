//! `aws.lift-user-deny`: puts back what stood in the place of our deny.
//!
//! Never touches a policy of another name.

#[cfg(feature = "aws")]
use super::inline::{self, Holder};
use super::{Action, DENY_NAME, deny_document, put_or_delete, shape, words};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::lift_deny(on, Holder::User, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "lift the deny from the user".to_owned(),
        hurts: "Nobody, unless the user's credentials are still in other hands.".to_owned(),
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:PutUserPolicy",
            "iam:GetUser",
            "iam:GetUserPolicy",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html"
            .to_owned(),
        ..shape::inverse(&super::deny_user::ACTION, "lift-user-deny")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(call, "user", DENY_NAME, deny_document(call))]
}
