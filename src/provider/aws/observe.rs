//! Looking at keys, users, roles, sessions and what else has a kind; many at once, in as few requests as the API allows.
//!
//! Never calls a thing gone unless the account is ours and the search was complete.

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::account_of_key_id;
use super::boundary::shown;
use super::client::{Handle, Me};
use super::failure::Failure;
use super::inline::{Holder, get};
use super::keys::time;
use super::ours::{DENY_NAME, END_NAME, shown_deny, shown_end};
use super::service::center;
use crate::domain::{Because, Fact, Fields, Locator, Seen, Time, Why};

/// How many look-ups are under way at once.
const AT_ONCE: usize = 32;

pub(super) async fn observe(on: &Handle, targets: &[Locator]) -> Vec<Seen> {
    let at = on.link.clock.now();
    let me = match on.me().await {
        Ok(me) => me,
        Err(why) => {
            let seen = |target: &Locator| unreadable(target, at, why.clone());
            return targets.iter().map(seen).collect();
        }
    };
    let ours = |target: &&Locator| target.account() == Some(&me.account);
    let keys: Vec<&Locator> = targets
        .iter()
        .filter(ours)
        .filter(|target| target.kind().noun() == "access-key")
        .collect();
    let mut looked = super::keys::seen(on, &keys).await;
    // A user can be renamed: what is not where memory had it is looked up afresh before it counts as gone.
    let moved: Vec<&Locator> = keys
        .iter()
        .copied()
        .filter(|key| {
            let gone = looked.get(key.id()).map(|seen| &seen.fact) == Some(&Fact::Gone);
            gone && super::keys::disown(on, key.id())
        })
        .collect();
    if !moved.is_empty() {
        looked.extend(super::keys::seen(on, &moved).await);
    }
    let keys = &looked;
    let asked: Vec<_> = targets
        .iter()
        .map(|target| async move {
            // Its directory is the organisation's, wherever we act.
            if target.kind().noun() == center::NOUN {
                return seen(target, at, center::observe(on, target).await);
            }
            if !ours(&target) {
                return unreadable(target, at, super::accounts::foreign(target, &me.account));
            }
            match target.kind().noun() {
                "access-key" => keys.get(target.id()).cloned().unwrap_or_else(|| {
                    unreadable(
                        target,
                        at,
                        Why::new(Because::Garbled, "it was not looked at"),
                    )
                }),
                "user" => seen(target, at, denied(on, target, user(on, me, target)).await),
                "role" => seen(target, at, denied(on, target, role(on, target)).await),
                "session" => session(on, target, at).await,
                "service-credential" | "ssh-key" | "signing-certificate" | "mfa-device" => {
                    super::credential::seen(on, target, at).await
                }
                "resource" => unreadable(
                    target,
                    at,
                    Why::new(
                        Because::NotImplemented,
                        "contain does not look at this; a person does",
                    ),
                ),
                noun if super::grant::NOUNS.contains(&noun) => {
                    seen(target, at, super::grant::look(on, target).await)
                }
                noun if super::service::knows(noun) => {
                    seen(target, at, super::service::observe(on, target).await)
                }
                other => {
                    let text = format!("aws knows no kind `{other}`");
                    unreadable(target, at, Why::new(Because::Invalid, text))
                }
            }
        })
        .collect();
    futures_util::stream::iter(asked)
        .buffered(AT_ONCE)
        .collect()
        .await
}

pub(super) fn unreadable(target: &Locator, at: Time, why: Why) -> Seen {
    Seen {
        target: target.clone(),
        at,
        fact: Fact::Unreadable(why),
    }
}

pub(super) fn gone(target: &Locator, at: Time) -> Seen {
    Seen {
        target: target.clone(),
        at,
        fact: Fact::Gone,
    }
}

pub(super) fn present(target: &Locator, at: Time, fields: Fields) -> Seen {
    Seen {
        target: target.clone(),
        at,
        fact: Fact::Present(fields),
    }
}

fn seen(target: &Locator, at: Time, read: Result<Fields, Failure>) -> Seen {
    Seen {
        target: target.clone(),
        at,
        fact: match read {
            Ok(fields) => Fact::Present(fields),
            Err(failure) if failure.is_missing() => Fact::Gone,
            Err(failure) => Fact::Unreadable(failure.why()),
        },
    }
}

/// The fields of a principal, and whether the organisation denies it, where that can be asked.
async fn denied(
    on: &Handle,
    target: &Locator,
    read: impl Future<Output = Result<Fields, Failure>>,
) -> Result<Fields, Failure> {
    if on.link.organization.get().is_none() {
        return read.await;
    }
    let asked = super::service::organization::of_principal(on, target);
    let (fields, denied) = futures_util::join!(read, asked);
    let mut fields = fields?;
    match denied {
        Ok(denied) => fields.insert("organization_deny".to_owned(), denied),
        // The principal is there to be read all the same.
        Err(failure) => fields.insert("organization_unread".to_owned(), json!(failure.why().text)),
    };
    Ok(fields)
}

