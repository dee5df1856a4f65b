//! What an answer means: by the pack's rows, by status and body; else by what every status means.
//!
//! What nobody foresaw is in doubt for an action, unreadable for a question, unclear for a probe.

use serde_json::Value;

use super::cel::{Expr, Scope};
use super::engine::Handle;
use super::grammar::{ENDS, PROBES, TELLS};
use super::model::{Ends, Request, Row, covers};
use super::wire::{Answered, Failed};
use crate::domain::{Because, Duration, Outcome, Probe, Time, Why};

/// A vendor that wants us to wait longer is not waited for.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// The longest code of a vendor that is shown.
const LONGEST_CODE: usize = 80;

/// The first row that fits, of those that speak of such questions.
fn row<'a>(
    on: &'a Handle,
    request: &'a Request,
    answered: &Answered,
    scope: &Scope,
    words: &[&str],
) -> Option<&'a Row> {
    let rows = request.answers.iter().chain(&on.file().answers);
    rows.filter(|row| words.contains(&row.is.word()))
        .filter(|row| covers(row, answered.status))
        .find(|row| row.when.as_ref().is_none_or(|when| when.holds(scope)))
}

/// What expressions see of an answer.
pub(super) fn show(scope: &mut Scope, answered: &Answered) {
    scope.set("status", Value::from(answered.status));
    scope.set("body", answered.body.clone());
    let headers = answered.headers.iter();
    let headers = headers.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    scope.set("header", Value::Object(headers.collect()));
}

/// The reason that a row, or the status alone, gives.
fn why(
    on: &Handle,
    request: &Request,
    answered: &Answered,
    row: Option<&Row>,
    scope: &Scope,
) -> Why {
    let because = row.and_then(|row| row.because);
    let because = because.unwrap_or_else(|| because_of(answered.status));
    let said = row.and_then(|row| row.says.as_ref()?.value(scope));
    let said = said
        .as_ref()
        .and_then(Value::as_str)
        .filter(|code| is_code(code));
    let more = match (said, answered.status) {
        (Some(code), _) => format!(" `{code}`"),
        (None, 300..=399) => ", a redirect, which is not followed".to_owned(),
        (None, _) => String::new(),
    };
    Why::new(
        because,
        format!("{} answered {}{more}", on.title(), answered.status),
    )
    .to_itself(request.carries_secret(on.file()))
}

/// Whether a text is a vendor's code for an error rather than prose, which may hold anything.
pub(super) fn is_code(text: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '[' | ']');
    (1..=LONGEST_CODE).contains(&text.len()) && text.chars().all(fits)
}

fn because_of(status: u16) -> Because {
    match status {
        300..=399 => Because::Forbidden,
        401 => Because::Unauthenticated,
        403 => Because::Denied,
        404 | 410 => Because::Missing,
        408 => Because::Timeout,
        409 | 412 | 423 => Because::Conflict,
        429 => Because::Throttled,
        501 => Because::NotImplemented,
        400..=499 => Because::Invalid,
        500..=599 => Because::Unavailable,
        _ => Because::Garbled,
    }
}

/// When the vendor wants to be asked again: `Retry-After` (RFC 9110, section 10.2.3), else the pack's own header.
fn until(on: &Handle, answered: &Answered) -> Option<Time> {
    let now = on.clock().now();
    let after = answered.headers.get("retry-after").map(|said| said.trim());
    let said = after.and_then(|said| match said.parse::<i64>() {
        Ok(seconds) => {
            let wait = Duration::from_secs(seconds.clamp(0, LONGEST_WAIT.as_secs()));
            now.checked_add(wait).ok()
        }
        Err(_) => Some(jiff::fmt::rfc2822::parse(said).ok()?.timestamp()),
    });
    let reset = || {
        let name = &on.file().wait.as_ref()?.reset;
        let seconds: i64 = answered.headers.get(name)?.trim().parse().ok()?;
        Time::from_second(seconds).ok()
    };
    let longest = now.checked_add(LONGEST_WAIT).ok()?;
    Some(said.or_else(reset)?.min(longest).max(now))
}

/// What an answer to an action means; the row that says so, for what the action made.
pub(super) fn outcome(
    on: &Handle,
    request: &Request,
    answered: &Answered,
    scope: &Scope,
) -> Result<Ends, Outcome> {
    let row = row(on, request, answered, scope, &ENDS);
    let why = || why(on, request, answered, row, scope);
    let doubt = |because, text: &str| {
        let text = format!("{} {text}; it may have happened", on.title());
        Err(Outcome::InDoubt(Why::new(because, text)))
    };
    match row.map(|row| row.is) {
        Some(Ends::Done | Ends::Acknowledged | Ends::AlreadySo) if answered.is_other => {
            doubt(Because::Garbled, "answered what is not its own form")
        }
        Some(ends @ (Ends::Done | Ends::Acknowledged)) => Ok(ends),
        Some(Ends::AlreadySo) => Err(Outcome::AlreadySo),
        Some(Ends::Refused) => Err(Outcome::Refused(why())),
        Some(Ends::Throttled) => Err(Outcome::Throttled {
            until: until(on, answered),
        }),
        Some(Ends::Unavailable) => Err(Outcome::Unavailable(why())),
        Some(
            Ends::InDoubt
            | Ends::Found
            | Ends::Gone
            | Ends::Unreadable
            | Ends::Alive
            | Ends::Dead
            | Ends::Forbidden
            | Ends::Unclear,
        ) => doubt(why().because, &format!("answered {}", answered.status)),
        None => match answered.status {
            429 => Err(Outcome::Throttled {
                until: until(on, answered),
            }),
            // These two say that the request itself was sent on nowhere (RFC 9110, sections 15.4.8 and 15.4.9).
            307 | 308 => Err(Outcome::Refused(why())),
            408 => doubt(Because::Timeout, "answered 408"),
            400..=499 => Err(Outcome::Refused(why())),
            501 => Err(Outcome::Refused(why())),
            status => doubt(because_of(status), &format!("answered {status}")),
        },
    }
}

