//! Playbooks that call others: found by whoever holds them, pinned by digest, inlined.
//!
//! Ids of inlined steps are `<call>_<step>`: no id of a file holds `_`, so none can meet another. Never reads a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::diagnostic::{Problem, Refused};
use super::expr::{Evaluated, Expr};
use super::input::{Input, InputType};
use super::lint::Lint;
use super::model::{Need, Step, StepWork};
use super::step::{DraftWork, StepDraft};
use super::{Ended, Playbook, Span};
use crate::domain::{Digest, KindId};

/// How deep calls may go.
const MAX_DEPTH: usize = 16;
/// How many steps a playbook may have, inlined ones included.
pub(super) const MAX_STEPS: usize = 1000;

/// What is called, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The name or path, as the file says it.
    pub named: &'a str,
    /// The file that says so, as its [`Source`] calls it.
    pub from: &'a str,
    /// The id of the calling step in the whole playbook.
    pub id: &'a str,
}

/// A playbook that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// What messages call it; the same for the same file, however it was named.
    pub file: String,
    /// What it holds.
    pub text: String,
}

/// Why no playbook was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// What is wrong, as a fragment.
    pub why: String,
    /// The names that would be found.
    pub names: Vec<String>,
    /// Whether there is one, which is no longer what was pinned.
    pub changed: bool,
}

/// Where playbooks that others call are found; handed in, as only the command line reads files.
pub trait Library: Sync {
    /// Finds one.
    ///
    /// # Errors
    /// Says why there is none, and which names there are.
    fn find(&self, wanted: Wanted<'_>) -> Result<Source, Missing>;
}

/// The playbooks that ship.
#[derive(Clone, Copy, Debug)]
pub struct Shipped;

impl Library for Shipped {
    fn find(&self, wanted: Wanted<'_>) -> Result<Source, Missing> {
        let shipped = super::shipped();
        let found = shipped.iter().find(|(name, _)| *name == wanted.named);
        let (name, text) = found.ok_or_else(|| Missing {
            why: format!("there is no playbook `{}`", wanted.named),
            names: shipped.iter().map(|(name, _)| (*name).to_owned()).collect(),
            changed: false,
        })?;
        Ok(Source {
            file: format!("{name}.yaml"),
            text: (*text).to_owned(),
        })
    }
}

/// A playbook that was called, as the plan pins it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Called {
    /// The id of the calling step in the whole playbook.
    pub id: String,
    /// The playbook's name.
    pub name: String,
    /// What messages call its file.
    pub file: String,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Its text.
    pub text: String,
    /// Where the outermost call stands in the file.
    pub span: Span,
}

/// A called playbook, read and linted by itself.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) file: String,
    pub(crate) playbook: Playbook,
}

/// A value that a call gives to an input.
#[derive(Debug)]
pub(crate) struct Given {
    input: Input,
    pub(crate) expr: Expr,
}

impl Given {
    /// The value, as the input takes it.
    pub(crate) fn value(&self, scope: &super::Scope) -> Evaluated {
        match self.expr.eval(scope) {
            Evaluated::Known(value) => match self.input.kind.admit(&value) {
                Ok(value) => Evaluated::Known(value),
                Err(why) => Evaluated::Failed(format!("input `{}`: {why}", self.input.name)),
            },
            other @ (Evaluated::Unknown(_) | Evaluated::Failed(_)) => other,
        }
    }

    pub(crate) fn inside(&self, call: &Inline<'_>) -> Self {
        Self {
            input: self.input.clone(),
            expr: self.expr.inside(call),
        }
    }
}

/// What changes in the expressions of a called playbook when it is inlined.
pub(crate) struct Inline<'a> {
    call: &'a str,
    given: BTreeMap<String, Arc<Given>>,
}

impl Inline<'_> {
    pub(crate) fn id(&self, step: &str) -> String {
        inner_id(self.call, step)
    }

    pub(crate) fn given(&self, input: &str) -> Option<&Arc<Given>> {
        self.given.get(input)
    }
}

