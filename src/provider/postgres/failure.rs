//! What went wrong with a server, told apart by the SQLSTATE and never by the server's text.
//!
//! Never repeats an address or a password: of a failed connection only its sort is told.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::domain::{Because, Outcome, Why};
use crate::provider::line;
use crate::provider::listed::{self, DISTRUSTED};

/// How much of a server's text is kept.
const SHOWN: usize = 200;

/// What a server said, for people.
pub(super) fn said(error: &DbError) -> String {
    let text: String = error.message().chars().take(SHOWN).collect();
    format!("{text} (SQLSTATE {})", error.code().code())
}

fn because(error: &DbError) -> Because {
    let code = error.code();
    match () {
        () if *code == SqlState::INSUFFICIENT_PRIVILEGE => Because::Denied,
        () if *code == SqlState::UNDEFINED_OBJECT => Because::Missing,
        () if [
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        ]
        .contains(code) =>
        {
            Because::Unauthenticated
        }
        () if *code == SqlState::TOO_MANY_CONNECTIONS => Because::Throttled,
        () if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Because::Conflict,
        // Operator intervention, connection trouble, out of resources: it may pass.
        () if ["57", "08", "53"].contains(&code.code().get(..2).unwrap_or_default()) => {
            Because::Unavailable
        }
        () => Because::Conflict,
    }
}

/// Why a question got no answer.
pub(super) fn why(failed: &Error, what: &str) -> Why {
    match failed.as_db_error() {
        Some(error) => Why::new(because(error), format!("{what}: {}", said(error))),
        None if line::is_flooded(failed) => line::flooded(what),
        None if failed.is_closed() => Why::new(
            Because::Unavailable,
            format!("{what} closed the connection"),
        ),
        None if listed::is_distrusted(failed) => {
            Why::new(Because::Unavailable, format!("{what} {DISTRUSTED}"))
        }
        None => Why::new(Because::Unavailable, format!("{what} was not reached")),
    }
}

/// Whether the server asked for a password where none was shown; the client library has no name for that but its text.
pub(super) fn is_password_missing(failed: &Error) -> bool {
    let source = std::error::Error::source(failed);
    failed.as_db_error().is_none()
        && source.is_some_and(|source| source.to_string() == "password missing")
}

/// What a statement came to that failed: an error ends its transaction, so that nothing happened; anything else may have
/// come after the commit.
pub(super) fn outcome(failed: &Error, what: &str) -> Outcome {
    let why = why(failed, what);
    let is_plain = failed
        .as_db_error()
        .is_some_and(|error| error.parsed_severity() == Some(Severity::Error));
    match why.because {
        _ if !is_plain => Outcome::InDoubt(why),
        Because::Unavailable => Outcome::Unavailable(why),
        Because::Throttled => Outcome::Throttled { until: None },
        Because::Missing
        | Because::Ambiguous
        | Because::Foreign
        | Because::Invalid
        | Because::Unauthenticated
        | Because::Denied
        | Because::Timeout
        | Because::Garbled
        | Because::NotImplemented
        | Because::Forbidden
        | Because::Conflict => Outcome::Refused(why),
    }
}
