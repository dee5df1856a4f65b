//! Every key of the language in tables: where it stands, what it takes, what counts without it, what it means.
//!
//! Reader, schema and reference are made from these, so that they cannot differ. Never reads a file.

use super::model::{AfterFailure, Handling, OnExpiry, RetryOn, Then, Verb};
use crate::domain::{Phase, ReadKind};

/// A map of the file: what it is called, and the keys that it may have.
#[derive(Debug)]
pub(crate) struct Place {
    /// What messages call it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Its keys, in the order in which the reference tells them.
    pub(crate) keys: &'static [Key],
}

/// A key of a map.
#[derive(Debug)]
pub(crate) struct Key {
    /// The word.
    pub(crate) name: &'static str,
    /// What its value is.
    pub(crate) takes: Takes,
    /// Whether it must stand there, and what counts where it does not.
    pub(crate) without: Without,
    /// On which kinds of step, or types of input, it may stand; empty means all.
    pub(crate) on: &'static [&'static str],
    /// What it means.
    pub(crate) about: &'static str,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Takes {
    /// `1`.
    Version,
    /// A name whose parts are joined by this sign.
    Name(char),
    /// A text that is taken as it stands.
    Text,
    /// A value that may hold expressions and gives this.
    Value(&'static str),
    /// One whole expression that gives this.
    Whole(&'static str),
    /// A whole number from here to there.
    Number(u32, u32),
    /// A length of time above nothing.
    Length,
    /// `true` or `false`.
    Truth,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// One of these words, or the id of an action.
    WordOrAction(fn() -> Vec<&'static str>),
    /// A map with these keys.
    Map(&'static Place),
    /// A map with keys that the author chooses.
    MapOf(&'static Self),
    /// A list.
    List(&'static Self),
    /// Either of these.
    Either(&'static [Self]),
    /// So many per cent: `25%`.
    PerCent,
    /// A pattern for the whole of a text.
    Pattern,
    /// A default or a bound: whatever the input's type takes.
    Plain,
    /// The kind of a target, as `aws:access-key`.
    Kind,
    /// A step and how it must have ended, as `quiet` or `quiet.failed`.
    Need,
    /// What must hold before the incident is closed.
    Requirement,
    /// A playbook, by name or by path.
    Playbook,
}

/// Whether a key must stand there, and what counts where it does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Without {
    /// It must stand there.
    Never,
    /// This counts.
    Counts(&'static str),
}

use Takes as T;

const fn key(
    name: &'static str,
    takes: Takes,
    without: Without,
    on: &'static [&'static str],
    about: &'static str,
) -> Key {
    Key {
        name,
        takes,
        without,
        on,
        about,
    }
}

const MUST: Without = Without::Never;

const fn else_(counts: &'static str) -> Without {
    Without::Counts(counts)
}

/// The kinds of steps: the keys of which a step has exactly one.
pub(crate) const KINDS: [&str; 7] = ["do", "read", "check", "gate", "manual", "notify", "call"];
/// The kinds that may run after a failure.
pub(crate) const ASIDE: [&str; 3] = ["read", "manual", "notify"];
/// Keys that a step which runs after a failure cannot have: it runs once, waits for the failure and for nothing else.
pub(crate) const NOT_ASIDE: [&str; 6] = [
    "needs",
    "gate",
    "on_failure",
    "for_each",
    "waves",
    "max_failures",
];
/// Reserved words of version 1.
pub(crate) const RESERVED: [&str; 2] = ["roles", "order"];
/// How a step must have ended for another that needs it.
pub(crate) const ENDINGS: [&str; 3] = ["ok", "done", "failed"];
/// What a step is asked before the incident is closed; `passed` of checks only.
pub(crate) const CLOSING: [&str; 4] = ["passed", "ok", "done", "failed"];
/// What is asked of the whole incident before it is closed.
pub(crate) const CLOSING_WORDS: [&str; 2] = ["nothing_in_doubt", "no_overdue_reviews"];
/// What can be read, by its word.
pub(crate) const READS: [(&str, ReadKind); 6] = [
    ("reach", ReadKind::Reach),
    ("activity", ReadKind::Activity),
    ("credentials", ReadKind::Credentials),
    ("grants", ReadKind::Grants),
    ("permissions", ReadKind::Permissions),
    ("state", ReadKind::State),
];

fn verbs() -> Vec<&'static str> {
    Verb::ALL.into_iter().map(Verb::word).collect()
}

fn reads() -> Vec<&'static str> {
    READS.into_iter().map(|(word, _)| word).collect()
}

fn labels() -> Vec<&'static str> {
    Handling::ALL.into_iter().map(Handling::word).collect()
}

fn types() -> Vec<&'static str> {
    super::InputType::WORDS.to_vec()
}

/// The words of a closed list.
pub(crate) fn words<T, const N: usize>(list: [(&'static str, T); N]) -> Vec<&'static str> {
    list.into_iter().map(|(word, _)| word).collect()
}

/// A whole file.
#[rustfmt::skip]
pub(crate) static PLAYBOOK: Place = Place {
    name: "a playbook",
    about: "A file is one map.",
    keys: &[
        key("contain", T::Version, MUST, &[], "The version of the language."),
        key("playbook", T::Name('-'), MUST, &[], "Its name; the file is called `<name>.yaml`."),
        key("summary", T::Text, MUST, &[], "What it does, in one line."),
        key("handling", T::Word(labels), else_("no label"), &[], "A label of the Traffic Light Protocol 2.0, carried into reports and exports."),
        key("inputs", T::MapOf(&T::Map(&INPUT)), else_("none"), &[], "What it asks for, by name."),
        key("limits", T::Map(&LIMITS), else_("none"), &[], "How much it may do. On cuts a cap stages and asks for more; elsewhere it blocks. Nothing is truncated."),
        key("phases", T::Map(&PHASES), MUST, &[], "Its steps, by phase."),
        key("close", T::Map(&CLOSE), else_("nothing"), &[], "What must hold before the incident is closed."),
    ],
};

/// The phases.
#[rustfmt::skip]
pub(crate) static PHASES: Place = Place {
    name: "`phases`",
    about: "Fixed names and order. Between phases only issuing and restoring wait, per subject, until earlier phases have no open item; cuts belong in isolate or inventory, issuing and restoring in reissue.",
    keys: &[
        key("isolate", T::List(&T::Map(&STEP)), else_("no steps"), &[], "Cut what is known."),
        key("inventory", T::List(&T::Map(&STEP)), else_("no steps"), &[], "Find what else there is, and cut it."),
        key("validate", T::List(&T::Map(&STEP)), else_("no steps"), &[], "Find out whether it worked and why it happened."),
        key("reissue", T::List(&T::Map(&STEP)), else_("no steps"), &[], "Give back and replace."),
    ],
};

/// What a playbook may do at most.
#[rustfmt::skip]
pub(crate) static LIMITS: Place = Place {
    name: "`limits`",
    about: "How much a playbook may do.",
    keys: &[
        key("max_items", T::Number(1, u32::MAX), else_("no limit"), &[], "How many items."),
        key("deadline", T::Length, else_("no limit"), &[], "How long it may take by the wall clock."),
    ],
};

/// What closing asks.
#[rustfmt::skip]
pub(crate) static CLOSE: Place = Place {
    name: "`close`",
    about: "What must be so before the incident may be closed; `contain status` and the report list what is missing.",
    keys: &[key(
        "requires",
        T::List(&T::Requirement),
        else_("nothing"),
        &[],
        "`<check>.passed`, `<step>.ok`, `<step>.done`, `<step>.failed`, `nothing_in_doubt` or `no_overdue_reviews`.",
    )],
};

/// An input.
#[rustfmt::skip]
pub(crate) static INPUT: Place = Place {
    name: "an input",
    about: "A typed value. It is required or has a default, never both. `subject`, where it stands, is a locator and what the expression root `subject` means.",
    keys: &[
        key("type", T::Word(types), MUST, &[], "Its type."),
        key("required", T::Truth, else_("`false`"), &[], "Whether it must be given."),
        key("default", T::Plain, else_("it is required"), &[], "What counts where it is not given; never of a secret itself."),
        key("pattern", T::Pattern, else_("any text"), &["string"], "A pattern for the whole of it."),
        key("min", T::Plain, else_("no bound"), RANGED, "The least, the shortest, the earliest; of a list or a map the fewest."),
        key("max", T::Plain, else_("no bound"), RANGED, "The greatest, the longest, the latest; of a list or a map the most."),
        key("values", T::List(&T::Text), MUST, &["enum"], "The words to choose from."),
        key("kinds", T::List(&T::Kind), else_("any kind"), &["locator"], "The kinds of target that it may be."),
    ],
};

/// Types of inputs that have a range.
pub(crate) const RANGED: &[&str] = &["int", "duration", "time", "list", "map"];

const LONG: &[&str] = &["do", "read", "manual"];

/// A step.
#[rustfmt::skip]
pub(crate) static STEP: Place = Place {
    name: "a step",
    about: "A step has an `id` and exactly one of `do`, `read`, `check`, `gate`, `manual`, `notify`, `call`; beside another kind `gate` is a condition of that step.",
    keys: &[
        key("id", T::Name('-'), MUST, &[], "Its name; every step of a playbook has another."),
        key("do", T::WordOrAction(verbs), MUST, &["do"], "Acts: a generic verb, resolved by the target's kind, or the id of an action."),
        key("read", T::WordOrAction(reads), MUST, &["read"], "Reads: what, or the id of an action that reads. A read says what it could not see."),
        key("check", T::Whole("true or false"), MUST, &["check"], "Decides: it passes where this is true."),
        key("gate", T::Map(&GATE), else_("nobody is asked"), &["do", "read", "check", "gate", "manual", "notify"], "Asks people before the step, or what needs it, starts. It blocks its dependants only."),
        key("manual", T::Map(&MANUAL), MUST, &["manual"], "A person does it."),
        key("notify", T::Map(&NOTIFY), MUST, &["notify"], "Tells a notifier of the workspace. What leaves the organisation needs an exact mandate."),
        key("call", T::Playbook, MUST, &["call"], "Another playbook, by name or by path. It is pinned by its digest and its steps become steps of this one, with ids `<call>_<step>`; needing the call means needing all of them."),
        key("target", T::Value("a locator"), MUST, LONG, "To what; on `manual` it may be left out."),
        key("with", T::MapOf(&T::Value("an argument")), else_("nothing"), &["do", "read", "call"], "Arguments: of the action, of the read (`since`, `relations`), or the inputs of the called playbook."),
        key("for_each", T::Map(&FOR_EACH), else_("once"), LONG, "Does it for each of a list. All are attempted; the output tells which were confirmed, failed, in doubt, skipped. One level."),
        key("needs", T::List(&T::Need), else_( "of a cut, and in isolate: the steps that it mentions; elsewhere the step before it in the phase"), &[], "What must have ended before it starts: `STEP`, `STEP.ok`, `STEP.done` or `STEP.failed`; `[]` is nothing."),
        key("when", T::Whole("true or false"), else_("always"), &[], "Whether it is done at all. What is unknown at plan time shows as conditional."),
        key("review", T::Map(&REVIEW), else_("a day"), &["do"], "When its cut is due for review; of cuts only. Nothing is ever released by a timer."),
        key("verify", T::Map(&VERIFY), else_("as the provider's bound says"), &["do"], "How its effect is proven."),
        key("waves", T::List(&T::Either(&[T::Number(1, u32::MAX), T::PerCent])), else_("all at once"), LONG, "How much of a `for_each` starts before the rest: counts or per cents. What they leave over is the last wave."),
        key("max_failures", T::Number(1, u32::MAX), else_("no limit"), LONG, "After how many failures nothing more of the `for_each` starts."),
        key("retry", T::Map(&RETRY), else_("on for reads; off for actions that are neither set-like nor tagged"), &["do", "read"], "Whether and how it is tried again. Refused authorisation never is."),
        key("timeout", T::Map(&TIMEOUT), else_("the provider's"), &["do", "read", "notify"], "How long it may take; on what changes something it gives in doubt."),
        key("on_failure", T::Either(&[T::Word(after_failure), T::Map(&ON_FAILURE)]), else_("`keep` for cuts, `stop` for issuing and restoring, `continue` for reads"), &["do", "read", "check", "gate", "manual", "notify"], "What happens after it failed. In doubt always behaves as `keep`."),
        key("mode", T::Either(&[T::Word(modes), T::Map(&MODE)]), else_("`stop`"), &["do"], "What access its cut is meant to leave; of cuts only."),
        key("tier", T::Number(0, 3), else_("as computed"), &["do"], "The lowest tier that it is to have; it raises, never lowers."),
        key("evidence", T::Word(evidence), else_("`optional`"), &["check", "manual"], "Whether its answer counts only with evidence."),
    ],
};

fn after_failure() -> Vec<&'static str> {
    words(AfterFailure::ALL)
}

fn modes() -> Vec<&'static str> {
    vec!["stop", "quarantine"]
}

fn evidence() -> Vec<&'static str> {
    vec!["required", "optional"]
}

fn then() -> Vec<&'static str> {
    words(Then::ALL)
}

