//! From nodes to the course of a step: when it is reviewed, how it is proven, staged, tried again, and what follows its
//! failure.
//!
//! Never decides whether it may stand on a step: that is the table's and lint's.

use super::diagnostic::Problem;
use super::diagnostic::Span;
use super::expr::Expr;
use super::grammar;
use super::model::{
    AfterFailure, Mode, OnFailure, Retry, RetryOn, Review, Then, Timeout, Verify, Wave,
};
use super::schema::Reader;
use super::step::{FailureDraft, StepDraft};
use super::yaml::{Data, Node};
use crate::domain::clock::read_duration;
use crate::domain::{Phase, Tier};

impl Reader<'_> {
    pub(super) fn review(&mut self, node: &Node) -> Option<(Review, Span)> {
        let fields = self.map(node, "`review`")?;
        self.only(&fields, &grammar::REVIEW, "");
        let then = fields.get("then").and_then(|node| {
            let before = self.problems.len();
            let then = self.choice(node, "`then`", Then::ALL);
            for problem in self.problems.iter_mut().skip(before) {
                problem.hint = Some("nothing is ever released by a timer".to_owned());
            }
            then
        });
        let node_after = fields.get("after")?;
        let after = self.expr(node_after, "`after`")?;
        if let Some(text) = after.as_literal().and_then(|value| value.as_str())
            && let Err(why) = read_duration(text)
        {
            self.note("value", node_after.span, format!("`after`: {why}"));
        }
        let then = then.unwrap_or_default();
        Some((Review { after, then }, node.span))
    }

    pub(super) fn verify(&mut self, node: &Node) -> Option<(Verify, Span)> {
        let fields = self.map(node, "`verify`")?;
        self.only(&fields, &grammar::VERIFY, "");
        let within = fields
            .get("within")
            .and_then(|node| self.length(node, "`within`"));
        let probe = fields.get("probe").and_then(|node| self.probe(node));
        Some((Verify { within, probe }, node.span))
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

    pub(super) fn waves(&mut self, node: &Node) -> Vec<Wave> {
        let items = self.list(node, "`waves`");
        if items.is_empty() && matches!(node.data, Data::List(_)) {
            self.note("value", node.span, "`waves`: there is none");
        }
        let mut waves = Vec::new();
        for node in items {
            waves.extend(self.read_word(node, "a wave", |text| {
                let refusal =
                    || format!("`{text}` is no wave; write a count, as `1`, or a share, as `10%`");
                match text.strip_suffix('%') {
                    Some(share) => match share.parse() {
                        Ok(share @ 1..=100) => Ok(Wave::PerCent(share)),
                        _ => Err(refusal()),
                    },
                    None => match text.parse() {
                        Ok(count) if count > 0 => Ok(Wave::Count(count)),
                        _ => Err(refusal()),
                    },
                }
            }));
        }
        waves
    }

    pub(super) fn retry(&mut self, node: &Node) -> Option<Retry> {
        let fields = self.map(node, "`retry`")?;
        self.only(&fields, &grammar::RETRY, "");
        let attempts = fields
            .get("attempts")
            .and_then(|node| self.number(node, "`attempts`", (1, 100)));
        let backoff = fields
            .get("backoff")
            .and_then(|node| self.length(node, "`backoff`"));
        let within = fields
            .get("within")
            .and_then(|node| self.length(node, "`within`"));
        let mut on = Vec::new();
        if let Some(node) = fields.get("on") {
            for node in self.list(node, "`on`") {
                on.extend(self.choice(node, "`on`", RetryOn::ALL));
            }
        }
        Some(Retry {
            attempts: attempts?,
            backoff,
            within,
            on,
        })
    }

    pub(super) fn timeout(&mut self, node: &Node) -> Timeout {
        let Some(fields) = self.map(node, "`timeout`") else {
            return Timeout::default();
        };
        self.only(&fields, &grammar::TIMEOUT, "");
        let mut length = |name: &str| {
            let node = fields.get(name)?;
            self.length(node, &format!("`{name}`"))
        };
        let timeout = Timeout {
            attempt: length("attempt"),
            step: length("step"),
        };
        if let (Some(attempt), Some(step), Some(node)) =
            (timeout.attempt, timeout.step, fields.get("step"))
            && attempt > step
        {
            self.note(
                "value",
                node.span,
                "`step`: it is shorter than one `attempt`",
            );
        }
        timeout
    }

    /// Reads what follows a failure of a step; the steps that run then are added to `aside`.
    pub(super) fn on_failure(
        &mut self,
        node: &Node,
        (phase, id): (Phase, &str),
        aside: &mut Vec<StepDraft>,
    ) -> Option<FailureDraft> {
        if let Data::Scalar { .. } = &node.data {
            let then = self.choice(node, "`on_failure`", AfterFailure::ALL)?;
            return Some(FailureDraft {
                then: Some((then, node.span)),
                run: Vec::new(),
            });
        }
        let fields = self.map(node, "`on_failure`")?;
        self.only(&fields, &grammar::ON_FAILURE, "");
        let then = fields.get("then").and_then(|node| {
            let then = self.choice(node, "`then`", AfterFailure::ALL)?;
            Some((then, node.span))
        });
        if let Some(node) = fields.get("run") {
            for node in self.list(node, "`run`") {
                self.step_of(phase, node, Some(id), aside);
            }
        }
        let run = aside.iter().map(|step| step.id.clone()).collect();
        Some(FailureDraft { then, run })
    }

    pub(super) fn mode(&mut self, node: &Node) -> Option<Mode> {
        if let Data::Map(_) = &node.data {
            let fields = self.map(node, "`mode`")?;
            self.only(&fields, &grammar::MODE, "");
            let because = fields.get("read-only")?;
            let because = self.word(because, "the reason for `read-only`")?.to_owned();
            return Some(Mode::ReadOnly { because });
        }
        let text = self.word(node, "`mode`")?;
        match text {
            "stop" => Some(Mode::Stop),
            "quarantine" => Some(Mode::Quarantine),
            "read-only" => {
                let problem = Problem::new("missing-key", node.span, "`read-only` has no reason");
                self.problems
                    .push(problem.hint("write `mode: {read-only: WHY READING MAY GO ON}`"));
                None
            }
            _ => {
                let message = format!("`mode` cannot be `{text}`");
                let problem = Problem::new("unknown-word", node.span, message);
                self.problems
                    .push(problem.meant(text, ["stop", "quarantine", "read-only"]));
                None
            }
        }
    }

    pub(super) fn tier(&mut self, node: &Node) -> Option<Tier> {
        self.read_word(node, "`tier`", |text| {
            text.parse::<u8>()
                .map_err(|_| format!("`{text}` is no tier; tiers are 0 to 3"))
                .and_then(Tier::try_from)
        })
    }
}

impl FailureDraft {
    /// Completed by what counts where the file says only what runs.
    pub(super) fn finish(self, default: AfterFailure) -> OnFailure {
        OnFailure {
            then: self.then.map_or(default, |(then, _)| then),
            run: self.run,
        }
    }
}
