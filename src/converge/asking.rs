//! The questions of a later round, asked at once.
//!
//! A round acts on what others show while one provider says nothing. None ends a run on that: before it would, everything is
//! asked afresh, and waited for. Nothing is left half asked behind: it might hold what the next look needs.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::proof::note_probe;
use super::slow::PATIENCE;
use super::{Error, Loop, reading};

/// How long a round waits for answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Until {
    /// For as long as they come, where others could show something meanwhile.
    Silent,
    /// For all of them.
    Answered,
}

impl Loop<'_> {
    /// Asks again what was asked before; who only looks asks also what was not asked yet. Tells whether everything was
    /// answered; what was not is dropped.
    pub(super) async fn read(&mut self, until: Until) -> Result<bool, Error> {
        let (means, clock) = (self.means, self.clock());
        let questions = reading::questions(means, self.run, self.looks);
        // What one provider alone is asked is not answered any sooner by asking it again.
        let asked = questions.iter().map(|(_, query)| query.target.provider());
        let is_left = until == Until::Silent && asked.collect::<BTreeSet<_>>().len() > 1;
        let asking = questions
            .iter()
            .map(|(item, query)| reading::ask(means, item, query));
        let mut asking: FuturesUnordered<_> = asking.collect();
        let patience = || clock.now().saturating_add(PATIENCE).unwrap_or_default();
        let mut gives_up = patience();
        loop {
            // Invariant I10: in a fixed order, or equal seeds would give unequal journals.
            tokio::select! {
                biased;
                noted = asking.next() => match noted {
                    Some(noted) => {
                        noted?;
                        gives_up = patience();
                    }
                    None => return Ok(true),
                },
                Some(tried) = self.probes.next(), if !self.probes.is_empty() => note_probe(means, tried).await?,
                () = clock.sleep_until(gives_up), if is_left => return Ok(false),
            }
        }
    }
}
