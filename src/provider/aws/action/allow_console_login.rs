//! `aws.allow-console-login`: puts back what stood in the place of our deny of console sessions.
//!
//! Never touches the password, nor a policy of another name.

#[cfg(feature = "aws")]
use super::inline;
use super::{Action, CONSOLE_NAME, console_document, put_or_delete, shape, words};
use crate::domain::{Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::allow_console(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "let the user's console log-in work again".to_owned(),
        hurts: "Nobody, unless the password is in other hands: then it works for them again."
            .to_owned(),
        floor: Tier::DISRUPTIVE,
        permissions: words(&[
            "iam:DeleteUserPolicy",
            "iam:PutUserPolicy",
            "iam:GetLoginProfile",
            "iam:GetUserPolicy",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-ULA"]),
        ..shape::inverse(&super::block_console_login::ACTION, "allow-console-login")
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
