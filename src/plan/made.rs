//! What an issuing step has made already: in its own run, or in another one of the incident.
//!
//! Never counts what is dead, nor what went to other places.

use std::collections::BTreeMap;

use super::issue::{Expansion, Make};
use crate::domain::event::Does;
use crate::domain::state::Life;
use crate::domain::{Fact, Fields, ItemRef, KindId, Locator, Rung, Seen, Spec, State, Time};

impl Expansion<'_> {
    /// Whether an earlier round of this run made and delivered it already.
    pub(super) fn is_made(&self, make: &Make<'_>) -> bool {
        let mut same = self.same(make);
        same.any(|(named, _)| named.run == self.ask.at.0)
    }

    /// What another run of this incident made and delivered to these places, while it is alive, and whether it may be
    /// relied on: what was looked for when every front end had it, and did not show, may never have arrived.
    pub(super) async fn made_elsewhere(
        &self,
        make: &Make<'_>,
        places: &[(Locator, &Spec)],
    ) -> Result<Option<(u32, Locator, bool)>, String> {
        let delivered = |life: &Life| {
            let mut wanted = places.iter().map(|(place, _)| place);
            !places.is_empty() && wanted.all(|place| life.delivered.contains(place))
        };
        let same = self.same(make).filter(|(_, life)| delivered(life));
        let of = |(named, life): (&'_ ItemRef, &'_ Life)| (named.run, is_relied_on(life));
        let made: BTreeMap<&Locator, (u32, bool)> = same
            .flat_map(|same| same.1.made.iter().map(move |made| (made, of(same))))
            .collect();
        let names: Vec<Locator> = made.keys().map(|made| (*made).clone()).collect();
        for seen in self.ask.observer.observe(&names).await {
            match &seen.fact {
                Fact::Unreadable(why) => {
                    return Err(format!("{} could not be read: {why}", seen.target));
                }
                Fact::Present(_) if !self.is_cut(make.kind, &seen) => {
                    let (run, is_relied_on) = made.get(&seen.target).copied().unwrap_or_default();
                    return Ok(Some((run, seen.target, is_relied_on)));
                }
                Fact::Present(_) | Fact::Gone => {}
            }
        }
        Ok(None)
    }

    /// The lives of this item, of whatever run, that made something which stands.
    fn same<'l>(&'l self, make: &'l Make<'_>) -> impl Iterator<Item = (&'l ItemRef, &'l Life)> {
        self.ask.case.lives.iter().filter(|(named, life)| {
            let planned = &life.planned;
            named.key == self.wanted.key
                && planned.does == Does::Issue
                && planned.action.as_ref() == Some(&make.spec.id)
                && planned.target.as_ref() == Some(&make.on)
                && matches!(
                    life.state,
                    State::Acted { .. } | State::Confirmed { .. } | State::UndoFailed(_)
                )
        })
    }

    /// Whether what was seen of a thing is what one of the cuts that stop it leaves.
    pub(super) fn is_cut(&self, kind: &KindId, seen: &Seen) -> bool {
        let mut cuts = self.ask.catalogue.actions().filter(|spec| {
            spec.on == *kind && spec.cut().is_some_and(|cut| cut.rung >= Rung::Suspend)
        });
        let shows = |fields| cuts.any(|spec| spec.is_done(fields, &Fields::new(), Time::MAX));
        seen.fields().is_some_and(shows)
    }
}

/// Whether what was delivered shows, or had not to show yet when it was last looked for.
fn is_relied_on(life: &Life) -> bool {
    let verdict = life.verdict.as_ref();
    verdict.is_none_or(|verdict| verdict.is_observed() || life.at < verdict.settles.at)
}
