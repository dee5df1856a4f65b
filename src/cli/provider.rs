//! `contain provider`: what each provider knows and can do, and what it needs to be permitted. Asks no provider.

use clap::Subcommand;

use super::failure::Failure;
use super::pack;
use super::rehearsal;
use super::session::{Session, environment, environment_path};
use super::{Ended, Global, aside};
use crate::domain::{ActionId, Spec, nearest};
use crate::provider::{Guardrail, Need, Provider};
use crate::report::catalogue;
use crate::report::proven::Proven;

/// Tell what a provider knows and can do, what permissions it needs, which guardrail to install; asks no provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// List the providers, with the kinds and actions of each in short
    List,
    /// Show what contain.yaml can say to a provider, with an example, and all its kinds and actions: effect, risk, undo,
    /// bound, permissions, and by what each was proven
    Show {
        /// The provider, e.g. aws
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Print the least policy for a responder who may do everything that this build can do
    Permissions {
        /// The provider, e.g. aws
        #[arg(value_name = "NAME")]
        name: String,
        /// Only what reads: enough to plan, inventory and verify
        #[arg(long, conflicts_with = "action")]
        reads: bool,
        /// Only these actions, with what looks at their targets (can be repeated)
        #[arg(long, value_name = "ID", num_args = 1..)]
        action: Vec<String>,
    },
    /// Print the JSON Schema of provider packs
    Schema,
    /// Check packs without asking anybody: structure, expressions, effects, undos, answers
    Lint {
        /// The files
        #[arg(value_name = "PACK", required = true)]
        files: Vec<std::path::PathBuf>,
    },
    /// Run the recorded conversations of packs through the real engine, against a server on loopback
    Test {
        /// Packs by name, or files
        #[arg(value_name = "PACK", required = true)]
        packs: Vec<String>,
    },
    /// Print the guardrail to install in peacetime: what denies a principal everything and cannot be edited by it
    Guardrail {
        /// The provider, e.g. aws
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// The session of these verbs. What only tells or checks works beside a `contain.yaml` that cannot be used: it is asked how to
/// write one.
pub(super) fn session(args: &Args, global: &Global) -> Result<Session, Box<Failure>> {
    let stands_alone = match &args.verb {
        Verb::Show { .. } | Verb::Schema | Verb::Lint { .. } => true,
        Verb::List | Verb::Permissions { .. } | Verb::Test { .. } | Verb::Guardrail { .. } => false,
    };
    match Session::open(global) {
        Err(failure) if stands_alone => {
            aside(&format!(
                "note: the workspace is left out here: {}",
                failure.message
            ));
            Session::bare(global)
        }
        opened => opened,
    }
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Schema => rehearsal::schema(),
        Verb::Lint { files } => rehearsal::lint(session, &files),
        Verb::Test { packs } => rehearsal::test(session, &packs).await,
        Verb::List => list(session),
        Verb::Show { name } => show(session, find(session, &name)?),
        Verb::Permissions {
            name,
            reads,
            action,
        } => permissions(find(session, &name)?, reads, &action),
        Verb::Guardrail { name } => {
            let provider = find(session, &name)?;
            let Some(Guardrail {
                document, notes, ..
            }) = provider.guardrail()
            else {
                let message = format!("`{name}` has no guardrail that an identity cannot edit");
                return Err(Box::new(Failure::usage(message)));
            };
            let data = serde_json::json!({"guardrail": document, "notes": notes});
            if !session.json {
                for note in &notes {
                    aside(&format!("note: {note}"));
                }
            }
            Ok(Ended::data(data, format!("{document:#}\n")))
        }
    }
}

fn find<'a>(session: &'a Session, name: &str) -> Result<&'a dyn Provider, Box<Failure>> {
    let found = session.catalogue.provider(name).map(AsRef::as_ref);
    found.ok_or_else(|| {
        let names: Vec<&str> = session
            .catalogue
            .providers()
            .map(|one| one.name())
            .collect();
        let shown = crate::domain::why::plain(name);
        let mut failure = Failure::usage(format!("there is no provider `{shown}`"));
        if let Some(near) = nearest(name, names.iter().copied()) {
            failure = failure.hint(format!("did you mean `{near}`?"));
        }
        Box::new(failure.hint("contain provider list"))
    })
}

