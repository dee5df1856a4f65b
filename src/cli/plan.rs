//! `contain plan`: what would be done, without doing it.

use super::Ended;
use super::failure::Failure;
use super::library::Shelf;
use super::operation::begin;
use super::paste::Activity;
use super::run::inputs;
use super::session::Session;
use super::wish::{Consent, Incident, Secrets, Subjects, Wish};
use crate::converge::Limit;
use crate::domain::Relation;
use crate::plan::least;
use crate::report::{commands, human};

/// Plan what isolate or a playbook would do, and store the plan for `contain apply`; changes nothing
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A playbook's name, shipped or of the workspace, or a file's path; or a subject, to plan its isolation
    #[arg(value_name = "PLAYBOOK|LOCATOR")]
    what: Vec<String>,
    /// What is compromised (can be repeated)
    #[arg(long = "subject", value_name = "LOCATOR")]
    subject: Vec<String>,
    /// Read further subjects from FILE, one per line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    subjects: Option<String>,
    /// Read a pasted leak from FILE, `-` is standard input: text, JSON, .env, credentials file, log line; every
    /// credential in it is a subject, its secret is tried, and nothing of it is shown but ids
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Give an input of the playbook a value (can be repeated)
    #[arg(long = "input", value_name = "NAME=VALUE")]
    input: Vec<String>,
    /// The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h
    #[arg(long, value_name = "TIME|DURATION")]
    since: Option<String>,
    /// Cut these relations too (can be repeated)
    #[arg(long, value_name = "RELATION", value_parser = super::isolate::relation)]
    include: Vec<Relation>,
    /// Print instead the least policy that permits exactly this plan, for whoever applies it
    #[arg(long)]
    permissions: bool,
    /// Print instead the plan and its undo as the vendors' own command lines, to be run by hand
    #[arg(long, conflicts_with = "permissions")]
    as_commands: bool,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    activity: Activity,
    #[command(flatten)]
    incident: Incident,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let session = args.activity.in_session(session)?;
    let mut locators = args.subject.clone();
    let mut playbook = None;
    for what in &args.what {
        match super::run::is_playbook(&session, what) {
            true if playbook.is_none() => playbook = Some(what.clone()),
            // A playbook's name with a slip in it is no subject.
            false if is_nearly_playbook(&session, what) => playbook = Some(what.clone()),
            _ => locators.push(what.clone()),
        }
    }
    let subjects = Subjects {
        locators,
        subjects: args.subjects,
        from: args.from,
        since: args.since,
    };
    let wish = Wish {
        verb: "plan",
        playbook: Shelf::of(&session.workspace).text(playbook.as_deref().unwrap_or("isolate"))?,
        subjects: &subjects,
        inputs: inputs(&args.input)?,
        include: args.include,
        secrets: &args.secrets,
        incident: &args.incident,
        consent: &Consent::default(),
        wait: false,
        limit: Limit::Plan,
        proposal: None,
    };
    let mut ended = begin(&session, wish).await?;
    let folder = session.folder(ended.output.incident.as_deref())?;
    let digest = ended
        .output
        .plan
        .as_deref()
        .and_then(|digest| digest.parse().ok());
    if let Some(digest) = digest {
        let plan = folder.load_plan(&digest)?;
        let stored = folder.plan(&digest);
        let mut data = serde_json::json!({"plan": plan, "stored": stored});
        ended.text = Some(if args.permissions {
            let documents = least::permissions(&plan, &session.catalogue);
            let text = match documents.values().collect::<Vec<_>>().as_slice() {
                [only] => format!("{only:#}\n"),
                _ => format!("{:#}\n", serde_json::json!(documents)),
            };
            set(&mut data, "permissions", serde_json::json!(documents));
            text
        } else if args.as_commands {
            let script = commands::script(&plan, digest, &session.catalogue);
            set(&mut data, "commands", script.clone().into());
            script
        } else {
            format!(
                "{}\nStored as {}\n\n{}",
                human::plan(&plan, &session.catalogue),
                stored.display(),
                human::ending(&ended.output)
            )
        });
        ended.output.data = Some(data);
    }
    Ok(ended)
}

fn set(data: &mut serde_json::Value, name: &str, value: serde_json::Value) {
    if let Some(members) = data.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// Whether a word is close to a playbook's name, and nothing else.
fn is_nearly_playbook(session: &Session, word: &str) -> bool {
    let names = Shelf::of(&session.workspace).names();
    !word.contains(':')
        && crate::domain::nearest(word, names.iter().map(String::as_str)).is_some()
        && session.name(word).is_err()
}
