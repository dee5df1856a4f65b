//! The read steps' questions, and what is answered to each.
//!
//! An answer that says nothing new leaves no entry.

use std::collections::BTreeMap;

use super::{Means, across};
use crate::domain::case::Case;
use crate::domain::event::{Does, Event, Order};
use crate::domain::state::Life;
use crate::domain::{
    Because, Duration, Found, ItemRef, NotSeen, Query, ReadKind, Reading, RetryOn, State, Why,
};
use crate::evidence::{self, Kept, What};
use crate::journal;
use crate::plan::{self, View};
use crate::playbook::Scope;

/// How often a question is asked in one round where its step does not say; the next round asks again.
const ATTEMPTS: u32 = 2;
/// The same where the provider is too busy: whoever burns its quota must not blind us.
const WHILE_BUSY: u32 = 6;
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// What was asked before and is to be asked again; with `all` also what was not asked yet.
pub(super) fn questions(means: &Means<'_>, run: u32, all: bool) -> Vec<(ItemRef, Query)> {
    let ground = &means.ground;
    ground.journal.with_case(|case| {
        let Some(entry) = case.runs.get(&run) else {
            return Vec::new();
        };
        let view = view(means, case, &entry.order, run);
        let question = |item: &ItemRef, life: &Life| {
            let step = view.step(&item.key)?;
            let target = life.planned.target.as_ref()?;
            let scope = if step.with.is_empty() {
                Scope::new()
            } else {
                view.scope_of(&item.key, step, step.with.values())?
            };
            let asked = (&entry.order, means.estate);
            plan::query(ground.catalogue, asked, step, target, &scope)
        };
        let reads = case.lives_of(run).filter(|(_, life)| {
            let was_asked = matches!(life.state, State::Confirmed { .. });
            life.planned.does == Does::Read && (all || was_asked)
        });
        reads
            .filter_map(|(item, life)| Some((item.clone(), question(item, life)?)))
            .collect()
    })
}

/// What expressions see of a run while it goes on.
pub(super) fn view<'a>(
    means: &'a Means<'_>,
    case: &'a Case,
    order: &'a Order,
    run: u32,
) -> View<'a> {
    View {
        case,
        catalogue: means.ground.catalogue,
        playbook: means.playbook,
        order,
        run,
        now: means.ground.clock.now(),
        unplanned: None,
    }
}

/// Asks one question; an answer that says nothing new leaves no entry.
pub(super) async fn ask(
    means: &Means<'_>,
    item: &ItemRef,
    query: &Query,
) -> Result<(), journal::Error> {
    let ground = &means.ground;
    let known = ground
        .journal
        .with_case(|case| case.found.get(item).map(|(_, reading)| reading.clone()));
    let began = ground.clock.now();
    let what = || format!("{:?} of {}", query.read, query.target).to_lowercase();
    let asked = match across::is_answered(means, query) {
        true => answer(means, item, query).await,
        // Only the estate knows what hangs on it.
        false => Ok(Reading::default()),
    };
    let reading = match asked {
        Ok(reading) => cut_short(query, reading),
        Err(why) => {
            let mut reading = plan::unseen(what(), why);
            // What somebody may do beyond need keeps nothing alive.
            for blind in &mut reading.not_seen {
                blind.withholds &= query.read != ReadKind::Permissions;
            }
            reading
        }
    };
    let mut reading = keep_known(known.as_ref(), reading);
    let ahead = ground.observer.clock_ahead(query.target.provider());
    reading.clock_ahead_ms = i64::try_from(ahead.as_millis()).unwrap_or_default();
    // What a provider answered is kept as it answered it.
    let own = means.estate.map(|_| reading.clone());
    across::lead_on(means, item, query, &mut reading).await;
    if known.as_ref().is_some_and(|known| same(known, &reading)) {
        return Ok(());
    }
    let kept = Kept {
        what: What::Answer(query, own.as_ref().unwrap_or(&reading)),
        item,
        began,
        ended: ground.clock.now(),
        clock_ahead: ahead,
    };
    let kept = evidence::entry(ground.evidence, &kept);
    let item = item.clone();
    ground
        .journal
        .append(vec![kept, Event::Found { item, reading }])
        .await
        .map(drop)
}

