//! `contain approve`: agree to what somebody else asks for, or deny it, with an SSH signature.
//!
//! Shows the plan as this program renders it, and signs what it has shown. Never performs anything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::consent::terms;
use super::failure::{Failure, exit};
use super::session::{self, Session};
use super::work::{Work, open};
use super::{Ended, aside, sign};
use crate::domain::event::Event;
use crate::domain::mandate::{Answer, Document};
use crate::domain::plan::Plan;
use crate::domain::shell::quoted;
use crate::domain::why::plain;
use crate::domain::{Digest, ItemKey, nearest};
use crate::gate::Who;
use crate::gate::approval::{self, Admitted, Court, Refused};
use crate::report::human;
use crate::report::standing::Outcome;

/// More than this is no answer.
const LARGEST: u64 = 1024 * 1024;

/// Agree to a plan that waits for people, or deny it, by signing it with an SSH key
///
/// Without `--key` and `--import` the request is printed, with the one line that signs it anywhere.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The plan's digest or the beginning of it; otherwise the latest plan that waits for people
    #[arg(value_name = "PLAN")]
    plan: Option<String>,
    /// Sign with this key: a private key's file, or the .pub beside a key that an agent or hardware holds
    #[arg(long, value_name = "FILE", conflicts_with = "import")]
    key: Option<PathBuf>,
    /// Take in what somebody signed elsewhere: a file, `-` is standard input. The signature, after the line that was signed
    /// where that is not the request itself
    #[arg(long, value_name = "FILE")]
    import: Option<String>,
    /// Answer for this item only, as the plan names it (can be repeated)
    #[arg(long = "item", value_name = "ITEM")]
    items: Vec<String>,
    /// Deny instead, and say why; final for these items in this run
    #[arg(long, value_name = "REASON")]
    deny: Option<String>,
    /// Sign without being asked once more
    #[arg(long)]
    yes: bool,
    /// The incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    if session.roster.is_empty() {
        let message = "nobody is configured who could agree: contain.yaml names no people";
        return Err(Box::new(Failure::usage(message).hint(
            "name them under `people:` in contain.yaml, and their keys in allowed_signers",
        )));
    }
    if matches!(session.who, Who::Agent(_) | Who::Pipeline(_)) && args.key.is_some() {
        let message = "no agent and no pipeline signs for a person";
        return Err(Box::new(Failure::new(exit::DENIED, "denied", message)));
    }
    let work = open(&session, session.folder(args.incident.as_deref())?, false)?;
    let (plan, request) = chosen(&work, args.plan.as_deref())?;
    let document = answer(&args, &plan, request)?;
    let (said, signature) = match (&args.key, &args.import) {
        (Some(key), _) => {
            show(&session, &work, &plan, &document);
            agree(&session, &args)?;
            let said = approval::bytes(&document).map_err(|why| refused(&work, &plan, &why))?;
            let signature = sign::sign(&said, key)?;
            (said, signature)
        }
        (None, Some(source)) => taken_in(source, &document)?,
        (None, None) => return Ok(ask(&session, &work, &plan, &document)),
    };
    take(&session, &work, &plan, (&said, &signature)).await
}

/// The plan that is meant, with what people were asked about it.
fn chosen(work: &Work, wanted: Option<&str>) -> Result<(Plan, Document), Box<Failure>> {
    let wanted = wanted.map(|plan| plan.rsplit('/').next().unwrap_or(plan));
    let wanted = wanted.map(|plan| plan.trim_end_matches(".json"));
    let fits = |request: &&Document| {
        wanted
            .is_none_or(|wanted| !wanted.is_empty() && request.plan.to_string().starts_with(wanted))
    };
    let request = work.journal.with_case(|case| {
        let mut all = case.requests.iter().rev().map(|(_, request)| request);
        all.find(fits).cloned()
    });
    let Some(request) = request else {
        let message = match wanted {
            Some(wanted) => format!(
                "nobody is asked about a plan `{}` in incident `{}`",
                plain(wanted),
                work.folder.id()
            ),
            None => format!(
                "nobody is asked anything in incident `{}`",
                work.folder.id()
            ),
        };
        let hint = format!("contain status --incident {}", work.folder.id());
        return Err(Box::new(Failure::usage(message).hint(hint)));
    };
    let plan = work.folder.load_plan(&request.plan)?;
    Ok((plan, request))
}

