//! What went wrong: its kind, what that means for the world, and what to run next.
//!
//! Hints stand beside the conversion of the error they belong to; exit codes come from one place.

use crate::converge;
use crate::domain::shell::quoted;
use crate::domain::{Because, Why};
use crate::journal;
use crate::playbook::Refused;
use crate::provider::Provider;
use crate::report::output::{self, Output};
use crate::report::standing::Outcome;

/// The exit codes of DESIGN section 12 that do not belong to an outcome.
pub(super) mod exit {
    pub(in crate::cli) const INTERNAL: u8 = 1;
    pub(in crate::cli) const USAGE: u8 = 2;
    pub(in crate::cli) const DENIED: u8 = 4;
    pub(in crate::cli) const NOT_CONTAINED: u8 = 5;
    pub(in crate::cli) const LOCKED: u8 = 8;
    pub(in crate::cli) const STALE: u8 = 9;
    pub(in crate::cli) const OVERDUE: u8 = 10;
    pub(in crate::cli) const DAMAGED: u8 = 11;
}

/// A verb that did not get to its end.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: u8,
    pub(super) outcome: Outcome,
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// What a person reads instead of message and hints, where a file can be shown.
    pub(super) shown: Option<String>,
    pub(super) hints: Vec<String>,
    /// Whether something may have been changed; otherwise nothing was, and that is said.
    pub(super) world: Option<String>,
    pub(super) incident: Option<String>,
}

impl Failure {
    pub(super) fn new(exit: u8, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            exit,
            outcome: Outcome::Failed,
            kind,
            message,
            shown: None,
            hints: Vec::new(),
            world: None,
            incident: None,
        }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, "usage", message)
    }

    pub(super) fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(exit::INTERNAL, "internal", error.to_string())
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says that the world may have changed, and how far.
    pub(super) fn world(mut self, world: impl Into<String>) -> Self {
        self.world = Some(world.into());
        self
    }

    pub(super) fn of_incident(mut self, incident: &str) -> Self {
        self.incident = Some(incident.to_owned());
        self
    }

    fn state(&self) -> String {
        self.world
            .clone()
            .unwrap_or_else(|| "Nothing was changed.".to_owned())
    }

    pub(super) fn render(&self) -> String {
        if let Some(shown) = &self.shown {
            return format!("{}\n\n{}\n", shown.trim_end(), self.state());
        }
        let mut text = format!("error: {}\n\n{}\n", self.message, self.state());
        for hint in &self.hints {
            text.extend(["\nhint: ", hint]);
        }
        text
    }

    pub(super) fn into_output(self) -> Output {
        let message = format!("{}. {}", self.message.trim_end_matches('.'), self.state());
        Output {
            incident: self.incident.clone(),
            next: self
                .hints
                .iter()
                .filter(|hint| is_command(hint))
                .cloned()
                .collect(),
            error: Some(output::Failure {
                kind: self.kind.to_owned(),
                message,
                hints: self.hints,
            }),
            ..Output::bare(self.outcome)
        }
    }
}

impl From<journal::Error> for Box<Failure> {
    fn from(error: journal::Error) -> Self {
        use journal::Error as E;
        let message = match std::error::Error::source(&error) {
            Some(source) => format!("failed to {error}: {source}"),
            None => format!("failed to {error}"),
        };
        let failure = match &error {
            E::Locked { path, .. } => Failure::new(exit::LOCKED, "locked", message)
                .hint(format!("contain status{}", of(path)))
                .hint("a second operator can read and note while the first performs: contain incident note TEXT"),
            E::TakenOver { path, .. } => Failure::new(exit::LOCKED, "taken-over", message)
                .hint(format!("contain status{}", of(path)))
                .hint("whoever took over goes on; this process sent nothing more"),
            E::Elsewhere { .. } => Failure::new(exit::INTERNAL, "record-unwritable", message)
                .hint("contain doctor")
                .hint("to contain while that place does not answer, run the same command with `--journal DIR`: another incident, here alone"),
            E::Unseen { path, sink } => Failure::new(exit::DAMAGED, "record-unseen", message)
                .hint("a command went on there alone, or was killed while it might have; the same command goes on once that sink answers")
                .hint(format!("contain journal give-up {}{} --reason TEXT", quoted(sink), of(path))),
            E::Damaged { path, .. } => Failure::new(exit::DAMAGED, "journal-damaged", message)
                .hint(format!("contain journal verify{}", of(path))),
            E::Altered { .. } => Failure::new(exit::DAMAGED, "journal-damaged", message)
                .hint("plans and keys that no longer match their digests are not used: plan again"),
            E::Newer { .. } => Failure::new(exit::USAGE, "newer-journal", message).hint("use the newer version of contain"),
            E::Absent { .. } => Failure::usage(message).hint("contain incident list"),
            E::Name { .. } | E::Json { .. } => Failure::usage(message),
            E::Io { .. } | E::Unsafe { .. } | E::Lost { .. } => {
                Failure::new(exit::INTERNAL, "record-unwritable", message)
                    .hint("run the same command with `--journal DIR`, a place that can be written")
            }
            E::Illegal { .. } | E::Foreign { .. } | E::Overtaken { .. } | E::Lapsed { .. } => Failure::new(exit::INTERNAL, "internal", message),
        };
        Self::new(failure)
    }
}

impl From<converge::Error> for Box<Failure> {
    fn from(error: converge::Error) -> Self {
        match error {
            converge::Error::Journal(error) => error.into(),
            converge::Error::NoRun(_) => Self::new(Failure::internal(error)),
            converge::Error::Plan(error) => {
                Self::new(Failure::new(exit::USAGE, "playbook", error.to_string()))
            }
        }
    }
}

