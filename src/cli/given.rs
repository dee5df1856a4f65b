//! The secrets that a person gives with what they belong to: parsed, read, lent to the providers.
//!
//! Never repeats a part of a text that may be one.

use std::collections::{BTreeMap, BTreeSet};

use super::aside;
use super::failure::Failure;
use super::session::{self, Session};
use super::wish::Secrets;
use crate::domain::case::Case;
use crate::domain::event::SecretNote;
use crate::domain::why::plain;
use crate::domain::{KindId, Locator, Named, NotSeen, Readable, Secret, SecretRef};
use crate::playbook::{self, Playbook};

/// Tells providers what the journal holds of calls to them: some answers mean something only beside an earlier one. What
/// was seen by holding a secret counts for that secret alone, which its fingerprint tells.
pub(super) fn recall<'a>(
    session: &Session,
    case: &Case,
    secret_of: impl Fn(&Locator) -> Option<&'a Secret>,
    key: &[u8; 32],
) {
    let notes = notes_of(case);
    for (named, life) in &case.lives {
        let Some((call, before)) = life.sent() else {
            continue;
        };
        let of_run = notes.get(&call.target).into_iter().flatten();
        let note = of_run
            .filter(|(run, _)| *run == named.run)
            .map(|(_, note)| *note)
            .next();
        let with = note.and_then(|note| {
            secret_of(&call.target).filter(|secret| secret.fingerprint(key) == note.fingerprint)
        });
        if let Some(provider) = session.catalogue.provider(call.target.provider()) {
            provider.recall(call, before, life.acted_at, with);
        }
    }
}

/// What the runs of an incident noted of secrets, by whose they are; each with its run.
fn notes_of(case: &Case) -> BTreeMap<&Locator, Vec<(u32, &SecretNote)>> {
    let mut notes: BTreeMap<&Locator, Vec<(u32, &SecretNote)>> = BTreeMap::new();
    for (number, run) in &case.runs {
        for note in &run.order.secrets {
            notes.entry(&note.target).or_default().push((*number, note));
        }
    }
    notes
}

/// Takes in the secrets of a new run of an incident: lends them, and tells what is known of them already. A name that
/// people gave stands for one secret in an incident, and so does a name that a vendor gives to whoever has several: what is
/// known of that would be taken for known of another.
pub(super) fn take_in(
    session: &Session,
    case: &Case,
    (given, from): (&Given, Option<&str>),
    key: &[u8; 32],
) -> Result<(), Box<Failure>> {
    let notes = notes_of(case);
    for (target, (reference, secret)) in given {
        let kind = session.catalogue.kind(target.kind());
        let stands_for_one = kind.is_some_and(|kind| {
            kind.readable == Readable::BySecret
                && kind.recognise.iter().all(|pattern| pattern.secret)
        });
        let print = secret.fingerprint(key);
        let mut of_target = notes.get(target).into_iter().flatten();
        if stands_for_one && of_target.any(|(_, note)| note.fingerprint != print) {
            let message = format!(
                "`{target}` stands for another secret in this incident than the one at `{reference}`"
            );
            let failure = Failure::usage(message);
            let is_of_paste =
                from.is_some() && matches!(reference, SecretRef::File(_) | SecretRef::Stdin);
            let provider = session.catalogue.provider(target.provider());
            let is_named_by_vendor = provider.is_some_and(|provider| provider.names(target.kind()));
            return Err(Box::new(match (from, is_named_by_vendor) {
                // Another name would be that of somebody else.
                (Some(from), _) if is_of_paste => {
                    in_another(failure, &format!("--from {}", plain(from)))
                }
                (_, true) => in_another(failure, &format!("{target} --secret {reference}")),
                (_, false) => failure.hint(format!(
                    "contain isolate {}/OTHER-NAME --secret {reference}",
                    target.kind()
                )),
            }));
        }
    }
    lend(session, given);
    recall(
        session,
        case,
        |target| given.get(target).map(|(_, secret)| secret),
        key,
    );
    Ok(())
}

