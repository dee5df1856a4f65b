//! What a role does right now. PostgreSQL keeps no log that can be asked.
//!
//! Never reads the text of a query: it may hold secrets.

use serde_json::json;

use super::adapter::Handle;
use super::reach::{Open, sessions};
use super::role::resolve_role;
use crate::domain::{Because, Fields, Found, NotSeen, Query, Reading, Why};

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let (reader, role) = resolve_role(on, &query.target).await?;
    let (open, cut) = sessions(&reader, &role).await?;
    let event = |one: &Open| {
        let mut fields = Fields::from([
            ("event".to_owned(), json!("login")),
            ("accepted".to_owned(), json!(true)),
        ]);
        one.describe(&mut fields);
        Found {
            what: one.locator(&role),
            relation: None,
            evidence: "pg_stat_activity".to_owned(),
            at: one.began,
            fields,
        }
    };
    let text = "PostgreSQL keeps no log that can be asked: with log_connections its log files tell of earlier sessions";
    Ok(Reading {
        found: open.iter().map(event).collect(),
        not_seen: [NotSeen {
            what: format!("what sessions of {role} did that have ended"),
            why: Why::new(Because::NotImplemented, text),
            withholds: false,
        }]
        .into_iter()
        .chain(cut)
        .collect(),
        requests: 1,
        ..Reading::default()
    })
}
