//! The questions of a later round: asked at once, and left to themselves where a provider says nothing for a while.
//!
//! No round that could end the run rests on an answer to what was asked before it, or before the last cut ended.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use super::proof::note_probe;
use super::slow::PATIENCE;
use super::{Error, Loop, reading};
use crate::domain::{ItemRef, Query};
use crate::execute::Written;

/// A question that is being asked; tells whose it was.
type Asking<'a> = LocalBoxFuture<'a, (ItemRef, Written)>;

/// A question that was asked.
#[derive(Clone, Copy)]
struct Asked {
    /// In which round; in none, where something of an earlier round has ended since.
    round: Option<u32>,
    /// Whether that round went on without its answer.
    is_left: bool,
}

/// All that is being asked.
#[derive(Default)]
pub(super) struct Questions<'a> {
    under_way: FuturesUnordered<Asking<'a>>,
    asked: BTreeMap<ItemRef, Asked>,
    /// What was answered to a round that had gone on: it need not ask that again.
    late: BTreeMap<ItemRef, u32>,
}

impl Questions<'_> {
    /// Whether nothing is being asked.
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Waits for the next answer, and until it is noted. Never ready while nothing is being asked.
    pub(super) async fn next(&mut self) -> Written {
        let Some((item, written)) = self.under_way.next().await else {
            return std::future::pending().await;
        };
        if let Some(Asked {
            round: Some(round),
            is_left: true,
        }) = self.asked.remove(&item)
        {
            self.late.insert(item, round);
        }
        written
    }

    /// Whatever was asked until now says nothing about what is so after something has ended.
    pub(super) fn outdate(&mut self) {
        self.late.clear();
        for asked in self.asked.values_mut() {
            asked.round = None;
        }
    }

    fn is_answered(&self, item: &ItemRef, round: u32) -> bool {
        self.late.get(item) == Some(&round)
    }

    /// Whether something is being asked for an earlier round.
    fn is_outdated(&self, round: u32) -> bool {
        let mut asked = self.asked.values();
        asked.any(|asked| asked.round != Some(round))
    }
}

impl<'a> Loop<'a> {
    /// Asks again what was asked before, and waits for as long as answers come. Who only looks asks also what was not asked
    /// yet, and waits for every answer.
    pub(super) async fn read(&mut self, round: u32, waits: bool) -> Result<(), Error> {
        let (means, clock) = (self.means, self.clock());
        let patience = || clock.now().saturating_add(PATIENCE).unwrap_or_default();
        loop {
            let is_outdated = self.questions.is_outdated(round);
            self.ask_all(round);
            let mut until = patience();
            while !self.questions.is_empty() {
                // Invariant I10: in a fixed order, or equal seeds would give unequal journals.
                tokio::select! {
                    biased;
                    noted = self.questions.next() => {
                        noted?;
                        until = patience();
                    }
                    Some(tried) = self.probes.next(), if !self.probes.is_empty() => note_probe(means, tried).await?,
                    () = clock.sleep_until(until), if !waits => {
                        self.questions.asked.values_mut().for_each(|asked| asked.is_left = true);
                        return Ok(());
                    }
                }
            }
            if !is_outdated {
                return Ok(());
            }
        }
    }

    /// Asks all that is not being asked, and was not answered late in this round.
    fn ask_all(&mut self, round: u32) {
        let means = self.means;
        let all: Vec<(ItemRef, Query)> = reading::questions(means, self.run, self.looks);
        for (item, query) in all {
            let questions = &mut self.questions;
            if questions.asked.contains_key(&item) || questions.is_answered(&item, round) {
                continue;
            }
            let asked = Asked {
                round: Some(round),
                is_left: false,
            };
            questions.asked.insert(item.clone(), asked);
            let asking = async move {
                let written = reading::ask(means, &item, &query).await;
                (item, written)
            };
            questions.under_way.push(Box::pin(asking));
        }
    }
}
