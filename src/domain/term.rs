//! Terms: who performs on a shared incident, one after another.
//!
//! A later term ends the one before it by standing in the journal, whatever any clock says. Never looks at one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::state::{Illegal, State};
use super::{Duration, Time};

/// The turn of one process to perform on a shared incident.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// Its number, from 1; each is the one after the last.
    pub number: u32,
    /// Who operates.
    pub by: String,
    /// On which machine.
    pub host: String,
    /// As which process there.
    pub process: u32,
    /// What its signs of life are called in the place.
    pub sign: String,
    /// For how long after a sign of life it is taken to be there.
    pub lease: Duration,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, host, .. } = self;
        write!(
            f,
            "{} (process {} on {})",
            by.escape_debug(),
            self.process,
            host.escape_debug()
        )
    }
}

impl Case {
    /// Whether this term is the one that performs.
    #[must_use]
    pub fn is_term(&self, number: u32) -> bool {
        self.term
            .as_ref()
            .is_some_and(|(_, term)| term.number == number)
    }

    /// Takes in that the record lives in a place where others write too.
    pub(super) fn share(&mut self, place: &str) -> Result<(), Illegal> {
        if self.shared.is_some() || !self.runs.is_empty() {
            return Err(self.cannot("shared", "under way"));
        }
        self.shared = Some(place.to_owned());
        Ok(())
    }

    /// Takes in who performs now. What the one before had sent, or was about to, is awaited from now on: its clock may
    /// differ from that of whoever goes on.
    pub(super) fn take(&mut self, at: Time, term: &Term) -> Result<(), Illegal> {
        let last = self.term.as_ref().map_or(0, |(_, last)| last.number);
        if self.shared.is_none() || term.number != last + 1 {
            return Err(self.cannot("taken", "in another term"));
        }
        self.term = Some((at, term.clone()));
        for life in self.lives.values_mut() {
            if matches!(life.state, State::Intended { .. }) {
                life.at = at;
            }
            if life.state.is_in_doubt() && life.lost_at.is_some() {
                life.lost_at = Some(at);
            }
        }
        Ok(())
    }

    fn cannot(&self, event: &'static str, state: &str) -> Illegal {
        Illegal {
            item: format!("incident {}", self.incident),
            state: state.to_owned(),
            event,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;

    #[test]
    fn a_term_follows_the_last_one_and_only_where_the_incident_is_shared() {
        let taken = |number| Event::Taken {
            term: Term {
                number,
                by: "solo".to_owned(),
                host: "a".to_owned(),
                process: 1,
                sign: "x".to_owned(),
                lease: Duration::from_secs(30),
            },
        };
        let mut case = Case::default();
        let at = Time::UNIX_EPOCH;
        assert!(case.apply(at, &taken(1)).is_err(), "nobody else writes");
        let shared = Event::Shared {
            at: "s3://record".to_owned(),
        };
        assert!(case.apply(at, &shared).is_ok());
        assert!(case.apply(at, &shared).is_err(), "twice");
        for (number, fits) in [(2, false), (1, true), (1, false), (3, false), (2, true)] {
            assert_eq!(case.apply(at, &taken(number)).is_ok(), fits, "{number}");
        }
        assert!(case.is_term(2) && !case.is_term(1));
    }
}
