//! What `isolate`, `inventory`, `plan`, `run`, `apply`, `resume`, `verify` and `restore` share: find the subjects, join or
//! open the incident, take the lock, run the loop, tell how it ended.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::{Failure, exit, of_provider};
use super::session::{self, Session};
use super::{Ended, aside, progress};
use crate::converge::{Answer, End, Limit, Means, converge};
use crate::domain::case::Case;
use crate::domain::event::{Event, Order, SecretNote};
use crate::domain::plan::Plan;
use crate::domain::{Clock, Digest, Item, Locator, Named, Relation, Secret, SecretRef, Time};
use crate::execute::Ground;
use crate::execute::lanes::Lanes;
use crate::gate::{Circumstances, Confirmation, Policy, Ruling};
use crate::journal::{Folder, Journal, RunLock, folder, folder::Shelf};
use crate::playbook::{self, Playbook, Vocabulary};
use crate::provider::{Catalogue, Observer};
use crate::report::human;
use crate::report::output::{self, Source};

/// The window where neither the command nor the incident says.
const SINCE: &str = "24h";

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

/// An incident that is being worked on.
pub(super) struct Work {
    pub(super) folder: Folder,
    pub(super) journal: Journal,
    /// Held while performing; dropped at the end.
    pub(super) lock: Option<RunLock>,
}

/// Begins a run from what a person named, and takes it as far as the wish says.
pub(super) async fn begin(session: &Session, wish: Wish<'_>) -> Result<Ended, Box<Failure>> {
    session.warn();
    let playbook = load(&session.catalogue, &wish.playbook)?;
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    let subjects = resolve(session, &observer, wish.subjects).await?;
    let own = whoami(&session.catalogue, &observer, &subjects).await?;
    refuse_own_branch(&subjects, &own)?;
    let mut secrets = read_secrets(session, wish.secrets, &subjects)?;
    let inputs = bind(&playbook, &wish.inputs, subjects.first())?;
    secrets.extend(probed_by(session, &playbook, &inputs, &subjects)?);
    let asked = wish
        .subjects
        .since
        .as_deref()
        .map(|since| session::since(since, session.clock.now()))
        .transpose()?;
    let day_ago = session::since(SINCE, session.clock.now())?;
    let policy = session.workspace.policy()?;
    let work = join(
        session,
        wish.incident,
        &subjects,
        asked.unwrap_or(day_ago),
        !matches!(wish.limit, Limit::Plan),
    )
    .await?;
    let since = asked
        .or_else(|| work.journal.with_case(|case| case.since))
        .unwrap_or(day_ago);
    let digest = work.folder.store_text(&playbook.text)?;
    let key = work.folder.key()?;
    let notes = secrets
        .iter()
        .map(|(target, (reference, secret))| SecretNote {
            target: target.clone(),
            reference: reference.clone(),
            fingerprint: secret.fingerprint(&key),
        });
    let order = Order {
        verb: wish.verb.to_owned(),
        playbook: playbook.name.clone(),
        digest,
        subjects,
        inputs,
        include: wish.include.clone(),
        exact: wish.consent.exact,
        wait: wish.wait,
        since,
        secrets: notes.collect(),
        acting_as: own.clone(),
        endpoints: session.endpoints(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        policy: policy.digest(),
    };
    let run = work
        .journal
        .with_case(|case| case.last_run().map_or(1, |(last, _)| last + 1));
    work.journal
        .append(vec![Event::RunOpened {
            run,
            order: Box::new(order),
        }])
        .await?;
    let secrets = secrets
        .into_iter()
        .map(|(target, (_, secret))| (target, secret))
        .collect();
    let go = Go {
        observer: &observer,
        playbook: &playbook,
        policy: &policy,
        own,
        secrets,
        yes: wish.consent.yes,
        code: None,
    };
    go.run(session, work, run, wish.limit).await
}

/// What a run needs beside session and incident.
pub(super) struct Go<'a> {
    pub(super) observer: &'a Observer,
    pub(super) playbook: &'a Playbook,
    pub(super) policy: &'a Policy,
    pub(super) own: Vec<Locator>,
    pub(super) secrets: BTreeMap<Locator, Secret>,
    pub(super) yes: bool,
    pub(super) code: Option<String>,
}