impl From<Refused> for Box<Failure> {
    fn from(refused: Refused) -> Self {
        let mut failure = Failure::new(exit::USAGE, "invalid-file", refused.to_string());
        failure.shown = Some(refused.render(false));
        for (at, problem) in refused.problems.iter().enumerate() {
            if at > 0 {
                let (line, column) = refused.place(problem);
                failure = failure.hint(format!(
                    "{}:{line}:{column}: {}",
                    refused.file, problem.message
                ));
            }
            if let Some(near) = &problem.nearest {
                failure = failure.hint(format!("did you mean `{near}`?"));
            }
            failure.hints.extend(problem.hint.clone());
        }
        Self::new(failure)
    }
}

/// The option that names the incident whose folder a file lies in.
fn of(file: &std::path::Path) -> String {
    let folder = file.parent().and_then(std::path::Path::file_name);
    folder.map_or_else(String::new, |id| {
        format!(" --incident {}", id.to_string_lossy())
    })
}

/// Whether a hint can be pasted as it stands; others are read.
fn is_command(hint: &str) -> bool {
    const OPEN: [&str; 9] = [
        "LOCATOR", "REF", "NAME", "DIR", "TEXT", "ARN", "CODE", "ID", "FILE",
    ];
    hint.starts_with("contain ")
        && !hint.contains("...")
        && !hint.split([' ', '=', ':']).any(|word| OPEN.contains(&word))
}

/// Why a provider did not do what a verb needs before it can begin; `at` is the provider, where it is known.
pub(super) fn of_provider(at: Option<&dyn Provider>, what: &str, why: &Why) -> Box<Failure> {
    let name = at.map(Provider::name).unwrap_or_default();
    let is_set_up = at.is_none_or(Provider::is_set_up);
    let message = format!("{what}: {why}");
    let failure = match why.because {
        Because::Missing | Because::Ambiguous | Because::Invalid => {
            Failure::new(exit::USAGE, "unknown-locator", message)
        }
        Because::Foreign => {
            let failure = Failure::new(exit::USAGE, "wrong-account", message);
            let act = "act in the account that owns it";
            match name {
                "" => failure.hint(act),
                "aws" => failure.hint(format!("{act}: --as aws=profile:NAME or --as aws=role:ARN")),
                other => failure.hint(format!(
                    "{act}: name its credentials under providers.{other} in contain.yaml"
                )),
            }
            .hint("contain doctor")
        }
        Because::Unauthenticated if !is_set_up => {
            Failure::new(exit::USAGE, "not-configured", message)
                .hint(format!(
                    "its settings, each with what it is for, and an example of contain.yaml: contain provider show {name}"
                ))
        }
        Because::Unauthenticated if why.to_itself => {
            Failure::new(exit::DENIED, "secret", message)
                .hint("what is refused is the secret that was given, and not your own credential: it ended there already, was mistyped, or is another one's; compare it with where it was found")
                .hint("contain identify --secret REF")
                .hint(format!("what it may have left behind is cut by the name of whoever held it: contain provider show {name}"))
        }
        Because::Unauthenticated => {
            let failure = Failure::new(exit::DENIED, "credentials", message);
            match name {
                "" => failure.hint("renew your own credentials"),
                "aws" => failure
                    .hint("renew your own credentials, or choose others: --as aws=profile:NAME"),
                other => failure
                    .hint(format!(
                        "renew the credential that contain.yaml names under providers.{other}, or name another"
                    ))
                    .hint(format!("contain provider show {other}")),
            }
            .hint("contain doctor")
        }
        Because::Denied | Because::Forbidden => {
            Failure::new(exit::DENIED, "permission", message).hint("contain doctor")
        }
        Because::Throttled
        | Because::Unavailable
        | Because::Timeout
        | Because::Garbled
        | Because::NotImplemented
        | Because::Conflict => Failure::new(exit::NOT_CONTAINED, "provider", message)
            .hint("contain doctor")
            .hint("the target is NOT contained; try again, or cut it in the provider's console"),
    };
    Box::new(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_refused_sends_nobody_to_their_own_credentials() {
        let hints = |to_itself: bool| {
            let why = Why::new(Because::Unauthenticated, "Acme answered 401").to_itself(to_itself);
            let failure = of_provider(None, "cannot use `acme:token` as a subject", &why);
            assert_eq!(failure.exit, exit::DENIED);
            failure.hints.join("\n")
        };
        assert!(hints(false).contains("renew your own"));
        let told = hints(true);
        assert!(!told.contains("renew") && told.contains("not your own credential"));
        assert!(told.contains("contain identify --secret REF"), "{told}");
    }

    #[test]
    fn what_to_run_next_can_be_pasted() {
        let path = std::path::PathBuf::from("/x/incidents/inc-1/journal.jsonl");
        let why = journal::Fault::Hash;
        let damaged = journal::Error::Damaged {
            path: path.clone(),
            line: 1,
            offset: 0,
            why,
        };
        let lost = journal::Error::Lost { path, source: None };
        let next = |error: journal::Error| Box::<Failure>::from(error).into_output().next;
        assert_eq!(next(damaged), ["contain journal verify --incident inc-1"]);
        assert!(next(lost).is_empty());
        assert!(is_command("contain doctor"));
        for read in [
            "contain isolate LOCATOR",
            "contain isolate aws:user/a --as aws=role:ARN",
        ] {
            assert!(!is_command(read), "{read}");
        }
    }
}
