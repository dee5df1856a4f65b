//! `contain estate`: check `estate.yaml`, and show who owns what, who uses it, and what breaks with it.
//!
//! Also what other verbs ask of it: what an identity holds, everywhere. An estate that cannot be read is never taken for none.

mod load;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Subcommand;
use futures_util::future::join_all;
use serde_json::json;

use super::failure::{Failure, exit};
use super::session::Session;
use super::workspace;
use super::{Ended, aside};
use crate::domain::why::plain;
use crate::domain::{Locator, Named, NotSeen, Why};
use crate::estate::{self, Estate, Identity};
use crate::playbook::{InputType, Playbook, Refused};
use crate::provider::observer::BESIDE;
use crate::provider::{Catalogue, Observer};
use crate::report::page::Page;

pub(super) use load::{FILE, checked};
pub(super) use page::beside;

/// Check estate.yaml, and show who owns what, who uses it, and what breaks with it
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Check a file, and report everything that is wrong with it; ends 2 on any problem
    Lint {
        /// The file; otherwise the estate.yaml of the workspace
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the identities, with owner, environment, criticality, and how much each holds
    List,
    /// Show an identity: who owns it, all that it holds and where that lies, who depends on it; or whose a thing is
    Show {
        /// An identity's name, with or without `identity:` before it, or a canonical locator
        #[arg(value_name = "IDENTITY|LOCATOR")]
        what: String,
    },
    /// Print the JSON Schema of the file, for editors
    Schema,
}

pub(super) fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Lint { file } => lint(session, file),
        Verb::List => {
            let estate = wanted(session)?;
            let (text, rows) = page::table(estate);
            Ok(Ended::data(json!({ "identities": rows }), text))
        }
        Verb::Show { what } => {
            let estate = wanted(session)?;
            show(session, estate, &what)
        }
        Verb::Schema => {
            let schema = estate::schema();
            let text = serde_json::to_string_pretty(&schema).map_err(Failure::internal)?;
            Ok(Ended::data(schema, text + "\n"))
        }
    }
}

/// The estate, where a verb cannot do without.
fn wanted(session: &Session) -> Result<&Estate, Box<Failure>> {
    session.estate()?.ok_or_else(|| {
        let message = match &session.workspace.folder {
            Some(folder) => format!("there is no {FILE} in `{}`", folder.display()),
            None => format!(
                "there is no {FILE} without a workspace: it lies beside {}",
                workspace::FILE
            ),
        };
        Box::new(Failure::usage(message).hint("contain estate schema"))
    })
}

fn lint(session: &Session, file: Option<PathBuf>) -> Result<Ended, Box<Failure>> {
    let Some(file) = file.or_else(|| session.workspace.beside(FILE)) else {
        return Err(Box::new(
            Failure::usage(format!("there is no {FILE} here")).hint("contain estate lint FILE"),
        ));
    };
    let text = load::text(&file)?;
    let name = file.display().to_string();
    let row = |refused: &Refused, problem| {
        let (line, column) = refused.place(problem);
        json!({
            "file": refused.file, "line": line, "column": column, "code": problem.code,
            "message": problem.message, "nearest": problem.nearest, "hint": problem.hint,
        })
    };
    let (mut page, mut problems, mut notes) = (Page::default(), Vec::new(), Vec::new());
    match load::parse(session, &name, &text) {
        Ok(estate) => {
            for note in estate.notes() {
                let told = Refused::new(&name, &text, vec![note.clone()]);
                let (line, column) = told.place(note);
                page.line(&format!(
                    "note: {}:{line}:{column}: {}",
                    told.file, note.message
                ));
                notes.push(row(&told, note));
            }
            for said in load::advice(&estate) {
                page.line(&format!("note: {}: {}", plain(&name), plain(&said)));
                notes.push(json!({"file": name, "message": said}));
            }
            page.line(&format!("{}: no problems", plain(&name)));
        }
        Err(refused) => {
            problems.extend(
                refused
                    .problems
                    .iter()
                    .map(|problem| row(&refused, problem)),
            );
            page.add(&format!("{}\n\n", refused.render(false).trim_end()));
            let count = problems.len();
            let noun = if count == 1 { "problem" } else { "problems" };
            page.line(&format!("{count} {noun}"));
        }
    }
    let is_wrong = !problems.is_empty();
    let mut ended = Ended::data(json!({"problems": problems, "notes": notes}), page);
    if is_wrong {
        ended.exit = Some(exit::USAGE);
        ended.output.outcome = crate::report::standing::Outcome::Failed;
    }
    Ok(ended)
}

fn show(session: &Session, estate: &Estate, what: &str) -> Result<Ended, Box<Failure>> {
    let name = what.strip_prefix(estate::PREFIX).unwrap_or(what);
    if let Some(identity) = estate.identity(name) {
        let (text, data) = page::identity(estate, identity);
        return Ok(Ended::data(data, text));
    }
    if what.starts_with(estate::PREFIX) || !what.contains(':') {
        return Err(unknown(estate, name));
    }
    let named = session.name(what)?;
    let account = named.account.as_deref();
    let locator = Locator::new(&named.kind, &named.id, account);
    let (text, data) = page::thing(estate, &locator);
    Ok(Ended::data(data, text))
}

