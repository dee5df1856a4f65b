//! What changes a role: one statement each, and for a blocked login the end of its sessions after it.
//!
//! Never repeats a statement whose answer was lost. What is not certainly done is not called done.

use postgres_protocol::escape::{escape_identifier, escape_literal};
use postgres_protocol::password::scram_sha_256;
use serde_json::{Value, json};

use super::action::PAST;
use super::adapter::Handle;
use super::client::Hand;
use super::role::OPEN;
use crate::domain::{Answer, Because, Call, Duration, Fields, Outcome, Why};
use crate::provider::password;

/// How often sessions are ended: one may have been admitted just before the login was blocked.
const ROUNDS: u32 = 3;
/// How long an ended session is given to be gone.
const PAUSE: Duration = Duration::from_millis(150);

const END: &str = "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a \
    JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid WHERE r.rolname = $1 AND a.pid <> pg_catalog.pg_backend_pid()";
const LEFT: &str = "SELECT count(*) FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid \
    WHERE r.rolname = $1 AND a.pid <> pg_catalog.pg_backend_pid()";
const SUPER: &str = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1";

/// A question before the statement that failed: nothing happened.
fn before(why: Why) -> Outcome {
    if why.because == Because::Throttled {
        Outcome::Throttled { until: None }
    } else if why.because.may_pass() {
        Outcome::Unavailable(why)
    } else {
        Outcome::Refused(why)
    }
}

fn refused(because: Because, text: impl Into<String>) -> Outcome {
    Outcome::Refused(Why::new(because, text))
}

fn done(applied: bool, fields: Fields) -> Outcome {
    Outcome::Done(Answer {
        applied,
        fields,
        ..Answer::default()
    })
}

/// A connection to the server of a call, and the role as an identifier.
async fn reach<'a>(on: &'a Handle, call: &Call) -> Result<(Hand<'a>, String), Outcome> {
    let name = call.target.id();
    if name.is_empty() || name.contains('\0') {
        return Err(refused(Because::Invalid, "this is no name of a role"));
    }
    let server = call.target.account().unwrap_or_default();
    let hand = on.servers().hand(server).await.map_err(before)?;
    Ok((hand, escape_identifier(name)))
}

/// Sends one statement about the role.
async fn alter(on: &Handle, call: &Call, clause: &str) -> Outcome {
    let (hand, role) = match reach(on, call).await {
        Ok(reached) => reached,
        Err(outcome) => return outcome,
    };
    match hand.tell(&format!("ALTER ROLE {role} {clause}")).await {
        Ok(()) => done(true, Fields::new()),
        Err(outcome) => outcome,
    }
}

/// Blocks the login, then ends the sessions; the one without the other is told, and not called in force.
pub(super) async fn block_login(on: &Handle, call: &Call) -> Outcome {
    let (hand, role) = match reach(on, call).await {
        Ok(reached) => reached,
        Err(outcome) => return outcome,
    };
    if let Err(outcome) = hand.tell(&format!("ALTER ROLE {role} NOLOGIN")).await {
        return outcome;
    }
    let mut ended = 0;
    for round in 1..=ROUNDS {
        match hand.ask(END, &[&call.target.id()]).await {
            Ok(rows) => ended += rows.len(),
            // The login is blocked all the same: looking shows the sessions that are left.
            Err(why) => {
                let left = format!(
                    "the login is blocked, and its sessions were not ended: {}",
                    why.text
                );
                return done(false, Fields::from([("left".to_owned(), json!(left))]));
            }
        }
        let left = hand.ask(LEFT, &[&call.target.id()]).await;
        let left: Option<i64> = left.ok().and_then(|rows| rows.first()?.try_get(0).ok());
        if left == Some(0) {
            return done(
                true,
                Fields::from([("sessions_ended".to_owned(), json!(ended))]),
            );
        }
        if round < ROUNDS {
            on.clock().sleep(PAUSE).await;
        }
    }
    done(
        false,
        Fields::from([("sessions_ended".to_owned(), json!(ended))]),
    )
}

/// Gives the login back where it was there before.
pub(super) async fn allow_login(on: &Handle, call: &Call) -> Outcome {
    match call.value("access").and_then(Value::as_str) {
        Some(OPEN) => alter(on, call, "LOGIN").await,
        before => {
            let before = before.unwrap_or("not known");
            let text = format!("before, the login was {before}: there is none to give back");
            refused(Because::Conflict, text)
        }
    }
}

/// Lets it open no further session; superusers are not bound by that.
pub(super) async fn limit_connections(on: &Handle, call: &Call) -> Outcome {
    let (hand, role) = match reach(on, call).await {
        Ok(reached) => reached,
        Err(outcome) => return outcome,
    };
    let is_super: Option<bool> = match hand.ask(SUPER, &[&call.target.id()]).await {
        Ok(rows) => rows.first().and_then(|row| row.try_get(0).ok()),
        Err(why) => return before(why),
    };
    match is_super {
        Some(false) => match hand
            .tell(&format!("ALTER ROLE {role} CONNECTION LIMIT 0"))
            .await
        {
            Ok(()) => done(true, Fields::new()),
            Err(outcome) => outcome,
        },
        Some(true) => refused(
            Because::Conflict,
            "a connection limit does not bind a superuser: block its login",
        ),
        None => refused(Because::Missing, "there is no such role"),
    }
}

/// Gives the connection limit of before back.
pub(super) async fn lift_connection_limit(on: &Handle, call: &Call) -> Outcome {
    let limit = call.value("connection_limit").and_then(Value::as_i64);
    match limit
        .and_then(|limit| i32::try_from(limit).ok())
        .filter(|limit| *limit >= -1)
    {
        Some(limit) => alter(on, call, &format!("CONNECTION LIMIT {limit}")).await,
        None => refused(
            Because::Invalid,
            "the connection limit of before is not known",
        ),
    }
}

/// Puts the end of the password into the past.
pub(super) async fn expire_password(on: &Handle, call: &Call) -> Outcome {
    alter(on, call, &format!("VALID UNTIL {}", escape_literal(PAST))).await
}

/// Gives the end of the password of before back.
pub(super) async fn restore_password_expiry(on: &Handle, call: &Call) -> Outcome {
    let until = match call.value("valid_until").and_then(Value::as_str) {
        Some("never") => "infinity",
        Some(until) => until,
        None => return refused(Because::Invalid, "the end of before is not known"),
    };
    alter(on, call, &format!("VALID UNTIL {}", escape_literal(until))).await
}

/// Sets a new password, of which the server gets the verifier alone.
pub(super) async fn rotate_password(on: &Handle, call: &Call) -> Outcome {
    let made = password::fresh().and_then(|new| {
        let pair = password::pair(call.target.id(), &new)?;
        Ok((new, pair))
    });
    let (new, pair) = match made {
        Ok(made) => made,
        Err(why) => return before(why),
    };
    let verifier = scram_sha_256(new.expose().as_bytes());
    let outcome = alter(on, call, &format!("PASSWORD {}", escape_literal(&verifier))).await;
    let Outcome::Done(answer) = outcome else {
        return outcome;
    };
    Outcome::Done(Answer {
        made: vec![call.target.clone()],
        secret: Some(pair),
        ..answer
    })
}
