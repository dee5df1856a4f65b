//! Users of IAM Identity Center: who they are, and the organisation's deny by their ids.
//!
//! Asks with the credentials of `providers.aws.organization`, else with those of the account itself. Never writes into
//! the directory: its API to switch a user's sign-in off is not confirmed, and sessions would outlive that.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::kind;
use super::super::signed::{Ask, IDENTITY_STORE, SSO_ADMIN, Service, send};
use super::super::trail::regions;
use super::Place;
use super::organization::told_of_role;
use super::parameter::seconds;
use super::roll::Roll;
use crate::domain::{Because, Call, Fields, Locator, Named, Outcome, Why};

/// The noun of the kind.
pub(in super::super) const NOUN: &str = "identity-center-user";
/// How the names of the roles begin that Identity Center makes in each account.
pub(in super::super) const ROLES: &str = "AWSReservedSSO_";

/// An instance of Identity Center: its ARN, its directory, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Instance {
    pub(super) arn: String,
    pub(super) store: String,
    pub(super) owner: String,
}

/// A user, and the instance that knows it.
pub(super) struct User {
    pub(super) of: Instance,
    pub(super) id: String,
    said: Value,
}

impl User {
    #[cfg(test)]
    pub(super) fn new(of: Instance, id: &str, said: Value) -> Self {
        let id = id.to_owned();
        Self { of, id, said }
    }

    /// The name that it signs in with; its sessions in accounts are named so.
    pub(super) fn name(&self) -> Option<&str> {
        self.said.get("UserName").and_then(Value::as_str)
    }

    fn locator(&self, region: &str) -> Locator {
        let id = format!("{region}:{}", self.id);
        Locator::new(&kind(NOUN), &id, Some(&self.of.owner))
    }
}

pub(super) fn garbled(permission: &str, what: &str) -> Failure {
    let text = format!("{permission} answered no {what}");
    Failure::Lost(Why::new(Because::Garbled, text))
}

