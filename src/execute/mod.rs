//! Carrying a plan out: intent, call, answer, look, and again where that is safe.
//!
//! Every step is an entry. Never decides authority, never rates proof, never gives anything back by itself.

pub mod intent;
pub mod lanes;

use std::collections::BTreeMap;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::{Semaphore, watch};

use crate::domain::event::{Event, PlannedItem};
use crate::domain::item::{Ended, Need};
use crate::domain::{
    Arg, Because, Call, Cause, Clock, Digest, Duration, Fact, Item, ItemKey, ItemRef, Outcome,
    Repeat, Seen, Spec, State, Time, Why, Work,
};
use crate::gate::{self, Blocked, Circumstances, Policy};
use crate::journal::{self, Journal};
use crate::provider::{Catalogue, Observer};
use crate::verify;
use intent::{Cleared, DEADLINE, Intent};
use lanes::Lanes;

/// How old a receipt may be when its call leaves.
const FRESH: Duration = Duration::from_secs(5);
/// How many attempts one item gets in one round.
const ATTEMPTS: u32 = 8;
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);
/// When a measure falls due for review where the playbook does not say.
const REVIEW: Duration = Duration::from_hours(4);
/// How much later than the provider's present a cut-off lies, after rounding up to the whole second.
const MARGIN: Duration = Duration::from_secs(1);

/// What executing needs.
pub struct Ground<'a> {
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// The read handles.
    pub observer: &'a Observer,
    /// The record.
    pub journal: &'a Journal,
    /// The rules.
    pub policy: &'a Policy,
    /// The circumstances that policies ask about.
    pub around: &'a Circumstances,
    /// The lanes, shared by all rounds.
    pub lanes: &'a Lanes,
    /// The time.
    pub clock: &'a Clock,
}

impl Ground<'_> {
    async fn write(&self, events: Vec<Event>) -> Result<(), journal::Error> {
        self.journal.append(events).await.map(drop)
    }
}

/// Performs the items of one plan that change anything, all that can at once.
///
/// # Errors
/// The journal could not be written; what was begun stands in it, and nothing further was sent.
pub async fn execute(
    ground: &Ground<'_>,
    run: (u32, u32),
    plan: Digest,
    items: &[Item],
) -> Result<(), journal::Error> {
    let acting: Vec<&Item> = items.iter().filter(|item| item.call().is_some()).collect();
    let ends: Ends<'_> = acting
        .iter()
        .map(|item| (&item.key, watch::Sender::new(None)))
        .collect();
    let steps: BTreeMap<&str, Semaphore> = acting
        .iter()
        .filter_map(|item| {
            let at_once = usize::try_from(item.parallel?).ok()?;
            Some((item.key.step.as_str(), Semaphore::new(at_once.max(1))))
        })
        .collect();
    let mut under_way: FuturesUnordered<_> = acting
        .into_iter()
        .map(|item| async {
            let (run, round) = run;
            let named = ItemRef {
                run,
                round,
                key: item.key.clone(),
            };
            let waited = wait_for(ground, item, &ends).await;
            let place = match steps.get(item.key.step.as_str()) {
                Some(step) => step.acquire().await.ok(),
                None => None,
            };
            let ended = match waited {
                Ok(()) => one(ground, item, &named, plan).await,
                Err(need) => {
                    let event = unmet(named.clone(), need);
                    ground.write(vec![event]).await
                }
            };
            drop(place);
            if let Some(end) = ends.get(&item.key) {
                end.send_replace(Some(is_ok(ground, &named)));
            }
            ended
        })
        .collect();
    let mut first_error = None;
    while let Some(ended) = under_way.next().await {
        if let Err(error) = ended {
            first_error.get_or_insert(error);
        }
    }
    first_error.map_or(Ok(()), Err)
}

type Ends<'a> = BTreeMap<&'a ItemKey, watch::Sender<Option<bool>>>;

async fn wait_for<'a>(
    ground: &Ground<'_>,
    item: &'a Item,
    ends: &Ends<'_>,
) -> Result<(), &'a Need> {
    for need in &item.needs {
        let ok = match ends.get(&need.key) {
            Some(end) => {
                let mut end = end.subscribe();
                end.wait_for(Option::is_some)
                    .await
                    .is_ok_and(|ended| *ended == Some(true))
            }
            None => ground.journal.with_case(|case| {
                let last = case.lives.iter().rfind(|(named, _)| named.key == need.key);
                last.is_none_or(|(_, life)| {
                    matches!(life.state, State::Confirmed { .. } | State::Skipped(_))
                })
            }),
        };
        let met = match need.ended {
            Ended::Ok => ok,
            Ended::Done => true,
            Ended::Failed => !ok,
        };
        if !met {
            return Err(need);
        }
    }
    Ok(())
}

fn unmet(item: ItemRef, need: &Need) -> Event {
    match need.ended {
        Ended::Ok | Ended::Done => Event::Blocked {
            item,
            cause: Cause::Dependency(format!("{} has not ended well", need.key)),
        },
        Ended::Failed => Event::Skipped {
            item,
            why: format!("{} has ended well", need.key),
        },
    }
}

