//! What expressions can see while they are evaluated: plain JSON data.
//!
//! A step without output is absent, and whatever mentions it stays unknown. Never parses what it holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::{Found, Locator, Time};

/// The data of one evaluation; cheap to clone, and one root can be exchanged for another.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    roots: BTreeMap<String, Arc<Value>>,
    steps: BTreeMap<String, Arc<Value>>,
    now: Option<Time>,
}

/// Why a path leads nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    /// What it names has no value yet.
    Unknown,
    /// Its beginning has a value, which has no such part.
    Absent,
}

impl Scope {
    /// An empty scope: everything is unknown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a root: `subject`, `incident`, `inputs`, or the variable of a `for_each`.
    pub fn set(&mut self, root: &str, value: impl Into<Arc<Value>>) {
        if let Some(held) = self.roots.get_mut(root) {
            *held = value.into();
        } else {
            self.roots.insert(root.to_owned(), value.into());
        }
    }

    /// Sets the output of a step: an object of `items`, `at`, `target`, `status` and so on.
    pub fn set_step(&mut self, id: &str, output: impl Into<Arc<Value>>) {
        self.steps.insert(id.to_owned(), output.into());
    }

    /// Sets the present, as `since` and `age` count from it; without it they stay unknown.
    pub fn set_now(&mut self, now: Time) {
        self.now = Some(now);
    }

    pub(crate) fn now(&self) -> Option<Time> {
        self.now
    }

    /// Forgets the outputs of all steps.
    pub fn clear_steps(&mut self) {
        self.steps.clear();
    }

    /// Looks up a path; the first of it is a root.
    pub(crate) fn find(&self, path: &[String]) -> Result<&Value, Lost> {
        let (root, rest) = path.split_first().ok_or(Lost::Unknown)?;
        let (held, rest) = if root == "steps" {
            let (id, rest) = rest.split_first().ok_or(Lost::Unknown)?;
            (self.steps.get(id), rest)
        } else {
            (self.roots.get(root), rest)
        };
        let mut value: &Value = held.ok_or(Lost::Unknown)?;
        for (depth, part) in rest.iter().enumerate() {
            let lost = if depth == 0 {
                Lost::Unknown
            } else {
                Lost::Absent
            };
            value = value.get(part).ok_or(lost)?;
        }
        Ok(value)
    }
}

/// The output of an acting step.
#[must_use]
pub fn act_output(status: &str, at: Option<Time>, target: &Locator, made: &[Locator]) -> Value {
    json!({"status": status, "at": at, "target": target, "made": made})
}

/// The output of a read; `items` are of [`found`].
#[must_use]
pub fn read_output(
    status: &str,
    at: Time,
    target: &Locator,
    items: Vec<Value>,
    (back_to, complete): (Option<Time>, bool),
) -> Value {
    json!({"status": status, "at": at, "target": target, "items": items, "back_to": back_to, "complete": complete})
}

/// The output of a check: whether it passed, and the references of what it decided on.
#[must_use]
pub fn check_output(status: &str, passed: bool, at: Time, evidence: &[String]) -> Value {
    json!({"status": status, "passed": passed, "at": at, "evidence": evidence})
}

/// The output of a gate: whether it was approved, and by whom.
#[must_use]
pub fn gate_output(status: &str, approved: bool, at: Time, by: &[String]) -> Value {
    json!({"status": status, "approved": approved, "at": at, "by": by})
}

/// The output of what a person does: whether it is done, by whom, and the references of its evidence.
#[must_use]
pub fn manual_output(status: &str, done: bool, at: Time, by: &str, evidence: &[String]) -> Value {
    json!({"status": status, "done": done, "at": at, "by": by, "evidence": evidence})
}

/// The output of what was told.
#[must_use]
pub fn notify_output(status: &str, at: Time) -> Value {
    json!({"status": status, "at": at})
}

/// The output of a step that was done for each of several things.
#[must_use]
pub fn each_output(
    status: &str,
    confirmed: &[Locator],
    failed: &[Locator],
    in_doubt: &[Locator],
    skipped: &[Locator],
) -> Value {
    json!({"status": status, "confirmed": confirmed, "failed": failed, "in_doubt": in_doubt, "skipped": skipped})
}

/// The data of a subject: what `subject` means in expressions.
#[must_use]
pub fn subject(locator: &Locator, principal: Option<&Locator>) -> Value {
    json!({
        "locator": locator,
        "kind": locator.kind(),
        "id": locator.id(),
        "account": locator.account(),
        "principal": principal,
    })
}

/// Adds to the data of a subject what is known of its cut: whether it is a credential that does not lapse by itself, which
/// stays unknown where nobody knows its kind, and from when on its cuts are in force everywhere, which stays unknown before
/// that moment.
#[must_use]
pub fn cut(mut subject: Value, lasts: Option<bool>, cut_at: Option<Time>) -> Value {
    if let Some(fields) = subject.as_object_mut() {
        fields.extend(lasts.map(|lasts| ("lasts".to_owned(), json!(lasts))));
        fields.extend(cut_at.map(|at| ("cut_at".to_owned(), json!(at))));
    }
    subject
}

/// The data of an incident: what `incident` means in expressions.
#[must_use]
pub fn incident(id: &str, since: Time) -> Value {
    json!({"id": id, "since": since})
}

/// The data of something found: an element of the `items` of a read. What is not known is null.
#[must_use]
pub fn found(found: &Found, in_scope: bool, credential: bool) -> Value {
    let field = |name: &str| found.fields.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "locator": found.what,
        "kind": found.what.kind(),
        "id": found.what.id(),
        "account": found.what.account(),
        "relation": found.relation,
        "evidence": found.evidence,
        "at": found.at,
        "in_scope": in_scope,
        "credential": credential,
        "created": field("created"),
        "last_used": field("last_used"),
        "status": field("status"),
        "event": field("event"),
        "source_ip": field("source_ip"),
        "user_agent": field("user_agent"),
        "accepted": field("accepted"),
        "fields": found.fields,
    })
}
