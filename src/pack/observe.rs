//! What reads: who we are, what things are called, how they stand, whether a credential works.
//!
//! Nothing counts as gone unless the tenant that owned it is the one whose credentials we hold.

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};

use super::answer::{self, Told};
use super::ask::{ask, list};
use super::authenticate;
use super::budget::Budget;
use super::cel::{Expr, Scope, Template};
use super::declare::kind_id;
use super::draft::Held;
use super::engine::Handle;
use super::model::{KindPart, Look, Named as By, Request, Resolve, SECRET, Who};
use super::reading;
use super::wire::{self, Failed, Page};
use crate::domain::seen::WAS_ALIVE;
use crate::domain::{
    Because, Call, Fact, Fields, KindId, Locator, Named, Probe, Query, Readable, Reading, Secret,
    Seen, Time, Why,
};
use crate::provider::{Observe, Soon};

/// What says in expressions whether it was seen to be there before: else that it is missing may mean that it is not ours.
const WAS_SEEN: &str = "was_seen";
/// How many things are looked at at once.
const AT_ONCE: usize = 8;

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(whoami(self))
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        let each = named.iter().map(move |one| resolve(self, one));
        Box::pin(stream::iter(each).buffered(AT_ONCE).collect())
    }

    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        Box::pin(super::identify::whose(self, kind, secret))
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        let each = targets.iter().map(move |target| async move {
            Seen {
                target: target.clone(),
                at: self.clock().now(),
                fact: look(self, target, &Budget::usual(self))
                    .await
                    .unwrap_or_else(Fact::Unreadable),
            }
        });
        Box::pin(stream::iter(each).buffered(AT_ONCE).collect())
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(reading::read(self, query))
    }

    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        Box::pin(made(self, call))
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(async move {
            probe(self, target, with)
                .await
                .unwrap_or_else(Probe::Unclear)
        })
    }

    fn clock_ahead(&self) -> Option<crate::domain::Duration> {
        self.ahead()
    }
}

/// The account whose credentials we hold.
pub(super) async fn account(on: &Handle) -> Result<&String, Why> {
    on.account().get_or_try_init(|| ask_account(on)).await
}

async fn ask_account(on: &Handle) -> Result<String, Why> {
    let told = &on.file().account;
    let Some(request) = &told.ask else {
        let url = on.base(told.host.as_deref())?;
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        return Ok(format!("{}{port}", url.host_str().unwrap_or_default()));
    };
    let mut scope = bare_scope(on);
    let requests = std::slice::from_ref(request);
    let budget = Budget::usual(on);
    let found = ask(on, requests, &mut scope, Held::default(), &budget).await?;
    let id = match (found, &told.id) {
        (Told::Found, Some(id)) => id.value(&scope),
        (Told::Found | Told::Gone, _) => None,
    };
    let id = id.as_ref().and_then(super::cel::scalar);
    id.filter(|id| !id.is_empty()).ok_or_else(|| {
        let text = format!(
            "{} does not say which account our credentials are of",
            on.title()
        );
        Why::new(Because::Garbled, text)
    })
}

/// What every expression sees.
pub(super) fn bare_scope(on: &Handle) -> Scope {
    let mut scope = Scope::default();
    scope.set("config", on.configured());
    scope
}

/// What expressions about a target see.
pub(super) fn scope_of(on: &Handle, kind: &KindPart, id: &str, account: &str) -> Scope {
    let mut scope = bare_scope(on);
    scope.set("id", json!(id));
    scope.set("account", json!(account));
    scope.set(WAS_ALIVE, json!(false));
    scope.set(WAS_SEEN, json!(false));
    if let Some(names) = &kind.id {
        let parts = parts(names, id).unwrap_or_default().into_iter();
        let parts = parts.map(|(name, part)| (name.to_owned(), json!(part)));
        scope.set("part", Value::Object(parts.collect()));
    }
    scope
}

/// The parts of an id by name, where it has as many; the one whose name ends with `*` may hold `/` itself.
fn parts<'a>(names: &'a str, id: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let Some((before, after)) = names.split_once('*') else {
        let (names, parts) = (names.split('/'), id.split('/'));
        let is_whole = names.clone().count() == parts.clone().count();
        return is_whole.then(|| names.zip(parts).collect());
    };
    let mut named = Vec::new();
    let mut rest = id;
    let mut front = before.split('/').peekable();
    let mut greedy = before;
    while let Some(name) = front.next() {
        if front.peek().is_none() {
            greedy = name;
            break;
        }
        let (part, after) = rest.split_once('/')?;
        named.push((name, part));
        rest = after;
    }
    for name in after.split('/').rev().filter(|name| !name.is_empty()) {
        let (before, part) = rest.rsplit_once('/')?;
        named.push((name, part));
        rest = before;
    }
    named.push((greedy, rest));
    Some(named)
}

