//! `contain drill`: rehearse an incident in a simulated world. No credentials, no network, no waiting.

use crate::report::page::Page;
use std::collections::BTreeMap;

use clap::Subcommand;

use super::closing::entries;
use super::failure::Failure;
use super::operation::Go;
use super::session::Session;
use super::wish::Text;
use super::work::{Work, open};
use super::{Ended, aside};
use crate::converge::Limit;
use crate::domain::clock::spell;
use crate::domain::event::{Event, Order, SecretNote};
use crate::domain::why::plain;
use crate::domain::{Duration, Locator, Secret, SecretRef};
use crate::drill::{self, Contradicted, Judged, Rehearsal, Times};
use crate::journal::Record;
use crate::journal::folder::Shelf;
use crate::playbook::Playbook;
use crate::provider::simulated::inject::Played;
use crate::provider::simulated::scenario::Scenario;
use crate::provider::{Catalogue, Observer};
use crate::report::human;
use crate::report::reckoning::{Became, reckon};
use crate::report::standing::Outcome;

/// Rehearse an incident in a simulated world: no credentials, no network, hours in a second
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    /// The scenario: a shipped one by name, or a file; without one they are listed
    #[arg(value_name = "SCENARIO")]
    name: Option<String>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Rehearse a scenario
    Run {
        /// The scenario: a shipped one by name, or a file
        #[arg(value_name = "SCENARIO", default_value = "leaked-aws-access-key")]
        name: String,
    },
    /// List the scenarios that ship
    List,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        None => match args.name {
            Some(name) => rehearse(&name, session).await,
            None => Ok(list()),
        },
        Some(Verb::Run { name }) => rehearse(&name, session).await,
        Some(Verb::List) => Ok(list()),
    }
}

fn list() -> Ended {
    let (mut text, mut rows) = (Page::default(), Vec::new());
    for (name, scenario) in drill::shipped() {
        let summary = Scenario::parse(scenario)
            .map(|s| s.summary)
            .unwrap_or_default();
        text.add(&format!("{name}\n    {}\n", summary.trim()));
        rows.push(serde_json::json!({"name": name, "summary": summary}));
    }
    Ended::data(serde_json::json!({ "drills": rows }), text)
}

fn find(name: &str) -> Result<String, Box<Failure>> {
    if let Some((_, text)) = drill::shipped().iter().find(|(known, _)| *known == name) {
        return Ok((*text).to_owned());
    }
    let path = std::path::Path::new(name);
    if path.is_file() {
        return super::workspace::read(path);
    }
    let names = drill::shipped().iter().map(|(name, _)| *name);
    let mut failure = Failure::usage(format!("there is no drill `{}`", plain(name)));
    if let Some(near) = crate::domain::nearest_or_begun(name, names) {
        failure = failure.hint(format!("did you mean `{near}`?"));
    }
    Err(Box::new(failure.hint("contain drill list")))
}

