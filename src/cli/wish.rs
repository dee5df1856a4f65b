//! What a person asked for: flags that verbs share, subjects made canonical, secrets read, inputs bound.
//!
//! Reads providers only to resolve names and to tell who acts.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{Failure, exit};
use super::session::{self, Session};
use crate::converge::Limit;
use crate::domain::case::Case;
use crate::domain::event::{Order, SecretNote};
use crate::domain::{Locator, Named, Readable, Relation, Secret, SecretRef};
use crate::gate::Policy;
use crate::journal::Folder;
use crate::playbook::{self, InputType, Playbook};
use crate::provider::{Catalogue, Observer};

/// Which incident, and how it is labelled when it is opened.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Incident {
    /// Work in this incident; otherwise the open one that has this subject, the only open one, or the latest
    #[arg(long = "incident", value_name = "ID")]
    pub(super) id: Option<String>,
    /// Why, in your words; kept in the journal
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// A ticket elsewhere; kept in the journal
    #[arg(long, value_name = "ID")]
    pub(super) ticket: Option<String>,
}

/// What is meant.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Subjects {
    /// What is compromised: aws:access-key/AKIA..., aws:user/NAME, aws:role/NAME; identity:NAME is all that an identity of
    /// estate.yaml holds, at every provider (can be repeated)
    #[arg(value_name = "LOCATOR")]
    pub(super) locators: Vec<String>,
    /// Read further subjects from FILE, one per line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) subjects: Option<String>,
    /// Read what leaked from FILE, `-` is standard input: a report of Kingfisher, Gitleaks, TruffleHog or GitHub secret
    /// scanning (JSON, SARIF), or any text: .env, credentials file, log, transcript of an agent; every credential in it
    /// is a subject, its secret is tried, and nothing of it is shown but ids and where they stood
    #[arg(long, value_name = "FILE")]
    pub(super) from: Option<String>,
    /// The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h
    #[arg(long, value_name = "TIME|DURATION")]
    pub(super) since: Option<String>,
}

impl Subjects {
    /// Whether any are named by themselves.
    pub(super) fn are_named(&self) -> bool {
        !self.locators.is_empty() || self.subjects.is_some()
    }
}

/// On whose word.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Consent {
    /// Confirm the plan without being asked; covers tiers up to 2
    #[arg(long)]
    pub(super) yes: bool,
    /// Withhold the reach mandate: whatever is found later is planned, not cut
    #[arg(long)]
    pub(super) exact: bool,
}

/// The old credential itself, to try whether it is dead.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Secrets {
    /// Try the credential after cutting it: [LOCATOR=]env:NAME, file:PATH, fd:N or stdin (can be repeated)
    // A hyphen is allowed so that clap never repeats a value that begins with one.
    #[arg(long = "secret", value_name = "REF", allow_hyphen_values = true)]
    pub(super) secrets: Vec<String>,
}

/// What a verb wants done.
pub(super) struct Wish<'a> {
    pub(super) verb: &'static str,
    pub(super) playbook: Text,
    pub(super) subjects: &'a Subjects,
    pub(super) inputs: BTreeMap<String, String>,
    pub(super) include: Vec<Relation>,
    pub(super) secrets: &'a Secrets,
    pub(super) incident: &'a Incident,
    pub(super) consent: &'a Consent,
    pub(super) wait: bool,
    pub(super) limit: Limit,
    /// Who puts it before people, where it is a proposal.
    pub(super) proposal: Option<Proposal>,
}

/// What whoever proposes says about it.
pub(super) struct Proposal {
    pub(super) by: String,
    pub(super) rationale: String,
    pub(super) evidence: Vec<String>,
}

/// A playbook's text, with the name that messages use.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) text: String,
}

