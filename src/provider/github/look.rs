//! How one thing stands: asked by its id, and where GitHub answers 404 looked for in the list that it would stand in.
//!
//! A 404 is never proof by itself: GitHub says it as well of what our credential may not see. Only a list that was read to
//! its end shows that something is gone from it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::action::{Body, Request, Who};
use super::adapter::Handle;
use super::client::Failed;
use super::exchange::{self, Carried, Listed};
use super::id::Id;
use super::looks::{LOOKS, Look};
use super::taken::Of;
use super::{kind, token};
use crate::domain::{Because, Fact, Fields, Locator, Secret, Why};

/// Lists that were read for one round of looks, so that none is read twice.
#[derive(Default)]
pub(super) struct Lists(Mutex<BTreeMap<String, Arc<OnceCell<Listed>>>>);

impl Lists {
    async fn of(
        &self,
        on: &Handle,
        (request, member): (&Request, Option<&str>),
        id: &Id,
    ) -> Result<Listed, Why> {
        let cell = {
            let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // An app is asked about itself by the same path as any other.
            let by = match request.who {
                Who::App | Who::Client => id.at(0),
                Who::Nobody | Who::Ours | Who::Owner | Who::Itself => "",
            };
            let key = format!("{:?} {by} {}", request.who, request.path);
            Arc::clone(lists.entry(key).or_default())
        };
        let read = || exchange::list(on, request, (member, usize::MAX), Some(id));
        cell.get_or_try_init(read).await.cloned()
    }
}

/// The parts of a target that is at this server, and of an owner that is ours.
pub(super) fn ours(on: &Handle, target: &Locator) -> Result<Id, Why> {
    let noun = target.kind().noun();
    let id = Id::read(noun, target.id()).ok_or_else(|| {
        Why::new(
            Because::Invalid,
            format!("this is no id of a {noun} of GitHub"),
        )
    })?;
    let account = on.link.account()?;
    if target.account() != Some(account.as_str()) {
        let text = format!("{target} is not at {account}, which is the server that is configured");
        return Err(Why::new(Because::Foreign, text));
    }
    if let Some(owner) = id
        .owner()
        .filter(|owner| !on.link.owners().iter().any(|own| own == owner))
    {
        let text = format!("{owner} is not among providers.github.organizations of contain.yaml");
        return Err(Why::new(Because::Foreign, text));
    }
    Ok(id)
}

/// Looks at one thing.
pub(super) async fn look(on: &Handle, target: &Locator, lists: &Lists) -> Result<Fact, Why> {
    let id = ours(on, target)?;
    match target.kind().noun() {
        "token" | "installation-token" => return by_itself(on, target).await,
        "oauth-token" => return of_oauth_app(on, (target, &id), &held(on, target)?).await,
        "ssh-key" => whose(on, &id).await?,
        _ => {}
    }
    let look = find(target)?;
    let unseen = match look.one {
        Some(one) => match exchange::ask(on, &one(&id), Some(&id), Carried::default()).await? {
            Some(answered) if (look.is)(&id, &answered.body) => {
                return present(on, look, (target, &id), &answered.body).await;
            }
            Some(_) => {
                let text = "GitHub answered about another thing than it was asked about";
                return Err(Why::new(Because::Garbled, text));
            }
            None => Why::new(
                Because::Missing,
                "GitHub answered 404: there is no such thing, or none that our credential may see",
            ),
        },
        None => Why::new(Because::Garbled, "the list was not read to its end"),
    };
    let Some((list, member)) = look.list else {
        return Err(unseen);
    };
    let listed = lists.of(on, (&list(&id), member), &id).await?;
    match listed.items.iter().find(|item| (look.is)(&id, item)) {
        Some(item) => present(on, look, (target, &id), item).await,
        None if listed.is_cut => Err(unseen),
        None => Ok(Fact::Gone),
    }
}

