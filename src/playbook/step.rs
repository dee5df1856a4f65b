//! From nodes to drafts of steps.
//!
//! Refuses what the language has and this version does not enforce. Never ignores a field.

use std::collections::BTreeMap;

use super::diagnostic::{Problem, Span};
use super::expr::Expr;
use super::schema::{Fields, Reader, is_name};
use super::yaml::{Data, Node};
use super::{Ended, ForEach, Need, Review, StepWork, Then, Verb, Verify, What};
use crate::domain::clock::read_duration;
use crate::domain::{ActionId, Effect, Phase, ReadKind, Relation, Rung};

const KEYS: [&str; 10] = [
    "id", "do", "read", "target", "with", "for_each", "needs", "when", "review", "verify",
];
const LATER_KINDS: [&str; 6] = ["check", "gate", "manual", "notify", "call", "run"];
const LATER: [&str; 16] = [
    "check",
    "gate",
    "manual",
    "notify",
    "call",
    "run",
    "waves",
    "max_failures",
    "retry",
    "timeout",
    "on_failure",
    "mode",
    "tier",
    "evidence",
    "roles",
    "order",
];
const READS: [(&str, ReadKind); 6] = [
    ("reach", ReadKind::Reach),
    ("activity", ReadKind::Activity),
    ("credentials", ReadKind::Credentials),
    ("grants", ReadKind::Grants),
    ("permissions", ReadKind::Permissions),
    ("state", ReadKind::State),
];
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
    pub(crate) work: Option<StepWork>,
    pub(crate) work_span: Span,
    pub(crate) target: Option<Expr>,
    pub(crate) with: BTreeMap<String, Expr>,
    pub(crate) for_each: Option<ForEach>,
    pub(crate) needs: Option<Vec<(Need, Span)>>,
    pub(crate) when: Option<Expr>,
    pub(crate) review: Option<(Review, Span)>,
    pub(crate) verify: Option<(Verify, Span)>,
}

