//! What only shows when steps are looked at together: names, order, effects, types.
//!
//! Fills in the needs that the file leaves out. Reports everything it finds; never repairs.

use std::collections::BTreeMap;

use super::diagnostic::{Problem, Span};
use super::expr::Expr;
use super::infer::check;
use super::input::InputType;
use super::order::per_subject;
use super::schema::Draft;
use super::step::StepDraft;
use super::types::{Names, Output, Shape, Type};
use super::{Mode, Playbook, Step, StepWork, Timeout, Verb, Vocabulary, What};
use crate::domain::{Digest, Effect, KindId, Locator, Phase, ReadKind, Spec};

/// A draft under examination.
pub(super) struct Lint<'a> {
    pub(super) draft: &'a Draft,
    vocabulary: &'a Vocabulary<'a>,
    kinds: Vec<String>,
    pub(super) outputs: BTreeMap<String, Output>,
    pub(super) problems: &'a mut Vec<Problem>,
}

/// Checks a draft and completes it; `None` where a step could not be read at all.
pub(crate) fn finish(
    draft: Draft,
    text: &str,
    vocabulary: &Vocabulary<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Playbook> {
    let mut lint = Lint {
        kinds: vocabulary
            .kinds
            .iter()
            .map(|kind| kind.id.to_string())
            .collect(),
        outputs: draft
            .steps
            .iter()
            .map(|step| (step.id.clone(), output(step)))
            .collect(),
        draft: &draft,
        vocabulary,
        problems,
    };
    lint.ids();
    lint.subject();
    for step in &draft.steps {
        lint.types(step);
        lint.effects(step);
        lint.kinds_of(step);
    }
    let needs = lint.needs();
    lint.cycles(&needs);
    lint.closure(&needs);
    lint.close();
    let per_subject = per_subject(&draft.steps);
    let steps = draft.steps.into_iter().zip(needs).map(|(step, needs)| {
        Some(Step {
            per_subject: per_subject.contains(&step.id),
            id: step.id,
            phase: step.phase,
            work: step.work?,
            target: step.target,
            with: step.with,
            for_each: step.for_each,
            needs: needs.into_iter().map(|(need, _)| need).collect(),
            when: step.when,
            review: step.review.map(|(review, _)| review),
            verify: step.verify.map(|(verify, _)| verify),
            waves: Vec::new(),
            max_failures: None,
            retry: None,
            timeout: Timeout::default(),
            on_failure: None,
            gate: None,
            mode: Mode::default(),
            tier: None,
            evidence: false,
            span: step.span,
        })
    });
    Some(Playbook {
        steps: steps.collect::<Option<_>>()?,
        name: draft.name,
        summary: draft.summary,
        handling: draft.handling,
        inputs: draft.inputs,
        limits: draft.limits,
        close_requires: draft.close.into_iter().map(|(word, _)| word).collect(),
        digest: Digest::of(text.as_bytes()),
        text: text.to_owned(),
    })
}

fn output(step: &StepDraft) -> Output {
    match (&step.work, &step.for_each) {
        (None, _) => Output::Unclear,
        (Some(_), Some(_)) => Output::Each,
        (
            Some(
                StepWork::Do(_)
                | StepWork::Check(_)
                | StepWork::Gate(_)
                | StepWork::Manual(_)
                | StepWork::Notify(_),
            ),
            None,
        ) => Output::Act,
        (Some(StepWork::Read(ReadKind::Activity)), None) => Output::Events,
        (
            Some(StepWork::Read(
                ReadKind::State
                | ReadKind::Reach
                | ReadKind::Credentials
                | ReadKind::Grants
                | ReadKind::Permissions,
            )),
            None,
        ) => Output::Found,
    }
}

impl Lint<'_> {
    pub(super) fn note(&mut self, code: &'static str, span: Span, message: impl AsRef<str>) {
        self.problems.push(Problem::new(code, span, message));
    }

    fn ids(&mut self) {
        let mut seen = BTreeMap::new();
        for step in self.draft.steps.iter().filter(|step| !step.id.is_empty()) {
            if let Some(phase) = seen.insert(&step.id, step.phase) {
                let message = format!("a step `{}` stands already in {}", step.id, phase.word());
                self.note("duplicate-step", step.id_span, message);
            }
        }
    }

    fn subject(&mut self) {
        let declared = self
            .draft
            .inputs
            .iter()
            .find(|input| input.name == "subject");
        match declared {
            Some(input) if !matches!(input.kind, InputType::Locator { .. }) => {
                self.note("input", input.span, "the input `subject` must be a locator");
            }
            Some(_) => {}
            None => {
                let used = self
                    .draft
                    .steps
                    .iter()
                    .flat_map(StepDraft::exprs)
                    .find(|expr| expr.mentions("subject"));
                let problem = used.map(|expr| {
                    Problem::new(
                        "unknown-input",
                        expr.span,
                        "`subject` is mentioned, and no input has this name",
                    )
                    .hint("add `subject: {type: locator, required: true}` to `inputs`")
                });
                self.problems.extend(problem);
            }
        }
    }

    fn effect(&self, work: Option<&StepWork>) -> Option<&Spec> {
        match work {
            Some(StepWork::Do(What::Action(id))) => self
                .vocabulary
                .actions
                .iter()
                .find(|spec| spec.id == *id)
                .copied(),
            Some(
                StepWork::Do(What::Verb(_))
                | StepWork::Read(_)
                | StepWork::Check(_)
                | StepWork::Gate(_)
                | StepWork::Manual(_)
                | StepWork::Notify(_),
            )
            | None => None,
        }
    }

    pub(super) fn is_cut(&self, step: &StepDraft) -> bool {
        matches!(step.work, Some(StepWork::Do(What::Verb(Verb::Cut(_)))))
            || self
                .effect(step.work.as_ref())
                .is_some_and(|spec| spec.cut().is_some())
    }

    fn effects(&mut self, step: &StepDraft) {
        let phase = step.phase.word();
        let cut_phase = matches!(step.phase, Phase::Isolate | Phase::Inventory);
        if self.is_cut(step) && !cut_phase {
            let message = format!(
                "step `{}` cuts in {phase}; a cut belongs in isolate or inventory",
                step.id
            );
            self.note("effect", step.work_span, message);
        }
        let gives = self
            .effect(step.work.as_ref())
            .filter(|spec| {
                matches!(
                    spec.effect,
                    Effect::Open | Effect::Issue(_) | Effect::Deliver
                )
            })
            .map(|spec| spec.effect.word());
        if let Some(word) = gives
            && step.phase != Phase::Reissue
        {
            let message = format!(
                "step `{}` gives access ({word}) in {phase}; this belongs in reissue",
                step.id
            );
            self.note("effect", step.work_span, message);
        }
        if step.work.is_some() && !self.is_cut(step) {
            if let Some((_, span)) = &step.review {
                self.note(
                    "effect",
                    *span,
                    format!(
                        "step `{}` cuts nothing, so there is nothing to review",
                        step.id
                    ),
                );
            }
            if let Some((_, span)) = &step.verify {
                self.note(
                    "effect",
                    *span,
                    format!(
                        "step `{}` cuts nothing, so there is nothing to verify",
                        step.id
                    ),
                );
            }
        }
    }

    fn types(&mut self, step: &StepDraft) {
        let mut problems = Vec::new();
        let mut names = Names {
            inputs: &self.draft.inputs,
            steps: &self.outputs,
            kinds: &self.kinds,
            each: None,
        };
        let wrong = |expr: &Expr, wanted: &str, found: &Type| {
            Problem::new(
                "type",
                expr.span,
                format!("expected {wanted}, found {}", found.describe()),
            )
        };
        if let Some(each) = &step.for_each {
            let list = check(&each.list, &names, &mut problems);
            let element = list.element().unwrap_or_else(|| {
                problems.push(wrong(&each.list, "a list", &list));
                Type::Any
            });
            names.each = Some((&each.variable, element));
            let key = check(&each.key, &names, &mut problems);
            if !(key.is_text() || matches!(key, Type::Thing(_))) {
                problems.push(wrong(&each.key, "a text", &key));
            }
            if !each.key.mentions(&each.variable) {
                let message = format!("the key is the same for every `{}`", each.variable);
                problems.push(
                    Problem::new("key", each.key.span, message)
                        .hint("a key tells one from another"),
                );
            }
        }
        if let Some(target) = &step.target {
            let found = check(target, &names, &mut problems);
            let thing = matches!(
                found,
                Type::Thing(Shape::Subject | Shape::Found | Shape::Event)
            );
            let fits = thing
                || matches!(found, Type::Locator | Type::Any)
                || found == Type::Text && target.whole().is_none();
            if !fits {
                problems.push(wrong(target, "a locator", &found));
            }
        }
        for (name, expr) in &step.with {
            let found = check(expr, &names, &mut problems);
            let (fits, wanted) = match name.as_str() {
                "since" => (
                    matches!(found, Type::Time | Type::Any)
                        || expr
                            .as_literal()
                            .and_then(|value| value.as_str())
                            .is_some_and(|text| InputType::Time.read(text).is_ok()),
                    "a time",
                ),
                "relations" => (
                    matches!(found, Type::List(_) | Type::Any),
                    "a list of relations",
                ),
                _ => (true, ""),
            };
            if !fits {
                problems.push(wrong(expr, wanted, &found));
            }
        }
        if let Some(when) = &step.when {
            let found = check(when, &names, &mut problems);
            if !matches!(found, Type::Bool | Type::Any) {
                problems.push(wrong(when, "true or false", &found));
            }
        }
        if let Some((review, _)) = &step.review {
            let found = check(&review.after, &names, &mut problems);
            if review.after.as_literal().is_none() && !matches!(found, Type::Duration | Type::Any) {
                problems.push(wrong(&review.after, "a duration", &found));
            }
        }
        if let Some(probe) = step
            .verify
            .as_ref()
            .and_then(|(verify, _)| verify.probe.as_ref())
        {
            let found = check(probe, &names, &mut problems);
            if found != Type::Secret && found != Type::Any {
                let problem = wrong(probe, "a secret reference", &found);
                problems
                    .push(problem.hint("a probe is `${inputs.…}` of an input of type secret_ref"));
            }
        }
        self.problems.extend(problems);
    }

    /// The kinds that a step's target can have, where the file says so.
    fn target_kinds(&mut self, step: &StepDraft) -> Vec<KindId> {
        let Some(target) = &step.target else {
            return Vec::new();
        };
        if let Some(text) = target.as_literal().and_then(|value| value.as_str()) {
            let Ok(locator) = text.parse::<Locator>() else {
                let message =
                    format!("`{text}` is no locator; write <provider>:<kind>/<id>@<account>");
                self.note("value", target.span, message);
                return Vec::new();
            };
            let kind = locator.kind().to_string();
            if !self.kinds.contains(&kind) {
                let problem = Problem::new(
                    "unknown-kind",
                    target.span,
                    format!("there is no kind `{kind}`"),
                );
                self.problems
                    .push(problem.meant(&kind, self.kinds.iter().map(String::as_str)));
                return Vec::new();
            }
            return vec![locator.kind().clone()];
        }
        let Some([path]) = target.whole().map(|cel| cel.paths.as_slice()) else {
            return Vec::new();
        };
        let parts: Vec<&str> = path.parts.iter().map(String::as_str).collect();
        let input = match parts.as_slice() {
            ["subject"] | ["subject", "locator"] => "subject",
            ["inputs", name] => name,
            _ => return Vec::new(),
        };
        let input = self.draft.inputs.iter().find(|known| known.name == input);
        match input.map(|input| &input.kind) {
            Some(InputType::Locator { kinds }) => kinds.clone(),
            _ => Vec::new(),
        }
    }

    fn kinds_of(&mut self, step: &StepDraft) {
        let kinds = self.target_kinds(step);
        if kinds.is_empty() {
            return;
        }
        let listed = kinds
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        if let Some(spec) = self.effect(step.work.as_ref())
            && kinds.iter().any(|kind| *kind != spec.on)
        {
            let message = format!(
                "`{}` works on {}, and the target is {listed}",
                spec.id, spec.on
            );
            self.note("kind", step.work_span, message);
        }
        if let Some(StepWork::Read(read)) = step.work
            && read != ReadKind::State
        {
            let known = || {
                self.vocabulary
                    .kinds
                    .iter()
                    .filter(|kind| kinds.contains(&kind.id))
            };
            if known().count() > 0 && known().all(|kind| !kind.reads.contains(&read)) {
                self.note(
                    "kind",
                    step.work_span,
                    format!("this cannot be read of {listed}"),
                );
            }
        }
    }

    fn close(&mut self) {
        const WORDS: [&str; 2] = ["nothing_in_doubt", "no_overdue_reviews"];
        const SUFFIXES: [&str; 4] = ["passed", "ok", "done", "failed"];
        for (word, span) in &self.draft.close {
            let problem = match word.split_once('.') {
                Some((step, _)) if !self.outputs.contains_key(step) => {
                    let problem =
                        Problem::new("unknown-step", *span, format!("there is no step `{step}`"));
                    Some(problem.meant(step, self.outputs.keys().map(String::as_str)))
                }
                Some((_, suffix)) if !SUFFIXES.contains(&suffix) => {
                    let message = format!("`.{suffix}` does not say how a step ends");
                    Some(Problem::new("unknown-suffix", *span, message).meant(suffix, SUFFIXES))
                }
                None if !WORDS.contains(&word.as_str()) => Some(
                    Problem::new("unknown-word", *span, format!("`{word}` is no requirement"))
                        .meant(word, WORDS),
                ),
                Some(_) | None => None,
            };
            self.problems.extend(problem);
        }
    }
}
