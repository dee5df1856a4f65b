//! `postgres.lift-connection-limit`: gives a role the connection limit back that it had.
//!
//! Never a wider one.

#[cfg(feature = "postgres")]
use super::super::perform;
use super::{Action, limit_connections, shape};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::lift_connection_limit(on, call)),
};

fn spec() -> Spec {
    Spec {
        title: "give the role its connection limit back".to_owned(),
        hurts: "Nobody; whoever knows the role's password can connect again.".to_owned(),
        ..shape::inverse(&limit_connections::ACTION, "lift-connection-limit")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let before = call
        .value("connection_limit")
        .and_then(serde_json::Value::as_i64);
    let statement =
        before.map(|limit| format!("ALTER ROLE {} CONNECTION LIMIT {limit}", shape::role(call)));
    statement
        .map(|statement| shape::psql(call, &statement))
        .into_iter()
        .collect()
}