fn list(session: &Session) -> Result<Ended, Box<Failure>> {
    let packs = pack::packs(&session.workspace)?;
    let proven = |spec: &Spec| pack::proven_by(&packs, spec);
    let mut text = String::new();
    let mut rows = Vec::new();
    for provider in session.catalogue.providers() {
        let configured = configured(session, provider.name());
        text.push_str(&catalogue::short(provider.as_ref(), &configured, proven));
        rows.push(serde_json::json!({
            "provider": provider.name(),
            "configured": configured,
            "endpoints": provider.endpoints(),
            "kinds": provider.kinds().iter().map(|kind| kind.id.to_string()).collect::<Vec<_>>(),
            "actions": provider.actions().iter().map(|spec| spec.id.to_string()).collect::<Vec<_>>(),
        }));
    }
    Ok(Ended::data(serde_json::json!({ "providers": rows }), text))
}

/// Whether credentials of a provider are configured here, as far as it can be said without asking anybody.
fn configured(session: &Session, provider: &str) -> String {
    if provider != "aws" {
        let found = session.catalogue.provider(provider);
        let is_set_up = found.is_some_and(|found| found.is_set_up());
        return if is_set_up {
            "configured by the workspace; contain doctor tries it".to_owned()
        } else {
            "not configured".to_owned()
        };
    }
    match aws_by(session) {
        Some(by) => format!(
            "configured {}; contain doctor tries it",
            crate::domain::why::plain(&by)
        ),
        None => "not configured".to_owned(),
    }
}

/// By what AWS is configured, as far as it can be said without asking anybody: a machine's own role is not.
pub(super) fn aws_by(session: &Session) -> Option<String> {
    let workspace = &session.workspace.config.providers.aws;
    let named = [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ]
    .into_iter()
    .find(|name| environment(name).is_some());
    let file = environment_path("HOME").map(|home| home.join(".aws"));
    let files = file.is_some_and(|folder| {
        folder.join("credentials").is_file() || folder.join("config").is_file()
    });
    match (&workspace.profile, &workspace.role, named) {
        (Some(profile), ..) => Some(format!("by the workspace: profile {profile}")),
        (None, Some(role), _) => Some(format!("by the workspace: role {role}")),
        (None, None, Some(name)) => Some(format!("by {name}")),
        (None, None, None) if files => Some("by ~/.aws".to_owned()),
        (None, None, None) if session.chooses_aws() || workspace.says_anything() => {
            Some("by the workspace or --as".to_owned())
        }
        (None, None, None) => None,
    }
}

fn show(session: &Session, provider: &dyn Provider) -> Result<Ended, Box<Failure>> {
    let packs = pack::packs(&session.workspace)?;
    let told = pack::settings_of(&packs, provider.name());
    let proven = |spec: &Spec| -> Vec<Proven> { pack::proven_by(&packs, spec) };
    let actions = provider
        .actions()
        .iter()
        .map(|spec| serde_json::json!({"spec": spec, "proven_by": proven(spec)}));
    let data = serde_json::json!({
        "provider": provider.name(),
        "settings": told.as_ref().map(|told| &told.rows),
        "example": told.as_ref().map(|told| told.file()),
        "kinds": provider.kinds(),
        "actions": actions.collect::<Vec<_>>(),
    });
    let text = catalogue::whole(provider, told.as_ref(), proven);
    Ok(Ended::data(data, text))
}

fn permissions(
    provider: &dyn Provider,
    only_reads: bool,
    only: &[String],
) -> Result<Ended, Box<Failure>> {
    let ids: Vec<String> = provider
        .actions()
        .iter()
        .map(|spec| spec.id.to_string())
        .collect();
    for wanted in only {
        if !ids.contains(wanted) {
            let shown = crate::domain::why::plain(wanted);
            let mut failure = Failure::usage(format!("there is no action `{shown}`"));
            if let Some(near) = nearest(wanted, ids.iter().map(String::as_str)) {
                failure = failure.hint(format!("did you mean `{near}`?"));
            }
            let show = format!("contain provider show {}", provider.name());
            return Err(Box::new(failure.hint(show)));
        }
    }
    let is_wanted =
        |id: &ActionId| !only_reads && (only.is_empty() || only.contains(&id.to_string()));
    let actions = provider.actions().iter().filter(|spec| is_wanted(&spec.id));
    let reads = if only.is_empty() {
        provider.reads(None)
    } else {
        Vec::new()
    };
    let everywhere = |permissions| Need {
        permissions,
        target: None,
        seen: None,
    };
    let needs: Vec<Need<'_>> = actions
        .map(|spec| everywhere(spec.permissions.as_slice()))
        .chain([everywhere(reads.as_slice())])
        .collect();
    let Some(document) = provider.permissions(&needs) else {
        let message = format!("`{}` has no documents of permissions", provider.name());
        return Err(Box::new(Failure::usage(message)));
    };
    let text = format!("{document:#}\n");
    Ok(Ended::data(
        serde_json::json!({ "permissions": document }),
        text,
    ))
}
