//! `--from`: what leaked becomes subjects, and its secrets what they are tried with. `--activity`: exported logs.
//!
//! Nothing of a paste or a report is ever repeated but ids; secrets are held as such, and noted by reference and fingerprint.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::aside;
use super::failure::{Failure, exit};
use super::findings::{self, place};
use super::given::Given;
use super::session::Session;
use super::wish::{Secrets, Subjects};
use crate::domain::event::SecretNote;
use crate::domain::why::plain;
use crate::domain::{
    Because, Fact, Locator, Named, NotSeen, Readable, Secret, SecretRef, Time, Why,
};
use crate::provider::Observer;
use crate::provider::leak::{self, Leak, Leaked, Said};

/// How many single warnings are given before the rest are only counted.
const TOLD: usize = 10;

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

/// What was read.
pub(super) struct Paste {
    leak: Leak,
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
    let malformed = |malformed: leak::Malformed| {
        let name = match from {
            "-" => "standard input".to_owned(),
            file => format!("`{}`", plain(file)),
        };
        let message = format!("{name}: {malformed}");
        let failure = Failure::new(exit::USAGE, "invalid-file", message);
        Box::new(match malformed.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    };
    if from == "-" {
        let read = leak::read(&session.catalogue, std::io::stdin().lock());
        return Ok((read.map_err(malformed)?, SecretRef::Stdin));
    }
    let path = std::path::absolute(from).unwrap_or_else(|_| from.into());
    let read = leak::read(&session.catalogue, open(&path)?);
    Ok((read.map_err(malformed)?, SecretRef::File(path)))
}

fn open(path: &Path) -> Result<std::fs::File, Box<Failure>> {
    let failed = |why: &dyn std::fmt::Display| {
        let message = format!("failed to read `{}`: {why}", path.display());
        Box::new(Failure::usage(message))
    };
    let opened = std::fs::File::open(path).map_err(|error| failed(&error))?;
    if opened.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(failed(&"it is a folder"));
    }
    Ok(opened)
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
            "{} holds no credential of a known kind; {}",
            leak.format.title(),
            findings::unknown(&leak)
        );
        return Err(Box::new(
            Failure::usage(message).hint("contain identify --from FILE"),
        ));
    }
    if leak.unknown > 0 || !leak.lacking.is_empty() {
        aside(&format!(
            "note: in {}, {}",
            leak.format.title(),
            findings::unknown(&leak)
        ));
    }
    for found in leak.found.iter().filter(|found| !found.or.is_empty()) {
        aside(&format!("note: {}", findings::ambiguity(session, found)));
    }
    Ok(Some(Paste {
        names: leak.found.iter().map(|_| None).collect(),
        leak,
        reference,
        refused: Vec::new(),
    }))
}

/// What a credential that was found is named, where that is known without asking.
pub(super) fn named(session: &Session, found: &Leaked) -> Option<Named> {
    let named = Named {
        kind: found.kind.clone(),
        id: found.id.clone()?,
        account: None,
    };
    Some(match session.catalogue.provider(named.kind.provider()) {
        Some(provider) => provider.decode(&named),
        None => named,
    })
}

impl Paste {
    /// When the first of it was committed, as far as that can be true, and what is told of it.
    pub(super) fn since(&self, now: Time) -> Option<(Time, String)> {
        let (at, seen) = self.leak.first().filter(|(at, _)| *at < now)?;
        let first = seen.places.iter().find(|place| place.at == Some(at));
        let whose = first.map(place).unwrap_or_default();
        Some((at, whose))
    }

