//! On what we stand: whether what we hold lasts, and whether our roles can be entered as they should be.
//!
//! Takes sessions that permit nothing, and changes nothing.

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use futures_util::future::join_all;

use super::accounts::Links;
use super::client::Link;
use super::pass::{Entry, assume, nameless};
use crate::domain::Why;
use crate::provider::{Footing, Stands};

pub(super) async fn footing(links: &Links) -> Vec<Footing> {
    let mut all: Vec<Footing> = lasting(&links.home).await.into_iter().collect();
    let roles = links.roles();
    all.extend(join_all(roles.iter().map(|link| entered(link))).await);
    if links.home.settings.role.is_none() {
        let said = "none is named: contain acts with all that its credentials may; with providers.aws.role it acts by \
                    sessions of 15 minutes that permit what the plan does and no more";
        all.push(told("role", Stands::Loosely, said.to_owned()));
    }
    all
}

fn told(what: &str, stands: Stands, said: String) -> Footing {
    Footing {
        what: what.to_owned(),
        stands,
        said,
    }
}

/// Whether the credentials behind all others end by themselves; nothing where they cannot be had.
async fn lasting(home: &Link) -> Option<Footing> {
    let base = home.base().await.ok()?;
    let ambient = base.sources.last().unwrap_or(&base.credentials);
    let credentials = ambient.provide_credentials().await.ok()?;
    if credentials.session_token().is_some() {
        let said = "what contain was started with is a session, and ends by itself".to_owned();
        return Some(told("lifetime", Stands::Well, said));
    }
    let id = credentials.access_key_id().to_owned();
    let said = if is_root(home, ambient).await {
        format!(
            "{id} is long-lived and the account's root, which no policy limits: delete it, and sign in as somebody else"
        )
    } else {
        let behind = match &home.settings.role {
            Some(_) => {
                "the sessions of the role end after 15 minutes, the key behind them does not"
            }
            None => "whoever gets hold of it can act as contain until it is deactivated",
        };
        format!(
            "{id} is a long-lived access key: {behind}; sign in for a session instead (aws sso login, or a role of the \
             machine)"
        )
    };
    Some(told("lifetime", Stands::Loosely, said))
}

async fn is_root(home: &Link, with: &SharedCredentialsProvider) -> bool {
    let said = home.ask_who(with).await.ok().flatten();
    said.is_some_and(|arn| arn.ends_with(":root"))
}

/// Whether a role can be entered with a policy and a source identity.
async fn entered(link: &Link) -> Footing {
    let role = link.settings.role.as_deref().unwrap_or_default();
    let tried = async {
        let sts = link.door().await?;
        let entered = assume(&sts, Entry::to_try(role)).await;
        entered.map_err(|failure| failure.why())
    };
    let (stands, said) = match tried.await {
        Ok(entered) if entered.source.is_some() => (
            Stands::Well,
            format!("{role} can be entered for 15 minutes, with a policy and a source identity"),
        ),
        Ok(_) => (Stands::Loosely, nameless(role)),
        Err(why) => (Stands::Not, refused(role, &why)),
    };
    told("role", stands, said)
}

fn refused(role: &str, why: &Why) -> String {
    format!(
        "{role} cannot be entered: {why}; permit sts:AssumeRole and sts:SetSourceIdentity in its trust policy, and to whom \
         contain runs as"
    )
}
