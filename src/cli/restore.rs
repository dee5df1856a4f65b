//! `contain restore`: give back what may come back, from what was recorded before each cut.

use std::collections::{BTreeMap, BTreeSet};

use super::Ended;
use super::failure::Failure;
use super::operation::Go;
use super::session::Session;
use super::wish::again;
use super::work::open;
use crate::converge::Limit;
use crate::domain::event::{Event, Order};
use crate::domain::{ActionId, Locator};
use crate::estate::PREFIX;
use crate::plan::restore::{self, Healthy, Wanted};

/// Give back what was cut, as far as it may come back; a compromised credential only where it is named
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Give back only these; naming a compromised credential asks for it explicitly. With `--false-positive`: the
    /// subjects that are healthy, else all of them
    #[arg(value_name = "LOCATOR")]
    locators: Vec<String>,
    /// What was cut is healthy: lift all of our measures on it and on what hung on it; needs `--reason`
    #[arg(long, requires = "reason")]
    false_positive: bool,
    /// The sessions that were cut are healthy too: lift their cut-offs at once
    #[arg(long, requires = "false_positive")]
    sessions_too: bool,
    /// Put this field of what is named back although the subject itself changed it before it was cut
    #[arg(
        long,
        value_name = "FIELD",
        requires = "locators",
        conflicts_with = "false_positive"
    )]
    even_if_changed: Vec<String>,
    /// Confirm the plan without being asked; covers tiers up to 2
    #[arg(long)]
    yes: bool,
    /// Why, in your words; kept in the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Work in this incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// Of a locator that stands here, only what these actions made.
    #[arg(skip)]
    only: Vec<(String, String)>,
}

impl Args {
    /// To give back these measures, each an action where one was named, and its target.
    pub(super) fn of_measures(
        measures: Vec<(Option<String>, String)>,
        (yes, reason): (bool, Option<String>),
        incident: Option<String>,
    ) -> Self {
        let locators = measures.iter().map(|(_, target)| target.clone()).collect();
        let only = measures.into_iter();
        Self {
            locators,
            false_positive: false,
            sessions_too: false,
            even_if_changed: Vec::new(),
            yes,
            reason,
            incident,
            only: only
                .filter_map(|(action, target)| Some((action?, target)))
                .collect(),
        }
    }
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    session.warn();
    let folder = session.folder(args.incident.as_deref())?;
    let work = open(&session, folder, true)?;
    let before = work.journal.with_case(|case| {
        let cuts = case
            .runs
            .iter()
            .rev()
            .find(|(_, run)| !run.order.is_of_later_phase() && !run.order.gives_back());
        cuts.map(|(_, run)| run.order.clone())
    });
    let Some(before) = before else {
        let message = format!(
            "incident `{}` has cut nothing, so there is nothing to give back",
            work.folder.id()
        );
        return Err(Box::new(Failure::usage(message)));
    };
    let wanted = wanted(&session, &work, &args)?;
    let subjects = work.journal.with_case(|case| {
        let of_named = restore::Measures::of(case).subjects_of(&wanted.named);
        let all = || BTreeSet::from_iter(case.subjects());
        let meant = Some(of_named).filter(|of_named| !of_named.is_empty());
        let meant = meant.unwrap_or_else(all);
        meant.into_iter().cloned().collect()
    });
    // Who acts is told of the providers of what comes back, as whoever applies the plan tells it again. One that does not
    // answer now may be of an earlier run than the last.
    let acted = work.journal.with_case(|case| {
        let acted = case.runs.values().flat_map(|run| &run.order.acting_as);
        BTreeSet::from_iter(acted.cloned())
    });
    let before = Order {
        subjects,
        acting_as: acted.into_iter().collect(),
        ..before
    };
    let again = again(&session, &work.folder, &before, false).await?;
    let order = Order {
        verb: restore::STEP.to_owned(),
        inputs: wanted.inputs(),
        include: Vec::new(),
        exact: true,
        wait: false,
        secrets: Vec::new(),
        acting_as: again.own.clone(),
        endpoints: session.endpoints(),
        policy: again.policy.digest(),
        ..before
    };
    let run = work
        .journal
        .with_case(|case| case.last_run().map_or(1, |(last, _)| last + 1));
    let mut events = vec![Event::RunOpened {
        run,
        order: Box::new(order),
    }];
    let what = match args.false_positive {
        true => "false positive",
        false => "reason for restoring",
    };
    events.extend(args.reason.map(|text| Event::Noted {
        text: format!("{what}: {text}"),
    }));
    work.journal.append(events).await?;
    let go = Go {
        observer: &again.observer,
        playbook: &again.playbook,
        policy: &again.policy,
        own: again.own,
        secrets: BTreeMap::new(),
        yes: args.yes,
        code: None,
    };
    go.run(&session, work, run, Limit::Restore(wanted)).await
}

