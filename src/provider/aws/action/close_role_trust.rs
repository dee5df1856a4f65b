//! `aws.close-role-trust`: replaces the trust policy of a role by one that lets nobody in.
//!
//! Never ends a session: whoever is in stays in until the role's sessions end.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, CLOSED, shape, trust_command, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_trust(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "let nobody enter the role any more".to_owned(),
        hurts: "Everybody who enters this role, healthy ones too, once their present session ends."
            .to_owned(),
        permissions: words(&["iam:UpdateAssumeRolePolicy", "iam:GetRole"]),
        unconfirmed: words(&[
            "AWS may refuse to put a document back in which a principal was deleted meanwhile",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html"
            .to_owned(),
        ..shape::cut(
            "close-role-trust",
            "role-trust",
            "reopen-role-trust",
            shape::suspends(),
            ("trust", Becomes::Is(json!(CLOSED))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![trust_command(call)]
}
