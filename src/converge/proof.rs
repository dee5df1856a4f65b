//! Proof that comes beside the rounds: probes that go on meanwhile, doubts settled by looking, what shows late.
//!
//! Only notes what was seen; never acts.

use futures_util::StreamExt as _;
use futures_util::future::FutureExt as _;

use super::{Error, Limit, Loop, Means, Probes};
use crate::domain::event::{Event, PlannedItem};
use crate::domain::{Fact, Item, ItemRef, Locator, State, Verdict};
use crate::execute;
use crate::journal;
use crate::verify;

impl Loop<'_> {
    /// What an earlier look could not confirm and this one does, and what a kill kept from being noted. Who only `looks`
    /// leaves every doubt alone: somebody may be at that very call, and an answer that finds its doubt settled breaks off
    /// their run. So does what is left of an earlier round: it notes its own answers.
    pub(super) async fn add_late_proof(&self, reached: &[Item]) -> Result<(), Error> {
        let ground = &self.means.ground;
        let events = ground.journal.with_case(|case| {
            let mut goals = case.goals(self.run);
            goals.retain(|_, (named, life)| !self.is_left(named, life));
            let late = |item: &Item| {
                let action = item.action()?;
                let (named, life) = goals.get(&(action.clone(), item.target()?.clone()))?;
                let (spec, seen) = (ground.catalogue.action(action)?, item.before.clone()?);
                let acted = life.acted_at.or(life.intended_at).unwrap_or(seen.at);
                let verdict = verify::observed(acted, spec, true);
                let verified = Event::Verified {
                    item: (*named).clone(),
                    verdict,
                    seen: Some(seen.clone()),
                };
                let is_gone = matches!(seen.fact, Fact::Gone) && !life.gone;
                match life.state {
                    State::Confirmed { .. }
                        if is_gone && !life.verdict.as_ref().is_some_and(Verdict::is_alive) =>
                    {
                        let verdict = life.verdict.clone()?;
                        let (item, seen) = ((*named).clone(), Some(seen));
                        Some(vec![Event::Verified {
                            item,
                            verdict,
                            seen,
                        }])
                    }
                    State::Acted { .. }
                        if !life.verdict.as_ref().is_some_and(Verdict::is_alive) =>
                    {
                        Some(vec![verified])
                    }
                    State::Intended { .. } | State::InDoubt { .. } if self.looks => None,
                    State::Intended { .. } | State::InDoubt { .. } => {
                        // The doubt is about this call: a goal that is met some other way does not say that it happened.
                        let (call, _) = life.sent()?;
                        if !spec.shows(call, &seen) {
                            return None;
                        }
                        let (item, attempt) = ((*named).clone(), life.attempts);
                        Some(vec![
                            Event::Resolved {
                                item,
                                attempt,
                                happened: Some(true),
                                seen,
                            },
                            verified,
                        ])
                    }
                    State::Acted { .. }
                    | State::Planned
                    | State::Blocked(_)
                    | State::Confirmed { .. }
                    | State::Failed(_)
                    | State::Skipped(_)
                    | State::Stale(_)
                    | State::Denied(_)
                    | State::Undone
                    | State::UndoFailed(_) => None,
                }
            };
            // A kill between an answer and its proof leaves a cut that nobody is to review.
            let measure = |item: &Item| {
                let (named, life) = goals.get(&(item.action()?.clone(), item.target()?.clone()))?;
                let doubt_ends = life.state.is_in_doubt() && late(item).is_some();
                let changed = doubt_ends
                    || matches!(
                        life.state,
                        State::Acted { changed: true } | State::Confirmed { changed: true }
                    );
                let is_cut = changed && life.planned.rung.is_some();
                (is_cut && !case.reviews.contains_key(*named)).then(|| Event::InForce {
                    item: (*named).clone(),
                    review: execute::review_of(item, self.clock().now()),
                })
            };
            let proofs = reached.iter().filter_map(late).flatten();
            proofs
                .chain(reached.iter().filter_map(measure))
                .collect::<Vec<_>>()
        });
        note_seen(self.means, self.looks, events).await
    }

    /// Looks at what an earlier process left in doubt, before anything else is tried on it.
    pub(super) async fn settle_doubts(&self, limit: &Limit) -> Result<(), Error> {
        if matches!(limit, Limit::Verify(_) | Limit::Plan) {
            return Ok(());
        }
        let ground = &self.means.ground;
        let doubts: Vec<(ItemRef, std::sync::Arc<PlannedItem>)> =
            ground.journal.with_case(|case| {
                let doubtful = case
                    .lives
                    .iter()
                    .filter(|(_, life)| execute::is_unsettled(life));
                doubtful
                    .map(|(named, life)| (named.clone(), life.planned.clone()))
                    .collect()
            });
        let looks = doubts
            .iter()
            .map(|(named, planned)| execute::settle(ground, planned, named));
        for looked in futures_util::future::join_all(looks).await {
            looked?;
        }
        Ok(())
    }

    pub(super) fn start_probes(&mut self) {
        let means = self.means;
        let ready: Vec<(ItemRef, Locator, Verdict)> = means.ground.journal.with_case(|case| {
            let wanted = case.goals(self.run).into_values().filter(|(named, life)| {
                let alive = life.verdict.as_ref().is_some_and(Verdict::is_alive);
                life.planned.probe
                    && (matches!(life.state, State::Confirmed { .. })
                        || (alive && matches!(life.state, State::Acted { .. })))
                    && !self.probed.contains(*named)
            });
            let wanted = wanted.filter_map(|(named, life)| {
                let verdict = life
                    .verdict
                    .clone()
                    .filter(|verdict| !verdict.is_probed_dead())?;
                Some((named.clone(), life.planned.target.clone()?, verdict))
            });
            wanted.collect()
        });
        for (named, target, verdict) in ready {
            let Some(provider) = means.ground.catalogue.provider(target.provider()) else {
                continue;
            };
            let Some(secret) = means.secrets.get(&target) else {
                continue;
            };
            let pause = provider.probe_pause();
            self.probed.insert(named.clone());
            let trying = async move {
                let settles = verdict.settles.at;
                let bound = settles.duration_since(means.ground.clock.now());
                let eyes = (means.ground.observer, means.ground.clock);
                let tried = verify::probe(eyes, (&target, secret), settles, bound, pause).await;
                (named, verdict, tried)
            };
            self.probes.push(trying.boxed());
        }
    }

    pub(super) async fn finish_probes(&mut self) -> Result<(), Error> {
        self.start_probes();
        while let Some(done) = self.probes.next().await {
            note_probe(self.means, done).await?;
        }
        Ok(())
    }
}

