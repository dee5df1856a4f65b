//! From what people type to canonical names, and our own name.
//!
//! Never asks the network about a key that another account owns; where our own key id tells our account, not even who
//! we are. A key that was deleted still has a name where its account is confirmed: its log tells what it left.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;

use super::client::{Handle, Me};
use super::failure::Failure;
use super::keys::owners;
use super::kind;
use super::observe::coded_account;
use super::service::center;
use crate::domain::{Because, Fact, Locator, Named, Why};

pub(super) async fn resolve(on: &Handle, named: &[Named]) -> Vec<Result<Locator, Why>> {
    let own = own(on, named).await;
    let offline = |named: &Named| offline(on, named, own.as_ref());
    let mut early: Vec<Option<Result<Locator, Why>>> = named.iter().map(offline).collect();
    let me = if early.iter().all(Option::is_some) {
        None
    } else {
        Some(on.me().await)
    };
    let me = match me {
        Some(Ok(me)) => me,
        Some(Err(why)) => {
            let answer = |early: Option<_>| early.unwrap_or_else(|| Err(why.clone()));
            return early.into_iter().map(answer).collect();
        }
        None => return early.into_iter().flatten().collect(),
    };
    for (named, early) in named.iter().zip(&mut early) {
        if early.is_none() {
            *early = foreign(on, named, &me.account).map(Err);
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
            if let Some(answer) = early {
                return answer;
            }
            let ours = |id: &str| Locator::new(&named.kind, id, Some(&me.account));
            match named.kind.noun() {
                "access-key" => match owners.get(&named.id) {
                    Some(Err(why)) => {
                        let confirmed = coded_account(on, &named.id)
                            .or_else(|| named.account.clone())
                            .is_some_and(|account| account == me.account);
                        missing(named, why, confirmed).map(|()| ours(&named.id))
                    }
                    Some(Ok(_)) | None => Ok(ours(&named.id)),
                },
                "user" => user(on, &named.id).await.map(|name| ours(&name)),
                "role" => role(on, &named.id).await.map(|name| ours(&name)),
                center::NOUN => center::resolve(on, named).await,
                noun if super::service::knows(noun) => {
                    let id = super::service::resolve(on, named, &me.account).await;
                    id.map(|id| ours(&id))
                }
                "session" => session(on, &named.id, me).await.map(|()| ours(&named.id)),
                _ => thing(on, &ours(&named.id)).await,
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

/// Our own credential, where that helps: its id tells its account, and somebody named a key.
async fn own(on: &Handle, named: &[Named]) -> Option<Locator> {
    let coded = |named: &Named| coded_account(on, &named.id).is_some();
    if named.iter().any(coded) {
        on.own().await
    } else {
        None
    }
}

/// What can be answered without asking anybody.
fn offline(on: &Handle, named: &Named, own: Option<&Locator>) -> Option<Result<Locator, Why>> {
    if let Some(why) = unfit(on, named) {
        return Some(Err(why));
    }
    let own = own?;
    if named.kind == *own.kind() && named.id == own.id() {
        return Some(Ok(own.clone()));
    }
    foreign(on, named, own.account()?).map(Err)
}

/// What a key that nobody holds comes to: still a name where the account is confirmed, for what it left lives on.
fn missing(named: &Named, why: &Why, confirmed: bool) -> Result<(), Why> {
    match (why.because == Because::Missing, confirmed) {
        (true, true) => Ok(()),
        (true, false) => Err(Why::new(
            Because::Missing,
            format!(
                "{}; if it was deleted, add its account: {}/{}@ACCOUNT",
                why.text, named.kind, named.id
            ),
        )),
        (false, _) => Err(why.clone()),
    }
}

/// Whether somebody else's account is named, where ours is this one.
fn foreign(on: &Handle, named: &Named, ours: &str) -> Option<Why> {
    // Its account is that of the organisation's directory, wherever we act.
    if named.kind.noun() == center::NOUN {
        return None;
    }
    let coded = match named.kind.noun() {
        "access-key" | "session" => coded_account(on, &named.id),
        _ => None,
    };
    let account = coded.or_else(|| named.account.clone())?;
    (account != ours).then(|| {
        Why::new(
            Because::Foreign,
            format!(
                "{} belongs to account {account}, and we act in {ours}; {}",
                named.id,
                super::accounts::remedy(&account)
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

/// What is found by looking at it; a credential may be named without its user.
async fn thing(on: &Handle, named: &Locator) -> Result<Locator, Why> {
    let noun = named.kind().noun();
    let mut found = named.clone();
    if super::credential::WITH_STATUS.contains(&noun) && !named.id().contains('/') {
        let user = super::credential::owner(on, noun, named.id()).await?;
        let id = format!("{user}/{}", named.id());
        found = Locator::new(named.kind(), &id, named.account());
    }
    let seen = super::observe::observe(on, std::slice::from_ref(&found)).await;
    match seen.into_iter().next().map(|seen| seen.fact) {
        Some(Fact::Present(_)) => Ok(found),
        Some(Fact::Unreadable(why)) => Err(why),
        Some(Fact::Gone) | None => Err(Why::new(
            Because::Missing,
            format!("this account has no {found}"),
        )),
    }
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
    let mut names = vec![credential(key_id, Some(account))];
    names.extend(principal(arn));
    Ok(Me {
        account: account.to_owned(),
        names,
    })
}

/// The name of a credential by its key id.
pub(super) fn credential(key_id: &str, account: Option<&str>) -> Locator {
    let noun = if key_id.starts_with("ASIA") {
        "session"
    } else {
        "access-key"
    };
    Locator::new(&kind(noun), key_id, account)
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
    use super::super::client::Link;
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

    const OURS: &str = "AKIARZPUZDIKNAJLN7ON";

    fn named(text: &str) -> Named {
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    #[tokio::test]
    async fn at_the_vendor_key_ids_tell_ours_from_theirs_before_anything_is_sent() {
        let link = Link::fixed_as("https://sts.amazonaws.com", OURS);
        let on = Handle::new(std::sync::Arc::new(link), None, None);
        let typed = [
            "aws:access-key/AKIARZPUZDIKNAJLN7ON",
            "aws:access-key/ASIAQNZGKIQY56JQ7WML",
            "aws:session/ASIAQNZGKIQY56JQ7WML",
            "aws:user/bot@029608264753",
            "aws:access-key/AKIARZPUZDIKLFSKO3FM@029608264753",
        ];
        let answers = resolve(&on, &typed.map(named)).await;
        let told = answers.iter().map(|answer| match answer {
            Ok(locator) => locator.to_string(),
            Err(why) => format!("{:?}", why.because),
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "aws:access-key/AKIARZPUZDIKNAJLN7ON@123456789012",
                "Foreign",
                "Foreign",
                "Foreign",
                "Foreign",
            ]
        );
        assert_eq!(on.link.heard.requests(), 0);
    }

    #[test]
    fn a_key_that_nobody_holds_has_a_name_only_where_its_account_is_confirmed() {
        let key = named("aws:access-key/AKIA0189");
        let gone = Why::new(Because::Missing, "no user of this account holds the key");
        assert_eq!(missing(&key, &gone, true), Ok(()));
        let why = missing(&key, &gone, false);
        let why = why.err().unwrap_or_else(|| unreachable!());
        assert_eq!(why.because, Because::Missing);
        assert!(why.text.ends_with("aws:access-key/AKIA0189@ACCOUNT"));
        let unread = Why::new(Because::Denied, "iam:ListUsers is not permitted");
        assert_eq!(missing(&key, &unread, true), Err(unread.clone()));
    }
}