async fn rehearse(name: &str, session: Session) -> Result<Ended, Box<Failure>> {
    let broken = |error: crate::provider::simulated::scenario::Broken| {
        Failure::new(2, "invalid-file", format!("{}: {error}", plain(name)))
    };
    let rehearsal = Rehearsal::prepare(&find(name)?).map_err(broken)?;
    let session = session.within(rehearsal.catalogue.clone(), rehearsal.clock.clone());
    let scenario = &rehearsal.scenario;
    let playbooks = playbooks(&session, scenario)?;
    let id = fresh_id(&session, &scenario.drill)?;
    let folder = session.root()?.create(Shelf::Drills, &id, &session.clock)?;
    let work = open(&session, folder, true)?;
    let opened = Event::Opened {
        incident: id.clone(),
        drill: true,
        since: scenario.since(),
        reason: Some(format!("drill {}", scenario.drill)),
        ticket: None,
    };
    work.journal.append(vec![opened]).await?;
    if !session.json {
        aside(&introduction(&rehearsal, &playbooks));
    }
    let folder = work.folder.clone();
    let (ended, played) = tokio::join!(
        carry_out(&session, &rehearsal, (work, &playbooks)),
        rehearsal.play()
    );
    let mut ended = ended?;
    let record = folder.read()?;
    let judged = rehearsal.judge();
    let times = drill::times(&record.lines, &record.case, 1);
    let contradicted = contradicted(&rehearsal, &ended, &record);
    let as_expected = ended.output.outcome.word() == scenario.expect.outcome
        && judged.iter().all(Judged::is_right)
        && contradicted.is_empty();
    ended.text = Some(format!(
        "{}\n{}",
        human::ending(&ended.output),
        debrief(
            &rehearsal,
            &ended.output.outcome,
            (&played, &judged, &contradicted, times),
            &folder
        )
    ));
    ended.output.data = Some(serde_json::json!({
        "scenario": scenario.drill,
        "expected": scenario.expect.outcome,
        "as_expected": as_expected,
        "injects": played.iter().map(|p| serde_json::json!({"at": p.at, "what": p.what, "worked": p.worked})).collect::<Vec<_>>(),
        "world": judged,
        "contradicted": contradicted,
        "times": times,
        "folder": folder.path(),
    }));
    ended.output.next = vec![
        format!("contain report --incident {id} --print"),
        format!("contain journal verify --incident {id}"),
    ];
    ended.exit = Some(if as_expected {
        0
    } else {
        ended
            .output
            .outcome
            .exit()
            .max(super::failure::exit::NOT_CONTAINED)
    });
    Ok(ended)
}

/// What the ending and the report say of things, and the world did not when the last run ended.
fn contradicted(rehearsal: &Rehearsal, ended: &Ended, record: &Record) -> Vec<Contradicted> {
    let Some(at) = record.lines.last().map(|line| line.at) else {
        return Vec::new();
    };
    let alive = ended.output.still_alive.iter();
    let alive: Vec<Locator> = alive.filter_map(|one| one.what.parse().ok()).collect();
    let things = reckon(&entries(record), &record.case, &rehearsal.catalogue, at);
    let dead = things.into_iter().filter_map(|thing| {
        let is_dead = matches!(thing.became, Became::Dead(_));
        is_dead.then_some(thing.what)
    });
    rehearsal.contradicted(&alive, &dead.collect::<Vec<_>>(), at)
}

/// Carries out the playbooks of a scenario one after the other; answers how the last one ended.
async fn carry_out(
    session: &Session,
    rehearsal: &Rehearsal,
    (work, playbooks): (Work, &[(&str, Playbook)]),
) -> Result<Ended, Box<Failure>> {
    let incident = work.folder.id().to_owned();
    let (mut work, mut run) = (Some(work), 0);
    let mut ended = None;
    for (at, (name, playbook)) in playbooks.iter().enumerate() {
        let work = match work.take() {
            Some(work) => work,
            None => open(session, session.folder(Some(&incident))?, true)?,
        };
        run += 1;
        let is_last = at + 1 == playbooks.len();
        let playbook = (*name, playbook, is_last);
        ended = Some(one(session, rehearsal, (work, run), playbook).await?);
    }
    ended.ok_or_else(|| Box::new(Failure::internal("the scenario names no playbook")))
}

