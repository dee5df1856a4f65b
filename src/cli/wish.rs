//! What a person asked for: flags that verbs share, subjects made canonical, secrets read, inputs bound.
//!
//! Reads providers only to resolve names and to tell who acts.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{Failure, exit, of_provider};
use super::session::{self, Session};
use crate::converge::Limit;
use crate::domain::{Locator, Named, Relation, Secret, SecretRef};
use crate::playbook::{self, Playbook, Vocabulary};
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
    /// What is compromised: aws:access-key/AKIA..., aws:user/NAME, aws:role/NAME (can be repeated)
    #[arg(value_name = "LOCATOR")]
    pub(super) locators: Vec<String>,
    /// Read further subjects from FILE, one per line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) subjects: Option<String>,
    /// The incident began then: a time, or a duration ago; otherwise what the incident says, else 24h
    #[arg(long, value_name = "TIME|DURATION")]
    pub(super) since: Option<String>,
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
    #[arg(long = "secret", value_name = "REF")]
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

/// Reads a playbook against what the providers of this build declare.
pub(super) fn load(catalogue: &Catalogue, text: &Text) -> Result<Playbook, Box<Failure>> {
    let vocabulary = Vocabulary {
        kinds: catalogue.kinds().collect(),
        actions: catalogue.actions().collect(),
    };
    Ok(playbook::load(&text.name, &text.text, &vocabulary)?)
}

pub(super) async fn resolve(
    session: &Session,
    observer: &Observer,
    wanted: &Subjects,
) -> Result<Vec<Locator>, Box<Failure>> {
    let mut typed = wanted.locators.clone();
    if let Some(source) = &wanted.subjects {
        typed.extend(session::subjects(source)?);
    }
    if typed.is_empty() {
        return Err(Box::new(
            Failure::usage("no subject was named").hint("contain isolate aws:access-key/AKIA..."),
        ));
    }
    let named: Vec<Named> = typed
        .iter()
        .map(|typed| session.name(typed))
        .collect::<Result<_, _>>()?;
    let mut subjects = Vec::new();
    let mut known = BTreeSet::new();
    for (typed, resolved) in typed.iter().zip(observer.resolve(&named).await) {
        let locator = resolved.map_err(|why| {
            of_provider(
                &format!(
                    "cannot use `{}` as a subject",
                    crate::domain::why::plain(typed)
                ),
                &why,
            )
        })?;
        if known.insert(locator.clone()) {
            subjects.push(locator);
        }
    }
    Ok(subjects)
}

/// Who acts at every provider that the subjects belong to.
pub(super) async fn whoami(
    catalogue: &Catalogue,
    observer: &Observer,
    subjects: &[Locator],
) -> Result<Vec<Locator>, Box<Failure>> {
    let mut own = Vec::new();
    let providers: BTreeSet<&str> = subjects.iter().map(Locator::provider).collect();
    for provider in providers
        .into_iter()
        .filter(|name| catalogue.provider(name).is_some())
    {
        let who = observer.whoami(provider).await;
        own.extend(
            who.map_err(|why| of_provider(&format!("cannot tell who acts at {provider}"), &why))?,
        );
    }
    Ok(own)
}

pub(super) fn refuse_own_branch(subjects: &[Locator], own: &[Locator]) -> Result<(), Box<Failure>> {
    let Some(subject) = subjects.iter().find(|subject| own.first() == Some(subject)) else {
        return Ok(());
    };
    let message = format!(
        "`{subject}` is the credential that contain itself would act with: cutting it would stop the containment half-way"
    );
    let mut failure = Failure::new(exit::DENIED, "own-branch", message)
        .hint(format!("contain isolate {subject} --as aws=profile:NAME"))
        .hint(format!("contain isolate {subject} --as aws=role:ARN"));
    failure.outcome = crate::report::standing::Outcome::Denied;
    Err(Box::new(failure))
}

pub(super) type Given = BTreeMap<Locator, (SecretRef, Secret)>;

/// Reads the secrets that were named; one without a locator belongs to the only subject.
pub(super) fn read_secrets(
    session: &Session,
    wanted: &Secrets,
    subjects: &[Locator],
) -> Result<Given, Box<Failure>> {
    let mut given = BTreeMap::new();
    if let (Some(text), Some(principal)) = (
        wanted.secrets.first(),
        subjects.iter().find(|subject| {
            !session
                .catalogue
                .kind(subject.kind())
                .is_some_and(|kind| kind.credential)
        }),
    ) && !text.contains('=')
    {
        let message = format!(
            "`{principal}` is a principal: only a credential has a secret that can be tried"
        );
        return Err(Box::new(
            Failure::usage(message)
                .hint("contain isolate aws:access-key/AKIA... --secret env:NAME"),
        ));
    }
    for text in &wanted.secrets {
        let (target, reference) = match text.split_once('=') {
            Some((locator, reference)) if locator.contains(':') => {
                let named = session.name(locator)?;
                let mine = subjects
                    .iter()
                    .find(|subject| *subject.kind() == named.kind && subject.id() == named.id);
                let mine = mine.ok_or_else(|| {
                    Failure::usage(format!("--secret names `{locator}`, which is no subject"))
                })?;
                (mine.clone(), reference)
            }
            Some(_) | None => match subjects {
                [only] => (only.clone(), text.as_str()),
                _ => {
                    let message =
                        "with several subjects each secret names its own: --secret LOCATOR=REF";
                    return Err(Box::new(Failure::usage(message)));
                }
            },
        };
        let reference: SecretRef = reference.parse().map_err(Failure::usage)?;
        let secret = session::secret(&reference)?;
        given.insert(target, (reference, secret));
    }
    Ok(given)
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
    playbook: &Playbook,
    given: &BTreeMap<String, String>,
    subject: Option<&Locator>,
) -> Result<BTreeMap<String, serde_json::Value>, Box<Failure>> {
    let mut given = given.clone();
    if let (Some(subject), true) = (
        subject,
        playbook.inputs.iter().any(|input| input.name == "subject"),
    ) {
        given
            .entry("subject".to_owned())
            .or_insert_with(|| subject.to_string());
    }
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
