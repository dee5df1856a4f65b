//! What a user or role stands on: its groups and policies, what lets others into it, and whom that names alone.
//!
//! Of several that a trust names none is stood on: each could go and we would stay. Never reads a secret.

use std::collections::BTreeSet;

use aws_sdk_iam::types::SummaryKeyType;
use futures_util::future::join_all;
use serde_json::Value;

use super::client::{Clients, Handle};
use super::failure::Failure;
use super::policy::decoded;
use super::{kind, trust};
use crate::domain::{Because, Branch, Locator, NotSeen, Why};

/// How many users and roles are read, one behind the other, before the rest is told as not read.
const MOST: usize = 40;

/// What one look gave: parts with their reasons, whoever is to be looked at next, and what could not be seen.
#[derive(Default)]
pub(super) struct Look {
    pub(super) parts: Vec<(Locator, String)>,
    pub(super) next: Vec<Locator>,
    pub(super) not_seen: Vec<NotSeen>,
}

impl Look {
    pub(super) fn blind(&mut self, what: String, why: Why) {
        self.not_seen.push(NotSeen {
            what,
            why,
            withholds: false,
        });
    }

    /// Takes in what a listing gave.
    pub(super) fn take<T>(
        &mut self,
        listed: Result<Vec<T>, Failure>,
        what: &str,
        part: impl Fn(T) -> (Locator, String),
    ) {
        match listed {
            Ok(listed) => self.parts.extend(listed.into_iter().map(part)),
            // Whoever does not offer a kind of thing has none.
            Err(failure) if failure.is_missing() => {}
            Err(failure) => self.blind(what.to_owned(), failure.why()),
        }
    }

    fn join(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.next.extend(other.next);
        self.not_seen.extend(other.not_seen);
    }
}

/// What these stand on; `by` tells which handle serves an account.
pub(super) async fn stands_on<'h>(
    by: impl Fn(Option<&str>) -> &'h Handle,
    of: &[Locator],
) -> Branch {
    let mut branch = Branch::of(of, crate::provider::NAMED);
    let is_credential = |one: &&Locator| matches!(one.kind().noun(), "access-key" | "session");
    let credentials = of.iter().filter(is_credential).count();
    let asked: BTreeSet<&Locator> = of.iter().collect();
    let mut looked: BTreeSet<Locator> = BTreeSet::new();
    let mut open: Vec<Locator> = of.to_vec();
    while !open.is_empty() {
        let mut round: Vec<Locator> = open
            .drain(..)
            .filter(|one| looked.insert(one.clone()))
            .collect();
        // Those that still fit are read; the others are named as not read.
        let fit = MOST.saturating_sub(looked.len() - round.len());
        if let Some(what) = round.get(fit).map(ToString::to_string) {
            round.truncate(fit);
            let text = format!("more than {MOST} stand one on the other");
            branch.not_seen.push(NotSeen {
                what: format!("what {what} stands on"),
                why: Why::new(Because::Invalid, text),
                withholds: false,
            });
        }
        let looks = round.iter().map(|one| {
            let on = by(one.account());
            let known = Known {
                // Where the chain is known, whoever else could have come did not; where a credential is named, its siblings
                // are not what is stood on.
                source: asked.contains(one) && credentials > 1,
                credential: asked.contains(one) && credentials > 0,
            };
            async move { look(on, one, known).await }
        });
        for look in join_all(looks).await {
            for (what, why) in look.parts {
                branch.add(what, || why);
            }
            open.extend(look.next);
            branch.not_seen.extend(look.not_seen);
        }
    }
    branch
}

/// Whether our credential is let in right now.
pub(super) async fn answers(on: &Handle) -> Result<(), Why> {
    let said = on.clients().await?.sts.get_caller_identity().send().await;
    said.map(drop)
        .map_err(|failed| Failure::of(&failed, "sts:GetCallerIdentity").why())
}

/// How many users and roles the account has, where IAM tells.
pub(super) async fn population(on: &Handle) -> Option<u64> {
    let said = on
        .clients()
        .await
        .ok()?
        .iam
        .get_account_summary()
        .send()
        .await
        .ok()?;
    let counts = said.summary_map()?;
    let of = |what: SummaryKeyType| u64::try_from(*counts.get(&what)?).ok();
    // The quota stands under another key than the number.
    let roles = SummaryKeyType::from("Roles");
    Some(of(SummaryKeyType::Users)?.saturating_add(of(roles).unwrap_or_default()))
}

