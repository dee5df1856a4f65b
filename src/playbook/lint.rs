//! What only shows when steps are looked at together: names, calls, closing rules, and the whole that comes of it.
//!
//! Fills in what the file leaves out. Reports everything it finds; never repairs.

use std::collections::BTreeMap;

use super::call::{self, Resolved};
use super::diagnostic::{Problem, Span};
use super::grammar::{CLOSING, CLOSING_WORDS};
use super::input::InputType;
use super::model::{AfterFailure, Mode, Need, Step, StepWork};
use super::schema::Draft;
use super::step::{DraftWork, StepDraft};
use super::types::Output;
use super::{Playbook, Vocabulary};
use crate::domain::{Digest, ReadKind};

/// A draft under examination.
pub(super) struct Lint<'a> {
    pub(super) draft: &'a Draft,
    pub(super) vocabulary: &'a Vocabulary<'a>,
    pub(super) kinds: Vec<String>,
    /// What each step of the whole gives, inlined ones included.
    pub(super) outputs: BTreeMap<String, Output>,
    /// The playbooks that steps call, by the step's id.
    pub(super) called: &'a BTreeMap<String, Resolved>,
    pub(super) problems: &'a mut Vec<Problem>,
    /// What is no mistake and still worth saying.
    pub(super) notes: Vec<Problem>,
}

/// Checks a draft and completes it; `None` where a step could not be read at all.
pub(crate) fn finish(
    draft: Draft,
    text: &str,
    vocabulary: &Vocabulary<'_>,
    called: &BTreeMap<String, Resolved>,
    problems: &mut Vec<Problem>,
) -> Option<Playbook> {
    let mut outputs: BTreeMap<String, Output> = draft
        .steps
        .iter()
        .map(|step| (step.id.clone(), output(step, called)))
        .collect();
    for (id, resolved) in called {
        let inner = resolved.playbook.steps.iter();
        outputs.extend(inner.map(|step| (call::inner_id(id, &step.id), of_step(step))));
    }
    let mut lint = Lint {
        kinds: vocabulary
            .kinds
            .iter()
            .map(|kind| kind.id.to_string())
            .collect(),
        outputs,
        draft: &draft,
        vocabulary,
        called,
        problems,
        notes: Vec::new(),
    };
    lint.ids();
    lint.subject();
    for step in &draft.steps {
        lint.types(step);
        lint.effects(step);
        lint.course(step);
        lint.kinds_of(step);
    }
    lint.calls();
    let needs = lint.needs();
    let inlined = lint.inlined(&needs);
    lint.cycles(&needs);
    lint.closure(&needs, &inlined);
    lint.close();
    let defaults: Vec<AfterFailure> = draft.steps.iter().map(|step| lint.after(step)).collect();
    let notes = lint.notes;
    assemble(draft, text, (needs, defaults), (called, inlined), notes)
}

type Needs = Vec<Vec<(Need, Span)>>;

