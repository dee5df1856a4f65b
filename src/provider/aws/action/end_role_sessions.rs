//! `aws.end-role-sessions`: denies everything to sessions of a role that were issued before the call.
//!
//! Never stops new sessions, nor those of roles that were entered from this one.

#[cfg(feature = "aws")]
use super::inline::{self, Holder};
use super::{Action, END_NAME, end_sessions_document, put_or_delete, shape, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::end_sessions(on, Holder::Role, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "end the role's sessions".to_owned(),
        hurts: "Every session of this role from before the call, healthy ones too; workloads that fetch a new one go on.".to_owned(),
        permissions: words(&["iam:PutRolePolicy", "iam:GetRole", "iam:GetRolePolicy"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ST", "MITRE D3FEND 1.2.0 D3-ANCI"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html".to_owned(),
        ..shape::cut(
            "end-role-sessions",
            "role",
            "lift-role-session-end",
            shape::ends_sessions(),
            ("end_sessions", Becomes::TimeOfCall),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let document = end_sessions_document(call);
    vec![put_or_delete(call, "role", END_NAME, document)]
}
