//! `contain incident`: open one, list them, write something down, close it.

use crate::report::page::Page;
use clap::Subcommand;

use super::Ended;
use super::failure::Failure;
use super::session::{self, Session};
use super::{closing, declare, share, task, wish, work};
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Locator, Relation, Why};
use crate::provider::Observer;

/// Open, list or close incidents, or note something in one
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Open an incident without cutting anything yet
    Open {
        /// The incident began then: a time, or a duration ago
        #[arg(long, value_name = "TIME|DURATION", default_value = "24h")]
        since: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// A ticket elsewhere; kept in the journal
        #[arg(long, value_name = "ID")]
        ticket: Option<String>,
    },
    /// List incidents, oldest first
    List,
    /// Join an incident that another machine began, where `sinks` of contain.yaml names the place they share; without an
    /// id, list what is there
    Join {
        /// The incident
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
    /// Say where an incident stands, what is owed, and what is lacking before it can be closed
    Show {
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Say that a manual task was done
    Done {
        /// The item, as the plan and `contain status` name it
        #[arg(value_name = "ITEM")]
        item: String,
        /// What was done, in your words
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Keep a file that shows it, in the incident's folder (can be repeated)
        #[arg(long, value_name = "FILE")]
        evidence: Vec<std::path::PathBuf>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Take on yourself that an open item holds back nothing any more
    Waive {
        /// The item, as the plan and `contain status` name it
        #[arg(value_name = "ITEM")]
        item: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    #[command(flatten)]
    People(declare::Verb),
    /// Close an incident on evidence: only where everything found is dead, accepted or out of reach, and nothing is in doubt,
    /// overdue or owed; otherwise it names what is lacking, with the command that settles it
    Close {
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Sign the final report with this SSH key; otherwise with CONTAIN_SIGNING_KEY, or signing.key of contain.yaml
        #[arg(long, value_name = "FILE")]
        key: Option<std::path::PathBuf>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Take on yourself that something which closing lacks stays as it is
    Accept {
        /// What: a locator, or what `contain incident close` calls it
        #[arg(value_name = "WHAT", required_unless_present = "relation")]
        what: Vec<String>,
        /// Everything open that is known in this way alone: held, could-enter, could-read, shared, exposed
        #[arg(long, value_name = "RELATION", value_parser = super::isolate::relation)]
        relation: Option<Relation>,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Open a closed incident again
    Reopen {
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Write something down in an incident's journal
    Note {
        /// What to write down
        #[arg(value_name = "TEXT")]
        text: String,
        /// It tells of work done by hand: an action and its target; the next round looks whether it is so
        #[arg(long, value_name = "ACTION LOCATOR")]
        did: Option<String>,
        /// When it was done: a time, or a duration ago; otherwise now
        #[arg(long, value_name = "TIME|DURATION", requires = "did")]
        at: Option<String>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Open {
            since,
            reason,
            ticket,
        } => {
            let since = session::since(&since, session.clock.now())?;
            let wanted = wish::Incident {
                id: None,
                reason,
                ticket,
            };
            let work = work::create(&session, since, &wanted).await?;
            let id = work.folder.id().to_owned();
            let mut ended = Ended::data(
                serde_json::json!({"incident": id, "folder": work.folder.path()}),
                format!(
                    "Opened incident {id} in {}\n\nNext:\n  contain isolate LOCATOR --incident {id}\n",
                    work.folder.path().display()
                ),
            );
            ended.output.incident = Some(id);
            Ok(ended)
        }
        Verb::List => list(&session),
        Verb::Join { id } => share::join(&session, id.as_deref()).await,
        Verb::People(verb) => declare::run(verb, &session).await,
        Verb::Show { incident } => super::status::of(incident.as_deref(), &session),
        Verb::Done {
            item,
            note,
            evidence,
            incident,
        } => task::done(&session, incident.as_deref(), &item, note, &evidence).await,
        Verb::Waive {
            item,
            reason,
            incident,
        } => task::waive(&session, incident.as_deref(), &item, reason).await,
        Verb::Close {
            reason,
            key,
            incident,
        } => closing::close(&session, incident.as_deref(), (reason, key)).await,
        Verb::Accept {
            what,
            relation,
            reason,
            incident,
        } => closing::accept(&session, incident.as_deref(), (&what, relation, reason)).await,
        Verb::Reopen { reason, incident } => {
            closing::reopen(&session, incident.as_deref(), reason).await
        }
        Verb::Note {
            text,
            did,
            at,
            incident,
        } => {
            let work = work::open(&session, session.folder(incident.as_deref())?, false)?;
            let event = match did {
                Some(did) => by_hand(&session, &work, &did, at.as_deref(), text).await?,
                None => Event::Noted { text },
            };
            let stamps = work.journal.append(vec![event]).await?;
            let seq = stamps.first().map(|stamp| stamp.seq);
            let id = work.folder.id().to_owned();
            let text = format!(
                "Noted in incident {id} as entry {}.\n",
                seq.unwrap_or_default()
            );
            let mut ended = Ended::data(serde_json::json!({ "seq": seq }), text);
            ended.output.incident = Some(id);
            Ok(ended)
        }
    }
}

/// Understands what somebody says to have done by hand. Its target is one that the incident knows, else the provider
/// is asked what the name means.
async fn by_hand(
    session: &Session,
    work: &work::Work,
    did: &str,
    at: Option<&str>,
    text: String,
) -> Result<Event, Box<Failure>> {
    let now = session.clock.now();
    let at = at.map_or(Ok(now), |at| session::moment("--at", at, now))?;
    let Some((action, target)) = did.trim().split_once(' ') else {
        let message = format!("`--did {}` names no action and target", plain(did));
        let failure = Failure::usage(message);
        return Err(Box::new(failure.hint(
            "contain incident note --did \"aws.deny-user aws:user/NAME\" TEXT",
        )));
    };
    let ids: Vec<String> = session
        .catalogue
        .actions()
        .map(|spec| spec.id.to_string())
        .collect();
    let spec = session
        .catalogue
        .actions()
        .find(|spec| spec.id.to_string() == action);
    let Some(spec) = spec else {
        let mut failure = Failure::usage(format!("there is no action `{}`", plain(action)));
        if let Some(near) = crate::domain::nearest(action, ids.iter().map(String::as_str)) {
            failure = failure.hint(format!("did you mean `{near}`?"));
        }
        return Err(Box::new(failure.hint("contain provider list")));
    };
    let named = session.name(target)?;
    if named.kind != spec.on {
        let message = format!("{} works on {}, not on {}", spec.id, spec.on, named.kind);
        return Err(Box::new(Failure::usage(message)));
    }
    let is_meant = |known: &&Locator| {
        let account = named.account.as_deref();
        *known.kind() == named.kind
            && known.id() == named.id
            && account.is_none_or(|account| known.account() == Some(account))
    };
    let known = work.journal.with_case(|case| {
        let lives = case.lives.values();
        let planned = lives.filter_map(|life| life.planned.target.as_ref());
        planned.chain(case.subjects()).find(is_meant).cloned()
    });
    let target = match known {
        Some(known) => known,
        None => {
            let observer = Observer::new(&session.catalogue, session.clock.clone());
            let resolved = observer.resolve(std::slice::from_ref(&named)).await;
            let what = format!("cannot identify `{}`", plain(target));
            let failed = |why: &Why| session.failed_at(named.kind.provider(), &what, why);
            match resolved.into_iter().next() {
                Some(resolved) => resolved.map_err(|why| failed(&why))?,
                None => return Err(Box::new(Failure::internal("nothing was resolved"))),
            }
        }
    };
    Ok(Event::ByHand {
        action: spec.id.clone(),
        target,
        at,
        text,
    })
}

fn list(session: &Session) -> Result<Ended, Box<Failure>> {
    let listed = session.incidents()?;
    let row = |summary: &crate::journal::Summary| {
        serde_json::json!({
            "incident": summary.id,
            "opened_at": summary.opened_at,
            "closed": summary.closed,
            "subjects": summary.subjects,
            "damaged": summary.damaged,
        })
    };
    let mut text = Page::default();
    for summary in &listed {
        let state = match (&summary.damaged, summary.closed) {
            (Some(_), _) => "DAMAGED",
            (None, true) => "closed",
            (None, false) => "open",
        };
        let opened = summary
            .opened_at
            .map(|at| at.to_string())
            .unwrap_or_default();
        text.add(&format!(
            "{}  {state:<7}  {opened}  {}\n",
            summary.id,
            session::listed(&summary.subjects)
        ));
        if let Some(damage) = &summary.damaged {
            text.add(&format!("    {}\n", plain(damage)));
        }
    }
    if listed.is_empty() {
        text.add(&format!("No incidents in {}.\n", session.place().display()));
    }
    Ok(Ended::data(
        serde_json::json!({ "incidents": listed.iter().map(row).collect::<Vec<_>>() }),
        text,
    ))
}
