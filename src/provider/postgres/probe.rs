//! Trying the old password of a role with one login, which changes nothing.
//!
//! Two refusals prove different things: one says that the role may not log in, and where the server asks for a password that
//! this one is right; the other that the password is not right, which proves something only of a password that was.

use tokio_postgres::error::SqlState;

use super::adapter::Handle;
use super::client::Broken;
use super::failure;
use super::kind;
use crate::domain::{Because, Locator, Probe, Secret, Why};

/// Where the server decides whether a role that proved itself may come in (`src/backend/utils/init/miscinit.c`); what
/// `pg_hba.conf` refuses is refused elsewhere, under the same SQLSTATE.
const ADMITS: &str = "InitializeSessionUserId";
/// Where it decides whether the database lets the role in (`src/backend/utils/init/postinit.c`).
const DATABASE: &str = "CheckMyDatabase";

pub(super) async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Probe {
    if *target.kind() != kind("role") {
        let text = "only a role has a password that can be tried";
        return Probe::Unclear(Why::new(Because::NotImplemented, text));
    }
    let server = target.account().unwrap_or_default();
    let mut config = match on.servers().config(server) {
        Ok(config) => config,
        Err(why) => return Probe::Unclear(why),
    };
    config.user(target.id());
    config.password(with.expose());
    let failed = match on.servers().open(server, config).await {
        Ok(_) => {
            know(on, target, with).await;
            return Probe::Accepted;
        }
        Err(Broken::Unsent(why)) => return Probe::Unclear(why),
        Err(Broken::Server(failed)) => failed,
    };
    let why = failure::why(&failed, server);
    let Some(error) = failed.as_db_error() else {
        return Probe::Unclear(why);
    };
    let at = |routine| error.routine() == Some(routine);
    match () {
        () if *error.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION && at(ADMITS) => {
            know(on, target, with).await;
            Probe::Refused
        }
        () if *error.code() == SqlState::INVALID_PASSWORD
            && on.servers().listed.knew(target, with) =>
        {
            Probe::Refused
        }
        () if *error.code() == SqlState::INVALID_PASSWORD => {
            let text = format!(
                "the server does not take this password, and nothing shows that it ever was the role's: {}",
                failure::said(error)
            );
            Probe::Unclear(Why::new(Because::Invalid, text))
        }
        () if *error.code() == SqlState::INSUFFICIENT_PRIVILEGE && at(DATABASE) => {
            know(on, target, with).await;
            Probe::Forbidden
        }
        () => Probe::Unclear(why),
    }
}

/// Keeps that a password is the role's, where it was asked for one: where `pg_hba.conf` trusts, any is as good as none.
async fn know(on: &Handle, target: &Locator, with: &Secret) {
    let servers = on.servers();
    if servers.listed.knew(target, with) {
        return;
    }
    let server = target.account().unwrap_or_default();
    let Ok(config) = servers.bare(server, target.id()) else {
        return;
    };
    if let Err(Broken::Server(failed)) = servers.open(server, config).await
        && failure::is_password_missing(&failed)
    {
        servers.listed.know(target, with);
    }
}
