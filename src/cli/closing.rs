//! `contain incident close | accept | reopen`: closing on evidence, what somebody takes on themselves, opening again.
//!
//! Never cuts and never gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::declare;
use super::failure::{Failure, exit};
use super::handout::{Handout, hand_out, sign_later};
use super::session::Session;
use super::work::Work;
use super::{Ended, evidence, library, work};
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Relation, Time};
use crate::journal::{Folder, Record};
use crate::playbook::Playbook;
use crate::provider::Catalogue;
use crate::report::closing::{self, Books, Lack, Sort};
use crate::report::entry::Entry;
use crate::report::output::{self, Output};
use crate::report::page::Page;
use crate::report::reckoning::{self, Became, Thing, totals};
use crate::report::standing::Outcome;

/// The entries of a record, as reports take them.
pub(super) fn entries(record: &Record) -> Vec<Entry<'_>> {
    let lines = record.lines.iter();
    lines
        .map(|line| Entry {
            seq: line.seq,
            at: line.at,
            actor: &line.actor,
            event: &line.event,
        })
        .collect()
}

/// What became of everything in an incident, and what is lacking before it may be closed.
pub(super) struct Found {
    pub(super) things: Vec<Thing>,
    pub(super) lacks: Vec<Lack>,
}

impl Found {
    /// Asks it of a record; `whole` looks at every file of it too.
    pub(super) fn of(
        session: &Session,
        folder: &Folder,
        record: &Record,
        (catalogue, now, whole): (&Catalogue, Time, bool),
    ) -> Self {
        let case = &record.case;
        let things = reckoning::reckon(&entries(record), case, catalogue, now);
        let pinned = |order| {
            library::pinned(session, folder, order, false).map_err(|failure| failure.message)
        };
        let playbooks: BTreeMap<u32, Result<Playbook, String>> = case
            .runs
            .iter()
            .map(|(number, run)| (*number, pinned(&run.order)))
            .collect();
        let damaged = match whole {
            true => evidence::damage(&evidence::standing(folder, &case.attached)),
            false => Vec::new(),
        };
        let lacks = closing::lacking(&Books {
            case,
            catalogue,
            things: &things,
            playbooks: &playbooks,
            damaged: &damaged,
            now,
        });
        Self { things, lacks }
    }
}

/// Closes an incident, or says what is lacking.
pub(super) async fn close(
    session: &Session,
    incident: Option<&str>,
    (reason, key): (Option<String>, Option<PathBuf>),
) -> Result<Ended, Box<Failure>> {
    declare::require(session, &["responder", "lead"])?;
    let folder = session.folder(incident)?;
    // Nobody performs while it is closed.
    let work = work::open(session, folder, true)?;
    let found = look(session, &work).await?;
    if !found.lacks.is_empty() {
        return Ok(refusal(&work, &found));
    }
    let now = session.clock.now();
    let (over, mut events) = work.journal.with_case(|case| Over::of(case, now));
    let reason = reason.unwrap_or_else(|| "everything is accounted for".to_owned());
    events.push(Event::Closed { reason });
    work.journal.append(events).await?;
    // What others wrote between the look and the word counts too.
    let found = look(session, &work).await?;
    if !found.lacks.is_empty() {
        let reason = "something was noted while it was being closed".to_owned();
        work.journal
            .append(vec![Event::Reopened { reason }])
            .await?;
        return Ok(refusal(&work, &found));
    }
    closed(session, &work, (&found, over), key).await
}

/// What was over with the incident.
struct Over {
    /// Authority that was given and had not run out.
    ended: usize,
    /// Sessions of our own that had ended by themselves, and of which no entry said so yet.
    lapsed: usize,
}

impl Over {
    /// What is over once an incident is closed now, and the entries that say so.
    fn of(case: &Case, now: Time) -> (Self, Vec<Event>) {
        let ended = case.in_force(now).into_iter();
        let mut events: Vec<Event> = ended.map(|nonce| Event::Ended { nonce }).collect();
        let lapsed = case.ended_passes(now);
        let over = Self {
            ended: events.len(),
            lapsed: lapsed.len(),
        };
        events.extend(lapsed);
        (over, events)
    }

