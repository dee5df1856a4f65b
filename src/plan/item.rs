//! One item of a plan, from a target and the action chosen for it.
//!
//! Never plans what is seen to be so already.

use std::collections::{BTreeMap, BTreeSet};

use super::branch::{About, Hit};
use super::candidate::Candidate;
use super::choice::Choice;
use super::{Ask, due, scope, stake, tier};
use crate::domain::event::{Does, PlannedItem};
use crate::domain::{
    Call, Digest, Effect, Fact, Item, ItemKey, Locator, Manner, Relation, Rung, Seen, Spec, Tag,
    Tier, Undo, Work,
};
use crate::playbook::{Step, Then};
use crate::provider::Catalogue;

/// Why a tier is higher than the action's own.
pub(super) const RAISED: &str = "the playbook raises it";

fn proposes_restore(step: &Step) -> bool {
    let then = step.review.as_ref().map(|review| review.then);
    then == Some(Then::ProposeRestore)
}

/// How what is seen now would be given back.
fn undo(ask: &Ask<'_>, spec: &Spec, before: Option<&Seen>) -> Undo {
    let bar = || {
        let provider = ask.catalogue.provider(spec.on.provider())?;
        provider.bars_undo(spec, before?.fields()?)
    };
    bar().map_or_else(|| spec.undo.clone(), Undo::None)
}

pub(super) fn item(
    ask: &Ask<'_>,
    (goals, relied_on, held): (
        &due::Goals<'_>,
        &BTreeMap<u32, due::Goals<'_>>,
        &BTreeSet<&Locator>,
    ),
    candidate: Candidate<'_>,
    choice: Choice<'_>,
    before: Option<Seen>,
) -> Item {
    let Choice { spec, target, note } = choice;
    let principal = before.as_ref().and_then(Seen::principal);
    let hits = hits(ask, spec, (&target, principal.as_ref()));
    let is_shared = candidate.relation == Some(Relation::Shared);
    let weighed = tier::with_hits(spec, hits, is_shared.then_some(stake::SHARED));
    let asked = candidate.asked(&target, principal.as_ref());
    let ((mut tier, mut reasons, marks), stake) = stake::weigh(ask, spec, asked, weighed);
    reasons.extend(note);
    if let Some(raised) = candidate.step.tier.filter(|raised| *raised > tier) {
        tier = raised;
        reasons.push(RAISED.to_owned());
    }
    if let Some(by) = ask.case.proposals.get(&ask.at.0) {
        tier = tier.raised();
        reasons.push(format!("{by} proposed it: a tier higher"));
    }
    let ahead = ask.observer.clock_ahead(target.provider());
    let opened = ask
        .case
        .runs
        .get(&ask.at.0)
        .map_or(ask.now, |run| run.opened_at);
    // What the journal says is owed is planned: a first writing shortly before has a cut-off beyond the due time.
    let is_owed = goals.owes(spec, &target, ask.now);
    let required = match goals.second_writing(spec, &target) {
        due::Due::At(again) if ask.now >= again => again,
        due::Due::At(_) | due::Due::AfterDeath | due::Due::Never => opened,
    };
    // A call in doubt that does not show is sent again, even where an older one of the same goal does.
    let is_unsettled = goals.get(&spec.id, &target).is_some_and(|life| {
        let unseen = |call| before.as_ref().is_some_and(|seen| !spec.shows(call, seen));
        life.state.is_in_doubt() && life.sent().is_some_and(|(call, _)| unseen(call))
    });
    let required = required.saturating_add(ahead).unwrap_or(required);
    // What was written counts, and nothing older: a late request may have put an older cut-off back.
    let written = goals.cut_off(spec, &target);
    let required = match written {
        Some(written) if goals.is_for_good(relied_on, spec, &target) => written,
        Some(_) | None => written.map_or(required, |written| written.max(required)),
    };
    let by_hand = ask.case.by_hand(&spec.id, &target);
    let done = match before.as_ref().map(|seen| &seen.fact) {
        Some(Fact::Gone) => Some("already gone; the account is confirmed".to_owned()),
        Some(Fact::Present(fields))
            if !is_owed && !is_unsettled && spec.is_done(fields, &candidate.with, required) =>
        {
            Some(match by_hand {
                Some(at) => format!("already so: done by hand at {at}"),
                None => "already so".to_owned(),
            })
        }
        Some(Fact::Present(_) | Fact::Unreadable(_)) | None => None,
    };
    if let (Some(at), None) = (by_hand, &done) {
        reasons.push(format!(
            "noted as done by hand at {at}, and that is not what is seen now"
        ));
    }
    let undo = match &done {
        None => undo(ask, spec, before.as_ref()),
        Some(_) => spec.undo.clone(),
    };
    if let (Undo::None(why), true) = (&undo, spec.is_reversible()) {
        tier = tier.max(Tier::GRAVE);
        reasons.push(format!("it cannot be given back: {why}"));
    }
    let rung = spec.cut().map(|cut| cut.rung);
    let probe = held.contains(&target)
        && ask
            .catalogue
            .kind(target.kind())
            .is_some_and(|kind| kind.probe)
        && rung.is_some_and(|rung| rung >= Rung::Suspend);
    let mut facts = candidate.facts;
    if let Some(glance) = ask.glance.get(&target) {
        let users = scope::spell_use(&glance.events);
        if !users.is_empty() {
            facts.insert("used_by".into(), users.into());
        }
    }
    let work = match done {
        Some(why) => Work::Nothing {
            action: spec.id.clone(),
            target: target.clone(),
            why,
        },
        None => Work::Act(Call {
            action: spec.id.clone(),
            target: target.clone(),
            with: spec.arguments(&candidate.with),
            secret: None,
            tag: tag(&ask.case.incident, &candidate.key),
        }),
    };
    Item {
        work,
        before,
        relation: candidate.relation,
        evidence: candidate.evidence,
        tier,
        reasons,
        rung,
        undo: Some(undo),
        needs: Vec::new(),
        only_if: candidate.only_if,
        parallel: None,
        manner: Manner::plain(),
        review: candidate.review,
        proposes_restore: proposes_restore(candidate.step),
        verify_within: candidate
            .step
            .verify
            .as_ref()
            .and_then(|verify| verify.within),
        probe,
        marks,
        facts,
        stake,
        key: candidate.key,
    }
}

