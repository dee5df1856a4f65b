//! What hangs on a role: the sessions it has open, the roles it may become, and those that keep its rights.
//!
//! Never claims to know which roles it created: PostgreSQL does not note that.

use serde_json::json;
use tokio_postgres::Row;

use super::adapter::Handle;
use super::client::{Reader, time};
use super::kind;
use super::role::resolve_role;
use crate::domain::{
    Because, Fields, Found, Locator, NotSeen, Query, Reading, Relation, Time, Why,
};

/// How many sessions, and how many roles each way, are taken from an answer.
const MOST: usize = 1000;

const SESSIONS: &str = "SELECT a.pid, (date_part('epoch', a.backend_start) * 1000000)::bigint, a.datname::text, \
    a.application_name, host(a.client_addr), a.state, a.backend_type \
    FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid \
    WHERE r.rolname = $1 AND a.pid <> pg_backend_pid() ORDER BY a.pid LIMIT $2";

/// Roles that it is a member of, directly or through others, and so may become or has the rights of.
const BECOMES: &str = "WITH RECURSIVE up(roleid) AS (\
      SELECT m.roleid FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1 \
      UNION SELECT m.roleid FROM pg_auth_members m JOIN up ON m.member = up.roleid) \
    SELECT r.rolname::text FROM up JOIN pg_roles r ON r.oid = up.roleid ORDER BY 1 LIMIT $2";

/// Roles that are members of it, directly or through others, and so keep its rights while it may not log in.
const MEMBERS: &str = "WITH RECURSIVE down(member) AS (\
      SELECT m.member FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = $1 \
      UNION SELECT m.member FROM pg_auth_members m JOIN down ON m.roleid = down.member) \
    SELECT r.rolname::text FROM down JOIN pg_roles r ON r.oid = down.member WHERE r.rolcanlogin ORDER BY 1 LIMIT $2";

/// Whether it could make roles, how many standbys there are, and how many transactions it left prepared.
const AROUND: &str = "SELECT r.rolsuper OR r.rolcreaterole, (SELECT count(*) FROM pg_stat_replication), \
    (SELECT count(*) FROM pg_prepared_xacts p WHERE p.owner = r.rolname), pg_is_in_recovery() \
    FROM pg_roles r WHERE r.rolname = $1";

/// A session that is open.
pub(super) struct Open {
    pid: i32,
    micros: Option<i64>,
    /// When it began, where we may see that.
    pub(super) began: Option<Time>,
    database: Option<String>,
    program: Option<String>,
    address: Option<String>,
    backend: Option<String>,
}

impl Open {
    fn of(row: &Row) -> Option<Self> {
        let micros: Option<i64> = row.try_get(1).ok()?;
        Some(Self {
            pid: row.try_get(0).ok()?,
            micros,
            began: micros.and_then(time),
            database: row.try_get(2).ok()?,
            program: row.try_get(3).ok()?,
            address: row.try_get(4).ok()?,
            backend: row.try_get(6).ok()?,
        })
    }

    /// Its name; processes are counted anew, so the time of its beginning belongs to it.
    pub(super) fn locator(&self, role: &Locator) -> Locator {
        let id = format!("{}-{}", self.pid, self.micros.unwrap_or_default());
        Locator::new(&kind("session"), &id, role.account())
    }

