//! What expressions see of a run: its subjects and inputs, and what its steps answered, as the journal has it.
//!
//! Decides conditions and checks from that alone. Never reads a provider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scope;
use crate::domain::case::Case;
use crate::domain::event::{Decision, Order};
use crate::domain::state::Life;
use crate::domain::{Digest, Found, ItemKey, ItemRef, Locator, Reading, State, Time};
use crate::playbook::{Evaluated, Expr, Playbook, Scope, Step, StepWork, scope as data};
use crate::provider::Catalogue;

/// Who decides what follows from the record.
pub const BY: &str = "contain";

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
        let mut scope = Scope::new();
        scope.set_now(self.now);
        let incident = data::incident(&self.case.incident, self.order.since);
        scope.set("incident", incident);
        scope.set("subject", data::subject(subject, principal));
        let mut inputs: serde_json::Map<_, _> = self.order.inputs.clone().into_iter().collect();
        inputs.insert("subject".into(), subject.to_string().into());
        scope.set("inputs", Value::Object(inputs));
        for step in &self.playbook.steps {
            if let Some(output) = self.output(step, subject) {
                scope.set_step(&step.id, output);
            }
        }
        scope
    }

    /// The data of an item: its subject's, and the element that it was made for.
    #[must_use]
    pub fn scope_of(&self, key: &ItemKey, step: &Step) -> Option<Scope> {
        let subject = key.subject.as_ref().or(self.order.subjects.first())?;
        let scope = self.scope(subject, self.case.principal_of(subject));
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

    /// The latest answer of a read step about a subject.
    #[must_use]
    pub fn reading(
        &self,
        step: &Step,
        subject: &Locator,
    ) -> Option<&'a (crate::domain::Time, Reading)> {
        self.case.reading(self.run, &key(step, None, subject))
    }

    /// What a step answered so far; nothing while it has no answer.
    fn output(&self, step: &Step, subject: &Locator) -> Option<Value> {
        if let StepWork::Read(_) = &step.work {
            let (at, reading) = self.reading(step, subject)?;
            let item = |found: &Found| {
                let inside = scope::is_in(found, subject, &self.order.include, self.catalogue);
                let kind = self.catalogue.kind(found.what.kind());
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
        let lacks = match (step.evidence, decision.evidence.is_empty(), blind.first()) {
            (false, ..) | (true, false, None) => None,
            (true, true, _) => Some("it rests on no evidence".to_owned()),
            (true, false, Some(blind)) => Some(format!("its evidence is not whole: {blind}")),
        };
        Judged::Decided(match lacks {
            Some(lacks) if decision.passed => Decision {
                passed: false,
                why: lacks,
                ..decision
            },
            Some(_) | None => decision,
        })
    }

    fn judge(&self, key: &ItemKey, step: &Step, expr: &Expr, what: &str) -> Judged {
        let Some(scope) = self.scope_of(key, step) else {
            return Judged::Open(format!("what {what} is about is not known any more"));
        };
        let source = expr.source();
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
        let blind = readings.flat_map(|(_, reading)| &reading.not_seen);
        blind
            .filter(|blind| blind.withholds)
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
