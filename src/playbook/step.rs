//! From nodes to drafts of steps: what every step has.
//!
//! Says which kind of step it is; what each kind holds is read beside. Never ignores a field.

use std::collections::BTreeMap;

use super::diagnostic::{Problem, Span};
use super::expr::Expr;
use super::grammar::{self, ASIDE, KINDS};
use super::model::{
    AfterFailure, ForEach, Gate, Mode, Need, Retry, Review, StepWork, Timeout, Verify, Wave,
};
use super::schema::{Fields, Reader, is_name};
use super::yaml::Node;
use crate::domain::item::Ended;
use crate::domain::{ActionId, Phase, Tier};

/// Names that a variable cannot have.
const RESERVED: [&str; 26] = [
    "subject",
    "incident",
    "inputs",
    "steps",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "size",
];

/// A step as far as it could be read.
pub(crate) struct StepDraft {
    pub(crate) id: String,
    pub(crate) id_span: Span,
    pub(crate) span: Span,
    pub(crate) phase: Phase,
    /// The step whose failure it waits for, where it stands in an `on_failure`.
    pub(crate) after: Option<String>,
    pub(crate) work: Option<DraftWork>,
    pub(crate) work_span: Span,
    pub(crate) target: Option<Expr>,
    pub(crate) with: BTreeMap<String, (Span, Expr)>,
    pub(crate) for_each: Option<ForEach>,
    pub(crate) needs: Option<Vec<(Need, Span)>>,
    pub(crate) when: Option<Expr>,
    pub(crate) review: Option<(Review, Span)>,
    pub(crate) verify: Option<(Verify, Span)>,
    pub(crate) waves: Option<(Vec<Wave>, Span)>,
    pub(crate) max_failures: Option<(u32, Span)>,
    pub(crate) retry: Option<(Retry, Span)>,
    pub(crate) timeout: Timeout,
    pub(crate) on_failure: Option<FailureDraft>,
    pub(crate) gate: Option<Gate>,
    pub(crate) mode: Option<(Mode, Span)>,
    pub(crate) tier: Option<(Tier, Span)>,
    pub(crate) evidence: bool,
}

/// What a step does, as the file says it.
pub(crate) enum DraftWork {
    /// As a step of the playbook.
    Does(StepWork, Option<ActionId>),
    /// By the steps of another playbook.
    Calls(String),
}

/// What happens after a failure, as the file says it.
pub(crate) struct FailureDraft {
    pub(crate) then: Option<(AfterFailure, Span)>,
    pub(crate) run: Vec<String>,
}

impl StepDraft {
    /// What it does, where it is a step of the playbook itself.
    pub(crate) fn does(&self) -> Option<&StepWork> {
        match &self.work {
            Some(DraftWork::Does(work, _)) => Some(work),
            Some(DraftWork::Calls(_)) | None => None,
        }
    }

    /// Every value of the step that sees the variable of its `for_each`.
    pub(crate) fn inner(&self) -> impl Iterator<Item = &Expr> {
        let each = self.for_each.iter().map(|each| &each.key);
        let review = self.review.iter().map(|(review, _)| &review.after);
        let probe = self
            .verify
            .iter()
            .filter_map(|(verify, _)| verify.probe.as_ref());
        let said = match self.does() {
            Some(StepWork::Check(check)) => Some(check),
            Some(StepWork::Gate(gate)) => Some(&gate.ask),
            Some(StepWork::Manual(manual)) => Some(&manual.text),
            Some(StepWork::Notify(notify)) => Some(&notify.text),
            Some(StepWork::Do(_) | StepWork::Read(_)) | None => None,
        };
        self.target
            .iter()
            .chain(self.with.values().map(|(_, expr)| expr))
            .chain(each)
            .chain(&self.when)
            .chain(review)
            .chain(probe)
            .chain(said)
            .chain(self.gate.iter().map(|gate| &gate.ask))
    }

