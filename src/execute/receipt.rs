//! What a call takes from the moment in which it leaves: a receipt that is fresh, what that kept, and the provider's present.
//!
//! Never sends anything; what is no more as it was is left to be looked at and cleared anew.

use futures_util::future::join_all;

use super::Ground;
use super::intent::Cleared;
use crate::domain::bug::{self, Bug};
use crate::domain::{Arg, Call, Duration, Seen, Spec, Time};

/// How old a receipt may be when its call leaves.
const FRESH: Duration = Duration::from_secs(5);
/// How much later than the provider's present a cut-off lies, after rounding up to the whole second.
const MARGIN: Duration = Duration::from_secs(1);

/// Whether what was seen then was seen too long ago for a call to leave on it.
pub(super) fn is_old(ground: &Ground<'_>, at: Time) -> bool {
    ground.clock.now().duration_since(at) >= FRESH
}

/// Calls that waited for each other, each looked at anew where one of them was seen too long ago; none for what changed
/// meanwhile, or holds a time that is no longer that of the call.
pub(super) async fn renewed(
    ground: &Ground<'_>,
    spec: &Spec,
    cleared: Vec<Cleared>,
) -> Vec<Option<Cleared>> {
    if !cleared.iter().any(|one| is_old(ground, one.before.at)) {
        return cleared.into_iter().map(Some).collect();
    }
    let looks = cleared.into_iter().map(async |mut one| {
        let seen = ground.observer.look(&one.call.target).await;
        let is_same = seen.fact == one.before.fact && !spec.takes_time_of_call();
        one.before = seen;
        is_same.then_some(one)
    });
    join_all(looks).await
}

/// Fills in what may not be frozen in a plan: the time of the call, by the provider's clock, and what the receipt kept.
pub(super) fn resolve(call: &Call, seen: &Seen, now: Time, ahead: Duration) -> Call {
    let value = |arg: &Arg| match arg {
        Arg::AtCall => Arg::Is(serde_json::Value::String(cut_off(now, ahead).to_string())),
        Arg::Before(field) => Arg::Is(
            seen.fields()
                .and_then(|fields| fields.get(field))
                .cloned()
                .unwrap_or(serde_json::Value::Null),
        ),
        Arg::Is(_) | Arg::Of(..) => arg.clone(),
    };
    Call {
        with: call
            .with
            .iter()
            .map(|(name, arg)| (name.clone(), value(arg)))
            .collect(),
        ..call.clone()
    }
}

/// The cut-off for sessions: the provider's present, rounded up to the whole second, plus a margin.
///
/// A `Date` header has whole seconds and a cut-off truncated to one leaves the sessions of that second alive
/// (measured: 8 of 12 survived; rounded up plus one second: none).
#[must_use]
pub fn cut_off(now: Time, ahead: Duration) -> Time {
    let there = now
        .saturating_add(ahead)
        .unwrap_or(now)
        .saturating_add(MARGIN)
        .unwrap_or(now);
    if bug::is_planted(Bug::OldCutOff) {
        return now.saturating_sub(Duration::from_mins(5)).unwrap_or(now);
    }
    let second = there.as_second() + i64::from(there.subsec_nanosecond() > 0);
    Time::from_second(second)
        .ok()
        .and_then(|whole| whole.checked_add(MARGIN).ok())
        .unwrap_or(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_is_a_whole_second_after_the_providers_present() {
        for (now, ahead) in [
            (1_000, 0),
            (1_001, 0),
            (1_999, 0),
            (1_500, -700),
            (1_500, 90_000),
        ] {
            let (now, ahead) = (
                Time::from_millisecond(now).unwrap_or_default(),
                Duration::from_millis(ahead),
            );
            let cut = cut_off(now, ahead);
            let there = now + ahead;
            assert_eq!(cut.subsec_nanosecond(), 0);
            assert!(
                cut >= there + Duration::from_secs(1) && cut <= there + Duration::from_secs(3),
                "{there} {cut}"
            );
        }
    }
}
