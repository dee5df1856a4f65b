//! What was named becomes subjects, and who acts is asked of every provider that they belong to.
//!
//! Reads providers only, all at once: one that does not answer keeps none of the others waiting.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::aside;
use super::estate::{Of, everywhere, who_beyond};
use super::failure::Failure;
use super::kinds;
use super::session::{self, Session};
use super::wish::Subjects;
use crate::domain::event::Order;
use crate::domain::why::plain;
use crate::domain::{Because, Locator, Named, NotSeen, Why};
use crate::estate::{Estate, PREFIX};
use crate::playbook::{InputType, Playbook};
use crate::provider::{Catalogue, Observer};

/// What was named, canonical.
#[derive(Default)]
pub(super) struct Resolved {
    pub(super) subjects: Vec<Locator>,
    /// The identities of the estate among what was named.
    pub(super) identities: Vec<String>,
    /// What of them cannot be a subject, and why.
    pub(super) left_alone: Vec<NotSeen>,
}

const NOBODY: &str = "no subject was named";

/// Refuses what cannot be the subject of a playbook, before anybody is asked: nothing, or what is of other kinds than those
/// that it takes.
pub(super) fn fits(
    session: &Session,
    (verb, playbook): (&str, &Playbook),
    wanted: &Subjects,
) -> Result<(), Box<Failure>> {
    let input = playbook.inputs.iter().find(|input| input.name == "subject");
    let kinds = input
        .and_then(|input| input.kind.kinds())
        .unwrap_or_default();
    let takes = match (input.map(|input| &input.kind), kinds) {
        (Some(InputType::Identity), _) => format!("{PREFIX}NAME"),
        (_, []) => "aws:access-key/AKIA...".to_owned(),
        (_, kinds) => kinds::examples(kinds.iter().take(1)),
    };
    let named = match verb {
        "run" | "plan" => format!("{} --subject {takes}", playbook.name),
        _ => takes,
    };
    let hint = format!("contain {verb} {named}");
    if wanted.from.is_none() && !wanted.are_named() {
        return Err(Box::new(Failure::usage(NOBODY).hint(hint)));
    }
    let is_alone = wanted.subjects.is_none() && wanted.from.is_none() && !kinds.is_empty();
    let is_identity = |typed: &String| typed.trim().starts_with(PREFIX);
    if !is_alone || wanted.locators.iter().any(is_identity) {
        return Ok(());
    }
    let named = wanted.locators.iter().map(|typed| session.name(typed));
    let named: Vec<Named> = named.collect::<Result<_, _>>()?;
    match named
        .first()
        .filter(|_| named.iter().all(|one| !kinds.contains(&one.kind)))
    {
        Some(other) => {
            let taken: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            let message = format!(
                "playbook `{}`: `{}/{}` is of kind {}; expected {}",
                playbook.name,
                other.kind,
                plain(&other.id),
                other.kind,
                taken.join(" or ")
            );
            Err(Box::new(Failure::usage(message).hint(hint)))
        }
        None => Ok(()),
    }
}

/// Makes what was named canonical. What its provider cannot tell about now is set aside where others are named beside it.
pub(super) async fn resolve(
    session: &Session,
    observer: &Observer,
    wanted: &Subjects,
) -> Result<Resolved, Box<Failure>> {
    let mut typed = wanted.locators.clone();
    if let Some(source) = &wanted.subjects {
        typed.extend(session::subjects(source)?);
    }
    if typed.is_empty() {
        return Err(Box::new(Failure::usage(NOBODY)));
    }
    let mut all = Resolved::default();
    typed.retain(|typed| match typed.trim().strip_prefix(PREFIX) {
        Some(name) => {
            if !all.identities.iter().any(|known| known == name) {
                all.identities.push(name.to_owned());
            }
            false
        }
        None => true,
    });
    let named: Vec<Named> = typed
        .iter()
        .map(|typed| session.name(typed))
        .collect::<Result<_, _>>()?;
    let mut known = BTreeSet::new();
    for name in &all.identities {
        let Of { held, left_alone } = everywhere(session, observer, name).await?;
        let new = held.into_iter().filter(|one| known.insert(one.clone()));
        all.subjects.extend(new);
        all.left_alone.extend(left_alone);
    }
    let subjects = &mut all.subjects;
    let mut away = Vec::new();
    let answers = observer.resolve(&named).await;
    for ((typed, named), resolved) in typed.iter().zip(&named).zip(answers) {
        match resolved {
            Ok(locator) if known.insert(locator.clone()) => subjects.push(locator),
            Ok(_) => {}
            // A bare id is told with its kind, as the whole name takes it up later.
            Err(why) if !typed.contains(':') => {
                away.push((format!("{}/{}", named.kind, named.id), why));
            }
            Err(why) => away.push((plain(typed), why)),
        }
    }
    let wrong = |(_, why): &&(String, Why)| subjects.is_empty() || !is_away(why);
    if let Some((what, why)) = away.iter().find(wrong) {
        let told = format!("cannot use `{what}` as a subject");
        return Err(session.failed_at(what, &told, why));
    }
    let away = away.into_iter().map(|(what, why)| set_aside(what, why));
    all.left_alone.extend(away);
    Ok(all)
}

