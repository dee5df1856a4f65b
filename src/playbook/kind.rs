//! From nodes to what a step does: act, read, decide, ask, leave to a person, tell, call.
//!
//! Checks verbs, actions and their arguments by name. Never looks at other steps.

use std::collections::BTreeMap;

use super::Vocabulary;
use super::diagnostic::{Problem, Span};
use super::expr::Expr;
use super::grammar::{self, READS};
use super::model::{Gate, Manual, Notify, OnExpiry, StepWork, Verb, What};
use super::schema::{Fields, Reader};
use super::step::DraftWork;
use super::yaml::{Data, Node};
use crate::domain::action::{Param, Takes};
use crate::domain::{ActionId, Effect, ReadKind, Relation, Rung, Spec};

impl Reader<'_> {
    pub(super) fn work(&mut self, fields: &Fields<'_>, kind: &str) -> Option<DraftWork> {
        let node = fields.get(kind)?;
        let work = match kind {
            "do" => self.doing(node)?,
            "read" => return self.reading(node),
            "check" => StepWork::Check(self.whole(node, "`check`")?),
            "gate" => StepWork::Gate(self.gate(node)?),
            "manual" => StepWork::Manual(self.manual(node)?),
            "notify" => StepWork::Notify(self.notify(node)?),
            _ => return Some(DraftWork::Calls(self.word(node, "`call`")?.to_owned())),
        };
        Some(DraftWork::Does(work, None))
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
            if let Effect::Read(_) = effect {
                let problem = Problem::new("effect", node.span, format!("`{text}` only reads"));
                self.problems
                    .push(problem.hint(format!("write `read: {text}`")));
                return None;
            }
            return Some(StepWork::Do(What::Action(id)));
        }
        let found = Verb::ALL.into_iter().find(|verb| verb.word() == text);
        if found.is_none() {
            let message = format!("there is no verb `{text}`");
            let problem = Problem::new("unknown-verb", node.span, message);
            self.problems
                .push(problem.meant(text, Verb::ALL.map(Verb::word)));
        }
        found.map(|verb| StepWork::Do(What::Verb(verb)))
    }

    fn reading(&mut self, node: &Node) -> Option<DraftWork> {
        let text = self.word(node, "`read`")?;
        if text.contains('.') {
            let (id, effect) = self.action(text, node.span)?;
            if let Effect::Read(read) = effect {
                return Some(DraftWork::Does(StepWork::Read(read), Some(id)));
            }
            let message = format!("`{text}` does more than reading ({})", effect.word());
            let problem = Problem::new("effect", node.span, message);
            self.problems
                .push(problem.hint(format!("write `do: {text}`")));
            return None;
        }
        let found = READS.into_iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let message = format!("`{text}` cannot be read");
            let problem = Problem::new("unknown-read", node.span, message);
            self.problems
                .push(problem.meant(text, READS.map(|(word, _)| word)));
        }
        found.map(|(_, read)| DraftWork::Does(StepWork::Read(read), None))
    }

    pub(super) fn gate(&mut self, node: &Node) -> Option<Gate> {
        let fields = self.map(node, "`gate`")?;
        self.only(&fields, &grammar::GATE, "");
        let ask = fields.get("ask").and_then(|node| self.expr(node, "`ask`"));
        let mut approvals = BTreeMap::new();
        if let Some(node) = fields.get("approvals")
            && let Some(roles) = self.map(node, "`approvals`")
        {
            if roles.entries.is_empty() {
                self.note("value", node.span, "`approvals`: nobody is asked");
            }
            for (role, node) in roles.entries {
                self.role(&role.text, role.span);
                let count = self.number(node, "how many must agree", (1, 16));
                approvals.extend(count.map(|count| (role.text.clone(), count)));
            }
        }
        Some(Gate {
            expires: fields
                .get("expires")
                .and_then(|node| self.length(node, "`expires`")),
            on_expiry: fields
                .get("on_expiry")
                .and_then(|node| self.choice(node, "`on_expiry`", OnExpiry::ALL))
                .unwrap_or_default(),
            ask: ask?,
            approvals,
        })
    }

    fn role(&mut self, text: &str, span: Span) {
        if !super::schema::is_name(text, '-') {
            let message =
                format!("`{text}` is no name of a role; use lower-case letters, digits and `-`");
            self.note("name", span, message);
        }
    }

    fn manual(&mut self, node: &Node) -> Option<Manual> {
        let fields = self.map(node, "`manual`")?;
        self.only(&fields, &grammar::MANUAL, "");
        let text = fields
            .get("text")
            .and_then(|node| self.expr(node, "`text`"));
        Some(Manual {
            assignee: fields
                .get("assignee")
                .and_then(|node| self.name(node, "`assignee`", '-'))
                .map(str::to_owned),
            deadline: fields
                .get("deadline")
                .and_then(|node| self.length(node, "`deadline`")),
            text: text?,
        })
    }

    fn notify(&mut self, node: &Node) -> Option<Notify> {
        let fields = self.map(node, "`notify`")?;
        self.only(&fields, &grammar::NOTIFY, "");
        let to = fields
            .get("to")
            .and_then(|node| self.name(node, "`to`", '-'))
            .map(str::to_owned);
        let text = fields
            .get("text")
            .and_then(|node| self.expr(node, "`text`"));
        Some(Notify {
            to: to?,
            text: text?,
        })
    }

    pub(super) fn with(
        &mut self,
        fields: &Fields<'_>,
        work: Option<&DraftWork>,
        work_span: Span,
    ) -> BTreeMap<String, (Span, Expr)> {
        let mut with = BTreeMap::new();
        let map = fields.get("with").and_then(|node| self.map(node, "`with`"));
        let entries = map.map_or(&[][..], |map| map.entries);
        let (names, takes): (Vec<String>, Vec<Param>) = match work {
            Some(DraftWork::Does(StepWork::Do(what), _)) => {
                let takers = takers(self.vocabulary, what);
                let mut params: Vec<Param> =
                    takers.iter().flat_map(|spec| spec.params.clone()).collect();
                params.extend(of_verb(what));
                if let What::Action(id) = what {
                    let missing = params.iter().filter(|param| {
                        param.default.is_none()
                            && !entries.iter().any(|(key, _)| key.text == param.name)
                    });
                    for param in missing {
                        let message = format!("`{id}` needs the argument `{}`", param.name);
                        let problem = Problem::new("missing-argument", work_span, message);
                        self.problems
                            .push(problem.hint(format!("`{}`: {}", param.name, param.about)));
                    }
                }
                (
                    params.iter().map(|param| param.name.clone()).collect(),
                    params,
                )
            }
            Some(DraftWork::Does(StepWork::Read(ReadKind::Reach), _)) => {
                (vec!["relations".to_owned(), "since".to_owned()], Vec::new())
            }
            Some(DraftWork::Does(StepWork::Read(_), _)) => (vec!["since".to_owned()], Vec::new()),
            // The inputs of a called playbook are known once it was read.
            Some(DraftWork::Calls(_)) | None => (
                entries.iter().map(|(key, _)| key.text.clone()).collect(),
                Vec::new(),
            ),
            Some(DraftWork::Does(
                StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_) | StepWork::Notify(_),
                _,
            )) => return with,
        };
        for (key, node) in entries {
            if !names.contains(&key.text) {
                let message = format!("there is no argument `{}` here", key.text);
                let problem = Problem::new("unknown-argument", key.span, message);
                let names = names.iter().map(String::as_str);
                self.problems.push(if names.len() == 0 {
                    problem.hint("this takes no arguments")
                } else {
                    problem.meant(&key.text, names)
                });
                continue;
            }
            if key.text == "relations" && takes.is_empty() {
                self.relations(node);
            }
            let Some(expr) = self.expr(node, "an argument") else {
                continue;
            };
            let fitting: Vec<&Param> = takes
                .iter()
                .filter(|param| param.name == key.text)
                .collect();
            let expr = self.argument(expr, &fitting);
            with.insert(key.text.clone(), (key.span, expr));
        }
        with
    }

    /// Gives a literal argument the type that its parameter takes.
    fn argument(&mut self, expr: Expr, params: &[&Param]) -> Expr {
        let Some(text) = expr.as_literal().and_then(|value| value.as_str()) else {
            return expr;
        };
        let mut why = None;
        for param in params {
            match super::typing::literal(&param.takes, text) {
                Ok(value) => return Expr::literal(value, expr.span),
                Err(wrong) => why = Some(format!("`{}`: {wrong}", param.name)),
            }
        }
        if let Some(why) = why {
            self.note("value", expr.span, why);
        }
        expr
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
}

