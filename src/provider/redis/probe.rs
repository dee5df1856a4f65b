//! Trying the old password of a user with one `AUTH`, whose answer alone counts.
//!
//! Redis says the same of a wrong password and of a user that is off, so a refusal proves something only of a password
//! that is, or once was, the user's.

use redis::ErrorKind;

use super::adapter::Handle;
use super::failure;
use super::kind;
use super::user;
use crate::domain::{Because, Digest, Locator, Probe, Secret, Why};

pub(super) async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Probe {
    match try_out(on, target, with).await {
        Ok(probe) => probe,
        Err(why) => Probe::Unclear(why),
    }
}

async fn try_out(on: &Handle, target: &Locator, with: &Secret) -> Result<Probe, Why> {
    if *target.kind() != kind("user") {
        let text = "only a user has a password that can be tried";
        return Err(Why::new(Because::NotImplemented, text));
    }
    let server = target.account().unwrap_or_default();
    let answer = on.servers().try_out(server, (target.id(), with)).await?;
    let failed = match answer {
        Ok(redis::Value::Okay) => {
            on.servers().listed.know(target, with);
            return Ok(Probe::Accepted);
        }
        Ok(_) => return Err(user::garbled()),
        Err(failed) => failed,
    };
    let is_refused = failed.code() == Some("WRONGPASS")
        && matches!(
            failed.kind(),
            ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::AuthenticationFailed
        );
    if !is_refused {
        return Err(failure::why(&failed, server));
    }
    if on.servers().listed.knew(target, with) {
        return Ok(Probe::Refused);
    }
    let mut reader = on.servers().reader(server).await?;
    let hash = hash(with);
    let is_its_own = user::user(&mut reader, target.id())
        .await?
        .is_some_and(|user| user.takes(&hash));
    if is_its_own {
        on.servers().listed.know(target, with);
        return Ok(Probe::Refused);
    }
    let text =
        "the server does not take this password, and nothing shows that it ever was the user's";
    Err(Why::new(Because::Invalid, text))
}

/// How the server keeps a password.
pub(super) fn hash(password: &Secret) -> String {
    Digest::of(password.expose().as_bytes()).to_string()
}