fn unknown(estate: &Estate, name: &str) -> Box<Failure> {
    let message = format!("the estate has no identity `{}`", plain(name));
    let failure = Failure::new(exit::USAGE, "unknown-identity", message);
    Box::new(match estate.nearest(name) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("contain estate list"),
    })
}

/// An identity that somebody named.
fn named<'a>(session: &'a Session, name: &str) -> Result<(&'a Estate, &'a Identity), Box<Failure>> {
    let estate = wanted(session)?;
    let identity = estate.identity(name);
    identity
        .map(|identity| (estate, identity))
        .ok_or_else(|| unknown(estate, name))
}

/// All that an identity holds, as the file has it.
pub(super) fn held(session: &Session, name: &str) -> Result<BTreeSet<Locator>, Box<Failure>> {
    let (_, identity) = named(session, name)?;
    Ok(identity.holds().into_iter().cloned().collect())
}

/// What an identity holds, canonical.
#[derive(Default)]
pub(super) struct Of {
    pub(super) held: Vec<Locator>,
    /// What cannot be a subject, and why.
    pub(super) left_alone: Vec<NotSeen>,
}

/// All that an identity holds, at every provider, in the order of the file. One provider that does not answer keeps nothing
/// else from being cut; what is left alone for it is told.
pub(super) async fn everywhere(
    session: &Session,
    observer: &Observer,
    name: &str,
) -> Result<Of, Box<Failure>> {
    let (_, identity) = named(session, name)?;
    let all = identity.holds();
    if all.is_empty() {
        let message = format!(
            "the identity `{}` holds nothing, says the estate",
            plain(name)
        );
        return Err(Box::new(Failure::usage(message)));
    }
    let mut by_provider: BTreeMap<&str, Vec<&Locator>> = BTreeMap::new();
    for one in &all {
        by_provider.entry(one.provider()).or_default().push(one);
    }
    let asked = by_provider.into_iter().map(|(provider, held)| async move {
        let asked = observer
            .within(BESIDE, resolved(observer, provider, &held))
            .await;
        let answers = asked.unwrap_or_else(|late| held.iter().map(|_| Err(late.why())).collect());
        let told = held.into_iter().zip(answers);
        told.collect::<Vec<_>>()
    });
    let answers: BTreeMap<&Locator, Result<Locator, Why>> =
        join_all(asked).await.into_iter().flatten().collect();
    let mut of = Of::default();
    let mut first = None;
    for one in all {
        match answers.get(one) {
            Some(Ok(canonical)) => of.held.push(canonical.clone()),
            Some(Err(why)) => {
                aside(&format!(
                    "warning: of {}, {one} is left alone: {why}",
                    plain(name)
                ));
                first = first.or_else(|| Some((one, why.clone())));
                of.left_alone.push(NotSeen {
                    what: one.to_string(),
                    why: why.clone(),
                    withholds: true,
                });
            }
            None => {}
        }
    }
    match first.filter(|_| of.held.is_empty()) {
        Some((one, why)) => {
            let what = format!("cannot use `{one}` as a subject");
            Err(session.failed_at(one.provider(), &what, &why))
        }
        None => Ok(of),
    }
}

/// What one provider says of these, once it says who we are there.
async fn resolved(
    observer: &Observer,
    provider: &str,
    held: &[&Locator],
) -> Vec<Result<Locator, Why>> {
    if let Err(why) = observer.whoami(provider).await {
        return held.iter().map(|_| Err(why.clone())).collect();
    }
    let named: Vec<Named> = held.iter().copied().map(Named::from).collect();
    observer.resolve(&named).await
}

/// Who acts at the further providers that the estate speaks of, so that nothing found there is our own branch unseen; a
/// provider that does not tell is named.
pub(super) async fn who_beyond(
    catalogue: &Catalogue,
    observer: &Observer,
    (known, estate): (&BTreeSet<&str>, Option<&Estate>),
) -> Vec<Locator> {
    let spoken_of = estate.map(Estate::providers).unwrap_or_default();
    let is_set_up = |name: &&str| {
        let provider = catalogue.provider(name);
        provider.is_some_and(|provider| provider.is_set_up())
    };
    let further = spoken_of.into_iter().filter(|name| !known.contains(name));
    let asked = further.filter(is_set_up).map(|name| async move {
        match observer.whoami_beside(name).await {
            Ok(own) => own,
            Err(_) => {
                aside(&format!(
                    "warning: who acts at {name} could not be told: what is found there is not held against our own branch"
                ));
                Vec::new()
            }
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Holds what inputs name against the estate: an identity is one of it, and is written without `identity:`.
pub(super) fn names(
    session: &Session,
    playbook: &Playbook,
    given: &mut BTreeMap<String, String>,
) -> Result<(), Box<Failure>> {
    let wanted = playbook
        .inputs
        .iter()
        .filter(|input| matches!(input.kind, InputType::Identity));
    for input in wanted {
        let Some(said) = given.get_mut(&input.name) else {
            continue;
        };
        let name = said.strip_prefix(estate::PREFIX).unwrap_or(said).to_owned();
        named(session, &name)?;
        *said = name;
    }
    Ok(())
}