/// What is known already of one that was asked about.
#[derive(Clone, Copy)]
struct Known {
    /// By whom it was entered.
    source: bool,
    /// With which of its credentials.
    credential: bool,
}

async fn look(on: &Handle, one: &Locator, known: Known) -> Look {
    let mut look = Look::default();
    let noun = one.kind().noun();
    if !matches!(noun, "access-key" | "user" | "role" | "role-trust") {
        return look;
    }
    let me = match on.me().await {
        Ok(me) => me,
        Err(why) => {
            look.blind(format!("what {one} stands on"), why);
            return look;
        }
    };
    if one.account() != Some(&me.account) {
        let why = super::accounts::foreign(one, &me.account);
        look.blind(format!("what {one} stands on"), why);
        return look;
    }
    let clients = match on.clients().await {
        Ok(clients) => clients,
        Err(why) => {
            look.blind(format!("what {one} stands on"), why);
            return look;
        }
    };
    match noun {
        "user" => user(on, clients, one, known, &mut look).await,
        "role" => role(on, clients, one, known, &mut look).await,
        "access-key" => match super::keys::owner(on, one.id()).await {
            Ok(user) => {
                let user = Locator::new(&kind("user"), &user, one.account());
                look.parts.push((user.clone(), format!("{one} is its key")));
                // Of its keys this one is named.
                let held = Known {
                    credential: true,
                    ..known
                };
                let mut more = Look::default();
                self::user(on, clients, &user, held, &mut more).await;
                look.join(more);
            }
            Err(why) => look.blind(format!("whose {one} is"), why),
        },
        _ => {}
    }
    look
}

async fn user(on: &Handle, clients: &Clients, user: &Locator, known: Known, look: &mut Look) {
    let (name, account) = (user.id(), user.account());
    let iam = &clients.iam;
    let groups = async {
        let pages = iam.list_groups_for_user().user_name(name).into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListGroupsForUser"))
    };
    let attached = async {
        let pages = iam
            .list_attached_user_policies()
            .user_name(name)
            .into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedUserPolicies"))
    };
    let inline = async {
        let pages = iam.list_user_policies().user_name(name).into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListUserPolicies"))
    };
    let keys = async {
        match known.credential {
            true => Ok(Vec::new()),
            false => super::keys::list(on, name).await,
        }
    };
    let about = async {
        let said = iam.get_user().user_name(name).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:GetUser"))
    };
    let (groups, attached, inline, keys, about) =
        futures_util::join!(groups, attached, inline, keys, about);
    let holder = Holder {
        noun: "user",
        of: user,
        account,
    };
    look.take(
        attached,
        &format!("the policies attached to {user}"),
        |one| holder.attached(one.policy_arn()),
    );
    look.take(
        inline,
        &format!("the inline policies of {user}"),
        |policy| holder.inline(&policy),
    );
    look.take(keys, &format!("the keys of {user}"), |key| {
        let key = Locator::new(&kind("access-key"), &key.id, account);
        (key, format!("it is a key of {user}"))
    });
    let boundary = about.map(|said| {
        let user = said.user.and_then(|user| user.permissions_boundary);
        let arn = user.and_then(|boundary| boundary.permissions_boundary_arn);
        arn.into_iter().collect()
    });
    look.take(
        boundary,
        &format!("the permissions boundary of {user}"),
        |arn: String| holder.boundary(&arn),
    );
    match groups {
        Ok(groups) => {
            let names = groups.into_iter().map(|group| group.group_name);
            let looks = names.map(|group| self::group(clients, user, group));
            for of_group in join_all(looks).await {
                look.join(of_group);
            }
        }
        Err(failure) if failure.is_missing() => {}
        Err(failure) => look.blind(format!("the groups of {user}"), failure.why()),
    }
}

