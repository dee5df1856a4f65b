//! From nodes to typed drafts, noting every problem on the way.
//!
//! Owns the header, inputs, limits and closing rules. Never looks from one step at another: that is lint's.

use super::diagnostic::{Problem, Span};
use super::expr::{Expr, Form};
use super::grammar::{self, Place};
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

    /// Refuses every key that has no place here, and notes those that are missing.
    pub(crate) fn only(&mut self, fields: &Fields<'_>, place: &Place, kind: &str) {
        for (key, _) in fields.entries {
            let name = key.text.as_str();
            let known = place.key(name);
            if grammar::RESERVED.contains(&name)
                && (place.name == grammar::PLAYBOOK.name || place.name == grammar::STEP.name)
            {
                self.note(
                    "reserved",
                    key.span,
                    format!("`{name}` is not in this version"),
                );
            } else if let Some(known) = known
                && !known.stands_on(kind)
            {
                let message = format!("`{name}` has no meaning on `{kind}`");
                let problem = Problem::new("misplaced-key", key.span, message);
                self.problems
                    .push(problem.hint(format!("it stands on {}", known.on.join(", "))));
            } else if known.is_none() {
                let message = format!("{} has no key `{name}`", place.name);
                let problem = Problem::new("unknown-key", key.span, message);
                self.problems.push(problem.meant(name, place.names(kind)));
            }
        }
        let missing = place
            .keys
            .iter()
            .filter(|key| key.is_required(kind) && fields.get(key.name).is_none());
        for key in missing.filter(|key| !kind.is_empty() || key.on.is_empty()) {
            let at = Span::new(fields.span.start, fields.span.start + 1);
            let message = format!("{} has no `{}`", place.name, key.name);
            self.note("missing-key", at, message);
        }
    }

    /// One of a closed list of words.
    pub(crate) fn choice<T, const N: usize>(
        &mut self,
        node: &Node,
        what: &str,
        list: [(&'static str, T); N],
    ) -> Option<T> {
        let text = self.word(node, what)?;
        let names = list.each_ref().map(|(word, _)| *word);
        let found = list.into_iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let message = format!("{what} cannot be `{text}`");
            let problem = Problem::new("unknown-word", node.span, message);
            self.problems.push(problem.meant(text, names));
        }
        found.map(|(_, value)| value)
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

    /// A whole number as the table has it.
    pub(crate) fn number(
        &mut self,
        node: &Node,
        what: &str,
        (least, most): (u32, u32),
    ) -> Option<u32> {
        self.read_word(node, what, |text| match text.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ if most == u32::MAX => Err(format!(
                "`{text}` is no whole number above {}",
                least.saturating_sub(1)
            )),
            _ => Err(format!(
                "`{text}` is no whole number from {least} to {most}"
            )),
        })
    }

    pub(crate) fn count(&mut self, node: &Node, what: &str) -> Option<u32> {
        self.number(node, what, (1, u32::MAX))
    }

    /// A length of time above nothing.
    pub(crate) fn length(&mut self, node: &Node, what: &str) -> Option<Duration> {
        self.read_word(node, what, |text| match read_duration(text)? {
            length if length.is_zero() => Err(format!("`{text}` is no time at all")),
            length => Ok(length),
        })
    }

    /// A name whose parts are joined by a sign.
    pub(crate) fn name<'n>(&mut self, node: &'n Node, what: &str, joint: char) -> Option<&'n str> {
        let text = self.word(node, what)?;
        if !is_name(text, joint) {
            let message = format!(
                "{what}: `{text}` is no name; use lower-case letters, digits and `{joint}`"
            );
            self.note("name", node.span, message);
        }
        Some(text)
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
        self.only(&top, &grammar::PLAYBOOK, "");
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
            && let Some(text) = self.name(name, "`playbook`", '-')
        {
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
            self.only(&limits, &grammar::LIMITS, "");
            draft.limits.max_items = limits
                .get("max_items")
                .and_then(|node| self.count(node, "`max_items`"));
            draft.limits.deadline = limits
                .get("deadline")
                .and_then(|node| self.length(node, "`deadline`"));
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
            self.only(&close, &grammar::CLOSE, "");
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
        let labels = Handling::ALL.map(|label| (label.word(), label));
        self.choice(node, "`handling`", labels)
    }

    fn phases(&mut self, phases: &Fields<'_>, draft: &mut Draft) {
        let words = Phase::ALL.map(Phase::word);
        self.only(phases, &grammar::PHASES, "");
        let mut latest = None;
        for (key, node) in phases.entries {
            let Some(phase) = grammar::phase(&key.text) else {
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
                self.step(phase, step, &mut draft.steps);
            }
        }
        draft.steps.sort_by_key(|step| step.phase);
    }
}