impl StepDraft {
    /// Every value of the step that sees the variable of its `for_each`.
    pub(crate) fn inner(&self) -> impl Iterator<Item = &Expr> {
        let each = self.for_each.iter().map(|each| &each.key);
        let review = self.review.iter().map(|(review, _)| &review.after);
        let probe = self
            .verify
            .iter()
            .filter_map(|(verify, _)| verify.probe.as_ref());
        self.target
            .iter()
            .chain(self.with.values())
            .chain(each)
            .chain(&self.when)
            .chain(review)
            .chain(probe)
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
    /// Reads a step.
    pub(crate) fn step(&mut self, phase: Phase, node: &Node) -> Option<StepDraft> {
        let fields = self.map(node, "a step")?;
        self.only(&fields, "a step", &KEYS, &LATER);
        let at = Span::new(node.span.start, node.span.start + 1);
        let (id, id_span) = self.step_id(&fields, at);
        let (work, work_span) = self.work(&fields, at);
        let target = fields
            .get("target")
            .and_then(|node| self.expr(node, "`target`"));
        let is_known_kind = fields.get("do").is_some() || fields.get("read").is_some();
        if fields.get("target").is_none() && is_known_kind {
            self.note(
                "missing-key",
                id_span,
                format!("step `{id}` has no `target`"),
            );
        }
        Some(StepDraft {
            with: self.with(&fields, work.as_ref()),
            for_each: fields.get("for_each").and_then(|node| self.for_each(node)),
            needs: fields.get("needs").map(|node| self.needs(node)),
            when: fields
                .get("when")
                .and_then(|node| self.whole(node, "`when`")),
            review: fields.get("review").and_then(|node| self.review(node)),
            verify: fields.get("verify").and_then(|node| self.verify(node)),
            id,
            id_span,
            span: fields.span,
            phase,
            work,
            work_span,
            target,
        })
    }

    fn step_id(&mut self, fields: &Fields<'_>, at: Span) -> (String, Span) {
        let Some(node) = fields.get("id") else {
            self.note("missing-key", at, "a step has no `id`");
            return (String::new(), at);
        };
        let Some(id) = self.word(node, "`id`") else {
            return (String::new(), node.span);
        };
        if !is_name(id, '-') {
            let message =
                format!("`{id}` is no name of a step; use lower-case letters, digits and `-`");
            self.note("name", node.span, message);
        }
        (id.to_owned(), node.span)
    }

    fn work(&mut self, fields: &Fields<'_>, at: Span) -> (Option<StepWork>, Span) {
        match (fields.get("do"), fields.get("read")) {
            (Some(node), None) => (self.doing(node), node.span),
            (None, Some(node)) => (self.reading(node), node.span),
            (Some(_), Some(_)) => {
                let span = fields.key("read").map_or(at, |key| key.span);
                self.note(
                    "two-kinds",
                    span,
                    "a step does one thing; `do` and `read` both stand here",
                );
                (None, span)
            }
            (None, None) => {
                if !LATER_KINDS.iter().any(|kind| fields.get(kind).is_some()) {
                    self.note("missing-key", at, "a step says neither `do` nor `read`");
                }
                (None, at)
            }
        }
    }

    fn action(&mut self, text: &str, span: Span) -> Option<(ActionId, Effect)> {
        if let Some(spec) = self
            .vocabulary
            .actions
            .iter()
            .find(|spec| spec.id.to_string() == text)
        {
            return Some((spec.id.clone(), spec.effect.clone()));
        }
        let known: Vec<String> = self
            .vocabulary
            .actions
            .iter()
            .map(|spec| spec.id.to_string())
            .collect();
        let problem = Problem::new(
            "unknown-action",
            span,
            format!("there is no action `{text}`"),
        );
        self.problems
            .push(problem.meant(text, known.iter().map(String::as_str)));
        None
    }

    fn doing(&mut self, node: &Node) -> Option<StepWork> {
        let text = self.word(node, "`do`")?;
        if text.contains('.') {
            let (id, effect) = self.action(text, node.span)?;
            match effect {
                Effect::Cut(_) | Effect::Open | Effect::Issue(_) | Effect::Deliver => {
                    return Some(StepWork::Do(What::Action(id)));
                }
                Effect::Read(_) => {
                    let problem = Problem::new("effect", node.span, format!("`{text}` only reads"));
                    self.problems
                        .push(problem.hint("write `read:` with what to read"));
                }
                Effect::Tell => self.note(
                    "not-yet",
                    node.span,
                    format!("`{text}` tells somebody, which is not in this version yet"),
                ),
            }
            return None;
        }
        if ["rotate", "replace"].contains(&text) {
            self.note(
                "not-yet",
                node.span,
                format!("`{text}` is not in this version yet"),
            );
            return None;
        }
        let found = Rung::ALL.into_iter().find(|rung| rung.verb() == text);
        if found.is_none() {
            let problem = Problem::new(
                "unknown-verb",
                node.span,
                format!("there is no verb `{text}`"),
            );
            self.problems
                .push(problem.meant(text, Rung::ALL.map(Rung::verb)));
        }
        found.map(|rung| StepWork::Do(What::Verb(Verb::Cut(rung))))
    }

    fn reading(&mut self, node: &Node) -> Option<StepWork> {
        let text = self.word(node, "`read`")?;
        if text.contains('.') {
            self.action(text, node.span)?;
            self.note(
                "not-yet",
                node.span,
                format!("reading by an action (`{text}`) is not in this version yet"),
            );
            return None;
        }
        let found = READS.into_iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let problem = Problem::new(
                "unknown-read",
                node.span,
                format!("`{text}` cannot be read"),
            );
            self.problems
                .push(problem.meant(text, READS.map(|(word, _)| word)));
        }
        found.map(|(_, read)| StepWork::Read(read))
    }

    fn with(&mut self, fields: &Fields<'_>, work: Option<&StepWork>) -> BTreeMap<String, Expr> {
        let mut with = BTreeMap::new();
        let Some(map) = fields.get("with").and_then(|node| self.map(node, "`with`")) else {
            return with;
        };
        match work {
            Some(StepWork::Read(ReadKind::Reach)) => {
                self.only(&map, "`with` of a reach", &["relations", "since"], &[]);
            }
            Some(StepWork::Read(_)) => self.only(&map, "`with` of this read", &["since"], &[]),
            Some(
                StepWork::Do(_)
                | StepWork::Check(_)
                | StepWork::Gate(_)
                | StepWork::Manual(_)
                | StepWork::Notify(_),
            ) => {
                let span = fields.key("with").map_or(map.span, |key| key.span);
                self.note(
                    "not-yet",
                    span,
                    "arguments of actions are not in this version yet",
                );
                return with;
            }
            None => {}
        }
        for (key, node) in map.entries {
            if key.text == "relations" {
                self.relations(node);
            }
            with.extend(
                self.expr(node, "an argument")
                    .map(|expr| (key.text.clone(), expr)),
            );
        }
        with
    }

