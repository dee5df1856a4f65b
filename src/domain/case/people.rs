//! What people declared, denied, and did on their own word.
//!
//! Never looks at a clock: time is an argument.

use super::Case;
use crate::domain::mandate::{Declared, Mandate, Mode, Scope, Unreviewed, Veto};
use crate::domain::{Duration, ItemRef, Time};

/// Within what another person looks at what one did alone.
const REVIEWED_WITHIN: Duration = Duration::from_hours(24);

impl Case {
    /// Whether a mode is in force at `now`.
    #[must_use]
    pub fn is_declared(&self, mode: Mode, now: Time) -> bool {
        let now = self.latest.map_or(now, |latest| latest.max(now));
        let mut of_mode = self.declared.iter().filter(|(_, one)| one.mode == mode);
        of_mode.any(|(_, one)| self.is_on(one, now)) && !self.closed
    }

    fn is_on(&self, one: &Declared, now: Time) -> bool {
        now < one.until && !self.ended.contains(&one.nonce)
    }

    /// When the first of the modes ends that are in force at `now`.
    #[must_use]
    pub fn first_mode_ends(&self, now: Time) -> Option<Time> {
        let modes = self.declared.iter().map(|(_, one)| one);
        let on = modes.filter(|one| self.is_on(one, now));
        on.map(|one| one.until).min()
    }

    /// What is in force at `now` of mandates and modes, by nonce.
    #[must_use]
    pub fn in_force(&self, now: Time) -> Vec<String> {
        self.over_by(now, Time::MAX)
    }

    /// What would be in force at `now` and is over at `latest`, of mandates and modes, by nonce.
    #[must_use]
    pub fn over_by(&self, now: Time, latest: Time) -> Vec<String> {
        let mandates = self
            .mandates
            .iter()
            .filter(|one| self.is_in_force(one, now) && !self.is_in_force(one, latest));
        let modes = self.declared.iter().map(|(_, one)| one);
        let modes = modes.filter(|one| self.is_on(one, now) && !self.is_on(one, latest));
        let nonces = mandates.map(|one| one.nonce.clone());
        nonces.chain(modes.map(|one| one.nonce.clone())).collect()
    }

    /// What one person did on their own word and nobody else has looked at: modes, authority given ahead that was used, and
    /// what was confirmed alone where people are configured; soonest due first.
    #[must_use]
    pub fn unreviewed(&self) -> Vec<Unreviewed> {
        let modes = self.declared.iter().map(|(at, one)| Unreviewed {
            id: one.nonce.clone(),
            what: format!("{}, declared: {}", one.mode.word(), one.reason),
            by: one.by.clone(),
            due: *at,
        });
        let has_people = self.lead.is_some() || !self.requests.is_empty();
        let is_person =
            |mandate: &Mandate| has_people && !matches!(mandate.by.as_str(), "solo" | "unattended");
        let used = |mandate: &&Mandate| self.spent.contains_key(&mandate.nonce);
        let mandates = self.mandates.iter().filter(used).filter_map(|mandate| {
            let what = match &mandate.scope {
                Scope::Standing { id, .. } => format!("standing authorisation {id}, used"),
                Scope::Exact { .. } | Scope::Reach { .. } if mandate.signed.is_some() => {
                    return None;
                }
                Scope::Exact { plan, .. } if is_person(mandate) => {
                    format!("plan {}, confirmed alone ({})", plan.code(), mandate.how)
                }
                Scope::Reach { run, .. } if is_person(mandate) => {
                    format!("what run {run} found, cut on one word ({})", mandate.how)
                }
                Scope::Exact { .. } | Scope::Reach { .. } => return None,
            };
            Some(Unreviewed {
                id: mandate.nonce.clone(),
                what,
                by: mandate.by.clone(),
                due: self.granted_at.get(&mandate.nonce).copied()?,
            })
        });
        let mut all: Vec<Unreviewed> = modes
            .chain(mandates)
            .filter(|one| !self.is_reviewed(&one.id))
            .map(|one| Unreviewed {
                due: one.due.saturating_add(REVIEWED_WITHIN).unwrap_or(Time::MAX),
                ..one
            })
            .collect();
        all.sort_by(|one, two| (one.due, &one.id).cmp(&(two.due, &two.id)));
        all
    }

    /// Whether somebody looked at it, and nothing was done by it since.
    fn is_reviewed(&self, id: &str) -> bool {
        let Some(at) = self.reviewed.get(id) else {
            return false;
        };
        let mode = self.declared.iter().find(|(_, one)| one.nonce == id);
        let last = match mode {
            Some((_, one)) => self.spent_at.values().filter(|at| **at <= one.until).max(),
            None => self.spent_at.get(id),
        };
        last.is_none_or(|last| last <= at)
    }

    /// What somebody denied that an item of a run would do.
    #[must_use]
    pub fn veto(&self, item: &ItemRef) -> Option<&Veto> {
        let covers = |veto: &&Veto| veto.run == item.run && veto.items.contains(&item.key);
        self.vetoes.iter().find(covers)
    }
}
