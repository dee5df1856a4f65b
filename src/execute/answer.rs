//! What an answer means for the calls that follow it, and in words.
//!
//! Never sends anything.

use crate::domain::{Arg, Because, Call, Duration, Fields, Locator, Outcome, Why};

/// Fills in what was made: its locator, its id, or a field of the answer.
pub(super) fn refer(call: &Call, made: &[Locator], fields: &Fields) -> Result<Call, Why> {
    let mut call = call.clone();
    for (name, arg) in &mut call.with {
        let Arg::Of(_, field) = arg else { continue };
        let value = match (field.as_str(), made.first()) {
            ("made", Some(made)) => Some(made.to_string().into()),
            ("made.id", Some(made)) => Some(made.id().into()),
            (field, _) => fields.get(field).cloned(),
        };
        *arg = Arg::Is(value.ok_or_else(|| {
            let text = format!("the argument `{name}` needs `{field}`, which the answer lacks");
            Why::new(Because::Invalid, text)
        })?);
    }
    Ok(call)
}

/// How a call ended, in words.
pub(super) fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::AlreadySo => "it was so already".to_owned(),
        Outcome::Refused(why) | Outcome::Unavailable(why) | Outcome::InDoubt(why) => {
            why.to_string()
        }
        Outcome::Throttled { .. } => "the provider throttles us".to_owned(),
    }
}

/// Why it ended so.
pub(super) fn because(outcome: &Outcome) -> Because {
    match outcome {
        Outcome::Done(_) | Outcome::AlreadySo => Because::Invalid,
        Outcome::Refused(why) | Outcome::Unavailable(why) | Outcome::InDoubt(why) => why.because,
        Outcome::Throttled { .. } => Because::Throttled,
    }
}

/// An answer that never came.
pub(super) fn lost(text: &str) -> Outcome {
    Outcome::InDoubt(Why::new(Because::Timeout, text))
}

/// Why a call is in doubt whose deadline passed.
pub(super) fn late(deadline: Duration) -> String {
    format!("no answer within {}", crate::domain::clock::spell(deadline))
}
