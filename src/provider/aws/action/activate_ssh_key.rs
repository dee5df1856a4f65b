//! `aws.activate-ssh-key`: gives one SSH public key of a user the status back that it had.
//!
//! Never makes one; one that was deleted stays gone.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, owned, quoted, shape, text, words};
use crate::domain::{Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(write::set_status(on, call, &["Active", "Inactive"])),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "switch the SSH key back on".to_owned(),
        hurts: "Nobody, unless it is still in other hands: then it works for them again."
            .to_owned(),
        floor: Tier::DISRUPTIVE,
        standards: words(&["MITRE D3FEND 1.2.0 D3-ULA"]),
        ..shape::inverse(&super::deactivate_ssh_key::ACTION, "activate-ssh-key")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (user, id) = owned(call);
    vec![format!(
        "aws iam update-ssh-public-key --user-name {} --ssh-public-key-id {} --status {}",
        quoted(user),
        quoted(id),
        quoted(&text(call, "status"))
    )]
}