/// Whoever floods a log hides in it: what was made before the oldest entry that was read may be what nobody sees.
pub(super) fn cut_short(query: &Query, mut reading: Reading) -> Reading {
    let is_cut = reading.back_to.is_some_and(|at| at > query.since);
    if is_cut && query.read == ReadKind::Reach {
        let text =
            "its log was read back only part of the way (--activity FILE reads an exported log)";
        reading.not_seen.push(NotSeen {
            what: format!("all that {} made since {}", query.target, query.since),
            why: Why::new(Because::Unavailable, text),
            withholds: true,
        });
    }
    reading
}

/// Asks until there is an answer, as often and as long as the step says.
pub(super) async fn answer(
    means: &Means<'_>,
    item: &ItemRef,
    query: &Query,
) -> Result<Reading, Why> {
    let (clock, step) = (means.ground.clock, means.playbook.step(&item.key.step));
    let retry = step.and_then(|step| step.retry.as_ref());
    let timeout = step.map(|step| step.timeout).unwrap_or_default();
    let within = [retry.and_then(|retry| retry.within), timeout.step];
    let within = within.into_iter().flatten().min();
    let until = within.and_then(|within| clock.now().saturating_add(within).ok());
    let budget = i64::try_from(query.budget_ms.saturating_mul(2)).unwrap_or(i64::MAX);
    let mut times = 0;
    let mut backoff = retry
        .and_then(|retry| retry.backoff)
        .unwrap_or(FIRST_BACKOFF);
    loop {
        let attempt = timeout.attempt.unwrap_or(Duration::from_millis(budget));
        let attempt = until.map_or(attempt, |until| {
            attempt.min(until.duration_since(clock.now()))
        });
        let asked = once(means, query, attempt).await;
        times += 1;
        let after = asked.as_ref().err().and_then(again_after);
        let most = match after {
            Some(RetryOn::Throttled) => WHILE_BUSY,
            Some(RetryOn::Unavailable | RetryOn::Conflict) | None => ATTEMPTS,
        };
        let most = retry.map_or(most, |retry| retry.attempts);
        let goes_on = after.is_some_and(|after| retry.is_none_or(|retry| retry.is_after(after)));
        let next = clock.now().saturating_add(backoff).ok();
        let in_time = until.is_none_or(|until| next.is_some_and(|next| next < until));
        if !goes_on || times >= most || !in_time {
            return asked;
        }
        clock.sleep(backoff).await;
        backoff = (backoff * 2).min(LONGEST_BACKOFF.max(backoff));
    }
}

async fn once(means: &Means<'_>, query: &Query, limit: Duration) -> Result<Reading, Why> {
    let limit = std::time::Duration::try_from(limit).unwrap_or_default();
    match tokio::time::timeout(limit, means.ground.observer.read(query)).await {
        Ok(answer) => answer,
        Err(_) => Err(Why::new(
            Because::Timeout,
            "the read took longer than it may",
        )),
    }
}

/// What a question may be asked again after, in the words of `retry.on`.
fn again_after(why: &Why) -> Option<RetryOn> {
    match why.because {
        Because::Throttled => Some(RetryOn::Throttled),
        Because::Unavailable | Because::Timeout => Some(RetryOn::Unavailable),
        Because::Conflict => Some(RetryOn::Conflict),
        Because::Missing
        | Because::Ambiguous
        | Because::Foreign
        | Because::Invalid
        | Because::Unauthenticated
        | Because::Denied
        | Because::Garbled
        | Because::NotImplemented
        | Because::Forbidden => None,
    }
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
