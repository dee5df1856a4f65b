//! What expressions see of a run: its subjects and inputs, and what its steps answered, as the journal has it.
//!
//! Decides conditions and checks from that alone. Never reads a provider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scope;
use crate::domain::case::Case;
use crate::domain::event::{Decision, Order};
use crate::domain::state::Life;
use crate::domain::{
    Because, Digest, Found, ItemKey, ItemRef, Locator, NotSeen, Reading, Relation, State, Time,
};
use crate::playbook::{
    Evaluated, Expr, Input, InputType, Playbook, Scope, Step, StepWork, scope as data,
};
use crate::provider::Catalogue;

/// Who decides what follows from the record.
pub const BY: &str = "contain";
/// How expressions ask from when on a subject's cuts are in force.
const CUT_AT: &str = "cut_at";
/// How many of the things that a check could not see it names.
const NAMED: usize = 3;

/// A run, as expressions see it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What happened so far.
    pub case: &'a Case,
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// What is to be done.
    pub playbook: &'a Playbook,
    /// For what, with which options.
    pub order: &'a Order,
    /// The run.
    pub run: u32,
    /// The clock reading: what `age` and `since` count from.
    pub now: Time,
    /// The steps that a later round will plan, where that is known: of the others, what has no item had nothing to do.
    pub unplanned: Option<&'a BTreeSet<String>>,
}

/// What became of a condition or a check.
#[derive(Clone, PartialEq, Debug)]
pub enum Judged {
    /// It holds, or does not, and what it rests on.
    Decided(Decision),
    /// It cannot be told yet, and why.
    Open(String),
}

/// The key of a step's item.
#[must_use]
pub fn key(step: &Step, each: Option<String>, subject: &Locator) -> ItemKey {
    ItemKey {
        phase: step.phase,
        step: step.id.clone(),
        each,
        subject: step.per_subject.then(|| subject.clone()),
    }
}

impl<'a> View<'a> {
    /// The data of a subject: itself, the inputs, and what the steps answered.
    #[must_use]
    pub fn scope(&self, subject: &Locator, principal: Option<&Locator>) -> Scope {
        self.scope_with((subject, principal), &self.playbook.steps)
    }

