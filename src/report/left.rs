//! What a run was to cut and left alone: how that is told, and what takes it up in the same incident.
//!
//! A function of the entries.

use crate::domain::case::Case;
use crate::domain::shell::quoted;
use crate::domain::why::plain;
use crate::domain::{Because, Locator, Named, NotSeen};
use crate::provider::Catalogue;

/// What a run left alone and no later run took up.
pub(crate) fn left_alone(case: &Case, number: u32) -> Vec<&NotSeen> {
    let Some(run) = case.runs.get(&number) else {
        return Vec::new();
    };
    let later = case.cutting_runs();
    let later = later.into_iter().filter(|(later, _)| *later > number);
    let subjects: Vec<&Locator> = later.flat_map(|(_, run)| &run.order.subjects).collect();
    let is_open = |left: &&NotSeen| {
        let named: Option<Named> = left.what.parse().ok();
        let is_it = |subject: &&Locator| named.as_ref().is_some_and(|named| named.means(subject));
        !subjects.iter().any(is_it)
    };
    run.order.left_alone.iter().filter(is_open).collect()
}

/// How it is told.
pub(super) fn told(left: &NotSeen) -> String {
    let what = plain(&left.what);
    match is_for_now(left.why.because) {
        true => format!("{what}: not reached, and left alone: {}", left.why),
        false => format!("{what}: no subject, and left alone: {}", left.why),
    }
}

/// Whether it may be otherwise once its provider answers, and lets us.
fn is_for_now(because: Because) -> bool {
    because.may_pass() || matches!(because, Because::Unauthenticated | Because::Denied)
}

/// The command that takes up some of what was left alone; going on with the run does not, for they are no subjects of it.
pub(super) fn taken_up_with(
    case: &Case,
    catalogue: &Catalogue,
    left: &[&NotSeen],
) -> Option<String> {
    let is_name = |what: &str| {
        let named: Option<Named> = what.parse().ok();
        named.is_some_and(|named| catalogue.kind(&named.kind).is_some())
    };
    let names = left.iter().filter(|left| is_for_now(left.why.because));
    let names = names
        .map(|left| left.what.trim())
        .filter(|what| is_name(what));
    let names: Vec<String> = names.map(quoted).collect();
    let names = Some(names.join(" ")).filter(|names| !names.is_empty())?;
    Some(format!(
        "contain isolate {names} --incident {}",
        case.incident
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_a_subject_of_its_kind_id_and_account() {
        let is = |typed: &str, subject: &str| {
            let (named, subject) = (typed.parse::<Named>().ok(), subject.parse::<Locator>().ok());
            let both = named.zip(subject);
            both.map(|(named, subject)| named.means(&subject))
        };
        let subject = "redis:user/svc@main";
        assert_eq!(is("redis:user/svc", subject), Some(true));
        assert_eq!(is("redis:user/svc@main", subject), Some(true));
        assert_eq!(is("redis:user/svc@other", subject), Some(false));
        assert_eq!(is("redis:user/other@main", subject), Some(false));
        assert_eq!(is("postgres:role/svc@main", subject), Some(false));
    }
}
