//! `contain restore`: give back what may come back, from what was recorded before each cut.

use std::collections::BTreeMap;

use super::Ended;
use super::failure::Failure;
use super::library;
use super::operation::Go;
use super::session::Session;
use super::wish::whoami;
use super::work::open;
use crate::converge::Limit;
use crate::domain::Locator;
use crate::domain::event::{Event, Order};
use crate::plan::restore;
use crate::provider::Observer;

/// Give back what was cut, as far as it may come back; a compromised credential only where it is named
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Give back only these; naming a compromised credential asks for it explicitly
    #[arg(value_name = "LOCATOR")]
    locators: Vec<String>,
    /// Confirm the plan without being asked; covers tiers up to 2
    #[arg(long)]
    yes: bool,
    /// Why, in your words; kept in the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Work in this incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

const NAMED: &str = "restore";

/// The targets that a restoring run was given.
pub(super) fn named_in(order: &Order) -> Vec<Locator> {
    let named = order.inputs.get(NAMED).cloned().unwrap_or_default();
    serde_json::from_value(named).unwrap_or_default()
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
            .find(|(_, run)| run.order.verb != "inventory" && !run.order.gives_back());
        cuts.map(|(_, run)| run.order.clone())
    });
    let Some(before) = before else {
        let message = format!(
            "incident `{}` has cut nothing, so there is nothing to give back",
            work.folder.id()
        );
        return Err(Box::new(Failure::usage(message)));
    };
    let playbook = library::pinned(&session, &work.folder, &before, false)?;
    let policy = session.workspace.policy()?;
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    let own = whoami(&session.catalogue, &observer, &before.subjects).await?;
    let named = name(&session, &work, &args.locators)?;
    let subjects = work.journal.with_case(|case| {
        std::collections::BTreeSet::from_iter(case.subjects().into_iter().cloned())
            .into_iter()
            .collect()
    });
    let order = Order {
        verb: restore::STEP.to_owned(),
        subjects,
        inputs: BTreeMap::from([(
            NAMED.to_owned(),
            serde_json::to_value(&named).unwrap_or_default(),
        )]),
        include: Vec::new(),
        exact: true,
        wait: false,
        secrets: Vec::new(),
        acting_as: own.clone(),
        endpoints: session.endpoints(),
        policy: policy.digest(),
        ..before
    };
    let run = work
        .journal
        .with_case(|case| case.last_run().map_or(1, |(last, _)| last + 1));
    let mut events = vec![Event::RunOpened {
        run,
        order: Box::new(order),
    }];
    events.extend(args.reason.map(|text| Event::Noted {
        text: format!("reason for restoring: {text}"),
    }));
    work.journal.append(events).await?;
    let go = Go {
        observer: &observer,
        playbook: &playbook,
        policy: &policy,
        own,
        secrets: BTreeMap::new(),
        yes: args.yes,
        code: None,
    };
    go.run(&session, work, run, Limit::Restore(named)).await
}

/// The measures' targets that were named; only what this incident cut can be given back by it.
fn name(
    session: &Session,
    work: &super::work::Work,
    typed: &[String],
) -> Result<Vec<Locator>, Box<Failure>> {
    let cut: Vec<Locator> = work.journal.with_case(|case| {
        restore::Measures::of(case)
            .targets()
            .into_iter()
            .cloned()
            .collect()
    });
    let find = |typed: &String| {
        let named = session.name(typed)?;
        let is_meant = |target: &&Locator| {
            *target.kind() == named.kind
                && target.id() == named.id
                && named
                    .account
                    .as_deref()
                    .is_none_or(|account| target.account() == Some(account))
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
    typed.iter().map(find).collect()
}
