//! `--from`: a pasted leak becomes subjects, and its secrets what they are tried with. `--activity`: exported logs.
//!
//! Nothing that was pasted is ever repeated but ids; secrets are held as such, and noted by reference and fingerprint.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::aside;
use super::failure::{Failure, of_provider};
use super::session::{self, Session};
use super::wish::{Given, Secrets, Subjects};
use crate::domain::event::SecretNote;
use crate::domain::why::plain;
use crate::domain::{Locator, Named, NotSeen, Secret, SecretRef};
use crate::provider::Observer;
use crate::provider::leak::{self, Leak, Leaked};

/// The largest paste.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Exported logs.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Activity {
    /// Read exported CloudTrail events from FILE beside the API: a delivery of S3 (plain or gzip), JSON lines, or what
    /// `aws cloudtrail lookup-events` printed (can be repeated)
    #[arg(long = "activity", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Activity {
    /// The session that reads them; refuses what cannot be opened, before anything is sent.
    pub(super) fn in_session(&self, session: Session) -> Result<Session, Box<Failure>> {
        for file in &self.files {
            let failed = |why: &dyn std::fmt::Display| {
                let message = format!("`--activity {}` cannot be read: {why}", file.display());
                Box::new(Failure::usage(message))
            };
            // Opening a pipe would wait for whoever writes into it.
            let found = std::fs::metadata(file).map_err(|error| failed(&error))?;
            if found.is_dir() {
                return Err(failed(&"it is a folder; name each file"));
            }
            if !found.is_file() {
                return Err(failed(
                    &"it is no regular file, and exports are read more than once",
                ));
            }
            std::fs::File::open(file).map_err(|error| failed(&error))?;
        }
        session.with_activity(&self.files)
    }
}

/// What was pasted.
pub(super) struct Paste {
    found: Vec<Leaked>,
    reference: SecretRef,
    /// The canonical name of each that was found, where it could be resolved.
    names: Vec<Option<Locator>>,
    /// What cannot be a subject, and why.
    pub(super) refused: Vec<NotSeen>,
}

/// Reads a file or standard input; other options may not want the same input.
pub(super) fn read(
    session: &Session,
    from: &str,
    others: &[bool],
) -> Result<(Leak, SecretRef), Box<Failure>> {
    if from == "-" && others.contains(&true) {
        let message = "standard input can be read only once: `--from -` goes with neither `--subjects -` nor `--secret stdin`";
        return Err(Box::new(Failure::usage(message)));
    }
    let (bytes, reference) = if from == "-" {
        (session::input(LARGEST)?, SecretRef::Stdin)
    } else {
        let path = std::path::absolute(from).unwrap_or_else(|_| from.into());
        (
            session::bounded(from.as_ref(), LARGEST)?,
            SecretRef::File(path),
        )
    };
    let bytes = zeroize::Zeroizing::new(bytes);
    Ok((leak::read(&session.catalogue, &bytes), reference))
}

/// Reads what `--from` names, where it was given, and says what in it belongs to nothing.
pub(super) fn of(
    session: &Session,
    subjects: &Subjects,
    secrets: &Secrets,
) -> Result<Option<Paste>, Box<Failure>> {
    let Some(from) = &subjects.from else {
        return Ok(None);
    };
    let others = [
        subjects.subjects.as_deref() == Some("-"),
        secrets
            .secrets
            .iter()
            .any(|secret| secret.ends_with("stdin")),
    ];
    let (leak, reference) = read(session, from, &others)?;
    if leak.found.is_empty() {
        let message = format!(
            "nothing in the paste is an id of a known kind; {}",
            unknown(leak.unknown)
        );
        return Err(Box::new(
            Failure::usage(message).hint("contain identify --from FILE"),
        ));
    }
    if leak.unknown > 0 {
        aside(&format!("note: in the paste, {}", unknown(leak.unknown)));
    }
    Ok(Some(Paste {
        names: leak.found.iter().map(|_| None).collect(),
        found: leak.found,
        reference,
        refused: Vec::new(),
    }))
}

