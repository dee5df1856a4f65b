//! Looking at what grants access and can be taken away by itself: the console, trust, profiles, policies, groups.
//!
//! A grant that does not stand is present with an empty field as long as its holder is there, so that it can be given back.

use serde_json::json;

use super::client::{Clients, Handle};
use super::failure::Failure;
use super::inline::{Holder, get};
use super::keys::time;
use super::ours::{CONSOLE_NAME, shown_console, shown_trust};
use super::policy::decoded;
use super::{halves, kind, thirds};
use crate::domain::{Because, Fields, Locator, Why};

/// The kinds that are looked at here.
pub(super) const NOUNS: [&str; 6] = [
    "login-profile",
    "role-trust",
    "instance-profile",
    "policy-attachment",
    "inline-policy",
    "group-membership",
];

pub(super) async fn look(on: &Handle, target: &Locator) -> Result<Fields, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let id = target.id();
    let account = target.account();
    match target.kind().noun() {
        "login-profile" => login_profile(clients, id, account).await,
        "role-trust" => trust(clients, id, account).await,
        "instance-profile" => profile(clients, id, account).await,
        "policy-attachment" => attachment(clients, id, account).await,
        "inline-policy" => inline(clients, id, account).await,
        "group-membership" => membership(clients, id, account).await,
        other => Err(unfit(other, id)),
    }
}

fn unfit(noun: &str, id: &str) -> Failure {
    let text = format!("`{id}` names no {noun}");
    Failure::Unsent(Why::new(Because::Invalid, text))
}

fn of(noun: &str, name: &str, account: Option<&str>) -> Fields {
    let principal = Locator::new(&kind(noun), name, account);
    Fields::from([("principal".to_owned(), json!(principal))])
}

async fn login_profile(
    clients: &Clients,
    user: &str,
    account: Option<&str>,
) -> Result<Fields, Failure> {
    let whole = async {
        let said = clients.iam.get_login_profile().user_name(user).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:GetLoginProfile"))
    };
    let deny = get(clients, Holder::User, user, CONSOLE_NAME);
    let (said, deny) = futures_util::join!(whole, deny);
    let profile = said?.login_profile;
    let console = shown_console(deny?.as_deref());
    let mut fields = of("user", user, account);
    let status = if console == json!(super::ours::IN_FORCE) {
        "Blocked"
    } else {
        "Active"
    };
    fields.insert("status".to_owned(), json!(status));
    fields.insert("console".to_owned(), console);
    fields.insert("longest_session".to_owned(), json!("PT36H"));
    if let Some(created) = profile.and_then(|profile| time(Some(&profile.create_date))) {
        fields.insert("created".to_owned(), json!(created.to_string()));
    }
    Ok(fields)
}

async fn trust(clients: &Clients, role: &str, account: Option<&str>) -> Result<Fields, Failure> {
    let said = clients.iam.get_role().role_name(role).send().await;
    let said = said.map_err(|failed| Failure::of(&failed, "iam:GetRole"))?;
    let about = said.role().filter(|about| about.role_name == role);
    let Some(about) = about else {
        let text = format!("iam:GetRole did not answer about {role}");
        return Err(Failure::Lost(Why::new(Because::Garbled, text)));
    };
    let document = decoded(about.assume_role_policy_document().unwrap_or_default());
    let mut fields = of("role", role, account);
    fields.insert("trust".to_owned(), shown_trust(&document));
    if about.path.starts_with("/aws-service-role/") || role.starts_with("AWSReservedSSO_") {
        let note = "AWS does not let anybody edit the trust of this role";
        fields.insert("note".to_owned(), json!(note));
    }
    Ok(fields)
}

