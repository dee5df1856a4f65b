//! `postgres.expire-password`: lets the password of a role be of no use from now on.
//!
//! Never stops a login by certificate, peer, GSSAPI or LDAP, and never ends a session.

use serde_json::json;

use super::super::kind;
#[cfg(feature = "postgres")]
use super::super::perform;
use super::{Action, shape};
use crate::domain::{Access, Call, Cut, Fate, Rung, Spec, Tier};

/// The end that is written; what lies that far back is past on every clock.
pub(in super::super) const PAST: &str = "1970-01-01T00:00:00Z";

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "postgres")]
    perform: |on, call| Box::pin(perform::expire_password(on, call)),
};

fn spec() -> Spec {
    let cut = Cut {
        rung: Rung::Narrow,
        target: Fate::Lives,
        issued: Fate::Lives,
        of: vec![kind("session")],
        before_call: false,
        stops_issue: false,
        allows: Access::AsBefore,
    };
    Spec {
        title: "let the role's password lapse".to_owned(),
        hurts: "Whatever logs in with the password; other ways in and open sessions go on."
            .to_owned(),
        floor: Tier::LOW,
        standards: vec!["MITRE D3FEND 1.2.0 D3-CRO".to_owned()],
        ..shape::cut(
            "expire-password",
            "restore-password-expiry",
            cut,
            ("valid_until", json!(PAST)),
        )
    }
}

fn commands(call: &Call) -> Vec<String> {
    let statement = format!(
        "ALTER ROLE {} VALID UNTIL {}",
        shape::role(call),
        shape::literal(PAST)
    );
    vec![shape::psql(call, &statement)]
}
