//! Looking after an issue: whether what was made is there, and whether each place shows something new.
//!
//! Never sends anything.

use super::Ground;
use crate::domain::event::{Event, Further, PlannedItem};
use crate::domain::{Duration, ItemRef, Spec, State};
use crate::journal;
use crate::verify;

/// Settles, by looking only, what an earlier process left of an issuing item: delivered everywhere, it happened, whatever
/// became of the last answer; anything else waits for the next attempt, which clears away.
pub(super) async fn settle(
    ground: &Ground<'_>,
    planned: &PlannedItem,
    (named, spec): (&ItemRef, &Spec),
) -> Result<(), journal::Error> {
    let life = ground
        .journal
        .with_case(|case| case.lives.get(named).cloned());
    let Some(life) = life else { return Ok(()) };
    if life.state.is_in_doubt() {
        let all = life
            .then
            .iter()
            .all(|further| life.delivered.contains(&further.call.target));
        let happened = all && !life.made.is_empty();
        if !happened && matches!(life.state, State::InDoubt { looked: true, .. }) {
            return Ok(());
        }
        let Some(target) = &planned.target else {
            return Ok(());
        };
        let seen = ground.observer.look(target).await;
        ground
            .write(vec![Event::Resolved {
                item: named.clone(),
                attempt: life.attempts,
                happened: happened.then_some(true),
                seen,
            }])
            .await?;
        if !happened {
            return Ok(());
        }
    }
    prove(ground, named, spec, Duration::ZERO).await
}

/// Looks until what was made is there and each place shows something new, and notes what is known then.
pub(super) async fn prove(
    ground: &Ground<'_>,
    named: &ItemRef,
    spec: &Spec,
    within: Duration,
) -> Result<(), journal::Error> {
    let life = ground
        .journal
        .with_case(|case| case.lives.get(named).cloned());
    let Some(life) = life.filter(|life| matches!(life.state, State::Acted { .. })) else {
        return Ok(());
    };
    let Some(made) = life.made.last().or(life.planned.target.as_ref()) else {
        return Ok(());
    };
    // What was changed in place is as stopped as it was before: that is given back by itself.
    let in_place = life.planned.target.as_ref() == Some(made);
    let stops: Vec<&Spec> = ground
        .catalogue
        .actions()
        .filter(|cut| cut.on == *made.kind() && !in_place)
        .collect();
    let places: Vec<(&Spec, &Further)> = life
        .then
        .iter()
        .filter_map(|further| Some((ground.catalogue.action(&further.call.action)?, further)))
        .collect();
    let (seen, shown) = verify::issued(
        (ground.observer, ground.clock),
        (made, &stops),
        &places,
        within,
    )
    .await;
    let acted = life.acted_at.or(life.intended_at).unwrap_or(seen.at);
    let verdict = verify::observed(acted, spec, shown);
    let seen = Some(seen);
    let item = named.clone();
    ground
        .write(vec![Event::Verified {
            item,
            verdict,
            seen,
        }])
        .await
}
