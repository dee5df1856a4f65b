//! `aws.activate-access-key`: gives an access key the status back that it had.
//!
//! Never makes a key; one that was deleted stays gone.

#[cfg(feature = "aws")]
use super::inline;
use super::{Action, quoted, set_status, shape, text, words};
use crate::domain::{Call, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(inline::set_status(on, call, &["Active", "Inactive"])),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        title: "switch the key back on".to_owned(),
        hurts: "Nobody, unless the key is still in other hands: then it works for them again."
            .to_owned(),
        floor: Tier::DISRUPTIVE,
        standards: words(&["MITRE D3FEND 1.2.0 D3-ULA"]),
        ..shape::inverse(&super::deactivate_access_key::ACTION, "activate-access-key")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![set_status(call, &quoted(&text(call, "status")))]
}
