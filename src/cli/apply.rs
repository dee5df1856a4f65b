//! `contain apply`: perform exactly the plan that was stored.

use std::collections::BTreeSet;

use super::Ended;
use super::failure::{Failure, exit};
use super::given::{read_secrets, references};
use super::operation::{Go, made_from};
use super::session::Session;
use super::wish::{Secrets, again};
use super::work::open;
use crate::converge::{Limit, open_rounds};
use crate::domain::{Digest, KindId, Locator, Time};
use crate::provider::Catalogue;

/// Perform one round exactly as planned: the plan that is named, or the latest one of the incident
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The plan's digest, the beginning of it, or its file
    #[arg(value_name = "PLAN")]
    plan: Option<String>,
    /// Confirm the plan without being asked; covers tiers up to 2
    #[arg(long)]
    yes: bool,
    /// Confirm the plan by its code, the first eight characters of its digest; covers tier 3
    #[arg(long, value_name = "CODE", conflicts_with = "yes")]
    confirm: Option<String>,
    #[command(flatten)]
    secrets: Secrets,
    /// Work in this incident; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    references(&session, &args.secrets)?;
    let folder = session.folder(args.incident.as_deref())?;
    let work = open(&session, folder, true)?;
    let wanted = args.plan.as_deref().map(|plan| {
        plan.rsplit('/')
            .next()
            .unwrap_or(plan)
            .trim_end_matches(".json")
            .to_owned()
    });
    let plans: Vec<(u32, Digest, Time, bool)> = work.journal.with_case(|case| {
        let runs = case.runs.iter().flat_map(|(number, run)| {
            let last = run.plans.keys().next_back().copied();
            run.plans.iter().map(move |(round, (digest, expires))| {
                (*number, *digest, *expires, Some(*round) == last)
            })
        });
        runs.collect()
    });
    let fits = |digest: &Digest| {
        wanted
            .as_deref()
            .is_none_or(|wanted| !wanted.is_empty() && digest.to_string().starts_with(wanted))
    };
    let Some((run, digest, expires, is_last)) = plans
        .iter()
        .rev()
        .find(|(_, digest, ..)| fits(digest))
        .copied()
    else {
        let message = match &args.plan {
            Some(plan) => format!("incident `{}` has no plan `{plan}`", work.folder.id()),
            None => format!("incident `{}` has no plan", work.folder.id()),
        };
        return Err(Box::new(
            Failure::usage(message).hint("contain plan LOCATOR"),
        ));
    };
    let plan = work.folder.load_plan(&digest)?;
    let order = work
        .journal
        .with_case(|case| case.runs.get(&run).map(|run| run.order.clone()));
    let Some(order) = order else {
        return Err(Box::new(Failure::internal("the plan belongs to no run")));
    };
    let stale = |why: String| {
        let subjects = plan
            .subjects
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ");
        Box::new(Failure::new(exit::STALE, "stale-plan", why).hint(format!(
            "contain plan {subjects} --incident {}",
            plan.incident
        )))
    };
    if session.clock.latest() >= expires {
        return Err(stale(format!("the plan expired at {expires}")));
    }
    if let Some(code) = args
        .confirm
        .as_deref()
        .filter(|code| !code.eq_ignore_ascii_case(&digest.code()))
    {
        let message =
            format!("`{code}` is not the code of this plan; read the plan and type its own code");
        return Err(Box::new(
            Failure::new(exit::DENIED, "wrong-code", message).hint(format!(
                "contain apply {} --confirm CODE --incident {}",
                digest.code(),
                plan.incident
            )),
        ));
    }
    let session = session.with_activity(&order.activity)?;
    let again = again(&session, &work.folder, &order, true).await?;
    // Of a plan that a later round replaced, what is planned once may still be open, and that goes on.
    let open = work
        .journal
        .with_case(|case| open_rounds(case, run, &again.playbook));
    if !is_last && !open.contains(&plan.round) {
        return Err(stale(
            "a later plan of the same run has replaced it".to_owned(),
        ));
    }
    let present = made_from(&session, &again.playbook, &again.policy);
    let names: BTreeSet<&String> = present.keys().chain(plan.made_from.keys()).collect();
    for name in names {
        if plan.made_from.get(name) != present.get(name) {
            return Err(stale(format!(
                "what it was made from has changed since: {name}"
            )));
        }
    }
    if lasting(&session.catalogue, &again.own) != lasting(&session.catalogue, &plan.acting_as) {
        return Err(stale(
            "somebody else acts now than when the plan was made".to_owned(),
        ));
    }
    let secrets = super::resume::secrets_of(
        &session,
        &work,
        &order,
        read_secrets(
            &session,
            &args.secrets,
            (&order.subjects, &order.left_alone),
        )?,
    )?;
    let go = Go {
        observer: &again.observer,
        playbook: &again.playbook,
        policy: &again.policy,
        own: again.own,
        secrets,
        yes: args.yes,
        code: args.confirm,
    };
    go.run(&session, work, run, Limit::OneRound(Box::new(plan)))
        .await
}

/// What tells one who acts from another, over processes: accounts, principals, and credentials that never lapse.
///
/// A role session gets a new id in every process, so of it only kind and account count.
fn lasting<'a>(
    catalogue: &Catalogue,
    own: &'a [Locator],
) -> BTreeSet<(&'a KindId, Option<&'a str>, Option<&'a str>)> {
    let lapses = |own: &Locator| {
        catalogue
            .kind(own.kind())
            .is_some_and(|kind| kind.credential && kind.lifetime.is_some())
    };
    own.iter()
        .map(|own| (own.kind(), (!lapses(own)).then(|| own.id()), own.account()))
        .collect()
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;
    use crate::cli::{Global, session::Session};

    #[test]
    fn a_new_session_of_the_same_role_is_the_same_actor() {
        let session = Session::open(&Global {
            json: true,
            workspace: None,
            journal: Some(std::env::temp_dir().join("contain-none")),
            acting_as: Vec::new(),
            operator: None,
            reminders: Default::default(),
            touched: Default::default(),
        });
        let Ok(session) = session else {
            unreachable!("a session opens")
        };
        let own = |names: [&str; 2]| -> Vec<Locator> {
            names.iter().filter_map(|name| name.parse().ok()).collect()
        };
        let same = |one: [&str; 2], two: [&str; 2]| {
            let (one, two) = (own(one), own(two));
            assert_eq!((one.len(), two.len()), (2, 2));
            lasting(&session.catalogue, &one) == lasting(&session.catalogue, &two)
        };
        let (role, other) = ("aws:role/on-call@1", "aws:role/other@1");
        let (first, second) = ("aws:session/ASIA1@1", "aws:session/ASIA2@1");
        assert!(same([first, role], [second, role]));
        // Which provider answers first tells nothing.
        assert!(same([first, role], [role, second]));
        assert!(!same([first, role], [second, other]));
        assert!(!same([first, role], ["aws:session/ASIA1@2", role]));
        let user = "aws:user/on-call@1";
        assert!(!same(
            ["aws:access-key/A@1", user],
            ["aws:access-key/B@1", user]
        ));
    }
}
