//! What hangs on a subject: what an organisation, a repository or an app holds, and what a token left behind.
//!
//! Whatever was made inside of the incident's window, where the subject was at work, counts as made by it.

use serde_json::{Value, json};

use super::action::{Request, Who};
use super::adapter::Handle;
use super::exchange;
use super::id::Id;
use super::{keys, kind, log, look};
use crate::domain::{
    Because, Fields, Found, Locator, NotSeen, Query, ReadKind, Reading, Relation, Time, Why,
};

const RUN: &str = "workflow-run";
/// The most runs that GitHub tells of one state (REST API, "List workflow runs for a repository").
const RUNS: usize = 1000;

/// A list of things that hang on a container.
struct Holding {
    /// What they are.
    noun: &'static str,
    list: fn(&Id) -> Request,
    /// The member of the answer that is the list.
    member: Option<&'static str>,
    /// What comes after the container's own id in theirs.
    last: fn(&Value) -> Option<String>,
    /// How they hang on it.
    relation: Relation,
}

fn number(item: &Value) -> Option<String> {
    item.get("id")?.as_u64().map(|id| id.to_string())
}

fn name(item: &Value) -> Option<String> {
    Some(item.get("name")?.as_str()?.to_owned())
}

/// Runs in one of the states that a run can be in before it has ended.
const fn runs(list: fn(&Id) -> Request) -> Holding {
    Holding {
        noun: RUN,
        list,
        member: Some("workflow_runs"),
        last: number,
        relation: Relation::Held,
    }
}

fn in_state(id: &Id, state: &str) -> Request {
    Request::get(&["repos", id.at(0), id.at(1), "actions", "runs"]).asking("status", state)
}

const OF_REPOSITORY: &[Holding] = &[
    Holding {
        noun: "deploy-key",
        list: |id| Request::get(&["repos", id.at(0), id.at(1), "keys"]),
        member: None,
        last: number,
        relation: Relation::Held,
    },
    Holding {
        noun: "repository-webhook",
        list: |id| Request::get(&["repos", id.at(0), id.at(1), "hooks"]),
        member: None,
        last: number,
        relation: Relation::Held,
    },
    Holding {
        noun: "repository-runner",
        list: |id| Request::get(&["repos", id.at(0), id.at(1), "actions", "runners"]),
        member: Some("runners"),
        last: number,
        relation: Relation::Held,
    },
    // Runs that have ended can do nothing more; those that wait, for whatever, start with every secret of their jobs.
    runs(|id| in_state(id, "in_progress")),
    runs(|id| in_state(id, "queued")),
    runs(|id| in_state(id, "requested")),
    runs(|id| in_state(id, "waiting")),
    runs(|id| in_state(id, "pending")),
    // Every job of the repository can read these.
    Holding {
        noun: "repository-secret",
        list: |id| Request::get(&["repos", id.at(0), id.at(1), "actions", "secrets"]),
        member: Some("secrets"),
        last: name,
        relation: Relation::CouldRead,
    },
];

const OF_ORGANIZATION: &[Holding] = &[
    Holding {
        noun: "token-grant",
        list: |id| Request::get(&["orgs", id.at(0), "personal-access-tokens"]),
        member: None,
        last: number,
        relation: Relation::Held,
    },
    Holding {
        noun: "credential-authorization",
        list: |id| Request::get(&["orgs", id.at(0), "credential-authorizations"]),
        member: None,
        last: |item| item.get("credential_id")?.as_u64().map(|id| id.to_string()),
        relation: Relation::Held,
    },
    Holding {
        noun: "organization-webhook",
        list: |id| Request::get(&["orgs", id.at(0), "hooks"]),
        member: None,
        last: number,
        relation: Relation::Held,
    },
    Holding {
        noun: "organization-runner",
        list: |id| Request::get(&["orgs", id.at(0), "actions", "runners"]),
        member: Some("runners"),
        last: number,
        relation: Relation::Held,
    },
    Holding {
        noun: "outside-collaborator",
        list: |id| Request::get(&["orgs", id.at(0), "outside_collaborators"]),
        member: None,
        last: |item| Some(item.get("login")?.as_str()?.to_owned()),
        relation: Relation::Held,
    },
    Holding {
        noun: "organization-secret",
        list: |id| Request::get(&["orgs", id.at(0), "actions", "secrets"]),
        member: Some("secrets"),
        last: name,
        relation: Relation::CouldRead,
    },
    Holding {
        noun: "app-installation",
        list: |id| Request::get(&["orgs", id.at(0), "installations"]),
        member: Some("installations"),
        last: |item| {
            Some(format!(
                "{}/{}",
                item.get("app_id")?.as_u64()?,
                number(item)?
            ))
        },
        relation: Relation::Held,
    },
];