    /// Makes what was found canonical, in its order. One that cannot be a subject keeps none of the others from it.
    pub(super) async fn resolve(
        &mut self,
        session: &Session,
        observer: &Observer,
        subjects: &mut Vec<Locator>,
    ) -> Result<(), Box<Failure>> {
        let mut known: BTreeSet<Locator> = subjects.iter().cloned().collect();
        self.names.clear();
        let answers = answers(session, observer, &self.leak.found).await;
        let mut held = BTreeMap::new();
        for (found, resolved) in self.leak.found.iter().zip(answers) {
            match resolved.and_then(|locator| alone(session, &mut held, found, locator)) {
                Ok(locator) => {
                    if known.insert(locator.clone()) {
                        subjects.push(locator.clone());
                    }
                    self.names.push(Some(locator));
                }
                Err(why) => {
                    self.refused.push(NotSeen {
                        what: findings::what(found),
                        why: findings::explained(found, why),
                        withholds: true,
                    });
                    self.names.push(None);
                }
            }
        }
        // What a scanner saw working is alive, whether or not anybody here can name it.
        let lacking = self.leak.lacking.iter();
        let works = lacking.filter(|lacking| lacking.said == Said::Active);
        let works = works.map(|lacking| NotSeen {
            what: findings::unnamed(lacking),
            why: Why::new(Because::Invalid, lacking.lacks.why()),
            withholds: true,
        });
        self.refused.extend(works);
        // Where nothing is left, the first is told as the failure.
        let failed = usize::from(subjects.is_empty());
        for refused in self.refused.iter().skip(failed).take(TOLD) {
            aside(&format!(
                "warning: {} is no subject and is left alone: {}",
                plain(&refused.what),
                refused.why
            ));
        }
        if let more @ 1.. = self.refused.len().saturating_sub(TOLD + failed) {
            aside(&format!(
                "warning: {more} more are left alone; the report names all of them"
            ));
        }
        match self.refused.first().filter(|_| subjects.is_empty()) {
            Some(refused) => {
                let what = format!("cannot use `{}` as a subject", plain(&refused.what));
                // What was found is refused before what only a scanner told of.
                let mut named = self.leak.found.iter().zip(&self.names);
                let of = named.find(|(_, name)| name.is_none());
                let of = of.map_or("", |(found, _)| found.kind.provider());
                Err(session.failed_at(of, &what, &refused.why))
            }
            None => Ok(()),
        }
    }

    /// The file that keeps what was read, without any secret: what it is named, where it was seen, and since when.
    pub(super) fn evidence(&self, key: &[u8; 32]) -> (String, serde_json::Value) {
        let from = match &self.reference {
            SecretRef::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                format!("file {name}")
            }
            SecretRef::Env(_) | SecretRef::Fd(_) | SecretRef::Stdin => "standard input".to_owned(),
        };
        let value = findings::kept(&self.leak, &self.names, key);
        (from, value)
    }

    /// The secrets, each for its subject: of what can be tried with it, or can only be looked at by holding it.
    pub(super) fn secrets(self, session: &Session) -> Given {
        let each = self.leak.found.into_iter().zip(self.names);
        let wanted = each.filter(|(found, _)| {
            let kind = session.catalogue.kind(&found.kind);
            kind.is_some_and(|kind| kind.probe || kind.readable == Readable::BySecret)
        });
        wanted
            .filter_map(|(found, name)| Some((name?, (self.reference.clone(), found.secret?))))
            .collect()
    }

    /// The secrets of targets that a run already names.
    pub(super) fn secrets_of(self, notes: &[SecretNote], key: &[u8; 32]) -> Given {
        matching(self.leak, &self.reference, notes, key)
    }
}

/// One thing has one secret where only its secret ends it: a second one would be tried and revoked in the place of the first,
/// or not at all.
fn alone<'a>(
    session: &Session,
    held: &mut BTreeMap<Locator, &'a Secret>,
    found: &'a Leaked,
    locator: Locator,
) -> Result<Locator, Why> {
    let kind = session.catalogue.kind(&found.kind);
    let by_secret = kind.is_some_and(|kind| kind.readable == Readable::BySecret);
    let Some(secret) = found.secret.as_ref().filter(|_| by_secret) else {
        return Ok(locator);
    };
    let first = held.entry(locator.clone()).or_insert(secret);
    if first.expose() == secret.expose() {
        return Ok(locator);
    }
    let text = format!(
        "another secret of {locator} is in it as well, and one at a time can be tried and ended: contain this one in an incident of its own, which contain incident open begins, with --from or --secret of it alone and --incident ID"
    );
    Err(Why::new(Because::Ambiguous, text))
}

