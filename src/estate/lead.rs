//! What a thing leads to beyond its provider: what lies in it, who else holds what its holder holds, who acts for them.
//!
//! Only says so, each with the reason; what follows is for the plan to decide.

use std::collections::{BTreeSet, VecDeque};

use super::model::{Identity, Use};
use super::{Estate, PREFIX, of};
use crate::domain::{Fields, Found, Locator, Relation};

/// The fact of a finding that says through which identity it was reached.
pub const BY: &str = "identity";

impl Estate {
    /// Whether anything hangs on a thing, as far as the estate says.
    #[must_use]
    pub fn leads_on(&self, what: &Locator) -> bool {
        of(&self.holders, what).next().is_some() || of(&self.stored, what).next().is_some()
    }

    /// What a subject, and what was found to hang on it, leads to: nothing that is a subject itself, or was found already.
    #[must_use]
    pub fn leads(
        &self,
        subject: &Locator,
        is_subject: &dyn Fn(&Locator) -> bool,
        found: &[Found],
    ) -> Vec<Found> {
        let told = found.iter().filter(|found| found.relation.is_some());
        let mut walk = Walk {
            estate: self,
            is_subject,
            known: told
                .clone()
                .map(|found| &found.what)
                .chain([subject])
                .cloned()
                .collect(),
            leads: Vec::new(),
        };
        walk.stored(subject, None, "it is a subject itself");
        for found in told {
            walk.stored(&found.what, found.relation, &found.evidence);
        }
        for identity in self.holders(subject) {
            walk.siblings(subject, identity);
            walk.shared(identity);
            walk.delegates(identity);
        }
        let entered = found
            .iter()
            .filter(|found| found.relation == Some(Relation::Entered));
        for entered in entered {
            for identity in self.holders(&entered.what) {
                walk.delegates(identity);
            }
        }
        walk.leads
    }
}

struct Walk<'a> {
    estate: &'a Estate,
    is_subject: &'a dyn Fn(&Locator) -> bool,
    known: BTreeSet<Locator>,
    leads: Vec<Found>,
}

impl Walk<'_> {
    fn add(&mut self, what: &Locator, relation: Relation, by: &str, evidence: String) -> bool {
        // A name without account may be that of something that is known with one.
        let namesakes = self.known.range(what.bare()..);
        let mut namesakes = namesakes.take_while(|known| known.is_namesake(what));
        let is_known = namesakes.any(|known| what.means(known) || known.means(what));
        if is_known || !self.known.insert(what.clone()) || (self.is_subject)(what) {
            return false;
        }
        self.leads.push(Found {
            what: what.clone(),
            relation: Some(relation),
            evidence,
            at: None,
            fields: Fields::from([(BY.to_owned(), by.into())]),
        });
        true
    }

    /// What lies in a place: whoever read the place holds it.
    fn stored(&mut self, place: &Locator, relation: Option<Relation>, because: &str) {
        let relation = match relation {
            None | Some(Relation::Exposed) => Relation::Exposed,
            Some(
                Relation::Held
                | Relation::Minted
                | Relation::Entered
                | Relation::CouldEnter
                | Relation::CouldRead
                | Relation::Shared,
            ) => Relation::CouldRead,
        };
        let mut open = VecDeque::from([place.clone()]);
        while let Some(place) = open.pop_front() {
            let estate = self.estate;
            for what in of(&estate.stored, &place) {
                let holders: Vec<&str> =
                    estate.holders(what).map(|one| one.name.as_str()).collect();
                let evidence = format!(
                    "a credential of {} lies in {place}, says the estate; of that: {because}",
                    holders.join(" and ")
                );
                if self.add(what, relation, &holders.join(", "), evidence) {
                    open.push_back(what.clone());
                }
            }
        }
    }

    /// What the holder of the subject holds beside it, at whatever provider. A credential lends nothing of it, and whoever
    /// is a principal may come to act as the identity elsewhere.
    fn siblings(&mut self, subject: &Locator, identity: &Identity) {
        let relation = if identity.runs_as.iter().any(|one| one.means(subject)) {
            Relation::CouldEnter
        } else {
            Relation::Held
        };
        for what in identity.holds() {
            let name = &identity.name;
            let evidence = format!(
                "{name} holds it too, says the estate; all of it: contain isolate {PREFIX}{name}"
            );
            self.add(what, relation, name, evidence);
        }
    }

    /// What the identity works with, where a healthy one does too.
    fn shared(&mut self, identity: &Identity) {
        for used in &identity.uses {
            let Use::Thing(thing) = used else {
                continue;
            };
            let estate = self.estate;
            let mut others = estate.users(thing);
            others.remove(identity.name.as_str());
            if !others.is_empty() {
                let others: Vec<&str> = others.into_iter().collect();
                let evidence = format!(
                    "{} uses it, and so does {}, says the estate",
                    identity.name,
                    others.join(", ")
                );
                self.add(thing, Relation::Shared, &identity.name, evidence);
            }
        }
    }

    /// What those hold who act on the identity's behalf, however long the chain.
    fn delegates(&mut self, identity: &Identity) {
        let mut open = VecDeque::from([identity]);
        let mut met: BTreeSet<&str> = BTreeSet::from([identity.name.as_str()]);
        while let Some(at) = open.pop_front() {
            let next = at.delegates_to.iter();
            for next in next.filter_map(|name| self.estate.identity(name)) {
                if !met.insert(&next.name) {
                    continue;
                }
                for what in next.holds() {
                    let evidence =
                        format!("{} delegates to {}, says the estate", at.name, next.name);
                    self.add(what, Relation::CouldEnter, &next.name, evidence);
                }
                open.push_back(next);
            }
        }
    }
}