/// What is asked to come back; refuses fields that no measure on what is named wrote.
fn wanted(
    session: &Session,
    work: &super::work::Work,
    args: &Args,
) -> Result<Wanted, Box<Failure>> {
    let named = name(session, work, &args.locators, args.false_positive)?;
    let touched = work
        .journal
        .with_case(|case| restore::Measures::of(case).fields(&session.catalogue, &named));
    for field in &args.even_if_changed {
        if !touched.contains(field.as_str()) {
            let message = format!(
                "no measure on what is named wrote a field `{}`",
                crate::domain::why::plain(field)
            );
            let mut failure = Failure::usage(message);
            if let Some(near) = crate::domain::nearest(field, touched.iter().copied()) {
                failure = failure.hint(format!("did you mean `{near}`?"));
            }
            let all: Vec<&str> = touched.iter().copied().collect();
            return Err(Box::new(
                failure.hint(format!("fields: {}", all.join(", "))),
            ));
        }
    }
    Ok(Wanted {
        named,
        even_if_changed: args.even_if_changed.iter().cloned().collect(),
        healthy: args
            .reason
            .clone()
            .filter(|_| args.false_positive)
            .map(|reason| Healthy {
                reason,
                sessions: args.sessions_too,
            }),
        only: only(session, work, &args.only)?,
    })
}

/// The measures that were named one by one.
fn only(
    session: &Session,
    work: &super::work::Work,
    typed: &[(String, String)],
) -> Result<BTreeSet<(ActionId, Locator)>, Box<Failure>> {
    let mut only = BTreeSet::new();
    for (action, target) in typed {
        let action = work
            .journal
            .with_case(|case| super::measures::action(case, action))?;
        let targets = name(session, work, std::slice::from_ref(target), false)?;
        only.extend(targets.into_iter().map(|target| (action.clone(), target)));
    }
    Ok(only)
}

/// The measures' targets that were named, and where the subjects are healthy those too; only what this incident cut
/// can be given back by it.
fn name(
    session: &Session,
    work: &super::work::Work,
    typed: &[String],
    subjects_too: bool,
) -> Result<Vec<Locator>, Box<Failure>> {
    let cut: Vec<Locator> = work.journal.with_case(|case| {
        let measures = restore::Measures::of(case);
        let mut all = measures.targets();
        all.extend(case.by_hand.keys().map(|(_, target)| target));
        if subjects_too {
            all.extend(measures.subjects());
        }
        all.into_iter().cloned().collect()
    });
    let find = |typed: &String| {
        let named = match typed.trim().strip_prefix(PREFIX) {
            Some(_) => None,
            None => Some(session.name(typed)?),
        };
        let is_meant = |target: &&Locator| {
            named.as_ref().is_some_and(|named| {
                *target.kind() == named.kind
                    && target.id() == named.id
                    && named
                        .account
                        .as_deref()
                        .is_none_or(|account| target.account() == Some(account))
            })
        };
        cut.iter().find(is_meant).cloned().ok_or_else(|| {
            let names: Vec<String> = cut.iter().map(ToString::to_string).collect();
            let mut failure = Failure::new(
                2,
                "unknown-locator",
                format!(
                    "this incident has no measure in force on `{}`",
                    crate::domain::why::plain(typed)
                ),
            );
            if let Some(near) = crate::domain::nearest(typed, names.iter().map(String::as_str)) {
                failure = failure.hint(format!("did you mean `{near}`?"));
            }
            Box::new(failure.hint(format!(
                "measures in force: {}",
                super::session::listed(&cut)
            )))
        })
    };
    let mut named = Vec::with_capacity(typed.len());
    for typed in typed {
        match typed.trim().strip_prefix(PREFIX) {
            // Of an identity all comes back that this incident cut.
            Some(identity) => {
                let held = super::estate::held(session, identity)?;
                let of_it: Vec<&Locator> = cut
                    .iter()
                    .filter(|one| held.iter().any(|held| held.means(one)))
                    .collect();
                if of_it.is_empty() {
                    named.push(find(typed)?);
                }
                named.extend(of_it.into_iter().cloned());
            }
            None => named.push(find(typed)?),
        }
    }
    Ok(named)
}
