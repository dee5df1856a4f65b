//! Asking the read steps' questions, again in every round.
//!
//! An answer that says nothing new leaves no entry.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::Means;
use crate::domain::event::Event;
use crate::domain::{Found, ItemRef, Reading};
use crate::evidence::{self, Kept, What};
use crate::journal;
use crate::plan;

/// Asks the read steps' questions again; an answer that says nothing new leaves no entry.
pub(super) async fn read(means: &Means<'_>, run: u32) -> Result<(), journal::Error> {
    let ground = &means.ground;
    let asked: Vec<(ItemRef, crate::domain::Query, Option<Reading>)> =
        ground.journal.with_case(|case| {
            let Some(entry) = case.runs.get(&run) else {
                return Vec::new();
            };
            let order = &entry.order;
            let question = |item: &ItemRef| {
                let step = means
                    .playbook
                    .steps
                    .iter()
                    .find(|step| step.id == item.key.step)?;
                let subject = item.key.subject.as_ref().or(order.subjects.first())?;
                plan::query(ground.catalogue, order, step, subject)
            };
            let reads = case
                .lives_of(run)
                .filter(|(_, life)| life.planned.does == crate::domain::event::Does::Read);
            let reads = reads.filter_map(|(item, _)| {
                Some((
                    item.clone(),
                    question(item)?,
                    case.found.get(item).map(|(_, reading)| reading.clone()),
                ))
            });
            reads.collect()
        });
    let mut under_way: FuturesUnordered<_> = asked
        .into_iter()
        .map(|(item, query, known)| async move {
            let began = ground.clock.now();
            let budget = std::time::Duration::from_millis(query.budget_ms.saturating_mul(2));
            let reading = match tokio::time::timeout(budget, ground.observer.read(&query)).await {
                Ok(Ok(reading)) => reading,
                Ok(Err(why)) => plan::unseen(
                    format!("{:?} of {}", query.read, query.target).to_lowercase(),
                    why,
                ),
                Err(_) => {
                    let why = crate::domain::Why::new(
                        crate::domain::Because::Timeout,
                        "the read took longer than its budget",
                    );
                    plan::unseen(
                        format!("{:?} of {}", query.read, query.target).to_lowercase(),
                        why,
                    )
                }
            };
            let reading = keep_known(known.as_ref(), reading);
            if known.as_ref().is_some_and(|known| same(known, &reading)) {
                return Ok(());
            }
            let kept = Kept {
                what: What::Answer(&query, &reading),
                item: &item,
                began,
                ended: ground.clock.now(),
                clock_ahead: ground.observer.clock_ahead(query.target.provider()),
            };
            let kept = evidence::entry(ground.evidence, &kept);
            ground
                .journal
                .append(vec![kept, Event::Found { item, reading }])
                .await
                .map(drop)
        })
        .collect();
    while let Some(noted) = under_way.next().await {
        noted?;
    }
    Ok(())
}

/// An answer that could not see everything does not unsay what an earlier one found.
fn keep_known(known: Option<&Reading>, mut new: Reading) -> Reading {
    let is_partial = new.not_seen.iter().any(|blind| blind.withholds);
    if let Some(known) = known.filter(|_| is_partial) {
        let again = |old: &Found| {
            new.found.iter().any(|found| {
                found.what == old.what && found.relation == old.relation && found.at == old.at
            })
        };
        let kept: Vec<Found> = known
            .found
            .iter()
            .filter(|old| old.relation.is_some() && !again(old))
            .cloned()
            .collect();
        new.found.extend(kept);
    }
    new
}

/// Whether a reading says the same as an earlier one; how many requests it took does not matter.
fn same(known: &Reading, new: &Reading) -> bool {
    let found = |reading: &Reading| -> BTreeMap<String, Found> {
        reading
            .found
            .iter()
            .map(|found| {
                (
                    format!(
                        "{} {:?} {:?} {}",
                        found.what, found.relation, found.at, found.evidence
                    ),
                    found.clone(),
                )
            })
            .collect()
    };
    known.not_seen == new.not_seen
        && known.found.len() == new.found.len()
        && found(known) == found(new)
}