    /// The same for these expressions alone: of the steps' answers, those that they mention.
    #[must_use]
    pub fn scope_for<'b>(
        &self,
        subject: &Locator,
        about: impl IntoIterator<Item = &'b Expr>,
    ) -> Scope {
        let about = about.into_iter();
        let mentioned: BTreeSet<&str> = about.flat_map(Expr::steps).collect();
        let steps = self.playbook.steps.iter();
        let steps = steps.filter(|step| mentioned.contains(step.id.as_str()));
        self.scope_with((subject, self.case.principal_of(subject)), steps)
    }

    fn scope_with<'b>(
        &self,
        (subject, principal): (&Locator, Option<&Locator>),
        steps: impl IntoIterator<Item = &'b Step>,
    ) -> Scope {
        let mut scope = Scope::new();
        scope.set_now(self.now);
        let incident = data::incident(&self.case.incident, self.order.since);
        scope.set("incident", incident);
        let about = data::subject(subject, principal);
        let kind = self.catalogue.kind(subject.kind());
        let lasts = kind.map(|kind| kind.credential && kind.lifetime.is_none());
        // It is gathered from all that was cut, so only a playbook that asks for it pays for it.
        let mut texts = self.playbook.calls.iter().map(|called| &called.text);
        let is_asked =
            self.playbook.text.contains(CUT_AT) || texts.any(|text| text.contains(CUT_AT));
        let cut_at = is_asked.then(|| self.case.cut_at(subject)).flatten();
        // Until the audit log has caught up with it, nothing that happened since could be seen.
        let lag = self.catalogue.provider(subject.provider());
        let lag = lag.map(|provider| provider.audit_lag().within());
        let cut_at = cut_at.filter(|at| {
            at.saturating_add(lag.unwrap_or_default())
                .is_ok_and(|seen| seen <= self.now)
        });
        scope.set("subject", data::cut(about, lasts, cut_at));
        let mut inputs: serde_json::Map<_, _> = self.order.inputs.clone().into_iter().collect();
        let names_identity =
            |input: &Input| input.name == "subject" && matches!(input.kind, InputType::Identity);
        // A playbook that asks for an identity keeps its name; `subject` is what of it is meant.
        if !self.playbook.inputs.iter().any(names_identity) {
            inputs.insert("subject".into(), subject.to_string().into());
        }
        scope.set("inputs", Value::Object(inputs));
        for step in steps {
            if let Some(output) = self.output(step, subject) {
                scope.set_step(&step.id, output);
            }
        }
        scope
    }

    /// What these expressions of an item need: the data of its subject, and the element that it was made for.
    #[must_use]
    pub fn scope_of<'b>(
        &self,
        key: &ItemKey,
        step: &'b Step,
        about: impl IntoIterator<Item = &'b Expr>,
    ) -> Option<Scope> {
        let subject = key.subject.as_ref().or(self.order.subjects.first())?;
        let each = step
            .for_each
            .iter()
            .flat_map(|each| [&each.list, &each.key]);
        let scope = self.scope_for(subject, about.into_iter().chain(each));
        let (Some(each), Some(for_each)) = (&key.each, &step.for_each) else {
            return Some(scope);
        };
        let Evaluated::Known(elements) = for_each.list.eval_list(&scope) else {
            return None;
        };
        let mut inner = scope;
        elements.into_iter().find_map(|element| {
            inner.set(&for_each.variable, element);
            let is_it = for_each.key.eval_text(&inner) == Evaluated::Known(each.clone());
            is_it.then(|| inner.clone())
        })
    }

    /// The step that an item belongs to.
    #[must_use]
    pub fn step(&self, key: &ItemKey) -> Option<&'a Step> {
        self.playbook.step(&key.step)
    }

    /// The latest answer of a read step about a subject, by whichever step it was asked.
    #[must_use]
    pub fn reading(
        &self,
        step: &Step,
        subject: &Locator,
    ) -> Option<&'a (crate::domain::Time, Reading)> {
        let answer = |step: &Step| self.case.reading(self.run, &key(step, None, subject));
        answer(step).or_else(|| self.twins(step).find_map(answer))
    }

    /// The other steps that ask the same about the same: of those one item stands in a plan.
    fn twins<'b>(&self, step: &'b Step) -> impl Iterator<Item = &'a Step> + use<'a, 'b> {
        let all = self.playbook.steps.iter();
        all.filter(|other| other.id != step.id && asks_the_same(other, step))
    }

    /// What a step answered so far; nothing while it has no answer.
    fn output(&self, step: &Step, subject: &Locator) -> Option<Value> {
        if let StepWork::Read(_) = &step.work {
            let Some((at, reading)) = self.reading(step, subject) else {
                return self.unanswerable(step, subject);
            };
            let mints = |found: &Found| found.relation == Some(Relation::Minted);
            // What contain made itself is nobody's doing.
            let issued = if reading.found.iter().any(mints) {
                self.case.issued()
            } else {
                BTreeSet::new()
            };
            let item = |found: &Found| {
                let inside = scope::is_in(found, subject, &self.order.include, self.catalogue)
                    && !issued.contains(&found.what);
                let kind = self.catalogue.kind(found.what.kind());
                // What is compared with times of ours is told by our clock.
                let found = &Found {
                    at: found.at.map(|at| reading.ours(at)),
                    ..found.clone()
                };
                data::found(found, inside, kind.is_some_and(|kind| kind.credential))
            };
            let items: Vec<_> = reading.found.iter().map(item).collect();
            let extent = (reading.back_to, reading.not_seen.is_empty());
            return Some(data::read_output("confirmed", *at, subject, items, extent));
        }
        let lives = self.lives(step, subject);
        if step.for_each.is_some() {
            let has_none = self
                .unplanned
                .is_some_and(|unplanned| !unplanned.contains(&step.id));
            return (!lives.is_empty() || has_none).then(|| each(&lives));
        }
        let (item, life) = lives.first()?;
        let status = life.state.status().word();
        let decided = self.case.decided.get(*item);
        match &step.work {
            StepWork::Do(_) | StepWork::Read(_) => {
                let at = life.acted_at.or(life.state.is_ok().then_some(life.at));
                let target = life.planned.target.as_ref()?;
                Some(data::act_output(status, at, target, &life.made))
            }
            StepWork::Notify(_) => Some(data::notify_output(status, life.at)),
            StepWork::Check(_) => decided.map(|(at, decision)| {
                let evidence = spell(decision);
                data::check_output(status, decision.passed, *at, &evidence)
            }),
            StepWork::Gate(_) => decided.map(|(at, decision)| {
                let by = std::slice::from_ref(&decision.by);
                data::gate_output(status, decision.passed, *at, by)
            }),
            StepWork::Manual(_) => decided.map(|(at, decision)| {
                let evidence = spell(decision);
                data::manual_output(status, decision.passed, *at, &decision.by, &evidence)
            }),
        }
    }

    /// The output of a read that no item asks for, as the kind of its target cannot answer: nothing was seen.
    fn unanswerable(&self, step: &Step, subject: &Locator) -> Option<Value> {
        let mut asking = std::iter::once(step).chain(self.twins(step));
        let is_planned = asking.any(|step| {
            self.unplanned
                .is_none_or(|unplanned| unplanned.contains(&step.id))
                || !self.lives(step, subject).is_empty()
        });
        (!is_planned).then(|| {
            let (status, extent) = (State::Skipped(String::new()).status().word(), (None, false));
            data::read_output(status, self.now, subject, Vec::new(), extent)
        })
    }

    /// The last life of each item that a step has for a subject.
    fn lives(&self, step: &Step, subject: &Locator) -> Vec<(&'a ItemRef, &'a Life)> {
        self.case.lives_meant(self.run, &key(step, None, subject))
    }

    /// Whether an item's condition holds now; one that does not hold is said with its text.
    #[must_use]
    pub fn condition(&self, key: &ItemKey) -> Judged {
        let Some((step, when)) = self
            .step(key)
            .and_then(|step| Some((step, step.when.as_ref()?)))
        else {
            return Judged::Open("the step has no condition".to_owned());
        };
        self.judge(key, step, when, "the condition")
    }

    /// Decides a check from what is recorded now.
    #[must_use]
    pub fn check(&self, key: &ItemKey) -> Judged {
        let Some((step, check)) = self.step(key).and_then(|step| match &step.work {
            StepWork::Check(check) => Some((step, check)),
            StepWork::Do(_)
            | StepWork::Read(_)
            | StepWork::Gate(_)
            | StepWork::Manual(_)
            | StepWork::Notify(_) => None,
        }) else {
            return Judged::Open("the playbook has no such check".to_owned());
        };
        let judged = self.judge(key, step, check, "the check");
        let Judged::Decided(decision) = judged else {
            return judged;
        };
        // Evidence that is wanted must be there, and whole: what could not be seen may hold the opposite.
        let blind = self.blind(key, check);
        let unseen = self.unseen(key, check);
        let lacks = match (step.evidence, decision.evidence.is_empty(), blind.first()) {
            (false, ..) | (true, false, None) => None,
            (true, true, _) => Some("it rests on no evidence".to_owned()),
            (true, false, Some(blind)) => Some(format!("its evidence is not whole: {blind}")),
        };
        let decision = match lacks {
            Some(lacks) if decision.passed => Decision {
                passed: false,
                why: lacks,
                ..decision
            },
            Some(_) | None => decision,
        };
        Judged::Decided(Decision {
            why: format!("{}{unseen}", decision.why),
            ..decision
        })
    }

    /// What a check could not see, as the end of its answer.
    fn unseen(&self, key: &ItemKey, check: &Expr) -> String {
        let mut unseen = BTreeSet::new();
        for (step, subject) in self.mentioned(key, check) {
            let Some((_, reading)) = self.reading(step, subject) else {
                continue;
            };
            unseen.extend(reading.not_seen.iter().map(|blind| blind.what.clone()));
            unseen.extend(reading.back_to.map(|at| format!("anything before {at}")));
        }
        let more = unseen.len().saturating_sub(NAMED);
        let named: Vec<String> = unseen.into_iter().take(NAMED).collect();
        match (named.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!("; not seen: {}", named.join(", ")),
            (false, more) => format!("; not seen: {} and {more} more", named.join(", ")),
        }
    }

    fn judge<'b>(&self, key: &ItemKey, step: &'b Step, expr: &'b Expr, what: &str) -> Judged {
        let Some(scope) = self.scope_of(key, step, [expr]) else {
            return Judged::Open(format!("what {what} is about is not known any more"));
        };
        let source = expr.told();
        match expr.eval_bool(&scope) {
            Evaluated::Known(passed) => Judged::Decided(Decision {
                passed,
                by: BY.to_owned(),
                why: format!("{source} is {passed}"),
                evidence: self.evidence(key, expr),
            }),
            Evaluated::Unknown(paths) => Judged::Open(format!("waits for {}", paths.join(", "))),
            // Data that do not fit never count as passed.
            Evaluated::Failed(why) => Judged::Decided(Decision {
                passed: false,
                by: BY.to_owned(),
                why: format!("{source} has no value: {why}"),
                evidence: self.evidence(key, expr),
            }),
        }
    }

    /// Digests of what an expression rests on: the readings, and the proof of what was done.
    fn evidence(&self, key: &ItemKey, expr: &Expr) -> Vec<Digest> {
        let mut evidence = BTreeMap::new();
        for (step, subject) in self.mentioned(key, expr) {
            let digests: Vec<_> = match &step.work {
                StepWork::Read(_) => {
                    let reading = self.reading(step, subject);
                    let whole = reading.map(|(_, reading)| Digest::of_json(reading));
                    whole.into_iter().flatten().collect()
                }
                StepWork::Do(_)
                | StepWork::Check(_)
                | StepWork::Gate(_)
                | StepWork::Manual(_)
                | StepWork::Notify(_) => {
                    let lives = self.lives(step, subject);
                    let proven = lives.iter().filter_map(|(_, life)| life.verdict.as_ref());
                    proven
                        .filter_map(|verdict| Digest::of_json(verdict).ok())
                        .collect()
                }
            };
            evidence.insert(&step.id, digests);
        }
        evidence.into_values().flatten().collect()
    }

    /// What the readings that an expression mentions could not see.
    fn blind(&self, key: &ItemKey, expr: &Expr) -> Vec<String> {
        let readings = self
            .mentioned(key, expr)
            .into_iter()
            .filter_map(|(step, subject)| self.reading(step, subject));
        let blind = readings.flat_map(|(_, reading)| {
            // What answered nothing at all is no evidence of nothing.
            let empty = reading.found.is_empty();
            let blind = reading.not_seen.iter();
            blind.filter(move |blind| blind.withholds || empty && lost(blind))
        });
        blind
            .map(|blind| format!("{}: {}", blind.what, blind.why))
            .collect()
    }

    fn mentioned<'b>(&'b self, key: &'b ItemKey, expr: &Expr) -> Vec<(&'a Step, &'b Locator)> {
        let subject = key.subject.as_ref().or(self.order.subjects.first());
        let steps = expr
            .steps()
            .into_iter()
            .filter_map(|id| self.playbook.step(id));
        steps
            .zip(std::iter::repeat(subject))
            .filter_map(|(step, subject)| Some((step, subject?)))
            .collect()
    }
}

