//! What a credential is asked, and told, with itself: which one it is, and that it ends.
//!
//! Only declares: whether it is held, and works, is seen where it is used.

use serde::Deserialize;

use super::cel::Expr;
use super::model::Request;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identify {
    pub(super) ask: Vec<Request>,
    pub(super) id: Expr,
    pub(super) hint: Option<Expr>,
}

/// What is sent in the place of an action's own requests, where the credential was seen to work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Itself {
    #[serde(default)]
    pub(super) look_up: Vec<Request>,
    pub(super) only_if: Option<Expr>,
    pub(super) request: Request,
}