async fn group(clients: &Clients, user: &Locator, group: String) -> Look {
    let iam = &clients.iam;
    let account = user.account();
    let attached = async {
        let pages = iam
            .list_attached_group_policies()
            .group_name(&group)
            .into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedGroupPolicies"))
    };
    let inline = async {
        let pages = iam
            .list_group_policies()
            .group_name(&group)
            .into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListGroupPolicies"))
    };
    let (attached, inline) = futures_util::join!(attached, inline);
    let mut look = Look::default();
    let member = format!("{group}/{}", user.id());
    look.parts.push((
        Locator::new(&kind("group-membership"), &member, account),
        format!("{user} has through it what group {group} is granted"),
    ));
    let id = |noun: &str, policy: &str| {
        Locator::new(&kind(noun), &format!("group/{group}/{policy}"), account)
    };
    let why = || format!("it grants group {group}, which {user} is in, what that may do");
    look.take(
        attached,
        &format!("the policies attached to group {group}"),
        |one| {
            (
                id("policy-attachment", one.policy_arn().unwrap_or_default()),
                why(),
            )
        },
    );
    look.take(
        inline,
        &format!("the inline policies of group {group}"),
        |policy| (id("inline-policy", &policy), why()),
    );
    look
}

async fn role(on: &Handle, clients: &Clients, role: &Locator, known: Known, look: &mut Look) {
    let (name, account) = (role.id(), role.account());
    let iam = &clients.iam;
    let attached = async {
        let pages = iam
            .list_attached_role_policies()
            .role_name(name)
            .into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedRolePolicies"))
    };
    let inline = async {
        let pages = iam.list_role_policies().role_name(name).into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        all.map_err(|failed| Failure::of(&failed, "iam:ListRolePolicies"))
    };
    let about = async {
        let said = iam.get_role().role_name(name).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:GetRole"))
    };
    let (attached, inline, about) = futures_util::join!(attached, inline, about);
    let holder = Holder {
        noun: "role",
        of: role,
        account,
    };
    look.take(
        attached,
        &format!("the policies attached to {role}"),
        |one| holder.attached(one.policy_arn()),
    );
    look.take(
        inline,
        &format!("the inline policies of {role}"),
        |policy| holder.inline(&policy),
    );
    look.parts.push((
        Locator::new(&kind("role-trust"), name, account),
        format!("nobody comes into {role} without it"),
    ));
    let about = match about {
        Ok(said) => said.role,
        Err(failure) => {
            look.blind(format!("whom the trust of {role} lets in"), failure.why());
            return;
        }
    };
    let Some(about) = about else { return };
    let boundary = about
        .permissions_boundary
        .and_then(|boundary| boundary.permissions_boundary_arn);
    look.parts.extend(boundary.map(|arn| holder.boundary(&arn)));
    if known.source {
        return;
    }
    let trust = about.assume_role_policy_document.as_deref().map(decoded);
    let trust: Option<Value> = trust.and_then(|text| serde_json::from_str(&text).ok());
    match trust {
        Some(trust) => trust::ways_in(on, clients, (role, &about.arn), &trust, look).await,
        None => {
            let why = Why::new(Because::Garbled, "its trust policy is no JSON");
            look.blind(format!("whom the trust of {role} lets in"), why);
        }
    }
}

/// A user or role that policies hang on.
#[derive(Clone, Copy)]
struct Holder<'a> {
    noun: &'a str,
    of: &'a Locator,
    account: Option<&'a str>,
}

impl Holder<'_> {
    fn part(self, what: &str, policy: &str) -> Locator {
        let id = format!("{}/{}/{policy}", self.noun, self.of.id());
        Locator::new(&kind(what), &id, self.account)
    }

    fn attached(self, arn: Option<&str>) -> (Locator, String) {
        let why = format!("it grants {} what that may do", self.of);
        (self.part("policy-attachment", arn.unwrap_or_default()), why)
    }

    fn inline(self, policy: &str) -> (Locator, String) {
        let why = format!("it grants {} what that may do", self.of);
        (self.part("inline-policy", policy), why)
    }

    fn boundary(self, arn: &str) -> (Locator, String) {
        let boundary = Locator::new(&kind("resource"), arn, self.account);
        (
            boundary,
            format!("it is the permissions boundary of {}", self.of),
        )
    }
}