    /// Every value of the step.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.for_each
            .iter()
            .map(|each| &each.list)
            .chain(self.inner())
    }
}

impl Reader<'_> {
    /// Reads a step, and behind it the steps that run after its failure.
    pub(crate) fn step(&mut self, phase: Phase, node: &Node, into: &mut Vec<StepDraft>) {
        self.step_of(phase, node, None, into);
    }

    pub(super) fn step_of(
        &mut self,
        phase: Phase,
        node: &Node,
        after: Option<&str>,
        into: &mut Vec<StepDraft>,
    ) {
        let Some(fields) = self.map(node, "a step") else {
            return;
        };
        let at = Span::new(node.span.start, node.span.start + 1);
        let kind = self.kind(&fields, at, after.is_some());
        self.only(&fields, &grammar::STEP, kind.unwrap_or_default());
        if after.is_some() {
            self.aside(&fields);
        }
        let (id, id_span) = self.step_id(&fields, at);
        let work = kind.and_then(|kind| self.work(&fields, kind));
        let work_span = kind
            .and_then(|kind| match kind {
                "do" | "read" | "call" => fields.get(kind).map(|node| node.span),
                _ => fields.key(kind).map(|key| key.span),
            })
            .unwrap_or(at);
        let target = fields
            .get("target")
            .and_then(|node| self.expr(node, "`target`"));
        let at_index = into.len();
        let mut aside = Vec::new();
        let on_failure = fields
            .get("on_failure")
            .and_then(|node| self.on_failure(node, (phase, &id), &mut aside));
        let draft = StepDraft {
            after: after.map(str::to_owned),
            with: self.with(&fields, work.as_ref(), work_span),
            for_each: fields.get("for_each").and_then(|node| self.for_each(node)),
            needs: match after {
                Some(failed) => Some(vec![(
                    Need {
                        step: failed.to_owned(),
                        ended: Ended::Failed,
                    },
                    id_span,
                )]),
                None => fields.get("needs").map(|node| self.needs(node)),
            },
            when: fields
                .get("when")
                .and_then(|node| self.whole(node, "`when`")),
            review: fields.get("review").and_then(|node| self.review(node)),
            verify: fields.get("verify").and_then(|node| self.verify(node)),
            waves: fields
                .get("waves")
                .map(|node| (self.waves(node), node.span)),
            max_failures: fields
                .get("max_failures")
                .and_then(|node| Some((self.count(node, "`max_failures`")?, node.span))),
            retry: fields
                .get("retry")
                .and_then(|node| Some((self.retry(node)?, node.span))),
            timeout: fields
                .get("timeout")
                .map(|node| self.timeout(node))
                .unwrap_or_default(),
            on_failure,
            gate: fields
                .get("gate")
                .filter(|_| kind != Some("gate"))
                .and_then(|node| self.gate(node)),
            mode: fields
                .get("mode")
                .and_then(|node| Some((self.mode(node)?, node.span))),
            tier: fields
                .get("tier")
                .and_then(|node| Some((self.tier(node)?, node.span))),
            evidence: fields
                .get("evidence")
                .and_then(|node| {
                    self.choice(
                        node,
                        "`evidence`",
                        [("required", true), ("optional", false)],
                    )
                })
                .unwrap_or_default(),
            id,
            id_span,
            span: fields.span,
            phase,
            work,
            work_span,
            target,
        };
        into.insert(at_index, draft);
        into.append(&mut aside);
    }

    /// The key that tells what a step does.
    fn kind(&mut self, fields: &Fields<'_>, at: Span, aside: bool) -> Option<&'static str> {
        let mut there = fields.entries.iter().filter_map(|(key, _)| {
            let kind = KINDS.into_iter().find(|kind| *kind == key.text)?;
            (kind != "gate").then_some((kind, key.span))
        });
        match (there.next(), there.next()) {
            (Some((first, _)), Some((second, span))) => {
                let message =
                    format!("a step does one thing; `{first}` and `{second}` both stand here");
                self.note("two-kinds", span, message);
                None
            }
            (Some((kind, span)), None) => {
                if aside && !ASIDE.contains(&kind) {
                    let message = format!("`{kind}` does not run after a failure");
                    let problem = Problem::new("misplaced-key", span, message);
                    self.problems
                        .push(problem.hint(format!("what runs then: {}", ASIDE.join(", "))));
                }
                Some(kind)
            }
            (None, _) if fields.get("gate").is_some() => Some("gate"),
            (None, _) => {
                let message = format!(
                    "a step says what it does; none of {} stands here",
                    KINDS.map(|kind| format!("`{kind}`")).join(", ")
                );
                self.note("missing-key", at, message);
                None
            }
        }
    }

    /// Refuses what a step that runs after a failure cannot have.
    fn aside(&mut self, fields: &Fields<'_>) {
        for (key, _) in fields.entries {
            let known = grammar::STEP.key(&key.text);
            if known.is_some_and(|known| !known.is_aside() && !KINDS.contains(&known.name))
                || key.text == "gate"
            {
                let message = format!("`{}` has no meaning on a step after a failure", key.text);
                let problem = Problem::new("misplaced-key", key.span, message);
                self.problems
                    .push(problem.hint("it runs once, and waits for the failure alone"));
            }
        }
    }

    fn step_id(&mut self, fields: &Fields<'_>, at: Span) -> (String, Span) {
        let Some(node) = fields.get("id") else {
            return (String::new(), at);
        };
        let id = self.name(node, "`id`", '-').unwrap_or_default();
        (id.to_owned(), node.span)
    }

    /// A value that is one whole expression.
    pub(super) fn whole(&mut self, node: &Node, what: &str) -> Option<Expr> {
        let expr = self.expr(node, what)?;
        if expr.whole().is_some() {
            return Some(expr);
        }
        self.note(
            "type",
            node.span,
            format!("{what} must be one expression, written \"${{…}}\""),
        );
        None
    }

    fn for_each(&mut self, node: &Node) -> Option<ForEach> {
        let fields = self.map(node, "`for_each`")?;
        self.only(&fields, &grammar::FOR_EACH, "");
        let variable = match fields.get("as") {
            Some(node) => {
                let name = self.word(node, "`as`")?;
                if !is_name(name, '_') || RESERVED.contains(&name) {
                    self.note(
                        "name",
                        node.span,
                        format!("`{name}` cannot be the name of a variable"),
                    );
                }
                name
            }
            None => "item",
        };
        let limit = fields
            .get("limit")
            .and_then(|node| self.count(node, "`limit`"));
        let parallel = fields
            .get("parallel")
            .and_then(|node| self.number(node, "`parallel`", (1, 1000)));
        let list = fields.get("in").and_then(|node| self.whole(node, "`in`"));
        let key = fields.get("key").and_then(|node| self.expr(node, "`key`"));
        Some(ForEach {
            list: list?,
            variable: variable.to_owned(),
            key: key?,
            limit,
            parallel,
        })
    }

    fn needs(&mut self, node: &Node) -> Vec<(Need, Span)> {
        let mut needs = Vec::new();
        for node in self.list(node, "`needs`") {
            let Some(text) = self.word(node, "a need") else {
                continue;
            };
            let (step, suffix) = text
                .split_once('.')
                .map_or((text, "ok"), |(step, suffix)| (step, suffix));
            let ended = match suffix {
                "ok" => Ended::Ok,
                "done" => Ended::Done,
                "failed" => Ended::Failed,
                _ => {
                    let message = format!("`.{suffix}` does not say how a step ends");
                    let problem = Problem::new("unknown-suffix", node.span, message);
                    self.problems.push(problem.meant(suffix, grammar::ENDINGS));
                    Ended::Ok
                }
            };
            let step = step.to_owned();
            needs.push((Need { step, ended }, node.span));
        }
        needs
    }
}