impl Text {
    /// A shipped playbook by name, or a file by path.
    pub(super) fn find(named: &str) -> Result<Self, Box<Failure>> {
        if let Some((name, text)) = playbook::shipped().iter().find(|(name, _)| *name == named) {
            return Ok(Self {
                name: format!("{name}.yaml"),
                text: (*text).to_owned(),
            });
        }
        let path = std::path::Path::new(named);
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
            || path.is_file()
        {
            return Ok(Self {
                name: named.to_owned(),
                text: super::workspace::read(path)?,
            });
        }
        let names = playbook::shipped().iter().map(|(name, _)| *name);
        let mut failure = Failure::usage(format!("there is no playbook `{named}`"));
        if let Some(near) = crate::domain::nearest(named, names.clone()) {
            failure = failure.hint(format!("did you mean `{near}`?"));
        }
        Err(Box::new(failure.hint(format!(
            "shipped: {}; a file is named by its path, ending in .yaml",
            names.collect::<Vec<_>>().join(", ")
        ))))
    }
}

/// What going on with an order needs beside its incident.
pub(super) struct Again {
    pub(super) playbook: Playbook,
    pub(super) policy: Policy,
    pub(super) observer: Observer,
    pub(super) own: Vec<Locator>,
}

/// Reads again what an order was given with: its playbook as it was, the policy as it is, and who acts now. A called
/// playbook that has changed since is refused where `refuse_changed`.
pub(super) async fn again(
    session: &Session,
    folder: &Folder,
    order: &Order,
    refuse_changed: bool,
) -> Result<Again, Box<Failure>> {
    let playbook = super::library::pinned(session, folder, order, refuse_changed)?;
    let policy = session.workspace.policy()?;
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    let own = super::subject::who_acts_still(session, &observer, order).await?;
    Ok(Again {
        playbook,
        policy,
        observer,
        own,
    })
}

