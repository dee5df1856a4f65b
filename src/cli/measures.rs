//! `contain measures`: cuts in force and when each is due for review; a review that moves it, or gives it back.
//!
//! Never lifts anything itself: what is released goes through `restore`.

use clap::Subcommand;

use super::failure::{Failure, exit};
use super::session::Session;
use super::{Ended, declare, restore, status, work};
use crate::domain::case::Case;
use crate::domain::event::Event;
use crate::domain::shell::quoted;
use crate::domain::why::plain;
use crate::domain::{ActionId, Duration, Time};
use crate::report::measure::{self, Measure, Told};
use crate::report::output::Output;
use crate::report::page::Page;
use crate::report::standing::Outcome;

/// How far ahead a review may be put: what nobody looks at for longer is forgotten.
const FURTHEST: Duration = Duration::from_hours(24 * 366);

/// List the cuts in force and their reviews, move a review, or give a cut back
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// List the cuts in force: since when, by which run, due for review when; and what people owe. Ends 10 where a review is overdue
    List {
        /// The incident, or a drill; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Say that a measure was reviewed and stays, until its next review
    Extend {
        /// The measure: its target, or 'ACTION TARGET' where there are several on it
        #[arg(value_name = "MEASURE", required = true)]
        measures: Vec<String>,
        /// When it is due for review next: a time, or a duration from now
        #[arg(long, value_name = "TIME|DURATION")]
        until: String,
        /// Why it stays, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Give a measure back, as `contain restore` does: with a plan, its judgement and its confirmation
    Release {
        /// The measure: its target, or 'ACTION TARGET' where there are several on it
        #[arg(value_name = "MEASURE", required = true)]
        measures: Vec<String>,
        /// Confirm the plan without being asked; covers tiers up to 2
        #[arg(long)]
        yes: bool,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::List { incident } => list(&session, incident.as_deref()),
        Verb::Extend {
            measures,
            until,
            reason,
            incident,
        } => {
            let until = ahead(&until, session.clock.now())?;
            extend(
                &session,
                incident.as_deref(),
                &measures,
                (until, Some(reason)),
            )
            .await
        }
        Verb::Release {
            measures,
            yes,
            reason,
            incident,
        } => {
            let asked = measures.iter().map(|typed| split(typed));
            let asked = restore::Args::of_measures(asked.collect(), (yes, reason), incident);
            restore::run(asked, session).await
        }
    }
}

fn list(session: &Session, incident: Option<&str>) -> Result<Ended, Box<Failure>> {
    let folder = session.folder(incident)?;
    let record = session.read(&folder)?;
    let catalogue = super::drill::catalogue_of(session, &folder);
    let now = status::now_of(session, &folder, &record.case);
    let case = &record.case;
    let told: Vec<Told> = measure::in_force(case)
        .iter()
        .map(|measure| measure.told(now))
        .collect();
    let stands = status::describe(&record, (&catalogue, now), session, &folder);
    let mut output = stands.unwrap_or_else(|| Output {
        incident: Some(folder.id().to_owned()),
        drill: folder.is_drill(),
        ..Output::bare(Outcome::Done)
    });
    let mut ended = Ended::told(Output::bare(Outcome::Done));
    ended.text = Some(text(&output, &told));
    ended.exit = Some(status::exit_of(&output));
    output.data = Some(serde_json::json!({ "measures": told }));
    ended.output = output;
    Ok(ended)
}

fn text(output: &Output, told: &[Told]) -> String {
    let mut page = Page::default();
    let incident = output.incident.as_deref().unwrap_or_default();
    match told.len() {
        0 => page.line(&format!("No measure is in force in incident {incident}.")),
        1 => page.line(&format!("1 measure is in force in incident {incident}:")),
        many => page.line(&format!(
            "{many} measures are in force in incident {incident}:"
        )),
    }
    measure::list(&mut page, told);
    // A review stands with its measure above, save what to run for one that is overdue.
    let is_review = |what: &str| what.starts_with("review the measure on ");
    let mut owed = output
        .obligations
        .iter()
        .filter(|owed| !is_review(&owed.what))
        .peekable();
    if owed.peek().is_some() {
        page.gap();
        page.line("Owed:");
    }
    for owed in owed {
        let due = owed.due.as_ref().map(|due| format!(" by {due}"));
        page.line(&format!(
            "  {}{}",
            plain(&owed.what),
            due.unwrap_or_default()
        ));
        if let Some(with) = &owed.do_with {
            page.line(&format!("      {with}"));
        }
    }
    if let Some(first) = told.first() {
        page.gap();
        page.line("Next:");
        page.line(&format!(
            "  contain measures extend {} --until 24h --reason TEXT --incident {incident}",
            quoted(&first.measure)
        ));
        page.line(&format!(
            "  contain measures release {} --incident {incident}",
            quoted(&first.measure)
        ));
    }
    page.text()
}

/// Notes that measures were reviewed and when they are due next.
async fn extend(
    session: &Session,
    incident: Option<&str>,
    typed: &[String],
    (until, reason): (Time, Option<String>),
) -> Result<Ended, Box<Failure>> {
    declare::require(session, &["responder", "lead"])?;
    let work = work::open(session, session.folder(incident)?, false)?;
    let id = work.folder.id().to_owned();
    let (events, names) = work.journal.with_case(|case| {
        let measures = measure::in_force(case);
        let (mut events, mut names) = (Vec::new(), Vec::new());
        for typed in typed {
            for measure in find(session, &measures, typed, &id)? {
                if until <= measure.due {
                    let message = format!(
                        "the review of {} is due at {}: it can be put later, not sooner",
                        plain(&measure.name()),
                        measure.due
                    );
                    return Err(Box::new(Failure::usage(message)));
                }
                names.push(measure.name());
                let lives = measure.lives.iter();
                events.extend(lives.map(|(item, _)| Event::Extended {
                    item: (*item).clone(),
                    review: until,
                    reason: reason.clone(),
                }));
            }
        }
        Ok((events, names))
    })?;
    work.journal.append(events).await?;
    let mut page = Page::default();
    for name in &names {
        page.line(&format!(
            "Noted in incident {id} that {} was reviewed; it is due again at {until}.",
            plain(name)
        ));
    }
    let data = serde_json::json!({ "measures": names, "due": until });
    let mut ended = Ended::data(data, page.text());
    ended.output.incident = Some(id);
    Ok(ended)
}

/// What was typed, as an action where one was named, and its target.
fn split(typed: &str) -> (Option<String>, String) {
    match typed.trim().split_once(' ') {
        Some((action, target)) => (Some(action.to_owned()), target.trim().to_owned()),
        None => (None, typed.trim().to_owned()),
    }
}

/// The measures that are meant; refuses a name that none has.
fn find<'m, 'a>(
    session: &Session,
    measures: &'m [Measure<'a>],
    typed: &str,
    incident: &str,
) -> Result<Vec<&'m Measure<'a>>, Box<Failure>> {
    let (action, target) = split(typed);
    let named = session.name(&target)?;
    let is_meant = |measure: &&Measure<'_>| {
        let account = named.account.as_deref();
        *measure.target.kind() == named.kind
            && measure.target.id() == named.id
            && account.is_none_or(|account| measure.target.account() == Some(account))
            && action
                .as_ref()
                .is_none_or(|action| measure.action.to_string() == *action)
    };
    let found: Vec<_> = measures.iter().filter(is_meant).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let message = format!(
        "incident `{incident}` has no measure `{}` in force",
        plain(typed)
    );
    let mut failure = Failure::new(exit::USAGE, "unknown-measure", message);
    let names: Vec<String> = measures.iter().map(Measure::name).collect();
    if let Some(near) = crate::domain::nearest(typed, names.iter().map(String::as_str)) {
        failure = failure.hint(format!("did you mean `{near}`?"));
    }
    Err(Box::new(failure.hint(format!(
        "contain measures list --incident {incident}"
    ))))
}

