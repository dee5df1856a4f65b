//! Ending a round, and waiting for what may still change the answer.
//!
//! What says nothing new leaves no entry; never waits for people.

use futures_util::StreamExt as _;

use super::{Error, Limit, Loop, proof};
use crate::domain::event::Event;
use crate::domain::plan::Plan;
use crate::domain::{Duration, Time};
use crate::report::standing::Outcome;

/// How often a run that waits for something looks again.
const POLL: Duration = Duration::from_secs(5);
/// How often a run that waits until contained looks again.
const SLOW_POLL: Duration = Duration::from_secs(20);
/// A second writing that falls due this soon is waited for, even without `--wait`.
const SOON: Duration = Duration::from_secs(30);

impl Loop<'_> {
    pub(super) async fn close_round(
        &self,
        round: u32,
        began: Time,
        empty: bool,
    ) -> Result<(), Error> {
        // Whoever performs beside this may have cut something that this round has not seen being open.
        self.means.ground.journal.refresh().await?;
        // A run that waits looks often; what says nothing new leaves no entry.
        let settles = self.standing().settles_at;
        let says_nothing_new = self.means.ground.journal.with_case(|case| {
            let last = case
                .runs
                .get(&self.run)
                .and_then(|run| run.rounds.values().next_back().copied());
            let passed = |at: Time| settles.is_none_or(|settles| at >= settles);
            last.is_some_and(|(last, was_empty)| {
                empty && was_empty && passed(last) == passed(began)
            })
        });
        if says_nothing_new {
            return Ok(());
        }
        self.means
            .ground
            .journal
            .append(vec![Event::RoundClosed {
                run: self.run,
                round,
                began,
                empty,
            }])
            .await?;
        Ok(())
    }

    /// After a round that had nothing to do: waits for what may still change the answer; `false` when nothing may.
    pub(super) async fn wait(&mut self, limit: &Limit, plan: &Plan) -> Result<bool, Error> {
        let now = self.clock().now();
        let standing = self.standing();
        let soon = now.saturating_add(SOON).unwrap_or(now);
        let due = standing.owed.iter().filter_map(|(at, _)| *at).min();
        self.start_probes();
        let waits = match limit {
            Limit::Plan | Limit::OneRound(_) | Limit::Restore(_) => false,
            Limit::Verify(false) => !self.probes.is_empty(),
            Limit::Isolated => {
                !self.probes.is_empty()
                    || due.is_some_and(|due| due <= soon && standing.outcome == Outcome::Isolated)
            }
            Limit::Contained => !self.probes.is_empty() || !standing.is_final,
            Limit::Verify(true) => {
                plan.is_empty()
                    && !standing.is_final
                    && standing.outcome == Outcome::Isolated
                    && due.is_none_or(|due| due > now)
            }
        };
        if !waits {
            return Ok(false);
        }
        let poll = if self.probes.is_empty() {
            SLOW_POLL
        } else {
            POLL
        };
        let poll = now.saturating_add(poll).unwrap_or(now);
        let settles = standing.settles_at.filter(|at| *at > now);
        let due = due.filter(|at| *at > now);
        let wake = [Some(poll), settles, due]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(poll);
        let means = self.means;
        if self.probes.is_empty() {
            means.ground.clock.sleep_until(wake).await;
        } else {
            tokio::select! {
                biased;
                done = self.probes.next() => if let Some(done) = done { proof::note_probe(means, done).await?; },
                () = means.ground.clock.sleep_until(wake) => {}
            }
        }
        Ok(true)
    }
}