/// How many texts look like secrets and belong to nothing.
pub(super) fn unknown(count: usize) -> String {
    match count {
        0 => "nothing else in it looks like a secret".to_owned(),
        1 => "1 text looks like a secret of no known credential; it is not shown".to_owned(),
        more => {
            format!("{more} texts look like secrets of no known credential; they are not shown")
        }
    }
}

fn named(session: &Session, found: &Leaked) -> Named {
    let named = Named {
        kind: found.kind.clone(),
        id: found.id.clone(),
        account: None,
    };
    match session.catalogue.provider(named.kind.provider()) {
        Some(provider) => provider.decode(&named),
        None => named,
    }
}

/// What was recognised, as `identify` shows it: each with what its id tells offline.
pub(super) fn recognised(session: &Session, leak: &Leak) -> Vec<(Named, usize, bool)> {
    let found = leak.found.iter();
    let told = found.map(|found| (named(session, found), found.line, found.secret.is_some()));
    told.collect()
}

impl Paste {
    /// Makes what was found canonical, in its order. One that cannot be a subject keeps none of the others from it.
    pub(super) async fn resolve(
        &mut self,
        session: &Session,
        observer: &Observer,
        subjects: &mut Vec<Locator>,
    ) -> Result<(), Box<Failure>> {
        let named: Vec<Named> = self
            .found
            .iter()
            .map(|found| named(session, found))
            .collect();
        let mut known: BTreeSet<Locator> = subjects.iter().cloned().collect();
        self.names.clear();
        for (named, resolved) in named.iter().zip(observer.resolve(&named).await) {
            let what = format!("{}/{}", named.kind, named.id);
            match resolved {
                Ok(locator) => {
                    if known.insert(locator.clone()) {
                        subjects.push(locator.clone());
                    }
                    self.names.push(Some(locator));
                }
                Err(why) => {
                    aside(&format!(
                        "warning: of the paste, {} is no subject and is left alone: {why}",
                        plain(&what)
                    ));
                    self.refused.push(NotSeen {
                        what,
                        why,
                        withholds: true,
                    });
                    self.names.push(None);
                }
            }
        }
        match self.refused.first().filter(|_| subjects.is_empty()) {
            Some(refused) => Err(of_provider(
                &format!("cannot use `{}` as a subject", plain(&refused.what)),
                &refused.why,
            )),
            None => Ok(()),
        }
    }

    /// The secrets, each for its subject.
    pub(super) fn secrets(self) -> Given {
        let each = self.found.into_iter().zip(self.names);
        each.filter_map(|(found, name)| Some((name?, (self.reference.clone(), found.secret?))))
            .collect()
    }

    /// The secrets of targets that a run already names.
    pub(super) fn secrets_of(self, notes: &[SecretNote]) -> Given {
        let target = |found: &Leaked| {
            let is_it = |note: &&SecretNote| is_of(&note.target, found);
            notes.iter().find(is_it).map(|note| note.target.clone())
        };
        let reference = self.reference;
        let each = self.found.into_iter();
        each.filter_map(|found| Some((target(&found)?, (reference.clone(), found.secret?))))
            .collect()
    }
}

fn is_of(target: &Locator, found: &Leaked) -> bool {
    *target.kind() == found.kind && target.id() == found.id
}

/// Reads a pasted secret again from the file that it was in.
pub(super) fn again(session: &Session, note: &SecretNote) -> Option<Secret> {
    let SecretRef::File(path) = &note.reference else {
        return None;
    };
    let bytes = zeroize::Zeroizing::new(session::bounded(path, LARGEST).ok()?);
    let leak = leak::read(&session.catalogue, &bytes);
    let mut found = leak.found.into_iter();
    found.find(|found| is_of(&note.target, found))?.secret
}