fn on_expiry() -> Vec<&'static str> {
    words(OnExpiry::ALL)
}

fn retry_on() -> Vec<&'static str> {
    words(RetryOn::ALL)
}

/// What is asked of people.
#[rustfmt::skip]
pub(crate) static GATE: Place = Place {
    name: "`gate`",
    about: "Policy sets the floor; a playbook may add to it, never reduce it.",
    keys: &[
        key("ask", T::Value("a text"), MUST, &[], "The question."),
        key("approvals", T::MapOf(&T::Number(1, 16)), MUST, &[], "How many people of which role must agree; distinct people, never the requester. Where nobody else is configured the operator meets a count of one."),
        key("expires", T::Length, else_("as policy says"), &[], "How long the question stands."),
        key("on_expiry", T::Word(on_expiry), else_("`escalate`"), &[], "What happens when nobody answered by then."),
    ],
};

/// What a person does.
#[rustfmt::skip]
pub(crate) static MANUAL: Place = Place {
    name: "`manual`",
    about: "Something that a person does, and says so.",
    keys: &[
        key("text", T::Value("a text"), MUST, &[], "What to do, exactly."),
        key("assignee", T::Name('-'), else_("anyone"), &[], "The role that does it."),
        key("deadline", T::Length, else_("none"), &[], "By when, counted from when it is asked."),
    ],
};

