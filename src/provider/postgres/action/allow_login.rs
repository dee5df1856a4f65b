//! `postgres.allow-login`: lets a role log in again, as it could before.
//!
//! Never opens a session, and never changes the password: what worked before works again.

#[cfg(feature = "postgres")]
use super::super::perform;
use super::{Action, block_login, shape};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::allow_login(on, call)),
};

fn spec() -> Spec {
    Spec {
        title: "let the role log in again".to_owned(),
        hurts: "Nobody; whoever knows the role's password can use it again.".to_owned(),
        ..shape::inverse(&block_login::ACTION, "allow-login")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let statement = format!("ALTER ROLE {} LOGIN", shape::role(call));
    vec![shape::psql(call, &statement)]
}