fn find(target: &Locator) -> Result<&'static Look, Why> {
    let noun = target.kind().noun();
    LOOKS.iter().find(|look| look.noun == noun).ok_or_else(|| {
        Why::new(
            Because::NotImplemented,
            format!("GitHub tells nothing about a {noun}"),
        )
    })
}

/// The facts of what is there.
async fn present(
    on: &Handle,
    look: &Look,
    (target, id): (&Locator, &Id),
    item: &Value,
) -> Result<Fact, Why> {
    let account = target.account();
    let garbled = |text: &str| Why::new(Because::Garbled, text);
    let mut fields = Fields::new();
    for (name, place) in look.facts {
        let value = item.pointer(place).filter(|value| !value.is_null());
        fields.extend(value.map(|value| ((*name).to_owned(), value.clone())));
    }
    match look.noun {
        "app-installation" => {
            let suspended = item.get("suspended_at").is_some_and(|at| !at.is_null());
            fields.insert("suspended".to_owned(), json!(suspended));
        }
        "workflow-run" => {
            let state = item.get("status").and_then(Value::as_str);
            let state =
                state.ok_or_else(|| garbled("GitHub does not say whether the run goes on"))?;
            fields.insert("running".to_owned(), json!(state != "completed"));
        }
        "repository-webhook" | "organization-webhook" => {
            // The path of a webhook often is its secret.
            let url = item.pointer("/config/url").and_then(Value::as_str);
            let host =
                url.and_then(|url| reqwest::Url::parse(url).ok()?.host_str().map(str::to_owned));
            fields.extend(host.map(|host| ("host".to_owned(), json!(host))));
        }
        "organization-actions" => {
            let selected = selected(on, id, &fields).await?;
            fields.extend(selected);
        }
        _ => {
            fields.insert("status".to_owned(), json!("there"));
        }
    }
    let owner = fields
        .get("owner")
        .or(fields.get("added_by"))
        .and_then(Value::as_str);
    if let Some(user) = owner.and_then(|owner| Id::read("user", owner)) {
        let principal = Locator::new(&kind("user"), &user.text(), account);
        if matches!(
            look.noun,
            "token-grant" | "credential-authorization" | "deploy-key"
        ) {
            fields.insert("principal".to_owned(), json!(principal));
        }
    }
    match fields.is_empty() {
        true => Err(garbled("GitHub answered nothing that could be read")),
        false => Ok(Fact::Present(fields)),
    }
}

/// The repositories on which workflows run where an organisation chose them, by number: what giving back needs, whole.
async fn selected(on: &Handle, id: &Id, fields: &Fields) -> Result<Fields, Why> {
    let field = |numbers: Vec<u64>| ("selected_repositories".to_owned(), json!(numbers));
    if fields.get("enabled_repositories") != Some(&json!("selected")) {
        return Ok(Fields::from([field(Vec::new())]));
    }
    let request = Request::get(&["orgs", id.at(0), "actions", "permissions", "repositories"]);
    let listed = exchange::list(on, &request, (Some("repositories"), usize::MAX), Some(id)).await?;
    let numbers = listed.items.iter().map(|item| item.get("id")?.as_u64());
    let numbers: Option<Vec<u64>> = numbers.collect();
    let mut numbers = numbers.filter(|_| !listed.is_cut).ok_or_else(|| {
        let text = "the list of the selected repositories was not read to its end";
        Why::new(Because::Garbled, text)
    })?;
    numbers.sort_unstable();
    let names = listed.items.iter();
    let names = names.filter_map(|item| item.get("full_name")?.as_str());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let names = json!(names);
    Ok(Fields::from([
        field(numbers),
        ("selected_names".to_owned(), names),
    ]))
}

/// Refuses what is about keys of a user other than the one whose token is ours.
pub(super) async fn whose(on: &Handle, id: &Id) -> Result<(), Why> {
    let login = login(on).await?;
    if login == id.at(0) {
        return Ok(());
    }
    let text = format!(
        "only {} can look after their keys, and our token is {login}'s",
        id.at(0)
    );
    Err(Why::new(Because::Foreign, text))
}