/// What is told.
#[rustfmt::skip]
pub(crate) static NOTIFY: Place = Place {
    name: "`notify`",
    about: "Something that a notifier of the workspace tells.",
    keys: &[
        key("to", T::Name('-'), MUST, &[], "The notifier's name."),
        key("text", T::Value("a text"), MUST, &[], "What it tells."),
    ],
};

/// What a step is done for.
#[rustfmt::skip]
pub(crate) static FOR_EACH: Place = Place {
    name: "`for_each`",
    about: "A bounded repetition.",
    keys: &[
        key("in", T::Whole("a list"), MUST, &[], "The list."),
        key("as", T::Name('_'), else_("`item`"), &[], "What each of it is called in the step's other expressions."),
        key("key", T::Value("a text"), MUST, &[], "What tells one from another, the same in every round."),
        key("limit", T::Number(1, u32::MAX), else_("none"), &[], "A hard cap. On cuts it stages, most powerful first, and asks for more; elsewhere exceeding it fails the plan."),
        key("parallel", T::Number(1, 1000), else_("the lane's limit for cuts; 1 for tier 3, issuing and restoring"), &[], "How many at once."),
    ],
};

/// When a cut is due.
#[rustfmt::skip]
pub(crate) static REVIEW: Place = Place {
    name: "`review`",
    about: "A cut in force falls due; then it is escalated, never released.",
    keys: &[
        key("after", T::Value("a duration"), MUST, &[], "The time after which it is due."),
        key("then", T::Word(then), else_("`escalate`"), &[], "What happens then; `propose-restore` makes a plan that people confirm."),
    ],
};

