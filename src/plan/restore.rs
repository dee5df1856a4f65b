//! Planning to give back: per target and touched field the oldest before-state, and only where the present still is
//! what we left.
//!
//! Never gives back what a rule holds: compromised credentials unless named, session cuts before their time, fields
//! that somebody else changed meanwhile, and what the subject itself changed before we came.

mod measure;
mod told;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Ask, by_hand, stake, tag, tier};
use crate::domain::plan::{Plan, VERSION};
use crate::domain::{
    Arg, Becomes, Call, Duration, Fact, Item, ItemKey, Locator, Phase, Relation, Seen, Spec, Stake,
    Tier, Time, Undo, Work,
};
use crate::provider::Catalogue;
use measure::{Measure, stands_for};
use told::Told;

pub use measure::Measures;
pub use wanted::{Healthy, Wanted};

/// The step under which everything that gives back is planned.
pub const STEP: &str = crate::domain::event::Order::RESTORE;
/// The mark of what was asked for and cannot be given back; what a rule holds has none.
pub const COULD_NOT: &str = "could-not";
/// The mark of what is given back because it never was compromised.
pub const FALSE_POSITIVE: &str = "false-positive";

/// One measure that was chosen, with what is seen of its target now.
struct Choice<'a> {
    spec: &'a Spec,
    target: &'a Locator,
    measure: &'a Measure<'a>,
    present: &'a Seen,
    /// Another subject that the measure stands for, and that was not declared healthy.
    needed_by: Option<&'a Locator>,
}

/// Plans to give back every measure of an incident that may come back; what is held is listed, with the reason.
pub async fn make(ask: &Ask<'_>, wanted: &Wanted) -> Plan {
    let measures = Measures::of(ask.case);
    let targets: Vec<Locator> = measures.targets().into_iter().cloned().collect();
    let seen: BTreeMap<Locator, Seen> = ask
        .observer
        .observe(&targets)
        .await
        .into_iter()
        .map(|seen| (seen.target.clone(), seen))
        .collect();
    let chosen: Vec<Choice<'_>> = measures
        .0
        .iter()
        .filter(|(goal, measure)| wanted.chooses(**goal, measure))
        .filter_map(|((action, target), measure)| {
            Some(Choice {
                spec: ask.catalogue.action(action)?,
                target,
                measure,
                present: seen.get(*target)?,
                needed_by: needed_by(ask, wanted, (&measures, measure), target),
            })
        })
        .collect();
    // What a log tells matters only where something would come back.
    let comes_back = chosen
        .iter()
        .filter(|choice| wanted.healthy.is_none() && give_back(ask, choice, wanted).is_ok());
    let subjects: BTreeSet<&Locator> = comes_back
        .flat_map(|choice| choice.measure.subjects.iter().copied())
        .collect();
    let told = Told::read(ask, &subjects).await;
    let mut items: Vec<Item> = chosen
        .iter()
        .map(|choice| item(ask, choice, wanted, &told))
        .collect();
    items.extend(by_hand::items(ask, &items, &wanted.named).await);
    let warnings = super::least::warnings(&items, ask.catalogue);
    Plan {
        v: VERSION,
        incident: ask.case.incident.clone(),
        run: ask.at.0,
        round: ask.at.1,
        after: None,
        made_from: ask.made_from.clone(),
        acting_as: ask.order.acting_as.clone(),
        requested_by: ask.requested_by.to_vec(),
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
        warnings,
    }
}

/// The first subject that a measure stands for and that was not declared healthy with the others.
fn needed_by<'a>(
    ask: &Ask<'a>,
    wanted: &Wanted,
    (measures, measure): (&Measures<'a>, &Measure<'a>),
    target: &Locator,
) -> Option<&'a Locator> {
    let is_named = |subject: &Locator| wanted.named.is_empty() || wanted.named.contains(subject);
    wanted.healthy.as_ref()?;
    let subjects = stands_for(ask.case, (measures, measure), ask.catalogue, target);
    subjects.into_iter().find(|subject| !is_named(subject))
}

fn item(ask: &Ask<'_>, choice: &Choice<'_>, wanted: &Wanted, told: &Told<'_>) -> Item {
    let Choice {
        spec,
        target,
        measure,
        ..
    } = choice;
    let key = ItemKey {
        phase: Phase::Reissue,
        step: STEP.to_owned(),
        each: Some(format!("{} {target}", spec.id)),
        subject: measure.subject.cloned(),
    };
    let (mut marks, mut at_stake) = (Vec::new(), None);
    let judged = give_back(ask, choice, wanted).and_then(|given| {
        let reasons = judge(ask, choice, wanted, told)?;
        Ok((given, reasons))
    });
    let (work, undo, tier, reasons) = match judged {
        Ok(((inverse, with), judged)) => {
            if wanted.healthy.is_some() {
                marks.push(FALSE_POSITIVE.to_owned());
            }
            let weighed = weigh(ask, choice, (inverse, judged), wanted);
            let ((tier, reasons, shared), of_target) = weighed;
            marks.extend(shared);
            at_stake = of_target;
            let call = Call {
                action: inverse.id.clone(),
                target: (*target).clone(),
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
                    target: (*target).clone(),
                    why,
                },
                spec.undo.clone(),
                Tier::READ,
                Vec::new(),
            )
        }
    };
    Item {
        before: Some(choice.present.clone()),
        relation: measure.relation,
        tier,
        reasons,
        undo: Some(undo),
        marks,
        stake: at_stake,
        ..Item::new(key, work)
    }
}

/// What judging a give-back found: why it is a tier higher, and what is only told.
#[derive(Default)]
struct Judged {
    raises: Vec<String>,
    told: Vec<String>,
}