/// The id of an inlined step.
pub(crate) fn inner_id(call: &str, step: &str) -> String {
    format!("{call}_{step}")
}

/// Puts what a called playbook says beside its steps into the whole: the tighter limit, the stricter label, its own calls.
pub(super) fn join(whole: &mut Playbook, id: &str, resolved: &Resolved) {
    let inner = &resolved.playbook;
    let items = [whole.limits.max_items, inner.limits.max_items];
    whole.limits.max_items = items.into_iter().flatten().min();
    let deadlines = [whole.limits.deadline, inner.limits.deadline];
    whole.limits.deadline = deadlines.into_iter().flatten().min();
    whole.handling = whole.handling.max(inner.handling);
    let asked = inner
        .close_requires
        .iter()
        .map(|word| match word.split_once('.') {
            Some(_) => inner_id(id, word),
            None => word.clone(),
        });
    for word in asked {
        if !whole.close_requires.contains(&word) {
            whole.close_requires.push(word);
        }
    }
    let span = whole
        .steps
        .iter()
        .find(|step| {
            step.id
                .strip_prefix(id)
                .is_some_and(|rest| rest.starts_with('_'))
        })
        .map_or(Span::default(), |step| step.span);
    whole.calls.push(Called {
        id: id.to_owned(),
        name: inner.name.clone(),
        file: resolved.file.clone(),
        digest: inner.digest,
        text: inner.text.clone(),
        span,
    });
    whole.calls.extend(inner.calls.iter().map(|called| Called {
        id: inner_id(id, &called.id),
        span,
        ..called.clone()
    }));
}

/// Finds and reads everything that a draft calls.
pub(super) struct Resolver<'a> {
    pub(super) vocabulary: &'a super::Vocabulary<'a>,
    pub(super) library: &'a dyn Library,
    /// The files on the way here, outermost first, each with the id of the call that leads on.
    pub(super) way: Vec<(String, String)>,
}

impl Resolver<'_> {
    /// Reads what the steps call; notes what cannot be found or is refused.
    pub(super) fn resolve(
        &mut self,
        steps: &[StepDraft],
        problems: &mut Vec<Problem>,
        refused: &mut Vec<Refused>,
    ) -> BTreeMap<String, Resolved> {
        let mut called = BTreeMap::new();
        let mut count = steps.len();
        for step in steps {
            let Some(DraftWork::Calls(named)) = &step.work else {
                continue;
            };
            match self.one(step, named) {
                Ok(resolved) => {
                    count += resolved.playbook.steps.len();
                    called.insert(step.id.clone(), resolved);
                }
                Err(Unresolved::Here(problem)) => problems.push(problem),
                Err(Unresolved::There(problem, other)) => {
                    problems.push(problem);
                    if !refused.iter().any(|known| known.file == other.file) {
                        refused.push(*other);
                    }
                }
            }
            if count > MAX_STEPS {
                let message =
                    format!("with what it calls the playbook has more than {MAX_STEPS} steps");
                problems.push(Problem::new("too-many-steps", step.work_span, message));
                break;
            }
        }
        called
    }

    fn one(&mut self, step: &StepDraft, named: &str) -> Result<Resolved, Unresolved> {
        let at = step.work_span;
        let outer: Vec<&str> = self.way.iter().skip(1).map(|(_, id)| id.as_str()).collect();
        let id = outer
            .into_iter()
            .chain([step.id.as_str()])
            .collect::<Vec<_>>()
            .join("_");
        let from = self.way.last().map_or("", |(file, _)| file.as_str());
        let wanted = Wanted {
            named,
            from,
            id: &id,
        };
        let source = self.library.find(wanted).map_err(|missing| {
            if missing.changed {
                let problem = Problem::new("changed", at, &missing.why);
                return Unresolved::Here(problem.hint("plan again"));
            }
            let problem = Problem::new("unknown-playbook", at, &missing.why);
            let names = missing.names.iter().map(String::as_str);
            Unresolved::Here(problem.meant(named, names))
        })?;
        let mut way: Vec<&str> = self.way.iter().map(|(file, _)| file.as_str()).collect();
        let circle = way.iter().position(|file| *file == source.file);
        way.push(&source.file);
        if let Some(begin) = circle {
            let path = way.get(begin..).unwrap_or_default().join(" -> ");
            let message = format!("playbooks call each other: {path}");
            return Err(Unresolved::Here(Problem::new("recursion", at, message)));
        }
        if way.len() > MAX_DEPTH {
            let message = format!("playbooks call each other deeper than {MAX_DEPTH} levels");
            return Err(Unresolved::Here(Problem::new("recursion", at, message)));
        }
        self.way.push((source.file.clone(), step.id.clone()));
        let read = super::read(&source.file, &source.text, self);
        self.way.pop();
        match read {
            Ok(playbook) => Ok(Resolved {
                file: source.file,
                playbook,
            }),
            Err(other) => {
                let message = format!("the playbook `{named}` that is called here is refused");
                let problem = Problem::new("called", at, message);
                Err(Unresolved::There(problem, Box::new(other)))
            }
        }
    }
}

