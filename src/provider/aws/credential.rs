//! A user's credentials beside its access keys: service-specific ones, SSH keys, signing certificates, MFA devices.
//!
//! Never calls one gone unless the listing of its user was complete.

use serde_json::json;

use super::client::Handle;
use super::failure::Failure;
use super::keys::time;
use super::observe::{gone, present, unreadable};
use super::{halves, kind};
use crate::domain::{Because, Fields, Locator, Seen, Time, Why};

/// The kinds that are listed by their user, and have a status.
pub(super) const WITH_STATUS: [&str; 3] = ["service-credential", "ssh-key", "signing-certificate"];

/// One credential as listed.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Listed {
    noun: &'static str,
    user: String,
    id: String,
    status: Option<String>,
    pub(super) created: Option<Time>,
    more: Fields,
}

impl Listed {
    /// Its name: the user and its own id, since AWS wants both.
    pub(super) fn name(&self, account: Option<&str>) -> Locator {
        Locator::new(
            &kind(self.noun),
            &format!("{}/{}", self.user, self.id),
            account,
        )
    }

    /// What is known of it.
    pub(super) fn fields(&self) -> Fields {
        let mut fields = self.more.clone();
        if let Some(status) = &self.status {
            fields.insert("status".to_owned(), json!(status));
        }
        if let Some(created) = self.created {
            fields.insert("created".to_owned(), json!(created.to_string()));
        }
        fields
    }
}

/// The credentials of one kind that a user has.
pub(super) async fn list(on: &Handle, noun: &str, user: &str) -> Result<Vec<Listed>, Failure> {
    match noun {
        "service-credential" => service_specific(on, user).await,
        "ssh-key" => ssh_keys(on, user).await,
        "signing-certificate" => certificates(on, user).await,
        "mfa-device" => mfa_devices(on, user).await,
        other => Err(Failure::Unsent(Why::new(
            Because::Invalid,
            format!("aws lists no `{other}`"),
        ))),
    }
}

/// The SDK has no paginator for it, though it answers in pages.
async fn service_specific(on: &Handle, user: &str) -> Result<Vec<Listed>, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let mut listed = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let request = clients.iam.list_service_specific_credentials();
        let request = request.user_name(user).set_marker(marker.clone());
        let page = request
            .send()
            .await
            .map_err(|failed| Failure::of(&failed, "iam:ListServiceSpecificCredentials"))?;
        for one in page.service_specific_credentials() {
            let mut more = Fields::from([("service".to_owned(), json!(one.service_name))]);
            if let Some(expires) = time(one.expiration_date()) {
                more.insert("expires".to_owned(), json!(expires.to_string()));
            }
            if let Some(alias) = one.service_credential_alias() {
                more.insert("alias".to_owned(), json!(alias));
            }
            listed.push(Listed {
                noun: "service-credential",
                user: user.to_owned(),
                id: one.service_specific_credential_id.clone(),
                status: Some(one.status.as_str().to_owned()),
                created: time(Some(&one.create_date)),
                more,
            });
        }
        match page.marker().filter(|_| page.is_truncated()) {
            None => return Ok(listed),
            Some(next) if marker.as_deref() == Some(next) => {
                return Err(Failure::Lost(Why::new(
                    Because::Garbled,
                    "iam:ListServiceSpecificCredentials answered the same page twice",
                )));
            }
            Some(next) => marker = Some(next.to_owned()),
        }
    }
}

async fn ssh_keys(on: &Handle, user: &str) -> Result<Vec<Listed>, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let pages = clients.iam.list_ssh_public_keys().user_name(user);
    let listed: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    let listed = listed.map_err(|failed| Failure::of(&failed, "iam:ListSSHPublicKeys"))?;
    let each = listed.into_iter().map(|one| Listed {
        noun: "ssh-key",
        user: user.to_owned(),
        created: time(Some(&one.upload_date)),
        id: one.ssh_public_key_id,
        status: Some(one.status.as_str().to_owned()),
        more: Fields::new(),
    });
    Ok(each.collect())
}

async fn certificates(on: &Handle, user: &str) -> Result<Vec<Listed>, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let pages = clients.iam.list_signing_certificates().user_name(user);
    let listed: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    let listed = listed.map_err(|failed| Failure::of(&failed, "iam:ListSigningCertificates"))?;
    let each = listed.into_iter().map(|one| Listed {
        noun: "signing-certificate",
        user: user.to_owned(),
        created: time(one.upload_date()),
        status: Some(one.status.as_str().to_owned()),
        id: one.certificate_id,
        more: Fields::new(),
    });
    Ok(each.collect())
}

async fn mfa_devices(on: &Handle, user: &str) -> Result<Vec<Listed>, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let pages = clients.iam.list_mfa_devices().user_name(user);
    let listed: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    let listed = listed.map_err(|failed| Failure::of(&failed, "iam:ListMFADevices"))?;
    let each = listed.into_iter().map(|one| Listed {
        noun: "mfa-device",
        user: user.to_owned(),
        created: time(Some(&one.enable_date)),
        id: one.serial_number,
        status: None,
        more: Fields::new(),
    });
    Ok(each.collect())
}

/// Looks at one, through the listing of its user.
pub(super) async fn seen(on: &Handle, target: &Locator, at: Time) -> Seen {
    let (user, id) = halves(target.id());
    match list(on, target.kind().noun(), user).await {
        Ok(listed) => match listed.into_iter().find(|one| one.id == id) {
            Some(one) => {
                let mut fields = one.fields();
                let principal = Locator::new(&kind("user"), user, target.account());
                fields.insert("principal".to_owned(), json!(principal));
                present(target, at, fields)
            }
            None => gone(target, at),
        },
        Err(failure) if failure.is_missing() => gone(target, at),
        Err(failure) => unreadable(target, at, failure.why()),
    }
}

/// Whose a credential is that was named by its own id alone: one pass over all users.
pub(super) async fn owner(on: &Handle, noun: &str, id: &str) -> Result<String, Why> {
    let pages = on.clients().await?.iam.list_users().into_paginator();
    let users: Result<Vec<_>, _> = pages.items().send().collect().await;
    let users = users.map_err(|failed| Failure::of(&failed, "iam:ListUsers").why())?;
    for user in users {
        match list(on, noun, &user.user_name).await {
            Ok(listed) if listed.iter().any(|one| one.id == id) => return Ok(user.user_name),
            Ok(_) => {}
            Err(failure) if failure.is_missing() => {}
            Err(failure) => return Err(failure.why()),
        }
    }
    Err(Why::new(
        Because::Missing,
        format!("no user of this account has the {noun} {id}"),
    ))
}
