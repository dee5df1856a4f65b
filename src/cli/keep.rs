//! What `contain.yaml` says has to stay in reach.
//!
//! Only reads it; what it comes to is decided where plans are made.

use serde::Deserialize;

use super::workspace::Workspace;
use crate::domain::Locator;
use crate::plan::branch::{Branches, Guarded};

/// Something that approvers, the journal or whoever else acts with, and must not lose.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Keep {
    what: Locator,
    because: String,
}

impl Workspace {
    /// What is not cut unasked: our own branch, what is guarded, and what is protected.
    pub(super) fn branches(&self, own: &[Locator]) -> Branches {
        let guarded = self.config.guarded.iter().map(|keep| Guarded {
            what: keep.what.clone(),
            because: keep.because.clone(),
        });
        Branches::new(
            own.to_vec(),
            guarded.collect(),
            self.config.protected.clone(),
        )
    }
}
