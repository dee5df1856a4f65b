//! Reading `estate.yaml`: where it lies, and what it is held against.
//!
//! Once for each command. What cannot be read refuses.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;

use crate::cli::failure::Failure;
use crate::cli::session::{Session, bounded};
use crate::domain::{KindId, Locator};
use crate::estate::{self, Directory, Estate, Identity, Known};
use crate::gate::Roster;
use crate::playbook::Refused;

/// The file's name, beside `contain.yaml`.
pub(in crate::cli) const FILE: &str = "estate.yaml";

impl Session {
    /// The estate of the workspace; none where there is no such file.
    pub(in crate::cli) fn estate(&self) -> Result<Option<&Estate>, Box<Failure>> {
        if self.known.get().is_none() {
            let loaded = match self.workspace.beside(FILE) {
                Some(file) => {
                    let text = text(&file)?;
                    Some(parse(self, &file.display().to_string(), &text)?)
                }
                None => None,
            };
            // Nobody else sets it meanwhile; whatever stands there is the same file.
            drop(self.known.set(loaded));
        }
        Ok(self.loaded())
    }

    /// The estate, where it was asked for before.
    pub(in crate::cli) fn loaded(&self) -> Option<&Estate> {
        self.known.get().and_then(Option::as_ref)
    }
}

/// The text of the file.
pub(super) fn text(file: &Path) -> Result<String, Box<Failure>> {
    let largest = u64::try_from(estate::MAX_BYTES).unwrap_or(u64::MAX);
    String::from_utf8(bounded(file, largest)?).map_err(|_| {
        let message = format!("failed to read `{}`: it is no text", file.display());
        Box::new(Failure::usage(message))
    })
}

/// Reads it against what the providers and `contain.yaml` know.
pub(super) fn parse(session: &Session, name: &str, text: &str) -> Result<Estate, Refused> {
    let catalogue = &session.catalogue;
    let kind = |id: &KindId| catalogue.kind(id).map(|kind| kind.credential);
    let patterns: RefCell<BTreeMap<KindId, Vec<Regex>>> = RefCell::default();
    let is_secret = |locator: &Locator| {
        let mut patterns = patterns.borrow_mut();
        let of_kind = patterns.entry(locator.kind().clone()).or_insert_with(|| {
            let known = catalogue.kind(locator.kind()).into_iter();
            let secret = known.flat_map(|kind| &kind.recognise);
            let secret = secret.filter(|pattern| pattern.secret);
            secret
                .filter_map(|pattern| Regex::new(&pattern.is).ok())
                .collect()
        });
        of_kind.iter().any(|pattern| pattern.is_match(locator.id()))
    };
    let people = directory(&session.roster);
    let known = Known {
        kind: &kind,
        is_secret: &is_secret,
        people: people.as_ref(),
    };
    Estate::read(name, text, &known)
}

/// How people and teams are reached; none where an operator is alone.
fn directory(roster: &Roster) -> Option<Directory> {
    if roster.is_empty() {
        return None;
    }
    let mut directory = Directory::default();
    let mut teams: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in roster.names() {
        let Some(person) = roster.person(name) else {
            continue;
        };
        directory
            .people
            .insert(name.to_owned(), person.contact.clone());
        for team in &person.teams {
            let reached = match &person.contact {
                Some(contact) => format!("{name}: {contact}"),
                None => name.to_owned(),
            };
            teams.entry(team).or_default().push(reached);
        }
    }
    let teams = teams.into_iter();
    directory.teams = teams
        .map(|(team, reached)| (team.to_owned(), Some(reached.join(", "))))
        .collect();
    Some(directory)
}

/// What would make an incident shorter, beside what is wrong: said once for all identities that lack it.
pub(super) fn advice(estate: &Estate) -> Vec<String> {
    let count =
        |lacks: &dyn Fn(&&Identity) -> bool| estate.identities().iter().filter(lacks).count();
    let unowned = count(&|one| one.owner.is_none());
    let unsaid = count(&|one| estate.dependants(&one.name).is_none());
    let placeless = count(&|one| one.environment.is_none() || one.criticality.is_none());
    let told = [
        (
            unowned,
            "have no owner: whatever cuts them is a tier higher",
        ),
        (
            unsaid,
            "do not say who depends on them (`consumers: []` says nobody): whatever cuts them is a tier higher",
        ),
        (placeless, "lack environment or criticality"),
    ];
    let told = told.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(count, said)| format!("{count} identities {said}"))
        .collect()
}

/// What `doctor` says: whether it can be read, and whether it says all that it could; nothing where there is no such file.
pub(in crate::cli) fn checked(session: &Session) -> Option<Result<(bool, String), String>> {
    let estate = match session.estate() {
        Ok(estate) => estate?,
        Err(failure) => return Some(Err(failure.message.clone())),
    };
    let held: usize = estate
        .identities()
        .iter()
        .map(|one| one.holds().len())
        .sum();
    let mut said = format!(
        "{} identities hold {held} things at {}",
        estate.identities().len(),
        estate
            .providers()
            .into_iter()
            .collect::<Vec<_>>()
            .join(", ")
    );
    let advice = advice(estate);
    let notes = estate.notes().len();
    for lack in &advice {
        said.extend(["; ", lack]);
    }
    if notes > 0 {
        said.extend(["; ", &notes.to_string(), " notes: contain estate lint"]);
    }
    Some(Ok((advice.is_empty() && notes == 0, said)))
}