fn is_ok(ground: &Ground<'_>, named: &ItemRef) -> bool {
    ground.journal.with_case(|case| {
        case.lives
            .get(named)
            .is_some_and(|life| matches!(life.state, State::Confirmed { .. } | State::Skipped(_)))
    })
}

fn state_of(ground: &Ground<'_>, named: &ItemRef) -> (State, u32) {
    ground.journal.with_case(|case| {
        case.lives.get(named).map_or((State::Planned, 0), |life| {
            (life.state.clone(), life.attempts)
        })
    })
}

async fn one(
    ground: &Ground<'_>,
    item: &Item,
    named: &ItemRef,
    plan: Digest,
) -> Result<(), journal::Error> {
    let Work::Act(call) = &item.work else {
        return Ok(());
    };
    let note = |event| ground.write(vec![event]);
    let named_ref = || named.clone();
    let (Some(provider), Some(spec)) = (
        ground.catalogue.provider(call.target.provider()),
        ground.catalogue.action(&call.action),
    ) else {
        let why = Why::new(
            Because::Invalid,
            format!("this build has no action {}", call.action),
        );
        return note(Event::Failed {
            item: named_ref(),
            why,
        })
        .await;
    };
    let lane = ground.lanes.of(call.target.provider());
    let mut backoff = FIRST_BACKOFF;
    let mut last = Cause::Provider("no attempt was made".into());
    for _ in 0..ATTEMPTS {
        let place = lane.enter(ground.clock).await;
        let (state, attempts) = state_of(ground, named);
        let seen = match &item.before {
            Some(seen) if attempts == 0 && ground.clock.now().duration_since(seen.at) < FRESH => {
                seen.clone()
            }
            Some(_) | None => ground.observer.look(&call.target).await,
        };
        match ready(ground, (item, named), spec, &seen, &state) {
            Ready::Send => {}
            Ready::Already => {
                let verdict = verify::observed(seen.at, spec, true);
                return note(Event::Verified {
                    item: named_ref(),
                    verdict,
                    seen: Some(seen),
                })
                .await;
            }
            Ready::Happened => {
                note(Event::Resolved {
                    item: named_ref(),
                    attempt: attempts,
                    happened: Some(true),
                    seen,
                })
                .await?;
                drop(place);
                return prove(ground, named, spec, Some(item)).await;
            }
            Ready::Unreadable(why) => {
                drop(place);
                last = Cause::Provider(format!(
                    "the target cannot be read, so there is no receipt: {why}"
                ));
                if matches!(
                    why.because,
                    Because::Denied
                        | Because::Unauthenticated
                        | Because::Forbidden
                        | Because::Foreign
                ) {
                    last = Cause::Authority(format!(
                        "the target cannot be read, so there is no receipt: {why}"
                    ));
                    break;
                }
                ground.clock.sleep(backoff).await;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
                continue;
            }
            Ready::Skip(why) => {
                return note(Event::Skipped {
                    item: named_ref(),
                    why,
                })
                .await;
            }
            Ready::Stale(why) => {
                return note(Event::Stale {
                    item: named_ref(),
                    why,
                })
                .await;
            }
        }
        if state.is_in_doubt() && !matches!(state, State::InDoubt { looked: true, .. }) {
            note(Event::Resolved {
                item: named_ref(),
                attempt: attempts,
                happened: None,
                seen: seen.clone(),
            })
            .await?;
        }
        let now = ground.clock.now();
        let cleared = ground.journal.with_case(|case| {
            gate::clear(
                (item, named),
                (spec, plan),
                case,
                (ground.policy, ground.around),
                now,
            )
        });
        let clearance = match cleared {
            Ok(clearance) => clearance,
            // Authority that ran out while an attempt is in doubt changes nothing about the doubt.
            Err(_) if state.is_in_doubt() => return Ok(()),
            Err(Blocked::Waits(cause)) => {
                return note(Event::Blocked {
                    item: named_ref(),
                    cause,
                })
                .await;
            }
            Err(Blocked::Denied(why)) => {
                return note(Event::Denied {
                    item: named_ref(),
                    why,
                })
                .await;
            }
        };
        let resolved = resolve(
            call,
            &seen,
            now,
            ground.observer.clock_ahead(call.target.provider()),
        );
        let cleared = Cleared {
            clearance,
            call: resolved.clone(),
            before: seen,
            attempt: attempts + 1,
        };
        let intent = Intent::write(vec![cleared], ground.journal).await?;
        let outcomes = intent
            .send(provider.as_ref(), spec, ground.clock, ground.journal)
            .await?;
        drop(place);
        match outcomes.into_iter().next() {
            Some(Outcome::Done(_) | Outcome::AlreadySo) => {
                lane.went_well();
                return prove(ground, named, spec, Some(item)).await;
            }
            Some(Outcome::Refused(_)) => return Ok(()),
            Some(Outcome::Throttled { until }) => {
                lane.throttled(ground.clock, until);
                last = Cause::Provider("the provider throttles us".into());
            }
            Some(Outcome::Unavailable(why)) => {
                last = Cause::Provider(format!("the provider was not reached: {why}"));
                ground.clock.sleep(backoff).await;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
            }
            Some(Outcome::InDoubt(_)) | None => {
                if let Some(ended) =
                    look_again(ground, named, (spec, &resolved), attempts + 1).await?
                {
                    return if ended {
                        prove(ground, named, spec, Some(item)).await
                    } else {
                        Ok(())
                    };
                }
                ground.clock.sleep(backoff).await;
                backoff = (backoff * 2).min(LONGEST_BACKOFF);
            }
        }
    }
    let (state, _) = state_of(ground, named);
    if state.is_in_doubt() {
        Ok(())
    } else {
        note(Event::Blocked {
            item: named_ref(),
            cause: last,
        })
        .await
    }
}

