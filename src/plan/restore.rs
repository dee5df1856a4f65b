//! Planning to give back: per target and touched field the oldest before-state, and only where the present still is
//! what we left.
//!
//! Never gives back what a rule holds: compromised credentials unless named, session cuts before their time, and
//! fields that somebody else changed meanwhile.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Ask, tag, tier};
use crate::domain::case::Case;
use crate::domain::plan::{Plan, VERSION};
use crate::domain::state::Life;
use crate::domain::{
    ActionId, Arg, Becomes, Call, Duration, Fact, Fields, Item, ItemKey, ItemRef, Locator, Phase,
    Relation, Seen, Spec, State, Tier, Time, Undo, Work,
};
use crate::provider::Catalogue;

/// The step under which everything that gives back is planned.
pub const STEP: &str = "restore";

/// One measure: what was there before, what we left, and the lives that made it.
struct Measure<'a> {
    oldest: &'a Seen,
    newest: &'a Call,
    acted: Time,
    relation: Option<Relation>,
    subject: Option<&'a Locator>,
    lives: Vec<&'a ItemRef>,
}

fn measures(case: &Case) -> BTreeMap<(&ActionId, &Locator), Measure<'_>> {
    let mut measures: BTreeMap<_, Measure<'_>> = BTreeMap::new();
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
    measures
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

/// The lives of cuts that an item giving back lifts.
#[must_use]
pub fn lifted<'a>(case: &'a Case, lifts: &ActionId, target: &Locator) -> Vec<&'a ItemRef> {
    measures(case)
        .remove(&(lifts, target))
        .map(|measure| measure.lives)
        .unwrap_or_default()
}

/// The lives of cuts that an item found to be given back already, by an earlier attempt or by somebody else.
#[must_use]
pub fn is_back<'a>(case: &'a Case, catalogue: &Catalogue, item: &Item) -> Vec<&'a ItemRef> {
    let present = item.before.as_ref().and_then(Seen::fields);
    let inverse = item.action();
    let lifted = measures(case)
        .into_iter()
        .filter(|((action, target), measure)| {
            let spec = catalogue.action(action);
            *target == item.target()
                && spec.is_some_and(|spec| {
                    matches!(&spec.undo, Undo::By(by) if Some(by) == inverse)
                        && present.is_some_and(|present| is_as_before(spec, measure, present))
                })
        });
    lifted.flat_map(|(_, measure)| measure.lives).collect()
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
    let measures = measures(ask.case);
    let targets: Vec<Locator> = measures
        .keys()
        .map(|(_, target)| (*target).clone())
        .collect();
    let targets: Vec<Locator> = std::collections::BTreeSet::from_iter(targets)
        .into_iter()
        .collect();
    let seen: BTreeMap<Locator, Seen> = ask
        .observer
        .observe(&targets)
        .await
        .into_iter()
        .map(|seen| (seen.target.clone(), seen))
        .collect();
    let mut items = Vec::new();
    for ((action, target), measure) in measures {
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
    let (work, undo, tier, reasons) = match give_back(ask, spec, target, measure, present, named) {
        Ok((inverse, with)) => {
            let (mut tier, mut reasons) = tier::compute(inverse, &[]);
            if is_compromised(ask.catalogue, target, measure) {
                tier = tier.raised();
                reasons.push("it re-enables a compromised credential".to_owned());
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
        Err(why) => {
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
        review: None,
        verify_within: None,
        probe: false,
        marks: Vec::new(),
        facts: BTreeMap::new(),
    }
}

type GiveBack<'a> = (&'a Spec, BTreeMap<String, Arg>);

/// The inverse and its arguments, or why it is held back.
fn give_back<'a>(
    ask: &Ask<'a>,
    spec: &Spec,
    target: &Locator,
    measure: &Measure<'_>,
    present: &Seen,
    named: bool,
) -> Result<GiveBack<'a>, String> {
    let inverse = match &spec.undo {
        Undo::By(inverse) => inverse,
        Undo::None(why) => return Err(format!("held: it cannot be given back: {why}")),
    };
    let inverse = ask
        .catalogue
        .action(inverse)
        .ok_or_else(|| format!("held: this build has no action {inverse}"))?;
    let fields = match &present.fact {
        Fact::Present(fields) => fields,
        Fact::Gone => return Err("held: the target no longer exists".to_owned()),
        Fact::Unreadable(why) => return Err(format!("held: the target cannot be read: {why}")),
    };
    if is_compromised(ask.catalogue, target, measure) && !named {
        return Err(format!(
            "held: a compromised credential stays off unless it is named: contain restore {target}"
        ));
    }
    if let Some(until) = not_before(ask.catalogue, spec, measure)
        && ask.now < until
    {
        return Err(format!(
            "held until {until}: before that, sessions that it cut could come back to life"
        ));
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
        return Err("as it was before already".to_owned());
    }
    if let Some(drift) = spec
        .touches
        .iter()
        .find(|touch| Some(now(&touch.field)) != measure.newest.value(&touch.field))
    {
        return Err(format!(
            "held: `{}` was changed by somebody else meanwhile; it is not overwritten",
            drift.field
        ));
    }
    let with = inverse.touches.iter().map(|touch| {
        let value = match &touch.becomes {
            Becomes::Is(value) => value.clone(),
            Becomes::Before | Becomes::TimeOfCall => before(&touch.field).clone(),
        };
        (touch.field.clone(), Arg::Is(value))
    });
    Ok((inverse, with.collect()))
}

fn is_compromised(catalogue: &Catalogue, target: &Locator, measure: &Measure<'_>) -> bool {
    let credential = catalogue
        .kind(target.kind())
        .is_some_and(|kind| kind.credential);
    credential && (measure.relation.is_none() || measure.relation == Some(Relation::Minted))
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