impl Go<'_> {
    /// Runs the loop and tells how it ended.
    pub(super) async fn run(
        self,
        session: &Session,
        work: Work,
        run: u32,
        limit: Limit,
    ) -> Result<Ended, Box<Failure>> {
        let incident = work.folder.id().to_owned();
        let lanes = Lanes::default();
        let around = Circumstances {
            incident: incident.clone(),
            solo: true,
            unattended: !session.is_attended(),
            drill: work.folder.is_drill(),
        };
        let keep = |plan: &Plan| work.folder.store_plan(plan);
        let asks = !matches!(limit, Limit::Plan | Limit::Verify(_));
        let confirm = |plan: &Plan, digest: Digest, open: &[(&Item, Ruling)]| {
            ask(
                session,
                plan,
                digest,
                open,
                (self.yes, self.code.as_deref()),
            )
        };
        let made_from = made_from(self.playbook, self.policy);
        let means = Means {
            ground: Ground {
                catalogue: &session.catalogue,
                observer: self.observer,
                journal: &work.journal,
                policy: self.policy,
                around: &around,
                lanes: &lanes,
                clock: &session.clock,
            },
            playbook: self.playbook,
            own: self.own,
            protected: session.workspace.config.protected.clone(),
            made_from,
            secrets: self.secrets,
            keep: &keep,
            confirm: &confirm,
        };
        let fancy = asks && !session.json && std::io::IsTerminal::is_terminal(&std::io::stderr());
        let shown = tokio::spawn(progress::show(work.journal.subscribe(), fancy));
        let end = tokio::select! {
            end = converge(&means, run, limit) => end.map_err(|error| {
                let failure: Box<Failure> = error.into();
                broken(*failure, &work.journal, run)
            }),
            () = interrupted() => Err(broken(Failure::new(exit::NOT_CONTAINED, "interrupted", "interrupted"), &work.journal, run)),
        };
        let end = end?;
        let ended = tell(&session.catalogue, &session.clock, &work.journal, run, &end);
        drop(means);
        drop(work.lock);
        drop(work.journal);
        drop(tokio::time::timeout(std::time::Duration::from_millis(200), shown).await);
        Ok(ended)
    }
}

