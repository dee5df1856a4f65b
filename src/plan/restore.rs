//! Planning to give back: per target and touched field the oldest before-state, and only where the present still is
//! what we left.
//!
//! Never gives back what a rule holds: compromised credentials unless named, session cuts before their time, and
//! fields that somebody else changed meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Ask, by_hand, tag, tier};
use crate::domain::case::Case;
use crate::domain::plan::{Plan, VERSION};
use crate::domain::state::Life;
use crate::domain::{
    ActionId, Arg, Becomes, Call, Duration, Fact, Fields, Item, ItemKey, ItemRef, Locator, Phase,
    Relation, Seen, Spec, State, Tier, Time, Undo, Work,
};
use crate::provider::Catalogue;

/// The step under which everything that gives back is planned.
pub const STEP: &str = crate::domain::event::Order::RESTORE;

/// One measure: what was there before, what we left, and the lives that made it.
struct Measure<'a> {
    oldest: &'a Seen,
    newest: &'a Call,
    acted: Time,
    relation: Option<Relation>,
    subject: Option<&'a Locator>,
    lives: Vec<&'a ItemRef>,
}

impl Measure<'_> {
    fn made_by(&self) -> Vec<ItemRef> {
        self.lives.iter().map(|item| (*item).clone()).collect()
    }
}

/// The measures of an incident that were not given back, by the action that made them and its target.
pub struct Measures<'a>(BTreeMap<(&'a ActionId, &'a Locator), Measure<'a>>);

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
            measures
                .entry((&call.action, &call.target))
                .and_modify(|known| {
                    known.newest = call;
                    known.acted = known.acted.max(acted);
                    known.lives.push(item);
                })
                .or_insert(Measure {
                    oldest: before,
                    newest: call,
                    acted,
                    relation: life.planned.relation,
                    subject: life.planned.key.subject.as_ref(),
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
        let found = cut.and_then(|spec| Some((spec, self.0.get(&(&spec.id, item.target()))?)));
        let present = item.before.as_ref().and_then(Seen::fields);
        match (found, present) {
            (Some((spec, measure)), Some(present)) if is_as_before(spec, measure, present) => {
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
    life.sent
        .as_ref()
        .filter(|_| changed && life.planned.rung.is_some())
        .map(|(call, before)| (call, before))
}

fn is_as_before(spec: &Spec, measure: &Measure<'_>, present: &Fields) -> bool {
    let null = Value::Null;
    let of = |fields: Option<&Fields>, field: &str| {
        fields
            .and_then(|fields| fields.get(field))
            .unwrap_or(&null)
            .clone()
    };
    let fields = || spec.touches.iter().map(|touch| touch.field.as_str());
    fields().all(|field| of(Some(present), field) == of(measure.oldest.fields(), field))
}

/// Plans to give back every measure of an incident that may come back; what is held is listed, with the reason.
pub async fn make(ask: &Ask<'_>, named: &[Locator]) -> Plan {
    let measures = Measures::of(ask.case);
    let targets: Vec<Locator> = measures.targets().into_iter().cloned().collect();
    let seen: BTreeMap<Locator, Seen> = ask
        .observer
        .observe(&targets)
        .await
        .into_iter()
        .map(|seen| (seen.target.clone(), seen))
        .collect();
    let mut items = Vec::new();
    for ((action, target), measure) in measures.0 {
        let Some(spec) = ask.catalogue.action(action) else {
            continue;
        };
        let Some(present) = seen.get(target) else {
            continue;
        };
        let is_named = named.contains(target);
        if !named.is_empty() && !is_named {
            continue;
        }
        items.push(item(ask, spec, target, &measure, present, is_named));
    }
    items.extend(by_hand::items(ask, &items, named).await);
    Plan {
        v: VERSION,
        incident: ask.case.incident.clone(),
        run: ask.at.0,
        round: ask.at.1,
        after: None,
        made_from: ask.made_from.clone(),
        acting_as: ask.order.acting_as.clone(),
        subjects: ask.order.subjects.clone(),
        at: ask.now,
        expires: ask
            .now
            .saturating_add(super::PLAN_LASTS)
            .unwrap_or(Time::MAX),
        items,
        pending: Vec::new(),
        outside: Vec::new(),
        not_seen: Vec::new(),
    }
}

fn item(
    ask: &Ask<'_>,
    spec: &Spec,
    target: &Locator,
    measure: &Measure<'_>,
    present: &Seen,
    named: bool,
) -> Item {
    let key = ItemKey {
        phase: Phase::Reissue,
        step: STEP.to_owned(),
        each: Some(format!("{} {target}", spec.id)),
        subject: measure.subject.cloned(),
    };
    let mut marks = Vec::new();
    let (work, undo, tier, reasons) = match give_back(ask, spec, target, measure, present, named) {
        Ok((inverse, with)) => {
            let (mut tier, mut reasons) = tier::compute(inverse, &[]);
            if is_compromised(ask.catalogue, spec, target, measure) {
                tier = tier.raised();
                reasons.push("it re-enables what is compromised".to_owned());
            } else if measure.relation.is_none() {
                tier = tier.max(Tier::DISRUPTIVE);
                reasons.push("it gives access back to what was named as compromised".to_owned());
            }
            let call = Call {
                action: inverse.id.clone(),
                target: target.clone(),
                with,
                secret: None,
                tag: tag(&ask.case.incident, &key),
            };
            (Work::Act(call), Undo::By(spec.id.clone()), tier, reasons)
        }
        Err(Kept { why, by_rule }) => {
            if !by_rule {
                marks.push(COULD_NOT.to_owned());
            }
            let inverse = match &spec.undo {
                Undo::By(inverse) => inverse.clone(),
                Undo::None(_) => spec.id.clone(),
            };
            (
                Work::Nothing {
                    action: inverse,
                    target: target.clone(),
                    why,
                },
                spec.undo.clone(),
                Tier::READ,
                Vec::new(),
            )
        }
    };
    Item {
        key,
        work,
        before: Some(present.clone()),
        relation: measure.relation,
        evidence: None,
        tier,
        reasons,
        rung: None,
        undo: Some(undo),
        needs: Vec::new(),
        parallel: None,
        manner: Default::default(),
        review: None,
        verify_within: None,
        probe: false,
        marks,
        facts: BTreeMap::new(),
    }
}

/// The mark of what was asked for and cannot be given back; what a rule holds has none.
pub const COULD_NOT: &str = "could-not";

type GiveBack<'a> = (&'a Spec, BTreeMap<String, Arg>);

/// Why something is not given back: a rule holds it, or it cannot be done.
struct Kept {
    why: String,
    by_rule: bool,
}

fn held(why: impl Into<String>) -> Kept {
    Kept {
        why: why.into(),
        by_rule: true,
    }
}

fn could_not(why: impl Into<String>) -> Kept {
    Kept {
        why: why.into(),
        by_rule: false,
    }
}

/// The inverse and its arguments, or why it is kept.
fn give_back<'a>(
    ask: &Ask<'a>,
    spec: &Spec,
    target: &Locator,
    measure: &Measure<'_>,
    present: &Seen,
    named: bool,
) -> Result<GiveBack<'a>, Kept> {
    let kept = |why: String| if named { could_not(why) } else { held(why) };
    if let Some(at) = ask.case.by_hand(&spec.id, target) {
        return Err(held(by_hand::not_ours(at)));
    }
    let inverse = match &spec.undo {
        Undo::By(inverse) => inverse,
        Undo::None(why) => return Err(kept(format!("held: it cannot be given back: {why}"))),
    };
    let inverse = ask
        .catalogue
        .action(inverse)
        .ok_or_else(|| could_not(format!("this build has no action {inverse}")))?;
    let fields = match &present.fact {
        Fact::Present(fields) => fields,
        Fact::Gone => return Err(kept("held: the target no longer exists".to_owned())),
        Fact::Unreadable(why) => {
            return Err(could_not(format!("the target cannot be read: {why}")));
        }
    };
    if is_compromised(ask.catalogue, spec, target, measure) && !named {
        return Err(held(format!(
            "held: what is compromised stays off unless it is named: contain restore {target}"
        )));
    }
    if let Some(until) = not_before(ask.catalogue, spec, measure)
        && ask.now < until
    {
        return Err(held(format!(
            "held until {until}: before that, sessions that it cut could come back to life"
        )));
    }
    let null = Value::Null;
    let before = |field: &str| {
        measure
            .oldest
            .fields()
            .and_then(|fields| fields.get(field))
            .unwrap_or(&null)
    };
    let now = |field: &str| fields.get(field).unwrap_or(&null);
    if is_as_before(spec, measure, fields) {
        return Err(held("as it was before already"));
    }
    if let Some(drift) = spec
        .touches
        .iter()
        .find(|touch| Some(now(&touch.field)) != measure.newest.value(&touch.field))
    {
        return Err(kept(format!(
            "held: `{}` was changed by somebody else meanwhile; it is not overwritten",
            drift.field
        )));
    }
    let with = inverse.touches.iter().map(|touch| {
        let value = match &touch.becomes {
            Becomes::Is(value) => value.clone(),
            Becomes::Before | Becomes::TimeOfCall | Becomes::Param(_) => {
                before(&touch.field).clone()
            }
        };
        (touch.field.clone(), Arg::Is(value))
    });
    Ok((inverse, with.collect()))
}

