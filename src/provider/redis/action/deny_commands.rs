//! `redis.deny-commands`: takes every command away from an ACL user, which stays connected.
//!
//! Never ends a connection: one that subscribed before goes on receiving.

use serde_json::json;

use super::super::kind;
#[cfg(feature = "redis")]
use super::super::perform;
use super::{Action, shape};
use crate::domain::{Access, Call, Cut, Fate, Rung, Spec};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "redis")]
    perform: |on, call| Box::pin(perform::deny_commands(on, call)),
};

fn spec() -> Spec {
    let cut = Cut {
        rung: Rung::Narrow,
        target: Fate::Lives,
        issued: Fate::Lives,
        of: vec![kind("client")],
        before_call: false,
        stops_issue: false,
        allows: Access::Nothing,
    };
    Spec {
        title: "take every command away from the user".to_owned(),
        hurts: shape::hurts("Whatever works as this user: it stays connected and may do nothing."),
        unconfirmed: shape::unconfirmed(),
        ..shape::cut(
            "deny-commands",
            "permit-commands",
            cut,
            &[("commands", json!("-@all")), ("selectors", json!([]))],
        )
    }
}

/// Two lines, as a server before Redis 7 knows no further sets of rules and refuses a line that clears them.
fn commands(call: &Call) -> Vec<String> {
    let rules = ["-@all", "clearselectors"].into_iter();
    let line = |rule| shape::cli(call, &["ACL", "SETUSER", call.target.id(), rule]);
    rules.map(line).collect()
}