async fn one(
    session: &Session,
    rehearsal: &Rehearsal,
    (work, run): (Work, u32),
    (name, playbook, is_last): (&str, &Playbook, bool),
) -> Result<Ended, Box<Failure>> {
    let scenario = &rehearsal.scenario;
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    let policy = session.workspace.policy()?;
    let key = work.folder.key()?;
    let secrets = tried(rehearsal, playbook);
    for (target, secret) in &secrets {
        if let Some(provider) = session.catalogue.provider(target.provider()) {
            provider.hold(target, secret);
        }
    }
    let own = scenario.own();
    let given = if is_last {
        scenario.inputs.clone()
    } else {
        BTreeMap::new()
    };
    let order = Order {
        verb: verb(name).to_owned(),
        playbook: playbook.name.clone(),
        digest: work.folder.store_text(&playbook.text)?,
        calls: super::library::pin(&work.folder, playbook)?,
        subjects: scenario.named(),
        inputs: super::wish::bind(
            session,
            playbook,
            &given,
            (std::slice::from_ref(&scenario.subject), &[]),
        )?,
        include: Vec::new(),
        cuts: playbook.cuts(),
        exact: false,
        wait: true,
        since: scenario.since(),
        secrets: secrets
            .iter()
            .map(|(target, secret)| SecretNote {
                target: target.clone(),
                reference: SecretRef::Env("LEAKED".to_owned()),
                fingerprint: secret.fingerprint(&key),
            })
            .collect(),
        left_alone: Vec::new(),
        identities: Vec::new(),
        acting_as: own.clone(),
        endpoints: BTreeMap::new(),
        activity: Vec::new(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        policy: policy.digest(),
    };
    let order = Box::new(order);
    work.journal
        .append(vec![Event::RunOpened { run, order }])
        .await?;
    let go = Go {
        observer: &observer,
        playbook,
        policy: &policy,
        own,
        secrets,
        yes: true,
        code: None,
    };
    go.run(session, work, run, Limit::Contained).await
}

/// The secrets that leaked and are tried after the cut; what only reads tries nothing.
fn tried(rehearsal: &Rehearsal, playbook: &Playbook) -> BTreeMap<Locator, Secret> {
    let is_tried = |target: &Locator| {
        let kind = rehearsal.catalogue.kind(target.kind());
        kind.is_some_and(|kind| kind.probe)
    };
    let mut secrets = rehearsal.leaked_secrets();
    secrets.retain(|target, _| playbook.cuts() && is_tried(target));
    secrets
}

/// The verb that carries out a playbook: each phase has its own.
fn verb(playbook: &str) -> &str {
    match playbook {
        "isolate" | "inventory" | "validate" | "reissue" => playbook,
        _ => "run",
    }
}

/// The first number that no earlier drill of this scenario has: the same seed gives the same bytes, so ids are counted.
fn fresh_id(session: &Session, name: &str) -> Result<String, Box<Failure>> {
    let taken: std::collections::BTreeSet<String> = session
        .root()?
        .list(Shelf::Drills)?
        .into_iter()
        .map(|summary| summary.id)
        .collect();
    let ids = (1_u32..).map(|number| format!("{name}-{number}"));
    let taken_on_disk = |id: &str| session.place().join("drills").join(id).exists();
    Ok(ids
        .into_iter()
        .find(|id| !taken.contains(id) && !taken_on_disk(id))
        .unwrap_or_else(|| name.to_owned()))
}

/// The playbooks of a scenario by their names, in the order in which they are carried out.
fn playbooks<'a>(
    session: &Session,
    scenario: &'a Scenario,
) -> Result<Vec<(&'a str, Playbook)>, Box<Failure>> {
    let names = scenario.after.iter().chain([&scenario.playbook]);
    let load = |name: &'a String| {
        let playbook = super::library::load(session, &Text::find(name)?)?;
        Ok((name.as_str(), playbook))
    };
    names.map(load).collect()
}

fn introduction(rehearsal: &Rehearsal, playbooks: &[(&str, Playbook)]) -> String {
    let scenario = &rehearsal.scenario;
    let mut text = Page::default();
    text.add("DRILL: nothing outside of a simulated world is touched, and its clock runs as fast as it can.\n\n");
    text.add(&wrap(&plain(scenario.summary.trim())));
    text.add("\n\nIn earnest you would type:\n");
    for (name, playbook) in playbooks {
        let tried = tried(rehearsal, playbook);
        text.add(&format!("  {}\n", typed(rehearsal, name, &tried)));
    }
    text.add("\nThis is the plan. In earnest you would be asked to confirm it; a drill goes on by itself.\n");
    text.text()
}

