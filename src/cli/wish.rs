//! What a person asked for: flags that verbs share, subjects made canonical, inputs bound.
//!
//! Reads providers only to resolve names and to tell who acts.

use std::collections::BTreeMap;

use super::failure::{Failure, exit};
use super::session::Session;
use crate::converge::Limit;
use crate::domain::event::Order;
use crate::domain::{Locator, Relation};
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
        if let Some(near) = crate::domain::nearest_or_begun(named, names.clone()) {
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
