//! `aws.fill-instance-profile`: puts back the role that an instance profile had.
//!
//! Never replaces a role that is in it.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, profile_command, shape, words};
use crate::domain::{Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_profile_role(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "put the role back into the instance profile".to_owned(),
        hurts: "Nobody, unless an instance that carries the profile is in other hands.".to_owned(),
        floor: Tier::DISRUPTIVE,
        permissions: words(&[
            "iam:AddRoleToInstanceProfile",
            "iam:PassRole",
            "iam:GetInstanceProfile",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(
            &super::empty_instance_profile::ACTION,
            "fill-instance-profile",
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![profile_command(call)]
}
