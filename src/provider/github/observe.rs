//! What reads: who we are, what things are called, how they stand, whether a credential works.
//!
//! Nothing counts as gone that a list of ours does not show to be missing, or that GitHub itself does not refuse to know.

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use super::adapter::Handle;
use super::client::Failed;
use super::exchange::{self, Carried};
use super::id::Id;
use super::look::{self, Lists};
use super::taken::Of;
use super::{kind, own, reach, token};
use crate::domain::{
    Because, Call, Duration, Fact, Locator, Named, Probe, Query, Readable, Reading, Secret, Seen,
    Why,
};
use crate::provider::{Observe, Soon};

/// How many things are looked at at once.
const AT_ONCE: usize = 8;
/// More tokens than this are not tried one by one before they are revoked, which takes more than one call: what their text
/// tells is enough for that, and so many bad credentials in a row would have GitHub turn us away.
const TRIED: usize = 1000;

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(async move { self.own().get_or_try_init(|| whoami(self)).await.cloned() })
    }

    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        Box::pin(async move { whoami(self).await.map(drop) })
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        let each = named.iter().map(move |one| resolve(self, one));
        Box::pin(stream::iter(each).buffered(AT_ONCE).collect())
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(observe(self, targets))
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(reach::read(self, query))
    }

    fn made<'a>(&'a self, _: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        // Nothing here makes a credential.
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(async move {
            probe(self, target, with)
                .await
                .unwrap_or_else(Probe::Unclear)
        })
    }

    fn clock_ahead(&self) -> Option<Duration> {
        self.ahead()
    }
}

async fn observe(on: &Handle, targets: &[Locator]) -> Vec<Seen> {
    let lists = Lists::default();
    let is_token = |target: &&Locator| target.kind().noun() == "token";
    let many = targets.iter().filter(is_token).count() > TRIED;
    let looks: Vec<_> = targets
        .iter()
        .map(|target| {
            seen(
                on,
                target,
                (&lists, many && is_token(&target) && !on.was_revoked(target)),
            )
        })
        .collect();
    stream::iter(looks).buffered(AT_ONCE).collect().await
}

async fn seen(on: &Handle, target: &Locator, (lists, is_one_of_many): (&Lists, bool)) -> Seen {
    let fact = match look::ours(on, target) {
        Ok(_) if is_one_of_many => {
            look::held(on, target).map(|secret| Fact::Present(look::told(&secret)))
        }
        Ok(_) => look::look(on, target, lists).await,
        Err(why) => Err(why),
    };
    Seen {
        target: target.clone(),
        at: on.clock().now(),
        fact: fact.unwrap_or_else(Fact::Unreadable),
    }
}

/// Who we are: our token first, then whose it is, then our app and where it is installed.
async fn whoami(on: &Handle) -> Result<Vec<Locator>, Why> {
    on.link.settings()?;
    let account = on.link.account()?;
    let mut own = Vec::new();
    if let Some(ours) = on.link.token()? {
        own.extend(own::by_token(on, &ours, &account).await?);
    }
    if let Some(app) = on.link.app_id() {
        own.push(Locator::new(&kind("app"), app, Some(&account)));
        for owner in on.link.owners() {
            match on.installed(&owner).await {
                Ok(installed) => {
                    let id = format!("{app}/{}", installed.id);
                    own.push(Locator::new(&kind("app-installation"), &id, Some(&account)));
                }
                Err(why) if why.because == Because::Missing => {}
                Err(why) => return Err(why),
            }
        }
    }
    if own.is_empty() {
        let text =
            "contain.yaml names neither providers.github.token nor an app with its private key";
        return Err(Why::new(Because::Unauthenticated, text));
    }
    Ok(own)
}

async fn resolve(on: &Handle, named: &Named) -> Result<Locator, Why> {
    let account = on.link.account()?;
    if named.account.as_ref().is_some_and(|said| *said != account) {
        let text =
            format!("the server that is configured is {account}, and it is named at another");
        return Err(Why::new(Because::Foreign, text));
    }
    let noun = named.kind.noun();
    let id = Id::read(noun, &named.id).ok_or_else(|| {
        let text = match noun {
            "token" | "installation-token" => {
                "a token is named by the digest of its text, as hashed_token of the audit log; the token itself is given with --secret or --from".to_owned()
            }
            _ => format!("this is no id of a {noun} of GitHub"),
        };
        Why::new(Because::Invalid, text)
    })?;
    let target = Locator::new(&named.kind, &id.text(), Some(&account));
    let by_secret = super::kinds()
        .iter()
        .any(|kind| kind.id == named.kind && kind.readable == Readable::BySecret);
    look::ours(on, &target)?;
    if by_secret {
        return Ok(target);
    }
    match look::look(on, &target, &Lists::default()).await? {
        Fact::Present(_) => Ok(target),
        Fact::Gone => Err(Why::new(
            Because::Missing,
            format!("GitHub has no {noun} of this name"),
        )),
        Fact::Unreadable(why) => Err(why),
    }
}

/// Tries a credential once.
async fn probe(on: &Handle, target: &Locator, with: &Secret) -> Result<Probe, Why> {
    let id = look::ours(on, target)?;
    let noun = target.kind().noun();
    look::fits(target, with)?;
    let carried = Carried(std::slice::from_ref(with));
    let strange = || Probe::Unclear(Why::new(Because::Invalid, look::STRANGE));
    if noun == "oauth-token" {
        return Ok(match look::of_oauth_app(on, (target, &id), with).await? {
            Fact::Gone => Probe::Refused,
            Fact::Present(fields) if fields.get("status") == Some(&json!("active")) => {
                Probe::Accepted
            }
            Fact::Present(_) => strange(),
            Fact::Unreadable(why) => Probe::Unclear(why),
        });
    }
    if !matches!(noun, "token" | "installation-token") {
        let text = format!("a {noun} is no credential that can be tried");
        return Err(Why::new(Because::NotImplemented, text));
    }
    if !token::form(with.expose()).is_none_or(token::Form::calls) {
        let text = "a refresh token can only be exchanged, which makes new tokens";
        return Err(Why::new(Because::Invalid, text));
    }
    if !on.may_try(target) {
        let text = "whoever comes with many bad credentials is turned away: of so many tokens each is looked at, and not tried again and again";
        return Err(Why::new(Because::Invalid, text));
    }
    let request = look::harmless(noun);
    let answered = exchange::send(on, &request, None, carried)
        .await
        .map_err(Failed::why)?;
    if look::is_taken(noun, &answered) {
        on.taken().note(target, Of::default());
    }
    Ok(match answered.status {
        200 if answered.body.is_object() => Probe::Accepted,
        401 if look::is_unknown(&answered) && on.was_taken(target) => Probe::Refused,
        401 if look::is_unknown(&answered) => strange(),
        // It is let in, and not into an organisation with single sign-on.
        403 if answered.headers.contains_key("x-github-sso") => Probe::Forbidden,
        _ => Probe::Unclear(answered.unread(on.clock().now())),
    })
}
