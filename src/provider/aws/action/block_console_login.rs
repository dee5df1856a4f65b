//! `aws.block-console-login`: denies a user everything that is signed with temporary credentials, as the console signs.
//!
//! Never touches the password, which cannot be read back, nor the user's access keys.

use serde_json::json;

#[cfg(feature = "aws")]
use super::inline;
use super::{Action, CONSOLE_NAME, IN_FORCE, console_document, kind, put_or_delete, shape, words};
use crate::domain::{Becomes, Call, Cut, Fate, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::block_console(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "make the user's console log-in useless".to_owned(),
        hurts: "Whoever works in the console as this user, and every other temporary session of it; its access keys go on.".to_owned(),
        permissions: words(&[
            "iam:PutUserPolicy",
            "iam:GetLoginProfile",
            "iam:GetUserPolicy",
        ]),
        unconfirmed: words(&[
            "the sign-in page still takes the password: the session that it opens can do nothing, but nothing says how the console shows that",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL", "MITRE D3FEND 1.2.0 D3-UAP"]),
        // In the section on aws:MultiFactorAuthPresent: the console generates temporary credentials on behalf of the
        // user; in that on aws:TokenIssueTime: the key is there only where a request is signed with such.
        docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html".to_owned(),
        ..shape::cut(
            "block-console-login",
            "login-profile",
            "allow-console-login",
            Cut {
                issued: Fate::Pauses,
                of: vec![kind("session")],
                ..shape::suspends()
            },
            ("console", Becomes::Is(json!(IN_FORCE))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![put_or_delete(
        call,
        "user",
        CONSOLE_NAME,
        console_document(call),
    )]
}