/// Says what did and did not happen when a run broke off.
fn broken(failure: Failure, journal: &Journal, run: u32) -> Box<Failure> {
    let (incident, changed, doubtful, open) = journal.with_case(|case| {
        let lives: Vec<_> = case.lives_of(run).map(|(_, life)| life).collect();
        let is = |state: fn(&crate::domain::State) -> bool| {
            lives.iter().filter(|life| state(&life.state)).count()
        };
        let changed = is(|state| {
            matches!(
                state,
                crate::domain::State::Acted { changed: true }
                    | crate::domain::State::Confirmed { changed: true }
            )
        });
        let planned = is(|state| {
            matches!(
                state,
                crate::domain::State::Planned | crate::domain::State::Blocked(_)
            )
        });
        (
            case.incident.clone(),
            changed,
            is(crate::domain::State::is_in_doubt),
            planned,
        )
    });
    let mut failure = failure.of_incident(&incident);
    if changed + doubtful > 0 {
        failure = failure.world(format!(
            "{changed} changes were made, {doubtful} are in doubt, {open} were not tried; nothing was undone. Run: contain resume --incident {incident}"
        ));
        failure.exit = if doubtful > 0 {
            exit::IN_DOUBT
        } else {
            failure.exit
        };
    }
    Box::new(failure.hint(format!("contain resume --incident {incident}")))
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Makes the document about a run, from the journal.
pub(super) fn tell(
    catalogue: &Catalogue,
    clock: &Clock,
    journal: &Journal,
    run: u32,
    end: &End,
) -> Ended {
    let output = journal.with_case(|case| {
        output::of_run(&Source {
            case,
            catalogue,
            run,
            standing: &end.standing,
            plan: end.plan.as_ref().map(|(plan, digest)| (plan, *digest)),
            wants_code: end.wants_code,
            now: clock.now(),
        })
    });
    Ended::told(output)
}

/// Digests of what plans are made from.
pub(super) fn made_from(playbook: &Playbook, policy: &Policy) -> BTreeMap<String, Digest> {
    BTreeMap::from([
        ("playbook".to_owned(), playbook.digest),
        ("policy".to_owned(), policy.digest()),
        (
            "tool".to_owned(),
            Digest::of(concat!("contain ", env!("CARGO_PKG_VERSION")).as_bytes()),
        ),
    ])
}

/// Reads a playbook against what the providers of this build declare.
pub(super) fn load(catalogue: &Catalogue, text: &Text) -> Result<Playbook, Box<Failure>> {
    let vocabulary = Vocabulary {
        kinds: catalogue.kinds().collect(),
        actions: catalogue.actions().collect(),
    };
    Ok(playbook::load(&text.name, &text.text, &vocabulary)?)
}

async fn resolve(
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

fn refuse_own_branch(subjects: &[Locator], own: &[Locator]) -> Result<(), Box<Failure>> {
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

type Given = BTreeMap<Locator, (SecretRef, Secret)>;

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
fn probed_by(
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

fn bind(
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

/// Joins the open incident that has a subject, else opens one.
async fn join(
    session: &Session,
    wanted: &Incident,
    subjects: &[Locator],
    since: Time,
    performs: bool,
) -> Result<Work, Box<Failure>> {
    let listed = session.incidents()?;
    let folder = match &wanted.id {
        Some(_) => session.folder(wanted.id.as_deref())?,
        None => match subjects
            .iter()
            .find_map(|subject| folder::open_with(&listed, subject).next())
        {
            Some(summary) => session.root()?.open(&summary.id)?,
            None => {
                let day = session.clock.now().strftime("%Y-%m-%d");
                session.root()?.create(
                    Shelf::Incidents,
                    &format!("{day}-{}", session.clock.id()),
                    &session.clock,
                )?
            }
        },
    };
    let work = open(session, folder, performs)?;
    open_case(&work, since, wanted).await?;
    Ok(work)
}

/// Writes the first entry of a new incident; refuses one that is closed.
async fn open_case(work: &Work, since: Time, wanted: &Incident) -> Result<(), Box<Failure>> {
    let (opened, closed) = work
        .journal
        .with_case(|case: &Case| (case.opened_at.is_some(), case.closed));
    if closed {
        let message = format!("incident `{}` is closed", work.folder.id());
        return Err(Box::new(
            Failure::usage(message).hint("contain incident list"),
        ));
    }
    if !opened {
        let event = Event::Opened {
            incident: work.folder.id().to_owned(),
            drill: work.folder.is_drill(),
            since,
            reason: wanted.reason.clone(),
            ticket: wanted.ticket.clone(),
        };
        work.journal.append(vec![event]).await?;
    }
    Ok(())
}

/// Opens an incident's journal, with the run lock where something is to be performed.
pub(super) fn open(
    session: &Session,
    folder: Folder,
    performs: bool,
) -> Result<Work, Box<Failure>> {
    if folder.is_drill() && !session.clock.is_simulated() {
        let message = format!(
            "`{}` is a drill: its world ended with it, so there is nothing to go on with",
            folder.id()
        );
        let again = folder
            .id()
            .rsplit_once('-')
            .map_or(folder.id(), |(name, _)| name);
        return Err(Box::new(
            Failure::usage(message).hint(format!("contain drill {again}")),
        ));
    }
    let lock = if performs {
        Some(folder.lock(&session.clock)?)
    } else {
        None
    };
    let (journal, _) = Journal::open(
        Box::new(folder.sink()?),
        session.clock.clone(),
        session.actor(),
    )?;
    Ok(Work {
        folder,
        journal,
        lock,
    })
}

/// Opens an incident without performing on it, for verbs that only append.
pub(super) async fn create(
    session: &Session,
    since: Time,
    wanted: &Incident,
) -> Result<Work, Box<Failure>> {
    let day = session.clock.now().strftime("%Y-%m-%d");
    let folder = session.root()?.create(
        Shelf::Incidents,
        &format!("{day}-{}", session.clock.id()),
        &session.clock,
    )?;
    let work = open(session, folder, false)?;
    open_case(&work, since, wanted).await?;
    Ok(work)
}

/// Shows the plan and asks for the word that it needs.
fn ask(
    session: &Session,
    plan: &Plan,
    digest: Digest,
    open: &[(&Item, Ruling)],
    (yes, code): (bool, Option<&str>),
) -> Answer {
    if !session.json {
        aside(&format!(
            "{}\n{}",
            human::plan(plan, &session.catalogue),
            terms(plan, digest, open)
        ));
    }
    if let Some(code) = code {
        return if code.eq_ignore_ascii_case(&digest.code()) {
            Answer::Yes(Confirmation::Code)
        } else {
            Answer::Nobody
        };
    }
    if yes {
        return Answer::Yes(Confirmation::Yes);
    }
    if !session.is_attended() {
        return Answer::Nobody;
    }
    let grave = open
        .iter()
        .any(|(_, ruling)| matches!(ruling, Ruling::NeedsMandate(_)));
    let wanted = if grave {
        format!("the code {}, or `yes` for what needs none", digest.code())
    } else {
        "`yes`".to_owned()
    };
    aside(&format!(
        "Type {wanted} to go on; anything else changes nothing."
    ));
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim().eq_ignore_ascii_case(&digest.code()) => {
            Answer::Yes(Confirmation::Code)
        }
        Ok(_) if line.trim().eq_ignore_ascii_case("yes") => Answer::Yes(Confirmation::Prompt),
        Ok(_) | Err(_) => Answer::No,
    }
}

fn terms(plan: &Plan, digest: Digest, open: &[(&Item, Ruling)]) -> String {
    let mut text = String::new();
    for (item, ruling) in open {
        let (verdict, rules) = match ruling {
            Ruling::Allow(_) => continue,
            Ruling::NeedsMandate(rules) => ("NEEDS THE CODE", rules),
            Ruling::Forbidden(rules) => ("FORBIDDEN", rules),
        };
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| format!("{} [{}]", rule.title, rule.id))
            .collect();
        text.extend([
            verdict,
            "  ",
            &item.target().to_string(),
            ": ",
            &rules.join("; "),
            "\n",
        ]);
    }
    text.extend([
        "Plan ",
        &digest.to_string(),
        " (code ",
        &digest.code(),
        ").\n",
    ]);
    if plan.items.iter().any(|item| item.rung.is_some()) {
        text.push_str(
            "Confirming also covers up to 200 further reversible cuts on what the subjects hold, minted or entered, \
             for one hour (--exact withholds it).\n",
        );
    }
    text
}

impl Session {
    /// Says beside the result what was configured and is not used.
    pub(super) fn warn(&self) {
        for warning in &self.warnings {
            aside(&format!("warning: {warning}"));
        }
    }
}
