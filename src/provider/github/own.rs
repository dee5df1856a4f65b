//! What is ours: our token by every name that it has, and what it stands on. Cutting any of it would be cutting our own branch.
//!
//! Never takes what could not be read for nothing: where a list of it fails, who acts here is not known.

use serde_json::Value;

use super::action::{Request, Who};
use super::adapter::Handle;
use super::exchange::{self, Carried, Listed};
use super::id::Id;
use super::kind;
use super::look;
use super::token::{self, Form};
use crate::domain::{Because, Locator, Secret, Why};

/// The permission without which no app sees the grants of fine-grained tokens; nobody but an app can take one away.
const GRANTS: &str = "organization_personal_access_tokens";

/// What a token of ours makes ours.
pub(super) async fn by_token(
    on: &Handle,
    ours: &Secret,
    account: &str,
) -> Result<Vec<Locator>, Why> {
    let digest = token::hashed(ours.expose());
    let at = |noun: &str, id: &str| Locator::new(&kind(noun), id, Some(account));
    let form = token::form(ours.expose());
    // An installation's token is no user's.
    if form == Some(Form::Installation) {
        works(on).await?;
        return Ok(vec![at("installation-token", &digest)]);
    }
    let login = look::login(on).await?;
    let mut own = vec![at("token", &digest), at("user", &login)];
    // The same token by its other name, whichever app issued it.
    if !matches!(form, Some(Form::Classic | Form::FineGrained)) {
        let clients = on.link.clients();
        own.extend(clients.map(|client| at("oauth-token", &format!("{client}/{digest}"))));
    }
    for owner in on.link.owners() {
        for number in authorizations(on, &owner, (&login, ours)).await? {
            own.push(at("credential-authorization", &format!("{owner}/{number}")));
        }
        if form == Some(Form::FineGrained) {
            for number in grants(on, &owner, &login).await? {
                own.push(at("token-grant", &format!("{owner}/{number}")));
            }
        }
    }
    Ok(own)
}

/// Whether our installation token is taken.
async fn works(on: &Handle) -> Result<(), Why> {
    let request = look::harmless("installation-token").by(Who::Owner);
    let answered = exchange::send(on, &request, None, Carried::default()).await;
    let answered = answered.map_err(super::client::Failed::why)?;
    match look::is_taken("installation-token", &answered) {
        true => Ok(()),
        false => Err(answered.unread(on.clock().now())),
    }
}

/// Reads a list of which some may be ours; where GitHub has none, nothing is.
async fn listed(
    on: &Handle,
    owner: &str,
    request: &Request,
    what: &str,
) -> Result<Vec<Value>, Why> {
    let id = Id::read("organization", owner);
    let listed = match exchange::list(on, request, (None, usize::MAX), id.as_ref()).await {
        // Without single sign-on, on another plan, and for a user there is no such list.
        Err(why) if why.because == Because::Missing => Listed::default(),
        other => other.map_err(|why| {
            let text = format!(
                "which {what} of {owner} is our own cannot be told: {}",
                why.text
            );
            Why::new(why.because, text)
        })?,
    };
    match listed.is_cut {
        true => Err(Why::new(
            Because::Garbled,
            format!("which {what} of {owner} is our own cannot be told: there are too many"),
        )),
        false => Ok(listed.items),
    }
}

/// The authorisations for single sign-on that our own token has, by their numbers.
async fn authorizations(
    on: &Handle,
    owner: &str,
    (login, ours): (&str, &Secret),
) -> Result<Vec<u64>, Why> {
    let request = Request::get(&["orgs", owner, "credential-authorizations"]);
    let request = request.asking("login", login);
    let items = listed(on, owner, &request, "credential-authorization").await?;
    let is_ours = |item: &&Value| {
        let last = item.get("token_last_eight").and_then(Value::as_str);
        last.is_some_and(|last| last.len() == 8 && ours.expose().ends_with(last))
    };
    let numbers = items.iter().filter(is_ours);
    Ok(numbers
        .filter_map(|item| item.get("credential_id")?.as_u64())
        .collect())
}

/// The grants of fine-grained tokens of our login, by their numbers: which of them is our token's GitHub does not tell.
async fn grants(on: &Handle, owner: &str, login: &str) -> Result<Vec<u64>, Why> {
    if on.link.app_id().is_none() {
        return Ok(Vec::new());
    }
    match on.installed(owner).await {
        Ok(installed) if installed.permissions.contains_key(GRANTS) => {}
        Ok(_) => return Ok(Vec::new()),
        Err(why) if why.because == Because::Missing => return Ok(Vec::new()),
        Err(why) => return Err(why),
    }
    let request = Request::get(&["orgs", owner, "personal-access-tokens"]);
    let items = listed(on, owner, &request.asking("owner[]", login), "token-grant").await?;
    let is_ours = |item: &&Value| {
        let named = item.pointer("/owner/login").and_then(Value::as_str);
        named.is_some_and(|named| named.eq_ignore_ascii_case(login))
    };
    let numbers = items.iter().filter(is_ours);
    Ok(numbers
        .filter_map(|item| item.get("id")?.as_u64())
        .collect())
}

/// Refuses what would end our own token with the grant that it is of: it is one of this app's, and of the same user.
pub(super) async fn spare_our_grant(on: &Handle, id: &Id, theirs: &Secret) -> Result<(), Why> {
    let Some(ours) = on.link.token()? else {
        return Ok(());
    };
    if !token::is_of_an_app(ours.expose()) {
        return Ok(());
    }
    let (Some(ours), Some(theirs)) = (user(on, id, &ours).await?, user(on, id, theirs).await?)
    else {
        return Ok(());
    };
    if ours != theirs {
        return Ok(());
    }
    let text = "our own token is of this grant, of the same user for the same app: it would end with it, half-way";
    Err(Why::new(Because::Forbidden, text))
}

/// The number of the user who granted an app a token; none where it is no token of this app's.
async fn user(on: &Handle, id: &Id, token: &Secret) -> Result<Option<u64>, Why> {
    let carried = Carried(std::slice::from_ref(token));
    let Some(answered) = exchange::ask(on, &look::check(id), Some(id), carried).await? else {
        return Ok(None);
    };
    let number = answered.body.pointer("/user/id").and_then(Value::as_u64);
    let text = "GitHub does not say whose token of the app it is";
    number
        .map(Some)
        .ok_or_else(|| Why::new(Because::Garbled, text))
}
