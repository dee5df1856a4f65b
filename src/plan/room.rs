//! Room for a new credential, where its owner may hold only so many: which dead one is deleted first.
//!
//! Never makes room by deleting what is alive.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::issue::{Expansion, Make};
use super::item::{hits, tag};
use super::{stake, tier};
use crate::domain::item::{Ended, ItemKey, Need};
use crate::domain::{
    Call, Fact, Fields, Item, Locator, Query, ReadKind, Relation, Rung, Seen, Spec, Tier, Work,
};

/// How long one question about what a principal holds may take, in milliseconds.
const BUDGET: u64 = 5_000;

/// The item of an earlier phase that stops what a candidate replaces.
pub(super) fn cut_by(items: &[Item], candidate: &Candidate<'_>) -> Option<ItemKey> {
    let mut cuts = items.iter().filter(|item| {
        let stops = item.rung.is_some_and(|rung| rung >= Rung::Suspend);
        stops && item.key.phase < candidate.key.phase && item.target() == Some(&candidate.target)
    });
    cuts.next().map(|item| item.key.clone())
}

/// Room under a limit of one owner.
pub(super) enum Room {
    /// There is room, or nobody knows of a limit.
    Enough(Option<String>),
    /// This dead one has to be deleted first.
    After(Box<Item>),
    /// All that it may hold is alive.
    None(String),
    /// What it holds could not be looked at now, so nobody knows whether any of it is dead.
    Unknown(String),
}

impl Expansion<'_> {
    /// Finds out whether the principal may hold another one; where it may not, which dead one makes room.
    pub(super) async fn room(&self, make: &Make<'_>) -> Room {
        let most = self
            .ask
            .catalogue
            .kind(make.kind)
            .and_then(|kind| kind.at_most);
        let Some(most) = most.and_then(|most| usize::try_from(most).ok()) else {
            return Room::Enough(None);
        };
        if make.on == *self.wanted.target && make.spec.on == *make.kind {
            return Room::Enough(None);
        }
        // What an attempt of this very item left is taken away by the next one; what another run delivered stays.
        let asked = self.call(make.spec, &make.on);
        let left = self.ask.observer.made(&asked).await.unwrap_or_default();
        let kept = self.ask.case.kept();
        let held = match self.held(make).await {
            Ok(mut held) => {
                held.retain(|seen| !left.contains(&seen.target) || kept.contains(&seen.target));
                held
            }
            Err(why) => {
                let note = format!(
                    "how many of {} {} holds could not be read: {why}",
                    make.kind, make.on
                );
                return Room::Enough(Some(note));
            }
        };
        if held.len() < most {
            return Room::Enough(None);
        }
        let ours = self.ask.case.issued();
        let is_dead = |seen: &&Seen| {
            let is_cut = self.wanted.cut_by.is_some() && seen.target == *self.wanted.target;
            (is_cut || self.is_cut(make.kind, seen)) && !ours.contains(&seen.target)
        };
        let is_hidden = |seen: &Seen| seen.hidden_for_now().is_some();
        let dead = held.iter().filter(is_dead);
        // The compromised one first: it is not coming back.
        let chosen = dead.min_by_key(|seen| seen.target != *self.wanted.target);
        let delete = self.ask.catalogue.actions().find(|spec| {
            spec.on == *make.kind && spec.cut().is_some_and(|cut| cut.rung == Rung::Delete)
        });
        match (chosen, delete) {
            (Some(dead), Some(delete)) => Room::After(Box::new(self.delete(delete, dead))),
            (Some(dead), None) => Room::None(format!(
                "{} holds as many of {} as it may, and no action of this build deletes {}",
                make.on, make.kind, dead.target
            )),
            (None, _) if held.iter().any(is_hidden) => Room::Unknown(format!(
                "{} holds {} of {} and may hold {most}, and whether one of them is dead could not be read",
                make.on,
                held.len(),
                make.kind
            )),
            (None, _) => Room::None(format!(
                "{} holds {} of {} and may hold {most}; none of them is dead, so none can be deleted first",
                make.on,
                held.len(),
                make.kind
            )),
        }
    }

    async fn held(&self, make: &Make<'_>) -> Result<Vec<Seen>, String> {
        let reads = self
            .ask
            .catalogue
            .kind(make.on.kind())
            .map(|kind| kind.reads.as_slice());
        let reads = reads.unwrap_or_default();
        let read = [ReadKind::Credentials, ReadKind::Reach]
            .into_iter()
            .find(|read| reads.contains(read))
            .ok_or("no read of this build says so")?;
        let query = Query {
            read,
            target: make.on.clone(),
            relations: vec![Relation::Held],
            since: self.ask.order.since,
            pages: 1,
            budget_ms: BUDGET,
        };
        let reading = self
            .ask
            .observer
            .read(&query)
            .await
            .map_err(|why| why.to_string())?;
        let of_kind = reading.found.into_iter().filter(|found| {
            found.what.kind() == make.kind
                && found
                    .relation
                    .is_none_or(|relation| relation == Relation::Held)
        });
        let names: BTreeSet<Locator> = of_kind.map(|found| found.what).collect();
        let names: Vec<Locator> = names.into_iter().collect();
        let seen = self.ask.observer.observe(&names).await;
        Ok(seen
            .into_iter()
            .filter(|seen| !matches!(seen.fact, Fact::Gone))
            .collect())
    }

    /// Deleting the dead one: its own item, with what was seen of it as the receipt that is preserved.
    fn delete(&self, spec: &Spec, dead: &Seen) -> Item {
        let key = self.part("make room");
        let principal = dead.principal();
        let hits = hits(self.ask, spec, (&dead.target, principal.as_ref()));
        let weighed = tier::with_hits(spec, hits, None);
        let asked = stake::Asked::named(&dead.target, principal.as_ref());
        let ((tier, mut reasons, marks), stake) = stake::weigh(self.ask, spec, asked, weighed);
        reasons.push("it is dead, and it makes room for the new one; what was seen of it is kept in the journal".to_owned());
        let call = Call {
            action: spec.id.clone(),
            target: dead.target.clone(),
            with: spec.arguments(&Fields::new()),
            secret: None,
            tag: tag(&self.ask.case.incident, &key),
        };
        // What is alive while this is planned is deleted only after its cut.
        let cut = self
            .wanted
            .cut_by
            .iter()
            .filter(|_| dead.target == *self.wanted.target);
        let needs = cut.map(|cut| Need {
            key: cut.clone(),
            ended: Ended::Ok,
        });
        Item {
            needs: needs.collect(),
            before: Some(dead.clone()),
            tier: tier.max(Tier::GRAVE),
            reasons,
            rung: spec.cut().map(|cut| cut.rung),
            undo: Some(spec.undo.clone()),
            marks,
            stake,
            ..Item::new(key, Work::Act(call))
        }
    }
}
