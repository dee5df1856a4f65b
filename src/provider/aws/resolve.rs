//! From what people type to canonical names, and our own name.
//!
//! Never asks the network about a key that another account owns.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;

use super::client::{Handle, Me};
use super::failure::Failure;
use super::keys::owners;
use super::kind;
use super::observe::coded_account;
use crate::domain::{Because, Locator, Named, Why};

pub(super) async fn resolve(on: &Handle, named: &[Named]) -> Vec<Result<Locator, Why>> {
    let mut early: Vec<Option<Why>> = named.iter().map(|named| unfit(on, named)).collect();
    let me = if early.iter().all(Option::is_some) {
        None
    } else {
        Some(on.me().await)
    };
    let me = match me {
        Some(Ok(me)) => me,
        Some(Err(why)) => {
            let answer = |early: Option<Why>| Err(early.unwrap_or_else(|| why.clone()));
            return early.into_iter().map(answer).collect();
        }
        None => return early.into_iter().flatten().map(Err).collect(),
    };
    for (named, early) in named.iter().zip(&mut early) {
        if early.is_none() {
            *early = foreign(on, named, me);
        }
    }
    let wanted = || {
        named
            .iter()
            .zip(&early)
            .filter(|(_, early)| early.is_none())
    };
    let keys: Vec<&str> = wanted()
        .filter(|(named, _)| named.kind.noun() == "access-key")
        .map(|(named, _)| named.id.as_str())
        .collect();
    let owners = &if keys.is_empty() {
        BTreeMap::new()
    } else {
        owners(on, &keys).await
    };
    let asked: Vec<_> = named
        .iter()
        .zip(early)
        .map(|(named, early)| async move {
            if let Some(why) = early {
                return Err(why);
            }
            let ours = |id: &str| Locator::new(&named.kind, id, Some(&me.account));
            match named.kind.noun() {
                "access-key" => match owners.get(&named.id) {
                    Some(Err(why)) => Err(why.clone()),
                    Some(Ok(_)) | None => Ok(ours(&named.id)),
                },
                "user" => user(on, &named.id).await.map(|name| ours(&name)),
                "role" => role(on, &named.id).await.map(|name| ours(&name)),
                _ => session(on, &named.id, me).await.map(|()| ours(&named.id)),
            }
        })
        .collect();
    futures_util::stream::iter(asked)
        .buffered(16)
        .collect()
        .await
}

/// What can be refused without knowing who we are.
fn unfit(on: &Handle, named: &Named) -> Option<Why> {
    let id = &named.id;
    if !super::kinds().iter().any(|kind| kind.id == named.kind) {
        let known: Vec<String> = super::kinds().iter().map(|k| k.id.to_string()).collect();
        return Some(Why::new(
            Because::Invalid,
            format!(
                "`{}` is no kind of aws; known are {}",
                named.kind,
                known.join(", ")
            ),
        ));
    }
    if let (Some(typed), Some(coded)) = (&named.account, coded_account(on, id))
        && named.kind.noun() != "user"
        && named.kind.noun() != "role"
        && *typed != coded
    {
        return Some(Why::new(
            Because::Foreign,
            format!("{id} belongs to account {coded}, not to {typed}"),
        ));
    }
    None
}

fn foreign(on: &Handle, named: &Named, me: &Me) -> Option<Why> {
    let coded = match named.kind.noun() {
        "access-key" | "session" => coded_account(on, &named.id),
        _ => None,
    };
    let account = coded.or_else(|| named.account.clone())?;
    (account != me.account).then(|| {
        Why::new(
            Because::Foreign,
            format!(
                "{} belongs to account {account}, and we act in {}",
                named.id, me.account
            ),
        )
    })
}

