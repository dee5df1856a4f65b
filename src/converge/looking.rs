//! What a fresh look says against the journal: cuts that no longer show, steps that never came to cut.
//!
//! Only ever lowers a standing.

use std::collections::BTreeMap;

use super::proof::note_seen;
use super::{Error, Loop};
use crate::domain::event::Event;
use crate::domain::plan::{Pending, Plan};
use crate::domain::{Item, Locator, Phase, State};
use crate::report::standing::Standing;
use crate::verify;

impl Loop<'_> {
    /// Takes in what a fresh look says against the journal: targets that are open, steps that never came to cut.
    pub(super) fn take_in(&self, standing: &mut Standing, plan: &Plan) {
        let open = self.open_in(plan);
        let untold = self.untold_in(plan);
        standing.reopen(open, |target| untold.get(target).cloned());
        let cuts = |id: &str| {
            self.means
                .playbook
                .step(id)
                .is_some_and(|step| step.work.what().is_some())
        };
        let spell = |step: &Pending| format!("{}/{} {}", step.phase.word(), step.step, step.why);
        let (early, late): (Vec<_>, Vec<_>) = plan
            .pending
            .iter()
            .filter(|step| cuts(&step.step))
            .partition(|step| step.phase <= Phase::Inventory && self.order.cuts);
        standing.leave(early.into_iter().map(spell).collect());
        standing.lack(late.into_iter().map(spell).collect());
        self.take_in_limit(standing);
    }

    /// What stays open because the playbook's time is over is said to stay open for that.
    fn take_in_limit(&self, standing: &mut Standing) {
        let over = "the time that the playbook gives itself (limits.deadline) has passed";
        let is_open = !standing.unproven.is_empty() || !standing.withheld.is_empty();
        if self.is_late() && is_open {
            let incident = self
                .means
                .ground
                .journal
                .with_case(|case| case.incident.clone());
            standing.withheld.push(format!(
                "{over}; one more round is begun by: contain resume --incident {incident}"
            ));
        }
    }

    /// Notes on their own lives which cuts in force a fresh look no longer shows.
    pub(super) async fn note_open(&self, plan: &Plan) -> Result<(), Error> {
        let ground = &self.means.ground;
        let events = ground.journal.with_case(|case| {
            let goals = case.goals(self.run);
            let lost = |item: &Item| {
                let action = item.action()?;
                let (named, life) = goals.get(&(action.clone(), item.target()?.clone()))?;
                let (spec, seen) = (ground.catalogue.action(action)?, item.before.clone()?);
                let (call, _) = life.sent()?;
                // What was seen before somebody else wrote says nothing about what they wrote.
                let is_lost = matches!(life.state, State::Confirmed { .. })
                    && (!self.looks || seen.at >= life.at)
                    && !spec.shows(call, &seen)
                    && seen.fields().is_some();
                let acted = life.acted_at.unwrap_or(seen.at);
                is_lost.then(|| Event::Verified {
                    item: (*named).clone(),
                    verdict: verify::observed(acted, spec, false),
                    seen: Some(seen),
                })
            };
            plan.items
                .iter()
                .filter(|item| item.call().is_some())
                .filter_map(lost)
                .collect::<Vec<_>>()
        });
        note_seen(self.means, self.looks, events).await
    }

    /// What a fresh plan would cut that is not merely the second writing of a cut that still shows.
    pub(super) fn open_in(&self, plan: &Plan) -> Vec<Locator> {
        let ground = &self.means.ground;
        ground.journal.with_case(|case| {
            let goals = case.goals(self.run);
            let again = |item: &Item| {
                let action = item.action()?;
                let (_, life) = goals.get(&(action.clone(), item.target()?.clone()))?;
                let (spec, seen) = (ground.catalogue.action(action)?, item.before.as_ref()?);
                let (call, _) = life.sent()?;
                Some(spec.takes_time_of_call() && spec.shows(call, seen))
            };
            let cuts = plan
                .items
                .iter()
                .filter(|item| item.call().is_some() && item.rung.is_some());
            let open = cuts.filter(|item| again(item) != Some(true));
            open.filter_map(|item| item.target().cloned()).collect()
        })
    }

    /// Of which targets the look that a plan was made from does not tell whether they are open, and why.
    fn untold_in(&self, plan: &Plan) -> BTreeMap<Locator, String> {
        let untold = |item: &Item| {
            let spec = self.means.ground.catalogue.action(item.action()?)?;
            let touched = spec.touches.iter().map(|touch| touch.field.as_str());
            let why = item.before.as_ref()?.untold(touched)?;
            Some((item.target()?.clone(), why))
        };
        plan.items.iter().filter_map(untold).collect()
    }
}