/// Whether what keeps something from being told may pass by itself.
fn is_away(why: &Why) -> bool {
    matches!(
        why.because,
        Because::Unavailable | Because::Timeout | Because::Throttled
    )
}

/// Says that something is left alone for now, and keeps that.
fn set_aside(what: String, why: Why) -> NotSeen {
    aside(&format!("warning: {what} is left alone: {why}"));
    NotSeen {
        what,
        why,
        withholds: true,
    }
}

/// Who acts at every provider that the subjects belong to. A provider that does not tell keeps none of the others waiting:
/// its subjects are left alone, for nobody knows whether that would cut our own branch.
pub(super) async fn who_acts(
    session: &Session,
    observer: &Observer,
    subjects: &mut Vec<Locator>,
    left_alone: &mut Vec<NotSeen>,
) -> Result<Vec<Locator>, Box<Failure>> {
    let estate = session.estate()?;
    let asked = ask_who_acts(&session.catalogue, observer, (subjects, estate));
    let (own, silent) = asked.await;
    let of = |subject: &Locator| {
        let said = silent.iter().find(|(name, _)| name == subject.provider());
        said.map(|(_, why)| why.clone())
    };
    if let Some((name, why)) = silent.first()
        && subjects.iter().all(|subject| of(subject).is_some())
    {
        let told = format!("cannot tell who acts at {name}");
        return Err(session.failed_at(name, &told, why));
    }
    for (name, why) in &silent {
        aside(&format!(
            "warning: everything of {name} is left alone, as it cannot be told who acts there: {why}"
        ));
    }
    for subject in subjects.iter() {
        left_alone.extend(of(subject).map(|why| NotSeen {
            what: subject.to_string(),
            why,
            withholds: true,
        }));
    }
    subjects.retain(|subject| of(subject).is_none());
    Ok(own)
}

/// Who acts where, all providers at once, those included that the estate may lead to; and those that did not tell.
async fn ask_who_acts(
    catalogue: &Catalogue,
    observer: &Observer,
    (subjects, estate): (&[Locator], Option<&Estate>),
) -> (Vec<Locator>, Vec<(String, Why)>) {
    let providers: BTreeSet<&str> = subjects.iter().map(Locator::provider).collect();
    let further = who_beyond(catalogue, observer, (&providers, estate));
    let known = providers.iter().copied();
    let known = known.filter(|name| catalogue.provider(name).is_some());
    let is_alone = providers.len() < 2;
    let asked = known.map(|name| async move {
        let who = match is_alone {
            true => observer.whoami(name).await,
            false => observer.whoami_beside(name).await,
        };
        (name, who)
    });
    let (mut own, mut silent) = (Vec::new(), Vec::new());
    let (told, further) = futures_util::join!(join_all(asked), further);
    for (name, who) in told {
        match who {
            Ok(who) => own.extend(who),
            Err(why) => silent.push((name.to_owned(), why)),
        }
    }
    own.extend(further);
    (distinct(&own), silent)
}

/// Each of these once, in their order.
pub(super) fn distinct(all: &[Locator]) -> Vec<Locator> {
    let mut met = BTreeSet::new();
    let all = all.iter().filter(|one| met.insert(*one));
    all.cloned().collect()
}

/// Who acts where a run goes on. Where that cannot be told of a provider, who acted there when it began is taken to act
/// still, so that the others go on.
pub(super) async fn who_acts_still(
    session: &Session,
    observer: &Observer,
    order: &Order,
) -> Result<Vec<Locator>, Box<Failure>> {
    let subjects = &order.subjects;
    let estate = session.estate()?;
    let asked = ask_who_acts(&session.catalogue, observer, (subjects, estate));
    let (mut own, silent) = asked.await;
    for (name, why) in silent {
        let before = order.acting_as.iter().filter(|one| one.provider() == name);
        let before: Vec<Locator> = before.cloned().collect();
        let is_alone = subjects.iter().all(|subject| subject.provider() == name);
        if before.is_empty() || is_alone {
            let told = format!("cannot tell who acts at {name}");
            return Err(session.failed_at(&name, &told, &why));
        }
        aside(&format!("warning: cannot tell who acts at {name}: {why}"));
        own.extend(before);
    }
    Ok(own)
}