/// The kind of this noun, where an id has its form.
pub(super) fn kind<'a>(on: &'a Handle, noun: &str, id: &str) -> Result<&'a KindPart, Why> {
    let invalid = |text: String| Why::new(Because::Invalid, text);
    let kind = on.file().kinds.get(noun);
    let kind = kind.ok_or_else(|| invalid(format!("{} has no kind `{noun}`", on.title())))?;
    let has_form = on.has_form(noun, id);
    let names = kind.id.as_deref();
    if has_form && names.is_none_or(|names| parts(names, id).is_some()) {
        Ok(kind)
    } else {
        Err(invalid(format!("this is no id of a {}", kind.title)))
    }
}

/// The kind of a target that is of our account.
pub(super) async fn ours<'a>(
    on: &'a Handle,
    target: &Locator,
) -> Result<(&'a KindPart, Scope), Why> {
    let kind = kind(on, target.kind().noun(), target.id())?;
    let account = account(on).await?;
    if target.account() != Some(account.as_str()) {
        let text = format!("{target} is not of the account {account}, whose credentials we hold");
        return Err(Why::new(Because::Foreign, text));
    }
    let mut scope = scope_of(on, kind, target.id(), account);
    scope.set(WAS_ALIVE, json!(on.was_alive(target)));
    scope.set(WAS_SEEN, json!(on.was_seen(target)));
    Ok((kind, scope))
}

pub(super) async fn whoami(on: &Handle) -> Result<Vec<Locator>, Why> {
    let account = account(on).await?.clone();
    let budget = Budget::usual(on);
    let signer = authenticate::signer(on);
    let mut own = Vec::new();
    for who in &on.file().whoami {
        let mut scope = bare_scope(on);
        scope.set("signer", signer.clone().unwrap_or_default());
        if who.when.as_ref().is_some_and(|when| !when.holds(&scope)) {
            continue;
        }
        if let Told::Gone = ask(on, &who.ask, &mut scope, Held::default(), &budget).await? {
            continue;
        }
        let is = locator(on, &who.is, &scope, &account);
        if is.is_none() && !who.ask.is_empty() && !is_nobody(who, &scope) {
            let text = format!("{} does not tell who we are where it was asked", on.title());
            return Err(Why::new(Because::Garbled, text));
        }
        if let Some(is) = is
            && !own.contains(&is)
        {
            own.push(is);
        }
    }
    Ok(own)
}

/// Whether an answer says in so many words that we are none of a kind.
fn is_nobody(who: &Who, scope: &Scope) -> bool {
    let mut ids = who.is.values();
    ids.any(|id| id.plain(scope).is_some_and(|id| id.is_empty()))
}

/// The locator that one kind and a template for its id give.
pub(super) fn locator(
    on: &Handle,
    said: &By<Template>,
    scope: &Scope,
    account: &str,
) -> Option<Locator> {
    let (noun, id) = said.iter().next()?;
    let id = id.plain(scope)?;
    kind(on, noun, &id).ok()?;
    Some(Locator::new(&kind_id(on.file(), noun)?, &id, Some(account)))
}

