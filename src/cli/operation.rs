//! What `isolate`, `inventory`, `plan`, `run`, `apply`, `resume`, `verify` and `restore` share: take the lock, run the
//! loop, tell how it ended.

use std::collections::BTreeMap;

use super::broke::broken;
use super::consent::ask;
use super::failure::{Failure, exit};
use super::given::{join_given, probed_by, read_secrets, references, take_in};
use super::session::{self, Session};
use super::subject::{Resolved, fits, resolve, who_acts};
use super::wish::{Proposal, Wish, bind, refuse_own_branch};
use super::work::{Work, join};
use super::{Ended, ahead, aside, library, paste, progress};
use crate::converge::{End, Limit, Means, converge};
use crate::domain::case::{About, Case};
use crate::domain::event::{Event, Order, SecretNote};
use crate::domain::plan::Plan;
use crate::domain::{Digest, Item, Locator, Secret, Time, digest};
use crate::evidence::{self, Kept, Redactor};
use crate::execute::Ground;
use crate::execute::lanes::Lanes;
use crate::gate::{Pledges, Policy, Ruling, Witness};
use crate::playbook::Playbook;
use crate::provider::Observer;
use crate::report::describe::{self, Source};
use crate::report::human;
use crate::report::standing::Outcome;

/// The window where neither the command nor the incident says.
const SINCE: &str = "24h";