async fn profile(clients: &Clients, name: &str, account: Option<&str>) -> Result<Fields, Failure> {
    let request = clients.iam.get_instance_profile();
    let said = request.instance_profile_name(name).send().await;
    let said = said.map_err(|failed| Failure::of(&failed, "iam:GetInstanceProfile"))?;
    let role = said.instance_profile.and_then(|profile| {
        let role = profile.roles.into_iter().next();
        role.map(|role| role.role_name)
    });
    let mut fields = Fields::from([(
        "role".to_owned(),
        json!(role.as_deref().unwrap_or_default()),
    )]);
    if let Some(role) = &role {
        fields.extend(of("role", role, account));
    }
    Ok(fields)
}

async fn attachment(clients: &Clients, id: &str, account: Option<&str>) -> Result<Fields, Failure> {
    let (noun, name, arn) = thirds(id);
    let attached = match noun {
        "user" => {
            let pages = clients.iam.list_attached_user_policies().user_name(name);
            let all: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
            all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedUserPolicies"))?
        }
        "role" => {
            let pages = clients.iam.list_attached_role_policies().role_name(name);
            let all: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
            all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedRolePolicies"))?
        }
        "group" => {
            let pages = clients.iam.list_attached_group_policies().group_name(name);
            let all: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
            all.map_err(|failed| Failure::of(&failed, "iam:ListAttachedGroupPolicies"))?
        }
        _ => return Err(unfit("policy attachment", id)),
    };
    let stands = attached.iter().any(|one| one.policy_arn() == Some(arn));
    let mut fields = holder(noun, name, account);
    fields.insert("attached".to_owned(), json!(stands));
    Ok(fields)
}

/// A group is no principal: nothing is issued from it.
fn holder(noun: &str, name: &str, account: Option<&str>) -> Fields {
    if noun == "group" {
        Fields::from([("group".to_owned(), json!(name))])
    } else {
        of(noun, name, account)
    }
}

async fn inline(clients: &Clients, id: &str, account: Option<&str>) -> Result<Fields, Failure> {
    let (noun, name, policy) = thirds(id);
    let document = match noun {
        "user" => get(clients, Holder::User, name, policy).await?,
        "role" => get(clients, Holder::Role, name, policy).await?,
        "group" => of_group(clients, name, policy).await?,
        _ => return Err(unfit("inline policy", id)),
    };
    if document.is_none() {
        // IAM says the same of a policy and of a holder that are not there.
        exists(clients, noun, name).await?;
    }
    let mut fields = holder(noun, name, account);
    fields.insert("document".to_owned(), json!(document.unwrap_or_default()));
    Ok(fields)
}

async fn of_group(clients: &Clients, name: &str, policy: &str) -> Result<Option<String>, Failure> {
    let request = clients.iam.get_group_policy().group_name(name);
    let said = request.policy_name(policy).send().await;
    let said = said.map_err(|failed| Failure::of(&failed, "iam:GetGroupPolicy"));
    match said {
        Ok(said) => Ok(Some(decoded(&said.policy_document))),
        Err(failure) if failure.is_missing() => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn exists(clients: &Clients, noun: &str, name: &str) -> Result<(), Failure> {
    match noun {
        "user" => {
            let said = clients.iam.get_user().user_name(name).send().await;
            said.map(drop)
                .map_err(|failed| Failure::of(&failed, "iam:GetUser"))
        }
        "role" => {
            let said = clients.iam.get_role().role_name(name).send().await;
            said.map(drop)
                .map_err(|failed| Failure::of(&failed, "iam:GetRole"))
        }
        _ => {
            let said = clients.iam.get_group().group_name(name).send().await;
            said.map(drop)
                .map_err(|failed| Failure::of(&failed, "iam:GetGroup"))
        }
    }
}

async fn membership(clients: &Clients, id: &str, account: Option<&str>) -> Result<Fields, Failure> {
    let (group, user) = halves(id);
    let pages = clients.iam.list_groups_for_user().user_name(user);
    let groups: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    let groups = groups.map_err(|failed| Failure::of(&failed, "iam:ListGroupsForUser"))?;
    let stands = groups.iter().any(|one| one.group_name == group);
    let mut fields = of("user", user, account);
    fields.insert("member".to_owned(), json!(stands));
    Ok(fields)
}
