//! What a report calls things: by their names inside, by stable pseudonyms outside.
//!
//! Outside no name, no account and no words of anybody's appear: a report is no map of what is worth attacking.

use std::collections::BTreeMap;

use serde::Serialize;

use super::entry::Entry;
use crate::domain::event::Event;
use crate::domain::{Found, Locator};

/// For whom a report is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Who works on the incident.
    Internal,
    /// Everybody else.
    External,
}

impl Audience {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Internal, Self::External];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
        }
    }
}

/// The actors that stand for nobody in particular.
const NOBODY: [&str; 3] = ["solo", "unattended", "contain"];

/// What things and people are called.
pub struct Names {
    audience: Audience,
    things: BTreeMap<Locator, String>,
    people: BTreeMap<String, String>,
}

impl Names {
    /// Gives out pseudonyms in the order of the journal, so that a later report of the incident has the same.
    #[must_use]
    pub fn of(entries: &[Entry<'_>], audience: Audience) -> Self {
        let mut names = Self {
            audience,
            things: BTreeMap::new(),
            people: BTreeMap::new(),
        };
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut meet = |things: &mut BTreeMap<Locator, String>, what: &Locator| {
            if !things.contains_key(what) {
                let kind = what.kind().to_string();
                let count = counts.entry(kind.clone()).or_default();
                *count += 1;
                things.insert(what.clone(), format!("{kind} #{count}"));
            }
        };
        for entry in entries {
            let (met, by) = met(entry.event);
            for what in &met {
                meet(&mut names.things, what);
            }
            for person in by.into_iter().chain([entry.actor]) {
                if !NOBODY.contains(&person) && !names.people.contains_key(person) {
                    let number = names.people.len() + 1;
                    names
                        .people
                        .insert(person.to_owned(), format!("person #{number}"));
                }
            }
        }
        names
    }

    /// For whom it is.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience
    }

    fn is_inside(&self) -> bool {
        self.audience == Audience::Internal
    }

    /// What a thing is called.
    #[must_use]
    pub fn thing(&self, what: &Locator) -> String {
        match (self.is_inside(), self.things.get(what)) {
            (true, _) => what.to_string(),
            (false, Some(name)) => name.clone(),
            // What no entry names has no number; its kind is all that is said.
            (false, None) => what.kind().to_string(),
        }
    }

    /// What a person is called.
    #[must_use]
    pub fn person(&self, who: &str) -> String {
        match self.people.get(who).filter(|_| !self.is_inside()) {
            Some(name) => name.clone(),
            None if self.is_inside() || NOBODY.contains(&who) => who.to_owned(),
            None => "a person".to_owned(),
        }
    }

    /// Words of somebody's, which stay inside.
    #[must_use]
    pub fn words(&self, text: &str) -> Option<String> {
        self.is_inside().then(|| text.to_owned())
    }
}

/// What an entry names, and whose word it is.
fn met(event: &Event) -> (Vec<Locator>, Option<&str>) {
    let (mut met, mut by) = (Vec::new(), None);
    match event {
        Event::RunOpened { order, .. } => {
            met.extend(order.subjects.iter().cloned());
            met.extend(order.acting_as.iter().cloned());
        }
        Event::PlanFrozen { items, .. } => {
            for item in items {
                met.extend(item.key.subject.clone());
                met.extend(item.target.clone());
                met.extend(item.principal.clone());
            }
        }
        Event::Intended { call, then, .. } => {
            met.push(call.target.clone());
            met.extend(then.iter().map(|further| further.call.target.clone()));
        }
        Event::Made { made, .. } => met.extend(made.iter().cloned()),
        Event::Delivered { to, .. } => met.push(to.clone()),
        Event::Found { reading, .. } => {
            let found = reading
                .found
                .iter()
                .filter(|found| found.relation.is_some());
            for found in found {
                met.push(found.what.clone());
                met.extend(Found::principal(found));
            }
        }
        Event::ByHand { target, .. } => met.push(target.clone()),
        Event::Granted { mandate } => by = Some(mandate.by.as_str()),
        Event::Assumed { pass } => met.extend([pass.of.clone(), pass.session.clone()]),
        Event::Vetoed { by: who, .. }
        | Event::Reviewed { by: who, .. }
        | Event::HandedOver { to: who, .. }
        | Event::Proposed { by: who, .. } => by = Some(who.as_str()),
        Event::Declared { declared } => by = Some(declared.by.as_str()),
        Event::Taken { term } => by = Some(term.by.as_str()),
        Event::Opened { .. }
        | Event::Requested { .. }
        | Event::Dismissed { .. }
        | Event::Lapsed { .. }
        | Event::Checkpoint { .. }
        | Event::Ended { .. }
        | Event::Blocked { .. }
        | Event::Denied { .. }
        | Event::Skipped { .. }
        | Event::Stale { .. }
        | Event::Failed { .. }
        | Event::Discarding { .. }
        | Event::Discarded { .. }
        | Event::Answered { .. }
        | Event::Resolved { .. }
        | Event::Verified { .. }
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
        | Event::SetAside { .. }
        | Event::Accepted { .. }
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Shared { .. } => {}
    }
    (met, by)
}
