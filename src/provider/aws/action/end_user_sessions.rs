//! `aws.end-user-sessions`: denies everything to sessions of a user that were issued before the call.
//!
//! Never reaches long-term keys: `aws:TokenIssueTime` is absent from their requests.

#[cfg(feature = "aws")]
use super::inline::{self, Holder};
use super::{Action, END_NAME, end_sessions_document, put_or_delete, shape, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::end_sessions(on, Holder::User, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "end the user's temporary sessions".to_owned(),
        hurts: "Whoever holds a temporary session of this user; long-term keys are not matched by the token's issue time and go on.".to_owned(),
        permissions: words(&["iam:PutUserPolicy", "iam:GetUser", "iam:GetUserPolicy"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ST", "MITRE D3FEND 1.2.0 D3-ANCI"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html".to_owned(),
        ..shape::cut(
            "end-user-sessions",
            "user",
            "lift-user-session-end",
            shape::ends_sessions(),
            ("end_sessions", Becomes::TimeOfCall),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let document = end_sessions_document(call);
    vec![put_or_delete(call, "user", END_NAME, document)]
}