/// The tag by which whatever an item makes is found again.
#[must_use]
pub fn tag(incident: &str, key: &ItemKey) -> Tag {
    Tag(format!(
        "contain-{incident}-{}",
        Digest::of(key.to_string().as_bytes()).code()
    ))
}

/// What a call would stop of what has to stay in reach.
pub(super) fn hits(
    ask: &Ask<'_>,
    spec: &Spec,
    (target, principal): (&Locator, Option<&Locator>),
) -> Vec<Hit> {
    let principal = principal.or_else(|| ask.case.principal_of(target));
    ask.known
        .hits(ask.catalogue, spec, About { target, principal })
}

/// An item in short, as the journal keeps it.
#[must_use]
pub fn in_short(item: &Item, catalogue: &Catalogue) -> PlannedItem {
    let spec = item.action().and_then(|action| catalogue.action(action));
    PlannedItem {
        key: item.key.clone(),
        action: item.action().cloned(),
        target: item.target().cloned(),
        principal: item.before.as_ref().and_then(Seen::principal),
        rung: item.rung,
        relation: item.relation,
        tier: item.tier,
        reversible: matches!(item.undo, Some(Undo::By(_))),
        probe: item.probe,
        does: match &item.work {
            Work::Act(_) => Does::Act,
            Work::Issue { .. } => Does::Issue,
            Work::Watch { .. } => Does::Watch,
            Work::Nothing { .. } => Does::Nothing,
            Work::Read(_) => Does::Read,
            Work::Check(_) => Does::Check,
            Work::Gate(_) => Does::Gate,
            Work::Manual(_) => Does::Manual,
        },
        bound: spec.map(|spec| spec.bound.within()),
        assumed: spec.is_some_and(|spec| spec.bound.is_assumed()),
        only_if: item.only_if.clone(),
        after_failure: item.manner.after_failure,
        asked: item.asked().cloned().map(Box::new),
        proposes_restore: item.proposes_restore,
        stake: item.stake.clone(),
        watches: match &item.work {
            Work::Watch { of, .. } => Some(Box::new(of.clone())),
            Work::Act(_)
            | Work::Issue { .. }
            | Work::Read(_)
            | Work::Nothing { .. }
            | Work::Check(_)
            | Work::Gate(_)
            | Work::Manual(_) => None,
        },
        lifts: spec
            .filter(|spec| matches!(spec.effect, Effect::Open))
            .and_then(|spec| {
                let lifted = |cut: &&Spec| matches!(&cut.undo, Undo::By(by) if *by == spec.id);
                catalogue.actions().find(lifted).map(|cut| cut.id.clone())
            }),
    }
}
