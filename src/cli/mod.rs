//! The command line: the only place that reads arguments and environment, and the only one that prints.
//!
//! One file per verb. Never decides anything about the world; it hands over and tells.

mod bounds;
mod catalogue;
mod failure;
mod keep;
mod kinds;
mod notifier;
mod pack;
mod people;
mod workspace;

mod library;

mod broke;
mod closing;
mod consent;
mod findings;
mod given;
mod intake;
mod operation;
mod paste;
mod pick;
mod progress;
mod reminder;
mod session;
mod share;
mod sign;
mod signing;
mod sinks;
mod subject;
mod task;
mod wish;
mod word;
mod work;

mod ahead;
mod apply;
mod approve;
mod declare;
mod handout;
mod identify;
mod incident;
mod inventory;
mod isolate;
mod measures;
mod plan;
mod propose;
mod reissue;
mod report;
mod restore;
mod resume;
mod run;
mod status;
mod validate;
mod verify;
mod watch;

mod provider;
mod rehearsal;

mod checkpoint;
mod doctor;
mod drill;
mod estate;
mod evidence;
mod journal;
mod playbook;
mod policy;

mod completions;
mod man;

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::report::human;
use crate::report::output::Output;
use crate::report::standing::Outcome;
use failure::Failure;
use session::Session;

/// Contain compromised non-human identities: cut their access, prove it, and record it
///
/// An incident begins with `contain isolate LOCATOR`. To rehearse without credentials or network: `contain drill`.
#[derive(Parser)]
#[command(
    name = "contain",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 done · 1 internal · 2 usage or invalid file · 3 waiting for people · 4 denied · \
5 partly or not contained · 6 in doubt · 7 restore incomplete · 8 locked · 9 stale plan · 10 review overdue · \
11 journal damaged"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Args, Clone, Debug)]
struct Global {
    /// Print exactly one JSON document on standard output, whatever the ending
    #[arg(long, global = true)]
    json: bool,
    /// Use the workspace in DIR instead of looking for contain.yaml here and above
    #[arg(long, global = true, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Keep incidents under DIR, e.g. when the usual place cannot be written
    #[arg(long, global = true, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Act as somebody else: aws=profile:NAME or aws=role:ARN (can be repeated)
    #[arg(long = "as", global = true, value_name = "PROVIDER=WHO")]
    acting_as: Vec<String>,
    /// Operate as this person, agent or pipeline of contain.yaml; otherwise CONTAIN_OPERATOR, or whoever has the account
    /// os:NAME of the present login
    #[arg(long, global = true, value_name = "NAME")]
    operator: Option<String>,
    /// What is said beside the result.
    #[arg(skip)]
    reminders: reminder::Reminders,
    /// What was written to, and is signed at the end.
    #[arg(skip)]
    touched: signing::Touched,
}

#[derive(Subcommand)]
enum Verb {
    Isolate(isolate::Args),
    Inventory(inventory::Args),
    Validate(validate::Args),
    Reissue(reissue::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Approve(approve::Args),
    Run(run::Args),
    Propose(propose::Args),
    Status(status::Args),
    Verify(verify::Args),
    Resume(resume::Args),
    Restore(restore::Args),
    Incident(incident::Args),
    Identify(identify::Args),
    Measures(measures::Args),
    Evidence(evidence::Args),
    Report(report::Args),
    Provider(provider::Args),
    Doctor(doctor::Args),
    Playbook(playbook::Args),
    Policy(policy::Args),
    Estate(estate::Args),
    Drill(drill::Args),
    Journal(journal::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a verb ended well enough to be told.
struct Ended {
    output: Output,
    /// What a person reads on standard output; the rendered output where absent.
    text: Option<String>,
    /// The exit code, where it is not the outcome's.
    exit: Option<u8>,
}

impl Ended {
    fn told(output: Output) -> Self {
        Self {
            output,
            text: None,
            exit: None,
        }
    }

    fn data(data: serde_json::Value, text: impl Into<String>) -> Self {
        let output = Output {
            data: Some(data),
            ..Output::bare(Outcome::Done)
        };
        Self {
            output,
            text: Some(text.into()),
            exit: None,
        }
    }
}

/// Parses the arguments, runs the verb, prints, and answers the exit code.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let matches = match Cli::command().try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return refuse(&error, wants_json),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, wants_json),
    };
    log();
    close_the_doors();
    let (json, reminders) = (cli.global.json, cli.global.reminders.clone());
    match dispatch(cli) {
        Ok(mut ended) => {
            let of_plan = std::mem::replace(&mut ended.output.warnings, reminders.said());
            ended.output.warnings.extend(of_plan);
            let exit = ended.exit.unwrap_or_else(|| ended.output.outcome.exit());
            let text = ended.text.unwrap_or_else(|| human::ending(&ended.output));
            tell(if json { document(&ended.output) } else { text });
            exit
        }
        Err(failure) => fail(*failure, json, reminders.said()),
    }
}

fn dispatch(cli: Cli) -> Result<Ended, Box<Failure>> {
    let Cli { global, verb } = cli;
    let drills = matches!(verb, Verb::Drill(_));
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder
        .enable_all()
        .start_paused(drills)
        .build()
        .map_err(Failure::internal)?;
    let after = global.clone();
    let ended = runtime.block_on(async move {
        match verb {
            Verb::Isolate(args) => isolate::run(args, Session::open(&global)?).await,
            Verb::Inventory(args) => inventory::run(args, Session::open(&global)?).await,
            Verb::Validate(args) => validate::run(args, Session::open(&global)?).await,
            Verb::Reissue(args) => reissue::run(args, Session::open(&global)?).await,
            Verb::Plan(args) => plan::run(args, Session::open(&global)?).await,
            Verb::Apply(args) => apply::run(args, Session::open(&global)?).await,
            Verb::Approve(args) => approve::run(args, Session::open(&global)?).await,
            Verb::Run(args) => run::run(args, Session::open(&global)?).await,
            Verb::Propose(args) => propose::run(args, Session::open(&global)?).await,
            Verb::Status(args) => status::run(args, &Session::open(&global)?).await,
            Verb::Verify(args) => verify::run(args, Session::open(&global)?).await,
            Verb::Resume(args) => resume::run(args, Session::open(&global)?).await,
            Verb::Restore(args) => restore::run(args, Session::open(&global)?).await,
            Verb::Incident(args) => incident::run(args, Session::open(&global)?).await,
            Verb::Identify(args) => identify::run(args, Session::open(&global)?).await,
            Verb::Measures(args) => measures::run(args, Session::open(&global)?).await,
            Verb::Evidence(args) => evidence::run(args, Session::open(&global)?).await,
            Verb::Report(args) => report::run(args, &Session::open(&global)?).await,
            Verb::Provider(args) => {
                let session = provider::session(&args, &global)?;
                provider::run(args, &session).await
            }
            Verb::Doctor(args) => doctor::run(args, Session::open(&global)?).await,
            Verb::Playbook(args) => playbook::run(args, &Session::open(&global)?),
            Verb::Policy(args) => policy::run(args, &Session::open(&global)?),
            Verb::Estate(args) => estate::run(args, &Session::open(&global)?),
            Verb::Drill(args) => drill::run(args, Session::open(&global)?).await,
            Verb::Journal(args) => journal::run(args, &Session::open(&global)?).await,
            Verb::Completions(args) => completions::run(args),
            Verb::Man(args) => man::run(args),
        }
    });
    // All that restricts is done by now, and the record holds it.
    runtime.block_on(signing::after(&after));
    ended
}

fn refuse(error: &clap::Error, json: bool) -> u8 {
    use clap::error::ErrorKind;
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        tell(if json {
            let text = error.render().to_string();
            document(&Ended::data(serde_json::json!({ "text": text }), "").output)
        } else {
            error.render().ansi().to_string()
        });
        return 0;
    }
    if json {
        let said = error.render().to_string();
        let missing = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        fail(
            if missing {
                misused(&format!("error: a verb is missing\n{said}"))
            } else {
                misused(&said)
            },
            true,
            Vec::new(),
        )
    } else {
        aside(&format!("{}\nNothing was changed.", error.render()));
        2
    }
}