/// Awaits something while probes go on beside it.
pub(super) async fn beside<T>(
    means: &Means<'_>,
    probes: &mut Probes<'_>,
    work: impl Future<Output = T>,
) -> Result<T, Error> {
    futures_util::pin_mut!(work);
    loop {
        // Invariant I10: in a fixed order, or equal seeds would give unequal journals.
        tokio::select! {
            biased;
            done = &mut work => return Ok(done),
            Some(tried) = probes.next(), if !probes.is_empty() => note_probe(means, tried).await?,
        }
    }
}

/// Notes what was seen. Where somebody else performs while this one only looks, they may have gone on meanwhile, and the
/// next look finds what is so then.
pub(super) async fn note_seen(
    means: &Means<'_>,
    looks: bool,
    events: Vec<Event>,
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    match means.ground.journal.append(events).await {
        Err(journal::Error::Illegal { .. }) if looks => Ok(()),
        other => Ok(other.map(drop)?),
    }
}

pub(super) async fn note_probe(
    means: &Means<'_>,
    (item, before, tried): (ItemRef, Verdict, verify::Tried),
) -> Result<(), Error> {
    let (verdict, seen) = (verify::probed(&before, tried), None);
    let told = Event::Verified {
        item,
        verdict,
        seen,
    };
    // A probe takes its time: what it was about may have been given back meanwhile.
    note_seen(means, true, vec![told]).await
}