/// What a person types to carry out a playbook of the scenario, where these secrets are tried.
fn typed(rehearsal: &Rehearsal, name: &str, tried: &BTreeMap<Locator, Secret>) -> String {
    let scenario = &rehearsal.scenario;
    let named = scenario.named();
    let kind = |what: &Locator| rehearsal.catalogue.kind(what.kind());
    // Of credentials that leaked together there is a report; what is not known by its form is named beside it.
    let is_credential = |what: &Locator| kind(what).is_some_and(|kind| kind.credential);
    let is_report = named.len() > 1 && named.iter().all(is_credential);
    let is_known = |what: &Locator| kind(what).is_some_and(|kind| !kind.recognise.is_empty());
    let is_named = |what: &&Locator| !is_report || !is_known(what);
    let verb = verb(name);
    let mut words = vec!["contain".to_owned(), verb.to_owned()];
    if verb == "run" {
        words.push(name.to_owned());
    }
    if is_report {
        words.push("--from report.json".to_owned());
    }
    for what in named.iter().filter(is_named) {
        words.extend((verb == "run").then(|| "--subject".to_owned()));
        words.push(what.to_string());
    }
    words.push(format!("--since {}", spell(scenario.since.0)));
    for (number, what) in tried.keys().filter(is_named).enumerate() {
        // With several subjects each secret names its own.
        words.push(match named.len() {
            1 => "--secret env:LEAKED".to_owned(),
            _ => format!("--secret {what}=env:LEAKED{}", number.saturating_add(1)),
        });
    }
    let inputs = scenario.inputs.iter();
    for (input, value) in inputs.filter(|_| name == scenario.playbook) {
        words.push(format!("--input {input}={}", plain(value)));
    }
    if verb != "inventory" {
        words.push("--wait".to_owned());
    }
    words.join(" ")
}

fn debrief(
    rehearsal: &Rehearsal,
    outcome: &Outcome,
    (played, judged, contradicted, times): (&[Played], &[Judged], &[Contradicted], Times),
    folder: &crate::journal::Folder,
) -> String {
    let mut text = Page::default();
    text.add("WHAT THE OTHERS DID MEANWHILE\n");
    let start = rehearsal.scenario.start;
    for played in played {
        let result = if played.worked {
            "and it worked"
        } else {
            "and was refused"
        };
        text.add(&format!(
            "  {:>8}  {}, {result}\n",
            spell(played.at.duration_since(start)),
            plain(&played.what)
        ));
    }
    text.add("\nWHAT THE WORLD ITSELF SAYS, whatever was reported\n");
    for judged in judged {
        let is = if judged.lives { "works" } else { "is dead" };
        let verdict = if judged.is_right() {
            "as it should"
        } else {
            "WRONG"
        };
        text.add(&format!("  {is:<8} {}  {verdict}\n", judged.what));
    }
    for wrong in contradicted {
        let is = if wrong.lives { "works" } else { "is dead" };
        text.add(&format!(
            "  {is:<8} {}  WRONG: the report calls it {}\n",
            wrong.what, wrong.told
        ));
    }
    let shown = |length: Option<Duration>| length.map(spell).unwrap_or_else(|| "never".to_owned());
    text.add(&format!(
        "\nHOW LONG IT TOOK\n  {} to the first cut, {} until every first cut was seen in force, {} until {}.\n",
        shown(times.first_cut), shown(times.cut), shown(times.end), outcome.word()
    ));
    if !rehearsal.scenario.lessons.is_empty() {
        text.add("\nWHAT YOU SAW\n");
    }
    for line in &rehearsal.scenario.lessons {
        text.add(&wrap_with(&plain(line), "  - ", "    "));
        text.add("\n");
    }
    text.add(&format!("\nThe record: {}\n  contain journal verify --incident {}\n  contain report --incident {} --print\n", folder.path().display(), folder.id(), folder.id()));
    text.text()
}

fn wrap(text: &str) -> String {
    wrap_with(text, "", "")
}

fn wrap_with(text: &str, first: &str, rest: &str) -> String {
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let fits = lines
            .last()
            .is_some_and(|line| line.len() + word.len() < 96);
        match lines.last_mut() {
            Some(line) if fits => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
                line.push_str(word);
            }
            Some(_) | None => lines.push(format!("{rest}{word}")),
        }
    }
    lines.join("\n")
}

/// What the providers of a record's world declare: for a drill its own simulated one.
pub(super) fn catalogue_of(session: &Session, folder: &crate::journal::Folder) -> Catalogue {
    if !folder.is_drill() {
        return session.catalogue.clone();
    }
    let name = folder
        .id()
        .rsplit_once('-')
        .map_or(folder.id(), |(name, _)| name);
    find(name)
        .ok()
        .and_then(|text| Rehearsal::prepare(&text).ok())
        .map_or_else(
            || session.catalogue.clone(),
            |rehearsal| rehearsal.catalogue,
        )
}
