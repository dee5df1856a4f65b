//! From nodes to typed drafts, noting every problem on the way.
//!
//! Owns the header, inputs, limits and closing rules. Never looks from one step at another: that is lint's.

use super::diagnostic::{Problem, Span};
use super::expr::{Expr, Form};
use super::input::Input;
use super::step::StepDraft;
use super::yaml::{Data, Key, Node};
use super::{Handling, Limits, Vocabulary};
use crate::domain::clock::read_duration;
use crate::domain::{Duration, Phase};

/// A playbook as far as it could be read.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) handling: Option<Handling>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) limits: Limits,
    pub(crate) steps: Vec<StepDraft>,
    pub(crate) close: Vec<(String, Span)>,
}

/// A mapping that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'n> {
    pub(crate) span: Span,
    pub(crate) entries: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|(key, _)| key.text == name)
            .map(|(_, node)| node)
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'n Key> {
        self.entries
            .iter()
            .find(|(key, _)| key.text == name)
            .map(|(key, _)| key)
    }
}

/// Reads, and collects what is wrong.
pub(crate) struct Reader<'a> {
    text: &'a str,
    pub(crate) vocabulary: &'a Vocabulary<'a>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads a whole file.
pub(crate) fn read(node: &Node, text: &str, vocabulary: &Vocabulary<'_>) -> (Draft, Vec<Problem>) {
    let mut reader = Reader {
        text,
        vocabulary,
        problems: Vec::new(),
    };
    let draft = reader.playbook(node);
    (draft, reader.problems)
}

/// Whether a text is a name: a lower-case letter, then letters, digits and `joint`.
pub(crate) fn is_name(text: &str, joint: char) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
        && text.len() <= 64
}

