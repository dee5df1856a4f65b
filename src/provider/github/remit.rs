//! Our own authority as an installation token: what it may do is exactly what is done, on exactly the repositories, and it
//! is ended when all is done.
//!
//! Never asks for more than was computed; where our app may not do it, our token does, where there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::action::{Request, Who};
use super::adapter::{Handle, Link};
use super::client::Authority;
use super::exchange::{self, Carried};
use super::id::Id;
use super::{kind, token, words};
use crate::domain::{Because, Locator, Pass, ReadKind, Secret, Why};
use crate::provider::{Remit, Want};

/// What reading takes, as apps are given it.
pub(super) const READS: [&str; 11] = [
    "actions",
    "administration",
    "environments",
    "members",
    "organization_administration",
    "organization_hooks",
    "organization_personal_access_tokens",
    "organization_secrets",
    "organization_self_hosted_runners",
    "repository_hooks",
    "secrets",
];
/// The most repositories that one token can be narrowed to (REST API, "Create an installation access token for an app").
const REPOSITORIES: usize = 500;

/// What a question takes.
pub(super) fn reads(asked: Option<ReadKind>) -> Vec<String> {
    match asked {
        Some(ReadKind::Activity) => words(&["organization_administration:read"]),
        Some(
            ReadKind::State
            | ReadKind::Reach
            | ReadKind::Credentials
            | ReadKind::Grants
            | ReadKind::Permissions,
        )
        | None => READS.iter().map(|name| format!("{name}:read")).collect(),
    }
}

/// What an app is given for these permissions; nothing where one of them is none that an app can have.
fn of_app(permissions: &[String]) -> Option<BTreeMap<String, String>> {
    let pairs = permissions.iter().map(|permission| {
        let (name, how) = permission.split_once(':')?;
        let is_known = READS.contains(&name) && matches!(how, "read" | "write");
        is_known.then(|| (name.to_owned(), how.to_owned()))
    });
    pairs.collect()
}

/// What one session is for: an owner, and either repositories of theirs or what is theirs as a whole.
#[derive(Default)]
struct Share {
    permissions: BTreeMap<String, String>,
    repositories: BTreeSet<String>,
    of: Vec<usize>,
}

