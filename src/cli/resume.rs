//! `contain resume`: go on where a run was killed, blocked, or has something due.

use std::collections::BTreeMap;
use std::path::Path;

use super::failure::Failure;
use super::given::{meant, read_secrets, recall, references};
use super::operation::Go;
use super::pick;
use super::session::{self, Session};
use super::wish::{Secrets, Subjects, again};
use super::work::{Work, open};
use super::{Ended, aside, paste};
use crate::converge::Limit;
use crate::domain::event::Order;
use crate::domain::{Fingerprint, Locator, Secret, SecretRef};
use crate::plan::restore::Wanted;

/// Go on with an incident: look at what is in doubt, then finish what is open or due
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Go on until contained, cutting what appears meanwhile
    #[arg(long)]
    wait: bool,
    /// Confirm what still needs confirming without being asked; covers tiers up to 2
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    secrets: Secrets,
    /// Read the pasted leak again from FILE, `-` is standard input, for the secrets that cannot be read again otherwise
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Work in this incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    session.warn();
    references(&session, &args.secrets)?;
    let folder = session.folder(args.incident.as_deref())?;
    let work = open(&session, folder, true)?;
    let (run, order) = pick::to_resume(&work, &session.catalogue, session.clock.now())?;
    let session = session.with_activity(&order.activity)?;
    let again = again(&session, &work.folder, &order, false).await?;
    let subjects = Subjects {
        from: args.from,
        ..Subjects::default()
    };
    let paste = paste::of(&session, &subjects, &args.secrets)?;
    let key = work.folder.key()?;
    let mut given = paste.map_or_else(Default::default, |paste| {
        paste.secrets_of(&order.secrets, &key)
    });
    given.extend(read_secrets(
        &session,
        &args.secrets,
        (&order.subjects, &order.left_alone),
    )?);
    let secrets = secrets_of(&session, &work, &order, given)?;
    let limit = match () {
        () if order.gives_back() => Limit::Restore(Wanted::of(&order)),
        () if args.wait || order.wait => Limit::Contained,
        () => Limit::Isolated,
    };
    let go = Go {
        observer: &again.observer,
        playbook: &again.playbook,
        policy: &again.policy,
        own: again.own,
        secrets,
        yes: args.yes,
        code: None,
    };
    go.run(&session, work, run, limit).await
}

/// The secret that a file holds by itself; a long one holds more than that.
fn alone(path: &std::path::Path) -> Option<Secret> {
    const LONGEST: u64 = 1024 * 1024;
    let is_short = std::fs::metadata(path).is_ok_and(|found| found.len() <= LONGEST);
    let reference = SecretRef::File(path.to_owned());
    is_short.then(|| session::secret(&reference).ok()).flatten()
}

/// The secrets of a run: those given now, and those whose reference can still be read; each must be the one that the
/// run began with.
pub(super) fn secrets_of(
    session: &Session,
    work: &Work,
    order: &Order,
    given: BTreeMap<Locator, (SecretRef, Secret)>,
) -> Result<BTreeMap<Locator, Secret>, Box<Failure>> {
    let key = work.folder.key()?;
    let mut given = given;
    let mut secrets = BTreeMap::new();
    let mut lost = Vec::new();
    // The prints of what files hold by themselves: many secrets are noted of one file, which is read once.
    let mut files: BTreeMap<&Path, Option<Fingerprint>> = BTreeMap::new();
    for note in &order.secrets {
        if let Some((reference, secret)) = given.remove(&note.target) {
            if secret.fingerprint(&key) != note.fingerprint {
                let message = format!(
                    "the secret at `{reference}` is not the one that the run began with for {}",
                    note.target
                );
                return Err(Box::new(
                    Failure::usage(message).hint("contain resume --secret REF"),
                ));
            }
            secrets.insert(note.target.clone(), secret);
            continue;
        }
        let is_it = |secret: &Secret| secret.fingerprint(&key) == note.fingerprint;
        let whole = match &note.reference {
            SecretRef::File(path) => {
                let print = || alone(path).map(|secret| secret.fingerprint(&key));
                let print = files.entry(path).or_insert_with(print);
                let is_it = print.as_ref() == Some(&note.fingerprint);
                is_it.then(|| alone(path)).flatten()
            }
            SecretRef::Env(_) => {
                let text = session::secret(&note.reference).ok();
                text.map(|text| meant(session, &note.target, text))
            }
            SecretRef::Fd(_) | SecretRef::Stdin => None,
        };
        match whole.filter(is_it) {
            Some(secret) => drop(secrets.insert(note.target.clone(), secret)),
            None => lost.push(note),
        }
    }
    let mut again = paste::again(session, &lost, &key);
    for note in lost {
        let found = again.remove(&note.target).map(|(_, secret)| secret);
        let found = found.filter(|secret| secret.fingerprint(&key) == note.fingerprint);
        secrets.extend(found.map(|secret| (note.target.clone(), secret)));
        if !session.json && !secrets.contains_key(&note.target) {
            aside(&format!(
                "warning: the secret of {} ({}) cannot be read again; without --secret REF or --from FILE it is not tried",
                note.target, note.reference
            ));
        }
    }
    for (target, secret) in &secrets {
        if let Some(provider) = session.catalogue.provider(target.provider()) {
            provider.hold(target, secret);
        }
    }
    work.journal
        .with_case(|case| recall(session, case, |target| secrets.get(target), &key));
    Ok(secrets)
}
