//! What a workspace authorises ahead: the signed files in `standing/`, taken into the record of an incident when who they
//! are for acts in it.
//!
//! A file that does not count is told, and authorises nothing.

use std::path::{Path, PathBuf};

use super::aside;
use super::failure::Failure;
use super::session::Session;
use super::work::Work;
use super::workspace::read;
use crate::domain::event::Event;
use crate::domain::mandate::Mandate;
use crate::domain::why::plain;
use crate::gate::standing::{self, Standing};

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
        let mut events = Vec::new();
        let name = mandate.nonce.get(..17).unwrap_or(&mandate.nonce).to_owned();
        for (name, bytes) in [
            (format!("{name}.yaml"), &text),
            (format!("{name}.yaml.sig"), &signature),
        ] {
            let (path, digest) = work.folder.keep("mandates", &name, bytes.as_bytes())?;
            events.push(Event::Attached {
                path,
                digest,
                about: None,
            });
        }
        events.push(Event::Granted { mandate });
        work.journal.append(events).await?;
    }
    Ok(())
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