/// The login of the user whose token is ours.
pub(super) async fn login(on: &Handle) -> Result<String, Why> {
    let request = Request::get(&["user"]).by(Who::Owner);
    let answered = exchange::ask(on, &request, None, Carried::default()).await?;
    let login = answered
        .as_ref()
        .and_then(|answered| answered.body.get("login")?.as_str());
    login
        .map(str::to_ascii_lowercase)
        .ok_or_else(|| Why::new(Because::Garbled, "GitHub does not say whose our token is"))
}

/// The question that a token is tried with: it needs no permission and changes nothing.
pub(super) fn harmless(noun: &str) -> Request {
    match noun {
        "installation-token" => Request::get(&["installation", "repositories"])
            .asking("per_page", "1")
            .by(Who::Itself),
        _ => Request::get(&["user"]).by(Who::Itself),
    }
}

/// Whether an answer says that GitHub does not know the credential that it came with.
pub(super) fn is_unknown(answered: &exchange::Answered) -> bool {
    let message = answered.body.get("message").and_then(Value::as_str);
    answered.status == 401 && message.is_some_and(|message| message.starts_with("Bad credentials"))
}

/// How a token stands, by asking with it. Where that says nothing, what its text tells is all that is known: it is there
/// to be revoked.
async fn by_itself(on: &Handle, target: &Locator) -> Result<Fact, Why> {
    let secret = held(on, target)?;
    let noun = target.kind().noun();
    let mut fields = told(&secret);
    let form = token::form(secret.expose());
    if !form.is_none_or(token::Form::calls) {
        return Ok(Fact::Present(fields));
    }
    let carried = std::slice::from_ref(&secret);
    let request = harmless(noun);
    let Ok(answered) = exchange::send(on, &request, None, Carried(carried)).await else {
        return Ok(Fact::Present(fields));
    };
    if is_unknown(&answered) {
        return Ok(unknown(on, target, fields));
    }
    if !is_taken(noun, &answered) {
        return Ok(Fact::Present(fields));
    }
    fields.insert("status".to_owned(), json!("active"));
    let header = |name: &str| answered.headers.get(name).filter(|value| !value.is_empty());
    for (field, name) in [
        ("scopes", "x-oauth-scopes"),
        ("expires", "github-authentication-token-expiration"),
        ("client_id", "x-oauth-client-id"),
    ] {
        fields.extend(header(name).map(|value| (field.to_owned(), json!(value))));
    }
    if let Some(user) = user_of(&answered) {
        let principal = Locator::new(&kind("user"), &user.text(), target.account());
        fields.insert("owner".to_owned(), json!(user.text()));
        fields.insert("principal".to_owned(), json!(principal));
    }
    on.taken().note(target, Of::read(&fields));
    Ok(Fact::Present(fields))
}

fn user_of(answered: &exchange::Answered) -> Option<Id> {
    Id::read("user", answered.body.get("login")?.as_str()?)
}

/// Whether a token was taken: what says neither whose it is nor how much it reaches is not the answer to one that works.
pub(super) fn is_taken(noun: &str, answered: &exchange::Answered) -> bool {
    let says = match noun {
        "installation-token" => answered.body.get("total_count").is_some_and(Value::is_u64),
        _ => user_of(answered).is_some(),
    };
    answered.status == 200 && says
}

/// What is said of a credential that this server does not know, and never took as far as is known here.
pub(super) const STRANGE: &str = "this server never took it as far as is known here: that it does not know it now proves nothing, for it may be of another server";

/// What it means that this server does not know a credential: it is gone where it was taken before, and else nothing.
fn unknown(on: &Handle, target: &Locator, mut fields: Fields) -> Fact {
    if on.was_taken(target) {
        return Fact::Gone;
    }
    fields.insert("status".to_owned(), json!("unknown"));
    fields.insert("note".to_owned(), json!(STRANGE));
    Fact::Present(fields)
}

