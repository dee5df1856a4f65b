//! `aws.lift-user-session-end`: puts back what stood in the place of our session cut on a user.
//!
//! Never touches a policy of another name.

#[cfg(feature = "aws")]
use super::inline::{self, Holder};
use super::{Action, END_NAME, end_sessions_document, put_or_delete, shape, words};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::lift_end(on, Holder::User, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "lift the session cut from the user".to_owned(),
        hurts: "Nobody, unless a session from before the cut-off still lives in other hands."
            .to_owned(),
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:PutUserPolicy",
            "iam:GetUser",
            "iam:GetUserPolicy",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html"
            .to_owned(),
        ..shape::inverse(&super::end_user_sessions::ACTION, "lift-user-session-end")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let document = end_sessions_document(call);
    vec![put_or_delete(call, "user", END_NAME, document)]
}