/// What an exchange means that came to no answer.
pub(super) fn unanswered(failed: Failed) -> Outcome {
    match failed {
        Failed::Before(why) if why.because.may_pass() => Outcome::Unavailable(why),
        Failed::Before(why) => Outcome::Refused(why),
        Failed::Lost(why) => {
            let text = format!("{}; it may have happened", why.text);
            Outcome::InDoubt(Why::new(why.because, text))
        }
    }
}

/// What an answer to a question means.
pub(super) enum Told {
    /// What was asked for is in it.
    Found,
    /// It is not there.
    Gone,
}

/// What an answer to a question means.
pub(super) fn told(
    on: &Handle,
    request: &Request,
    answered: &Answered,
    scope: &Scope,
) -> Result<Told, Why> {
    let row = row(on, request, answered, scope, &TELLS);
    let garbled = || {
        let text = format!("{} answered what is not its own form", on.title());
        Err(Why::new(Because::Garbled, text))
    };
    match row.map(|row| row.is) {
        Some(Ends::Found | Ends::Gone) if answered.is_other => garbled(),
        Some(Ends::Found) => Ok(Told::Found),
        Some(Ends::Gone) => Ok(Told::Gone),
        Some(Ends::Throttled) => {
            let why = why(on, request, answered, row, scope);
            Err(Why::new(Because::Throttled, why.text))
        }
        Some(
            Ends::Unreadable
            | Ends::Done
            | Ends::Acknowledged
            | Ends::AlreadySo
            | Ends::Refused
            | Ends::Unavailable
            | Ends::InDoubt
            | Ends::Alive
            | Ends::Dead
            | Ends::Forbidden
            | Ends::Unclear,
        ) => Err(why(on, request, answered, row, scope)),
        None if (200..=299).contains(&answered.status) && answered.is_other => garbled(),
        None if (200..=299).contains(&answered.status) => Ok(Told::Found),
        None => Err(why(on, request, answered, None, scope)),
    }
}

/// What an answer to a probe means.
pub(super) fn probe(on: &Handle, request: &Request, answered: &Answered, scope: &Scope) -> Probe {
    let row = row(on, request, answered, scope, &PROBES);
    match row.map(|row| row.is) {
        // A gateway in between refuses whatever it was given, in words of its own.
        Some(Ends::Alive | Ends::Dead | Ends::Forbidden) if answered.is_other => {
            let text = format!("{} answered what is not its own form", on.title());
            Probe::Unclear(Why::new(Because::Garbled, text))
        }
        Some(Ends::Alive) => Probe::Accepted,
        Some(Ends::Dead) => Probe::Refused,
        Some(Ends::Forbidden) => Probe::Forbidden,
        Some(
            Ends::Unclear
            | Ends::Done
            | Ends::Acknowledged
            | Ends::AlreadySo
            | Ends::Refused
            | Ends::Throttled
            | Ends::Unavailable
            | Ends::InDoubt
            | Ends::Found
            | Ends::Gone
            | Ends::Unreadable,
        )
        | None => {
            let why = why(on, request, answered, row, scope);
            Probe::Unclear(of_another(request, answered, (row, scope), why))
        }
    }
}

/// Says of an answer to a probe that it speaks of something else than was tried, where the pack's rows tell that.
fn of_another(
    request: &Request,
    answered: &Answered,
    (row, scope): (Option<&Row>, &Scope),
    why: Why,
) -> Why {
    let id = scope.get("id").and_then(Value::as_str).unwrap_or_default();
    let is_foreign = row.is_some_and(|row| row.because == Some(Because::Foreign));
    let names_it = |when: &Expr| {
        when.mentions()
            .iter()
            .any(|name| name == "id" || name == "part")
    };
    let is_refuted = |row: &Row| {
        let when = row.when.as_ref().filter(|when| names_it(when));
        row.is == Ends::Alive
            && covers(row, answered.status)
            && when.is_some_and(|when| when.value(scope) == Some(Value::Bool(false)))
    };
    let more = if is_foreign {
        format!(" for something else than {id}: the secret is another one's")
    } else if row.is_none() && request.answers.iter().any(is_refuted) {
        format!(", and not as it does for {id} at work: the secret may be another one's")
    } else {
        return why;
    };
    let text = format!("{}{more}", why.text);
    Why { text, ..why }
}
