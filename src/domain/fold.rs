//! Taking an entry into the state of an incident.
//!
//! An entry that may not follow what came before is refused; never looks at a clock.

mod life;

use std::collections::BTreeMap;

use super::Time;
use super::case::{Acceptance, Attached, Case, Run};
use super::event::Event;
use super::mandate::Veto;
use super::state::Illegal;

impl Case {
    /// Takes one more entry in.
    ///
    /// # Errors
    /// Refuses an entry that may not follow what came before.
    pub fn apply(&mut self, at: Time, event: &Event) -> Result<(), Illegal> {
        self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        self.refuse_closed(event)?;
        self.taken += u64::from(event.takes_authority());
        match event {
            Event::Opened {
                incident,
                drill,
                since,
                ..
            } => {
                self.incident.clone_from(incident);
                self.drill = *drill;
                self.since = Some(*since);
                self.opened_at = Some(at);
            }
            Event::RunOpened { run, .. } if self.runs.contains_key(run) => {
                let (item, state) = (format!("run {run}"), "opened already".to_owned());
                return Err(Illegal {
                    item,
                    state,
                    event: event.kind(),
                });
            }
            Event::RunOpened { run, order } => {
                let opened = Run {
                    order: order.as_ref().clone(),
                    opened_at: at,
                    plans: BTreeMap::new(),
                    rounds: BTreeMap::new(),
                    outcome: None,
                };
                self.runs.insert(*run, opened);
            }
            Event::PlanFrozen {
                run,
                round,
                digest,
                expires,
                items,
            } => self.freeze(at, (*run, *round), (*digest, *expires), items),
            Event::Requested {
                run,
                round,
                request,
            } => self.requests.push(((*run, *round), request.clone())),
            Event::Vetoed {
                run,
                items,
                by,
                reason,
                ..
            } => self.vetoes.push(Veto {
                run: *run,
                items: items.clone(),
                by: by.clone(),
                reason: reason.clone(),
            }),
            Event::Declared { declared } => self.declared.push((at, declared.clone())),
            Event::Reviewed { id, .. } => drop(self.reviewed.insert(id.clone(), at)),
            Event::HandedOver { from, to, .. } => {
                self.led.extend(from.iter().chain([to]).cloned());
                self.lead = Some(to.clone());
            }
            Event::Proposed { run, by, .. } => {
                self.proposals.insert(*run, by.clone());
                *self.proposed.entry(by.clone()).or_default() += 1;
            }
            Event::Dismissed { .. } => self.dismissed = true,
            // What a nonce was first given for is what it stands for: whoever looked at that has looked at nothing else.
            Event::Granted { mandate } if self.granted_at.contains_key(&mandate.nonce) => {}
            Event::Granted { mandate } => {
                self.granted_at.insert(mandate.nonce.clone(), at);
                self.mandates.push(mandate.clone());
            }
            Event::Ended { nonce } => self.ended.push(nonce.clone()),
            Event::Assumed { pass } => self.passes.push(pass.clone()),
            Event::Lapsed { session } => drop(self.lapsed.insert(session.clone())),
            Event::RoundClosed {
                run,
                round,
                began,
                empty,
            } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.rounds.insert(*round, (*began, *empty));
                }
            }
            Event::RunClosed { run, outcome } => {
                if let Some(run) = self.runs.get_mut(run) {
                    run.outcome = Some(outcome.clone());
                }
            }
            Event::Noted { text } => self.notes.push((at, text.clone())),
            Event::ByHand {
                action,
                target,
                at: done,
                text,
            } => {
                self.notes.push((at, text.clone()));
                let goal = (action.clone(), target.clone());
                let last = self.by_hand.entry(goal).or_insert(*done);
                *last = (*last).max(*done);
            }
            Event::Accepted {
                what,
                relations,
                by,
                why,
            } => {
                let accepted = Acceptance {
                    at,
                    relations: relations.clone(),
                    by: by.clone(),
                    why: why.clone(),
                };
                self.accepted.insert(what.clone(), accepted);
            }
            Event::Closed { .. } => self.close(at),
            Event::Reopened { .. } => self.closed = false,
            Event::Shared { at: place } => self.share(place)?,
            Event::Taken { term } => self.take(at, term)?,
            Event::Attached {
                path,
                digest,
                about,
            } => self.attached.push(Attached {
                at,
                path: path.clone(),
                digest: *digest,
                about: about.as_deref().cloned(),
            }),
            Event::Checkpoint {
                path,
                digest,
                signature,
                ..
            } => self.attached.extend(
                [(path.clone(), *digest), (format!("{path}.sig"), *signature)].map(
                    |(path, digest)| Attached {
                        at,
                        path,
                        digest,
                        about: None,
                    },
                ),
            ),
            Event::SetAside { .. } => {}
            Event::Blocked { item, .. }
            | Event::Denied { item, .. }
            | Event::Skipped { item, .. }
            | Event::Stale { item, .. }
            | Event::Failed { item, .. }
            | Event::Intended { item, .. }
            | Event::Made { item, .. }
            | Event::Delivered { item, .. }
            | Event::Discarding { item, .. }
            | Event::Discarded { item, .. }
            | Event::Answered { item, .. }
            | Event::Resolved { item, .. }
            | Event::Verified { item, .. }
            | Event::Found { item, .. }
            | Event::Decided { item, .. }
            | Event::Waived { item, .. }
            | Event::InForce { item, .. }
            | Event::Extended { item, .. }
            | Event::Released { item, .. }
            | Event::UndoFailed { item, .. } => self.step(at, item, event)?,
        }
        Ok(())
    }

    /// What was given and declared ends, and what was asked is asked no more: opening it again brings none of it back.
    fn close(&mut self, at: Time) {
        self.closed = true;
        self.requests.clear();
        let given = self.mandates.iter().map(|mandate| &mandate.nonce);
        let new: Vec<String> = given
            .filter(|nonce| !self.ended.contains(nonce))
            .cloned()
            .collect();
        self.ended.extend(new);
        for (_, declared) in &mut self.declared {
            declared.until = declared.until.min(at);
        }
    }

    /// Nothing is begun in an incident that is closed, and only such a one is opened again. What was under way may still be
    /// told, and so may what people wrote down.
    fn refuse_closed(&self, event: &Event) -> Result<(), Illegal> {
        let begins = match event {
            Event::RunOpened { .. }
            | Event::PlanFrozen { .. }
            | Event::Requested { .. }
            | Event::Proposed { .. }
            | Event::Declared { .. }
            | Event::HandedOver { .. }
            | Event::Assumed { .. }
            | Event::Granted { .. }
            | Event::Intended { .. }
            | Event::Discarding { .. }
            | Event::Taken { .. }
            | Event::Closed { .. } => true,
            Event::Reopened { .. } => false,
            Event::Opened { .. }
            | Event::Ended { .. }
            | Event::Blocked { .. }
            | Event::Denied { .. }
            | Event::Skipped { .. }
            | Event::Stale { .. }
            | Event::Failed { .. }
            | Event::Made { .. }
            | Event::Delivered { .. }
            | Event::Discarded { .. }
            | Event::Answered { .. }
            | Event::Resolved { .. }
            | Event::Verified { .. }
            | Event::Found { .. }
            | Event::Decided { .. }
            | Event::Waived { .. }
            | Event::InForce { .. }
            | Event::Extended { .. }
            | Event::Released { .. }
            | Event::UndoFailed { .. }
            | Event::RoundClosed { .. }
            | Event::RunClosed { .. }
            | Event::Attached { .. }
            | Event::Noted { .. }
            | Event::ByHand { .. }
            | Event::SetAside { .. }
            | Event::Lapsed { .. }
            | Event::Checkpoint { .. }
            | Event::Reviewed { .. }
            | Event::Vetoed { .. }
            | Event::Dismissed { .. }
            | Event::Shared { .. }
            | Event::Accepted { .. } => return Ok(()),
        };
        if begins != self.closed {
            return Ok(());
        }
        let state = if self.closed { "closed" } else { "open" };
        Err(Illegal {
            item: format!("incident {}", self.incident),
            state: state.to_owned(),
            event: event.kind(),
        })
    }

    /// A case that holds only what [`Case::apply`] looks at when it decides about these events: cheap to try them on.
    #[must_use]
    pub fn excerpt<'a>(&self, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut opens = false;
        let touched: Vec<_> = events
            .into_iter()
            .inspect(|event| opens |= matches!(event, Event::RunOpened { .. }))
            .filter_map(Event::item)
            .collect();
        Self {
            runs: if opens {
                self.runs.clone()
            } else {
                BTreeMap::new()
            },
            incident: self.incident.clone(),
            opened_at: self.opened_at,
            closed: self.closed,
            taken: self.taken,
            latest: self.latest,
            shared: self.shared.clone(),
            term: self.term.clone(),
            lives: touched
                .into_iter()
                .filter_map(|item| self.lives.get_key_value(item))
                .map(|(item, life)| (item.clone(), life.clone()))
                .collect(),
            ..Self::default()
        }
    }
}