const OF_APP: &[Holding] = &[Holding {
    noun: "app-installation",
    list: |_| Request::get(&["app", "installations"]).by(Who::App),
    member: None,
    last: number,
    relation: Relation::Held,
}];

fn holdings(noun: &str) -> &'static [Holding] {
    match noun {
        "repository" => OF_REPOSITORY,
        "organization" => OF_ORGANIZATION,
        "app" => OF_APP,
        _ => &[],
    }
}

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let id = look::ours(on, &query.target)?;
    match query.read {
        ReadKind::Activity => log::activity(on, query, &id).await,
        ReadKind::Reach => match query.target.kind().noun() {
            "token" | "installation-token" => left_behind(on, query, &id).await,
            noun => Ok(held(on, query, (noun, &id)).await),
        },
        ReadKind::State | ReadKind::Credentials | ReadKind::Grants | ReadKind::Permissions => {
            let text = "GitHub is not asked this";
            Err(Why::new(Because::NotImplemented, text))
        }
    }
}

/// What a container holds.
async fn held(on: &Handle, query: &Query, (noun, id): (&str, &Id)) -> Reading {
    let before = on.requests();
    let mut reading = Reading::default();
    for holding in holdings(noun) {
        if !query.relations.is_empty() && !query.relations.contains(&holding.relation) {
            continue;
        }
        hang(on, (holding, id), holding.relation, None, &mut reading).await;
    }
    reading.requests = on.requests().saturating_sub(before);
    reading
}

/// Reads one list into a reading; only what was made since a time, where one is given.
async fn hang(
    on: &Handle,
    (holding, id): (&Holding, &Id),
    relation: Relation,
    since: Option<Time>,
    into: &mut Reading,
) {
    let Ok(account) = on.link.account() else {
        return;
    };
    let request = (holding.list)(id);
    let listed = match exchange::list(on, &request, (holding.member, usize::MAX), Some(id)).await {
        Ok(listed) => listed,
        Err(why) => {
            into.not_seen.push(unseen(holding.noun, id, why));
            return;
        }
    };
    let is_run = holding.noun == RUN;
    if listed.is_cut || (is_run && listed.items.len() >= RUNS) {
        let why = Why::new(
            Because::Garbled,
            "the list is too long to be read to its end",
        );
        into.not_seen.push(unseen(holding.noun, id, why));
    }
    for item in &listed.items {
        let time = |name: &str| item.get(name)?.as_str()?.parse::<Time>().ok();
        let made = time("created_at");
        // What does not say when it was made was made at any time. A run that goes on counts whenever it was made: one that
        // is run again keeps the time of its first attempt, and one that waited for somebody goes on by their word.
        if !is_run && since.is_some_and(|since| made.is_some_and(|made| made < since)) {
            continue;
        }
        let found = found(item, (holding, id), (&account, relation), since);
        let Some(one) = found else {
            let why = Why::new(Because::Garbled, "an element of the list has no id");
            into.not_seen.push(unseen(holding.noun, id, why));
            continue;
        };
        if !into.found.iter().any(|known| known.what == one.what) {
            into.found.push(one);
        }
    }
}

