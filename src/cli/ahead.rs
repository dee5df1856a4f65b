//! What a workspace authorises ahead: the signed files in `standing/`, taken into the record of an incident when who they
//! are for acts in it.
//!
//! A file that does not count is told, and authorises nothing.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::aside;
use super::failure::Failure;
use super::session::Session;
use super::work::Work;
use super::workspace::read;
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::mandate::{Answer as Approval, Document, Mandate, Scope};
use crate::domain::why::plain;
use crate::gate::standing::{self, Standing};
use crate::journal::Folder;
use crate::signature::{self, AllowedSigners, Revoked};

/// Takes in what is authorised ahead for whoever operates, where the record does not hold it yet.
pub(super) async fn take_in(session: &Session, work: &Work) -> Result<(), Box<Failure>> {
    let Some(name) = session.who.name() else {
        return Ok(());
    };
    for file in files(session)? {
        let (text, signature) = match both(&file) {
            Ok(both) => both,
            Err(why) => {
                warn(&file, &why.message);
                continue;
            }
        };
        let mandate = match judge(session, &text, &signature) {
            Ok((standing, mandate)) if standing.of.contains(name) => mandate,
            Ok(_) => continue,
            Err(why) => {
                warn(&file, &why);
                continue;
            }
        };
        let is_known = work.journal.with_case(|case| {
            let mut known = case.mandates.iter();
            known.any(|known| known.nonce == mandate.nonce)
        });
        if is_known {
            continue;
        }
        if let Scope::Standing { id, at_most, .. } = &mandate.scope {
            aside(&format!(
                "note: {} lets {} cut up to {at_most} items in this incident; every incident counts anew",
                plain(id),
                plain(name)
            ));
        }
        let name = mandate.nonce.get(..17).unwrap_or(&mandate.nonce);
        let mut events =
            work.keep_signed(&format!("{name}.yaml"), (text.as_bytes(), &signature))?;
        events.push(Event::Granted { mandate });
        work.journal.append(events).await?;
    }
    Ok(())
}

/// Who may sign, and whose keys count no more.
type Known = (AllowedSigners, Revoked);

/// Looks at whether the signature behind a mandate of the record counts now: whoever's key was revoked, or who is nobody any
/// more, has agreed to nothing. Says so where it does not.
///
/// A file that cannot be read for a moment, or is empty while somebody writes it, ends nothing: what it said last counts.
///
/// # Errors
/// The files cannot be read when the run begins.
pub(super) fn looking(
    session: &Session,
    folder: &Folder,
) -> Result<impl Fn(&Case, &Mandate) -> bool + Sync, Box<Failure>> {
    let last: Mutex<Known> = Mutex::new(session.workspace.signers()?);
    Ok(move |case: &Case, mandate: &Mandate| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        match session.workspace.signers() {
            Ok((allowed, _)) if allowed == AllowedSigners::default() => {}
            Ok(known) => *last = known,
            Err(why) => aside(&format!(
                "warning: {}; who may sign is as it was before",
                plain(&why.message)
            )),
        }
        let stands = verified(session, folder, (case, mandate), &last);
        if !stands {
            aside(&format!(
                "warning: what {} signed counts no more: its signature no longer verifies",
                plain(&mandate.by)
            ));
        }
        stands
    })
}

fn verified(
    session: &Session,
    folder: &Folder,
    (case, mandate): (&Case, &Mandate),
    (signers, revoked): &Known,
) -> bool {
    let now = session.clock.latest();
    let document = mandate.signed.as_ref().map(|signed| signed.document);
    let is_theirs = |by: &str| session.roster.of_signer(by) == Ok(mandate.by.as_str());
    // Two who agree to one request sign the same bytes.
    let kept = case.attached.iter();
    let mut kept = kept.filter(|kept| Some(kept.digest) == document);
    kept.any(|kept| {
        let read = |path: &str| read(&folder.path().join(path)).ok();
        let both = read(&kept.path).zip(read(&format!("{}.sig", kept.path)));
        both.is_some_and(|(text, signature)| {
            let known = (signers, revoked);
            let by = signature::verify(known, text.as_bytes(), &signature, now);
            by.is_ok_and(|by| is_theirs(&by.by)) && is_said((folder.id(), mandate), &text)
        })
    })
}

/// Whether a text that was signed says what a mandate of the record says: who can write there could have put anything
/// beside a signature that somebody gave for something else.
fn is_said((incident, mandate): (&str, &Mandate), text: &str) -> bool {
    match &mandate.scope {
        Scope::Exact { plan, items } => {
            let said = serde_json::from_str::<Document>(text);
            said.is_ok_and(|said| {
                said.incident == incident
                    && said.plan == *plan
                    && said.answer == Approval::Approve
                    && said.tier == mandate.tier
                    && said.until == mandate.until
                    && said.items.is_none_or(|all| items.is_subset(&all))
            })
        }
        Scope::Standing {
            id,
            of,
            kinds,
            rungs,
            at_most,
        } => {
            let said = serde_yaml::from_str::<Standing>(text);
            said.is_ok_and(|said| {
                (&said.id, &said.of, &said.kinds, &said.rungs) == (id, of, kinds, rungs)
                    && (said.at_most, said.tier, said.until)
                        == (*at_most, mandate.tier, mandate.until)
            })
        }
        // Reach comes of a word that was given here, and nobody signs it.
        Scope::Reach { .. } => false,
    }
}

fn files(session: &Session) -> Result<Vec<PathBuf>, Box<Failure>> {
    let folder = session.workspace.folder.as_ref();
    let Some(folder) = folder
        .map(|folder| folder.join("standing"))
        .filter(|one| one.is_dir())
    else {
        return Ok(Vec::new());
    };
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("failed to list `{}`: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    Ok(files)
}

fn both(file: &Path) -> Result<(String, String), Box<Failure>> {
    let mut signature = file.as_os_str().to_owned();
    signature.push(".sig");
    Ok((read(file)?, read(Path::new(&signature))?))
}

fn judge(session: &Session, text: &str, signature: &str) -> Result<(Standing, Mandate), String> {
    let standing: Standing =
        serde_yaml::from_str(text).map_err(|why| why.without_snippet().to_string())?;
    let (signers, revoked) = session.workspace.signers().map_err(|why| why.message)?;
    let known = (&signers, &revoked);
    let signed = (text.as_bytes(), signature);
    let now = session.clock.now();
    let mandate = standing::admit(&standing, signed, known, &session.roster, now);
    mandate
        .map(|mandate| (standing, mandate))
        .map_err(|why| why.to_string())
}

fn warn(file: &Path, why: &str) {
    aside(&format!(
        "warning: {} authorises nothing: {}",
        file.display(),
        plain(why)
    ));
}