enum Unresolved {
    Here(Problem),
    There(Problem, Box<Refused>),
}

impl Lint<'_> {
    /// What only shows when a call is held against what it calls: inputs, phases, the subject.
    pub(super) fn calls(&mut self) {
        for step in &self.draft.steps {
            let Some(resolved) = self.called.get(&step.id) else {
                continue;
            };
            let inner = &resolved.playbook;
            for (name, (span, _)) in &step.with {
                let known = inner.inputs.iter().map(|input| input.name.as_str());
                if name == "subject" {
                    let message = "the subject of a called playbook is that of the caller";
                    let problem = Problem::new("unknown-argument", *span, message);
                    self.problems.push(problem.hint("leave it out"));
                } else if !known.clone().any(|input| input == name) {
                    let message = format!("playbook `{}` has no input `{name}`", inner.name);
                    let problem = Problem::new("unknown-argument", *span, message);
                    let known: Vec<&str> = known.filter(|input| *input != "subject").collect();
                    self.problems.push(problem.meant(name, known));
                }
            }
            for input in inner.inputs.iter().filter(|input| input.default.is_none()) {
                if input.name != "subject" && !step.with.contains_key(&input.name) {
                    let message =
                        format!("playbook `{}` needs the input `{}`", inner.name, input.name);
                    self.note("missing-argument", step.work_span, message);
                }
            }
            if let Some(early) = inner.steps.iter().find(|early| early.phase < step.phase) {
                let message = format!(
                    "playbook `{}` has steps in {}, which is before {}",
                    inner.name,
                    early.phase.word(),
                    step.phase.word()
                );
                let problem = Problem::new("earlier-phase", step.work_span, message);
                self.problems
                    .push(problem.hint(format!("call it in {}", early.phase.word())));
            }
            self.same_subject(step, inner);
        }
    }

    fn same_subject(&mut self, step: &StepDraft, inner: &Playbook) {
        let subject = |inputs: &[Input]| {
            let input = inputs.iter().find(|input| input.name == "subject")?;
            input.kind.kinds().map(<[KindId]>::to_vec)
        };
        let Some(wanted) = subject(&inner.inputs) else {
            return;
        };
        let Some(ours) = subject(&self.draft.inputs) else {
            let message = format!(
                "playbook `{}` has a subject, and this one has none",
                inner.name
            );
            let problem = Problem::new("unknown-input", step.work_span, message);
            self.problems
                .push(problem.hint("add `subject: {type: locator, required: true}` to `inputs`"));
            return;
        };
        let foreign: Vec<String> = ours
            .iter()
            .filter(|kind| !wanted.contains(kind))
            .map(ToString::to_string)
            .collect();
        if !wanted.is_empty() && (ours.is_empty() || !foreign.is_empty()) {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            let ours = if ours.is_empty() {
                "any".to_owned()
            } else {
                foreign.join(", ")
            };
            let message = format!(
                "playbook `{}` takes a subject of kind {}, and here it can be of kind {ours}",
                inner.name,
                wanted.join(" or ")
            );
            self.note("kind", step.work_span, message);
        }
    }

    /// The steps of called playbooks as steps of this one.
    pub(super) fn inlined(&self, needs: &[Vec<(Need, Span)>]) -> Vec<Step> {
        let mut all = Vec::new();
        for (step, needs) in self.draft.steps.iter().zip(needs) {
            let Some(resolved) = self.called.get(&step.id) else {
                continue;
            };
            let mut given = BTreeMap::new();
            for input in &resolved.playbook.inputs {
                let said = step.with.get(&input.name).map(|(_, expr)| expr.clone());
                let default = || Some(Expr::literal(input.default.clone()?, input.span));
                if let Some(expr) = said.or_else(default) {
                    let input = input.clone();
                    given.insert(input.name.clone(), Arc::new(Given { input, expr }));
                }
            }
            let inline = Inline {
                call: &step.id,
                given,
            };
            let written = step.needs.is_some();
            for (index, inner) in resolved.playbook.steps.iter().enumerate() {
                let mut inner = inside(inner, &inline, step);
                // What restricts waits for nothing that the file does not name.
                let waits = written
                    || index == 0 && inner.phase == step.phase && !resolved.cuts(&inner.work);
                if waits {
                    let further = needs.iter().map(|(need, _)| need.clone());
                    let further: Vec<Need> =
                        further.filter(|need| !inner.needs.contains(need)).collect();
                    inner.needs.extend(further);
                }
                all.push(inner);
            }
        }
        all
    }
}