pub(super) async fn resolve(on: &Handle, named: &Named) -> Result<Locator, Why> {
    let noun = named.kind.noun();
    let account = account(on).await?.clone();
    if named.account.as_ref().is_some_and(|said| *said != account) {
        let text = format!("our credentials are of {account}, and it is named in another account");
        return Err(Why::new(Because::Foreign, text));
    }
    let part = on.file().kinds.get(noun);
    let found = match part.and_then(|kind| Some((kind, kind.resolve.as_ref()?))) {
        Some((kind, resolve)) => {
            typed(on, kind, resolve, named)?;
            let mut scope = scope_of(on, kind, &named.id, &account);
            let budget = Budget::usual(on);
            match ask(on, &resolve.ask, &mut scope, Held::default(), &budget).await? {
                Told::Found => resolve.id.value(&scope),
                Told::Gone => None,
            }
        }
        None => Some(json!(named.id)),
    };
    let missing = || {
        let text = format!("{} has no {noun} of this name", on.title());
        Why::new(Because::Missing, text)
    };
    let id = found
        .as_ref()
        .and_then(super::cel::scalar)
        .ok_or_else(missing)?;
    let kind = kind(on, noun, &id)?;
    let target = Locator::new(&named.kind, &id, Some(&account));
    // What can only be looked at with its secret is taken as named: whose it is is asked before anything is done to it.
    if kind.resolve.is_none()
        && kind.readable.is_none_or(|how| how == Readable::ById)
        && kind.look.is_some()
    {
        let by_itself = kind
            .look
            .as_ref()
            .is_some_and(|look| !look.itself.is_empty());
        return match look(on, &target, &Budget::usual(on)).await {
            Ok(Fact::Present(_)) => Ok(target),
            Ok(Fact::Gone) => Err(missing()),
            Ok(Fact::Unreadable(why)) | Err(why) if by_itself && is_hidden(&why) => Ok(target),
            Ok(Fact::Unreadable(why)) | Err(why) => Err(why),
        };
    }
    Ok(target)
}

/// Nothing is asked about what was typed in another form than belongs there.
fn typed(on: &Handle, kind: &KindPart, resolve: &Resolve, named: &Named) -> Result<(), Why> {
    let fits = match &resolve.typed {
        Some(form) => regex::Regex::new(form).is_ok_and(|form| form.is_match(&named.id)),
        None => on.has_form(named.kind.noun(), &named.id),
    };
    if fits {
        return Ok(());
    }
    let text = format!("this is neither id nor name of a {}", kind.title);
    Err(Why::new(Because::Invalid, text))
}

/// Looks at one thing.
pub(super) async fn look(on: &Handle, target: &Locator, budget: &Budget) -> Result<Fact, Why> {
    let (kind, mut scope) = ours(on, target).await?;
    let not_implemented = || {
        let text = format!("{} tells nothing about a {} alone", on.title(), kind.title);
        Why::new(Because::NotImplemented, text)
    };
    let look = kind.look.as_ref().ok_or_else(not_implemented)?;
    let held = on.held(target);
    if kind.readable == Some(Readable::BySecret) && held.is_none() {
        let text = "it can only be looked at with the credential itself: give --secret REF";
        return Err(Why::new(Because::Unauthenticated, text));
    }
    let carried = Held {
        one: held.as_ref(),
        ..Held::default()
    };
    let mut asked = ask(on, &look.ask, &mut scope, carried, budget).await;
    let mut by_itself = kind.readable == Some(Readable::BySecret);
    if held.is_some() && !look.itself.is_empty() && asked.as_ref().is_err_and(is_hidden) {
        by_itself = true;
        asked = ask(on, &look.itself, &mut scope, carried, budget).await;
    }
    let request = look.itself.first().filter(|_| by_itself);
    let request = request.or(look.ask.first());
    let fact = match asked.map_err(|why| unproven(request, &scope, why))? {
        Told::Gone => Fact::Gone,
        Told::Found => Fact::Present(present(on, look, &scope)?),
    };
    let Fact::Present(mut fields) = fact else {
        return Ok(fact);
    };
    on.saw(target);
    if let Some(secret) = &held {
        if by_itself {
            on.alive().note(target, secret, true);
        } else if kind.probe.is_some() && on.alive().told(target, secret).is_none() {
            // Tried once while it lives: later a refusal tells that it died, and not that it was mistyped.
            on.alive().note(target, secret, false);
            drop(probe(on, target, secret).await);
        }
        // The receipt keeps it, for whoever goes on in another process.
        if on.alive().told(target, secret) == Some(true) {
            fields.insert(WAS_ALIVE.to_owned(), json!(true));
        }
    }
    Ok(Fact::Present(fields))
}

/// Whether it may be there, and is not shown to us: who holds its secret may see it all the same.
fn is_hidden(why: &Why) -> bool {
    matches!(
        why.because,
        Because::Unauthenticated | Because::Denied | Because::Foreign
    )
}

/// What is refused and was not seen to work: it ended, or it never was the one that was named, and nobody says which.
fn unproven(request: Option<&Request>, scope: &Scope, why: Why) -> Why {
    let is_itself = request.is_some_and(|request| request.with.as_deref() == Some(SECRET));
    let is_refused = matches!(why.because, Because::Unauthenticated | Because::Invalid);
    if !is_itself || !is_refused || scope.get(WAS_ALIVE) == Some(&json!(true)) {
        return why;
    }
    let text = format!(
        "{}; this value was not seen to work, so it ended, was mistyped or is another one: compare it with where it was found, and look at the vendor's own list",
        why.text
    );
    Why { text, ..why }
}