/// How an effect is proven.
#[rustfmt::skip]
pub(crate) static VERIFY: Place = Place {
    name: "`verify`",
    about: "A playbook may tighten how an effect is proven.",
    keys: &[
        key("within", T::Length, else_("the provider's bound"), &[], "How long reading back may take."),
        key("probe", T::Whole("a secret reference"), else_("nothing is tried"), &[], "The secret to try afterwards: `${inputs.NAME}` of an input of type secret_ref; of cuts only."),
    ],
};

/// How it is tried again.
#[rustfmt::skip]
pub(crate) static RETRY: Place = Place {
    name: "`retry`",
    about: "A provider's hint when to come back is honoured.",
    keys: &[
        key("attempts", T::Number(1, 100), MUST, &[], "How many attempts at most; 1 turns it off."),
        key("backoff", T::Length, else_("one second"), &[], "The pause before the second attempt; it doubles."),
        key("within", T::Length, else_("the step's timeout"), &[], "No attempt begins later than this after the first."),
        key("on", T::List(&T::Word(retry_on)), else_("all of them"), &[], "After what it is tried again."),
    ],
};

/// How long it may take.
#[rustfmt::skip]
pub(crate) static TIMEOUT: Place = Place {
    name: "`timeout`",
    about: "How long a step may take.",
    keys: &[
        key("attempt", T::Length, else_("the provider's"), &[], "One attempt."),
        key("step", T::Length, else_("no limit"), &[], "All of it."),
    ],
};

