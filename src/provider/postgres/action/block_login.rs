//! `postgres.block-login`: keeps a role from logging in, and ends the sessions that it has open.
//!
//! Never touches the password. Ends no session of ours, and is seen in force only once none of the role's is left.

use serde_json::json;

use super::super::kind;
#[cfg(feature = "postgres")]
use super::super::perform;
use super::{Action, shape};
use crate::domain::{Access, Call, Cut, Fate, Rung, Spec, Tier};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::block_login(on, call)),
};

fn spec() -> Spec {
    let cut = Cut {
        rung: Rung::Suspend,
        target: Fate::Pauses,
        issued: Fate::Dies,
        of: vec![kind("session")],
        before_call: false,
        stops_issue: true,
        allows: Access::Nothing,
    };
    Spec {
        title: "keep the role from logging in and end its sessions".to_owned(),
        hurts: "Whatever logs in as this role; its transactions under way are lost. Members of the role keep its rights."
            .to_owned(),
        floor: Tier::LOW,
        permissions: vec![
            shape::ALTER.to_owned(),
            "pg_signal_backend".to_owned(),
            "pg_read_all_stats".to_owned(),
        ],
        unconfirmed: vec![
            "sessions on a standby, or behind a pooler that logs in as another role, are not seen from here".to_owned(),
            "transactions that the role prepared for a two-phase commit stay and hold their locks".to_owned(),
        ],
        standards: vec!["MITRE D3FEND 1.2.0 D3-AL".to_owned()],
        ..shape::cut("block-login", "allow-login", cut, ("access", json!("closed")))
    }
}

fn commands(call: &Call) -> Vec<String> {
    let end = format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = {} AND pid <> pg_catalog.pg_backend_pid()",
        shape::literal(call.target.id())
    );
    let block = format!("ALTER ROLE {} NOLOGIN", shape::role(call));
    vec![shape::psql(call, &block), shape::psql(call, &end)]
}
