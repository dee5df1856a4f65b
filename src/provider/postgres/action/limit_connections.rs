//! `postgres.limit-connections`: lets a role open no further session.
//!
//! Never ends one that is open. Does not bind a superuser, and refuses to be tried on one.

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
    perform: |on, call| Box::pin(perform::limit_connections(on, call)),
};

fn spec() -> Spec {
    let cut = Cut {
        rung: Rung::Narrow,
        target: Fate::Lives,
        issued: Fate::Lives,
        of: vec![kind("session")],
        before_call: false,
        stops_issue: true,
        allows: Access::AsBefore,
    };
    Spec {
        title: "let the role open no further session".to_owned(),
        hurts: "Whatever connects anew as this role; sessions that are open go on.".to_owned(),
        floor: Tier::LOW,
        standards: vec!["MITRE D3FEND 1.2.0 D3-AL".to_owned()],
        ..shape::cut(
            "limit-connections",
            "lift-connection-limit",
            cut,
            ("connection_limit", json!(0)),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let statement = format!("ALTER ROLE {} CONNECTION LIMIT 0", shape::role(call));
    vec![shape::psql(call, &statement)]
}