    fn relations(&mut self, node: &Node) {
        if let Data::Scalar { text, .. } = &node.data
            && text.contains("${")
        {
            return;
        }
        for node in self.list(node, "`relations`") {
            let Some(text) = self.word(node, "a relation") else {
                continue;
            };
            let known = Relation::ALL.map(Relation::word);
            if !known.contains(&text) {
                let problem = Problem::new(
                    "unknown-word",
                    node.span,
                    format!("there is no relation `{text}`"),
                );
                self.problems.push(problem.meant(text, known));
            }
        }
    }

    /// A value that is one whole expression.
    fn whole(&mut self, node: &Node, what: &str) -> Option<Expr> {
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

    /// Whatever stands here and is no expression may be the secret itself.
    fn probe(&mut self, node: &Node) -> Option<Expr> {
        let before = self.problems.len();
        let probe = self.whole(node, "`probe`");
        if probe.is_none() {
            for problem in self.problems.iter_mut().skip(before) {
                problem.span = node.span;
                problem.secret = true;
            }
        }
        probe
    }

    fn for_each(&mut self, node: &Node) -> Option<ForEach> {
        let fields = self.map(node, "`for_each`")?;
        self.only(
            &fields,
            "`for_each`",
            &["in", "as", "key", "limit", "parallel"],
            &[],
        );
        for name in ["in", "key"] {
            if fields.get(name).is_none() {
                let at = Span::new(node.span.start, node.span.start + 1);
                self.note("missing-key", at, format!("`for_each` has no `{name}`"));
            }
        }
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
            .and_then(|node| self.count(node, "`parallel`"));
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
                    self.problems
                        .push(problem.meant(suffix, ["ok", "done", "failed"]));
                    Ended::Ok
                }
            };
            let step = step.to_owned();
            needs.push((Need { step, ended }, node.span));
        }
        needs
    }

    fn review(&mut self, node: &Node) -> Option<(Review, Span)> {
        let fields = self.map(node, "`review`")?;
        self.only(&fields, "`review`", &["after", "then"], &[]);
        if let Some(then) = fields.get("then") {
            match self.word(then, "`then`") {
                Some("escalate") | None => {}
                Some("propose-restore") => {
                    self.note(
                        "not-yet",
                        then.span,
                        "`propose-restore` is not in this version yet",
                    );
                }
                Some(word) => {
                    let problem = Problem::new(
                        "unknown-word",
                        then.span,
                        format!("a review cannot `{word}`"),
                    );
                    let problem = problem.meant(word, ["escalate", "propose-restore"]);
                    self.problems
                        .push(problem.hint("nothing is ever released by a timer"));
                }
            }
        }
        let Some(after) = fields.get("after") else {
            let at = Span::new(node.span.start, node.span.start + 1);
            self.note("missing-key", at, "`review` has no `after`");
            return None;
        };
        let expr = self.expr(after, "`after`")?;
        if let Some(text) = expr.as_literal().and_then(|value| value.as_str())
            && let Err(why) = read_duration(text)
        {
            self.note("value", after.span, format!("`after`: {why}"));
        }
        Some((
            Review {
                after: expr,
                then: Then::Escalate,
            },
            node.span,
        ))
    }

    fn verify(&mut self, node: &Node) -> Option<(Verify, Span)> {
        let fields = self.map(node, "`verify`")?;
        self.only(&fields, "`verify`", &["within", "probe"], &[]);
        let within = fields
            .get("within")
            .and_then(|node| self.duration(node, "`within`"));
        let probe = fields.get("probe").and_then(|node| self.probe(node));
        Some((Verify { within, probe }, node.span))
    }
}