/// Where what `rotate` and `replace` make is delivered to.
pub(super) const DELIVER_TO: &str = "deliver_to";

/// What `with` may say to a verb itself, whatever action it comes to.
pub(super) fn of_verb(what: &What) -> Vec<Param> {
    let param = |name: &str, about: &str, takes: Takes| Param {
        name: name.to_owned(),
        about: about.to_owned(),
        takes,
        default: Some(serde_json::Value::Null),
    };
    let words = |words: &[&str]| Takes::OneOf(words.iter().map(|&word| word.to_owned()).collect());
    let rungs: Vec<&str> = Rung::ALL.iter().map(|rung| rung.verb()).collect();
    match what {
        What::Verb(Verb::Rotate | Verb::Replace) => vec![
            param(
                DELIVER_TO,
                "a place, or a list of places, where consumers read it",
                Takes::Locator(Vec::new()),
            ),
            param(
                "prefer",
                "`short-lived`: no new long-lived one where something short-lived fits",
                words(&["short-lived", "long-lived"]),
            ),
            param("old", "how the old one is cut", words(&rungs)),
            param("consumers", "who reads it, for people", Takes::Text),
        ],
        What::Verb(Verb::Cut(Rung::Narrow)) => vec![param(
            "reader",
            "of what is read, who may read it no longer",
            Takes::Locator(Vec::new()),
        )],
        What::Verb(Verb::Cut(Rung::EndSessions | Rung::Suspend | Rung::Revoke | Rung::Delete))
        | What::Action(_) => Vec::new(),
    }
}

/// The actions whose parameters a step's `with` may name.
pub(super) fn takers<'a>(vocabulary: &Vocabulary<'a>, what: &What) -> Vec<&'a Spec> {
    let all = vocabulary.actions.iter().copied();
    all.filter(|spec| match what {
        What::Action(id) => spec.id == *id,
        What::Verb(Verb::Cut(_)) => spec.cut().is_some(),
        What::Verb(Verb::Rotate | Verb::Replace) => {
            matches!(spec.effect, Effect::Issue(_) | Effect::Deliver)
        }
    })
    .collect()
}
