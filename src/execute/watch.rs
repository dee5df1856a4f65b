//! Waiting until what an item made is in use.
//!
//! Only looks. What is not seen in time is said as that, never as not in use.

use super::Ground;
use crate::domain::event::Event;
use crate::domain::{
    Cause, Duration, Found, Item, ItemKey, ItemRef, Locator, Reading, State, Time,
};
use crate::journal;
use crate::verify;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Looks until what `of` made is in use, or the time is up.
pub(super) async fn watch(
    ground: &Ground<'_>,
    (item, named): (&Item, &ItemRef),
    (of, place): (&ItemKey, &Locator),
) -> Result<(), journal::Error> {
    let within = item.verify_within.unwrap_or(verify::READ_BACK_WITHIN);
    look(ground, named, (of, place), within).await
}

/// Looks, for no longer than `within`, and notes what is known then.
pub(super) async fn look(
    ground: &Ground<'_>,
    named: &ItemRef,
    (of, place): (&ItemKey, &Locator),
    within: Duration,
) -> Result<(), journal::Error> {
    let Some((made, since)) = made_by(ground, of) else {
        let cause = Cause::Dependency(format!("{of} has made nothing yet"));
        return block(ground, named, cause).await;
    };
    let until = ground
        .clock
        .now()
        .saturating_add(within)
        .unwrap_or(Time::MAX);
    let mut pause = FIRST_PAUSE;
    loop {
        let looks = ground
            .observer
            .observe(&[made.clone(), place.clone()])
            .await;
        if let Some((field, at)) = looks.iter().find_map(|seen| seen.used_after(since)) {
            let found = Found {
                what: made.clone(),
                relation: None,
                evidence: format!("{field} {at}, after the delivery at {since}"),
                at: Some(at),
                fields: crate::domain::Fields::new(),
            };
            let reading = Reading {
                found: vec![found],
                ..Reading::default()
            };
            let item = named.clone();
            return ground.write(vec![Event::Found { item, reading }]).await;
        }
        if ground.clock.now() >= until {
            let cause = Cause::Dependency(format!(
                "{made} has not been seen in use since it was delivered to {place} at {since}; `contain resume` looks again"
            ));
            return block(ground, named, cause).await;
        }
        ground.clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn block(ground: &Ground<'_>, item: &ItemRef, cause: Cause) -> Result<(), journal::Error> {
    let known = ground.journal.with_case(|case| {
        let life = case.lives.get(item);
        life.is_some_and(|life| life.state == State::Blocked(cause.clone()))
    });
    if known {
        return Ok(());
    }
    let item = item.clone();
    ground.write(vec![Event::Blocked { item, cause }]).await
}

/// What the latest life of an item made and delivered, and when it was delivered.
fn made_by(ground: &Ground<'_>, of: &ItemKey) -> Option<(Locator, Time)> {
    ground.journal.with_case(|case| {
        let lives = case.lives.iter().filter(|(named, _)| named.key == *of);
        let mut good = lives.filter(|(_, life)| {
            matches!(life.state, State::Acted { .. } | State::Confirmed { .. })
        });
        good.rfind(|(_, life)| !life.made.is_empty())
            .and_then(|(_, life)| Some((life.made.last()?.clone(), life.acted_at?)))
    })
}