pub(super) fn refuse_own_branch(
    catalogue: &Catalogue,
    subjects: &[Locator],
    own: &[Locator],
) -> Result<(), Box<Failure>> {
    let is_credential = |of: &Locator| {
        catalogue
            .kind(of.kind())
            .is_some_and(|kind| kind.credential)
    };
    let is_ours = |subject: &&Locator| own.contains(subject) && is_credential(subject);
    let Some(subject) = subjects.iter().find(is_ours) else {
        return Ok(());
    };
    let message = format!(
        "`{subject}` is a credential that contain itself would act with: cutting it would stop the containment half-way"
    );
    let mut failure = Failure::new(exit::DENIED, "own-branch", message);
    failure = match subject.provider() {
        "aws" => failure
            .hint(format!("contain isolate {subject} --as aws=profile:NAME"))
            .hint("a role (--as aws=role:ARN) helps only where another credential assumes it"),
        other => failure.hint(format!(
            "name another credential to act with under providers.{other} in contain.yaml"
        )),
    };
    failure.outcome = crate::report::standing::Outcome::Denied;
    Err(Box::new(failure))
}

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
/// people gave stands for one secret in an incident: what is known of that would be taken for known of another.
pub(super) fn take_in(
    session: &Session,
    case: &Case,
    given: &Given,
    key: &[u8; 32],
) -> Result<(), Box<Failure>> {
    let notes = notes_of(case);
    for (target, (reference, secret)) in given {
        let kind = session.catalogue.kind(target.kind());
        let is_named_by_people = kind.is_some_and(|kind| {
            kind.readable == Readable::BySecret
                && kind.recognise.iter().all(|pattern| pattern.secret)
        });
        let print = secret.fingerprint(key);
        let mut of_target = notes.get(target).into_iter().flatten();
        if is_named_by_people && of_target.any(|(_, note)| note.fingerprint != print) {
            let message = format!(
                "`{target}` stands for another secret in this incident than the one at `{reference}`"
            );
            let hint = format!(
                "contain isolate {}/OTHER-NAME --secret {reference}",
                target.kind()
            );
            return Err(Box::new(Failure::usage(message).hint(hint)));
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

/// Reads the secrets that were named; one without a locator belongs to the only subject.
pub(super) fn read_secrets(
    session: &Session,
    wanted: &Secrets,
    subjects: &[Locator],
) -> Result<Given, Box<Failure>> {
    let is_credential = |target: &Locator| {
        session
            .catalogue
            .kind(target.kind())
            .is_some_and(|kind| kind.credential)
    };
    let mut given = Given::new();
    for (whose, reference) in references(session, wanted)? {
        let target = match (whose, subjects) {
            (Some(named), _) => subjects
                .iter()
                .find(|subject| *subject.kind() == named.kind && subject.id() == named.id)
                .ok_or_else(|| {
                    Failure::usage("a `--secret` names a locator that is no subject")
                        .hint(format!("subjects: {}", session::listed(subjects)))
                })?,
            (None, [only]) => only,
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
        let secret = session::secret(&reference)?;
        let target = target.clone();
        join_given(&mut given, Given::from([(target, (reference, secret))]))?;
    }
    lend(session, &given);
    Ok(given)
}

/// Adds secrets to others; a target has one, and a second that differs would be lost without a word.
pub(super) fn join_given(given: &mut Given, more: Given) -> Result<(), Box<Failure>> {
    for (target, (reference, secret)) in more {
        let first = given.get(&target);
        if first.is_some_and(|(_, first)| first.expose() != secret.expose()) {
            let message = format!(
                "two different secrets are given of `{target}`, and one at a time can be tried and ended: contain the other in a run of its own"
            );
            return Err(Box::new(Failure::usage(message)));
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
    subjects: &[Locator],
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

pub(super) fn bind(
    session: &Session,
    playbook: &Playbook,
    given: &BTreeMap<String, String>,
    (subjects, identities): (&[Locator], &[String]),
) -> Result<BTreeMap<String, serde_json::Value>, Box<Failure>> {
    let mut given = given.clone();
    let asked = playbook.inputs.iter().find(|input| input.name == "subject");
    let is_identity = |input: &playbook::Input| matches!(input.kind, InputType::Identity);
    let subject = asked.and_then(|input| match is_identity(input) {
        true => identities.first().cloned(),
        false => subjects.first().map(ToString::to_string),
    });
    if let Some(subject) = subject {
        given.entry("subject".to_owned()).or_insert(subject);
    }
    super::estate::names(session, playbook, &mut given)?;
    match playbook::bind(&playbook.inputs, &given) {
        Ok(serde_json::Value::Object(bound)) => Ok(bound.into_iter().collect()),
        Ok(_) => Ok(BTreeMap::new()),
        Err(wrong) => Err(Box::new(Failure::usage(format!(
            "playbook `{}`: {}",
            playbook.name,
            wrong.join("; ")
        )))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Global, operation};

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

    #[tokio::test]
    async fn a_secret_typed_itself_is_refused_before_anything_is_sent_and_not_repeated() {
        let global = Global {
            json: true,
            workspace: None,
            journal: Some(std::env::temp_dir().join("contain-none")),
            acting_as: Vec::new(),
            operator: None,
            reminders: Default::default(),
            touched: Default::default(),
        };
        let session = Session::open(&global);
        let session = session.as_ref().ok();
        for canary in [
            r#"{"AccessKeyId":"CANARY1","SecretAccessKey":"CANARY2="}"#,
            "CANARY1/CANARY2:CANARY3=",
            "aws:access-key/CANARY1=CANARY2",
            "wrong:kind/CANARY1=env:CANARY2",
            "CANARY1=env:CANARY2",
            "fd:CANARY1",
            "-CANARY1",
        ] {
            let secrets = Secrets {
                secrets: vec![canary.to_owned()],
            };
            let subjects = Subjects {
                locators: vec!["aws:access-key/AKIAIOSFODNN7EXAMPLE".to_owned()],
                ..Subjects::default()
            };
            let Some((session, playbook)) = session.zip(Text::find("isolate").ok()) else {
                unreachable!("a session opens")
            };
            let wish = Wish {
                verb: "isolate",
                playbook,
                subjects: &subjects,
                inputs: BTreeMap::new(),
                include: Vec::new(),
                secrets: &secrets,
                incident: &Incident::default(),
                consent: &Consent::default(),
                wait: false,
                limit: Limit::Isolated,
                proposal: None,
            };
            let failure = operation::begin(session, wish).await.err();
            let told = failure.map(|failure| (failure.kind, failure.render()));
            let Some((kind, told)) = told else {
                unreachable!("{canary} is refused")
            };
            assert_eq!(kind, "usage", "{told}");
            assert!(!told.contains("CANARY"), "{told}");
        }
    }
}