/// The tier of a give-back, with the reasons, and what is at stake.
fn weigh(
    ask: &Ask<'_>,
    choice: &Choice<'_>,
    (inverse, judged): (&Spec, Judged),
    wanted: &Wanted,
) -> (stake::Weighed, Option<Box<Stake>>) {
    let (tier, reasons) = tier::compute(inverse, &[]);
    let principal = choice.present.principal();
    let asked = stake::Asked {
        subject: choice.measure.subject,
        relation: choice.measure.relation,
        ..stake::Asked::named(choice.target, principal.as_ref())
    };
    let weighed = (tier, reasons, Vec::new());
    let ((mut tier, mut reasons, marks), stake) = stake::weigh(ask, inverse, asked, weighed);
    match &wanted.healthy {
        Some(healthy) => {
            reasons.push(format!("declared a false positive: {}", healthy.reason));
            let now = ask.now;
            let until = not_before(ask.catalogue, choice.spec, choice.measure);
            if let Some(until) = until.filter(|until| now < *until) {
                reasons.push(format!(
                    "the sessions that it cut are declared healthy too, so it does not wait until {until}"
                ));
            }
        }
        None if is_compromised(ask.catalogue, choice) => {
            tier = tier.raised();
            reasons.push("it re-enables what is compromised".to_owned());
        }
        None if choice.measure.relation.is_none() => {
            tier = tier.max(Tier::DISRUPTIVE);
            reasons.push("it gives access back to what was named as compromised".to_owned());
        }
        None => {}
    }
    if !judged.raises.is_empty() {
        tier = tier.raised();
    }
    reasons.extend(judged.raises);
    reasons.extend(judged.told);
    ((tier, reasons, marks), stake)
}

/// Whether the saved state is the subject's own making.
///
/// Where nothing was there before, nothing of anybody's is put back: then only a known write holds it.
fn judge(
    ask: &Ask<'_>,
    choice: &Choice<'_>,
    wanted: &Wanted,
    told: &Told<'_>,
) -> Result<Judged, Kept> {
    let mut judged = Judged::default();
    if wanted.healthy.is_some() {
        judged.raises.extend(
            choice
                .needed_by
                .map(|other| format!("it stands for {other} too, which was not declared healthy")),
        );
        return Ok(judged);
    }
    let Choice {
        spec,
        target,
        measure,
        ..
    } = choice;
    let is_named = wanted.named.contains(target);
    for touch in &spec.touches {
        let field = touch.field.as_str();
        let Some(write) = told.wrote(ask, (target, field), measure) else {
            continue;
        };
        let (at, evidence) = (write.at, &write.evidence);
        if is_named && wanted.even_if_changed.contains(field) {
            judged.raises.push(format!(
                "it puts back `{field}` as the subject itself left it at {at} ({evidence})"
            ));
        } else {
            return Err(held(format!(
                "not put back: the subject itself changed `{field}` at {at} ({evidence}); \
                 name it to put it back: contain restore {target} --even-if-changed {field}"
            )));
        }
    }
    if judged.raises.is_empty() {
        let mut fields = spec.touches.iter().map(|touch| touch.field.as_str());
        let puts_back = fields.any(|field| !measure.before(field).is_null());
        for blind in told.unknown(ask, target, measure) {
            let text = format!(
                "whether the subject itself made what is put back is not known: {}",
                blind.text
            );
            if blind.counts && puts_back {
                judged.raises.push(text);
            } else if puts_back {
                judged.told.push(text);
            }
        }
    }
    Ok(judged)
}

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
    choice: &Choice<'_>,
    wanted: &Wanted,
) -> Result<GiveBack<'a>, Kept> {
    let Choice {
        spec,
        target,
        measure,
        present,
        needed_by,
    } = choice;
    let named = wanted.named.contains(target);
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
    if let (Some(other), false) = (needed_by, named) {
        return Err(held(format!(
            "held: it stands for {other} too, which was not declared healthy"
        )));
    }
    if wanted.healthy.is_none() && is_compromised(ask.catalogue, choice) && !named {
        return Err(held(format!(
            "held: what is compromised stays off unless it is named: contain restore {target}"
        )));
    }
    let sessions_are_healthy = wanted
        .healthy
        .as_ref()
        .is_some_and(|healthy| healthy.sessions);
    if let Some(until) = not_before(ask.catalogue, spec, measure)
        && ask.now < until
        && !sessions_are_healthy
    {
        let how = match &wanted.healthy {
            Some(_) => "; if those are healthy too, add --sessions-too",
            None => "",
        };
        return Err(held(format!(
            "held until {until}: before that, sessions that it cut could come back to life{how}"
        )));
    }
    let now = |field: &str| fields.get(field).unwrap_or(&Value::Null);
    if measure.is_as_before(spec, fields) {
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
            Becomes::Before | Becomes::TimeOfCall | Becomes::Param(_) | Becomes::Anew => {
                measure.before(&touch.field).clone()
            }
        };
        (touch.field.clone(), Arg::Is(value))
    });
    Ok((inverse, with.collect()))
}

/// Whether lifting a cut would give access back to what the attacker holds or made.
///
/// Session cuts are not asked: they have their time. The deny on a principal that was named is no credential.
fn is_compromised(catalogue: &Catalogue, choice: &Choice<'_>) -> bool {
    let is_credential = |of: &Locator| {
        catalogue
            .kind(of.kind())
            .is_some_and(|kind| kind.credential)
    };
    let ends_sessions = choice.spec.cut().is_some_and(|cut| cut.before_call);
    !ends_sessions
        && match choice.measure.relation {
            Some(Relation::Minted) => true,
            Some(Relation::Held) => {
                is_credential(choice.target) && !choice.measure.subject.is_some_and(is_credential)
            }
            None => is_credential(choice.target),
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