/// The fields of what is there.
fn present(on: &Handle, look: &Look, scope: &Scope) -> Result<Fields, Why> {
    let mut fields = fields(&look.present, scope);
    let account = scope
        .get("account")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some(principal) = locator(on, &look.principal, scope, account) {
        fields.insert("principal".to_owned(), json!(principal));
    }
    if fields.is_empty() {
        let text = format!("{} answered nothing that could be read", on.title());
        return Err(Why::new(Because::Garbled, text));
    }
    Ok(fields)
}

/// Facts by name; what has no value is left out, and points in time are all written alike.
pub(super) fn fields(said: &By<Expr>, scope: &Scope) -> Fields {
    let one = |(name, expr): (&String, &Expr)| {
        let value = expr.value(scope).filter(|value| !value.is_null())?;
        let value = match (is_time(name), &value) {
            (true, Value::Number(_)) => json!(time(&value)?.to_string()),
            _ => value,
        };
        Some((name.clone(), value))
    };
    said.iter().filter_map(one).collect()
}

fn is_time(name: &str) -> bool {
    matches!(name, "created" | "last_used" | "expires" | "updated")
}

/// A point in time: RFC 3339, or seconds or milliseconds since 1970.
pub(super) fn time(value: &Value) -> Option<Time> {
    // Twelve digits of seconds are thirty thousand years.
    const MILLISECONDS: i64 = 100_000_000_000;
    match value {
        Value::String(text) => match text.parse() {
            Ok(time) => Some(time),
            Err(_) => time(&Value::from(text.split('.').next()?.parse::<i64>().ok()?)),
        },
        Value::Number(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the part of a second is not wanted"
            )]
            let whole = number
                .as_i64()
                .or_else(|| number.as_f64().map(|n| n as i64))?;
            if whole >= MILLISECONDS {
                Time::from_millisecond(whole).ok()
            } else {
                Time::from_second(whole).ok()
            }
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

async fn made(on: &Handle, call: &Call) -> Result<Vec<Locator>, Why> {
    let action = on.pack().action(&call.action);
    let Some((made, find)) = action.and_then(|action| {
        let made = action.made.as_ref()?;
        Some((made, made.find.as_ref()?))
    }) else {
        return Ok(Vec::new());
    };
    let (_, mut scope) = ours(on, &call.target).await?;
    scope.set("tag", json!(call.tag.0));
    let account = account(on).await?;
    let (none, budget) = (Held::default(), Budget::usual(on));
    let listed = list(on, find, &mut scope, none, usize::MAX, &budget).await?;
    let Some(listed) = listed.filter(|listed| listed.cut.is_none()) else {
        return Err(Why::new(
            Because::Garbled,
            "what was made could not be listed to its end",
        ));
    };
    let each = listed.items.into_iter().filter_map(|item| {
        let mut scope = scope.clone();
        scope.set("body", item);
        locator(on, &made.is, &scope, account)
    });
    Ok(each.collect())
}

pub(super) async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Result<Probe, Why> {
    let (kind, mut scope) = ours(on, target).await?;
    let Some(request) = &kind.probe else {
        let text = format!("a {} is no credential that can be tried", kind.title);
        return Err(Why::new(Because::NotImplemented, text));
    };
    if !request.carries_secret(on.file()) {
        let text = "the pack does not try the credential itself";
        return Err(Why::new(Because::NotImplemented, text));
    }
    let held = Held {
        one: Some(with),
        ..Held::default()
    };
    scope.set(
        WAS_ALIVE,
        json!(on.alive().told(target, with) == Some(true)),
    );
    let sent = wire::send(on, request, &scope, held, Page::default()).await;
    let answered = sent.map_err(Failed::why)?;
    answer::show(&mut scope, &answered);
    let told = answer::probe(on, request, &answered, &scope);
    if let Probe::Accepted | Probe::Forbidden = &told {
        on.alive().note(target, with, true);
    }
    Ok(match told {
        Probe::Unclear(why) => Probe::Unclear(unproven(Some(request), &scope, why)),
        told @ (Probe::Accepted | Probe::Refused | Probe::Forbidden) => told,
    })
}