/// Whether nothing was answered, rather than everything but a part.
fn lost(blind: &NotSeen) -> bool {
    blind.why.because != Because::NotImplemented
}

/// Whether two steps ask the same about a subject, whatever else is known.
fn asks_the_same(one: &Step, other: &Step) -> bool {
    let about = |step: &Step| {
        let target = step.target.as_ref().map(Expr::source)?;
        let plain = ["${subject}", "${subject.principal}"].contains(&target.as_str());
        let alone = step.with.is_empty() && step.for_each.is_none() && step.when.is_none();
        (plain && alone && step.reads_by.is_none()).then_some((step.work.read()?, target))
    };
    about(one).is_some_and(|asked| about(other) == Some(asked))
}

/// What a decision rests on, as expressions see it.
fn spell(decision: &Decision) -> Vec<String> {
    decision.evidence.iter().map(ToString::to_string).collect()
}

/// What a step that is done for each of several things comes to.
fn each(lives: &[(&ItemRef, &Life)]) -> Value {
    let of = |so: fn(&State) -> bool| -> Vec<Locator> {
        let those = lives.iter().filter(|(_, life)| so(&life.state));
        those
            .filter_map(|(_, life)| life.planned.target.clone())
            .collect()
    };
    let any = |so: fn(&State) -> bool| lives.iter().any(|(_, life)| so(&life.state));
    let status = match () {
        () if any(State::is_in_doubt) => "in-doubt",
        () if any(State::is_open) => "running",
        () if any(|state| !state.is_ok()) => "failed",
        () => "confirmed",
    };
    data::each_output(
        status,
        &of(|state| matches!(state, State::Confirmed { .. } | State::Undone)),
        &of(|state| matches!(state, State::Failed(_) | State::Denied(_))),
        &of(State::is_in_doubt),
        &of(|state| matches!(state, State::Skipped(_))),
    )
}
