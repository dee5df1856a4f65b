//! `redis.enable-user`: switches an ACL user on again, as it was before.
//!
//! Never changes its passwords or rules: what worked before works again.

#[cfg(feature = "redis")]
use super::super::perform;
use super::{Action, disable_user, shape};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "redis")]
    perform: |on, call| Box::pin(perform::enable_user(on, call)),
};

fn spec() -> Spec {
    Spec {
        title: "switch the user on again".to_owned(),
        hurts: shape::hurts("Nobody; whoever knows the user's password can use it again."),
        ..shape::inverse(&disable_user::ACTION, "enable-user")
    }
}

fn commands(call: &Call) -> Vec<String> {
    vec![shape::cli(
        call,
        &["ACL", "SETUSER", call.target.id(), "on"],
    )]
}
