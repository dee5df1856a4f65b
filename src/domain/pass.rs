//! A session of our own at a provider, narrowed to what one plan does.
//!
//! A fact for the record: never the session's secret, nor its token.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Locator, Time};

/// A session that we took at a provider to act under.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pass {
    /// The principal whose session it is.
    pub of: Locator,
    /// The session.
    pub session: Locator,
    /// The name under which the provider's log shows it.
    pub name: String,
    /// The source identity under which that log shows whatever comes of it, where the provider let us set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it ends by itself; nothing ends it earlier.
    pub until: Time,
    /// What it permits at most, in the provider's form.
    pub policy: Value,
    /// What about it is not as it should be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::super::case::Case;
    use super::super::event::Event;
    use super::*;

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap_or_default()
    }

    fn pass(id: &str, until: i64) -> Pass {
        let locator = |text: &str| text.parse().unwrap_or_else(|_| unreachable!("{text}"));
        Pass {
            of: locator("aws:role/responder@1"),
            session: locator(&format!("aws:session/{id}@1")),
            name: "contain-i".to_owned(),
            source: None,
            until: at(until),
            policy: Value::Null,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_session_of_ours_lives_until_its_time_is_over_and_its_end_is_noted_once() {
        let mut case = Case::default();
        for (id, until) in [("a", 900), ("b", 1800)] {
            let pass = pass(id, until);
            assert!(case.apply(at(0), &Event::Assumed { pass }).is_ok());
        }
        let live = |case: &Case, second| case.live_passes(at(second)).count();
        assert_eq!([0, 899, 900, 1800].map(|at| live(&case, at)), [2, 2, 1, 0]);
        assert_eq!(case.ended_passes(at(899)), []);
        let ended = case.ended_passes(at(900));
        assert_eq!(ended.len(), 1);
        for event in &ended {
            assert!(case.apply(at(900), event).is_ok());
        }
        assert_eq!(case.ended_passes(at(900)), []);
        assert_eq!(case.ended_passes(at(1800)).len(), 1);
        // What we act under is no find of ours.
        assert_eq!(case.issued().len(), 2);
    }
}
