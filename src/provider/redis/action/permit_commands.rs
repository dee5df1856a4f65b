//! `redis.permit-commands`: gives an ACL user exactly the commands back that it had.
//!
//! Never one more: only rules about commands are taken from the receipt.

#[cfg(feature = "redis")]
use super::super::perform;
use super::{Action, deny_commands, shape};
use crate::domain::{Call, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "redis")]
    perform: |on, call| Box::pin(perform::permit_commands(on, call)),
};

fn spec() -> Spec {
    Spec {
        title: "give the user its commands back".to_owned(),
        hurts: shape::hurts("Nobody; whoever knows the user's password can use them again."),
        ..shape::inverse(&deny_commands::ACTION, "permit-commands")
    }
}

fn commands(call: &Call) -> Vec<String> {
    let commands = call.value("commands").and_then(serde_json::Value::as_str);
    let selectors = call
        .value("selectors")
        .and_then(serde_json::Value::as_array);
    let selectors = selectors
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    let mut words = vec!["ACL", "SETUSER", call.target.id()];
    words.extend(commands.unwrap_or("-@all").split_whitespace());
    words.extend(selectors);
    vec![shape::cli(call, &words)]
}