/// Begins a run from what a person named, and takes it as far as the wish says.
pub(super) async fn begin(session: &Session, wish: Wish<'_>) -> Result<Ended, Box<Failure>> {
    session.warn();
    // What can be wrong with the arguments alone is told before anything is sent.
    references(session, wish.secrets)?;
    let mut paste = paste::of(session, wish.subjects, wish.secrets)?;
    let now = session.clock.now();
    let asked = wish.subjects.since.as_deref();
    let asked = asked.map(|asked| session::since(asked, now)).transpose()?;
    let day_ago = session::since(SINCE, now)?;
    let playbook = library::load(session, &wish.playbook)?;
    fits(session, (wish.verb, &playbook), wish.subjects)?;
    let policy = session.workspace.policy()?;
    session.estate()?;
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    let mut resolved = Resolved::default();
    if paste.is_none() || wish.subjects.are_named() {
        resolved = resolve(session, &observer, wish.subjects).await?;
    }
    let Resolved {
        mut subjects,
        identities,
        mut left_alone,
    } = resolved;
    if let Some(paste) = &mut paste {
        paste.resolve(session, &observer, &mut subjects).await?;
        left_alone.append(&mut paste.refused);
    }
    let own = who_acts(session, &observer, &mut subjects, &mut left_alone).await?;
    refuse_own_branch(&session.catalogue, &subjects, &own)?;
    let window = Window {
        asked,
        leaked: paste.as_ref().and_then(|paste| paste.since(now)),
        day_ago,
    };
    let mut given = read_secrets(session, wish.secrets, (&subjects, &left_alone))?;
    let inputs = bind(session, &playbook, &wish.inputs, (&subjects, &identities))?;
    let probed = probed_by(session, &playbook, &inputs, (&subjects, &left_alone))?;
    join_given(&mut given, probed)?;
    let mut work = join(
        session,
        wish.incident,
        &subjects,
        window.begins(None),
        !matches!(wish.limit, Limit::Plan),
    )
    .await?;
    let since = window.begins(work.journal.with_case(|case| case.since));
    window.tell(since);
    let digest = work.folder.store_text(&playbook.text)?;
    let calls = library::pin(&work.folder, &playbook)?;
    let key = work.folder.key()?;
    let sighted = paste
        .as_ref()
        .map(|paste| kept(&work, paste, &key))
        .transpose()?;
    let mut secrets = paste.map_or_else(Default::default, |paste| paste.secrets(session));
    join_given(&mut secrets, given)?;
    let from = wish.subjects.from.as_deref();
    work.journal
        .with_case(|case| take_in(session, case, (&secrets, from), &key))?;
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
        calls,
        subjects,
        identities,
        inputs,
        include: wish.include.clone(),
        cuts: playbook.cuts(),
        exact: wish.consent.exact,
        wait: wish.wait,
        since,
        secrets: notes.collect(),
        left_alone,
        acting_as: own.clone(),
        endpoints: session.endpoints(),
        activity: session.activity.clone(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        policy: policy.digest(),
    };
    let run = work
        .journal
        .with_case(|case| case.last_run().map_or(1, |(last, _)| last + 1));
    let mut events = std::mem::take(&mut work.opening);
    events.push(Event::RunOpened {
        run,
        order: Box::new(order),
    });
    events.extend(sighted);
    if let Some(proposal) = wish.proposal {
        events.push(proposed(session, &work, run, proposal)?);
    }
    work.journal.append(events).await?;
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

/// Since when an incident is looked into.
struct Window {
    /// As the operator says.
    asked: Option<Time>,
    /// When the first of what leaked was seen, and where.
    leaked: Option<(Time, String)>,
    /// Where nobody says.
    day_ago: Time,
}

impl Window {
    /// When it begins, given when the incident that is joined began.
    fn begins(&self, incident: Option<Time>) -> Time {
        let leaked = self.leaked.as_ref().map(|(at, _)| *at);
        let earlier = leaked.filter(|at| *at < incident.unwrap_or(self.day_ago));
        self.asked.or(earlier).or(incident).unwrap_or(self.day_ago)
    }

    /// Says so where it begins with what leaked.
    fn tell(&self, since: Time) {
        let leaked = self.leaked.as_ref();
        let leaked = leaked.filter(|(at, _)| self.asked.is_none() && *at == since);
        if let Some((at, first)) = leaked {
            aside(&format!(
                "note: the window begins at {at}, when the first of it was seen: {first}; `--since` says otherwise"
            ));
        }
    }
}

/// Keeps where everything was seen that leaked; the entry that makes it part of the record.
fn kept(work: &Work, paste: &paste::Paste, key: &[u8; 32]) -> Result<Event, Box<Failure>> {
    let (from, value) = paste.evidence(key);
    let bytes = digest::canonical(&value).map_err(Failure::internal)?;
    let name = format!("{}.json", Digest::of(bytes.as_bytes()));
    let (path, digest) = work.folder.keep("evidence", &name, bytes.as_bytes())?;
    let about = About {
        what: "what leaked, and where it was seen".to_owned(),
        from,
        item: None,
        complete: Some(true),
        state: None,
    };
    Ok(Event::Attached {
        path,
        digest,
        about: Some(Box::new(about)),
    })
}

/// Who asked for what a run planned so far.
fn asked_before(case: &Case, run: u32) -> Vec<String> {
    let requests = case.requests.iter().filter(|((of, _), _)| *of == run);
    let asked = requests.flat_map(|(_, request)| request.requested_by.iter());
    asked.chain(case.proposals.get(&run)).cloned().collect()
}

/// The entry about a proposal; refuses one too many of the same agent or pipeline.
fn proposed(
    session: &Session,
    work: &Work,
    run: u32,
    proposal: Proposal,
) -> Result<Event, Box<Failure>> {
    let Proposal {
        by,
        rationale,
        evidence,
    } = proposal;
    let made = |case: &Case| case.proposed.get(&by).copied();
    let made = work.journal.with_case(made).unwrap_or_default();
    let most = session.roster.proposals_of(&by);
    if made >= most {
        let message = format!(
            "`{by}` has made {made} proposals in this incident, and may make {most} in each"
        );
        let mut failure = Failure::new(exit::DENIED, "too-many-proposals", message);
        failure.outcome = Outcome::Denied;
        return Err(Box::new(
            failure.hint("have a person look at those that wait: contain status"),
        ));
    }
    Ok(Event::Proposed {
        run,
        by,
        rationale,
        evidence,
    })
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
        let (lanes, pledges, key) = (Lanes::default(), Pledges::default(), work.folder.key()?);
        let around = session.around(&incident, work.folder.is_drill());
        let asks = !matches!(limit, Limit::Plan | Limit::Verify(_));
        if asks {
            ahead::take_in(session, &work).await?;
        }
        let stands = ahead::looking(session, &work.folder)?;
        let witness = Witness::new(&stands);
        let keep = |plan: &Plan| {
            // A rehearsal shows its first plan, also where nobody is asked about it.
            if around.drill && !session.json && plan.round == 1 && plan.is_empty() {
                aside(&human::plan(plan, &session.catalogue));
            }
            work.folder.store_plan(plan)
        };
        let recall = |digest: &Digest| work.folder.load_plan(digest).ok();
        let confirm = |plan: &Plan, digest: Digest, open: &[(&Item, Ruling)]| {
            // Whoever rehearses is taken to type the code of each plan.
            let rehearsed = around.drill.then(|| digest.code());
            let code = rehearsed.as_deref().or(self.code.as_deref());
            ask(session, plan, digest, open, (self.yes, code))
        };
        let redactor = Redactor::new(work.folder.key()?, session.catalogue.kinds());
        let evidence = |kept: &Kept<'_>| {
            let (name, bytes) = redactor.file(kept).map_err(|why| why.to_string())?;
            let stored = work.folder.keep("evidence", &name, &bytes);
            let (path, digest) = stored.map_err(|why| format!("failed to {why}"))?;
            Ok(evidence::File { path, digest })
        };
        let made_from = made_from(session, self.playbook, self.policy);
        let mut requested_by = session.requested_by(&self.own);
        if !session.roster.is_empty() {
            // What automation asked for in this run stays asked for by it, whoever goes on.
            let before = work.journal.with_case(|case| asked_before(case, run));
            let is_automation = |name: &String| session.roster.person(name).is_none();
            requested_by.extend(before.into_iter().filter(is_automation));
            requested_by.sort();
            requested_by.dedup();
        }
        let estate = session.estate()?;
        let branches = session.workspace.branches(&self.own, estate);
        let means = Means {
            ground: Ground {
                catalogue: &session.catalogue,
                observer: self.observer,
                journal: &work.journal,
                policy: self.policy,
                around: &around,
                branches: &branches,
                pledges: &pledges,
                witness: &witness,
                lanes: &lanes,
                clock: &session.clock,
                key: &key,
                evidence: &evidence,
            },
            playbook: self.playbook,
            own: self.own,
            requested_by,
            caps: session.workspace.config.caps(),
            estate,
            made_from,
            secrets: self.secrets,
            keep: &keep,
            recall: &recall,
            confirm: &confirm,
        };
        let fancy = asks && !session.json && std::io::IsTerminal::is_terminal(&std::io::stderr());
        let shown = tokio::spawn(progress::show(work.journal.subscribe(), fancy));
        let end = tokio::select! {
            end = converge(&means, run, limit) => end.map_err(|error| {
                let failure: Box<Failure> = error.into();
                broken(*failure, &work.journal, run)
            }),
            () = interrupted() => Err(broken(Failure::new(Outcome::Failed.exit(), "interrupted", "interrupted"), &work.journal, run)),
        };
        let end = end?;
        let mut ended = tell(&means, run, &end);
        drop(means);
        drop(work.lease);
        drop(work.lock);
        drop(work.journal);
        drop(tokio::time::timeout(std::time::Duration::from_millis(200), shown).await);
        session.losses.add_to(&mut ended);
        Ok(ended)
    }
}

