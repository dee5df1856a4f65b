//! A run that broke off: how far it came, and what it made.
//!
//! Tells from the journal alone.

use super::failure::{Failure, exit};
use crate::domain::State;
use crate::journal::Journal;
use crate::report::standing::Outcome;

/// Says what did and did not happen when a run broke off.
pub(super) fn broken(mut failure: Failure, journal: &Journal, run: u32) -> Box<Failure> {
    let (incident, gives_back, did) = journal.with_case(|case| {
        let verb = case.runs.get(&run).map(|run| run.order.verb.as_str());
        let states = case.lives_of(run).map(|(_, life)| &life.state);
        (
            case.incident.clone(),
            verb == Some(crate::plan::restore::STEP),
            Did::count(states),
        )
    });
    let outcome = did.outcome(gives_back);
    if outcome != Outcome::Failed {
        failure = failure.world(format!(
            "{} changes were made, {} are in doubt, {} were not tried; nothing was undone. Run: contain resume --incident {incident}",
            did.changed, did.doubtful, did.open
        ));
        // A damaged record outranks how far the run came, and so does that somebody else goes on with it.
        if ![exit::DAMAGED, exit::LOCKED].contains(&failure.exit) {
            failure.exit = outcome.exit();
        }
        failure.outcome = outcome;
    }
    let resume = format!("contain resume --incident {incident}");
    Box::new(failure.of_incident(&incident).hint(resume))
}

/// How far a run came, in items.
#[derive(Default)]
struct Did {
    changed: usize,
    doubtful: usize,
    open: usize,
}

impl Did {
    fn count<'a>(states: impl Iterator<Item = &'a State>) -> Self {
        let mut did = Self::default();
        for state in states {
            match state {
                State::Acted { changed: true } | State::Confirmed { changed: true } => {
                    did.changed += 1;
                }
                State::Planned | State::Blocked(_) => did.open += 1,
                State::Intended { .. }
                | State::InDoubt { .. }
                | State::Acted { .. }
                | State::Confirmed { .. }
                | State::Skipped(_)
                | State::Failed(_)
                | State::Stale(_)
                | State::Denied(_)
                | State::Undone
                | State::UndoFailed(_) => did.doubtful += usize::from(state.is_in_doubt()),
            }
        }
        did
    }

    fn outcome(&self, gives_back: bool) -> Outcome {
        match self {
            Self { doubtful: 1.., .. } => Outcome::InDoubt,
            Self { changed: 1.., .. } if gives_back => Outcome::PartlyRestored,
            Self { changed: 1.., .. } => Outcome::PartlyContained,
            Self { .. } => Outcome::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_and_exit_of_a_run_that_broke_off_follow_what_it_did() {
        let acted = State::Acted { changed: true };
        let same = State::Confirmed { changed: false };
        let sent = State::Intended {
            attempt: 1,
            doubt: None,
        };
        let exit = |states: &[&State], gives_back| {
            let outcome = Did::count(states.iter().copied()).outcome(gives_back);
            (outcome, outcome.exit())
        };
        assert_eq!(exit(&[&State::Planned, &same], false), (Outcome::Failed, 1));
        assert_eq!(exit(&[&acted], false), (Outcome::PartlyContained, 5));
        assert_eq!(exit(&[&acted], true), (Outcome::PartlyRestored, 7));
        assert_eq!(exit(&[&acted, &sent], false), (Outcome::InDoubt, 6));
        assert_eq!(exit(&[&sent], true), (Outcome::InDoubt, 6));
    }
}