async fn user(on: &Handle, name: &str) -> Result<String, Why> {
    let request = on.clients().await?.iam.get_user().user_name(name);
    let said = request
        .send()
        .await
        .map_err(|failed| Failure::of(&failed, "iam:GetUser").why())?;
    said.user
        .map(|user| user.user_name)
        .ok_or_else(|| Why::new(Because::Garbled, "iam:GetUser answered no user"))
}

async fn role(on: &Handle, name: &str) -> Result<String, Why> {
    let request = on.clients().await?.iam.get_role().role_name(name);
    let said = request
        .send()
        .await
        .map_err(|failed| Failure::of(&failed, "iam:GetRole").why())?;
    said.role
        .map(|role| role.role_name)
        .ok_or_else(|| Why::new(Because::Garbled, "iam:GetRole answered no role"))
}

async fn session(on: &Handle, id: &str, me: &Me) -> Result<(), Why> {
    if !on.link.settings.is_vendor("sts") || coded_account(on, id).is_some() {
        return Ok(());
    }
    let request = on.clients().await?.sts.get_access_key_info();
    let said = request
        .access_key_id(id)
        .send()
        .await
        .map_err(|failed| Failure::of(&failed, "sts:GetAccessKeyInfo").why())?;
    match said.account() {
        Some(account) if account != me.account => Err(Why::new(
            Because::Foreign,
            format!(
                "{id} belongs to account {account}, and we act in {}",
                me.account
            ),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Our own names, from our credential's id and what GetCallerIdentity says.
pub(super) fn me(key_id: &str, account: &str, arn: &str) -> Result<Me, Why> {
    if account.is_empty() {
        return Err(Why::new(
            Because::Garbled,
            "sts:GetCallerIdentity answered no account",
        ));
    }
    let credential = if key_id.starts_with("ASIA") {
        kind("session")
    } else {
        kind("access-key")
    };
    let mut names = vec![Locator::new(&credential, key_id, Some(account))];
    names.extend(principal(arn));
    Ok(Me {
        account: account.to_owned(),
        names,
    })
}

/// The user or role that an ARN names, a role's session included; root and federated users have no kind.
pub(super) fn principal(arn: &str) -> Option<Locator> {
    let mut parts = arn.splitn(6, ':');
    let (account, rest) = (parts.nth(4)?, parts.next()?);
    let (what, path) = rest.split_once('/')?;
    let (noun, name) = match what {
        "user" => ("user", path.rsplit('/').next()?),
        "role" => ("role", path.rsplit('/').next()?),
        "assumed-role" => ("role", path.split('/').next()?),
        _ => return None,
    };
    (!name.is_empty() && !account.is_empty())
        .then(|| Locator::new(&kind(noun), name, Some(account)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_its_principal() {
        for (arn, name) in [
            (
                "arn:aws:iam::123456789012:user/ci/bot",
                Some("aws:user/bot@123456789012"),
            ),
            (
                "arn:aws:iam::123456789012:role/deploy",
                Some("aws:role/deploy@123456789012"),
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/deploy/me@corp",
                Some("aws:role/deploy@123456789012"),
            ),
            (
                "arn:aws:sts::123456789012:user/moto",
                Some("aws:user/moto@123456789012"),
            ),
            ("arn:aws:iam::123456789012:root", None),
            ("arn:aws:sts::123456789012:federated-user/x", None),
            ("arn:aws:iam::123456789012:user/", None),
            ("junk", None),
        ] {
            assert_eq!(
                principal(arn).map(|l| l.to_string()).as_deref(),
                name,
                "{arn}"
            );
        }
    }

    #[test]
    fn our_credential_comes_first_then_its_principal() {
        let me = me("ASIAX", "1", "arn:aws:sts::1:assumed-role/r/s");
        let names = me.map(|me| me.names).unwrap_or_default();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["aws:session/ASIAX@1", "aws:role/r@1"]);
        let root = super::me("test", "000000000000", "arn:aws:iam::000000000000:root");
        assert!(root.is_ok_and(|me| me.names.len() == 1));
    }
}
