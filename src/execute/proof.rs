//! Looking after a call: reading back what it wrote, and settling what a lost answer left open.
//!
//! Never sends anything.

use super::Ground;
use super::intent::DEADLINE;
use super::{shown, watch};
use crate::domain::event::{Does, Event, PlannedItem};
use crate::domain::state::Life;
use crate::domain::{Because, Call, Duration, Fact, Item, ItemRef, Repeat, Spec, State, Time, Why};
use crate::journal;
use crate::verify;

/// When a measure falls due for review where the playbook does not say.
const REVIEW: Duration = Duration::from_hours(4);

/// How long a cut that may be sent again is read back before the round goes on without it: somebody may be undoing it, and
/// everything else of the round would wait.
const SENT_AGAIN: Duration = Duration::from_secs(15);

/// After a lost answer: looks until the effect shows (`Some(true)`), until it is known that nothing happened
/// (`Some(false)`), or until a set-like cut may be sent again (`None`).
pub(super) async fn look_again(
    ground: &Ground<'_>,
    named: &ItemRef,
    (spec, call): (&Spec, &Call),
    attempt: u32,
) -> Result<Option<bool>, journal::Error> {
    let resolved = |happened, seen| Event::Resolved {
        item: named.clone(),
        attempt,
        happened,
        seen,
    };
    // Whoever was told knows; nothing that can be looked at does, so it stays in doubt and is not said again.
    if spec.leaves_no_trace() {
        return Ok(Some(false));
    }
    let set_like = spec.repeat == Repeat::SetLike && spec.cut().is_some();
    let longest = spec.bound.within().max(DEADLINE * 2);
    let (seen, shown) = if set_like {
        let seen = ground.observer.look(&call.target).await;
        let shown = spec.shows(call, &seen);
        (seen, shown)
    } else {
        verify::read_back(ground.observer, ground.clock, spec, call, longest).await
    };
    let readable = !matches!(seen.fact, Fact::Unreadable(_));
    // What shows neither this call nor what was there before it may be what an earlier attempt wrote.
    let (left_at, is_as_before) = ground.journal.with_case(|case| {
        let life = case.lives.get(named);
        let before = life.and_then(Life::sent).map(|(_, before)| before);
        let is_same = |before| spec.fingerprint(before) == spec.fingerprint(&seen);
        (
            life.and_then(|life| life.lost_at),
            before.is_some_and(is_same),
        )
    });
    let is_over = left_at.is_some_and(|at| ground.clock.now().duration_since(at) >= longest);
    match (shown, set_like, readable) {
        (true, ..) => {
            ground.write(vec![resolved(Some(true), seen)]).await?;
            Ok(Some(true))
        }
        // Still in doubt, but a set-like cut may be sent again now that the target was looked at. Long after it left
        // nothing of it comes any more.
        (false, true, true) if !is_over || !is_as_before => {
            ground.write(vec![resolved(None, seen)]).await?;
            Ok(None)
        }
        (false, true, false) => Ok(None),
        (false, _, true) => {
            let why = Why::new(
                Because::Timeout,
                "no answer came, and the target is unchanged after the bound",
            );
            let failed = Event::Failed {
                item: named.clone(),
                why,
            };
            ground
                .write(vec![resolved(Some(false), seen), failed])
                .await?;
            Ok(Some(false))
        }
        (false, false, false) => Ok(Some(false)),
    }
}

/// Whether looking may settle something about an item that an earlier process left: a call in doubt, an issue that is not
/// shown yet, a watch that saw nothing.
#[must_use]
pub fn is_unsettled(life: &Life) -> bool {
    let waits = match life.planned.does {
        Does::Issue => matches!(life.state, State::Acted { .. }),
        Does::Watch => matches!(life.state, State::Planned | State::Blocked(_)),
        Does::Act | Does::Nothing | Does::Read | Does::Check | Does::Gate | Does::Manual => false,
    };
    waits || life.state.is_in_doubt()
}

/// Settles what an earlier process left in doubt, by looking; `None` leaves a set-like cut to be sent again.
///
/// # Errors
/// The journal could not be written.
pub async fn settle(
    ground: &Ground<'_>,
    planned: &PlannedItem,
    named: &ItemRef,
) -> Result<(), journal::Error> {
    if planned.does == Does::Watch {
        return match (&planned.watches, &planned.target) {
            (Some(of), Some(target)) => {
                watch::look(ground, named, (of, target), Duration::ZERO).await
            }
            (Some(_) | None, _) => Ok(()),
        };
    }
    let Some(spec) = planned
        .action
        .as_ref()
        .and_then(|action| ground.catalogue.action(action))
    else {
        return Ok(());
    };
    if planned.does == Does::Issue {
        return shown::settle(ground, planned, (named, spec)).await;
    }
    let sent = ground.journal.with_case(|case| {
        case.lives
            .get(named)
            .and_then(|life| life.sent().map(|(call, _)| (call.clone(), life.attempts)))
    });
    let Some((call, attempt)) = sent else {
        return Ok(());
    };
    match look_again(ground, named, (spec, &call), attempt).await? {
        Some(true) => prove(ground, named, spec, None).await,
        Some(false) | None => Ok(()),
    }
}

/// Reads back what an answered call wrote, and notes the measure that it made.
///
/// # Errors
/// The journal could not be written.
pub(super) async fn prove(
    ground: &Ground<'_>,
    named: &ItemRef,
    spec: &Spec,
    item: Option<&Item>,
) -> Result<(), journal::Error> {
    let sent = ground.journal.with_case(|case| {
        let life = case.lives.get(named)?;
        let (call, _) = life.sent()?;
        Some((
            call.clone(),
            life.acted_at.or(life.intended_at)?,
            life.state.clone(),
        ))
    });
    let Some((call, acted, state)) = sent else {
        return Ok(());
    };
    if spec.leaves_no_trace() {
        let verdict = verify::observed(acted, spec, true);
        let (item, seen) = (named.clone(), None);
        let told = Event::Verified {
            item,
            verdict,
            seen,
        };
        return ground.write(vec![told]).await;
    }
    let said = item.and_then(|item| item.verify_within);
    let within = said.unwrap_or(verify::READ_BACK_WITHIN);
    let again = said.is_none() && spec.repeat == Repeat::SetLike && spec.cut().is_some();
    let first = if again { SENT_AGAIN } else { within };
    let read_back = |within| verify::read_back(ground.observer, ground.clock, spec, &call, within);
    let (mut seen, mut shown) = read_back(first).await;
    // What nobody can read may show yet; what is read and does not show is sent again in the next round.
    if again && matches!(seen.fact, Fact::Unreadable(_)) {
        (seen, shown) = read_back(within.saturating_sub(first)).await;
    }
    let verdict = verify::observed(acted, spec, shown);
    let mut events = vec![Event::Verified {
        item: named.clone(),
        verdict,
        seen: Some(seen),
    }];
    let changed = matches!(
        state,
        State::Acted { changed: true } | State::Confirmed { changed: true }
    );
    if changed && spec.cut().is_some() {
        let now = ground.clock.now();
        events.push(Event::InForce {
            item: named.clone(),
            review: item.map_or_else(|| falls_due(REVIEW, now), |item| review_of(item, now)),
        });
    }
    ground.write(events).await
}

/// When the measure that an item makes at `now` falls due for review.
#[must_use]
pub fn review_of(item: &Item, now: Time) -> Time {
    falls_due(item.review.unwrap_or(REVIEW), now)
}

fn falls_due(after: Duration, now: Time) -> Time {
    now.saturating_add(after).unwrap_or(Time::MAX)
}
