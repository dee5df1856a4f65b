//! What expressions may mention, and of what type it is; checked at load.
//!
//! CEL itself absorbs a misspelt name beside `||` and finds texts and numbers merely unequal. Never evaluates.

use std::collections::BTreeMap;

use crate::domain::Relation;
use crate::domain::state::Status;

use super::Input;
use super::input::InputType;

/// The type of an expression; whatever it is, it may also be null.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Type {
    /// Not known before the data are.
    Any,
    /// The element of an empty list.
    Never,
    Null,
    Bool,
    Number,
    Text,
    Locator,
    Duration,
    Time,
    Secret,
    /// A text out of a closed list.
    Word(Words),
    List(Box<Self>),
    /// A map with keys that nobody declared.
    Table,
    /// An object with declared fields.
    Thing(Shape),
    /// A name that only leads on to others.
    Root(Root),
}

/// Closed lists of words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Words {
    Kind,
    Relation,
    Status,
    Choice(Vec<String>),
}

/// Objects with declared fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Subject,
    Incident,
    Found,
    Event,
}

/// Names that only lead on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Root {
    Steps,
    Inputs,
    Step(String),
}

/// What the output of a step looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Output {
    /// Of a read that finds things.
    Found,
    /// Of a read of what happened.
    Events,
    /// Of an action on one target.
    Act,
    /// Of an action on each of many.
    Each,
    /// Of a check.
    Check,
    /// Of a gate.
    Gate,
    /// Of what a person does.
    Manual,
    /// Of what is told.
    Notify,
    /// Of a call: its steps have outputs, it has none.
    Called,
    /// Of a step that is itself wrong.
    Unclear,
}

/// Where an item can stand: what it means, and what it counts as.
#[rustfmt::skip]
pub(crate) const STATUSES: [(Status, &str, &str); 14] = [
    (Status::Planned, "in a plan", "–"),
    (Status::WouldRun, "in a preview or a drill", "–"),
    (Status::Pending, "a later round will plan it", "–"),
    (Status::Skipped, "its condition is false, or the goal was true already", "ok"),
    (Status::Blocked, "will not start until its cause clears: approval, policy, dependency, lock, authority, provider", "open"),
    (Status::Running, "the intent is durable, the answer is awaited", "open"),
    (Status::Confirmed, "the effect is shown by the answer and, where defined, by verification", "ok"),
    (Status::Failed, "it is known that nothing happened", "failed"),
    (Status::InDoubt, "the effect may have happened", "open; blocks closing"),
    (Status::Stale, "the target drifted; it returns in the next round", "open"),
    (Status::Undone, "given back and verified", "ok"),
    (Status::UndoFailed, "giving back needs a person", "open"),
    (Status::Denied, "terminal, with who and why", "failed"),
    (Status::Expired, "terminal: nobody answered in time", "failed"),
];

/// Whether there is a step of this id; what belongs to a step that is itself wrong is taken on trust.
pub(crate) fn knows(steps: &BTreeMap<String, Output>, id: &str) -> bool {
    let of_call = || {
        id.match_indices('_')
            .filter_map(|(at, _)| id.get(..at))
            .any(|call| steps.get(call) == Some(&Output::Unclear))
    };
    steps.contains_key(id) || of_call()
}

/// Everything that an expression may mention.
pub(crate) struct Names<'a> {
    pub(crate) inputs: &'a [Input],
    pub(crate) steps: &'a BTreeMap<String, Output>,
    pub(crate) kinds: &'a [String],
    pub(crate) each: Option<(&'a str, Type)>,
}

impl Shape {
    /// All objects.
    pub(crate) const ALL: [Self; 4] = [Self::Subject, Self::Incident, Self::Found, Self::Event];

    pub(crate) fn fields(self) -> Vec<(&'static str, Type)> {
        let thing = || {
            vec![
                ("locator", Type::Locator),
                ("kind", Type::Word(Words::Kind)),
                ("id", Type::Text),
                ("account", Type::Text),
            ]
        };
        let seen = || {
            vec![
                ("evidence", Type::Text),
                ("at", Type::Time),
                ("fields", Type::Table),
            ]
        };
        match self {
            Self::Subject => [
                thing(),
                vec![
                    ("principal", Type::Locator),
                    ("lasts", Type::Bool),
                    ("cut_at", Type::Time),
                ],
            ]
            .concat(),
            Self::Incident => vec![("id", Type::Text), ("since", Type::Time)],
            Self::Found => [
                thing(),
                seen(),
                vec![
                    ("relation", Type::Word(Words::Relation)),
                    ("in_scope", Type::Bool),
                    ("credential", Type::Bool),
                    ("created", Type::Time),
                    ("last_used", Type::Time),
                    ("status", Type::Text),
                ],
            ]
            .concat(),
            Self::Event => [
                thing(),
                seen(),
                vec![
                    ("event", Type::Text),
                    ("source_ip", Type::Text),
                    ("user_agent", Type::Text),
                    ("accepted", Type::Bool),
                ],
            ]
            .concat(),
        }
    }
}

impl Output {
    /// All that steps can give.
    pub(crate) const ALL: [Self; 8] = [
        Self::Act,
        Self::Found,
        Self::Events,
        Self::Check,
        Self::Gate,
        Self::Manual,
        Self::Notify,
        Self::Each,
    ];