/// The remits of these calls, in their order: one for each owner and one for its repositories, for all that our app can do.
pub(super) fn remits(link: &Link, wants: &[Want<'_>]) -> Vec<Option<Arc<Remit>>> {
    let mut answers = vec![None; wants.len()];
    if link.app_id().is_none() {
        return answers;
    }
    let mut shares: BTreeMap<(String, bool), Share> = BTreeMap::new();
    for (at, want) in wants.iter().enumerate() {
        let read = |target: &Locator| Id::read(target.kind().noun(), target.id());
        let id = want.needs.iter().find_map(|need| read(need.target?));
        let permissions = want.needs.iter().map(|need| of_app(need.permissions));
        let permissions: Option<Vec<_>> = permissions.collect();
        let (Some(id), Some(permissions)) = (id, permissions) else {
            continue;
        };
        let Some(owner) = id.owner() else { continue };
        let repository = id.repository();
        let share = shares
            .entry((owner.to_owned(), repository.is_some()))
            .or_default();
        share.repositories.extend(repository.map(str::to_owned));
        share.of.push(at);
        for (name, how) in permissions.into_iter().flatten() {
            let held = share.permissions.entry(name).or_default();
            if held != "write" {
                *held = how;
            }
        }
    }
    for ((owner, _), share) in shares {
        let is_many = share.repositories.len() > REPOSITORIES;
        let repositories = match is_many {
            true => BTreeSet::new(),
            false => share.repositories,
        };
        let policy = json!({
            "owner": owner,
            "permissions": share.permissions,
            "repositories": repositories,
        });
        let remit = Arc::new(Remit {
            account: None,
            policy: policy.to_string(),
            broader: is_many.then(|| {
                format!("a token of GitHub names at most {REPOSITORIES} repositories: it is for all of {owner}'s")
            }),
        });
        for at in share.of {
            if let Some(answer) = answers.get_mut(at) {
                *answer = Some(Arc::clone(&remit));
            }
        }
    }
    answers
}

/// Takes the session of a remit, unless one is held that is good for long enough; the new one.
pub(super) async fn enter(on: &Handle, remit: &Remit, incident: &str) -> Result<Vec<Pass>, Why> {
    let policy: Value = serde_json::from_str(&remit.policy)
        .map_err(|_| Why::new(Because::Invalid, "this is no remit of GitHub's"))?;
    let owner = policy
        .get("owner")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let slot = on.link.sessions.slot(&remit.policy);
    let mut held = slot.lock().await;
    let now = on.clock().now();
    if held.as_ref().is_some_and(|taken| taken.is_usable(now)) {
        return Ok(Vec::new());
    }
    let wanted = policy.get("permissions").cloned().unwrap_or_default();
    let (installed, lacks) = match on.installed(owner).await {
        Ok(installed) => {
            let lacks = lacking(&wanted, &installed.permissions);
            let why = (!lacks.is_empty()).then(|| {
                let text = format!("our app on {owner} lacks {}", lacks.join(", "));
                Why::new(Because::Denied, text)
            });
            (Some(installed), why)
        }
        Err(why) if why.because == Because::Missing => (None, Some(why)),
        Err(why) => return Err(why),
    };
    let installed = match (installed, lacks) {
        (Some(installed), None) => installed,
        // Nothing that restricts waits for a permission that our token has.
        (_, why) if on.link.token()?.is_some() => {
            drop(why);
            return Ok(Vec::new());
        }
        (_, Some(why)) => return Err(why),
        (None, None) => return Ok(Vec::new()),
    };
    let mut body = json!({ "permissions": wanted });
    let repositories = policy.get("repositories").and_then(Value::as_array);
    if let (Some(repositories), Some(body)) = (repositories, body.as_object_mut())
        && !repositories.is_empty()
    {
        body.insert("repositories".to_owned(), json!(repositories));
    }
    let taken = on.take(installed.id, &body).await?;
    let account = on.link.account()?;
    let app = on.link.app_id().unwrap_or_default();
    let pass = Pass {
        of: Locator::new(&kind("app"), app, Some(&account)),
        session: session(&taken.token, &account),
        name: format!("app {app} on {owner}, for {incident}"),
        source: None,
        until: taken.until,
        policy: json!({ "permissions": taken.permissions, "repositories": repositories }),
        notes: remit.broader.iter().cloned().collect(),
    };
    *held = Some(taken);
    Ok(vec![pass])
}

/// What is wanted and was not given.
pub(super) fn lacking(wanted: &Value, given: &BTreeMap<String, String>) -> Vec<String> {
    let wanted = wanted.as_object().into_iter().flatten();
    let lacks = wanted.filter(|(name, how)| match given.get(*name).map(String::as_str) {
        Some("write" | "admin") => false,
        Some("read") => *how != "read",
        Some(_) | None => true,
    });
    lacks
        .map(|(name, how)| format!("{name}:{}", how.as_str().unwrap_or_default()))
        .collect()
}

fn session(token: &Secret, account: &str) -> Locator {
    let digest = token::hashed(token.expose());
    Locator::new(&kind("installation-token"), &digest, Some(account))
}

/// Ends every installation token that is ours; those that ended. One that could not be ended lapses within the hour.
pub(super) async fn leave(on: &Handle) -> Vec<Locator> {
    let mut ended = Vec::new();
    let Ok(account) = on.link.account() else {
        return ended;
    };
    for slot in on.link.sessions.all() {
        let Some(taken) = slot.lock().await.take() else {
            continue;
        };
        let of = session(&taken.token, &account);
        let request = Request::delete(&["installation", "token"]).by(Who::Itself);
        let authority = Authority::Bearer(taken.token);
        let answered = exchange::under(on, &authority, &request, Carried::default()).await;
        // What GitHub does not know any more has ended as well.
        if answered.is_ok_and(|answered| matches!(answered.status, 204 | 401)) {
            ended.push(of);
        }
    }
    ended
}