impl Reader<'_> {
    pub(crate) fn note(&mut self, code: &'static str, span: Span, message: impl AsRef<str>) {
        self.problems.push(Problem::new(code, span, message));
    }

    pub(crate) fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<Fields<'n>> {
        if let Data::Map(entries) = &node.data {
            return Some(Fields {
                span: node.span,
                entries,
            });
        }
        self.note(
            "type",
            node.span,
            format!("{what} must be a map, found {}", node.describe()),
        );
        None
    }

    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Data::List(items) = &node.data {
            return items;
        }
        self.note(
            "type",
            node.span,
            format!("{what} must be a list, found {}", node.describe()),
        );
        &[]
    }

    /// Refuses every key but these; those of the language that are not built yet get their own words.
    pub(crate) fn only(&mut self, fields: &Fields<'_>, what: &str, known: &[&str], later: &[&str]) {
        for (key, _) in fields.entries {
            let name = key.text.as_str();
            if later.contains(&name) {
                self.note(
                    "not-yet",
                    key.span,
                    format!("`{name}` is not in this version yet"),
                );
            } else if !known.contains(&name) {
                let problem = Problem::new(
                    "unknown-key",
                    key.span,
                    format!("{what} has no key `{name}`"),
                );
                self.problems
                    .push(problem.meant(name, known.iter().copied()));
            }
        }
    }

    /// A text that is taken as it stands: no expressions.
    pub(crate) fn word<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.data {
            Data::Scalar { text, .. } if text.contains("${") => {
                self.note(
                    "expression",
                    node.span,
                    format!("{what} takes no expression"),
                );
                None
            }
            Data::Scalar { text, .. } if !node.is_null() && !text.is_empty() => Some(text),
            Data::Scalar { .. } | Data::List(_) | Data::Map(_) => {
                self.note(
                    "type",
                    node.span,
                    format!("{what} must be a text, found {}", node.describe()),
                );
                None
            }
        }
    }

    pub(super) fn read_word<T>(
        &mut self,
        node: &Node,
        what: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.word(node, what)?;
        read(text)
            .map_err(|why| self.note("value", node.span, format!("{what}: {why}")))
            .ok()
    }

    pub(crate) fn count(&mut self, node: &Node, what: &str) -> Option<u32> {
        self.read_word(node, what, |text| match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("`{text}` is no whole number above 0")),
        })
    }

    pub(crate) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        self.read_word(node, what, read_duration)
    }

    pub(super) fn truth(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.data {
            Data::Scalar { text, plain: true } if text == "true" || text == "false" => {
                Some(text == "true")
            }
            Data::Scalar { .. } | Data::List(_) | Data::Map(_) => {
                self.note(
                    "type",
                    node.span,
                    format!("{what} must be `true` or `false`"),
                );
                None
            }
        }
    }

    /// A value that may hold expressions.
    pub(crate) fn expr(&mut self, node: &Node, what: &str) -> Option<Expr> {
        match &node.data {
            Data::Scalar { text, .. } if !node.is_null() => {
                let raw = self
                    .text
                    .get(node.span.start..node.span.end)
                    .unwrap_or_default();
                Expr::parse(text, raw, node.span)
                    .map_err(|problem| self.problems.push(problem))
                    .ok()
            }
            Data::List(items) => {
                let items: Vec<Option<Expr>> =
                    items.iter().map(|item| self.expr(item, what)).collect();
                Some(Expr {
                    span: node.span,
                    form: Form::List(items.into_iter().collect::<Option<_>>()?),
                })
            }
            Data::Scalar { .. } | Data::Map(_) => {
                self.note(
                    "type",
                    node.span,
                    format!("{what} must be a value, found {}", node.describe()),
                );
                None
            }
        }
    }

    fn playbook(&mut self, node: &Node) -> Draft {
        let mut draft = Draft::default();
        let Some(top) = self.map(node, "a playbook") else {
            return draft;
        };
        let known = [
            "contain", "playbook", "summary", "handling", "inputs", "limits", "phases", "close",
        ];
        self.only(&top, "a playbook", &known, &["roles", "order"]);
        for name in ["contain", "playbook", "summary", "phases"] {
            if top.get(name).is_none() {
                let start = Span::new(top.span.start, top.span.start);
                self.note("missing-key", start, format!("the key `{name}` is missing"));
            }
        }
        if let Some(version) = top.get("contain")
            && let Some(text) = self.word(version, "`contain`")
            && text != "1"
        {
            let message = format!(
                "`{text}` is no version of the language that this tool knows; write `contain: 1`"
            );
            self.note("version", version.span, message);
        }
        if let Some(name) = top.get("playbook")
            && let Some(text) = self.word(name, "`playbook`")
        {
            if !is_name(text, '-') {
                self.note(
                    "name",
                    name.span,
                    format!("`{text}` is no name; use lower-case letters, digits and `-`"),
                );
            }
            text.clone_into(&mut draft.name);
        }
        if let Some(summary) = top.get("summary") {
            self.word(summary, "`summary`")
                .unwrap_or_default()
                .clone_into(&mut draft.summary);
        }
        draft.handling = top.get("handling").and_then(|label| self.handling(label));
        if let Some(inputs) = top
            .get("inputs")
            .and_then(|inputs| self.map(inputs, "`inputs`"))
        {
            for (key, node) in inputs.entries {
                draft.inputs.extend(self.input(key, node));
            }
        }
        if let Some(limits) = top
            .get("limits")
            .and_then(|limits| self.map(limits, "`limits`"))
        {
            self.only(&limits, "`limits`", &["max_items", "deadline"], &[]);
            draft.limits.max_items = limits
                .get("max_items")
                .and_then(|node| self.count(node, "`max_items`"));
            draft.limits.deadline = limits
                .get("deadline")
                .and_then(|node| self.duration(node, "`deadline`"));
        }
        if let Some(phases) = top
            .get("phases")
            .and_then(|phases| self.map(phases, "`phases`"))
        {
            self.phases(&phases, &mut draft);
        }
        if let Some(close) = top
            .get("close")
            .and_then(|close| self.map(close, "`close`"))
        {
            self.only(&close, "`close`", &["requires"], &[]);
            let requires = close
                .get("requires")
                .map_or(&[][..], |node| self.list(node, "`requires`"));
            for node in requires {
                let word = self.word(node, "a requirement").map(str::to_owned);
                draft.close.extend(word.map(|word| (word, node.span)));
            }
        }
        draft
    }

    fn handling(&mut self, node: &Node) -> Option<Handling> {
        let text = self.word(node, "`handling`")?;
        let found = Handling::ALL.into_iter().find(|label| label.word() == text);
        if found.is_none() {
            let problem = Problem::new(
                "unknown-word",
                node.span,
                format!("`{text}` is no handling label"),
            );
            self.problems
                .push(problem.meant(text, Handling::ALL.map(Handling::word)));
        }
        found
    }

    fn phases(&mut self, phases: &Fields<'_>, draft: &mut Draft) {
        let words = Phase::ALL.map(Phase::word);
        self.only(phases, "`phases`", &words, &[]);
        let mut latest = None;
        for (key, node) in phases.entries {
            let Some(phase) = Phase::ALL
                .into_iter()
                .find(|phase| phase.word() == key.text)
            else {
                continue;
            };
            if latest > Some(phase) {
                let message = format!("`{}` stands after a later phase", key.text);
                let problem = Problem::new("phase-order", key.span, message);
                self.problems
                    .push(problem.hint(format!("the order is {}", words.join(", "))));
            }
            latest = latest.max(Some(phase));
            let steps = if node.is_null() {
                &[][..]
            } else {
                self.list(node, "a phase")
            };
            for step in steps {
                draft.steps.extend(self.step(phase, step));
            }
        }
        draft.steps.sort_by_key(|step| step.phase);
    }
}