    /// Whose output it is.
    pub(crate) fn of(self) -> &'static str {
        match self {
            Self::Found => "`read`, save activity",
            Self::Events => "`read: activity`",
            Self::Act => "`do`",
            Self::Each => "a step with `for_each`",
            Self::Check => "`check`",
            Self::Gate => "`gate`",
            Self::Manual => "`manual`",
            Self::Notify => "`notify`",
            Self::Called => "`call`",
            Self::Unclear => "a step that is wrong",
        }
    }

    pub(crate) fn fields(self) -> Vec<(&'static str, Type)> {
        let status = ("status", Type::Word(Words::Status));
        let read = |shape: Shape| {
            vec![
                ("items", Type::List(Box::new(Type::Thing(shape)))),
                ("at", Type::Time),
                ("target", Type::Locator),
                ("back_to", Type::Time),
                ("complete", Type::Bool),
            ]
        };
        let locators = || Type::List(Box::new(Type::Locator));
        let texts = || Type::List(Box::new(Type::Text));
        match self {
            Self::Found => [read(Shape::Found), vec![status]].concat(),
            Self::Events => [read(Shape::Event), vec![status]].concat(),
            Self::Act => vec![
                ("at", Type::Time),
                ("target", Type::Locator),
                status,
                ("made", locators()),
            ],
            Self::Check => vec![
                ("passed", Type::Bool),
                ("at", Type::Time),
                ("evidence", texts()),
                status,
            ],
            Self::Gate => vec![
                ("approved", Type::Bool),
                ("at", Type::Time),
                ("by", texts()),
                status,
            ],
            Self::Manual => vec![
                ("done", Type::Bool),
                ("at", Type::Time),
                ("by", Type::Text),
                ("evidence", texts()),
                status,
            ],
            Self::Notify => vec![("at", Type::Time), status],
            Self::Each => vec![
                ("confirmed", locators()),
                ("failed", locators()),
                ("in_doubt", locators()),
                ("skipped", locators()),
                status,
            ],
            Self::Called | Self::Unclear => Vec::new(),
        }
    }
}

impl Type {
    /// The type of an input's value.
    pub(crate) fn of_input(input: &Input) -> Self {
        match &input.kind {
            InputType::String { .. }
            | InputType::Cidr
            | InputType::Url
            | InputType::Identity
            | InputType::Person => Self::Text,
            InputType::Int { .. } => Self::Number,
            InputType::Bool => Self::Bool,
            InputType::Duration { .. } => Self::Duration,
            InputType::Time { .. } => Self::Time,
            InputType::Enum { values } => Self::Word(Words::Choice(values.clone())),
            InputType::List { .. } => Self::List(Box::new(Self::Text)),
            InputType::Map { .. } => Self::Table,
            InputType::Locator { .. } => Self::Locator,
            InputType::SecretRef => Self::Secret,
        }
    }

    /// What a person calls it.
    pub(crate) fn describe(&self) -> String {
        let word = match self {
            Self::Any => "anything",
            Self::Never | Self::Null => "nothing",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Locator => "a locator",
            Self::Duration => "a duration",
            Self::Time => "a time",
            Self::Secret => "a secret reference",
            Self::Word(Words::Kind) => "a kind",
            Self::Word(Words::Relation) => "a relation",
            Self::Word(Words::Status) => "a status",
            Self::Word(Words::Choice(_)) => "a choice",
            Self::List(element) if element.is_open() => "a list",
            Self::List(element) => {
                return format!("a list of {}", element.describe().trim_start_matches("a "));
            }
            Self::Table => "a map",
            Self::Thing(Shape::Subject) => "the subject",
            Self::Thing(Shape::Incident) => "the incident",
            Self::Thing(Shape::Found) => "a found thing",
            Self::Thing(Shape::Event) => "an event",
            Self::Root(_) => "a name that only leads on",
        };
        word.to_owned()
    }

    /// Whether nothing is known about it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Any | Self::Never | Self::Null)
    }

    /// The type of its elements, where it can be gone through.
    pub(crate) fn element(&self) -> Option<Self> {
        if let Self::List(element) = self {
            return Some((**element).clone());
        }
        self.is_open().then_some(Self::Any)
    }

    /// Whether it is a text, whatever the text means.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Locator | Self::Word(_)) || self.is_open()
    }

    /// Whether values of the two can be the same.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            _ if self.is_open() || other.is_open() || self == other => true,
            (Self::Word(Words::Choice(_)), Self::Word(Words::Choice(_))) => true,
            (Self::Word(_) | Self::Locator, Self::Word(_) | Self::Locator) => false,
            (Self::List(one), Self::List(two)) => one.meets(two),
            _ => self.is_text() && other.is_text(),
        }
    }

    /// What holds either.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never | Self::Null, known) | (known, Self::Never | Self::Null) => known,
            (Self::List(one), Self::List(two)) => Self::List(Box::new(one.join(*two))),
            (one, two) if one == two => one,
            (one, two) if one.is_text() && two.is_text() && !one.is_open() && !two.is_open() => {
                Self::Text
            }
            _ => Self::Any,
        }
    }
}

impl Words {
    /// The words of the list.
    pub(crate) fn list<'a>(&'a self, kinds: &'a [String]) -> Vec<&'a str> {
        match self {
            Self::Kind => kinds.iter().map(String::as_str).collect(),
            Self::Relation => Relation::ALL.into_iter().map(Relation::word).collect(),
            Self::Status => STATUSES.iter().map(|(status, ..)| status.word()).collect(),
            Self::Choice(values) => values.iter().map(String::as_str).collect(),
        }
    }
}