/// What happens after a failure.
#[rustfmt::skip]
pub(crate) static ON_FAILURE: Place = Place {
    name: "`on_failure`",
    about: "A failure never loosens containment.",
    keys: &[
        key("then", T::Word(after_failure), else_("as without `on_failure`"), &[], "What becomes of what was done, and of the rest: `keep`, what is done stays done and the rest goes on; `stop`, what depends on it does not start; `continue`, as if it had ended well; `undo-self`, what the step itself did is given back (never of a cut; of what is issued always and only what was not delivered)."),
        key("run", T::List(&T::Map(&ASIDE_STEP)), else_("nothing"), &[], "Steps that run then, and only then: `notify`, `manual` or `read`, once, without `needs`, `gate` and `on_failure`."),
    ],
};

/// A step that runs after a failure: has the keys of a step, as far as [`Key::is_aside`] says.
#[rustfmt::skip]
pub(crate) static ASIDE_STEP: Place = Place {
    name: "a step after a failure",
    about: "It waits for the failure, and for nothing else.",
    keys: STEP.keys,
};

/// What access is left.
#[rustfmt::skip]
pub(crate) static MODE: Place = Place {
    name: "`mode`",
    about: "`stop` leaves none; `quarantine` leaves it existing and running, reaching nothing; `read-only` is for healthy users of a shared principal and for continuity, never for what the attacker holds, and needs its reason.",
    keys: &[key(
        "read-only",
        T::Text,
        MUST,
        &[],
        "Why reading may go on.",
    )],
};

impl Place {
    /// A key by its name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The names of the keys that may stand here on one of these kinds or types; on any where `kind` is empty.
    pub(crate) fn names(&self, kind: &str) -> Vec<&'static str> {
        self.keys
            .iter()
            .filter(|key| key.stands_on(kind))
            .map(|key| key.name)
            .collect()
    }

    /// Every place of the language, each once, outermost first.
    pub(crate) fn all() -> [&'static Self; 16] {
        [
            &PLAYBOOK,
            &INPUT,
            &LIMITS,
            &PHASES,
            &STEP,
            &GATE,
            &MANUAL,
            &NOTIFY,
            &FOR_EACH,
            &REVIEW,
            &VERIFY,
            &RETRY,
            &TIMEOUT,
            &ON_FAILURE,
            &MODE,
            &CLOSE,
        ]
    }
}

impl Key {
    /// Whether it may stand on a kind of step or a type of input.
    pub(crate) fn stands_on(&self, kind: &str) -> bool {
        kind.is_empty() || self.on.is_empty() || self.on.contains(&kind)
    }

    /// Whether it must stand on a kind of step or a type of input.
    pub(crate) fn is_required(&self, kind: &str) -> bool {
        let left_out = self.name == "target" && kind == "manual";
        self.without == Without::Never && self.stands_on(kind) && !left_out
    }

    /// Whether a step that runs after a failure may have it.
    pub(crate) fn is_aside(&self) -> bool {
        !NOT_ASIDE.contains(&self.name)
            && (self.on.is_empty() || self.on.iter().any(|kind| ASIDE.contains(kind)))
    }
}

/// The phase of a word.
pub(crate) fn phase(word: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|phase| phase.word() == word)
}
