//! Playbooks: what should be done, as a file that people write.
//!
//! Owns the language: strict reading, types, expressions, lint, and the playbooks that ship.
//! Never imports providers: what they know is handed in as a [`Vocabulary`]. Never runs anything.

pub use crate::yaml::{self, diagnostic};

// In reading order: a blank line keeps rustfmt from sorting.
pub mod expr;
mod program;
pub mod scope;

mod types;

mod function;

mod infer;

mod compare;

pub mod input;
pub mod model;

mod grammar;

mod schema;

mod declare;

mod step;

mod kind;

mod course;

mod lint;

mod typing;

mod effect;

mod order;

pub mod call;

mod leak;

mod words;

mod json_schema;

mod reference;

use crate::domain::{Digest, Kind, Phase, Spec};

pub use crate::domain::item::Ended;
pub use crate::yaml::{Problem, Refused, Span};
pub use call::{Called, Library, Missing, Shipped, Source, Wanted};
pub use expr::{Evaluated, Expr};
pub use input::{Input, InputType, bind};
pub use json_schema::schema;
pub use model::{
    AfterFailure, ForEach, Gate, Handling, Limits, Manual, Mode, Need, Notify, OnExpiry, OnFailure,
    Retry, RetryOn, Review, Step, StepWork, Then, Timeout, Verb, Verify, Wave, What,
};
pub use reference::reference;
pub use scope::Scope;
pub use typing::argument;

/// What the providers know: the kinds and actions that a playbook may name.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary<'a> {
    /// All kinds.
    pub kinds: Vec<&'a Kind>,
    /// All actions.
    pub actions: Vec<&'a Spec>,
}

/// A playbook that passed lint.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// Its name.
    pub name: String,
    /// What it does, in one line.
    pub summary: String,
    /// How far its reports may travel.
    pub handling: Option<Handling>,
    /// What it asks for.
    pub inputs: Vec<Input>,
    /// How much it may do.
    pub limits: Limits,
    /// Its steps, in the order of phases and, within one, of the file.
    pub steps: Vec<Step>,
    /// What must hold before the incident is closed: `<step>.passed`, `nothing_in_doubt`, `no_overdue_reviews`.
    pub close_requires: Vec<String>,
    /// The playbooks that it calls, and those that they call; their steps stand among its own.
    pub calls: Vec<Called>,
    /// What is no mistake and still worth saying, as what is left to people.
    pub notes: Vec<Problem>,
    /// SHA-256 of the text.
    pub digest: Digest,
    /// The file, as it was read.
    pub text: String,
}

impl Playbook {
    /// Whether it has steps that cut.
    #[must_use]
    pub fn cuts(&self) -> bool {
        let cuts = |step: &Step| step.work.what().is_some() && step.phase <= Phase::Inventory;
        self.steps.iter().any(cuts)
    }

    /// A step by id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// Reads a playbook that calls shipped ones at most; `file` is what messages call it.
///
/// # Errors
/// Gives everything that is wrong with the file.
pub fn load(file: &str, text: &str, vocabulary: &Vocabulary<'_>) -> Result<Playbook, Refused> {
    load_among(file, text, vocabulary, &Shipped)
}

/// Reads a playbook; what it calls is found in `library`.
///
/// # Errors
/// Gives everything that is wrong with the file, and with what it calls.
pub fn load_among(
    file: &str,
    text: &str,
    vocabulary: &Vocabulary<'_>,
    library: &dyn Library,
) -> Result<Playbook, Refused> {
    // The expression parser's frames are large: it gets a stack of its own.
    let read = || {
        let mut resolver = call::Resolver {
            vocabulary,
            library,
            way: vec![(file.to_owned(), String::new())],
        };
        read(file, text, &mut resolver)
    };
    let read = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("playbook".to_owned())
            .stack_size(16 * 1024 * 1024)
            .spawn_scoped(scope, read)
            .map_err(|error| format!("no thread could be started to read the file: {error}"))?;
        worker
            .join()
            .map_err(|_| "the parser gave up on this file".to_owned())
    });
    read.unwrap_or_else(|message| {
        let problem = Problem::new("internal", Span::default(), message);
        Err(Refused::new(file, text, vec![problem]))
    })
}

fn read(file: &str, text: &str, resolver: &mut call::Resolver<'_>) -> Result<Playbook, Refused> {
    let refuse = |problems| Refused::new(file, text, leak::conceal(text, problems));
    let node = yaml::parse(text).map_err(refuse)?;
    let vocabulary = resolver.vocabulary;
    let (draft, mut problems) = schema::read(&node, text, vocabulary);
    let mut refused = Vec::new();
    let called = resolver.resolve(&draft.steps, &mut problems, &mut refused);
    let playbook = lint::finish(draft, text, vocabulary, &called, &mut problems);
    let problems = leak::conceal(text, problems);
    match playbook {
        Some(playbook) if problems.is_empty() => Ok(playbook),
        Some(_) | None => Err(Refused {
            called: refused,
            ..Refused::new(file, text, problems)
        }),
    }
}

/// The playbooks that ship, by name, with their text.
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &[
        ("isolate", include_str!("../../playbooks/isolate.yaml")),
        ("inventory", include_str!("../../playbooks/inventory.yaml")),
        ("validate", include_str!("../../playbooks/validate.yaml")),
        ("reissue", include_str!("../../playbooks/reissue.yaml")),
        (
            "leaked-aws-access-key",
            include_str!("../../playbooks/leaked-aws-access-key.yaml"),
        ),
        (
            "leaked-ci-token",
            include_str!("../../playbooks/leaked-ci-token.yaml"),
        ),
        (
            "leaked-github-app-key",
            include_str!("../../playbooks/leaked-github-app-key.yaml"),
        ),
        ("bulk-leak", include_str!("../../playbooks/bulk-leak.yaml")),
        (
            "compromised-ai-agent",
            include_str!("../../playbooks/compromised-ai-agent.yaml"),
        ),
        (
            "database-service-account",
            include_str!("../../playbooks/database-service-account.yaml"),
        ),
        (
            "malicious-oauth-app",
            include_str!("../../playbooks/malicious-oauth-app.yaml"),
        ),
    ]
}

#[cfg(test)]
mod tests;