/// What is done with a secret that has no place beside another of its name: an incident of its own.
fn in_another(failure: Failure, what: &str) -> Failure {
    failure.hint("contain incident open").hint(format!(
        "in the incident that this opened: contain isolate {what} --incident ID"
    ))
}

/// Secrets by target, each with where it was read.
pub(super) type Given = BTreeMap<Locator, (SecretRef, Secret)>;

/// Lends credentials to their providers: some can only be looked at, or ended, by holding them.
pub(super) fn lend(session: &Session, given: &Given) {
    for (target, (_, secret)) in given {
        if let Some(provider) = session.catalogue.provider(target.provider()) {
            provider.hold(target, secret);
        }
    }
}

/// A `--secret`, parsed: whose it is where that was said, and where to read it.
type Reference = (Option<Named>, SecretRef);

/// Parses every `--secret` without reading any, so that a mistake is found before anything is sent.
pub(super) fn references(
    session: &Session,
    wanted: &Secrets,
) -> Result<Vec<Reference>, Box<Failure>> {
    let named = |typed: &str| session.name(typed).ok();
    let parsed = wanted.secrets.iter().map(|text| reference(text, &named));
    parsed.collect()
}

/// Parses one; the text may be the secret itself, so no part of it is ever repeated.
fn reference(
    text: &str,
    named: &impl Fn(&str) -> Option<Named>,
) -> Result<Reference, Box<Failure>> {
    let why = match text.parse::<SecretRef>() {
        Ok(reference) => return Ok((None, reference)),
        Err(why) => why,
    };
    // A user's name may have `=` in it.
    let mut splits = text.match_indices('=').filter_map(|(at, _)| {
        let (locator, reference) = (text.get(..at)?, text.get(at + 1..)?);
        Some((Some(named(locator)?), reference.parse().ok()?))
    });
    splits.next().ok_or_else(|| {
        let failure = Failure::usage(format!("a `--secret` cannot be used: {why}"));
        Box::new(failure.hint("contain isolate aws:access-key/AKIA... --secret env:NAME"))
    })
}

/// Reads the secrets that were named; one without a locator belongs to the only subject that was named, one that is left
/// alone counted in. What is left alone has no use for its secret yet.
pub(super) fn read_secrets(
    session: &Session,
    wanted: &Secrets,
    (subjects, left_alone): (&[Locator], &[NotSeen]),
) -> Result<Given, Box<Failure>> {
    let left = left_alone.iter().filter_map(|left| {
        let named = session.name(&left.what).ok()?;
        Some((left.what.as_str(), named))
    });
    let left: Vec<(&str, Named)> = left.collect();
    let is_credential = |target: &Locator| {
        session
            .catalogue
            .kind(target.kind())
            .is_some_and(|kind| kind.credential)
    };
    let mut given = Given::new();
    for (whose, reference) in references(session, wanted)? {
        let target = match (whose, subjects) {
            (Some(named), _) => {
                let is_it = |kind: &KindId, id: &str| *kind == named.kind && id == named.id;
                let mut all = subjects.iter();
                let found = all.find(|subject| is_it(subject.kind(), subject.id()));
                let mut of_left = left.iter();
                let is_left = of_left.find(|(_, left)| is_it(&left.kind, &left.id));
                match (found, is_left) {
                    (Some(subject), _) => subject,
                    (None, Some((what, _))) => {
                        aside(&format!(
                            "note: the secret of {what} is not read, as that is left alone: give it again when it is taken up, with --secret {what}={reference}"
                        ));
                        continue;
                    }
                    (None, None) => {
                        let failure =
                            Failure::usage("a `--secret` names a locator that is no subject");
                        let hint = format!("subjects: {}", session::listed(subjects));
                        return Err(Box::new(failure.hint(hint)));
                    }
                }
            }
            (None, [only]) if left.is_empty() => only,
            (None, _) => {
                let message =
                    "with several subjects each secret names its own: --secret LOCATOR=REF";
                return Err(Box::new(Failure::usage(message)));
            }
        };
        if !is_credential(target) {
            let message = format!(
                "`{target}` is a principal: only a credential has a secret that can be tried"
            );
            return Err(Box::new(
                Failure::usage(message)
                    .hint("contain isolate aws:access-key/AKIA... --secret env:NAME"),
            ));
        }
        let secret = meant(session, target, session::secret(&reference)?);
        let target = target.clone();
        join_given(&mut given, Given::from([(target, (reference, secret))]))?;
    }
    lend(session, &given);
    Ok(given)
}