    /// The same in words, a line each.
    fn told(&self) -> Vec<String> {
        let Self { ended, lapsed } = self;
        let ended = match ended {
            1 => "1 mandate or mode that had not run out was ended.".to_owned(),
            many => format!("{many} mandates and modes that had not run out were ended."),
        };
        let lapsed = (*lapsed > 0).then(|| {
            format!("Sessions of our own that had ended by themselves, now noted: {lapsed}.")
        });
        [ended].into_iter().chain(lapsed).collect()
    }
}

async fn look(session: &Session, work: &Work) -> Result<Found, Box<Failure>> {
    let (record, _) = work.journal.whole().await?;
    let known = (&session.catalogue, session.clock.now(), true);
    Ok(Found::of(session, &work.folder, &record, known))
}

async fn closed(
    session: &Session,
    work: &Work,
    (found, over): (&Found, Over),
    key: Option<PathBuf>,
) -> Result<Ended, Box<Failure>> {
    let id = work.folder.id().to_owned();
    let totals = totals(&found.things);
    let key = key.or_else(|| session.signing_key());
    let on = (&work.folder, &work.journal);
    let handout = hand_out(session, on, key.as_deref()).await?;
    let mut page = Page::default();
    page.line(&format!("CLOSED. {}.  [incident {id}]", equation(&totals)));
    page.gap();
    for line in over.told() {
        page.line(&line);
    }
    page.gap();
    if let Some(handout) = &handout {
        handout.tell(&mut page, &id);
        page.gap();
    }
    page.line("Next:");
    page.line(&format!("  contain report --incident {id}"));
    page.line(&format!("  contain evidence export DIR --incident {id}"));
    let mut data =
        serde_json::json!({ "totals": totals, "ended": over.ended, "lapsed": over.lapsed });
    let told = handout.as_ref().map(Handout::data);
    if let (Some(data), Some(serde_json::Value::Object(told))) = (data.as_object_mut(), told) {
        data.extend(told);
    }
    let mut ended = Ended::data(data, page.text());
    ended.output.incident = Some(id.clone());
    ended.output.closed = true;
    ended.output.next = vec![format!("contain report --incident {id}")];
    if handout.is_some_and(|handout| !handout.is_signed()) {
        ended.output.next.push(sign_later(&id));
    }
    Ok(ended)
}

/// Found = dead + accepted + unreachable, in words.
fn equation(totals: &BTreeMap<&'static str, usize>) -> String {
    let of = |word: &str| totals.get(word).copied().unwrap_or_default();
    let open = match of("open") {
        0 => String::new(),
        open => format!(" + {open} OPEN"),
    };
    format!(
        "{} found = {} dead + {} accepted + {} unreachable{open}",
        of("found"),
        of("dead"),
        of("accepted"),
        of("unreachable")
    )
}

fn refusal(work: &Work, found: &Found) -> Ended {
    let id = work.folder.id().to_owned();
    let (lacks, totals) = (&found.lacks, totals(&found.things));
    let gravest = lacks.first().map(|lack| lack.sort);
    let outcome = match gravest {
        Some(Sort::InDoubt) => Outcome::InDoubt,
        Some(Sort::Unaccounted | Sort::Unfinished | Sort::Unsettled) => Outcome::PartlyContained,
        Some(Sort::Overdue | Sort::Owed | Sort::Required) | None => Outcome::Waiting,
    };
    let message = match lacks.len() {
        1 => format!("incident `{id}` is not closed: 1 thing is lacking"),
        many => format!("incident `{id}` is not closed: {many} things are lacking"),
    };
    let mut page = Page::default();
    page.line(&format!(
        "NOT CLOSED. {}; {} lacking. Nothing was changed.  [incident {id}]",
        equation(&totals),
        lacks.len()
    ));
    let mut sort = None;
    for lack in lacks {
        if sort.replace(lack.sort) != Some(lack.sort) {
            page.gap();
            page.line(&format!("{}:", title(lack.sort)));
        }
        page.line(&format!("  {}", plain(&lack.what)));
        for settle in &lack.settle {
            page.line(&format!("      {}", plain(settle)));
        }
    }
    let mut next: Vec<String> = Vec::new();
    for settle in lacks.iter().filter_map(|lack| lack.settle.first()) {
        if !next.contains(settle) {
            next.push(settle.clone());
        }
    }
    let output = Output {
        incident: Some(id),
        close_lacks: spelled(lacks),
        next: next.clone(),
        data: Some(serde_json::json!({ "totals": totals, "lacks": lacks })),
        error: Some(output::Failure {
            kind: "cannot-close".to_owned(),
            message: format!("{message}. Nothing was changed."),
            hints: next,
        }),
        ..Output::bare(outcome)
    };
    let mut ended = Ended::told(output);
    ended.text = Some(page.text());
    ended
}

