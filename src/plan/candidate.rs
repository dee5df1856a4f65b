//! What a playbook's steps come to for each subject: targets, before an action is chosen for each.
//!
//! Evaluates expressions over what is known; what is not known yet becomes pending, never a guess.

use std::collections::{BTreeMap, BTreeSet};

use super::view::View;
pub(super) use super::view::key;
use super::{Ask, Error, step};
use crate::domain::event::Does;
use crate::domain::item::Asked;
use crate::domain::mandate;
use crate::domain::plan::Pending;
use crate::domain::{
    Access, Because, Duration, Fact, Fate, Fields, Found, Item, ItemKey, Locator, Phase, Relation,
    Rung, Seen, Spec, State, Work,
};
use crate::playbook::{Evaluated, Mode, Scope, Step, StepWork, Verb, What};

/// One target of one step.
pub(super) struct Candidate<'a> {
    pub(super) step: &'a Step,
    pub(super) key: ItemKey,
    pub(super) what: What,
    pub(super) target: Locator,
    pub(super) relation: Option<Relation>,
    pub(super) evidence: Option<String>,
    pub(super) review: Option<Duration>,
    pub(super) facts: Fields,
    /// What the step says to the action.
    pub(super) with: Fields,
    /// The condition under which it is done, where that is not known yet.
    pub(super) only_if: Option<String>,
    pub(super) principal: Option<Locator>,
}

/// The action chosen for a candidate.
pub(super) struct Choice<'a> {
    pub(super) spec: &'a Spec,
    pub(super) target: Locator,
    pub(super) note: Option<String>,
}

/// What the steps come to.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    /// What calls an action.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// What reads, checks, asks, or is done by people.
    pub(super) items: Vec<Item>,
    /// What a later round plans.
    pub(super) pending: Vec<Pending>,
}

/// One instance of a step: what it is made for, before its work is looked at.
pub(super) struct Slot {
    pub(super) key: ItemKey,
    pub(super) scope: Scope,
    pub(super) target: Option<Locator>,
    found: Option<Found>,
    pub(super) only_if: Option<String>,
    principal: Option<Locator>,
}

const UNSAID: &str = "waits for what it says to its target";

/// Whether a step is planned again in every round; all others are planned once and stand in that frozen plan.
#[must_use]
pub fn recurs(step: &Step) -> bool {
    step.work.what().is_some() && step.phase <= Phase::Inventory
}

/// Evaluates the steps of all phases for every subject.
pub(super) fn gather<'a>(ask: &Ask<'a>, subjects: &[Seen]) -> Result<Gathered<'a>, Error> {
    let mut all = Gathered::default();
    let view = ask.view();
    for (nth, seen) in subjects.iter().enumerate() {
        let subject = &seen.target;
        // A look that no longer tells does not unsay whose it is.
        let principal = seen.principal();
        let principal = principal.or_else(|| ask.case.principal_of(subject).cloned());
        let scope = view.scope(subject, principal.as_ref());
        for step in &ask.playbook.steps {
            // What mentions no subject exists once.
            if nth > 0 && !step.per_subject {
                continue;
            }
            match slots(ask, &view, step, (subject, principal.as_ref()), &scope)? {
                Err(unknown) => {
                    let why = format!("waits for {}", unknown.join(", "));
                    wait(&mut all.pending, step, &why);
                }
                Ok(slots) if recurs(step) => {
                    let mut candidates = Vec::with_capacity(slots.len());
                    for slot in slots {
                        match candidate(ask, step, slot)? {
                            Some(candidate) => candidates.push(candidate),
                            None => wait(&mut all.pending, step, UNSAID),
                        }
                    }
                    let kept = stage(ask, step, candidates, &mut all.pending);
                    for candidate in &kept {
                        all.items
                            .extend(step::asked_first(ask, step, &candidate.key)?);
                    }
                    all.candidates.extend(kept);
                }
                Ok(slots) => once(ask, step, slots, &mut all)?,
            }
        }
    }
    Ok(all)
}

