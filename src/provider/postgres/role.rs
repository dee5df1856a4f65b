//! Looking at roles and sessions, and finding them by name; many of one server in one question.
//!
//! A role that may not log in is closed only once no session of it is left. Never calls a role gone whose sessions may
//! live on.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;
use tokio_postgres::Row;

use super::adapter::Handle;
use super::client::Reader;
use super::kind;
use crate::domain::{Because, Fact, Fields, Locator, Named, Seen, Why};
use crate::provider::listed;

/// Roles by name, each with how many sessions of it are open beside this one.
const ROLES: &str = "SELECT r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolreplication, r.rolcreaterole, r.rolconnlimit, \
    CASE WHEN r.rolvaliduntil IS NULL OR r.rolvaliduntil = 'infinity' THEN 'never' \
         WHEN r.rolvaliduntil = '-infinity' THEN '-infinity' \
         ELSE to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') END, \
    (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.pid <> pg_backend_pid()), \
    pg_is_in_recovery() \
    FROM pg_roles r WHERE r.rolname = ANY($1)";

/// Sessions of roles that are there no longer: whose they were, nothing tells.
const ORPHANS: &str = "SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid IS NOT NULL AND a.usesysid <> 0 \
    AND NOT EXISTS (SELECT 1 FROM pg_roles r WHERE r.oid = a.usesysid)";

/// A session by its process and the time at which that began; the latter is hidden from who may not see it.
const SESSION: &str = "SELECT a.usename::text, (date_part('epoch', a.backend_start) * 1000000)::bigint \
    FROM pg_stat_activity a WHERE a.pid = $1";

/// What stands in a field for how a role can be used.
pub(super) const OPEN: &str = "open";
pub(super) const LINGERING: &str = "lingering";
pub(super) const CLOSED: &str = "closed";

pub(super) async fn observe(on: &Handle, targets: &[Locator]) -> Vec<Seen> {
    let asked = listed::by_server(targets)
        .into_iter()
        .map(|(server, targets)| of_server(on, server, targets));
    let facts = join_all(asked).await.into_iter().flatten().collect();
    listed::seen(targets, on.clock().now(), &facts)
}

async fn of_server(on: &Handle, server: &str, targets: Vec<&Locator>) -> BTreeMap<Locator, Fact> {
    let all = |why: Why| {
        let each = targets
            .iter()
            .map(|target| ((*target).clone(), Fact::Unreadable(why.clone())));
        each.collect()
    };
    let reader = match on.servers().reader(server).await {
        Ok(reader) => reader,
        Err(why) => return all(why),
    };
    let names: Vec<&str> = targets
        .iter()
        .filter(|target| *target.kind() == kind("role"))
        .map(|target| target.id())
        .collect();
    let roles = match roles(&reader, &names).await {
        Ok(roles) => roles,
        Err(why) => return all(why),
    };
    let mut facts = BTreeMap::new();
    for target in targets {
        let fact = match target.kind().noun() {
            "role" => match roles.get(target.id()) {
                Some(fields) => {
                    if makes_roles(fields) {
                        on.servers().listed.could_make(target);
                    }
                    let mut fields = fields.clone();
                    fields.insert("principal".to_owned(), json!(target));
                    Ok(Fact::Present(fields))
                }
                None => missing(&reader, target).await,
            },
            "session" => session(&reader, target).await,
            other => Err(Why::new(
                Because::Invalid,
                format!("postgres knows no kind `{other}`"),
            )),
        };
        facts.insert(target.clone(), fact.unwrap_or_else(Fact::Unreadable));
    }
    facts
}

/// The fields of roles, by name.
async fn roles(reader: &Reader<'_>, names: &[&str]) -> Result<BTreeMap<String, Fields>, Why> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = reader.ask(ROLES, &[&names]).await?;
    let each = rows.iter().map(|row| role(row).ok_or_else(garbled));
    each.collect()
}

fn garbled() -> Why {
    Why::new(
        Because::Garbled,
        "the server's answer could not be understood",
    )
}

