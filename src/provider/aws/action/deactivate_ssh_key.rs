//! `aws.deactivate-ssh-key`: switches one SSH public key of a user off.
//!
//! Never touches another credential of the same user.

use serde_json::json;

#[cfg(feature = "aws")]
use super::write;
use super::{Action, owned, quoted, shape, words};
use crate::domain::{Becomes, Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_status(on, call, &["Inactive"])),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "switch the SSH key off".to_owned(),
        hurts: "Whoever reaches CodeCommit over SSH with this key.".to_owned(),
        floor: Tier::LOW,
        permissions: words(&["iam:UpdateSSHPublicKey", "iam:ListSSHPublicKeys"]),
        bound: shape::status_bound(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSSHPublicKey.html"
            .to_owned(),
        ..shape::cut(
            "deactivate-ssh-key",
            "ssh-key",
            "activate-ssh-key",
            shape::suspends(),
            ("status", Becomes::Is(json!("Inactive"))),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (user, id) = owned(call);
    vec![format!(
        "aws iam update-ssh-public-key --user-name {} --ssh-public-key-id {} --status Inactive",
        quoted(user),
        quoted(id)
    )]
}
