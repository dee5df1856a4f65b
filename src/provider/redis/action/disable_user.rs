//! `redis.disable-user`: switches an ACL user off, and ends the connections that it has open.
//!
//! Never touches its passwords or rules. Is seen in force only once no connection of it is left: `off` alone leaves those.

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
    perform: |on, call| Box::pin(perform::disable_user(on, call)),
};

fn spec() -> Spec {
    let cut = Cut {
        rung: Rung::Suspend,
        target: Fate::Pauses,
        issued: Fate::Dies,
        of: vec![kind("client")],
        before_call: false,
        stops_issue: true,
        allows: Access::Nothing,
    };
    let mut spec = shape::cut(
        "disable-user",
        "enable-user",
        cut,
        &[("access", json!("closed"))],
    );
    spec.permissions.push("+client|kill".to_owned());
    Spec {
        title: "switch the user off and end its connections".to_owned(),
        hurts: shape::hurts(
            "Whatever authenticates as this user; commands under way on its connections are lost.",
        ),
        unconfirmed: shape::unconfirmed(),
        ..spec
    }
}

fn commands(call: &Call) -> Vec<String> {
    let user = call.target.id();
    vec![
        shape::cli(call, &["ACL", "SETUSER", user, "off"]),
        shape::cli(call, &["CLIENT", "KILL", "USER", user]),
    ]
}