impl Resolved {
    /// Whether a step cuts: in isolate and inventory nothing else that acts may stand.
    fn cuts(&self, work: &StepWork) -> bool {
        matches!(work, StepWork::Do(_))
    }
}

fn inside(step: &Step, inline: &Inline<'_>, call: &StepDraft) -> Step {
    let mut step = step.clone();
    step.id = inline.id(&step.id);
    step.span = call.span;
    for need in &mut step.needs {
        need.step = inline.id(&need.step);
    }
    for id in step.on_failure.iter_mut().flat_map(|after| &mut after.run) {
        *id = inline.id(id);
    }
    for expr in step.exprs_mut() {
        *expr = expr.inside(inline);
    }
    if let Some(condition) = &call.when {
        step.when = Some(match step.when.take() {
            Some(own) => condition.clone().and(own),
            None => condition.clone(),
        });
    }
    step
}

impl InputType {
    /// Reads a value that an expression gave.
    pub(super) fn admit(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.read(text),
            Value::Number(number) => self.read(&number.to_string()),
            Value::Bool(truth) => self.read(&truth.to_string()),
            Value::Array(_) if matches!(self, Self::List { .. }) => {
                self.fits(value).map(|()| value.clone())
            }
            Value::Object(_) if matches!(self, Self::Map { .. }) => {
                self.fits(value).map(|()| value.clone())
            }
            Value::Null => Err("nothing is given".to_owned()),
            Value::Array(_) | Value::Object(_) => Err("one value is wanted".to_owned()),
        }
    }
}

impl Need {
    /// Expands a need of a call to the steps that it became, as far as they belong to no later phase.
    pub(super) fn expand(&self, resolved: &Resolved, phase: crate::domain::Phase) -> Vec<Self> {
        let steps = resolved.playbook.steps.iter();
        // What runs after a failure only is no part of having ended.
        let regular = steps.filter(|step| {
            step.phase <= phase && !step.needs.iter().any(|need| need.ended == Ended::Failed)
        });
        regular
            .map(|step| Self {
                step: inner_id(&self.step, &step.id),
                ended: self.ended,
            })
            .collect()
    }
}