/// What clap says: its first line is what went wrong, the others are what to do.
fn misused(said: &str) -> Failure {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let failure = Failure::usage(first.trim_start_matches("error: "));
    lines.fold(failure, |failure, line| {
        failure.hint(line.trim_start_matches("tip: "))
    })
}

fn fail(failure: Failure, json: bool, warnings: Vec<String>) -> u8 {
    let exit = failure.exit;
    if json {
        let output = Output {
            warnings,
            ..failure.into_output()
        };
        tell(document(&output));
    } else {
        aside(&failure.render());
    }
    exit
}

fn document(output: &Output) -> String {
    serde_json::to_string_pretty(output)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// Prints the result. A reader that went away ends it quietly.
fn tell(text: String) {
    is_told(&text);
}

/// Prints, and says whether anybody still reads.
fn is_told(text: &str) -> bool {
    const ESCAPE: char = '\u{1b}';
    // Looking for styles takes long in a long text, and few texts have any.
    let told = if text.contains(ESCAPE) {
        let mut out = anstream::stdout();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    } else {
        let mut out = std::io::stdout();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    };
    told.is_ok()
}

/// Prints beside the result.
fn aside(text: &str) {
    let mut err = anstream::stderr();
    drop(writeln!(err, "{}", text.trim_end()));
}

/// Turns on the log that `RUST_LOG` asks for, on standard error.
///
/// Wire contents can hold credentials, so what transports, signers and credential chains say is never logged.
fn log() {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
    use tracing_subscriber::util::SubscriberInitExt as _;
    let Some(asked) = session::environment("RUST_LOG") else {
        return;
    };
    let asked = tracing_subscriber::EnvFilter::new(asked);
    let ours = Targets::new().with_target("contain", LevelFilter::TRACE);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    drop(
        tracing_subscriber::registry()
            .with(layer.with_filter(asked).with_filter(ours))
            .try_init(),
    );
}

/// Leaves no core file with secrets in it, and lets no other process look into this one.
fn close_the_doors() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = rustix::process::setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core files could not be turned off");
    }
    if let Err(error) = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "other processes could not be locked out");
    }
}

/// The command as clap knows it, for completions, man pages and the reference.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_is_one_message_and_hints() {
        let wrong = Cli::command().try_get_matches_from(["contain", "isolat", "--json"]);
        let said = wrong.err().map(|error| error.render().to_string());
        let failure = misused(&said.unwrap_or_default());
        assert_eq!(failure.message, "unrecognized subcommand 'isolat'");
        assert!(failure.hints.iter().any(|hint| hint.contains("'isolate'")));
        assert!(
            failure
                .hints
                .iter()
                .any(|hint| hint.starts_with("Usage: contain"))
        );
        assert!(failure.hints.iter().all(|hint| !hint.starts_with("tip")));
    }
}
