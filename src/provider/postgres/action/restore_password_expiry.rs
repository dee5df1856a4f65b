//! `postgres.restore-password-expiry`: gives the password of a role the end back that it had.
//!
//! Never changes the password.

#[cfg(feature = "postgres")]
use super::super::perform;
use super::{Action, expire_password, shape};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::restore_password_expiry(on, call)),
};

fn spec() -> Spec {
    Spec {
        title: "give the role's password its end back".to_owned(),
        hurts: "Nobody; whoever knows the password can use it again.".to_owned(),
        ..shape::inverse(&expire_password::ACTION, "restore-password-expiry")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let before = call
        .value("valid_until")
        .and_then(serde_json::Value::as_str);
    let statement = before.map(|until| {
        let until = if until == "never" { "infinity" } else { until };
        format!(
            "ALTER ROLE {} VALID UNTIL {}",
            shape::role(call),
            shape::literal(until)
        )
    });
    statement
        .map(|statement| shape::psql(call, &statement))
        .into_iter()
        .collect()
}