fn role(row: &Row) -> Option<(String, Fields)> {
    let name: String = row.try_get(0).ok()?;
    let can_login: bool = row.try_get(1).ok()?;
    let limit: i32 = row.try_get(5).ok()?;
    let until: String = row.try_get(6).ok()?;
    let sessions: i64 = row.try_get(7).ok()?;
    let access = match (can_login, sessions) {
        (true, _) => OPEN,
        (false, 0) => CLOSED,
        (false, _) => LINGERING,
    };
    let mut fields = Fields::from([
        ("access".to_owned(), json!(access)),
        ("sessions".to_owned(), json!(sessions)),
        ("connection_limit".to_owned(), json!(limit)),
        ("valid_until".to_owned(), json!(tidy(&until))),
    ]);
    for (at, field) in [
        (2, "superuser"),
        (3, "replication"),
        (4, "creates_roles"),
        (8, "standby"),
    ] {
        let is: bool = row.try_get(at).ok()?;
        if is {
            fields.insert(field.to_owned(), json!(true));
        }
    }
    Some((name, fields))
}

/// Whether a role that looks like this may make others.
pub(super) fn makes_roles(fields: &Fields) -> bool {
    let mut shown = ["superuser", "creates_roles"].into_iter();
    shown.any(|field| fields.get(field) == Some(&json!(true)))
}

/// The end of a password in one form, whole seconds without a fraction.
fn tidy(until: &str) -> String {
    until.replace(".000000Z", "Z")
}

/// What is to be said of a role that is not listed: the list is whole, and shows everybody.
async fn missing(reader: &Reader<'_>, target: &Locator) -> Result<Fact, Why> {
    let rows = reader.ask(ORPHANS, &[]).await?;
    let orphans: i64 = rows
        .first()
        .and_then(|row| row.try_get(0).ok())
        .ok_or_else(garbled)?;
    if orphans == 0 {
        return Ok(Fact::Gone);
    }
    let text = format!(
        "{target} is no role any more, and {orphans} sessions of roles that were dropped live on; end them: SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid <> 0 AND usename IS NULL"
    );
    Err(Why::new(Because::Conflict, text))
}

/// The process of a session, and when it began in microseconds, where the id says.
pub(super) fn parts(id: &str) -> Option<(i32, i64)> {
    let (pid, start) = id.split_once('-')?;
    Some((pid.parse().ok()?, start.parse().ok()?))
}

async fn session(reader: &Reader<'_>, target: &Locator) -> Result<Fact, Why> {
    let (pid, start) = parts(target.id()).ok_or_else(|| {
        let text = "a session is written PROCESS-MICROSECONDS, as contain lists it";
        Why::new(Because::Invalid, text)
    })?;
    let rows = reader.ask(SESSION, &[&pid]).await?;
    let Some(row) = rows.first() else {
        return Ok(Fact::Gone);
    };
    let began: Option<i64> = row.try_get(1).map_err(|_| garbled())?;
    let user: Option<String> = row.try_get(0).map_err(|_| garbled())?;
    match (began, user) {
        (Some(began), _) if began != start => Ok(Fact::Gone),
        (Some(_), Some(user)) => {
            let role = Locator::new(&kind("role"), &user, Some(&reader.name));
            Ok(Fact::Present(Fields::from([
                ("principal".to_owned(), json!(role)),
                ("status".to_owned(), json!("Active")),
            ])))
        }
        (_, _) => {
            let text =
                "when the sessions of others began is only told to who has pg_read_all_stats";
            Err(Why::new(Because::Denied, text))
        }
    }
}

/// Finds what was typed; without a server on all of them.
pub(super) async fn resolve(on: &Handle, named: &Named) -> Result<Locator, Why> {
    let candidates = on.servers().listed.candidates(named)?;
    listed::found(named, observe(on, &candidates).await)
}

/// The role that something is about, with a connection to its server: of a session, whose it is.
pub(super) async fn resolve_role<'a>(
    on: &'a Handle,
    target: &Locator,
) -> Result<(Reader<'a>, Locator), Why> {
    let reader = on
        .servers()
        .reader(target.account().unwrap_or_default())
        .await?;
    if *target.kind() == kind("role") {
        return Ok((reader, target.clone()));
    }
    match session(&reader, target).await? {
        Fact::Present(fields) => {
            let role = fields
                .get("principal")
                .and_then(|role| role.as_str()?.parse().ok());
            Ok((reader, role.ok_or_else(garbled)?))
        }
        Fact::Gone => Err(Why::new(Because::Missing, format!("{target} has ended"))),
        Fact::Unreadable(why) => Err(why),
    }
}