/// What an element of a list is.
fn found(
    item: &Value,
    (holding, id): (&Holding, &Id),
    (account, relation): (&str, Relation),
    since: Option<Time>,
) -> Option<Found> {
    // An installation's id already says which app's it is; elsewhere the container's comes first.
    let last = (holding.last)(item)?;
    let text = match (holding.noun, id.owner()) {
        ("app-installation", Some(_)) => last,
        _ => format!("{}/{last}", id.text()),
    };
    let named = Id::read(holding.noun, &text)?;
    let told = |member: &str| item.pointer(member).filter(|value| value.is_string());
    let mut fields = Fields::new();
    for (field, member) in [
        ("created", "/created_at"),
        ("started", "/run_started_at"),
        ("last_used", "/last_used"),
        ("title", "/title"),
        ("state", "/status"),
        ("added_by", "/added_by"),
        ("actor", "/triggering_actor/login"),
    ] {
        fields.extend(told(member).map(|value| (field.to_owned(), value.clone())));
    }
    if holding.relation == Relation::CouldRead {
        fields.insert("reader".to_owned(), json!(id.text()));
    }
    Some(Found {
        what: Locator::new(&kind(holding.noun), &named.text(), Some(account)),
        relation: Some(relation),
        evidence: match since {
            Some(_) if holding.noun == RUN => format!(
                "a run of {} that has not ended, where the token was at work",
                id.text()
            ),
            Some(since) => format!(
                "made since {since} in {}, where the token was at work",
                id.text()
            ),
            None => format!("listed for {}", id.text()),
        },
        at: told("/run_started_at")
            .or(told("/created_at"))
            .and_then(|at| at.as_str()?.parse().ok()),
        fields,
    })
}

fn unseen(noun: &str, id: &Id, why: Why) -> NotSeen {
    // GitHub answers 404 for what a plan does not have, and for what we may not see.
    let withholds = why.because != Because::NotImplemented;
    NotSeen {
        what: format!("{noun} of {}", id.text()),
        why,
        withholds,
    }
}

/// What a token left: keys and webhooks made since the window began, and runs that go on, in the organisations and
/// repositories where the audit log shows it at work.
async fn left_behind(on: &Handle, query: &Query, id: &Id) -> Result<Reading, Why> {
    let before = on.requests();
    let about = Query {
        read: ReadKind::Activity,
        ..query.clone()
    };
    let mut reading = log::activity(on, &about, id).await?;
    let repositories = log::repositories(on, &reading);
    let organizations = log::organizations(on, &reading);
    reading.found.clear();
    if query.relations.is_empty() || query.relations.contains(&Relation::Minted) {
        // A run that goes on holds every secret of its job.
        let left = ["deploy-key", "repository-webhook", RUN];
        let of_repository = OF_REPOSITORY.iter();
        let of_repository = of_repository.filter(|one| left.contains(&one.noun));
        let of_organization = OF_ORGANIZATION.iter();
        let of_organization = of_organization.filter(|one| one.noun == "organization-webhook");
        let all = pairs(&repositories, of_repository);
        let all = all
            .into_iter()
            .chain(pairs(&organizations, of_organization));
        for (holding, container) in all {
            let of = (holding, container);
            hang(on, of, Relation::Minted, Some(query.since), &mut reading).await;
        }
        if query.target.kind().noun() == "token" {
            keys::left_behind(on, query, &mut reading).await;
        }
    }
    reading.requests = on.requests().saturating_sub(before);
    Ok(reading)
}

fn pairs(
    containers: &[Id],
    holdings: impl Iterator<Item = &'static Holding> + Clone,
) -> Vec<(&'static Holding, &Id)> {
    let each = containers.iter();
    each.flat_map(|container| holdings.clone().map(move |holding| (holding, container)))
        .collect()
}