/// After a lost answer: looks until the effect shows (`Some(true)`), until it is known that nothing happened
/// (`Some(false)`), or until a set-like cut may be sent again (`None`).
async fn look_again(
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
    let set_like = spec.repeat == Repeat::SetLike && spec.cut().is_some();
    let (seen, shown) = if set_like {
        let seen = ground.observer.look(&call.target).await;
        let shown = verify::shows(spec, call, &seen);
        (seen, shown)
    } else {
        verify::read_back(
            ground.observer,
            ground.clock,
            spec,
            call,
            spec.bound.within().max(DEADLINE * 2),
        )
        .await
    };
    let readable = !matches!(seen.fact, Fact::Unreadable(_));
    match (shown, set_like, readable) {
        (true, ..) => {
            ground.write(vec![resolved(Some(true), seen)]).await?;
            Ok(Some(true))
        }
        // Still in doubt, but a set-like cut may be sent again now that the target was looked at.
        (false, true, true) => {
            ground.write(vec![resolved(None, seen)]).await?;
            Ok(None)
        }
        (false, true, false) => Ok(None),
        (false, false, true) => {
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

/// Settles what an earlier process left in doubt, by looking; `None` leaves a set-like cut to be sent again.
///
/// # Errors
/// The journal could not be written.
pub async fn settle(
    ground: &Ground<'_>,
    planned: &PlannedItem,
    named: &ItemRef,
) -> Result<(), journal::Error> {
    let Some(spec) = planned
        .action
        .as_ref()
        .and_then(|action| ground.catalogue.action(action))
    else {
        return Ok(());
    };
    let sent = ground.journal.with_case(|case| {
        case.lives.get(named).and_then(|life| {
            life.sent
                .as_ref()
                .map(|(call, _)| (call.clone(), life.attempts))
        })
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
pub async fn prove(
    ground: &Ground<'_>,
    named: &ItemRef,
    spec: &Spec,
    item: Option<&Item>,
) -> Result<(), journal::Error> {
    let sent = ground.journal.with_case(|case| {
        let life = case.lives.get(named)?;
        let (call, _) = life.sent.as_ref()?;
        Some((
            call.clone(),
            life.acted_at.or(life.intended_at)?,
            life.state.clone(),
        ))
    });
    let Some((call, acted, state)) = sent else {
        return Ok(());
    };
    let within = item
        .and_then(|item| item.verify_within)
        .unwrap_or(verify::READ_BACK_WITHIN);
    let (seen, shown) = verify::read_back(ground.observer, ground.clock, spec, &call, within).await;
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

enum Ready {
    Send,
    Already,
    Happened,
    Skip(String),
    Stale(String),
    Unreadable(Why),
}

fn ready(
    ground: &Ground<'_>,
    (item, named): (&Item, &ItemRef),
    spec: &Spec,
    seen: &Seen,
    state: &State,
) -> Ready {
    let fields = match &seen.fact {
        Fact::Present(fields) => fields,
        Fact::Gone if state.is_in_doubt() => return Ready::Happened,
        Fact::Gone => return Ready::Skip("already gone; the account is confirmed".into()),
        Fact::Unreadable(why) => return Ready::Unreadable(why.clone()),
    };
    if state.is_in_doubt() {
        let sent = ground
            .journal
            .with_case(|case| case.lives.get(named).and_then(|life| life.sent.clone()));
        return match sent {
            Some((call, _)) if verify::shows(spec, &call, seen) => Ready::Happened,
            Some(_) | None => Ready::Send,
        };
    }
    let drifted = item
        .before
        .as_ref()
        .is_some_and(|before| spec.fingerprint(before) != spec.fingerprint(seen));
    let set_like_cut = spec.repeat == Repeat::SetLike && spec.cut().is_some();
    if !spec.takes_time_of_call() && spec.cut().is_some() && spec.is_done(fields, Time::MIN) {
        return Ready::Already;
    }
    // Invariant I5: drift on a set-like cut only refreshes the receipt; anything else returns in the next round.
    if drifted && !set_like_cut {
        return Ready::Stale(
            "a field that it would overwrite has changed since the plan was made".into(),
        );
    }
    Ready::Send
}

/// Fills in what may not be frozen in a plan: the time of the call, by the provider's clock, and what the receipt kept.
fn resolve(call: &Call, seen: &Seen, now: Time, ahead: Duration) -> Call {
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