/// The document that says what the arguments say.
fn answer(args: &Args, plan: &Plan, request: Document) -> Result<Document, Box<Failure>> {
    let asked: Vec<String> = approval::asked(plan)
        .map(|item| item.key.to_string())
        .collect();
    let mut items = BTreeSet::new();
    for typed in &args.items {
        let known = asked.contains(typed).then(|| typed.parse::<ItemKey>().ok());
        let Some(key) = known.flatten() else {
            let message = format!("the plan asks about no item `{}`", plain(typed));
            let failure = Failure::usage(message);
            return Err(Box::new(
                match nearest(typed, asked.iter().map(String::as_str)) {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint(format!("items: {}", asked.join(", "))),
                },
            ));
        };
        items.insert(key);
    }
    Ok(Document {
        items: (!items.is_empty()).then_some(items),
        answer: match args.deny {
            Some(_) => Answer::Deny,
            None => Answer::Approve,
        },
        reason: args.deny.clone(),
        ..request
    })
}

/// Shows all of what is signed, beside the result.
fn show(session: &Session, work: &Work, plan: &Plan, document: &Document) {
    if session.json {
        return;
    }
    let items = match &document.items {
        None => "all of it".to_owned(),
        Some(items) => {
            let names: Vec<String> = items.iter().map(ToString::to_string).collect();
            names.join(", ")
        }
    };
    let word = match document.answer {
        Answer::Approve => "AGREE",
        Answer::Deny => "DENY",
    };
    aside(&format!(
        "{}\n{}Asked by {} in incident {}, until {}.\nYou {word} to: {items} (tier {}).",
        human::plan(plan, &session.catalogue),
        terms(plan, document.plan, &[]),
        plain(&document.requested_by.join(", ")),
        work.folder.id(),
        document.until,
        u8::from(document.tier),
    ));
}

/// Has whoever signs say so once more.
fn agree(session: &Session, args: &Args) -> Result<(), Box<Failure>> {
    if args.yes {
        return Ok(());
    }
    if !session.is_attended() {
        let message = "nobody is there to read what is signed";
        return Err(Box::new(Failure::usage(message).hint(
            "read the plan (contain approve without --key prints it), then the same command with `--yes`",
        )));
    }
    aside("Type `yes` to sign this; anything else signs nothing.");
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim().eq_ignore_ascii_case("yes") => Ok(()),
        Ok(_) | Err(_) => Err(Box::new(Failure::new(
            exit::DENIED,
            "not-signed",
            "nothing was signed",
        ))),
    }
}

/// Reads what somebody pasted: a signature, and before it the line that was signed where it is not the request itself.
fn taken_in(source: &str, request: &Document) -> Result<(Vec<u8>, String), Box<Failure>> {
    let pasted = match source {
        "-" => session::input(LARGEST)?,
        file => session::bounded(Path::new(file), LARGEST)?,
    };
    let text =
        String::from_utf8(pasted).map_err(|_| Failure::usage("what was pasted is no text"))?;
    let Some(at) = text.find("-----BEGIN SSH SIGNATURE-----") else {
        let message = "there is no SSH signature in what was pasted";
        return Err(Box::new(
            Failure::usage(message).hint("contain approve prints the line that makes one"),
        ));
    };
    let (before, signature) = text.split_at(at);
    let line = before
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with('{'));
    let said = match line {
        Some(line) => line.as_bytes().to_vec(),
        None => approval::bytes(request).map_err(|why| Failure::usage(why.to_string()))?,
    };
    Ok((said, signature.to_owned()))
}