    /// From where, with what, on what.
    pub(super) fn describe(&self, fields: &mut Fields) {
        let told = [
            ("source_ip", self.address.as_deref().or(Some("local"))),
            (
                "user_agent",
                self.program
                    .as_deref()
                    .filter(|program| !program.is_empty()),
            ),
            ("database", self.database.as_deref()),
            ("backend", self.backend.as_deref()),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
    }
}

/// The rows that answer a question about a role, as many as are taken; where there are more, that is said.
async fn rows(
    reader: &Reader<'_>,
    (question, what): (&'static str, &str),
    role: &Locator,
) -> Result<(Vec<Row>, Option<NotSeen>), Why> {
    let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let mut rows = reader.ask(question, &[&role.id(), &limit]).await?;
    let cut = (rows.len() > MOST).then(|| {
        let text = format!("there are more than {MOST}, of which the first are listed");
        let what = format!("all {what} of {role}");
        unseen(what, Because::NotImplemented, &text, true)
    });
    rows.truncate(MOST);
    Ok((rows, cut))
}

/// The sessions that a role has open, ours aside, and whether there are more.
pub(super) async fn sessions(
    reader: &Reader<'_>,
    role: &Locator,
) -> Result<(Vec<Open>, Option<NotSeen>), Why> {
    let (rows, cut) = rows(reader, (SESSIONS, "sessions"), role).await?;
    let each = rows.iter().map(|row| Open::of(row).ok_or_else(garbled));
    Ok((each.collect::<Result<_, _>>()?, cut))
}

fn garbled() -> Why {
    Why::new(
        Because::Garbled,
        "the server's answer could not be understood",
    )
}

fn unseen(what: String, because: Because, text: &str, withholds: bool) -> NotSeen {
    NotSeen {
        what,
        why: Why::new(because, text),
        withholds,
    }
}

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let (reader, role) = resolve_role(on, &query.target).await?;
    let mut reading = Reading::default();
    if query.target.kind().noun() == "session" {
        return Ok(reading);
    }
    let (open, cut) = sessions(&reader, &role).await?;
    reading.not_seen.extend(cut);
    if open.iter().any(|one| one.micros.is_none()) {
        let text = "when the sessions of others began is only told to who has pg_read_all_stats";
        let what = format!("when sessions of {role} began");
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, false));
    }
    reading.found.extend(open.iter().map(|one| {
        let mut fields = Fields::from([
            ("principal".to_owned(), json!(role)),
            ("status".to_owned(), json!("Active")),
            ("credential".to_owned(), json!(true)),
        ]);
        one.describe(&mut fields);
        Found {
            what: one.locator(&role),
            relation: Some(Relation::Minted),
            evidence: "an open session in pg_stat_activity".to_owned(),
            at: one.began,
            fields,
        }
    }));
    let becomes = [
        (
            (BECOMES, "groups"),
            Relation::CouldEnter,
            "it is a member of it, and has its rights or may SET ROLE to it",
        ),
        (
            (MEMBERS, "members"),
            Relation::Shared,
            "a member of it: keeps its rights while it may not log in",
        ),
    ];
    for (question, relation, evidence) in becomes {
        let (rows, cut) = rows(&reader, question, &role).await?;
        reading.not_seen.extend(cut);
        for row in rows {
            let other: String = row.try_get(0).map_err(|_| garbled())?;
            reading.found.push(Found {
                what: Locator::new(&kind("role"), &other, role.account()),
                relation: Some(relation),
                evidence: evidence.to_owned(),
                at: None,
                fields: Fields::new(),
            });
        }
    }
    around(on, (&reader, &role), &mut reading).await?;
    let wanted = |found: &Found| {
        query.relations.is_empty()
            || found
                .relation
                .is_none_or(|relation| query.relations.contains(&relation))
    };
    reading.found.retain(wanted);
    reading.requests = 4;
    Ok(reading)
}

/// What cannot be seen from here, and whether it matters.
async fn around(
    on: &Handle,
    (reader, role): (&Reader<'_>, &Locator),
    reading: &mut Reading,
) -> Result<(), Why> {
    let rows = reader.ask(AROUND, &[&role.id()]).await?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let makes_roles: bool = row.try_get(0).map_err(|_| garbled())?;
    let standbys: i64 = row.try_get(1).map_err(|_| garbled())?;
    let prepared: i64 = row.try_get(2).map_err(|_| garbled())?;
    let is_standby: bool = row.try_get(3).map_err(|_| garbled())?;
    if makes_roles {
        on.servers().listed.could_make(role);
    }
    // What it may do now is what it was left with: it could before.
    if on.servers().listed.is_maker(role) {
        let text = "it may create roles, or could before, and PostgreSQL does not note who created one: look through pg_roles for those nobody knows";
        let what = format!("which roles {role} created");
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, true));
    }
    if standbys > 0 {
        let text = "what is blocked here is blocked on a standby once it has replayed it, and sessions there are ended there: name each standby as a server";
        let what = format!("sessions of {role} on {standbys} standbys or subscribers");
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, true));
    }
    if is_standby {
        let text = "this server is a standby: roles are changed on its primary, and sessions there are seen there";
        let what = format!("sessions of {role} on the primary");
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, true));
    }
    if prepared > 0 {
        let text = "they stay until somebody commits or rolls them back: see pg_prepared_xacts";
        let what = format!("what {prepared} prepared transactions of {role} will do");
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, false));
    }
    Ok(())
}
