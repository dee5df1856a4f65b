//! What a role may do: its attributes, what it owns in each database, and what it was granted in the one we are in.
//!
//! Never calls a grant unused: PostgreSQL does not say when one was used.

use serde_json::{Value, json};

use super::adapter::Handle;
use super::role::resolve_role;
use crate::domain::{Because, Fields, Found, NotSeen, Query, Reading, Why};

/// How many databases with things of the role, and how many grants, are listed.
const MOST: i64 = 500;

const ATTRIBUTES: &str = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = $1";

const OWNS: &str = "SELECT coalesce(d.datname::text, 'the whole server'), count(*) FROM pg_shdepend s \
    LEFT JOIN pg_database d ON d.oid = s.dbid \
    WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1) \
    AND s.deptype = 'o' GROUP BY 1 ORDER BY 1 LIMIT $2";

const GRANTS: &str = "SELECT current_database()::text, n.nspname::text || '.' || c.relname::text, \
      array_agg(DISTINCT a.privilege_type::text ORDER BY a.privilege_type::text) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a \
    WHERE a.grantee = (SELECT oid FROM pg_roles WHERE rolname = $1) GROUP BY 1, 2 ORDER BY 2 LIMIT $2";

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let (reader, role) = resolve_role(on, &query.target).await?;
    let garbled = || {
        Why::new(
            Because::Garbled,
            "the server's answer could not be understood",
        )
    };
    let mut reading = Reading {
        requests: 3,
        ..Reading::default()
    };
    let found = |service: &str, actions: Value| Found {
        what: role.clone(),
        relation: None,
        evidence: "the server's catalogue".to_owned(),
        at: None,
        fields: Fields::from([
            ("service".to_owned(), json!(service)),
            ("actions".to_owned(), actions),
        ]),
    };
    let names = [
        "SUPERUSER",
        "CREATEROLE",
        "CREATEDB",
        "REPLICATION",
        "BYPASSRLS",
    ];
    for row in reader.ask(ATTRIBUTES, &[&role.id()]).await? {
        let mut has = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            if row.try_get::<_, bool>(at).map_err(|_| garbled())? {
                has.push(name);
            }
        }
        if !has.is_empty() {
            reading.found.push(found("server", json!(has)));
        }
    }
    let owns = reader.ask(OWNS, &[&role.id(), &(MOST + 1)]).await?;
    let most = usize::try_from(MOST).unwrap_or_default();
    let is_cut = owns.len() > most;
    for row in owns.iter().take(most) {
        let place: String = row.try_get(0).map_err(|_| garbled())?;
        let count: i64 = row.try_get(1).map_err(|_| garbled())?;
        reading
            .found
            .push(found(&place, json!([format!("owns {count} objects")])));
    }
    let rows = reader.ask(GRANTS, &[&role.id(), &(MOST + 1)]).await?;
    let is_cut = is_cut || rows.len() > most;
    for row in rows.iter().take(most) {
        let database: String = row.try_get(0).map_err(|_| garbled())?;
        let table: String = row.try_get(1).map_err(|_| garbled())?;
        let actions: Vec<String> = row.try_get(2).map_err(|_| garbled())?;
        reading
            .found
            .push(found(&format!("{database} {table}"), json!(actions)));
    }
    let text = if is_cut {
        "there is more than is listed, and other databases have grants of their own"
    } else {
        "other databases have grants of their own: name each as a server"
    };
    reading.not_seen.push(NotSeen {
        what: format!("all grants of {role}"),
        why: Why::new(Because::NotImplemented, text),
        withholds: false,
    });
    Ok(reading)
}