/// Asks once; a member may not look, and is told who may.
pub(super) async fn ask(
    on: &Handle,
    (service, permission): (Service, &'static str),
    region: &str,
    body: Value,
) -> Result<Value, Failure> {
    let alone = on.link.organization.get().is_none();
    let on = on.of_organization();
    let said = send(&on, &Ask::json(service, permission, region, body)).await;
    said.map_err(|failure| {
        if alone {
            told_of_role(failure)
        } else {
            failure
        }
    })
}

/// All members of a list that comes in pages.
pub(super) async fn pages(
    on: &Handle,
    (service, permission): (Service, &'static str),
    region: &str,
    mut body: Value,
    list: &str,
) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    loop {
        let said = ask(on, (service, permission), region, body.clone()).await?;
        let page = said.get(list).and_then(Value::as_array);
        all.extend(page.ok_or_else(|| garbled(permission, list))?.clone());
        let next = said.get("NextToken").filter(|next| next.is_string());
        match (next, body.as_object_mut()) {
            (Some(next), Some(body)) if body.get("NextToken") != Some(next) => {
                body.insert("NextToken".to_owned(), next.clone());
            }
            (Some(_), _) => return Err(garbled(permission, "new page token")),
            (None, _) => return Ok(all),
        }
    }
}

async fn instances(on: &Handle, region: &str) -> Result<Vec<Instance>, Failure> {
    let permission = "sso:ListInstances";
    let all = pages(on, (SSO_ADMIN, permission), region, json!({}), "Instances").await?;
    let read = |one: &Value| {
        let text = |name: &str| Some(one.get(name)?.as_str()?.to_owned());
        Some(Instance {
            arn: text("InstanceArn")?,
            store: text("IdentityStoreId")?,
            owner: text("OwnerAccountId")?,
        })
    };
    let read: Option<Vec<Instance>> = all.iter().map(read).collect();
    read.ok_or_else(|| garbled(permission, "instance that says whose it is"))
}

/// The user that a place names, by its id or by its name, in whichever directory of the region has it.
///
/// Whether one of these accounts has a directory there decides whether a user that is not in it is gone, or was asked for
/// in the wrong place.
pub(super) async fn find(
    on: &Handle,
    place: &Place,
    account: Option<&str>,
) -> Result<User, Failure> {
    let mut is_theirs = account.is_none();
    for of in instances(on, &place.region).await? {
        is_theirs |= account == Some(of.owner.as_str());
        let id = if is_id(&place.name) {
            Ok(place.name.clone())
        } else {
            id_of(on, place, &of).await
        };
        let found = match id {
            Ok(id) => described(on, place, &of, id).await,
            Err(failure) => Err(failure),
        };
        match found {
            Err(failure) if failure.is_missing() => {}
            Ok(_) | Err(_) => return found,
        }
    }
    if !is_theirs {
        let text = format!(
            "no directory of IAM Identity Center of account {} can be seen in {}",
            account.unwrap_or_default(),
            place.region
        );
        return Err(Failure::Unsent(Why::new(Because::Foreign, text)));
    }
    let text = format!(
        "no directory of IAM Identity Center in {} has the user {}",
        place.region, place.name
    );
    Err(Failure::Refused {
        code: "ResourceNotFoundException".to_owned(),
        why: Why::new(Because::Missing, text),
    })
}

async fn id_of(on: &Handle, place: &Place, of: &Instance) -> Result<String, Failure> {
    let permission = "identitystore:GetUserId";
    let body = json!({"IdentityStoreId": of.store, "AlternateIdentifier": {
        "UniqueAttribute": {"AttributePath": "userName", "AttributeValue": place.name},
    }});
    let said = ask(on, (IDENTITY_STORE, permission), &place.region, body).await?;
    let id = said.get("UserId").and_then(Value::as_str);
    let id = id.ok_or_else(|| garbled(permission, "user"))?;
    Ok(id.to_owned())
}

async fn described(on: &Handle, place: &Place, of: &Instance, id: String) -> Result<User, Failure> {
    let permission = "identitystore:DescribeUser";
    let body = json!({"IdentityStoreId": of.store, "UserId": id});
    let said = ask(on, (IDENTITY_STORE, permission), &place.region, body).await?;
    if said.get("UserId").and_then(Value::as_str) != Some(&id) {
        return Err(garbled(permission, "user of this id"));
    }
    Ok(User {
        of: of.clone(),
        id,
        said,
    })
}

/// Whether a word is an id of the directory: a GUID, or one behind ten digits of the directory's own id.
pub(in super::super) fn is_id(word: &str) -> bool {
    let guid = match word.split_once('-') {
        Some((store, rest)) if store.len() == 10 => rest,
        Some(_) | None => word,
    };
    let lengths = guid.split('-').map(str::len);
    let is_hex = |b: u8| b == b'-' || b.is_ascii_hexdigit();
    word.bytes().all(is_hex) && lengths.eq([8, 4, 4, 4, 12])
}

/// The canonical name of what a person named: a user's id or name, in the region of its directory.
pub(in super::super) async fn resolve(on: &Handle, named: &Named) -> Result<Locator, Why> {
    let region = &on.link.base().await?.region;
    let (place, _) = Place::typed(named, region)?;
    let account = named.account.as_deref();
    let user = find(on, &place, account)
        .await
        .map_err(|failure| failure.why())?;
    let found = user.locator(&place.region);
    match &named.account {
        Some(account) if found.account() != Some(account) => {
            let text = format!(
                "{} belongs to the Identity Center of account {}, not of {account}",
                named.id, user.of.owner
            );
            Err(Why::new(Because::Foreign, text))
        }
        Some(_) | None => Ok(found),
    }
}

/// The user that a canonical name names.
pub(super) async fn of(on: &Handle, target: &Locator) -> Result<(Place, User), Failure> {
    let place = Place::of(target).map_err(Failure::Unsent)?;
    let user = find(on, &place, target.account()).await?;
    if user.locator(&place.region) != *target {
        let text = format!("{target} is a user of another Identity Center than ours");
        return Err(Failure::Unsent(Why::new(Because::Foreign, text)));
    }
    Ok((place, user))
}

/// Looks at a user: its sign-in, and whether the organisation denies it.
pub(in super::super) async fn observe(on: &Handle, target: &Locator) -> Result<Fields, Failure> {
    let alone = on.link.organization.get().is_none();
    let denied = async {
        let id = Place::of(target).map_err(Failure::Unsent)?.name;
        let roll = Roll::of_users(on).await?;
        roll.shown(on, &[id]).await
    };
    let (user, denied) = futures_util::join!(of(on, target), denied);
    let (_, user) = user?;
    let denied = denied.map_err(|failure| {
        if alone {
            told_of_role(failure)
        } else {
            failure
        }
    })?;
    let said = |name: &str| user.said.get(name);
    let mut fields = Fields::from([
        ("principal".to_owned(), json!(target)),
        ("organization_deny".to_owned(), denied),
        // A permission set allows at most this.
        ("longest_session".to_owned(), json!("PT12H")),
    ]);
    for (field, name) in [
        ("user_name", "UserName"),
        ("sign_in", "UserStatus"),
        ("arn", "UserArn"),
    ] {
        if let Some(text) = said(name).filter(|text| text.is_string()) {
            fields.insert(field.to_owned(), text.clone());
        }
    }
    if let Some(at) = said("CreatedAt").and_then(seconds) {
        fields.insert("created".to_owned(), json!(at.to_string()));
    }
    let note = "service control policies do not bind the management account: what it is assigned there is looked after by a person";
    fields.insert("note".to_owned(), json!(note));
    Ok(fields)
}

/// Denies a user everything by the organisation, or lifts that, as the call says.
pub(in super::super) async fn set_denied(on: &Handle, call: &Call) -> Outcome {
    let user = match of(on, &call.target).await {
        Ok((_, user)) => user,
        Err(failure) => return unsent(failure.why()),
    };
    match Roll::of_users(on).await {
        Ok(roll) => roll.set(on, call, &[user.id]).await,
        Err(failure) => unsent(failure.why()),
    }
}

/// The user of Identity Center that we act as, by the ARN of our session; nothing where it is none, or may not be
/// looked up.
pub(in super::super) async fn own(on: &Handle, arn: Option<&str>) -> Option<Locator> {
    let (_, session) = arn?.split_once(":assumed-role/")?;
    let (role, user) = session.split_once('/')?;
    if !role.starts_with(ROLES) {
        return None;
    }
    for region in regions(on).await.ok()? {
        let place = Place {
            region,
            name: user.to_owned(),
        };
        if let Ok(user) = find(on, &place, None).await {
            return Some(user.locator(&place.region));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::super::client::Link;
    use super::*;

    const ID: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";

    /// What each operation answers, page by page; the last page is answered again and again.
    type Answers = Vec<(&'static str, Vec<Value>)>;

    /// A directory made by hand.
    async fn directory(mut answers: Answers) -> Handle {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|_| unreachable!("no loopback"));
        let at = listener.local_addr().unwrap_or_else(|_| unreachable!());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 16_384];
                let read = socket.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(request.get(..read).unwrap_or_default());
                let asked = answers
                    .iter_mut()
                    .find(|(name, _)| text.contains(&format!(".{name}\r")));
                let body = asked.map_or(Value::Null, |(_, pages)| match pages.len() {
                    0 | 1 => pages.first().cloned().unwrap_or_default(),
                    _ => pages.remove(0),
                });
                let body = body.to_string();
                let reply = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                drop(socket.write_all(reply.as_bytes()).await);
            }
        });
        let link = Link::fixed(&format!("http://{at}"));
        Handle::new(Arc::new(link), None, None)
    }

    fn known() -> Answers {
        let instance = json!({"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "OwnerAccountId": "9"});
        vec![
            ("ListInstances", vec![json!({"Instances": [instance]})]),
            (
                "GetUserId",
                vec![json!({"UserId": ID, "IdentityStoreId": "d-1"})],
            ),
            (
                "DescribeUser",
                vec![json!({"UserId": ID, "UserName": "alice"})],
            ),
        ]
    }

    #[tokio::test]
    async fn whoever_acts_through_identity_center_knows_itself_there() {
        let on = directory(known()).await;
        let reserved = "arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice";
        let own = own(&on, Some(reserved)).await;
        let wanted = format!("aws:identity-center-user/us-east-1:{ID}@9");
        assert_eq!(own.map(|own| own.to_string()), Some(wanted));
        for other in [
            None,
            Some("arn:aws:sts::1:assumed-role/deploy/alice"),
            Some("arn:aws:iam::1:user/alice"),
        ] {
            assert_eq!(super::own(&on, other).await, None, "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_list_is_read_to_its_end_and_a_page_token_that_comes_twice_ends_it() {
        let page = |names: &[&str], next: Option<&str>| json!({"List": names, "NextToken": next});
        let read = async |all: Vec<Value>| {
            let on = directory(vec![("ListInstances", all)]).await;
            let asked = (SSO_ADMIN, "sso:ListInstances");
            pages(&on, asked, "us-east-1", json!({}), "List").await
        };
        let whole = read(vec![page(&["a"], Some("x")), page(&["b"], None)]).await;
        assert_eq!(whole, Ok(vec![json!("a"), json!("b")]));
        let endless = read(vec![page(&["a"], Some("x"))]).await;
        assert!(matches!(endless, Err(Failure::Lost(_))), "{endless:?}");
        let no_list = read(vec![json!({"Other": []})]).await;
        assert!(matches!(no_list, Err(Failure::Lost(_))), "{no_list:?}");
    }

    #[tokio::test]
    async fn a_user_of_another_organisation_is_foreign_and_what_answers_for_another_is_not_believed()
     {
        let on = directory(known()).await;
        let target = |account: &str, id: &str| {
            Locator::new(&kind(NOUN), &format!("us-east-1:{id}"), Some(account))
        };
        assert!(of(&on, &target("9", ID)).await.is_ok());
        let foreign = of(&on, &target("8", ID)).await.err();
        assert!(matches!(foreign, Some(Failure::Unsent(why)) if why.because == Because::Foreign));
        let other = of(&on, &target("9", &ID.replace('1', "2"))).await.err();
        assert!(matches!(other, Some(Failure::Lost(_))));
    }

    #[test]
    fn an_id_of_the_directory_is_told_from_a_name() {
        for (word, is) in [
            ("a1b2c3d4-5678-90ab-cdef-111111111111", true),
            ("9067642ac7-a1b2c3d4-5678-90ab-cdef-111111111111", true),
            ("A1B2C3D4-5678-90AB-CDEF-111111111111", true),
            ("alice", false),
            ("alice@corp.example", false),
            ("a1b2c3d4-5678-90ab-cdef-11111111111", false),
            ("g1b2c3d4-5678-90ab-cdef-111111111111", false),
            ("dead-beef", false),
            ("", false),
        ] {
            assert_eq!(is_id(word), is, "{word}");
        }
    }
}
