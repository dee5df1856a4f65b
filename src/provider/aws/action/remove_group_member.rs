//! `aws.remove-group-member`: takes a user out of a group.
//!
//! Never touches another grant of the same holder.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, membership_command, shape, words};
use crate::domain::{Becomes, Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_member(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "take the user out of the group".to_owned(),
        hurts: "The user, where it worked with what the group allows.".to_owned(),
        permissions: words(&["iam:RemoveUserFromGroup", "iam:ListGroupsForUser"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html"
            .to_owned(),
        ..shape::cut(
            "remove-group-member",
            "group-membership",
            "add-group-member",
            shape::suspends(),
            ("member", Becomes::Is(json!(false))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![membership_command(call)]
}
