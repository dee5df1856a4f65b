//! On what we stand at each server, for whoever asks before an incident: what our role may do there.
//!
//! Changes nothing.

use super::adapter::Handle;
use crate::domain::Why;
use crate::provider::{Footing, Stands};

const RIGHTS: &str = "SELECT r.rolsuper, r.rolcreaterole, pg_has_role(r.oid, 'pg_signal_backend', 'USAGE'), \
    pg_has_role(r.oid, 'pg_read_all_stats', 'USAGE'), pg_is_in_recovery() FROM pg_roles r WHERE r.rolname = $1";

pub(super) async fn footing(on: &Handle) -> Vec<Footing> {
    let names = on.servers().listed.names().unwrap_or_default();
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let (stands, said) = match rights(on, &name).await {
            Ok(said) => said,
            Err(why) => (Stands::Not, why.to_string()),
        };
        all.push(Footing {
            what: format!("postgres server {name}"),
            stands,
            said,
        });
    }
    all
}

async fn rights(on: &Handle, name: &str) -> Result<(Stands, String), Why> {
    let reader = on.servers().reader(name).await?;
    let rows = reader.ask(RIGHTS, &[&reader.user]).await?;
    let is = |at: usize| rows.first().and_then(|row| row.try_get::<_, bool>(at).ok()) == Some(true);
    let user = &reader.user;
    if is(4) {
        let said = format!(
            "{user} is let in, and the server is a standby: roles are changed on its primary"
        );
        return Ok((Stands::Not, said));
    }
    if is(0) {
        return Ok((
            Stands::Loosely,
            format!("{user} is a superuser: less would do"),
        ));
    }
    let lacks: Vec<&str> = [
        (1, "CREATEROLE, with which logins are blocked"),
        (
            2,
            "membership in pg_signal_backend, with which sessions are ended",
        ),
        (
            3,
            "membership in pg_read_all_stats, with which sessions are seen whole",
        ),
    ]
    .into_iter()
    .filter_map(|(at, what)| (!is(at)).then_some(what))
    .collect();
    Ok(match lacks.is_empty() {
        true => (
            Stands::Well,
            format!("{user} may block logins and end sessions, those of superusers aside"),
        ),
        false if is(1) => (
            Stands::Loosely,
            format!("{user} lacks {}", lacks.join("; ")),
        ),
        false => (Stands::Not, format!("{user} lacks {}", lacks.join("; "))),
    })
}
