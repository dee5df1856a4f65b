//! `aws.empty-instance-profile`: takes the role out of an instance profile.
//!
//! Never reaches credentials that an instance has fetched already: they live until they lapse.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, profile_command, shape, words};
use crate::domain::{Becomes, Call, Spec};

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
        title: "take the role out of the instance profile".to_owned(),
        hurts: "Every instance that carries this profile, once its present credentials lapse.".to_owned(),
        permissions: words(&[
            "iam:RemoveRoleFromInstanceProfile",
            "iam:GetInstanceProfile",
        ]),
        standards: words(&["MITRE D3FEND 1.2.0 D3-UAP"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html".to_owned(),
        ..shape::cut(
            "empty-instance-profile",
            "instance-profile",
            "fill-instance-profile",
            shape::suspends(),
            ("role", Becomes::Is(json!(""))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![profile_command(call)]
}