async fn user(on: &Handle, me: &Me, target: &Locator) -> Result<Fields, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let iam = &clients.iam;
    let policy = |name| get(clients, Holder::User, target.id(), name);
    let whole = async {
        let said = iam.get_user().user_name(target.id()).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:GetUser"))
    };
    let (said, deny, end) = futures_util::join!(whole, policy(DENY_NAME), policy(END_NAME));
    let said = said?;
    let about = said.user().filter(|about| about.user_name == target.id());
    let Some(about) = about else {
        return Err(Failure::Lost(Why::new(
            Because::Garbled,
            format!("iam:GetUser did not answer about {}", me.account),
        )));
    };
    let mut fields = principal_fields(target, &about.arn, time(Some(&about.create_date)));
    fields.insert("deny".to_owned(), shown_deny(deny?.as_deref()));
    fields.insert("end_sessions".to_owned(), shown_end(end?.as_deref()));
    fields.insert("longest_session".to_owned(), json!("PT36H"));
    let boundary = about.permissions_boundary();
    let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn());
    fields.insert("boundary".to_owned(), shown(clients, boundary).await?);
    Ok(fields)
}

async fn role(on: &Handle, target: &Locator) -> Result<Fields, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let iam = &clients.iam;
    let policy = |name| get(clients, Holder::Role, target.id(), name);
    let whole = async {
        let said = iam.get_role().role_name(target.id()).send().await;
        said.map_err(|failed| Failure::of(&failed, "iam:GetRole"))
    };
    let (said, deny, end) = futures_util::join!(whole, policy(DENY_NAME), policy(END_NAME));
    let said = said?;
    let about = said.role().filter(|about| about.role_name == target.id());
    let Some(about) = about else {
        return Err(Failure::Lost(Why::new(
            Because::Garbled,
            format!("iam:GetRole did not answer about {target}"),
        )));
    };
    let mut fields = principal_fields(target, &about.arn, time(Some(&about.create_date)));
    fields.insert("deny".to_owned(), shown_deny(deny?.as_deref()));
    fields.insert("end_sessions".to_owned(), shown_end(end?.as_deref()));
    let boundary = about.permissions_boundary();
    let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn());
    fields.insert("boundary".to_owned(), shown(clients, boundary).await?);
    // Role chaining shortens a session to an hour; the role's own maximum is the safe figure.
    let longest = about.max_session_duration().unwrap_or(43_200);
    fields.insert("longest_session".to_owned(), json!(format!("PT{longest}S")));
    let last = about
        .role_last_used()
        .and_then(|last| time(last.last_used_date()));
    if let Some(last) = last {
        fields.insert("last_used".to_owned(), json!(last.to_string()));
    }
    if about.path.starts_with("/aws-service-role/") {
        fields.insert("service_linked".to_owned(), json!(true));
        let note = "AWS does not let anybody edit a service-linked role";
        fields.insert("note".to_owned(), json!(note));
    } else if about.role_name.starts_with("AWSReservedSSO_") {
        let note = "AWS does not let a role of IAM Identity Center be edited in IAM";
        fields.insert("note".to_owned(), json!(note));
    }
    Ok(fields)
}

fn principal_fields(target: &Locator, arn: &str, created: Option<Time>) -> Fields {
    let mut fields = Fields::from([
        ("principal".to_owned(), json!(target)),
        ("arn".to_owned(), json!(arn)),
    ]);
    if let Some(created) = created {
        fields.insert("created".to_owned(), json!(created.to_string()));
    }
    fields
}

/// A session cannot be looked up; only whose it is can, where CloudTrail has seen it.
async fn session(on: &Handle, target: &Locator, at: Time) -> Seen {
    let principal = super::whose::principal_of_session(on, target).await;
    let note = "AWS tells the state of a session only to who holds its secret";
    match principal {
        Some(principal) => {
            let fields: Fields = [
                ("principal".to_owned(), json!(principal)),
                ("note".to_owned(), Value::from(note)),
            ]
            .into();
            present(target, at, fields)
        }
        None => unreadable(target, at, Why::new(Because::NotImplemented, note)),
    }
}

/// The account that a key id carries, where that can be trusted.
pub(super) fn coded_account(on: &Handle, id: &str) -> Option<String> {
    on.link
        .settings
        .is_vendor("iam")
        .then(|| account_of_key_id(id))
        .flatten()
}