/// What is lacking, a line each.
pub(super) fn spelled(lacks: &[Lack]) -> Vec<String> {
    let lines = lacks.iter();
    lines
        .map(|lack| format!("{}: {}", lack.sort.word(), lack.what))
        .collect()
}

fn title(sort: Sort) -> &'static str {
    match sort {
        Sort::InDoubt => "In doubt",
        Sort::Unaccounted => "Unaccounted for",
        Sort::Unfinished => "Unfinished",
        Sort::Unsettled => "Not settled, or not looked at since",
        Sort::Overdue => "Overdue",
        Sort::Owed => "Owed by people",
        Sort::Required => "Required by the playbook",
    }
}

/// Notes that somebody takes it on themselves that what closing lacks stays as it is.
pub(super) async fn accept(
    session: &Session,
    incident: Option<&str>,
    (typed, relation, why): (&[String], Option<Relation>, String),
) -> Result<Ended, Box<Failure>> {
    declare::require(session, &["responder", "lead"])?;
    let work = work::open(session, session.folder(incident)?, false)?;
    refuse_closed(&work)?;
    let id = work.folder.id().to_owned();
    let found = look(session, &work).await?;
    let mut names = BTreeSet::new();
    for typed in typed {
        names.insert(name(session, &work, &found, typed)?);
    }
    if let Some(relation) = relation {
        let only = BTreeSet::from([relation]);
        let open = |thing: &&Thing| matches!(thing.became, Became::Open { .. });
        let things = found.things.iter().filter(open);
        let alike = things.filter(|thing| thing.relations == only);
        names.extend(alike.map(|thing| thing.what.to_string()));
    }
    if names.is_empty() {
        let message = "nothing that could be accepted was named, or is lacking";
        let close = format!("contain incident close --incident {id}");
        return Err(Box::new(Failure::usage(message).hint(close)));
    }
    let by = session.actor().to_owned();
    let relations = |name: &String| {
        let mut things = found.things.iter();
        let thing = things.find(|thing| thing.what.to_string() == *name);
        thing.map_or_else(BTreeSet::new, |thing| thing.relations.clone())
    };
    let events = names.iter().map(|what| Event::Accepted {
        what: what.clone(),
        relations: relations(what),
        by: by.clone(),
        why: why.clone(),
    });
    work.journal.append(events.collect()).await?;
    let mut page = Page::default();
    for name in &names {
        page.line(&format!(
            "Noted in incident {id} that {} stays as it is.",
            plain(name)
        ));
    }
    page.gap();
    page.line("Next:");
    page.line(&format!("  contain incident close --incident {id}"));
    let mut ended = Ended::data(serde_json::json!({ "accepted": names }), page.text());
    ended.output.incident = Some(id);
    Ok(ended)
}

