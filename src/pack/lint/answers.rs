//! How answers are read: whether every row can be reached, and whether such an answer can mean what the row claims.
//!
//! Part of lint; never looks at what a request sends.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::super::cel::{Expr, Scope};
use super::super::model::{Ends, Row, covers};
use super::request::Role;
use super::{ANSWER, Lint};
use crate::domain::Because;

/// The statuses of answers; what comes before one (1xx) is none.
const ANSWERED: RangeInclusive<u16> = 200..=599;

/// Whether every row can be reached, speaks of what stands here, and says what it has to.
pub(super) fn rows(
    lint: &mut Lint<'_>,
    path: &str,
    rows: &[Row],
    names: &[&str],
    role: Option<Role>,
) {
    use super::super::grammar::{ENDS, PROBES, TELLS};
    let words: &[&str] = match role {
        Some(Role::Ask | Role::Each) => &TELLS,
        Some(Role::Probe) => &PROBES,
        Some(Role::Act) => &ENDS,
        None => &[],
    };
    let own = [names, ANSWER.as_slice()].concat();
    for (at, row) in rows.iter().enumerate() {
        let here = format!("{path}/{at}");
        if !words.is_empty() && !words.contains(&row.is.word()) {
            let message = format!(
                "`{}` says nothing here; it is one of: {}",
                row.is.word(),
                words.join(", ")
            );
            lint.add("unknown-word", &format!("{here}/is"), message);
        }
        for (key, expr) in [("when", &row.when), ("says", &row.says)] {
            if let Some(expr) = expr {
                lint.expr(&format!("{here}/{key}"), expr, &own);
            }
        }
        reached(lint, &here, rows, at, words.is_empty());
        meaning(lint, &here, row);
        if matches!(role, None | Some(Role::Act)) {
            nothing_happened(lint, &here, row);
        }
    }
}

/// Whether some answer is read by this row: none before it takes them all, and what it wants can hold.
fn reached(lint: &mut Lint<'_>, path: &str, rows: &[Row], at: usize, is_common: bool) {
    let Some(row) = rows.get(at) else { return };
    // Of the rows that count for all requests one speaks of actions, another of questions.
    let is_apart = |earlier: &Row| is_common && earlier.is.word() != row.is.word();
    let takes = |earlier: &Row| within(row, earlier) && holds_where(earlier, row);
    let mut before = rows.iter().take(at);
    if let Some(earlier) = before.position(|earlier| takes(earlier) && !is_apart(earlier)) {
        let message = format!(
            "this answer is never read so: row {} already takes every status of it",
            earlier + 1
        );
        lint.add("unreachable", path, message);
    }
    let never = |when: &Expr| {
        let value = when.value(&Scope::default());
        !when.holds(&Scope::default()) && (when.mentions().is_empty() || value.is_some())
    };
    if row.when.as_ref().is_some_and(never) {
        let message = "this answer is never read so: what it wants holds of none";
        lint.add("unreachable", &format!("{path}/when"), message);
    }
}

/// Whether what an earlier row wants holds wherever a later one would be read.
fn holds_where(earlier: &Row, row: &Row) -> bool {
    let Some(when) = &earlier.when else {
        return true;
    };
    let is_same = |later: &Expr| later.source.trim() == when.source.trim();
    let holds = |status: u16| {
        let mut scope = Scope::default();
        scope.set("status", Value::from(status));
        when.holds(&scope)
    };
    let by_status = || statuses(row).all(holds);
    row.when.as_ref().is_some_and(is_same)
        || when.holds(&Scope::default())
        || (when.mentions() == ["status"] && by_status())
}

/// The statuses that a row speaks of.
fn statuses(row: &Row) -> impl Iterator<Item = u16> {
    ANSWERED.filter(|status| covers(row, *status))
}

/// Whether every status of one row is one of another's.
fn within(row: &Row, earlier: &Row) -> bool {
    statuses(row).all(|status| covers(earlier, status))
}

/// Whether something within an answer is looked at, and not only that there is one.
pub(super) fn is_within(when: &Expr) -> bool {
    let within = [
        "body.",
        "body[",
        "in body",
        "header.",
        "header[",
        "in header",
    ];
    within.iter().any(|part| when.source.contains(part))
}

/// Whether it holds of whatever came with such a status: of a thing without a member, and of what is no thing.
fn says_nothing(when: &Expr, row: &Row) -> bool {
    let Some(status) = statuses(row).next() else {
        return false;
    };
    [json!({}), json!("text"), json!(7)]
        .into_iter()
        .all(|body| {
            let mut scope = Scope::default();
            scope.set("status", Value::from(status));
            scope.set("body", body);
            scope.set("header", json!({}));
            scope.set("id", json!("x"));
            scope.set("was_alive", json!(false));
            scope.set("was_seen", json!(false));
            when.holds(&scope)
        })
}

