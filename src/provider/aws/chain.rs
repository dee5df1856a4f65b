//! Whom we act as: our credential, what it was entered with, and the roles by which we act elsewhere.
//!
//! Never enters a role to find out its name.

use aws_config::retry::RetryConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};

use super::client::{Base, DEADLINE, Handle, Manner, Me, clients};
use super::failure::Failure;
use super::kind;
use super::observe::coded_account;
use super::resolve::{credential, principal};
use super::service::center;
use crate::domain::{Because, Locator, Why};

impl Handle {
    /// Our own credential, where its id alone tells that it is of the account that this handle is for.
    pub(super) async fn own(&self) -> Option<Locator> {
        let credentials = self.link.credentials().await.ok()?;
        let id = credentials.access_key_id();
        let account = coded_account(self, id)?;
        let fits = self.account.as_ref().is_none_or(|only| *only == account);
        fits.then(|| credential(id, Some(&account)))
    }

    /// What the chosen role is entered with, and whose it is; its principal is left out where it cannot be read. A
    /// role that a profile enters is not read: the SDK keeps that chain to itself.
    async fn source(&self) -> Vec<Locator> {
        let Ok(base) = self.link.base().await else {
            return Vec::new();
        };
        let asked = base.sources.iter().map(|source| self.named(base, source));
        futures_util::future::join_all(asked).await.concat()
    }

    /// A credential of the chain, and whose it is.
    async fn named(&self, base: &Base, source: &SharedCredentialsProvider) -> Vec<Locator> {
        let Ok(credentials) = source.provide_credentials().await else {
            return Vec::new();
        };
        let id = credentials.access_key_id();
        let manner = Manner {
            repeats: RetryConfig::standard().with_max_attempts(3),
            deadline: DEADLINE,
            name: "contain",
        };
        let settings = &self.link.settings;
        let clients = clients(settings, base, source.clone(), &self.guard, &manner);
        let said = clients.sts.get_caller_identity().send().await.ok();
        let account = said.as_ref().and_then(|said| said.account());
        let arn = said.as_ref().and_then(|said| said.arn());
        let coded = coded_account(self, id);
        let credential = credential(id, account.or(coded.as_deref()));
        let principal = arn.and_then(principal);
        std::iter::once(credential).chain(principal).collect()
    }

    /// Who we are; refused where that is not the account that this handle is for.
    pub(super) async fn me(&self) -> Result<&Me, Why> {
        let me = self
            .link
            .me
            .get_or_try_init(|| async {
                let credentials = self.link.credentials().await?;
                let clients = self.clients().await?;
                let said = clients
                    .sts
                    .get_caller_identity()
                    .send()
                    .await
                    .map_err(|failed| Failure::of(&failed, "sts:GetCallerIdentity").why())?;
                let mut me = super::resolve::me(
                    credentials.access_key_id(),
                    said.account().unwrap_or_default(),
                    said.arn().unwrap_or_default(),
                )?;
                me.names.extend(self.source().await);
                let organization = self.link.settings.organization.as_deref();
                me.names.extend(organization.and_then(principal));
                me.names = with_ways_in(me.names);
                me.names.extend(center::own(self, said.arn()).await);
                Ok(me)
            })
            .await?;
        match &self.account {
            Some(account) if *account != me.account => {
                let text = format!(
                    "our credentials belong to account {}, not to {account}; {}",
                    me.account,
                    super::accounts::remedy(account)
                );
                Err(Why::new(Because::Foreign, text))
            }
            Some(_) | None => Ok(me),
        }
    }
}

/// These, and after them what lets us into each role of them: without it we would not come in again.
pub(super) fn with_ways_in(mut names: Vec<Locator>) -> Vec<Locator> {
    let roles = names.iter().filter(|name| name.kind().noun() == "role");
    let way_in = |role: &Locator| Locator::new(&kind("role-trust"), role.id(), role.account());
    let ways: Vec<Locator> = roles.map(way_in).collect();
    for way in ways {
        if !names.contains(&way) {
            names.push(way);
        }
    }
    names
}
