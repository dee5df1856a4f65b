//! What people declare in an incident: modes, reviews, who leads it, and that automation has no say in it any more.
//!
//! Each is an entry of its own; none of them acts on anything.

use std::path::Path;

use clap::Subcommand;

use super::Ended;
use super::failure::{Failure, exit};
use super::session::Session;
use super::word;
use super::work::{Work, open};
use crate::domain::event::Event;
use crate::domain::mandate::{Declared, Mode, short};
use crate::domain::why::plain;
use crate::domain::{digest, nearest};
use crate::gate::Who;

/// The verbs of people in an incident.
#[derive(Subcommand, Debug)]
pub(super) enum Verb {
    /// Declare that one person may do what otherwise takes two, until it is reviewed
    Declare {
        /// major-incident: responders cut reversibly whatever the tier; break-glass: one person cuts what there is
        #[arg(value_name = "MODE", value_parser = mode)]
        mode: Mode,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// It ends by itself after so long; otherwise after 24h, and after 1h for break-glass, which is also the most
        #[arg(long, value_name = "DURATION")]
        lasts: Option<String>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Say that you have looked at what another person did on their own word
    Review {
        /// What, as `contain status` and `contain measures list` name it, or the beginning of it
        #[arg(value_name = "REVIEW")]
        review: String,
        /// What you say about it; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Sign it with this SSH key, which it takes where allowed_signers has one of yours; otherwise CONTAIN_SIGNING_KEY
        #[arg(long, value_name = "FILE")]
        key: Option<std::path::PathBuf>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Hand the lead of an incident over to somebody
    Handover {
        /// Who leads it from now on
        #[arg(value_name = "PERSON")]
        to: String,
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// End all authority of agents and pipelines in an incident
    Dismiss {
        /// Why, in your words; kept in the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

fn mode(text: &str) -> Result<Mode, String> {
    let words = Mode::ALL.map(Mode::word);
    let known = Mode::ALL.into_iter().find(|mode| mode.word() == text);
    known.ok_or_else(|| format!("a mode is one of {}", words.join(", ")))
}

pub(super) async fn run(verb: Verb, session: &Session) -> Result<Ended, Box<Failure>> {
    match verb {
        Verb::Declare {
            mode,
            reason,
            lasts,
            incident,
        } => {
            let by = person(session, &["responder", "lead"])?;
            let work = opened(session, incident.as_deref())?;
            let lasts = lasts.map_or(Ok(mode.lasts()), |text| {
                crate::domain::clock::read_duration(&text)
                    .map_err(|why| Box::new(Failure::usage(format!("--lasts {text}: {why}"))))
            })?;
            if lasts > mode.lasts() || !lasts.is_positive() {
                let message = format!("{} lasts {} at most", mode.word(), mode.lasts());
                return Err(Box::new(Failure::usage(message)));
            }
            let now = session.clock.now();
            let until = now.saturating_add(lasts).unwrap_or(now);
            let declared = Declared {
                mode,
                by,
                reason,
                until,
                nonce: digest::hex(&session.clock.fresh::<16>()),
            };
            let told = format!(
                "{} is declared until {until}; it ends by itself, and another person reviews it: contain incident review {}",
                mode.word(),
                short(&declared.nonce)
            );
            note(&work, Event::Declared { declared }, told).await
        }
        Verb::Review {
            review,
            reason,
            key,
            incident,
        } => {
            let said = (review.as_str(), reason, key.as_deref());
            self::review(session, incident.as_deref(), said).await
        }
        Verb::Handover {
            to,
            reason,
            incident,
        } => {
            let by = person(session, &["lead"])?;
            named(session, &to)?;
            let work = opened(session, incident.as_deref())?;
            let from = work.journal.with_case(|case| case.lead.clone());
            let told = format!("{to} leads this incident now; {by} handed it over");
            note(&work, Event::HandedOver { from, to, reason }, told).await
        }
        Verb::Dismiss { reason, incident } => {
            person(session, &["responder", "lead", "approver", "owner"])?;
            let work = opened(session, incident.as_deref())?;
            let told =
                "No agent and no pipeline does anything in this incident any more".to_owned();
            note(&work, Event::Dismissed { reason }, told).await
        }
    }
}

async fn review(
    session: &Session,
    incident: Option<&str>,
    (wanted, why, key): (&str, String, Option<&Path>),
) -> Result<Ended, Box<Failure>> {
    let by = person(session, &["approver", "lead"])?;
    let work = opened(session, incident)?;
    let all = work
        .journal
        .with_case(crate::domain::case::Case::unreviewed);
    let mut fits = all
        .iter()
        .filter(|one| !wanted.is_empty() && one.id.starts_with(wanted));
    let (Some(found), None) = (fits.next(), fits.next()) else {
        let message = format!("`{}` names nothing that waits for a review", plain(wanted));
        let failure = Failure::usage(message);
        return Err(Box::new(all.iter().fold(failure, |failure, one| {
            failure.hint(format!(
                "{}: {} by {}, due {}",
                short(&one.id),
                plain(&one.what),
                one.by,
                one.due
            ))
        })));
    };
    let did = session.roster.behind(&found.by);
    if did == by || session.requested_by(&[]).iter().any(|name| name == did) {
        let message = format!("`{by}` did this, and nobody reviews what they did themselves");
        return Err(denied(message));
    }
    let word = word::give(session, &work, (&by, &found.id, &why), key)?;
    let how = match &word.signed {
        Some(signed) => format!("signed with {}", signed.key),
        None => "claimed: allowed_signers has no key of theirs".to_owned(),
    };
    let what = plain(&found.what);
    let told = format!("{by} reviewed: {what} by {} ({how})", found.by);
    if !word.events.is_empty() {
        work.journal.append(word.events).await?;
    }
    let event = Event::Reviewed {
        id: found.id.clone(),
        by,
        why,
        signed: word.signed,
    };
    note(&work, event, told).await
}

/// Whether whoever operates may decide this: alone where nobody is configured, else a person with one of these roles.
pub(super) fn require(session: &Session, roles: &[&str]) -> Result<(), Box<Failure>> {
    match session.who {
        Who::Solo => Ok(()),
        Who::Person(_) | Who::Agent(_) | Who::Pipeline(_) | Who::Stranger => {
            person(session, roles).map(drop)
        }
    }
}

/// The person who operates, where they have one of these roles.
pub(super) fn person(session: &Session, roles: &[&str]) -> Result<String, Box<Failure>> {
    let person = match &session.who {
        Who::Person(name) => session.roster.person(name).map(|person| (name, person)),
        Who::Solo => {
            let message = "no people are configured, so one person's word covers all that there is";
            return Err(Box::new(
                Failure::usage(message).hint("name people under `people:` in contain.yaml"),
            ));
        }
        Who::Agent(_) | Who::Pipeline(_) | Who::Stranger => None,
    };
    let fits = person.filter(|(_, person)| roles.iter().any(|role| person.is_of(role)));
    let needed = || {
        let wanted = roles.join(" or ");
        let message = format!("this takes a person with the role {wanted}");
        let mut failure = denied(message);
        failure
            .hints
            .push("say who you are: --operator NAME".to_owned());
        failure
    };
    fits.map(|(name, _)| name.clone()).ok_or_else(needed)
}

fn denied(message: String) -> Box<Failure> {
    let mut failure = Failure::new(exit::DENIED, "denied", message);
    failure.outcome = crate::report::standing::Outcome::Denied;
    Box::new(failure)
}

fn named(session: &Session, name: &str) -> Result<(), Box<Failure>> {
    if session.roster.person(name).is_some() {
        return Ok(());
    }
    let failure = Failure::usage(format!("`{}` is no person of contain.yaml", plain(name)));
    Err(Box::new(match nearest(name, session.roster.names()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }))
}

fn opened(session: &Session, incident: Option<&str>) -> Result<Work, Box<Failure>> {
    open(session, session.folder(incident)?, false)
}

async fn note(work: &Work, event: Event, told: String) -> Result<Ended, Box<Failure>> {
    let kind = event.kind();
    let stamps = work.journal.append(vec![event]).await?;
    let seq = stamps.first().map(|stamp| stamp.seq);
    let id = work.folder.id().to_owned();
    let text = format!(
        "{told}. Entry {} of incident {id}.\n",
        seq.unwrap_or_default()
    );
    let mut ended = Ended::data(serde_json::json!({"seq": seq, "kind": kind}), text);
    ended.output.incident = Some(id);
    Ok(ended)
}
