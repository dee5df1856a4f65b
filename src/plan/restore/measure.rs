//! The measures of an incident: what was there before each cut, what it left, and whom it stands for.
//!
//! Read from the journal's state alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::case::Case;
use crate::domain::state::Life;
use crate::domain::{
    ActionId, Call, Fields, Item, ItemRef, Locator, Relation, Seen, Spec, State, Time, Undo,
};
use crate::provider::Catalogue;

/// One measure: what was there before, what we left, and the lives that made it.
pub(super) struct Measure<'a> {
    pub(super) oldest: &'a Seen,
    pub(super) newest: &'a Call,
    pub(super) acted: Time,
    pub(super) relation: Option<Relation>,
    pub(super) subject: Option<&'a Locator>,
    pub(super) subjects: BTreeSet<&'a Locator>,
    lives: Vec<&'a ItemRef>,
}

impl Measure<'_> {
    fn made_by(&self) -> Vec<ItemRef> {
        self.lives.iter().map(|item| (*item).clone()).collect()
    }

    /// What a field held before the first cut.
    pub(super) fn before(&self, field: &str) -> &Value {
        let fields = self.oldest.fields();
        fields
            .and_then(|fields| fields.get(field))
            .unwrap_or(&Value::Null)
    }

    /// Whether the touched fields hold what they held before.
    pub(super) fn is_as_before(&self, spec: &Spec, present: &Fields) -> bool {
        let mut fields = spec.touches.iter().map(|touch| touch.field.as_str());
        fields.all(|field| present.get(field).unwrap_or(&Value::Null) == self.before(field))
    }
}

/// The measures of an incident that were not given back, by the action that made them and its target.
pub struct Measures<'a>(pub(super) BTreeMap<(&'a ActionId, &'a Locator), Measure<'a>>);

impl<'a> Measures<'a> {
    /// Gathers them from every run of an incident.
    #[must_use]
    pub fn of(case: &'a Case) -> Self {
        let mut measures: BTreeMap<_, Measure<'a>> = BTreeMap::new();
        for (item, life) in &case.lives {
            let Some((call, before)) = sent(life) else {
                continue;
            };
            let acted = life.acted_at.unwrap_or(life.at);
            let subject = life.planned.key.subject.as_ref();
            measures
                .entry((&call.action, &call.target))
                .and_modify(|known| {
                    known.newest = call;
                    known.acted = known.acted.max(acted);
                    known.subjects.extend(subject);
                    known.lives.push(item);
                })
                .or_insert(Measure {
                    oldest: before,
                    newest: call,
                    acted,
                    relation: life.planned.relation,
                    subject,
                    subjects: subject.into_iter().collect(),
                    lives: vec![item],
                });
        }
        Self(measures)
    }

    /// What they are on.
    #[must_use]
    pub fn targets(&self) -> BTreeSet<&'a Locator> {
        self.0.keys().map(|(_, target)| *target).collect()
    }

    /// Whom they were made for.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<&'a Locator> {
        let all = self.0.values().flat_map(|measure| &measure.subjects);
        all.copied().collect()
    }

    /// Whom naming these means: the subjects among them, and those for whom the others were cut.
    #[must_use]
    pub fn subjects_of(&self, named: &[Locator]) -> BTreeSet<&'a Locator> {
        let subjects = self.subjects();
        let mut meant = BTreeSet::new();
        for one in named {
            let own = subjects.iter().filter(|subject| **subject == one);
            let own: Vec<&Locator> = own.copied().collect();
            let on = self.0.iter().filter(|((_, target), _)| *target == one);
            let whose = on.flat_map(|(_, measure)| measure.subjects.iter().copied());
            if own.is_empty() {
                meant.extend(whose);
            } else {
                meant.extend(own);
            }
        }
        meant
    }

    /// The fields that measures on any of these targets wrote.
    #[must_use]
    pub fn fields<'c>(&self, catalogue: &'c Catalogue, of: &[Locator]) -> BTreeSet<&'c str> {
        let measured = self.0.keys().filter(|(_, target)| of.contains(target));
        let specs = measured.filter_map(|(action, _)| catalogue.action(action));
        let touches = specs.flat_map(|spec| &spec.touches);
        touches.map(|touch| touch.field.as_str()).collect()
    }

    /// The lives of cuts that an item giving back lifts.
    #[must_use]
    pub fn lifted(&self, lifts: &ActionId, target: &Locator) -> Vec<ItemRef> {
        let measure = self.0.get(&(lifts, target));
        measure.map(Measure::made_by).unwrap_or_default()
    }

    /// The lives of cuts that an item found to be given back already, by an earlier attempt or by somebody else.
    #[must_use]
    pub fn back(&self, catalogue: &Catalogue, item: &Item) -> Vec<ItemRef> {
        let is_inverse =
            |spec: &&Spec| matches!(&spec.undo, Undo::By(by) if Some(by) == item.action());
        let cut = catalogue.actions().find(is_inverse);
        let found = cut.and_then(|spec| Some((spec, self.0.get(&(&spec.id, item.target()?))?)));
        let present = item.before.as_ref().and_then(Seen::fields);
        match (found, present) {
            (Some((spec, measure)), Some(present)) if measure.is_as_before(spec, present) => {
                measure.made_by()
            }
            (Some(_) | None, _) => Vec::new(),
        }
    }
}

/// The call and receipt of a life that changed something and was not given back.
fn sent(life: &Life) -> Option<(&Call, &Seen)> {
    let changed = match &life.state {
        State::Acted { changed } | State::Confirmed { changed } => *changed,
        State::UndoFailed(_) => true,
        State::Planned
        | State::Blocked(_)
        | State::Intended { .. }
        | State::InDoubt { .. }
        | State::Failed(_)
        | State::Skipped(_)
        | State::Stale(_)
        | State::Denied(_)
        | State::Undone => false,
    };
    life.sent()
        .filter(|_| changed && life.planned.rung.is_some())
}

/// The subjects that a measure on a target stands for: those it was made for, and others in the set of which its
/// target is. A plan has one cut on a target, whoever needs it.
pub(super) fn stands_for<'a>(
    case: &'a Case,
    (measures, measure): (&Measures<'a>, &Measure<'a>),
    catalogue: &Catalogue,
    target: &Locator,
) -> BTreeSet<&'a Locator> {
    let others = measures.subjects().into_iter().filter(|subject| {
        let is_credential = catalogue
            .kind(subject.kind())
            .is_some_and(|kind| kind.credential);
        let belongs = |relation| match relation {
            Relation::Minted | Relation::Entered => true,
            Relation::Held => !is_credential,
            Relation::Exposed | Relation::CouldEnter | Relation::CouldRead | Relation::Shared => {
                false
            }
        };
        let mut found = case
            .found
            .iter()
            .filter(|(item, _)| item.key.subject.as_ref() == Some(*subject))
            .flat_map(|(_, (_, reading))| &reading.found);
        *subject == target
            || case.principal_of(subject) == Some(target)
            || found.any(|found| found.what == *target && found.relation.is_some_and(belongs))
    });
    others.chain(measure.subjects.iter().copied()).collect()
}
