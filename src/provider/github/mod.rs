//! GitHub: tokens, apps, keys, webhooks, runners, workflows and secrets of organisations and repositories, of github.com
//! or an Enterprise Server.
//!
//! Owns the catalogue, which needs no credentials, and the adapter that reads and acts. Never follows a redirect, never
//! repeats a request, and never sends a token elsewhere than to the one server that is configured.

#![cfg_attr(
    not(feature = "github"),
    expect(
        dead_code,
        reason = "only the adapter reads some of it; the catalogue is the same in every build"
    )
)]

mod action;
mod catalogue;
mod id;
mod token;

#[cfg(feature = "github")]
mod adapter;
#[cfg(feature = "github")]
mod authority;
#[cfg(feature = "github")]
mod client;
#[cfg(feature = "github")]
mod command;
#[cfg(feature = "github")]
mod exchange;
#[cfg(feature = "github")]
mod footing;
#[cfg(feature = "github")]
mod keys;
#[cfg(feature = "github")]
mod log;
#[cfg(feature = "github")]
mod look;
#[cfg(feature = "github")]
mod looks;
#[cfg(feature = "github")]
mod observe;
#[cfg(feature = "github")]
mod own;
#[cfg(feature = "github")]
mod perform;
#[cfg(feature = "github")]
mod reach;
#[cfg(feature = "github")]
mod remit;
#[cfg(feature = "github")]
mod seal;
#[cfg(feature = "github")]
mod taken;

#[cfg(feature = "github")]
pub use adapter::{GitHub, NATIVE};
pub use catalogue::kinds;
pub use token::{Form, form, hashed, id_of};

/// The provider's name.
pub const NAME: &str = "github";

use crate::domain::{ActionId, Bound, Duration, KindId, Spec};

/// The actions that GitHub can do.
#[must_use]
pub fn actions() -> Vec<Spec> {
    action::ALL.iter().map(|action| (action.spec)()).collect()
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn kind(noun: &str) -> KindId {
    format!("github:{noun}").parse().expect("a literal kind")
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn action(verb: &str) -> ActionId {
    format!("github.{verb}").parse().expect("a literal action")
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

/// How long a change may take to reach everywhere.
fn bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_mins(15),
        because: "GitHub publishes no figure for how fast a change takes effect".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Becomes, Effect, Rung, Tier, Undo};

    #[test]
    fn every_cut_is_given_back_by_an_action_that_lifts_the_same_fields_or_needs_people() {
        let all = actions();
        let names: std::collections::BTreeSet<_> = all.iter().map(|spec| &spec.id).collect();
        assert_eq!(names.len(), all.len());
        for spec in all.iter().filter(|spec| spec.cut().is_some()) {
            let Undo::By(inverse) = &spec.undo else {
                assert!(
                    spec.cut().is_some_and(|cut| cut.rung >= Rung::Revoke),
                    "{}",
                    spec.id
                );
                assert_eq!(spec.floor, Tier::GRAVE, "{}", spec.id);
                continue;
            };
            let inverse = all.iter().find(|other| other.id == *inverse);
            let inverse = inverse.unwrap_or_else(|| unreachable!("{} is missing", spec.id));
            assert!(matches!(inverse.effect, Effect::Open));
            assert_eq!(inverse.on, spec.on);
            assert_eq!(inverse.undo, Undo::By(spec.id.clone()));
            assert!(inverse.touches.iter().all(|t| t.becomes == Becomes::Before));
            let fields = |spec: &Spec| -> Vec<String> {
                spec.touches.iter().map(|t| t.field.clone()).collect()
            };
            // It may write a further one again that GitHub forgets with the cut.
            assert!(fields(inverse).starts_with(&fields(spec)), "{}", spec.id);
        }
    }

    #[test]
    fn every_action_is_on_a_known_kind_says_what_it_does_and_survives_writing() {
        let kinds = kinds();
        for spec in actions() {
            assert!(kinds.iter().any(|kind| kind.id == spec.on), "{}", spec.id);
            assert!(
                spec.docs.starts_with("https://docs.github.com/"),
                "{}",
                spec.id
            );
            let texts = [&spec.title, &spec.hurts];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", spec.id);
            assert!(!spec.permissions.is_empty(), "{}", spec.id);
            let written = serde_json::to_string(&spec).unwrap_or_default();
            let read: Result<Spec, _> = serde_json::from_str(&written);
            assert!(read.is_ok_and(|read| read.id == spec.id));
        }
    }
}