/// What a row that says more than its statuses wants of the answer.
fn wanted(lint: &mut Lint<'_>, path: &str, row: &Row) {
    if row
        .when
        .as_ref()
        .is_some_and(|when| says_nothing(when, row))
    {
        let message = format!(
            "this holds of whatever is answered: say what of the body means that it is `{}`",
            row.is.word()
        );
        lint.add("value", &format!("{path}/when"), message);
    }
}

/// Statuses after which it may have happened: the engine takes them so where no row reads them.
fn leaves_open(status: u16) -> bool {
    matches!(status, 200..=306 | 309..=399 | 408 | 500 | 502..=599)
}

/// That nothing happened is said by a refusal: not by a server in trouble, and never by a status that means that all is well.
fn nothing_happened(lint: &mut Lint<'_>, path: &str, row: &Row) {
    if !matches!(row.is, Ends::Refused | Ends::Throttled | Ends::Unavailable) {
        return;
    }
    let word = row.is.word();
    let taken = |status: u16| {
        let mut scope = Scope::default();
        scope.set("status", Value::from(status));
        let by_status = |when: &&Expr| when.mentions() == ["status"];
        let when = row.when.as_ref().filter(by_status);
        when.is_none_or(|when| when.holds(&scope))
    };
    let open: Vec<u16> = statuses(row)
        .filter(|status| leaves_open(*status) && taken(*status))
        .collect();
    if open
        .iter()
        .any(|status| *status == 408 || (*status >= 500 && *status != 503))
    {
        let message = format!(
            "after 408 and 5xx it may have happened all the same, so nothing is `{word}` by them: name the statuses that say it"
        );
        lint.add("value", path, message);
        return;
    }
    let is_said = |when: &Expr| is_within(when) && !says_nothing(when, row);
    if !open.is_empty() && !row.when.as_ref().is_some_and(is_said) {
        let message = format!(
            "after such a status it may have happened: say in `when` what of the body, or of a header, means that it is `{word}`"
        );
        lint.add("missing-key", path, message);
    }
}

/// That something is over is said by an answer about it: not by a server in trouble, and never by a status alone.
fn over(lint: &mut Lint<'_>, path: &str, row: &Row) {
    let covers = |status: u16| covers(row, status);
    let word = row.is.word();
    if (500..=599).chain([408, 429]).any(covers) {
        let message = format!(
            "408, 429 and 5xx tell of the server's own trouble, so nothing is `{word}` by them: name the statuses that say it"
        );
        lint.add("value", path, message);
    }
    let Some(when) = &row.when else {
        let message = format!(
            "a status alone is said by gateways as well, and of what is not shown to us: say `when`, what of the answer means that it is `{word}`"
        );
        lint.add("missing-key", path, message);
        return;
    };
    wanted(lint, path, row);
    if (200..=299).any(covers) && !is_within(when) {
        let message = format!(
            "a 2xx says that all is well: say in `when` what of its body means that it is `{word}`"
        );
        lint.add("value", path, message);
    }
}

/// What a row claims has to be claimable by its statuses.
fn meaning(lint: &mut Lint<'_>, path: &str, row: &Row) {
    let mut all = statuses(row);
    match row.is {
        Ends::Done | Ends::Acknowledged if all.any(|status| !(200..=299).contains(&status)) => {
            let message = "only a 2xx answer can say that it was done";
            lint.add("value", path, message);
        }
        Ends::Done if row.when.is_none() && covers(row, 200) => {
            let message = "a 200 may hold an error: say `when`, what its body must hold to mean that it was done";
            lint.add("missing-key", path, message);
        }
        Ends::Done if row.when.is_some() && covers(row, 200) => {
            let says = |name: &&String| matches!(name.as_str(), "body" | "header");
            let when = row.when.iter();
            if when.flat_map(Expr::mentions).any(|name| says(&name)) {
                wanted(lint, path, row);
            } else {
                let message = "a 200 may hold an error: say in `when` what its body must hold to mean that it was done";
                lint.add("value", &format!("{path}/when"), message);
            }
        }
        Ends::Found | Ends::Alive
            if all.any(|status| !(200..=299).contains(&status)) && row.when.is_none() =>
        {
            let message = "only a 2xx answer says so by its status alone";
            lint.add("value", path, message);
        }
        Ends::Found | Ends::Alive if statuses(row).any(|status| status > 299) => {
            wanted(lint, path, row);
        }
        Ends::Refused | Ends::Unreadable => {
            let is_told = row.because.is_some() || all.all(|status| (300..=599).contains(&status));
            if !is_told {
                lint.add(
                    "missing-key",
                    path,
                    "say `because`: the status alone does not tell why",
                );
            }
        }
        Ends::AlreadySo | Ends::Gone | Ends::Dead => over(lint, path, row),
        Ends::Done
        | Ends::Acknowledged
        | Ends::Throttled
        | Ends::Unavailable
        | Ends::InDoubt
        | Ends::Found
        | Ends::Alive
        | Ends::Forbidden
        | Ends::Unclear => {}
    }
    if row.because == Some(Because::Ambiguous) && row.is != Ends::Unreadable {
        lint.add(
            "value",
            path,
            "`ambiguous` is for names that mean more than one thing",
        );
    }
}
