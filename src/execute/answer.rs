//! What an answer means for the calls that follow it, and in words.
//!
//! Never sends anything.

use super::intent::DEADLINE;
use crate::domain::bug::{self, Bug};
use crate::domain::clock::Since;
use crate::domain::{Arg, Because, Call, Duration, Fields, Locator, Outcome, Time, Why};
use crate::provider::{Provider, Remit};

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

/// Until when after its intent a call goes on, where it may still leave. Whoever goes on with a shared incident waits as
/// long before it believes that nothing of it comes any more.
pub(super) fn ends(since: &Since, deadline: Duration) -> Option<Duration> {
    let gone = since.gone();
    if bug::is_planted(Bug::SendsHoweverLate) {
        return Some(gone.saturating_add(Duration::from_hours(24)));
    }
    (gone < DEADLINE).then(|| gone.saturating_add(deadline).min(DEADLINE * 2))
}

/// A call that did not leave.
pub(super) fn unsent() -> Outcome {
    let spelled = crate::domain::clock::spell(DEADLINE);
    let text = format!("it did not leave: more than {spelled} had passed since its intent");
    Outcome::Unavailable(Why::new(Because::Timeout, text))
}

/// What an answer comes to that may be due to what our session permits, and not to what we may: nothing happened, and it
/// is tried again under one that permits the same actions on everything.
pub(super) async fn widened(
    (provider, remit): (&dyn Provider, Option<&Remit>),
    sent: Time,
    outcome: Outcome,
) -> Outcome {
    match (outcome, remit) {
        (Outcome::Refused(why), Some(remit))
            if why.because == Because::Denied && provider.widen(remit, sent).await =>
        {
            let text = format!(
                "refused under the session of exactly this plan: {}",
                why.text
            );
            Outcome::Unavailable(Why::new(Because::Denied, text))
        }
        (outcome, _) => outcome,
    }
}