fn assemble(
    draft: Draft,
    text: &str,
    (needs, defaults): (Needs, Vec<AfterFailure>),
    (called, inlined): (&BTreeMap<String, Resolved>, Vec<Step>),
    notes: Vec<Problem>,
) -> Option<Playbook> {
    let mut steps = Vec::new();
    let mut by_call: BTreeMap<String, Vec<Step>> = BTreeMap::new();
    for step in inlined {
        let of = step.id.split('_').next().unwrap_or_default().to_owned();
        by_call.entry(of).or_default().push(step);
    }
    for ((draft, needs), default) in draft.steps.into_iter().zip(needs).zip(defaults) {
        let needs = needs.into_iter().map(|(need, _)| need).collect();
        match draft.work? {
            DraftWork::Calls(_) => steps.extend(by_call.remove(&draft.id).unwrap_or_default()),
            DraftWork::Does(work, reads_by) => steps.push(Step {
                per_subject: false,
                id: draft.id,
                phase: draft.phase,
                work,
                reads_by,
                target: draft.target,
                with: draft
                    .with
                    .into_iter()
                    .map(|(name, (_, expr))| (name, expr))
                    .collect(),
                for_each: draft.for_each,
                needs,
                when: draft.when,
                review: draft.review.map(|(review, _)| review),
                verify: draft.verify.map(|(verify, _)| verify),
                waves: draft.waves.map(|(waves, _)| waves).unwrap_or_default(),
                max_failures: draft.max_failures.map(|(most, _)| most),
                retry: draft.retry.map(|(retry, _)| retry),
                timeout: draft.timeout,
                on_failure: draft.on_failure.map(|after| after.finish(default)),
                gate: draft.gate,
                mode: draft.mode.map_or(Mode::Stop, |(mode, _)| mode),
                tier: draft.tier.map(|(tier, _)| tier),
                evidence: draft.evidence,
                span: draft.span,
            }),
        }
    }
    steps.sort_by_key(|step| step.phase);
    super::order::per_subject(&mut steps);
    let mut whole = Playbook {
        steps,
        name: draft.name,
        summary: draft.summary,
        handling: draft.handling,
        inputs: draft.inputs,
        limits: draft.limits,
        close_requires: draft.close.into_iter().map(|(word, _)| word).collect(),
        calls: Vec::new(),
        notes,
        digest: Digest::of(text.as_bytes()),
        text: text.to_owned(),
    };
    for (id, resolved) in called {
        call::join(&mut whole, id, resolved);
    }
    Some(whole)
}

/// What a step of the file gives.
fn output(step: &StepDraft, called: &BTreeMap<String, Resolved>) -> Output {
    match &step.work {
        Some(DraftWork::Calls(_)) if called.contains_key(&step.id) => Output::Called,
        Some(DraftWork::Calls(_)) | None => Output::Unclear,
        Some(DraftWork::Does(work, _)) => of(work, step.for_each.is_some()),
    }
}

/// What a finished step gives.
pub(super) fn of_step(step: &Step) -> Output {
    of(&step.work, step.for_each.is_some())
}

fn of(work: &StepWork, is_each: bool) -> Output {
    match (work, is_each) {
        (_, true) => Output::Each,
        (StepWork::Do(_), false) => Output::Act,
        (StepWork::Check(_), false) => Output::Check,
        (StepWork::Gate(_), false) => Output::Gate,
        (StepWork::Manual(_), false) => Output::Manual,
        (StepWork::Notify(_), false) => Output::Notify,
        (StepWork::Read(ReadKind::Activity), false) => Output::Events,
        (
            StepWork::Read(
                ReadKind::State
                | ReadKind::Reach
                | ReadKind::Credentials
                | ReadKind::Grants
                | ReadKind::Permissions,
            ),
            false,
        ) => Output::Found,
    }
}

impl Lint<'_> {
    /// Whether a step can be named; what belongs to a call that could not be read is taken on trust.
    pub(super) fn has(&self, id: &str) -> bool {
        super::types::knows(&self.outputs, id)
    }

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

    fn close(&mut self) {
        for (word, span) in &self.draft.close {
            let problem = match word.split_once('.') {
                Some((step, _)) if !self.outputs.contains_key(step) && self.has(step) => None,
                Some((step, suffix)) => match self.outputs.get(step) {
                    None => {
                        let message = format!("there is no step `{step}`");
                        let problem = Problem::new("unknown-step", *span, message);
                        Some(problem.meant(step, self.outputs.keys().map(String::as_str)))
                    }
                    Some(_) if !CLOSING.contains(&suffix) => {
                        let message = format!("`.{suffix}` does not say how a step ends");
                        Some(Problem::new("unknown-suffix", *span, message).meant(suffix, CLOSING))
                    }
                    Some(output)
                        if suffix == "passed"
                            && !matches!(output, Output::Check | Output::Unclear) =>
                    {
                        let message = format!("step `{step}` is no check, so it never passes");
                        let problem = Problem::new("unknown-suffix", *span, message);
                        Some(problem.hint(format!("write `{step}.ok`")))
                    }
                    Some(_) => None,
                },
                None if !CLOSING_WORDS.contains(&word.as_str()) => Some(
                    Problem::new("unknown-word", *span, format!("`{word}` is no requirement"))
                        .meant(word, CLOSING_WORDS),
                ),
                None => None,
            };
            self.problems.extend(problem);
        }
    }
}