/// Whether lifting a cut would give access back to what the attacker holds or made.
///
/// Session cuts are not asked: they have their time. The deny on a principal that was named is no credential.
fn is_compromised(
    catalogue: &Catalogue,
    spec: &Spec,
    target: &Locator,
    measure: &Measure<'_>,
) -> bool {
    let is_credential = |of: &Locator| {
        catalogue
            .kind(of.kind())
            .is_some_and(|kind| kind.credential)
    };
    let ends_sessions = spec.cut().is_some_and(|cut| cut.before_call);
    !ends_sessions
        && match measure.relation {
            Some(Relation::Minted) => true,
            Some(Relation::Held) => {
                is_credential(target) && !measure.subject.is_some_and(is_credential)
            }
            None => is_credential(target),
            Some(
                Relation::Entered
                | Relation::Exposed
                | Relation::CouldEnter
                | Relation::CouldRead
                | Relation::Shared,
            ) => false,
        }
}

/// When a cut that ends sessions may be lifted: after the longest life of what it cut.
#[must_use]
fn not_before(catalogue: &Catalogue, spec: &Spec, measure: &Measure<'_>) -> Option<Time> {
    let cut = spec.cut().filter(|cut| cut.before_call)?;
    let said = measure
        .oldest
        .text("longest_session")
        .and_then(|text| text.parse::<Duration>().ok());
    let declared = || {
        cut.of
            .iter()
            .filter_map(|kind| catalogue.kind(kind)?.lifetime)
            .max()
    };
    measure.acted.saturating_add(said.or_else(declared)?).ok()
}