/// Waits until the process is told to end.
pub(super) async fn interrupted() {
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
fn tell(means: &Means<'_>, run: u32, end: &End) -> Ended {
    let ground = &means.ground;
    let output = ground.journal.with_case(|case| {
        describe::of_run(&Source {
            case,
            catalogue: ground.catalogue,
            run,
            standing: &end.standing,
            playbook: Some(means.playbook),
            plan: end.plan.as_ref().map(|(plan, digest)| (plan, *digest)),
            wants_code: end.wants_code,
            now: ground.clock.now(),
        })
    });
    Ended::told(output)
}

/// Digests of what plans are made from.
pub(super) fn made_from(
    session: &Session,
    playbook: &Playbook,
    policy: &Policy,
) -> BTreeMap<String, Digest> {
    let mut made_from = BTreeMap::from([
        ("playbook".to_owned(), playbook.digest),
        ("policy".to_owned(), policy.digest()),
        (
            "tool".to_owned(),
            Digest::of(concat!("contain ", env!("CARGO_PKG_VERSION")).as_bytes()),
        ),
    ]);
    if !session.roster.is_empty() {
        let people = session.workspace.people(&session.roster);
        made_from.insert("people".to_owned(), people);
    }
    if let Some(estate) = session.loaded() {
        made_from.insert("estate".to_owned(), estate.digest());
    }
    made_from
}

impl Session {
    /// Says beside the result what was configured and is not used.
    pub(super) fn warn(&self) {
        for warning in &self.warnings {
            aside(&format!("warning: {warning}"));
        }
    }
}
