//! `aws.reopen-role-trust`: puts back the trust policy that a role had, to the letter.
//!
//! Never overwrites one that somebody else wrote meanwhile.

#[cfg(feature = "aws")]
use super::write;
use super::{Action, shape, trust_command, words};
use crate::domain::{Call, Spec, Tier};

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
        title: "give the role the trust policy back that it had".to_owned(),
        hurts: "Nobody, unless that policy lets in who should not be.".to_owned(),
        floor: Tier::DISRUPTIVE,
        standards: words(&["MITRE D3FEND 1.2.0 D3-RUAA"]),
        ..shape::inverse(&super::close_role_trust::ACTION, "reopen-role-trust")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![trust_command(call)]
}
