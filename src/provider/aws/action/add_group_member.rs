//! `aws.add-group-member`: puts a user back into a group.
//!
//! Never grants what did not stand there before.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, membership_command, shape, words};
use crate::domain::{Call, Spec, Tier};

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
        title: "put the user back into the group".to_owned(),
        hurts: "Nobody, unless it was granted by who should not have.".to_owned(),
        floor: Tier::DISRUPTIVE,
        permissions: words(&["iam:AddUserToGroup", "iam:ListGroupsForUser"]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(&super::remove_group_member::ACTION, "add-group-member")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![membership_command(call)]
}