/// What answered to its secret just now is there: where a look finds nothing, the look is about something else.
async fn contradicted(observer: &Observer, told: &mut [Result<Locator, Why>]) {
    let named: Vec<Locator> = told.iter().flatten().cloned().collect();
    let seen = observer.observe(&named).await;
    let gone = seen.into_iter().filter(|seen| seen.fact == Fact::Gone);
    let gone: BTreeSet<Locator> = gone.map(|seen| seen.target).collect();
    let wrong = told.iter_mut().filter(|told| {
        let locator = told.as_ref().ok();
        locator.is_some_and(|locator| gone.contains(locator))
    });
    for told in wrong {
        let text = "its secret was just answered to, and it is not among what is ours: it may be somebody else's, and alive";
        *told = Err(Why::new(Because::Foreign, text));
    }
}

/// What everything that was found is called: as it is named, or as its provider says when it is asked with the secret.
async fn answers(
    session: &Session,
    observer: &Observer,
    found: &[Leaked],
) -> Vec<Result<Locator, Why>> {
    let named: Vec<Option<Named>> = found.iter().map(|found| named(session, found)).collect();
    let names: Vec<Named> = named.iter().flatten().cloned().collect();
    let without = found.iter().zip(&named);
    let without = without.filter(|(_, named)| named.is_none());
    let secrets = without.filter_map(|(found, _)| Some((found, found.secret.as_ref()?)));
    let secrets: Vec<(&Leaked, &Secret)> = secrets.collect();
    let asked: Vec<_> = secrets
        .iter()
        .map(|(found, secret)| (&found.kind, *secret))
        .collect();
    let (by_name, mut by_secret) =
        futures_util::join!(observer.resolve(&names), observer.whose(&asked));
    contradicted(observer, &mut by_secret).await;
    let (mut by_name, mut by_secret) = (by_name.into_iter(), by_secret.into_iter());
    let nobody = || Err(Why::new(Because::Invalid, "nothing tells whose it is"));
    let mut answers = Vec::with_capacity(found.len());
    for (found, named) in found.iter().zip(named) {
        let answer = match named {
            Some(_) => by_name.next().unwrap_or_else(nobody),
            None => by_secret.next().unwrap_or_else(nobody),
        };
        let others = found.or.iter().filter(|_| answer.is_err());
        let others: Vec<_> = others
            .filter_map(|kind| Some((kind, found.secret.as_ref()?)))
            .collect();
        let mut others = observer.whose(&others).await;
        contradicted(observer, &mut others).await;
        answers.push(others.into_iter().flatten().next().map_or(answer, Ok));
    }
    answers
}

/// The secrets of a leak that these notes are about.
fn matching(leak: Leak, reference: &SecretRef, notes: &[SecretNote], key: &[u8; 32]) -> Given {
    let by_print: std::collections::BTreeMap<String, &SecretNote> = notes
        .iter()
        .map(|note| (note.fingerprint.to_string(), note))
        .collect();
    let mut by_name = std::collections::BTreeMap::new();
    for note in notes {
        let name = (note.target.kind(), note.target.id());
        by_name.entry(name).or_insert(note);
    }
    let mut given = Given::new();
    for found in leak.found {
        let Some(secret) = found.secret else {
            continue;
        };
        let note = by_print.get(&secret.fingerprint(key).to_string());
        match note.copied() {
            Some(note) => drop(given.insert(note.target.clone(), (reference.clone(), secret))),
            // The very value that was noted counts, wherever in the file it stands.
            None => {
                let name = found.id.as_deref().map(|id| (&found.kind, id));
                if let Some(note) = name.and_then(|name| by_name.get(&name)) {
                    let target = note.target.clone();
                    given.entry(target).or_insert((reference.clone(), secret));
                }
            }
        }
    }
    given
}

/// Reads pasted secrets again from the files that they were in, each file once.
pub(super) fn again(session: &Session, notes: &[&SecretNote], key: &[u8; 32]) -> Given {
    let mut files: Vec<&Path> = Vec::new();
    for note in notes {
        if let SecretRef::File(path) = &note.reference
            && !files.contains(&path.as_path())
        {
            files.push(path);
        }
    }
    let mut given = Given::new();
    for path in files {
        let reference = SecretRef::File(path.to_owned());
        let notes = notes.iter().filter(|note| note.reference == reference);
        let notes: Vec<SecretNote> = notes.map(|note| (*note).clone()).collect();
        let leak = open(path)
            .ok()
            .map(|file| leak::read(&session.catalogue, file));
        if let Some(Ok(leak)) = leak {
            given.extend(matching(leak, &reference, &notes, key));
        }
    }
    given
}