/// What the text of a token tells without asking.
pub(super) fn told(secret: &Secret) -> Fields {
    let form = token::form(secret.expose());
    let form = form.map(|form| {
        let power = ("power".to_owned(), json!(form.power()));
        [("form".to_owned(), json!(form.title())), power]
    });
    match form {
        Some(fields) => Fields::from(fields),
        None => Fields::from([("form".to_owned(), json!("unknown"))]),
    }
}

pub(super) fn held(on: &Handle, target: &Locator) -> Result<Secret, Why> {
    let held = on.held(target).ok_or_else(|| {
        let text =
            "it can only be looked at with the credential itself: give --secret REF or --from FILE";
        Why::new(Because::Unauthenticated, text)
    })?;
    fits(target, &held)?;
    Ok(held)
}

/// Refuses a text that is not that of the credential that is meant.
pub(super) fn fits(target: &Locator, secret: &Secret) -> Result<(), Why> {
    let id = Id::read(target.kind().noun(), target.id());
    let digest = id.as_ref().and_then(Id::digest);
    if digest.is_none_or(|digest| digest == token::hashed(secret.expose())) {
        return Ok(());
    }
    let text =
        "the text that was given is another credential's: its digest is not the one in the locator";
    Err(Why::new(Because::Invalid, text))
}

/// The question whether a token is one of an OAuth app; built for that, it counts for no limit on failed sign-ins.
pub(super) fn check(id: &Id) -> Request {
    Request::post(&["applications", id.at(0), "token"])
        .by(Who::Client)
        .carrying(Body::Token)
        .done(&[200])
        .reading()
}

/// How a token of an OAuth app of ours stands. GitHub documents that it answers 404 for one that is not valid; it says the
/// same of another app's token, and to whoever comes with another client secret.
pub(super) async fn of_oauth_app(
    on: &Handle,
    (target, id): (&Locator, &Id),
    secret: &Secret,
) -> Result<Fact, Why> {
    let carried = Carried(std::slice::from_ref(secret));
    let Some(answered) = exchange::ask(on, &check(id), Some(id), carried).await? else {
        return not_of_app(on, target, secret).await;
    };
    let part = |place: &str| {
        let part = answered.body.pointer(place);
        part.filter(|value| !value.is_null())
    };
    if part("/app/client_id").and_then(Value::as_str) != Some(id.at(0)) {
        let text = "GitHub answered about another app's token";
        return Err(Why::new(Because::Garbled, text));
    }
    on.taken().note(target, Of::default());
    let mut fields = told(secret);
    fields.insert("status".to_owned(), json!("active"));
    for (name, place) in [
        ("owner", "/user/login"),
        ("scopes", "/scopes"),
        ("created", "/created_at"),
        ("app", "/app/name"),
    ] {
        fields.extend(part(place).map(|value| (name.to_owned(), value.clone())));
    }
    Ok(Fact::Present(fields))
}

/// What it means that GitHub does not know a token as this app's: gone it is only where it was this app's before, and is not
/// taken any more from whoever holds it.
async fn not_of_app(on: &Handle, target: &Locator, secret: &Secret) -> Result<Fact, Why> {
    let noun = target.kind().noun();
    let carried = Carried(std::slice::from_ref(secret));
    let answered = exchange::send(on, &harmless(noun), None, carried)
        .await
        .map_err(Failed::why)?;
    let mut fields = told(secret);
    if is_unknown(&answered) {
        return Ok(unknown(on, target, fields));
    }
    if !is_taken(noun, &answered) {
        return Err(answered.unread(on.clock().now()));
    }
    if on.was_taken(target) {
        fields.insert("status".to_owned(), json!("active"));
        return Ok(Fact::Present(fields));
    }
    let text = "GitHub takes this token, and does not know it as one of this app's: it is another app's, or the client secret is";
    Err(Why::new(Because::Foreign, text))
}