/// The secret of a target that a text holds: the password in a URL by which the target logs in; else the text itself.
pub(super) fn meant(session: &Session, target: &Locator, text: Secret) -> Secret {
    let provider = session.catalogue.provider(target.provider());
    let part = provider.and_then(|provider| {
        let id = provider.id_of(target.kind(), &text)?;
        (id == target.id()).then(|| provider.secret_in(target.kind(), &text))?
    });
    part.unwrap_or(text)
}

/// Adds secrets to others; a target has one, and a second that differs would be lost without a word.
pub(super) fn join_given(given: &mut Given, more: Given) -> Result<(), Box<Failure>> {
    for (target, (reference, secret)) in more {
        let first = given.get(&target);
        if first.is_some_and(|(_, first)| first.expose() != secret.expose()) {
            let message = format!(
                "two different secrets are given of `{target}`, and one at a time can be tried and ended: contain the other in an incident of its own"
            );
            let what = format!("{target} --secret {reference}");
            return Err(Box::new(in_another(Failure::usage(message), &what)));
        }
        given.insert(target, (reference, secret));
    }
    Ok(())
}

/// The secrets that the playbook's own `verify: {probe: ...}` names through its inputs.
pub(super) fn probed_by(
    session: &Session,
    playbook: &Playbook,
    inputs: &BTreeMap<String, serde_json::Value>,
    subjects: (&[Locator], &[NotSeen]),
) -> Result<Given, Box<Failure>> {
    let mut scope = playbook::Scope::new();
    scope.set(
        "inputs",
        serde_json::Value::Object(inputs.clone().into_iter().collect()),
    );
    let probes = playbook
        .steps
        .iter()
        .filter_map(|step| step.verify.as_ref()?.probe.as_ref());
    let references = probes.filter_map(|probe| match probe.eval(&scope) {
        playbook::Evaluated::Known(serde_json::Value::String(reference)) => Some(reference),
        playbook::Evaluated::Known(_)
        | playbook::Evaluated::Unknown(_)
        | playbook::Evaluated::Failed(_) => None,
    });
    let secrets = Secrets {
        secrets: references.collect::<BTreeSet<_>>().into_iter().collect(),
    };
    read_secrets(session, &secrets, subjects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_its_subject_or_none() {
        let named = |typed: &str| typed.parse::<Named>().ok();
        let whose = |text: &str| {
            let parsed = reference(text, &named).ok();
            parsed.map(|(whose, at)| (whose.map(|named| named.id), at.to_string()))
        };
        let both = |id: Option<&str>, at: &str| Some((id.map(str::to_owned), at.to_owned()));
        assert_eq!(whose("env:KEY"), both(None, "env:KEY"));
        assert_eq!(whose("file:/a=b"), both(None, "file:/a=b"));
        let key = "aws:access-key/AKIA=stdin";
        assert_eq!(whose(key), both(Some("AKIA"), "stdin"));
        assert_eq!(whose("aws:user/a=b=fd:3"), both(Some("a=b"), "fd:3"));
        assert_eq!(whose("aws:user/a=b"), None);
    }
}