/// Understands when a review is due next: a time, or a duration from now.
fn ahead(text: &str, now: Time) -> Result<Time, Box<Failure>> {
    let usage = |message: String| Box::new(Failure::usage(message));
    let at = match text.parse::<Time>() {
        Ok(at) => at,
        Err(_) => {
            let length = crate::domain::clock::read_duration(text).map_err(|_| {
                usage(format!(
                    "`--until {}` is neither a time (2026-03-01T03:07:00Z) nor a duration (24h)",
                    plain(text)
                ))
            })?;
            now.saturating_add(length).unwrap_or(Time::MAX)
        }
    };
    if at <= now {
        return Err(usage(format!(
            "`--until {}` is not in the future: it is {now} now",
            plain(text)
        )));
    }
    if now.saturating_add(FURTHEST).is_ok_and(|most| at > most) {
        return Err(usage(format!(
            "`--until {}` is more than a year ahead: a measure is looked at more often",
            plain(text)
        )));
    }
    Ok(at)
}

/// The action that was typed, where this incident has a measure by it on one of the targets.
pub(super) fn action(case: &Case, typed: &str) -> Result<ActionId, Box<Failure>> {
    let measures = measure::in_force(case);
    let mut actions = measures.iter().map(|measure| measure.action);
    let found = actions.find(|action| action.to_string() == typed);
    found.cloned().ok_or_else(|| {
        let message = format!("no measure in force was made by `{}`", plain(typed));
        let failure = Failure::new(exit::USAGE, "unknown-measure", message);
        Box::new(failure.hint(format!(
            "contain measures list --incident {}",
            case.incident
        )))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_put_ahead_and_at_most_a_year() {
        let time = |text: &str| text.parse::<Time>().unwrap_or_default();
        let now = time("2026-03-01T12:00:00Z");
        let read = |text: &str| ahead(text, now).ok();
        assert_eq!(read("24h"), Some(time("2026-03-02T12:00:00Z")));
        assert_eq!(read("7d"), Some(time("2026-03-08T12:00:00Z")));
        let later = "2026-04-01T00:00:00Z";
        assert_eq!(read(later), Some(time(later)));
        for wrong in [
            "2026-03-01T12:00:00Z",
            "2026-02-01T00:00:00Z",
            "0s",
            "367d",
            "-4h",
            "soon",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_measure_is_named_by_its_target_or_with_its_action() {
        let target = "aws:user/a@1".to_owned();
        assert_eq!(split(" aws:user/a@1 "), (None, target.clone()));
        let action = Some("aws.deny-user".to_owned());
        assert_eq!(split("aws.deny-user aws:user/a@1"), (action, target));
    }
}