/// The request, short enough for a chat: what is asked, and the one line that signs it.
fn ask(session: &Session, work: &Work, plan: &Plan, document: &Document) -> Ended {
    show(session, work, plan, document);
    let line = approval::bytes(document).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
    let command = format!(
        "printf %s {} | ssh-keygen -Y sign -n contain -f ~/.ssh/id_ed25519",
        quoted(&line)
    );
    let id = work.folder.id();
    let mut text = format!(
        "{} asks you to agree to plan {} of incident {id}: {} items, tier {}, until {}.\n",
        plain(&document.requested_by.join(", ")),
        document.plan.code(),
        approval::asked(plan).count(),
        u8::from(document.tier),
        document.until,
    );
    let subjects: Vec<String> = plan.subjects.iter().map(ToString::to_string).collect();
    let code = document.plan.code();
    text.extend([
        format!("It concerns {}.\n", plain(&subjects.join(", "))),
        format!("Read it and sign it:\n  contain approve {code} --incident {id} --key ~/.ssh/id_ed25519\n"),
        format!("Or sign this one line, and send back what it prints (`contain approve --import -` takes it in):\n  {command}\n"),
    ]);
    let data = serde_json::json!({
        "plan": document.plan, "request": document, "line": line, "sign_with": command,
    });
    let mut ended = Ended::data(data, text);
    ended.output.incident = Some(id.to_owned());
    ended
}

/// Judges an answer and, where it counts, keeps it: both files first, then the entry.
async fn take(
    session: &Session,
    work: &Work,
    plan: &Plan,
    (said, signature): (&[u8], &str),
) -> Result<Ended, Box<Failure>> {
    let (signers, revoked) = session.workspace.signers()?;
    let case = work.journal.snapshot();
    let court = Court {
        signers: &signers,
        revoked: &revoked,
        roster: &session.roster,
        case: &case,
        plan,
        now: session.clock.latest(),
    };
    let admitted =
        approval::admit(&court, said, signature).map_err(|why| refused(work, plan, &why))?;
    let (by, verdict, event) = match admitted {
        Admitted::Approved(mandate) => {
            let by = mandate.by.clone();
            (by, "agreed to", Event::Granted { mandate })
        }
        Admitted::Denied {
            items,
            by,
            reason,
            signed,
        } => {
            let event = Event::Vetoed {
                run: plan.run,
                plan: plan.digest().unwrap_or(Digest::ZERO),
                items,
                by: by.clone(),
                reason,
                signed,
            };
            (by, "denied", event)
        }
    };
    let name = format!("{}-{by}", Digest::of(said).code());
    let mut events = work.keep_signed(&format!("{name}.json"), (said, signature))?;
    let kept = format!("mandates/{name}.json");
    events.push(event);
    work.journal.append(events).await?;
    let (id, code) = (
        work.folder.id(),
        plan.digest().unwrap_or(Digest::ZERO).code(),
    );
    let next = format!("contain apply {code} --incident {id}");
    let text = format!(
        "{} {verdict} plan {code} of incident {id}; kept as {kept} with its signature.\n\nNext:\n  {next}\n",
        plain(&by)
    );
    let data = serde_json::json!({"by": by, "answer": verdict, "plan": code, "kept": kept});
    let mut ended = Ended::data(data, text);
    ended.output.incident = Some(id.to_owned());
    ended.output.next = vec![next];
    Ok(ended)
}

fn refused(work: &Work, plan: &Plan, why: &Refused) -> Box<Failure> {
    let mut failure = Failure::new(exit::DENIED, "not-admitted", plain(&why.to_string()));
    failure.outcome = Outcome::Denied;
    let id = work.folder.id();
    let again = format!(
        "contain approve {} --incident {id}",
        plan.digest().unwrap_or(Digest::ZERO).code()
    );
    let failure = match why {
        Refused::Expired(_) | Refused::NotAsked(_) | Refused::Over => {
            failure.hint(format!("contain status --incident {id}"))
        }
        Refused::Nobody(_) | Refused::NotApprover(_) => {
            failure.hint("people, their roles and how they sign stand in contain.yaml, their keys in allowed_signers")
        }
        Refused::NotOwner { .. } => failure
            .hint("an owner answers for what they own: --item ITEM, as the plan names it")
            .hint(again),
        Refused::Signature(_) => failure
            .hint("the keys that count stand in allowed_signers of the workspace")
            .hint(again),
        Refused::Unreadable(_)
        | Refused::Differs(_)
        | Refused::NoItem(_)
        | Refused::Closed
        | Refused::OwnRequest(_)
        | Refused::Twice(_)
        | Refused::Denied { .. }
        | Refused::NoReason => failure.hint(again),
    };
    Box::new(failure.of_incident(id))
}