/// Plans what is planned once, as far as no earlier round did.
fn once<'a>(
    ask: &Ask<'a>,
    step: &'a Step,
    slots: Vec<Slot>,
    all: &mut Gathered<'a>,
) -> Result<(), Error> {
    let limit = step.for_each.as_ref().and_then(|for_each| for_each.limit);
    if let Some(limit) = limit
        && usize::try_from(limit).is_ok_and(|limit| slots.len() > limit)
    {
        let step = step.id.clone();
        return Err(Error::TooManyFor {
            step,
            items: slots.len(),
            limit,
        });
    }
    for slot in slots.into_iter().filter(|slot| !is_begun(ask, &slot.key)) {
        match &step.work {
            StepWork::Do(_) | StepWork::Notify(_) => {
                all.items.extend(step::asked_first(ask, step, &slot.key)?);
                match candidate(ask, step, slot)? {
                    Some(candidate) => all.candidates.push(candidate),
                    None => wait(&mut all.pending, step, UNSAID),
                }
            }
            StepWork::Read(_) | StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_) => {
                match step::item(ask, step, &slot)? {
                    Ok(item) => all.items.extend(item),
                    Err(unknown) => {
                        let why = format!("waits for {}", unknown.join(", "));
                        wait(&mut all.pending, step, &why);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whether an earlier round of this run planned an item, and that plan still stands or was begun.
pub(super) fn is_begun(ask: &Ask<'_>, key: &ItemKey) -> bool {
    let life = ask.case.last_life(ask.at.0, key);
    let plans = ask.case.runs.get(&ask.at.0).map(|run| &run.plans);
    life.is_some_and(|(item, life)| {
        // A plan that expired, or that nobody ever confirmed, holds nothing: what it asked for is planned and asked anew.
        let stands = || {
            let plan = plans.and_then(|plans| plans.get(&item.round));
            plan.is_some_and(|(digest, expires)| {
                let confirmed = ask.case.mandates.iter().any(|given| {
                    matches!(&given.scope, mandate::Scope::Exact { plan, .. } if plan == digest)
                });
                ask.now < *expires && confirmed
            })
        };
        let asks_nobody = match life.planned.does {
            Does::Check | Does::Manual | Does::Read | Does::Watch | Does::Nothing => true,
            Does::Act | Does::Issue | Does::Gate => false,
        };
        // What drifted returns in the next round, with a confirmation of its own.
        match life.state {
            State::Stale(_) => false,
            State::Planned | State::Blocked(_) => asks_nobody || stands(),
            State::Intended { .. }
            | State::InDoubt { .. }
            | State::Acted { .. }
            | State::Confirmed { .. }
            | State::Failed(_)
            | State::Skipped(_)
            | State::Denied(_)
            | State::Undone
            | State::UndoFailed(_) => true,
        }
    })
}

/// A limit on a `for_each` of cuts stages: what is beyond it waits for the next round, and is named.
fn stage<'a>(
    ask: &Ask<'_>,
    step: &Step,
    found: Vec<Candidate<'a>>,
    pending: &mut Vec<Pending>,
) -> Vec<Candidate<'a>> {
    let limit = step.for_each.as_ref().and_then(|for_each| for_each.limit);
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
        return found;
    };
    let begun: BTreeSet<&ItemKey> = ask
        .case
        .lives_of(ask.at.0)
        .map(|(item, _)| &item.key)
        .collect();
    let mut fresh = 0;
    let all = found.len();
    let kept: Vec<_> = found
        .into_iter()
        .filter(|candidate| {
            let is_fresh = !begun.contains(&candidate.key);
            fresh += usize::from(is_fresh);
            !is_fresh || fresh <= limit
        })
        .collect();
    if kept.len() < all {
        wait(
            pending,
            step,
            &format!(
                "at most {limit} begin in one round; {} wait for the next",
                all - kept.len()
            ),
        );
    }
    kept
}

pub(super) fn wait(pending: &mut Vec<Pending>, step: &Step, why: &str) {
    if !pending.iter().any(|known| known.step == step.id) {
        pending.push(Pending {
            phase: step.phase,
            step: step.id.clone(),
            why: why.to_owned(),
        });
    }
}

/// A value, or the paths that are not known yet.
type Known<T> = Result<T, Vec<String>>;

/// What an expression of a step gives; one that the data do not fit cannot be planned.
pub(super) fn known<T>(
    ask: &Ask<'_>,
    step: &Step,
    evaluated: Evaluated<T>,
) -> Result<Known<T>, Error> {
    match evaluated {
        Evaluated::Known(value) => Ok(Ok(value)),
        Evaluated::Unknown(paths) => Ok(Err(paths)),
        Evaluated::Failed(text) => Err(Error::Expression {
            playbook: ask.playbook.name.clone(),
            step: step.id.clone(),
            text,
        }),
    }
}

fn locator(
    ask: &Ask<'_>,
    step: &Step,
    value: &serde_json::Value,
) -> Result<Option<Locator>, Error> {
    let failed = |text: String| Error::Expression {
        playbook: ask.playbook.name.clone(),
        step: step.id.clone(),
        text,
    };
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().or_else(|| value.get("locator")?.as_str());
    let text = text.ok_or_else(|| failed("the target is no locator".to_owned()))?;
    text.parse()
        .map(Some)
        .map_err(|error| failed(format!("{error}")))
}

/// The instances of a step for a subject.
fn slots(
    ask: &Ask<'_>,
    view: &View<'_>,
    step: &Step,
    (subject, principal): (&Locator, Option<&Locator>),
    scope: &Scope,
) -> Result<Known<Vec<Slot>>, Error> {
    let only_if = match &step.when {
        None => None,
        Some(when) => match known(ask, step, when.eval(scope)) {
            Ok(Ok(serde_json::Value::Bool(true))) => None,
            Ok(Ok(_)) if recurs(step) => return Ok(Ok(Vec::new())),
            Ok(Err(unknown)) if recurs(step) => return Ok(Err(unknown)),
            Err(error) if recurs(step) => return Err(error),
            // What is planned once is shown with its condition, and the condition is asked when its turn comes.
            Ok(_) | Err(_) => Some(when.source()),
        },
    };
    let aim = |scope: &Scope| -> Result<Known<Option<Locator>>, Error> {
        let Some(aim) = &step.target else {
            return Ok(Ok(None));
        };
        Ok(match known(ask, step, aim.eval(scope))? {
            Ok(value) => Ok(locator(ask, step, &value)?),
            Err(unknown) => Err(unknown),
        })
    };
    let wants_target = step.target.is_some();
    let Some(for_each) = &step.for_each else {
        return Ok(match aim(scope)? {
            Err(unknown) => Err(unknown),
            // A subject whose principal could not be told: what can be said is said by the subject's own item.
            Ok(None) if wants_target => Ok(Vec::new()),
            Ok(target) => Ok(vec![Slot {
                key: key(step, None, subject),
                scope: scope.clone(),
                target,
                found: None,
                only_if,
                principal: principal.cloned(),
            }]),
        });
    };
    let elements = match known(ask, step, for_each.list.eval_list(scope))? {
        Ok(elements) => elements,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let by_name = located(ask, view, subject);
    let mut slots = Vec::with_capacity(elements.len());
    let mut inner = scope.clone();
    for element in elements {
        let reached = element
            .get("locator")
            .and_then(|name| by_name.get(name.as_str()?).copied());
        inner.set(&for_each.variable, element);
        let each = match known(ask, step, for_each.key.eval(&inner))? {
            Ok(serde_json::Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(unknown) => return Ok(Err(unknown)),
        };
        let target = match aim(&inner)? {
            Ok(None) if wants_target => continue,
            Ok(target) => target,
            Err(unknown) => return Ok(Err(unknown)),
        };
        // What a credential minted belongs to its principal, unless the provider knows better.
        let told = |found: &Found| found.fields.get("principal")?.as_str()?.parse().ok();
        slots.push(Slot {
            key: key(step, Some(each), subject),
            scope: inner.clone(),
            target,
            found: reached.cloned(),
            only_if: only_if.clone(),
            principal: reached.and_then(told).or_else(|| principal.cloned()),
        });
    }
    Ok(Ok(slots))
}

/// What a slot of an acting step comes to; `None` while what it says to its target is not known.
fn candidate<'a>(
    ask: &Ask<'a>,
    step: &'a Step,
    slot: Slot,
) -> Result<Option<Candidate<'a>>, Error> {
    let review = match step.review.as_ref() {
        Some(review) => known(ask, step, review.due_after(&slot.scope))?.ok(),
        None => None,
    };
    let mut with = Fields::new();
    for (name, expr) in &step.with {
        match known(ask, step, expr.eval(&slot.scope))? {
            Ok(value) => drop(with.insert(name.clone(), value)),
            Err(_) => return Ok(None),
        }
    }
    let (what, target) = match &step.work {
        StepWork::Do(what) => (what.clone(), slot.target),
        StepWork::Notify(notify) => {
            match known(ask, step, notify.text.eval_text(&slot.scope))? {
                Ok(text) => drop(with.insert(super::notify::TEXT.to_owned(), text.into())),
                Err(_) => return Ok(None),
            }
            let (action, channel) = super::notify::channel(&step.id, &notify.to)?;
            (What::Action(action), Some(channel))
        }
        StepWork::Read(_) | StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_) => {
            return Ok(None);
        }
    };
    let Some(target) = target else {
        return Ok(None);
    };
    Ok(Some(Candidate {
        step,
        key: slot.key,
        what,
        target,
        relation: slot.found.as_ref().and_then(|found| found.relation),
        evidence: slot.found.as_ref().map(|found| found.evidence.clone()),
        review,
        facts: slot.found.map(|found| found.fields).unwrap_or_default(),
        with,
        only_if: slot.only_if,
        principal: slot.principal,
    }))
}

/// What the reads of this run found about a subject, by name.
fn located<'a>(ask: &Ask<'a>, view: &View<'a>, subject: &Locator) -> BTreeMap<String, &'a Found> {
    let reads = ask
        .playbook
        .steps
        .iter()
        .filter(|step| step.work.read().is_some());
    let readings = reads.filter_map(|step| view.reading(step, subject));
    let found = readings.flat_map(|(_, reading)| &reading.found);
    found
        .filter(|found| found.relation.is_some())
        .map(|found| (found.what.to_string(), found))
        .collect()
}

impl<'s> Candidate<'s> {
    /// Chooses the action: the named one, or the one that gives the verb to the kind; for a thing that cannot be cut
    /// itself, ending the sessions of its principal.
    pub(super) fn choose<'a>(
        &self,
        ask: &Ask<'a>,
        seen: &BTreeMap<Locator, Seen>,
    ) -> Option<Choice<'a>> {
        let rung = match &self.what {
            What::Action(action) => {
                let spec = ask.catalogue.action(action)?;
                return (spec.on == *self.target.kind()).then(|| Choice {
                    spec,
                    target: self.target.clone(),
                    note: None,
                });
            }
            What::Verb(verb) => verb.rung()?,
        };
        if self.step.mode != Mode::Stop {
            return self.leaving(ask, rung);
        }
        if let Some((spec, got)) = ask.catalogue.cut_for(self.target.kind(), rung) {
            let note = (got != rung).then(|| {
                format!(
                    "{} has no `{}`; this is `{}`",
                    self.target.kind(),
                    rung.verb(),
                    got.verb()
                )
            });
            return Some(Choice {
                spec,
                target: self.target.clone(),
                note,
            });
        }
        let principal = seen
            .get(&self.target)
            .and_then(Seen::principal)
            .or_else(|| self.principal.clone())?;
        let (spec, _) = ask.catalogue.cut_for(principal.kind(), Rung::EndSessions)?;
        let reaches = spec
            .cut()
            .is_some_and(|cut| cut.of.contains(self.target.kind()));
        let note = Some(format!(
            "{} cannot be cut by itself; all sessions of {principal} end",
            self.target
        ));
        reaches.then_some(Choice {
            spec,
            target: principal,
            note,
        })
    }

    /// Whether it tells somebody through a notifier.
    pub(super) fn tells(&self) -> bool {
        matches!(self.step.work, StepWork::Notify(_))
    }

    /// The cut of the kind that leaves the access that the step's mode wants, nearest to the wanted rung; never a harder
    /// one in its place.
    fn leaving<'a>(&self, ask: &Ask<'a>, rung: Rung) -> Option<Choice<'a>> {
        let leaves = |spec: &&'a Spec| {
            spec.cut().is_some_and(|cut| match &self.step.mode {
                Mode::Stop => true,
                Mode::Quarantine => cut.allows == Access::Nothing && cut.target == Fate::Lives,
                Mode::ReadOnly { .. } => match &cut.allows {
                    Access::ReadOnly => true,
                    Access::Param(name) => {
                        self.with.get(name).and_then(|said| said.as_str()) == Some("read-only")
                    }
                    Access::Nothing => false,
                },
            })
        };
        let far = |spec: &&'a Spec| {
            let at = spec.cut().map_or(rung, |cut| cut.rung);
            (Rung::ALL.iter().position(|known| *known == at), at)
        };
        let wanted = Rung::ALL.iter().position(|known| *known == rung);
        let all = ask.catalogue.actions();
        let fitting = all
            .filter(|spec| spec.on == *self.target.kind())
            .filter(leaves);
        let spec = fitting.min_by_key(|spec| {
            let (at, rung) = far(spec);
            (at.unwrap_or(0).abs_diff(wanted.unwrap_or(0)), rung)
        })?;
        let got = spec.cut().map_or(rung, |cut| cut.rung);
        let note = (got != rung).then(|| {
            format!(
                "what `{}` leaves is left by `{}`, not by `{}`",
                self.step.mode.word(),
                got.verb(),
                rung.verb()
            )
        });
        Some(Choice {
            spec,
            target: self.target.clone(),
            note,
        })
    }

    /// Whether the principal may be known once the subject can be read: until then nobody needs to do it by hand.
    pub(super) fn is_hidden(&self, seen: &BTreeMap<Locator, Seen>) -> bool {
        let subject = self
            .key
            .subject
            .as_ref()
            .and_then(|subject| seen.get(subject));
        self.principal.is_none()
            && subject.is_some_and(|seen| match &seen.fact {
                Fact::Unreadable(why) => why.because != Because::NotImplemented,
                Fact::Present(_) | Fact::Gone => false,
            })
    }

    /// Turns to the old credential, once what replaces it is planned.
    pub(super) fn cut_old(&mut self, rung: Rung) {
        self.key = super::issue::part(&self.key, "old");
        self.what = What::Verb(Verb::Cut(rung));
        self.with = Fields::new();
    }

    /// Leaves it to a later round.
    pub(super) fn wait(&self, pending: &mut Vec<Pending>) {
        if !pending.iter().any(|known| known.step == self.key.step) {
            pending.push(Pending {
                phase: self.key.phase,
                step: self.key.step.clone(),
                why: "waits for the subject to be readable".to_owned(),
            });
        }
    }

    /// The obligation that is left where no action fits.
    pub(super) fn manual(self, ask: &Ask<'_>) -> Item {
        let verb = match &self.what {
            What::Verb(verb) => verb.word().to_owned(),
            What::Action(action) => action.to_string(),
        };
        let leaving = match &self.step.mode {
            Mode::Stop => String::new(),
            Mode::Quarantine => " and leave it running in quarantine".to_owned(),
            Mode::ReadOnly { .. } => " and leave it reading".to_owned(),
        };
        // A provider that found it may know how it is closed.
        let known = self.facts.get("steps").and_then(|steps| steps.as_str());
        let steps = known.map_or_else(
            || {
                format!(
                    "no provider of this build can `{verb}` {}{leaving}; do it in the provider's console",
                    self.target
                )
            },
            str::to_owned,
        );
        let text = format!(
            "{steps}, then: contain incident done '{}' --incident {}",
            self.key, ask.case.incident
        );
        let asked = Asked {
            target: Some(self.target),
            text,
            cuts: true,
            ..Asked::default()
        };
        Item {
            relation: self.relation,
            evidence: self.evidence,
            facts: self.facts,
            only_if: self.only_if,
            ..Item::new(self.key, Work::Manual(asked))
        }
    }
}
