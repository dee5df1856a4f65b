//! What went wrong with a server, told apart by the code of its error and never by the text after it.
//!
//! Never repeats an address or a password: of a failed connection only its sort is told.

use redis::{ErrorKind, RedisError};

use crate::domain::{Because, Outcome, Why};
use crate::provider::line;
use crate::provider::listed::{self, DISTRUSTED};

/// How much of a server's text is kept.
const SHOWN: usize = 200;

/// Whether the server itself said no.
fn is_said(failed: &RedisError) -> bool {
    matches!(failed.kind(), ErrorKind::Server(_) | ErrorKind::Extension)
}

/// What the server said, for people.
fn said(failed: &RedisError) -> String {
    let code = failed.code().unwrap_or("ERR");
    let detail: String = failed
        .detail()
        .unwrap_or_default()
        .chars()
        .take(SHOWN)
        .collect();
    format!("{code} {detail}")
}

/// Why a question got no answer.
pub(super) fn why(failed: &RedisError, what: &str) -> Why {
    if failed.kind() == ErrorKind::AuthenticationFailed {
        let text = format!("{what} does not take our own credential");
        return Why::new(Because::Unauthenticated, text);
    }
    if !is_said(failed) {
        return if line::is_flooded(failed) {
            line::flooded(what)
        } else if failed.is_timeout() {
            Why::new(
                Because::Timeout,
                format!("{what} gave no answer within the deadline"),
            )
        } else if matches!(
            failed.kind(),
            ErrorKind::Parse | ErrorKind::UnexpectedReturnType
        ) {
            Why::new(
                Because::Garbled,
                format!("{what} answered what is no answer"),
            )
        } else if listed::is_distrusted(failed) {
            Why::new(Because::Unavailable, format!("{what} {DISTRUSTED}"))
        } else {
            Why::new(Because::Unavailable, format!("{what} was not reached"))
        };
    }
    let because = match failed.code().unwrap_or_default() {
        "NOPERM" => Because::Denied,
        "WRONGPASS" | "NOAUTH" => Because::Unauthenticated,
        "LOADING" | "BUSY" | "MASTERDOWN" | "TRYAGAIN" | "CLUSTERDOWN" => Because::Unavailable,
        _ => Because::Conflict,
    };
    Why::new(because, format!("{what}: {}", said(failed)))
}

/// What a command came to that failed: what the server refuses it did not do; anything else may have come after it did.
pub(super) fn outcome(failed: &RedisError, what: &str) -> Outcome {
    let why = why(failed, what);
    if !is_said(failed) {
        return Outcome::InDoubt(why);
    }
    if why.because == Because::Unavailable {
        Outcome::Unavailable(why)
    } else {
        Outcome::Refused(why)
    }
}