/// What is lacking by this name, where it can be accepted.
fn name(
    session: &Session,
    work: &Work,
    found: &Found,
    typed: &str,
) -> Result<String, Box<Failure>> {
    let all: Vec<&String> = found
        .lacks
        .iter()
        .filter_map(|lack| lack.accept.as_ref())
        .collect();
    if let Some(exact) = all.iter().find(|name| name.as_str() == typed) {
        return Ok((*exact).clone());
    }
    if let Ok(named) = session.name(typed) {
        let is_meant = |thing: &&Thing| {
            let account = named.account.as_deref();
            *thing.what.kind() == named.kind
                && thing.what.id() == named.id
                && account.is_none_or(|account| thing.what.account() == Some(account))
        };
        let mut things = found.things.iter().filter(is_meant);
        let name = things.next().map(|thing| thing.what.to_string());
        if let Some(name) = name.filter(|name| all.contains(&name)) {
            return Ok(name);
        }
    }
    let id = work.folder.id();
    let message = format!(
        "nothing that incident `{id}` lacks before it can be closed is called `{}`",
        plain(typed)
    );
    let mut failure = Failure::new(exit::USAGE, "nothing-to-accept", message);
    if let Some(near) = crate::domain::nearest(typed, all.iter().map(|name| name.as_str())) {
        failure = failure.hint(format!("did you mean `{}`?", plain(near)));
    }
    Err(Box::new(
        failure.hint(format!("contain incident close --incident {id}")),
    ))
}

/// Opens a closed incident again.
pub(super) async fn reopen(
    session: &Session,
    incident: Option<&str>,
    reason: String,
) -> Result<Ended, Box<Failure>> {
    declare::require(session, &["responder", "lead"])?;
    let work = work::open(session, session.folder(incident)?, false)?;
    let id = work.folder.id().to_owned();
    if !work.journal.with_case(|case: &Case| case.closed) {
        let message = format!("incident `{id}` is open already");
        let status = format!("contain status --incident {id}");
        return Err(Box::new(Failure::usage(message).hint(status)));
    }
    work.journal
        .append(vec![Event::Reopened { reason }])
        .await?;
    let text = format!(
        "Opened incident {id} again. Authority that ended when it was closed is not given back.\n\nNext:\n  contain status --incident {id}\n"
    );
    let mut ended = Ended::data(serde_json::json!({ "reopened": true }), text);
    ended.output.incident = Some(id);
    Ok(ended)
}

/// Refuses what may not be done in an incident that is closed.
pub(super) fn refuse_closed(work: &Work) -> Result<(), Box<Failure>> {
    match work.journal.with_case(|case| case.closed) {
        false => Ok(()),
        true => Err(Box::new(is_closed(work.folder.id()))),
    }
}

/// An incident is closed, and how it is opened again.
pub(super) fn is_closed(id: &str) -> Failure {
    let message = format!("incident `{id}` is closed, and takes nothing that acts");
    Failure::new(exit::USAGE, "closed", message).hint(format!(
        "contain incident reopen --reason TEXT --incident {id}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mandate::{Declared, Mode};
    use crate::domain::{Locator, Pass};

    #[test]
    fn what_closing_ends_is_told_apart_from_what_had_ended_by_itself() {
        let at = |second| Time::from_second(second).unwrap_or_default();
        let declared = |nonce: &str, until| {
            let declared = Declared {
                mode: Mode::MajorIncident,
                by: "alice".to_owned(),
                reason: "x".to_owned(),
                until: at(until),
                nonce: nonce.to_owned(),
            };
            (at(0), declared)
        };
        let pass = |name: &str, until| {
            let session: Locator = format!("aws:session/{name}@123456789012").parse().ok()?;
            Some(Pass {
                of: session.clone(),
                session,
                name: name.to_owned(),
                source: None,
                until: at(until),
                policy: serde_json::Value::Null,
                notes: Vec::new(),
            })
        };
        let passes = [pass("A", 5), pass("B", 9), pass("C", 20)];
        let case = Case {
            declared: vec![declared("on", 20), declared("over", 5)],
            passes: passes.into_iter().flatten().collect(),
            ..Case::default()
        };
        let (over, events) = Over::of(&case, at(10));
        assert_eq!((over.ended, over.lapsed, events.len()), (1, 2, 3));
        let told = over.told().join("\n");
        assert!(told.contains("1 mandate or mode that had not run out was ended"));
        assert!(told.contains("ended by themselves, now noted: 2"), "{told}");
    }
}
